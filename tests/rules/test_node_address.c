/* Addresses of the nodes themselves in a network's pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "support/nad_case.h"

static const char cluster[] = "apiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n"
                              "status: {clusterNetwork: [{cidr: 10.128.0.0/14}], serviceNetwork: [172.30.0.0/16]}\n";

/* A node NAME with the address IP on NIC; LINK contains more members of that interface. */
static void add_node(struct dw_buf *out, const char *name, const char *nic, const char *ip, const char *link) {
  dw_buf_printf(out,
                "---\napiVersion: v1\nkind: Node\nmetadata: {name: %s, labels: {kubevirt.io/schedulable: 'true'}}\n"
                "---\napiVersion: nmstate.io/v1beta1\nkind: NodeNetworkState\nmetadata: {name: %s}\n"
                "status: {currentState: {interfaces: [{name: lo, type: loopback, ipv4: {address: [{ip: 127.0.0.1}]}},\n"
                "  {name: bond2, type: bond, state: up}, {name: br1, type: linux-bridge, state: up, bridge: {port: "
                "[{name: eth9}]}},\n"
                "  {name: bond3, type: bond, state: up, alt-names: [{name: enp9}]},\n"
                "  {name: %s, state: up%s, ipv4: {address: [{ip: '%s'}]}}]}}\n",
                name, name, nic, link, ip);
}

struct world {
  const char *nic, *link;
  const char *addresses[12];
};

static const char *state_of(struct dw_arena *arena, const struct world *world) {
  struct dw_buf out = DW_BUF_IN(arena);
  dw_buf_puts(&out, cluster);
  for (unsigned i = 0; world->addresses[i] != NULL; i++) {
    char name[16];
    (void)snprintf(name, sizeof name, "w%u", i + 1);
    add_node(&out, name, world->nic, world->addresses[i], world->link == NULL ? "" : world->link);
  }
  return dw_buf_text(&out);
}

#define CONFIG(link, members) "{" link ",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/24\"" members "}}"
#define BOND2 "\"type\":\"macvlan\",\"master\":\"bond2\""

static void expect(const struct world *world, const char *config, const char *lines) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  nad_expect(&(struct nad_case){.config = config,
                                .state = state_of(arena, world),
                                .policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"
                                          "rules: {master-missing: off, bridge-uplink: off, device-missing: off}\n"},
             lines);
}

static const char denied[] = "deny node-address-in-pool spec.config.ipam.range\n";
static const char warned[] = "warn node-address-in-pool spec.config.ipam.range\n";

static void rejects_node_addresses_on_the_networks_nic(void **state) {
  (void)state;
  const struct world world = {"bond2", ", type: bond", {"192.168.99.11", "192.168.99.12", NULL}};
  expect(&world, CONFIG(BOND2, ""), denied);
  expect(&world, CONFIG(BOND2, ",\"exclude\":[\"192.168.99.11\"]"), denied);
  expect(&world, CONFIG(BOND2, ",\"exclude\":[\"192.168.99.11\",\"192.168.99.12/32\"]"), "");
  expect(&world, CONFIG(BOND2, ",\"exclude\":[\"192.168.99.0/27\"]"), "");
  expect(&world, CONFIG(BOND2, ",\"range_start\":\"192.168.99.12\""), denied);
  expect(&world, CONFIG(BOND2, ",\"range_start\":\"192.168.99.13\""), "");
  expect(&world, CONFIG(BOND2, ",\"range_end\":\"192.168.99.11\""), denied);
  expect(&world, CONFIG(BOND2, ",\"range_end\":\"192.168.99.10\""), "");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  nad_expect(
      &(struct nad_case){.config = CONFIG(BOND2, ""), .state = state_of(arena, &world), .ns = "shop", .label = "false"},
      warned);
}

/* The interface is recognised by its name, its VLAN, or an alternative name. */
static void finds_the_interface_by_name_vlan_and_alternative_name(void **state) {
  (void)state;
  static const char vlan[] = ", type: vlan, vlan: {base-iface: bond2, id: 100}";
  const struct world named = {"bond2.100", vlan, {"192.168.99.11", NULL}};
  const struct world other_name = {"migrate", vlan, {"192.168.99.11", NULL}};
  const struct world bridge = {"br1", ", type: linux-bridge, bridge: {port: [{name: eth9}]}", {"192.168.99.11", NULL}};
  const struct world alternative = {"bond3", ", type: bond, alt-names: [{name: enp9}]", {"192.168.99.11", NULL}};
  static const char taken[] = "deny node-address-in-pool spec.config.ipam.range\n"
                              "deny master-shared spec.config.vlanId\n";
  expect(&named, CONFIG("\"type\":\"macvlan\",\"master\":\"bond2.100\"", ""), denied);
  expect(&named, CONFIG("\"type\":\"vlan\",\"master\":\"bond2\",\"vlanId\":100", ""), taken);
  expect(&other_name, CONFIG("\"type\":\"vlan\",\"master\":\"bond2\",\"vlanId\":100", ""), taken);
  expect(&named, CONFIG("\"type\":\"vlan\",\"master\":\"bond2\",\"vlanId\":101", ""), warned);
  expect(&named, CONFIG(BOND2, ""), warned);
  expect(&bridge, CONFIG("\"type\":\"bridge\",\"bridge\":\"br1\"", ""), denied);
  expect(&bridge, CONFIG("\"type\":\"bridge\",\"bridge\":\"br1\",\"vlan\":7", ""), warned);
  expect(&alternative, CONFIG("\"type\":\"macvlan\",\"master\":\"enp9\"", ""), denied);
  /* the network does not name its NIC, which may be this one */
  expect(&bridge, CONFIG("\"type\":\"sriov\"", ""), warned);
}

static void ignores_addresses_that_no_pod_gets(void **state) {
  (void)state;
  const struct world world = {"bond2", ", type: bond", {"192.168.99.11", NULL}};
  const struct world local = {"bond2", ", type: bond", {"169.254.7.7", "127.0.0.2", NULL}};
  expect(&world, "{" BOND2 ",\"ipam\":{\"type\":\"dhcp\"}}", "");
  expect(
      &world,
      "{\"type\":\"macvlan\",\"master\":\"bond2\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.98.0/24\"}}",
      "");
  expect(&local, CONFIG(BOND2, ""), "");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct nad_case overlay = {
      .config = "{\"name\":\"n\",\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\",\"netAttachDefName\":"
                "\"shop/net\",\"subnets\":\"192.168.99.0/24\"}",
      .state = state_of(arena, &world),
      .ns = "shop",
      .label = "false"};
  nad_expect(&overlay, "");
}

/* One mistake: overlap-cluster-network already reports it. */
static void reports_addresses_of_the_cluster_once(void **state) {
  (void)state;
  nad_expect_config(nad_whereabouts("\"range\":\"192.168.1.0/24\""),
                    "deny overlap-cluster-network spec.config.ipam.range\n");
}

struct message {
  struct world world;
  const char *config, *text;
};

static void suggests_the_excludes(void **state) {
  (void)state;
  static const struct message messages[] = {
      {{"bond2", NULL, {"192.168.99.11", "192.168.99.12", "192.168.99.13", NULL}},
       CONFIG(BOND2, ""),
       "Invalid value: \"192.168.99.0/24\": contains addresses that nodes use on bond2, and pods can get them too: "
       "192.168.99.11 (w1), 192.168.99.12 (w2) and 192.168.99.13 (w3); add \"192.168.99.11/32\", \"192.168.99.12/31\" "
       "to exclude [node-address-in-pool]"},
      {{"bond2", NULL, {"192.168.99.7", "192.168.99.9", "192.168.99.21", "192.168.99.3", "192.168.99.5", NULL}},
       CONFIG(BOND2, ""),
       "Invalid value: \"192.168.99.0/24\": contains addresses that nodes use on bond2, and pods can get them too: "
       "192.168.99.3 (w4), 192.168.99.5 (w5), 192.168.99.7 (w1) and 2 more; add \"192.168.99.0/27\" to exclude "
       "[node-address-in-pool]"},
      {{"bond2", NULL, {"192.168.99.7", "192.168.99.9", "192.168.99.200", "192.168.99.3", "192.168.99.5", NULL}},
       CONFIG(BOND2, ""),
       "Invalid value: \"192.168.99.0/24\": contains addresses that nodes use on bond2, and pods can get them too: "
       "192.168.99.3 (w4), 192.168.99.5 (w5), 192.168.99.7 (w1) and 2 more; exclude them with exclude, or choose a "
       "range without them [node-address-in-pool]"},
      {{"eth7", NULL, {"192.168.99.11", NULL}},
       CONFIG(BOND2, ""),
       "Invalid value: \"192.168.99.0/24\": contains addresses that nodes use: 192.168.99.11 (w1, eth7); add "
       "\"192.168.99.11/32\" to exclude [node-address-in-pool]"},
      {{"eth7", NULL, {"192.168.99.11", NULL}},
       "{\"name\":\"n\",\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"localnet\",\"netAttachDefName\":\"openshift-"
       "cnv/net\","
       "\"subnets\":\"192.168.99.0/24\"}",
       "Invalid value: \"192.168.99.0/24\": contains addresses that nodes use: 192.168.99.11 (w1, eth7); add "
       "\"192.168.99.11/32\" to excludeSubnets [node-address-in-pool]"},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
    nad_expect_says(&(struct nad_case){.config = messages[i].config, .state = state_of(arena, &messages[i].world)},
                    "node-address-in-pool", messages[i].text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rejects_node_addresses_on_the_networks_nic),
      cmocka_unit_test(finds_the_interface_by_name_vlan_and_alternative_name),
      cmocka_unit_test(ignores_addresses_that_no_pod_gets),
      cmocka_unit_test(reports_addresses_of_the_cluster_once),
      cmocka_unit_test(suggests_the_excludes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
