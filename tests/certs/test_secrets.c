/* Private keys and tokens are only kept in memory that is wiped before it is freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "certs/certs.h"
#include "certs/self_managed.h"
#include "files/manifests.h"
#include "kube/api.h"
#include "support/fake_api.h"
#include "support/log_file.h"
#include "support/run_program.h"
#include "support/waiting.h"

enum { BLOCK = 16 * 1024 /* the first one of an arena */ };

static atomic_size_t blocks, others, bytes_left;

static void on_freed(const void *bytes, size_t size) {
  const unsigned char *byte = bytes;
  for (size_t i = 0; i < size; i++)
    atomic_fetch_add(&bytes_left, byte[i] != 0);
  atomic_fetch_add(size == BLOCK ? &blocks : &others, 1);
}

static void begin(void) {
  atomic_store(&blocks, 0);
  atomic_store(&others, 0);
  atomic_store(&bytes_left, 0);
  dw_secret_freed = on_freed;
}

/* Asserts that exactly this many arenas were wiped, and at least this many buffers, further blocks or texts. */
static void expect_wiped(size_t arenas, size_t least_others) {
  dw_secret_freed = NULL;
  assert_int_equal(atomic_load(&bytes_left), 0);
  assert_int_equal(atomic_load(&blocks), arenas);
  assert_true(atomic_load(&others) >= least_others);
}

struct fixture {
  char folder[64];
  struct fake_api *api;
  struct log_file log;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  log_file_begin(&f->log);
  folder_make(f->folder);
  f->api = fake_api_start();
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  dw_secret_freed = NULL;
  fake_api_end(f->api);
  folder_remove(f->folder);
  log_file_end(&f->log);
  free(f);
  return 0;
}

static char *path_of(const struct fixture *f, const char *name) {
  static char path[128]; /* until the next call */
  snprintf(path, sizeof path, "%s/%s", f->folder, name);
  return path;
}

/* The text of the file, its YAML, and what is kept of both. */
static void wipes_a_kubeconfig_with_its_token_and_key(void **state) {
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  folder_write(f->folder, "config",
               "{current-context: c, users: [{name: u, user: {token: secret, client-certificate-data: YQ==, "
               "client-key-data: YQ==, username: me, password: secret}}], clusters: [{name: c, cluster: {server: "
               "\"https://127.0.0.1:1\"}}], contexts: [{name: c, context: {cluster: c, user: u}}]}\n");
  struct dw_api_options options = {.kubeconfig = path_of(f, "config")};
  begin();
  struct dw_api_config *config = dw_api_config_load(&options, &err);
  if (config == NULL)
    fail_msg("%s", err.text);
  assert_int_equal(atomic_load(&blocks), 1); /* the text and the YAML */
  dw_api_config_free(config);
  expect_wiped(2, 0);
}

/* A key file is read once to check that it can be read. */
static void wipes_a_kubeconfig_with_a_key_file(void **state) {
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  folder_write(f->folder, "key", "a key");
  folder_write(f->folder, "config",
               "{current-context: c, users: [{name: u, user: {client-certificate: key, client-key: key}}], clusters: "
               "[{name: c, cluster: {server: \"https://127.0.0.1:1\"}}], contexts: [{name: c, context: {cluster: c, "
               "user: u}}]}\n");
  struct dw_api_options options = {.kubeconfig = path_of(f, "config")};
  begin();
  struct dw_api_config *config = dw_api_config_load(&options, &err);
  if (config == NULL)
    fail_msg("%s", err.text);
  dw_api_config_free(config);
  expect_wiped(4, 0);
}

static void wipes_a_kubeconfig_that_is_rejected(void **state) {
  struct fixture *f = *state;
  folder_write(f->folder, "config", "{users: [{name: u, user: {token: secret}}]}\n");
  struct dw_api_options options = {.kubeconfig = path_of(f, "config")};
  begin();
  assert_null(dw_api_config_load(&options, NULL));
  expect_wiped(2, 0);
}

/* The text of the token file, and the header line. */
static void wipes_a_call_with_its_token(void **state) {
  struct fixture *f = *state;
  struct dw_api_result result;
  struct dw_api_request request = {.path = "/readyz", .timeout_ms = 20000};
  struct dw_api_client *client = dw_api_client_new(fake_api_config(f->api), NULL);
  assert_non_null(client);
  begin();
  assert_int_equal(dw_api_call(client, &request, &result), 0);
  assert_int_equal(dw_api_call(client, &request, &result), 0);
  expect_wiped(2, 0);
  dw_api_client_free(client);
}

/* A file that is not regular is read in parts, into memory that grows on the heap. */
static void wipes_a_file_that_is_read_as_a_stream(void **state) {
  struct fixture *f = *state;
  struct dw_arena *arena = dw_arena_new_secret();
  size_t length = 0;
  assert_int_equal(mkfifo(path_of(f, "pipe"), 0600), 0);
  FILE *pipe = fopen(path_of(f, "pipe"), "r+");
  assert_non_null(pipe);
  fputs("a token", pipe);
  fflush(pipe);
  begin();
  /* Data without an end: a limit stops the reading. */
  assert_null(dw_read_file(arena, path_of(f, "pipe"), 3, &length, NULL));
  expect_wiped(0, 1);
  fclose(pipe);
  dw_arena_free(arena);
}

static void wipes_a_pair_that_is_made_written_and_read(void **state) {
  struct fixture *f = *state;
  static const char *const names[] = {"localhost"};
  struct dw_pki_request request = {.dir = f->folder, .names = {names, 1}};
  struct dw_pki_pair pair;
  char cert[128], key[128];
  DW_BUF_SCOPED struct dw_buf report = DW_BUF_INIT;
  begin();
  assert_int_equal(dw_pki_make(&request, &report, NULL), 0);
  expect_wiped(0, 2); /* both keys as texts */
  snprintf(cert, sizeof cert, "%s", path_of(f, "tls.crt"));
  snprintf(key, sizeof key, "%s", path_of(f, "tls.key"));
  begin();
  assert_int_equal(dw_pki_pair_load(cert, key, &pair, NULL), 0);
  assert_int_equal(atomic_load(&others), 1); /* the text of the file; it is small, so no buffer grew */
  dw_pki_pair_free(&pair);
  expect_wiped(0, 2);
}

static int use(void *context, const char *certificate, const char *key, struct dw_error *err) {
  atomic_store((atomic_bool *)context, true);
  return dw_pki_key_fits(certificate, key, err);
}

static size_t all_calls(struct fake_api *api) {
  static const char *const paths[] = {FAKE_SECRETS, FAKE_VALIDATING, FAKE_MUTATING};
  size_t calls = 0;
  for (size_t i = 0; i < 3; i++)
    calls += fake_api_asked(api, paths[i], FAKE_GET) + fake_api_asked(api, paths[i], FAKE_PUT);
  return calls;
}

/* The body of the answer, and an arena for the JSON, the base64, the keys and the body that is written. */
static void wipes_the_secret_of_self_managed_certificates(void **state) {
  struct fixture *f = *state;
  static const char *const names[] = {"droveway.droveway.svc"};
  struct dw_error err = DW_ERROR_INIT;
  atomic_bool used = false;
  fake_api_put(f->api, FAKE_SECRETS,
               "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"namespace\":\"droveway\",\"name\":"
               "\"droveway-tls\"}}");
  struct dw_self_managed_options options = {.config = fake_api_config(f->api),
                                            .names = {names, 1},
                                            .poll_ms = 20,
                                            .settle_ms = 100,
                                            .use = use,
                                            .context = &used,
                                            .ns = "droveway"};
  struct dw_self_managed *managed = dw_self_managed_start(&options, &err);
  if (managed == NULL)
    fail_msg("%s", err.text);
  WAIT_FOR(atomic_load(&used));
  dw_self_managed_stop(managed);
  size_t reads = fake_api_asked(f->api, FAKE_SECRETS, FAKE_GET), calls = all_calls(f->api);
  begin();
  managed = dw_self_managed_start(&options, &err); /* reads the existing pair */
  assert_non_null(managed);
  WAIT_FOR(fake_api_asked(f->api, FAKE_SECRETS, FAKE_GET) >= reads + 6);
  reads = fake_api_asked(f->api, FAKE_SECRETS, FAKE_GET) - reads;
  calls = all_calls(f->api) - calls;
  dw_self_managed_stop(managed);
  dw_secret_freed = NULL;
  assert_int_equal(atomic_load(&bytes_left), 0);
  assert_true(atomic_load(&blocks) >= calls + reads - 2); /* the last of each may have been in progress */
  assert_true(atomic_load(&others) >= reads);             /* bodies, which grew */
}

/* Once, a Status with 200 was mistaken for a Secret without keys, which was then to be filled with new ones. */
static void ignores_an_answer_that_is_not_the_secret(void **state) {
  struct fixture *f = *state;
  static const char *const names[] = {"droveway.droveway.svc"};
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 32\r\n\r\n"
                               "{\"kind\":\"Status\",\"metadata\":{}}  ";
  struct dw_error err = DW_ERROR_INIT;
  atomic_bool used = false;
  fake_api_answer(f->api, "/api/v1/namespaces/droveway/secrets/droveway-tls", answer, sizeof answer - 1);
  struct dw_self_managed_options options = {.config = fake_api_config(f->api),
                                            .names = {names, 1},
                                            .poll_ms = 20,
                                            .settle_ms = 100,
                                            .use = use,
                                            .context = &used,
                                            .ns = "droveway"};
  struct dw_self_managed *managed = dw_self_managed_start(&options, &err);
  if (managed == NULL)
    fail_msg("%s", err.text);
  WAIT_FOR(count_in_file(f->log.path, "\"msg\":\"self-managed certificates: Secret droveway/droveway-tls: the API "
                                      "server's answer can't be read\"}\n") == 1);
  WAIT_FOR(fake_api_asked(f->api, FAKE_SECRETS, FAKE_GET) >= 2);
  dw_self_managed_stop(managed);
  assert_int_equal(fake_api_asked(f->api, FAKE_SECRETS, FAKE_PUT), 0);
  assert_false(atomic_load(&used));
}

#define SECRET(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      SECRET(wipes_a_kubeconfig_with_its_token_and_key),     SECRET(wipes_a_kubeconfig_with_a_key_file),
      SECRET(wipes_a_kubeconfig_that_is_rejected),           SECRET(wipes_a_call_with_its_token),
      SECRET(wipes_a_file_that_is_read_as_a_stream),         SECRET(wipes_a_pair_that_is_made_written_and_read),
      SECRET(wipes_the_secret_of_self_managed_certificates), SECRET(ignores_an_answer_that_is_not_the_secret),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
