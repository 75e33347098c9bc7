#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cni/ipam_support.h"

static void unreadable_ranges_are_reported_with_a_fix(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {"\"range\":\"bogus\"", DW_IPAM_UNREADABLE, "range", "is not a CIDR", "ADDRESS/LENGTH"},
      {"\"range\":\"10.200.5.0\"", DW_IPAM_UNREADABLE, "range", "no prefix length", "use 10.200.5.0/24"},
      {"\"range\":\"fd00::\"", DW_IPAM_UNREADABLE, "range", "no prefix length", "use fd00::/64"},
      {"\"range\":\" 10.0.0.0/24\"", DW_IPAM_UNREADABLE, "range", "white space", "use 10.0.0.0/24"},
      {"\"range\":\"10.0.0.0/24\\n\"", DW_IPAM_UNREADABLE, "range", "white space", "use 10.0.0.0/24"},
      {"\"range\":\" \"", DW_IPAM_UNREADABLE, "range", "white space", "ADDRESS/LENGTH"},
      {"\"range\":\"10.0.0.1 - 10.0.0.9/24\"", DW_IPAM_UNREADABLE, "range", "white space", "use 10.0.0.1-10.0.0.9/24"},
      {"\"range\":\"10.0.0.10-10.0.0.20\"", DW_IPAM_UNREADABLE, "range", "no prefix length",
       "add the prefix length after the end: 10.0.0.10-10.0.0.20/24"},
      {"\"range\":\"10.0.0.10-10.0.1.20\"", DW_IPAM_UNREADABLE, "range", "no prefix length", "10.0.0.10-10.0.1.20/23"},
      {"\"range\":\"10.0.0.10-\"", DW_IPAM_UNREADABLE, "range", "no END/LENGTH", "START-END/LENGTH"},
      {"\"range\":\"10.0.0.1/24-10.0.0.9/24\"", DW_IPAM_UNREADABLE, "range", "before the '-'",
       "use 10.0.0.1-10.0.0.9/24"},
      {"\"range\":\"10.0.0.0/255.255.254.0\"", DW_IPAM_UNREADABLE, "range", "netmask", "use 10.0.0.0/23"},
      {"\"range\":\"10.0.0.0/255.0.255.0\"", DW_IPAM_UNREADABLE, "range", "is not a CIDR", "ADDRESS/LENGTH"},
      {"\"range\":\"192.168.2.200-192.168.2.230/28\"", DW_IPAM_UNREADABLE, "range",
       "START 192.168.2.200 is outside 192.168.2.224/28", "choose a START inside"},
      {"\"range\":5", DW_IPAM_UNREADABLE, "range", "must be a string such as \"10.200.5.0/24\", not an integer", NULL},
      {"\"range\":[]", DW_IPAM_UNREADABLE, "range", "not a list", NULL},
      {"\"ipRanges\":{}", DW_IPAM_UNREADABLE, "ipRanges", "must be a list of objects, not an object", NULL},
      {"\"ipRanges\":[\"10.0.0.0/24\"]", DW_IPAM_UNREADABLE, "ipRanges[0]", "must be an object with a range",
       "use {\"range\": \"10.0.0.0/24\"}"},
      {"\"ipRanges\":[null]", DW_IPAM_UNREADABLE, "ipRanges[0]", "not null", "remove it"},
      {"\"ipRanges\":[{}]", DW_IPAM_UNREADABLE, "ipRanges[0].range", "without it", "10.200.5.0/24"},
      {"\"ipRanges\":[{\"range\":\"\"}]", DW_IPAM_UNREADABLE, "ipRanges[0].range", "without it", "10.200.5.0/24"},
      {"\"ipRanges\":[{\"range\":null}]", DW_IPAM_UNREADABLE, "ipRanges[0].range", "without it", "10.200.5.0/24"},
      {"\"IPRanges\":[{\"range\":\"10.0.0.0/24\"},{\"Range\":\"x\"}]", DW_IPAM_UNREADABLE, "IPRanges[1].Range",
       "is not a CIDR", "ADDRESS/LENGTH"},
  };
  EXPECT_EACH(cases);
}

static void unreadable_parts_are_reported_with_their_field(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {RANGE ",\"exclude\":[\"10.0.0.1\",\"bogus\"]", DW_IPAM_UNREADABLE, "exclude[1]", "every allocation fails",
       "ADDRESS"},
      {RANGE ",\"exclude\":[\"\"]", DW_IPAM_UNREADABLE, "exclude[0]", "is not a CIDR or address", "ADDRESS"},
      {RANGE ",\"exclude\":[null]", DW_IPAM_UNREADABLE, "exclude[0]", "not null", "remove it"},
      {RANGE ",\"exclude\":[5]", DW_IPAM_UNREADABLE, "exclude[0]", "not an integer", "quotes"},
      {RANGE ",\"exclude\":\"10.0.0.1\"", DW_IPAM_UNREADABLE, "exclude", "must be a list of strings", "brackets"},
      {RANGE ",\"exclude\":[\"010.0.0.0/28\"]", DW_IPAM_UNREADABLE, "exclude[0]", "leading zeros", "use 10.0.0.0/28"},
      {RANGE ",\"exclude\":[\"10.0.0.1-10.0.0.5\"]", DW_IPAM_UNREADABLE, "exclude[0]", "is not a CIDR or address",
       "separate entry"},
      {RANGE ",\"exclude\":[\"10.0.0.1/32 \"]", DW_IPAM_UNREADABLE, "exclude[0]", "white space", "use 10.0.0.1/32"},
      {RANGE ",\"gateway\":\"bogus\"", DW_IPAM_UNREADABLE, "gateway", "is not an IP address", "such as"},
      {RANGE ",\"gateway\":\"10.0.0.1/24\"", DW_IPAM_UNREADABLE, "gateway", "is a CIDR", "use 10.0.0.1"},
      {RANGE ",\"gateway\":5", DW_IPAM_UNREADABLE, "gateway", "must be a string such as \"10.200.5.1\"", NULL},
      {RANGE ",\"range_start\":5", DW_IPAM_UNREADABLE, "range_start", "must be a string", NULL},
      {"\"ipRanges\":[{" RANGE ",\"range_start\":\"x\"}]", DW_IPAM_UNREADABLE, "ipRanges[0].range_start",
       "is not an IP address", "such as"},
      {"\"ipRanges\":[{" RANGE ",\"range_end\":\"010.0.0.9\"}]", DW_IPAM_UNREADABLE, "ipRanges[0].range_end",
       "leading zeros", "use 10.0.0.9"},
      {"\"ipRanges\":[{" RANGE ",\"exclude\":[\"x\"]}]", DW_IPAM_UNREADABLE, "ipRanges[0].exclude[0]",
       "every allocation fails", "ADDRESS"},
  };
  EXPECT_EACH(cases);
}

static void a_wrong_type_of_any_member_is_an_error(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {RANGE ",\"routes\":{}", DW_IPAM_UNREADABLE, "routes", "must be a list of objects", NULL},
      {RANGE ",\"routes\":[5]", DW_IPAM_UNREADABLE, "routes[0]", "must be an object", NULL},
      {RANGE ",\"routes\":[{\"dst\":\"x\"}]", DW_IPAM_UNREADABLE, "routes[0].dst", "is not a CIDR", "ADDRESS/LENGTH"},
      {RANGE ",\"routes\":[{\"dst\":\"10.1.0.0\"}]", DW_IPAM_UNREADABLE, "routes[0].dst", "no prefix length",
       "ADDRESS/LENGTH"},
      {RANGE ",\"routes\":[{\"dst\":\"010.1.0.0/16\"}]", DW_IPAM_UNREADABLE, "routes[0].dst", "leading zeros",
       "use 10.1.0.0/16"},
      {RANGE ",\"routes\":[{\"dst\":null}]", DW_IPAM_UNREADABLE, "routes[0].dst", "must be a string, not null",
       "remove it"},
      {RANGE ",\"routes\":[{\"dst\":\"10.1.0.0/16\",\"gw\":\"x\"}]", DW_IPAM_UNREADABLE, "routes[0].gw",
       "is not an IP address", "such as"},
      {RANGE ",\"routes\":[{\"mtu\":\"5\"}]", DW_IPAM_UNREADABLE, "routes[0].mtu", "must be an integer",
       "remove the quotes"},
      {RANGE ",\"addresses\":[{}]", DW_IPAM_UNREADABLE, "addresses[0].address", "is missing", "ADDRESS/LENGTH"},
      {RANGE ",\"addresses\":[null]", DW_IPAM_UNREADABLE, "addresses[0].address", "is missing", "ADDRESS/LENGTH"},
      {RANGE ",\"addresses\":[{\"address\":\"10.0.0.9\"}]", DW_IPAM_UNREADABLE, "addresses[0].address",
       "no prefix length", "ADDRESS/LENGTH"},
      {RANGE ",\"addresses\":[{\"Address\":\"10.0.0.9/24\"}]", DW_IPAM_UNREADABLE, "addresses[0].Address",
       "only under the key \"address\"", "use address"},
      {RANGE ",\"routes\":[{\"dst\":\" 10.1.0.0/16\"}]", DW_IPAM_UNREADABLE, "routes[0].dst", "contains white space",
       "use 10.1.0.0/16"},
      {RANGE ",\"routes\":[{\"dst\":\"10.1.0.0 /x\"}]", DW_IPAM_UNREADABLE, "routes[0].dst", "contains white space",
       "ADDRESS/LENGTH"},
      {RANGE ",\"routes\":[{\"advmss\":\"5\"}]", DW_IPAM_UNREADABLE, "routes[0].advmss", "must be an integer",
       "quotes"},
      {RANGE ",\"routes\":[{\"priority\":\"5\"}]", DW_IPAM_UNREADABLE, "routes[0].priority", "must be an integer",
       "quotes"},
      {RANGE ",\"routes\":[{\"table\":\"5\"}]", DW_IPAM_UNREADABLE, "routes[0].table", "must be an integer", "quotes"},
      {RANGE ",\"routes\":[{\"scope\":\"5\"}]", DW_IPAM_UNREADABLE, "routes[0].scope", "must be an integer", "quotes"},
      {RANGE ",\"addresses\":[{\"address\":\"10.0.0.9/24\",\"gateway\":5}]", DW_IPAM_UNREADABLE, "addresses[0].gateway",
       "must be a string", "quotes"},
      {RANGE ",\"dns\":{\"nameservers\":5}", DW_IPAM_UNREADABLE, "dns.nameservers", "must be a list of strings", NULL},
      {RANGE ",\"dns\":{\"domain\":5}", DW_IPAM_UNREADABLE, "dns.domain", "must be a string", "quotes"},
      {RANGE ",\"dns\":{\"options\":5}", DW_IPAM_UNREADABLE, "dns.options", "must be a list of strings", NULL},
      {RANGE ",\"kubernetes\":{\"k8s_api_root\":5}", DW_IPAM_UNREADABLE, "kubernetes.k8s_api_root", "must be a string",
       "quotes"},
      {RANGE ",\"dns\":[]", DW_IPAM_UNREADABLE, "dns", "must be an object", NULL},
      {RANGE ",\"dns\":{\"search\":[\"a\",1]}", DW_IPAM_UNREADABLE, "dns.search[1]", "must be a string", "quotes"},
      {RANGE ",\"kubernetes\":{\"kubeconfig\":false}", DW_IPAM_UNREADABLE, "kubernetes.kubeconfig",
       "must be a string, not a boolean", "quotes"},
      {RANGE ",\"log_level\":1", DW_IPAM_UNREADABLE, "log_level", "must be a string", "in quotes"},
      {RANGE ",\"PODNAME\":1", DW_IPAM_UNREADABLE, "PODNAME", "must be a string", "in quotes"},
      {RANGE ",\"sleep_for_race\":1.5", DW_IPAM_UNREADABLE, "sleep_for_race", "must be an integer", NULL},
      {RANGE ",\"leader_retry_period\":\"5\"", DW_IPAM_UNREADABLE, "leader_retry_period", "must be an integer",
       "remove the quotes"},
      {RANGE ",\"enable_overlapping_ranges\":\"false\"", DW_IPAM_UNREADABLE, "enable_overlapping_ranges",
       "must be a boolean", "remove the quotes"},
  };
  EXPECT_EACH(cases);
}

static void silently_ignored_ends_are_reported(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {RANGE ",\"range_start\":\"bogus\"", DW_IPAM_IGNORED, "range_start", "whereabouts ignores it", "such as"},
      {RANGE ",\"range_start\":\"10.0.0.255\"", DW_IPAM_IGNORED, "range_start", "10.0.0.1 to 10.0.0.254",
       "remove range_start"},
      {RANGE ",\"range_end\":\"10.0.0.0\"", DW_IPAM_IGNORED, "range_end", "10.0.0.1 to 10.0.0.254", "remove range_end"},
      {RANGE ",\"range_end\":\"fd00::9\"", DW_IPAM_IGNORED, "range_end", "outside", "choose an address"},
      {RANGE ",\"range_start\":\"10.0.0.20\",\"range_end\":\"10.0.0.10\"", DW_IPAM_IGNORED, "range_end",
       "below range_start 10.0.0.20", "10.0.0.20 to 10.0.0.254"},
      {"\"range\":\"10.0.0.10-10.0.0.20/24\",\"range_start\":\"10.0.0.15\"", DW_IPAM_IGNORED, "range_start",
       "range already gives both ends", "remove range_start"},
      {"\"range\":\"10.0.0.10-10.0.0.20/24\",\"range_end\":\"10.0.0.15\"", DW_IPAM_IGNORED, "range_end",
       "range already gives both ends", "remove range_end"},
      {"\"range\":\"10.0.0.20-10.0.0.10/24\"", DW_IPAM_IGNORED, "range", "ends before it starts",
       "use 10.0.0.10-10.0.0.20/24"},
      {"\"range\":\"10.0.0.20-10.0.0.0/24\"", DW_IPAM_IGNORED, "range", "ignores its end", "use 10.0.0.1-10.0.0.20/24"},
      {"\"range\":\"10.0.0.255-10.0.0.20/24\"", DW_IPAM_IGNORED, "range", "ignores its start",
       "use 10.0.0.20-10.0.0.254/24"},
      {"\"range\":\"10.0.0.0-10.0.0.0/24\"", DW_IPAM_IGNORED, "range", "ignores", "from the usable addresses"},
      {"\"ipRanges\":[{" RANGE ",\"range_start\":\"10.9.0.1\"}]", DW_IPAM_IGNORED, "ipRanges[0].range_start", "outside",
       "choose an address"},
      {"\"range_start\":\"10.0.0.9\",\"ipRanges\":[{" RANGE "}]", DW_IPAM_IGNORED, "range_start",
       "only to a range next to it", "move it to the ipRanges entry"},
      {"\"exclude\":[\"x\"],\"ipRanges\":[{" RANGE "}]", DW_IPAM_IGNORED, "exclude", "only to a range next to it",
       "move it to the ipRanges entry"},
      {RANGE ",\"Gateway\":\"x\"", DW_IPAM_IGNORED, "Gateway", "is not an IP address", "such as"},
  };
  EXPECT_EACH(cases);
}

static void leading_zeros_are_reported_with_the_canonical_form(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {"\"range\":\"010.0.5.000/24\"", DW_IPAM_LEADING_ZERO, "range", "leading zeros", "use 10.0.5.0/24"},
      {"\"range\":\"10.0.5.0/024\"", DW_IPAM_LEADING_ZERO, "range", "leading zeros", "use 10.0.5.0/24"},
      {"\"range\":\"10.0.0.010-10.0.0.020/24\"", DW_IPAM_LEADING_ZERO, "range", "leading zeros",
       "use 10.0.0.10-10.0.0.20/24"},
      {"\"ipRanges\":[{\"range\":\"010.0.0.0/24\"}]", DW_IPAM_LEADING_ZERO, "ipRanges[0].range", "leading zeros",
       "use 10.0.0.0/24"},
      {RANGE ",\"range_start\":\"010.0.0.9\"", DW_IPAM_LEADING_ZERO, "range_start", "leading zeros", "use 10.0.0.9"},
      {RANGE ",\"gateway\":\"010.0.0.1\"", DW_IPAM_LEADING_ZERO, "gateway", "leading zeros", "use 10.0.0.1"},
  };
  EXPECT_EACH(cases);
}

static void problems_are_in_the_order_of_the_text(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_ipam *ipam =
      read_members(arena, "\"foo\":1,\"ipRanges\":[{\"exclude\":[\"x\"],\"range\":\"y\"}],\"range_end\":\"z\","
                          "\"rangeStart\":1,\"range\":\"10.0.0.0/24\",\"log_file\":2");
  static const char *const fields[] = {
      "foo", "ipRanges[0].exclude[0]", "ipRanges[0].range", "range_end", "rangeStart", "log_file"};
  assert_int_equal(ipam->problem_count, 6);
  for (size_t i = 0; i < 6; i++)
    assert_string_equal(ipam->problems[i].field, dw_arena_printf(arena, "spec.config.ipam.%s", fields[i]));
  assert_non_null(strstr(ipam->error, "spec.config.ipam.ipRanges[0].exclude[0] \"x\" is not a CIDR"));
}

/* Beyond the limit, the reader only notes that there are more. */
static void the_number_of_problems_is_limited(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_puts(&text, RANGE ",\"routes\":[5");
  for (int i = 1; i < 63; i++)
    dw_buf_puts(&text, ",5");
  const char *below = dw_arena_printf(arena, "%s]", dw_buf_text(&text));
  const char *at = dw_arena_printf(arena, "%s,5]", dw_buf_text(&text));
  const char *beyond = dw_arena_printf(arena, "%s,\"log_level\":5,\"dns\":{\"domain\":5},\"gateway\":\"x\"", at);
  const struct {
    const char *members;
    size_t count;
    bool more;
  } cases[] = {{below, 63, false}, {at, 64, true}, {beyond, 64, true}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct dw_ipam *ipam = read_members(arena, cases[i].members);
    assert_int_equal(ipam->problem_count, cases[i].count);
    assert_int_equal(ipam->more_problems, cases[i].more);
    assert_string_equal(ipam->problems[0].field, "spec.config.ipam.routes[0]");
    assert_string_equal(ipam->problems[62].field, "spec.config.ipam.routes[62]");
  }
}

/* A value is quoted if it has at most 100 bytes. */
static void a_long_value_is_not_quoted(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  static const char rest[] = "is not a CIDR that whereabouts can read; use ADDRESS/LENGTH or START-END/LENGTH, "
                             "such as 10.200.5.0/24";
  char value[102];
  memset(value, 'x', sizeof value - 1);
  value[101] = '\0';
  assert_string_equal(read_members(arena, dw_arena_printf(arena, "\"range\":\"%.100s\"", value))->error,
                      dw_arena_printf(arena, "spec.config.ipam.range \"%.100s\" %s", value, rest));
  assert_string_equal(read_members(arena, dw_arena_printf(arena, "\"range\":\"%s\"", value))->error,
                      dw_arena_printf(arena, "spec.config.ipam.range %s", rest));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(unreadable_ranges_are_reported_with_a_fix),
      cmocka_unit_test(unreadable_parts_are_reported_with_their_field),
      cmocka_unit_test(a_wrong_type_of_any_member_is_an_error),
      cmocka_unit_test(silently_ignored_ends_are_reported),
      cmocka_unit_test(leading_zeros_are_reported_with_the_canonical_form),
      cmocka_unit_test(problems_are_in_the_order_of_the_text),
      cmocka_unit_test(the_number_of_problems_is_limited),
      cmocka_unit_test(a_long_value_is_not_quoted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
