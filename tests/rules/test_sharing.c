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

#define NICS                                                                                                           \
  "{name: eth0}, {name: eth1, type: ethernet, alt-names: [{name: storage}]}, {name: eth2}, {name: eth1.100, type: "    \
  "vlan, vlan: {base-iface: eth1, id: 100}}"
#define MACVLAN(more) "{\"type\":\"macvlan\",\"master\":\"eth1\"" more "}"
#define IPVLAN "{\"type\":\"ipvlan\",\"master\":\"eth1\"}"
#define PASSTHRU MACVLAN(",\"mode\":\"passthru\"")
#define VLAN(id) "{\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":" id "}"

/* Only the findings about sharing, for MINE if another NAD is THEIRS. */
static void expect_pair(const char *mine, const char *theirs, const char *label, bool shared) {
  struct nad_answer answer;
  nad_judge(
      &(struct nad_case){.config = mine, .label = label, .state = one_node(NICS), .more = tenant_nad("blue", theirs)},
      &answer);
  bool found = strstr(answer.lines, "warn master-shared spec.config.master\n") != NULL;
  if (found != shared || strstr(answer.lines, "deny master-shared") != NULL)
    fail_msg("%s beside %s: %s", mine, theirs, answer.lines);
  nad_answer_free(&answer);
}

static void some_interfaces_exclude_each_other(void **state) {
  (void)state;
  static const struct {
    const char *mine, *theirs;
    bool shared;
  } cases[] = {
      {MACVLAN(""), MACVLAN(""), false},
      {MACVLAN(""), MACVLAN(",\"mode\":\"private\""), false},
      {MACVLAN(""), PASSTHRU, true},
      {PASSTHRU, MACVLAN(""), true},
      {PASSTHRU, PASSTHRU, true},
      {PASSTHRU, "{\"type\":\"macvtap\",\"master\":\"eth1\"}", true},
      {MACVLAN(""), "{\"type\":\"macvtap\",\"master\":\"eth1\",\"mode\":\"passthru\"}", true},
      {MACVLAN(""), IPVLAN, true},
      {IPVLAN, MACVLAN(""), true},
      {IPVLAN, PASSTHRU, true},
      {PASSTHRU, IPVLAN, true},
      {IPVLAN, IPVLAN, false},
      {MACVLAN(""), VLAN("5"), false},
      {VLAN("5"), VLAN("5"), true},
      {VLAN("5"), "{\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":5.0}", true},
      {VLAN("5"), VLAN("6"), false},
      {VLAN("5"), MACVLAN(""), false},
      {MACVLAN(""), "{\"type\":\"ipvlan\",\"master\":\"eth2\"}", false},
      {MACVLAN(""), "{\"type\":\"ipvlan\"}", false},
      {MACVLAN(""), "{\"type\":\"ipvlan\",\"master\":\"eth1\",\"linkInContainer\":true}", false},
      {MACVLAN(""), "{\"type\":\"host-device\",\"device\":\"eth1\"}", false},
      /* Two names of the same NIC. */
      {MACVLAN(""), "{\"type\":\"ipvlan\",\"master\":\"storage\"}", true},
      {"{\"type\":\"macvlan\",\"master\":\"storage\"}", IPVLAN, true},
      {MACVLAN(""), "{\"plugins\":[" IPVLAN ",{\"type\":\"tuning\"}]}", true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    expect_pair(cases[i].mine, cases[i].theirs, "true", cases[i].shared);
    expect_pair(cases[i].mine, cases[i].theirs, "", cases[i].shared);
  }
}

static void names_the_other_nad(void **state) {
  (void)state;
  struct nad_case nad = {.config = nad_macvlan(NAD_IPAM), .more = tenant_nad("blue", PASSTHRU)};
  nad_expect(&nad, "warn master-shared spec.config.master\n");
  nad_expect_says(&nad, "master-shared",
                  "Invalid value: \"eth1\": NAD vms/blue puts macvlan in passthru mode on this NIC: on a node that "
                  "runs a pod of one, pods of the other fail; use a dedicated NIC [master-shared]");
  nad.ns = "vms";
  nad.name = "blue";
  nad.label = "";
  nad_expect(&nad, ""); /* the NAD itself, before the change */
}

static void rejects_a_vlan_that_the_node_already_has(void **state) {
  (void)state;
#define OURS(master, id) "{\"type\":\"vlan\",\"master\":\"" master "\",\"vlanId\":" id "," NAD_IPAM "}"
  struct nad_case nad = {.config = OURS("eth1", "100"), .state = one_node(NICS)};
  nad_expect(&nad, "deny master-shared spec.config.vlanId\n");
  nad_expect_says(&nad, "master-shared",
                  "Invalid value: \"100\": eth1 already has an interface for this VLAN on a, so the vlan plugin fails: "
                  "file exists; use macvlan with that interface as master, or another VLAN [master-shared]");
  nad.config = OURS("storage", "100");
  nad_expect(&nad, "deny master-shared spec.config.vlanId\n");
  nad.label = "";
  nad_expect(&nad, "warn master-shared spec.config.vlanId\n");
  nad.label = NULL;
  nad.config = OURS("eth1", "101");
  nad_expect(&nad, "");
  nad.config = OURS("eth2", "100");
  nad_expect(&nad, "");
  /* For a macvlan, that VLAN interface is the right master. */
  nad.config = "{\"type\":\"macvlan\",\"master\":\"eth1.100\"," NAD_IPAM "}";
  nad_expect(&nad, "");
}

#define SYNC                                                                                                           \
  "---\napiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {namespace: openshift-cnv, name: kubevirt}\n"            \
  "spec: {configuration: {developerConfiguration: {featureGates: [DecentralizedLiveMigration]}}}\n"
#define NODE(name, labels)                                                                                             \
  "---\napiVersion: v1\nkind: Node\nmetadata: {name: " name ", labels: {kubernetes.io/os: linux, " labels "}}\n"       \
  "---\napiVersion: nmstate.io/v1beta1\nkind: NodeNetworkState\nmetadata: {name: " name "}\n"                          \
  "status: {currentState: {interfaces: [" NICS "]}}\n"
#define HANDLER "kubevirt.io/schedulable: 'true'"
#define CONTROL "node-role.kubernetes.io/control-plane: ''"
#define NETWORK                                                                                                        \
  "apiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n"                                     \
  "status: {clusterNetwork: [{cidr: 10.128.0.0/14}]}\n"

static void warns_if_two_pods_of_a_node_need_the_vlan(void **state) {
  (void)state;
  static const struct {
    const char *state;
    bool meet;
  } cases[] = {
      {NETWORK NODE("w", HANDLER) NODE("c", CONTROL ", " HANDLER) NODE("d", CONTROL) NODE("e", CONTROL) SYNC, true},
      {NETWORK NODE("w", HANDLER) NODE("c", CONTROL) NODE("d", CONTROL) SYNC, true}, /* during an update */
      {NETWORK NODE("w", HANDLER) NODE("c", CONTROL) NODE("d", CONTROL) NODE("e", CONTROL) SYNC, false},
      {NETWORK NODE("w", HANDLER) NODE("c", CONTROL ", " HANDLER), false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct nad_case nad = {.config = OURS("eth1", "5"), .state = cases[i].state};
    nad_expect(&nad, cases[i].meet ? "warn master-shared spec.config.vlanId\n" : "");
  }
  struct nad_case nad = {.config = OURS("eth1", "5"), .state = cases[0].state};
  nad_expect_says(&nad, "master-shared",
                  "Invalid value: \"5\": a node can have this VLAN of eth1 only once, so "
                  "virt-synchronization-controller fails on a node where virt-handler or another of its pods runs; "
                  "create the VLAN interface on the nodes, and use macvlan on it "
                  "[master-shared]");
  nad.label = "";
  nad_expect(&nad, "");
  nad.label = NULL;
  nad.config = nad_macvlan(NAD_IPAM);
  nad_expect(&nad, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(some_interfaces_exclude_each_other),
      cmocka_unit_test(names_the_other_nad),
      cmocka_unit_test(rejects_a_vlan_that_the_node_already_has),
      cmocka_unit_test(warns_if_two_pods_of_a_node_need_the_vlan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
