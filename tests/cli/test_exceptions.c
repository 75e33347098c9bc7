/* How `audit` and `check` show what an exception of the policy covers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_program.h"

#define NAD(name, range)                                                                                               \
  "---\n"                                                                                                              \
  "apiVersion: k8s.cni.cncf.io/v1\n"                                                                                   \
  "kind: NetworkAttachmentDefinition\n"                                                                                \
  "metadata: {namespace: openshift-cnv, name: " name "}\n"                                                             \
  "spec:\n"                                                                                                            \
  "  config: '{\"cniVersion\":\"0.3.1\",\"name\":\"" name                                                              \
  "\",\"type\":\"macvlan\",\"master\":\"eth1\",\"mode\":\"bridge\",\"ipam\":{\"type\":\"whereabouts\",\"range\":"      \
  "\"" range "\"}}'\n"
#define CLUSTER                                                                                                        \
  "---\n{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {kubevirt.io/schedulable: \"true\"}}}\n"             \
  "---\n{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: n1}, status: {currentState: "        \
  "{interfaces: [{name: eth1, type: ethernet, state: up, mtu: 1500}]}}}\n"                                             \
  "---\n{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: {clusterNetwork: "      \
  "[{cidr: 10.128.0.0/14}]}}\n"

static const char policy[] = "apiVersion: droveway.io/v1alpha1\n"
                             "kind: Policy\n"
                             "exceptions:\n"
                             "- {rule: overlap-cluster-network, namespace: openshift-cnv, name: migration-a, reason: "
                             "\"isolated switch, ticket 17\", until: 9999-12-31}\n"
                             "- {rule: overlap-cluster-network, namespace: openshift-cnv, name: migration-b, reason: "
                             "old lab, until: 2026-01-31}\n"
                             "- {rule: range-empty, namespace: lab, reason: gone}\n";

struct fixture {
  char folder[64], state[64];
  char policy[96], manifest[96];
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  folder_make(f->folder);
  folder_make(f->state);
  folder_write(f->folder, "policy.yaml", policy);
  folder_write(f->folder, "nads.yaml",
               NAD("migration-a", "10.129.0.0/24") NAD("migration-b", "10.130.0.0/24")
                   NAD("migration-c", "10.1.0.0/24"));
  folder_write(f->state, "cluster.yaml", CLUSTER);
  snprintf(f->policy, sizeof f->policy, "%s/policy.yaml", f->folder);
  snprintf(f->manifest, sizeof f->manifest, "%s/nads.yaml", f->folder);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  folder_remove(f->folder);
  folder_remove(f->state);
  free(f);
  return 0;
}

/* Puts the NADs into the cluster. */
static void store_nads(struct fixture *f) {
  char *nads = file_text(f->manifest, NULL);
  folder_write(f->state, "nads.yaml", nads);
  free(nads);
}

/* TEXT with the path of the fixture's folder replaced by "F", and that of its state by "S". The caller frees it. */
static char *without_folders(const struct fixture *f, const char *text) {
  const char *const paths[] = {f->folder, f->state};
  char *out = calloc(1, strlen(text) + 1);
  size_t length = 0;
  while (*text != '\0') {
    size_t skip = 0;
    for (size_t i = 0; i < 2 && skip == 0; i++)
      if (strncmp(text, paths[i], strlen(paths[i])) == 0) {
        out[length++] = "FS"[i];
        skip = strlen(paths[i]);
      }
    if (skip == 0)
      out[length++] = *text++;
    text += skip;
  }
  return out;
}

static void assert_output(const struct fixture *f, const struct run *run, int status, const char *expected) {
  char *shown = without_folders(f, run->out);
  assert_string_equal(shown, expected);
  assert_int_equal(run->status, status);
  assert_string_equal(run->err, "");
  free(shown);
}

/* --- audit --- */

#define OVERLAP(range)                                                                                                 \
  "spec.config.ipam.range: Invalid value: \"" range "\": overlaps the pod network 10.128.0.0/14 (Network cluster)"
#define FIX "choose a range outside it"

static void audit_shows_what_is_excepted_and_why(void **state) {
  struct fixture *f = *state;
  store_nads(f);
  RUN_SCOPED run = RUN("audit", "--state", f->state, "--policy", f->policy);
  assert_output(
      f, &run, 1,
      "NetworkAttachmentDefinition openshift-cnv/migration-a\n"
      "  excepted: " OVERLAP(
          "10.129.0.0/24") " [overlap-cluster-network]\n"
                           "    reason: isolated switch, ticket 17 (F/policy.yaml:4, until 9999-12-31)\n"
                           "\n"
                           "NetworkAttachmentDefinition openshift-cnv/migration-b\n"
                           "  error: " OVERLAP(
                               "10.130.0.0/24") " (an exception for it expired on 2026-01-31) "
                                                "[overlap-cluster-network]\n"
                                                "    fix: " FIX "\n"
                                                "\n"
                                                "F/policy.yaml\n"
                                                "  warning: the exception on line 5 (overlap-cluster-network for "
                                                "openshift-cnv/migration-b) expired on "
                                                "2026-01-31 [exception-expired]\n"
                                                "    fix: remove it, or set a later date if it is still right\n"
                                                "  warning: the exception on line 6 (range-empty for lab/*) is not "
                                                "needed: nothing is found without it "
                                                "either [exception-unused]\n"
                                                "    fix: remove it\n"
                                                "\n"
                                                "3 objects audited, 1 in violation: 1 error, 2 warnings\n"
                                                "1 finding is excepted and does not count\n");
}

static void expired_and_unneeded_exceptions_are_warnings(void **state) {
  struct fixture *f = *state;
  folder_write(f->state, "nads.yaml", NAD("migration-a", "10.129.0.0/24"));
  RUN_SCOPED lenient = RUN("audit", "--state", f->state, "--policy", f->policy);
  assert_int_equal(lenient.status, 0);
  RUN_SCOPED strict = RUN("audit", "--state", f->state, "--policy", f->policy, "--fail-on", "warn");
  assert_int_equal(strict.status, 1);
  folder_write(f->folder, "policy.yaml",
               "apiVersion: droveway.io/v1alpha1\nkind: Policy\nexceptions:\n"
               "- {rule: overlap-cluster-network, namespace: openshift-cnv, reason: ticket 17}\n");
  RUN_SCOPED tidy = RUN("audit", "--state", f->state, "--policy", f->policy, "--fail-on", "warn");
  assert_output(f, &tidy, 0,
                "NetworkAttachmentDefinition openshift-cnv/migration-a\n"
                "  excepted: " OVERLAP("10.129.0.0/24") " [overlap-cluster-network]\n"
                                                        "    reason: ticket 17 (F/policy.yaml:4)\n"
                                                        "\n"
                                                        "1 object audited, 0 in violation: 0 errors, 0 warnings\n"
                                                        "1 finding is excepted and does not count\n");
}

static void json_lists_excepted_findings_separately(void **state) {
  struct fixture *f = *state;
  store_nads(f);
  RUN_SCOPED run = RUN("audit", "--state", f->state, "--policy", f->policy, "-o", "json");
  struct json_object *report = run_json(&run);
  struct json_object *excepted = json_object_object_get(report, "excepted");
  struct json_object *findings = json_object_object_get(report, "findings");
  assert_int_equal(json_object_array_length(excepted), 1);
  assert_int_equal(json_object_array_length(findings), 3);
  assert_int_equal(member_int(report, "objects"), 3);
  assert_int_equal(member_int(report, "errors"), 1);
  assert_int_equal(member_int(report, "warnings"), 2);
  struct json_object *one = json_object_array_get_idx(excepted, 0);
  assert_string_equal(member_text(one, "name"), "migration-a");
  assert_string_equal(member_text(one, "rule"), "overlap-cluster-network");
  assert_string_equal(member_text(one, "action"), "deny");
  assert_int_equal(member_int(one, "line"), 6);
  char *shown =
      without_folders(f, json_object_to_json_string_ext(json_object_object_get(one, "exception"),
                                                        JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
  assert_string_equal(shown,
                      "{\"source\":\"policy\",\"reason\":\"isolated switch, ticket 17\",\"until\":\"9999-12-31\","
                      "\"file\":\"F/policy.yaml\",\"line\":4}");
  free(shown);
  struct json_object *expired = json_object_object_get(json_object_array_get_idx(findings, 0), "expiredException");
  assert_string_equal(member_text(expired, "until"), "2026-01-31");
  struct json_object *note = json_object_array_get_idx(findings, 1);
  assert_string_equal(member_text(note, "rule"), "exception-expired");
  assert_string_equal(member_text(note, "file"), f->policy);
  assert_int_equal(member_int(note, "line"), 5);
  assert_int_equal(member_int(note, "column"), 3);
  assert_false(json_object_object_get_ex(note, "kind", NULL));
  json_object_put(report);
}

static void sarif_has_suppressions(void **state) {
  struct fixture *f = *state;
  store_nads(f);
  RUN_SCOPED run = RUN("audit", "--state", f->state, "--policy", f->policy, "-o", "sarif");
  struct json_object *report = run_json(&run);
  struct json_object *results =
      json_object_object_get(json_object_array_get_idx(json_object_object_get(report, "runs"), 0), "results");
  size_t suppressed = 0;
  assert_int_equal(json_object_array_length(results), 4);
  for (size_t i = 0; i < 4; i++) {
    struct json_object *result = json_object_array_get_idx(results, i), *list = NULL;
    assert_true(json_object_object_get_ex(result, "suppressions", &list)); /* all results, or none */
    if (json_object_array_length(list) == 0)
      continue;
    suppressed++;
    assert_string_equal(member_text(result, "level"), "error");
    char *shown = without_folders(
        f, json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    assert_string_equal(
        shown, "[{\"kind\":\"external\",\"status\":\"accepted\",\"justification\":\"isolated switch, ticket "
               "17\",\"location\":{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"file://F/policy.yaml\"},"
               "\"region\":{\"startLine\":4,\"startColumn\":3}}}}]");
    free(shown);
  }
  assert_int_equal(suppressed, 1);
  json_object_put(report);
  RUN_SCOPED none = RUN("audit", "--state", f->state, "-o", "sarif");
  assert_null(strstr(none.out, "suppressions"));
}

/* A finding that becomes excepted is the same finding. */
static void an_exception_does_not_change_a_fingerprint(void **state) {
  struct fixture *f = *state;
  store_nads(f);
  RUN_SCOPED with = RUN("audit", "--state", f->state, "--policy", f->policy, "-o", "sarif");
  RUN_SCOPED without = RUN("audit", "--state", f->state, "-o", "sarif");
  struct json_object *reports[] = {run_json(&with), run_json(&without)};
  const char *marks[2];
  for (size_t i = 0; i < 2; i++) {
    struct json_object *results =
        json_object_object_get(json_object_array_get_idx(json_object_object_get(reports[i], "runs"), 0), "results");
    struct json_object *first = json_object_array_get_idx(results, 0);
    assert_non_null(strstr(json_object_get_string(first), "migration-a"));
    marks[i] = member_text(json_object_object_get(first, "partialFingerprints"), "drovewayFinding/v1");
  }
  assert_string_equal(marks[0], marks[1]);
  json_object_put(reports[0]);
  json_object_put(reports[1]);
}

static void junit_skips_what_only_an_exception_lets_pass(void **state) {
  struct fixture *f = *state;
  store_nads(f);
  RUN_SCOPED run = RUN("audit", "--state", f->state, "--policy", f->policy, "-o", "junit");
  assert_non_null(strstr(run.out, "<testsuites name=\"droveway audit\" tests=\"4\" failures=\"1\" errors=\"0\" "
                                  "skipped=\"1\" time=\"0\">\n"));
  char *shown = without_folders(f, run.out);
  assert_non_null(strstr(shown, "    <testcase name=\"NetworkAttachmentDefinition openshift-cnv/migration-a\" "
                                "classname=\"S/nads.yaml\" file=\"S/nads.yaml\" time=\"0\">\n"
                                "      <skipped message=\"overlap-cluster-network: isolated switch, ticket 17 "
                                "(F/policy.yaml:4, until 9999-12-31)\"/>\n"
                                "      <system-out>"));
  assert_non_null(strstr(shown, "    <testcase name=\"F/policy.yaml\" classname=\"F/policy.yaml\" "
                                "file=\"F/policy.yaml\" time=\"0\">\n      <system-out>"));
  assert_null(strstr(shown, "<error"));
  free(shown);
}

static void a_policy_report_skips_excepted_findings(void **state) {
  struct fixture *f = *state;
  store_nads(f);
  RUN_SCOPED run = RUN("audit", "--state", f->state, "--policy", f->policy, "-o", "policyreport");
  struct json_object *list = run_json(&run);
  struct json_object *items = json_object_object_get(list, "items");
  assert_int_equal(json_object_array_length(items), 1);
  struct json_object *report = json_object_array_get_idx(items, 0);
  assert_string_equal(json_object_to_json_string_ext(json_object_object_get(report, "summary"), JSON_C_TO_STRING_PLAIN),
                      "{\"pass\":1,\"fail\":1,\"warn\":0,\"error\":0,\"skip\":1}");
  struct json_object *first = json_object_array_get_idx(json_object_object_get(report, "results"), 0);
  assert_string_equal(member_text(first, "result"), "skip");
  assert_string_equal(member_text(first, "rule"), "overlap-cluster-network");
  assert_string_equal(
      json_object_to_json_string_ext(json_object_object_get(first, "properties"), JSON_C_TO_STRING_PLAIN),
      "{\"field\":\"spec.config.ipam.range\",\"exceptionReason\":\"isolated switch, ticket 17\",\"exceptionUntil\":"
      "\"9999-12-31\"}");
  json_object_put(list);
}

static void formats_of_code_review_leave_excepted_findings_out(void **state) {
  struct fixture *f = *state;
  store_nads(f);
  RUN_SCOPED github = RUN("audit", "--state", f->state, "--policy", f->policy, "-o", "github");
  assert_null(strstr(github.out, "migration-a"));
  assert_non_null(strstr(github.out, "title=exception-expired in "));
  assert_non_null(strstr(github.out, "\n1 finding is excepted and does not count\n"));
  RUN_SCOPED gitlab = RUN("audit", "--state", f->state, "--policy", f->policy, "-o", "gitlab");
  assert_null(strstr(gitlab.out, "migration-a"));
  struct json_object *issues = run_json(&gitlab);
  assert_int_equal(json_object_array_length(issues), 3);
  json_object_put(issues);
}

/* --- check --- */

static void check_says_how_many_findings_are_excepted(void **state) {
  struct fixture *f = *state;
  folder_write(f->folder, "nads.yaml", NAD("migration-a", "10.129.0.0/24"));
  RUN_SCOPED run = RUN("check", f->manifest, "--state", f->state, "--policy", f->policy);
  assert_output(f, &run, 0,
                "1 object checked, 0 denied: 0 errors, 0 warnings\n"
                "1 finding is excepted and does not count; -v shows it\n");
  RUN_SCOPED quiet = RUN("check", f->manifest, "--state", f->state, "--policy", f->policy, "-q");
  assert_output(f, &quiet, 0, "");
  RUN_SCOPED strict = RUN("check", f->manifest, "--state", f->state, "--policy", f->policy, "--fail-on", "warn");
  assert_int_equal(strict.status, 0);
}

static void check_lists_excepted_findings_on_request(void **state) {
  struct fixture *f = *state;
  folder_write(f->folder, "nads.yaml", NAD("migration-a", "10.129.0.0/24"));
  RUN_SCOPED lines = RUN("check", f->manifest, "--state", f->state, "--policy", f->policy, "-v", "--no-snippets");
  assert_output(
      f, &lines, 0,
      "F/nads.yaml:6:141: excepted: " OVERLAP("10.129.0.0/24") " [overlap-cluster-network]: isolated switch, "
                                                               "ticket 17 (F/policy.yaml:4, until 9999-12-31)\n"
                                                               "1 object checked, 0 denied: 0 errors, 0 warnings\n"
                                                               "1 finding is excepted and does not count\n");
  RUN_SCOPED snippets = RUN("check", f->manifest, "--state", f->state, "--policy", f->policy, "-v");
  assert_non_null(strstr(snippets.out, "^~~~~~~~~~~~~~~\n  reason: isolated switch, ticket 17 ("));
  assert_null(strstr(snippets.out, "fix:"));
}

static void check_mentions_an_expired_exception(void **state) {
  struct fixture *f = *state;
  folder_write(f->folder, "nads.yaml", NAD("migration-b", "10.130.0.0/24"));
  RUN_SCOPED run = RUN("check", f->manifest, "--state", f->state, "--policy", f->policy, "--no-snippets");
  assert_output(f, &run, 1,
                "F/nads.yaml:6:141: error: " OVERLAP(
                    "10.130.0.0/24") " (an exception for it expired on 2026-01-31); " FIX " [overlap-cluster-network]\n"
                                     "1 object checked, 1 denied: 1 error, 0 warnings\n");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(audit_shows_what_is_excepted_and_why),       TEST(expired_and_unneeded_exceptions_are_warnings),
      TEST(json_lists_excepted_findings_separately),    TEST(sarif_has_suppressions),
      TEST(an_exception_does_not_change_a_fingerprint), TEST(junit_skips_what_only_an_exception_lets_pass),
      TEST(a_policy_report_skips_excepted_findings),    TEST(formats_of_code_review_leave_excepted_findings_out),
      TEST(check_says_how_many_findings_are_excepted),  TEST(check_lists_excepted_findings_on_request),
      TEST(check_mentions_an_expired_exception),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
