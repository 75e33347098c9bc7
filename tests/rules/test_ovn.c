/* NADs of OVN-Kubernetes: what its own code rejects is denied, what it accepts is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/buf.h"
#include "support/nad_case.h"

#define OPEN "{\"cniVersion\":\"1.0.0\",\"name\":\"mig\",\"type\":\"ovn-k8s-cni-overlay\""
#define NAMED ",\"netAttachDefName\":\"openshift-cnv/net\""
#define LAYER2 OPEN NAMED ",\"topology\":\"layer2\""
#define LAYER3 OPEN NAMED ",\"topology\":\"layer3\""
#define LOCALNET OPEN NAMED ",\"topology\":\"localnet\",\"subnets\":\"192.168.99.0/24\""
#define SUBNETS ",\"subnets\":\"192.168.99.0/24\""

/* A sound layer2 network with MEMBERS. */
static const char *layer2(const char *members) {
  static char text[4][1024];
  static unsigned turn;
  char *out = text[turn++ % 4];
  snprintf(out, sizeof text[0], LAYER2 SUBNETS ",%s}", members);
  return out;
}

/* Another rule checks the mapping of a localnet: here every node maps "mig". */
#define MAPPED(node, localnet, bridge)                                                                                 \
  "{apiVersion: v1, kind: Node, metadata: {name: n" node ", labels: {kubevirt.io/schedulable: 'true'}}, status: "      \
  "{addresses: [{type: InternalIP, address: 192.168.1.1" node "}]}}\n---\n"                                            \
  "{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: n" node "}, status: {currentState: {"     \
  "interfaces: [{name: br-ex, type: ovs-bridge}, {name: br-ex, type: ovs-interface, ipv4: {address: [{ip: "            \
  "192.168.1.1" node                                                                                                   \
  "}]}}, {name: br-mig, type: ovs-bridge}], ovn: {bridge-mappings: [{localnet: physnet, bridge: br-ex}, "              \
  "{localnet: " localnet ", bridge: " bridge "}]}}}}\n---\n"
#define NETWORK                                                                                                        \
  "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: {clusterNetwork: [{cidr: "   \
  "10.128.0.0/14}], serviceNetwork: [172.30.0.0/16]}}\n---\n"
static const char mapped[] = NETWORK MAPPED("1", "mig", "br-mig") MAPPED("2", "mig", "br-mig");

static void expect_localnet(const char *members, const char *lines) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_printf(&text, LOCALNET "%s}", members);
  nad_expect(&(struct nad_case){.config = dw_buf_text(&text), .state = mapped}, lines);
}

/* --- ovn-config --- */

static void accepts_what_ovn_kubernetes_accepts(void **state) {
  (void)state;
  static const char *const sound[] = {
      LAYER2 SUBNETS "}",
      LAYER2 ",\"subnets\":\"192.168.99.0/24, fd00:99::/64\"}",
      LAYER2 SUBNETS ",\"excludeSubnets\":\"192.168.99.0/28, 192.168.99.200/32\"}",
      LAYER2 SUBNETS ",\"role\":\"secondary\",\"mtu\":1400,\"allowPersistentIPs\":true}",
      LAYER2 SUBNETS ",\"role\":\"\",\"joinSubnet\":\" \",\"ipam\":{}}",
      LAYER2 SUBNETS ",\"joinSubnet\":\"100.70.0.0/16,fd98:1::/64\",\"transport\":\"evpn\",\"evpn\":{\"vtep\":\"v\"}}",
      LAYER2 SUBNETS ",\"reservedSubnets\":\"192.168.99.0/28\",\"defaultGatewayIPs\":\"192.168.99.1\",\"new\":[1]}",
      LAYER3 ",\"subnets\":\"10.44.0.0/16\"}",
      LAYER3 ",\"subnets\":\"10.44.0.0/16/23,10.45.0.0/16/23,fd00:44::/48\"}",
      LAYER3 ",\"subnets\":\"fd00:44::/48/64\",\"joinSubnet\":\"100.70.0.0/16\"}",
      OPEN ",\"plugins\":null" NAMED ",\"topology\":\"layer2\"" SUBNETS "}",
      "{\"cniVersion\":\"0.3.1\",\"name\":\"mig\",\"plugins\":[{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":"
      "\"layer2\"" NAMED SUBNETS "}]}",
      OPEN ",\"NetAttachDefName\":\"openshift-cnv/net\",\"Topology\":\"layer2\"" SUBNETS "}",
  };
  for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
    nad_expect_config(sound[i], "");
  expect_localnet("", "");
  expect_localnet(",\"vlanID\":100,\"mtu\":9000,\"role\":\"secondary\",\"excludeSubnets\":\"192.168.99.0/28\"", "");
  expect_localnet(",\"allowPersistentIPs\":true,\"transport\":\"whatever-comes\"", "");
}

/* What OVN-Kubernetes' own controllers write for UserDefinedNetworks, and the NAD of the default network. */
static void accepts_networks_of_tenants(void **state) {
  (void)state;
#define TENANT(role)                                                                                                   \
  "{\"cniVersion\":\"1.1.0\",\"name\":\"shop_net\",\"type\":\"ovn-k8s-cni-overlay\",\"netAttachDefName\":\"shop/net\"" \
  ",\"role\":\"" role "\""
  static const char *const sound[] = {
      TENANT("primary") ",\"topology\":\"layer2\",\"subnets\":\"10.44.0.0/16\",\"joinSubnet\":\"100.65.0.0/16,fd99::/"
                        "64\",\"transitSubnet\":\"100.88.0.0/16\",\"allowPersistentIPs\":true,\"mtu\":1400}",
      TENANT("primary") ",\"topology\":\"layer3\",\"subnets\":\"10.44.0.0/16/24\",\"joinSubnet\":\"100.65.0.0/16,fd99::"
                        "/64\",\"transport\":\"no-overlay\",\"outboundSNAT\":\"enabled\"}",
      TENANT("secondary") ",\"topology\":\"layer2\",\"mtu\":1300}",
      TENANT("secondary") ",\"topology\":\"localnet\",\"physicalNetworkName\":\"tenantnet\",\"vlanID\":200}",
      "{\"cniVersion\":\"0.4.0\",\"name\":\"ovn-kubernetes\",\"type\":\"ovn-k8s-cni-overlay\"}",
      "{\"cniVersion\":\"0.4.0\",\"type\":\"ovn-k8s-cni-overlay\",\"subnets\":\"ignored\"}",
  };
  for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
    nad_expect_other(sound[i], "");
}

struct refused {
  const char *config;
  const char *lines;
};

static void rejects_what_ovn_kubernetes_rejects_on_all_networks(void **state) {
  (void)state;
#define DENY(field) "deny ovn-config spec.config." field "\n"
  static const struct refused refused[] = {
      {OPEN ",\"topology\":\"layer2\"" SUBNETS "}", DENY("netAttachDefName")},
      {OPEN ",\"topology\":\"layer2\",\"netAttachDefName\":\"\"" SUBNETS "}", DENY("netAttachDefName")},
      {OPEN ",\"topology\":\"layer2\",\"netAttachDefName\":\"net\"" SUBNETS "}", DENY("netAttachDefName")},
      {OPEN ",\"topology\":\"layer2\",\"netAttachDefName\":\"openshift-cnv/net2\"" SUBNETS "}",
       DENY("netAttachDefName")},
      {OPEN ",\"topology\":\"layer2\",\"netAttachDefName\":\"openshift-cn/net\"" SUBNETS "}", DENY("netAttachDefName")},
      {OPEN NAMED ",\"topology\":\"Layer2\"" SUBNETS "}", DENY("topology")},
      {OPEN NAMED ",\"topology\":7" SUBNETS "}", DENY("topology")},
      {"{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\"" NAMED SUBNETS "}", DENY("name")},
      {"{\"name\":\"default\",\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\"" NAMED SUBNETS "}",
       DENY("name")},
      {"{\"name\":\"ovn-kubernetes\",\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\"" NAMED SUBNETS "}",
       DENY("name")},
      {"{\"cniVersion\":\"0.3.1\",\"name\":\"mig\",\"plugins\":[{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":"
       "\"layer2\"" NAMED SUBNETS "},{\"type\":\"tuning\"}]}",
       DENY("plugins[1].type")},
      {LAYER2 SUBNETS ",\"role\":\"main\"}", DENY("role")},
      {LAYER2 SUBNETS ",\"mtu\":\"1400\"}", DENY("mtu")},
      {LAYER2 SUBNETS ",\"mtu\":1400.5}", DENY("mtu")},
      {LAYER2 SUBNETS ",\"allowPersistentIPs\":\"true\"}", DENY("allowPersistentIPs")},
      {LAYER2 SUBNETS ",\"vlanID\":\"100\"}", DENY("vlanID")},
      {LAYER3 ",\"subnets\":\"10.44.0.0/16\",\"excludeSubnets\":[]}", DENY("excludeSubnets")},
      {LAYER2 SUBNETS ",\"physicalNetworkName\":[]}", DENY("physicalNetworkName")},
      {LAYER2 SUBNETS ",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.98.0/24\"}}", DENY("ipam.type")},
      {LAYER2 SUBNETS ",\"ipam\":{\"type\":\"dhcp\"}}", DENY("ipam.type")},
      {LAYER2 ",\"subnets\":\"192.168.99.0/24/26\"}", DENY("subnets")},
      {LAYER2 SUBNETS ",\"excludeSubnets\":\"192.168.98.0/28\"}", DENY("excludeSubnets")},
      {LAYER2 SUBNETS ",\"excludeSubnets\":\"fd00::/64\"}", DENY("excludeSubnets")},
      {LAYER2 SUBNETS ",\"joinSubnet\":\"100.70.0.0\"}", DENY("joinSubnet")},
      {LAYER2 SUBNETS ",\"joinSubnet\":\"192.168.0.0/16\"}", DENY("subnets")},
      {LAYER2 ",\"subnets\":\"100.65.7.0/24\"}", DENY("subnets")},
      {LAYER3 ",\"subnets\":\"192.168.99.0/24\"}", DENY("subnets")},
      {LAYER3 ",\"subnets\":\"10.44.0.0/16/16\"}", DENY("subnets")},
      {LAYER3 ",\"subnets\":\"10.44.0.0/16/33\"}", DENY("subnets")},
      {LAYER3 ",\"subnets\":\"10.44.0.0/16/24,10.45.0.0/16/25\"}", DENY("subnets")},
      {LAYER3 ",\"subnets\":\"fd00:44::/48/80\"}", DENY("subnets")},
      {LAYER3 ",\"subnets\":\"fd00:44::/64\"}", DENY("subnets")},
      {LAYER3 ",\"subnets\":\"10.44.0.0/16\",\"allowPersistentIPs\":true}", DENY("allowPersistentIPs")},
      {LAYER3 ",\"subnets\":\"10.44.0.0/16\",\"reservedSubnets\":\"10.44.0.0/24\"}", DENY("reservedSubnets")},
  };
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    nad_expect_config(refused[i].config, refused[i].lines);
    nad_expect(&(struct nad_case){.config = refused[i].config, .label = "false"}, refused[i].lines);
  }
  expect_localnet(",\"role\":\"primary\"", DENY("role"));
  expect_localnet(",\"joinSubnet\":\"100.70.0.0/16\"", DENY("joinSubnet"));
  expect_localnet(",\"infrastructureSubnets\":\"192.168.99.0/28\"", DENY("infrastructureSubnets"));
  expect_localnet(",\"vlanID\":4096", "deny vlan-range spec.config.vlanID\n");
}

static void warns_of_what_ovn_kubernetes_ignores(void **state) {
  (void)state;
  nad_expect_config(layer2("\"vlanID\":5000"), "warn ovn-config spec.config.vlanID\n");
  nad_expect_config(LAYER3 ",\"subnets\":\"10.44.0.0/16\",\"excludeSubnets\":\"x\"}",
                    "warn ovn-config spec.config.excludeSubnets\n");
}

static void requires_a_migration_network_that_can_be_attached_by_name(void **state) {
  (void)state;
  nad_expect_config(OPEN "}", DENY("topology"));
  nad_expect_config(OPEN SUBNETS "}", DENY("topology"));
  nad_expect_config(layer2("\"role\":\"primary\""), DENY("role"));
  nad_expect(&(struct nad_case){.config = layer2("\"role\":\"primary\""), .label = "false"}, "");
  nad_expect_other("{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\",\"netAttachDefName\":\"shop/net\","
                   "\"name\":\"x\",\"role\":\"primary\"}",
                   DENY("subnets"));
}

/* The namespace of a manifest may be chosen when it is applied, and a generated name is unknown before the creation. */
static void the_nads_own_name_may_be_unknown(void **state) {
  (void)state;
  static const char other[] = OPEN ",\"netAttachDefName\":\"vms/net\",\"topology\":\"layer2\"" SUBNETS "}";
  nad_expect(&(struct nad_case){.config = other, .no_namespace = true}, "");
  nad_expect_config(other, DENY("netAttachDefName"));
  nad_expect(&(struct nad_case){.config = other, .no_namespace = true, .name = "another"}, DENY("netAttachDefName"));
  struct nad_case generated = {.config = LAYER2 SUBNETS "}", .name = ""};
  nad_expect(&generated, DENY("netAttachDefName"));
  nad_expect_says(&generated, "ovn-config", "give the NAD a fixed name");
}

static void messages_say_what_to_use(void **state) {
  (void)state;
  static const struct {
    const char *config, *message;
  } messages[] = {
      {OPEN ",\"topology\":\"layer2\"" SUBNETS "}",
       "Required value: OVN-Kubernetes rejects a network that does not have the NAD's own NAMESPACE/NAME here; use "
       "\"openshift-cnv/net\" [ovn-config]"},
      {OPEN ",\"topology\":\"layer2\",\"netAttachDefName\":\"default/other\"" SUBNETS "}",
       "Invalid value: \"default/other\": is not the NAD's own NAMESPACE/NAME, so OVN-Kubernetes rejects the network; "
       "use \"openshift-cnv/net\" [ovn-config]"},
      {OPEN NAMED ",\"topology\":\"layr2\"" SUBNETS "}",
       "Invalid value: \"layr2\": is not an OVN-Kubernetes topology; did you mean \"layer2\"? [ovn-config]"},
      {OPEN NAMED ",\"topology\":\"foo\"" SUBNETS "}",
       "Invalid value: \"foo\": is not an OVN-Kubernetes topology; use localnet, layer2 or layer3 [ovn-config]"},
      {OPEN NAMED SUBNETS "}", "Required value: without it, this is the cluster's default network, not one for "
                               "migrations; use localnet, layer2 "
                               "or layer3 [ovn-config]"},
      {LAYER3 ",\"subnets\":\"192.168.99.0/24\"}",
       "Invalid value: \"192.168.99.0/24\": can't be divided into a /24 per node: the default host prefix must be "
       "longer "
       "than the subnet's; use SUBNET/HOSTPREFIX, such as 10.200.0.0/16/24 [ovn-config]"},
      {LAYER3 ",\"subnets\":\"::ffff:10.200.0.0/112/24\"}",
       "Invalid value: \"::ffff:10.200.0.0/112/24\": is an IPv4 subnet in IPv6 form, which can't be divided into one "
       "subnet per node; use SUBNET/HOSTPREFIX, such as 10.200.0.0/16/24 [ovn-config]"},
      {LAYER2 ",\"subnets\":\"192.168.99.0/24/26\"}", "Invalid value: \"192.168.99.0/24/26\": has a host prefix, which "
                                                      "only topology layer3 accepts; use ADDRESS/LENGTH [ovn-config]"},
      {LAYER2 SUBNETS ",\"excludeSubnets\":\"192.168.98.0/28\"}",
       "Invalid value: \"192.168.98.0/28\": is in none of the subnets, so OVN-Kubernetes rejects the network; remove "
       "it "
       "[ovn-config]"},
      {LAYER2 SUBNETS ",\"mtu\":\"1400\"}",
       "Invalid value: \"1400\": must be an integer, not a string; remove the quotes "
       "[ovn-config]"},
      {LAYER2 ",\"subnets\":\"100.65.7.0/24\"}",
       "Invalid value: \"100.65.7.0/24\": overlaps the network's own join subnet 100.65.0.0/16; choose other subnets, "
       "or set joinSubnet [ovn-config]"},
      {LAYER2 SUBNETS ",\"role\":\"primary\"}",
       "Invalid value: \"primary\": OVN-Kubernetes does not attach pods to a primary network by its name; use "
       "secondary, or remove it [ovn-config]"},
  };
  for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
    nad_expect_says(&(struct nad_case){.config = messages[i].config}, "ovn-config", messages[i].message);
}

/* --- pool-too-small, pool-tight: a layer3 network gives each node a subnet --- */

static void requires_a_subnet_for_every_node(void **state) {
  (void)state;
  nad_expect_config(LAYER3 ",\"subnets\":\"10.44.0.0/24/26\"}", "");
  nad_expect_config(LAYER3 ",\"subnets\":\"10.44.0.0/24/25,10.45.0.0/24/25\"}", "");
  struct nad_case nad = {.config = LAYER3 ",\"subnets\":\"10.44.0.0/24/25\"}"};
  nad_expect(&nad, "deny pool-too-small spec.config.subnets\n");
  nad_expect_says(&nad, "pool-too-small",
                  "Invalid value: \"10.44.0.0/24/25\": has room for 2 node subnets, but each of 3 nodes that run "
                  "virt-handler needs one; give nodes a longer host prefix, or widen the subnet [pool-too-small]");
  nad_expect(&(struct nad_case){.config = nad.config, .label = "false"}, "");
  /* Enough for the nodes with virt-handler, unless other nodes get a subnet first. */
  static const char fifth[] = "{apiVersion: v1, kind: Node, metadata: {name: infra-0}}";
  nad.config = LAYER3 ",\"subnets\":\"10.44.0.0/24/26\"}";
  nad.more = fifth;
  nad_expect(&nad, "warn pool-too-small spec.config.subnets\n");
  nad_expect_says(&nad, "pool-too-small", "has room for 4 node subnets, but each of 5 nodes needs one");
  nad.config = LAYER3 ",\"subnets\":\"10.44.0.0/16,fd00:44::/62\"}";
  nad_expect(&nad, "warn pool-too-small spec.config.subnets\n");
}

/* --- ovn-mapping --- */

static void requires_a_mapping_of_the_localnet_on_every_node(void **state) {
  (void)state;
#define WARN "warn ovn-mapping spec.config."
  struct nad_case nad = {.config = LOCALNET "}",
                         .state = NETWORK MAPPED("1", "mig", "br-mig") MAPPED("2", "other", "br-mig")};
  nad_expect(&nad, "deny ovn-mapping spec.config.name\n");
  nad_expect_says(
      &nad, "ovn-mapping",
      "Not found: \"mig\": no bridge mapping for this localnet on 1 of 2 nodes: n2; map it to an OVS bridge on "
      "every node [ovn-mapping]");
  nad.config = LOCALNET ",\"physicalNetworkName\":\"physnt\"}";
  nad_expect(&nad, "deny ovn-mapping spec.config.physicalNetworkName\n");
  nad_expect_says(&nad, "ovn-mapping", "did you mean \"physnet\"?");
  nad.config = LOCALNET ",\"physicalNetworkName\":\"physnet\"}";
  nad_expect(&nad, WARN "physicalNetworkName\n");
  nad_expect_says(&nad, "ovn-mapping",
                  "Invalid value: \"physnet\": maps to the bridge of the node's own traffic on n1 and n2; map it to a "
                  "bridge with a dedicated NIC [ovn-mapping]");
  nad.config = LOCALNET "}";
  nad.state = NETWORK MAPPED("1", "mig", "br-mig") MAPPED("2", "mig", "br-gone");
  nad_expect(&nad, WARN "name\n");
  nad_expect_says(&nad, "ovn-mapping", "maps to a bridge that does not exist on n2");
  nad_expect(&(struct nad_case){.config = nad.config, .state = nad.state, .label = "false"}, "");
  /* Overlays of OVN-Kubernetes need none. */
  nad_expect(&(struct nad_case){.config = LAYER2 SUBNETS "}", .state = nad.state}, "");
}

/* An older nmstate reports no bridge mappings, so they are unknown. */
static void only_warns_if_no_node_reports_mappings(void **state) {
  (void)state;
  struct nad_case nad = {.config = LOCALNET "}"};
  nad_expect(&nad, WARN "name\n");
  nad_expect_says(&nad, "ovn-mapping", "no node maps localnet mig to a bridge (NodeNetworkState ovn.bridge-mappings)");
  nad.no_state = true;
  nad_expect(&nad, "unverified overlap-cluster-network spec.config.subnets\n"
                   "unverified overlap-network spec.config.subnets\n"
                   "unverified pool-too-small spec.config.subnets\n"
                   "unverified ovn-mapping spec.config.name\n");
  nad_expect_brief(&nad);
}

/* --- ovn-conflict --- */

#define OTHER(members)                                                                                                 \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: other, namespace: vms}, "      \
  "spec: "                                                                                                             \
  "{config: '{\"name\":\"mig\",\"type\":\"ovn-k8s-cni-overlay\",\"netAttachDefName\":\"vms/other\"," members "}'}}\n"

/* Whether the pools overlap is another question. */
static const char apart[] = "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {overlap-network: off}\n";

static void expect_conflict(const char *config, const char *other, const char *lines) {
  nad_expect(&(struct nad_case){.config = config, .more = other, .policy = apart}, lines);
}

static void rejects_nads_of_one_network_that_differ(void **state) {
  (void)state;
#define CONFLICT(action) action " ovn-conflict spec.config.name\n"
#define L2 "\"topology\":\"layer2\""
  static const char subnets[] = OTHER(L2 ",\"subnets\":\"192.168.99.0/24\"");
  expect_conflict(LAYER2 SUBNETS "}", OTHER(L2 ",\"Subnets\":\" 192.168.99.7/24\",\"role\":\"secondary\""), "");
  expect_conflict(LAYER2 SUBNETS ",\"joinSubnet\":\"100.65.0.0/16\"}", subnets, "");
  expect_conflict(LAYER2 SUBNETS ",\"vlanID\":0,\"allowPersistentIPs\":false,\"new\":1}", subnets, "");
  expect_conflict(LAYER2 ",\"subnets\":\"192.168.99.0/24,fd00::/64\"}",
                  OTHER(L2 ",\"subnets\":\"fd00::/64,192.168.99.0/24\""), "");
  /* A layer3 network may get more subnets. */
  expect_conflict(LAYER3 ",\"subnets\":\"10.44.0.0/16\"}",
                  OTHER("\"topology\":\"layer3\",\"subnets\":\"10.44.0.0/16,10.45.0.0/16\""), "");
  static const char *const differing[] = {
      LAYER2 SUBNETS ",\"allowPersistentIPs\":true}",       LAYER2 SUBNETS ",\"excludeSubnets\":\"192.168.99.0/28\"}",
      LAYER2 SUBNETS ",\"joinSubnet\":\"100.70.0.0/16\"}",  LAYER2 SUBNETS ",\"transport\":\"evpn\"}",
      LAYER2 SUBNETS ",\"evpn\":{\"macVRF\":{\"vni\":7}}}", LAYER3 ",\"subnets\":\"10.44.0.0/16\"}"};
  for (size_t i = 0; i < sizeof differing / sizeof differing[0]; i++)
    expect_conflict(differing[i], subnets, CONFLICT("deny"));
  expect_conflict(LAYER2 SUBNETS ",\"mtu\":1400}", OTHER(L2 ",\"subnets\":\"192.168.99.0/24\",\"mtu\":1300"),
                  CONFLICT("deny"));
  /* Whether a missing mtu also means 1400 depends on the cluster. */
  expect_conflict(LAYER2 SUBNETS ",\"mtu\":1400}", subnets, CONFLICT("warn"));
}

/* Libcni does not read "Name" as the configuration's name; OVN-Kubernetes does. */
static void a_name_in_another_case_conflicts_with_nothing(void **state) {
  (void)state;
  expect_conflict("{\"cniVersion\":\"0.3.1\",\"Name\":\"mig\",\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\","
                  "\"netAttachDefName\":\"openshift-cnv/net\",\"subnets\":\"192.168.99.0/24\"}",
                  OTHER(L2 ",\"subnets\":\"192.168.98.0/24\""), "warn cni-ambiguous-key spec.config.Name\n");
}

static void a_conflict_names_the_nad_and_the_keys(void **state) {
  (void)state;
  struct nad_case nad = {.config = LAYER2 ",\"subnets\":\"192.168.98.0/24\",\"mtu\":1400}",
                         .more = OTHER(L2 ",\"subnets\":\"192.168.99.0/24\",\"mtu\":1300")};
  nad_expect_says(
      &nad, "ovn-conflict",
      "Invalid value: \"mig\": NAD vms/other defines a network with this name but a different mtu, subnets, so "
      "OVN-Kubernetes rejects one of them; give both the same configuration, or this one another name "
      "[ovn-conflict]");
  nad.label = "false";
  nad.policy = apart;
  nad_expect(&nad, CONFLICT("warn"));
}

/* NADs of one network share its addresses, and OVN-Kubernetes hands out each of them once. */
static void nads_of_one_network_may_share_its_pool(void **state) {
  (void)state;
#define LOCALNET_OF(network, subnets)                                                                                  \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: other, namespace: vms}, " \
  "spec: {config: '{\"name\":\"" network "\",\"type\":\"ovn-k8s-cni-overlay\",\"netAttachDefName\":\"vms/other\","     \
  "\"topology\":\"localnet\",\"subnets\":\"" subnets "\"}'}}\n"
  struct nad_case nad = {.config = LOCALNET "}", .state = mapped, .more = LOCALNET_OF("mig", "192.168.99.0/24")};
  nad_expect(&nad, "");
  nad.label = "false";
  nad_expect(&nad, "");
  nad.label = NULL;
  nad.more = LOCALNET_OF("vms", "192.168.99.0/24");
  nad_expect(&nad, "deny overlap-network spec.config.subnets\n");
}

#define NEIGHBOUR(members)                                                                                             \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: other, namespace: vms}, "      \
  "spec: {config: '{\"name\":\"mig\"," members "}'}}"

/* A NAD that OVN-Kubernetes rejects defines no network, nor does a NAD of another plugin with that name. */
static void ignores_nads_that_define_no_network(void **state) {
  (void)state;
  static const char *const others[] = {OTHER(L2 ",\"subnets\":\"192.168.90.0/24/25\""),
                                       OTHER("\"subnets\":\"192.168.90.0/24\""),
                                       OTHER(L2 ",\"subnets\":\"bogus\""),
                                       OTHER(L2 ",\"ipam\":{\"type\":\"dhcp\"}"),
                                       NEIGHBOUR("\"type\":\"ovn-k8s-cni-overlay\",\"netAttachDefName\":\"vms/x\"," L2),
                                       NEIGHBOUR("\"type\":\"macvlan\"")};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    expect_conflict(LAYER2 SUBNETS "}", others[i], "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_what_ovn_kubernetes_accepts),
      cmocka_unit_test(accepts_networks_of_tenants),
      cmocka_unit_test(rejects_what_ovn_kubernetes_rejects_on_all_networks),
      cmocka_unit_test(warns_of_what_ovn_kubernetes_ignores),
      cmocka_unit_test(requires_a_migration_network_that_can_be_attached_by_name),
      cmocka_unit_test(the_nads_own_name_may_be_unknown),
      cmocka_unit_test(messages_say_what_to_use),
      cmocka_unit_test(requires_a_subnet_for_every_node),
      cmocka_unit_test(requires_a_mapping_of_the_localnet_on_every_node),
      cmocka_unit_test(only_warns_if_no_node_reports_mappings),
      cmocka_unit_test(rejects_nads_of_one_network_that_differ),
      cmocka_unit_test(a_name_in_another_case_conflicts_with_nothing),
      cmocka_unit_test(a_conflict_names_the_nad_and_the_keys),
      cmocka_unit_test(nads_of_one_network_may_share_its_pool),
      cmocka_unit_test(ignores_nads_that_define_no_network),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
