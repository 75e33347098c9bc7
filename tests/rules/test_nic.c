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

/* A macvlan with these members before its IPAM. Returns static memory, valid until the next call. */
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

static void requires_a_master(void **state) {
  (void)state;
  expect("", "deny master-required spec.config.master\n");
  expect("\"master\":\"\"", "deny master-required spec.config.master\n");
  expect("\"Master\":null", "deny master-required spec.config.Master\n");
  nad_expect_config("{\"type\":\"ipvlan\"," NAD_IPAM "}", "deny master-required spec.config.master\n");
  nad_expect_config("{\"type\":\"vlan\",\"vlanId\":5," NAD_IPAM "}", "deny master-required spec.config.master\n");
  nad_expect_config("{\"type\":\"sriov\",\"deviceID\":\"0000:3b:02.1\"," NAD_IPAM "}", "");
  nad_expect_other(macvlan(""), "");
  expect_says("", "master-required", "without it, macvlan uses the NIC of the default route");
}

static void rejects_a_master_inside_the_pod(void **state) {
  (void)state;
  expect("\"master\":\"eth1\",\"linkInContainer\":true", "deny master-in-container spec.config.linkInContainer\n");
  /* Then the NICs of the nodes do not matter. */
  expect("\"master\":\"nosuch\",\"linkInContainer\":true,\"mtu\":65000",
         "deny master-in-container spec.config.linkInContainer\n");
  expect("\"master\":\"eth1\",\"linkInContainer\":false", "");
}

static void requires_the_master_on_every_node(void **state) {
  (void)state;
  expect("\"master\":\"eth1\"", "");
  expect("\"master\":\"bond1\"", "");
  expect("\"master\":\"eth7\"", "deny master-missing spec.config.master\n");
  expect("\"master\":\"eth3\"", "deny master-missing spec.config.master\n");
  expect_says("\"master\":\"eth3\"", "master-missing",
              "Not found: \"eth3\": no such NIC on 2 of 3 nodes: worker-1 and worker-2; ");
  expect_says("\"master\":\"eth3\"", "master-missing", "NICs present on all nodes: bond1, eth1, ");
  expect_says("\"master\":\"bond2\"", "master-missing", "did you mean \"bond1\"?");
  nad_expect_other(macvlan("\"master\":\"eth7\""), "");
}

static void lists_only_a_few_nodes(void **state) {
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

static void warns_of_a_master_that_is_down(void **state) {
  (void)state;
  expect("\"master\":\"eth2\"", "warn master-down spec.config.master\n");
  expect_says("\"master\":\"eth2\"", "master-down", "eth2 is not up on worker-1");
  nad_expect_brief(&(struct nad_case){.config = macvlan("\"master\":\"eth2\"")});
}

static void warns_of_the_nodes_own_nic(void **state) {
  (void)state;
  expect("\"master\":\"ens3\"", "warn master-primary spec.config.master\n");
  nad_expect_brief(&(struct nad_case){.config = macvlan("\"master\":\"ens3\"")});
  /* The same for a NIC below the bridge with the node's address. */
  const char *state_text =
      "apiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n"
      "status: {clusterNetwork: [{cidr: 10.128.0.0/14}]}\n"
      "---\napiVersion: v1\nkind: Node\nmetadata: {name: a}\n"
      "---\napiVersion: nmstate.io/v1beta1\nkind: NodeNetworkState\nmetadata: {name: a}\n"
      "status: {currentState: {routes: {running: [{destination: 0.0.0.0/0, next-hop-interface: br-ex}]}, interfaces: ["
      "{name: eth1, type: ethernet, state: up, controller: br-ex}, {name: br-ex, type: ovs-bridge, state: up}]}}\n";
  nad_expect(&(struct nad_case){.config = macvlan("\"master\":\"br-ex\""), .state = state_text},
             "warn master-primary spec.config.master\n");
  nad_expect(&(struct nad_case){.config = "{\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":5," NAD_IPAM "}",
                                .state = state_text},
             "warn master-primary spec.config.master\n");
  /* A macvlan on it fails: one mistake, unless the policy turns that rule off. */
  nad_expect(&(struct nad_case){.config = macvlan("\"master\":\"eth1\""), .state = state_text},
             "deny master-is-port spec.config.master\n");
  nad_expect(
      &(struct nad_case){.config = macvlan("\"master\":\"eth1\""),
                         .state = state_text,
                         .policy =
                             "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {master-is-port: \"off\"}\n"},
      "warn master-primary spec.config.master\n");
}

/* --- unknown facts --- */

static void reports_unknown_nodes(void **state) {
  (void)state;
  struct nad_case nad = {.config = macvlan("\"master\":\"eth1\""), .no_state = true};
  nad_expect(&nad, "unverified overlap-cluster-network spec.config.ipam.range\n"
                   "unverified overlap-network spec.config.ipam.range\n"
                   "unverified master-unverified spec.config.master\n"
                   "unverified pool-too-small spec.config.ipam.range\n");
  nad_expect_says(&nad, "master-unverified", "could not be checked: the nodes are unknown");
  nad_expect_brief(&nad);
}

static const char two_more_nodes[] = "apiVersion: v1\nkind: Node\n"
                                     "metadata: {name: new-1, labels: {kubevirt.io/schedulable: 'true'}}\n"
                                     "---\napiVersion: v1\nkind: Node\n"
                                     "metadata: {name: new-2, labels: {kubevirt.io/schedulable: 'true'}}\n";

static void reports_nodes_without_a_network_state(void **state) {
  (void)state;
  struct nad_case some = {.config = macvlan("\"master\":\"eth1\""), .more = two_more_nodes};
  nad_expect(&some, "unverified master-unverified spec.config.master\n");
  nad_expect_says(&some, "master-unverified", "could not be checked: no NodeNetworkState for new-1 and new-2");
  nad_expect_brief(&some);
  /* The other nodes are still judged. */
  nad_expect(&(struct nad_case){.config = macvlan("\"master\":\"eth3\""), .more = two_more_nodes},
             "deny master-missing spec.config.master\n"
             "unverified master-unverified spec.config.master\n");
  struct nad_case none = {.config = macvlan("\"master\":\"eth1\""), .state = two_more_nodes};
  nad_expect_says(&none, "master-unverified", "no NodeNetworkState");
  nad_expect_brief(&none);
}

/* --- MTU --- */

static void rejects_an_mtu_that_does_not_fit_the_master(void **state) {
  (void)state;
  expect("\"master\":\"eth1\",\"mtu\":9000", "");
  expect("\"master\":\"eth1\",\"mtu\":9001", "deny mtu-above-master spec.config.mtu\n");
  expect("\"master\":\"eth1\",\"mtu\":0", "");
  expect("\"master\":\"eth1\",\"mtu\":null", "");
  expect("\"master\":\"eth1\",\"mtu\":-1", "deny plugin-option spec.config.mtu\n");
  expect("\"master\":\"eth1\",\"mtu\":\"9000\"", "deny plugin-option spec.config.mtu\n");
  expect("\"master\":\"eth1\",\"mtu\":1500.5", "deny plugin-option spec.config.mtu\n");
  expect("\"master\":\"eth1\",\"mtu\":4611686018427387904", "deny mtu-above-master spec.config.mtu\n");
  expect("\"master\":\"eth5\",\"mtu\":9000", ""); /* no node reports its MTU */
  nad_expect_config("{\"type\":\"bridge\",\"bridge\":\"br1\",\"mtu\":[]," NAD_IPAM "}",
                    "deny plugin-option spec.config.mtu\n");
}

/* If the MTU of the NIC differs between nodes, the lowest counts; with an mtu, the difference itself does not matter.
 */
static void compares_with_the_lowest_mtu(void **state) {
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

static void rejects_the_default_bridge(void **state) {
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

static void requires_a_port_of_the_bridge_on_every_node(void **state) {
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
                  "bridge-uplink", "does not exist on worker-2, is not a Linux bridge on worker-1;");
}

static void reports_unknown_bridges(void **state) {
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

static void judges_each_plugin(void **state) {
  (void)state;
  nad_expect_config("{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"vlan\",\"master\":\"eth7\","
                    "\"vlanId\":1," NAD_IPAM "},"
                    "{\"type\":\"macvlan\",\"master\":\"eth2\"},{\"type\":\"ipvlan\"}]}",
                    "deny plugin-chain spec.config.plugins[1].type\n"
                    "deny plugin-chain spec.config.plugins[2].type\n"
                    "deny master-required spec.config.plugins[2].master\n"
                    "deny master-missing spec.config.plugins[0].master\n"
                    "warn master-down spec.config.plugins[1].master\n");
}

/* A plugin whose configuration Go can't decode fails on every node. */
static void rejects_link_in_container_of_the_wrong_type(void **state) {
  (void)state;
  nad_expect_config(nad_macvlan("\"linkInContainer\":\"true\"," NAD_IPAM),
                    "deny plugin-option spec.config.linkInContainer\n");
  nad_expect_config(nad_macvlan("\"linkInContainer\":1," NAD_IPAM), "deny plugin-option spec.config.linkInContainer\n");
  nad_expect_config(nad_macvlan("\"linkInContainer\":false," NAD_IPAM), "");
  nad_expect_config(nad_macvlan("\"linkInContainer\":null," NAD_IPAM), "");
}

/* --- what a plugin does without a master --- */

static void says_what_each_plugin_does_without_a_master(void **state) {
  (void)state;
  nad_expect_says(&(struct nad_case){.config = "{\"type\":\"vlan\",\"vlanId\":5," NAD_IPAM "}"}, "master-required",
                  "Required value: without it, the vlan plugin fails; use the NIC that is dedicated to migrations "
                  "[master-required]");
  nad_expect_says(&(struct nad_case){.config = "{\"type\":\"ipvlan\"," NAD_IPAM "}"}, "master-required",
                  "Required value: without it, ipvlan uses the NIC of the default route; ");
  nad_expect_says(
      &(struct nad_case){
          .config = "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"ipvlan\"," NAD_IPAM "}]}"},
      "master-required", "without it, ipvlan uses the NIC of the default route; ");
  nad_expect_says(&(struct nad_case){.config = "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":["
                                               "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "},"
                                               "{\"type\":\"ipvlan\"}]}"},
                  "master-required",
                  "without it, ipvlan uses the interface of the previous plugin, which is not a NIC of the node; ");
}

/* --- alternative names --- */

static void accepts_an_alternative_name_as_master(void **state) {
  (void)state;
#define ALIASED                                                                                                        \
  "{name: eth0}, {name: eth1, type: ethernet, alt-names: [{name: enp1s0}, {name: enp129s0f0np0migration}]}"
  nad_expect(&(struct nad_case){.config = macvlan("\"master\":\"enp1s0\""), .state = one_node(ALIASED)}, "");
  nad_expect(&(struct nad_case){.config = macvlan("\"master\":\"enp129s0f0np0migration\""), .state = one_node(ALIASED)},
             "");
  nad_expect(&(struct nad_case){.config = "{\"type\":\"host-device\",\"device\":\"enp1s0\"," NAD_IPAM "}",
                                .state = one_node(ALIASED)},
             "");
  struct nad_case other = {.config = macvlan("\"master\":\"enp129s0f0np0migrations\""), .state = one_node(ALIASED)};
  nad_expect(&other, "deny master-missing spec.config.master\n");
  nad_expect_says(&other, "master-missing",
                  "Not found: \"enp129s0f0np0migrations\": no such NIC on 1 of 1 nodes: a; NICs present on all nodes: "
                  "eth1 [master-missing]");
  other.label = "";
  nad_expect(&other, ""); /* nodes outside the migration network may have it */
}

static void rejects_a_name_that_no_nic_can_have(void **state) {
  (void)state;
  char longest[128 + 1];
  memset(longest, 'a', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  DW_BUF_SCOPED struct dw_buf members = DW_BUF_INIT;
  dw_buf_printf(&members, "\"master\":\"%s\"", longest);
  nad_expect(&(struct nad_case){.config = macvlan(dw_buf_text(&members)), .state = one_node(ALIASED)},
             "deny interface-name spec.config.master\n");
  longest[sizeof longest - 2] = '\0';
  DW_BUF_SCOPED struct dw_buf shorter = DW_BUF_INIT;
  dw_buf_printf(&shorter, "\"master\":\"%s\"", longest);
  nad_expect(&(struct nad_case){.config = macvlan(dw_buf_text(&shorter)), .state = one_node(ALIASED)},
             "deny master-missing spec.config.master\n");
  /* Measured: the bridge plugin tries to create a bridge with this name, and fails. */
  nad_expect(&(struct nad_case){.config = "{\"type\":\"bridge\",\"bridge\":\"enp129s0f0np0migration\"," NAD_IPAM "}",
                                .state = one_node(ALIASED)},
             "deny interface-name spec.config.bridge\n");
}

static void warns_of_a_name_that_nmstate_may_not_list(void **state) {
  (void)state;
  struct nad_case unsure = {.config = macvlan("\"master\":\"enp1s0f1\""),
                            .state = one_node("{name: eth0, type: ethernet}, {name: eno1, type: ethernet}")};
  nad_expect(&unsure, "unverified master-unverified spec.config.master\n");
  nad_expect_says(&unsure, "master-unverified",
                  "could not be checked: enp1s0f1 may be an alternative name on a: nmstate before 2.2.51 does not list "
                  "those [master-unverified]");
  unsure.label = "";
  nad_expect(&unsure, "");
  static const char *const nics[] = {"{name: eno1, type: ethernet}",
                                     "{name: eno1, type: ethernet, alt-names: [{name: x}]}"};
  nad_expect(&(struct nad_case){.config = macvlan("\"master\":\"enp1s0f1\""), .state = node_state(nics, 2)},
             "deny master-missing spec.config.master\n"
             "unverified master-unverified spec.config.master\n");
}

/* --- devices and OVS bridges --- */

static void requires_the_device_on_every_node(void **state) {
  (void)state;
#define DEVICE(name) "{\"type\":\"host-device\",\"device\":\"" name "\"," NAD_IPAM "}"
  nad_expect_config(DEVICE("eth1"), "");
  nad_expect_config(DEVICE("eth3"), "deny master-missing spec.config.device\n");
  nad_expect_says(&(struct nad_case){.config = DEVICE("eth77")}, "master-missing",
                  "Not found: \"eth77\": no such NIC on 3 of 3 nodes: worker-0, worker-1 and worker-2; NICs present on "
                  "all nodes: bond1, eth1, eth2, eth4 and eth5 [master-missing]");
  nad_expect_other(DEVICE("eth77"), "");
  nad_expect_config("{\"type\":\"host-device\",\"pciBusID\":\"0000:00:1f.6\"," NAD_IPAM "}", "");
  nad_expect(&(struct nad_case){.config = DEVICE("eth1"),
                                .no_state = true,
                                .policy = "apiVersion: droveway.io/v1alpha1\n"
                                          "kind: Policy\nrules: {overlap-cluster-network: \"off\", overlap-network: "
                                          "\"off\", pool-too-small: \"off\"}\n"},
             "unverified master-unverified spec.config.device\n");
}

static const char in_force[] =
    "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\n"
    "metadata: {namespace: openshift-cnv, name: kubevirt-hyperconverged}\n"
    "spec: {featureGates: {decentralizedLiveMigration: false}, liveMigrationConfig: {network: net}}\n"
    "---\napiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
    "metadata: {namespace: openshift-cnv, name: net}\nspec: {config: '{}'}\n";

/* Then it is in the pods, and no NodeNetworkState shows it. */
static void accepts_a_device_that_virt_handler_may_already_have(void **state) {
  (void)state;
  struct nad_case held = {.config = DEVICE("eth77"), .more = in_force};
  nad_expect(&held, "unverified master-missing spec.config.device\n");
  nad_expect_says(&held, "master-missing",
                  "could not be checked: eth77 does not exist on worker-0, worker-1 and worker-2, unless virt-handler "
                  "already has it [master-missing]");
  held.name = "other";
  nad_expect(&held, "deny master-missing spec.config.device\n");
  nad_expect(&(struct nad_case){.config = macvlan("\"master\":\"eth77\""), .more = in_force},
             "deny master-missing spec.config.master\n");
}

static void requires_the_ovs_bridge_on_every_node(void **state) {
  (void)state;
#define OVS(name) "{\"type\":\"ovs\",\"bridge\":\"" name "\"," NAD_IPAM "}"
#define OVS_NICS                                                                                                       \
  "{name: eth0}, {name: br-ex, type: ovs-bridge}, {name: br-ex, type: ovs-interface, controller: br-ex}, {name: br2, " \
  "type: ovs-interface}, {name: br1, type: linux-bridge}"
  nad_expect(&(struct nad_case){.config = OVS("br-ex"), .state = one_node(OVS_NICS)}, "");
  nad_expect(&(struct nad_case){.config = OVS("br2"), .state = one_node(OVS_NICS)}, "");
  nad_expect_says(&(struct nad_case){.config = OVS("br9"), .state = one_node(OVS_NICS)}, "master-missing",
                  "Not found: \"br9\": no such OVS bridge on 1 of 1 nodes: a; create an OVS bridge with this name on "
                  "every node [master-missing]");
  nad_expect_says(
      &(struct nad_case){.config = OVS("br1"), .state = one_node(OVS_NICS)}, "master-missing",
      "Invalid value: \"br1\": is not an OVS bridge on a; create an OVS bridge with this name on every node "
      "[master-missing]");
  nad_expect(&(struct nad_case){.config = OVS("br9"), .state = one_node(OVS_NICS), .label = ""}, "");
  /* ovs-cni finds the bridge of a VF automatically. */
  nad_expect(&(struct nad_case){.config = "{\"type\":\"ovs\"," NAD_IPAM "}", .state = one_node(OVS_NICS)}, "");
}

/* --- VLAN interfaces --- */

static void says_how_to_create_a_missing_vlan_interface(void **state) {
  (void)state;
#define ON_BOND "{name: eth0}, {name: bond2, type: bond}"
  static const struct {
    const char *nics, *master, *fix;
  } cases[] = {
      {ON_BOND, "bond2.100",
       "make this interface there (NodeNetworkConfigurationPolicy: type vlan, base-iface bond2, id 100) ["},
      {ON_BOND ", {name: bond2.100, type: vlan, vlan: {base-iface: bond2, id: 100}}", "bond2.200",
       "did you mean \"bond2.100\"? Or make this interface there (NodeNetworkConfigurationPolicy: type vlan, "
       "base-iface "
       "bond2, id 200) ["},
      {ON_BOND, "bond2.4094", "base-iface bond2, id 4094) ["},
      {ON_BOND ", {name: storage, type: vlan, vlan: {base-iface: bond2, id: 100}}", "bond2.100",
       "VLAN 100 of bond2 is named storage on a: use one name on all nodes ["},
      {ON_BOND, "bond2.4095", "NICs present on all nodes: bond2 ["},
      {ON_BOND, "bond2.0", "NICs present on all nodes: bond2 ["},
      {ON_BOND, "bond2.x", "NICs present on all nodes: bond2 ["},
      {ON_BOND, "bond2.", "NICs present on all nodes: bond2 ["},
      {ON_BOND, "bond9.100", "NICs present on all nodes"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    DW_BUF_SCOPED struct dw_buf members = DW_BUF_INIT;
    dw_buf_printf(&members, "\"master\":\"%s\"", cases[i].master);
    nad_expect_says(&(struct nad_case){.config = macvlan(dw_buf_text(&members)), .state = one_node(cases[i].nics)},
                    "master-missing", cases[i].fix);
  }
}

/* --- ports --- */

static void rejects_a_macvlan_on_a_port(void **state) {
  (void)state;
  static const struct {
    const char *nics, *message;
  } cases[] = {
      {"{name: eth0}, {name: eth9, controller: bond0}, {name: bond0, type: bond}",
       "Invalid value: \"eth9\": is a port of bond bond0 on a, so macvlan fails: device or resource busy; use "
       "\"master\": \"bond0\" [master-is-port]"},
      {"{name: eth0}, {name: eth9, controller: br1}, {name: br1, type: linux-bridge, bridge: {port: [{name: eth9}]}}",
       "is a port of bridge br1 on a, so macvlan fails: device or resource busy; use \"master\": \"br1\" ["},
      {"{name: eth0}, {name: eth9, controller: br-a}, {name: br-a, type: ovs-bridge}",
       "is a port of OVS bridge br-a on a, so macvlan fails: device or resource busy; use the ovs plugin with "
       "\"bridge\": \"br-a\" ["},
      {"{name: eth0}, {name: eth9, controller: ovs-system}",
       "is a port of ovs-system on a, so macvlan fails: device or resource busy; use another NIC ["},
      /* The controller carries the node's traffic, or is a port itself. */
      {"{name: eth9, controller: eth0}, {name: eth0, type: bond}, {name: eth1}",
       "busy; use another NIC; all nodes have eth1 ["},
      {"{name: eth0}, {name: eth9, controller: bond0}, {name: bond0, type: bond, controller: br1}, {name: br1, type: "
       "linux-bridge}",
       "busy; use another NIC ["},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct nad_case nad = {.config = macvlan("\"master\":\"eth9\""), .state = one_node(cases[i].nics)};
    nad_expect_says(&nad, "master-is-port", cases[i].message);
    nad_expect(&nad, "deny master-is-port spec.config.master\n");
    nad.config = "{\"type\":\"ipvlan\",\"master\":\"eth9\"," NAD_IPAM "}";
    nad_expect(&nad, "deny master-is-port spec.config.master\n");
    nad_expect_says(&nad, "master-is-port", "so ipvlan fails: ");
    nad.label = "";
    nad_expect(&nad, "");
  }
}

static void accepts_a_macvlan_on_other_interfaces(void **state) {
  (void)state;
  static const char *const nics[] = {
      "{name: eth9, controller: red}, {name: red, type: vrf}",
      "{name: eth9, controller: what}, {name: what, type: unknown}",
      "{name: eth9, type: ovs-interface, controller: br-a}, {name: br-a, type: ovs-bridge}",
      "{name: eth9, type: linux-bridge, bridge: {port: [{name: x}]}}",
      "{name: eth9, type: bond}",
      "{name: eth9, type: mac-vlan}",
  };
  for (size_t i = 0; i < sizeof nics / sizeof nics[0]; i++)
    nad_expect(&(struct nad_case){.config = macvlan("\"master\":\"eth9\""), .state = one_node(nics[i])}, "");
  /* The kernel takes the frames of a VLAN before it passes others to the controller of the NIC. */
  nad_expect(&(struct nad_case){.config = "{\"type\":\"vlan\",\"master\":\"eth9\",\"vlanId\":5," NAD_IPAM "}",
                                .state = one_node("{name: eth9, controller: b}, {name: b, type: bond}")},
             "");
}

static void rejects_interfaces_on_lo_and_infiniband(void **state) {
  (void)state;
  static const char *const types[] = {"macvlan", "ipvlan", "vlan"};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    char config[256];
    (void)snprintf(config, sizeof config, "{\"type\":\"%s\",\"master\":\"lo\",\"vlanId\":5," NAD_IPAM "}", types[i]);
    nad_expect_config(config, "deny master-is-port spec.config.master\n");
    (void)snprintf(config, sizeof config, "{\"type\":\"%s\",\"master\":\"ib0\",\"vlanId\":5," NAD_IPAM "}", types[i]);
    nad_expect(&(struct nad_case){.config = config, .state = one_node("{name: ib0, type: infiniband}, {name: eth1}")},
               "deny master-is-port spec.config.master\n");
  }
  nad_expect_says(&(struct nad_case){.config = macvlan("\"master\":\"lo\"")}, "master-is-port",
                  "Invalid value: \"lo\": is the loopback interface, where macvlan fails; use another NIC; all nodes "
                  "have bond1, eth1, eth2, eth4 and eth5 [master-is-port]");
  nad_expect_says(
      &(struct nad_case){.config = macvlan("\"master\":\"ib0\""), .state = one_node("{name: ib0, type: infiniband}")},
      "master-is-port", "Invalid value: \"ib0\": is not an Ethernet interface, where macvlan fails; ");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(requires_a_master),
      cmocka_unit_test(rejects_a_master_inside_the_pod),
      cmocka_unit_test(requires_the_master_on_every_node),
      cmocka_unit_test(lists_only_a_few_nodes),
      cmocka_unit_test(warns_of_a_master_that_is_down),
      cmocka_unit_test(warns_of_the_nodes_own_nic),
      cmocka_unit_test(reports_unknown_nodes),
      cmocka_unit_test(reports_nodes_without_a_network_state),
      cmocka_unit_test(rejects_an_mtu_that_does_not_fit_the_master),
      cmocka_unit_test(compares_with_the_lowest_mtu),
      cmocka_unit_test(rejects_the_default_bridge),
      cmocka_unit_test(requires_a_port_of_the_bridge_on_every_node),
      cmocka_unit_test(reports_unknown_bridges),
      cmocka_unit_test(judges_each_plugin),
      cmocka_unit_test(rejects_link_in_container_of_the_wrong_type),
      cmocka_unit_test(says_what_each_plugin_does_without_a_master),
      cmocka_unit_test(accepts_an_alternative_name_as_master),
      cmocka_unit_test(rejects_a_name_that_no_nic_can_have),
      cmocka_unit_test(warns_of_a_name_that_nmstate_may_not_list),
      cmocka_unit_test(requires_the_device_on_every_node),
      cmocka_unit_test(accepts_a_device_that_virt_handler_may_already_have),
      cmocka_unit_test(requires_the_ovs_bridge_on_every_node),
      cmocka_unit_test(says_how_to_create_a_missing_vlan_interface),
      cmocka_unit_test(rejects_a_macvlan_on_a_port),
      cmocka_unit_test(accepts_a_macvlan_on_other_interfaces),
      cmocka_unit_test(rejects_interfaces_on_lo_and_infiniband),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
