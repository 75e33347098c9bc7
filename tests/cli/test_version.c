#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/run_program.h"

static void it_shows_version_libraries_and_build(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("version");
  assert_int_equal(run.status, 0);
  assert_int_equal(strncmp(run.out, "droveway ", 9), 0);
  static const char *const parts[] = {"libmicrohttpd 0.", "OpenSSL 3.", "libyaml 0.", "libcurl 7.", "build: "};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    assert_non_null(strstr(run.out, parts[i]));
  RUN_SCOPED option = RUN("--version");
  assert_string_equal(option.out, run.out);
}

static void it_accepts_no_arguments(void **state) {
  (void)state;
  RUN_SCOPED argument = RUN("version", "x");
  RUN_SCOPED option = RUN("version", "-x");
  RUN_SCOPED help = RUN("version", "--help");
  assert_int_equal(argument.status, 2);
  assert_int_equal(option.status, 2);
  assert_int_equal(help.status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_shows_version_libraries_and_build),
      cmocka_unit_test(it_accepts_no_arguments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
