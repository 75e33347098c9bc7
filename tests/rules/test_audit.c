#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/audit_case.h"
#include "support/review_case.h"

#define CONFIG(range)                                                                                                  \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":"              \
  "\"whereabouts\",\"range\":\"" range "\"}}"
#define NAD(name, more, range)                                                                                         \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: openshift-cnv, "     \
  "name: " name more "}, spec: {config: '" CONFIG(range) "'}}\n"
#define HCO_IN(ns, network)                                                                                            \
  "---\n{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "        \
  "namespace: " ns "}, spec: {liveMigrationConfig: {network: " network "}}}\n"
#define HCO(network) HCO_IN("openshift-cnv", network)
#define MANAGED ", labels: {app.kubernetes.io/managed-by: hco-operator}"
#define KUBEVIRT(labels, network)                                                                                      \
  "---\n{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv" labels       \
  "}, spec: {configuration: {evictionStrategy: LiveMigrate, migrations: {network: " network "}}}}\n"
#define DELETING ", deletionTimestamp: \"2026-11-20T10:00:00Z\""

/* One node, its NIC, and a pod network. */
#define CLUSTER                                                                                                        \
  "---\n{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {kubevirt.io/schedulable: \"true\"}}}\n"             \
  "---\n{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: n1}, status: {currentState: "        \
  "{interfaces: [{name: eth1, type: ethernet, state: up, mtu: 1500}]}}}\n"                                             \
  "---\n{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: {clusterNetwork: "      \
  "[{cidr: 10.128.0.0/14}]}}\n"

#define NAD_SAYS(weight, rule, name) weight " " rule " NetworkAttachmentDefinition openshift-cnv/" name " "
#define RANGE "spec.config.ipam.range\n"

static void finds_nothing_in_an_empty_cluster(void **state) {
  (void)state;
  AUDITED_SCOPED audited = audit_of(CLUSTER);
  assert_string_equal(audited.lines, "");
  assert_int_equal(audited.result.objects, 0);
}

static void counts_sound_objects_without_reporting_them(void **state) {
  (void)state;
  AUDITED_SCOPED audited = audit_of(CLUSTER NAD("migration", "", "192.168.9.0/24") HCO("migration"));
  assert_string_equal(audited.lines, "");
  assert_int_equal(audited.result.objects, 2);
  assert_int_equal(audited.result.violating, 0);
  assert_int_equal(audited.result.denials, 0);
  assert_int_equal(audited.result.warnings, 0);
}

static void judges_each_existing_object(void **state) {
  (void)state;
#define UNFIT                                                                                                          \
  "deny network-unfit HyperConverged openshift-cnv/kubevirt-hyperconverged spec.liveMigrationConfig.network\n"
  AUDITED_SCOPED audited = audit_of(CLUSTER HCO("lm") NAD("pods", "", "10.129.0.0/24") NAD("lm", "", "10.129.0.0/31"));
  assert_string_equal(audited.lines,
                      NAD_SAYS("deny", "range-empty", "lm") RANGE NAD_SAYS("deny", "overlap-cluster-network", "lm")
                          RANGE NAD_SAYS("warn", "overlap-cluster-network", "pods") RANGE UNFIT UNFIT);
  assert_int_equal(audited.result.objects, 3);
  assert_int_equal(audited.result.violating, 2);
  assert_int_equal(audited.result.denials, 4);
  assert_int_equal(audited.result.warnings, 1);
}

/* Both are reported, each with the other one. */
static void reports_both_of_two_overlapping_networks(void **state) {
  (void)state;
  AUDITED_SCOPED audited =
      audit_of(CLUSTER NAD("migration-a", "", "192.168.9.0/24") NAD("migration-b", "", "192.168.9.128/25"));
  assert_string_equal(audited.lines, NAD_SAYS("deny", "overlap-network", "migration-a")
                                         RANGE NAD_SAYS("deny", "overlap-network", "migration-b") RANGE);
  assert_non_null(strstr(audited.messages, "\"192.168.9.0/24\""));
  assert_non_null(strstr(audited.messages, "openshift-cnv/migration-b"));
  assert_non_null(strstr(audited.messages, "openshift-cnv/migration-a"));
}

static void a_label_decides_what_is_a_migration_network(void **state) {
  (void)state;
  audit_expect(CLUSTER NAD("x", ", labels: {droveway.io/migration-network: \"true\"}", "10.129.0.0/24"),
               NAD_SAYS("deny", "overlap-cluster-network", "x") RANGE);
  audit_expect(CLUSTER NAD("migration", ", labels: {droveway.io/migration-network: \"false\"}", "10.129.0.0/24"),
               NAD_SAYS("warn", "overlap-cluster-network", "migration") RANGE);
}

/* The audit judges what the view keeps of a NAD, so the view must keep all metadata that rules read. */
static void keeps_the_annotations_that_rules_read(void **state) {
  (void)state;
#define ANNOTATED(name, annotation, config)                                                                            \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: openshift-cnv, "     \
  "name: " name ", annotations: {" annotation "}}, spec: {config: '" config "'}}\n"
#define SRIOV                                                                                                          \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"sriov\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192."    \
  "168.9.0/24\"}}"
#define DEVICES                                                                                                        \
  "---\n{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {allocatable: {openshift.io/fast: '4'}}}\n"         \
  "---\n{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: {clusterNetwork: "      \
  "[{cidr: 10.128.0.0/14}]}}\n"
  AUDITED_SCOPED device =
      audit_of(DEVICES ANNOTATED("migration", "k8s.v1.cni.cncf.io/resourceName: openshift.io/fast", SRIOV));
  assert_string_equal(device.lines, "");
  AUDITED_SCOPED none =
      audit_of(DEVICES ANNOTATED("migration", "k8s.v1.cni.cncf.io/resourceName: openshift.io/slow", SRIOV));
  assert_string_equal(none.lines, NAD_SAYS("deny", "device-missing",
                                           "migration") "metadata.annotations[k8s.v1.cni.cncf.io/resourceName]\n");
  AUDITED_SCOPED transfer =
      audit_of(CLUSTER ANNOTATED("vm-migration", "forklift.konveyor.io/route: none", CONFIG("10.128.0.0/24")));
  assert_string_equal(transfer.lines, NAD_SAYS("warn", "overlap-cluster-network", "vm-migration") RANGE);
}

static void reports_a_migration_network_without_a_configuration(void **state) {
  (void)state;
  audit_expect(CLUSTER "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: "
                       "openshift-cnv, name: migration}}\n",
               NAD_SAYS("deny", "migration-opaque", "migration") "spec.config\n");
}

#define LIMITS(api, before, after)                                                                                     \
  "{apiVersion: " api ", metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}, kind: " before           \
  "{parallelMigrationsPerCluster: 0}" after

static void fields_are_those_of_the_stored_version(void **state) {
  (void)state;
  audit_expect(LIMITS("hco.kubevirt.io/v1beta1", "HyperConverged, spec: {liveMigrationConfig: ", "}}"),
               "deny limit-range HyperConverged openshift-cnv/kubevirt-hyperconverged "
               "spec.liveMigrationConfig.parallelMigrationsPerCluster\n");
  audit_expect(LIMITS("hco.kubevirt.io/v1", "HyperConverged, spec: {virtualization: {liveMigrationConfig: ", "}}}"),
               "deny limit-range HyperConverged openshift-cnv/kubevirt-hyperconverged "
               "spec.virtualization.liveMigrationConfig.parallelMigrationsPerCluster\n");
  audit_expect(LIMITS("kubevirt.io/v1", "KubeVirt, spec: {configuration: {migrations: ", "}}}"),
               "deny limit-range KubeVirt openshift-cnv/kubevirt-hyperconverged "
               "spec.configuration.migrations.parallelMigrationsPerCluster\n");
}

/* What HyperConverged's operator writes can only be fixed in HyperConverged. */
static void reports_a_managed_kubevirts_mistakes_in_hyperconverged(void **state) {
  (void)state;
  static const char hco[] = "deny network-missing HyperConverged openshift-cnv/kubevirt-hyperconverged "
                            "spec.liveMigrationConfig.network\n";
  static const char kubevirt[] =
      "deny network-missing KubeVirt openshift-cnv/kubevirt spec.configuration.migrations.network\n";
  char both[sizeof hco + sizeof kubevirt];
  snprintf(both, sizeof both, "%s%s", hco, kubevirt);
  AUDITED_SCOPED managed = audit_of(HCO("gone") KUBEVIRT(MANAGED, "gone"));
  assert_string_equal(managed.lines, hco);
  assert_int_equal(managed.result.objects, 1);
  audit_expect(KUBEVIRT(MANAGED, "gone"), kubevirt); /* its operator no longer exists */
  audit_expect(HCO("gone") KUBEVIRT("", "gone"), both);
  audit_expect(HCO_IN("default", "gone") KUBEVIRT(MANAGED, "gone"),
               "deny config-namespace HyperConverged default/kubevirt-hyperconverged metadata.namespace\n"
               "deny network-missing KubeVirt openshift-cnv/kubevirt spec.configuration.migrations.network\n");
}

static void only_warns_about_objects_being_deleted(void **state) {
  (void)state;
  AUDITED_SCOPED audited = audit_of(CLUSTER NAD("migration", DELETING, "10.129.0.0/24"));
  assert_string_equal(audited.lines, NAD_SAYS("tolerated", "overlap-cluster-network", "migration") RANGE);
  assert_int_equal(audited.result.violating, 0);
  assert_int_equal(audited.result.denials, 0);
  assert_int_equal(audited.result.warnings, 1);
}

static void the_policy_in_force_decides(void **state) {
  (void)state;
  AUDITED_SCOPED off = audit_knowing(
      CLUSTER NAD("migration", "", "10.129.0.0/24"),
      "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {overlap-cluster-network: \"off\"}\n", DW_KNOWN);
  assert_string_equal(off.lines, "");
  AUDITED_SCOPED warns = audit_knowing(
      CLUSTER NAD("migration", "", "10.129.0.0/24"),
      "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {overlap-cluster-network: warn}\n", DW_KNOWN);
  assert_string_equal(warns.lines, NAD_SAYS("warn", "overlap-cluster-network", "migration") RANGE);
}

static void reports_what_is_unknown(void **state) {
  (void)state;
  AUDITED_SCOPED audited = audit_knowing(NAD("migration", "", "192.168.9.0/24") HCO("other"), NULL, DW_UNKNOWN);
  assert_int_equal(audited.result.denials, 0);
  assert_non_null(strstr(audited.lines, NAD_SAYS("unverified", "master-unverified", "migration")));
  assert_non_null(strstr(audited.lines, "unverified network-missing HyperConverged openshift-cnv/"));
}

static void counts_without_a_callback(void **state) {
  (void)state;
  struct dw_world *world = world_of(CLUSTER NAD("migration", "", "10.129.0.0/24"), NULL);
  struct dw_audit audit = {.world = world};
  dw_audit_run(&audit);
  assert_int_equal(audit.result.objects, 1);
  assert_int_equal(audit.result.violating, 1);
  assert_int_equal(audit.result.denials, 1);
  dw_world_unref(world);
}

/* 256 findings of one rule are kept; the others are counted. */
static void counts_findings_that_are_not_kept(void **state) {
  (void)state;
  enum { PLUGINS = 300 };
  static char nad[PLUGINS * 48 + 512];
  size_t length = (size_t)snprintf(
      nad, sizeof nad,
      "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: default, name: x}, "
      "spec: {config: '{\"cniVersion\":\"1.0.0\",\"name\":\"x\",\"plugins\":[");
  for (int i = 0; i < PLUGINS; i++)
    length +=
        (size_t)snprintf(nad + length, sizeof nad - length, "%s{\"type\":\"bridge\",\"vlan\":5000}", i ? "," : "");
  snprintf(nad + length, sizeof nad - length, "]}'}}\n");
  AUDITED_SCOPED audited = audit_of(nad);
  assert_int_equal(audited.result.violating, 1);
  assert_int_equal(audited.result.denials, PLUGINS);
}

/* The audit reports of an existing object what the webhook would answer if it were new. */
static void an_audit_agrees_with_the_webhook(void **state) {
  (void)state;
  static const char *const objects[] = {
      NAD("migration", "", "10.129.0.0/24"),
      NAD("migration", "", "192.168.9.0/30"),
      NAD("pods", "", "127.0.0.0/8"),
      HCO("gone"),
      HCO("\"a,b\""),
      HCO_IN("default", "x"),
      KUBEVIRT("", "gone"),
  };
  for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
    char all[4096];
    snprintf(all, sizeof all, "%s%s", CLUSTER, objects[i]);
    AUDITED_SCOPED audited = audit_of(all);
    struct dw_world *world = world_of(CLUSTER, NULL);
    VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, objects[i], NULL);
    assert_int_equal(audited.result.denials, verdict_cause_count(&verdict));
    assert_int_equal(audited.result.warnings, verdict_warning_count(&verdict));
    for (size_t c = 0; c < verdict_cause_count(&verdict); c++)
      assert_non_null(strstr(audited.messages, verdict_cause(&verdict, c, "message")));
    dw_world_unref(world);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_nothing_in_an_empty_cluster),
      cmocka_unit_test(counts_sound_objects_without_reporting_them),
      cmocka_unit_test(judges_each_existing_object),
      cmocka_unit_test(reports_both_of_two_overlapping_networks),
      cmocka_unit_test(a_label_decides_what_is_a_migration_network),
      cmocka_unit_test(keeps_the_annotations_that_rules_read),
      cmocka_unit_test(reports_a_migration_network_without_a_configuration),
      cmocka_unit_test(fields_are_those_of_the_stored_version),
      cmocka_unit_test(reports_a_managed_kubevirts_mistakes_in_hyperconverged),
      cmocka_unit_test(only_warns_about_objects_being_deleted),
      cmocka_unit_test(the_policy_in_force_decides),
      cmocka_unit_test(reports_what_is_unknown),
      cmocka_unit_test(counts_without_a_callback),
      cmocka_unit_test(counts_findings_that_are_not_kept),
      cmocka_unit_test(an_audit_agrees_with_the_webhook),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
