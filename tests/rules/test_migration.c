#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "support/nad_case.h"

static const char sound[] = "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}";

static void requires_kubevirts_namespace(void **state) {
  (void)state;
  nad_expect(&(struct nad_case){.config = sound}, "");
  struct nad_case astray = {.config = sound, .ns = "shop"};
  nad_expect(&astray, "deny migration-namespace metadata.namespace\n");
  nad_expect_says(&astray, "migration-namespace", "Invalid value: \"shop\"");
  nad_expect_says(&astray, "migration-namespace", "create it in openshift-cnv");
  nad_expect(&(struct nad_case){.config = sound, .ns = "shop", .label = "false"}, "");
  nad_expect(&(struct nad_case){.config = sound,
                                .ns = "kubevirt",
                                .policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\nnamespace: kubevirt\n"},
             "");
}

/* A network for database migrations may have such a name: the message says why it counts, and how to opt out. */
static void says_which_pattern_made_it_a_migration_network(void **state) {
  (void)state;
  struct nad_case nad = {.config = sound, .ns = "shop", .name = "db-migration", .label = ""};
  nad_expect(&nad, "deny migration-namespace metadata.namespace\n");
  nad_expect_says(&nad, "migration-namespace", "\"*migration*\"");
  nad_expect_says(&nad, "migration-namespace", "droveway.io/migration-network: \"false\"");
}

/* Such as networks of tenants, and those for copying disks. */
static void only_warns_if_nothing_but_the_name_fits(void **state) {
  (void)state;
  struct nad_case local = {
      .config = "{\"type\":\"bridge\",\"bridge\":\"br1\"}", .ns = "shop", .name = "db-migration", .label = ""};
  nad_expect(&local, "warn migration-namespace metadata.namespace\n");
  nad_expect_says(&local, "migration-namespace",
                  "Invalid value: \"shop\": has the name of a migration network, but KubeVirt looks for those in "
                  "openshift-cnv; if it is not one, label it droveway.io/migration-network: \"false\"");
  local.config = "{\"type\":\"ptp\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/24\"}}";
  nad_expect(&local, "warn migration-namespace metadata.namespace\n");
  local.config = "{\"type\":\"bridge\",\"bridge\":\"br1\",\"ipam\":{\"type\":\"dhcp\"}}";
  nad_expect_says(&local, "migration-namespace", "KubeVirt looks for migration networks in openshift-cnv (this is one");
  local.label = "false";
  nad_expect(&local, "");
}

static void rejects_a_name_that_multus_cannot_attach(void **state) {
  (void)state;
  struct nad_case dotted = {.config = sound, .name = "net.one"};
  nad_expect(&dotted, "deny migration-name metadata.name\n");
  nad_expect_says(&dotted, "migration-name", "is not a NAD name that Multus accepts");
  nad_expect(&(struct nad_case){.config = sound, .name = "net-1"}, "");
  nad_expect(&(struct nad_case){.config = sound, .name = "net.one", .label = "false"}, "");
  /* 64 bytes are too long for a DNS label, but not for Multus (measured) */
  nad_expect(
      &(struct nad_case){.config = sound, .name = "migration-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"},
      "");
  /* generateName: the API server generates the name later. */
  nad_expect(&(struct nad_case){.config = sound, .name = ""}, "");
}

static void reports_an_empty_config(void **state) {
  (void)state;
  nad_expect_config(NULL, "deny migration-opaque spec.config\n");
  nad_expect_config("", "deny migration-opaque spec.config\n");
  nad_expect_other(NULL, "");
  nad_expect(&(struct nad_case){.config = "", .ns = "shop", .name = "a.b"},
             "deny migration-namespace metadata.namespace\n"
             "deny migration-name metadata.name\n"
             "deny migration-opaque spec.config\n");
}

static void rejects_local_plugins(void **state) {
  (void)state;
  static const char *const local[] = {"ptp", "loopback", "dummy", "tap"};
  for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
    char config[256];
    (void)snprintf(config, sizeof config, "{\"type\":\"%s\"," NAD_IPAM "}", local[i]);
    nad_expect_config(config, "deny migration-plugin spec.config.type\n");
    nad_expect_other(config, "");
  }
  nad_expect_says(&(struct nad_case){.config = "{\"type\":\"ptp\"," NAD_IPAM "}"}, "migration-plugin",
                  "Unsupported value: \"ptp\"");
}

static void warns_of_unknown_plugins(void **state) {
  (void)state;
  struct nad_case nad = {.config = "{\"type\":\"hypernet\"," NAD_IPAM "}"};
  nad_expect(&nad, "warn migration-plugin spec.config.type\n");
  nad_expect_brief(&nad);
}

static void rejects_a_list_in_which_no_plugin_creates_an_interface(void **state) {
  (void)state;
  nad_expect_config("{\"type\":\"tuning\"}", "deny migration-plugin spec.config.type\n");
  nad_expect_config("{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"tuning\"},{\"type\":\"sbr\"}]}",
                    "deny migration-plugin spec.config.plugins\n");
  nad_expect_config(
      "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
      "},{\"type\":\"tuning\"}]}",
      "");
  nad_expect_config("{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{},{\"type\":\"sbr\"}]}",
                    "deny cni-type spec.config.plugins[0].type\n");
}

/* All independent mistakes are reported, each once. */
static void five_mistakes_give_five_findings(void **state) {
  (void)state;
  nad_expect(&(struct nad_case){.config = "{\"cniVersion\":\"9.9.9\",\"type\":\"macvlan\",\"master\":\"eth7\","
                                          "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.128.0.0/16\","
                                          "\"rangeEnd\":\"10.128.0.9\",\"gateway\":\"10.128.0.1\"}}"},
             "deny cni-version spec.config.cniVersion\n"
             "deny ipam-lookalike-key spec.config.ipam.rangeEnd\n"
             "deny gateway-in-pool spec.config.ipam.gateway\n"
             "deny overlap-cluster-network spec.config.ipam.range\n"
             "deny master-missing spec.config.master\n");
  nad_expect(
      &(struct nad_case){
          .ns = "shop",
          .config = "{\"cniVersion\":\"0.3.1\",\"name\":\"a b\",\"plugins\":[{\"type\":\"bridge\",\"vlan\":5000,"
                    "\"mtu\":\"big\",\"ipam\":{\"type\":\"static\"}}]}"},
      "deny cni-name spec.config.name\n"
      "deny vlan-range spec.config.plugins[0].vlan\n"
      "deny plugin-option spec.config.plugins[0].mtu\n"
      "deny migration-namespace metadata.namespace\n"
      "deny bridge-uplink spec.config.plugins[0].bridge\n"
      "deny ipam-per-node spec.config.plugins[0].ipam.type\n");
}

/* Configurations from documentation that people copy, in a cluster with the NICs that they name. */
static void accepts_documented_networks(void **state) {
  (void)state;
  nad_expect_config("{ \"cniVersion\": \"0.3.1\", \"name\": \"migration-bridge\", \"type\": \"macvlan\", \"master\": "
                    "\"eth1\", \"mode\": \"bridge\", \"ipam\": { \"type\": \"whereabouts\", \"range\": "
                    "\"10.200.5.0/24\" } }",
                    "");
  nad_expect_config("{ \"cniVersion\": \"0.3.1\", \"name\": \"migration-bridge\", \"type\": \"macvlan\", \"master\": "
                    "\"eth1\", \"mode\": \"bridge\", \"ipam\": { \"type\": \"whereabouts\", \"range\": \"\" } }",
                    "deny range-empty spec.config.ipam.range\n");
  const char *bridge =
      "{\"cniVersion\": \"0.3.1\", \"name\": \"bridge-net\", \"type\": \"bridge\", \"isGateway\": true, "
      "\"vlan\": 2, \"ipam\": {\"type\": \"dhcp\"}}";
  nad_expect_config(bridge, "deny bridge-options spec.config.isGateway\ndeny bridge-uplink spec.config.bridge\n");
  nad_expect_other(bridge, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(requires_kubevirts_namespace),
      cmocka_unit_test(says_which_pattern_made_it_a_migration_network),
      cmocka_unit_test(only_warns_if_nothing_but_the_name_fits),
      cmocka_unit_test(rejects_a_name_that_multus_cannot_attach),
      cmocka_unit_test(reports_an_empty_config),
      cmocka_unit_test(rejects_local_plugins),
      cmocka_unit_test(warns_of_unknown_plugins),
      cmocka_unit_test(rejects_a_list_in_which_no_plugin_creates_an_interface),
      cmocka_unit_test(five_mistakes_give_five_findings),
      cmocka_unit_test(accepts_documented_networks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
