#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

#include "kube/api.h"

enum { ROUNDS = 2000, MINUTE_MS = 60000 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Like client-go's reflector: 800 ms to 30 s, each up to twice as long, and starting again after two minutes without a
 * wait. */
static struct dw_backoff reflector(unsigned tries) {
  return (struct dw_backoff){.first_ms = 800, .most_ms = 30000, .reset_ms = 2 * MINUTE_MS, .tries = tries};
}

static void doubles_up_to_the_maximum_and_adds_jitter(void **state) {
  (void)state;
  static const struct {
    unsigned tries, least, half, most; /* without jitter, with half of it, with all of it */
  } waits[] = {
      {0, 800, 1200, 1599},        {1, 1600, 2400, 3199},
      {2, 3200, 4800, 6399},       {3, 6400, 9600, 12799},
      {4, 12800, 19200, 25599},    {5, 25600, 38400, 51199},
      {6, 30000, 45000, 59999},    {7, 30000, 45000, 59999},
      {1000, 30000, 45000, 59999}, {UINT_MAX - 1, 30000, 45000, 59999},
  };
  for (size_t i = 0; i < COUNT(waits); i++) {
    struct dw_backoff backoff = reflector(waits[i].tries);
    assert_int_equal(dw_backoff_after(&backoff, 0, 1000, 0), waits[i].least);
    assert_int_equal(backoff.tries, waits[i].tries + 1);
    backoff = reflector(waits[i].tries);
    assert_int_equal(dw_backoff_after(&backoff, 0, 1000, UINT32_MAX / 2 + 1), waits[i].half);
    backoff = reflector(waits[i].tries);
    assert_int_equal(dw_backoff_after(&backoff, 0, 1000, UINT32_MAX), waits[i].most);
  }
}

static void starts_again_after_two_minutes_without_a_wait(void **state) {
  (void)state;
  struct dw_backoff backoff = reflector(0);
  int64_t now = 5000;
  assert_int_equal(dw_backoff_after(&backoff, 0, now, 0), 800);
  assert_int_equal(dw_backoff_after(&backoff, 0, now += 2 * MINUTE_MS, 0), 1600);
  assert_int_equal(dw_backoff_after(&backoff, 0, now += 2 * MINUTE_MS, 0), 3200);
  assert_int_equal(dw_backoff_after(&backoff, 0, now += 2 * MINUTE_MS + 1, 0), 800);
  assert_int_equal(dw_backoff_after(&backoff, 0, now, 0), 1600);
}

static void never_starts_again_automatically_without_a_reset_time(void **state) {
  (void)state;
  struct dw_backoff backoff = {.first_ms = 500, .most_ms = 30000};
  assert_int_equal(dw_backoff_after(&backoff, 0, 0, 0), 500);
  assert_int_equal(dw_backoff_after(&backoff, 0, INT64_MAX, 0), 1000);
}

static void starts_again_after_a_reset(void **state) {
  (void)state;
  struct dw_backoff backoff = reflector(0);
  for (int i = 0; i < 10; i++)
    (void)dw_backoff_after(&backoff, 0, 1000, 0);
  dw_backoff_reset(&backoff);
  assert_int_equal(dw_backoff_after(&backoff, 0, 1000, 0), 800);
  assert_int_equal(dw_backoff_after(&backoff, 0, 1000, 0), 1600);
  assert_int_equal(backoff.first_ms, 800);
  assert_int_equal(backoff.most_ms, 30000);
}

static void waits_at_least_as_long_as_asked(void **state) {
  (void)state;
  static const struct {
    unsigned asked, wait;
  } waits[] = {{0, 800}, {799, 800}, {800, 800}, {801, 801}, {60000, 60000}};
  for (size_t i = 0; i < COUNT(waits); i++) {
    struct dw_backoff backoff = reflector(0);
    assert_int_equal(dw_backoff_after(&backoff, waits[i].asked, 1000, 0), waits[i].wait);
    assert_int_equal(dw_backoff_after(&backoff, 0, 1000, 0), 1600); /* this counts as a try */
  }
}

static void handles_the_smallest_waits(void **state) {
  (void)state;
  struct dw_backoff one = {.first_ms = 1, .most_ms = 1};
  assert_int_equal(dw_backoff_after(&one, 0, 0, UINT32_MAX), 1);
  struct dw_backoff none = {.first_ms = 0, .most_ms = 1000, .tries = 5};
  assert_int_equal(dw_backoff_after(&none, 0, 0, UINT32_MAX), 0);
  struct dw_backoff low = {.first_ms = 1000, .most_ms = 10};
  assert_int_equal(dw_backoff_after(&low, 0, 0, 0), 10);
}

/* With the real clock and random numbers. */
static void real_waits_are_between_the_wait_and_twice_the_wait(void **state) {
  (void)state;
  unsigned least = UINT_MAX, most = 0, least_spread = UINT_MAX, most_spread = 0;
  for (int i = 0; i < ROUNDS; i++) {
    struct dw_backoff backoff = {.first_ms = 1000, .most_ms = 30000};
    unsigned wait = dw_backoff_next(&backoff, 0);
    unsigned spread = dw_spread(1000);
    assert_in_range(wait, 1000, 1999);
    assert_in_range(spread, 1000, 1999);
    least = wait < least ? wait : least;
    most = wait > most ? wait : most;
    least_spread = spread < least_spread ? spread : least_spread;
    most_spread = spread > most_spread ? spread : most_spread;
  }
  assert_in_range(least, 1000, 1100);
  assert_in_range(most, 1900, 1999);
  assert_in_range(least_spread, 1000, 1100);
  assert_in_range(most_spread, 1900, 1999);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(doubles_up_to_the_maximum_and_adds_jitter),
      cmocka_unit_test(starts_again_after_two_minutes_without_a_wait),
      cmocka_unit_test(never_starts_again_automatically_without_a_reset_time),
      cmocka_unit_test(starts_again_after_a_reset),
      cmocka_unit_test(waits_at_least_as_long_as_asked),
      cmocka_unit_test(handles_the_smallest_waits),
      cmocka_unit_test(real_waits_are_between_the_wait_and_twice_the_wait),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
