/* What NodeNetworkConfigurationPolicies make of the NICs of a node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cluster/desired.h"
#include "yaml/yaml.h"

struct fixture {
  struct dw_arena *arena;
  const struct dw_object *nns, *node;
};

static const dw_json *read_yaml(struct dw_arena *arena, const char *text) {
  struct dw_yaml_doc *doc = NULL;
  assert_int_equal(dw_yaml_parse(arena, text, strlen(text), &doc, NULL), 0);
  return doc->root;
}

static const struct dw_object *read_object(struct dw_arena *arena, const char *text) {
  const struct dw_object *object = NULL;
  struct dw_error err = DW_ERROR_INIT;
  if (dw_object_reduce(read_yaml(arena, text), "", &object, &err) != 0)
    fail_msg("%s", err.text);
  return object;
}

static int setup(void **state) {
  static struct fixture f;
  f.arena = dw_arena_new(0);
  f.nns = read_object(
      f.arena,
      "{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: a}, status: {currentState: "
      "{interfaces: [{name: eth0, type: ethernet, state: up, mtu: 1500}, {name: eth1, type: ethernet, state: "
      "down, mtu: 9000, ethernet: {speed: 10000}, alt-names: [{name: port1}]}, {name: eth2, type: ethernet, state: up, "
      "mtu: 4000}, {name: br0, type: linux-bridge, state: up, bridge: {port: [{name: eth0}]}}]}}}");
  f.node = read_object(f.arena, "{apiVersion: v1, kind: Node, metadata: {name: a, labels: {role: big}}}");
  *state = &f;
  return 0;
}

static int teardown(void **state) {
  struct fixture *f = *state;
  dw_object_unref(f->nns);
  dw_object_unref(f->node);
  dw_arena_free(f->arena);
  return 0;
}

/* Applies a policy with this spec. */
static const struct dw_object *apply(const struct fixture *f, const char *spec) {
  const dw_json *policy =
      read_yaml(f->arena, dw_arena_printf(f->arena,
                                          "{apiVersion: nmstate.io/v1, kind: NodeNetworkConfigurationPolicy, metadata: "
                                          "{name: p}, spec: {%s}}",
                                          spec));
  assert_true(dw_desired_is(policy));
  return dw_desired_apply(f->nns, f->node, &policy, 1);
}

#define INTERFACES(text) "desiredState: {interfaces: [" text "]}"

static void a_vlan_is_added(void **state) {
  struct fixture *f = *state;
  const struct dw_object *after =
      apply(f, INTERFACES("{name: eth1.5, type: vlan, state: up, vlan: {base-iface: eth1, id: 5}}"));
  const struct dw_nic *vlan = dw_nns_find(after, "eth1.5");
  assert_non_null(vlan);
  assert_int_equal(vlan->type, DW_NIC_VLAN);
  assert_true(vlan->up && vlan->fits_master);
  assert_int_equal(vlan->mtu, 9000); /* that of eth1 */
  assert_int_equal(vlan->more->vlan_id, 5);
  assert_string_equal(vlan->more->base, "eth1");
  assert_int_equal(after->nns.nic_count, 5);
  assert_null(dw_nns_find(f->nns, "eth1.5"));
  dw_object_unref(after);
}

static void a_bridge_takes_its_ports(void **state) {
  struct fixture *f = *state;
  const struct dw_object *after =
      apply(f, INTERFACES("{name: br1, type: linux-bridge, state: up, bridge: {port: [{name: eth1}, {name: eth2, vlan: "
                          "{mode: trunk, trunk-tags: [{id: 7}]}}]}}"));
  const struct dw_nic *bridge = dw_nns_find(after, "br1");
  assert_int_equal(bridge->type, DW_NIC_LINUX_BRIDGE);
  assert_int_equal(dw_nic_port_count(bridge), 2);
  assert_int_equal(bridge->mtu, 4000); /* the lowest of its ports */
  assert_string_equal(dw_nns_find(after, "eth1")->controller, "br1");
  assert_false(dw_nns_find(after, "eth1")->fits_master);
  assert_true(dw_nns_find(after, "eth0")->fits_master);
  dw_object_unref(after);
}

static void a_bond_takes_its_ports(void **state) {
  struct fixture *f = *state;
  const struct dw_object *after =
      apply(f, INTERFACES("{name: bond9, type: bond, state: up, link-aggregation: {mode: 802.3ad, port: [eth1]}}"));
  assert_string_equal(dw_nns_find(after, "eth1")->controller, "bond9");
  assert_int_equal(dw_nns_find(after, "bond9")->mtu, 9000);
  dw_object_unref(after);
}

static void what_is_not_mentioned_stays(void **state) {
  struct fixture *f = *state;
  const struct dw_object *after = apply(f, INTERFACES("{name: eth1, state: up, ipv4: {address: [{ip: 10.0.0.1}]}}"));
  const struct dw_nic *nic = dw_nns_find(after, "eth1");
  assert_true(nic->up);
  assert_int_equal(nic->type, DW_NIC_ETHERNET);
  assert_int_equal(nic->mtu, 9000);
  assert_int_equal(nic->speed, 10000);
  assert_int_equal(nic->address_count, 1);
  dw_object_unref(after);
}

static void an_absent_interface_is_removed(void **state) {
  struct fixture *f = *state;
  const struct dw_object *after = apply(f, INTERFACES("{name: br0, state: absent}, {name: eth9, state: absent}"));
  assert_null(dw_nns_find(after, "br0"));
  assert_int_equal(after->nns.nic_count, 3);
  dw_object_unref(after);
}

static void hardware_that_is_absent_stays_without_configuration(void **state) {
  struct fixture *f = *state;
  const struct dw_object *after = apply(f, INTERFACES("{name: eth0, type: ethernet, state: absent}"));
  const struct dw_nic *nic = dw_nns_find(after, "eth0");
  assert_non_null(nic);
  assert_false(nic->up);
  assert_int_equal(nic->address_count, 0);
  dw_object_unref(after);
}

/* Policies on which nmstate does nothing or fails: a NIC that is counted wrongly would hide that a node has none. */
static void what_nmstate_can_not_create_is_not_added(void **state) {
  struct fixture *f = *state;
  static const struct {
    const char *interfaces, *name;
    bool added;
  } cases[] = {
      {"{name: eth9, type: ethernet, state: up}", "eth9", false},
      {"{name: eth9, state: up}", "eth9", false},
      {"{name: dummy9, type: dummy, state: up}", "dummy9", true},
      {"{name: eth1.5, type: vlan, state: ignore, vlan: {base-iface: eth1, id: 5}}", "eth1.5", false},
      {"{name: eth1.5, type: vlan, identifier: mac-address, vlan: {base-iface: eth1, id: 5}}", "eth1.5", false},
      {"{name: eth1.5, type: vlan, identifier: name, vlan: {base-iface: eth1, id: 5}}", "eth1.5", true},
      {"{name: eth1.5, type: vlan, vlan: {base-iface: eth1, id: 0}}", "eth1.5", false},
      {"{name: eth1.5, type: vlan, vlan: {base-iface: eth1, id: 1}}", "eth1.5", true},
      {"{name: eth1.5, type: vlan, vlan: {base-iface: eth1, id: 4094}}", "eth1.5", true},
      {"{name: eth1.5, type: vlan, vlan: {base-iface: eth1, id: 4095}}", "eth1.5", false},
      {"{name: eth1.5, type: vlan, vlan: {base-iface: eth1}}", "eth1.5", false},
      {"{name: eth1.5, type: vlan, vlan: {id: 5}}", "eth1.5", false},
      {"{name: eth1.5, type: vlan}", "eth1.5", false},
      {"{name: eth9.5, type: vlan, vlan: {base-iface: eth9, id: 5}}", "eth9.5", false},
      {"{name: v5, type: vlan, vlan: {base-iface: '{{ capture.nic.interfaces.0.name }}', id: 5}}", "v5", true},
      {"{name: v5, type: vlan, vlan: {base-iface: port1, id: 5}}", "v5", false}, /* another name of eth1 */
      {"{name: bond9, type: bond, link-aggregation: {port: [eth1, eth2]}}", "bond9", true},
      {"{name: bond9, type: bond, link-aggregation: {port: [eth1, eth9]}}", "bond9", false},
      {"{name: bond9, type: bond, link-aggregation: {slaves: [eth9]}}", "bond9", false},
      {"{name: br9, type: linux-bridge, bridge: {port: []}}", "br9", true},
      {"{name: br9, type: linux-bridge, bridge: {port: [{name: eth9}]}}", "br9", false},
      {"{name: br9, type: ovs-bridge, bridge: {port: [{name: eth9}]}}", "br9", true},
      /* In any order, and over what can't be created. */
      {"{name: v5, type: vlan, vlan: {base-iface: bond9, id: 5}}, {name: bond9, type: bond, link-aggregation: {port: "
       "[eth2]}}",
       "v5", true},
      {"{name: v5, type: vlan, vlan: {base-iface: bond9, id: 5}}, {name: bond9, type: bond, link-aggregation: {port: "
       "[eth9]}}",
       "v5", false},
      {"{name: br0, state: absent}, {name: v5, type: vlan, vlan: {base-iface: br0, id: 5}}", "v5", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct dw_object *after =
        apply(f, dw_arena_printf(f->arena, "desiredState: {interfaces: [%s]}", cases[i].interfaces));
    if ((dw_nns_find(after, cases[i].name) != NULL) != cases[i].added)
      fail_msg("%s: %s must be %s", cases[i].interfaces, cases[i].name, cases[i].added ? "added" : "left out");
    dw_object_unref(after);
  }
}

static void ports_of_what_can_not_be_created_stay_free(void **state) {
  struct fixture *f = *state;
  const struct dw_object *after =
      apply(f, INTERFACES("{name: bond9, type: bond, link-aggregation: {port: [eth2, eth9]}}"));
  assert_null(dw_nns_find(after, "eth2")->controller);
  assert_true(dw_nns_find(after, "eth2")->fits_master);
  dw_object_unref(after);
}

static void a_new_bond_without_ports_is_not_up(void **state) {
  struct fixture *f = *state;
  const struct dw_object *after =
      apply(f, INTERFACES("{name: bond9, type: bond, state: up, link-aggregation: {port: []}}"));
  assert_false(dw_nns_find(after, "bond9")->up);
  dw_object_unref(after);
}

/* A policy often mentions only what it changes. */
static void ports_and_names_that_are_not_mentioned_stay(void **state) {
  struct fixture *f = *state;
  static const struct {
    const char *interface;
    uint32_t ports;
  } cases[] = {
      {"{name: br0, type: linux-bridge, mtu: 9000}", 1},
      {"{name: br0, type: linux-bridge, bridge: {options: {stp: {enabled: false}}}}", 1},
      {"{name: br0, type: linux-bridge, bridge: {port: []}}", 0},
      {"{name: br0, type: linux-bridge, bridge: {port: [{name: eth1}, {name: eth2}]}}", 2},
      {"{name: eth1, type: ethernet, controller: br0}", 2}, /* a port may name its controller */
      {"{name: eth0, type: ethernet, controller: br0}", 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct dw_object *after =
        apply(f, dw_arena_printf(f->arena, "desiredState: {interfaces: [%s]}", cases[i].interface));
    if (dw_nic_port_count(dw_nns_find(after, "br0")) != cases[i].ports)
      fail_msg("%s: %u ports", cases[i].interface, dw_nic_port_count(dw_nns_find(after, "br0")));
    dw_object_unref(after);
  }
  const struct dw_object *after = apply(f, INTERFACES("{name: eth1, type: ethernet, alt-names: [{name: port2}]}"));
  assert_non_null(dw_nns_find(after, "port1"));
  assert_ptr_equal(dw_nns_find(after, "port1"), dw_nns_find(after, "port2"));
  dw_object_unref(after);
}

static void a_new_bridge_takes_a_port_that_names_it(void **state) {
  struct fixture *f = *state;
  const struct dw_object *after =
      apply(f, INTERFACES("{name: br9, type: linux-bridge, state: up}, {name: eth2, type: ethernet, controller: br9}"));
  assert_int_equal(dw_nic_port_count(dw_nns_find(after, "br9")), 1);
  assert_string_equal(dw_nns_find(after, "eth2")->controller, "br9");
  assert_false(dw_nns_find(after, "eth2")->fits_master);
  dw_object_unref(after);
}

static void a_mapping_that_is_absent_is_removed(void **state) {
  struct fixture *f = *state;
  static const char add[] = "{spec: {desiredState: {ovn: {bridge-mappings: [{localnet: mig, bridge: br-mig}]}}}}";
  static const char change[] = "{spec: {desiredState: {ovn: {bridge-mappings: [{localnet: mig, bridge: br-new}]}}}}";
  static const char drop[] = "{spec: {desiredState: {ovn: {bridge-mappings: [{localnet: mig, state: absent}]}}}}";
  const dw_json *changed[] = {read_yaml(f->arena, add), read_yaml(f->arena, change)};
  const dw_json *dropped[] = {read_yaml(f->arena, add), read_yaml(f->arena, drop)};
  const struct dw_object *first = dw_desired_apply(f->nns, f->node, changed, 2);
  const struct dw_object *second = dw_desired_apply(f->nns, f->node, dropped, 2);
  assert_int_equal(first->nns.mapping_count, 1);
  assert_string_equal(first->nns.mappings[0].bridge, "br-new");
  assert_int_equal(second->nns.mapping_count, 0);
  dw_object_unref(first);
  dw_object_unref(second);
}

static void a_localnet_is_mapped(void **state) {
  struct fixture *f = *state;
  const struct dw_object *after =
      apply(f, "desiredState: {ovn: {bridge-mappings: [{localnet: mig, bridge: br-mig, state: present}]}}");
  assert_int_equal(after->nns.mapping_count, 1);
  assert_string_equal(after->nns.mappings[0].localnet, "mig");
  dw_object_unref(after);
}

static void labels_select_nodes(void **state) {
  struct fixture *f = *state;
#define REMOVES INTERFACES("{name: br0, state: absent}")
  static const struct {
    const char *spec;
    bool applied;
  } cases[] = {
      {"nodeSelector: {role: big}, " REMOVES, true},
      {"nodeSelector: {}, " REMOVES, true},
      {"nodeSelector: {kubernetes.io/hostname: a}, " REMOVES, true}, /* also if a state omits this label */
      {"nodeSelector: {kubernetes.io/hostname: b}, " REMOVES, false},
      {"nodeSelector: null, " REMOVES, true},
      {"nodeSelector: {role: small}, " REMOVES, false},
      {"nodeSelector: {matchLabels: {role: big}}, " REMOVES, false}, /* labels of other objects; here a wrong type */
      {"nodeSelector: {absent: null}, " REMOVES, false},
      {"nodeSelector: [role], " REMOVES, false},
      {"nodeSelector: {role: big, other: x}, " REMOVES, false},
      {"nodeSelector: {role: big}", false},                        /* no desired state */
      {INTERFACES("{name: br0, state: absent, mtu: [1]}"), false}, /* can't be read */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct dw_object *after = apply(f, cases[i].spec);
    assert_int_equal(dw_nns_find(after, "br0") == NULL, cases[i].applied);
    assert_int_equal(after == f->nns, !cases[i].applied);
    dw_object_unref(after);
  }
}

static void an_unknown_node_is_selected_without_labels_only(void **state) {
  struct fixture *f = *state;
  const dw_json *any = read_yaml(f->arena, "{spec: {" REMOVES "}}");
  const dw_json *labelled = read_yaml(f->arena, "{spec: {nodeSelector: {role: big}, " REMOVES "}}");
  const struct dw_object *first = dw_desired_apply(f->nns, NULL, &any, 1);
  const struct dw_object *second = dw_desired_apply(f->nns, NULL, &labelled, 1);
  assert_null(dw_nns_find(first, "br0"));
  assert_ptr_equal(second, f->nns);
  dw_object_unref(first);
  dw_object_unref(second);
}

static void other_objects_are_not_policies(void **state) {
  struct fixture *f = *state;
  assert_false(dw_desired_is(read_yaml(f->arena, "{apiVersion: nmstate.io/v1, kind: NodeNetworkState}")));
  assert_false(dw_desired_is(read_yaml(f->arena, "{apiVersion: v1, kind: NodeNetworkConfigurationPolicy}")));
  assert_false(dw_desired_is(read_yaml(f->arena, "[]")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_vlan_is_added),
      cmocka_unit_test(a_bridge_takes_its_ports),
      cmocka_unit_test(a_bond_takes_its_ports),
      cmocka_unit_test(what_is_not_mentioned_stays),
      cmocka_unit_test(an_absent_interface_is_removed),
      cmocka_unit_test(hardware_that_is_absent_stays_without_configuration),
      cmocka_unit_test(what_nmstate_can_not_create_is_not_added),
      cmocka_unit_test(ports_of_what_can_not_be_created_stay_free),
      cmocka_unit_test(a_new_bond_without_ports_is_not_up),
      cmocka_unit_test(ports_and_names_that_are_not_mentioned_stay),
      cmocka_unit_test(a_new_bridge_takes_a_port_that_names_it),
      cmocka_unit_test(a_localnet_is_mapped),
      cmocka_unit_test(a_mapping_that_is_absent_is_removed),
      cmocka_unit_test(labels_select_nodes),
      cmocka_unit_test(an_unknown_node_is_selected_without_labels_only),
      cmocka_unit_test(other_objects_are_not_policies),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
