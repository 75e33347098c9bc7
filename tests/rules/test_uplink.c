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

#define BRIDGE(members) "{\"type\":\"bridge\"," members "," NAD_IPAM "}"
#define DENIED "deny bridge-vlan spec.config.vlan\n"
#define PORTS(ports)                                                                                                   \
  "{name: eth0}, {name: br1, type: linux-bridge, bridge: {port: [" ports "]}}, {name: eth1, controller: br1}, {name: " \
  "tap0, type: tun, controller: br1}"
#define TRUNK "{name: eth1, vlan: {mode: trunk, trunk-tags: [{id: 100}, {id-range: {min: 200, max: 299}}]}}"

static void expect_on(const char *nics, const char *config, const char *lines) {
  nad_expect(&(struct nad_case){.config = config, .state = one_node(nics)}, lines);
}

/* --- bridge-uplink --- */

/* Both measured. */
static void an_empty_bridge_name_is_not_the_default(void **state) {
  (void)state;
  nad_expect_says(&(struct nad_case){.config = BRIDGE("\"bridge\":\"\"")}, "bridge-uplink",
                  "Required value: the bridge plugin fails with an empty name; use a bridge that has the migration NIC "
                  "as its port on every node [bridge-uplink]");
  nad_expect_says(&(struct nad_case){.config = BRIDGE("\"bridge\":null")}, "bridge-uplink",
                  "Required value: without it, the bridge is cni0, which has no uplink; ");
}

static void rejects_a_master_that_is_a_bridge_without_a_port(void **state) {
  (void)state;
  static const char *const types[] = {"macvlan", "ipvlan", "vlan"};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    char config[256];
    (void)snprintf(config, sizeof config, "{\"type\":\"%s\",\"master\":\"br1\",\"vlanId\":5," NAD_IPAM "}", types[i]);
    expect_on(PORTS("{name: eth1}"), config, "");
    expect_on(PORTS(""), config, "deny bridge-uplink spec.config.master\n");
  }
  nad_expect_says(&(struct nad_case){.config = "{\"type\":\"macvlan\",\"master\":\"br1\"," NAD_IPAM "}",
                                     .state = one_node(PORTS(""))},
                  "bridge-uplink",
                  "Invalid value: \"br1\": is a bridge without a port on a; make the migration NIC its port on every "
                  "node, or use that NIC directly [bridge-uplink]");
}

/* --- bridge-vlan --- */

static void rejects_a_vlan_that_no_port_carries(void **state) {
  (void)state;
  static const struct {
    const char *members;
    bool denied;
  } cases[] = {{"\"vlan\":100", false},  {"\"vlan\":101", true},    {"\"vlan\":199", true},
               {"\"vlan\":200", false},  {"\"vlan\":299", false},   {"\"vlan\":300", true},
               {"\"vlan\":300.0", true}, {"\"vlan\":100.0", false}, {"\"vlan\":1", false},
               {"\"vlan\":0", false},    {"\"vlan\":null", false},  {"\"promiscMode\":true", false}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char config[256];
    (void)snprintf(config, sizeof config, "{\"type\":\"cnv-bridge\",\"bridge\":\"br1\",%s," NAD_IPAM "}",
                   cases[i].members);
    struct nad_answer answer;
    nad_judge(&(struct nad_case){.config = config, .state = one_node(PORTS(TRUNK))}, &answer);
    if ((strstr(answer.lines, DENIED) != NULL) != cases[i].denied)
      fail_msg("%s: %s", config, answer.lines);
    nad_answer_free(&answer);
  }
  nad_expect_says(
      &(struct nad_case){.config = BRIDGE("\"bridge\":\"br1\",\"vlan\":300"), .state = one_node(PORTS(TRUNK))},
      "bridge-vlan",
      "Invalid value: \"300\": no port of br1 carries this VLAN on a (eth1 carries 100, 200-299 on a), so no traffic "
      "leaves the node; add it to the port's trunk-tags, or use a VLAN that the port carries "
      "[bridge-vlan]");
  nad_expect(&(struct nad_case){.config = BRIDGE("\"bridge\":\"br1\",\"vlan\":300"),
                                .state = one_node(PORTS(TRUNK)),
                                .label = ""},
             "");
}

/* A bridge without filtering passes every VLAN; the port of a VM is not an uplink. */
static void accepts_vlans_if_facts_are_missing(void **state) {
  (void)state;
  const char *config = BRIDGE("\"bridge\":\"br1\",\"vlan\":300");
  expect_on(PORTS("{name: eth1}"), config, "");
  expect_on(PORTS("{name: eth1, vlan: {}}"), config, "");
  expect_on(PORTS("{name: eth1, vlan: {mode: trunk, trunk-tags: []}}"), config, "");
  expect_on(PORTS("{name: eth1}, {name: tap0, vlan: {mode: access, tag: 5}}"), config, "");
  expect_on(PORTS(TRUNK ", {name: eth2}"), config, "");
  expect_on(PORTS(TRUNK ", {name: eth2, vlan: {mode: access, tag: 300}}"), config, "");
  expect_on(PORTS(TRUNK ", {name: tap0, vlan: {mode: access, tag: 300}}"), config, DENIED);
  expect_on(PORTS("{name: eth1, vlan: {mode: access, tag: 300}}"), config, "");
  expect_on(PORTS("{name: eth1, vlan: {mode: trunk, enable-native: true, tag: 300, trunk-tags: [{id: 5}]}}"), config,
            "");
}

static void names_the_nodes(void **state) {
  (void)state;
  static const char *const nics[] = {PORTS(TRUNK), PORTS("{name: eth1}"), PORTS(TRUNK)};
  nad_expect_says(&(struct nad_case){.config = BRIDGE("\"bridge\":\"br1\",\"vlan\":5"), .state = node_state(nics, 3)},
                  "bridge-vlan", "no port of br1 carries this VLAN on a and c (eth1 carries 100, 200-299 on a), so ");
}

static void lists_only_a_few_vlans(void **state) {
  (void)state;
  nad_expect_says(&(struct nad_case){.config = BRIDGE("\"bridge\":\"br1\",\"vlan\":9"),
                                     .state = one_node(PORTS(
                                         "{name: eth1, vlan: {mode: trunk, trunk-tags: [{id: 1}, {id: 2}, {id: 3}, "
                                         "{id: 4}, {id: 5}]}}"))},
                  "bridge-vlan", "(eth1 carries 1, 2, 3, 4 and more on a)");
}

/* --- tenants on the same wire --- */

static void warns_of_a_tenant_on_the_same_vlan(void **state) {
  (void)state;
  static const struct {
    const char *mine, *theirs;
    bool shared;
  } cases[] = {
      {"\"bridge\":\"br1\"", "{\"type\":\"bridge\",\"bridge\":\"br1\"}", true},
      {"\"bridge\":\"br1\",\"vlan\":100", "{\"type\":\"cnv-bridge\",\"bridge\":\"br1\",\"vlan\":100}", true},
      {"\"bridge\":\"br1\",\"vlan\":0", "{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlan\":null}", true},
      {"\"bridge\":\"br1\"", "{\"plugins\":[{\"type\":\"tuning\"},{\"type\":\"bridge\",\"bridge\":\"br1\"}]}", true},
      {"\"bridge\":\"br1\"", "{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlan\":100}", false},
      {"\"bridge\":\"br1\",\"vlan\":100", "{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlan\":101}", false},
      {"\"bridge\":\"br1\"", "{\"type\":\"bridge\",\"bridge\":\"br2\"}", false},
      {"\"bridge\":\"br1\"", "{\"type\":\"bridge\"}", false},
      {"\"bridge\":\"br1\"", "{\"type\":\"ovs\",\"bridge\":\"br1\"}", false},
      {"\"bridge\":\"br1\"", "{\"type\":\"macvlan\",\"bridge\":\"br1\",\"master\":\"eth1\"}", false},
      {"\"bridge\":\"br1\"", "{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlan\":\"100\"}", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char config[256];
    (void)snprintf(config, sizeof config, "{\"type\":\"bridge\",%s," NAD_IPAM "}", cases[i].mine);
    struct nad_case nad = {.config = config, .more = tenant_nad("blue", cases[i].theirs)};
    nad_expect(&nad, cases[i].shared ? "warn bridge-vlan spec.config.bridge\n" : "");
    nad.label = "";
    nad_expect(&nad, "");
  }
  struct nad_case nad = {.config = BRIDGE("\"bridge\":\"br1\""),
                         .more = tenant_nad("blue", "{\"type\":\"bridge\",\"bridge\":\"br1\"}")};
  nad_expect_says(&nad, "bridge-vlan",
                  "Invalid value: \"br1\": NAD vms/blue is on the same bridge and VLAN, so its pods and VMs share that "
                  "network with migrations; use a VLAN that is dedicated to migrations [bridge-vlan]");
  nad.ns = "vms";
  nad.name = "blue"; /* the NAD itself */
  nad.policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\nnamespace: vms\n";
  nad_expect(&nad, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_bridge_name_is_not_the_default),
      cmocka_unit_test(rejects_a_master_that_is_a_bridge_without_a_port),
      cmocka_unit_test(rejects_a_vlan_that_no_port_carries),
      cmocka_unit_test(accepts_vlans_if_facts_are_missing),
      cmocka_unit_test(names_the_nodes),
      cmocka_unit_test(lists_only_a_few_vlans),
      cmocka_unit_test(warns_of_a_tenant_on_the_same_vlan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
