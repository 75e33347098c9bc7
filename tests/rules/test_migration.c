#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "support/nad_case.h"

static const char sound[] = "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}";

static void it_stands_in_kubevirts_namespace(void **state) {
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

/* Somebody's database migrations may bear such a name: the message tells why it counts, and the way out. */
static void a_pattern_tells_of_itself(void **state) {
  (void)state;
  struct nad_case nad = {.config = sound, .ns = "shop", .name = "db-migration", .label = ""};
  nad_expect(&nad, "deny migration-namespace metadata.namespace\n");
  nad_expect_says(&nad, "migration-namespace", "\"*migration*\"");
  nad_expect_says(&nad, "migration-namespace", "droveway.io/migration-network: \"false\"");
}

/* Tenants' networks, and those over which disks are copied. */
static void a_name_alone_only_warns_where_the_shape_is_another(void **state) {
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

static void its_name_can_be_attached(void **state) {
  (void)state;
  struct nad_case dotted = {.config = sound, .name = "net.one"};
  nad_expect(&dotted, "deny migration-name metadata.name\n");
  nad_expect_says(&dotted, "migration-name", "is not a NAD name that Multus accepts");
  nad_expect(&(struct nad_case){.config = sound, .name = "net-1"}, "");
  nad_expect(&(struct nad_case){.config = sound, .name = "net.one", .label = "false"}, "");
  /* 64 bytes are too many for a DNS label, but not for Multus (measured) */
  nad_expect(
      &(struct nad_case){.config = sound, .name = "migration-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"},
      "");
  /* generateName: the API server makes the name later. */
  nad_expect(&(struct nad_case){.config = sound, .name = ""}, "");
}

static void an_empty_config_is_opaque(void **state) {
  (void)state;
  nad_expect_config(NULL, "deny migration-opaque spec.config\n");
  nad_expect_config("", "deny migration-opaque spec.config\n");
  nad_expect_other(NULL, "");
  nad_expect(&(struct nad_case){.config = "", .ns = "shop", .name = "a.b"},
             "deny migration-namespace metadata.namespace\n"
             "deny migration-name metadata.name\n"
             "deny migration-opaque spec.config\n");
}

static void local_plugins_connect_nothing(void **state) {
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

static void unknown_plugins_are_warned_of(void **state) {
  (void)state;
  struct nad_case nad = {.config = "{\"type\":\"hypernet\"," NAD_IPAM "}"};
  nad_expect(&nad, "warn migration-plugin spec.config.type\n");
  nad_expect_brief(&nad);
}

static void something_has_to_make_the_interface(void **state) {
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

/* Independent mistakes are all told, each once. */
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

/* The configurations of the documents that people copy from, in a cluster that has their NICs. */
static void documented_networks_pass(void **state) {
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
      cmocka_unit_test(it_stands_in_kubevirts_namespace),
      cmocka_unit_test(a_pattern_tells_of_itself),
      cmocka_unit_test(a_name_alone_only_warns_where_the_shape_is_another),
      cmocka_unit_test(its_name_can_be_attached),
      cmocka_unit_test(an_empty_config_is_opaque),
      cmocka_unit_test(local_plugins_connect_nothing),
      cmocka_unit_test(unknown_plugins_are_warned_of),
      cmocka_unit_test(something_has_to_make_the_interface),
      cmocka_unit_test(five_mistakes_give_five_findings),
      cmocka_unit_test(documented_networks_pass),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
