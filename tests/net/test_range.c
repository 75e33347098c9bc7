#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "net/range.h"

static const struct {
  const char *text;
  enum dw_range_fault fault;
  const char *canonical; /* if the subnet was read */
} ranges[] = {
    {"10.200.5.0/24", DW_RANGE_OK, "10.200.5.0/24"},
    {"10.0.0.10/24", DW_RANGE_OK, "10.0.0.0/24"},
    {"010.0.5.000/24", DW_RANGE_OK, "10.0.5.0/24"},
    {"10.0.0.0/30", DW_RANGE_OK, "10.0.0.0/30"},
    {"10.0.0.0/31", DW_RANGE_TOO_SMALL, "10.0.0.0/31"},
    {"10.0.0.0/32", DW_RANGE_TOO_SMALL, "10.0.0.0/32"},
    {"fd00::/126", DW_RANGE_OK, "fd00::/126"},
    {"fd00::/127", DW_RANGE_TOO_SMALL, "fd00::/127"},
    {"fd00::/128", DW_RANGE_TOO_SMALL, "fd00::/128"},
    {"::ffff:10.0.0.0/120", DW_RANGE_OK, "10.0.0.0/24"},
    {"192.168.2.225-192.168.2.230/28", DW_RANGE_OK, "192.168.2.225-192.168.2.230/28"},
    {"192.168.2.230-192.168.2.226/28", DW_RANGE_OK, "192.168.2.230-192.168.2.226/28"},
    {"192.168.002.225-192.168.2.230/028", DW_RANGE_OK, "192.168.2.225-192.168.2.230/28"},
    {"::ffff:10.0.0.1-10.0.0.9/24", DW_RANGE_OK, "10.0.0.1-10.0.0.9/24"},
    {"10.0.0.1-::ffff:10.0.0.9/120", DW_RANGE_OK, "10.0.0.1-10.0.0.9/24"},
    {"fd00::1-fd00::8/120", DW_RANGE_OK, "fd00::1-fd00::8/120"},
    {"::1-::ffff:10.0.0.9/64", DW_RANGE_OK, "::1-::ffff:10.0.0.9/64"},
    {"10.0.0.0-10.0.0.1/31", DW_RANGE_TOO_SMALL, "10.0.0.0-10.0.0.1/31"},
    {"192.168.2.200-192.168.2.230/28", DW_RANGE_START_OUTSIDE, "192.168.2.200-192.168.2.230/28"},
    {"10.0.0.1-fd00::9/64", DW_RANGE_START_OUTSIDE, "10.0.0.1-fd00::9/64"},
    {"10.0.0.1-::9/0", DW_RANGE_START_OUTSIDE, "10.0.0.1-::9/0"},
    {"", DW_RANGE_NO_CIDR, NULL},
    {"bogus", DW_RANGE_NO_CIDR, NULL},
    {"10.0.0.0", DW_RANGE_NO_CIDR, NULL},
    {"10.0.0.0/33", DW_RANGE_NO_CIDR, NULL},
    {" 10.0.0.0/24", DW_RANGE_NO_CIDR, NULL},
    {"10.0.0.10-10.0.0.20", DW_RANGE_NO_CIDR, NULL},
    {"10.0.0.10- 10.0.0.20/24", DW_RANGE_NO_CIDR, NULL},
    {"10.0.0.10-10.0.0.20-10.0.0.30/24", DW_RANGE_NO_CIDR, NULL},
    {"10.0.0.10-", DW_RANGE_NO_CIDR, NULL},
    {"10.0.0.10 - 10.0.0.20/24", DW_RANGE_BAD_START, NULL},
    {"-10.0.0.20/24", DW_RANGE_BAD_START, NULL},
    {"10.0.0.0/-1", DW_RANGE_BAD_START, NULL},
    {"10.0.0.10/24-10.0.0.20/24", DW_RANGE_BAD_START, NULL},
};

static void ranges_read_as_whereabouts_reads_them(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
    struct dw_range range = {.subnet = {.bits = 999}};
    enum dw_range_fault fault = dw_range_parse(ranges[i].text, &range);
    if (fault != ranges[i].fault)
      fail_msg("%s: %d, not %d", ranges[i].text, fault, ranges[i].fault);
    if (ranges[i].canonical == NULL)
      assert_int_equal(range.subnet.bits, 999);
    else
      assert_string_equal(dw_range_format(arena, &range), ranges[i].canonical);
  }
}

static void canonical_text_means_the_same(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
    struct dw_range again;
    if (ranges[i].canonical == NULL)
      continue;
    assert_int_equal(dw_range_parse(ranges[i].canonical, &again), ranges[i].fault);
    assert_string_equal(dw_range_format(arena, &again), ranges[i].canonical);
    assert_false(again.leading_zeros);
  }
}

static void leading_zeros_are_detected(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool octets;
    bool range;
  } cases[] = {
      {"10.0.0.0/24", false, false},         {"010.0.0.0/24", true, true},
      {"10.0.00.0/24", true, true},          {"10.0.0.0/024", false, true},
      {"10.0.0.1-10.0.0.09/24", true, true}, {"10.0.0.01-10.0.0.9/24", true, true},
      {"100.10.200.0/20", false, false},     {"fd00:0001::/64", false, false},
      {"fd00::/064", false, true},           {"::ffff:010.0.0.0/120", true, true},
      {"::0a:0:10.0.0.0/120", false, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct dw_range range;
    assert_int_equal(dw_range_parse(cases[i].text, &range), DW_RANGE_OK);
    if (range.leading_zeros != cases[i].range || dw_has_leading_zeros(cases[i].text) != cases[i].octets)
      fail_msg("%s", cases[i].text);
  }
  assert_true(dw_has_leading_zeros("10.0.0.01"));
  assert_false(dw_has_leading_zeros("10.0.0.1"));
  assert_false(dw_has_leading_zeros(""));
  assert_false(dw_has_leading_zeros("bogus"));
  assert_false(dw_has_leading_zeros("-"));
}

static const struct dw_addr *optional(const char *text, struct dw_addr *out) {
  if (text == NULL)
    return NULL;
  assert_true(dw_addr_parse(text, DW_ADDR_SLOPPY, out));
  return out;
}

static const struct {
  const char *subnet;
  const char *start;
  const char *end;
  const char *first; /* NULL: no pool */
  const char *last;
  bool start_ignored;
  bool end_ignored;
} pools[] = {
    {"10.0.0.0/29", NULL, NULL, "10.0.0.1", "10.0.0.6", false, false},
    {"10.0.0.0/29", "10.0.0.3", "10.0.0.5", "10.0.0.3", "10.0.0.5", false, false},
    {"10.0.0.0/29", "10.0.0.1", "10.0.0.6", "10.0.0.1", "10.0.0.6", false, false},
    {"10.0.0.0/29", "10.0.0.4", "10.0.0.4", "10.0.0.4", "10.0.0.4", false, false},
    {"10.0.0.0/29", "10.0.0.0", "10.0.0.7", "10.0.0.1", "10.0.0.6", true, true},
    {"10.0.0.0/29", "10.0.1.3", NULL, "10.0.0.1", "10.0.0.6", true, false},
    {"10.0.0.0/29", NULL, "10.0.1.3", "10.0.0.1", "10.0.0.6", false, true},
    {"10.0.0.0/29", "10.0.0.5", "10.0.0.3", "10.0.0.5", "10.0.0.6", false, true},
    {"10.0.0.0/29", "fd00::3", "fd00::5", "10.0.0.1", "10.0.0.6", true, true},
    {"fd00::/64", "10.0.0.3", "10.0.0.5", "fd00::1", "fd00::ffff:ffff:ffff:fffe", true, true},
    {"::/0", "10.0.0.3", NULL, "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", true, false},
    {"0.0.0.0/0", NULL, NULL, "0.0.0.1", "255.255.255.254", false, false},
    {"10.0.0.0/30", NULL, NULL, "10.0.0.1", "10.0.0.2", false, false},
    {"10.0.0.0/31", NULL, NULL, NULL, NULL, false, false},
    {"10.0.0.0/32", "10.0.0.0", NULL, NULL, NULL, false, false},
    {"fd00::/126", NULL, NULL, "fd00::1", "fd00::2", false, false},
    {"fd00::/127", NULL, NULL, NULL, NULL, false, false},
    {"fd00::/128", NULL, NULL, NULL, NULL, false, false},
};

static void pools_have_the_ends_that_whereabouts_uses(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
    struct dw_prefix subnet;
    struct dw_addr start;
    struct dw_addr end;
    struct dw_pool_ends ends;
    char out[DW_ADDR_TEXT];
    assert_true(dw_prefix_parse(pools[i].subnet, DW_ADDR_STRICT, &subnet, NULL));
    bool any = dw_pool_ends(&subnet, optional(pools[i].start, &start), optional(pools[i].end, &end), &ends);
    assert_int_equal(any, pools[i].first != NULL);
    if (!any)
      continue;
    assert_string_equal(dw_addr_format(&ends.span.first, out), pools[i].first);
    assert_string_equal(dw_addr_format(&ends.span.last, out), pools[i].last);
    assert_int_equal(ends.start_ignored, pools[i].start_ignored);
    assert_int_equal(ends.end_ignored, pools[i].end_ignored);
  }
}

static unsigned next_random(uint64_t *seed, unsigned limit) {
  *seed = *seed * 6364136223846793005U + 1442695040888963407U;
  return (unsigned)(*seed >> 33) % limit;
}

/* Half of them near 10.0.0.0, so that starts and ends often hit. */
static void random_address(uint64_t *seed, bool v4, char *out) {
  if (v4)
    snprintf(out, DW_ADDR_TEXT, "10.0.%u.%u", next_random(seed, 3), next_random(seed, 256));
  else
    snprintf(out, DW_ADDR_TEXT, "fd00:0:0:%x::%x:%x", next_random(seed, 3), next_random(seed, 2),
             next_random(seed, 65536));
}

static void a_pool_never_leaves_the_usable_part_of_its_subnet(void **state) {
  (void)state;
  uint64_t seed = 2026;
  int made = 0;
  for (int i = 0; i < 20000; i++) {
    bool v4 = next_random(&seed, 2) == 0;
    char text[4][DW_PREFIX_TEXT + 8];
    random_address(&seed, v4, text[0]);
    random_address(&seed, next_random(&seed, 10) == 0 ? !v4 : v4, text[1]);
    random_address(&seed, next_random(&seed, 10) == 0 ? !v4 : v4, text[2]);
    snprintf(text[3], sizeof text[3], "%.40s/%u", text[0], next_random(&seed, v4 ? 33 : 129));
    struct dw_prefix subnet;
    struct dw_addr start;
    struct dw_addr end;
    struct dw_pool_ends ends;
    assert_true(dw_prefix_parse(text[3], DW_ADDR_STRICT, &subnet, NULL));
    optional(text[1], &start);
    optional(text[2], &end);
    bool any = dw_pool_ends(&subnet, &start, &end, &ends);
    assert_int_equal(any, dw_prefix_host_bits(&subnet) >= 2);
    if (!any)
      continue;
    struct dw_addr highest = dw_prefix_last(&subnet);
    assert_true(dw_addr_compare(&subnet.base, &ends.span.first) < 0);
    assert_true(dw_addr_compare(&ends.span.first, &ends.span.last) <= 0);
    assert_true(dw_addr_compare(&ends.span.last, &highest) < 0);
    assert_int_equal(!ends.start_ignored, dw_addr_compare(&start, &ends.span.first) == 0);
    if (!ends.end_ignored)
      assert_int_equal(dw_addr_compare(&end, &ends.span.last), 0);
    made += !ends.start_ignored && !ends.end_ignored;
  }
  assert_true(made > 500);
}

static void excludes_are_read_strictly(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"10.0.0.0/28", "10.0.0.0/28"},
      {"10.0.0.5/28", "10.0.0.0/28"},
      {"10.0.0.5", "10.0.0.5/32"},
      {"fd00::5", "fd00::5/128"},
      {"fd00::/120", "fd00::/120"},
      {"::ffff:10.0.0.0/120", "10.0.0.0/24"},
      {"::ffff:10.0.0.5", "::/32"}, /* whereabouts reads "::ffff:10.0.0.5/32" */
      {"::", "::/128"},
      {"010.0.0.0/28", NULL},
      {"010.0.0.5", NULL},
      {"10.0.0.5-10.0.0.9", NULL},
      {"10.0.0.0/33", NULL},
      {"bogus", NULL},
      {"", NULL},
      {"10.0.0.5 ", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct dw_prefix prefix = {.bits = 999};
    char out[DW_PREFIX_TEXT];
    assert_int_equal(dw_exclude_parse(cases[i][0], &prefix), cases[i][1] != NULL);
    if (cases[i][1] != NULL)
      assert_string_equal(dw_prefix_format(&prefix, out), cases[i][1]);
    else
      assert_int_equal(prefix.bits, 999);
  }
}

static void special_classes_are_found_at_their_boundaries(void **state) {
  (void)state;
  static const struct {
    const char *subnet;
    const char *class_name;
  } cases[] = {
      {"10.0.0.0/8", NULL},
      {"192.168.0.0/16", NULL},
      {"100.64.0.0/10", NULL},
      {"0.0.0.0/32", "unspecified"},
      {"0.255.255.255/32", "unspecified"},
      {"1.0.0.0/32", NULL},
      {"126.255.255.255/32", NULL},
      {"127.0.0.0/32", "loopback"},
      {"127.255.255.255/32", "loopback"},
      {"128.0.0.0/32", NULL},
      {"169.253.255.255/32", NULL},
      {"169.254.0.0/32", "link-local"},
      {"169.254.255.255/32", "link-local"},
      {"169.255.0.0/32", NULL},
      {"223.255.255.0/24", NULL},
      {"223.255.255.255/32", NULL},
      {"224.0.0.0/32", "multicast"},
      {"239.255.255.255/32", "multicast"},
      {"240.0.0.0/32", NULL},
      {"255.255.255.254/32", NULL},
      {"255.255.255.255/32", "broadcast"},
      {"0.0.0.0/0", "unspecified"},
      {"64.0.0.0/2", "loopback"},
      {"::/128", "unspecified"},
      {"::1/128", "loopback"},
      {"::2/128", NULL},
      {"::/0", "unspecified"},
      {"fd00::/64", NULL},
      {"fe7f::/16", NULL},
      {"fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", NULL},
      {"fe80::/128", "link-local"},
      {"fe80::/64", "link-local"},
      {"febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "link-local"},
      {"febf::/16", "link-local"},
      {"fec0::/10", NULL},
      {"feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", NULL},
      {"ff00::/128", "multicast"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "multicast"},
      {"ff02::/16", "multicast"},
      {"fe00::/7", "link-local"},
      {"::ffff:127.0.0.0/104", "loopback"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct dw_prefix subnet;
    assert_true(dw_prefix_parse(cases[i].subnet, DW_ADDR_STRICT, &subnet, NULL));
    struct dw_interval span = dw_interval_of(&subnet);
    const char *found = dw_special_class(&span);
    if (cases[i].class_name == NULL ? found != NULL : found == NULL || strcmp(found, cases[i].class_name) != 0)
      fail_msg("%s: %s", cases[i].subnet, found == NULL ? "none" : found);
  }
}

static void a_subnet_hands_out_all_but_its_first_and_last_address(void **state) {
  (void)state;
  assert_int_equal(dw_subnet_usable(true, 24), 254);
  assert_int_equal(dw_subnet_usable(true, 30), 2);
  assert_int_equal(dw_subnet_usable(true, 31), 0);
  assert_int_equal(dw_subnet_usable(true, 32), 0);
  assert_true(dw_subnet_usable(true, 0) == UINT64_C(0xFFFFFFFE));
  assert_int_equal(dw_subnet_usable(false, 126), 2);
  assert_int_equal(dw_subnet_usable(false, 128), 0);
  assert_true(dw_subnet_usable(false, 65) == UINT64_C(0x7FFFFFFFFFFFFFFE));
  assert_true(dw_subnet_usable(false, 64) == UINT64_MAX);
}

static void the_longest_prefix_for_a_number_of_addresses(void **state) {
  (void)state;
  static const struct {
    uint64_t usable;
    unsigned v4, v6;
  } cases[] = {{0, 30, 126},       {2, 30, 126},   {3, 29, 125},   {6, 29, 125},
               {7, 28, 124},       {254, 24, 120}, {255, 23, 119}, {UINT32_MAX - 1, 0, 96},
               {UINT64_MAX, 0, 64}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(dw_subnet_bits_for(true, cases[i].usable), cases[i].v4);
    assert_int_equal(dw_subnet_bits_for(false, cases[i].usable), cases[i].v6);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_subnet_hands_out_all_but_its_first_and_last_address),
      cmocka_unit_test(the_longest_prefix_for_a_number_of_addresses),
      cmocka_unit_test(ranges_read_as_whereabouts_reads_them),
      cmocka_unit_test(canonical_text_means_the_same),
      cmocka_unit_test(leading_zeros_are_detected),
      cmocka_unit_test(pools_have_the_ends_that_whereabouts_uses),
      cmocka_unit_test(a_pool_never_leaves_the_usable_part_of_its_subnet),
      cmocka_unit_test(excludes_are_read_strictly),
      cmocka_unit_test(special_classes_are_found_at_their_boundaries),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
