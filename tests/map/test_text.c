#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "map/phrases.h"
#include "support/map_case.h"

/* The text form of STATE. */
static void render(const char *yaml, unsigned columns, bool utf8, struct dw_buf *out) {
  MAP_SCOPED map = SUGGEST4(yaml, 24);
  dw_map_text(map.map, &(struct dw_map_text_options){columns, utf8, false}, out);
}

#define CLUSTER                                                                                                        \
  MAP_POD_NETWORK("10.128.0.0/14")                                                                                     \
  MAP_NODE("w1", "192.168.1.11") MAP_MIGRATION("a", "10.200.5.0/24") MAP_NAD("vms", "net", "10.129.0.0/24")

static void the_text_contains_the_whole_map(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  render(CLUSTER, 120, false, &out);
  const char *text = dw_buf_text(&out);
  assert_non_null(strstr(text, "1 node runs virt-handler: a migration network needs 1 address.\n"));
  assert_non_null(strstr(text, "\n10.0.0.0/8\n"));
  assert_non_null(strstr(text, "  10.128.0.0/14                ######    pod network (Network cluster)\n"));
  assert_non_null(strstr(text, "! overlaps pod network 10.128.0.0/14\n"));
  assert_non_null(strstr(text, "! overlaps NAD vms/net 10.129.0.0/24\n"));
  assert_non_null(strstr(text, "migration network: NAD openshift-cnv/migration-a; usable 254, needed 1\n"));
  assert_non_null(strstr(text, "  10.0.0.0/9                   .......   8,388,608 free\n"));
  assert_non_null(strstr(text, "free space by size: /9: 1, /16: "));
  assert_non_null(
      strstr(text, "Suggested: ranges of /24 that overlap nothing, best first:\n  10.200.6.0/24  usable 254\n"));
  assert_non_null(strstr(text, "\"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.200.6.0/24\"}"));
}

static size_t longest_line(const char *text) {
  size_t longest = 0;
  while (*text != '\0') {
    size_t length = strcspn(text, "\n");
    DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
    dw_buf_add(&line, text, length);
    size_t width = dw_map_width(dw_buf_text(&line));
    longest = width > longest ? width : longest;
    text += length + (text[length] == '\n');
  }
  return longest;
}

static void lines_fit_into_the_columns(void **state) {
  (void)state;
  static const unsigned widths[] = {80, 81, 120, 160};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
    render(CLUSTER MAP_NAD("vms", "a-name-of-a-network-that-goes-on-for-longer-than-any-line-of-eighty-columns",
                           "10.3.0.0/24"),
           widths[i], true, &out);
    assert_true(longest_line(dw_buf_text(&out)) <= widths[i]);
    assert_true(longest_line(dw_buf_text(&out)) > 60);
  }
}

static void columns_are_clamped(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf none = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf least = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf huge = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf most = DW_BUF_INIT;
  render(CLUSTER, 0, true, &none);
  render(CLUSTER, 40, true, &least);
  render(CLUSTER, 100000, true, &huge);
  render(CLUSTER, 160, true, &most);
  assert_string_equal(dw_buf_text(&none), dw_buf_text(&least));
  assert_string_equal(dw_buf_text(&huge), dw_buf_text(&most));
}

static void block_characters_need_utf8(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf with = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf without = DW_BUF_INIT;
  render(CLUSTER, 80, true, &with);
  render(CLUSTER, 80, false, &without);
  assert_non_null(strstr(dw_buf_text(&with), "\xE2\x96\x88"));
  for (const char *c = dw_buf_text(&without); *c != '\0'; c++)
    assert_true(*c == '\n' || (*c >= ' ' && *c < 0x7F));
}

static void color_is_optional(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf with = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf without = DW_BUF_INIT;
  MAP_SCOPED map = MAP(CLUSTER);
  dw_map_text(map.map, &(struct dw_map_text_options){80, true, true}, &with);
  dw_map_text(map.map, &(struct dw_map_text_options){80, true, false}, &without);
  assert_non_null(strchr(dw_buf_text(&with), '\033'));
  assert_null(strchr(dw_buf_text(&without), '\033'));
}

static void input_cannot_control_the_terminal(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  render(MAP_NAD("v\\e[2J\\nm", "n\\u202e\\u009b31m\\u00e9\\x7f", "10.3.0.0/24"), 80, true, &out);
  const char *text = dw_buf_text(&out);
  assert_non_null(strstr(text, "NAD v?[2J?m/n??31m\xC3\xA9?"));
  for (const char *c = text; *c != '\0'; c++)
    assert_true(*c == '\n' || ((unsigned char)*c >= ' ' && *c != 0x7F));
}

static void a_full_address_space_is_reported(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  MAP_SCOPED map = map_of(NULL,
                          "{apiVersion: droveway.io/v1alpha1, kind: Policy, clusterNetworks: [{name: all, cidr: "
                          "0.0.0.0/1}, {name: rest, cidr: 128.0.0.0/1}]}",
                          &(struct dw_map_options){.suggest_bits = 24, .suggest_v4 = true});
  dw_map_text(map.map, &(struct dw_map_text_options){80, false, false}, &out);
  assert_non_null(strstr(dw_buf_text(&out), "nothing is free\n"));
  assert_non_null(strstr(dw_buf_text(&out), "Suggested: none, because no /24 is free in the private ranges.\n"));
}

static void an_unknown_cluster_is_reported(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  MAP_SCOPED map = MAP(NULL);
  dw_map_text(map.map, &(struct dw_map_text_options){80, false, false}, &out);
  assert_non_null(strstr(dw_buf_text(&out), "The number of nodes that run virt-handler is unknown.\n"));
  assert_non_null(
      strstr(dw_buf_text(&out), "The cluster's networks are unknown: set clusterNetworks in the policy.\n"));
  assert_non_null(strstr(dw_buf_text(&out), "16,777,216 free\n"));
}

static void lines_break_at_spaces(void **state) {
  (void)state;
  const char *next;
  assert_int_equal(dw_map_break("ab cd ef", 5, &next), 5);
  assert_string_equal(next, "ef");
  assert_int_equal(dw_map_break("ab cd ef", 4, &next), 2);
  assert_string_equal(next, "cd ef");
  assert_int_equal(dw_map_break("abcdef", 4, &next), 4);
  assert_string_equal(next, "ef");
  assert_int_equal(dw_map_break("\xC3\xA9\xC3\xA9\xC3\xA9", 2, &next), 4);
  assert_string_equal(next, "\xC3\xA9");
  assert_int_equal(dw_map_break("ab", 2, &next), 2);
  assert_string_equal(next, "");
  assert_int_equal(dw_map_break(" a", 1, &next), 1);
  assert_string_equal(next, "a");
}

static void numbers_are_grouped(void **state) {
  (void)state;
  char text[DW_NUMBER_TEXT];
  assert_string_equal(dw_map_number(0, text), "0");
  assert_string_equal(dw_map_number(999, text), "999");
  assert_string_equal(dw_map_number(1000, text), "1,000");
  assert_string_equal(dw_map_number(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_text_contains_the_whole_map),
      cmocka_unit_test(lines_fit_into_the_columns),
      cmocka_unit_test(columns_are_clamped),
      cmocka_unit_test(block_characters_need_utf8),
      cmocka_unit_test(color_is_optional),
      cmocka_unit_test(input_cannot_control_the_terminal),
      cmocka_unit_test(a_full_address_space_is_reported),
      cmocka_unit_test(an_unknown_cluster_is_reported),
      cmocka_unit_test(lines_break_at_spaces),
      cmocka_unit_test(numbers_are_grouped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
