#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "droveway/base/buf.h"
#include "support/nad_case.h"

/* A macvlan with these members before its IPAM. In static memory, good until the next call. */
static const char *macvlan(const char *members) {
  static char text[512];
  int length =
      snprintf(text, sizeof text, "{\"type\":\"macvlan\"%s%s," NAD_IPAM "}", members[0] == '\0' ? "" : ",", members);
  assert_in_range(length, 1, sizeof text - 1);
  return text;
}

static void expect(const char *members, const char *lines) {
  nad_expect_config(macvlan(members), lines);
}

static void expect_says(const char *members, const char *rule, const char *text) {
  nad_expect_says(&(struct nad_case){.config = macvlan(members)}, rule, text);
}

/* --- master --- */

static void a_master_is_needed(void **state) {
  (void)state;
  expect("", "deny master-required spec.config.master\n");
  expect("\"master\":\"\"", "deny master-required spec.config.master\n");
  expect("\"Master\":null", "deny master-required spec.config.Master\n");
  nad_expect_config("{\"type\":\"ipvlan\"," NAD_IPAM "}", "deny master-required spec.config.master\n");
  nad_expect_config("{\"type\":\"vlan\",\"vlanId\":5," NAD_IPAM "}", "deny master-required spec.config.master\n");
  nad_expect_config("{\"type\":\"sriov\",\"deviceID\":\"0000:3b:02.1\"," NAD_IPAM "}", "");
  nad_expect_other(macvlan(""), "");
  expect_says("", "master-required", "without it macvlan takes the NIC of the default route");
}

static void the_master_is_not_inside_the_pod(void **state) {
  (void)state;
  expect("\"master\":\"eth1\",\"linkInContainer\":true", "deny master-in-container spec.config.linkInContainer\n");
  /* What is on the nodes is no matter then. */
  expect("\"master\":\"nosuch\",\"linkInContainer\":true,\"mtu\":65000",
         "deny master-in-container spec.config.linkInContainer\n");
  expect("\"master\":\"eth1\",\"linkInContainer\":false", "");
}

static void the_master_is_on_every_node(void **state) {
  (void)state;
  expect("\"master\":\"eth1\"", "");
  expect("\"master\":\"bond1\"", "");
  expect("\"master\":\"eth7\"", "deny master-missing spec.config.master\n");
  expect("\"master\":\"eth3\"", "deny master-missing spec.config.master\n");
  expect_says("\"master\":\"eth3\"", "master-missing",
              "Not found: \"eth3\": no such NIC on 2 of 3 nodes: worker-1 and worker-2; ");
  expect_says("\"master\":\"eth3\"", "master-missing", "NICs that all nodes have: bond1, eth1, ");
  expect_says("\"master\":\"bond2\"", "master-missing", "did you mean \"bond1\"?");
  nad_expect_other(macvlan("\"master\":\"eth7\""), "");
}

static void the_nodes_shown_are_few(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf more = DW_BUF_INIT;
  for (unsigned i = 3; i < 10; i++)
    dw_buf_printf(&more,
                  "---\napiVersion: v1\nkind: Node\n"
                  "metadata: {name: worker-%u, labels: {kubevirt.io/schedulable: 'true'}}\n"
                  "---\napiVersion: nmstate.io/v1beta1\nkind: NodeNetworkState\nmetadata: {name: worker-%u}\n"
                  "status: {currentState: {interfaces: [{name: eth0, type: ethernet, state: up}]}}\n",
                  i, i);
  nad_expect_says(&(struct nad_case){.config = macvlan("\"master\":\"eth1\""), .more = dw_buf_text(&more)},
                  "master-missing",
                  "no such NIC on 7 of 10 nodes: worker-3, worker-4, worker-5, worker-6, worker-7 and 2 more; "
                  "give the NICs for migrations the same name on all nodes [master-missing]");
}

static void a_master_that_is_down_is_warned_of(void **state) {
  (void)state;
  expect("\"master\":\"eth2\"", "warn master-down spec.config.master\n");
  expect_says("\"master\":\"eth2\"", "master-down", "eth2 is not up on worker-1");
  nad_expect_brief(&(struct nad_case){.config = macvlan("\"master\":\"eth2\"")});
}

static void the_nodes_own_nic_is_warned_of(void **state) {
  (void)state;
  expect("\"master\":\"ens3\"", "warn master-primary spec.config.master\n");
  nad_expect_brief(&(struct nad_case){.config = macvlan("\"master\":\"ens3\"")});
  /* So is a NIC below the bridge that carries the node. */
  const char *state_text =
      "apiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n"
      "status: {clusterNetwork: [{cidr: 10.128.0.0/14}]}\n"
      "---\napiVersion: v1\nkind: Node\nmetadata: {name: a}\n"
      "---\napiVersion: nmstate.io/v1beta1\nkind: NodeNetworkState\nmetadata: {name: a}\n"
      "status: {currentState: {routes: {running: [{destination: 0.0.0.0/0, next-hop-interface: br-ex}]}, interfaces: ["
      "{name: eth1, type: ethernet, state: up, controller: br-ex}, {name: br-ex, type: ovs-bridge, state: up}]}}\n";
  nad_expect(&(struct nad_case){.config = macvlan("\"master\":\"eth1\""), .state = state_text},
             "warn master-primary spec.config.master\n");
}

/* --- what is not known --- */

static void unknown_nodes_are_told(void **state) {
  (void)state;
  struct nad_case nad = {.config = macvlan("\"master\":\"eth1\""), .no_state = true};
  nad_expect(&nad, "unverified overlap-cluster-network spec.config.ipam.range\n"
                   "unverified overlap-network spec.config.ipam.range\n"
                   "unverified master-unverified spec.config.master\n"
                   "unverified pool-too-small spec.config.ipam.range\n");
  nad_expect_says(&nad, "master-unverified", "could not be checked: no nodes are known");
  nad_expect_brief(&nad);
}

static const char two_more_nodes[] = "apiVersion: v1\nkind: Node\n"
                                     "metadata: {name: new-1, labels: {kubevirt.io/schedulable: 'true'}}\n"
                                     "---\napiVersion: v1\nkind: Node\n"
                                     "metadata: {name: new-2, labels: {kubevirt.io/schedulable: 'true'}}\n";

static void nodes_without_network_state_are_told(void **state) {
  (void)state;
  struct nad_case some = {.config = macvlan("\"master\":\"eth1\""), .more = two_more_nodes};
  nad_expect(&some, "unverified master-unverified spec.config.master\n");
  nad_expect_says(&some, "master-unverified", "could not be checked: no NodeNetworkState for new-1 and new-2");
  nad_expect_brief(&some);
  /* The other nodes are judged all the same. */
  nad_expect(&(struct nad_case){.config = macvlan("\"master\":\"eth3\""), .more = two_more_nodes},
             "deny master-missing spec.config.master\n"
             "unverified master-unverified spec.config.master\n");
  struct nad_case none = {.config = macvlan("\"master\":\"eth1\""), .state = two_more_nodes};
  nad_expect_says(&none, "master-unverified", "no NodeNetworkState known");
  nad_expect_brief(&none);
}

/* --- MTU --- */

static void the_mtu_fits_the_master(void **state) {
  (void)state;
  expect("\"master\":\"eth1\",\"mtu\":9000", "");
  expect("\"master\":\"eth1\",\"mtu\":9001", "deny mtu-above-master spec.config.mtu\n");
  expect("\"master\":\"eth1\",\"mtu\":0", "");
  expect("\"master\":\"eth1\",\"mtu\":null", "");
  expect("\"master\":\"eth1\",\"mtu\":-1", "deny plugin-option spec.config.mtu\n");
  expect("\"master\":\"eth1\",\"mtu\":\"9000\"", "deny plugin-option spec.config.mtu\n");
  expect("\"master\":\"eth1\",\"mtu\":1500.5", "deny plugin-option spec.config.mtu\n");
  expect("\"master\":\"eth1\",\"mtu\":9223372036854775807", "deny mtu-above-master spec.config.mtu\n");
  expect("\"master\":\"eth5\",\"mtu\":9000", ""); /* no node tells its MTU */
  nad_expect_config("{\"type\":\"bridge\",\"bridge\":\"br1\",\"mtu\":[]," NAD_IPAM "}",
                    "deny plugin-option spec.config.mtu\n");
}

/* On a NIC whose MTU differs, the lowest counts; with an mtu the difference itself is no matter. */
static void the_lowest_mtu_counts(void **state) {
  (void)state;
  expect("\"master\":\"eth4\",\"mtu\":1500", "");
  expect("\"master\":\"eth4\",\"mtu\":1501", "deny mtu-above-master spec.config.mtu\n");
  expect_says("\"master\":\"eth4\",\"mtu\":9000", "mtu-above-master",
              "Invalid value: \"9000\": is above the MTU of eth4 (lowest 1500) on worker-2; use 1500");
  expect("\"master\":\"eth4\"", "warn mtu-inconsistent spec.config.master\n");
  expect("\"master\":\"eth4\",\"mtu\":0", "warn mtu-inconsistent spec.config.master\n");
  expect("\"master\":\"eth4\",\"mtu\":\"x\"", "deny plugin-option spec.config.mtu\n");
  expect_says("\"master\":\"eth4\"", "mtu-inconsistent", "MTU 1500 on worker-2, 9000 on worker-0; set \"mtu\": 1500");
  nad_expect_brief(&(struct nad_case){.config = macvlan("\"master\":\"eth4\"")});
}

/* --- bridges --- */

static void expect_bridge(const char *members, const char *lines) {
  char config[512];
  (void)snprintf(config, sizeof config, "{\"type\":\"bridge\"%s," NAD_IPAM "}", members);
  nad_expect_config(config, lines);
}

static void the_default_bridge_has_no_uplink(void **state) {
  (void)state;
  const char *denied = "deny bridge-uplink spec.config.bridge\n";
  expect_bridge("", denied);
  expect_bridge(",\"bridge\":\"\"", denied);
  expect_bridge(",\"bridge\":null", denied);
  expect_bridge(",\"bridge\":\"cni0\"", denied);
  nad_expect_config("{\"type\":\"cnv-bridge\"," NAD_IPAM "}", denied);
  nad_expect_other("{\"type\":\"bridge\"," NAD_IPAM "}", "");
  /* No facts are needed for it. */
  nad_expect(&(struct nad_case){.config = "{\"type\":\"bridge\",\"ipam\":{\"type\":\"dhcp\"}}", .no_state = true},
             denied);
}

static void bridges_have_ports_on_every_node(void **state) {
  (void)state;
  const char *denied = "deny bridge-uplink spec.config.bridge\n";
  expect_bridge(",\"bridge\":\"br1\"", "");
  expect_bridge(",\"bridge\":\"br2\"", denied);
  expect_bridge(",\"bridge\":\"br3\"", denied);
  expect_bridge(",\"bridge\":\"br9\"", denied);
  expect_bridge(",\"bridge\":\"eth1\"", denied);
  nad_expect_says(&(struct nad_case){.config = "{\"type\":\"bridge\",\"bridge\":\"br2\"," NAD_IPAM "}"},
                  "bridge-uplink", "Invalid value: \"br2\": has no port on worker-2;");
  nad_expect_says(&(struct nad_case){.config = "{\"type\":\"bridge\",\"bridge\":\"br3\"," NAD_IPAM "}"},
                  "bridge-uplink", "does not exist on worker-2, is no Linux bridge on worker-1;");
}

static void unknown_bridges_are_told(void **state) {
  (void)state;
  const char *config = "{\"type\":\"bridge\",\"bridge\":\"br1\",\"ipam\":{\"type\":\"dhcp\"}}";
  nad_expect(&(struct nad_case){.config = config, .no_state = true}, "unverified bridge-uplink spec.config.bridge\n");
  nad_expect(&(struct nad_case){.config = config, .more = two_more_nodes},
             "unverified bridge-uplink spec.config.bridge\n");
  nad_expect(&(struct nad_case){.config = "{\"type\":\"bridge\",\"bridge\":\"br2\",\"ipam\":{\"type\":\"dhcp\"}}",
                                .more = two_more_nodes},
             "deny bridge-uplink spec.config.bridge\n");
}

/* --- lists --- */

static void each_plugin_is_judged(void **state) {
  (void)state;
  nad_expect_config("{\"name\":\"n\",\"plugins\":[{\"type\":\"vlan\",\"master\":\"eth7\",\"vlanId\":1," NAD_IPAM "},"
                    "{\"type\":\"macvlan\",\"master\":\"eth2\"},{\"type\":\"ipvlan\"}]}",
                    "deny plugin-chain spec.config.plugins[1].type\n"
                    "deny plugin-chain spec.config.plugins[2].type\n"
                    "deny master-required spec.config.plugins[2].master\n"
                    "deny master-missing spec.config.plugins[0].master\n"
                    "warn master-down spec.config.plugins[1].master\n");
}

/* A plugin whose configuration Go can't decode fails on every node. */
static void a_link_in_container_of_another_type_is_denied(void **state) {
  (void)state;
  nad_expect_config(nad_macvlan("\"linkInContainer\":\"true\"," NAD_IPAM),
                    "deny plugin-option spec.config.linkInContainer\n");
  nad_expect_config(nad_macvlan("\"linkInContainer\":1," NAD_IPAM), "deny plugin-option spec.config.linkInContainer\n");
  nad_expect_config(nad_macvlan("\"linkInContainer\":false," NAD_IPAM), "");
  nad_expect_config(nad_macvlan("\"linkInContainer\":null," NAD_IPAM), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_master_is_needed),
      cmocka_unit_test(the_master_is_not_inside_the_pod),
      cmocka_unit_test(the_master_is_on_every_node),
      cmocka_unit_test(the_nodes_shown_are_few),
      cmocka_unit_test(a_master_that_is_down_is_warned_of),
      cmocka_unit_test(the_nodes_own_nic_is_warned_of),
      cmocka_unit_test(unknown_nodes_are_told),
      cmocka_unit_test(nodes_without_network_state_are_told),
      cmocka_unit_test(the_mtu_fits_the_master),
      cmocka_unit_test(the_lowest_mtu_counts),
      cmocka_unit_test(the_default_bridge_has_no_uplink),
      cmocka_unit_test(bridges_have_ports_on_every_node),
      cmocka_unit_test(unknown_bridges_are_told),
      cmocka_unit_test(each_plugin_is_judged),
      cmocka_unit_test(a_link_in_container_of_another_type_is_denied),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
