#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "support/run_program.h"

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void it_waits_for_the_given_time(void **state) {
  (void)state;
  double start = now();
  RUN_SCOPED none = RUN("sleep", "0");
  double between = now();
  RUN_SCOPED some = RUN("sleep", "0.75");
  double end = now();
  assert_int_equal(none.status, 0);
  assert_int_equal(some.status, 0);
  assert_true(between - start < 0.7);
  assert_true(end - between >= 0.75);
  assert_true(end - between < 10);
}

static void invalid_numbers_are_rejected(void **state) {
  (void)state;
  static const char *const texts[] = {"",      "x",  "1s",  "-1",    "--",     "1.", ".5",
                                      "1.5.5", " 1", "1e3", "86401", "999999", "inf"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    RUN_SCOPED run = RUN("sleep", texts[i]);
    if (run.status != 2)
      fail_msg("\"%s\": %d", texts[i], run.status);
  }
  RUN_SCOPED none = RUN("sleep");
  RUN_SCOPED two = RUN("sleep", "0", "0");
  RUN_SCOPED help = RUN("sleep", "--help");
  assert_int_equal(none.status, 2);
  assert_int_equal(two.status, 2);
  assert_int_equal(help.status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_waits_for_the_given_time),
      cmocka_unit_test(invalid_numbers_are_rejected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
