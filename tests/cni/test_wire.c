#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cni/cni.h"

static struct dw_wire wire_of(struct dw_arena *arena, const char *config) {
  const struct dw_cni_config *read = dw_cni_read_text(arena, config, strlen(config));
  assert_int_equal(read->state, DW_CONFIG_OK);
  return dw_wire_of(arena, &read->plugins[0]);
}

static void the_wire_is_what_the_plugin_attaches_to(void **state) {
  (void)state;
  static const struct {
    const char *config;
    enum dw_wire_kind kind;
    const char *nic; /* the node's interface on that wire; NULL if it is not known */
  } rows[] = {
      {"{\"type\":\"macvlan\",\"master\":\"bond2\"}", DW_WIRE_NIC, "bond2"},
      {"{\"type\":\"macvlan\",\"master\":\"bond2.100\"}", DW_WIRE_NIC, "bond2.100"},
      {"{\"type\":\"ipvlan\",\"master\":\"eth1.4095\"}", DW_WIRE_NIC, "eth1.4095"},
      {"{\"type\":\"vlan\",\"master\":\"bond2\",\"vlanId\":100}", DW_WIRE_NIC, "bond2.100"},
      {"{\"type\":\"macvlan\"}", DW_WIRE_HIDDEN, NULL},
      {"{\"type\":\"macvlan\",\"master\":\"eth1\",\"linkInContainer\":true}", DW_WIRE_HIDDEN, NULL},
      {"{\"type\":\"bridge\",\"bridge\":\"br1\"}", DW_WIRE_NIC, "br1"},
      {"{\"type\":\"cnv-bridge\",\"bridge\":\"br1\",\"vlan\":7}", DW_WIRE_NIC, "br1.7"},
      {"{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlanTrunk\":[{\"id\":7}]}", DW_WIRE_NIC, NULL},
      {"{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlanTrunk\":[]}", DW_WIRE_NIC, "br1"},
      {"{\"type\":\"cnv-bridge\",\"bridge\":\"br1\",\"vlan\":7,\"vlanTrunk\":[]}", DW_WIRE_NIC, "br1.7"},
      {"{\"type\":\"ovs\",\"bridge\":\"br1\",\"trunk\":[]}", DW_WIRE_NIC, "br1"},
      {"{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlanTrunk\":{}}", DW_WIRE_NIC, NULL},
      {"{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlan\":\"7\"}", DW_WIRE_NIC, NULL},
      {"{\"type\":\"bridge\"}", DW_WIRE_NODE, NULL},
      {"{\"type\":\"bridge\",\"bridge\":\"cni0\"}", DW_WIRE_NODE, NULL},
      {"{\"type\":\"ptp\"}", DW_WIRE_NODE, NULL},
      {"{\"type\":\"ovs\",\"bridge\":\"br1\",\"vlan\":7}", DW_WIRE_NIC, "br1.7"},
      {"{\"type\":\"host-device\",\"device\":\"eth3\"}", DW_WIRE_NIC, "eth3"},
      {"{\"type\":\"sriov\"}", DW_WIRE_HIDDEN, NULL},
      {"{\"type\":\"weave-net\"}", DW_WIRE_UNKNOWN, NULL},
      {"{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\"}", DW_WIRE_OVERLAY, NULL},
      {"{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer3\"}", DW_WIRE_OVERLAY, NULL},
      {"{\"type\":\"ovn-k8s-cni-overlay\"}", DW_WIRE_OVERLAY, NULL},
      {"{\"type\":\"ovn-k8s-cni-overlay\",\"Topology\":\"localnet\"}", DW_WIRE_HIDDEN, NULL},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct dw_wire wire = wire_of(arena, rows[i].config);
    if (wire.kind != rows[i].kind)
      fail_msg("%s: kind %d", rows[i].config, (int)wire.kind);
    const char *nic = dw_wire_nic(arena, &wire);
    if (rows[i].nic == NULL)
      assert_null(nic);
    else
      assert_string_equal(nic, rows[i].nic);
  }
}

static void wires_are_compared_by_nic_and_vlan(void **state) {
  (void)state;
  static const char bond2[] = "{\"type\":\"macvlan\",\"master\":\"bond2\"}";
  static const char vlan[] = "{\"type\":\"vlan\",\"master\":\"bond2\",\"vlanId\":100}";
  static const struct {
    const char *a, *b;
    enum dw_wires wires;
  } rows[] = {
      {bond2, bond2, DW_WIRES_SAME},
      {bond2, "{\"type\":\"macvlan\",\"master\":\"bond1\"}", DW_WIRES_UNSURE},
      {bond2, vlan, DW_WIRES_APART},
      {vlan, "{\"type\":\"macvlan\",\"master\":\"bond2.100\"}", DW_WIRES_SAME},
      {vlan, "{\"type\":\"macvlan\",\"master\":\"bond2.101\"}", DW_WIRES_APART},
      {"{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlan\":7}", "{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlan\":8}",
       DW_WIRES_APART},
      {"{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlan\":7}",
       "{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlanTrunk\":[{\"id\":8}]}", DW_WIRES_SAME},
      {bond2, "{\"type\":\"sriov\"}", DW_WIRES_SAME},
      {bond2, "{\"type\":\"weave-net\"}", DW_WIRES_UNSURE},
      {bond2, "{\"type\":\"bridge\"}", DW_WIRES_APART},
      {"{\"type\":\"sriov\"}", "{\"type\":\"ptp\"}", DW_WIRES_APART},
      {bond2, "{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"localnet\"}", DW_WIRES_SAME},
      {bond2, "{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"localnet\",\"vlanID\":77}", DW_WIRES_UNSURE},
      {vlan, "{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"localnet\",\"vlanID\":100}", DW_WIRES_SAME},
      {bond2, "{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\"}", DW_WIRES_APART},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct dw_wire a = wire_of(arena, rows[i].a);
    struct dw_wire b = wire_of(arena, rows[i].b);
    if (dw_wires_compare(&a, &b) != rows[i].wires || dw_wires_compare(&b, &a) != rows[i].wires)
      fail_msg("%s and %s: %d", rows[i].a, rows[i].b, (int)dw_wires_compare(&a, &b));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_wire_is_what_the_plugin_attaches_to),
      cmocka_unit_test(wires_are_compared_by_nic_and_vlan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
