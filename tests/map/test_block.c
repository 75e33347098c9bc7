#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "map/block.h"

static struct dw_addr addr(const char *text) {
  struct dw_addr out = {{0, 0}, false};
  assert_true(dw_addr_parse(text, DW_ADDR_STRICT, &out));
  return out;
}

static struct dw_interval span(const char *first, const char *last) {
  return (struct dw_interval){addr(first), addr(last)};
}

static void expect(bool found, const struct dw_prefix *block, const char *text) {
  char got[DW_PREFIX_TEXT];
  assert_true(found);
  assert_string_equal(dw_prefix_format(block, got), text);
}

static void expect_above(const char *first, const char *last, const char *from, unsigned bits, const char *text) {
  struct dw_interval room = span(first, last);
  struct dw_addr at = addr(from);
  struct dw_prefix block;
  bool found = dw_block_above(&room, &at, bits, &block);
  if (text == NULL)
    assert_false(found);
  else
    expect(found, &block, text);
}

static void expect_below(const char *first, const char *last, const char *from, unsigned bits, const char *text) {
  struct dw_interval room = span(first, last);
  struct dw_addr at = addr(from);
  struct dw_prefix block;
  bool found = dw_block_below(&room, &at, bits, &block);
  if (text == NULL)
    assert_false(found);
  else
    expect(found, &block, text);
}

static void blocks_above_are_aligned_and_inside(void **state) {
  (void)state;
  expect_above("10.0.0.0", "10.0.1.255", "10.0.0.0", 8, "10.0.0.0/24");
  expect_above("10.0.0.1", "10.0.1.255", "10.0.0.0", 8, "10.0.1.0/24");
  expect_above("10.0.0.1", "10.0.1.254", "10.0.0.0", 8, NULL);
  expect_above("10.0.0.0", "10.0.1.255", "10.0.0.1", 8, "10.0.1.0/24");
  expect_above("10.0.0.0", "10.0.1.255", "10.0.1.1", 8, NULL);
  expect_above("255.255.255.1", "255.255.255.255", "0.0.0.0", 8, NULL);
  expect_above("0.0.0.0", "255.255.255.255", "0.0.0.0", 32, "0.0.0.0/0");
  expect_above("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::", 128, "::/0");
  expect_above("ffff:ffff:ffff:ffff:ffff:ffff:ffff:1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::", 16, NULL);
  expect_above("fd00::1", "fd00:0:0:2::", "::", 64, "fd00:0:0:1::/64");
}

static void blocks_below_are_aligned_and_inside(void **state) {
  (void)state;
  expect_below("10.0.0.0", "10.0.1.255", "10.255.0.0", 8, "10.0.1.0/24");
  expect_below("10.0.0.0", "10.0.1.254", "10.255.0.0", 8, "10.0.0.0/24");
  expect_below("10.0.0.1", "10.0.1.254", "10.255.0.0", 8, NULL);
  expect_below("10.0.0.0", "10.0.1.255", "10.0.0.255", 8, "10.0.0.0/24");
  expect_below("10.0.1.0", "10.0.1.255", "10.0.0.255", 8, NULL);
  expect_below("::", "::1", "::", 64, NULL);
}

static void counts_the_blocks_that_fit(void **state) {
  (void)state;
  struct dw_interval room = span("10.0.0.1", "10.0.3.255");
  assert_int_equal(dw_block_count(&room, 8), 3);
  assert_int_equal(dw_block_count(&room, 10), 0);
  assert_int_equal(dw_block_count(&room, 0), 1023);
  room = span("fd00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  assert_int_equal(dw_block_count(&room, 80), UINT64_C(1) << 40);
  assert_true(dw_block_count(&room, 0) == UINT64_MAX);
}

static void finds_the_widest_and_the_leading_block(void **state) {
  (void)state;
  struct dw_interval room = span("10.0.0.4", "10.0.0.40");
  struct dw_prefix block = dw_block_widest(&room);
  expect(true, &block, "10.0.0.16/28");
  block = dw_block_leading(&room);
  expect(true, &block, "10.0.0.4/30");
  room = span("10.0.0.5", "10.0.0.5");
  block = dw_block_widest(&room);
  expect(true, &block, "10.0.0.5/32");
  block = dw_block_leading(&room);
  expect(true, &block, "10.0.0.5/32");
}

static void finds_the_block_around_an_address(void **state) {
  (void)state;
  struct dw_addr at = addr("192.168.1.77");
  struct dw_prefix block = dw_block_around(&at, 8);
  expect(true, &block, "192.168.1.0/24");
  at = addr("fd00:1:2:3:4::5");
  block = dw_block_around(&at, 80);
  expect(true, &block, "fd00:1:2::/48");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_above_are_aligned_and_inside), cmocka_unit_test(blocks_below_are_aligned_and_inside),
      cmocka_unit_test(counts_the_blocks_that_fit),          cmocka_unit_test(finds_the_widest_and_the_leading_block),
      cmocka_unit_test(finds_the_block_around_an_address),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
