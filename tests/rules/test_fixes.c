/* The changes that fix findings: for each rule exactly these, and what they change is not found again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/fix_case.h"

#define RANGE "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/24\"}"
#define HEAD "{\"cniVersion\":\"0.3.1\",\"name\":\"net\","
#define MACVLAN(members) HEAD "\"type\":\"macvlan\",\"master\":\"eth1\"," members RANGE "}"
#define BRIDGE(members) HEAD "\"type\":\"bridge\",\"bridge\":\"br1\"," members RANGE "}"

#define NAD(ns, name)                                                                                                  \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: " name ", namespace: " ns      \
  "}, spec: {config: '" MACVLAN("") "'}}\n---\n"
#define HCO_AS(name, ns, spec)                                                                                         \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: " name ", namespace: " ns              \
  "}, spec: " spec "}\n---\n"
#define HCO(block) HCO_AS("kubevirt-hyperconverged", "openshift-cnv", "{liveMigrationConfig: " block "}")
#define PATCHED(block, patch)                                                                                          \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv, annotations: {kubevirt.kubevirt.io/jsonpatch: '" patch "'}}, spec: {liveMigrationConfig: " block     \
  "}}"
#define KUBEVIRT(spec)                                                                                                 \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv}, spec: " spec "}"
#define BLOCK "spec.liveMigrationConfig."

/* Each row with its own state; "" is a cluster without objects. */
static void expect_all(const struct fix_case *fixes, size_t count) {
  for (size_t i = 0; i < count; i++)
    fix_expect(&fixes[i]);
}
#define EXPECT_ALL(fixes) expect_all(fixes, sizeof(fixes) / sizeof *(fixes))

static void a_network_without_a_name_is_removed(void **state) {
  (void)state;
  static const struct fix_case fixes[] = {
      {"network-empty", HCO("{network: \"\"}"), "", NULL, "remove " BLOCK "network\n"},
      {"network-empty", HCO("{network: \"  \"}"), "", NULL, "remove " BLOCK "network\n"},
      {"network-empty", KUBEVIRT("{configuration: {migrations: {network: \"\"}}}"), "", NULL,
       "remove spec.configuration.migrations.network\n"},
      /* The annotation sets it. */
      {"network-empty",
       PATCHED("{}", "[{\"op\": \"add\", \"path\": \"/spec/configuration/migrations/network\", \"value\": \"\"}]"), "",
       NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void a_network_gets_its_bare_name(void **state) {
  (void)state;
  static const char nad[] = NAD("openshift-cnv", "migration");
  static const struct fix_case fixes[] = {
      {"network-syntax", HCO("{network: openshift-cnv/migration}"), nad, NULL, "set " BLOCK "network \"migration\"\n"},
      {"network-syntax", HCO("{network: \" migration\"}"), nad, NULL, "set " BLOCK "network \"migration\"\n"},
      {"network-syntax", HCO("{network: Migration}"), nad, NULL, "set " BLOCK "network \"migration\"\n"},
      {"network-syntax", HCO("{network: migration@net1}"), nad, NULL, "set " BLOCK "network \"migration\"\n"},
      /* There is no such NAD, it is in another namespace, or it is not clear which one is meant. */
      {"network-syntax", HCO("{network: Migration}"), "", NULL, ""},
      {"network-syntax", HCO("{network: default/migration}"), nad, NULL, ""},
      {"network-syntax", HCO("{network: \"migration,other\"}"), nad, NULL, ""},
      {"network-syntax", HCO("{network: 5}"), nad, NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void a_misspelt_network_becomes_the_only_similar_nad(void **state) {
  (void)state;
  static const struct fix_case fixes[] = {
      {"network-missing", HCO("{network: migraton}"), NAD("openshift-cnv", "migration"), NULL,
       "set " BLOCK "network \"migration\"\n"},
      {"network-missing", HCO("{network: storage}"), NAD("openshift-cnv", "migration"), NULL, ""},
      {"network-missing", HCO("{network: migration}"), NAD("default", "migration"), NULL, ""},
      {"network-missing", HCO("{network: migraton}"), NULL, NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void objects_move_to_the_namespace_where_they_are_read(void **state) {
  (void)state;
  static const char labelled[] = "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: "
                                 "m, namespace: default, labels: {droveway.io/migration-network: \"true\"}}, spec: "
                                 "{config: '" MACVLAN("") "'}}";
  static const struct fix_case fixes[] = {
      {"migration-namespace", labelled, "", NULL, "set metadata.namespace \"openshift-cnv\"\n"},
      {"migration-namespace", labelled, NAD("openshift-cnv", "m"), NULL, ""},
      {"config-namespace", HCO_AS("kubevirt-hyperconverged", "default", "{}"), "", NULL,
       "set metadata.namespace \"openshift-cnv\"\n"},
      {"config-namespace", HCO_AS("kubevirt-hyperconverged", "default", "{}"), HCO("{}"), NULL, ""},
      {"config-name", HCO_AS("hco", "openshift-cnv", "{}"), "", NULL,
       "set metadata.name \"kubevirt-hyperconverged\"\n"},
      {"config-name", HCO_AS("hco", "openshift-cnv", "{}"), HCO("{}"), NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void limits_lose_their_quotes(void **state) {
  (void)state;
  static const struct fix_case fixes[] = {
      {"limit-type", HCO("{parallelMigrationsPerCluster: \"5\"}"), "", NULL,
       "set " BLOCK "parallelMigrationsPerCluster 5\n"},
      {"limit-type", HCO("{progressTimeout: \"150\", completionTimeoutPerGiB: \"800\"}"), "", NULL,
       "set " BLOCK "completionTimeoutPerGiB 800\nset " BLOCK "progressTimeout 150\n"},
      {"limit-type", HCO("{allowAutoConverge: \"true\"}"), "", NULL, "set " BLOCK "allowAutoConverge true\n"},
      {"limit-type", KUBEVIRT("{configuration: {migrations: {utilityVolumesTimeout: \"150\"}}}"), "", NULL,
       "set spec.configuration.migrations.utilityVolumesTimeout 150\n"},
      {"limit-type", HCO("{parallelMigrationsPerCluster: \"0\"}"), "", NULL, ""},
      {"limit-type", HCO("{progressTimeout: \"-1\"}"), "", NULL, ""},
      {"limit-type", HCO("{progressTimeout: 1.5}"), "", NULL, ""},
      {"limit-type", HCO("{progressTimeout: fast}"), "", NULL, ""},
      {"limit-type", HCO("{allowAutoConverge: \"yes\"}"), "", NULL, ""},
      {"limit-type",
       PATCHED("{}",
               "[{\"op\": \"add\", \"path\": \"/spec/configuration/migrations/progressTimeout\", \"value\": \"5\"}]"),
       "", NULL, ""},
      {"parallel-order", HCO("{parallelMigrationsPerCluster: 5, parallelOutboundMigrationsPerNode: 8}"), "", NULL,
       "set " BLOCK "parallelOutboundMigrationsPerNode 5\n"},
      {"limit-range", HCO("{parallelMigrationsPerCluster: 0}"), "", NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void a_bandwidth_becomes_the_quantity_that_was_meant(void **state) {
  (void)state;
  static const struct fix_case fixes[] = {
      {"bandwidth", HCO("{bandwidthPerMigration: 64MiB}"), "", NULL, "set " BLOCK "bandwidthPerMigration \"64Mi\"\n"},
      {"bandwidth", HCO("{bandwidthPerMigration: 1Gbps}"), "", NULL, "set " BLOCK "bandwidthPerMigration \"125M\"\n"},
      {"bandwidth", HCO("{bandwidthPerMigration: 64m}"), "", NULL, "set " BLOCK "bandwidthPerMigration \"64Mi\"\n"},
      {"bandwidth", HCO("{bandwidthPerMigration: 64}"), "", NULL, "set " BLOCK "bandwidthPerMigration \"64Mi\"\n"},
      {"bandwidth", HCO("{bandwidthPerMigration: 64Mb}"), "", NULL, ""},
      {"bandwidth", HCO("{bandwidthPerMigration: fast}"), "", NULL, ""},
      {"bandwidth", HCO("{bandwidthPerMigration: -64Mi}"), "", NULL, ""},
      {"bandwidth", HCO("{bandwidthPerMigration: 64k}"), "", NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void strategies_and_switches_take_effect(void **state) {
  (void)state;
  static const char nad[] = NAD("openshift-cnv", "migration");
  static const struct fix_case fixes[] = {
      {"eviction-strategy", HCO_AS("kubevirt-hyperconverged", "openshift-cnv", "{evictionStrategy: LiveMigrat}"), nad,
       NULL, "set spec.evictionStrategy \"LiveMigrate\"\n"},
      {"eviction-strategy", KUBEVIRT("{configuration: {migrations: {network: migration}}}"), nad, NULL,
       "set spec.configuration.evictionStrategy \"LiveMigrate\"\n"},
      {"eviction-strategy",
       HCO_AS("kubevirt-hyperconverged", "openshift-cnv",
              "{evictionStrategy: None, liveMigrationConfig: {network: migration}}"),
       nad, NULL, ""},
      {"post-copy-off", HCO("{allowPostCopy: true}"), "", NULL, "set " BLOCK "allowWorkloadDisruption true\n"},
      {"post-copy-off", HCO("{allowPostCopy: true, allowWorkloadDisruption: false}"), "", NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void options_that_a_migration_network_must_not_have_are_removed(void **state) {
  (void)state;
  fix_expect_config("reservation-off",
                    HEAD "\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":"
                         "\"192.168.99.0/24\",\"Enable_Overlapping_Ranges\":false}}",
                    "remove spec.config.ipam.Enable_Overlapping_Ranges\n");
  fix_expect_config("mac-fixed", MACVLAN("\"MAC\":\"02:00:00:00:00:99\","), "remove spec.config.MAC\n");
  fix_expect_config("bridge-options", BRIDGE("\"isGateway\":true,"), "remove spec.config.isGateway\n");
  fix_expect_config("bridge-options", BRIDGE("\"isGateway\":true,\"isDefaultGateway\":true,"),
                    "remove spec.config.isDefaultGateway\nremove spec.config.isGateway\n");
  fix_expect_config("bridge-options", BRIDGE("\"promiscMode\":true,"), "remove spec.config.promiscMode\n");
  fix_expect_config("bridge-options", BRIDGE("\"promiscMode\":true,\"hairpinMode\":true,"), "");
  fix_expect_config("master-in-container",
                    "{\"cniVersion\":\"0.3.1\",\"name\":\"net\",\"plugins\":[{\"type\":\"macvlan\",\"master\":"
                    "\"eth1\",\"linkInContainer\":true," RANGE "}]}",
                    "remove spec.config.plugins[0].linkInContainer\n");
}

static void a_mode_becomes_the_only_similar_one(void **state) {
  (void)state;
  fix_expect_config("plugin-mode", MACVLAN("\"mode\":\"brige\","), "set spec.config.mode \"bridge\"\n");
  fix_expect_config("plugin-mode", MACVLAN("\"Mode\":\"passthru\","), "set spec.config.Mode \"bridge\"\n");
  fix_expect_config("plugin-mode", MACVLAN("\"mode\":\"l2\","), "");
  fix_expect_config("plugin-mode", HEAD "\"type\":\"ipvlan\",\"master\":\"eth1\",\"mode\":\"l3\"," RANGE "}",
                    "set spec.config.mode \"l2\"\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_network_without_a_name_is_removed),
      cmocka_unit_test(a_network_gets_its_bare_name),
      cmocka_unit_test(a_misspelt_network_becomes_the_only_similar_nad),
      cmocka_unit_test(objects_move_to_the_namespace_where_they_are_read),
      cmocka_unit_test(limits_lose_their_quotes),
      cmocka_unit_test(a_bandwidth_becomes_the_quantity_that_was_meant),
      cmocka_unit_test(strategies_and_switches_take_effect),
      cmocka_unit_test(options_that_a_migration_network_must_not_have_are_removed),
      cmocka_unit_test(a_mode_becomes_the_only_similar_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
