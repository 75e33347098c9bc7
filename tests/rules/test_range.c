#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "support/nad_case.h"

/* Only one node, so that small pools are large enough. */
static const char one_node[] = "apiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n"
                               "status: {clusterNetwork: [{cidr: 10.128.0.0/14}]}\n"
                               "---\napiVersion: v1\nkind: Node\nmetadata: {name: a}\n"
                               "---\napiVersion: nmstate.io/v1beta1\nkind: NodeNetworkState\nmetadata: {name: a}\n"
                               "status: {currentState: {interfaces: [{name: eth1, type: ethernet, state: up}]}}\n";

static void expect(const char *members, const char *lines) {
  nad_expect(&(struct nad_case){.config = nad_whereabouts(members), .state = one_node}, lines);
}

static void expect_says(const char *members, const char *rule, const char *text) {
  nad_expect_says(&(struct nad_case){.config = nad_whereabouts(members), .state = one_node}, rule, text);
}

static void rejects_ends_that_are_ignored(void **state) {
  (void)state;
  expect("\"range\":\"192.168.99.0/24\",\"range_start\":\"192.168.99.1\",\"range_end\":\"192.168.99.254\"", "");
  expect("\"range\":\"192.168.99.0/24\",\"range_start\":\"192.168.99.255\"",
         "deny range-ignored spec.config.ipam.range_start\n");
  expect("\"range\":\"192.168.99.0/24\",\"range_end\":\"192.168.99.0\"",
         "deny range-ignored spec.config.ipam.range_end\n");
  expect("\"range\":\"192.168.99.0/24\",\"range_start\":\"192.168.98.255\"",
         "deny range-ignored spec.config.ipam.range_start\n");
  expect("\"range\":\"192.168.99.0/24\",\"range_end\":\"192.168.100.0\"",
         "deny range-ignored spec.config.ipam.range_end\n");
  expect("\"range\":\"192.168.99.0/24\",\"range_start\":\"192.168.99.9\",\"range_end\":\"192.168.99.8\"",
         "deny range-ignored spec.config.ipam.range_end\n");
  expect("\"range\":\"192.168.99.0/24\",\"range_start\":\"x\"", "deny range-ignored spec.config.ipam.range_start\n");
  expect("\"range\":\"192.168.99.40-192.168.99.10/24\"", "deny range-ignored spec.config.ipam.range\n");
  expect("\"range\":\"192.168.99.10-192.168.99.40/24\",\"range_end\":\"192.168.99.41\"",
         "deny range-ignored spec.config.ipam.range_end\n");
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"range_end\":\"192.168.98.7\"}]",
         "deny range-ignored spec.config.ipam.ipRanges[0].range_end\n");
}

/* The pool is the same with and without them (measured). */
static void accepts_ends_that_change_nothing(void **state) {
  (void)state;
  expect("\"range\":\"192.168.99.0/24\",\"range_start\":\"192.168.99.0\",\"range_end\":\"192.168.99.255\"", "");
  expect("\"range\":\"192.168.99.0/24\",\"range_start\":\"192.168.99.0\",\"range_end\":\"192.168.99.50\"", "");
  expect("\"range\":\"192.168.99.0-192.168.99.255/24\"", "");
  expect("\"range\":\"192.168.99.7-192.168.99.255/24\"", "");
  expect("\"range\":\"fd00:99::/64\",\"range_start\":\"fd00:99::\",\"range_end\":\"fd00:99::ffff:ffff:ffff:ffff\"", "");
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"range_start\":\"192.168.99.0\"}]", "");
  expect("\"range\":\"192.168.99.10-192.168.99.40/24\",\"range_start\":\"192.168.99.10\",\"range_end\":"
         "\"192.168.99.40\"",
         "");
  nad_expect_other(nad_whereabouts("\"range\":\"192.168.2.0/24\",\"range_end\":\"192.168.2.255\""), "");
}

static void requires_a_range(void **state) {
  (void)state;
  expect("", "deny range-empty spec.config.ipam.range\n");
  expect("\"range\":\"\"", "deny range-empty spec.config.ipam.range\n");
  expect("\"range\":null", "deny range-empty spec.config.ipam.range\n");
  expect("\"ipRanges\":[]", "deny range-empty spec.config.ipam.range\n");
  expect_says("", "range-empty", "Required value");
  expect("\"addresses\":[]", "deny range-empty spec.config.ipam.range\n");
  nad_expect_other(nad_whereabouts("\"range\":\"\""), "warn range-empty spec.config.ipam.range\n");
  nad_expect_other(nad_whereabouts("\"range\":\"192.168.99.0/31\""), "warn range-empty spec.config.ipam.range\n");
  /* If the text of ipRanges is the reason, only ipam-syntax reports it; a bad gateway is not a reason. */
  expect("\"ipRanges\":5", "deny ipam-syntax spec.config.ipam.ipRanges\n");
  expect("\"gateway\":\"x\"", "deny ipam-syntax spec.config.ipam.gateway\ndeny range-empty spec.config.ipam.range\n");
  nad_expect_other(nad_macvlan("\"ipam\":{\"type\":\"dhcp\"}"), "");
}

/* OpenShift's network operator creates whereabouts-shim. */
static void accepts_a_range_omitted_on_purpose(void **state) {
  (void)state;
  nad_expect_other(nad_whereabouts(""), "");
  nad_expect_other(nad_whereabouts("\"addresses\":[{\"address\":\"192.168.99.9/24\"}]"), "");
}

static void rejects_a_range_without_usable_addresses(void **state) {
  (void)state;
  expect("\"range\":\"192.168.99.0/31\"", "deny range-empty spec.config.ipam.range\n");
  expect("\"range\":\"192.168.99.4/32\"", "deny range-empty spec.config.ipam.range\n");
  expect("\"range\":\"fd00:99::/127\"", "deny range-empty spec.config.ipam.range\n");
  expect("\"ipRanges\":[{\"range\":\"fd00:99::4/128\"}]", "deny range-empty spec.config.ipam.ipRanges[0].range\n");
  expect("\"range\":\"192.168.99.0/30\"", "");
  expect("\"range\":\"fd00:99::/126\"", "");
  expect_says("\"range\":\"192.168.99.0/31\"", "range-empty", "of a /31 are never handed out");
}

static void rejects_a_range_that_is_excluded_completely(void **state) {
  (void)state;
  expect("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.0/25\",\"192.168.99.128/25\"]",
         "deny range-empty spec.config.ipam.range\n");
  expect("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.0/25\",\"192.168.99.128/26\"]", "");
  expect_says("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.0.0/16\"]", "range-empty",
              "all of them are excluded");
}

static void rejects_special_addresses(void **state) {
  (void)state;
  static const char *const bad[] = {"127.0.0.0/8", "224.0.0.0/24", "169.254.10.0/24", "0.0.0.0/24", "0.0.0.0/0",
                                    "::/0",        "::/64",        "fe80::/64",       "ff02::/64"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char members[64];
    (void)snprintf(members, sizeof members, "\"range\":\"%s\"", bad[i]);
    expect(members, "deny range-class spec.config.ipam.range\n");
  }
  expect("\"range\":\"126.0.0.0/8\"", "");
  expect("\"range\":\"223.255.255.0/24\"", "");
  expect("\"range\":\"169.253.0.0/16\"", "");
  expect_says("\"range\":\"0.0.0.0/0\"", "range-class", "covers every address");
  expect_says("\"range\":\"224.0.0.0/24\"", "range-class", "multicast addresses");
}

/* Measured: pods get the addresses below the special ones, and all networks in 0.0.0.0/8 except the first are unicast.
 */
static void warns_of_a_range_that_contains_special_addresses_further_on(void **state) {
  (void)state;
  expect("\"range\":\"126.0.0.0/7\"", "warn range-class spec.config.ipam.range\n");
  expect("\"range\":\"192.0.0.0/2\"", "warn range-class spec.config.ipam.range\n");
  expect("\"range\":\"0.1.0.0/24\"", "warn range-class spec.config.ipam.range\n");
  expect("\"range\":\"126.0.0.0/7\",\"range_start\":\"127.0.0.1\"", "deny range-class spec.config.ipam.range\n");
  expect("\"range\":\"126.0.0.0/7\",\"exclude\":[\"126.0.0.0/8\"]", "deny range-class spec.config.ipam.range\n");
}

/* virt-handler uses the first global address of migration0; other networks do not need a global one. */
static void only_warns_of_special_addresses_next_to_global_ones(void **state) {
  (void)state;
  static const char other[] = ",\"ipRanges\":[{\"range\":\"192.168.99.0/24\"}]";
  static const char *const ranges[] = {"169.254.10.0/24", "fe80::/64", "127.5.0.0/24"};
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    char members[100];
    (void)snprintf(members, sizeof members, "\"range\":\"%s\"%s", ranges[i], other);
    expect(members, "warn range-class spec.config.ipam.range\n");
  }
  expect("\"range\":\"224.0.5.0/24\",\"ipRanges\":[{\"range\":\"192.168.99.0/24\"}]",
         "deny range-class spec.config.ipam.range\n");
  expect("\"range\":\"169.254.10.0/24\",\"ipRanges\":[{\"range\":\"fe80::/64\"}]",
         "deny range-class spec.config.ipam.range\ndeny range-class spec.config.ipam.ipRanges[0].range\n");
  nad_expect_other(nad_whereabouts("\"range\":\"169.254.100.0/24\""), "warn range-class spec.config.ipam.range\n");
  nad_expect_other(nad_whereabouts("\"range\":\"fe80::/64\""), "warn range-class spec.config.ipam.range\n");
  nad_expect_other(nad_whereabouts("\"range\":\"127.5.0.0/24\""), "deny range-class spec.config.ipam.range\n");
}

/* The rules about place and size skip a range that range-class denies, unless the policy turns that off. */
static void reports_a_special_range_once(void **state) {
  (void)state;
  expect("\"range\":\"127.0.0.0/30\",\"gateway\":\"127.0.0.1\"", "deny range-class spec.config.ipam.range\n");
  expect("\"range\":\"127.0.0.0/30\",\"gateway\":\"10.0.0.1\"", "deny range-class spec.config.ipam.range\n");
  expect("\"range\":\"127.0.0.0/31\"", "deny range-empty spec.config.ipam.range\n");
  nad_expect(
      &(struct nad_case){.config = nad_whereabouts("\"range\":\"169.254.3.0/24\",\"gateway\":\"169.254.3.1\""),
                         .state = one_node,
                         .policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {range-class: off}\n"},
      "deny gateway-in-pool spec.config.ipam.gateway\n");
}

static void warns_of_leading_zeros(void **state) {
  (void)state;
  expect("\"range\":\"010.0.5.000/24\"", "warn range-leading-zero spec.config.ipam.range\n");
  expect_says("\"range\":\"010.0.5.000/24\"", "range-leading-zero", "10.0.5.0/24");
  nad_expect_other(nad_whereabouts("\"range\":\"010.0.5.0/24\""), "warn range-leading-zero spec.config.ipam.range\n");
  nad_expect_brief(&(struct nad_case){.config = nad_whereabouts("\"range\":\"192.168.099.0/24\"")});
}

static void rejects_overlapping_ranges_of_one_configuration(void **state) {
  (void)state;
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/25\"},{\"range\":\"192.168.99.128/25\"}]", "");
  expect("\"range\":\"fd00:99::/64\",\"ipRanges\":[{\"range\":\"fd00:99::/80\"}]",
         "deny overlap-self spec.config.ipam.ipRanges[0].range\n");
  expect("\"range\":\"192.168.99.0/24\",\"enable_overlapping_ranges\":false,"
         "\"ipRanges\":[{\"range\":\"192.168.99.128/25\"}]",
         "deny overlap-self spec.config.ipam.ipRanges[0].range\n"
         "warn reservation-off spec.config.ipam.enable_overlapping_ranges\n");
  expect_says("\"ipRanges\":[{\"range\":\"192.168.99.1-192.168.99.130/23\"},{\"range\":\"192.168.99.128/25\"}]",
              "overlap-self",
              "shares 192.168.99.129-192.168.99.130 with spec.config.ipam.ipRanges[0].range "
              "(192.168.99.1-192.168.99.130/23)");
}

/* Measured: reservations give pods different addresses, and Linux accepts an IPv4 address with two prefix lengths. */
static void only_warns_of_overlapping_ranges_with_which_pods_work(void **state) {
  (void)state;
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/24\"},{\"range\":\"192.168.99.128/25\"}]",
         "warn overlap-self spec.config.ipam.ipRanges[1].range\n");
  expect("\"range\":\"192.168.98.0/24\",\"ipRanges\":[{\"range\":\"192.168.98.0/23\"},{\"range\":\"192.168.97.0/24\"}]",
         "warn overlap-self spec.config.ipam.ipRanges[0].range\n");
  expect("\"range\":\"fd00:99::/64\",\"ipRanges\":[{\"range\":\"fd00:99::/80\",\"range_start\":\"fd00:99::100\"}]",
         "warn overlap-self spec.config.ipam.ipRanges[0].range\n");
}

/* Measured: the pod gets the same address twice ("file exists"), because whereabouts keeps one IPPool per subnet. */
static void rejects_two_ranges_in_one_subnet(void **state) {
  (void)state;
  expect("\"ipRanges\":[{\"range\":\"192.168.99.1-192.168.99.9/24\"},{\"range\":\"192.168.99.10-192.168.99.20/24\"}]",
         "deny overlap-self spec.config.ipam.ipRanges[1].range\n");
  expect("\"range\":\"192.168.99.0/24\",\"ipRanges\":[{\"range\":\"10.77.0.0/24\"},{\"range\":\"192.168.99.7/24\"}]",
         "deny overlap-self spec.config.ipam.ipRanges[1].range\n");
  nad_expect_other(nad_whereabouts("\"range\":\"fd00:99::/64\",\"ipRanges\":[{\"range\":\"fd00:99::/64\"}]"),
                   "deny overlap-self spec.config.ipam.ipRanges[0].range\n");
}

/* Two of three copies are too many; the later one of a pair is reported, whatever their order by address. */
static void reports_each_overlapping_range_once(void **state) {
  (void)state;
  expect(
      "\"ipRanges\":[{\"range\":\"192.168.99.0/24\"},{\"range\":\"192.168.99.0/24\"},{\"range\":\"192.168.99.0/24\"}]",
      "deny overlap-self spec.config.ipam.ipRanges[1].range\n"
      "deny overlap-self spec.config.ipam.ipRanges[2].range\n");
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/25\"},{\"range\":\"192.168.99.128/25\"},{\"range\":\"192.168.99.0/"
         "24\"}]",
         "warn overlap-self spec.config.ipam.ipRanges[2].range\n");
  expect_says("\"ipRanges\":[{\"range\":\"192.168.99.0/25\"},{\"range\":\"192.168.99.128/25\"},{\"range\":"
              "\"192.168.99.0/24\"}]",
              "overlap-self",
              "shares 192.168.99.1-192.168.99.126 with spec.config.ipam.ipRanges[0].range (192.168.99.0/25)");
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/24\"},{\"range\":\"192.168.99.0/25\"},{\"range\":\"192.168.99.128/"
         "25\"}]",
         "warn overlap-self spec.config.ipam.ipRanges[1].range\n"
         "warn overlap-self spec.config.ipam.ipRanges[2].range\n");
  /* The last one contains both others, which also overlap each other. */
  expect("\"ipRanges\":[{\"range\":\"192.168.99.4-192.168.99.30/24\"},{\"range\":\"192.168.99.8-192.168.99.16/25\"},"
         "{\"range\":\"192.168.99.0/26\"}]",
         "warn overlap-self spec.config.ipam.ipRanges[1].range\n"
         "warn overlap-self spec.config.ipam.ipRanges[2].range\n");
  expect_says(
      "\"ipRanges\":[{\"range\":\"192.168.99.0/24\"},{\"range\":\"10.77.0.0/24\"},{\"range\":\"192.168.99.0/24\"}]",
      "overlap-self",
      "is in the same subnet, 192.168.99.0/24, as spec.config.ipam.ipRanges[0].range, so the pod gets one address "
      "twice and fails (\"file exists\"); remove one of the two [overlap-self]");
  expect_says("\"ipRanges\":[{\"range\":\"192.168.99.4-192.168.99.30/24\"},{\"range\":\"192.168.99.0/25\"}]",
              "overlap-self", "shares 192.168.99.4-192.168.99.30 with spec.config.ipam.ipRanges[0].range");
  expect_says(
      "\"ipRanges\":[{\"range\":\"192.168.99.4-192.168.99.30/24\"},{\"range\":\"192.168.99.8-192.168.99.16/25\"}]",
      "overlap-self", "shares 192.168.99.8-192.168.99.16 with spec.config.ipam.ipRanges[0].range");
  /* One range is inside the exclude of the other. */
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.64/26\"]},{\"range\":\"192.168.99.64/"
         "26\"}]",
         "");
}

static void rejects_overlapping_ranges_of_two_plugins(void **state) {
  (void)state;
  nad_expect(&(struct nad_case){.config = "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":["
                                          "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "},"
                                          "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}]}",
                                .state = one_node},
             "deny plugin-chain spec.config.plugins[1].type\n"
             "deny overlap-self spec.config.plugins[1].ipam.range\n");
}

static void rejects_a_gateway_in_the_pool(void **state) {
  (void)state;
  const char *taken = "\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.99.1\"";
  expect(taken, "deny gateway-in-pool spec.config.ipam.gateway\n");
  expect_says(taken, "gateway-in-pool", "add \"exclude\": [\"192.168.99.1/32\"] [gateway-in-pool]");
  nad_expect_other(nad_whereabouts(taken), "warn gateway-in-pool spec.config.ipam.gateway\n");
  nad_expect_brief(&(struct nad_case){.config = nad_whereabouts(taken), .label = "false"});
  expect("\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.99.1\",\"exclude\":[\"192.168.99.1/32\"]", "");
  expect("\"range\":\"192.168.99.2-192.168.99.9/24\",\"gateway\":\"192.168.99.1\"", "");
  expect("\"range\":\"192.168.99.1-192.168.99.9/24\",\"gateway\":\"192.168.99.1\"",
         "deny gateway-in-pool spec.config.ipam.gateway\n");
  expect_says("\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.99.1\",\"exclude\":[\"192.168.99.9\"]",
              "gateway-in-pool", "append \"192.168.99.1/32\" to \"exclude\"");
  expect_says("\"ipRanges\":[{\"range\":\"fd00:99::/64\"}],\"gateway\":\"fd00:99::1\"", "gateway-in-pool",
              "add \"exclude\": [\"fd00:99::1/128\"] to spec.config.ipam.ipRanges[0]");
}

/* `Gateway` is a Go field that is not meant to be a key, but it works. */
static void a_gateway_under_the_wrong_key_only_warns(void **state) {
  (void)state;
  expect("\"range\":\"192.168.99.0/24\",\"Gateway\":\"192.168.99.254\"",
         "warn gateway-in-pool spec.config.ipam.Gateway\n");
  expect("\"range\":\"192.168.99.0/24\",\"Gateway\":\"10.0.0.1\"", "warn gateway-outside spec.config.ipam.Gateway\n");
  expect("\"range\":\"192.168.99.0/24\",\"GATEWAY\":\"192.168.99.254\"",
         "deny gateway-in-pool spec.config.ipam.GATEWAY\n");
}

static void rejects_a_gateway_outside_all_subnets(void **state) {
  (void)state;
  /* IPv6 routers use their link-local address. */
  expect("\"range\":\"fd00:99::/64\",\"gateway\":\"fe80::1\"", "");
  expect("\"range\":\"fd00:99::/64\",\"gateway\":\"fec0::1\"", "deny gateway-outside spec.config.ipam.gateway\n");
  expect("\"range\":\"192.168.99.0/24\",\"gateway\":\"169.254.1.1\"",
         "deny gateway-outside spec.config.ipam.gateway\n");
  const char *outside = "\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.98.1\"";
  expect(outside, "deny gateway-outside spec.config.ipam.gateway\n");
  expect_says(outside, "gateway-outside", "is outside 192.168.99.0/24");
  nad_expect_other(nad_whereabouts(outside), "warn gateway-outside spec.config.ipam.gateway\n");
  expect("\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.99.255\"", "");
  expect("\"range\":\"192.168.99.0/24\",\"gateway\":\"fd00::1\"", "deny gateway-outside spec.config.ipam.gateway\n");
  expect("\"ipRanges\":[{\"range\":\"192.168.98.2-192.168.98.9/24\"},{\"range\":\"192.168.99.2-192.168.99.9/24\"}],"
         "\"gateway\":\"192.168.99.1\"",
         "");
  /* The range is unreadable or missing. */
  expect("\"range\":\"x\",\"gateway\":\"192.168.98.1\"", "deny ipam-syntax spec.config.ipam.range\n");
  expect("\"gateway\":\"192.168.98.1\"", "deny range-empty spec.config.ipam.range\n");
  /* An empty range still has a subnet. */
  expect("\"range\":\"192.168.99.0/31\",\"gateway\":\"192.168.99.1\"", "deny range-empty spec.config.ipam.range\n");
}

/* --- reading the IPAM configuration --- */

static void expect_ipam(const char *members, const char *lines) {
  nad_expect_config(nad_whereabouts(members), lines);
}

static void accepts_readable_ranges(void **state) {
  (void)state;
  expect_ipam("\"range\":\"192.168.99.0/24\"", "");
  expect_ipam("\"range\":\"192.168.99.10-192.168.99.40/24\"", "");
  expect_ipam("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.1/32\",\"192.168.99.2\"]", "");
  expect_ipam("\"ipRanges\":[{\"range\":\"192.168.99.0/24\"},{\"range\":\"fd00:99::/64\"}]", "");
  expect_ipam("\"RANGE\":\"192.168.99.0/24\",\"Range_Start\":\"192.168.99.9\"", "");
}

/* An unreadable range has no other finding. */
static void rejects_unreadable_ranges(void **state) {
  (void)state;
  static const char *const bad[] = {
      "\"range\":\"192.168.99.0\"",
      "\"range\":\"192.168.99.0/33\"",
      "\"range\":\"192.168.99.10-192.168.99.40\"",
      "\"range\":\"192.168.98.10-192.168.99.40/24\"",
      "\"range\":\"192.168.99.10 - 192.168.99.40/24\"",
      "\"range\":\"ten\"",
      "\"range\":5",
      "\"range\":[\"192.168.99.0/24\"]",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    expect_ipam(bad[i], "deny ipam-syntax spec.config.ipam.range\n");
  nad_expect_says(&(struct nad_case){.config = nad_whereabouts(bad[0])}, "ipam-syntax",
                  "Invalid value: \"192.168.99.0\"");
}

static void rejects_other_unreadable_parts(void **state) {
  (void)state;
  expect_ipam("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.1-192.168.99.9\"]",
              "deny ipam-syntax spec.config.ipam.exclude[0]\n");
  expect_ipam("\"range\":\"192.168.99.0/24\",\"exclude\":\"192.168.99.1\"",
              "deny ipam-syntax spec.config.ipam.exclude\n");
  expect_ipam("\"range\":\"192.168.99.0/24\",\"gateway\":\"router\"", "deny ipam-syntax spec.config.ipam.gateway\n");
  expect_ipam("\"ipRanges\":{}", "deny ipam-syntax spec.config.ipam.ipRanges\n");
  expect_ipam("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"range_start\":\"x\"}]",
              "deny ipam-syntax spec.config.ipam.ipRanges[0].range_start\n");
  nad_expect_config(nad_macvlan("\"ipam\":\"whereabouts\""), "deny ipam-syntax spec.config.ipam\n");
  nad_expect_config(nad_macvlan("\"ipam\":{\"type\":5}"), "deny ipam-syntax spec.config.ipam.type\n");
}

static void reports_each_unreadable_part(void **state) {
  (void)state;
  expect_ipam("\"range\":\"x\",\"gateway\":\"y\",\"exclude\":[\"z\"]",
              "deny ipam-syntax spec.config.ipam.range\n"
              "deny ipam-syntax spec.config.ipam.gateway\n"
              "deny ipam-syntax spec.config.ipam.exclude[0]\n");
}

static void rejects_unreadable_ranges_on_other_networks(void **state) {
  (void)state;
  nad_expect_other(nad_whereabouts("\"range\":\"x\""), "deny ipam-syntax spec.config.ipam.range\n");
  nad_expect_other(nad_whereabouts("\"range\":\"192.168.99.0/24\",\"excludes\":[\"192.168.99.1\"]"),
                   "warn ipam-lookalike-key spec.config.ipam.excludes\n");
  nad_expect_other(nad_whereabouts("\"range\":\"192.168.99.0/24\",\"colour\":\"blue\""),
                   "warn ipam-unknown-key spec.config.ipam.colour\n");
}

static void suggests_the_right_key_for_a_lookalike(void **state) {
  (void)state;
  expect_ipam("\"range\":\"192.168.99.0/24\",\"rangeStart\":\"192.168.99.9\"",
              "deny ipam-lookalike-key spec.config.ipam.rangeStart\n");
  nad_expect_says(&(struct nad_case){.config = nad_whereabouts("\"range\":\"192.168.99.0/24\",\"rangeEnd\":\"x\"")},
                  "ipam-lookalike-key", "range_end");
  expect_ipam("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"excludes\":[\"192.168.99.1\"]}]",
              "deny ipam-lookalike-key spec.config.ipam.ipRanges[0].excludes\n");
}

/* Measured: the pod gets the same address as with the right key, or another one of the range. */
static void lookalikes_that_change_no_pool_only_warn(void **state) {
  (void)state;
  static const char *const harmless[] = {"\"excludes\":[]",
                                         "\"excludes\":null",
                                         "\"excludes\":\"\"",
                                         "\"subnet\":\"192.168.99.0/24\"",
                                         "\"ip_ranges\":[{\"range\":\"192.168.98.0/24\"}]",
                                         "\"gatewayIP\":\"192.168.99.1\"",
                                         "\"networkName\":\"blue\"",
                                         "\"range_start\":\"192.168.99.7\",\"rangeStart\":\"192.168.99.9\""};
  static const char *const keys[] = {"excludes",  "excludes",  "excludes",    "subnet",
                                     "ip_ranges", "gatewayIP", "networkName", "rangeStart"};
  for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
    char members[160];
    char lines[80];
    (void)snprintf(members, sizeof members, "\"range\":\"192.168.99.0/24\",%s", harmless[i]);
    (void)snprintf(lines, sizeof lines, "warn ipam-lookalike-key spec.config.ipam.%s\n", keys[i]);
    expect_ipam(members, lines);
  }
  expect_ipam("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"exclude\":[],\"excludes\":[\"192.168.99.1\"]}]",
              "warn ipam-lookalike-key spec.config.ipam.ipRanges[0].excludes\n");
  expect_ipam("\"ip_ranges\":[],\"range\":\"\"", "warn ipam-lookalike-key spec.config.ipam.ip_ranges\n"
                                                 "deny range-empty spec.config.ipam.range\n");
}

/* Only the plugin that creates the interface runs its IPAM. */
static void ignores_an_ipam_that_no_plugin_runs(void **state) {
  (void)state;
  static const char *const chained[] = {"tuning", "cnv-tuning", "sbr", "portmap", "bandwidth", "route-override"};
  static const char *const unused[] = {
      "{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/24\"}",
      "{\"type\":\"whereabouts\",\"range\":\"x\"}",
      "{\"type\":\"whereabouts\",\"range\":\"10.0.0.0/32\"}",
      "{\"type\":\"whereabouts\",\"rangeStart\":5,\"kubernetes\":{\"kubeconfig\":\"x\"}}",
      "{\"type\":\"nosuch\"}",
      "{\"type\":\"wherabouts\"}",
      "{\"type\":\"a/b\",\"range\":\"10.99.0.0/24\"}",
      "{\"type\":\"static\"}",
      "{\"type\":\"host-local\",\"routes\":[{\"dst\":\"0.0.0.0/0\"}]}",
      "{\"type\":\"host-local\",\"subnet\":\"10.128.0.0/14\"}",
      "{\"type\":\"dhcp\",\"request\":5}"};
  for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
    for (size_t j = 0; j < sizeof chained / sizeof *chained; j++) {
      char config[400];
      (void)snprintf(
          config, sizeof config,
          "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
          "},{\"type\":\"%s\",\"ipam\":%s}]}",
          chained[j], unused[i]);
      nad_expect_other(config, "");
      if (strcmp(chained[j], "sbr") != 0) /* plugin-chain rejects that on a migration network */
        nad_expect_config(config, "");
    }
  nad_expect_other("{\"type\":\"macvtap\",\"ipam\":{\"type\":\"a/b\"}}", "");
  nad_expect_other("{\"type\":\"macvtap\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"x\"}}", "");
}

/* libcni itself decodes `ipam.type` of every plugin. */
static void rejects_an_ipam_that_libcni_cannot_decode(void **state) {
  (void)state;
  nad_expect_config(
      "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
      "},{\"type\":\"tuning\",\"ipam\":{\"type\":5}}]}",
      "deny ipam-syntax spec.config.plugins[1].ipam.type\n");
}

/* The block is in the wrong plugin, so migration0 gets no address. */
static void an_ipam_in_a_chained_plugin_serves_no_other(void **state) {
  (void)state;
  nad_expect_config("{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"},"
                    "{\"type\":\"tuning\"," NAD_IPAM "}]}",
                    "deny ipam-required spec.config.plugins[0].ipam\n");
}

static void rejects_a_path_or_misspelled_name_of_an_ipam_plugin(void **state) {
  (void)state;
  nad_expect_config(nad_macvlan("\"ipam\":{\"type\":\"a/b\"}"), "deny cni-type spec.config.ipam.type\n"
                                                                "unverified ipam-per-node spec.config.ipam.type\n");
  nad_expect_other("{\"type\":\"mystery\",\"ipam\":{\"type\":\"a/b\"}}", "deny cni-type spec.config.ipam.type\n");
  nad_expect_other(nad_macvlan("\"ipam\":{\"type\":\"wherabouts\"}"), "deny cni-type spec.config.ipam.type\n");
}

/* Numbers are rewritten before a plugin reads them; only a number that is not an integer then fails. */
static void accepts_integers_in_another_form(void **state) {
  (void)state;
  expect_ipam("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":1.0", "");
  expect_ipam("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":0.2e1", "");
  expect_ipam("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":1.5",
              "deny ipam-syntax spec.config.ipam.sleep_for_race\n");
  expect_ipam("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":1e30",
              "deny ipam-syntax spec.config.ipam.sleep_for_race\n");
}

/* The misspelled key is the reason for the missing range: one mistake. If the policy turns that rule off, the missing
 * range is reported. */
static void reports_a_misspelled_range_once(void **state) {
  (void)state;
  const char *misspelt = nad_whereabouts("\"ip_ranges\":[{\"range\":\"192.168.99.0/24\"}]");
  nad_expect_config(misspelt, "deny ipam-lookalike-key spec.config.ipam.ip_ranges\n");
  nad_expect(&(struct nad_case){.config = misspelt,
                                .policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"
                                          "rules: {ipam-lookalike-key: off}\n"},
             "deny range-empty spec.config.ipam.range\n");
}

static void warns_of_unknown_keys(void **state) {
  (void)state;
  const char *config = nad_whereabouts("\"range\":\"192.168.99.0/24\",\"colour\":\"blue\"");
  nad_expect_config(config, "warn ipam-unknown-key spec.config.ipam.colour\n");
  nad_expect_brief(&(struct nad_case){.config = config});
  /* Other plugins know other keys. */
  nad_expect_other(
      nad_macvlan(
          "\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.0.9\",\"colour\":1}"),
      "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rejects_ends_that_are_ignored),
      cmocka_unit_test(accepts_ends_that_change_nothing),
      cmocka_unit_test(requires_a_range),
      cmocka_unit_test(accepts_a_range_omitted_on_purpose),
      cmocka_unit_test(rejects_a_range_without_usable_addresses),
      cmocka_unit_test(rejects_a_range_that_is_excluded_completely),
      cmocka_unit_test(rejects_special_addresses),
      cmocka_unit_test(warns_of_a_range_that_contains_special_addresses_further_on),
      cmocka_unit_test(only_warns_of_special_addresses_next_to_global_ones),
      cmocka_unit_test(reports_a_special_range_once),
      cmocka_unit_test(warns_of_leading_zeros),
      cmocka_unit_test(rejects_overlapping_ranges_of_one_configuration),
      cmocka_unit_test(only_warns_of_overlapping_ranges_with_which_pods_work),
      cmocka_unit_test(rejects_two_ranges_in_one_subnet),
      cmocka_unit_test(reports_each_overlapping_range_once),
      cmocka_unit_test(rejects_overlapping_ranges_of_two_plugins),
      cmocka_unit_test(rejects_a_gateway_in_the_pool),
      cmocka_unit_test(a_gateway_under_the_wrong_key_only_warns),
      cmocka_unit_test(rejects_a_gateway_outside_all_subnets),
      cmocka_unit_test(accepts_readable_ranges),
      cmocka_unit_test(rejects_unreadable_ranges),
      cmocka_unit_test(rejects_other_unreadable_parts),
      cmocka_unit_test(reports_each_unreadable_part),
      cmocka_unit_test(rejects_unreadable_ranges_on_other_networks),
      cmocka_unit_test(suggests_the_right_key_for_a_lookalike),
      cmocka_unit_test(lookalikes_that_change_no_pool_only_warn),
      cmocka_unit_test(ignores_an_ipam_that_no_plugin_runs),
      cmocka_unit_test(rejects_an_ipam_that_libcni_cannot_decode),
      cmocka_unit_test(an_ipam_in_a_chained_plugin_serves_no_other),
      cmocka_unit_test(rejects_a_path_or_misspelled_name_of_an_ipam_plugin),
      cmocka_unit_test(accepts_integers_in_another_form),
      cmocka_unit_test(reports_a_misspelled_range_once),
      cmocka_unit_test(warns_of_unknown_keys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
