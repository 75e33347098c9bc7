/* Tests the public C API with nothing but the headers in include/droveway/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <droveway/droveway.h>

#include "support/run_program.h"

#define NAD(ipam)                                                                                                      \
  "apiVersion: k8s.cni.cncf.io/v1\n"                                                                                   \
  "kind: NetworkAttachmentDefinition\n"                                                                                \
  "metadata: {name: migration-lan, namespace: openshift-cnv}\n"                                                        \
  "spec:\n"                                                                                                            \
  "  config: '{\"cniVersion\": \"0.3.1\", \"name\": \"m\", \"type\": \"macvlan\", \"master\": \"eth1\",\n"             \
  "    \"ipam\": {" ipam "}}'\n"
static const char good[] = NAD("\"type\": \"whereabouts\", \"range\": \"192.168.99.0/24\"");
static const char empty_pool[] = NAD("\"type\": \"whereabouts\", \"range\": \"192.168.99.0/32\"");
static const char unknown_key[] =
    NAD("\"type\": \"whereabouts\", \"range\": \"192.168.99.0/24\", \"colour\": \"blue\"");

static const char review_path[] = "tests/payloads/recorded/validate-nad-create.json";

static droveway_findings *lint(const droveway_state *state, const char *text, droveway_error *error) {
  return droveway_lint(state, "nad.yaml", text, strlen(text), NULL, error);
}

/* Returns the first finding of RULE. Fails the test if there is none. */
static const droveway_finding *find(const droveway_findings *findings, const char *rule) {
  for (size_t i = 0; i < droveway_findings_count(findings); i++)
    if (strcmp(droveway_finding_rule(droveway_findings_at(findings, i)), rule) == 0)
      return droveway_findings_at(findings, i);
  fail_msg("no finding of %s", rule);
  return NULL;
}

static droveway_error *new_error(void) {
  droveway_error *error = droveway_error_new();
  assert_int_equal(droveway_error_code(error), DROVEWAY_OK);
  assert_string_equal(droveway_error_text(error), "");
  return error;
}

static void the_version_is_that_of_the_headers(void **state) {
  (void)state;
  char text[32];
  snprintf(text, sizeof text, "%d.%d.%d", DROVEWAY_VERSION_MAJOR, DROVEWAY_VERSION_MINOR, DROVEWAY_VERSION_PATCH);
  assert_string_equal(text, DROVEWAY_VERSION);
  assert_string_equal(droveway_version(), DROVEWAY_VERSION);
  assert_int_equal(droveway_version_number(), DROVEWAY_VERSION_NUMBER);
}

/* --- lint --- */

static void a_denial_has_its_rule_field_message_and_position(void **state) {
  (void)state;
  droveway_state *cluster = droveway_state_unknown(NULL);
  droveway_findings *findings = lint(cluster, empty_pool, NULL);
  const droveway_finding *finding = find(findings, "range-empty");
  assert_int_equal(droveway_finding_severity(finding), DROVEWAY_DENIAL);
  assert_string_equal(droveway_finding_kind(finding), "NetworkAttachmentDefinition");
  assert_string_equal(droveway_finding_namespace(finding), "openshift-cnv");
  assert_string_equal(droveway_finding_name(finding), "migration-lan");
  assert_string_equal(droveway_finding_field(finding), "spec.config.ipam.range");
  assert_true(*droveway_finding_message(finding) != '\0');
  assert_non_null(
      strstr(droveway_finding_text(finding), "spec.config.ipam.range: Invalid value: \"192.168.99.0/32\": "));
  assert_non_null(strstr(droveway_finding_text(finding), droveway_finding_message(finding)));
  assert_non_null(strstr(droveway_finding_text(finding), "[range-empty]"));
  assert_string_equal(droveway_finding_file(finding), "nad.yaml");
  assert_int_equal(droveway_finding_line(finding), 6);
  assert_true(droveway_finding_column(finding) > 1);
  assert_true(droveway_findings_denials(findings) >= 1);
  assert_int_equal(droveway_findings_denials(findings) + droveway_findings_warnings(findings),
                   droveway_findings_count(findings));
  assert_int_equal(droveway_findings_objects(findings), 1);
  droveway_findings_free(findings);
  droveway_state_free(cluster);
}

static void an_unknown_key_is_only_a_warning(void **state) {
  (void)state;
  droveway_state *cluster = droveway_state_unknown(NULL);
  droveway_findings *findings = lint(cluster, unknown_key, NULL);
  droveway_state_free(cluster); /* the findings stay valid */
  const droveway_finding *finding = find(findings, "ipam-unknown-key");
  assert_int_equal(droveway_finding_severity(finding), DROVEWAY_WARNING);
  assert_string_equal(droveway_finding_field(finding), "spec.config.ipam.colour");
  assert_null(strstr(droveway_finding_text(finding), "Invalid value"));
  assert_non_null(strstr(droveway_finding_text(finding), "[ipam-unknown-key]"));
  assert_int_equal(droveway_findings_denials(findings), 0);
  droveway_findings_free(findings);
}

static void a_manifest_is_judged_against_the_state(void **state) {
  (void)state;
  static const char user[] = "apiVersion: hco.kubevirt.io/v1beta1\n"
                             "kind: HyperConverged\n"
                             "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"
                             "spec: {liveMigrationConfig: {network: migration-lan}}\n";
  droveway_state *with = droveway_state_read(NULL, good, strlen(good), NULL, NULL);
  droveway_state *without = droveway_state_read(NULL, "", 0, NULL, NULL);
  droveway_findings *fits = lint(with, user, NULL);
  droveway_findings *misses = lint(without, user, NULL);
  assert_int_equal(droveway_state_objects(with), 1);
  assert_int_equal(droveway_state_objects(without), 0);
  assert_int_equal(droveway_findings_denials(fits), 0);
  (void)find(misses, "network-missing");
  droveway_findings_free(fits);
  droveway_findings_free(misses);
  droveway_state_free(with);
  droveway_state_free(without);
}

static void paths_are_linted_as_by_the_check_command(void **state) {
  (void)state;
  const char *const paths[] = {"tests/manifests/pair-misspelt"};
  const char *const absent[] = {"tests/manifests/absent.yaml"};
  const char *const none[] = {NULL};
  droveway_error *error = new_error();
  droveway_state *cluster = droveway_state_read_folder("demo/state", NULL, error);
  droveway_findings *findings = droveway_lint_paths(cluster, paths, 1, NULL, error);
  const droveway_finding *finding = find(findings, "network-missing");
  assert_string_equal(droveway_finding_file(finding), "tests/manifests/pair-misspelt/hyperconverged.yaml");
  assert_int_equal(droveway_finding_line(finding), 9);
  assert_int_equal(droveway_finding_column(finding), 14);
  assert_string_equal(droveway_finding_fix(finding), "did you mean \"migration-lan\"?");
  assert_int_equal(droveway_findings_skipped(findings), 0);
  droveway_findings_free(findings);
  assert_null(droveway_lint_paths(cluster, absent, 1, NULL, error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_IO);
  assert_null(droveway_lint_paths(cluster, none, 1, NULL, error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_ARGUMENT);
  findings = droveway_lint_paths(cluster, paths, 0, NULL, error);
  assert_int_equal(droveway_findings_count(findings), 0);
  assert_int_equal(droveway_error_code(error), DROVEWAY_OK);
  droveway_findings_free(findings);
  droveway_state_free(cluster);
  droveway_error_free(error);
}

static void an_unreadable_manifest_is_an_error_with_a_position(void **state) {
  (void)state;
  droveway_error *error = new_error();
  droveway_state *cluster = droveway_state_unknown(NULL);
  assert_null(lint(cluster, "apiVersion: v1\nkind: [NetworkAttachmentDefinition\n", error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_SYNTAX);
  assert_string_equal(droveway_error_file(error), "nad.yaml");
  assert_int_equal(droveway_error_line(error), 3);
  assert_true(droveway_error_column(error) >= 1);
  assert_true(*droveway_error_message(error) != '\0');
  assert_ptr_equal(strstr(droveway_error_text(error), "nad.yaml:3:"), droveway_error_text(error));
  assert_null(lint(cluster, "a: 1\na: 2\n", error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_DUPLICATE);
  assert_null(lint(cluster, "kind: NetworkAttachmentDefinition\n", error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_INVALID);
  assert_null(lint(cluster, "a: [\n", NULL));
  droveway_state_free(cluster);
  droveway_error_free(error);
}

static void bytes_after_the_length_are_not_read(void **state) {
  (void)state;
  droveway_state *cluster = droveway_state_unknown(NULL);
  size_t length = strlen(empty_pool);
  char *exact = malloc(length); /* so that sanitizers and valgrind notice a read beyond its end */
  assert_non_null(exact);
  memcpy(exact, empty_pool, length);
  droveway_findings *findings = droveway_lint(cluster, NULL, exact, length, NULL, NULL);
  free(exact);
  assert_string_equal(droveway_finding_file(find(findings, "range-empty")), "manifest");
  droveway_findings_free(findings);
  droveway_error *error = new_error();
  assert_null(droveway_lint(cluster, NULL, "a: 1\0b: 2\n", 10, NULL, error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_SYNTAX);
  droveway_error_free(error);
  droveway_state_free(cluster);
}

/* --- policy and state --- */

static droveway_policy *policy(const char *text, droveway_error *error) {
  return droveway_policy_read("policy.yaml", text, strlen(text), error);
}

#define POLICY "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"

static void a_policy_changes_what_a_rule_does(void **state) {
  (void)state;
  droveway_policy *strict = policy(POLICY "namespace: virt\nrules: {range-empty: warn}\n", NULL);
  droveway_state *cluster = droveway_state_unknown(strict);
  droveway_policy_free(strict); /* the state stays valid */
  droveway_findings *findings = lint(cluster, empty_pool, NULL);
  assert_string_equal(droveway_state_namespace(cluster), "virt");
  assert_int_equal(droveway_finding_severity(find(findings, "range-empty")), DROVEWAY_WARNING);
  droveway_findings_free(findings);
  droveway_state_free(cluster);
}

#define EXCEPT(until) POLICY "exceptions:\n- {rule: range-empty, namespace: \"*\", reason: ticket 17" until "}\n"

static void an_excepted_finding_is_listed_separately(void **state) {
  (void)state;
  static const char *const policies[] = {EXCEPT(""), EXCEPT(", until: 9999-12-31"), EXCEPT(", until: 2026-01-31")};
  static const char *const untils[] = {"", "9999-12-31", NULL};
  for (size_t i = 0; i < 3; i++) {
    droveway_policy *lenient = policy(policies[i], NULL);
    droveway_state *cluster = droveway_state_unknown(lenient);
    droveway_findings *findings = lint(cluster, empty_pool, NULL);
    assert_int_equal(droveway_findings_excepted(findings), untils[i] != NULL);
    const droveway_finding *one = droveway_findings_excepted_at(findings, 0);
    if (untils[i] != NULL) {
      assert_int_equal(droveway_findings_denials(findings), 0);
      assert_string_equal(droveway_finding_rule(one), "range-empty");
      assert_int_equal(droveway_finding_severity(one), DROVEWAY_DENIAL);
      assert_string_equal(droveway_finding_reason(one), "ticket 17");
      assert_string_equal(droveway_finding_until(one), untils[i]);
      assert_true(droveway_finding_line(one) > 0);
    } else {
      assert_null(one);
      one = find(findings, "range-empty");
      assert_non_null(strstr(droveway_finding_message(one), "(an exception for it expired on 2026-01-31)"));
      assert_string_equal(droveway_finding_reason(one), "");
    }
    droveway_findings_free(findings);
    droveway_state_free(cluster);
    droveway_policy_free(lenient);
  }
}

static void a_comment_in_a_manifest_is_an_exception(void **state) {
  (void)state;
  char text[2048];
  droveway_state *cluster = droveway_state_unknown(NULL);
  snprintf(text, sizeof text, "# droveway: allow range-empty a test\n%s", empty_pool);
  droveway_findings *findings = lint(cluster, text, NULL);
  assert_int_equal(droveway_findings_denials(findings), 0);
  assert_string_equal(droveway_finding_reason(droveway_findings_excepted_at(findings, 0)), "a test");
  assert_null(droveway_findings_excepted_at(findings, 1));
  droveway_findings_free(findings);
  droveway_state_free(cluster);
}

static void an_invalid_policy_is_an_error_with_a_position(void **state) {
  (void)state;
  droveway_error *error = new_error();
  assert_null(policy(POLICY "rules: {range-emtpy: warn}\n", error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_INVALID);
  assert_string_equal(droveway_error_file(error), "policy.yaml");
  assert_int_equal(droveway_error_line(error), 3);
  assert_non_null(strstr(droveway_error_message(error), "range-empty"));
  assert_null(policy("", error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_INVALID);
  assert_null(droveway_policy_read_file("tests/absent.yaml", error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_IO);
  droveway_policy *read = policy(POLICY, error);
  assert_non_null(read);
  assert_int_equal(droveway_error_code(error), DROVEWAY_OK);
  droveway_policy_free(read);
  droveway_policy_free(droveway_policy_default());
  droveway_error_free(error);
}

static void a_state_that_cannot_be_read_is_an_error(void **state) {
  (void)state;
  char folder[64];
  folder_make(folder);
  folder_write(folder, "nodes.yaml", "apiVersion: v1\nkind: Node\nmetadata: [\n");
  droveway_error *error = new_error();
  assert_null(droveway_state_read_folder(folder, NULL, error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_SYNTAX);
  assert_non_null(strstr(droveway_error_file(error), "nodes.yaml"));
  assert_true(droveway_error_line(error) >= 3);
  assert_null(droveway_state_read_folder("tests/absent", NULL, error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_IO);
  assert_null(droveway_state_read("state.yaml", "a: 1\n", 5, NULL, error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_INVALID);
  droveway_error_free(error);
  folder_remove(folder);
}

/* --- judge --- */

static void a_review_has_the_same_answer_as_from_the_command(void **state) {
  (void)state;
  size_t length = 0;
  size_t answered = 0;
  char *body = file_text(review_path, &length);
  droveway_state *cluster = droveway_state_read_folder("demo/state", NULL, NULL);
  droveway_verdict *verdict = droveway_judge(cluster, DROVEWAY_VALIDATE, body, length, NULL);
  RUN_SCOPED run = RUN("review", "--state", "demo/state", review_path);
  assert_string_equal(droveway_verdict_answer(verdict, &answered), run.out);
  assert_int_equal(answered, run.out_length);
  assert_int_equal(droveway_verdict_allowed(verdict), run.status == 0);
  assert_int_equal(droveway_verdict_code(verdict), 0);
  assert_string_equal(droveway_verdict_message(verdict), "");
  droveway_verdict_free(verdict);
  droveway_state_free(cluster);
  free(body);
}

/* Returns the recorded review with a /32 as the range, which has no usable address. */
static char *denied_body(size_t *length) {
  char *body = file_text(review_path, length);
  assert_non_null(strstr(body, "/24"));
  for (char *range = body; (range = strstr(range, "/24")) != NULL;)
    memcpy(range, "/32", 3);
  return body;
}

static void a_denied_review_has_findings_and_a_message(void **state) {
  (void)state;
  size_t length = 0;
  char *body = denied_body(&length);
  droveway_state *cluster = droveway_state_unknown(NULL);
  droveway_verdict *verdict = droveway_judge(cluster, DROVEWAY_VALIDATE, body, length, NULL);
  droveway_state_free(cluster);
  const droveway_findings *findings = droveway_verdict_findings(verdict);
  const droveway_finding *finding = find(findings, "range-empty");
  assert_false(droveway_verdict_allowed(verdict));
  assert_int_equal(droveway_verdict_code(verdict), 422);
  assert_non_null(strstr(droveway_verdict_message(verdict), "[range-empty]"));
  assert_string_equal(droveway_finding_field(finding), "spec.config.ipam.range");
  assert_string_equal(droveway_finding_file(finding), "");
  assert_int_equal(droveway_finding_line(finding), 0);
  assert_int_equal(droveway_findings_objects(findings), 1);
  assert_true(droveway_verdict_warnings(verdict) <= droveway_findings_warnings(findings));
  for (size_t i = 0; i < droveway_verdict_warnings(verdict); i++)
    assert_non_null(droveway_verdict_warning(verdict, i));
  assert_null(droveway_verdict_warning(verdict, droveway_verdict_warnings(verdict)));
  assert_null(droveway_verdict_patch(verdict, NULL));
  droveway_verdict_free(verdict);
  free(body);
}

static void mutate_returns_a_patch(void **state) {
  (void)state;
  size_t length = 0;
  size_t patched = 0;
  char *body = file_text("tests/payloads/sample/mutate-hco-v1-no-parents.json", &length);
  droveway_state *cluster = droveway_state_unknown(NULL);
  droveway_verdict *verdict = droveway_judge(cluster, DROVEWAY_MUTATE, body, length, NULL);
  const char *patch = droveway_verdict_patch(verdict, &patched);
  assert_true(droveway_verdict_allowed(verdict));
  assert_non_null(patch);
  assert_int_equal(strlen(patch), patched);
  assert_int_equal(patch[0], '[');
  assert_int_equal(droveway_findings_count(droveway_verdict_findings(verdict)), 0);
  droveway_verdict_free(verdict);
  droveway_state_free(cluster);
  free(body);
}

static void what_is_not_a_review_is_an_error(void **state) {
  (void)state;
  droveway_error *error = new_error();
  droveway_state *cluster = droveway_state_unknown(NULL);
  assert_null(droveway_judge(cluster, DROVEWAY_VALIDATE, "", 0, error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_SYNTAX);
  assert_null(droveway_judge(cluster, DROVEWAY_VALIDATE, "{}", 2, error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_INVALID);
  size_t length = ((size_t)8 << 20) + 1;
  char *large = calloc(1, length);
  assert_non_null(large);
  assert_null(droveway_judge(cluster, DROVEWAY_VALIDATE, large, length, error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_TOO_LARGE);
  free(large);
  droveway_state_free(cluster);
  droveway_error_free(error);
}

/* --- NULL and threads --- */

static void every_function_accepts_null(void **state) {
  (void)state;
  droveway_error *error = new_error();
  droveway_state *cluster = droveway_state_unknown(NULL);
  assert_null(droveway_lint(NULL, NULL, "", 0, NULL, error));
  assert_string_equal(droveway_error_text(error), "state is NULL");
  assert_null(droveway_lint(cluster, NULL, NULL, 0, NULL, error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_ARGUMENT);
  assert_null(droveway_lint_paths(cluster, NULL, 1, NULL, NULL));
  assert_null(droveway_judge(NULL, DROVEWAY_VALIDATE, "", 0, NULL));
  assert_null(droveway_judge(cluster, DROVEWAY_VALIDATE, NULL, 0, error));
  assert_null(droveway_policy_read(NULL, NULL, 0, error));
  assert_null(droveway_policy_read_file(NULL, error));
  assert_null(droveway_state_read(NULL, NULL, 0, NULL, error));
  assert_null(droveway_state_read_folder(NULL, NULL, error));
  assert_int_equal(droveway_error_code(error), DROVEWAY_ERROR_ARGUMENT);

  droveway_findings *findings = droveway_lint(cluster, NULL, "# nothing\n", 10, NULL, error);
  assert_non_null(findings);
  assert_int_equal(droveway_findings_objects(findings), 0);
  assert_null(droveway_findings_at(findings, 0));
  droveway_findings_free(findings);

  assert_int_equal(droveway_error_code(NULL), DROVEWAY_OK);
  assert_int_equal(droveway_error_line(NULL) + droveway_error_column(NULL), 0);
  assert_string_equal(droveway_error_message(NULL), "");
  assert_string_equal(droveway_error_file(NULL), "");
  assert_string_equal(droveway_error_text(NULL), "");
  assert_string_equal(droveway_state_namespace(NULL), "");
  assert_int_equal(droveway_state_objects(NULL), 0);
  assert_int_equal(droveway_findings_count(NULL) + droveway_findings_denials(NULL) + droveway_findings_warnings(NULL) +
                       droveway_findings_objects(NULL) + droveway_findings_skipped(NULL) +
                       droveway_findings_excepted(NULL),
                   0);
  const char *(*const texts[])(const droveway_finding *) = {
      droveway_finding_rule,  droveway_finding_kind,    droveway_finding_namespace, droveway_finding_name,
      droveway_finding_field, droveway_finding_message, droveway_finding_fix,       droveway_finding_text,
      droveway_finding_file,  droveway_finding_reason,  droveway_finding_until};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    assert_string_equal(texts[i](NULL), "");
  assert_int_equal(droveway_finding_severity(NULL), 0);
  assert_int_equal(droveway_finding_line(NULL) + droveway_finding_column(NULL), 0);
  size_t length = 1;
  assert_false(droveway_verdict_allowed(NULL));
  assert_int_equal(droveway_verdict_code(NULL), 0);
  assert_string_equal(droveway_verdict_message(NULL), "");
  assert_string_equal(droveway_verdict_answer(NULL, &length), "");
  assert_int_equal(length, 0);
  assert_null(droveway_verdict_patch(NULL, &length));
  assert_null(droveway_verdict_findings(NULL));
  assert_null(droveway_verdict_warning(NULL, 0));
  droveway_policy_free(NULL);
  droveway_findings_free(NULL);
  droveway_verdict_free(NULL);
  droveway_state_free(NULL);
  droveway_error_free(NULL);
  droveway_state_free(cluster);
  droveway_error_free(error);
}

struct shared {
  const droveway_state *state;
  const char *body;
  size_t length;
};

/* Judges a review and a manifest repeatedly. Returns how many of them were not denied. */
static void *judge_often(void *context) {
  const struct shared *shared = context;
  uintptr_t wrong = 0;
  for (int i = 0; i < 20; i++) {
    droveway_verdict *verdict = droveway_judge(shared->state, DROVEWAY_VALIDATE, shared->body, shared->length, NULL);
    droveway_findings *findings = lint(shared->state, empty_pool, NULL);
    wrong += verdict == NULL || droveway_verdict_allowed(verdict);
    wrong += droveway_findings_denials(findings) == 0;
    droveway_findings_free(findings);
    droveway_verdict_free(verdict);
  }
  return (void *)wrong; /* NOLINT(performance-no-int-to-ptr) */
}

static void two_threads_share_a_state(void **state) {
  (void)state;
  enum { THREADS = 2 };
  struct shared shared = {.length = 0};
  pthread_t threads[THREADS];
  droveway_state *cluster = droveway_state_read_folder("demo/state", NULL, NULL);
  char *body = denied_body(&shared.length);
  shared.state = cluster;
  shared.body = body;
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, judge_often, &shared), 0);
  for (int i = 0; i < THREADS; i++) {
    void *wrong = NULL;
    assert_int_equal(pthread_join(threads[i], &wrong), 0);
    assert_null(wrong);
  }
  droveway_state_free(cluster);
  free(body);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_version_is_that_of_the_headers),
      cmocka_unit_test(a_denial_has_its_rule_field_message_and_position),
      cmocka_unit_test(an_unknown_key_is_only_a_warning),
      cmocka_unit_test(a_manifest_is_judged_against_the_state),
      cmocka_unit_test(paths_are_linted_as_by_the_check_command),
      cmocka_unit_test(an_unreadable_manifest_is_an_error_with_a_position),
      cmocka_unit_test(bytes_after_the_length_are_not_read),
      cmocka_unit_test(a_policy_changes_what_a_rule_does),
      cmocka_unit_test(an_excepted_finding_is_listed_separately),
      cmocka_unit_test(a_comment_in_a_manifest_is_an_exception),
      cmocka_unit_test(an_invalid_policy_is_an_error_with_a_position),
      cmocka_unit_test(a_state_that_cannot_be_read_is_an_error),
      cmocka_unit_test(a_review_has_the_same_answer_as_from_the_command),
      cmocka_unit_test(a_denied_review_has_findings_and_a_message),
      cmocka_unit_test(mutate_returns_a_patch),
      cmocka_unit_test(what_is_not_a_review_is_an_error),
      cmocka_unit_test(every_function_accepts_null),
      cmocka_unit_test(two_threads_share_a_state),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
