/* Exceptions of the policy: what they let through, for which object, and until when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "rules/engine.h"
#include "support/audit_case.h"
#include "support/review_case.h"

#define TODAY "2026-11-30"
#define POLICY "apiVersion: droveway.io/v1alpha1\nkind: Policy\nnamespace: openshift-cnv\n"
#define EXCEPT(exceptions) POLICY "exceptions:\n" exceptions
#define EXCEPTION(rule, ns, name) "- {rule: " rule ", namespace: \"" ns "\", name: \"" name "\", reason: ticket 17}\n"
#define UNTIL(rule, ns, name, date)                                                                                    \
  "- {rule: " rule ", namespace: \"" ns "\", name: \"" name "\", reason: ticket 17, until: " date "}\n"

#define CONFIG(range)                                                                                                  \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":"              \
  "\"whereabouts\",\"range\":\"" range "\"}}"
#define NAD_IN(ns, name, more, config)                                                                                 \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " ns                 \
  ", name: " name more "}, spec: {config: '" config "'}}\n"
#define NAD(name, range) NAD_IN("openshift-cnv", name, "", CONFIG(range))
#define HCO(network)                                                                                                   \
  "---\n{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "        \
  "namespace: openshift-cnv}, spec: {liveMigrationConfig: {network: " network "}}}\n"

/* One node, its NIC, and a pod network. */
#define CLUSTER                                                                                                        \
  "---\n{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {kubevirt.io/schedulable: \"true\"}}}\n"             \
  "---\n{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: n1}, status: {currentState: "        \
  "{interfaces: [{name: eth1, type: ethernet, state: up, mtu: 1500}]}}}\n"                                             \
  "---\n{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: {clusterNetwork: "      \
  "[{cidr: 10.128.0.0/14}]}}\n"

static struct dw_world *world_on(const char *state, const char *policy, const char *today) {
  struct dw_world *world = world_of(state, policy);
  assert_true(dw_date_parse(today, &world->today));
  return world;
}

static struct verdict judge_on(const char *state, const char *policy, const char *today, enum dw_operation operation,
                               const char *object, const char *old) {
  struct dw_world *world = world_on(state, policy, today);
  struct verdict verdict = review(world, operation, object, old);
  dw_world_unref(world);
  return verdict;
}

static struct verdict judge(const char *policy, const char *object) {
  return judge_on(CLUSTER, policy, TODAY, DW_OP_CREATE, object, NULL);
}

/* --- one review --- */

static void a_finding_under_an_exception_neither_denies_nor_warns(void **state) {
  (void)state;
  VERDICT_SCOPED without = judge(POLICY, NAD("migration", "10.129.0.0/24"));
  assert_false(without.allowed);
  assert_string_equal(verdict_denied(&without), "overlap-cluster-network");
  assert_string_equal(verdict_excepted(&without), "");
  VERDICT_SCOPED with =
      judge(EXCEPT(EXCEPTION("overlap-cluster-network", "openshift-cnv", "mig*")), NAD("migration", "10.129.0.0/24"));
  assert_true(with.allowed);
  assert_int_equal(verdict_warning_count(&with), 0);
  assert_string_equal(verdict_denied(&with), "");
  assert_string_equal(verdict_warned(&with), "");
  assert_string_equal(verdict_excepted(&with), "overlap-cluster-network");
}

static void a_warning_is_excepted_too(void **state) {
  (void)state;
  VERDICT_SCOPED without = judge(POLICY, NAD("pods", "10.129.0.0/24"));
  assert_string_equal(verdict_warned(&without), "overlap-cluster-network");
  VERDICT_SCOPED with =
      judge(EXCEPT(EXCEPTION("overlap-cluster-network", "openshift-cnv", "*")), NAD("pods", "10.129.0.0/24"));
  assert_true(with.allowed);
  assert_int_equal(verdict_warning_count(&with), 0);
  assert_string_equal(verdict_excepted(&with), "overlap-cluster-network");
}

static void other_rules_and_other_objects_are_judged_as_before(void **state) {
  (void)state;
  static const char policy[] = EXCEPT(EXCEPTION("overlap-cluster-network", "openshift-cnv", "migration-1"));
  VERDICT_SCOPED two = judge(policy, NAD("migration-1", "10.129.0.0/31"));
  assert_false(two.allowed);
  assert_string_equal(verdict_denied(&two), "range-empty");
  assert_string_equal(verdict_excepted(&two), "overlap-cluster-network");
  assert_int_equal(verdict_cause_count(&two), 1);
  VERDICT_SCOPED name = judge(policy, NAD("migration-2", "10.129.0.0/24"));
  assert_string_equal(verdict_denied(&name), "overlap-cluster-network");
  VERDICT_SCOPED ns = judge(policy, NAD_IN("lab", "migration-1", "", CONFIG("10.129.0.0/24")));
  assert_non_null(strstr(verdict_denied(&ns), "overlap-cluster-network"));
}

static void every_rule_of_an_object_can_be_excepted_at_once(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = judge(EXCEPT(EXCEPTION("overlap-cluster-network", "openshift-cnv", "migration")
                                            EXCEPTION("range-empty", "openshift-cnv", "migration")),
                                 NAD("migration", "10.129.0.0/31"));
  assert_true(verdict.allowed);
  assert_string_equal(verdict_excepted(&verdict), "range-empty,overlap-cluster-network");
}

static void an_unreadable_configuration_can_be_excepted(void **state) {
  (void)state;
  VERDICT_SCOPED verdict =
      judge(EXCEPT(EXCEPTION("cni-json", "openshift-cnv", "*")), NAD_IN("openshift-cnv", "other", "", "{"));
  assert_true(verdict.allowed);
  assert_string_equal(verdict_excepted(&verdict), "cni-json");
}

/* Without the exception, the second rule is silent, because the first one denies the object anyway. */
static void an_excepted_ambiguous_key_hides_no_other_mistake(void **state) {
  (void)state;
  static const char object[] =
      NAD_IN("openshift-cnv", "migration", "",
             "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\","
             "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.9.0/24\",\"Range\":"
             "\"10.129.0.0/24\"}}");
  VERDICT_SCOPED without = judge(POLICY, object);
  assert_string_equal(verdict_denied(&without), "cni-ambiguous-key");
  VERDICT_SCOPED with = judge(EXCEPT(EXCEPTION("cni-ambiguous-key", "openshift-cnv", "migration")), object);
  assert_false(with.allowed);
  assert_string_equal(verdict_denied(&with), "overlap-cluster-network");
  assert_string_equal(verdict_excepted(&with), "cni-ambiguous-key");
}

static void facts_that_are_not_available_are_not_needed_under_an_exception(void **state) {
  (void)state;
  struct dw_world *without = world_knowing("", POLICY, DW_UNAVAILABLE);
  VERDICT_SCOPED asked = review(without, DW_OP_CREATE, HCO("migration"), NULL);
  assert_int_equal(verdict_code(&asked), 503);
  struct dw_world *with = world_knowing("", EXCEPT(EXCEPTION("network-missing", "openshift-cnv", "*")), DW_UNAVAILABLE);
  VERDICT_SCOPED verdict = review(with, DW_OP_CREATE, HCO("migration"), NULL);
  assert_true(verdict.allowed);
  assert_string_equal(verdict_excepted(&verdict), "network-missing");
  dw_world_unref(without);
  dw_world_unref(with);
}

/* More findings of one rule than are kept. */
static void findings_that_are_only_counted_are_excepted_too(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf config = DW_BUF_INIT;
  dw_buf_puts(&config, "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{"
                       "\"type\":\"whereabouts\",\"ipRanges\":[{\"range\":\"192.168.9.0/24\"}");
  for (int i = 0; i < 300; i++)
    dw_buf_puts(&config, ",{\"range\":\"nonsense\"}");
  dw_buf_puts(&config, "]}}");
  char *object = nad_text("migration", dw_buf_text(&config));
  VERDICT_SCOPED without = judge(POLICY, object);
  assert_string_equal(verdict_denied(&without), "ipam-syntax");
  VERDICT_SCOPED with = judge(EXCEPT(EXCEPTION("ipam-syntax", "openshift-cnv", "migration")), object);
  assert_true(with.allowed);
  assert_string_equal(verdict_excepted(&with), "ipam-syntax");
  free(object);
}

static void the_object_can_not_except_itself(void **state) {
  (void)state;
  static const char *const metadata[] = {
      ", annotations: {droveway.io/allow: overlap-cluster-network}",
      ", annotations: {droveway.io/exceptions: \"overlap-cluster-network: ticket 17\"}",
      ", annotations: {ignore-check.kube-linter.io/overlap-cluster-network: ticket 17}",
      ", labels: {droveway.io/allow: overlap-cluster-network}"};
  for (size_t i = 0; i < sizeof metadata / sizeof *metadata; i++) {
    char object[1024];
    snprintf(object, sizeof object,
             "# droveway: allow overlap-cluster-network ticket 17\n" NAD_IN("openshift-cnv", "migration", "%s",
                                                                            CONFIG("10.129.0.0/24")),
             metadata[i]);
    VERDICT_SCOPED verdict = judge(POLICY, object);
    assert_false(verdict.allowed);
    assert_string_equal(verdict_denied(&verdict), "overlap-cluster-network");
    assert_string_equal(verdict_excepted(&verdict), "");
  }
}

static void mutation_is_not_affected(void **state) {
  (void)state;
  static const char object[] =
      NAD_IN("openshift-cnv", "migration", "", "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{}}");
  struct dw_world *without = world_on(CLUSTER, POLICY, TODAY);
  struct dw_world *with = world_on(CLUSTER, EXCEPT(EXCEPTION("cni-name", "*", "*")), TODAY);
  VERDICT_SCOPED before = review_mutation(without, DW_OP_CREATE, object, NULL);
  VERDICT_SCOPED after = review_mutation(with, DW_OP_CREATE, object, NULL);
  assert_string_equal(before.text, after.text);
  dw_world_unref(without);
  dw_world_unref(with);
}

/* --- time --- */

static void an_exception_applies_through_its_last_day(void **state) {
  (void)state;
  static const char policy[] = EXCEPT(UNTIL("overlap-cluster-network", "openshift-cnv", "migration", TODAY));
  static const char object[] = NAD("migration", "10.129.0.0/24");
  VERDICT_SCOPED last = judge_on(CLUSTER, policy, TODAY, DW_OP_CREATE, object, NULL);
  assert_true(last.allowed);
  assert_string_equal(verdict_excepted(&last), "overlap-cluster-network");
  VERDICT_SCOPED next = judge_on(CLUSTER, policy, "2026-12-01", DW_OP_CREATE, object, NULL);
  assert_false(next.allowed);
  assert_string_equal(verdict_denied(&next), "overlap-cluster-network");
  assert_string_equal(verdict_excepted(&next), "");
  assert_string_equal(
      verdict_cause(&next, 0, "message"),
      "Invalid value: \"10.129.0.0/24\": overlaps the pod network 10.128.0.0/14 (Network cluster) (an exception for it "
      "expired on 2026-11-30); choose a range outside it [overlap-cluster-network]");
}

static void the_answer_depends_on_the_date_of_the_world_alone(void **state) {
  (void)state;
  static const char policy[] = EXCEPT(UNTIL("overlap-cluster-network", "openshift-cnv", "migration", "2000-01-01"));
  struct dw_world *world = world_on(CLUSTER, policy, "1999-12-31");
  VERDICT_SCOPED active = review(world, DW_OP_CREATE, NAD("migration", "10.129.0.0/24"), NULL);
  assert_true(active.allowed);
  struct dw_world *later = dw_world_on(world, world->today + 2);
  struct dw_world *latest = dw_world_on(later, world->today + 3);
  dw_world_unref(world);
  dw_world_unref(later);
  VERDICT_SCOPED expired = review(latest, DW_OP_CREATE, NAD("migration", "10.129.0.0/24"), NULL);
  assert_false(expired.allowed);
  struct dw_world *overlay = dw_world_overlay(latest, NULL, 0);
  assert_int_equal(overlay->today, latest->today);
  dw_world_unref(latest);
  VERDICT_SCOPED overlaid = review(overlay, DW_OP_CREATE, NAD("migration", "10.129.0.0/24"), NULL);
  assert_string_equal(overlaid.text, expired.text);
  dw_world_unref(overlay);
}

static void a_warning_mentions_an_expired_exception(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = judge(EXCEPT(UNTIL("overlap-cluster-network", "openshift-cnv", "pods", "2026-11-29")),
                                 NAD("pods", "10.129.0.0/24"));
  assert_true(verdict.allowed);
  assert_non_null(strstr(verdict_warning(&verdict, 0), "(an exception for it expired on 2026-11-29)"));
}

static void what_could_not_be_checked_mentions_no_expired_exception(void **state) {
  (void)state;
  struct dw_world *world =
      world_of(NULL, EXCEPT(UNTIL("overlap-cluster-network", "openshift-cnv", "migration", "2000-01-01")));
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, NAD("migration", "10.129.0.0/24"), NULL);
  const char *warning = verdict_warning_of(&verdict, "overlap-cluster-network");
  assert_non_null(strstr(warning, "could not be checked"));
  assert_null(strstr(warning, "expired"));
  dw_world_unref(world);
}

/* --- changes --- */

static void an_update_after_the_last_day_only_warns_about_what_was_there_before(void **state) {
  (void)state;
  static const char policy[] = EXCEPT(UNTIL("overlap-cluster-network", "openshift-cnv", "migration", TODAY));
  static const char old[] = NAD("migration", "10.129.0.0/24");
  static const char same[] = NAD_IN("openshift-cnv", "migration", ", labels: {a: b}", CONFIG("10.129.0.0/24"));
  static const char worse[] = NAD("migration", "10.130.0.0/24");
  VERDICT_SCOPED tolerated = judge_on(CLUSTER, policy, "2026-12-01", DW_OP_UPDATE, same, old);
  assert_true(tolerated.allowed);
  assert_string_equal(verdict_warned(&tolerated), "overlap-cluster-network");
  VERDICT_SCOPED denied = judge_on(CLUSTER, policy, "2026-12-01", DW_OP_UPDATE, worse, old);
  assert_false(denied.allowed);
  VERDICT_SCOPED excepted = judge_on(CLUSTER, policy, TODAY, DW_OP_UPDATE, worse, old);
  assert_true(excepted.allowed);
  assert_string_equal(verdict_excepted(&excepted), "overlap-cluster-network");
}

/* An old mistake must not excuse a new one of another rule. */
static void an_excepted_old_mistake_excuses_no_new_one(void **state) {
  (void)state;
  static const char policy[] = EXCEPT(EXCEPTION("overlap-cluster-network", "openshift-cnv", "migration"));
  VERDICT_SCOPED verdict = judge_on(CLUSTER, policy, TODAY, DW_OP_UPDATE, NAD("migration", "10.129.0.0/31"),
                                    NAD("migration", "10.129.0.0/24"));
  assert_false(verdict.allowed);
  assert_string_equal(verdict_denied(&verdict), "range-empty");
}

static void the_deletion_of_a_network_in_use_can_be_excepted(void **state) {
  (void)state;
  static const char cluster[] = CLUSTER HCO("migration") NAD("migration", "192.168.9.0/24");
  VERDICT_SCOPED without = judge_on(cluster, POLICY, TODAY, DW_OP_DELETE, NAD("migration", "192.168.9.0/24"), NULL);
  assert_string_equal(verdict_denied(&without), "network-in-use");
  VERDICT_SCOPED with = judge_on(cluster, EXCEPT(EXCEPTION("network-in-use", "openshift-cnv", "migration")), TODAY,
                                 DW_OP_DELETE, NAD("migration", "192.168.9.0/24"), NULL);
  assert_true(with.allowed);
  assert_string_equal(verdict_excepted(&with), "network-in-use");
}

/* --- two objects --- */

/* The object that is judged counts, not the other one. */
static void overlapping_networks_need_an_exception_each(void **state) {
  (void)state;
  static const char cluster[] = CLUSTER NAD("migration-a", "192.168.9.0/24");
  static const char other[] = CLUSTER NAD("migration-b", "192.168.9.128/25");
  static const char policy[] = EXCEPT(EXCEPTION("overlap-network", "openshift-cnv", "migration-b"));
  VERDICT_SCOPED b = judge_on(cluster, policy, TODAY, DW_OP_CREATE, NAD("migration-b", "192.168.9.128/25"), NULL);
  assert_true(b.allowed);
  assert_string_equal(verdict_excepted(&b), "overlap-network");
  VERDICT_SCOPED a = judge_on(other, policy, TODAY, DW_OP_CREATE, NAD("migration-a", "192.168.9.0/24"), NULL);
  assert_string_equal(verdict_denied(&a), "overlap-network");
  VERDICT_SCOPED both = judge_on(other, EXCEPT(EXCEPTION("overlap-network", "openshift-cnv", "migration-*")), TODAY,
                                 DW_OP_CREATE, NAD("migration-a", "192.168.9.0/24"), NULL);
  assert_true(both.allowed);
}

static void an_exception_for_a_network_counts_for_the_object_that_names_it(void **state) {
  (void)state;
  static const char cluster[] = CLUSTER NAD("lm", "10.129.0.0/31");
  VERDICT_SCOPED without = judge_on(cluster, POLICY, TODAY, DW_OP_CREATE, HCO("lm"), NULL);
  assert_string_equal(verdict_denied(&without), "network-unfit");
  assert_int_equal(verdict_cause_count(&without), 2);
  VERDICT_SCOPED one =
      judge_on(cluster, EXCEPT(EXCEPTION("range-empty", "openshift-cnv", "lm")), TODAY, DW_OP_CREATE, HCO("lm"), NULL);
  assert_string_equal(verdict_denied(&one), "network-unfit");
  assert_int_equal(verdict_cause_count(&one), 1);
  assert_non_null(strstr(verdict_cause(&one, 0, "message"), "violates overlap-cluster-network"));
  assert_string_equal(verdict_excepted(&one), "network-unfit");
  VERDICT_SCOPED both = judge_on(cluster,
                                 EXCEPT(EXCEPTION("range-empty", "openshift-cnv", "lm")
                                            EXCEPTION("overlap-cluster-network", "openshift-cnv", "lm")),
                                 TODAY, DW_OP_CREATE, HCO("lm"), NULL);
  assert_true(both.allowed);
  assert_string_equal(verdict_excepted(&both), "network-unfit");
  VERDICT_SCOPED own = judge_on(cluster, EXCEPT(EXCEPTION("network-unfit", "openshift-cnv", "kubevirt-hyperconverged")),
                                TODAY, DW_OP_CREATE, HCO("lm"), NULL);
  assert_true(own.allowed);
  assert_string_equal(verdict_excepted(&own), "network-unfit");
  VERDICT_SCOPED expired = judge_on(cluster,
                                    EXCEPT(UNTIL("range-empty", "openshift-cnv", "lm", "2026-11-29")
                                               EXCEPTION("overlap-cluster-network", "openshift-cnv", "lm")),
                                    TODAY, DW_OP_CREATE, HCO("lm"), NULL);
  assert_int_equal(verdict_cause_count(&expired), 1);
  const char *message = verdict_cause(&expired, 0, "message");
  const char *mention = strstr(message, "(an exception for it expired on 2026-11-29)");
  assert_non_null(mention);
  assert_null(strstr(mention + 1, "(an exception"));
}

static void an_object_without_a_namespace_is_matched_by_a_star(void **state) {
  (void)state;
  static const char object[] = "{apiVersion: migrations.kubevirt.io/v1alpha1, kind: MigrationPolicy, metadata: {name: "
                               "gold}, spec: {completionTimeoutPerGiB: -1, selectors: {namespaceSelector: {a: b}}}}";
  VERDICT_SCOPED without = judge(EXCEPT(EXCEPTION("limit-range", "openshift-cnv", "gold")), object);
  assert_string_equal(verdict_denied(&without), "limit-range");
  VERDICT_SCOPED with = judge(EXCEPT(EXCEPTION("limit-range", "*", "gold")), object);
  assert_true(with.allowed);
  assert_string_equal(verdict_excepted(&with), "limit-range");
}

/* --- the audit --- */

static void the_audit_lists_what_is_excepted(void **state) {
  (void)state;
  AUDITED_SCOPED audited = audit_on(CLUSTER NAD("migration", "10.129.0.0/24") NAD("pods", "10.130.0.0/24"),
                                    EXCEPT(EXCEPTION("overlap-cluster-network", "openshift-cnv", "migration")), TODAY);
  assert_string_equal(audited.lines, "warn overlap-cluster-network NetworkAttachmentDefinition openshift-cnv/pods "
                                     "spec.config.ipam.range\n");
  assert_string_equal(audited.excepted, "deny overlap-cluster-network NetworkAttachmentDefinition "
                                        "openshift-cnv/migration spec.config.ipam.range\n");
  assert_string_equal(audited.unused, "");
  assert_int_equal(audited.result.objects, 2);
  assert_int_equal(audited.result.violating, 0);
  assert_int_equal(audited.result.denials, 0);
  assert_int_equal(audited.result.warnings, 1);
  assert_int_equal(audited.result.excepted, 1);
}

static void the_audit_names_exceptions_that_are_not_needed(void **state) {
  (void)state;
  AUDITED_SCOPED audited = audit_on(
      CLUSTER NAD("migration", "10.129.0.0/24"),
      EXCEPT(EXCEPTION("overlap-cluster-network", "openshift-cnv", "migration")
                 EXCEPTION("overlap-cluster-network", "openshift-cnv", "mig*") /* the first one applies */
             EXCEPTION("overlap-cluster-network", "openshift-cnv", "gone")
                 EXCEPTION("range-empty", "openshift-cnv", "migration") UNTIL("range-empty", "*", "*", "2026-11-29")),
      TODAY);
  assert_string_equal(audited.unused, "overlap-cluster-network openshift-cnv/mig*\n"
                                      "overlap-cluster-network openshift-cnv/gone\n"
                                      "range-empty openshift-cnv/migration\n");
}

/* A rule about changes finds nothing in an audit. Its exception is needed as long as its object exists. */
static void exceptions_for_changes_are_needed_while_their_object_exists(void **state) {
  (void)state;
  AUDITED_SCOPED audited = audit_on(
      CLUSTER NAD("migration", "192.168.9.0/24"),
      EXCEPT(EXCEPTION("network-in-use", "openshift-cnv", "migration") EXCEPTION(
          "network-in-use", "openshift-cnv", "gone") EXCEPTION("network-in-use-change", "openshift-cnv", "migration")
                 EXCEPTION("network-change", "*", "migration") EXCEPTION("migrations-running", "*", "gone")
                     EXCEPTION("unrendered", "*", "migration") EXCEPTION("migration-bypassed", "lab", "*")),
      TODAY);
  assert_string_equal(audited.unused, "network-in-use openshift-cnv/gone\nmigrations-running */gone\n");
}

static void an_exception_is_needed_if_only_another_object_shows_it(void **state) {
  (void)state;
  AUDITED_SCOPED audited = audit_on(CLUSTER HCO("lm") NAD_IN("openshift-cnv", "lm", "", CONFIG("192.168.9.0/31")),
                                    EXCEPT(EXCEPTION("range-empty", "openshift-cnv", "lm")), TODAY);
  assert_string_equal(audited.unused, "");
  assert_string_equal(audited.lines, "");
  assert_int_equal(audited.result.violating, 0);
}

static void nothing_is_unused_if_the_networks_are_unknown(void **state) {
  (void)state;
  AUDITED_SCOPED audited =
      audit_knowing("", EXCEPT(EXCEPTION("range-empty", "*", "*") EXCEPTION("limit-range", "*", "*")), DW_UNKNOWN);
  assert_string_equal(audited.unused, "limit-range */*\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_finding_under_an_exception_neither_denies_nor_warns),
      cmocka_unit_test(a_warning_is_excepted_too),
      cmocka_unit_test(other_rules_and_other_objects_are_judged_as_before),
      cmocka_unit_test(every_rule_of_an_object_can_be_excepted_at_once),
      cmocka_unit_test(an_unreadable_configuration_can_be_excepted),
      cmocka_unit_test(an_excepted_ambiguous_key_hides_no_other_mistake),
      cmocka_unit_test(facts_that_are_not_available_are_not_needed_under_an_exception),
      cmocka_unit_test(findings_that_are_only_counted_are_excepted_too),
      cmocka_unit_test(the_object_can_not_except_itself),
      cmocka_unit_test(mutation_is_not_affected),
      cmocka_unit_test(an_exception_applies_through_its_last_day),
      cmocka_unit_test(the_answer_depends_on_the_date_of_the_world_alone),
      cmocka_unit_test(a_warning_mentions_an_expired_exception),
      cmocka_unit_test(what_could_not_be_checked_mentions_no_expired_exception),
      cmocka_unit_test(an_update_after_the_last_day_only_warns_about_what_was_there_before),
      cmocka_unit_test(an_excepted_old_mistake_excuses_no_new_one),
      cmocka_unit_test(the_deletion_of_a_network_in_use_can_be_excepted),
      cmocka_unit_test(overlapping_networks_need_an_exception_each),
      cmocka_unit_test(an_exception_for_a_network_counts_for_the_object_that_names_it),
      cmocka_unit_test(an_object_without_a_namespace_is_matched_by_a_star),
      cmocka_unit_test(the_audit_lists_what_is_excepted),
      cmocka_unit_test(the_audit_names_exceptions_that_are_not_needed),
      cmocka_unit_test(exceptions_for_changes_are_needed_while_their_object_exists),
      cmocka_unit_test(an_exception_is_needed_if_only_another_object_shows_it),
      cmocka_unit_test(nothing_is_unused_if_the_networks_are_unknown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
