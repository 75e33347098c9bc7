#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "support/nad_case.h"

static void expect(const char *members, const char *lines) {
  nad_expect_config(nad_whereabouts(members), lines);
}

static void accepts_readable_ranges(void **state) {
  (void)state;
  expect("\"range\":\"192.168.99.0/24\"", "");
  expect("\"range\":\"192.168.99.10-192.168.99.40/24\"", "");
  expect("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.1/32\",\"192.168.99.2\"]", "");
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/24\"},{\"range\":\"fd00:99::/64\"}]", "");
  expect("\"RANGE\":\"192.168.99.0/24\",\"Range_Start\":\"192.168.99.9\"", "");
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
    expect(bad[i], "deny ipam-syntax spec.config.ipam.range\n");
  nad_expect_says(&(struct nad_case){.config = nad_whereabouts(bad[0])}, "ipam-syntax",
                  "Invalid value: \"192.168.99.0\"");
}

static void rejects_other_unreadable_parts(void **state) {
  (void)state;
  expect("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.1-192.168.99.9\"]",
         "deny ipam-syntax spec.config.ipam.exclude[0]\n");
  expect("\"range\":\"192.168.99.0/24\",\"exclude\":\"192.168.99.1\"", "deny ipam-syntax spec.config.ipam.exclude\n");
  expect("\"range\":\"192.168.99.0/24\",\"gateway\":\"router\"", "deny ipam-syntax spec.config.ipam.gateway\n");
  expect("\"ipRanges\":{}", "deny ipam-syntax spec.config.ipam.ipRanges\n");
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"range_start\":\"x\"}]",
         "deny ipam-syntax spec.config.ipam.ipRanges[0].range_start\n");
  nad_expect_config(nad_macvlan("\"ipam\":\"whereabouts\""), "deny ipam-syntax spec.config.ipam\n");
  nad_expect_config(nad_macvlan("\"ipam\":{\"type\":5}"), "deny ipam-syntax spec.config.ipam.type\n");
}

static void reports_each_unreadable_part(void **state) {
  (void)state;
  expect("\"range\":\"x\",\"gateway\":\"y\",\"exclude\":[\"z\"]", "deny ipam-syntax spec.config.ipam.range\n"
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
  expect("\"range\":\"192.168.99.0/24\",\"rangeStart\":\"192.168.99.9\"",
         "deny ipam-lookalike-key spec.config.ipam.rangeStart\n");
  nad_expect_says(&(struct nad_case){.config = nad_whereabouts("\"range\":\"192.168.99.0/24\",\"rangeEnd\":\"x\"")},
                  "ipam-lookalike-key", "range_end");
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"excludes\":[\"192.168.99.1\"]}]",
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
    expect(members, lines);
  }
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"exclude\":[],\"excludes\":[\"192.168.99.1\"]}]",
         "warn ipam-lookalike-key spec.config.ipam.ipRanges[0].excludes\n");
  expect("\"ip_ranges\":[],\"range\":\"\"", "warn ipam-lookalike-key spec.config.ipam.ip_ranges\n"
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
  expect("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":1.0", "");
  expect("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":0.2e1", "");
  expect("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":1.5", "deny ipam-syntax spec.config.ipam.sleep_for_race\n");
  expect("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":1e30", "deny ipam-syntax spec.config.ipam.sleep_for_race\n");
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
