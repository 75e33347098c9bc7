#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "http/connections.h"

enum { SECOND = 1000000 };

static int set_up(void **state) {
  struct rates *rates = calloc(1, sizeof *rates);
  assert_non_null(rates);
  rates->rate = 10;
  *state = rates;
  return 0;
}

static int tear_down(void **state) {
  free(*state);
  return 0;
}

struct counts {
  unsigned at_once, waiting, refused;
  int64_t longest;
};

static struct counts connect_times(struct rates *rates, uint32_t who, int64_t now, unsigned tries) {
  unsigned char address[16] = {0};
  struct counts counts = {0, 0, 0, 0};
  memcpy(address + 12, &who, sizeof who);
  for (unsigned i = 0; i < tries; i++) {
    int64_t wait = dw_rates_wait(rates, address, now);
    counts.at_once += wait == 0;
    counts.waiting += wait > 0;
    counts.refused += wait < 0;
    counts.longest = wait > counts.longest ? wait : counts.longest;
  }
  return counts;
}

static void serves_a_burst_delays_some_and_refuses_more(void **state) {
  struct counts counts = connect_times(*state, 1, SECOND, 100);
  assert_int_equal(counts.at_once, 5);
  assert_int_equal(counts.waiting, 20);
  assert_int_equal(counts.refused, 75);
  assert_in_range(counts.longest, 2 * SECOND - 1, 2 * SECOND);
}

static void each_connection_waits_longer_than_the_one_before(void **state) {
  int64_t last = 0;
  connect_times(*state, 1, SECOND, 5);
  for (int i = 0; i < 20; i++) {
    int64_t wait = connect_times(*state, 1, SECOND, 1).longest;
    assert_in_range(wait - last, SECOND / 10 - 1, SECOND / 10 + 1);
    last = wait;
  }
}

static void accepts_a_refused_address_later(void **state) {
  connect_times(*state, 1, SECOND, 100);
  struct counts soon = connect_times(*state, 1, 2 * SECOND + 1, 100);
  assert_int_equal(soon.at_once, 0);
  assert_int_equal(soon.waiting, 10);
  struct counts late = connect_times(*state, 1, 100 * (int64_t)SECOND, 100);
  assert_int_equal(late.at_once, 5); /* no more tokens are collected */
}

static void addresses_do_not_affect_each_other(void **state) {
  assert_int_equal(connect_times(*state, 1, SECOND, 100).at_once, 5);
  assert_int_equal(connect_times(*state, 2, SECOND, 100).at_once, 5);
}

/* There is room for few addresses: the one that was unused longest is replaced, and active ones are kept. */
static void a_flood_of_addresses_needs_no_memory_and_keeps_active_ones(void **state) {
  int64_t now = SECOND;
  unsigned more = 0;
  connect_times(*state, 1, now, 100);
  for (uint32_t who = 2; who < 100000; who++) {
    now += 10;
    connect_times(*state, who, now, 1);
    struct counts counts = connect_times(*state, 1, now, 1);
    more += counts.at_once + counts.waiting;
  }
  assert_in_range(more, 9, 11); /* a second has passed */
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(serves_a_burst_delays_some_and_refuses_more),
      TEST(each_connection_waits_longer_than_the_one_before),
      TEST(accepts_a_refused_address_later),
      TEST(addresses_do_not_affect_each_other),
      TEST(a_flood_of_addresses_needs_no_memory_and_keeps_active_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
