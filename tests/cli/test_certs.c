#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_program.h"

static char folder[64];

static int set_up(void **state) {
  (void)state;
  folder_make(folder);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  folder_remove(folder);
  return 0;
}

static void names_can_be_separated_by_spaces_or_commas(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("certs", "--dns", "a.svc", "--dir", folder, "b.svc,c.svc", "--dns=10.0.0.1", "::1");
  assert_int_equal(run.status, 0);
  assert_non_null(strstr(run.out, "ca.crt: created"));
  assert_non_null(strstr(run.out, "tls.key: created"));
  RUN_SCOPED check = RUN("certs", "--dir", folder, "--check", "--dns", "a.svc,b.svc", "c.svc", "10.0.0.1", "::1");
  if (check.status != 0)
    fail_msg("%s", check.out);
  assert_non_null(strstr(check.out, "tls.crt is signed by ca.crt"));
}

static void running_it_again_renews_the_server_certificate(void **state) {
  (void)state;
  RUN_SCOPED first = RUN("certs", "--dir", folder, "--dns", "a.svc", "--days", "7");
  RUN_SCOPED again = RUN("certs", "--dir", folder, "--dns", "b.svc");
  assert_int_equal(first.status, 0);
  assert_int_equal(again.status, 0);
  assert_non_null(strstr(again.out, "ca.crt: kept"));
  assert_non_null(strstr(again.out, "tls.crt: created"));
  RUN_SCOPED forced = RUN("certs", "--dir", folder, "--dns", "b.svc", "--force");
  assert_int_equal(forced.status, 0);
  assert_non_null(strstr(forced.out, "ca.crt: created"));
}

static void check_exits_1_on_a_problem(void **state) {
  (void)state;
  RUN_SCOPED made = RUN("certs", "--dir", folder, "--dns", "a.svc");
  RUN_SCOPED good = RUN("certs", "--dir", folder, "--check");
  RUN_SCOPED wrong = RUN("certs", "--dir", folder, "--check", "--dns", "b.svc");
  assert_int_equal(made.status, 0);
  assert_int_equal(good.status, 0);
  assert_int_equal(wrong.status, 1);
  assert_non_null(strstr(wrong.out, "wrong: tls.crt is not valid for b.svc"));
}

static void unreadable_files_exit_2_and_are_named(void **state) {
  (void)state;
  char expected[160];
  RUN_SCOPED empty = RUN("certs", "--dir", folder, "--check");
  snprintf(expected, sizeof expected, "droveway: %s/ca.crt: ", folder);
  assert_int_equal(empty.status, 2);
  assert_int_equal(strncmp(empty.err, expected, strlen(expected)), 0);
  folder_write(folder, "ca.crt", "nonsense");
  RUN_SCOPED nonsense = RUN("certs", "--dir", folder, "--check");
  assert_int_equal(nonsense.status, 2);
  RUN_SCOPED kept = RUN("certs", "--dir", folder, "--dns", "a.svc");
  assert_int_equal(kept.status, 2);
  assert_non_null(strstr(kept.err, "--force"));
  char path[96];
  snprintf(path, sizeof path, "%s/ca.crt", folder);
  char *text = file_text(path, NULL);
  assert_string_equal(text, "nonsense");
  free(text);
}

#define ASSERT_USAGE(...)                                                                                              \
  do {                                                                                                                 \
    RUN_SCOPED bad = RUN("certs", __VA_ARGS__);                                                                        \
    assert_int_equal(bad.status, 2);                                                                                   \
    assert_string_equal(bad.out, "");                                                                                  \
    assert_string_not_equal(bad.err, "");                                                                              \
  } while (0)

static void bad_usage_exits_2(void **state) {
  (void)state;
  ASSERT_USAGE("--dns", "a.svc");
  ASSERT_USAGE("--dir", folder);
  ASSERT_USAGE("--dir", folder, "a.svc");
  ASSERT_USAGE("--dir", folder, "--dns", "a,,b");
  ASSERT_USAGE("--dir", folder, "--dns", "a b");
  ASSERT_USAGE("--dir", folder, "--dns", "a", "--days", "0");
  ASSERT_USAGE("--dir", folder, "--dns", "a", "--days", "36501");
  ASSERT_USAGE("--dir", folder, "--dns", "a", "--days", "7d");
  ASSERT_USAGE("--dir", folder, "--dns", "a", "--nonsense");
  RUN_SCOPED help = RUN("certs", "--help");
  assert_int_equal(help.status, 0);
  assert_non_null(strstr(help.out, "90 for tls.crt"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(names_can_be_separated_by_spaces_or_commas),
      TEST(running_it_again_renews_the_server_certificate),
      TEST(check_exits_1_on_a_problem),
      TEST(unreadable_files_exit_2_and_are_named),
      TEST(bad_usage_exits_2),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
