/* Reads a kubeconfig file like kubectl. Source: Kubernetes documentation, "Organizing Cluster Access Using kubeconfig
 * Files", and its API reference client.config.k8s.io/v1. Errors never contain secrets. */
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "files/manifests.h"
#include "kube/api_internal.h"
#include "yaml/yaml.h"

enum { MOST_BYTES = 4 * 1024 * 1024 };

struct kubeconfig {
  struct dw_arena *arena;
  const char *file;
  const struct dw_yaml_doc *doc;
  struct dw_error *err;
};

/* A named cluster, user or context. */
struct entry {
  const dw_json *value;
  const char *path; /* of the value */
};

__attribute__((format(printf, 3, 4))) static int fail(const struct kubeconfig *k, const char *path, const char *format,
                                                      ...) {
  int line = 0;
  int column = 0;
  va_list args;
  va_start(args, format);
  const char *text = dw_arena_vprintf(k->arena, format, args);
  va_end(args);
  dw_yaml_locate(k->doc, path, false, &line, &column);
  dw_error_at(k->err, DW_ERR_INVALID, line, column, "%s", text);
  dw_error_in_file(k->err, k->file);
  return -1;
}

/* Sets OUT to NULL if the member is absent or empty. Another type is an error. */
static int get_text(const struct kubeconfig *k, const struct entry *entry, const char *key, const char **out) {
  const dw_json *value = dw_json_get(entry->value, key);
  *out = NULL;
  if (dw_json_type(value) == DW_JSON_ABSENT || dw_json_type(value) == DW_JSON_NULL)
    return 0;
  if (dw_json_string(value) == NULL)
    return fail(k, dw_arena_printf(k->arena, "%s.%s", entry->path, key), "%s must be a string, not %s", key,
                dw_json_type_name(value));
  *out = *dw_json_string(value) == '\0' ? NULL : dw_json_string(value);
  return 0;
}

/* Finds the entry NAME in the list LIST ("clusters"). Its value is the member KEY ("cluster"). */
static int find_entry(const struct kubeconfig *k, const char *list, const char *key, const char *name,
                      struct entry *out) {
  const dw_json *items = dw_json_get(k->doc->root, list);
  size_t count = dw_json_size(items);
  const char **names = dw_arena_array(k->arena, count, sizeof *names);
  size_t known = 0;
  for (size_t i = 0; i < count; i++) {
    const char *found = dw_json_get_string(dw_json_at(items, i), "name");
    if (found == NULL)
      continue;
    if (strcmp(found, name) != 0) {
      names[known++] = found;
      continue;
    }
    out->value = dw_json_get(dw_json_at(items, i), key);
    out->path = dw_arena_printf(k->arena, "%s[%zu].%s", list, i, key);
    if (dw_json_type(out->value) != DW_JSON_OBJECT)
      return fail(k, out->path, "the %s \"%s\" must be a mapping, not %s", key, name, dw_json_type_name(out->value));
    return 0;
  }
  const char *near = dw_nearest(name, names, known);
  if (near != NULL)
    return fail(k, list, "there is no %s \"%s\"; did you mean \"%s\"?", key, name, near);
  return fail(k, list, "there is no %s \"%s\"", key, name);
}

/* Relative paths are relative to the kubeconfig. */
static const char *relative_to_file(const struct kubeconfig *k, const char *path) {
  const char *slash = strrchr(k->file, '/');
  if (*path == '/' || slash == NULL)
    return dw_arena_strdup(k->arena, path);
  return dw_arena_printf(k->arena, "%.*s/%s", (int)(slash - k->file), k->file, path);
}

/* Reads the base64 text of NAME-data or, if absent, the file that NAME names. */
static int get_pem(const struct kubeconfig *k, const struct entry *entry, const char *name, struct dw_api_pem *out) {
  const char *data_key = dw_arena_printf(k->arena, "%s-data", name);
  const char *data = NULL;
  const char *file = NULL;
  if (get_text(k, entry, data_key, &data) != 0 || get_text(k, entry, name, &file) != 0)
    return -1;
  if (data != NULL) {
    out->text = dw_base64_decode(k->arena, data, &out->length);
    if (out->text == NULL)
      return fail(k, dw_arena_printf(k->arena, "%s.%s", entry->path, data_key), "%s is not valid base64", data_key);
  } else if (file != NULL) {
    DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new_secret();
    size_t length = 0;
    out->file = relative_to_file(k, file);
    if (dw_read_file(scratch, out->file, MOST_BYTES, &length, k->err) == NULL)
      return dw_error_wrap(k->err, "%s", name);
  }
  return 0;
}

static int read_server(const struct kubeconfig *k, const struct entry *cluster, struct dw_api_config *out) {
  const char *server = NULL;
  if (get_text(k, cluster, "server", &server) != 0)
    return -1;
  if (server == NULL)
    return fail(k, cluster->path, "the cluster has no server");
  if (strncmp(server, "https://", 8) != 0 && strncmp(server, "http://", 7) != 0)
    return fail(k, dw_arena_printf(k->arena, "%s.server", cluster->path),
                "the server \"%s\" is not a valid URL; it must begin with https://", server);
  const char *host = strstr(server, "//") + 2;
  if (strcspn(host, "@") < strcspn(host, "/?#"))
    return fail(k, dw_arena_printf(k->arena, "%s.server", cluster->path),
                "the server URL contains a user name or password; move them to the user entry");
  size_t length = strlen(server);
  while (server[length - 1] == '/')
    length--;
  if (server[length - 1] == ':')
    return fail(k, dw_arena_printf(k->arena, "%s.server", cluster->path), "the server URL \"%s\" has no host", server);
  out->server = dw_arena_strndup(k->arena, server, length);
  return 0;
}

static int read_cluster(const struct kubeconfig *k, const char *name, struct dw_api_config *out) {
  struct entry cluster = {NULL, ""};
  const char *text = NULL;
  if (find_entry(k, "clusters", "cluster", name, &cluster) != 0 || read_server(k, &cluster, out) != 0 ||
      get_pem(k, &cluster, "certificate-authority", &out->ca) != 0)
    return -1;
  if (get_text(k, &cluster, "tls-server-name", &text) != 0)
    return -1;
  out->tls_server_name = text == NULL ? NULL : dw_arena_strdup(k->arena, text);
  if (get_text(k, &cluster, "proxy-url", &text) != 0)
    return -1;
  out->proxy = text == NULL ? NULL : dw_arena_strdup(k->arena, text);
  const dw_json *insecure = dw_json_get(cluster.value, "insecure-skip-tls-verify");
  if (dw_json_type(insecure) > DW_JSON_NULL && !dw_json_boolean(insecure, &out->insecure))
    return fail(k, dw_arena_printf(k->arena, "%s.insecure-skip-tls-verify", cluster.path),
                "insecure-skip-tls-verify must be true or false, not %s", dw_json_type_name(insecure));
  return 0;
}

static int reject_plugin(const struct kubeconfig *k, const struct entry *user, const char *name) {
  static const char *const plugins[] = {"exec", "auth-provider"};
  for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++)
    if (dw_json_type(dw_json_get(user->value, plugins[i])) > DW_JSON_NULL)
      return fail(
          k, dw_arena_printf(k->arena, "%s.%s", user->path, plugins[i]),
          "the user \"%s\" logs in through a program (%s), which Droveway does not run; name a user with a token "
          "or a client certificate, such as one made with `kubectl create token`",
          name, plugins[i]);
  return 0;
}

static int read_token(const struct kubeconfig *k, const struct entry *user, struct dw_api_config *out) {
  const char *token = NULL;
  const char *file = NULL;
  if (get_text(k, user, "token", &token) != 0 || get_text(k, user, "tokenFile", &file) != 0)
    return -1;
  /* As in client-go, the file has precedence over the text, and is read again for each call. */
  if (file != NULL)
    out->token_file = relative_to_file(k, file);
  else if (token != NULL)
    out->token = dw_arena_strdup(k->arena, token);
  return 0;
}

static int read_user(const struct kubeconfig *k, const char *name, struct dw_api_config *out) {
  struct entry user = {NULL, ""};
  const char *username = NULL;
  const char *password = NULL;
  if (find_entry(k, "users", "user", name, &user) != 0 || reject_plugin(k, &user, name) != 0 ||
      read_token(k, &user, out) != 0 || get_pem(k, &user, "client-certificate", &out->certificate) != 0 ||
      get_pem(k, &user, "client-key", &out->key) != 0 || get_text(k, &user, "username", &username) != 0 ||
      get_text(k, &user, "password", &password) != 0)
    return -1;
  bool certificate = out->certificate.file != NULL || out->certificate.text != NULL;
  bool key = out->key.file != NULL || out->key.text != NULL;
  if (certificate != key)
    return fail(k, user.path, "the user \"%s\" has a %s without a %s", name,
                certificate ? "client-certificate" : "client-key", certificate ? "client-key" : "client-certificate");
  if (username != NULL) {
    out->username = dw_arena_strdup(k->arena, username);
    out->password = dw_arena_strdup(k->arena, password == NULL ? "" : password);
  }
  return 0;
}

static int read_context(const struct kubeconfig *k, const char *wanted, struct dw_api_config *out) {
  const struct entry root = {k->doc->root, ""};
  const char *name = wanted;
  const char *cluster = NULL;
  const char *user = NULL;
  struct entry context = {NULL, ""};
  if (name == NULL && get_text(k, &root, "current-context", &name) != 0)
    return -1;
  if (name == NULL)
    return fail(k, "", "there is no current-context; use --context");
  if (find_entry(k, "contexts", "context", name, &context) != 0 || get_text(k, &context, "cluster", &cluster) != 0 ||
      get_text(k, &context, "user", &user) != 0)
    return -1;
  if (cluster == NULL)
    return fail(k, context.path, "the context \"%s\" has no cluster", name);
  if (read_cluster(k, cluster, out) != 0)
    return -1;
  return user == NULL ? 0 : read_user(k, user, out);
}

/* The document of FILE, in ARENA, which must be a secret one; NULL with the reason in ERR. */
static struct dw_yaml_doc *read_document(struct dw_arena *arena, const char *file, struct dw_error *err) {
  size_t length = 0;
  struct dw_yaml_doc *doc = NULL;
  const char *text = dw_read_file(arena, file, MOST_BYTES, &length, err);
  if (text == NULL)
    return NULL;
  if (dw_yaml_parse(arena, text, length, &doc, err) != 0) {
    dw_error_in_file(err, file);
    return NULL;
  }
  if (doc != NULL && dw_json_type(doc->root) == DW_JSON_OBJECT)
    return doc;
  dw_error_at(err, DW_ERR_INVALID, 1, 1, "is not a kubeconfig: expected a mapping with clusters, users and contexts");
  dw_error_in_file(err, file);
  return NULL;
}

int dw_api_read_kubeconfig(struct dw_api_config *config, const struct dw_api_options *options, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new_secret();
  struct dw_yaml_doc *doc = read_document(scratch, options->kubeconfig, err);
  if (doc == NULL)
    return -1;
  struct kubeconfig k = {config->arena, options->kubeconfig, doc, err};
  return read_context(&k, options->context, config);
}

int dw_api_contexts(struct dw_arena *arena, const char *file, const char ***names, size_t *count,
                    struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new_secret();
  struct dw_yaml_doc *doc = read_document(scratch, file, err);
  if (doc == NULL)
    return -1;
  const dw_json *contexts = dw_json_get(doc->root, "contexts");
  size_t listed = dw_json_type(contexts) == DW_JSON_ARRAY ? dw_json_size(contexts) : 0;
  *names = dw_arena_array(arena, listed + 1, sizeof(const char *));
  *count = 0;
  for (size_t i = 0; i < listed; i++) {
    const char *name = dw_json_get_string(dw_json_at(contexts, i), "name");
    if (name != NULL)
      (*names)[(*count)++] = dw_arena_strdup(arena, name);
  }
  return 0;
}
