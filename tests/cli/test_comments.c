/* Comments `# droveway: allow RULE REASON` in manifests, which `check` knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_program.h"

struct fixture {
  char folder[64], state[64];
  char manifest[96];
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  folder_make(f->folder);
  folder_make(f->state);
  snprintf(f->manifest, sizeof f->manifest, "%s/m.yaml", f->folder);
  folder_write(f->state, "cluster.yaml",
               "{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {kubevirt.io/schedulable: \"true\"}}}\n"
               "---\n{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: n1}, status: "
               "{currentState: {interfaces: [{name: eth1, type: ethernet, state: up, mtu: 1500}]}}}\n"
               "---\n{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: "
               "{clusterNetwork: [{cidr: 10.128.0.0/14}]}}\n");
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

/* TEXT with the path of the manifest replaced by "M". The caller frees it. */
static char *without_path(const struct fixture *f, const char *text) {
  char *out = calloc(1, strlen(text) + 1);
  size_t length = 0, path = strlen(f->manifest);
  while (*text != '\0') {
    bool found = strncmp(text, f->manifest, path) == 0;
    out[length++] = found ? 'M' : *text;
    text += found ? path : 1;
  }
  return out;
}

/* Checks TEXT with the cluster's facts, and compares the lines of the report without its last two. */
static void expect(struct fixture *f, const char *text, int status, const char *expected) {
  folder_write(f->folder, "m.yaml", text);
  RUN_SCOPED run = RUN("check", f->manifest, "--state", f->state, "-v", "-q", "--no-snippets");
  char *shown = without_path(f, run.out);
  if (strcmp(shown, expected) != 0)
    fail_msg("%s\nis reported as:\n%s", text, shown);
  assert_int_equal(run.status, status);
  assert_string_equal(run.err, "");
  free(shown);
}

#define HCO "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\n"
#define METADATA "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"
#define LIMIT "spec.liveMigrationConfig.progressTimeout: Invalid value: \"-1\": must not be negative"
#define DENIED(place) "M:" place ": error: " LIMIT "; set a number of seconds [limit-range]\n"
#define ALLOWED(place, reason) "M:" place ": excepted: " LIMIT " [limit-range]: " reason "\n"
#define UNUSED(place, rule)                                                                                            \
  "M:" place ": warning: this comment allows " rule ", which finds nothing here; remove it [comment-unused]\n"

/* --- what a comment is about --- */

static void a_comment_at_the_line_of_the_field_allows(void **state) {
  expect(*state, HCO METADATA "spec:\n  liveMigrationConfig:\n    progressTimeout: -1\n", 1, DENIED("6:22"));
  expect(*state,
         HCO METADATA "spec:\n  liveMigrationConfig:\n    progressTimeout: -1 # droveway: allow limit-range a test\n",
         0, ALLOWED("6:22", "a test (M:6)"));
}

static void a_comment_in_the_line_above_the_field_allows(void **state) {
  expect(*state,
         HCO METADATA
         "spec:\n  liveMigrationConfig:\n    # droveway: allow limit-range a test\n    progressTimeout: -1\n",
         0, ALLOWED("7:22", "a test (M:6)"));
  expect(*state,
         HCO METADATA "spec:\n  liveMigrationConfig:\n    # droveway: allow limit-range a test\n    # 2 lines\n\n    "
                      "progressTimeout: -1\n",
         0, ALLOWED("9:22", "a test (M:6)"));
}

static void a_comment_at_a_field_allows_everything_in_it(void **state) {
  expect(*state,
         HCO METADATA "spec: # droveway: allow limit-range a test\n  liveMigrationConfig:\n    progressTimeout: -1\n",
         0, ALLOWED("6:22", "a test (M:4)"));
  expect(*state,
         HCO METADATA "spec:\n  # droveway: allow limit-range a test\n  liveMigrationConfig: {progressTimeout: -1}\n",
         0, ALLOWED("6:42", "a test (M:5)"));
}

static void a_comment_above_the_object_allows_everything_in_it(void **state) {
  static const char rest[] = "spec:\n  liveMigrationConfig:\n    progressTimeout: -1\n";
  char text[512];
  snprintf(text, sizeof text, "# droveway: allow limit-range a test\n%s%s", HCO METADATA, rest);
  expect(*state, text, 0, ALLOWED("7:22", "a test (M:1)"));
  snprintf(text, sizeof text, "# droveway: allow limit-range a test\n---\n%s%s", HCO METADATA, rest);
  expect(*state, text, 0, ALLOWED("8:22", "a test (M:1)"));
  snprintf(text, sizeof text, "--- # droveway: allow limit-range a test\n%s%s", HCO METADATA, rest);
  expect(*state, text, 0, ALLOWED("7:22", "a test (M:1)"));
  snprintf(text, sizeof text,
           "apiVersion: hco.kubevirt.io/v1beta1 # droveway: allow limit-range a test\nkind: "
           "HyperConverged\n%s%s",
           METADATA, rest);
  expect(*state, text, 0, ALLOWED("6:22", "a test (M:1)"));
}

static void a_comment_above_an_item_of_a_list_allows(void **state) {
  expect(*state,
         "apiVersion: v1\nkind: List\nitems:\n# droveway: allow limit-range a test\n- apiVersion: "
         "hco.kubevirt.io/v1beta1\n  kind: HyperConverged\n  metadata: {name: kubevirt-hyperconverged, namespace: "
         "openshift-cnv}\n  spec: {liveMigrationConfig: {progressTimeout: -1}}\n",
         0, ALLOWED("8:49", "a test (M:4)"));
}

#define NAD(name, before_config, config)                                                                               \
  "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: " name                          \
  ", namespace: openshift-cnv}\nspec:\n" before_config "  config: " config "\n"
#define CONFIG(range)                                                                                                  \
  "'{\"cniVersion\":\"0.3.1\",\"name\":\"a\",\"type\":\"macvlan\",\"master\":\"eth1\",\"mode\":\"bridge\",\"ipam\":{"  \
  "\"type\":\"whereabouts\",\"range\":\"" range "\"}}'"
#define EMPTY                                                                                                          \
  "spec.config.ipam.range: Invalid value: \"192.168.1.0/31\": has no usable address: the first and the last of a /31 " \
  "are never handed out"

static void a_comment_above_config_is_about_the_json_in_it(void **state) {
  expect(*state, NAD("migration", "  # droveway: allow range-empty a test\n", CONFIG("192.168.1.0/31")), 0,
         "M:6:131: excepted: " EMPTY " [range-empty]: a test (M:5)\n");
  expect(*state,
         NAD("migration", "",
             "|  # droveway: allow range-empty a test\n    "
             "{\"cniVersion\":\"0.3.1\",\"name\":\"a\",\"type\":\"macvlan\",\n    "
             "\"master\":\"eth1\",\"mode\":\"bridge\",\"ipam\":{\"type\":\"whereabouts\",\n    "
             "\"range\":\"192.168.1.0/31\"}}"),
         0, "M:8:13: excepted: " EMPTY " [range-empty]: a test (M:5)\n");
}

static void a_comment_allows_nothing_elsewhere(void **state) {
  /* another rule, another field, another object */
  expect(*state,
         HCO METADATA "spec:\n  liveMigrationConfig:\n    progressTimeout: -1 # droveway: allow limit-type a test\n", 1,
         DENIED("6:22") UNUSED("6:25", "limit-type"));
  expect(*state,
         HCO METADATA
         "spec:\n  liveMigrationConfig:\n    completionTimeoutPerGiB: 800 # droveway: allow limit-range a test\n"
         "    progressTimeout: -1\n",
         1, DENIED("7:22") UNUSED("6:34", "limit-range"));
  expect(
      *state,
      "# droveway: allow limit-range a test\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n" HCO METADATA
      "spec:\n  liveMigrationConfig:\n    progressTimeout: -1\n",
      1, DENIED("11:22") UNUSED("1:1", "limit-range"));
  /* behind the object, above the next one */
  expect(*state,
         HCO METADATA
         "spec:\n  liveMigrationConfig:\n    progressTimeout: -1\n# droveway: allow limit-range a test\n---\n",
         1, DENIED("6:22") UNUSED("7:1", "limit-range"));
}

static void a_comment_inside_a_string_is_none(void **state) {
  expect(*state,
         HCO
         "metadata:\n  name: kubevirt-hyperconverged\n  namespace: openshift-cnv\n  annotations:\n    note: |\n      "
         "# droveway: allow limit-range a test\nspec:\n  liveMigrationConfig:\n    progressTimeout: -1\n",
         1, DENIED("11:22"));
}

/* --- several rules, and mistakes --- */

static void a_comment_can_allow_several_rules(void **state) {
  static const char *const comments[] = {"limit-range, parallel-order a test", "limit-range,parallel-order a test",
                                         "limit-range , parallel-order - a test",
                                         "limit-range, parallel-order: a test"};
  for (size_t i = 0; i < sizeof comments / sizeof *comments; i++) {
    char text[512];
    snprintf(text, sizeof text,
             "# droveway: allow %s\n" HCO METADATA "spec:\n  liveMigrationConfig:\n    progressTimeout: -1\n    "
             "parallelMigrationsPerCluster: 1\n    parallelOutboundMigrationsPerNode: 2\n",
             comments[i]);
    folder_write(((struct fixture *)*state)->folder, "m.yaml", text);
    RUN_SCOPED run = RUN("check", ((struct fixture *)*state)->manifest, "--fail-on", "warn");
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "\n2 findings are excepted and do not count; -v shows them\n"));
  }
}

static void mistakes_in_comments_are_warnings(void **state) {
  static const struct {
    const char *comment, *expected;
  } cases[] = {
      {"# droveway: allow limit-rnage a test", "this comment allows an unknown rule, \"limit-rnage\"; did you mean "
                                               "\"limit-range\"?"},
      {"# droveway: allow everything a test",
       "this comment allows an unknown rule, \"everything\"; `droveway rules` lists them"},
      {"# droveway: allow limit-range",
       "this comment allows limit-range without a reason, so it has no effect; say why: "
       "# droveway: allow limit-range REASON"},
      {"# droveway: allow limit-range -- ",
       "this comment allows limit-range without a reason, so it has no effect; say "
       "why: # droveway: allow limit-range REASON"},
      {"# droveway: allow", "this comment names no rule, so it has no effect; use # droveway: allow RULE REASON"},
      {"# droveway: ignore limit-range a test",
       "this comment is not understood: \"ignore\" instead of \"allow\"; use # droveway: allow RULE REASON"},
      {"#droveway:", "this comment is not understood: \"\" instead of \"allow\"; use # droveway: allow RULE REASON"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[512], expected[512];
    snprintf(text, sizeof text, HCO METADATA "spec:\n  liveMigrationConfig:\n    %s\n    progressTimeout: -1\n",
             cases[i].comment);
    snprintf(expected, sizeof expected, DENIED("7:22") "M:6:5: warning: %s [comment-invalid]\n", cases[i].expected);
    expect(*state, text, 1, expected);
  }
}

static void a_mistake_shows_its_place(void **state) {
  struct fixture *f = *state;
  folder_write(f->folder, "m.yaml", HCO METADATA "spec: {} # droveway: allow limit-rnage a test\n");
  RUN_SCOPED run = RUN("check", f->manifest);
  char *shown = without_path(f, run.out);
  assert_string_equal(shown, "M:4:10: warning: this comment allows an unknown rule, \"limit-rnage\" [comment-invalid]\n"
                             "    4 | spec: {} # droveway: allow limit-rnage a test\n"
                             "      |          ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
                             "  fix: did you mean \"limit-range\"?\n"
                             "\n"
                             "1 object checked, 0 denied: 0 errors, 1 warning\n");
  assert_int_equal(run.status, 0);
  RUN_SCOPED strict = RUN("check", f->manifest, "--fail-on", "warn");
  assert_int_equal(strict.status, 1);
  free(shown);
}

/* --- comments that are not needed --- */

static void an_unneeded_comment_is_reported_if_that_is_certain(void **state) {
  struct fixture *f = *state;
  static const char unused[] = UNUSED("4:10", "limit-range");
  folder_write(f->folder, "m.yaml", HCO METADATA "spec: {} # droveway: allow limit-range a test\n");
  RUN_SCOPED certain = RUN("check", f->manifest, "--state", f->state, "-q", "--no-snippets");
  char *shown = without_path(f, certain.out);
  assert_string_equal(shown, unused);
  free(shown);
  RUN_SCOPED uncertain = RUN("check", f->manifest, "-q", "--no-snippets"); /* other rules may need the cluster */
  assert_string_equal(uncertain.out, "");
  RUN_SCOPED verbose = RUN("check", f->manifest, "-v", "-q", "--no-snippets");
  shown = without_path(f, verbose.out);
  assert_string_equal(shown, unused);
  free(shown);
}

static void a_comment_is_needed_if_the_policy_turns_its_rule_off_or_has_an_exception(void **state) {
  struct fixture *f = *state;
  static const char *const policies[] = {
      "rules: {limit-range: \"off\"}\n",
      "exceptions: [{rule: limit-range, namespace: \"*\", reason: ticket 17}]\n",
  };
  char path[96];
  snprintf(path, sizeof path, "%s/policy", f->folder);
  folder_write(f->folder, "m.yaml",
               HCO METADATA
               "spec: {liveMigrationConfig: {progressTimeout: -1}} # droveway: allow limit-range a test\n");
  for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
    char text[256];
    snprintf(text, sizeof text, "apiVersion: droveway.io/v1alpha1\nkind: Policy\n%s", policies[i]);
    folder_write(f->folder, "policy", text);
    RUN_SCOPED run = RUN("check", f->manifest, "--state", f->state, "--policy", path, "--fail-on", "warn", "-q");
    assert_string_equal(run.out, "");
    assert_int_equal(run.status, 0);
  }
}

static void a_comment_next_to_an_object_that_is_not_rendered_may_be_needed(void **state) {
  expect(
      *state,
      HCO METADATA "spec:\n  # droveway: allow limit-range a test\n  liveMigrationConfig: {network: \"${NETWORK}\"}\n",
      0,
      "M:6:35: warning: spec.liveMigrationConfig.network: ${NETWORK} is an unfilled placeholder, so this object is not "
      "checked; render it first: envsubst < FILE | droveway check -f - (with Flux: flux build kustomization) "
      "[unrendered]\n");
}

/* --- other objects and other commands --- */

static void a_comment_in_a_nad_counts_for_the_object_that_names_it(void **state) {
  static const char user[] = "---\n" HCO METADATA "spec: {liveMigrationConfig: {network: migration}}\n";
  char text[1024];
  snprintf(text, sizeof text, "%s%s",
           NAD("migration", "  # droveway: allow range-empty a test\n", CONFIG("192.168.1.0/31")), user);
  expect(
      *state, text, 0,
      "M:6:131: excepted: " EMPTY " [range-empty]: a test (M:5)\n"
      "M:11:39: excepted: spec.liveMigrationConfig.network: Invalid value: \"migration\": NAD openshift-cnv/migration "
      "violates range-empty: " EMPTY " [network-unfit]: a test (M:5)\n");
}

static void fix_leaves_allowed_findings_alone(void **state) {
  struct fixture *f = *state;
  static const char text[] = NAD("migration", "  # droveway: allow plugin-mode a test\n",
                                 "'{\"cniVersion\":\"0.3.1\",\"name\":\"a\",\"type\":\"macvlan\",\"master\":\"eth1\","
                                 "\"mode\":\"brigde\",\"ipam\":{"
                                 "\"type\":\"whereabouts\",\"range\":\"192.168.1.0/24\"}}'");
  folder_write(f->folder, "m.yaml", text);
  RUN_SCOPED run = RUN("check", f->manifest, "--fix");
  assert_int_equal(run.status, 0);
  char *after = file_text(f->manifest, NULL);
  assert_string_equal(after, text);
  free(after);
}

static void sarif_and_json_name_the_comment(void **state) {
  struct fixture *f = *state;
  folder_write(f->folder, "m.yaml",
               HCO METADATA
               "spec: {liveMigrationConfig: {progressTimeout: -1}} # droveway: allow limit-range a test\n");
  RUN_SCOPED sarif = RUN("check", f->manifest, "-o", "sarif");
  struct json_object *report = run_json(&sarif);
  struct json_object *results =
      json_object_object_get(json_object_array_get_idx(json_object_object_get(report, "runs"), 0), "results");
  assert_int_equal(json_object_array_length(results), 1);
  struct json_object *list = json_object_object_get(json_object_array_get_idx(results, 0), "suppressions");
  char *shown =
      without_path(f, json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
  assert_string_equal(shown,
                      "[{\"kind\":\"inSource\",\"status\":\"accepted\",\"justification\":\"a test\",\"location\":{"
                      "\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"file://M\"},\"region\":{\"startLine\":4,"
                      "\"startColumn\":52}}}}]");
  free(shown);
  json_object_put(report);
  RUN_SCOPED json = RUN("check", f->manifest, "-o", "json");
  report = run_json(&json);
  assert_int_equal(member_int(report, "denied"), 0);
  assert_int_equal(member_int(report, "errors"), 0);
  struct json_object *one = json_object_array_get_idx(json_object_object_get(report, "excepted"), 0);
  shown = without_path(f, json_object_to_json_string_ext(json_object_object_get(one, "exception"),
                                                         JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
  assert_string_equal(shown, "{\"source\":\"comment\",\"reason\":\"a test\",\"file\":\"M\",\"line\":4}");
  free(shown);
  json_object_put(report);
}

static void standard_input_is_named_in_the_reason(void **state) {
  (void)state;
  RUN_SCOPED run =
      RUN_WITH(HCO METADATA "spec: {liveMigrationConfig: {progressTimeout: -1}} # droveway: allow limit-range a test\n",
               "check", "-", "-v", "-q", "--no-snippets");
  assert_string_equal(run.out, "<stdin>:4:47: excepted: " LIMIT " [limit-range]: a test (<stdin>:4)\n");
}

/* A state folder is a cluster, where comments do not exist. */
static void the_audit_ignores_comments(void **state) {
  struct fixture *f = *state;
  folder_write(f->state, "hco.yaml",
               "# droveway: allow limit-range a test\n" HCO METADATA
               "spec: {liveMigrationConfig: {progressTimeout: -1}}\n");
  RUN_SCOPED run = RUN("audit", "--state", f->state);
  assert_int_equal(run.status, 1);
  assert_non_null(strstr(run.out, "  error: " LIMIT " [limit-range]\n"));
  assert_null(strstr(run.out, "excepted"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(a_comment_at_the_line_of_the_field_allows),
      TEST(a_comment_in_the_line_above_the_field_allows),
      TEST(a_comment_at_a_field_allows_everything_in_it),
      TEST(a_comment_above_the_object_allows_everything_in_it),
      TEST(a_comment_above_an_item_of_a_list_allows),
      TEST(a_comment_above_config_is_about_the_json_in_it),
      TEST(a_comment_allows_nothing_elsewhere),
      TEST(a_comment_inside_a_string_is_none),
      TEST(a_comment_can_allow_several_rules),
      TEST(mistakes_in_comments_are_warnings),
      TEST(a_mistake_shows_its_place),
      TEST(an_unneeded_comment_is_reported_if_that_is_certain),
      TEST(a_comment_is_needed_if_the_policy_turns_its_rule_off_or_has_an_exception),
      TEST(a_comment_next_to_an_object_that_is_not_rendered_may_be_needed),
      TEST(a_comment_in_a_nad_counts_for_the_object_that_names_it),
      TEST(fix_leaves_allowed_findings_alone),
      TEST(sarif_and_json_name_the_comment),
      TEST(standard_input_is_named_in_the_reason),
      TEST(the_audit_ignores_comments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
