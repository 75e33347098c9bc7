#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cni/ipam_support.h"

static void a_missing_range_is_not_a_syntax_problem(void **state) {
  (void)state;
  static const char *const members[] = {"\"range\":\"\"",    "\"range\":null",
                                        "\"ipRanges\":[]",   "\"ipRanges\":null",
                                        "\"gateway\":\"\"",  "\"range_start\":\"10.0.0.9\",\"exclude\":[\"x\"]",
                                        "\"range_end\":null"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    const struct dw_ipam *ipam = read_members(arena, members[i]);
    assert_int_equal(ipam->pool_count, 0);
    assert_int_equal(ipam->problem_count, 0);
    assert_false(ipam->no_range_explained);
  }
  assert_true(read_members(arena, "\"subnet\":\"10.0.0.0/24\"")->no_range_explained);
  assert_true(read_members(arena, "\"ranges\":[{}]")->no_range_explained);
  assert_false(read_members(arena, "\"ranges\":[]")
                   ->no_range_explained); /* with the correct key there would be no range either */
  assert_true(read_members(arena, "\"ipRanges\":5")->no_range_explained);
  assert_false(read_members(arena, "\"rangeStart\":\"10.0.0.1\"")->no_range_explained);
  assert_false(read_members(arena, RANGE ",\"subnet\":\"10.0.0.0/24\"")->no_range_explained);
}

static void a_lookalike_key_instead_of_a_range_is_one_mistake(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct problem_case one = {"\"ipRanges\":[{\"subnet\":\"10.0.0.0/24\"}]", DW_IPAM_UNREADABLE,
                                   "ipRanges[0].range", "without it", "use range instead of subnet"};
  expect_one(arena, &one);
  const struct dw_ipam *two = read_members(arena, "\"ipRanges\":[{\"subnet\":\"10.0.0.0/24\",\"cidr\":\"\"}]");
  assert_int_equal(two->problem_count, 2);
  assert_int_equal(two->problems[1].kind, DW_IPAM_LOOKALIKE);
}

static void the_subnet_is_known_if_only_another_part_is_unreadable(void **state) {
  (void)state;
  static const struct {
    const char *members;
    bool known;
  } cases[] = {
      {RANGE ",\"exclude\":[\"x\"]", true},
      {RANGE ",\"exclude\":5", true},
      {RANGE ",\"range_start\":5", true},
      {"\"ipRanges\":[{" RANGE ",\"range_start\":\"x\"}]", true},
      {"\"range\":\"x\"", false},
      {"\"range\":5", false},
      {"\"range\":\"10.9.0.1-10.0.0.9/24\"", false},
      {"\"ipRanges\":[5]", false},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct dw_ipam *ipam = read_members(arena, cases[i].members);
    assert_int_equal(ipam->pool_count, 1);
    assert_int_equal(ipam->pools[0].state, DW_POOL_UNREADABLE);
    if (ipam->pools[0].subnet_known != cases[i].known || ipam->pools[0].has_span != cases[i].known)
      fail_msg("%s", cases[i].members);
    assert_int_equal(ipam->pools[0].usable.count, 0);
    assert_non_null(ipam->error);
  }
}

static void excludes_can_empty_a_pool(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_pool *all = &read_members(arena, RANGE ",\"exclude\":[\"10.0.0.0/25\",\"10.0.0.128/25\"]")->pools[0];
  assert_int_equal(all->state, DW_POOL_EMPTY);
  assert_true(all->has_span);
  const struct dw_pool *one = &read_members(arena, "\"range\":\"10.0.0.0/30\",\"exclude\":[\"10.0.0.1\"]")->pools[0];
  assert_int_equal(one->state, DW_POOL_OK);
  assert_int_equal(dw_interval_set_count(&one->usable), 1);
  const struct dw_pool *none =
      &read_members(arena, "\"range\":\"10.0.0.0/30\",\"exclude\":[\"10.0.0.1\",\"10.0.0.2/32\"]")->pools[0];
  assert_int_equal(none->state, DW_POOL_EMPTY);
  const struct dw_pool *family = &read_members(arena, RANGE ",\"exclude\":[\"::/0\"]")->pools[0];
  assert_int_equal(dw_interval_set_count(&family->usable), 254);
}

static void ignored_ends_are_marked(void **state) {
  (void)state;
  static const struct {
    const char *members;
    bool start, end;
  } cases[] = {
      {RANGE, false, false},
      {RANGE ",\"range_start\":\"10.0.0.1\",\"range_end\":\"10.0.0.254\"", false, false},
      {RANGE ",\"range_start\":\"x\",\"range_end\":\"\"", true, false},
      {RANGE ",\"range_start\":\"\",\"range_end\":\"10.1.0.1\"", false, true},
      {"\"range\":\"10.0.0.9-10.0.0.3/24\"", false, true},
      {"\"range\":\"10.0.0.0-10.0.0.3/24\"", false, false},
      {"\"range\":\"10.0.0.2-10.0.0.3/24\",\"range_start\":\"10.0.0.2\"", true, false},
      {"\"range\":\"10.0.0.0/31\",\"range_start\":\"10.0.0.1\"", false, false},
      {RANGE ",\"range_start\":5,\"range_end\":5", false,
       false}, /* whereabouts fails on these instead of ignoring them */
      {RANGE ",\"range_start\":\"x\",\"range_end\":\"x\"", true, true},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct dw_pool *pool = &read_members(arena, cases[i].members)->pools[0];
    if (pool->start_ignored != cases[i].start || pool->end_ignored != cases[i].end)
      fail_msg("%s: %d %d", cases[i].members, pool->start_ignored, pool->end_ignored);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_missing_range_is_not_a_syntax_problem),
      cmocka_unit_test(a_lookalike_key_instead_of_a_range_is_one_mistake),
      cmocka_unit_test(the_subnet_is_known_if_only_another_part_is_unreadable),
      cmocka_unit_test(excludes_can_empty_a_pool),
      cmocka_unit_test(ignored_ends_are_marked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
