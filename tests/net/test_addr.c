#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "net/addr.h"

/* The canonical form of TEXT, "" if it is invalid. */
static const char *canonical(const char *text, enum dw_addr_syntax syntax, char *out) {
  struct dw_addr addr;
  return dw_addr_parse(text, syntax, &addr) ? dw_addr_format(&addr, out) : "";
}

/* What Go's net.ParseIP and k8s.io/utils/net ParseIPSloppy answer; "" for nil. */
static const struct {
  const char *text;
  const char *strict;
  const char *sloppy;
} addresses[] = {
    {"10.0.0.1", "10.0.0.1", "10.0.0.1"},
    {"255.255.255.255", "255.255.255.255", "255.255.255.255"},
    {"0.0.0.0", "0.0.0.0", "0.0.0.0"},
    {"010.0.0.9", "", "10.0.0.9"},
    {"10.0.0.00", "", "10.0.0.0"},
    {"0000000000000010.0.0.1", "", "10.0.0.1"},
    {"256.0.0.1", "", ""},
    {"4294967306.0.0.1", "", ""},
    {"10.0.0", "", ""},
    {"10.0.0.", "", ""},
    {".10.0.0", "", ""},
    {"10..0.1", "", ""},
    {"1.2.3.4.5", "", ""},
    {"10.0.0.1 ", "", ""},
    {" 10.0.0.1", "", ""},
    {"+1.2.3.4", "", ""},
    {"0x0a.0.0.1", "", ""},
    {"10", "", ""},
    {"", "", ""},
    {"::", "::", "::"},
    {"::1", "::1", "::1"},
    {"1::", "1::", "1::"},
    {"fd00::1", "fd00::1", "fd00::1"},
    {"FD00::ABCD", "fd00::abcd", "fd00::abcd"},
    {"fd00:0:0:0:0:0:0:1", "fd00::1", "fd00::1"},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"},
    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
    {"1:0:0:4:0:0:7:8", "1::4:0:0:7:8", "1::4:0:0:7:8"},
    {"1:0:0:4:0:0:0:8", "1:0:0:4::8", "1:0:0:4::8"},
    {"1:0:3:4:5:6:7:0", "1:0:3:4:5:6:7:0", "1:0:3:4:5:6:7:0"},
    {"2001:0db8::", "2001:db8::", "2001:db8::"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {"00001::", "", "1::"},
    {"10000::", "", ""},
    {"1:2:3:4:5:6:7", "", ""},
    {"1:2:3:4:5:6:7:8:9", "", ""},
    {"1:2:3:4:5:6:7:8:", "", ""},
    {"1:2:3:4:5:6:7:8::", "", ""},
    {"1::2:3:4:5:6:7:8", "", ""},
    {":", "", ""},
    {":::", "", ""},
    {":1", "", ""},
    {"1:", "", ""},
    {"::1::", "", ""},
    {"1::2::3", "", ""},
    {"g::", "", ""},
    {"fe80::1%eth0", "", ""},
    {"::%", "", ""},
    {"[::1]", "", ""},
    {"::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1"},
    {"::ffff:a00:1", "10.0.0.1", "10.0.0.1"},
    {"0:0:0:0:0:FFFF:10.0.0.1", "10.0.0.1", "10.0.0.1"},
    {"::ffff:010.0.0.1", "", "10.0.0.1"},
    {"::10.0.0.1", "::a00:1", "::a00:1"},
    {"64:ff9b::10.0.0.1", "64:ff9b::a00:1", "64:ff9b::a00:1"},
    {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304", "1:2:3:4:5:6:102:304"},
    {"1:2:3:4:5:1.2.3.4", "", ""},
    {"1:2:3:4:5:6:7:1.2.3.4", "", ""},
    {"1:2:3:4:5::1.2.3.4", "1:2:3:4:5:0:102:304", "1:2:3:4:5:0:102:304"},
    {"1:2:3:4:5:6::1.2.3.4", "", ""},
    {"::1.2.3.4:5", "", ""},
    {"1.2.3.4::", "", ""},
    {"::1.2.3", "", ""},
    {"::256.0.0.1", "", ""},
};

static void addresses_read_as_go_reads_them(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
    char out[DW_ADDR_TEXT];
    if (strcmp(canonical(addresses[i].text, DW_ADDR_STRICT, out), addresses[i].strict) != 0)
      fail_msg("strict %s", addresses[i].text);
    if (strcmp(canonical(addresses[i].text, DW_ADDR_SLOPPY, out), addresses[i].sloppy) != 0)
      fail_msg("sloppy %s", addresses[i].text);
  }
}

static void a_failure_does_not_change_the_output(void **state) {
  (void)state;
  struct dw_addr addr;
  struct dw_prefix prefix;
  memset(&addr, 0x5A, sizeof addr);
  memset(&prefix, 0x5A, sizeof prefix);
  struct dw_addr addr_before = addr;
  assert_false(dw_addr_parse("1:2:3:4:5:6:7", DW_ADDR_STRICT, &addr));
  assert_false(dw_prefix_parse("10.0.0.0/33", DW_ADDR_STRICT, &prefix, &addr));
  assert_memory_equal(&addr, &addr_before, sizeof addr);
  assert_int_equal(prefix.bits, 0x5A5A5A5A);
}

/* What net.ParseCIDR and ParseCIDRSloppy answer: the subnet and the address; "" for an error. */
static const struct {
  const char *text;
  bool strict; /* whether the strict reading is the same; else it is an error */
  const char *subnet;
  const char *address;
} prefixes[] = {
    {"10.0.0.0/24", true, "10.0.0.0/24", "10.0.0.0"},
    {"10.0.0.10/24", true, "10.0.0.0/24", "10.0.0.10"},
    {"10.255.255.255/8", true, "10.0.0.0/8", "10.255.255.255"},
    {"1.2.3.4/0", true, "0.0.0.0/0", "1.2.3.4"},
    {"1.2.3.4/32", true, "1.2.3.4/32", "1.2.3.4"},
    {"1.2.3.4/31", true, "1.2.3.4/31", "1.2.3.4"},
    {"10.0.0.0/024", true, "10.0.0.0/24", "10.0.0.0"},
    {"010.0.5.000/24", false, "10.0.5.0/24", "10.0.5.0"},
    {"2001:db8::1/64", true, "2001:db8::/64", "2001:db8::1"},
    {"2001:db8::ff/63", true, "2001:db8::/63", "2001:db8::ff"},
    {"ffff::/1", true, "8000::/1", "ffff::"},
    {"ffff::1/128", true, "ffff::1/128", "ffff::1"},
    {"ffff::1/0", true, "::/0", "ffff::1"},
    {"::ffff:10.0.0.0/120", true, "10.0.0.0/24", "10.0.0.0"},
    {"::ffff:10.0.0.9/128", true, "10.0.0.9/32", "10.0.0.9"},
    {"::ffff:10.0.0.9/96", true, "0.0.0.0/0", "10.0.0.9"},
    {"::ffff:10.0.0.9/95", true, "::fffe:0:0/95", "10.0.0.9"},
    {"::ffff:10.0.0.9/0", true, "::/0", "10.0.0.9"},
    {"10.0.0.0/33", true, "", ""},
    {"::/129", true, "", ""},
    {"10.0.0.0/4294967320", true, "", ""},
    {"10.0.0.0", true, "", ""},
    {"10.0.0.0/", true, "", ""},
    {"/24", true, "", ""},
    {"", true, "", ""},
    {"10.0.0.0/24 ", true, "", ""},
    {" 10.0.0.0/24", true, "", ""},
    {"10.0.0.0/ 24", true, "", ""},
    {"10.0.0.0/+24", true, "", ""},
    {"10.0.0.0/-1", true, "", ""},
    {"10.0.0.0/24/24", true, "", ""},
    {"10.0.0.0/255.255.255.0", true, "", ""},
    {"10.0.0.0/0x18", true, "", ""},
    {"10.200.5/24", true, "", ""},
    {"fe80::1%eth0/64", true, "", ""},
    {"bogus", true, "", ""},
};

static void check_prefix(const char *text, enum dw_addr_syntax syntax, const char *subnet, const char *address) {
  struct dw_prefix prefix;
  struct dw_addr addr;
  char out[DW_PREFIX_TEXT];
  bool read = dw_prefix_parse(text, syntax, &prefix, &addr);
  if (read != (subnet[0] != '\0'))
    fail_msg("%s: %s", text, read ? "read" : "refused");
  if (!read)
    return;
  assert_string_equal(dw_prefix_format(&prefix, out), subnet);
  assert_string_equal(dw_addr_format(&addr, out), address);
  struct dw_prefix again;
  assert_true(dw_prefix_parse(text, syntax, &again, NULL));
  assert_int_equal(dw_addr_compare(&prefix.base, &again.base), 0);
}

static void prefixes_read_as_go_reads_them(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
    check_prefix(prefixes[i].text, DW_ADDR_SLOPPY, prefixes[i].subnet, prefixes[i].address);
    check_prefix(prefixes[i].text, DW_ADDR_STRICT, prefixes[i].strict ? prefixes[i].subnet : "", prefixes[i].address);
  }
}

static struct dw_addr address(const char *text) {
  struct dw_addr addr;
  assert_true(dw_addr_parse(text, DW_ADDR_STRICT, &addr));
  return addr;
}

static struct dw_prefix prefix_of(const char *text) {
  struct dw_prefix prefix;
  assert_true(dw_prefix_parse(text, DW_ADDR_STRICT, &prefix, NULL));
  return prefix;
}

static void finds_the_first_and_last_address_of_a_subnet(void **state) {
  (void)state;
  static const char *const cases[][3] = {
      {"10.0.0.0/24", "10.0.0.0", "10.0.0.255"},
      {"10.0.0.7/32", "10.0.0.7", "10.0.0.7"},
      {"0.0.0.0/0", "0.0.0.0", "255.255.255.255"},
      {"fd00::/64", "fd00::", "fd00::ffff:ffff:ffff:ffff"},
      {"fd00::/63", "fd00::", "fd00::1:ffff:ffff:ffff:ffff"},
      {"fd00::/65", "fd00::", "fd00::7fff:ffff:ffff:ffff"},
      {"::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"fd00::5/128", "fd00::5", "fd00::5"},
      {"::/80", "::", "::ffff:255.255.255.255"}, /* IPv6, though it looks mapped */
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct dw_prefix prefix = prefix_of(cases[i][0]);
    struct dw_addr last = dw_prefix_last(&prefix);
    char out[DW_ADDR_TEXT];
    assert_string_equal(dw_addr_format(&prefix.base, out), cases[i][1]);
    assert_string_equal(dw_addr_format(&last, out), cases[i][2]);
    assert_true(dw_prefix_contains(&prefix, &prefix.base));
    assert_true(dw_prefix_contains(&prefix, &last));
  }
}

static void counts_host_bits(void **state) {
  (void)state;
  static const struct {
    const char *text;
    unsigned bits;
  } cases[] = {{"10.0.0.0/24", 8}, {"10.0.0.0/32", 0}, {"fd00::/64", 64}, {"::/0", 128}, {"::ffff:10.0.0.0/120", 8}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct dw_prefix prefix = prefix_of(cases[i].text);
    assert_int_equal(dw_prefix_host_bits(&prefix), cases[i].bits);
  }
}

static bool contains(const char *subnet, const char *text) {
  struct dw_prefix prefix = prefix_of(subnet);
  struct dw_addr addr = address(text);
  return dw_prefix_contains(&prefix, &addr);
}

static void contains_is_exact_at_its_boundaries(void **state) {
  (void)state;
  assert_true(contains("10.0.0.0/25", "10.0.0.127"));
  assert_false(contains("10.0.0.0/25", "10.0.0.128"));
  assert_false(contains("10.0.1.0/24", "10.0.0.255"));
  assert_true(contains("fd00::/64", "fd00::ffff:ffff:ffff:ffff"));
  assert_false(contains("fd00::/64", "fd00:0:0:1::"));
  assert_true(contains("0.0.0.0/0", "255.255.255.255"));
  assert_false(contains("::/0", "10.0.0.1"));
  assert_false(contains("0.0.0.0/0", "::1"));
  assert_true(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
}

static bool overlaps(const char *a, const char *b) {
  struct dw_prefix left = prefix_of(a);
  struct dw_prefix right = prefix_of(b);
  assert_int_equal(dw_prefix_overlaps(&left, &right), dw_prefix_overlaps(&right, &left));
  return dw_prefix_overlaps(&left, &right);
}

static void overlap_is_exact_at_its_boundaries(void **state) {
  (void)state;
  assert_true(overlaps("10.128.0.0/14", "10.131.255.0/24"));
  assert_false(overlaps("10.128.0.0/14", "10.132.0.0/24"));
  assert_true(overlaps("10.0.0.0/24", "10.0.0.0/24"));
  assert_false(overlaps("10.0.0.0/25", "10.0.0.128/25"));
  assert_true(overlaps("fd00::/8", "fd98::/64"));
  assert_false(overlaps("fd98::/64", "fd98:0:0:1::/64"));
  assert_false(overlaps("::/0", "10.0.0.0/8"));
  assert_false(overlaps("::/0", "0.0.0.0/0"));
  assert_true(overlaps("::ffff:10.0.0.0/104", "10.9.0.0/16"));
}

static void addresses_are_ordered_by_family_and_number(void **state) {
  (void)state;
  static const char *const sorted[] = {"0.0.0.0", "9.255.255.255", "10.0.0.0", "255.255.255.255", "::",    "::1",
                                       "1::",     "fd00::",        "fd00::1",  "fd00:0:0:1::",    "ffff::"};
  enum { COUNT = sizeof sorted / sizeof sorted[0] };
  for (size_t i = 0; i < COUNT; i++)
    for (size_t j = 0; j < COUNT; j++) {
      struct dw_addr a = address(sorted[i]);
      struct dw_addr b = address(sorted[j]);
      int order = dw_addr_compare(&a, &b);
      assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
    }
}

static void numbers_carry_and_wrap(void **state) {
  (void)state;
  const struct dw_u128 low_full = {4, UINT64_MAX};
  const struct dw_u128 full = {UINT64_MAX, UINT64_MAX};
  assert_int_equal(dw_u128_compare(dw_u128_add(low_full, 1), (struct dw_u128){5, 0}), 0);
  assert_int_equal(dw_u128_compare(dw_u128_add(low_full, UINT64_MAX), (struct dw_u128){5, UINT64_MAX - 1}), 0);
  assert_int_equal(dw_u128_compare(dw_u128_add(full, 1), (struct dw_u128){0, 0}), 0);
  assert_int_equal(dw_u128_compare(dw_u128_sub((struct dw_u128){5, 0}, (struct dw_u128){0, 1}), low_full), 0);
  assert_int_equal(dw_u128_compare(dw_u128_sub((struct dw_u128){0, 0}, (struct dw_u128){0, 1}), full), 0);
  assert_true(dw_u128_compare((struct dw_u128){1, 0}, (struct dw_u128){0, UINT64_MAX}) > 0);
}

/* Printing and parsing returns the same address, and the C library agrees on its value. */
static void printing_and_parsing_addresses_round_trip(void **state) {
  (void)state;
  uint64_t seed = 20261121;
  for (int i = 0; i < 20000; i++) {
    struct dw_addr addr = {{0, 0}, false};
    for (int group = 0; group < 8; group++) {
      seed = seed * 6364136223846793005U + 1442695040888963407U;
      uint64_t value = seed >> 60 < 8 ? 0 : seed >> 40 & 0xFFFF;
      *(group < 4 ? &addr.value.high : &addr.value.low) |= value << (16 * (group % 4));
    }
    char text[DW_ADDR_TEXT];
    struct dw_addr again;
    unsigned char bytes[16];
    uint64_t high = 0;
    uint64_t low = 0;
    assert_true(dw_addr_parse(dw_addr_format(&addr, text), DW_ADDR_STRICT, &again));
    assert_int_equal(dw_u128_compare(addr.value, again.value), 0);
    assert_int_equal(inet_pton(AF_INET6, text, bytes), 1);
    for (int b = 0; b < 8; b++) {
      high = high << 8 | bytes[b];
      low = low << 8 | bytes[b + 8];
    }
    assert_true(high == addr.value.high && low == addr.value.low);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(addresses_read_as_go_reads_them),
      cmocka_unit_test(a_failure_does_not_change_the_output),
      cmocka_unit_test(prefixes_read_as_go_reads_them),
      cmocka_unit_test(finds_the_first_and_last_address_of_a_subnet),
      cmocka_unit_test(counts_host_bits),
      cmocka_unit_test(contains_is_exact_at_its_boundaries),
      cmocka_unit_test(overlap_is_exact_at_its_boundaries),
      cmocka_unit_test(addresses_are_ordered_by_family_and_number),
      cmocka_unit_test(numbers_carry_and_wrap),
      cmocka_unit_test(printing_and_parsing_addresses_round_trip),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
