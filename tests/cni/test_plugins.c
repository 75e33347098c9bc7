#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cni/cni_internal.h"

static void plugins_have_classes(void **state) {
  (void)state;
  static const struct {
    const char *type;
    enum dw_plugin_class class;
  } cases[] = {
      {"macvlan", DW_PLUGIN_CONNECTS},
      {"ipvlan", DW_PLUGIN_CONNECTS},
      {"vlan", DW_PLUGIN_CONNECTS},
      {"bridge", DW_PLUGIN_CONNECTS},
      {"cnv-bridge", DW_PLUGIN_CONNECTS},
      {"ovs", DW_PLUGIN_CONNECTS},
      {"accelerated-bridge", DW_PLUGIN_CONNECTS},
      {"kube-ovn", DW_PLUGIN_CONNECTS},
      {"bond", DW_PLUGIN_CONNECTS},
      {"route-override", DW_PLUGIN_META},
      {"rdma", DW_PLUGIN_META},
      {"sriov", DW_PLUGIN_CONNECTS},
      {"ib-sriov", DW_PLUGIN_CONNECTS},
      {"host-device", DW_PLUGIN_CONNECTS},
      {"ovn-k8s-cni-overlay", DW_PLUGIN_CONNECTS},
      {"ipoib", DW_PLUGIN_CONNECTS},
      {"tuning", DW_PLUGIN_META},
      {"cnv-tuning", DW_PLUGIN_META},
      {"sbr", DW_PLUGIN_META},
      {"vrf", DW_PLUGIN_META},
      {"bandwidth", DW_PLUGIN_META},
      {"portmap", DW_PLUGIN_META},
      {"firewall", DW_PLUGIN_META},
      {"ptp", DW_PLUGIN_LOCAL},
      {"loopback", DW_PLUGIN_META},
      {"dummy", DW_PLUGIN_LOCAL},
      {"tap", DW_PLUGIN_LOCAL},
      {"macvtap", DW_PLUGIN_LOCAL},
      {"", DW_PLUGIN_UNKNOWN},
      {"MACVLAN", DW_PLUGIN_UNKNOWN},
      {"flannel", DW_PLUGIN_UNKNOWN},
      {"macvlan2", DW_PLUGIN_UNKNOWN},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (dw_plugin_class(cases[i].type) != cases[i].class)
      fail_msg("%s", cases[i].type);
}

static void each_plugin_reads_its_own_keys(void **state) {
  (void)state;
  static const struct {
    const char *type;
    unsigned keys;
  } cases[] = {
      {"macvlan", DW_KEY_MASTER},
      {"ipvlan", DW_KEY_MASTER},
      {"vlan", DW_KEY_MASTER | DW_KEY_VLAN_ID},
      {"bridge", DW_KEY_BRIDGE | DW_KEY_VLAN | DW_KEY_VLAN_TRUNK},
      {"cnv-bridge", DW_KEY_BRIDGE | DW_KEY_VLAN | DW_KEY_VLAN_TRUNK},
      {"ovs", DW_KEY_BRIDGE | DW_KEY_VLAN | DW_KEY_TRUNK},
      {"accelerated-bridge", DW_KEY_VLAN | DW_KEY_TRUNK},
      {"sriov", DW_KEY_VLAN},
      {"ipoib", DW_KEY_MASTER},
      {"host-device", DW_KEY_DEVICE},
      {"ovn-k8s-cni-overlay", DW_KEY_OVN_VLAN_ID},
      {"macvtap", DW_KEY_MASTER},
      {"flannel", DW_KEY_ANY},
      {"", DW_KEY_ANY},
  };
  static const char *const none[] = {"kube-ovn", "ib-sriov", "bond",  "tuning", "cnv-tuning", "bandwidth",
                                     "portmap",  "firewall", "sbr",   "vrf",    "rdma",       "route-override",
                                     "ptp",      "loopback", "dummy", "tap"};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (dw_plugin_keys(cases[i].type) != cases[i].keys)
      fail_msg("%s: %u", cases[i].type, dw_plugin_keys(cases[i].type));
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
    if (dw_plugin_keys(none[i]) != 0)
      fail_msg("%s: %u", none[i], dw_plugin_keys(none[i]));
}

static void macvlan_ipvlan_and_vlan_default_to_the_nic_of_the_default_route(void **state) {
  (void)state;
  assert_true(dw_plugin_needs_master("macvlan"));
  assert_true(dw_plugin_needs_master("ipvlan"));
  assert_true(dw_plugin_needs_master("vlan"));
  assert_false(dw_plugin_needs_master("bridge"));
  assert_false(dw_plugin_needs_master("sriov"));
  assert_false(dw_plugin_needs_master(""));
}

static void some_plugins_never_run_an_ipam_plugin(void **state) {
  (void)state;
  static const char *const never[] = {"tuning",   "cnv-tuning", "bandwidth", "portmap",
                                      "firewall", "sbr",        "vrf",       "route-override",
                                      "rdma",     "loopback",   "macvtap",   "ovn-k8s-cni-overlay"};
  static const char *const may[] = {"macvlan", "bridge", "sriov", "host-device", "kube-ovn",
                                    "ptp",     "dummy",  "tap",   "flannel"};
  for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
    if (dw_plugin_runs_ipam(never[i]))
      fail_msg("%s", never[i]);
  for (size_t i = 0; i < sizeof may / sizeof may[0]; i++)
    if (!dw_plugin_runs_ipam(may[i]))
      fail_msg("%s", may[i]);
}

static void bridge_and_cnv_bridge_attach_to_a_linux_bridge(void **state) {
  (void)state;
  assert_true(dw_plugin_is_bridge("bridge"));
  assert_true(dw_plugin_is_bridge("cnv-bridge"));
  assert_false(dw_plugin_is_bridge("ovs"));
  assert_false(dw_plugin_is_bridge("macvlan"));
}

static void interface_names_are_those_that_the_kernel_accepts(void **state) {
  (void)state;
  static const char *const good[] = {"a", "eth1", "bond0.100", "fifteen-bytes-x", "...", "br_x", "\xc3\xbc"};
  static const char *const bad[] = {"",     ".",    "..",   "sixteen-bytes-xx", "a/b", "a:b", "a b", "a\tb", "a\nb",
                                    "a\vb", "a\fb", "a\rb", "a\xa0!",           "a%b", "a%d"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    if (!dw_is_interface_name(good[i]))
      fail_msg("%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (dw_is_interface_name(bad[i]))
      fail_msg("%s", bad[i]);
}

static void network_names_are_those_that_libcni_accepts(void **state) {
  (void)state;
  static const char *const good[] = {"a", "9", "migration-bridge", "A_b.c-1", "a-", "a."};
  static const char *const bad[] = {"", "-a", ".a", "_a", "a b", "a/b", "a\n", "\xc3\xa4", "a\xc3\xa4"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    if (!dw_is_cni_name(good[i]))
      fail_msg("%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (dw_is_cni_name(bad[i]))
      fail_msg("%s", bad[i]);
}

static void versions_are_those_that_libcni_knows(void **state) {
  (void)state;
  static const char *const good[] = {"0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"};
  static const char *const bad[] = {"", "0.3", "0.3.2", "0.5.0", "1.2.0", "v0.3.1", " 0.3.1", "0.3.1 "};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    if (!dw_is_cni_version(good[i]))
      fail_msg("%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (dw_is_cni_version(bad[i]))
      fail_msg("%s", bad[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plugins_have_classes),
      cmocka_unit_test(each_plugin_reads_its_own_keys),
      cmocka_unit_test(macvlan_ipvlan_and_vlan_default_to_the_nic_of_the_default_route),
      cmocka_unit_test(some_plugins_never_run_an_ipam_plugin),
      cmocka_unit_test(bridge_and_cnv_bridge_attach_to_a_linux_bridge),
      cmocka_unit_test(interface_names_are_those_that_the_kernel_accepts),
      cmocka_unit_test(network_names_are_those_that_libcni_accepts),
      cmocka_unit_test(versions_are_those_that_libcni_knows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
