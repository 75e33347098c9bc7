#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

#include "droveway/sources/api.h"

enum { ROUNDS = 2000 };

/* Whether waits of WAIT at most, and of no less than its half, come out, from the lower end to the upper. */
static void expect_spread(unsigned tries, unsigned wait) {
  unsigned least = UINT_MAX;
  unsigned most = 0;
  for (int i = 0; i < ROUNDS; i++) {
    struct dw_backoff backoff = {.first_ms = 1000, .most_ms = 30000, .tries = tries};
    unsigned found = dw_backoff_next(&backoff, 0);
    assert_int_equal(backoff.tries, tries + 1);
    least = found < least ? found : least;
    most = found > most ? found : most;
  }
  assert_in_range(least, wait / 2, wait / 2 + wait / 10);
  assert_in_range(most, wait - wait / 10, wait);
}

static void doubles_each_time_and_spreads_over_the_upper_half(void **state) {
  (void)state;
  expect_spread(0, 1000);
  expect_spread(1, 2000);
  expect_spread(2, 4000);
  expect_spread(3, 8000);
  expect_spread(4, 16000);
}

static void never_waits_longer_than_the_most(void **state) {
  (void)state;
  expect_spread(5, 30000); /* 32 s would be next */
  expect_spread(6, 30000);
  expect_spread(1000, 30000);
  expect_spread(UINT_MAX - 1, 30000);
}

static void grows_from_call_to_call(void **state) {
  (void)state;
  struct dw_backoff backoff = {.first_ms = 100, .most_ms = 100 << 10};
  for (unsigned wait = 100; wait <= 100 << 10; wait *= 2)
    assert_in_range(dw_backoff_next(&backoff, 0), wait / 2, wait);
  assert_in_range(dw_backoff_next(&backoff, 0), (100 << 10) / 2, 100 << 10);
}

static void begins_anew_after_a_reset(void **state) {
  (void)state;
  struct dw_backoff backoff = {.first_ms = 1000, .most_ms = 30000};
  for (int i = 0; i < 10; i++)
    (void)dw_backoff_next(&backoff, 0);
  dw_backoff_reset(&backoff);
  assert_in_range(dw_backoff_next(&backoff, 0), 500, 1000);
  assert_in_range(dw_backoff_next(&backoff, 0), 1000, 2000);
  assert_int_equal(backoff.first_ms, 1000);
  assert_int_equal(backoff.most_ms, 30000);
}

static void waits_at_least_as_long_as_asked(void **state) {
  (void)state;
  for (int i = 0; i < ROUNDS; i++) {
    struct dw_backoff backoff = {.first_ms = 1000, .most_ms = 2000};
    assert_in_range(dw_backoff_next(&backoff, 900), 900, 1000);
    assert_in_range(dw_backoff_next(&backoff, 1), 1000, 2000);
    assert_int_equal(dw_backoff_next(&backoff, 60000), 60000); /* the server's word goes before the most */
    assert_int_equal(backoff.tries, 3);
  }
}

static void the_smallest_waits_stay_what_they_are(void **state) {
  (void)state;
  for (int i = 0; i < ROUNDS; i++) {
    struct dw_backoff one = {.first_ms = 1, .most_ms = 1};
    assert_int_equal(dw_backoff_next(&one, 0), 1);
    struct dw_backoff none = {.first_ms = 0, .most_ms = 1000, .tries = 5};
    assert_int_equal(dw_backoff_next(&none, 0), 0);
    struct dw_backoff low = {.first_ms = 1000, .most_ms = 10};
    assert_in_range(dw_backoff_next(&low, 0), 5, 10);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(doubles_each_time_and_spreads_over_the_upper_half),
      cmocka_unit_test(never_waits_longer_than_the_most),
      cmocka_unit_test(grows_from_call_to_call),
      cmocka_unit_test(begins_anew_after_a_reset),
      cmocka_unit_test(waits_at_least_as_long_as_asked),
      cmocka_unit_test(the_smallest_waits_stay_what_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
