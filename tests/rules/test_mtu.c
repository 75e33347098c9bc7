#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "support/nad_case.h"
#include "support/node_state.h"

/* Findings of a configuration in a cluster of one node whose NICs are NICS. */
static void expect_on(const char *nics, const char *config, const char *lines) {
  nad_expect(&(struct nad_case){.config = config, .state = one_node(nics)}, lines);
}

static void expect_message(const char *nics, const char *config, const char *message) {
  nad_expect_says(&(struct nad_case){.config = config, .state = one_node(nics)}, "mtu-above-master", message);
}

#define DENIED "deny mtu-above-master spec.config.mtu\n"
#define MACVLAN(mtu) "{\"type\":\"macvlan\",\"master\":\"eth1\",\"mtu\":" mtu "," NAD_IPAM "}"
#define NIC "{name: eth0}, {name: eth1, type: ethernet, mtu: 9000}"

/* --- how it is written --- */

/* Measured: Multus marshals the configuration again, so the plugin gets an integer. */
static void accepts_an_integer_written_as_a_fraction(void **state) {
  (void)state;
  static const char *const whole[] = {MACVLAN("1500.0"), MACVLAN("1.5e3"), MACVLAN("15E+2"), MACVLAN("9e3"),
                                      MACVLAN("0.0")};
  for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
    expect_on(NIC, whole[i], "");
  expect_on(NIC, MACVLAN("1500.5"), "deny plugin-option spec.config.mtu\n");
  expect_on(NIC, MACVLAN("9001.0"), DENIED);
  expect_on(NIC, MACVLAN("-1.0"), "deny plugin-option spec.config.mtu\n");
  expect_on(NIC, MACVLAN("1e300"), "deny plugin-option spec.config.mtu\n");
  expect_message(NIC, MACVLAN("9.001e3"), "Invalid value: \"9.001e3\": is above the MTU of eth1 (lowest 9000) on a; ");
}

static void accepts_other_integers_written_as_fractions(void **state) {
  (void)state;
  expect_on(NIC, "{\"type\":\"macvlan\",\"master\":\"eth1\",\"bcqueuelen\":1000.0," NAD_IPAM "}", "");
  expect_on(NIC,
            "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.99.0.0/24\","
            "\"sleep_for_race\":0.0}}",
            "");
}

/* --- too small --- */

/* Measured with two macvlans: TCP does not work with 87, but with 88. */
static void rejects_an_mtu_too_small_for_tcp(void **state) {
  (void)state;
  expect_on(NIC, MACVLAN("67"), DENIED);
  expect_on(NIC, MACVLAN("68"), DENIED);
  expect_on(NIC, MACVLAN("87"), DENIED);
  expect_on(NIC, MACVLAN("88"), "");
  expect_message(NIC, MACVLAN("67"),
                 "Invalid value: \"67\": is below 68, the lowest that the kernel accepts; use the NIC's MTU, such as "
                 "9000, or remove it [mtu-above-master]");
  expect_message(NIC, MACVLAN("87"), "Invalid value: \"87\": is below 88, the lowest that TCP works with; ");
  /* Whatever MTU the nodes have. */
  nad_expect_config("{\"type\":\"vlan\",\"master\":\"eth5\",\"vlanId\":5,\"mtu\":67," NAD_IPAM "}", DENIED);
  nad_expect_config("{\"type\":\"ipvlan\",\"master\":\"eth5\",\"mtu\":67," NAD_IPAM "}", DENIED);
  nad_expect_config("{\"type\":\"bridge\",\"bridge\":\"br1\",\"mtu\":67," NAD_IPAM "}", DENIED);
  nad_expect_config("{\"type\":\"bridge\",\"bridge\":\"br1\",\"mtu\":88," NAD_IPAM "}", "");
  nad_expect_other(MACVLAN("67"), "");
}

/* Only tuning passes it to the kernel. */
static void a_negative_mtu_only_matters_to_tuning(void **state) {
  (void)state;
  expect_on(NIC, "{\"type\":\"ipvlan\",\"master\":\"eth1\",\"mtu\":-1," NAD_IPAM "}", "");
  nad_expect_config("{\"type\":\"bridge\",\"bridge\":\"br1\",\"mtu\":-1," NAD_IPAM "}", "");
  expect_on(NIC,
            "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
            "},{\"type\":\"tuning\",\"mtu\":-1}]}",
            "deny mtu-above-master spec.config.plugins[1].mtu\n");
}

#define IPV6 "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"fd00:99::/64\"}"
#define BOTH                                                                                                           \
  "\"ipam\":{\"type\":\"whereabouts\",\"ipRanges\":[{\"range\":\"10.99.0.0/24\"},{\"range\":\"fd00:99::/64\"}]}"
#define WITH(mtu, ipam) "{\"type\":\"macvlan\",\"master\":\"eth1\",\"mtu\":" mtu "," ipam "}"

static void rejects_an_mtu_too_small_for_ipv6(void **state) {
  (void)state;
  expect_on(NIC, WITH("1279", IPV6), DENIED);
  expect_on(NIC, WITH("1280", IPV6), "");
  expect_on(NIC, WITH("1279", BOTH), DENIED);
  expect_on(NIC, WITH("1279", NAD_IPAM), "");
  expect_message(NIC, WITH("1279", IPV6),
                 "Invalid value: \"1279\": is below 1280, the minimum for IPv6, so the address is rejected; use the "
                 "NIC's MTU, such as 9000, or remove it [mtu-above-master]");
}

/* --- above the master's --- */

static void rejects_an_mtu_above_the_masters(void **state) {
  (void)state;
  expect_on(NIC, MACVLAN("9000"), "");
  expect_on(NIC, MACVLAN("9001"), DENIED);
  expect_on(NIC, "{\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":5,\"mtu\":9000," NAD_IPAM "}", "");
  expect_on(NIC, "{\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":5,\"mtu\":9001," NAD_IPAM "}", DENIED);
  /* ipvlan attaches; some NICs pass larger frames than their MTU. */
  expect_on(NIC, "{\"type\":\"ipvlan\",\"master\":\"eth1\",\"mtu\":9001," NAD_IPAM "}",
            "warn mtu-above-master spec.config.mtu\n");
  expect_message(
      NIC, "{\"type\":\"ipvlan\",\"master\":\"eth1\",\"mtu\":9001," NAD_IPAM "}",
      "Invalid value: \"9001\": is above the MTU of eth1 (lowest 9000) on a: larger frames may be dropped; use "
      "9000, or raise the MTU of eth1 there [mtu-above-master]");
  /* A VLAN interface has a separate MTU. */
  expect_on(NIC ", {name: eth1.100, type: vlan, mtu: 1500, vlan: {base-iface: eth1, id: 100}}",
            "{\"type\":\"macvlan\",\"master\":\"eth1.100\",\"mtu\":9000," NAD_IPAM "}", DENIED);
}

/* --- bridges --- */

#define BRIDGE(mtu) "{\"type\":\"bridge\",\"bridge\":\"br1\",\"mtu\":" mtu "," NAD_IPAM "}"
#define UPLINK(bridge, nic)                                                                                            \
  "{name: eth0}, {name: br1, type: linux-bridge, mtu: " bridge                                                         \
  ", bridge: {port: [{name: eth1}]}}, {name: eth1, type: "                                                             \
  "ethernet, mtu: " nic ", controller: br1}"

static void rejects_an_mtu_above_the_bridges_uplink(void **state) {
  (void)state;
  expect_on(UPLINK("1500", "1500"), BRIDGE("1500"), "");
  expect_on(UPLINK("1500", "1500"), BRIDGE("1501"), DENIED);
  expect_on(UPLINK("9000", "9000"), BRIDGE("9000"), "");
  expect_on(UPLINK("9000", "9000"), BRIDGE("9001"), DENIED);
  expect_on(UPLINK("9000", "9000"), BRIDGE("0"), "");
  /* Measured: ports of pods lower the bridge's own MTU, which is not a limit. */
  expect_on(UPLINK("1500", "9000"), BRIDGE("9000"), "");
  expect_on(UPLINK("9000", "1500"), BRIDGE("9000"), DENIED);
  expect_message(
      UPLINK("1500", "1500"), BRIDGE("9000"),
      "Invalid value: \"9000\": is above the MTU of the uplink of br1 (lowest 1500) on a: larger frames are lost; "
      "use 1500, or raise the MTU of the bridge and its port [mtu-above-master]");
  nad_expect(&(struct nad_case){.config = BRIDGE("9000"), .state = one_node(UPLINK("1500", "1500")), .label = ""}, "");
}

static void only_warns_if_the_uplinks_mtu_is_unknown(void **state) {
  (void)state;
#define FAR "{name: eth0}, {name: br1, type: linux-bridge, mtu: 1500, bridge: {port: [{name: far}]}}"
  expect_on(FAR, BRIDGE("1500"), "");
  expect_on(FAR, BRIDGE("1501"), "warn mtu-above-master spec.config.mtu\n");
  expect_message(FAR, BRIDGE("9000"),
                 "Invalid value: \"9000\": is above the MTU of br1 (lowest 1500) on a: larger frames are lost; ");
}

static void checks_the_default_mtu_of_the_bridge_plugin(void **state) {
  (void)state;
#define PLAIN "{\"type\":\"bridge\",\"bridge\":\"br1\"," NAD_IPAM "}"
  expect_on(UPLINK("1500", "1500"), PLAIN, "");
  expect_on(UPLINK("9000", "9000"), PLAIN, "");
  expect_on(UPLINK("1450", "1450"), PLAIN, DENIED);
  expect_on(UPLINK("1450", "1450"), BRIDGE("1450"), "");
  expect_message(
      UPLINK("1450", "1450"), PLAIN,
      "without it, the pod's MTU is 1500, above that of the uplink of br1 (lowest 1450) on a; set \"mtu\": 1450 "
      "[mtu-above-master]");
  expect_on(UPLINK("1450", "1450"),
            "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"bridge\",\"bridge\":\"br1\"," NAD_IPAM
            "},{\"type\":\"tuning\",\"mtu\":1400}]}",
            "");
}

static void rejects_an_mtu_above_that_of_a_veth(void **state) {
  (void)state;
  expect_on(UPLINK("70000", "70000"), BRIDGE("65535"), "");
  expect_on(UPLINK("70000", "70000"), BRIDGE("65536"), DENIED);
  nad_expect(
      &(struct nad_case){.config =
                             "{\"type\":\"bridge\",\"bridge\":\"br1\",\"mtu\":70000,\"ipam\":{\"type\":\"dhcp\"}}",
                         .no_state = true},
      DENIED "unverified bridge-uplink spec.config.bridge\n");
  expect_message(UPLINK("70000", "70000"), BRIDGE("70000"), "is above 65535, the highest that the kernel accepts; ");
}

/* --- tuning --- */

#define TUNED(first, mtu)                                                                                              \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[" first ",{\"type\":\"tuning\",\"mtu\":" mtu "}]}"
#define TUNING_DENIED "deny mtu-above-master spec.config.plugins[1].mtu\n"
#define ON_NIC(type, more) "{\"type\":\"" type "\",\"master\":\"eth1\"" more "," NAD_IPAM "}"
#define ON_BRIDGE(more) "{\"type\":\"bridge\",\"bridge\":\"br1\"" more "," NAD_IPAM "}"

static void applies_the_same_limits_to_tuning(void **state) {
  (void)state;
  expect_on(NIC, TUNED(ON_NIC("macvlan", ""), "9000"), "");
  expect_on(NIC, TUNED(ON_NIC("macvlan", ""), "9001"), TUNING_DENIED);
  expect_on(NIC, TUNED(ON_NIC("macvlan", ",\"mtu\":1500"), "9000"), "");
  expect_on(NIC, TUNED(ON_NIC("ipvlan", ""), "9001"), "warn mtu-above-master spec.config.plugins[1].mtu\n");
  expect_on(NIC, TUNED(ON_NIC("macvlan", ""), "67"), TUNING_DENIED);
  expect_on(NIC, TUNED(ON_NIC("macvlan", ""), "88"), "");
  expect_on(NIC, TUNED("{\"type\":\"macvlan\",\"master\":\"eth1\"," IPV6 "}", "1279"), TUNING_DENIED);
  expect_on(NIC, TUNED("{\"type\":\"macvlan\",\"master\":\"eth1\"," IPV6 "}", "1280"), "");
  expect_on(NIC, TUNED(ON_NIC("macvlan", ""), "0"), "");
  expect_on(NIC,
            "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[" ON_NIC(
                "macvlan", "") ",{\"type\":\"cnv-tuning\",\"mtu\":9001}]}",
            TUNING_DENIED);
  expect_on(NIC,
            "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[" ON_NIC(
                "macvlan", "") ",{\"type\":\"tuning\"},{\"type\":\"tuning\",\"mtu\":9001}]}",
            "deny mtu-above-master spec.config.plugins[2].mtu\n");
  /* It is unknown which interface another plugin creates. */
  expect_on(NIC,
            "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"ipoib\",\"master\":\"ib0\"," NAD_IPAM
            "},{\"type\":\"tuning\",\"mtu\":9001}]}",
            "");
}

/* The kernel's own limits also apply to a device of another plugin. */
static void applies_the_kernels_limits_to_tuning_after_any_plugin(void **state) {
  (void)state;
  expect_on(NIC, TUNED("{\"type\":\"host-device\",\"device\":\"eth1\"," NAD_IPAM "}", "67"), TUNING_DENIED);
  expect_on(NIC, TUNED("{\"type\":\"host-device\",\"device\":\"eth1\"," NAD_IPAM "}", "-1"), TUNING_DENIED);
  expect_on(NIC, TUNED("{\"type\":\"host-device\",\"device\":\"eth1\"," NAD_IPAM "}", "88"), "");
  expect_on(NIC, TUNED("{\"type\":\"host-device\",\"device\":\"eth1\"," NAD_IPAM "}", "9001"), "");
  /* host-device itself has no mtu option. */
  expect_on(NIC, "{\"type\":\"host-device\",\"device\":\"eth1\",\"mtu\":1," NAD_IPAM "}", "");
}

/* tuning only changes the pod's end. */
static void rejects_a_tuning_mtu_above_the_other_end_of_a_bridges_interface(void **state) {
  (void)state;
  expect_on(UPLINK("9000", "9000"), TUNED(ON_BRIDGE(""), "1500"), "");
  expect_on(UPLINK("9000", "9000"), TUNED(ON_BRIDGE(""), "1501"), TUNING_DENIED);
  expect_on(UPLINK("9000", "9000"), TUNED(ON_BRIDGE(",\"mtu\":9000"), "9000"), "");
  expect_on(UPLINK("9000", "9000"), TUNED(ON_BRIDGE(",\"mtu\":9000"), "9001"), TUNING_DENIED);
  expect_message(
      UPLINK("9000", "9000"), TUNED(ON_BRIDGE(""), "9000"),
      "Invalid value: \"9000\": is above 1500, the MTU that the bridge plugin sets on the other end of the interface: "
      "larger frames are lost; set \"mtu\": 9000 in the bridge plugin instead [mtu-above-master]");
}

/* --- different MTUs --- */

static void does_not_warn_of_different_mtus_if_tuning_sets_one(void **state) {
  (void)state;
  static const char *const nics[] = {"{name: eth1, mtu: 9000}", "{name: eth1, mtu: 1500}"};
  struct nad_case nad = {.config = "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[" ON_NIC(
                             "macvlan", "") ",{\"type\":\"tuning\"}]}",
                         .state = node_state(nics, 2)};
  nad_expect(&nad, "warn mtu-inconsistent spec.config.plugins[0].master\n");
  nad.config = TUNED(ON_NIC("macvlan", ""), "1500");
  nad_expect(&nad, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_an_integer_written_as_a_fraction),
      cmocka_unit_test(accepts_other_integers_written_as_fractions),
      cmocka_unit_test(rejects_an_mtu_too_small_for_tcp),
      cmocka_unit_test(a_negative_mtu_only_matters_to_tuning),
      cmocka_unit_test(rejects_an_mtu_too_small_for_ipv6),
      cmocka_unit_test(rejects_an_mtu_above_the_masters),
      cmocka_unit_test(rejects_an_mtu_above_the_bridges_uplink),
      cmocka_unit_test(only_warns_if_the_uplinks_mtu_is_unknown),
      cmocka_unit_test(checks_the_default_mtu_of_the_bridge_plugin),
      cmocka_unit_test(rejects_an_mtu_above_that_of_a_veth),
      cmocka_unit_test(applies_the_same_limits_to_tuning),
      cmocka_unit_test(applies_the_kernels_limits_to_tuning_after_any_plugin),
      cmocka_unit_test(rejects_a_tuning_mtu_above_the_other_end_of_a_bridges_interface),
      cmocka_unit_test(does_not_warn_of_different_mtus_if_tuning_sets_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
