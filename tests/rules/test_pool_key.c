/* Readable configurations with which whereabouts cannot store its allocations, and excludes without effect. What was
 * measured in the laboratory is marked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "support/nad_case.h"

#define RANGE "\"range\":\"192.168.99.0/24\""

static void expect(const char *members, const char *lines) {
  nad_expect_config(nad_whereabouts(members), lines);
}

static void expect_text(const char *members, const char *rule, const char *text) {
  nad_expect_says(&(struct nad_case){.config = nad_whereabouts(members)}, rule, text);
}

static void expect_network_name(const char *name, const char *lines) {
  char members[400];
  (void)snprintf(members, sizeof members, RANGE ",\"network_name\":\"%s\"", name);
  expect(members, lines);
}

static void rejects_a_network_name_that_is_not_an_object_name(void **state) {
  (void)state;
  static const char *const good[] = {"", "migration", "blue.net", "blue-", "100", "a"}; /* all measured */
  static const char *const bad[] = {"Blue",     "blue_net", "vms/blue", "blue.",      "-blue",
                                    "blue net", ".blue",    "a..b",     "bl\xc3\xbc", "*"}; /* the first six measured */
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    expect_network_name(good[i], "");
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    expect_network_name(bad[i], "deny pool-key spec.config.ipam.network_name\n");
  expect_text(RANGE ",\"network_name\":\"vms/Blue\"", "pool-key",
              "Invalid value: \"vms/Blue\": gives whereabouts' IPPool the name \"vms/Blue-192.168.99.0-24\", which "
              "is not a valid object name; use lower-case letters, digits and '-' [pool-key]");
  nad_expect_other(nad_whereabouts(RANGE ",\"network_name\":\"Blue\""),
                   "deny pool-key spec.config.ipam.network_name\n");
}

/* Object names have at most 253 bytes, of which "-192.168.99.0-24" needs 16. Their labels may be long. */
static void rejects_a_network_name_that_is_too_long(void **state) {
  (void)state;
  char name[300];
  memset(name, 'n', sizeof name);
  name[237] = '\0';
  expect_network_name(name, "");
  name[237] = 'n';
  name[238] = '\0';
  expect_network_name(name, "deny pool-key spec.config.ipam.network_name\n");
}

static void reports_one_bad_name_once(void **state) {
  (void)state;
  expect("\"ipRanges\":[{" RANGE "},{\"range\":\"fd00:99::/64\"}],\"network_name\":\"B\"",
         "deny pool-key spec.config.ipam.network_name\n");
  expect("\"range\":\"x\",\"network_name\":\"B\"", "deny ipam-syntax spec.config.ipam.range\n");
  expect("\"range\":\"192.168.99.0/31\",\"network_name\":\"B\"", "deny range-empty spec.config.ipam.range\n");
  expect("\"network_name\":\"B\"", "deny range-empty spec.config.ipam.range\n");
  expect("\"range\":\"::/64\"", "deny range-class spec.config.ipam.range\n");
}

/* Measured: "::1:0/112" and "0:0:0:1::/64", whose first address is ::1:0:0:0:1. */
static void rejects_a_range_that_gives_no_object_name(void **state) {
  (void)state;
  expect("\"range\":\"::1:0/112\"", "deny pool-key spec.config.ipam.range\n");
  expect("\"range\":\"0:0:0:1::/64\"", "deny pool-key spec.config.ipam.range\n");
  expect_text("\"range\":\"::1:0/112\"", "pool-key",
              "Invalid value: \"::1:0/112\": gives whereabouts' IPPool the name \"--1-0-112\", which is not a valid "
              "object name; choose a range whose addresses do not begin with \"::\", such as fd00:99::/64 [pool-key]");
  expect_text("\"range\":\"0:0:0:1::/64\"", "pool-key", "OverlappingRangeIPReservation");
  expect("\"range\":\"0:0:0:1::/64\",\"enable_overlapping_ranges\":false",
         "warn reservation-off spec.config.ipam.enable_overlapping_ranges\n");
  expect("\"range\":\"::1:0/112\",\"network_name\":\"blue\"", "");
  expect("\"range\":\"0:0:1::/48\"", "");
  expect("\"range\":\"fd00:99::/64\"", "");
  expect("\"range\":\"::ffff:192.168.99.0/120\"", "");
}

/* All measured. */
static void rejects_times_with_which_leader_election_cannot_start(void **state) {
  (void)state;
  static const char *const good[] = {
      "\"leader_lease_duration\":3000,\"leader_renew_deadline\":2000,\"leader_retry_period\":1000",
      "\"leader_lease_duration\":1001,\"leader_renew_deadline\":1000,\"leader_retry_period\":833",
      "\"leader_lease_duration\":0,\"leader_renew_deadline\":0",
      "\"leader_retry_period\":null",
      "\"leader_lease_duration\":1001.0",
  };
  static const struct {
    const char *members, *key;
  } bad[] = {{"\"leader_lease_duration\":500", "leader_lease_duration"},
             {"\"leader_lease_duration\":1000", "leader_lease_duration"},
             {"\"leader_lease_duration\":-1", "leader_lease_duration"},
             {"\"leader_renew_deadline\":2000", "leader_renew_deadline"},
             {"\"leader_renew_deadline\":1500", "leader_renew_deadline"},
             {"\"leader_renew_deadline\":600", "leader_renew_deadline"},
             {"\"leader_retry_period\":834", "leader_retry_period"},
             {"\"leader_retry_period\":-5", "leader_retry_period"}};
  char members[200];
  char lines[100];
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    (void)snprintf(members, sizeof members, RANGE ",%s", good[i]);
    expect(members, "");
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    (void)snprintf(members, sizeof members, RANGE ",%s", bad[i].members);
    (void)snprintf(lines, sizeof lines, "deny pool-key spec.config.ipam.%s\n", bad[i].key);
    expect(members, lines);
  }
  expect(RANGE ",\"leader_lease_duration\":\"500\"", "deny ipam-syntax spec.config.ipam.leader_lease_duration\n");
  expect(RANGE ",\"leader_lease_duration\":500,\"leader_retry_period\":1000",
         "deny pool-key spec.config.ipam.leader_lease_duration\n"
         "deny pool-key spec.config.ipam.leader_retry_period\n");
}

static void leader_election_says_what_is_wrong(void **state) {
  (void)state;
  expect_text(RANGE ",\"leader_lease_duration\":500", "pool-key",
              "Invalid value: \"500\": must exceed leader_renew_deadline (1000, the default), or whereabouts panics; "
              "raise it, or remove it [pool-key]");
  expect_text(RANGE ",\"leader_renew_deadline\":2000", "pool-key",
              "Invalid value: \"2000\": it must be below leader_lease_duration (1500, the default), or whereabouts "
              "panics; lower it, or remove it [pool-key]");
  expect_text(RANGE ",\"leader_retry_period\":834", "pool-key",
              "Invalid value: \"834\": 1.2 times it must be below leader_renew_deadline (1000, the default), or "
              "whereabouts panics; lower it, or remove it [pool-key]");
  expect_text(RANGE ",\"leader_renew_deadline\":1200,\"leader_retry_period\":1000", "pool-key",
              "must exceed 1.2 times leader_retry_period (1000), or whereabouts panics");
}

/* Measured: 9, 11 and -1. */
static void rejects_a_sleep_longer_than_the_request(void **state) {
  (void)state;
  expect(RANGE ",\"sleep_for_race\":9", "");
  expect(RANGE ",\"sleep_for_race\":-1", "");
  expect(RANGE ",\"sleep_for_race\":10", "deny pool-key spec.config.ipam.sleep_for_race\n");
}

static void warns_of_an_unusual_kubeconfig(void **state) {
  (void)state;
  expect(RANGE ",\"kubernetes\":{\"kubeconfig\":\"/etc/cni/net.d/whereabouts.d/whereabouts.kubeconfig\"}", "");
  expect(RANGE ",\"kubernetes\":{\"kubeconfig\":\"/etc/kubernetes/cni/net.d/whereabouts.d/whereabouts.kubeconfig\"}",
         "");
  expect(RANGE ",\"kubernetes\":{\"kubeconfig\":\"\"}", "");
  expect(RANGE ",\"kubernetes\":{}", "");
  expect(RANGE ",\"kubernetes\":{\"kubeconfig\":\"/etc/kubernetes/nosuch.kubeconfig\"}",
         "unverified pool-key spec.config.ipam.kubernetes.kubeconfig\n");
  expect(RANGE ",\"kubernetes\":{\"kubeconfig\":5}", "deny ipam-syntax spec.config.ipam.kubernetes.kubeconfig\n");
}

static void warns_of_an_exclude_without_effect(void **state) {
  (void)state;
  static const char *const good[] = {"192.168.99.0/27",        "192.168.99.1",    "192.168.99.0/32",
                                     "192.168.99.255",         "192.168.99.9/28", "192.168.98.0/30\",\"192.168.99.7",
                                     "::ffff:192.168.99.1/128"};
  static const char *const bad[] = {"192.168.98.0/24", "192.168.100.0",       "10.0.0.0/8",
                                    "fd00::/64",       "::ffff:192.168.99.1", "::ffff:192.168.98.1/128"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    char members[150];
    (void)snprintf(members, sizeof members, RANGE ",\"exclude\":[\"%s\"]", good[i]);
    expect(members, strchr(good[i], ',') == NULL ? "" : "warn exclude-outside spec.config.ipam.exclude[0]\n");
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char members[150];
    (void)snprintf(members, sizeof members, RANGE ",\"exclude\":[\"%s\"]", bad[i]);
    expect(members, "warn exclude-outside spec.config.ipam.exclude[0]\n");
    nad_expect_other(nad_whereabouts(members), "warn exclude-outside spec.config.ipam.exclude[0]\n");
  }
  /* Outside the pool but inside the subnet: harmless, and often intended. */
  expect("\"range\":\"192.168.99.100-192.168.99.150/24\",\"exclude\":[\"192.168.99.1/32\"]", "");
  expect("\"ipRanges\":[{" RANGE ",\"exclude\":[\"192.168.98.9\"]}]",
         "warn exclude-outside spec.config.ipam.ipRanges[0].exclude[0]\n");
}

static void says_why_an_exclude_has_no_effect(void **state) {
  (void)state;
  expect_text(RANGE ",\"exclude\":[\"192.168.98.0/24\"]", "exclude-outside",
              "Invalid value: \"192.168.98.0/24\": is outside 192.168.99.0/24, so it excludes nothing; correct it, or "
              "remove it [exclude-outside]");
  expect_text(RANGE ",\"exclude\":[\"::ffff:192.168.99.1\"]", "exclude-outside",
              "is read as the IPv6 subnet ::/32, so it excludes nothing; use 192.168.99.1 [exclude-outside]");
}

/* Measured: with each of these, every allocation fails; the last one is readable. */
static void rejects_an_unreadable_exclude(void **state) {
  (void)state;
  static const char *const bad[] = {"\"192.168.99.1-192.168.99.9\"", "\"192.168.99.*\"", "null", "\"\"", "5"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char members[100];
    (void)snprintf(members, sizeof members, RANGE ",\"exclude\":[%s]", bad[i]);
    expect(members, "deny ipam-syntax spec.config.ipam.exclude[0]\n");
  }
  expect(RANGE ",\"exclude\":[\"192.168.99.5/28\"]", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rejects_a_network_name_that_is_not_an_object_name),
      cmocka_unit_test(rejects_a_network_name_that_is_too_long),
      cmocka_unit_test(reports_one_bad_name_once),
      cmocka_unit_test(rejects_a_range_that_gives_no_object_name),
      cmocka_unit_test(rejects_times_with_which_leader_election_cannot_start),
      cmocka_unit_test(leader_election_says_what_is_wrong),
      cmocka_unit_test(rejects_a_sleep_longer_than_the_request),
      cmocka_unit_test(warns_of_an_unusual_kubeconfig),
      cmocka_unit_test(warns_of_an_exclude_without_effect),
      cmocka_unit_test(says_why_an_exclude_has_no_effect),
      cmocka_unit_test(rejects_an_unreadable_exclude),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
