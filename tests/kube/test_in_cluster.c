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

static const char *const variables[] = {"KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT",
                                        "KUBERNETES_SERVICE_PORT_HTTPS"};

/* A folder like the one mounted in a pod. The variables are unset, wherever the tests run. */
static int setup(void **state) {
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
    unsetenv(variables[i]);
  if (folder_setup(state) != 0)
    return -1;
  folder_put(*state, "token", "secret");
  folder_put(*state, "ca.crt", "PEM");
  return 0;
}

static void set_variables(const char *host, const char *port, const char *https_port) {
  const char *const values[] = {host, port, https_port};
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    if (values[i] == NULL)
      assert_int_equal(unsetenv(variables[i]), 0);
    else
      assert_int_equal(setenv(variables[i], values[i], 1), 0);
  }
}

static void expect_server(const struct folder *folder, const char *server) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_api_config config = {.arena = arena};
  struct dw_error err = DW_ERROR_INIT;
  if (dw_api_read_in_cluster(&config, folder->path, &err) != 0)
    fail_msg("%s", err.text);
  assert_string_equal(dw_api_config_server(&config), server);
}

static void expect_failure(const struct folder *folder, enum dw_error_code code, const char *part, const char *fix) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_api_config config = {.arena = arena};
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_api_read_in_cluster(&config, folder->path, &err), -1);
  assert_int_equal(err.code, code);
  if (strstr(err.text, part) == NULL || strstr(err.text, fix) == NULL)
    fail_msg("\"%s\" lacks \"%s\" or \"%s\"", err.text, part, fix);
  assert_null(strstr(err.text, "secret"));
}

static void reads_the_server_from_the_environment(void **state) {
  set_variables("10.96.0.1", "443", NULL);
  expect_server(*state, "https://10.96.0.1:443");
  set_variables("kubernetes.default.svc", "6443", NULL);
  expect_server(*state, "https://kubernetes.default.svc:6443");
}

static void prefers_the_port_for_https(void **state) {
  set_variables("10.96.0.1", "80", "8443");
  expect_server(*state, "https://10.96.0.1:8443");
  set_variables("10.96.0.1", NULL, "8443");
  expect_server(*state, "https://10.96.0.1:8443");
  set_variables("10.96.0.1", "80", "");
  expect_server(*state, "https://10.96.0.1:80");
}

static void puts_an_ipv6_host_in_brackets(void **state) {
  set_variables("fd00:10:96::1", "443", NULL);
  expect_server(*state, "https://[fd00:10:96::1]:443");
}

static void lists_the_files_that_are_read_again(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_api_config config = {.arena = arena};
  set_variables("10.96.0.1", "443", NULL);
  assert_int_equal(dw_api_read_in_cluster(&config, folder->path, NULL), 0);
  assert_string_equal(config.token_file, folder_path(arena, folder, "token"));
  assert_string_equal(config.ca.file, folder_path(arena, folder, "ca.crt"));
  assert_null(config.token);
  assert_null(config.ca.text);
  assert_null(config.certificate.file);
  assert_false(config.insecure);
}

static void outside_a_pod_suggests_a_kubeconfig(void **state) {
  static const char *const values[][3] = {
      {NULL, NULL, NULL}, {"10.96.0.1", NULL, NULL}, {"10.96.0.1", "", ""}, {NULL, "443", "443"}, {"", "443", "443"},
  };
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    set_variables(values[i][0], values[i][1], values[i][2]);
    expect_failure(*state, DW_ERR_OTHER, "not running in a pod", "--kubeconfig");
  }
}

static void expect_missing(const struct folder *folder, const char *name) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *path = folder_path(arena, folder, name);
  set_variables("10.96.0.1", "443", NULL);
  assert_int_equal(unlink(path), 0);
  expect_failure(folder, DW_ERR_IO, path, "automountServiceAccountToken");
}

static void reports_a_missing_token(void **state) {
  expect_missing(*state, "token");
}

static void reports_a_missing_ca(void **state) {
  expect_missing(*state, "ca.crt");
}

static void without_a_kubeconfig_uses_the_pod(void **state) {
  (void)state;
  const struct dw_api_options options = {.kubeconfig = NULL};
  struct dw_error err = DW_ERROR_INIT;
  assert_null(dw_api_config_load(&options, &err));
  assert_non_null(strstr(err.text, "--kubeconfig"));
}

/* The folder is fixed, so the result with the variable set depends on where the tests run. */
static void in_cluster_needs_the_variable_and_the_token(void **state) {
  (void)state;
  bool mounted = access("/var/run/secrets/kubernetes.io/serviceaccount/token", R_OK) == 0;
  assert_false(dw_api_in_cluster());
  set_variables("", "443", NULL);
  assert_false(dw_api_in_cluster());
  set_variables("10.96.0.1", "443", NULL);
  assert_int_equal(dw_api_in_cluster(), mounted);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, folder_teardown)
  const struct CMUnitTest tests[] = {
      TEST(reads_the_server_from_the_environment),
      TEST(prefers_the_port_for_https),
      TEST(puts_an_ipv6_host_in_brackets),
      TEST(lists_the_files_that_are_read_again),
      TEST(outside_a_pod_suggests_a_kubeconfig),
      TEST(reports_a_missing_token),
      TEST(reports_a_missing_ca),
      TEST(without_a_kubeconfig_uses_the_pod),
      TEST(in_cluster_needs_the_variable_and_the_token),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
