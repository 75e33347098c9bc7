#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "server/rates.h"

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

static unsigned taken(struct rates *rates, uint32_t who, int64_t now, unsigned tries) {
  unsigned char address[16] = {0};
  unsigned count = 0;
  memcpy(address + 12, &who, sizeof who);
  for (unsigned i = 0; i < tries; i++)
    count += dw_rates_take(rates, address, now);
  return count;
}

static void so_many_at_once_and_no_more(void **state) {
  assert_int_equal(taken(*state, 1, SECOND, 100), 20);
  assert_int_equal(taken(*state, 1, SECOND, 100), 0);
}

static void then_so_many_a_second(void **state) {
  taken(*state, 1, SECOND, 100);
  assert_int_equal(taken(*state, 1, SECOND + SECOND / 10 - 1, 100), 0);
  assert_in_range(taken(*state, 1, 2 * SECOND, 100), 9, 10); /* of a hair under ten */
  assert_int_equal(taken(*state, 1, 100 * (int64_t)SECOND, 100), 20); /* no more is saved up */
}

static void addresses_do_not_cost_each_other(void **state) {
  assert_int_equal(taken(*state, 1, SECOND, 100), 20);
  assert_int_equal(taken(*state, 2, SECOND, 100), 20);
}

/* There is room for few addresses: the one that was away longest makes way, and those that are here are kept. */
static void a_flood_of_addresses_takes_no_memory_and_forgets_no_one_at_work(void **state) {
  int64_t now = SECOND;
  taken(*state, 1, now, 100);
  unsigned more = 0;
  for (uint32_t who = 2; who < 100000; who++) {
    now += 10;
    taken(*state, who, now, 1);
    more += taken(*state, 1, now, 1);
  }
  assert_in_range(more, 9, 11); /* a second has passed */
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(so_many_at_once_and_no_more),
      TEST(then_so_many_a_second),
      TEST(addresses_do_not_cost_each_other),
      TEST(a_flood_of_addresses_takes_no_memory_and_forgets_no_one_at_work),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
