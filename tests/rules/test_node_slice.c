/* whereabouts' node_slice_size: what it can divide, what it ignores, and whether each node gets enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "support/nad_case.h"

#define RANGE "\"range\":\"192.168.99.0/24\""
#define SLICE(size) ",\"node_slice_size\":\"" size "\""
#define SIZE "spec.config.ipam.node_slice_size\n"
#define IPAM "spec.config.ipam."

static void expect(const char *members, const char *lines) {
  nad_expect_config(nad_whereabouts(members), lines);
}

static void expect_text(const char *members, const char *rule, const char *text) {
  struct nad_case nad = {.config = nad_whereabouts(members)};
  nad_expect_says(&nad, rule, text);
  nad_expect_brief(&nad);
}

static void expect_size(const char *size, const char *lines) {
  char members[100];
  (void)snprintf(members, sizeof members, RANGE ",\"node_slice_size\":%s", size);
  expect(members, lines);
}

/* Sizes are parsed by strconv.Atoi after an optional '/'. The standard cluster has four nodes, three with virt-handler.
 */
static void rejects_a_size_that_is_not_a_prefix_length(void **state) {
  (void)state;
  static const char *const good[] = {"\"/27\"", "\"27\"", "\"/30\"", "\"+27\"", "\"/027\"", "\"\"", "null"};
  static const char *const bad[] = {"\"abc\"",
                                    "\"/\"",
                                    "\"//26\"",
                                    "\" 26\"",
                                    "\"/26 \"",
                                    "\"2_6\"",
                                    "\"-\"",
                                    "\"/23\"",
                                    "\"/-1\"",
                                    "\"/31\"",
                                    "\"/32\"",
                                    "\"/33\"",
                                    "\"99999999999999999999\"",
                                    "\"0\""};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    expect_size(good[i], "");
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    expect_size(bad[i], "deny node-slice " SIZE);
  expect_size("26", "deny ipam-syntax " SIZE);
  nad_expect_other(nad_whereabouts(RANGE SLICE("abc")), "");
}

static void says_what_is_wrong(void **state) {
  (void)state;
  expect_text(RANGE SLICE("abc"), "node-slice",
              "Invalid value: \"abc\": is not a prefix length, so no node gets a slice; choose one from /24 to /30, or "
              "remove it [node-slice]");
  expect_text(RANGE SLICE("/20"), "node-slice",
              "Invalid value: \"/20\": is wider than the range 192.168.99.0/24, so no node gets a slice; choose one "
              "from /24 to /30, or remove it [node-slice]");
  expect_text(RANGE SLICE("/31"), "node-slice",
              "Invalid value: \"/31\": leaves no usable address in a slice: the first and the last are reserved; "
              "choose one from /24 to /30, or remove it [node-slice]");
  expect_text(RANGE SLICE("/64"), "node-slice",
              "Invalid value: \"/64\": is not an IPv4 prefix length, so no node gets a slice; choose one from /24 to "
              "/30, or remove it [node-slice]");
  expect_text("\"range\":\"fd00:99::/64\"" SLICE("/80"), "node-slice",
              "Invalid value: \"/80\": divides only IPv4 ranges, so no node gets a slice of an IPv6 range; remove it "
              "[node-slice]");
  expect_text(
      "\"ipRanges\":[{" RANGE "},{\"range\":\"192.168.98.0/24\"}]" SLICE("/27"), "node-slice",
      "Invalid value: \"/27\": divides only the first range, so no addresses come from the others; keep one range, or "
      "remove node_slice_size [node-slice]");
}

static void rejects_slices_of_several_ranges(void **state) {
  (void)state;
  expect("\"ipRanges\":[{" RANGE "}]" SLICE("/27"), "");
  expect("\"range\":\"::ffff:192.168.99.0/120\"" SLICE("/27"), "");
  expect(RANGE ",\"ipRanges\":[{\"range\":\"192.168.98.0/24\"}]" SLICE("/27"), "deny node-slice " SIZE);
  expect(RANGE ",\"ipRanges\":[{\"range\":\"fd00:99::/64\"}]" SLICE("/27"), "deny node-slice " SIZE);
  /* IPv4 accepts one address with two prefix lengths. */
  expect(RANGE ",\"ipRanges\":[{\"range\":\"192.168.96.0/23\"}]" SLICE("/27"), "warn node-slice " SIZE);
}

static void reports_one_mistake_once(void **state) {
  (void)state;
  expect("\"range\":\"192.168.99.0/31\"" SLICE("/32"), "deny range-empty " IPAM "range\n");
  expect("\"range\":\"x\"" SLICE("abc"), "deny ipam-syntax " IPAM "range\n");
  expect("\"node_slice_size\":\"abc\"", "deny range-empty " IPAM "range\n");
}

static void reports_ends_that_slices_ignore(void **state) {
  (void)state;
  expect(RANGE ",\"range_start\":\"192.168.99.2\"" SLICE("/27"), "deny range-ignored " IPAM "range_start\n");
  expect(RANGE ",\"range_start\":\"192.168.99.1\",\"range_end\":\"192.168.99.254\"" SLICE("/27"), "");
  expect(RANGE ",\"range_start\":\"192.168.99.0\",\"range_end\":\"192.168.99.255\"" SLICE("/27"), "");
  expect("\"ipRanges\":[{" RANGE ",\"range_end\":\"192.168.99.253\"}]" SLICE("/27"),
         "deny range-ignored " IPAM "ipRanges[0].range_end\n");
  expect("\"range\":\"192.168.99.1-192.168.99.254/24\"" SLICE("/27"), "");
  expect("\"range\":\"192.168.99.1-192.168.99.200/24\"" SLICE("/27"), "deny range-ignored " IPAM "range\n");
  expect(RANGE ",\"range_end\":\"192.168.99.200\"" SLICE(""), "");
  nad_expect_other(nad_whereabouts(RANGE ",\"range_end\":\"192.168.99.200\"" SLICE("/27")),
                   "deny range-ignored " IPAM "range_end\n");
  expect_text(
      RANGE ",\"range_start\":\"192.168.99.100\"" SLICE("/27"), "range-ignored",
      "Invalid value: \"192.168.99.100\": is ignored because node_slice_size divides the whole range; remove it, "
      "or remove node_slice_size [range-ignored]");
  expect_text("\"range\":\"192.168.99.10-192.168.99.254/24\"" SLICE("/27"), "range-ignored",
              "has a start or end that whereabouts ignores because of node_slice_size; use 192.168.99.0/24, or "
              "remove node_slice_size [range-ignored]");
}

/* The first and the last address of each slice are never handed out; excludes are ignored. */
static void reports_excludes_that_slices_ignore(void **state) {
  (void)state;
  static const char *const dropped[] = {"192.168.99.9", "192.168.99.30/31", "192.168.0.0/16", "no address"};
  static const char *const idle[] = {"192.168.99.0", "192.168.99.31", "192.168.99.64/32", "192.168.99.255"};
  for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++) {
    char members[150];
    (void)snprintf(members, sizeof members, RANGE ",\"exclude\":[\"%s\"]" SLICE("/27"), dropped[i]);
    expect(members, "deny range-ignored " IPAM "exclude\n");
  }
  for (size_t i = 0; i < sizeof idle / sizeof *idle; i++) {
    char members[150];
    (void)snprintf(members, sizeof members, RANGE ",\"exclude\":[\"%s\"]" SLICE("/27"), idle[i]);
    expect(members, "");
  }
  expect(RANGE ",\"exclude\":[\"192.168.98.9\"]" SLICE("/27"), "warn exclude-outside " IPAM "exclude[0]\n");
  expect(RANGE ",\"exclude\":[]" SLICE("/27"), "");
  expect(RANGE ",\"exclude\":[5]" SLICE("/27"), "deny ipam-syntax " IPAM "exclude[0]\n");
  expect_text(RANGE ",\"exclude\":[\"192.168.99.0/28\"]" SLICE("/27"), "range-ignored",
              "is ignored because node_slice_size divides the whole range; remove it, or "
              "remove node_slice_size [range-ignored]");
}

static void reports_an_excluded_gateway_that_is_handed_out(void **state) {
  (void)state;
  expect(RANGE ",\"gateway\":\"192.168.99.1\",\"exclude\":[\"192.168.99.1/32\"]" SLICE("/27"),
         "deny range-ignored " IPAM "exclude\n"
         "deny gateway-in-pool " IPAM "gateway\n");
  expect_text(RANGE ",\"gateway\":\"192.168.99.1\"" SLICE("/27"), "gateway-in-pool",
              "Invalid value: \"192.168.99.1\": can be handed out to a pod; remove node_slice_size and exclude it: "
              "with slices, whereabouts ignores exclude [gateway-in-pool]");
  expect(RANGE ",\"gateway\":\"192.168.99.30\"" SLICE("/27"), "deny gateway-in-pool " IPAM "gateway\n");
  expect(RANGE ",\"gateway\":\"192.168.99.31\"" SLICE("/27"), "");
  expect(RANGE ",\"gateway\":\"192.168.99.64\"" SLICE("/27"), "");
  /* There are too many slices to check their first and last addresses. */
  expect("\"range\":\"10.64.0.0/16\",\"gateway\":\"10.64.0.5\"" SLICE("/30"), "deny gateway-in-pool " IPAM "gateway\n");
}

/* whereabouts hands out addresses of the whole range and ignores the ends. */
static void a_sliced_range_overlaps_as_a_whole(void **state) {
  (void)state;
  struct nad_case nad = {
      .config = nad_whereabouts(RANGE ",\"range_start\":\"192.168.99.200\"" SLICE("/27")),
      .more = "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
              "metadata: {name: other, namespace: lab}\n"
              "spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"o\",\"type\":\"macvlan\",\"master\":\"eth1\","
              "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/28\"}}'}\n"};
  nad_expect(&nad, "deny range-ignored " IPAM "range_start\n"
                   "deny overlap-network " IPAM "range\n");
}

static void requires_a_slice_for_each_node(void **state) {
  (void)state;
  expect(RANGE SLICE("/24"), "deny pool-too-small " SIZE);
  expect(RANGE SLICE("/25"), "deny pool-too-small " SIZE);
  expect("\"range\":\"192.168.99.0/27\"" SLICE("/30"), "");
  expect_text(RANGE SLICE("/25"), "pool-too-small",
              "Invalid value: \"/25\": cuts the range into 2 slices, but each of 4 Linux nodes needs one; widen the "
              "range, or make the slices smaller [pool-too-small]");
  nad_expect_other(nad_whereabouts(RANGE SLICE("/25")), "");
}

#define NODE(name, labels) "---\napiVersion: v1\nkind: Node\nmetadata: {name: " name ", labels: {" labels "}}\n"
#define CONTROL "node-role.kubernetes.io/control-plane: ''"
#define HANDLER "kubevirt.io/schedulable: 'true'"
#define BOTH CONTROL ", " HANDLER
#define QUIET                                                                                                          \
  "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"                                                                   \
  "rules: {overlap-cluster-network: off, overlap-network: off, master-unverified: off}\n"

/* Nodes without virt-handler count, too. A Windows node does not count, although it may get a slice. */
static void nodes_without_virt_handler_also_need_a_slice(void **state) {
  (void)state;
  struct nad_case nad = {.config = nad_whereabouts(RANGE SLICE("/25")),
                         .policy = QUIET,
                         .state = NODE("a", HANDLER) NODE("b", HANDLER)
                             NODE("w", "kubernetes.io/os: windows, kubevirt.io/schedulable: 'false'")};
  nad_expect(&nad, "warn pool-tight " SIZE);
  nad_expect_says(&nad, "pool-tight", "2 slices for 2 Linux nodes");
  nad_expect_brief(&nad);
  nad.state = NODE("a", HANDLER) NODE("b", HANDLER) NODE("c", CONTROL);
  nad_expect(&nad, "deny pool-too-small " SIZE);
  nad.state = NODE("a", HANDLER);
  nad_expect(&nad, "");
  nad.config = nad_whereabouts(RANGE SLICE("/24"));
  nad_expect(&nad, "warn pool-tight " SIZE);
  nad_expect_says(&nad, "pool-tight", "1 slice for 1 Linux node");
  nad.state = NODE("a", HANDLER) NODE("b", HANDLER);
  nad_expect_says(&nad, "pool-too-small", "cuts the range into 1 slice, but each of 2 Linux nodes needs one");
  nad.state = NULL;
  nad.no_state = true;
  nad_expect(&nad, "unverified pool-too-small " IPAM "range\n");
}

#define HCO                                                                                                            \
  "---\napiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\n"                                                   \
  "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"                                              \
  "spec: {featureGates: {decentralizedLiveMigration: true}}\n"

/* A node may run virt-handler, two sync controllers and one more during an update: /30 has 2 addresses, /29 has 6. */
static void requires_room_for_all_pods_of_a_node_in_a_slice(void **state) {
  (void)state;
  struct nad_case nad = {.policy = QUIET};
  nad.state = NODE("a", BOTH) NODE("b", BOTH) NODE("c", BOTH) HCO;
  nad.config = nad_whereabouts(RANGE SLICE("/29"));
  nad_expect(&nad, "");
  nad.config = nad_whereabouts(RANGE SLICE("/30"));
  nad_expect(&nad, "warn pool-too-small " SIZE); /* one on each of the three */
  nad_expect_says(
      &nad, "pool-too-small",
      "gives each node 2 usable addresses, but up to 4 are needed (virt-handler, 2 virt-synchronization-controllers "
      "and 1 more during updates)");
  nad.state = NODE("a", BOTH) NODE("b", BOTH) HCO;
  nad_expect(&nad, "deny pool-too-small " SIZE);
  nad.state = NODE("a", BOTH) NODE("b", BOTH);
  nad_expect(&nad, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rejects_a_size_that_is_not_a_prefix_length),
      cmocka_unit_test(says_what_is_wrong),
      cmocka_unit_test(rejects_slices_of_several_ranges),
      cmocka_unit_test(reports_one_mistake_once),
      cmocka_unit_test(reports_ends_that_slices_ignore),
      cmocka_unit_test(reports_excludes_that_slices_ignore),
      cmocka_unit_test(reports_an_excluded_gateway_that_is_handed_out),
      cmocka_unit_test(a_sliced_range_overlaps_as_a_whole),
      cmocka_unit_test(requires_a_slice_for_each_node),
      cmocka_unit_test(nodes_without_virt_handler_also_need_a_slice),
      cmocka_unit_test(requires_room_for_all_pods_of_a_node_in_a_slice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
