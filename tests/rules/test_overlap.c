#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "support/nad_case.h"

#define POLICY "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"

static void expect_range(const char *range, const char *lines) {
  char members[128];
  (void)snprintf(members, sizeof members, "\"range\":\"%s\"", range);
  nad_expect_config(nad_whereabouts(members), lines);
}

static const char found[] = "deny overlap-cluster-network spec.config.ipam.range\n";

/* --- overlap-cluster-network --- */

static void rejects_ranges_in_cluster_networks(void **state) {
  (void)state;
  expect_range("10.128.0.0/16", found);
  expect_range("10.131.255.0/24", found);
  expect_range("10.0.0.0/8", found);
  expect_range("172.30.9.0/24", found);
  expect_range("100.64.7.0/24", found);
  expect_range("fd98::/64", found);
  expect_range("10.132.0.0/24", "");
  expect_range("10.127.255.0/24", "");
  expect_range("172.31.0.0/24", "");
}

static void names_the_network_and_its_source(void **state) {
  (void)state;
  struct nad_case one = {.config = nad_whereabouts("\"range\":\"10.128.0.0/16\"")};
  nad_expect_says(&one, "overlap-cluster-network",
                  "Invalid value: \"10.128.0.0/16\": overlaps the pod network 10.128.0.0/14 (Network cluster); "
                  "choose a range outside it [overlap-cluster-network]");
  struct nad_case all = {.config = nad_whereabouts("\"range\":\"0.0.0.0/1\""),
                         .policy = POLICY "rules: {range-class: off}\n"
                                          "clusterNetworks: [{name: store, cidr: 20.0.0.0/8}]\n"};
  nad_expect_says(&all, "overlap-cluster-network", "overlaps the store 20.0.0.0/8 (policy), the pod network");
  nad_expect_says(&all, "overlap-cluster-network", " more; choose a range outside them");
}

/* The pod's route goes to the whole subnet, however small the pool. */
static void compares_the_subnet_not_the_pool(void **state) {
  (void)state;
  expect_range("192.168.1.100-192.168.1.120/24", found);
  expect_range("192.168.1.128/25", "");
  nad_expect_config(nad_whereabouts("\"range\":\"10.128.0.0/16\",\"exclude\":[\"x\"]"),
                    "deny ipam-syntax spec.config.ipam.exclude[0]\n"
                    "deny overlap-cluster-network spec.config.ipam.range\n");
}

static void a_range_without_addresses_also_overlaps(void **state) {
  (void)state;
  static const char both[] = "deny range-empty spec.config.ipam.range\n"
                             "deny overlap-cluster-network spec.config.ipam.range\n";
  static const char empty[] = "deny range-empty spec.config.ipam.range\n";
  nad_expect_config(nad_whereabouts("\"range\":\"10.128.0.0/31\""), both);
  nad_expect_config(nad_whereabouts("\"range\":\"10.128.0.1/32\""), both);
  nad_expect_config(nad_whereabouts("\"range\":\"10.128.0.0/24\",\"exclude\":[\"10.128.0.0/24\"]"), both);
  nad_expect_config(nad_whereabouts("\"range\":\"192.168.99.0/31\""), empty);
  nad_expect_config(nad_whereabouts("\"range\":\"192.168.99.1/32\""), empty);
  nad_expect_config(nad_whereabouts("\"ipRanges\":[{\"range\":\"192.168.99.0/31\"},{\"range\":\"10.128.0.0/31\"}]"),
                    "deny range-empty spec.config.ipam.ipRanges[0].range\n"
                    "deny range-empty spec.config.ipam.ipRanges[1].range\n"
                    "deny overlap-cluster-network spec.config.ipam.ipRanges[1].range\n");
  static const char v6[] = "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, spec: "
                           "{clusterNetwork: [{cidr: 'fd01::/48', hostPrefix: 64}]}}";
  static const char *const lengths[] = {"\"range\":\"fd01::2/127\"", "\"range\":\"fd01::1/128\""};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
    nad_expect(&(struct nad_case){.config = nad_whereabouts(lengths[i]), .state = v6},
               "deny range-empty spec.config.ipam.range\n"
               "deny overlap-cluster-network spec.config.ipam.range\n"
               "unverified master-unverified spec.config.master\n");
}

static void only_warns_on_other_networks(void **state) {
  (void)state;
  const char *config = nad_whereabouts("\"range\":\"10.128.0.0/16\"");
  nad_expect_other(config, "warn overlap-cluster-network spec.config.ipam.range\n");
  nad_expect_brief(&(struct nad_case){.config = config, .label = "false", .ns = "shop"});
}

static void judges_each_range(void **state) {
  (void)state;
  nad_expect_config(nad_whereabouts("\"ipRanges\":[{\"range\":\"10.128.0.0/24\"},{\"range\":\"192.168.99.0/24\"},"
                                    "{\"range\":\"172.30.0.0/24\"}]"),
                    "deny overlap-cluster-network spec.config.ipam.ipRanges[0].range\n"
                    "deny overlap-cluster-network spec.config.ipam.ipRanges[2].range\n");
}

/* --- nothing is known --- */

static void reports_unknown_networks_once(void **state) {
  (void)state;
  struct nad_case nad = {.config = nad_whereabouts("\"ipRanges\":[{\"range\":\"192.168.98.0/24\"},"
                                                   "{\"range\":\"192.168.99.0/24\"}]"),
                         .label = "false",
                         .no_state = true};
  nad_expect(&nad, "unverified overlap-cluster-network spec.config.ipam.ipRanges[0].range\n"
                   "unverified overlap-network spec.config.ipam.ipRanges[0].range\n");
  nad.config = nad_whereabouts("\"range\":\"192.168.99.0/24\"");
  nad_expect_brief(&nad);
  /* Without anything to compare, nothing is reported. */
  nad_expect(
      &(struct nad_case){.config = nad_macvlan("\"ipam\":{\"type\":\"dhcp\"}"), .label = "false", .no_state = true},
      "");
}

static void uses_the_networks_that_are_known(void **state) {
  (void)state;
  struct nad_case nad = {.config = nad_whereabouts("\"range\":\"192.168.99.0/24\""),
                         .ns = "shop",
                         .label = "false",
                         .no_state = true,
                         .policy = POLICY "clusterNetworks: [{name: store, cidr: 192.168.0.0/16}]\n",
                         .more = "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
                                 "metadata: {name: b, namespace: shop}\n"
                                 "spec: {config: '{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":"
                                 "\"whereabouts\",\"range\":\"192.168.99.0/25\"}}'}\n"};
  nad_expect(&nad, "warn overlap-cluster-network spec.config.ipam.range\n"
                   "warn overlap-network spec.config.ipam.range\n");
}

/* The addresses of nodes do not reveal the networks of pods and services, so other addresses may be in use, too. */
static void node_addresses_alone_do_not_make_the_networks_known(void **state) {
  (void)state;
  struct nad_case nad = {.config = nad_whereabouts("\"range\":\"192.168.1.0/24\""),
                         .ns = "shop",
                         .label = "false",
                         .state = "{apiVersion: v1, kind: Node, metadata: {name: a}, "
                                  "status: {addresses: [{type: InternalIP, address: 192.168.1.10}]}}"};
  nad_expect(&nad, "warn overlap-cluster-network spec.config.ipam.range\n");
  nad.config = nad_whereabouts("\"range\":\"192.168.2.0/24\"");
  nad_expect(&nad, "unverified overlap-cluster-network spec.config.ipam.range\n");
}

/* --- overlap-network --- */

/* A NAD in YAML: NS/NAME with a whereabouts range and more members of its ipam. */
static void add_nad(struct dw_buf *out, const char *path, const char *range, const char *more) {
  const char *slash = strchr(path, '/');
  dw_buf_printf(out,
                "---\napiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
                "metadata: {namespace: %.*s, name: %s}\n"
                "spec: {config: '{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\","
                "\"range\":\"%s\"%s}}'}\n",
                (int)(slash - path), path, slash + 1, range, more);
}

struct pair {
  const char *path, *range, *more; /* of the existing NAD */
  const char *own;                 /* members of the new one's ipam */
  bool migration;                  /* the new one is a migration network */
};

static void expect_pair(const struct pair *pair, const char *lines) {
  DW_BUF_SCOPED struct dw_buf more = DW_BUF_INIT;
  add_nad(&more, pair->path, pair->range, pair->more == NULL ? "" : pair->more);
  nad_expect(&(struct nad_case){.config = nad_whereabouts(pair->own),
                                .ns = pair->migration ? NULL : "shop",
                                .label = pair->migration ? "true" : "false",
                                .more = dw_buf_text(&more)},
             lines);
}

static void a_migration_network_shares_its_addresses_with_no_nad(void **state) {
  (void)state;
  const char *denied = "deny overlap-network spec.config.ipam.range\n";
  expect_pair(&(struct pair){"shop/a", "192.168.99.0/24", NULL, "\"range\":\"192.168.99.0/24\"", true}, denied);
  expect_pair(&(struct pair){"shop/a", "192.168.98.0/23", NULL, "\"range\":\"192.168.99.0/24\"", true}, denied);
  expect_pair(
      &(struct pair){"shop/a", "192.168.99.0/24", ",\"network_name\":\"x\"", "\"range\":\"192.168.99.0/24\"", true},
      denied);
  expect_pair(&(struct pair){"shop/a", "192.168.98.0/24", NULL, "\"range\":\"192.168.99.0/24\"", true}, "");
  /* The pools are compared, not the subnets. */
  expect_pair(&(struct pair){"shop/a", "192.168.99.1-192.168.99.99/24", NULL,
                             "\"range\":\"192.168.99.100-192.168.99.200/24\"", true},
              "");
  expect_pair(&(struct pair){"shop/a", "192.168.99.1-192.168.99.100/24", NULL,
                             "\"range\":\"192.168.99.100-192.168.99.200/24\"", true},
              denied);
  /* A NAD is not compared with itself. */
  expect_pair(&(struct pair){"openshift-cnv/net", "192.168.99.0/24", NULL, "\"range\":\"192.168.99.0/24\"", true}, "");
}

static void rejects_other_nads_that_overlap_a_migration_network(void **state) {
  (void)state;
  const char *denied = "deny overlap-network spec.config.ipam.range\n";
  expect_pair(
      &(struct pair){"openshift-cnv/migration", "192.168.99.0/24", NULL, "\"range\":\"192.168.99.0/24\"", false},
      denied);
  expect_pair(&(struct pair){"openshift-cnv/migration", "192.168.99.0/24", NULL,
                             "\"range\":\"192.168.99.128/25\",\"network_name\":\"x\"", false},
              denied);
}

static void warns_of_overlaps_between_other_nads(void **state) {
  (void)state;
  expect_pair(&(struct pair){"shop/a", "192.168.99.0/24", NULL, "\"range\":\"192.168.99.128/25\"", false},
              "warn overlap-network spec.config.ipam.range\n");
  expect_pair(&(struct pair){"shop/a", "192.168.99.0/24", NULL, "\"range\":\"192.168.99.0/24\"", false}, "");
  expect_pair(
      &(struct pair){"shop/a", "192.168.99.0/24", ",\"network_name\":\"x\"", "\"range\":\"192.168.99.128/25\"", false},
      "");
  expect_pair(&(struct pair){"shop/a", "192.168.99.0/24", ",\"network_name\":\"x\"",
                             "\"range\":\"192.168.99.128/25\",\"network_name\":\"x\"", false},
              "warn overlap-network spec.config.ipam.range\n");
}

/* A migration network among several NADs in conflict makes it a denial, even if it is not the first. */
static void a_migration_network_among_several_conflicts_denies(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf more = DW_BUF_INIT;
  add_nad(&more, "app/a", "192.168.99.0/24", "");
  add_nad(&more, "app/b", "192.168.99.0/24", "");
  add_nad(&more, "openshift-cnv/migration", "192.168.99.0/24", "");
  struct nad_case nad = {.config = nad_whereabouts("\"range\":\"192.168.99.0/25\""),
                         .ns = "shop",
                         .label = "false",
                         .more = dw_buf_text(&more)};
  nad_expect(&nad, "deny overlap-network spec.config.ipam.range\n");
  nad_expect_says(&nad, "overlap-network",
                  "overlaps 192.168.99.0/24 of migration network openshift-cnv/migration "
                  "(shared: 192.168.99.1-192.168.99.126), and pools of 2 more NADs");
}

/* --- wires --- */

#define OTHER(config)                                                                                                  \
  "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: a, namespace: shop}\n"          \
  "spec: {config: '" config "'}\n"

/* A migration network on MASTER with 192.168.99.0/24, and another NAD. */
static void expect_with(const char *master, const char *other, const char *lines) {
  char config[256];
  (void)snprintf(config, sizeof config, "{\"type\":\"macvlan\",\"master\":\"%s\"," NAD_IPAM "}", master);
  nad_expect(&(struct nad_case){.config = config,
                                .more = other,
                                .policy = POLICY "rules: {master-missing: off, master-unverified: off}\n"},
             lines);
}

static const char denied[] = "deny overlap-network spec.config.ipam.range\n";
static const char warned[] = "warn overlap-network spec.config.ipam.range\n";

/* host-local and static do not coordinate: on the same wire, two pods get the same address. */
static void compares_addresses_per_node_on_the_same_wire(void **state) {
  (void)state;
#define HOST_LOCAL "\"ipam\":{\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"192.168.99.0/24\"}]]}"
#define STATIC(address) "\"ipam\":{\"type\":\"static\",\"addresses\":[{\"address\":\"" address "\"}]}"
  expect_with("eth1", OTHER("{\"type\":\"macvlan\",\"master\":\"eth1\"," HOST_LOCAL "}"), denied);
  expect_with("eth1", OTHER("{\"type\":\"ipvlan\",\"master\":\"eth1\"," STATIC("192.168.99.5/24") "}"),
              "deny overlap-network spec.config.ipam.range\n"
              "warn master-shared spec.config.master\n");
  expect_with("eth1", OTHER("{\"type\":\"macvlan\",\"master\":\"eth1\"," STATIC("192.168.98.5/24") "}"), "");
  expect_with("eth1", OTHER("{\"type\":\"sriov\"," HOST_LOCAL "}"), denied);
  expect_with("eth1.100", OTHER("{\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":100," HOST_LOCAL "}"), denied);
  /* perhaps another wire */
  expect_with("eth1", OTHER("{\"type\":\"macvlan\",\"master\":\"eth2\"," HOST_LOCAL "}"), warned);
  expect_with("eth1", OTHER("{\"type\":\"bridge\",\"bridge\":\"br1\"," HOST_LOCAL "}"), warned);
  expect_with("eth1", OTHER("{\"type\":\"weave-net\"," HOST_LOCAL "}"), warned);
  /* certainly another wire, or none */
  expect_with("eth1", OTHER("{\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":100," HOST_LOCAL "}"), "");
  expect_with("eth1.99", OTHER("{\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":100," HOST_LOCAL "}"), "");
  expect_with("eth1", OTHER("{\"type\":\"bridge\"," HOST_LOCAL "}"), "");
  expect_with("eth1", OTHER("{\"type\":\"ptp\"," HOST_LOCAL "}"), "");
  expect_with("eth1", OTHER("{\"type\":\"macvlan\",\"master\":\"eth1\"}"), "");
  expect_with("eth1",
              OTHER("{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"},{"
                    "\"type\":\"tuning\"," HOST_LOCAL "}]}"),
              "");
}

static void compares_them_in_both_directions(void **state) {
  (void)state;
  static const char migration[] =
      "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
      "metadata: {name: migration, namespace: openshift-cnv}\n"
      "spec: {config: '{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":"
      "\"192.168.99.0/24\"}}'}\n";
  struct nad_case nad = {
      .config = nad_macvlan(STATIC("192.168.99.5/24")), .ns = "shop", .label = "false", .more = migration};
  nad_expect(&nad, "deny overlap-network spec.config.ipam.addresses[0].address\n");
  nad_expect_says(&nad, "overlap-network",
                  "Invalid value: \"192.168.99.5/24\": overlaps 192.168.99.0/24 of migration network "
                  "openshift-cnv/migration (shared: 192.168.99.5); choose a range outside it [overlap-network]");
  nad.config = "{\"type\":\"macvlan\",\"master\":\"eth2\"," STATIC("192.168.99.5/24") "}";
  nad_expect(&nad, "warn overlap-network spec.config.ipam.addresses[0].address\n");
  nad_expect_says(&nad, "overlap-network",
                  "openshift-cnv/migration, possibly on another network segment (shared: 192.168.99.5)");
  nad.config = nad_whereabouts("\"range\":\"10.7.0.0/24\",\"addresses\":[{\"address\":\"192.168.99.5/24\"}]");
  nad_expect(&nad, "deny overlap-network spec.config.ipam.addresses[0].address\n");
  /* Conflicts between other networks are not reported. */
  nad.more = OTHER("{\"type\":\"macvlan\",\"master\":\"eth1\"," HOST_LOCAL "}");
  nad.config = nad_macvlan(HOST_LOCAL);
  nad_expect(&nad, "");
}

/* Overlapping whereabouts pools share their addresses on any wire, unless network_name separates them. */
static void compares_whereabouts_pools_on_different_wires(void **state) {
  (void)state;
#define SHARED(more) "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/24\"" more "}"
#define NAMED ",\"network_name\":\"shop\""
  expect_with("eth1", OTHER("{\"type\":\"macvlan\",\"master\":\"eth2\"," SHARED("") "}"), denied);
  expect_with("eth1", OTHER("{\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":100," SHARED("") "}"), warned);
  expect_with("eth1", OTHER("{\"type\":\"macvlan\",\"master\":\"eth1\"," SHARED(NAMED) "}"), denied);
  expect_with("eth1", OTHER("{\"type\":\"macvlan\",\"master\":\"eth2\"," SHARED(NAMED) "}"), warned);
  expect_with("eth1", OTHER("{\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":100," SHARED(NAMED) "}"), "");
}

#define OVN(topology)                                                                                                  \
  "{\"name\":\"n\",\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"" topology                                          \
  "\",\"netAttachDefName\":\"shop/a\",\"subnets\":\"192.168.0.0/16\"}"

/* Only a localnet reaches the physical network. */
static void does_not_compare_overlays(void **state) {
  (void)state;
  expect_with("eth1", OTHER(OVN("layer2")), "");
  expect_with("eth1", OTHER(OVN("layer3")), "");
  expect_with("eth1", OTHER(OVN("localnet")), denied);
  static const char migration[] =
      "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
      "metadata: {name: migration, namespace: openshift-cnv}\n"
      "spec: {config: '{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":"
      "\"192.168.99.0/24\"}}'}\n";
  struct nad_case nad = {.config = OVN("layer2"), .ns = "shop", .name = "a", .label = "false", .more = migration};
  nad_expect(&nad, "");
  nad.no_state = true;
  nad.more = NULL;
  nad_expect(&nad, "");
  nad = (struct nad_case){.config = OVN("localnet"), .ns = "shop", .name = "a", .label = "false", .more = migration};
  nad_expect(&nad, "warn overlap-cluster-network spec.config.subnets\n"
                   "deny overlap-network spec.config.subnets\n");
}

static void compares_the_subnets_of_addresses_per_node(void **state) {
  (void)state;
  nad_expect_config(nad_whereabouts("\"range\":\"192.168.99.0/24\",\"addresses\":[{\"address\":\"10.128.3.4/16\"}]"),
                    "deny overlap-cluster-network spec.config.ipam.addresses[0].address\n"
                    "warn ipam-per-node spec.config.ipam.addresses[0].address\n");
  nad_expect_other(nad_macvlan("\"ipam\":{\"type\":\"host-local\",\"subnet\":\"172.30.0.0/24\"}"),
                   "warn overlap-cluster-network spec.config.ipam.subnet\n");
}

/* Measured: tuning never runs an IPAM plugin, so the second one is not used. */
static void ignores_plugins_that_never_allocate(void **state) {
  (void)state;
  static const char chain[] =
      "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
      "},{\"type\":\"tuning\"," NAD_IPAM "}]}";
  nad_expect_config(chain, "");
  nad_expect_config(
      "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
      "},{\"type\":\"tuning\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.128.0.0/14\"}}]}",
      "");
}

/* MetalLB's pools do not say on which network they are, so this only warns. */
static void warns_of_addresses_of_services(void **state) {
  (void)state;
  static const char pools[] =
      "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: b, namespace: metallb-system}\n"
      "spec: {addresses: [192.168.99.100-192.168.99.150, 192.168.98.0/24]}\n"
      "---\napiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: a, namespace: metallb-system}\n"
      "spec: {addresses: [192.168.97.0/24, 192.168.99.120/32]}\n";
  struct nad_case nad = {.config = nad_macvlan(NAD_IPAM), .more = pools};
  nad_expect(&nad, "warn overlap-network spec.config.ipam.range\n");
  nad_expect_says(
      &nad, "overlap-network",
      "Invalid value: \"192.168.99.0/24\": overlaps 192.168.99.120/32 of the IPAddressPool metallb-system/a, which "
      "MetalLB assigns to services; exclude it, or choose another range [overlap-network]");
  nad.config =
      nad_whereabouts("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.64/26\",\"192.168.99.128/26\"]");
  nad_expect(&nad, "");
  nad.config = nad_whereabouts("\"range\":\"192.168.96.0/24\"");
  nad_expect(&nad, "");
  nad.config = OVN("layer2");
  nad.ns = "shop";
  nad.name = "a";
  nad.label = "false";
  nad_expect(&nad, "");
}

/* As many ranges as are compared, each outside every network, and one more. */
static const char *many_ranges(struct dw_buf *out, unsigned count) {
  dw_buf_puts(out, "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"ipRanges\":[");
  for (unsigned i = 0; i < count; i++)
    dw_buf_printf(out, "%s{\"range\":\"20.%u.%u.0/24\"}", i == 0 ? "" : ",", i / 256, i % 256);
  dw_buf_puts(out, "]}}");
  return dw_buf_text(out);
}

static void limits_the_number_of_ranges(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf most = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf more = DW_BUF_INIT;
  nad_expect_other(many_ranges(&most, 1024), "");
  nad_expect_other(many_ranges(&more, 1025), "deny overlap-network spec.config.ipam.ipRanges[1024].range\n");
}

/* --- overlap-remote-cluster --- */

static void names_all_remote_clusters(void **state) {
  (void)state;
  struct nad_case nad = {.config = nad_whereabouts("\"range\":\"192.168.99.0/24\""),
                         .policy =
                             POLICY "remoteClusters: [{name: east, ranges: [\"192.168.99.128/25\"]}, {name: north, "
                                    "ranges: [\"192.168.98.0/24\"]}, {name: west, ranges: "
                                    "[\"192.168.99.0/26\"]}]\n"};
  nad_expect(&nad, "deny overlap-remote-cluster spec.config.ipam.range\n");
  nad_expect_says(
      &nad, "overlap-remote-cluster",
      "overlaps 192.168.99.128/25 of the remote cluster east and 192.168.99.0/26 of the remote cluster west; "
      "exclude them, or choose another range");
}

static void rejects_ranges_of_remote_clusters(void **state) {
  (void)state;
  const char *policy = POLICY "remoteClusters: [{name: east, ranges: [\"192.168.99.128/25\"]}]\n";
  struct nad_case whole = {.config = nad_whereabouts("\"range\":\"192.168.99.0/24\""), .policy = policy};
  nad_expect(&whole, "deny overlap-remote-cluster spec.config.ipam.range\n");
  nad_expect_says(&whole, "overlap-remote-cluster", "overlaps 192.168.99.128/25 of the remote cluster east");
  nad_expect_says(&whole, "overlap-remote-cluster", "192.168.99.128-192.168.99.254");
  nad_expect(
      &(struct nad_case){.config = nad_whereabouts("\"range\":\"192.168.99.1-192.168.99.127/24\""), .policy = policy},
      "");
  nad_expect(
      &(struct nad_case){.config = nad_whereabouts("\"range\":\"192.168.99.1-192.168.99.128/24\""), .policy = policy},
      "deny overlap-remote-cluster spec.config.ipam.range\n");
  nad_expect(&(struct nad_case){.config = nad_whereabouts("\"range\":\"192.168.99.0/24\","
                                                          "\"exclude\":[\"192.168.99.128/25\"]"),
                                .policy = policy},
             "");
  /* Other networks do not connect clusters. */
  nad_expect(&(struct nad_case){.config = nad_whereabouts("\"range\":\"192.168.99.0/24\""),
                                .label = "false",
                                .policy = policy},
             "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rejects_ranges_in_cluster_networks),
      cmocka_unit_test(names_the_network_and_its_source),
      cmocka_unit_test(compares_the_subnet_not_the_pool),
      cmocka_unit_test(a_range_without_addresses_also_overlaps),
      cmocka_unit_test(only_warns_on_other_networks),
      cmocka_unit_test(judges_each_range),
      cmocka_unit_test(reports_unknown_networks_once),
      cmocka_unit_test(uses_the_networks_that_are_known),
      cmocka_unit_test(node_addresses_alone_do_not_make_the_networks_known),
      cmocka_unit_test(a_migration_network_shares_its_addresses_with_no_nad),
      cmocka_unit_test(rejects_other_nads_that_overlap_a_migration_network),
      cmocka_unit_test(warns_of_overlaps_between_other_nads),
      cmocka_unit_test(a_migration_network_among_several_conflicts_denies),
      cmocka_unit_test(compares_addresses_per_node_on_the_same_wire),
      cmocka_unit_test(compares_them_in_both_directions),
      cmocka_unit_test(compares_whereabouts_pools_on_different_wires),
      cmocka_unit_test(does_not_compare_overlays),
      cmocka_unit_test(compares_the_subnets_of_addresses_per_node),
      cmocka_unit_test(ignores_plugins_that_never_allocate),
      cmocka_unit_test(warns_of_addresses_of_services),
      cmocka_unit_test(limits_the_number_of_ranges),
      cmocka_unit_test(names_all_remote_clusters),
      cmocka_unit_test(rejects_ranges_of_remote_clusters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
