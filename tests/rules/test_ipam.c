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

static void ranges_that_read_pass(void **state) {
  (void)state;
  expect("\"range\":\"192.168.99.0/24\"", "");
  expect("\"range\":\"192.168.99.10-192.168.99.40/24\"", "");
  expect("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.1/32\",\"192.168.99.2\"]", "");
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/24\"},{\"range\":\"fd00:99::/64\"}]", "");
  expect("\"RANGE\":\"192.168.99.0/24\",\"Range_Start\":\"192.168.99.9\"", "");
}

/* Nothing else is said of a range that can't be read. */
static void unreadable_ranges_are_denied(void **state) {
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

static void other_unreadable_parts_are_denied(void **state) {
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

static void each_unreadable_part_is_told(void **state) {
  (void)state;
  expect("\"range\":\"x\",\"gateway\":\"y\",\"exclude\":[\"z\"]", "deny ipam-syntax spec.config.ipam.range\n"
                                                                  "deny ipam-syntax spec.config.ipam.gateway\n"
                                                                  "deny ipam-syntax spec.config.ipam.exclude[0]\n");
}

static void every_nad_is_held_to_it(void **state) {
  (void)state;
  nad_expect_other(nad_whereabouts("\"range\":\"x\""), "deny ipam-syntax spec.config.ipam.range\n");
  nad_expect_other(nad_whereabouts("\"range\":\"192.168.99.0/24\",\"excludes\":[\"192.168.99.1\"]"),
                   "warn ipam-lookalike-key spec.config.ipam.excludes\n");
  nad_expect_other(nad_whereabouts("\"range\":\"192.168.99.0/24\",\"colour\":\"blue\""),
                   "warn ipam-unknown-key spec.config.ipam.colour\n");
}

static void lookalike_keys_name_the_right_one(void **state) {
  (void)state;
  expect("\"range\":\"192.168.99.0/24\",\"rangeStart\":\"192.168.99.9\"",
         "deny ipam-lookalike-key spec.config.ipam.rangeStart\n");
  nad_expect_says(&(struct nad_case){.config = nad_whereabouts("\"range\":\"192.168.99.0/24\",\"rangeEnd\":\"x\"")},
                  "ipam-lookalike-key", "range_end");
  expect("\"ipRanges\":[{\"range\":\"192.168.99.0/24\",\"excludes\":[\"192.168.99.1\"]}]",
         "deny ipam-lookalike-key spec.config.ipam.ipRanges[0].excludes\n");
}

/* Measured: the pod gets the address that it would get with the right key, or another one of the range. */
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

/* Only the plugin that makes the interface runs its IPAM. */
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

static void rejects_a_path_or_misspelt_name_of_an_ipam_plugin(void **state) {
  (void)state;
  nad_expect_config(nad_macvlan("\"ipam\":{\"type\":\"a/b\"}"), "deny cni-type spec.config.ipam.type\n"
                                                                "unverified ipam-per-node spec.config.ipam.type\n");
  nad_expect_other("{\"type\":\"mystery\",\"ipam\":{\"type\":\"a/b\"}}", "deny cni-type spec.config.ipam.type\n");
  nad_expect_other(nad_macvlan("\"ipam\":{\"type\":\"wherabouts\"}"), "deny cni-type spec.config.ipam.type\n");
}

/* Numbers are written anew before a plugin reads them; only what is no integer then fails. */
static void whole_numbers_may_be_written_otherwise(void **state) {
  (void)state;
  expect("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":1.0", "");
  expect("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":0.2e1", "");
  expect("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":1.5", "deny ipam-syntax spec.config.ipam.sleep_for_race\n");
  expect("\"range\":\"192.168.99.0/24\",\"sleep_for_race\":1e30", "deny ipam-syntax spec.config.ipam.sleep_for_race\n");
}

/* The misspelt key is why there is no range: that is one mistake. Switched off, it leaves the missing range. */
static void a_misspelt_range_is_one_mistake(void **state) {
  (void)state;
  const char *misspelt = nad_whereabouts("\"ip_ranges\":[{\"range\":\"192.168.99.0/24\"}]");
  nad_expect_config(misspelt, "deny ipam-lookalike-key spec.config.ipam.ip_ranges\n");
  nad_expect(&(struct nad_case){.config = misspelt,
                                .policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"
                                          "rules: {ipam-lookalike-key: off}\n"},
             "deny range-empty spec.config.ipam.range\n");
}

static void unknown_keys_are_warned_of(void **state) {
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
      cmocka_unit_test(ranges_that_read_pass),
      cmocka_unit_test(unreadable_ranges_are_denied),
      cmocka_unit_test(other_unreadable_parts_are_denied),
      cmocka_unit_test(each_unreadable_part_is_told),
      cmocka_unit_test(every_nad_is_held_to_it),
      cmocka_unit_test(lookalike_keys_name_the_right_one),
      cmocka_unit_test(lookalikes_that_change_no_pool_only_warn),
      cmocka_unit_test(ignores_an_ipam_that_no_plugin_runs),
      cmocka_unit_test(rejects_an_ipam_that_libcni_cannot_decode),
      cmocka_unit_test(an_ipam_in_a_chained_plugin_serves_no_other),
      cmocka_unit_test(rejects_a_path_or_misspelt_name_of_an_ipam_plugin),
      cmocka_unit_test(whole_numbers_may_be_written_otherwise),
      cmocka_unit_test(a_misspelt_range_is_one_mistake),
      cmocka_unit_test(unknown_keys_are_warned_of),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
