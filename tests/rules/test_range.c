#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
