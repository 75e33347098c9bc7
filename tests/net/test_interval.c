#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "net/interval.h"

static struct dw_interval span(const char *first, const char *last) {
  struct dw_interval made;
  assert_true(dw_addr_parse(first, DW_ADDR_STRICT, &made.first));
  assert_true(dw_addr_parse(last, DW_ADDR_STRICT, &made.last));
  return made;
}

/* Returns 10.0.0.(first) to 10.0.0.(last), or the same in fd00:: if V4 is false. */
static struct dw_interval small(bool v4, unsigned first, unsigned last) {
  char text[2][DW_ADDR_TEXT];
  snprintf(text[0], DW_ADDR_TEXT, v4 ? "10.0.0.%u" : "fd00::%x", first);
  snprintf(text[1], DW_ADDR_TEXT, v4 ? "10.0.0.%u" : "fd00::%x", last);
  return span(text[0], text[1]);
}

static struct dw_interval cidr(const char *text) {
  struct dw_prefix prefix;
  assert_true(dw_prefix_parse(text, DW_ADDR_STRICT, &prefix, NULL));
  return dw_interval_of(&prefix);
}

static void assert_set(const struct dw_interval_set *set, const char *expected) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  for (size_t i = 0; i < set->count; i++) {
    char first[DW_ADDR_TEXT];
    char last[DW_ADDR_TEXT];
    dw_buf_printf(&text, "%s%s-%s", i > 0 ? " " : "", dw_addr_format(&set->items[i].first, first),
                  dw_addr_format(&set->items[i].last, last));
  }
  assert_string_equal(dw_buf_text(&text), expected);
}

static void intervals_include_both_ends(void **state) {
  (void)state;
  struct dw_interval middle = small(true, 10, 20);
  static const struct {
    unsigned first;
    unsigned last;
    bool overlaps;
  } cases[] = {{1, 9, false}, {1, 10, true}, {12, 13, true}, {1, 200, true}, {20, 30, true}, {21, 30, false}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct dw_interval other = small(true, cases[i].first, cases[i].last);
    assert_int_equal(dw_interval_overlaps(&middle, &other), cases[i].overlaps);
    assert_int_equal(dw_interval_overlaps(&other, &middle), cases[i].overlaps);
  }
  struct dw_interval all_v6 = cidr("::/0");
  assert_false(dw_interval_overlaps(&middle, &all_v6));
}

static void make_sorts_and_joins(void **state) {
  (void)state;
  struct dw_interval items[] = {small(true, 30, 40), small(true, 1, 5),   small(true, 6, 7),
                                small(true, 35, 37), small(true, 39, 50), small(true, 9, 9)};
  struct dw_interval_set set = dw_interval_set_make(items, 6);
  assert_set(&set, "10.0.0.1-10.0.0.7 10.0.0.9-10.0.0.9 10.0.0.30-10.0.0.50");
  set = dw_interval_set_make(NULL, 0);
  assert_int_equal(set.count, 0);
}

static void make_never_joins_different_families(void **state) {
  (void)state;
  struct dw_interval items[] = {cidr("::/0"), cidr("10.0.0.0/8"), cidr("255.255.255.255/32"), cidr("fd00::/8")};
  struct dw_interval_set set = dw_interval_set_make(items, 4);
  assert_set(&set, "10.0.0.0-10.255.255.255 255.255.255.255-255.255.255.255 "
                   "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

static void without_removes_holes(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_interval pool = small(true, 10, 20);
  static const struct {
    unsigned holes[3][2]; /* 0, 0: none */
    const char *left;
  } cases[] = {
      {{{0}}, "10.0.0.10-10.0.0.20"},
      {{{1, 9}, {21, 30}}, "10.0.0.10-10.0.0.20"},
      {{{1, 10}}, "10.0.0.11-10.0.0.20"},
      {{{20, 30}}, "10.0.0.10-10.0.0.19"},
      {{{12, 13}, {15, 15}, {19, 19}},
       "10.0.0.10-10.0.0.11 10.0.0.14-10.0.0.14 10.0.0.16-10.0.0.18 10.0.0.20-10.0.0.20"},
      {{{10, 20}}, ""},
      {{{1, 100}}, ""},
      {{{1, 14}, {16, 100}}, "10.0.0.15-10.0.0.15"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct dw_interval holes[3];
    size_t count = 0;
    for (; count < 3 && cases[i].holes[count][1] != 0; count++)
      holes[count] = small(true, cases[i].holes[count][0], cases[i].holes[count][1]);
    struct dw_interval_set removed = dw_interval_set_make(holes, count);
    struct dw_interval_set left = dw_interval_set_without(arena, &pool, &removed);
    assert_set(&left, cases[i].left);
  }
}

static void without_works_up_to_the_last_address(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_interval all = cidr("::/0");
  struct dw_interval holes[] = {cidr("8000::/1"), cidr("0.0.0.0/0")};
  struct dw_interval_set removed = dw_interval_set_make(holes, 2);
  struct dw_interval_set left = dw_interval_set_without(arena, &all, &removed);
  assert_set(&left, "::-7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

static uint64_t count_of(const char *first, const char *last) {
  struct dw_interval item = span(first, last);
  struct dw_interval_set set = {&item, 1};
  return dw_interval_set_count(&set);
}

static void assert_prefixes(struct dw_interval span, size_t max, const char *expected) {
  struct dw_prefix prefixes[16];
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  size_t count = dw_interval_prefixes(&span, prefixes, max);
  for (size_t i = 0; i < count && i < max; i++) {
    char prefix[DW_PREFIX_TEXT];
    dw_buf_printf(&text, "%s%s", i > 0 ? " " : "", dw_prefix_format(&prefixes[i], prefix));
  }
  dw_buf_puts(&text, count > max ? " ..." : "");
  assert_string_equal(dw_buf_text(&text), expected);
}

static void an_interval_is_divided_into_the_widest_prefixes(void **state) {
  (void)state;
  assert_prefixes(small(true, 1, 1), 1, "10.0.0.1/32");
  assert_prefixes(small(true, 0, 255), 1, "10.0.0.0/24");
  assert_prefixes(small(true, 1, 9), 4, "10.0.0.1/32 10.0.0.2/31 10.0.0.4/30 10.0.0.8/31");
  assert_prefixes(small(true, 1, 9), 3, "10.0.0.1/32 10.0.0.2/31 10.0.0.4/30 ...");
  assert_prefixes(small(true, 1, 9), 0, " ...");
  assert_prefixes(small(false, 2, 4), 4, "fd00::2/127 fd00::4/128");
  assert_prefixes(span("0.0.0.0", "255.255.255.255"), 1, "0.0.0.0/0");
  assert_prefixes(span("::1:0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 1, "::1:0/112 ...");
}

static void counts_are_exact_up_to_the_largest(void **state) {
  (void)state;
  struct dw_interval_set none = {NULL, 0};
  assert_true(dw_interval_set_count(&none) == 0);
  assert_true(count_of("10.0.0.1", "10.0.0.1") == 1);
  assert_true(count_of("0.0.0.0", "255.255.255.255") == UINT64_C(1) << 32);
  assert_true(count_of("fd00::1", "fd00::ffff:ffff:ffff:fffe") == UINT64_MAX - 1);
  assert_true(count_of("fd00::", "fd00::ffff:ffff:ffff:fffe") == UINT64_MAX);
  assert_true(count_of("fd00::", "fd00::ffff:ffff:ffff:ffff") == UINT64_MAX);
  assert_true(count_of("fd00::", "fd00:0:0:1::") == UINT64_MAX);
  assert_true(count_of("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == UINT64_MAX);
  struct dw_interval halves[] = {span("fd00::", "fd00::7fff:ffff:ffff:ffff"),
                                 span("fd00:0:0:1::", "fd00:0:0:1:7fff:ffff:ffff:fffe")};
  struct dw_interval_set set = {halves, 2};
  assert_true(dw_interval_set_count(&set) == UINT64_MAX);
  halves[1].last.value.low -= 1;
  assert_true(dw_interval_set_count(&set) == UINT64_MAX - 1);
  halves[1].last.value.low += 2;
  assert_true(dw_interval_set_count(&set) == UINT64_MAX);
}

static void overlap_of_sets_is_the_first_shared_interval(void **state) {
  (void)state;
  struct dw_interval left[] = {small(true, 1, 5), small(true, 20, 30), small(false, 1, 5)};
  struct dw_interval right[] = {small(true, 6, 9), small(true, 28, 40), small(false, 5, 5)};
  struct dw_interval_set a = {left, 3};
  struct dw_interval_set b = {right, 3};
  struct dw_interval shared;
  struct dw_interval_set found = {&shared, 1};
  assert_true(dw_interval_set_overlap(&a, &b, &shared));
  assert_set(&found, "10.0.0.28-10.0.0.30");
  assert_true(dw_interval_set_overlap(&b, &a, NULL));
  right[1] = small(true, 31, 40);
  assert_true(dw_interval_set_overlap(&a, &b, &shared));
  assert_set(&found, "fd00::5-fd00::5");
  b.count = 2;
  assert_false(dw_interval_set_overlap(&a, &b, &shared));
  assert_false(dw_interval_set_overlap(&b, &a, NULL));
  assert_set(&found, "fd00::5-fd00::5");
}

static void a_set_meets_spans_with_common_addresses(void **state) {
  (void)state;
  struct dw_interval items[] = {small(true, 10, 20), small(true, 30, 30), small(false, 5, 9)};
  const struct dw_interval_set set = {items, 3}, none = {NULL, 0};
  const struct {
    struct dw_interval span;
    bool meets;
  } cases[] = {{small(true, 1, 9), false},    {small(true, 1, 10), true},  {small(true, 20, 25), true},
               {small(true, 21, 29), false},  {small(true, 21, 30), true}, {small(true, 31, 99), false},
               {small(true, 1, 99), true},    {small(false, 1, 4), false}, {small(false, 9, 20), true},
               {small(false, 10, 20), false}, {small(true, 12, 13), true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(dw_interval_set_meets(&set, &cases[i].span), cases[i].meets);
    assert_false(dw_interval_set_meets(&none, &cases[i].span));
  }
}

static void sets_are_ordered(void **state) {
  (void)state;
  struct dw_interval items[][2] = {{small(true, 1, 5)},
                                   {small(true, 1, 6)},
                                   {small(true, 2, 3)},
                                   {small(true, 1, 2), small(true, 4, 5)},
                                   {small(true, 1, 2), small(false, 1, 2)}};
  const struct dw_interval_set sets[] = {{NULL, 0},     {items[0], 1}, {items[1], 1},
                                         {items[2], 1}, {items[3], 2}, {items[4], 2}};
  const size_t count = sizeof sets / sizeof *sets;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < count; k++) {
      int order = dw_interval_set_compare(&sets[i], &sets[k]);
      assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
    }
}

/* A fixed sequence of numbers below LIMIT. */
static unsigned next_random(uint64_t *seed, unsigned limit) {
  *seed = *seed * 6364136223846793005U + 1442695040888963407U;
  return (unsigned)(*seed >> 33) % limit;
}

static struct dw_interval random_span(uint64_t *seed, unsigned longest) {
  bool v4 = next_random(seed, 2) == 0;
  unsigned first = next_random(seed, 200);
  return small(v4, first, first + next_random(seed, longest));
}

/* All three set functions against a table of 256 addresses a family. */
static void sets_agree_with_counting_one_by_one(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (int round = 0; round < 400; round++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_interval holes[12];
    struct dw_interval pool = random_span(&seed, 56);
    size_t count = next_random(&seed, 12);
    bool hit[2][256] = {{0}};
    for (size_t i = 0; i < count; i++) {
      holes[i] = random_span(&seed, 20);
      for (uint64_t at = holes[i].first.value.low & 0xFF; at <= (holes[i].last.value.low & 0xFF); at++)
        hit[holes[i].first.v4][at] = true;
    }
    struct dw_interval_set removed = dw_interval_set_make(holes, count);
    struct dw_interval_set left = dw_interval_set_without(arena, &pool, &removed);
    struct dw_interval_set whole = {&pool, 1};
    unsigned expected = 0;
    bool shared = false;
    for (unsigned at = 0; at < 256; at++) {
      struct dw_addr addr = small(pool.first.v4, at, at).first;
      bool in_pool = dw_interval_set_contains(&whole, &addr);
      bool removed_here = hit[pool.first.v4][at];
      assert_int_equal(in_pool, at >= (pool.first.value.low & 0xFF) && at <= (pool.last.value.low & 0xFF));
      assert_int_equal(dw_interval_set_contains(&removed, &addr), removed_here);
      assert_int_equal(dw_interval_set_contains(&left, &addr), in_pool && !removed_here);
      expected += in_pool && !removed_here;
      shared = shared || (in_pool && removed_here);
    }
    assert_int_equal(dw_interval_set_count(&left), expected);
    assert_int_equal(dw_interval_set_overlap(&whole, &removed, NULL), shared);
    assert_false(dw_interval_set_overlap(&left, &removed, NULL));
    for (size_t i = 1; i < removed.count; i++)
      assert_true(dw_addr_compare(&removed.items[i - 1].last, &removed.items[i].first) < 0);
  }
}

struct hits {
  uint32_t ids[200];
  size_t count;
  size_t most; /* stop there */
};

static bool note(void *context, const struct dw_interval_entry *entry) {
  struct hits *hits = context;
  hits->ids[hits->count++] = entry->id;
  return hits->count < hits->most;
}

static void the_index_agrees_with_a_linear_scan(void **state) {
  (void)state;
  uint64_t seed = 99;
  for (int round = 0; round < 150; round++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_interval_entry entries[200];
    size_t count = next_random(&seed, round % 3 == 0 ? 6 : 200);
    for (size_t i = 0; i < count; i++)
      entries[i] = (struct dw_interval_entry){random_span(&seed, i % 7 == 0 ? 56 : 4), (uint32_t)i};
    struct dw_interval_index index = dw_interval_index_make(arena, entries, count);
    for (int query = 0; query < 40; query++) {
      struct dw_interval wanted = random_span(&seed, query % 2 == 0 ? 1 : 40);
      struct hits hits = {.most = SIZE_MAX};
      dw_interval_index_find(&index, &wanted, note, &hits);
      size_t at = 0;
      for (size_t i = 0; i < count; i++)
        if (dw_interval_overlaps(&entries[i].span, &wanted)) {
          assert_true(at < hits.count);
          assert_int_equal(hits.ids[at++], entries[i].id);
        }
      assert_int_equal(hits.count, at);
    }
  }
}

static void entries_are_sorted_by_first_last_and_id(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_interval_entry entries[] = {
      {small(false, 1, 9), 0}, {small(true, 5, 9), 4}, {small(true, 5, 9), 3},
      {small(true, 5, 6), 9},  {small(true, 1, 9), 8},
  };
  struct dw_interval_index index = dw_interval_index_make(arena, entries, 5);
  static const uint32_t expected[] = {8, 9, 3, 4, 0};
  for (size_t i = 0; i < 5; i++)
    assert_int_equal(index.entries[i].id, expected[i]);
}

static void a_search_can_be_stopped(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_interval_entry entries[50];
  for (unsigned i = 0; i < 50; i++)
    entries[i] = (struct dw_interval_entry){small(true, i, i + 100), i};
  struct dw_interval_index index = dw_interval_index_make(arena, entries, 50);
  struct dw_interval wanted = small(true, 60, 60);
  for (size_t most = 1; most <= 50; most++) {
    struct hits hits = {.most = most};
    dw_interval_index_find(&index, &wanted, note, &hits);
    assert_int_equal(hits.count, most);
    assert_int_equal(hits.ids[most - 1], most - 1);
  }
}

static void an_empty_index_finds_nothing(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_interval_index index = dw_interval_index_make(arena, NULL, 0);
  struct dw_interval all = cidr("::/0");
  struct hits hits = {.most = SIZE_MAX};
  dw_interval_index_find(&index, &all, note, &hits);
  assert_int_equal(hits.count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(intervals_include_both_ends),
      cmocka_unit_test(make_sorts_and_joins),
      cmocka_unit_test(make_never_joins_different_families),
      cmocka_unit_test(without_removes_holes),
      cmocka_unit_test(without_works_up_to_the_last_address),
      cmocka_unit_test(an_interval_is_divided_into_the_widest_prefixes),
      cmocka_unit_test(counts_are_exact_up_to_the_largest),
      cmocka_unit_test(overlap_of_sets_is_the_first_shared_interval),
      cmocka_unit_test(a_set_meets_spans_with_common_addresses),
      cmocka_unit_test(sets_are_ordered),
      cmocka_unit_test(sets_agree_with_counting_one_by_one),
      cmocka_unit_test(the_index_agrees_with_a_linear_scan),
      cmocka_unit_test(entries_are_sorted_by_first_last_and_id),
      cmocka_unit_test(a_search_can_be_stopped),
      cmocka_unit_test(an_empty_index_finds_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
