/* The configured migration network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/map_case.h"

#define CONFIG(members)                                                                                                \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: openshift-cnv, "     \
  "name: mig}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\"," members                                      \
  ",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.0.5.0/24\"}}'}}\n"
#define MACVLAN "\"type\":\"macvlan\",\"master\":\"eth1\""
#define ETH1(state, mtu) "{name: eth1, type: ethernet, state: " state ", mtu: " mtu ", ethernet: {speed: 25000}}"
#define NODE(name, nics) MAP_NODE(name, "192.168.1.10") MAP_NNS(name, nics)

static void the_setting_and_its_nad_are_named(void **state) {
  (void)state;
  MAP_SCOPED map =
      MAP(MAP_HCO("mig", "") CONFIG(MACVLAN) NODE("w1", ETH1("up", "9000")) NODE("w2", ETH1("up", "1500")));
  const struct dw_map_migration *found = &map.map->migration;
  assert_true(map.map->settings_known);
  assert_string_equal(found->set_by, "HyperConverged openshift-cnv/kubevirt-hyperconverged");
  assert_string_equal(found->object, "NetworkAttachmentDefinition openshift-cnv/mig");
  assert_true(found->exists);
  assert_string_equal(found->type, "macvlan");
  assert_string_equal(found->nic, "eth1");
  assert_int_equal(found->vlan, 0);
  assert_int_equal(found->mtu, 1500); /* the lowest */
  assert_false(found->mtu_set);
  assert_int_equal(found->speed, 25000);
}

static void without_a_cluster_the_setting_is_unknown(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(NULL);
  assert_false(map.map->settings_known);
  assert_null(map.map->migration.set_by);
  assert_null(map.map->migration.object);
}

static void without_a_setting_there_is_no_network(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_HCO("''", "") CONFIG(MACVLAN));
  assert_true(map.map->settings_known);
  assert_non_null(map.map->migration.set_by);
  assert_null(map.map->migration.object);
  assert_false(map.map->migration.exists);
}

static void a_setting_can_be_invalid_or_lead_nowhere(void **state) {
  (void)state;
  MAP_SCOPED gone = MAP(MAP_HCO("gone", "") CONFIG(MACVLAN));
  assert_string_equal(gone.map->migration.object, "NetworkAttachmentDefinition openshift-cnv/gone");
  assert_false(gone.map->migration.exists);
  assert_null(gone.map->migration.nic);
  MAP_SCOPED two = MAP(MAP_HCO("'a,b'", ""));
  assert_string_equal(two.map->network, "a,b");
  assert_null(two.map->migration.object);
}

static void an_mtu_and_a_vlan_can_be_in_the_configuration(void **state) {
  (void)state;
  MAP_SCOPED map =
      MAP(MAP_HCO("mig", "") CONFIG("\"type\":\"bridge\",\"bridge\":\"br1\",\"vlan\":105,\"mtu\":8000")
              NODE("w1", "{name: br1, type: linux-bridge, state: up, mtu: 9000, bridge: {port: [{name: eth1}]}}"));
  assert_string_equal(map.map->migration.nic, "br1");
  assert_int_equal(map.map->migration.vlan, 105);
  assert_int_equal(map.map->migration.mtu, 8000);
  assert_true(map.map->migration.mtu_set);
}

static void a_vlan_can_be_in_the_nic_or_below_a_bridge(void **state) {
  (void)state;
#define VLAN "{name: eth1.7, type: vlan, state: up, vlan: {base-iface: eth1, id: 7}"
  MAP_SCOPED nic = MAP(MAP_HCO("mig", "") CONFIG("\"type\":\"macvlan\",\"master\":\"eth1.7\"")
                           NODE("w1", VLAN "}, " ETH1("up", "9000")));
  assert_int_equal(nic.map->migration.vlan, 7);
  MAP_SCOPED bridge = MAP(MAP_HCO("mig", "") CONFIG("\"type\":\"bridge\",\"bridge\":\"br1\"")
                              NODE("w1", VLAN ", controller: br1}, {name: br1, type: linux-bridge, state: up, bridge: "
                                              "{port: [{name: eth1.7}]}}"));
  assert_int_equal(bridge.map->migration.vlan, 7);
}

static void a_configuration_that_is_not_readable_says_nothing(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_HCO("mig", "") "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, "
                                          "metadata: {namespace: openshift-cnv, name: mig}, spec: {config: '{'}}\n");
  assert_true(map.map->migration.exists);
  assert_string_equal(map.map->migration.type, "");
  assert_null(map.map->migration.nic);
  assert_int_equal(map.map->migration.mtu, 0);
}

static void findings_of_the_network_and_its_setting_are_marked(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_HCO("mig", "") CONFIG("\"type\":\"macvlan\",\"master\":\"eth9\"")
                           MAP_NAD("vms", "other", "10.0.5.0/25") NODE("w1", ETH1("up", "9000")));
  size_t here = 0;
  size_t elsewhere = 0;
  for (size_t i = 0; i < map.map->finding_count; i++) {
    const struct dw_map_finding *finding = &map.map->findings[i];
    bool expected = strcmp(finding->object, map.map->migration.object) == 0 ||
                    strcmp(finding->object, map.map->migration.set_by) == 0;
    assert_int_equal(finding->migration, expected);
    here += expected;
    elsewhere += !expected;
  }
  assert_true(here >= 3); /* two of the NAD, and its setting */
  assert_true(elsewhere >= 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_setting_and_its_nad_are_named),
                                     cmocka_unit_test(without_a_cluster_the_setting_is_unknown),
                                     cmocka_unit_test(without_a_setting_there_is_no_network),
                                     cmocka_unit_test(a_setting_can_be_invalid_or_lead_nowhere),
                                     cmocka_unit_test(an_mtu_and_a_vlan_can_be_in_the_configuration),
                                     cmocka_unit_test(a_vlan_can_be_in_the_nic_or_below_a_bridge),
                                     cmocka_unit_test(a_configuration_that_is_not_readable_says_nothing),
                                     cmocka_unit_test(findings_of_the_network_and_its_setting_are_marked)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
