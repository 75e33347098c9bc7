#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cni/ipam_support.h"

static void lookalike_keys_are_reported_with_the_correct_key(void **state) {
  (void)state;
  static const struct {
    const char *written;
    const char *right;
  } pairs[] = {
      {"rangeStart", "range_start"},
      {"range-start", "range_start"},
      {"rangeEnd", "range_end"},
      {"start", "range_start"},
      {"end", "range_end"},
      {"startRange", "range_start"},
      {"excludes", "exclude"},
      {"omitRanges", "exclude"},
      {"omit_ranges", "exclude"},
      {"exlude", "exclude"},
      {"ip_ranges", "ipRanges"},
      {"ipRange", "ipRanges"},
      {"ranges", "ipRanges"},
      {"gw", "gateway"},
      {"gateways", "gateway"},
      {"networkName", "network_name"},
      {"range_strat", "range_start"},
      {"ragne_end", "range_end"},
      {"route", "routes"},
      {"gatway", "gateway"},
      {"logLevel", "log_level"},
      {"enableOverlappingRanges", "enable_overlapping_ranges"},
      {"cidrs", "ipRanges"},
      {"startIP", "range_start"},
      {"ip_start", "range_start"},
      {"ip_start_range", "range_start"},
      {"ip-range-start", "range_start"},
      {"endIP", "range_end"},
      {"endRange", "range_end"},
      {"ip_end", "range_end"},
      {"ipRangeEnd", "range_end"},
      {"excluded", "exclude"},
      {"exclude_ips", "exclude"},
      {"excludeRange", "exclude"},
      {"exclude_ranges", "exclude"},
      {"excludeSubnets", "exclude"},
      {"omit", "exclude"},
      {"omit_range", "exclude"},
      {"gatewayIP", "gateway"},
      {"defaultGateway", "gateway"},
      {"overlapping_ranges", "enable_overlapping_ranges"},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    const struct problem_case one = {dw_arena_printf(arena, RANGE ",\"%s\":\"\"", pairs[i].written), DW_IPAM_LOOKALIKE,
                                     pairs[i].written, "unknown key", dw_arena_printf(arena, "use %s", pairs[i].right)};
    expect_one(arena, &one);
    assert_string_equal(read_members(arena, one.members)->problems[0].value, pairs[i].written);
  }
  static const char *const ranges[] = {"subnet", "subnets", "cidr", "ip_pool"};
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
    const struct problem_case both = {dw_arena_printf(arena, RANGE ",\"%s\":\"10.0.0.0/24\"", ranges[i]),
                                      DW_IPAM_LOOKALIKE, ranges[i], "unknown key", "remove it: range is also set"};
    expect_one(arena, &both);
  }
  const struct problem_case inside = {"\"ipRanges\":[{" RANGE ",\"rangeEnd\":\"10.0.0.9\"}]", DW_IPAM_LOOKALIKE,
                                      "ipRanges[0].rangeEnd", "unknown key", "use range_end"};
  expect_one(arena, &inside);
}

/* Obsolete keys are never suggested. */
static void keys_are_recognized_with_any_separator_and_letter_case(void **state) {
  (void)state;
  static const char *const known[] = {"addresses",
                                      "configuration_path",
                                      "dns",
                                      "enable_overlapping_ranges",
                                      "exclude",
                                      "gateway",
                                      "ipRanges",
                                      "kubernetes",
                                      "leader_lease_duration",
                                      "leader_renew_deadline",
                                      "leader_retry_period",
                                      "log_file",
                                      "log_level",
                                      "network_name",
                                      "node_slice_size",
                                      "range",
                                      "range_end",
                                      "range_start",
                                      "reconciler_cron_expression",
                                      "routes",
                                      "sleep_for_race",
                                      "type"};
  static const char *const old[] = {"datastore",     "etcd_ca_cert_file", "etcd_cert_file", "etcd_host",
                                    "etcd_key_file", "etcd_password",     "etcd_username",  "Name",
                                    "PodName",       "PodNamespace"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    bool is_given = strcmp(known[i], "type") == 0;
    const struct dw_ipam *ipam =
        read_members(arena, dw_arena_printf(arena, "\"%c-%s\":null", known[i][0] - 'a' + 'A', known[i] + 1));
    assert_int_equal(ipam->problem_count, 1);
    assert_string_equal(ipam->problems[0].what, "is an unknown key, which whereabouts ignores");
    assert_string_equal(ipam->problems[0].fix,
                        is_given ? "remove it: type is also set" : dw_arena_printf(arena, "use %s", known[i]));
  }
  for (size_t i = 0; i < sizeof old / sizeof old[0]; i++) {
    const char *members = dw_arena_printf(arena, "\"%c-%s\":null", old[i][0], old[i] + 1);
    const struct dw_ipam *ipam = read_members(arena, members);
    assert_int_equal(ipam->problem_count, 1);
    assert_int_equal(ipam->problems[0].kind, DW_IPAM_UNKNOWN);
    assert_int_equal(read_members(arena, dw_arena_printf(arena, "\"%s\":null", old[i]))->problem_count, 0);
  }
}

static void other_keys_are_unknown(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {RANGE ",\"foo\":1", DW_IPAM_UNKNOWN, "foo", "unknown key", "spelling"},
      {RANGE ",\"dn\":1", DW_IPAM_UNKNOWN, "dn", "unknown key", "spelling"},
      {RANGE ",\"\":1", DW_IPAM_UNKNOWN, "", "unknown key", "spelling"},
      {RANGE ",\"datastor\":1", DW_IPAM_UNKNOWN, "datastor", "unknown key", "spelling"},
      {"\"ipRanges\":[{" RANGE ",\"gateway\":\"10.0.0.1\"}]", DW_IPAM_UNKNOWN, "ipRanges[0].gateway",
       "ignored inside ipRanges", "next to ipRanges"},
      {"\"ipRanges\":[{" RANGE ",\"routes\":5}]", DW_IPAM_UNKNOWN, "ipRanges[0].routes", "ignored inside ipRanges",
       "next to ipRanges"},
      {"\"ipRanges\":[{" RANGE ",\"gatewai\":5}]", DW_IPAM_UNKNOWN, "ipRanges[0].gatewai", "unknown key", "spelling"},
  };
  EXPECT_EACH(cases);
}

static void many_unknown_keys_do_not_hide_a_lookalike(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  const struct dw_ipam *ipam =
      read_members(arena, repeat(&buf, RANGE ",", "\"unknown-key-#\":1", 1000, ",\"rangeEnd\":\"10.0.0.9\""));
  assert_int_equal(ipam->problems[ipam->problem_count - 1].kind, DW_IPAM_LOOKALIKE);
}

static void every_key_that_whereabouts_knows_is_accepted(void **state) {
  (void)state;
  static const char *const members[] = {
      "\"Name\":\"\",\"PodName\":\"\",\"PodNamespace\":\"\",\"Gateway\":\"\",\"datastore\":\"kubernetes\"",
      "\"etcd_host\":\"\",\"etcd_username\":\"\",\"etcd_password\":\"\",\"etcd_key_file\":\"\",\"etcd_cert_file\":\"\"",
      "\"etcd_ca_cert_file\":\"\",\"leader_lease_duration\":30,\"leader_renew_deadline\":20,\"leader_retry_period\":3",
      "\"log_file\":\"\",\"log_level\":\"debug\",\"reconciler_cron_expression\":\"\",\"sleep_for_race\":0",
      "\"kubernetes\":{\"kubeconfig\":\"/x\",\"k8s_api_root\":\"\",\"more\":1},\"configuration_path\":\"\"",
      "\"network_name\":\"a\",\"node_slice_size\":\"/26\",\"enable_overlapping_ranges\":true",
      "\"dns\":{\"domain\":\"x\",\"search\":[null,\"a\"],\"more\":5}",
      "\"routes\":[{\"dst\":\"10.1.0.0/16\",\"gw\":\"10.0.0.1\",\"mtu\":1},{\"gw\":\"\"}],\"RANGE_START\":\"\"",
      "\"addresses\":[{\"address\":\"010.0.0.9/24\",\"gateway\":\"10.0.0.1\"}],\"ipRanges\":null,\"exclude\":null",
      "\"gateway\":\"\",\"range_start\":null,\"range_end\":\"\",\"exclude\":[],\"dns\":null,\"kubernetes\":null",
      "\"range_start\":\"10.0.0.1\",\"range_end\":\"10.0.0.254\",\"gateway\":\"10.0.0.1\"",
      "\"range_start\":\"10.0.0.9\",\"range_end\":\"10.0.0.9\"",
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    const struct dw_ipam *ipam = read_members(arena, dw_arena_printf(arena, RANGE ",%s", members[i]));
    if (ipam->problem_count != 0)
      fail_msg("%s: %s %s", members[i], ipam->problems[0].field, ipam->problems[0].what);
    assert_null(ipam->error);
    assert_int_equal(ipam->pool_count, 1);
    assert_int_equal(ipam->pools[0].state, DW_POOL_OK);
  }
  static const char *const dashed[] = {"10.0.0.1-10.0.0.254/24", "10.0.0.9-10.0.0.9/24", "fd00::1-fd00::8/120"};
  for (size_t i = 0; i < sizeof dashed / sizeof dashed[0]; i++)
    assert_int_equal(read_members(arena, dw_arena_printf(arena, "\"range\":\"%s\"", dashed[i]))->problem_count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lookalike_keys_are_reported_with_the_correct_key),
      cmocka_unit_test(keys_are_recognized_with_any_separator_and_letter_case),
      cmocka_unit_test(other_keys_are_unknown),
      cmocka_unit_test(many_unknown_keys_do_not_hide_a_lookalike),
      cmocka_unit_test(every_key_that_whereabouts_knows_is_accepted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
