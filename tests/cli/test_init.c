/* `droveway init` as a user runs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/api_stub.h"
#include "support/run_program.h"
#include "support/terminal.h"

static void expect(const char *text, const char *part) {
  if (strstr(text, part) == NULL)
    fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void expect_not(const char *text, const char *part) {
  if (strstr(text, part) != NULL)
    fail_msg("\"%s\" is in:\n%s", part, text);
}

/* --- small clusters --- */

#define HCO                                                                                                            \
  "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {namespace: openshift-cnv, name: "                 \
  "kubevirt-hyperconverged}, spec: {featureGates: [{name: decentralizedLiveMigration, state: Disabled}]}}\n---\n"
#define KUBEVIRT(configuration)                                                                                        \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {namespace: kubevirt, name: kubevirt}, spec: "               \
  "{configuration: {" configuration "}}}\n---\n"
#define NETWORK                                                                                                        \
  "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, spec: {networkType: Other, "         \
  "clusterNetwork: [{cidr: 10.128.0.0/14}], serviceNetwork: [172.30.0.0/16]}}\n---\n"
#define NODE(name, address)                                                                                            \
  "{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {kubevirt.io/schedulable: \"true\"}}, status: "     \
  "{addresses: [{type: InternalIP, address: " address "}]}}\n---\n"
#define NICS(name, address, nics)                                                                                      \
  "{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: " name "}, status: {currentState: "       \
  "{interfaces: [{name: eth0, type: ethernet, state: up, mtu: 1500, ipv4: {address: [{ip: " address "}]}}, " nics      \
  "]}}}\n---\n"
#define TWO_NODES(first, second)                                                                                       \
  NETWORK NODE("a", "192.168.1.10") NICS("a", "192.168.1.10", first) NODE("b", "192.168.1.11")                         \
      NICS("b", "192.168.1.11", second)
#define UP(name, more) "{name: " name ", type: ethernet, state: up, mtu: 1500" more "}"
#define ETH1 UP("eth1", "")

struct fixture {
  char state[64];
  char out[80]; /* does not exist at first */
};

static struct fixture fixture_of(const char *objects) {
  struct fixture fixture;
  folder_make(fixture.state);
  folder_write(fixture.state, "cluster.yaml", objects);
  snprintf(fixture.out, sizeof fixture.out, "%s-out", fixture.state);
  return fixture;
}

static void fixture_remove(struct fixture *fixture) {
  if (access(fixture->out, F_OK) == 0)
    folder_remove(fixture->out);
  folder_remove(fixture->state);
}
#define FIXTURE_SCOPED __attribute__((cleanup(fixture_remove))) struct fixture

static void expect_file(const struct fixture *fixture, const char *name, const char *text) {
  char path[160];
  snprintf(path, sizeof path, "%s/%s", fixture->out, name);
  char *content = file_text(path, NULL);
  assert_string_equal(content, text);
  free(content);
}

static void expect_file_part(const struct fixture *fixture, const char *name, const char *part) {
  char path[160];
  snprintf(path, sizeof path, "%s/%s", fixture->out, name);
  char *content = file_text(path, NULL);
  expect(content, part);
  free(content);
}

static int setup(void **state) {
  (void)state;
  unsetenv("COLUMNS");
  no_cluster_by_default();
  return 0;
}

/* --- what is written --- */

static void files_say_why(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1, ETH1));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--output-dir", f.out);
  assert_string_equal(run.err, "");
  assert_int_equal(run.status, 0);
  expect_file(&f, "migration-network.yaml",
              "# The network for live migrations, written by `droveway init`. Why these values:\n"
              "# - namespace openshift-cnv: KubeVirt runs there.\n"
              "# - master eth1: speed unknown, MTU 1500, up on all 2 nodes.\n"
              "# - no mtu: pods get that of the NIC, 1500.\n"
              "# - range 192.168.99.0/27: 30 addresses, 2 needed, room for 28 more nodes (2 nodes run\n"
              "#   virt-handler). It overlaps no network that the cluster or the policy knows.\n"
              "# - no gateway and no routes: migrations stay on this network.\n"
              "apiVersion: k8s.cni.cncf.io/v1\n"
              "kind: NetworkAttachmentDefinition\n"
              "metadata:\n"
              "  name: migration-network\n"
              "  namespace: openshift-cnv\n"
              "  labels:\n"
              "    droveway.io/migration-network: \"true\"\n"
              "spec:\n"
              "  config: |\n"
              "    {\n"
              "      \"cniVersion\": \"0.3.1\",\n"
              "      \"name\": \"migration-network\",\n"
              "      \"type\": \"macvlan\",\n"
              "      \"master\": \"eth1\",\n"
              "      \"mode\": \"bridge\",\n"
              "      \"ipam\": {\n"
              "        \"type\": \"whereabouts\",\n"
              "        \"range\": \"192.168.99.0/27\"\n"
              "      }\n"
              "    }\n");
  expect_file(&f, "hyperconverged.yaml",
              "# Tells HyperConverged to use that network. `kubectl apply` keeps all fields that are not here.\n"
              "apiVersion: hco.kubevirt.io/v1\n"
              "kind: HyperConverged\n"
              "metadata:\n"
              "  name: kubevirt-hyperconverged\n"
              "  namespace: openshift-cnv\n"
              "spec:\n"
              "  virtualization:\n"
              "    liveMigrationConfig:\n"
              "      network: migration-network\n");
  expect(run.out, "kubectl apply -f ");
  expect(run.out, "kubectl rollout status -n openshift-cnv daemonset/virt-handler\n");
}

static void older_hyperconverged_and_kubevirt_get_their_own_form(void **state) {
  (void)state;
  FIXTURE_SCOPED old = fixture_of("{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: "
                                  "kubevirt-hyperconverged, name: kubevirt-hyperconverged}, spec: {featureGates: "
                                  "{decentralizedLiveMigration: false}}}\n---\n" TWO_NODES(ETH1, ETH1));
  FIXTURE_SCOPED plain = fixture_of(KUBEVIRT("") TWO_NODES(ETH1, ETH1));
  RUN_SCOPED beta = RUN("init", "--state", old.state, "--dry-run");
  RUN_SCOPED kubevirt = RUN("init", "--state", plain.state, "--dry-run");
  expect(beta.out, "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata:\n  name: "
                   "kubevirt-hyperconverged\n  namespace: kubevirt-hyperconverged\nspec:\n  liveMigrationConfig:\n"
                   "    network: migration-network\n");
  expect(kubevirt.out, "# - evictionStrategy LiveMigrate: KubeVirt's default is None, with which a drain migrates no "
                       "VM.\napiVersion: kubevirt.io/v1\nkind: KubeVirt\n");
  expect(kubevirt.out, "spec:\n  configuration:\n    evictionStrategy: LiveMigrate\n    migrations:\n"
                       "      network: migration-network\n");
}

static void an_eviction_strategy_that_migrates_is_kept(void **state) {
  (void)state;
  FIXTURE_SCOPED kept = fixture_of(KUBEVIRT("evictionStrategy: LiveMigrateIfPossible") TWO_NODES(ETH1, ETH1));
  FIXTURE_SCOPED none = fixture_of(KUBEVIRT("evictionStrategy: None") TWO_NODES(ETH1, ETH1));
  RUN_SCOPED first = RUN("init", "--state", kept.state, "--dry-run");
  RUN_SCOPED second = RUN("init", "--state", none.state, "--dry-run");
  expect(first.out, "# - evictionStrategy LiveMigrateIfPossible: unchanged.\n");
  expect(first.out, "    evictionStrategy: LiveMigrateIfPossible\n");
  expect(second.out, "# - evictionStrategy LiveMigrate: it was None, with which a drain migrates no VM");
}

static void different_mtus_get_the_lowest(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES("{name: eth1, type: ethernet, state: up, mtu: 9000}", ETH1));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--dry-run");
  expect(run.out, "MTU 1500 (more on some nodes)");
  expect(run.out, "\"mtu\": 1500,\n");
}

static void a_missing_vlan_is_created(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES("", ""));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--vlan", "100", "--output-dir", f.out);
  RUN_SCOPED check = RUN("check", f.out, "--state", f.state, "-o", "json");
  assert_int_equal(run.status, 0);
  expect_file(&f, "node-network.yaml",
              "# Makes kubernetes-nmstate create eth0.100. Apply this first, and wait until it is Available.\n"
              "# - eth0 also carries the nodes' own traffic: migrations and that share its bandwidth.\n"
              "# - mtu 1500: that of eth0.\n"
              "apiVersion: nmstate.io/v1\n"
              "kind: NodeNetworkConfigurationPolicy\n"
              "metadata:\n"
              "  name: migration-network\n"
              "spec:\n"
              "  desiredState:\n"
              "    interfaces:\n"
              "    - name: eth0.100\n"
              "      description: VLAN 100 of eth0, for live migrations\n"
              "      type: vlan\n"
              "      state: up\n"
              "      mtu: 1500\n"
              "      vlan:\n"
              "        base-iface: eth0\n"
              "        id: 100\n"
              "      ipv4:\n"
              "        enabled: false\n"
              "      ipv6:\n"
              "        enabled: false\n");
  expect(run.out, "kubectl wait nncp migration-network --for condition=Available --timeout 10m\n");
  expect(check.out, "\"denied\": 0");
  expect_not(check.out, "master-");
}

static void a_policy_uses_the_own_name_of_a_nic(void **state) {
  (void)state;
#define ALSO(name) "{name: " name ", type: ethernet, state: up, mtu: 1500, alt-names: [{name: migration-nic}]}"
  FIXTURE_SCOPED same = fixture_of(HCO TWO_NODES(ALSO("eth1"), ALSO("eth1")));
  FIXTURE_SCOPED differ = fixture_of(HCO TWO_NODES(ALSO("eth1"), ALSO("eth2")));
  RUN_SCOPED vlan = RUN("init", "--state", same.state, "--nic", "migration-nic", "--vlan", "5", "--dry-run");
  RUN_SCOPED plain = RUN("init", "--state", differ.state, "--nic", "migration-nic", "--dry-run");
  RUN_SCOPED refused = RUN("init", "--state", differ.state, "--nic", "migration-nic", "--vlan", "5", "--dry-run");
  expect(vlan.out, "    - name: eth1.5\n");
  expect(vlan.out, "        base-iface: eth1\n");
  expect(plain.out, "\"master\": \"migration-nic\"");
  assert_int_equal(refused.status, 1);
  expect(refused.err, "migration-nic: is another name of NICs whose own names differ, which one "
                      "NodeNetworkConfigurationPolicy can't use; create the interface with a policy for each name, and "
                      "name it with --nic\n");
}

static void a_vlan_of_some_nodes_is_completed(void **state) {
  (void)state;
#define VLAN5(more) "{name: eth1.5, type: vlan, state: up, mtu: 1500, vlan: {base-iface: eth1, id: 5}" more "}"
  FIXTURE_SCOPED bare = fixture_of(HCO TWO_NODES(ETH1, ETH1 ", " VLAN5("")));
  FIXTURE_SCOPED used = fixture_of(HCO TWO_NODES(ETH1, ETH1 ", " VLAN5(", ipv4: {address: [{ip: 10.5.0.1}]}")));
  FIXTURE_SCOPED all = fixture_of(HCO TWO_NODES(ETH1 ", " VLAN5(""), ETH1 ", " VLAN5("")));
  RUN_SCOPED made = RUN("init", "--state", bare.state, "--vlan", "5", "--nic", "eth1", "--dry-run");
  RUN_SCOPED kept = RUN("init", "--state", used.state, "--vlan", "5", "--nic", "eth1", "--dry-run");
  RUN_SCOPED existing = RUN("init", "--state", all.state, "--vlan", "5", "--nic", "eth1", "--dry-run");
  expect(made.out, "    - name: eth1.5\n");
  assert_int_equal(kept.status, 1);
  expect(kept.err,
         "eth1: has VLAN 5 on some nodes only, as eth1.5, with addresses; create eth1.5 on the other nodes\n");
  expect(existing.out, "\"master\": \"eth1.5\"");
  expect_not(existing.out, "NodeNetworkConfigurationPolicy");
}

static void policies_select_nodes_by_a_label_that_new_nodes_have(void **state) {
  (void)state;
  /* Node c has no eth1, so the policy must not select it; virt-handler labels nodes only once it runs. */
#define LABELLED(name, address, labels)                                                                                \
  "{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {" labels ", status: {addresses: [{type: "          \
  "InternalIP, address: " address "}]}}\n---\n"
#define RUNS "kubevirt.io/schedulable: \"true\""
  FIXTURE_SCOPED f =
      fixture_of(HCO NETWORK LABELLED("a", "192.168.1.10", RUNS ", pool: vms}}") NICS("a", "192.168.1.10", ETH1)
                     LABELLED("b", "192.168.1.11", RUNS ", pool: vms}}") NICS("b", "192.168.1.11", ETH1)
                         LABELLED("c", "192.168.1.12", "pool: other}}, spec: {taints: [{key: x, effect: NoSchedule}]}")
                             NICS("c", "192.168.1.12", ""));
  FIXTURE_SCOPED without =
      fixture_of(HCO NETWORK LABELLED("a", "192.168.1.10", RUNS "}}") NICS("a", "192.168.1.10", ETH1)
                     LABELLED("c", "192.168.1.12", "pool: other}}, spec: {taints: [{key: x, effect: NoSchedule}]}")
                         NICS("c", "192.168.1.12", ""));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--vlan", "5", "--nic", "eth1", "--dry-run");
  RUN_SCOPED none = RUN("init", "--state", without.state, "--vlan", "5", "--nic", "eth1", "--dry-run");
  expect(run.out, "  nodeSelector:\n    pool: \"vms\"\n");
  assert_int_equal(none.status, 1);
  expect(none.err,
         "exists on nodes that no label distinguishes from the others; create the interface on them yourself, "
         "and name it with --nic\n");
}

static void a_missing_bridge_is_created(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1, ETH1));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--plugin", "bridge", "--nic", "eth1", "--dry-run");
  RUN_SCOPED own = RUN("init", "--state", f.state, "--plugin", "bridge", "--nic", "eth0", "--dry-run");
  expect(run.out, "    - name: br-migration\n");
  expect(run.out, "        port:\n        - name: eth1\n");
  expect(run.out, "      \"type\": \"bridge\",\n      \"bridge\": \"br-migration\",\n      \"mtu\": 1500,\n");
  assert_int_equal(own.status, 1);
  expect(own.err, "carries the node's own traffic on a and b");
}

static void a_bridge_carries_the_vlan(void **state) {
  (void)state;
#define BRIDGE(tag)                                                                                                    \
  "{name: br1, type: linux-bridge, state: up, mtu: 1500, bridge: {port: [{name: eth1, vlan: {mode: trunk, "            \
  "trunk-tags: [{id: " tag "}]}}]}}, {name: eth1, type: ethernet, state: up, mtu: 1500, controller: br1}"
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(BRIDGE("100"), BRIDGE("100")));
  RUN_SCOPED open = RUN("init", "--state", f.state, "--nic", "br1", "--vlan", "100", "--dry-run");
  RUN_SCOPED closed = RUN("init", "--state", f.state, "--nic", "br1", "--vlan", "101", "--dry-run");
  expect(open.out, "\"bridge\": \"br1\",\n      \"vlan\": 100,\n");
  assert_int_equal(closed.status, 1);
  expect(closed.err, "droveway init: br1 does not fit:\n");
  expect(closed.err, "[bridge-vlan]");
}

static void addresses_on_the_wire_are_excluded(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(UP("eth1", ", ipv4: {address: [{ip: 10.9.0.10}]}"),
                                              UP("eth1", ", ipv4: {address: [{ip: 10.9.0.11}]}")));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--nic", "eth1", "--range", "10.9.0.5/24", "--dry-run");
  RUN_SCOPED chosen = RUN("init", "--state", f.state, "--nic", "eth1", "--dry-run");
  assert_int_equal(run.status, 0);
  expect(run.out, "\"range\": \"10.9.0.0/24\",\n        \"exclude\": [\n          \"10.9.0.1/32\",\n"
                  "          \"10.9.0.10/31\",\n          \"10.9.0.254/32\"\n        ]\n");
  expect(run.out, "# - range 10.9.0.0/24: 250 addresses, 2 needed");
  expect(chosen.out, "\"range\": \"192.168.99.0/27\"");
  expect(chosen.out, "; the nodes have addresses on it");
}

static void excludes_are_kept_out(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1, ETH1));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--range", "10.9.0.0/24", "--exclude", "10.9.0.0/28", "--exclude",
                       "10.9.0.77", "--exclude", "10.8.0.1", "--dry-run");
  RUN_SCOPED chosen = RUN("init", "--state", f.state, "--exclude", "192.168.99.0/24", "--dry-run");
  assert_int_equal(run.status, 0);
  expect(run.out, "# - exclude: addresses that --exclude names.\n");
  expect(run.out, "\"exclude\": [\n          \"10.9.0.0/28\",\n          \"10.9.0.77/32\"\n        ]\n");
  expect(run.out, "238 addresses");
  expect_not(chosen.out, "192.168.99.");
}

static void remote_clusters_are_avoided(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1, ETH1));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--dry-run", "--remote-cluster", "east=192.168.99.0/25",
                       "--remote-cluster", "west=192.168.99.128/25");
  RUN_SCOPED given =
      RUN("init", "--state", f.state, "--dry-run", "--remote-cluster", "east=10.9.0.0/16", "--range", "10.9.1.0/24");
  RUN_SCOPED bad = RUN("init", "--state", f.state, "--remote-cluster", "east=10.9.0.0/33");
  expect(run.out, "\"range\": \"192.168.100.0/27\"");
  assert_int_equal(given.status, 1);
  expect(given.err, "[overlap-remote-cluster]");
  assert_int_equal(bad.status, 2);
  expect(bad.err, "10.9.0.0/33");
}

static void a_size_that_is_too_small_is_refused(void **state) {
  (void)state;
  FIXTURE_SCOPED f =
      fixture_of(KUBEVIRT("") TWO_NODES(ETH1, ETH1) NODE("c", "192.168.1.12") NICS("c", "192.168.1.12", ETH1));
  RUN_SCOPED small = RUN("init", "--state", f.state, "--size", "/30", "--dry-run");
  RUN_SCOPED fits = RUN("init", "--state", f.state, "--size", "29", "--dry-run");
  assert_int_equal(small.status, 1);
  expect(small.err,
         "droveway init: --size /30 is too small: it has 2 addresses, and 3 are needed, and a few to spare; use /27\n");
  expect(fits.out, "\"range\": \"192.168.99.0/29\"");
}

#define TENANT(ranges)                                                                                                 \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: vms, name: a}, spec: "    \
  "{config: '{\"cniVersion\":\"0.3.1\",\"name\":\"a\",\"type\":\"macvlan\",\"master\":\"eth9\",\"ipam\":{\"type\":"    \
  "\"whereabouts\",\"ipRanges\":[" ranges "]}}'}}\n---\n"
#define R(range) "{\"range\":\"" range "\"}"
#define MOST R("10.0.0.0/8") "," R("172.16.0.0/12") "," R("192.168.128.0/17")

static void a_smaller_range_is_used_if_no_other_is_free(void **state) {
  (void)state;
  FIXTURE_SCOPED little = fixture_of(HCO TENANT(
      MOST "," R("192.168.64.0/18") "," R("192.168.32.0/19") "," R("192.168.0.0/20") "," R("192.168.16.0/21") "," R(
          "192."
          "168.24."
          "0/22") "," R("192.168.28.0/23") "," R("192.168.30.0/24") "," R("192.168.31.0/25") "," R("192.168.31.128/"
                                                                                                   "26") "," R("192"
                                                                                                               "."
                                                                                                               "168"
                                                                                                               "."
                                                                                                               "31."
                                                                                                               "192"
                                                                                                               "/"
                                                                                                               "27") "," R("192.168.31.224/28"))
                                         TWO_NODES(ETH1, ETH1));
  FIXTURE_SCOPED nothing = fixture_of(HCO TENANT(MOST "," R("192.168.0.0/17")) TWO_NODES(ETH1, ETH1));
  RUN_SCOPED small = RUN("init", "--state", little.state, "--dry-run");
  RUN_SCOPED none = RUN("init", "--state", nothing.state, "--dry-run");
  RUN_SCOPED six = RUN("init", "--state", nothing.state, "--dry-run", "--ipv6");
  expect(small.out, "\"range\": \"192.168.31.240/28\"");
  assert_int_equal(none.status, 1);
  expect(none.err, "no range of the right size is free in the private networks; see `droveway map`, and name one with "
                   "--range");
  assert_int_equal(six.status, 0);
}

static void names_that_look_like_other_values_are_quoted(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(UP("\"10\"", ""), UP("\"10\"", "")));
  RUN_SCOPED run =
      RUN("init", "--state", f.state, "--nic", "10", "--vlan", "5", "--name", "1e3", "--output-dir", f.out);
  RUN_SCOPED check = RUN("check", f.out, "--state", f.state);
  assert_int_equal(run.status, 0);
  expect(check.out, "2 objects checked, 0 denied: 0 errors, 1 warning\n");
  char path[160];
  snprintf(path, sizeof path, "%s/node-network.yaml", f.out);
  char *policy = file_text(path, NULL);
  expect(policy, "  name: \"1e3\"\n");
  expect(policy, "    - name: \"10.5\"\n");
  expect(policy, "        base-iface: \"10\"\n");
  free(policy);
}

static void a_live_cluster_is_read(void **state) {
  (void)state;
#define JSON_NODE(name, address)                                                                                       \
  "{\"metadata\":{\"name\":\"" name                                                                                    \
  "\",\"labels\":{\"kubevirt.io/schedulable\":\"true\"}},\"status\":{\"addresses\":[{"                                 \
  "\"type\":\"InternalIP\",\"address\":\"" address "\"}]}}"
#define JSON_NNS(name, address)                                                                                        \
  "{\"apiVersion\":\"nmstate.io/v1beta1\",\"kind\":\"NodeNetworkState\",\"metadata\":{\"name\":\"" name                \
  "\"},\"status\":{"                                                                                                   \
  "\"currentState\":{\"interfaces\":[{\"name\":\"eth0\",\"type\":\"ethernet\",\"state\":\"up\",\"mtu\":1500,\"ipv4\":" \
  "{"                                                                                                                  \
  "\"address\":[{\"ip\":\"" address                                                                                    \
  "\"}]}},{\"name\":\"eth1\",\"type\":\"ethernet\",\"state\":\"up\",\"mtu\":9000}]}}}"
  static const struct api_route routes[] = {
      {"/api/v1/nodes", 200, JSON_NODE("a", "192.168.1.10") "," JSON_NODE("b", "192.168.1.11")},
      {"/apis/nmstate.io/v1/nodenetworkstates", 200, JSON_NNS("a", "192.168.1.10") "," JSON_NNS("b", "192.168.1.11")},
      {"/apis/hco.kubevirt.io/v1/hyperconvergeds", 200,
       "{\"apiVersion\":\"hco.kubevirt.io/v1\",\"kind\":\"HyperConverged\",\"metadata\":{\"namespace\":"
       "\"openshift-cnv\",\"name\":\"kubevirt-hyperconverged\"},\"spec\":{}}"},
      {"/apis/kubevirt.io/v1/kubevirts", 200, ""},
      {"/apis/k8s.cni.cncf.io/v1/network-attachment-definitions", 200, ""},
      {"/apis/kubevirt.io/v1/virtualmachineinstancemigrations", 200, ""},
      {NULL, 0, NULL}};
  API_STUB_SCOPED api = api_stub_start(routes);
  RUN_SCOPED unsure = RUN("init", "--kubeconfig", api.kubeconfig, "--dry-run", "--nic", "eth1");
  assert_int_equal(unsure.status, 1);
  expect(unsure.err, "192.168.99.0/27 is free, but does not fit:\n");
  expect(unsure.err, "[overlap-cluster-network]\nFix this; or, if it is a warning that does not matter here, accept it "
                     "with --accept RULE.\n");
  RUN_SCOPED run = RUN("init", "--kubeconfig", api.kubeconfig, "--dry-run", "--vlan", "100", "--nic", "eth1",
                       "--accept", "overlap-cluster-network");
  if (run.status != 0)
    fail_msg("%s%s", run.out, run.err);
  expect(run.out, "apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged\n");
  expect(run.out, "\"master\": \"eth1.100\"");
}

/* --- refusals --- */

static void without_a_fit_every_candidate_is_explained(void **state) {
  (void)state;
  FIXTURE_SCOPED f =
      fixture_of(HCO TWO_NODES(ETH1 ", {name: eth2, type: ethernet, state: down, mtu: 1500}", UP("eth2", "")));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--output-dir", f.out);
  assert_int_equal(run.status, 1);
  assert_string_equal(run.out, "");
  assert_string_equal(run.err,
                      "droveway init: no NIC or bridge of the nodes fits:\n"
                      "   - eth0  carries the node's own traffic on a and b [master-primary]\n"
                      "   - eth1  no such NIC on 1 of 2 nodes: b [master-missing]\n"
                      "   - eth2  is not up on a [master-down]\n"
                      "Connect a NIC that is dedicated to migrations to all nodes, under one name, and bring it up; or "
                      "use a VLAN of a NIC that all nodes have: --vlan ID.\n");
  assert_int_equal(access(f.out, F_OK), -1);
}

static void a_tie_needs_a_person(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1 ", " UP("eth2", ""), ETH1 ", " UP("eth2", "")));
  RUN_SCOPED tie = RUN("init", "--state", f.state, "--dry-run");
  RUN_SCOPED yes = RUN("init", "--state", f.state, "--dry-run", "--yes");
  RUN_SCOPED named = RUN("init", "--state", f.state, "--dry-run", "--nic", "eth2");
  assert_int_equal(tie.status, 2);
  assert_string_equal(tie.out, "");
  expect(tie.err, "several NICs or bridges fit equally well");
  expect(tie.err, "  2) eth2  speed unknown, MTU 1500, up on all 2 nodes\nChoose one with --nic NAME, or take the "
                  "first one with --yes.\n");
  expect(yes.out, "\"master\": \"eth1\"");
  expect(named.out, "\"master\": \"eth2\"");
}

static void unknown_nics_can_be_accepted(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO NETWORK NODE("a", "192.168.1.10"));
  RUN_SCOPED none = RUN("init", "--state", f.state, "--dry-run");
  RUN_SCOPED named = RUN("init", "--state", f.state, "--dry-run", "--nic", "eth1");
  RUN_SCOPED accepted = RUN("init", "--state", f.state, "--dry-run", "--nic", "eth1", "--accept", "master-unverified");
  assert_int_equal(none.status, 1);
  expect(none.err, "there are no NodeNetworkStates. Install kubernetes-nmstate");
  assert_int_equal(named.status, 1);
  expect(named.err, "[master-unverified]\nIf all nodes have it, accept that this is not checked: --accept "
                    "master-unverified\n");
  assert_int_equal(accepted.status, 0);
  expect(accepted.out, "\"master\": \"eth1\"");
}

static void a_cluster_without_kubevirt_is_refused(void **state) {
  (void)state;
  FIXTURE_SCOPED none = fixture_of(TWO_NODES(ETH1, ETH1));
  FIXTURE_SCOPED empty = fixture_of(HCO NETWORK);
  FIXTURE_SCOPED patched = fixture_of(
      "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {namespace: openshift-cnv, name: "
      "kubevirt-hyperconverged, annotations: {kubevirt.kubevirt.io/jsonpatch: '[{\"op\":\"add\",\"path\":"
      "\"/spec/configuration/migrations/network\",\"value\":\"other\"}]'}}, spec: {}}\n---\n" TWO_NODES(ETH1, ETH1));
  RUN_SCOPED first = RUN("init", "--state", none.state);
  RUN_SCOPED second = RUN("init", "--state", empty.state);
  RUN_SCOPED third = RUN("init", "--state", patched.state);
  assert_int_equal(first.status, 2);
  expect(first.err, "there is no HyperConverged or KubeVirt object in namespace openshift-cnv");
  assert_int_equal(second.status, 2);
  expect(second.err, "the nodes are unknown");
  assert_int_equal(third.status, 2);
  expect(third.err, "the annotation kubevirt.kubevirt.io/jsonpatch of HyperConverged "
                    "openshift-cnv/kubevirt-hyperconverged sets the network");
}

#define NAMES_IT                                                                                                       \
  "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {namespace: openshift-cnv, name: "                 \
  "kubevirt-hyperconverged}, spec: {featureGates: [{name: decentralizedLiveMigration, state: Disabled}], "             \
  "virtualization: {liveMigrationConfig: {network: mine}}}}\n---\n"
#define MINE(range)                                                                                                    \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: openshift-cnv, name: "    \
  "mine}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"mine\",\"type\":\"macvlan\",\"master\":\"eth1\","       \
  "\"mode\":\"bridge\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"" range "\"}}'}}\n---\n"

static void an_existing_network_is_judged(void **state) {
  (void)state;
  FIXTURE_SCOPED good = fixture_of(NAMES_IT MINE("10.9.0.0/24") TWO_NODES(ETH1, ETH1));
  FIXTURE_SCOPED wrong = fixture_of(NAMES_IT MINE("10.129.0.0/24") TWO_NODES(ETH1, ETH1));
  RUN_SCOPED fine = RUN("init", "--state", good.state);
  RUN_SCOPED bad = RUN("init", "--state", wrong.state);
  assert_int_equal(fine.status, 0);
  assert_string_equal(fine.out,
                      "This cluster has a migration network: HyperConverged kubevirt-hyperconverged names NAD "
                      "mine.\nNothing is wrong with it, so there is nothing to do. To write another one: "
                      "--replace\n");
  assert_int_equal(bad.status, 1);
  expect(bad.out, "[overlap-cluster-network]\nFix this (`droveway explain RULE` shows how), or write another network "
                  "with --replace.\n");
  expect_not(bad.out, "network-unfit");
}

static void an_existing_network_can_be_replaced(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(NAMES_IT MINE("10.9.0.0/24") TWO_NODES(ETH1, ETH1));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--replace", "--output-dir", f.out);
  RUN_SCOPED same = RUN("init", "--state", f.state, "--replace", "--name", "mine");
  assert_int_equal(run.status, 0);
  expect(run.out, "  kubectl delete network-attachment-definition -n openshift-cnv mine\n");
  assert_int_equal(same.status, 2);
  expect(same.err, "invalid --name \"mine\": NAD openshift-cnv/mine exists already");
}

static void a_missing_nad_is_written(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(NAMES_IT TWO_NODES(ETH1, ETH1));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--output-dir", f.out);
  RUN_SCOPED check = RUN("check", f.out, "--state", f.state);
  assert_int_equal(run.status, 0);
  expect(check.out, "2 objects checked, 0 denied: 0 errors, 0 warnings\n");
}

static void a_warning_about_the_cluster_stops_it(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(
      "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {namespace: openshift-cnv, name: other}, spec: "
      "{}}\n---\n" TWO_NODES(ETH1, ETH1));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--output-dir", f.out);
  RUN_SCOPED accepted = RUN("init", "--state", f.state, "--output-dir", f.out, "--accept", "config-name");
  assert_int_equal(run.status, 1);
  expect(run.err, "[config-name]\ndroveway init: nothing was written, because `droveway check` would find the above");
  assert_int_equal(accepted.status, 0);
}

/* --- files --- */

static void nothing_is_overwritten(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1, ETH1));
  RUN_SCOPED first = RUN("init", "--state", f.state, "--output-dir", f.out);
  RUN_SCOPED again = RUN("init", "--state", f.state, "--output-dir", f.out, "--kustomize");
  RUN_SCOPED forced = RUN("init", "--state", f.state, "--output-dir", f.out, "--force", "--kustomize");
  assert_int_equal(first.status, 0);
  assert_int_equal(again.status, 2);
  expect(again.err, "/migration-network.yaml exists; use --force to replace it, or another --output-dir\n");
  assert_int_equal(forced.status, 0);
  expect_file(&f, "kustomization.yaml",
              "# For `kubectl apply -k`. If your own kustomization contains the HyperConverged object, add\n"
              "# the last file to its `patches` instead, and the others to its `resources`.\n"
              "apiVersion: kustomize.config.k8s.io/v1beta1\n"
              "kind: Kustomization\n"
              "resources:\n"
              "- migration-network.yaml\n"
              "- hyperconverged.yaml\n");
}

static void a_directory_that_cannot_be_made_is_an_error(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1, ETH1));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--output-dir", "/nonexistent/a/b");
  assert_int_equal(run.status, 2);
  expect(run.err, "can't create the directory /nonexistent/a/b: ");
}

static void a_dry_run_prints_one_stream(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES("", ""));
  RUN_SCOPED run = RUN("init", "--state", f.state, "--vlan", "100", "--dry-run");
  RUN_SCOPED check = RUN_WITH(run.out, "check", "-", "--state", f.state);
  assert_int_equal(run.status, 0);
  assert_string_equal(run.err, "");
  expect(check.out, "2 objects checked, 0 denied: 0 errors, 1 warning\n");
}

/* --- options --- */

static void bad_options_are_explained(void **state) {
  (void)state;
  static const struct {
    const char *option, *value, *error;
  } cases[] = {
      {"--vlan", "0", "invalid --vlan \"0\"; use 1 to 4094"},
      {"--vlan", "4095", "invalid --vlan \"4095\""},
      {"--vlan", "x", "invalid --vlan \"x\""},
      {"--plugin", "ipvlan", "unknown plugin \"ipvlan\"; use macvlan or bridge"},
      {"--size", "/7", "invalid --size /7; use /8 to /30 (IPv4) or /48 to /126 (IPv6)"},
      {"--size", "/40", "invalid --size /40"},
      {"--size", "x", "invalid --size \"x\""},
      {"--exclude", "10.0.0.0/33", "invalid --exclude \"10.0.0.0/33\"; use an address or a CIDR"},
      {"--nic", "a b", "invalid --nic \"a b\""},
      {"--remote-cluster", "east", "invalid --remote-cluster \"east\"; use NAME=RANGE"},
      {"--remote-cluster", "=10.0.0.0/8", "invalid --remote-cluster"},
      {"--accept", "master-unverifed", "did you mean \"master-unverified\""},
      {"--output-dir", "", "--output-dir is empty"},
      {"--name", "Bad_", "invalid --name \"Bad_\": use at most 63 lower-case letters"},
      {"--range", "10.1.2.0", "the range 10.1.2.0 does not fit:\n  10.1.2.0: is not a range with usable addresses"},
      {"--range", "10.1.2.0/31", "is not a range with usable addresses"},
      {"--range", "10.01.2.0/24", "is not a range with usable addresses"},
      {"--range", "10.129.0.0/24", "[overlap-cluster-network]"},
      {"--range", "10.9.0.0-10.9.0.1/24", "[pool-too-small]"},
      {"--context", "x", "--context cannot be used with --state"},
      {"--frob", "x", "unknown option"},
  };
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1, ETH1));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    RUN_SCOPED run = RUN("init", "--state", f.state, cases[i].option, cases[i].value);
    if (run.status != 1 && run.status != 2)
      fail_msg("%s %s: status %d", cases[i].option, cases[i].value, run.status);
    expect(run.err, cases[i].error);
    assert_string_equal(run.out, "");
  }
}

static void options_that_exclude_each_other(void **state) {
  (void)state;
  RUN_SCOPED range = RUN("init", "--range", "10.1.2.0/24", "--size", "/24");
  RUN_SCOPED dry = RUN("init", "--dry-run", "--output-dir", "x");
  RUN_SCOPED family = RUN("init", "--ipv6", "--range", "10.1.2.0/24");
  RUN_SCOPED extra = RUN("init", "x");
  RUN_SCOPED none = RUN("init");
  expect(range.err, "--range and --size cannot be used together");
  expect(dry.err, "--dry-run and --output-dir cannot be used together");
  expect(family.err, "--range 10.1.2.0/24 is not an IPv6 range, which --ipv6 requires");
  expect(extra.err, "unexpected argument \"x\"");
  expect(none.err, "no kubeconfig found");
  assert_int_equal(none.status, 2);
}

/* --- on a terminal --- */

static const char *const environment[] = {"TERM=dumb", "COLUMNS", NULL};

#define TYPE(input, ...) on_terminal_typing(80, environment, (const char *const[]){__VA_ARGS__, NULL}, (input), &status)

static void it_asks_with_reasons(void **state) {
  (void)state;
  int status;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1 ", " UP("eth2", ", ethernet: {speed: 10000}"),
                                              ETH1 ", " UP("eth2", ", ethernet: {speed: 10000}")));
  char *text = TYPE("7\neth0\neth1\n10.129.0.0/24\n10.1.2.0/24\nBad_\nfast\n\n", "init", "--state", f.state,
                    "--output-dir", f.out);
  assert_int_equal(status, 0);
  expect(text, "KubeVirt runs in namespace openshift-cnv, configured by HyperConverged\nkubevirt-hyperconverged "
               "(hco.kubevirt.io/v1).\n2 nodes run virt-handler, so the network needs 2 addresses.\n");
  expect(text, "\nWhich NIC or bridge of the nodes?\n"
               "  1) eth2  10 Gbit/s, MTU 1500, up on all 2 nodes\n"
               "  2) eth1  speed unknown, MTU 1500, up on all 2 nodes\n"
               "These do not fit:\n"
               "   - eth0  carries the node's own traffic on a and b [master-primary]\n"
               "Number, name, or NIC.VLAN [1]: Enter a number from 1 to 2, a name from the list, or a VLAN such as "
               "eth1.100.\n");
  expect(text, "Number, name, or NIC.VLAN [1]: It does not fit:\n"
               "  eth0: carries the node's own traffic on a and b; use a dedicated NIC\n    [master-primary]\n");
  expect(text, "\nWhich range?\n  1) 192.168.99.0/27    30 addresses, 2 needed, room for 28 more nodes\n");
  expect(text, "Number, or another range [1]:   10.129.0.0/24: overlaps the pod network");
  expect(text, "Name [migration-network]: use at most 63 lower-case letters, digits and '-'\n");
  expect(text, "Write the files to which directory? [");
  expect(text, "\nNext\n  droveway check ");
  for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
    line += *line == '\n';
    if (strcspn(line, "\n") > 80 && strstr(line, f.out) == NULL && strncmp(line, "Number", 6) != 0)
      fail_msg("wider than 80 columns: %.*s", (int)strcspn(line, "\n"), line);
  }
  free(text);
  char path[160];
  snprintf(path, sizeof path, "%s/migration-network.yaml", f.out);
  char *nad = file_text(path, NULL);
  expect(nad, "  name: fast\n");
  expect(nad, "\"master\": \"eth1\"");
  expect(nad, "\"range\": \"10.1.2.0/24\"");
  free(nad);
}

static void enter_takes_the_defaults(void **state) {
  (void)state;
  int status;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1, ETH1));
  char *text = TYPE("\n\n\n\n", "init", "--state", f.state, "--output-dir", f.out);
  assert_int_equal(status, 0);
  free(text);
  RUN_SCOPED scripted = RUN("init", "--state", f.state, "--dry-run");
  char path[160];
  snprintf(path, sizeof path, "%s/migration-network.yaml", f.out);
  char *nad = file_text(path, NULL);
  assert_memory_equal(scripted.out, nad, strlen(nad));
  free(nad);
}

static void a_vlan_can_be_typed(void **state) {
  (void)state;
  int status;
  FIXTURE_SCOPED some = fixture_of(HCO TWO_NODES(ETH1, ETH1));
  FIXTURE_SCOPED none = fixture_of(HCO TWO_NODES("", ""));
  char *text = TYPE("eth9.5\neth1.4095\neth0.100\n\n\n\n", "init", "--state", some.state, "--output-dir", some.out);
  assert_int_equal(status, 0);
  expect_file_part(&some, "migration-network.yaml", "\"master\": \"eth0.100\"");
  expect_file_part(&some, "node-network.yaml", "        id: 100\n");
  free(text);
  text = TYPE("eth0\neth0.7\n\n\n\n", "init", "--state", none.state, "--output-dir", none.out);
  expect(text, "\nNo NIC or bridge of the nodes fits:\n   - eth0  carries the node's own traffic on a and b "
               "[master-primary]\nA VLAN of one of them may do, even of the nodes' own NIC.");
  expect(text, "Enter a NIC of the list, a dot and a VLAN from 1 to 4094.\n");
  assert_int_equal(status, 0);
  expect_file_part(&none, "migration-network.yaml", "\"master\": \"eth0.7\"");
  free(text);
}

static void without_a_fit_enter_stops(void **state) {
  (void)state;
  int status;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES("", ""));
  char *text = TYPE("\n", "init", "--state", f.state, "--output-dir", f.out);
  assert_int_equal(status, 1);
  assert_int_equal(access(f.out, F_OK), -1);
  free(text);
}

static void the_end_of_input_writes_nothing(void **state) {
  (void)state;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1, ETH1));
  static const char *const inputs[] = {"\004", "\n\004", "\n\n\004", "\n\n\n\004"};
  for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
    int status;
    char *text = TYPE(inputs[i], "init", "--state", f.state, "--output-dir", f.out);
    assert_int_equal(status, 2);
    expect(text, "\ndroveway init: the input ended before everything was chosen; nothing was written\n");
    assert_int_equal(access(f.out, F_OK), -1);
    free(text);
  }
}

static void what_options_decide_is_not_asked(void **state) {
  (void)state;
  int status;
  FIXTURE_SCOPED f = fixture_of(HCO TWO_NODES(ETH1, ETH1));
  char *text = TYPE("\004", "init", "--state", f.state, "--nic", "eth1", "--range", "10.1.2.0/24", "--name", "fast",
                    "--dry-run");
  assert_int_equal(status, 0);
  expect_not(text, "Which");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(files_say_why),
      cmocka_unit_test(older_hyperconverged_and_kubevirt_get_their_own_form),
      cmocka_unit_test(an_eviction_strategy_that_migrates_is_kept),
      cmocka_unit_test(different_mtus_get_the_lowest),
      cmocka_unit_test(a_missing_vlan_is_created),
      cmocka_unit_test(a_policy_uses_the_own_name_of_a_nic),
      cmocka_unit_test(a_vlan_of_some_nodes_is_completed),
      cmocka_unit_test(policies_select_nodes_by_a_label_that_new_nodes_have),
      cmocka_unit_test(a_missing_bridge_is_created),
      cmocka_unit_test(a_bridge_carries_the_vlan),
      cmocka_unit_test(addresses_on_the_wire_are_excluded),
      cmocka_unit_test(excludes_are_kept_out),
      cmocka_unit_test(remote_clusters_are_avoided),
      cmocka_unit_test(a_size_that_is_too_small_is_refused),
      cmocka_unit_test(a_smaller_range_is_used_if_no_other_is_free),
      cmocka_unit_test(names_that_look_like_other_values_are_quoted),
      cmocka_unit_test(a_live_cluster_is_read),
      cmocka_unit_test(without_a_fit_every_candidate_is_explained),
      cmocka_unit_test(a_tie_needs_a_person),
      cmocka_unit_test(unknown_nics_can_be_accepted),
      cmocka_unit_test(a_cluster_without_kubevirt_is_refused),
      cmocka_unit_test(an_existing_network_is_judged),
      cmocka_unit_test(an_existing_network_can_be_replaced),
      cmocka_unit_test(a_missing_nad_is_written),
      cmocka_unit_test(a_warning_about_the_cluster_stops_it),
      cmocka_unit_test(nothing_is_overwritten),
      cmocka_unit_test(a_directory_that_cannot_be_made_is_an_error),
      cmocka_unit_test(a_dry_run_prints_one_stream),
      cmocka_unit_test(bad_options_are_explained),
      cmocka_unit_test(options_that_exclude_each_other),
      cmocka_unit_test(it_asks_with_reasons),
      cmocka_unit_test(enter_takes_the_defaults),
      cmocka_unit_test(a_vlan_can_be_typed),
      cmocka_unit_test(without_a_fit_enter_stops),
      cmocka_unit_test(the_end_of_input_writes_nothing),
      cmocka_unit_test(what_options_decide_is_not_asked),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
