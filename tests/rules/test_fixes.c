/* The changes that fix findings: for each rule exactly these, and what they change is not found again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/engine.h"
#include "rules/explain.h"
#include "support/fix_case.h"
#include "yaml/yaml.h"

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
      {"network-missing", HCO("{network: migraton}"),
       NAD("openshift-cnv", "migratoon") NAD("openshift-cnv", "migratin"), NULL, ""},
      {"network-missing", HCO("{network: migration-1}"), NAD("openshift-cnv", "migration-2"), NULL, ""},
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
      {"config-namespace", HCO_AS("kubevirt-hyperconverged", "default", "{}"), "", NULL, ""}, /* it is assumed */
      {"config-namespace", HCO_AS("kubevirt-hyperconverged", "default", "{}"), "",
       "{apiVersion: droveway.io/v1alpha1, kind: Policy, namespace: openshift-cnv}",
       "set metadata.namespace \"openshift-cnv\"\n"},
      {"config-namespace", HCO_AS("kubevirt-hyperconverged", "default", "{}"), HCO("{}"), NULL, ""},
      {"config-name", HCO_AS("hco-a", "openshift-cnv", "{}"), HCO_AS("hco-b", "openshift-cnv", "{}"), NULL, ""},
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
      /* Lower the one, or raise the other: a person decides. */
      {"parallel-order", HCO("{parallelMigrationsPerCluster: 5, parallelOutboundMigrationsPerNode: 8}"), "", NULL, ""},
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
      {"bandwidth", HCO("{bandwidthPerMigration: 64}"), "", NULL, ""}, /* in which unit? */
      {"bandwidth", HCO("{bandwidthPerMigration: 200000m}"), "", NULL, ""},
      {"bandwidth", HCO("{bandwidthPerMigration: 64Mb}"), "", NULL, ""},
      {"bandwidth", HCO("{bandwidthPerMigration: fast}"), "", NULL, ""},
      {"bandwidth", HCO("{bandwidthPerMigration: -64Mi}"), "", NULL, ""},
      {"bandwidth", HCO("{bandwidthPerMigration: 64k}"), "", NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void a_misspelt_strategy_is_corrected_and_switches_are_not_turned(void **state) {
  (void)state;
  static const char nad[] = NAD("openshift-cnv", "migration");
  static const struct fix_case fixes[] = {
      {"eviction-strategy", HCO_AS("kubevirt-hyperconverged", "openshift-cnv", "{evictionStrategy: LiveMigrat}"), nad,
       NULL, "set spec.evictionStrategy \"LiveMigrate\"\n"},
      /* What drains do, and whether post-copy is worth its risk, is for people to decide. */
      {"eviction-strategy", KUBEVIRT("{configuration: {migrations: {network: migration}}}"), nad, NULL, ""},
      {"eviction-strategy",
       HCO_AS("kubevirt-hyperconverged", "openshift-cnv",
              "{evictionStrategy: None, liveMigrationConfig: {network: migration}}"),
       nad, NULL, ""},
      {"post-copy-off", HCO("{allowPostCopy: true}"), "", NULL, ""},
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

#define IPAM(members) HEAD "\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\"," members "}}"
#define LIST(plugins) HEAD "\"plugins\":[" plugins "]}"
#define FIRST "{\"type\":\"macvlan\",\"master\":\"eth1\"," RANGE "}"

static void keys_are_spelled_exactly_and_once(void **state) {
  (void)state;
  static const char rule[] = "cni-ambiguous-key";
  fix_expect_config(rule, MACVLAN("\"mode\":\"bridge\",\"Mode\":\"bridge\","), "remove spec.config.Mode\n");
  fix_expect_config(rule, MACVLAN("\"Mode\":\"bridge\",\"mode\":\"bridge\","), "remove spec.config.Mode\n");
  fix_expect_config(rule, MACVLAN("\"mode\":\"bridge\",\"mode\":\"bridge\","), "remove spec.config.mode\n");
  fix_expect_config(rule, IPAM("\"Range\":\"192.168.99.0/24\",\"range\":\"192.168.99.0/24\""),
                    "remove spec.config.ipam.Range\n");
  fix_expect_config(rule,
                    "{\"cniversion\":\"0.3.1\",\"cniVersion\":\"0.3.1\",\"name\":\"net\",\"plugins\":[" FIRST "]}",
                    "remove spec.config.cniversion\n");
  fix_expect_config(rule, "{\"CniVersion\":\"0.3.1\",\"name\":\"net\",\"plugins\":[" FIRST "]}",
                    "rename spec.config.CniVersion cniVersion\n");
  fix_expect_config(rule, HEAD "\"Plugins\":[" FIRST "]}", "rename spec.config.Plugins plugins\n");
  fix_expect_config(rule, MACVLAN("\"mode\":\"bridge\",\"Mode\":\"vepa\","), "");
  fix_expect_config(rule, MACVLAN("\"mode\":\"bridge\",\"Mode\":\"bridge\",\"MODE\":\"bridge\","), "");
}

static void types_names_and_versions_are_ones_that_exist(void **state) {
  (void)state;
  fix_expect_config("cni-type", HEAD "\"type\":\"macvlam\",\"master\":\"eth1\"," RANGE "}",
                    "set spec.config.type \"macvlan\"\n");
  fix_expect_config("cni-type", HEAD "\"type\":\"/opt/cni/bin/macvlan\",\"master\":\"eth1\"," RANGE "}",
                    "set spec.config.type \"macvlan\"\n");
  fix_expect_config("cni-type", HEAD "\"type\":\"/opt/cni/bin/mine\"," RANGE "}", "");
  fix_expect_config("cni-type",
                    HEAD "\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"wherabouts\",\"range\":"
                         "\"192.168.99.0/24\"}}",
                    "set spec.config.ipam.type \"whereabouts\"\n");
  fix_expect_config("cni-type", LIST(FIRST ",{\"type\":\"tuning\",\"name\":5}"),
                    "remove spec.config.plugins[1].name\n");
  fix_expect_config("cni-name",
                    "{\"cniVersion\":\"0.3.1\",\"name\":\"my net\",\"type\":\"macvlan\",\"master\":\"eth1\"," RANGE "}",
                    "set spec.config.name \"net\"\n");
  fix_expect_config("cni-name",
                    "{\"cniVersion\":\"0.3.1\",\"name\":null,\"type\":\"macvlan\",\"master\":\"eth1\"," RANGE "}",
                    "set spec.config.name \"net\"\n");
#define VERSION(version)                                                                                               \
  "{\"cniVersion\":" version ",\"name\":\"net\",\"type\":\"macvlan\",\"master\":\"eth1\"," RANGE "}"
  fix_expect_config("cni-version", VERSION("\"0.3.2\""), "set spec.config.cniVersion \"0.3.1\"\n");
  fix_expect_config("cni-version", VERSION("\"1.0\""), "set spec.config.cniVersion \"1.0.0\"\n");
  fix_expect_config("cni-version", VERSION("1.0"), "set spec.config.cniVersion \"1.0.0\"\n");
  fix_expect_config("cni-version", VERSION("\"v0.4.0\""), "set spec.config.cniVersion \"0.4.0\"\n");
  fix_expect_config("cni-version", "{\"name\":\"net\",\"plugins\":[" FIRST "]}",
                    "set spec.config.cniVersion \"0.3.1\"\n");
  fix_expect_config("cni-version", "{\"CNIVERSION\":\"\",\"name\":\"net\",\"plugins\":[" FIRST "]}", "");
  fix_expect_config("interface-name", HEAD "\"type\":\"macvlan\",\"Master\":\" eth1\"," RANGE "}",
                    "set spec.config.Master \"eth1\"\n");
  fix_expect_config("interface-name", HEAD "\"type\":\"macvlan\",\"master\":\"eth1 migration\"," RANGE "}", "");
}

static void a_vlan_id_is_a_number_under_the_key_that_the_plugin_reads(void **state) {
  (void)state;
  static const char rule[] = "vlan-range";
  fix_expect_config(rule, BRIDGE("\"vlan\":\"10\","), "set spec.config.vlan 10\n");
  fix_expect_config(rule, LIST("{\"type\":\"bridge\",\"bridge\":\"br1\",\"VLAN\":\"10\"," RANGE "}"),
                    "set spec.config.plugins[0].VLAN 10\n");
  fix_expect_config(rule, BRIDGE("\"vlan\":\"4095\","), "");
  fix_expect_config(rule, BRIDGE("\"vlan\":\"blue\","), "");
  fix_expect_config(rule, BRIDGE("\"vlan\":4095,"), "");
  fix_expect_config(rule, BRIDGE("\"vlan\":5.5,"), "");
  fix_expect_config(rule, BRIDGE("\"vlanId\":100,"), "rename spec.config.vlanId vlan\n");
  fix_expect_config(rule, BRIDGE("\"vlanId\":100,\"vlan\":null,"), "");
  fix_expect_config(rule, BRIDGE("\"vlanTrunk\":[{\"id\":1},{\"minID\":\"5\",\"maxID\":7}],"),
                    "set spec.config.vlanTrunk[1].minID 5\n");
  fix_expect_config(rule, BRIDGE("\"vlanTrunk\":[{\"minid\":8,\"MaxID\":7}],"),
                    "set spec.config.vlanTrunk[0].minid 7\nset spec.config.vlanTrunk[0].MaxID 8\n");
  fix_expect_config(rule, BRIDGE("\"vlanTrunk\":[5,{\"id\":6}],"), "set spec.config.vlanTrunk[0] {\"id\":5}\n");
  fix_expect_config(rule, BRIDGE("\"vlanTrunk\":{\"id\":1},"), "set spec.config.vlanTrunk [{\"id\":1}]\n");
  fix_expect_config(rule, BRIDGE("\"vlanTrunk\":[{\"minID\":8}],"), "");
}

static void an_mtu_fits_the_nic(void **state) {
  (void)state;
  static const char rule[] = "mtu-above-master";
#define MTU(nic, mtu) HEAD "\"type\":\"macvlan\",\"master\":\"" nic "\",\"mtu\":" mtu "," RANGE "}"
  fix_expect_config(rule, MTU("eth1", "9001"), "set spec.config.mtu 9000\n");
  fix_expect_config(rule, MTU("eth4", "9000"), "set spec.config.mtu 1500\n");
  fix_expect_config(rule, MTU("eth1", "60"), "remove spec.config.mtu\n");
  fix_expect_config(rule, BRIDGE("\"mtu\":9000,"), "set spec.config.mtu 1500\n");
  fix_expect_config(rule, BRIDGE("\"mtu\":60,"), "remove spec.config.mtu\n");
  fix_expect_config(
      rule, LIST("{\"type\":\"bridge\",\"bridge\":\"br1\",\"mtu\":1400," RANGE "},{\"type\":\"tuning\",\"mtu\":1500}"),
      "remove spec.config.plugins[1].mtu\nset spec.config.plugins[0].mtu 1500\n");
  fix_expect_config(
      rule, LIST("{\"type\":\"bridge\",\"bridge\":\"br1\",\"mtu\":1400," RANGE "},{\"type\":\"tuning\",\"mtu\":9000}"),
      "");
  fix_expect_config(rule, LIST(FIRST ",{\"type\":\"tuning\",\"mtu\":9001}"), "set spec.config.plugins[1].mtu 9000\n");
  fix_expect_config("mtu-inconsistent", HEAD "\"type\":\"macvlan\",\"master\":\"eth4\"," RANGE "}",
                    "set spec.config.mtu 1500\n");
}

static void addresses_in_use_are_excluded(void **state) {
  (void)state;
  static const char rule[] = "gateway-in-pool";
  fix_expect_config(rule, IPAM("\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.99.1\""),
                    "append spec.config.ipam.exclude \"192.168.99.1/32\"\n");
  fix_expect_config(rule,
                    IPAM("\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.99.1\",\"Exclude\":[\"192.168.99.9\"]"),
                    "append spec.config.ipam.Exclude \"192.168.99.1/32\"\n");
  fix_expect_config(rule, IPAM("\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.99.1\",\"exclude\":null"),
                    "set spec.config.ipam.exclude [\"192.168.99.1/32\"]\n");
  fix_expect_config(rule, IPAM("\"range\":\"fd00:99::/64\",\"gateway\":\"fd00:99::1\""),
                    "append spec.config.ipam.exclude \"fd00:99::1/128\"\n");
  fix_expect_config(
      rule,
      LIST("{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"ipRanges\":["
           "{\"range\":\"fd00:99::/64\"},{\"RANGE\":\"192.168.99.0/24\"}],\"gateway\":\"192.168.99.1\"}}"),
      "append spec.config.plugins[0].ipam.ipRanges[1].exclude \"192.168.99.1/32\"\n");
  /* Three nodes need all of the addresses, or excludes are ignored. */
  fix_expect_config(
      rule,
      IPAM("\"range\":\"192.168.99.0/24\",\"range_start\":\"192.168.99.1\",\"range_end\":\"192.168.99.3\","
           "\"gateway\":\"192.168.99.1\""),
      "");
  fix_expect_config(rule,
                    IPAM("\"range\":\"192.168.99.0/24\",\"node_slice_size\":\"/27\",\"gateway\":\"192.168.99.1\""), "");
  fix_expect_config("gateway-outside", IPAM("\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.98.1\""),
                    "remove spec.config.ipam.gateway\n");
  fix_expect_config(
      "gateway-outside",
      IPAM("\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.98.1\",\"routes\":[{\"dst\":\"203.0.113.0/24\"}]"), "");
}

static void addresses_of_nodes_are_excluded(void **state) {
  (void)state;
  static const char cluster[] =
      "{apiVersion: v1, kind: Node, metadata: {name: w1, labels: {kubevirt.io/schedulable: \"true\"}}}\n---\n"
      "{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: w1}, status: {currentState: "
      "{interfaces: [{name: eth1, type: ethernet, state: up, ipv4: {enabled: true, address: [{ip: 192.168.99.5, "
      "prefix-length: 24}]}}]}}}";
#define LABELLED(config)                                                                                               \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: net, namespace: "              \
  "openshift-cnv, labels: {droveway.io/migration-network: \"true\"}}, spec: {config: '" config "'}}"
  static const struct fix_case fixes[] = {
      {"node-address-in-pool", LABELLED(MACVLAN("")), cluster, NULL,
       "append spec.config.ipam.exclude \"192.168.99.5/32\"\n"},
      {"node-address-in-pool",
       LABELLED(HEAD "\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"localnet\",\"netAttachDefName\":"
                     "\"openshift-cnv/net\",\"subnets\":\"192.168.99.0/24\",\"excludeSubnets\":\"192.168.99.1/32\"}"),
       cluster, NULL, "set spec.config.excludeSubnets \"192.168.99.1/32,192.168.99.5/32\"\n"},
  };
  EXPECT_ALL(fixes);
}

static void routes_that_misdirect_traffic_are_removed(void **state) {
  (void)state;
#define ROUTES(routes) IPAM("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.1/32\"],\"routes\":[" routes "]")
  fix_expect_config("default-route", ROUTES("{\"dst\":\"203.0.113.0/24\"},{\"dst\":\"0.0.0.0/0\"}"),
                    "remove spec.config.ipam.routes[1]\n");
  fix_expect_config("default-route",
                    ROUTES("{\"dst\":\"0.0.0.0/1\"},{\"dst\":\"203.0.113.0/24\"},{\"dst\":\"128.0.0.0/1\"}"),
                    "remove spec.config.ipam.routes[2]\nremove spec.config.ipam.routes[0]\n");
  fix_expect_config("default-route",
                    ROUTES("{\"dst\":\"0.0.0.0/1\"},{\"dst\":\"128.0.0.0/2\"},{\"dst\":\"192.0.0.0/2\"}"), "");
  fix_expect_config("overlap-cluster-network", ROUTES("{\"dst\":\"10.128.0.0/14\"}"),
                    "remove spec.config.ipam.routes\n");
  fix_expect_config("overlap-cluster-network", IPAM("\"range\":\"10.128.0.0/24\""), "");
  fix_expect_config("route-unusable", ROUTES("null"), "remove spec.config.ipam.routes[0]\n");
  fix_expect_config("route-unusable", ROUTES("{\"dst\":\"203.0.113.5/24\"}"),
                    "set spec.config.ipam.routes[0].dst \"203.0.113.0/24\"\n");
  fix_expect_config("route-unusable", ROUTES("{\"dst\":\"203.0.113.0/24\"},{\"dst\":\"203.0.113.0/24\"}"),
                    "remove spec.config.ipam.routes[1]\n");
  fix_expect_config("route-unusable", ROUTES("{\"dst\":\"192.168.99.0/24\",\"gw\":\"192.168.99.1\"}"),
                    "remove spec.config.ipam.routes\n");
  fix_expect_config("route-unusable", ROUTES("{\"dst\":\"203.0.113.0/24\",\"scope\":255}"),
                    "remove spec.config.ipam.routes[0].scope\n");
  fix_expect_config("route-unusable", ROUTES("{\"dst\":\"203.0.113.0/24\",\"gw\":\"192.168.98.1\"}"), "");
  fix_expect_config("route-unusable", ROUTES("{\"gw\":\"192.168.99.1\"}"), "");
}

static void plugins_that_cut_nodes_off_are_removed(void **state) {
  (void)state;
  static const char rule[] = "plugin-chain";
  fix_expect_config(rule, LIST(FIRST ",{\"type\":\"tuning\"},{\"type\":\"sbr\"}"), "remove spec.config.plugins[2]\n");
  fix_expect_config(rule, LIST(FIRST ",{\"type\":\"vrf\",\"vrfname\":\"red\"}"), "remove spec.config.plugins[1]\n");
  fix_expect_config(rule, LIST(FIRST ",{\"type\":\"bandwidth\",\"ingressRate\":1,\"ingressBurst\":1}"),
                    "remove spec.config.plugins[1]\n");
  fix_expect_config(
      rule,
      LIST("{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"fd00:99::/"
           "64\"}},{\"type\":\"tuning\",\"sysctl\":{\"net.ipv6.conf.IFNAME.disable_ipv6\":\"1\"}}"),
      "remove spec.config.plugins[1].sysctl[net.ipv6.conf.IFNAME.disable_ipv6]\n");
  fix_expect_config(rule, LIST(FIRST "," FIRST), "");
  fix_expect_config(rule, LIST("{\"type\":\"tuning\"}," FIRST),
                    "append spec.config.plugins {\"type\":\"tuning\"}\nremove spec.config.plugins[0]\n");
  fix_expect_config(rule, LIST(FIRST ",{\"type\":\"firewall\"}"),
                    "set spec.config.cniVersion \"0.4.0\"\nremove spec.config.plugins[1]\n");
}

static void misplaced_keys_and_blocks_move_to_where_they_are_read(void **state) {
  (void)state;
#define HCO_V1(spec)                                                                                                   \
  "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "       \
  "openshift-cnv}, spec: " spec "}"
  static const struct fix_case fixes[] = {
      {"config-misplaced", HCO_V1("{liveMigrationConfig: {progressTimeout: 150}}"), "", NULL,
       "move spec.liveMigrationConfig spec.virtualization.liveMigrationConfig\n"},
      {"config-misplaced",
       HCO_AS("kubevirt-hyperconverged", "openshift-cnv",
              "{virtualization: {liveMigrationConfig: {progressTimeout: 150}}}"),
       "", NULL, "move spec.virtualization.liveMigrationConfig spec.liveMigrationConfig\n"},
      {"config-misplaced",
       HCO_V1("{liveMigrationConfig: {progressTimeout: 150}, virtualization: {liveMigrationConfig: {}}}"), "", NULL,
       ""},
      {"config-misplaced",
       HCO_AS("kubevirt-hyperconverged", "openshift-cnv", "{liveMigrationConfi: {progressTimeout: 150}}"), "", NULL,
       "rename spec.liveMigrationConfi liveMigrationConfig\n"},
      {"config-misplaced", HCO_AS("kubevirt-hyperconverged", "openshift-cnv", "{liveMigrationConfi: 5}"), "", NULL, ""},
      {"config-misplaced", HCO("{progressTimeot: 150}"), "", NULL, "rename " BLOCK "progressTimeot progressTimeout\n"},
      {"config-misplaced", HCO("{progressTimeot: 150, progresTimeout: 160}"), "", NULL, ""},
      {"config-misplaced", HCO("{progressTimeot: 150, progressTimeout: 160}"), "", NULL, ""},
      {"config-misplaced", HCO("{completionTimeout: 800}"), "", NULL,
       "rename " BLOCK "completionTimeout completionTimeoutPerGiB\n"},
      {"config-misplaced", HCO_AS("kubevirt-hyperconverged", "openshift-cnv", "{progressTimeout: 150}"), "", NULL,
       "move spec.progressTimeout " BLOCK "progressTimeout\n"},
      {"config-misplaced", KUBEVIRT("{configuration: {migrationConfig: {progressTimeout: 150}}}"), "", NULL,
       "rename spec.configuration.migrationConfig migrations\n"},
      {"config-misplaced", KUBEVIRT("{migrations: {progressTimeout: 150}}"), "", NULL,
       "move spec.migrations spec.configuration.migrations\n"},
      {"config-misplaced", HCO("{colour: blue}"), "", NULL, ""},
      {"config-misplaced",
       PATCHED("{}", "[{\"op\": \"add\", \"path\": \"/spec/configuration/migrations/progressTimeot\", \"value\": 5}]"),
       "", NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void an_annotation_that_only_sets_the_network_becomes_the_field(void **state) {
  (void)state;
#define ADD(path, value)                                                                                               \
  "{\"op\": \"add\", \"path\": \"/spec/configuration/migrations/" path "\", \"value\": " value "}"
  static const char nad[] = NAD("openshift-cnv", "migration");
  static const struct fix_case fixes[] = {
      {"jsonpatch-network", PATCHED("{}", "[" ADD("network", "\"migration\"") "]"), nad, NULL,
       "remove metadata.annotations[kubevirt.kubevirt.io/jsonpatch]\nset " BLOCK "network \"migration\"\n"},
      {"jsonpatch-network", PATCHED("{}", "[" ADD("network", "\"migration\"") "," ADD("progressTimeout", "5") "]"), nad,
       NULL, ""},
      {"jsonpatch-network", PATCHED("{network: other}", "[" ADD("network", "\"migration\"") "]"), nad, NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void labels_of_a_selector_are_next_to_each_other(void **state) {
  (void)state;
#define POLICY(selectors)                                                                                              \
  "{apiVersion: migrations.kubevirt.io/v1alpha1, kind: MigrationPolicy, metadata: {name: p}, spec: "                   \
  "{selectors: " selectors "}}"
  static const struct fix_case fixes[] = {
      {"policy-selector", POLICY("{namespaceSelector: {matchLabels: {a: b, kubernetes.io/name: c}}}"), "", NULL,
       "move spec.selectors.namespaceSelector.matchLabels.a spec.selectors.namespaceSelector.a\n"
       "move spec.selectors.namespaceSelector.matchLabels[kubernetes.io/name] "
       "spec.selectors.namespaceSelector[kubernetes.io/name]\n"
       "remove spec.selectors.namespaceSelector.matchLabels\n"},
      {"policy-selector", POLICY("{namespaceSelector: {a: c, matchLabels: {a: b}}}"), "", NULL, ""},
      {"policy-selector", POLICY("{namespaceSelector: {matchExpressions: []}}"), "", NULL, ""},
      {"policy-selector", POLICY("{namespaceSelector: {version.a: 5}}"), "", NULL,
       "set spec.selectors.namespaceSelector[version.a] \"5\"\n"},
      {"policy-selector", POLICY("{namespaceSelectr: {a: b}}"), "", NULL,
       "rename spec.selectors.namespaceSelectr namespaceSelector\n"},
      {"policy-selector", POLICY("{matchLabels: {a: b}}"), "", NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void a_similar_nic_device_or_localnet_is_used(void **state) {
  (void)state;
#define ON(nic) HEAD "\"type\":\"macvlan\",\"master\":\"" nic "\"," RANGE "}"
  fix_expect_config("master-missing", ON("bnod1"), "set spec.config.master \"bond1\"\n");
  fix_expect_config("master-missing", LIST("{\"type\":\"macvlan\",\"Master\":\"Eth1\"," RANGE "}"),
                    "set spec.config.plugins[0].Master \"eth1\"\n");
  fix_expect_config("master-missing", ON("bond2"), "");
  fix_expect_config("master-missing", ON("eth6"), "");
  fix_expect_config("master-missing", ON("storage"), "");
  fix_expect_config("master-is-port", ON("eth9"), "set spec.config.master \"br1\"\n");
  fix_expect_config("master-is-port", ON("lo"), "");
#define DEVICE(address) HEAD "\"type\":\"host-device\",\"pciBusID\":\"" address "\"," RANGE "}"
  fix_expect_config("device-missing", DEVICE("0000:AF:00.1"), "set spec.config.pciBusID \"0000:af:00.1\"\n");
  fix_expect_config("device-missing", DEVICE("af:00.1"), "set spec.config.pciBusID \"0000:af:00.1\"\n");
  fix_expect_config("device-missing", DEVICE("af-00-1"), "");
  fix_expect_config("device-missing", HEAD "\"type\":\"sriov\"," RANGE "}", "");
}

static void ovn_kubernetes_gets_values_that_it_accepts(void **state) {
  (void)state;
#define OVN(members) HEAD "\"type\":\"ovn-k8s-cni-overlay\",\"subnets\":\"192.168.99.0/24\"" members "}"
#define OWN ",\"netAttachDefName\":\"openshift-cnv/net\""
  static const char rule[] = "ovn-config";
  fix_expect_config(rule, OVN(",\"topology\":\"layer2\",\"netAttachDefName\":\"default/net\""),
                    "set spec.config.netAttachDefName \"openshift-cnv/net\"\n");
  fix_expect_config(rule, OVN(",\"topology\":\"layer2\""), "set spec.config.netAttachDefName \"openshift-cnv/net\"\n");
  fix_expect_config(rule, OVN(OWN ",\"topology\":\"layer2\",\"role\":\"primary\""),
                    "set spec.config.role \"secondary\"\n");
  fix_expect_config(rule, OVN(OWN ",\"topology\":\"localnet\",\"joinSubnet\":\"100.66.0.0/16\""),
                    "remove spec.config.joinSubnet\n");
}

#define R "\"range\":\"192.168.99.0/24\","
#define P "spec.config.ipam."

static void ranges_and_addresses_are_written_as_whereabouts_reads_them(void **state) {
  (void)state;
  static const char rule[] = "ipam-syntax";
  fix_expect_config(rule, IPAM("\"range\":\" 192.168.99.0/24\""), "set " P "range \"192.168.99.0/24\"\n");
  fix_expect_config(rule, IPAM("\"Range\":\"192.168.99.0/255.255.255.0\""), "set " P "Range \"192.168.99.0/24\"\n");
  fix_expect_config(rule, IPAM("\"range\":\"192.168.99.5/24-192.168.99.99/24\""),
                    "set " P "range \"192.168.99.5-192.168.99.99/24\"\n");
  fix_expect_config(rule, IPAM("\"range\":\"192.168.99.0\""), "");
  fix_expect_config(rule, IPAM("\"range\":\"192.168.99.5-192.168.99.99\""), "");
  fix_expect_config(rule, IPAM("\"range\":5"), "");
  fix_expect_config(rule, IPAM(R "\"exclude\":[\"192.168.99.9/32\",\"192.168.99.1-192.168.99.6\"]"),
                    "set " P "exclude[1] \"192.168.99.1/32\"\nappend " P "exclude \"192.168.99.2/31\"\n"
                    "append " P "exclude \"192.168.99.4/31\"\nappend " P "exclude \"192.168.99.6/32\"\n");
  fix_expect_config(rule, IPAM(R "\"exclude\":[\"192.168.99.9-192.168.99.1\"]"), "");
  fix_expect_config(rule, IPAM(R "\"exclude\":[\"192.168.099.1/32\"]"), "set " P "exclude[0] \"192.168.99.1/32\"\n");
  fix_expect_config(rule, IPAM(R "\"exclude\":[5]"), "");
  fix_expect_config(rule, IPAM(R "\"exclude\":\"192.168.99.1/32\""), "set " P "exclude [\"192.168.99.1/32\"]\n");
  fix_expect_config(rule, IPAM(R "\"exclude\":\"192.168.99.1, 192.168.99.2\""), "");
  fix_expect_config(rule, IPAM(R "\"log_level\":5"), "set " P "log_level \"5\"\n");
  fix_expect_config(rule, IPAM(R "\"sleep_for_race\":\"1\""), "set " P "sleep_for_race 1\n");
  fix_expect_config(rule, IPAM(R "\"enable_overlapping_ranges\":\"True\""),
                    "set " P "enable_overlapping_ranges true\n");
  fix_expect_config(rule, IPAM(R "\"sleep_for_race\":\"soon\""), "");
  fix_expect_config(rule, IPAM("\"ipRanges\":{\"range\":\"192.168.99.0/24\"}"),
                    "set " P "ipRanges [{\"range\":\"192.168.99.0/24\"}]\n");
  fix_expect_config(rule, IPAM("\"ipRanges\":[{\"range\":\"192.168.98.0/24\"},\"192.168.99.0/24\"]"),
                    "set " P "ipRanges[1] {\"range\": \"192.168.99.0/24\"}\n");
  fix_expect_config(rule, IPAM("\"ipRanges\":[{\"subnet\":\"192.168.99.0/24\"}]"),
                    "rename " P "ipRanges[0].subnet range\n");
  fix_expect_config(rule, IPAM("\"ipRanges\":[{\"range\":\"\",\"subnet\":\"192.168.99.0/24\"}]"),
                    "remove " P "ipRanges[0].range\nrename " P "ipRanges[0].subnet range\n");
  fix_expect_config(rule, IPAM("\"ipRanges\":[{\"subnet\":\"192.168.99.0\"}]"), "");
  fix_expect_config(rule, IPAM("\"ipRanges\":[{\"subnet\":\"192.168.99.0/24\",\"cidr\":\"192.168.98.0/24\"}]"), "");
  fix_expect_config(rule, IPAM(R "\"exclude\":[\"192.168.99.1\"],\"gateway\":\"192.168.99.1/24\""),
                    "set " P "gateway \"192.168.99.1\"\n");
  fix_expect_config(rule, IPAM(R "\"gateway\":\"192.168.99.1/24\""),
                    "set " P "gateway \"192.168.99.1\"\nappend " P "exclude \"192.168.99.1/32\"\n");
  fix_expect_config(rule, IPAM(R "\"gateway\":5"), "");
  fix_expect_config(rule, IPAM(R "\"routes\":[{\"dst\":null}]"), "");
  fix_expect_config(rule, IPAM("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"range_start\":\"192.168.099.9\"}]"),
                    "set " P "ipRanges[0].range_start \"192.168.99.9\"\n");
}

static void leading_zeros_disappear(void **state) {
  (void)state;
  static const char rule[] = "range-leading-zero";
  fix_expect_config(rule, IPAM("\"range\":\"192.168.099.0/24\""), "set " P "range \"192.168.99.0/24\"\n");
  fix_expect_config(rule, IPAM("\"range\":\"192.168.099.010-192.168.99.20/24\""),
                    "set " P "range \"192.168.99.10-192.168.99.20/24\"\n");
  fix_expect_config(rule,
                    LIST("{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\"," R
                         "\"RANGE_START\":\"192.168.99.010\"}}"),
                    "set spec.config.plugins[0].ipam.RANGE_START \"192.168.99.10\"\n");
}

static void ends_and_excludes_outside_the_range_are_corrected(void **state) {
  (void)state;
  static const char rule[] = "range-ignored";
  fix_expect_config(rule, IPAM(R "\"range_end\":\"192.168.98.99\""), "set " P "range_end \"192.168.99.99\"\n");
  fix_expect_config(rule, IPAM(R "\"range_start\":\"192.168.99.100\",\"range_end\":\"192.168.98.99\""), "");
  fix_expect_config(rule, IPAM(R "\"range_end\":\"10.0.0.99\""), "");
  fix_expect_config(rule, IPAM(R "\"range_end\":\"192.168.98.0\""), "");
  fix_expect_config(rule, IPAM("\"range\":\"fd00:99::/64\",\"range_start\":\"fd00:98::9\""),
                    "set " P "range_start \"fd00:99::9\"\n");
  fix_expect_config(rule, IPAM(R "\"Range_Start\":\"192.168.98.9\""), "set " P "Range_Start \"192.168.99.9\"\n");
  fix_expect_config(rule, IPAM(R "\"range_start\":\"192.168.99.9\",\"range_end\":\"192.168.99.5\""), "");
  fix_expect_config(rule, IPAM("\"range\":\"192.168.99.9-192.168.99.99/24\",\"range_end\":\"192.168.99.5\""),
                    "remove " P "range_end\n");
  fix_expect_config(rule, IPAM("\"range\":\"192.168.99.99-192.168.99.9/24\""),
                    "set " P "range \"192.168.99.9-192.168.99.99/24\"\n");
  fix_expect_config(rule, IPAM("\"ipRanges\":[{\"range\":\"192.168.99.0/24\"}],\"range_start\":\"192.168.99.9\""),
                    "move " P "range_start " P "ipRanges[0].range_start\n");
  fix_expect_config(rule,
                    IPAM("\"ipRanges\":[{\"range\":\"192.168.99.0/24\"},{\"range\":\"192.168.98.0/"
                         "24\"}],\"range_start\":\"192.168.99.9\""),
                    "");
  fix_expect_config(rule, IPAM(R "\"node_slice_size\":\"/27\",\"range_start\":\"192.168.99.9\""), "");
  fix_expect_config("exclude-outside", IPAM(R "\"exclude\":[\"192.168.98.0/27\"]"),
                    "set " P "exclude[0] \"192.168.99.0/27\"\n");
  fix_expect_config("exclude-outside", IPAM(R "\"exclude\":[\"192.168.98.7\"]"),
                    "set " P "exclude[0] \"192.168.99.7\"\n");
  fix_expect_config("exclude-outside", IPAM(R "\"exclude\":[\"192.168.98.0/24\"]"), "");
  fix_expect_config("exclude-outside", IPAM(R "\"exclude\":[\"10.0.0.0/27\"]"), "");
  fix_expect_config("exclude-outside", IPAM(R "\"exclude\":[\"::ffff:192.168.99.1\"]"),
                    "set " P "exclude[0] \"192.168.99.1\"\n");
}

static void keys_that_whereabouts_ignores_get_their_name(void **state) {
  (void)state;
  static const char rule[] = "ipam-lookalike-key";
  fix_expect_config(rule, IPAM(R "\"rangeStart\":\"192.168.99.9\",\"rangeEnd\":\"192.168.99.99\""),
                    "rename " P "rangeStart range_start\nrename " P "rangeEnd range_end\n");
  fix_expect_config(rule, IPAM("\"subnet\":\"192.168.99.0/24\""), "rename " P "subnet range\n");
  fix_expect_config(rule, IPAM("\"subnet\":\"192.168.99.0/24\",\"range\":null"),
                    "remove " P "range\nrename " P "subnet range\n");
  fix_expect_config(rule, IPAM(R "\"subnet\":\"192.168.98.0/24\""), "remove " P "subnet\n");
  fix_expect_config(rule, IPAM(R "\"range.start\":\"192.168.99.9\""),
                    "rename spec.config.ipam[range.start] range_start\n");
  fix_expect_config(rule, IPAM(R "\"rangeStart\":\"192.168.99.9\",\"range-start\":\"192.168.99.10\""), "");
  fix_expect_config(rule, IPAM(R "\"rangeStart\":\"first\""), "");
  fix_expect_config(rule, IPAM("\"ranges\":[[{\"subnet\":\"192.168.99.0/24\",\"rangeStart\":\"192.168.99.9\"}]]"),
                    "remove " P "ranges\nset " P
                    "ipRanges [{\"range\": \"192.168.99.0/24\", \"range_start\": \"192.168.99.9\"}]\n");
  fix_expect_config(rule, IPAM("\"ranges\":[[{\"subnet\":\"192.168.99.0/24\",\"gateway\":\"192.168.99.1\"}]]"), "");
  fix_expect_config(rule, IPAM("\"ranges\":[[{\"subnet\":\"192.168.99.0/24\"},{\"subnet\":\"192.168.98.0/24\"}]]"), "");
  fix_expect_config(rule, IPAM("\"ip_ranges\":[{\"range\":\"192.168.99.0/24\"}]"), "rename " P "ip_ranges ipRanges\n");
  fix_expect_config("ipam-unknown-key", IPAM(R "\"leaseTime\":3600"), "");
  fix_expect_config("ipam-unknown-key", IPAM("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"log_level\":\"debug\"}]"),
                    "move " P "ipRanges[0].log_level " P "log_level\n");
  fix_expect_config(
      "ipam-unknown-key",
      IPAM("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"log_level\":\"debug\"}],\"log_level\":\"error\""), "");
  fix_expect_config(
      "ipam-unknown-key",
      IPAM("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"log_level\":\"debug\"},{\"range\":\"192.168.98.0/24\"}]"),
      "");
}

static void a_pool_gets_a_valid_key(void **state) {
  (void)state;
  static const char rule[] = "pool-key";
  fix_expect_config(rule, IPAM(R "\"network_name\":\"Migration_Net\""), "set " P "network_name \"migration-net\"\n");
  fix_expect_config(rule, IPAM(R "\"network_name\":\"migration net\""), "");
  fix_expect_config(rule,
                    IPAM(R "\"network_name\":"
                           "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""),
                    "");
  fix_expect_config(rule, IPAM(R "\"sleep_for_race\":10"), "remove " P "sleep_for_race\n");
  fix_expect_config(rule, IPAM(R "\"leader_lease_duration\":900"), "remove " P "leader_lease_duration\n");
  fix_expect_config(rule, IPAM(R "\"leader_lease_duration\":900,\"leader_renew_deadline\":950"), "");
  fix_expect_config(rule, IPAM(R "\"leader_retry_period\":-1"), "remove " P "leader_retry_period\n");
  fix_expect_config("node-slice", IPAM("\"range\":\"fd00:99::/64\",\"node_slice_size\":\"/80\""),
                    "remove " P "node_slice_size\n");
  fix_expect_config("node-slice", IPAM(R "\"node_slice_size\":\"/31\""), "");
}

static void options_get_the_type_that_their_plugin_reads(void **state) {
  (void)state;
  static const char rule[] = "plugin-option";
  fix_expect_config(rule, MACVLAN("\"mtu\":\"1500\","), "set spec.config.mtu 1500\n");
  fix_expect_config(rule, MACVLAN("\"mtu\":\"big\","), "");
  fix_expect_config(rule, MACVLAN("\"mtu\":-1,"), "");
  fix_expect_config(rule, BRIDGE("\"ipMasq\":\"false\","), "set spec.config.ipMasq false\n");
  fix_expect_config(rule, BRIDGE("\"args\":{\"cni\":{\"mac\":5}},"), "");
  fix_expect_config(rule, LIST(FIRST ",{\"type\":\"tuning\",\"sysctl\":{\"net.core.somaxconn\":500}}"),
                    "set spec.config.plugins[1].sysctl[net.core.somaxconn] \"500\"\n");
  fix_expect_config(rule, LIST(FIRST ",{\"type\":\"tuning\",\"sysctl\":{\"kernel.shmmax\":\"1\"}}"),
                    "remove spec.config.plugins[1].sysctl[kernel.shmmax]\n");
  fix_expect_config(
      rule, LIST(FIRST ",{\"type\":\"tuning\",\"sysctl\":{\"net/ipv4/conf/IFNAME/arp_filtr\":\"1\"}}"),
      "rename spec.config.plugins[1].sysctl[net/ipv4/conf/IFNAME/arp_filtr] net/ipv4/conf/IFNAME/arp_filter\n");
  fix_expect_config(rule, LIST(FIRST ",{\"type\":\"portmap\",\"backend\":\"iptable\"}"),
                    "set spec.config.plugins[1].backend \"iptables\"\n");
  fix_expect_config(rule, LIST(FIRST ",{\"type\":\"portmap\",\"backend\":\"tables\"}"), "");
  fix_expect_config(rule, LIST(FIRST ",{\"type\":\"route-override\",\"args\":{}}"),
                    "remove spec.config.plugins[1].args\n");
  fix_expect_config(rule, LIST(FIRST ",{\"type\":\"vrf\"}"), "");
  fix_expect_config(rule, MACVLAN("\"mac\":\"02:00\","), "remove spec.config.mac\n");
  fix_expect_config("cni-json",
                    "{\"disableCheck\":\"true\",\"cniVersion\":\"0.3.1\",\"name\":\"net\",\"plugins\":[" FIRST "]}",
                    "set spec.config.disableCheck true\n");
  fix_expect_config("bridge-options", BRIDGE("\"disableContainerInterface\":true,"),
                    "remove spec.config.disableContainerInterface\n");
}

static void ovn_kubernetes_gets_lists_and_types_that_it_accepts(void **state) {
  (void)state;
  static const char rule[] = "ovn-config";
  fix_expect_config(rule, OVN(OWN ",\"topology\":\"layer2\",\"mtu\":\"1400\""), "set spec.config.mtu 1400\n");
  fix_expect_config(rule, OVN(OWN ",\"topology\":\"layer2\",\"mtu\":1400.0"), "set spec.config.mtu 1400\n");
  fix_expect_config(rule, OVN(OWN ",\"topology\":\"localnt\""), "set spec.config.topology \"localnet\"\n");
  fix_expect_config(rule, OVN(OWN ",\"topology\":\"layer\""), "");
  fix_expect_config(rule, OVN(OWN ",\"topology\":\"localnet\",\"role\":\"primary\""),
                    "set spec.config.role \"secondary\"\n");
  fix_expect_config(rule, OVN(OWN ",\"topology\":\"layer2\",\"excludeSubnets\":\"192.168.99.1/32, 192.168.98.1/32\""),
                    "set spec.config.excludeSubnets \"192.168.99.1/32\"\n");
  fix_expect_config(rule, OVN(OWN ",\"topology\":\"layer2\",\"excludeSubnets\":\"192.168.98.1/32\""),
                    "remove spec.config.excludeSubnets\n");
  fix_expect_config(
      rule, HEAD "\"type\":\"ovn-k8s-cni-overlay\",\"subnets\":\"192.168.99.0/24/28\"" OWN ",\"topology\":\"layer2\"}",
      "set spec.config.subnets \"192.168.99.0/24\"\n");
  fix_expect_config(rule,
                    LIST("{\"type\":\"ovn-k8s-cni-overlay\",\"subnets\":\"192.168.99.0/24\"" OWN
                         ",\"topology\":\"layer2\"},{\"type\":\"tuning\"},{\"type\":\"tuning\"}"),
                    "remove spec.config.plugins[2]\nremove spec.config.plugins[1]\n");
  fix_expect_config(rule,
                    "{\"cniVersion\":\"0.3.1\",\"type\":\"ovn-k8s-cni-overlay\",\"subnets\":\"192.168.99.0/24\"" OWN
                    ",\"topology\":\"layer2\"}",
                    "set spec.config.name \"net\"\n");
  fix_expect_config("ipam-syntax",
                    OVN(OWN ",\"topology\":\"layer2\",\"excludeSubnets\":\"192.168.99.1/32,192.168.099.2/32\""),
                    "set spec.config.excludeSubnets \"192.168.99.1/32,192.168.99.2/32\"\n");
}

static void a_configuration_is_one_text_of_json(void **state) {
  (void)state;
  fix_expect_config("cni-json", "{\"cniVersion\": \"0.3.1\",\n\"type\": \"macvlan\"\n\"master\": \"eth1\", " RANGE ",}",
                    "set spec.config \"{\\\"cniVersion\\\": \\\"0.3.1\\\",\\n\\\"type\\\": "
                    "\\\"macvlan\\\",\\n\\\"master\\\": \\\"eth1\\\", "
                    "\\\"ipam\\\":{\\\"type\\\":\\\"whereabouts\\\",\\\"range\\\":\\\"192.168.99.0/24\\\"}}\"\n");
  fix_expect_config("cni-json", "{\"type\": \"macvlan\", \"master\": \"eth1\"", "");
  fix_expect_config(
      "cni-json",
      "type: macvlan\nmaster: eth1\nname: net\n"
      "ipam: {type: whereabouts, range: 192.168.99.0/24}\n",
      "set spec.config \"{\\n  \\\"type\\\": \\\"macvlan\\\",\\n  \\\"master\\\": \\\"eth1\\\",\\n  \\\"name\\\": "
      "\\\"net\\\",\\n  \\\"ipam\\\": {\\n"
      "    \\\"type\\\": \\\"whereabouts\\\",\\n    \\\"range\\\": \\\"192.168.99.0/24\\\"\\n  }\\n}\\n\"\n");
  fix_expect_config("cni-json", "just words", "");
  fix_expect_config(
      "cni-json",
      "\"{\\\"type\\\": \\\"macvlan\\\", \\\"master\\\": \\\"eth1\\\", \\\"ipam\\\": {\\\"type\\\": \\\"dhcp\\\"}}\"",
      "set spec.config \"{\\\"type\\\": \\\"macvlan\\\", \\\"master\\\": \\\"eth1\\\", \\\"ipam\\\": {\\\"type\\\": "
      "\\\"dhcp\\\"}}\"\n");
  fix_expect_config("cni-json", "\"macvlan\"", "");
  fix_expect_config("cni-json", "{// c\n\"type\": \"macvlan\"}", "");
  fix_expect_config("cni-json", "{type: macvlan}", "");
  fix_expect_config("cni-json", "[1,]", "");
  fix_expect(&(struct fix_case){
      .rule = "cni-json",
      .object = "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: net, namespace: "
                "openshift-cnv}, spec: {config: {type: macvlan, master: eth1}}}",
      .edits = "set spec.config \"{\\n  \\\"type\\\": \\\"macvlan\\\",\\n  \\\"master\\\": \\\"eth1\\\"\\n}\\n\"\n"});
  fix_expect(&(struct fix_case){.rule = "cni-json",
                                .object = "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, "
                                          "metadata: {name: net, namespace: openshift-cnv}, spec: {config: [5]}}",
                                .edits = ""});
}

static void kinds_and_versions_are_ones_that_are_served(void **state) {
  (void)state;
  static const struct fix_case fixes[] = {
      {"unserved-kind",
       "{apiVersion: kubevirt.io/v1, kind: Kubevirt, metadata: {name: kubevirt, namespace: openshift-cnv}}", "", NULL,
       "set kind \"KubeVirt\"\n"},
      {"unserved-kind",
       "{apiVersion: migrations.kubevirt.io/v1beta1, kind: MigrationPolicy, metadata: {name: p}, spec: {selectors: "
       "{namespaceSelector: {a: b}}}}",
       "", NULL, "set apiVersion \"migrations.kubevirt.io/v1alpha1\"\n"},
      {"unserved-kind",
       "{apiVersion: hco.kubevirt.io/v2, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "
       "openshift-cnv}}",
       "", NULL, ""},
      {"unrendered", HCO("{network: \"${NETWORK}\"}"), "", NULL, ""},
  };
  EXPECT_ALL(fixes);
}

static void every_example_of_an_explanation_that_is_fixed_is_fixed(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t count;
  const char *const *ids = dw_rule_ids(&count);
  size_t fixed = 0;
  for (size_t i = 0; i < count; i++) {
    struct dw_explanation example = {.why = NULL};
    struct dw_yaml_doc *doc = NULL;
    assert_int_equal(dw_explain(arena, ids[i], &example, NULL), 0);
    assert_int_equal(dw_yaml_parse(arena, example.broken, strlen(example.broken), &doc, NULL), 0);
    for (; doc != NULL && !example.deletes; doc = doc->next)
      fixed += fix_exists(&(struct fix_case){.rule = ids[i],
                                             .object = dw_json_text(arena, doc->root),
                                             .state = example.state == NULL ? "" : example.state,
                                             .policy = example.policy});
  }
  print_message("%zu of %zu examples are fixed\n", fixed, count);
  assert_true(fixed >= 37);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_network_without_a_name_is_removed),
      cmocka_unit_test(a_network_gets_its_bare_name),
      cmocka_unit_test(a_misspelt_network_becomes_the_only_similar_nad),
      cmocka_unit_test(objects_move_to_the_namespace_where_they_are_read),
      cmocka_unit_test(limits_lose_their_quotes),
      cmocka_unit_test(a_bandwidth_becomes_the_quantity_that_was_meant),
      cmocka_unit_test(a_misspelt_strategy_is_corrected_and_switches_are_not_turned),
      cmocka_unit_test(options_that_a_migration_network_must_not_have_are_removed),
      cmocka_unit_test(a_mode_becomes_the_only_similar_one),
      cmocka_unit_test(keys_are_spelled_exactly_and_once),
      cmocka_unit_test(types_names_and_versions_are_ones_that_exist),
      cmocka_unit_test(a_vlan_id_is_a_number_under_the_key_that_the_plugin_reads),
      cmocka_unit_test(an_mtu_fits_the_nic),
      cmocka_unit_test(addresses_in_use_are_excluded),
      cmocka_unit_test(addresses_of_nodes_are_excluded),
      cmocka_unit_test(routes_that_misdirect_traffic_are_removed),
      cmocka_unit_test(plugins_that_cut_nodes_off_are_removed),
      cmocka_unit_test(misplaced_keys_and_blocks_move_to_where_they_are_read),
      cmocka_unit_test(an_annotation_that_only_sets_the_network_becomes_the_field),
      cmocka_unit_test(labels_of_a_selector_are_next_to_each_other),
      cmocka_unit_test(a_similar_nic_device_or_localnet_is_used),
      cmocka_unit_test(ovn_kubernetes_gets_values_that_it_accepts),
      cmocka_unit_test(ranges_and_addresses_are_written_as_whereabouts_reads_them),
      cmocka_unit_test(leading_zeros_disappear),
      cmocka_unit_test(ends_and_excludes_outside_the_range_are_corrected),
      cmocka_unit_test(keys_that_whereabouts_ignores_get_their_name),
      cmocka_unit_test(a_pool_gets_a_valid_key),
      cmocka_unit_test(options_get_the_type_that_their_plugin_reads),
      cmocka_unit_test(ovn_kubernetes_gets_lists_and_types_that_it_accepts),
      cmocka_unit_test(a_configuration_is_one_text_of_json),
      cmocka_unit_test(kinds_and_versions_are_ones_that_are_served),
      cmocka_unit_test(every_example_of_an_explanation_that_is_fixed_is_fixed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
