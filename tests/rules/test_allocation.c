#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/buf.h"
#include "support/nad_case.h"

static void expect(const char *members, const char *lines) {
  nad_expect_config(nad_macvlan(members), lines);
}

/* --- who allocates --- */

static void requires_an_ipam(void **state) {
  (void)state;
  expect("", "deny ipam-required spec.config.ipam\n");
  expect("\"ipam\":{}", "deny ipam-required spec.config.ipam\n");
  expect("\"ipam\":null", "deny ipam-required spec.config.ipam\n");
  expect("\"IPAM\":{\"type\":\"\"}", "deny ipam-required spec.config.IPAM\n");
  expect("\"ipam\":{\"type\":\"dhcp\"}", "");
  expect("\"ipam\":[]", "deny ipam-syntax spec.config.ipam\n");
  nad_expect_other(nad_macvlan(""), "");
  nad_expect_says(&(struct nad_case){.config = nad_macvlan("")}, "ipam-required", "migration0 gets no address");
}

/* The plugin that creates the interface needs an IPAM; later ones do not, and an unknown one may not. */
static void only_the_plugin_that_creates_the_interface_allocates(void **state) {
  (void)state;
  nad_expect_config("{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"},{"
                    "\"type\":\"tuning\"}]}",
                    "deny ipam-required spec.config.plugins[0].ipam\n");
  nad_expect_config("{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"tuning\"},{\"type\":\"macvlan\","
                    "\"master\":\"eth1\"," NAD_IPAM "},{\"type\":\"ipvlan\",\"master\":\"eth1\"}]}",
                    "deny plugin-chain spec.config.plugins[0].type\ndeny plugin-chain spec.config.plugins[2].type\n");
  nad_expect_config("{\"type\":\"hypernet\"}", "warn migration-plugin spec.config.type\n"
                                               "warn ipam-required spec.config.ipam\n");
  nad_expect_config(
      "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{},{\"type\":\"macvlan\",\"master\":\"eth1\"}]}",
      "deny cni-type spec.config.plugins[0].type\n");
  nad_expect_config("{\"type\":\"ptp\"}", "deny migration-plugin spec.config.type\n");
}

static void ovn_kubernetes_allocates_from_subnets(void **state) {
  (void)state;
#define OVN                                                                                                            \
  "{\"name\":\"n\",\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\",\"netAttachDefName\":\"openshift-cnv/"     \
  "net\""
  struct nad_case none = {.config = OVN "}"};
  nad_expect(&none, "deny ipam-required spec.config.subnets\n");
  nad_expect_says(&none, "ipam-required", "\"subnets\"");
  nad_expect_config(OVN ",\"subnets\":\"\"}", "deny ipam-required spec.config.subnets\n");
  nad_expect_config(OVN ",\"subnets\":\"192.168.99.0/24\"}", "");
  nad_expect_config(OVN ",\"subnets\":\"192.168.99.0\"}", "deny ipam-syntax spec.config.subnets\n");
  /* Any additional IPAM plugin is one mistake. */
  nad_expect_config(OVN ",\"ipam\":{\"type\":\"whereabouts\"}}", "deny ovn-config spec.config.ipam.type\n");
  nad_expect_config(OVN ",\"ipam\":{\"type\":\"dhcp\"}}", "deny ovn-config spec.config.ipam.type\n");
  nad_expect_config(OVN ",\"subnets\":\"192.168.99.0/24\",\"ipam\":{\"type\":\"static\"}}",
                    "deny ovn-config spec.config.ipam.type\n");
}

static void rejects_allocation_per_node(void **state) {
  (void)state;
  expect("\"ipam\":{\"type\":\"host-local\",\"subnet\":\"192.168.99.0/24\"}",
         "deny ipam-per-node spec.config.ipam.type\n");
  expect("\"ipam\":{\"type\":\"static\"}", "deny ipam-per-node spec.config.ipam.type\n");
  nad_expect_other(nad_macvlan("\"ipam\":{\"type\":\"host-local\",\"subnet\":\"192.168.99.0/24\"}"), "");
  nad_expect_says(&(struct nad_case){.config = nad_macvlan("\"ipam\":{\"type\":\"host-local\"}")}, "ipam-per-node",
                  "use whereabouts");
  struct nad_case other = {.config = nad_macvlan("\"ipam\":{\"type\":\"infoblox\"}")};
  nad_expect(&other, "unverified ipam-per-node spec.config.ipam.type\n");
  nad_expect_says(&other, "ipam-per-node", "could not be checked: the IPAM plugin \"infoblox\" is unknown");
  nad_expect_brief(&other);
}

/* virt-handler uses the first address: IPv4 before IPv6, and within a family the pool's before the added ones. */
static void rejects_added_addresses_that_two_nodes_would_use(void **state) {
  (void)state;
  static const char first[] = "deny ipam-per-node spec.config.ipam.addresses[0].address\n";
  static const char harmless[] = "warn ipam-per-node spec.config.ipam.addresses[0].address\n";
  static const struct {
    const char *members, *lines;
  } rows[] = {
      {"\"range\":\"192.168.99.0/24\",\"addresses\":[{\"address\":\"192.168.99.9/24\"}]", first},
      {"\"range\":\"192.168.99.0/24\",\"addresses\":[{\"address\":\"192.168.98.9/24\"}]", harmless},
      {"\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.9\"],\"addresses\":[{\"address\":\"192.168.99.9/24\"}]",
       harmless},
      {"\"range\":\"192.168.99.0/24\",\"addresses\":[{\"address\":\"fd00::9/64\"}]", harmless},
      {"\"range\":\"fd00::/64\",\"addresses\":[{\"address\":\"192.168.99.9/24\"}]", first},
      {"\"range\":\"192.168.99.0/24\",\"addresses\":[]", ""},
      {"\"range\":\"192.168.99.0/24\",\"addresses\":[{\"address\":\"x\"}]",
       "deny ipam-syntax spec.config.ipam.addresses[0].address\n"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    nad_expect_config(nad_whereabouts(rows[i].members), rows[i].lines);
  struct nad_case used = {.config = nad_whereabouts(rows[0].members)};
  nad_expect_says(&used, "ipam-per-node",
                  "Invalid value: \"192.168.99.9/24\": every pod gets this address, so nodes end up with duplicates; "
                  "remove it [ipam-per-node]");
  used.config = nad_whereabouts(rows[1].members);
  nad_expect_says(&used, "ipam-per-node",
                  "Invalid value: \"192.168.98.9/24\": every pod gets this address in addition to its own; remove it "
                  "[ipam-per-node]");
  nad_expect_other(nad_whereabouts(rows[0].members), "");
}

static void reads_static_addresses_from_args(void **state) {
  (void)state;
  struct nad_case nad = {.config = "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"static\"},\"args\":{"
                                   "\"cni\":{\"ips\":[\"192.168.99.9/24\"]}}}"};
  nad_expect_says(&nad, "ipam-per-node", "allocates addresses on each node independently");
  nad.config = "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"static\"},\"runtimeConfig\":{\"ips\":["
               "\"192.168.99.9/24\"]}}";
  nad_expect_says(&nad, "ipam-per-node", "allocates addresses on each node independently");
  nad.config = "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"static\",\"addresses\":[]}}";
  nad_expect_says(&nad, "ipam-per-node", "has no address to assign, and would assign the same one on every node");
}

/* --- how much --- */

/* Adds workers like those of the standard cluster, TOTAL together. */
static void add_workers(struct dw_buf *out, unsigned total) {
  for (unsigned i = 3; i < total; i++)
    dw_buf_printf(out,
                  "---\napiVersion: v1\nkind: Node\n"
                  "metadata: {name: worker-%u, labels: {kubevirt.io/schedulable: 'true'}}\n"
                  "---\napiVersion: nmstate.io/v1beta1\nkind: NodeNetworkState\nmetadata: {name: worker-%u}\n"
                  "status: {currentState: {interfaces: [{name: eth1, type: ethernet, state: up, mtu: 9000}]}}\n",
                  i, i);
}

/* Judges a pool of SIZE addresses for NODES nodes. */
static void expect_size(unsigned size, unsigned nodes, bool decentralized, const char *lines) {
  DW_BUF_SCOPED struct dw_buf more = DW_BUF_INIT;
  char members[64];
  add_workers(&more, nodes);
  if (decentralized)
    dw_buf_puts(&more, "---\napiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\n"
                       "metadata: {namespace: openshift-cnv, name: kubevirt-hyperconverged}\n"
                       "spec: {featureGates: {decentralizedLiveMigration: true}}\n");
  (void)snprintf(members, sizeof members, "\"range\":\"192.168.99.1-192.168.99.%u/24\"", size);
  nad_expect(&(struct nad_case){.config = nad_whereabouts(members), .more = dw_buf_text(&more)}, lines);
}

static void every_node_needs_an_address(void **state) {
  (void)state;
  const char *small = "deny pool-too-small spec.config.ipam.range\n";
  const char *tight = "warn pool-tight spec.config.ipam.range\n";
  expect_size(2, 3, false, small);
  expect_size(3, 3, false, tight);
  expect_size(4, 3, false, "");
  /* A tenth of the needed addresses should be spare. */
  expect_size(19, 20, false, small);
  expect_size(20, 20, false, tight);
  expect_size(21, 20, false, tight);
  expect_size(22, 20, false, "");
  expect_size(23, 21, false, tight);
  expect_size(24, 21, false, "");
}

static void decentralized_migration_needs_two_more_addresses(void **state) {
  (void)state;
#define UNMEASURED "unverified master-unverified spec.config.master\n" /* nodes of the control plane count as well */
  expect_size(4, 3, true, UNMEASURED "deny pool-too-small spec.config.ipam.range\n");
  expect_size(5, 3, true, UNMEASURED "warn pool-tight spec.config.ipam.range\n");
  expect_size(6, 3, true, UNMEASURED);
}

static void messages_contain_the_sizes(void **state) {
  (void)state;
  nad_expect_says(&(struct nad_case){.config = nad_whereabouts("\"range\":\"192.168.99.0/30\"")}, "pool-too-small",
                  "has 2 usable addresses, but 3 are needed (3 nodes that run virt-handler)");
  struct nad_case tight = {.config = nad_whereabouts("\"ipRanges\":[{\"range\":\"192.168.99.1-192.168.99.3/24\"}]")};
  nad_expect_says(&tight, "pool-tight", "has 3 usable addresses; 3 are needed");
  nad_expect_brief(&tight);
  struct nad_case one = {.config = nad_whereabouts("\"range\":\"192.168.99.1-192.168.99.1/24\"")};
  nad_expect_says(&one, "pool-too-small",
                  "has 1 usable address, but 3 are needed (3 nodes that run virt-handler); widen the range");
  one.no_state = true;
  one.more = "apiVersion: v1\nkind: Node\nmetadata: {name: worker-0, labels: {kubevirt.io/schedulable: 'true'}}\n";
  nad_expect_says(&one, "pool-tight", "has 1 usable address; 1 is needed; widen the range");
  one.more = "apiVersion: v1\nkind: Node\nmetadata: {name: worker-0, labels: {kubevirt.io/schedulable: 'true', "
             "node-role.kubernetes.io/control-plane: ''}}\n"
             "---\napiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\n"
             "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"
             "spec: {featureGates: {decentralizedLiveMigration: true}}\n";
  nad_expect_says(&one, "pool-too-small",
                  "has 1 usable address, but 3 are needed (1 node that runs virt-handler, 1 "
                  "virt-synchronization-controller and 1 more during updates)");
}

/* The size that it names gives neither pool-too-small nor pool-tight. */
static void the_fix_names_the_size_that_fits(void **state) {
  (void)state;
  static const struct {
    const char *members, *rule, *fix;
  } cases[] = {
      {"\"range\":\"192.168.99.0/30\"", "pool-too-small", "; widen the range to at least /29 ["},
      {"\"range\":\"fd00:99::/126\"", "pool-too-small", "; widen the range to at least /125 ["},
      {"\"range\":\"192.168.99.1-192.168.99.2/24\"", "pool-too-small", "; widen the range ["},
      {"\"range\":\"192.168.99.0/24\",\"range_start\":\"192.168.99.254\"", "pool-too-small", "; widen the range ["},
      {"\"range\":\"192.168.99.0/29\",\"exclude\":[\"192.168.99.0/30\",\"192.168.99.4\"]", "pool-too-small",
       "; widen the range or exclude less ["},
      {"\"range\":\"192.168.99.1-192.168.99.3/24\"", "pool-tight", "; widen the range ["},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    nad_expect_says(&(struct nad_case){.config = nad_whereabouts(cases[i].members)}, cases[i].rule, cases[i].fix);
  nad_expect_config(nad_whereabouts("\"range\":\"192.168.99.0/29\""), "");
  nad_expect_config(nad_whereabouts("\"range\":\"fd00:99::/125\""), "");
}

/* Excluded addresses do not count, and every range must be large enough. */
static void counts_every_range_without_its_excludes(void **state) {
  (void)state;
  nad_expect_config(nad_whereabouts("\"range\":\"192.168.99.0/29\",\"exclude\":[\"192.168.99.1\",\"192.168.99.2/31\","
                                    "\"192.168.99.4\"]"),
                    "deny pool-too-small spec.config.ipam.range\n");
  nad_expect_config(nad_whereabouts("\"ipRanges\":[{\"range\":\"192.168.99.0/24\"},{\"range\":\"192.168.98.0/30\"},"
                                    "{\"range\":\"fd00:99::/64\"},{\"range\":\"192.168.97.0/30\"}]"),
                    "deny pool-too-small spec.config.ipam.ipRanges[1].range\n"
                    "deny pool-too-small spec.config.ipam.ipRanges[3].range\n");
  nad_expect_other(nad_whereabouts("\"range\":\"192.168.99.0/30\""), "");
}

/* Known nodes count, even if there may be more. */
static void reports_that_nodes_are_unknown(void **state) {
  (void)state;
  const char *nodes = "apiVersion: v1\nkind: Node\nmetadata: {name: a}\n"
                      "---\napiVersion: v1\nkind: Node\nmetadata: {name: b}\n"
                      "---\napiVersion: v1\nkind: Node\nmetadata: {name: c}\n";
  struct nad_case small = {.config = "{\"type\":\"sriov\",\"deviceID\":\"0000:3b:02.1\",\"ipam\":{\"type\":"
                                     "\"whereabouts\",\"range\":\"192.168.99.0/30\"}}",
                           .no_state = true,
                           .policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"
                                     "rules: {overlap-network: off, overlap-cluster-network: off}\n",
                           .more = nodes};
  nad_expect(&small, "deny pool-too-small spec.config.ipam.range\n");
  small.more = NULL;
  nad_expect(&small, "unverified pool-too-small spec.config.ipam.range\n");
  nad_expect_says(&small, "pool-too-small", "could not be checked: the nodes are unknown");
}

static void reports_a_selector_that_matches_no_node(void **state) {
  (void)state;
  struct nad_case nad = {.config = nad_whereabouts("\"range\":\"192.168.99.0/24\""),
                         .policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\nnodes: {selector: none}\n"};
  nad_expect(&nad, "unverified master-unverified spec.config.master\n"
                   "unverified pool-too-small spec.config.ipam.range\n");
  nad_expect_says(&nad, "pool-too-small", "could not be checked: no node matches nodes.selector of the policy");
  nad_expect_says(&nad, "master-unverified", "could not be checked: no node matches nodes.selector of the policy");
}

/* virt-handler cannot run in a cluster with only Windows nodes. */
static void ignores_nodes_of_another_operating_system(void **state) {
  (void)state;
  struct nad_case nad = {.config = nad_whereabouts("\"range\":\"192.168.99.0/24\""),
                         .state =
                             "apiVersion: v1\nkind: Node\nmetadata: {name: w, labels: {kubernetes.io/os: windows}}\n",
                         .policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"
                                   "rules: {overlap-cluster-network: off, master-unverified: off}\n"};
  nad_expect(&nad, "unverified pool-too-small spec.config.ipam.range\n");
  nad_expect_says(&nad, "pool-too-small", "could not be checked: no node runs Linux");
}

/* --- the rest --- */

/* Go parses a route's destination strictly, so this one is not a default route: one mistake. */
static void does_not_count_an_unreadable_route_as_a_default_route(void **state) {
  (void)state;
  nad_expect_config(nad_whereabouts("\"range\":\"192.168.99.0/24\",\"routes\":[{\"dst\":\"000.0.0.0/0\"}]"),
                    "deny ipam-syntax spec.config.ipam.routes[0].dst\n");
}

static void warns_of_disabled_reservations(void **state) {
  (void)state;
  const char *off = nad_whereabouts("\"range\":\"192.168.99.0/24\",\"enable_overlapping_ranges\":false");
  nad_expect_config(off, "warn reservation-off spec.config.ipam.enable_overlapping_ranges\n");
  nad_expect_other(off, "warn reservation-off spec.config.ipam.enable_overlapping_ranges\n");
  nad_expect_brief(&(struct nad_case){.config = off});
  nad_expect_config(nad_whereabouts("\"range\":\"192.168.99.0/24\",\"enable_overlapping_ranges\":true"), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_fix_names_the_size_that_fits),
      cmocka_unit_test(requires_an_ipam),
      cmocka_unit_test(only_the_plugin_that_creates_the_interface_allocates),
      cmocka_unit_test(ovn_kubernetes_allocates_from_subnets),
      cmocka_unit_test(rejects_allocation_per_node),
      cmocka_unit_test(rejects_added_addresses_that_two_nodes_would_use),
      cmocka_unit_test(reads_static_addresses_from_args),
      cmocka_unit_test(every_node_needs_an_address),
      cmocka_unit_test(decentralized_migration_needs_two_more_addresses),
      cmocka_unit_test(messages_contain_the_sizes),
      cmocka_unit_test(counts_every_range_without_its_excludes),
      cmocka_unit_test(reports_that_nodes_are_unknown),
      cmocka_unit_test(reports_a_selector_that_matches_no_node),
      cmocka_unit_test(ignores_nodes_of_another_operating_system),
      cmocka_unit_test(does_not_count_an_unreadable_route_as_a_default_route),
      cmocka_unit_test(warns_of_disabled_reservations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
