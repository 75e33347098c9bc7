/* MigrationPolicy: its selectors, and its values together with the cluster's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "support/audit_case.h"
#include "support/review_case.h"

#define POLICY(spec)                                                                                                   \
  "{apiVersion: migrations.kubevirt.io/v1alpha1, kind: MigrationPolicy, metadata: {name: p}, spec: {" spec "}}"
#define SELECTS "selectors: {virtualMachineInstanceSelector: {a: b}}"
#define WITH(members) POLICY(SELECTS ", " members)
#define HCO(members)                                                                                                   \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv}, spec: {liveMigrationConfig: {" members "}}}"

struct example {
  const char *state, *object;
  const char *denied, *said; /* the complete cause with its field, or the complete warning; "" if there is none */
};

static void expect(const struct example *example) {
  struct dw_world *world = world_of(example->state, NULL);
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, example->object, NULL);
  assert_string_equal(verdict_denied(&verdict), example->denied);
  if (*example->denied != '\0') {
    char said[600];
    snprintf(said, sizeof said, "%s: %s", verdict_cause(&verdict, 0, "field"), verdict_cause(&verdict, 0, "message"));
    assert_string_equal(said, example->said);
    assert_int_equal(verdict_cause_count(&verdict), 1);
  }
  bool warns = *example->denied == '\0' && *example->said != '\0';
  assert_int_equal(verdict_warning_count(&verdict), warns);
  if (warns)
    assert_string_equal(verdict_warning(&verdict, 0), example->said);
  dw_world_unref(world);
}
#define EXPECT(examples)                                                                                               \
  for (size_t i = 0; i < sizeof(examples) / sizeof *(examples); i++)                                                   \
  expect(&(examples)[i])

static void accepts_valid_selectors(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"", POLICY(SELECTS), "", ""},
      {"", POLICY("selectors: {namespaceSelector: {kubernetes.io/metadata.name: shop}}"), "", ""},
      {"", POLICY("selectors: {namespaceSelector: {a: b}, virtualMachineInstanceSelector: {}}"), "", ""},
      {"", POLICY("selectors: {namespaceSelector: {matchLabels: b}}"), "", ""}, /* a label of that name */
      {"", WITH("allowAutoConverge: true, maxDowntimeMs: 5, allowWorkloadDisruption: true, experimental: {x: 1}"), "",
       ""},
  };
  EXPECT(examples);
}

static void rejects_selectors_of_the_wrong_structure(void **state) {
  (void)state;
#define NESTED(key)                                                                                                    \
  "spec.selectors.virtualMachineInstanceSelector." key                                                                 \
  ": Invalid value: \"{\\\"a\\\":\\\"b\\\"}\": this selector is a plain map of labels "                                \
  "and does not support " key                                                                                          \
  "; put the labels directly into spec.selectors.virtualMachineInstanceSelector [policy-selector]"
  static const struct example examples[] = {
      {"", POLICY("selectors: {virtualMachineInstanceSelector: {matchLabels: {a: b}}}"), "policy-selector",
       NESTED("matchLabels")},
      {"", POLICY("selectors: {virtualMachineInstanceSelector: {matchExpressions: {a: b}}}"), "policy-selector",
       NESTED("matchExpressions")},
      {"", POLICY("selectors: {namespaceSelector: {a: true}}"), "policy-selector",
       "spec.selectors.namespaceSelector.a: Invalid value: \"true\": a label value must be a string, not a boolean; "
       "put "
       "it in quotes [policy-selector]"},
      {"", POLICY("selectors: {namespaceSelector: {a: {b: c}}}"), "policy-selector",
       "spec.selectors.namespaceSelector.a: Invalid value: \"{\\\"b\\\":\\\"c\\\"}\": a label value must be a string, "
       "not an "
       "object [policy-selector]"},
      {"", POLICY("selectors: {namespaceSelector: [a]}"), "policy-selector",
       "spec.selectors.namespaceSelector: Invalid value: \"[\\\"a\\\"]\": must be an object, not a list; use a map of "
       "labels [policy-selector]"},
      {"", POLICY("selectors: all"), "policy-selector",
       "spec.selectors: Invalid value: \"all\": must be an object, not a string [policy-selector]"},
  };
  EXPECT(examples);
}

static void warns_of_selectors_that_match_too_much(void **state) {
  (void)state;
#define EVERY                                                                                                          \
  "spec.selectors: without labels, the policy matches every VM; add labels, unless this is intended [policy-selector]"
  static const struct example examples[] = {
      {"", POLICY("selectors: {}"), "", EVERY},
      {"", POLICY("selectors: {namespaceSelector: {}}"), "", EVERY},
      {"", POLICY("selectors: {namespaceSelector: null, virtualMachineInstanceSelector: {}}"), "", EVERY},
      {"", POLICY(""), "", "spec.selectors: a policy without selectors matches no VM [policy-selector]"},
      {"", POLICY("selectors: {matchLabels: {a: b}}"), "",
       "spec.selectors.matchLabels: the API server drops this unknown selector, so the policy matches every VM "
       "[policy-selector]"},
      {"", POLICY("selectors: {namespaceSelectors: {a: b}, virtualMachineInstanceSelector: {a: b}}"), "",
       "spec.selectors.namespaceSelectors: the API server drops this unknown selector, so the policy matches more VMs; "
       "use namespaceSelector [policy-selector]"},
  };
  EXPECT(examples);
}

/* One finding per mistake. Short warnings omit their end, so complete ones are compared here. */
static void judges_the_values_of_a_policy(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"", WITH("completionTimeoutPerGiB: -1"), "limit-range",
       "spec.completionTimeoutPerGiB: Invalid value: \"-1\": must not be negative; set a number of seconds "
       "[limit-range]"},
      {"", WITH("completionTimeoutPerGiB: '5'"), "limit-type",
       "spec.completionTimeoutPerGiB: Invalid value: \"5\": must be an integer, not a string; use 5 without quotes "
       "[limit-type]"},
      {"", WITH("bandwidthPerMigration: 64MiB"), "bandwidth",
       "spec.bandwidthPerMigration: Invalid value: \"64MiB\": is not a valid quantity; use \"64Mi\" [bandwidth]"},
      {"", WITH("bandwithPerMigration: 64Mi"), "config-misplaced",
       "spec.bandwithPerMigration: Unsupported value: \"bandwithPerMigration\": is not a field of "
       "migrations.kubevirt.io/v1alpha1: the API server drops it, so it has no effect; use spec.bandwidthPerMigration "
       "[config-misplaced]"},
      {"", WITH("network: x"), "",
       "spec.network: is not a field of migrations.kubevirt.io/v1alpha1: the API server drops it, so it has no effect "
       "[config-misplaced]"},
      {"", WITH("bandwidthPerMigration: '64'"), "",
       "spec.bandwidthPerMigration: is 64 bytes per second, treated as 1 MiB/s; use \"64Mi\" [bandwidth]"},
      /* its own allowPostCopy works, also with HyperConverged */
      {HCO("network: null"), WITH("allowPostCopy: true"), "", ""},
      {HCO("completionTimeoutPerGiB: 0"), WITH("allowPostCopy: true"), "",
       "spec.allowPostCopy: has no effect while completionTimeoutPerGiB is 0: post-copy starts when this timeout "
       "expires; set completionTimeoutPerGiB [post-copy-off]"},
      {HCO("completionTimeoutPerGiB: 0"), WITH("allowPostCopy: true, completionTimeoutPerGiB: 100"), "", ""},
      {"", WITH("allowPostCopy: true, allowWorkloadDisruption: false"), "",
       "spec.allowPostCopy: has no effect while allowWorkloadDisruption is false: a migration that times out is "
       "aborted; "
       "set allowWorkloadDisruption: true too [post-copy-off]"},
  };
  EXPECT(examples);
}

static void uses_the_values_of_the_cluster_for_omitted_ones(void **state) {
  (void)state;
#define SLOW(field, seconds, at, limit, use)                                                                           \
  "spec." field ": a GiB takes " seconds " s at " at ", but completionTimeoutPerGiB is " limit                         \
  ", so a fully used VM never finishes; use " use " or more, or raise completionTimeoutPerGiB [bandwidth]"
  static const struct example examples[] = {
      {HCO("completionTimeoutPerGiB: 20"), WITH("bandwidthPerMigration: 32Mi"), "",
       SLOW("bandwidthPerMigration", "32", "this rate", "20", "52Mi")},
      {HCO("completionTimeoutPerGiB: 32"), WITH("bandwidthPerMigration: 32Mi"), "", ""},
      {HCO("bandwidthPerMigration: 32Mi, completionTimeoutPerGiB: 100"), WITH("completionTimeoutPerGiB: 20"), "",
       SLOW("completionTimeoutPerGiB", "32", "the cluster's bandwidthPerMigration", "20", "52Mi")},
      {HCO("bandwidthPerMigration: 32Mi, completionTimeoutPerGiB: 100"),
       WITH("completionTimeoutPerGiB: 20, bandwidthPerMigration: 0"), "", ""},
      /* a wrong value of the cluster is reported for the cluster */
      {HCO("bandwidthPerMigration: 32Mi, completionTimeoutPerGiB: 20"), WITH("allowAutoConverge: true"), "", ""},
      {HCO("bandwidthPerMigration: much"), WITH("completionTimeoutPerGiB: 20"), "", ""},
      /* nothing is known about the cluster */
      {NULL, WITH("bandwidthPerMigration: 2Mi"), "", ""},
      {NULL, WITH("bandwidthPerMigration: 2Mi, completionTimeoutPerGiB: 500"), "",
       SLOW("bandwidthPerMigration", "512", "this rate", "500", "3Mi")},
  };
  EXPECT(examples);
}

static void audits_a_policy(void **state) {
  (void)state;
  audit_expect(POLICY("selectors: {virtualMachineInstanceSelector: {matchLabels: {a: b}}}"),
               "deny policy-selector MigrationPolicy /p spec.selectors.virtualMachineInstanceSelector.matchLabels\n");
  audit_expect(POLICY(SELECTS), "");
}

static void never_mutates_a_policy(void **state) {
  (void)state;
  struct dw_world *world =
      world_of(NULL, "{apiVersion: droveway.io/v1alpha1, kind: Policy, mutate: {kubeVirts: true}}");
  VERDICT_SCOPED verdict = review_mutation(world, DW_OP_CREATE, POLICY(SELECTS), NULL);
  assert_true(verdict.allowed);
  assert_null(verdict_patch(&verdict));
  assert_int_equal(verdict_warning_count(&verdict), 0);
  dw_world_unref(world);
}

static void judges_an_update_by_what_it_changes(void **state) {
  (void)state;
  struct dw_world *world = world_of("", NULL);
  VERDICT_SCOPED same =
      review(world, DW_OP_UPDATE, POLICY("completionTimeoutPerGiB: -1, " SELECTS ", allowPostCopy: true"),
             POLICY("completionTimeoutPerGiB: -1, " SELECTS));
  assert_true(same.allowed);
  assert_string_equal(verdict_warned(&same), "limit-range");
  VERDICT_SCOPED worse = review(world, DW_OP_UPDATE, POLICY("completionTimeoutPerGiB: -1, " SELECTS), POLICY(SELECTS));
  assert_string_equal(verdict_denied(&worse), "limit-range");
  dw_world_unref(world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_valid_selectors),
      cmocka_unit_test(rejects_selectors_of_the_wrong_structure),
      cmocka_unit_test(warns_of_selectors_that_match_too_much),
      cmocka_unit_test(judges_the_values_of_a_policy),
      cmocka_unit_test(uses_the_values_of_the_cluster_for_omitted_ones),
      cmocka_unit_test(audits_a_policy),
      cmocka_unit_test(never_mutates_a_policy),
      cmocka_unit_test(judges_an_update_by_what_it_changes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
