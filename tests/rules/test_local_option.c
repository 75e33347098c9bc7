/* What host-local and static reject apart from single values: complete messages, both sides of each limit, and what
 * works. Each row was compared with the real plugins, version 1.10.0. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "support/nad_case.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define IPAM "spec.config.ipam."

/* MEMBERS are those of `ipam`. TEXT contains all messages, one per line; "" for none. */
struct row {
  const char *members, *text, *beside;
};

static const char *config_of(struct dw_arena *arena, const char *type, const char *version, const struct row *row) {
  return dw_arena_printf(
      arena, "{%s\"name\":\"net\",\"type\":\"macvlan\",\"master\":\"eth1\"%s,\"ipam\":{\"type\":\"%s\"%s%s}}", version,
      row->beside == NULL ? "" : row->beside, type, row->members[0] == '\0' ? "" : ",", row->members);
}

static void expect_in(const char *type, const char *version, const struct row *row) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct nad_case nad = {.config = config_of(arena, type, version, row), .label = "false"};
  struct nad_answer answer;
  nad_judge(&nad, &answer);
  const char *text = "";
  for (size_t i = 0; i < answer.judgement.findings.count; i++) {
    const struct dw_finding *found = &answer.judgement.findings.items[i];
    if (strcmp(found->rule->id, "plugin-option") == 0)
      text = dw_arena_printf(arena, "%s%s %s: %s\n", text, found->action == DW_ACTION_DENY ? "deny" : "warn",
                             found->field, dw_finding_message(arena, found));
  }
  if (strcmp(text, row->text) != 0)
    print_error("%s\n", nad.config);
  assert_string_equal(text, row->text);
  nad_answer_free(&answer);
}

#define NEW "\"cniVersion\":\"1.0.0\","
static void expect_all(const char *type, const struct row *rows, size_t count) {
  for (size_t i = 0; i < count; i++)
    expect_in(type, NEW, &rows[i]);
}

#define SUBNET "\"subnet\":\"10.0.0.0/24\""
#define NET(text) "{\"subnet\":\"" text "\"}"

static void rejects_a_subnet_without_usable_addresses(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"\"subnet\":\"10.0.0.0/30\"", "", NULL},
      {"\"subnet\":\"10.0.0.0/31\"",
       "deny " IPAM "subnet: Invalid value: \"10.0.0.0/31\": is too small: it has no address for host-local to hand "
       "out; use a /30 or wider [plugin-option]\n",
       NULL},
      {"\"subnet\":\"10.0.0.7/32\"",
       "deny " IPAM "subnet: Invalid value: \"10.0.0.7/32\": is too small: it has no address for host-local to hand "
       "out; use a /30 or wider [plugin-option]\n",
       NULL},
      {"\"subnet\":\"fd00::/126\"", "", NULL},
      {"\"SUBNET\":\"fd00::/127\"",
       "deny " IPAM "SUBNET: Invalid value: \"fd00::/127\": is too small: it has no address for host-local to hand "
       "out; use a /126 or wider [plugin-option]\n",
       NULL},
      {"\"subnet\":\"0.0.0.0/0\"", "", NULL},
      {"\"subnet\":\"::/0\"", "", NULL},
      {"\"subnet\":\"10.0.0.5/24\",\"rangeStart\":\"10.9.0.1\"",
       "deny " IPAM "subnet: Invalid value: \"10.0.0.5/24\": has host bits set: host-local needs the network address; "
       "use 10.0.0.0/24 [plugin-option]\n",
       NULL},
      {"\"ranges\":[[" NET("10.1.0.0/24") "],[" NET("fd00::5/64") "]]",
       "deny " IPAM "ranges[1][0].subnet: Invalid value: \"fd00::5/64\": has host bits set: host-local needs the "
       "network address; use fd00::/64 [plugin-option]\n",
       NULL},
      {"\"subnet\":\"::ffff:10.0.0.0/120\"",
       "deny " IPAM "subnet: Invalid value: \"::ffff:10.0.0.0/120\": is an IPv4 subnet in IPv6 form, which host-local "
       "rejects; use 10.0.0.0/24 [plugin-option]\n",
       NULL},
      {"\"subnet\":\"::ffff:10.0.0.0/80\"",
       "deny " IPAM "subnet: Invalid value: \"::ffff:10.0.0.0/80\": is an IPv4 subnet in IPv6 form, which host-local "
       "rejects; use ADDRESS/LENGTH, such as 10.200.5.0/24 [plugin-option]\n",
       NULL},
  };
  expect_all("host-local", rows, COUNT(rows));
}

static void rejects_ends_outside_the_subnet(void **state) {
  (void)state;
  static const struct row rows[] = {
      {SUBNET ",\"rangeStart\":\"10.0.0.0\"", "", NULL},
      {SUBNET ",\"rangeStart\":\"::ffff:10.0.0.5\"", "", NULL},
      {SUBNET ",\"rangeStart\":\"\",\"rangeEnd\":\"\",\"gateway\":\"\"", "", NULL},
      {SUBNET ",\"rangeStart\":null,\"rangeEnd\":null,\"gateway\":null", "", NULL},
      {SUBNET ",\"rangeStart\":\"10.0.1.0\"",
       "deny " IPAM "rangeStart: Invalid value: \"10.0.1.0\": is outside the subnet 10.0.0.0/24; use an address of the "
       "subnet, or remove it [plugin-option]\n",
       NULL},
      {SUBNET ",\"rangeStart\":\"fd00::1\"",
       "deny " IPAM "rangeStart: Invalid value: \"fd00::1\": is outside the subnet 10.0.0.0/24; use an address of the "
       "subnet, or remove it [plugin-option]\n",
       NULL},
      {SUBNET ",\"rangeEnd\":\"10.0.0.255\"", "", NULL},
      {"\"subnet\":\"fd00::/126\",\"rangeEnd\":\"fd00::3\"", "", NULL},
      {SUBNET ",\"rangeEnd\":\"10.0.1.0\"",
       "deny " IPAM "rangeEnd: Invalid value: \"10.0.1.0\": is outside the subnet 10.0.0.0/24; use an address of the "
       "subnet, or remove it [plugin-option]\n",
       NULL},
      {SUBNET ",\"rangeEnd\":\"10.0.0.0\"",
       "deny " IPAM "rangeEnd: Invalid value: \"10.0.0.0\": is below the first address of the range, 10.0.0.1; "
       "swap the two, or remove it [plugin-option]\n",
       NULL},
      {SUBNET ",\"rangeStart\":\"10.0.0.9\",\"rangeEnd\":\"10.0.0.9\"", "", NULL},
      {"\"ranges\":[[{" SUBNET ",\"rangeStart\":\"10.0.0.9\",\"rangeEnd\":\"10.0.0.8\"}]]",
       "deny " IPAM "ranges[0][0].rangeEnd: Invalid value: \"10.0.0.8\": is below the first address of the range, "
       "10.0.0.9; swap the two, or remove it [plugin-option]\n",
       NULL},
      {SUBNET ",\"rangeStart\":\"10.0.0.254\"", "", NULL},
      /* Before 1.10, both are accepted. */
      {SUBNET ",\"rangeStart\":\"10.0.0.255\"",
       "warn " IPAM "rangeStart: Invalid value: \"10.0.0.255\": is above the last address of the range 10.0.0.0/24, "
       "which host-local 1.10 and later reject; use an address of the subnet, or remove it [plugin-option]\n",
       NULL},
      {SUBNET ",\"gateway\":\"10.0.0.254\"", "", NULL},
      {SUBNET ",\"gateway\":\"10.0.0.0\"", "", NULL},
      {SUBNET ",\"gateway\":\"10.9.9.9\"",
       "warn " IPAM "gateway: Invalid value: \"10.9.9.9\": is outside the subnet 10.0.0.0/24, which host-local 1.10 "
       "and later reject; use an address of the subnet, or remove it [plugin-option]\n",
       NULL},
      {SUBNET ",\"rangeEnd\":\"10.0.0.2\"", "", NULL},
      {SUBNET ",\"rangeEnd\":\"10.0.0.1\"",
       "deny " IPAM
       "subnet: Invalid value: \"10.0.0.0/24\": has no address to hand out besides the gateway; widen the range "
       "[plugin-option]\n",
       NULL},
      {"\"ranges\":[[{" SUBNET ",\"rangeEnd\":\"10.0.0.1\"}," NET("10.0.1.0/24") "]]", "", NULL},
      /* Without a subnet, the top level is not read. */
      {"\"rangeStart\":\"10.9.0.1\",\"ranges\":[[" NET("10.0.0.0/24") "]]", "", NULL},
  };
  expect_all("host-local", rows, COUNT(rows));
}

static const char empty_set[] =
    "is a set without ranges, which host-local rejects; add a range with a subnet, or remove "
    "the set [plugin-option]\n";

static void rejects_a_set_of_two_address_families(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct row rows[] = {
      {SUBNET ",\"ranges\":[]", "", NULL},
      {SUBNET ",\"ranges\":null", "", NULL},
      {"\"ranges\":[[]]", dw_arena_printf(arena, "deny " IPAM "ranges[0]: Invalid value: %s", empty_set), NULL},
      {SUBNET ",\"ranges\":[null]",
       dw_arena_printf(arena, "deny " IPAM "ranges[0]: Invalid value: \"null\": %s", empty_set), NULL},
      {"\"ranges\":[[{}]]",
       "deny " IPAM
       "ranges[0][0].subnet: Required value: is missing: each range of host-local needs a subnet; add one, "
       "such as \"10.200.5.0/24\" [plugin-option]\n",
       NULL},
      {"\"ranges\":[[null]]",
       "deny " IPAM
       "ranges[0][0].subnet: Required value: is missing: each range of host-local needs a subnet; add one, "
       "such as \"10.200.5.0/24\" [plugin-option]\n",
       NULL},
      {"\"ranges\":[[" NET("10.0.0.0/24") "],[" NET("fd00::/64") "]]", "", NULL},
      {"\"ranges\":[[" NET("10.0.0.0/24") "," NET("fd00::/64") "]]",
       "deny " IPAM "ranges[0][1].subnet: Invalid value: \"fd00::/64\": is IPv6, but the set begins with IPv4; move it "
       "to a separate set [plugin-option]\n",
       NULL},
      {SUBNET, "", ",\"runtimeConfig\":{\"ipRanges\":[[" NET("10.0.1.0/24") "]]}"},
      {SUBNET, dw_arena_printf(arena, "deny spec.config.runtimeConfig.ipRanges[0]: Invalid value: %s", empty_set),
       ",\"runtimeConfig\":{\"ipRanges\":[[]]}"},
      {SUBNET, "", ",\"capabilities\":{\"ipRanges\":true},\"runtimeConfig\":{\"ipRanges\":[[]]}"},
  };
  expect_all("host-local", rows, COUNT(rows));
}

static void rejects_overlapping_ranges(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"\"ranges\":[[" NET("10.0.0.0/24") "," NET("10.0.1.0/24") "]]", "", NULL},
      {"\"ranges\":[[{" SUBNET ",\"rangeEnd\":\"10.0.0.9\"},{" SUBNET ",\"rangeStart\":\"10.0.0.10\"}]]", "", NULL},
      {"\"ranges\":[[{" SUBNET ",\"rangeEnd\":\"10.0.0.10\"},{" SUBNET ",\"rangeStart\":\"10.0.0.10\"}]]",
       "deny " IPAM "ranges[0][1].subnet: Invalid value: \"10.0.0.0/24\": shares addresses with the range "
       "10.0.0.1-10.0.0.10, which host-local rejects; put each address in only one range [plugin-option]\n",
       NULL},
      {"\"ranges\":[[" NET("10.0.0.128/25") "],[" NET("10.0.0.0/24") "]]",
       "deny " IPAM "ranges[1][0].subnet: Invalid value: \"10.0.0.0/24\": shares addresses with the range "
       "10.0.0.129-10.0.0.254, which host-local rejects; put each address in only one range [plugin-option]\n",
       NULL},
      {SUBNET ",\"ranges\":[[" NET("10.0.0.0/25") "]]",
       "deny " IPAM "ranges[0][0].subnet: Invalid value: \"10.0.0.0/25\": shares addresses with the range "
       "10.0.0.1-10.0.0.254, which host-local rejects; put each address in only one range [plugin-option]\n",
       NULL},
      /* The widest one extends beyond the one between them. */
      {"\"ranges\":[[" NET("10.0.0.0/16") "],[" NET("10.0.200.0/24") "]]",
       "deny " IPAM "ranges[1][0].subnet: Invalid value: \"10.0.200.0/24\": shares addresses with the range "
       "10.0.0.1-10.0.255.254, which host-local rejects; put each address in only one range [plugin-option]\n",
       NULL},
      /* ::/0 contains the numbers that represent IPv4 addresses internally. */
      {"\"ranges\":[[" NET("::/0") "],[" NET("10.0.1.0/24") "]]", "", NULL},
  };
  expect_all("host-local", rows, COUNT(rows));
}

#define OLD "\"cniVersion\":\"0.2.0\","
static const char two_sets[] = "deny spec.config.cniVersion: Invalid value: \"0.2.0\": gives a pod at most one address "
                               "per family, but ipam has 2 for IPv4; use 0.3.0 or newer [plugin-option]\n";
static const char two_without[] =
    "deny spec.config.cniVersion: Required value: without it the version is 0.1.0, which "
    "gives a pod at most one address per family, but ipam has 2 for IPv4; use 0.3.0 or newer [plugin-option]\n";

static void old_versions_have_one_address_per_family(void **state) {
  (void)state;
#define TWO_SETS "\"ranges\":[[" NET("10.0.0.0/24") "],[" NET("10.0.1.0/24") "]]"
#define TWO_ADDRESSES "\"addresses\":[{\"address\":\"10.0.0.1/24\"},{\"address\":\"10.0.0.1/24\"}]"
  const struct row one_set = {"\"ranges\":[[" NET("10.0.0.0/24") "," NET("10.0.1.0/24") "],[" NET("fd00::/64") "]]", "",
                              NULL};
  const struct row one_each = {"\"addresses\":[{\"address\":\"10.0.0.1/24\"},{\"address\":\"fd00::1/64\"}]", "", NULL};
  expect_in("host-local", OLD, &one_set);
  expect_in("static", OLD, &one_each);
  expect_in("host-local", OLD, &(struct row){TWO_SETS, two_sets, NULL});
  expect_in("static", OLD, &(struct row){TWO_ADDRESSES, two_sets, NULL});
  expect_in("host-local", "", &(struct row){TWO_SETS, two_without, NULL});
  expect_in("host-local", "\"cniVersion\":\"0.3.0\",", &(struct row){TWO_SETS, "", NULL});
  expect_in("static", "\"cniVersion\":\"0.3.0\",", &(struct row){TWO_ADDRESSES, "", NULL});
}

#define MISSING(action, field)                                                                                         \
  action " " field ": Required value: is missing; use ADDRESS/LENGTH, such as 10.200.5.9/24 [plugin-option]\n"
#define BAD(action, field, value)                                                                                      \
  action " " field ": Invalid value: \"" value                                                                         \
         "\": is not a CIDR; use ADDRESS/LENGTH, such as 10.200.5.9/24 [plugin-option]\n"

static void static_needs_addresses_with_a_prefix_length(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"\"addresses\":[]", "", NULL},
      {"\"addresses\":null", "", NULL},
      {"\"addresses\":[{\"address\":\"10.0.0.1/24\"}]", "", NULL},
      {"\"addresses\":[{\"ADDRESS\":\"10.0.0.1/32\"}]", "", NULL},
      {"\"addresses\":[{}]", MISSING("deny", IPAM "addresses[0].address"), NULL},
      {"\"addresses\":[null]", MISSING("deny", IPAM "addresses[0].address"), NULL},
      {"\"addresses\":[{\"address\":\"10.0.0.1/24\"},{\"gateway\":\"10.0.0.254\"}]",
       MISSING("deny", IPAM "addresses[1].address"), NULL},
      {"\"addresses\":[{\"address\":\"\"}]", BAD("deny", IPAM "addresses[0].address", ""), NULL},
      {"\"addresses\":[{\"address\":\"10.0.0.1\"}]", BAD("deny", IPAM "addresses[0].address", "10.0.0.1"), NULL},
      {"\"addresses\":[{\"address\":null}]",
       "deny " IPAM "addresses[0].address: Invalid value: \"null\": must not be null; use ADDRESS/LENGTH, such "
       "as 10.200.5.9/24 [plugin-option]\n",
       NULL},
      {"\"addresses\":[{\"address\":7}]",
       "deny " IPAM "addresses[0].address: Invalid value: \"7\": must be a string, not an integer; put it in quotes "
       "[plugin-option]\n",
       NULL},
      {"\"addresses\":[{\"Address\":\"10.0.0.1/24\"}]",
       "deny " IPAM "addresses[0].Address: Invalid value: \"10.0.0.1/24\": static accepts a string only under the key "
       "\"address\", in lower case; "
       "use address [plugin-option]\n",
       NULL},
      {"\"addresses\":[{\"Address\":{\"IP\":\"10.0.0.1\",\"Mask\":\"////AA==\"}}]", "", NULL},
      /* What replaces them is read instead. */
      {"\"addresses\":[{}]", "", ",\"args\":{\"cni\":{\"ips\":[\"10.0.0.1/24\"]}}"},
      {"\"addresses\":[{}]", "", ",\"runtimeConfig\":{\"ips\":[\"10.0.0.1/24\"]}"},
      {"", BAD("deny", "spec.config.args.cni.ips[0]", "10.0.0.1"), ",\"args\":{\"cni\":{\"ips\":[\"10.0.0.1\"]}}"},
      {"", BAD("deny", "spec.config.runtimeConfig.ips[0]", "10.0.0.1"), ",\"runtimeConfig\":{\"ips\":[\"10.0.0.1\"]}"},
      /* Pods may set their own. */
      {"\"addresses\":[{}]", MISSING("warn", IPAM "addresses[0].address"), ",\"capabilities\":{\"ips\":true}"},
      {"\"addresses\":[{\"address\":\"10.0.0.1\"}]", BAD("warn", IPAM "addresses[0].address", "10.0.0.1"),
       ",\"capabilities\":{\"ips\":true}"},
  };
  expect_all("static", rows, COUNT(rows));
}

/* Comparing all pairs would take 10^8 comparisons. The widest range comes last, overlaps all others, and is reported
 * once. */
static void compares_long_lists_quickly(void **state) {
  (void)state;
  enum { RANGES = 15000 };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  dw_buf_printf(&buf, "\"ranges\":[[");
  for (unsigned i = RANGES; i-- > 0;)
    dw_buf_printf(&buf, "{\"subnet\":\"10.%u.%u.%u/30\"}%s", i >> 14, i >> 6 & 255, (i & 63) << 2, i == 0 ? "" : ",");
  dw_buf_printf(&buf, "]]");
  expect_in("host-local", NEW, &(struct row){dw_arena_strdup(arena, dw_buf_text(&buf)), "", NULL});
  dw_buf_truncate(&buf, strlen(dw_buf_text(&buf)) - 2);
  dw_buf_printf(&buf, ",{\"subnet\":\"10.0.0.0/8\"}]]");
  expect_in(
      "host-local", NEW,
      &(struct row){
          dw_arena_strdup(arena, dw_buf_text(&buf)),
          "deny " IPAM "ranges[0][15000].subnet: Invalid value: \"10.0.0.0/8\": shares addresses with "
          "the range 10.0.0.1-10.0.0.2, which host-local rejects; put each address in only one range [plugin-option]\n",
          NULL});
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rejects_a_subnet_without_usable_addresses),
      cmocka_unit_test(rejects_ends_outside_the_subnet),
      cmocka_unit_test(rejects_a_set_of_two_address_families),
      cmocka_unit_test(rejects_overlapping_ranges),
      cmocka_unit_test(old_versions_have_one_address_per_family),
      cmocka_unit_test(static_needs_addresses_with_a_prefix_length),
      cmocka_unit_test(compares_long_lists_quickly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
