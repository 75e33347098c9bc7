/* Any text as a kubeconfig: it yields a consistent server and user, or is rejected with the file and a one-line reason
 * that shows no secret. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kube/api_internal.h"
#include "support.h"
#include "yaml/yaml.h"

/* A text that no error may show. */
#define SECRET "hunter2"

static char folder[] = "/tmp/droveway-fuzz-XXXXXX";

static const char *path_of(const char *name) {
  static char path[64];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void write_file(const char *name, const void *data, size_t size) {
  int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  FUZZ_ASSERT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
  close(fd);
}

static void remove_folder(void) {
  unlink(path_of("config"));
  unlink(path_of("ca.crt"));
  rmdir(folder);
}

static void make_folder(void) {
  static bool made;
  if (made)
    return;
  FUZZ_ASSERT(mkdtemp(folder));
  write_file("ca.crt", "pem", 3);
  atexit(remove_folder);
  made = true;
}

static size_t occurrences(const char *text, const char *word) {
  size_t count = 0;
  for (; (text = strstr(text, word)); text++)
    count++;
  return count;
}

/* Whether the one SECRET of the text is a user's, and neither aliases nor escapes put it elsewhere as well. */
static bool holds_secret(const char *text, size_t size) {
  static const char *const keys[] = {"token", "password", "client-key-data"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  struct dw_error err = DW_ERROR_INIT;
  if (occurrences(text, SECRET) != 1 || strpbrk(text, "*\\") || dw_yaml_parse(arena, text, size, &doc, &err) != 0 ||
      !doc)
    return false;
  const dw_json *users = dw_json_get(doc->root, "users");
  for (size_t i = 0; i < dw_json_size(users); i++)
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
      const char *value = dw_json_get_string(dw_json_get(dw_json_at(users, i), "user"), keys[k]);
      if (value && strstr(value, SECRET))
        return true;
    }
  return false;
}

static void check_pem(const struct dw_api_pem *pem) {
  FUZZ_ASSERT(!(pem->file && pem->text));
  FUZZ_ASSERT(!pem->file || *pem->file == '/');
  FUZZ_ASSERT(pem->text || pem->length == 0);
}

static void check_config(const struct dw_api_config *config) {
  const char *server = dw_api_config_server(config);
  size_t length = strlen(server);
  FUZZ_ASSERT(strncmp(server, "https://", 8) == 0 || strncmp(server, "http://", 7) == 0);
  FUZZ_ASSERT(server[length - 1] != '/' && server[length - 1] != ':');
  check_pem(&config->ca);
  check_pem(&config->certificate);
  check_pem(&config->key);
  FUZZ_ASSERT((config->certificate.file || config->certificate.text) == (config->key.file || config->key.text));
  FUZZ_ASSERT(!(config->token && config->token_file) && (!config->token_file || *config->token_file == '/'));
  FUZZ_ASSERT(!config->username == !config->password);
}

static void check_error(const struct dw_error *err, bool secret) {
  FUZZ_ASSERT(err->text[0] && !strchr(err->text, '\n'));
  FUZZ_ASSERT(strncmp(err->file, folder, strlen(folder)) == 0 || err->code == DW_ERR_IO);
  if (secret)
    FUZZ_ASSERT(!strstr(err->text, SECRET));
}

static void load(const char *context, bool secret) {
  const struct dw_api_options options = {.kubeconfig = path_of("config"), .context = context};
  struct dw_error err = DW_ERROR_INIT;
  struct dw_api_config *config = dw_api_config_load(&options, &err);
  if (config)
    check_config(config);
  else
    check_error(&err, secret);
  dw_api_config_free(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  make_folder();
  write_file("config", data, size);
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  bool secret = holds_secret(dw_arena_strndup(arena, (const char *)data, size), size);
  load(NULL, secret);
  load("admin", secret);
  return 0;
}
