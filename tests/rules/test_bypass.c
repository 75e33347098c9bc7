#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "support/audit_case.h"
#include "support/review_case.h"

#define POLICY(rules) "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: " rules "\n"

#define NAD_WITH(name, ipam)                                                                                           \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: openshift-cnv, "     \
  "name: " name                                                                                                        \
  "}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\"," ipam         \
  "}'}}\n"
#define WHEREABOUTS(members) "\"ipam\":{\"type\":\"whereabouts\"," members "}"
#define NAD(members) NAD_WITH("lm", WHEREABOUTS(members))
#define RANGE(range) "\"range\":\"" range "\""
#define HCO_WITH(metadata, spec)                                                                                       \
  "---\n{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "        \
  "namespace: openshift-cnv" metadata "}, spec: {" spec "}}\n"
#define HCO(network) HCO_WITH("", "liveMigrationConfig: {network: " network "}")
#define KUBEVIRT(network)                                                                                              \
  "---\n{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv}, spec: "     \
  "{configuration: {migrations: {" network "}}}}\n"
#define VMI_WITH(name, status)                                                                                         \
  "---\n{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, metadata: {namespace: vms, name: " name             \
  "}, status: " status "}\n"
#define VMI(name, address) VMI_WITH(name, "{migrationState: {completed: true, targetNodeAddress: \"" address "\"}}")
#define FIELD "status.migrationState.targetNodeAddress\n"
#define BYPASSED(name) "warn migration-bypassed VirtualMachineInstance vms/" name " " FIELD
#define UNVERIFIED(name) "unverified migration-bypassed VirtualMachineInstance vms/" name " " FIELD

/* Only the lines about VirtualMachineInstances, which come last. */
static const char *vmi_lines(const struct audited *audited) {
  const char *first = strstr(audited->lines, " VirtualMachineInstance ");
  if (first == NULL)
    return "";
  while (first > audited->lines && first[-1] != '\n')
    first--;
  return first;
}

static void expect_knowing(const char *state, enum dw_knowledge knowledge, const char *lines) {
  AUDITED_SCOPED audited = audit_knowing(state, NULL, knowledge);
  assert_string_equal(vmi_lines(&audited), lines);
}

static void expect(const char *state, const char *lines) {
  expect_knowing(state, DW_KNOWN, lines);
}

#define NET NAD(RANGE("192.168.9.0/24")) HCO("lm")

static void accepts_a_migration_over_the_network(void **state) {
  (void)state;
  expect(NET VMI("a", "192.168.9.1") VMI("b", "192.168.9.254"), "");
  expect(NET VMI("a", "::ffff:192.168.9.7"), "");
}

static void reports_a_migration_over_another_network(void **state) {
  (void)state;
  expect(NET VMI("a", "10.128.2.7") VMI("b", "192.168.9.9") VMI("c", "192.168.10.1"), BYPASSED("a") BYPASSED("c"));
  expect(NET VMI("a", "fd00::7"), BYPASSED("a"));
}

static void the_first_and_last_address_of_the_pool_count(void **state) {
  (void)state;
#define EDGES NAD(RANGE("192.168.9.0/24") ",\"range_start\":\"192.168.9.20\",\"range_end\":\"192.168.9.30\"") HCO("lm")
  expect(EDGES VMI("a", "192.168.9.20") VMI("b", "192.168.9.30"), "");
  expect(EDGES VMI("a", "192.168.9.19") VMI("b", "192.168.9.31"), BYPASSED("a") BYPASSED("b"));
}

/* An address that is excluded now may have been handed out earlier. */
static void an_excluded_address_counts_as_inside(void **state) {
  (void)state;
  expect(NAD(RANGE("192.168.9.0/24") ",\"exclude\":[\"192.168.9.64/26\"]") HCO("lm") VMI("a", "192.168.9.70"), "");
}

static void checks_all_pools_of_the_network(void **state) {
  (void)state;
#define BOTH                                                                                                           \
  NAD("\"ipRanges\":[{\"range\":\"192.168.9.0/24\"},{\"range\":\"10.9.0.0/24\"},{\"range\":\"fd00:9::/120\"}]")        \
  HCO("lm")
  expect(BOTH VMI("a", "192.168.9.5") VMI("b", "10.9.0.5") VMI("c", "fd00:9::5"), "");
  expect(BOTH VMI("a", "10.9.1.5") VMI("b", "fd00:9::1:5") VMI("c", "::1.2.3.4"),
         BYPASSED("a") BYPASSED("b") BYPASSED("c"));
}

static void ovn_kubernetes_subnets_are_pools(void **state) {
  (void)state;
#define OVN                                                                                                            \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: openshift-cnv, "     \
  "name: lm}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"lm\",\"type\":\"ovn-k8s-cni-overlay\","             \
  "\"topology\":\"layer2\",\"netAttachDefName\":\"openshift-cnv/lm\",\"subnets\":\"10.70.0.0/24\"}'}}\n" HCO("lm")
  expect(OVN VMI("a", "10.70.0.9"), "");
  expect(OVN VMI("a", "10.71.0.9"), BYPASSED("a"));
}

static void ignores_an_unfinished_migration(void **state) {
  (void)state;
  expect(NET VMI_WITH("a", "{migrationState: {targetNodeAddress: \"10.128.2.7\"}}")
             VMI_WITH("b", "{migrationState: {completed: false, targetNodeAddress: \"10.128.2.7\"}}")
                 VMI_WITH("c", "{migrationState: {completed: true}}")
                     VMI_WITH("d", "{migrationState: {completed: true, targetNodeAddress: \"\"}}") VMI_WITH("e", "{}"),
         "");
}

/* A failed migration did not go anywhere. */
static void ignores_a_failed_migration(void **state) {
  (void)state;
  expect(NET VMI_WITH("a", "{migrationState: {completed: true, failed: true, targetNodeAddress: \"10.128.2.7\"}}")
             VMI_WITH("b", "{migrationState: {completed: true, failed: false, targetNodeAddress: \"10.128.2.7\"}}"),
         BYPASSED("b"));
}

#define REMOTE                                                                                                         \
  "apiVersion: droveway.io/v1alpha1\nkind: Policy\nremoteClusters: [{name: east, ranges: [10.77.0.0/24]}]\n"
#define BETWEEN(name, address, side)                                                                                   \
  VMI_WITH(name, "{migrationState: {completed: true, targetNodeAddress: \"" address "\", " side                        \
                 ": {syncAddress: \"10.77.0.2:9185\"}}}")

static void accepts_a_target_in_a_remote_cluster(void **state) {
  (void)state;
  AUDITED_SCOPED remote = audit_knowing(NET VMI("a", "10.77.0.1") VMI("b", "10.77.0.255") VMI("c", "10.77.1.0")
                                            BETWEEN("d", "10.77.1.0", "targetState"),
                                        REMOTE, DW_KNOWN);
  assert_string_equal(vmi_lines(&remote), BYPASSED("c") BYPASSED("d"));
  /* without the ranges in the policy, the targets of migrations between clusters cannot be checked */
  expect(NET BETWEEN("a", "10.77.0.1", "targetState") BETWEEN("b", "10.77.0.1", "sourceState") VMI("c", "10.77.0.1"),
         BYPASSED("c"));
}

static void reports_nothing_without_a_migration_network(void **state) {
  (void)state;
  expect(VMI("a", "10.128.2.7"), "");
  expect(NAD(RANGE("192.168.9.0/24")) VMI("a", "10.128.2.7"), "");
  expect(NAD(RANGE("192.168.9.0/24")) HCO_WITH("", "") VMI("a", "10.128.2.7"), "");
  expect(NAD(RANGE("192.168.9.0/24")) KUBEVIRT("") VMI("a", "10.128.2.7"), "");
}

/* network-missing reports it. */
static void does_not_report_a_missing_network_again(void **state) {
  (void)state;
  AUDITED_SCOPED audited = audit_of(HCO("lm") VMI("a", "10.128.2.7"));
  assert_string_equal(audited.lines, "deny network-missing HyperConverged openshift-cnv/kubevirt-hyperconverged "
                                     "spec.liveMigrationConfig.network\n");
}

static void uses_the_network_in_force(void **state) {
  (void)state;
  expect(NAD(RANGE("192.168.9.0/24")) KUBEVIRT("network: lm") VMI("a", "10.128.2.7"), BYPASSED("a"));
  expect(NAD(RANGE("192.168.9.0/24")) NAD_WITH("other", WHEREABOUTS(RANGE("192.168.8.0/24"))) HCO("lm")
             KUBEVIRT("network: other") VMI("a", "192.168.9.5") VMI("b", "192.168.8.5"),
         BYPASSED("b"));
  expect(NAD(RANGE("192.168.9.0/24")) NAD_WITH("other", WHEREABOUTS(RANGE("192.168.8.0/24")))
             HCO_WITH(", annotations: {kubevirt.kubevirt.io/jsonpatch: '[{\"op\":\"add\",\"path\":\"/spec/"
                      "configuration/migrations/network\",\"value\":\"other\"}]'}",
                      "liveMigrationConfig: {network: lm}") VMI("a", "192.168.9.5") VMI("b", "192.168.8.5"),
         BYPASSED("a"));
}

static void reports_unknown_pools_once(void **state) {
  (void)state;
  static const char *const nads[] = {
      NAD_WITH("lm", "\"ipam\":{\"type\":\"dhcp\"}"),
      NAD_WITH("lm", "\"mtu\":1500"),
      NAD(RANGE("no range")),
  };
  for (size_t i = 0; i < sizeof nads / sizeof *nads; i++) {
    char all[4096];
    snprintf(all, sizeof all, "%s%s", nads[i],
             HCO("lm") VMI_WITH("a", "{}") VMI("b", "10.128.2.7") VMI("c", "10.128.2.8") VMI("d", "192.168.9.1"));
    expect(all, UNVERIFIED("b"));
  }
  AUDITED_SCOPED audited =
      audit_of(NAD_WITH("lm", "\"ipam\":{\"type\":\"dhcp\"}") HCO("lm") VMI("a", "10.128.2.7") VMI("b", "10.128.2.7"));
  assert_non_null(
      strstr(audited.messages,
             "could not be checked: the addresses of NAD openshift-cnv/lm are unknown [migration-bypassed]\n"));
  assert_int_equal(audited.result.objects, 4);
}

static void reports_objects_that_cannot_be_read_once(void **state) {
  (void)state;
  expect_knowing(VMI("a", "10.128.2.7") VMI("b", "10.128.2.8"), DW_UNKNOWN, UNVERIFIED("a"));
  expect_knowing(HCO("lm") VMI("a", "10.128.2.7") VMI("b", "10.128.2.8"), DW_UNKNOWN, UNVERIFIED("a"));
  /* It is known that no network is set. */
  expect_knowing(HCO_WITH("", "") VMI("a", "10.128.2.7"), DW_UNKNOWN, "");
  expect_knowing(KUBEVIRT("") VMI("a", "10.128.2.7"), DW_UNKNOWN, "");
  expect_knowing(NET VMI("a", "10.128.2.7") VMI("b", "192.168.9.8"), DW_UNKNOWN, BYPASSED("a"));
}

static void does_not_judge_an_invalid_address(void **state) {
  (void)state;
  expect(NET VMI("a", "worker-1") VMI("b", "10.128.2.7") VMI("c", "worker-2"), UNVERIFIED("a") BYPASSED("b"));
}

/* The last line of the messages about STATE is TEXT. */
static void expect_last_message(const char *state, enum dw_knowledge knowledge, const char *text) {
  AUDITED_SCOPED audited = audit_knowing(state, NULL, knowledge);
  const char *last = audited.messages + strlen(audited.messages) - 1;
  while (last > audited.messages && last[-1] != '\n')
    last--;
  assert_string_equal(last, text);
}

static void messages_are_complete(void **state) {
  (void)state;
  static const struct {
    const char *state;
    enum dw_knowledge knowledge;
    const char *text;
  } cases[] = {
      {NET VMI("a", "10.128.2.7"), DW_KNOWN,
       "Invalid value: \"10.128.2.7\": the last migration did not use the migration network: its target, 10.128.2.7, "
       "is outside the pools of NAD openshift-cnv/lm; check that the target node's virt-handler pod has migration0, "
       "unless the VM migrated before the network was set [migration-bypassed]\n"},
      {NET VMI("a", "worker-1"), DW_KNOWN,
       "Invalid value: could not be checked: \"worker-1\" is not an IP address [migration-bypassed]\n"},
      {NAD_WITH("lm", "\"ipam\":{\"type\":\"dhcp\"}") HCO("lm") VMI("a", "10.128.2.7"), DW_KNOWN,
       "Invalid value: could not be checked: the addresses of NAD openshift-cnv/lm are unknown "
       "[migration-bypassed]\n"},
      {HCO("lm") VMI("a", "10.128.2.7"), DW_UNKNOWN,
       "Invalid value: could not be checked: the NADs are unknown [migration-bypassed]\n"},
      {VMI("a", "10.128.2.7"), DW_UNKNOWN,
       "Invalid value: could not be checked: the migration network is unknown [migration-bypassed]\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect_last_message(cases[i].state, cases[i].knowledge, cases[i].text);
}

static void a_policy_can_deny_it_or_turn_it_off(void **state) {
  (void)state;
  AUDITED_SCOPED denies = audit_knowing(NET VMI("a", "10.128.2.7"), POLICY("{migration-bypassed: deny}"), DW_KNOWN);
  assert_string_equal(vmi_lines(&denies), "deny migration-bypassed VirtualMachineInstance vms/a " FIELD);
  assert_int_equal(denies.result.violating, 1);
  AUDITED_SCOPED off = audit_knowing(NET VMI("a", "10.128.2.7"), POLICY("{migration-bypassed: \"off\"}"), DW_KNOWN);
  assert_string_equal(vmi_lines(&off), "");
}

/* As in the audit of a live cluster. */
static void judges_a_vmi_outside_the_view_in_the_same_way(void **state) {
  (void)state;
  struct dw_world *world = world_of(NET, NULL);
  struct dw_world *others = world_of(VMI("a", "10.128.2.7") VMI("b", "192.168.9.4"), NULL);
  struct dw_audit audit = {.world = world};
  for (size_t i = 0; i < 2; i++)
    dw_audit_vmi(&audit, dw_view_at(others->view, DW_KIND_VMI, i));
  assert_int_equal(audit.result.objects, 2);
  assert_int_equal(audit.result.warnings, 1);
  dw_world_unref(others);
  dw_world_unref(world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_a_migration_over_the_network),
      cmocka_unit_test(reports_a_migration_over_another_network),
      cmocka_unit_test(the_first_and_last_address_of_the_pool_count),
      cmocka_unit_test(an_excluded_address_counts_as_inside),
      cmocka_unit_test(checks_all_pools_of_the_network),
      cmocka_unit_test(ovn_kubernetes_subnets_are_pools),
      cmocka_unit_test(ignores_an_unfinished_migration),
      cmocka_unit_test(ignores_a_failed_migration),
      cmocka_unit_test(accepts_a_target_in_a_remote_cluster),
      cmocka_unit_test(reports_nothing_without_a_migration_network),
      cmocka_unit_test(does_not_report_a_missing_network_again),
      cmocka_unit_test(uses_the_network_in_force),
      cmocka_unit_test(reports_unknown_pools_once),
      cmocka_unit_test(reports_objects_that_cannot_be_read_once),
      cmocka_unit_test(does_not_judge_an_invalid_address),
      cmocka_unit_test(messages_are_complete),
      cmocka_unit_test(a_policy_can_deny_it_or_turn_it_off),
      cmocka_unit_test(judges_a_vmi_outside_the_view_in_the_same_way),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
