/* A HyperConverged or KubeVirt is judged with KubeVirt's pods on the nodes where it places them, not where they are
 * now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/review_case.h"

#define NODE(name, labels)                                                                                             \
  "---\n{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {" labels "}}}\n"                              \
  "---\n{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: " name                               \
  "}, status: {currentState: {interfaces: [{name: eth1, type: ethernet, state: up, mtu: 1500}]}}}\n"
/* Three nodes, one of them for virtual machines, and a pool of one address. */
#define CLUSTER                                                                                                        \
  NODE("a", "virt: 'yes'")                                                                                             \
  NODE("b", "")                                                                                                        \
  NODE("c", "")                                                                                                        \
  "---\n{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: {clusterNetwork: "      \
  "[{cidr: 10.128.0.0/14}]}}\n"                                                                                        \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: openshift-cnv, "     \
  "name: small}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\","   \
  "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.9.0/24\",\"range_start\":\"192.168.9.5\",\"range_end\":"     \
  "\"192.168.9.5\"}}'}}\n"
#define KUBEVIRT_NAMED(name, more)                                                                                     \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: " name ", namespace: openshift-cnv}, spec: "          \
  "{configuration: {evictionStrategy: LiveMigrate" more "}"
#define KUBEVIRT(more) KUBEVIRT_NAMED("kubevirt", more)
#define NETWORK ", migrations: {network: small}"
#define ON_ONE ", workloads: {nodePlacement: {nodeSelector: {virt: 'yes'}}}}}"
#define ON_ALL "}}"
#define TOO_SMALL                                                                                                      \
  "Invalid value: \"small\": NAD openshift-cnv/small violates pool-too-small: spec.config.ipam.range: Invalid value: " \
  "\"192.168.9.0/24\": has 1 usable address, but 3 are needed (3 nodes that run virt-handler); fix that NAD first "    \
  "[network-unfit]"

static void expect(const char *state, enum dw_operation operation, const char *object, const char *old,
                   const char *cause) {
  struct dw_world *world = world_of(state, NULL);
  VERDICT_SCOPED verdict = review(world, operation, object, old);
  assert_string_equal(verdict_cause(&verdict, 0, "message"), cause);
  assert_int_equal(verdict.allowed, *cause == '\0');
  dw_world_unref(world);
}

static void judges_the_network_with_the_new_placement(void **state) {
  (void)state;
  expect(CLUSTER, DW_OP_CREATE, KUBEVIRT(NETWORK) ON_ONE, NULL, "");
  expect(CLUSTER, DW_OP_CREATE, KUBEVIRT(NETWORK) ON_ALL, NULL, TOO_SMALL);
  expect(CLUSTER "---\n" KUBEVIRT("") ON_ALL "\n", DW_OP_UPDATE, KUBEVIRT(NETWORK) ON_ONE, KUBEVIRT("") ON_ALL, "");
  expect(CLUSTER "---\n" KUBEVIRT("") ON_ONE "\n", DW_OP_UPDATE, KUBEVIRT(NETWORK) ON_ALL, KUBEVIRT("") ON_ONE,
         TOO_SMALL);
}

/* The old object is judged with the pods where they are, so a network that the new placement breaks was not broken
 * before. */
static void rejects_a_placement_that_breaks_the_network(void **state) {
  (void)state;
  expect(CLUSTER "---\n" KUBEVIRT(NETWORK) ON_ONE "\n", DW_OP_UPDATE, KUBEVIRT(NETWORK) ON_ALL,
         KUBEVIRT(NETWORK) ON_ONE, TOO_SMALL);
  /* It was wrong before, and is better now. */
  expect(CLUSTER "---\n" KUBEVIRT(NETWORK) ON_ALL "\n", DW_OP_UPDATE, KUBEVIRT(NETWORK) ON_ONE,
         KUBEVIRT(NETWORK) ON_ALL, "");
}

/* A second KubeVirt places no pods. */
static void ignores_the_placement_of_a_second_kubevirt(void **state) {
  (void)state;
  expect(CLUSTER "---\n" KUBEVIRT("") ON_ALL "\n", DW_OP_CREATE, KUBEVIRT_NAMED("other", NETWORK) ON_ONE, NULL,
         TOO_SMALL);
}

/* HyperConverged writes the KubeVirt, so its placement will be in force. */
static void uses_the_placement_of_hyperconverged(void **state) {
  (void)state;
#define HCO(placement)                                                                                                 \
  "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "       \
  "openshift-cnv}, spec: {featureGates: [{name: decentralizedLiveMigration, state: Disabled}], virtualization: "       \
  "{liveMigrationConfig: {network: small}}" placement "}}"
#define WORKLOAD ", deployment: {nodePlacements: {workload: {nodeSelector: {virt: 'yes'}}}}"
  expect(CLUSTER, DW_OP_CREATE, HCO(WORKLOAD), NULL, "");
  expect(CLUSTER, DW_OP_CREATE, HCO(""), NULL, TOO_SMALL);
  expect(CLUSTER "---\n" KUBEVIRT("") ON_ALL "\n", DW_OP_CREATE, HCO(WORKLOAD), NULL, "");
}

/* The pods of virt-synchronization-controller, which the feature gate adds, run on node b, which lacks the NIC. */
#define TWO_KINDS                                                                                                      \
  NODE("a", "virt: 'yes'")                                                                                             \
  "---\n{apiVersion: v1, kind: Node, metadata: {name: b, labels: {kubevirt.io/schedulable: 'true', infra: 'yes'}}}\n"  \
  "---\n{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: b}, status: {currentState: "         \
  "{interfaces: [{name: eth0, type: ethernet, state: up, mtu: 1500}]}}}\n"                                             \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: openshift-cnv, "     \
  "name: small}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\","   \
  "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.9.0/24\"}}'}}\n"
#define APART                                                                                                          \
  ", workloads: {nodePlacement: {nodeSelector: {virt: 'yes'}}}, infra: {nodePlacement: {nodeSelector: {infra: "        \
  "'yes'}}}}}"
#define GATE ", developerConfiguration: {featureGates: [DecentralizedLiveMigration]}"

static void checks_the_nics_of_pods_that_a_feature_gate_adds(void **state) {
  (void)state;
#define MISSING                                                                                                        \
  "Invalid value: \"small\": NAD openshift-cnv/small violates master-missing: spec.config.master: Not found: "         \
  "\"eth1\": "                                                                                                         \
  "no such NIC on 1 of 2 nodes: b; fix that NAD first [network-unfit]"
  static const char off[] = KUBEVIRT(NETWORK) APART;
  static const char on[] = KUBEVIRT(NETWORK GATE) APART;
  expect(TWO_KINDS "---\n" KUBEVIRT(NETWORK) APART "\n", DW_OP_UPDATE, on, off, MISSING);
  expect(TWO_KINDS, DW_OP_CREATE, on, NULL, MISSING);
  expect(TWO_KINDS, DW_OP_CREATE, off, NULL, "");
  /* It was wrong before; without the feature gate there is no finding. */
  expect(TWO_KINDS "---\n" KUBEVIRT(NETWORK GATE) APART "\n", DW_OP_UPDATE, on, on, "");
  expect(TWO_KINDS "---\n" KUBEVIRT(NETWORK GATE) APART "\n", DW_OP_UPDATE, off, on, "");
}

/* As KubeVirt's gate, if the user switches it on; that it is on may be the CRD's default. */
static void checks_the_nics_of_pods_that_hyperconverged_adds(void **state) {
  (void)state;
#define BETA(gates)                                                                                                    \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv}, spec: {liveMigrationConfig: {network: small}" gates APART
#define BETA_GATE(on) ", featureGates: {decentralizedLiveMigration: " on "}"
#define STABLE(gates)                                                                                                  \
  "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "       \
  "openshift-cnv}, spec: {" gates "virtualization: {liveMigrationConfig: {network: small}}, deployment: "              \
  "{nodePlacements: {workload: {nodeSelector: {virt: 'yes'}}, infra: {nodeSelector: {infra: 'yes'}}}}}}"
#define STABLE_GATE(state) "featureGates: [{name: decentralizedLiveMigration, state: " state "}], "
  static const char *const off[] = {BETA(BETA_GATE("false")), STABLE(STABLE_GATE("Disabled"))};
  static const char *const on[] = {BETA(BETA_GATE("true")), STABLE(STABLE_GATE("Enabled"))};
  static const char *const clusters[] = {TWO_KINDS "---\n" BETA(BETA_GATE("false")) "\n",
                                         TWO_KINDS "---\n" STABLE(STABLE_GATE("Disabled")) "\n"};
  for (size_t i = 0; i < 2; i++) {
    expect(clusters[i], DW_OP_UPDATE, on[i], off[i], MISSING);
    expect(clusters[i], DW_OP_UPDATE, off[i], off[i], "");
    expect(TWO_KINDS, DW_OP_CREATE, on[i], NULL, "");
    expect(clusters[i], DW_OP_CREATE, on[i], NULL, ""); /* `kubectl replace --force`: the view still has the old one */
  }
  /* It runs there already. */
  expect(TWO_KINDS "---\n" BETA(BETA_GATE("true")) "\n", DW_OP_UPDATE, on[0], on[0], "");
  /* Without the gate, the version of HyperConverged decides. */
  expect(clusters[0], DW_OP_UPDATE, BETA(""), off[0], "");
  expect(clusters[1], DW_OP_UPDATE, STABLE(""), off[1], "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(judges_the_network_with_the_new_placement),
      cmocka_unit_test(rejects_a_placement_that_breaks_the_network),
      cmocka_unit_test(ignores_the_placement_of_a_second_kubevirt),
      cmocka_unit_test(uses_the_placement_of_hyperconverged),
      cmocka_unit_test(checks_the_nics_of_pods_that_a_feature_gate_adds),
      cmocka_unit_test(checks_the_nics_of_pods_that_hyperconverged_adds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
