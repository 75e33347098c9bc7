/* `-o github` (workflow commands of GitHub Actions) and `-o gitlab` (Code Quality). `make schemas` validates the latter
 * against the documented schema. */
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

#define MISTAKES "demo/manifests/five-mistakes.yaml"
#define FINE "demo/manifests/migration.yaml"
#define MISSPELT "tests/manifests/pair-misspelt"
#define STATE "--state", "demo/state"
#define HYPERCONVERGED MISSPELT "/hyperconverged.yaml"

/* A NAD whose only mistake is in the VLAN. */
#define BAD_VLAN(name)                                                                                                 \
  "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: " name ", namespace: apps}\n"   \
  "spec: {config: '{\"cniVersion\": \"0.3.1\", \"name\": \"v\", \"type\": \"bridge\", \"bridge\": \"br1\", "           \
  "\"vlan\": 5000}'}\n"

/* --- GitHub --- */

static void github_has_one_annotation_per_finding(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", MISSPELT, STATE, "-o", "github");
  assert_int_equal(run.status, 1);
  assert_string_equal(
      run.out,
      "::error file=" HYPERCONVERGED ",line=9,endLine=9,col=14,endColumn=27,"
      "title=network-missing in HyperConverged openshift-cnv/kubevirt-hyperconverged::"
      "spec.liveMigrationConfig.network: Not found: \"migration-lna\": no such NAD in namespace openshift-cnv; did you "
      "mean \"migration-lan\"? [network-missing]\n"
      "::warning file=" HYPERCONVERGED ",line=9,endLine=9,col=14,endColumn=27,"
      "title=network-change in HyperConverged openshift-cnv/kubevirt-hyperconverged::"
      "spec.liveMigrationConfig.network: this change restarts the virt-handler pods: first one and, once it is "
      "running, "
      "10 %25 of them at a time [network-change]\n"
      "2 objects checked, 1 denied: 1 error, 1 warning\n"
      "1 of 2 can be fixed with --fix; --diff shows how\n");
}

static void github_escapes_what_would_end_a_property(void **state) {
  (void)state;
  char folder[64], path[128], expected[256];
  folder_make(folder);
  folder_write(folder, "a,b:c%d.yaml", BAD_VLAN("pods"));
  snprintf(path, sizeof path, "%s/a,b:c%%d.yaml", folder);
  RUN_SCOPED run = RUN("check", "-f", path, STATE, "-o", "github");
  snprintf(expected, sizeof expected, "::error file=%s/a%%2Cb%%3Ac%%25d.yaml,line=4,", folder);
  assert_int_equal(strncmp(run.out, expected, strlen(expected)), 0);
  folder_remove(folder);
}

static void github_keeps_line_ends_out_of_commands(void **state) {
  (void)state;
  static const char odd[] = "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
                            "metadata: {name: \"a\\r\\n::stop-commands::x,y:z\", namespace: apps}\n"
                            "spec: {config: '{\"name\": \"v\", \"type\": \"bridge\", \"vlan\": 5000}'}\n";
  RUN_SCOPED run = RUN_WITH(odd, "check", "-f", "-", STATE, "-o", "github");
  assert_int_equal(run.status, 1);
  assert_non_null(strstr(run.out, "apps/a%0D%0A%3A%3Astop-commands%3A%3Ax%2Cy%3Az::"));
  assert_null(strchr(run.out, '\r'));
  assert_null(strstr(run.out, "\n::stop-commands"));
}

static void github_has_no_place_for_standard_input_or_a_cluster(void **state) {
  (void)state;
  RUN_SCOPED input = RUN_WITH(BAD_VLAN("pods"), "check", "-f", "-", STATE, "-o", "github");
  assert_int_equal(strncmp(input.out, "::error title=vlan-range in NetworkAttachmentDefinition apps/pods::", 67), 0);
  assert_null(strstr(input.out, "file="));
  RUN_SCOPED files = RUN("audit", "--state", "tests/manifests/rules", "-o", "github");
  assert_non_null(strstr(files.out, "::error file=tests/manifests/rules/"));
}

static void github_paths_are_relative_to_the_repository(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "./" MISSPELT, STATE, "-o", "github");
  assert_non_null(strstr(run.out, "::error file=" HYPERCONVERGED ","));
}

/* COUNT NADs with one mistake each. */
static char *bad_nads(int count) {
  char *text = calloc((size_t)count, 512);
  for (int i = 0; i < count; i++)
    sprintf(text + strlen(text), "---\n" BAD_VLAN("pods-%d"), i);
  return text;
}

static void github_says_what_its_limit_hides(void **state) {
  (void)state;
  char *ten = bad_nads(10);
  char *eleven = bad_nads(11);
  RUN_SCOPED within = RUN_WITH(ten, "check", "-f", "-", STATE, "-o", "github");
  assert_null(strstr(within.out, "::notice"));
  assert_non_null(strstr(within.out, "\n10 objects checked, 10 denied: 10 errors, 0 warnings\n"));
  RUN_SCOPED over = RUN_WITH(eleven, "check", "-f", "-", STATE, "-o", "github");
  assert_non_null(strstr(over.out, "\n::notice title=Droveway::11 objects checked, 11 denied: 11 errors, 0 warnings%0A"
                                   "GitHub annotates at most 10 errors and 10 warnings per step; the log lists all "
                                   "findings\n"));
  RUN_SCOPED quiet = RUN_WITH(eleven, "check", "-f", "-", STATE, "-o", "github", "-q");
  assert_null(strstr(quiet.out, "::notice"));
  free(ten);
  free(eleven);
}

static void github_names_skipped_files_in_a_notice(void **state) {
  (void)state;
  char folder[64];
  folder_make(folder);
  folder_write(folder, "values.yaml", "replicas: 2\n");
  RUN_SCOPED run = RUN("check", "-f", folder, "-o", "github");
  assert_int_equal(run.status, 0);
  assert_int_equal(strncmp(run.out, "::notice title=Droveway::1 document skipped: not a Kubernetes object", 67), 0);
  folder_remove(folder);
}

static void github_is_one_line_if_nothing_is_wrong(void **state) {
  (void)state;
  RUN_SCOPED run = RUN_WITH("# nothing\n", "check", "-f", "-", "-o", "github");
  assert_string_equal(run.out, "nothing to check: no NetworkAttachmentDefinition, HyperConverged, KubeVirt or "
                               "MigrationPolicy found\n");
}

/* --- GitLab --- */

static struct json_object *issue_of(struct json_object *report, size_t place) {
  assert_true(json_object_is_type(report, json_type_array) && place < json_object_array_length(report));
  return json_object_array_get_idx(report, place);
}

static const char *path_of(struct json_object *issue) {
  return member_text(json_object_object_get(issue, "location"), "path");
}

static int line_of(struct json_object *issue) {
  return member_int(json_object_object_get(json_object_object_get(issue, "location"), "lines"), "begin");
}

static void gitlab_has_one_issue_per_finding(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", MISSPELT, STATE, "-o", "gitlab");
  assert_int_equal(run.status, 1);
  struct json_object *report = run_json(&run);
  assert_int_equal(json_object_array_length(report), 2);
  struct json_object *denial = issue_of(report, 0), *warning = issue_of(report, 1);
  assert_string_equal(member_text(denial, "check_name"), "network-missing");
  assert_string_equal(member_text(denial, "severity"), "critical");
  assert_string_equal(member_text(denial, "description"),
                      "spec.liveMigrationConfig.network: Not found: \"migration-lna\": no such NAD in namespace "
                      "openshift-cnv; did you mean \"migration-lan\"? [network-missing]");
  assert_string_equal(path_of(denial), HYPERCONVERGED);
  assert_int_equal(line_of(denial), 9);
  assert_string_equal(member_text(warning, "check_name"), "network-change");
  assert_string_equal(member_text(warning, "severity"), "minor");
  json_object_put(report);
}

/* A fingerprint that changed would show old findings as new ones in every merge request. */
static void gitlab_fingerprints_do_not_change(void **state) {
  (void)state;
  char folder[64];
  folder_make(folder);
  char *text = file_text(MISTAKES, NULL), *moved = malloc(strlen(text) + 64);
  sprintf(moved, "# a comment\n\n%s", text);
  RUN_SCOPED before = RUN_WITH(text, "check", "-f", "-", STATE, "-o", "gitlab");
  RUN_SCOPED after = RUN_WITH(moved, "check", "-f", "-", STATE, "-o", "gitlab");
  struct json_object *old = run_json(&before), *new = run_json(&after);
  assert_int_equal(json_object_array_length(old), 7);
  assert_int_equal(json_object_array_length(new), 7);
  for (size_t i = 0; i < 7; i++) {
    assert_string_equal(member_text(issue_of(old, i), "fingerprint"), member_text(issue_of(new, i), "fingerprint"));
    for (size_t j = 0; j < i; j++)
      assert_string_not_equal(member_text(issue_of(old, i), "fingerprint"),
                              member_text(issue_of(old, j), "fingerprint"));
  }
  RUN_SCOPED known = RUN("check", "-f", MISTAKES, STATE, "-o", "gitlab");
  struct json_object *report = run_json(&known);
  assert_string_equal(member_text(issue_of(report, 0), "fingerprint"), "350fb1a895ad20c9:1");
  json_object_put(report);
  json_object_put(old);
  json_object_put(new);
  free(text);
  free(moved);
  folder_remove(folder);
}

static void gitlab_names_the_object_where_there_is_no_file(void **state) {
  (void)state;
  RUN_SCOPED run = RUN_WITH(BAD_VLAN("pods"), "check", "-f", "-", STATE, "-o", "gitlab");
  struct json_object *report = run_json(&run);
  assert_string_equal(path_of(issue_of(report, 0)), "NetworkAttachmentDefinition apps/pods");
  assert_int_equal(line_of(issue_of(report, 0)), 1);
  json_object_put(report);
}

static void gitlab_is_an_empty_list_if_nothing_is_wrong(void **state) {
  (void)state;
  RUN_SCOPED run = RUN_WITH("# nothing\n", "check", "-f", "-", "-o", "gitlab");
  assert_int_equal(run.status, 0);
  assert_string_equal(run.out, "[]\n");
}

static void gitlab_reports_an_audit_of_files(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("audit", "--state", "tests/manifests/rules", "-o", "gitlab");
  struct json_object *report = run_json(&run);
  assert_true(json_object_array_length(report) > 5);
  assert_int_equal(strncmp(path_of(issue_of(report, 0)), "tests/manifests/rules/", 22), 0);
  json_object_put(report);
}

static void without_a_cluster_nothing_is_annotated(void **state) {
  (void)state;
  RUN_SCOPED github = RUN("check", "-f", FINE, "-o", "github");
  assert_string_equal(github.out,
                      "::notice title=Droveway::2 objects checked, 0 denied: 0 errors, 0 warnings%0A4 checks were not "
                      "possible without the cluster's objects: use --state DIR (written by `droveway snapshot DIR`) or "
                      "--kubeconfig FILE; -v lists them\n");
  RUN_SCOPED gitlab = RUN("check", "-f", FINE, "-o", "gitlab");
  struct json_object *issues = run_json(&gitlab);
  assert_int_equal(json_object_array_length(issues), 0);
  json_object_put(issues);
  RUN_SCOPED verbose = RUN("check", "-v", "-f", FINE, "-o", "github");
  assert_int_equal(strncmp(verbose.out, "::warning ", 10), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_a_cluster_nothing_is_annotated),
      cmocka_unit_test(github_has_one_annotation_per_finding),
      cmocka_unit_test(github_escapes_what_would_end_a_property),
      cmocka_unit_test(github_keeps_line_ends_out_of_commands),
      cmocka_unit_test(github_has_no_place_for_standard_input_or_a_cluster),
      cmocka_unit_test(github_paths_are_relative_to_the_repository),
      cmocka_unit_test(github_says_what_its_limit_hides),
      cmocka_unit_test(github_names_skipped_files_in_a_notice),
      cmocka_unit_test(github_is_one_line_if_nothing_is_wrong),
      cmocka_unit_test(gitlab_has_one_issue_per_finding),
      cmocka_unit_test(gitlab_fingerprints_do_not_change),
      cmocka_unit_test(gitlab_names_the_object_where_there_is_no_file),
      cmocka_unit_test(gitlab_is_an_empty_list_if_nothing_is_wrong),
      cmocka_unit_test(gitlab_reports_an_audit_of_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
