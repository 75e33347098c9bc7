#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/folder.h"
#include "kube/api.h"
#include "kube/api_internal.h"

/* A secret, which no error may contain. */
#define SECRET "hunter2"

/* Writes TEXT to FOLDER/config and reads CONTEXT (NULL for the current one). */
static struct dw_api_config *try_load(const struct folder *folder, const char *text, const char *context,
                                      struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "config", text);
  const struct dw_api_options options = {.kubeconfig = folder_path(arena, folder, "config"), .context = context};
  return dw_api_config_load(&options, err);
}

static struct dw_api_config *load(const struct folder *folder, const char *text, const char *context) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_api_config *config = try_load(folder, text, context, &err);
  if (config == NULL)
    fail_msg("%d: %s", err.line, err.text);
  return config;
}

/* A kubeconfig with one context, and CLUSTER and USER as the members of its cluster and user, each on a separate line.
 */
static const char *one_context(struct dw_arena *arena, const char *cluster, const char *user) {
  return dw_arena_printf(arena,
                         "apiVersion: v1\n"                                        /* 1 */
                         "kind: Config\n"                                          /* 2 */
                         "current-context: here\n"                                 /* 3 */
                         "contexts:\n"                                             /* 4 */
                         "- {name: here, context: {cluster: main, user: admin}}\n" /* 5 */
                         "clusters:\n"                                             /* 6 */
                         "- name: main\n"                                          /* 7 */
                         "  cluster:\n"                                            /* 8 */
                         "    %s\n"                                                /* 9 */
                         "users:\n"                                                /* 10 */
                         "- name: admin\n"                                         /* 11 */
                         "  user:\n"                                               /* 12 */
                         "    %s\n",                                               /* 13 */
                         cluster, user);
}

#define SERVER "server: https://10.0.0.1:6443"
enum { CLUSTER_LINE = 9, USER_LINE = 13 };

static struct dw_api_config *load_user(const struct folder *folder, const char *user) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  return load(folder, one_context(arena, SERVER, user), NULL);
}

static struct dw_api_config *load_cluster(const struct folder *folder, const char *cluster) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  return load(folder, one_context(arena, cluster, "{}"), NULL);
}

/* The line of an error, and words in its text (the last may be NULL). */
struct mistake {
  int line; /* 0 for none */
  const char *what, *fix;
};

static void expect_error(const struct dw_error *err, const struct mistake *mistake) {
  if (strstr(err->text, mistake->what) == NULL || (mistake->fix != NULL && strstr(err->text, mistake->fix) == NULL))
    fail_msg("\"%s\" lacks \"%s\" or \"%s\"", err->text, mistake->what, mistake->fix == NULL ? "" : mistake->fix);
  if (err->line != mistake->line)
    fail_msg("line %d, not %d: %s", err->line, mistake->line, err->text);
  assert_null(strstr(err->text, SECRET));
}

/* Expects an error for TEXT that names its file. */
static void expect_mistake(const struct folder *folder, const char *text, const char *context,
                           const struct mistake *mistake) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  struct dw_api_config *config = try_load(folder, text, context, &err);
  if (config != NULL)
    fail_msg("was taken, without \"%s\":\n%s", mistake->what, text);
  expect_error(&err, mistake);
  assert_string_equal(err.file, folder_path(arena, folder, "config"));
}

static void expect_cluster_mistake(const struct folder *folder, const char *cluster, const struct mistake *mistake) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  expect_mistake(folder, one_context(arena, cluster, "{}"), NULL, mistake);
}

static void expect_user_mistake(const struct folder *folder, const char *user, const struct mistake *mistake) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  expect_mistake(folder, one_context(arena, SERVER, user), NULL, mistake);
}

/* --- contexts --- */

static const char two_contexts[] = "apiVersion: v1\n"
                                   "kind: Config\n"
                                   "preferences: {}\n"
                                   "current-context: east\n"
                                   "contexts:\n"
                                   "- name: west\n"
                                   "  context: {cluster: cw, user: uw, namespace: x}\n"
                                   "- name: east\n"
                                   "  context: {cluster: ce, user: ue}\n"
                                   "clusters:\n"
                                   "- {name: cw, cluster: {server: 'https://west:6443'}}\n"
                                   "- {name: ce, cluster: {server: 'https://east:6443'}}\n"
                                   "users:\n"
                                   "- {name: ue, user: {token: te}}\n"
                                   "- {name: uw, user: {token: tw}}\n";

static void reads_the_current_context(void **state) {
  struct dw_api_config *config = load(*state, two_contexts, NULL);
  assert_string_equal(dw_api_config_server(config), "https://east:6443");
  assert_string_equal(config->token, "te");
  dw_api_config_free(config);
}

static void reads_the_requested_context(void **state) {
  struct dw_api_config *config = load(*state, two_contexts, "west");
  assert_string_equal(dw_api_config_server(config), "https://west:6443");
  assert_string_equal(config->token, "tw");
  dw_api_config_free(config);
}

static void a_kubeconfig_may_be_json(void **state) {
  struct dw_api_config *config =
      load(*state,
           "{\"contexts\":[{\"name\":\"a\",\"context\":{\"cluster\":\"a\"}}],\"current-context\":\"a\",\"clusters\":[{"
           "\"name\":\"a\",\"cluster\":{\"server\":\"https://a\"}}]}",
           NULL);
  assert_string_equal(dw_api_config_server(config), "https://a");
  assert_null(config->token); /* a context needs no user */
  dw_api_config_free(config);
}

/* Names are only searched in their own lists, and the rest of the file is not checked. */
static void other_contexts_may_be_broken(void **state) {
  struct dw_api_config *config =
      load(*state,
           "current-context: a\n"
           "contexts: [{name: a, context: {cluster: c, user: u}}, {name: b, context: {cluster: none}}, {}, 5]\n"
           "clusters: [{name: c, cluster: {server: 'https://c'}}, {name: d, cluster: {server: 5}}, {name: e}]\n"
           "users: [{name: v, user: {exec: {command: x}}}, {name: u, user: {token: t}}]\n",
           NULL);
  assert_string_equal(dw_api_config_server(config), "https://c");
  assert_string_equal(config->token, "t");
  dw_api_config_free(config);
}

static void reports_a_missing_context(void **state) {
  expect_mistake(*state, two_contexts, "eats", &(struct mistake){6, "no context \"eats\"", "did you mean \"east\"?"});
  expect_mistake(*state, two_contexts, "production", &(struct mistake){6, "no context \"production\"", NULL});
  expect_mistake(*state, two_contexts, "ce",
                 &(struct mistake){6, "no context \"ce\"", NULL}); /* this is the name of a cluster */
  expect_mistake(*state, "# nothing\ncurrent-context: a\n", NULL, &(struct mistake){2, "no context \"a\"", NULL});
}

static void reports_a_missing_current_context(void **state) {
  const struct mistake none = {1, "no current-context", "--context"};
  expect_mistake(*state, "contexts: []\n", NULL, &none);
  expect_mistake(*state, "current-context:\ncontexts: []\n", NULL, &none);
  expect_mistake(*state, "current-context: ''\ncontexts: []\n", NULL, &none);
}

static void reports_a_context_of_the_wrong_type(void **state) {
  expect_mistake(*state, "a: 1\ncurrent-context: [x]\n", NULL,
                 &(struct mistake){2, "current-context must be", "must be a string"});
  expect_mistake(*state, "current-context: a\ncontexts:\n- name: a\n  context: 5\n", NULL,
                 &(struct mistake){4, "context \"a\" must be", "must be a mapping"});
  expect_mistake(*state, "current-context: a\ncontexts:\n- name: a\n", NULL,
                 &(struct mistake){3, "context \"a\" must be", "must be a mapping"});
  expect_mistake(*state, "current-context: a\ncontexts:\n- name: a\n  context: {user: u}\n", NULL,
                 &(struct mistake){4, "context \"a\" has no cluster", NULL});
  expect_mistake(*state, "current-context: a\ncontexts:\n- name: a\n  context:\n    cluster: 5\n", NULL,
                 &(struct mistake){5, "cluster must be", "must be a string"});
}

static void reports_a_missing_cluster_or_user(void **state) {
  static const char format[] = "current-context: a\n"
                               "contexts: [{name: a, context: {cluster: %s, user: %s}}]\n"
                               "clusters:\n"
                               "- {name: main, cluster: {server: 'https://c'}}\n"
                               "users:\n"
                               "- {name: admin, user: {token: t}}\n";
  char text[sizeof format + 64];
  snprintf(text, sizeof text, format, "mian", "admin");
  expect_mistake(*state, text, NULL, &(struct mistake){4, "no cluster \"mian\"", "did you mean \"main\"?"});
  snprintf(text, sizeof text, format, "main", "admni");
  expect_mistake(*state, text, NULL, &(struct mistake){6, "no user \"admni\"", "did you mean \"admin\"?"});
  snprintf(text, sizeof text, format, "main", "main");
  expect_mistake(*state, text, NULL, &(struct mistake){6, "no user \"main\"", NULL});
}

/* --- the cluster --- */

static void removes_slashes_at_the_end_of_the_server(void **state) {
  static const char *const servers[][2] = {
      {"https://10.0.0.1:6443", "https://10.0.0.1:6443"},
      {"https://10.0.0.1:6443/", "https://10.0.0.1:6443"},
      {"https://a//", "https://a"},
      {"https://rancher/k8s/clusters/c-1/", "https://rancher/k8s/clusters/c-1"},
      {"https://rancher/k8s/clusters/c-1", "https://rancher/k8s/clusters/c-1"},
      {"http://localhost:8080", "http://localhost:8080"},
      {"https://[fd00::1]:6443", "https://[fd00::1]:6443"},
  };
  for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_api_config *config = load_cluster(*state, dw_arena_printf(arena, "server: '%s'", servers[i][0]));
    assert_string_equal(dw_api_config_server(config), servers[i][1]);
    dw_api_config_free(config);
  }
}

static void reports_an_invalid_server(void **state) {
  const struct mistake none = {CLUSTER_LINE, "has no server", NULL};
  expect_cluster_mistake(*state, "proxy-url: http://proxy", &none);
  expect_cluster_mistake(*state, "server: ''", &none);
  expect_cluster_mistake(*state, "server: null", &none);
  const struct mistake no_url = {CLUSTER_LINE, "not a valid URL", "begin with https://"};
  expect_cluster_mistake(*state, "server: 10.0.0.1:6443", &no_url);
  expect_cluster_mistake(*state, "server: ftp://10.0.0.1", &no_url);
  expect_cluster_mistake(*state, "server: 'https:/10.0.0.1'", &no_url);
  const struct mistake no_host = {CLUSTER_LINE, "has no host", NULL};
  expect_cluster_mistake(*state, "server: 'https://'", &no_host);
  expect_cluster_mistake(*state, "server: 'https:///'", &no_host);
  const struct mistake secret = {CLUSTER_LINE, "contains a user name or password", "move them to the user entry"};
  expect_cluster_mistake(*state, "server: 'https://me:secret@host'", &secret);
  expect_cluster_mistake(*state, "server: 'http://me:secret@host:80/x'", &secret);
  expect_cluster_mistake(*state, "server: 17", &(struct mistake){CLUSTER_LINE, "server must be", "must be a string"});
}

static void reads_the_settings_of_the_cluster(void **state) {
  struct dw_api_config *config = load_cluster(*state, "{" SERVER ", tls-server-name: api.example, "
                                                      "proxy-url: 'socks5://proxy:1080', "
                                                      "insecure-skip-tls-verify: true}");
  assert_string_equal(config->tls_server_name, "api.example");
  assert_string_equal(config->proxy, "socks5://proxy:1080");
  assert_true(config->insecure);
  dw_api_config_free(config);
}

static void omitted_settings_are_not_set(void **state) {
  static const char *const clusters[] = {
      SERVER,
      "{" SERVER ", tls-server-name: '', proxy-url: '', insecure-skip-tls-verify: false, certificate-authority: '', "
      "certificate-authority-data: ''}",
      "{" SERVER ", tls-server-name: null, proxy-url: null, insecure-skip-tls-verify: null, "
      "certificate-authority: null, certificate-authority-data: null}",
  };
  for (size_t i = 0; i < sizeof clusters / sizeof *clusters; i++) {
    struct dw_api_config *config = load_cluster(*state, clusters[i]);
    assert_null(config->tls_server_name);
    assert_null(config->proxy);
    assert_false(config->insecure);
    assert_null(config->ca.text);
    dw_api_config_free(config);
  }
}

/* Where it is depends on the distribution, so only SSL_CERT_FILE has a known result. */
static void without_a_ca_those_of_the_machine_are_trusted(void **state) {
  setenv("SSL_CERT_FILE", "/usr/share/roots.pem", 1);
  struct dw_api_config *config = load_cluster(*state, SERVER);
  assert_string_equal(config->ca.file, "/usr/share/roots.pem");
  dw_api_config_free(config);
  config = load_cluster(*state, "{" SERVER ", certificate-authority-data: Y2E=}");
  assert_null(config->ca.file);
  assert_string_equal(config->ca.text, "ca");
  dw_api_config_free(config);
  setenv("SSL_CERT_FILE", "", 1);
  config = load_cluster(*state, SERVER);
  assert_true(config->ca.file == NULL || access(config->ca.file, R_OK) == 0);
  dw_api_config_free(config);
  unsetenv("SSL_CERT_FILE");
}

static void reports_wrong_types_in_the_cluster(void **state) {
  expect_cluster_mistake(*state, SERVER "\n    tls-server-name: 5",
                         &(struct mistake){CLUSTER_LINE + 1, "tls-server-name must be", "must be a string"});
  expect_cluster_mistake(*state, SERVER "\n    proxy-url: [a]",
                         &(struct mistake){CLUSTER_LINE + 1, "proxy-url must be", "must be a string"});
  expect_cluster_mistake(
      *state, SERVER "\n    insecure-skip-tls-verify: 'true'",
      &(struct mistake){CLUSTER_LINE + 1, "insecure-skip-tls-verify must be", "must be true or false"});
  expect_cluster_mistake(*state, SERVER "\n    certificate-authority: {}",
                         &(struct mistake){CLUSTER_LINE + 1, "certificate-authority must be", "must be a string"});
  expect_cluster_mistake(*state, SERVER "\n    certificate-authority-data: 1",
                         &(struct mistake){CLUSTER_LINE + 1, "certificate-authority-data must be", "must be a string"});
}

/* --- certificates --- */

static void paths_are_relative_to_the_kubeconfig(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "ca.crt", "CA");
  folder_put(folder, "pki/admin.crt", "CERT");
  folder_put(folder, "pki/admin.key", "KEY");
  const char *key = folder_path(arena, folder, "pki/admin.key");
  const char *user = dw_arena_printf(arena, "{client-certificate: pki/admin.crt, client-key: '%s'}", key);
  struct dw_api_config *config =
      load(folder, one_context(arena, "{" SERVER ", certificate-authority: ca.crt}", user), NULL);
  assert_string_equal(config->ca.file, folder_path(arena, folder, "ca.crt"));
  assert_string_equal(config->certificate.file, folder_path(arena, folder, "pki/admin.crt"));
  assert_string_equal(config->key.file, key); /* an absolute path */
  assert_null(config->ca.text);
  dw_api_config_free(config);
}

static void expect_pem(const struct dw_api_pem *pem, const char *text) {
  assert_non_null(pem->text);
  assert_string_equal(pem->text, text);
  assert_int_equal(pem->length, strlen(text));
  assert_null(pem->file);
}

static void reads_certificates_in_base64(void **state) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *text = one_context(arena, "{" SERVER ", certificate-authority-data: Q0EK}",
                                 "client-certificate-data: |\n      Q0VS\n      VAo=\n    client-key-data: S0VZCg==");
  struct dw_api_config *config = load(*state, text, NULL);
  expect_pem(&config->ca, "CA\n");
  expect_pem(&config->certificate, "CERT\n");
  expect_pem(&config->key, "KEY\n");
  dw_api_config_free(config);
}

static void data_has_precedence_over_a_file(void **state) {
  struct dw_api_config *config =
      load_cluster(*state, "{" SERVER ", certificate-authority: gone.crt, certificate-authority-data: Q0EK}");
  expect_pem(&config->ca, "CA\n");
  dw_api_config_free(config);
}

static void reports_invalid_base64(void **state) {
  expect_cluster_mistake(*state, SERVER "\n    certificate-authority-data: '-----BEGIN CERTIFICATE-----'",
                         &(struct mistake){CLUSTER_LINE + 1, "certificate-authority-data is not valid base64", NULL});
  expect_user_mistake(*state, "client-certificate-data: Q0VS\n    client-key-data: " SECRET "!",
                      &(struct mistake){USER_LINE + 1, "client-key-data is not valid base64", NULL});
  expect_user_mistake(*state, "client-certificate-data: Q0V\n    client-key-data: Q0VS",
                      &(struct mistake){USER_LINE, "client-certificate-data is not valid base64", NULL});
}

/* The error names the missing file, and the member that refers to it. */
static void expect_missing(const struct folder *folder, const char *text, const char *file, const char *member) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  assert_null(try_load(folder, text, NULL, &err));
  assert_int_equal(err.code, DW_ERR_IO);
  expect_error(&err, &(struct mistake){0, "No such file or directory", member});
  assert_string_equal(err.file, folder_path(arena, folder, file));
}

static void reports_missing_certificates(void **state) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(*state, "a.crt", "CERT");
  expect_missing(*state, one_context(arena, "{" SERVER ", certificate-authority: pki/ca.crt}", "{}"), "pki/ca.crt",
                 "certificate-authority");
  expect_missing(*state, one_context(arena, SERVER, "{client-certificate: b.crt, client-key: a.crt}"), "b.crt",
                 "client-certificate");
  expect_missing(*state, one_context(arena, SERVER, "{client-certificate: a.crt, client-key: b.key}"), "b.key",
                 "client-key");
}

static void a_certificate_needs_its_key(void **state) {
  folder_put(*state, "a.pem", "PEM");
  expect_user_mistake(
      *state, "client-certificate-data: Q0VS",
      &(struct mistake){USER_LINE, "user \"admin\" has a client-certificate without a client-key", NULL});
  expect_user_mistake(
      *state, "client-key: a.pem",
      &(struct mistake){USER_LINE, "user \"admin\" has a client-key without a client-certificate", NULL});
  struct dw_api_config *config = load_user(*state, "{client-certificate: a.pem, client-key-data: S0VZCg==}");
  assert_non_null(config->certificate.file);
  expect_pem(&config->key, "KEY\n");
  dw_api_config_free(config);
}

/* --- the user --- */

static void reads_a_token(void **state) {
  struct dw_api_config *config = load_user(*state, "token: abc.def");
  assert_string_equal(config->token, "abc.def");
  assert_null(config->token_file);
  assert_null(config->username);
  dw_api_config_free(config);
}

static void a_token_file_has_precedence_over_a_token(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_api_config *config = load_user(folder, "{token: old, tokenFile: run/token}");
  assert_string_equal(config->token_file, folder_path(arena, folder, "run/token"));
  assert_null(config->token);
  dw_api_config_free(config);
  config = load_user(folder, "tokenFile: /var/run/token");
  assert_string_equal(config->token_file, "/var/run/token");
  dw_api_config_free(config);
}

static void reads_a_name_and_password(void **state) {
  struct dw_api_config *config = load_user(*state, "{username: ann, password: 'p:w'}");
  assert_string_equal(config->username, "ann");
  assert_string_equal(config->password, "p:w");
  dw_api_config_free(config);
  config = load_user(*state, "username: ann");
  assert_string_equal(config->username, "ann");
  assert_string_equal(config->password, "");
  dw_api_config_free(config);
}

static void a_user_may_be_anonymous(void **state) {
  struct dw_api_config *config = load_user(*state, "{token: '', tokenFile: '', username: '', exec: null}");
  assert_null(config->token);
  assert_null(config->token_file);
  assert_null(config->username);
  assert_null(config->certificate.file);
  assert_null(config->certificate.text);
  dw_api_config_free(config);
}

static void refuses_users_that_log_in_through_a_program(void **state) {
  expect_user_mistake(
      *state, "token: " SECRET "\n    exec: {apiVersion: client.authentication.k8s.io/v1, command: aws}",
      &(struct mistake){USER_LINE + 1, "\"admin\" logs in through a program (exec)", "kubectl create token"});
  expect_user_mistake(
      *state, "auth-provider: {name: oidc, config: {id-token: " SECRET "}}",
      &(struct mistake){USER_LINE, "\"admin\" logs in through a program (auth-provider)", "kubectl create token"});
}

static void reports_wrong_types_in_the_user_without_secrets(void **state) {
  static const char *const members[] = {"token",
                                        "tokenFile",
                                        "username",
                                        "password",
                                        "client-certificate",
                                        "client-key-data",
                                        "client-key",
                                        "client-certificate-data"};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const char *user = dw_arena_printf(arena, "x: 1\n    %s: [" SECRET "]", members[i]);
    const char *what = dw_arena_printf(arena, "%s must be", members[i]);
    expect_user_mistake(*state, user, &(struct mistake){USER_LINE + 1, what, "must be a string"});
  }
  expect_user_mistake(*state, "token: 12345", &(struct mistake){USER_LINE, "token must be", "must be a string"});
}

/* --- the file --- */

static void reports_text_that_is_not_a_kubeconfig(void **state) {
  const struct mistake none = {1, "is not a kubeconfig", "expected a mapping"};
  expect_mistake(*state, "", NULL, &none);
  expect_mistake(*state, "# all of it is a comment\n", NULL, &none);
  expect_mistake(*state, "[]\n", NULL, &none);
  expect_mistake(*state, "just words\n", NULL, &none);
  expect_mistake(*state, "\n", "here", &none);
}

static void reports_the_position_of_invalid_yaml(void **state) {
  struct dw_error err = DW_ERROR_INIT;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_null(try_load(*state, "current-context: a\nclusters: [\nusers: []\n", NULL, &err));
  assert_int_equal(err.code, DW_ERR_SYNTAX);
  assert_in_range(err.line, 2, 4);
  assert_string_equal(err.file, folder_path(arena, *state, "config"));
  assert_null(try_load(*state, "current-context: a\nusers: []\ncurrent-context: b\n", NULL, &err));
  assert_int_equal(err.code, DW_ERR_DUPLICATE);
  assert_int_equal(err.line, 3);
  assert_null(try_load(*state, "users:\n- {name: a, user: {token: " SECRET ", password: \"x}}\n", NULL, &err));
  assert_int_equal(err.code, DW_ERR_SYNTAX);
  assert_null(strstr(err.text, SECRET));
}

static void reports_a_missing_kubeconfig(void **state) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_api_options options = {.kubeconfig = folder_path(arena, *state, "none")};
  struct dw_error err = DW_ERROR_INIT;
  assert_null(dw_api_config_load(&options, &err));
  assert_int_equal(err.code, DW_ERR_IO);
  assert_string_equal(err.file, options.kubeconfig);
  assert_non_null(strstr(err.text, "No such file or directory"));
}

static void refuses_a_kubeconfig_that_is_too_large(void **state) {
  enum { MOST = 4 * 1024 * 1024 };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  char *text = dw_arena_alloc(arena, MOST + 2);
  memset(text, '\n', MOST + 1);
  memcpy(text, two_contexts, sizeof two_contexts - 1);
  struct dw_error err = DW_ERROR_INIT;
  assert_null(try_load(*state, text, NULL, &err));
  assert_int_equal(err.code, DW_ERR_MEMORY);
  text[MOST] = '\0';
  dw_api_config_free(load(*state, text, NULL));
}

/* The caller does not need the reason. */
static void the_error_may_be_null(void **state) {
  assert_null(try_load(*state, "[", NULL, NULL));
  assert_null(try_load(*state, "a: 1\n", NULL, NULL));
  assert_null(try_load(*state, two_contexts, "eats", NULL));
  dw_api_config_free(NULL);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, folder_setup, folder_teardown)
  const struct CMUnitTest tests[] = {
      TEST(reads_the_current_context),
      TEST(reads_the_requested_context),
      TEST(a_kubeconfig_may_be_json),
      TEST(other_contexts_may_be_broken),
      TEST(reports_a_missing_context),
      TEST(reports_a_missing_current_context),
      TEST(reports_a_context_of_the_wrong_type),
      TEST(reports_a_missing_cluster_or_user),
      TEST(removes_slashes_at_the_end_of_the_server),
      TEST(reports_an_invalid_server),
      TEST(reads_the_settings_of_the_cluster),
      TEST(omitted_settings_are_not_set),
      TEST(without_a_ca_those_of_the_machine_are_trusted),
      TEST(reports_wrong_types_in_the_cluster),
      TEST(paths_are_relative_to_the_kubeconfig),
      TEST(reads_certificates_in_base64),
      TEST(data_has_precedence_over_a_file),
      TEST(reports_invalid_base64),
      TEST(reports_missing_certificates),
      TEST(a_certificate_needs_its_key),
      TEST(reads_a_token),
      TEST(a_token_file_has_precedence_over_a_token),
      TEST(reads_a_name_and_password),
      TEST(a_user_may_be_anonymous),
      TEST(refuses_users_that_log_in_through_a_program),
      TEST(reports_wrong_types_in_the_user_without_secrets),
      TEST(reports_text_that_is_not_a_kubeconfig),
      TEST(reports_the_position_of_invalid_yaml),
      TEST(reports_a_missing_kubeconfig),
      TEST(refuses_a_kubeconfig_that_is_too_large),
      TEST(the_error_may_be_null),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
