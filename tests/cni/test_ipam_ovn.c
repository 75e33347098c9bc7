#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cni/ipam_support.h"

static const struct dw_ipam *read_ovn_as(struct dw_arena *arena, const char *topology, const char *members) {
  const char *config =
      dw_arena_printf(arena, "{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"%s\",%s}", topology, members);
  return &dw_cni_read_text(arena, config, strlen(config))->plugins[0].ipam;
}

static const struct dw_ipam *read_ovn(struct dw_arena *arena, const char *members) {
  return read_ovn_as(arena, "layer2", members);
}

static void ovn_allocates_from_its_subnets(void **state) {
  (void)state;
  char text[DW_PREFIX_TEXT];
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_ipam *ipam =
      read_ovn(arena, "\"subnets\":\"10.1.0.0/24, fd00::/64\",\"excludeSubnets\":\"10.1.0.0/28,10.1.0.200/32\"");
  assert_int_equal(ipam->type, DW_IPAM_OVN);
  assert_string_equal(ipam->field, "spec.config");
  assert_int_equal(ipam->problem_count, 0);
  assert_int_equal(ipam->pool_count, 2);
  assert_string_equal(ipam->pools[0].range.field, "spec.config.subnets");
  assert_string_equal(ipam->pools[0].range.text, "10.1.0.0/24");
  assert_string_equal(ipam->pools[1].range.text, "fd00::/64");
  assert_int_equal(dw_interval_set_count(&ipam->pools[0].usable), 254 - 15 - 1);
  assert_int_equal(ipam->pools[1].state, DW_POOL_OK);
  assert_int_equal(ipam->pools[0].node_subnets, 0);
  ipam = read_ovn_as(arena, "layer3", "\"subnets\":\"10.128.0.0/16/24,fd00::/62\",\"excludeSubnets\":\"x\"");
  assert_int_equal(ipam->problem_count, 0);
  assert_int_equal(ipam->pools[0].state, DW_POOL_OK);
  assert_int_equal(ipam->pools[0].node_subnets, 256);
  assert_int_equal(ipam->pools[1].node_subnets, 4);
  assert_int_equal(read_ovn_as(arena, "layer3", "\"subnets\":\"10.1.0.0/16/+17\"")->pools[0].node_subnets, 2);
  assert_int_equal(read_ovn_as(arena, "layer3", "\"subnets\":\"10.1.0.0/24\"")->pools[0].node_subnets, 0);
  assert_string_equal(dw_prefix_format(&ipam->pools[0].subnet, text), "10.128.0.0/16");
  assert_int_equal(read_ovn(arena, "\"subnets\":\"10.1.0.0/24\",\"ipam\":{}")->type, DW_IPAM_OVN);
}

static void ovn_without_subnets_has_no_ipam(void **state) {
  (void)state;
  static const char *const members[] = {"\"a\":1", "\"subnets\":\"\"", "\"subnets\":\" \"", "\"subnets\":null"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    const struct dw_ipam *ipam = read_ovn(arena, members[i]);
    assert_int_equal(ipam->type, DW_IPAM_NONE);
    assert_int_equal(ipam->problem_count, 0);
  }
  /* ovn.c reports the IPAM plugin. Without a topology, `subnets` is ignored, whatever it is. */
  const struct dw_ipam *ipam = read_ovn(arena, "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"x\"}");
  assert_int_equal(ipam->type, DW_IPAM_NONE);
  assert_int_equal(ipam->problem_count, 0);
  ipam = read_ovn_as(arena, "", "\"subnets\":\"bogus\"");
  assert_int_equal(ipam->type, DW_IPAM_NONE);
  assert_int_equal(ipam->problem_count, 0);
}

static void mistakes_in_ovn_lists_are_reported(void **state) {
  (void)state;
  static const struct {
    const char *members;
    const char *field;
    const char *what;
  } cases[] = {
      {"\"subnets\":5", "spec.config.subnets", "must be a string"},
      {"\"subnets\":\"bogus\"", "spec.config.subnets", "is not a CIDR"},
      {"\"subnets\":\"10.1.0.0/24,\"", "spec.config.subnets", "is not a CIDR"},
      {"\"subnets\":\"10.1.0.0/24/x\"", "spec.config.subnets", "is not a CIDR"},
      {"\"subnets\":\"010.1.0.0/24\"", "spec.config.subnets", "leading zeros"},
      {"\"subnets\":\"10.1.0.0/24\",\"excludeSubnets\":\"x\"", "spec.config.excludeSubnets", "is not a CIDR"},
      {"\"subnets\":\"10.1.0.0/24\",\"excludeSubnets\":[]", "spec.config.excludeSubnets", "must be a string"},
      {"\"subnets\":\"10.1.0.0/24\",\"excludeSubnets\":\"10.1.0.0/25/26\"", "spec.config.excludeSubnets",
       "is not a CIDR"},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct dw_ipam *ipam = read_ovn(arena, cases[i].members);
    if (ipam->problem_count != 1)
      fail_msg("%s: %zu problems", cases[i].members, ipam->problem_count);
    assert_int_equal(ipam->problems[0].kind, DW_IPAM_UNREADABLE);
    assert_string_equal(ipam->problems[0].field, cases[i].field);
    assert_non_null(strstr(ipam->problems[0].what, cases[i].what));
    assert_non_null(ipam->error);
    for (size_t j = 0; j < ipam->pool_count; j++)
      assert_true(ipam->pools[j].state == DW_POOL_UNREADABLE || ipam->pool_count > 1);
  }
}

static void long_ovn_lists_are_rejected(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  const struct dw_ipam *ipam =
      read_ovn(arena, repeat(&buf, "\"subnets\":\"10.0.0.0/8\",\"excludeSubnets\":\"", "10.0.#.1/32", 250, "\""));
  assert_int_equal(ipam->problem_count, 0);
  DW_BUF_SCOPED struct dw_buf longer = DW_BUF_INIT;
  ipam = read_ovn(arena, repeat(&longer, "\"subnets\":\"", "10.0.0.0/#", 33, "\""));
  assert_true(ipam->problem_count > 0);
  assert_non_null(strstr(ipam->error, "more subnets than Droveway can check"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ovn_allocates_from_its_subnets),
      cmocka_unit_test(ovn_without_subnets_has_no_ipam),
      cmocka_unit_test(mistakes_in_ovn_lists_are_reported),
      cmocka_unit_test(long_ovn_lists_are_rejected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
