/* SARIF 2.1.0 as code scanning reads it. (`make sarif` validates it against the OASIS schema.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/api_stub.h"
#include "support/run_program.h"

#define MISTAKES "demo/manifests/five-mistakes.yaml"
#define STATE "--state", "demo/state"

static struct json_object *member(struct json_object *object, const char *key) {
  struct json_object *value = NULL;
  if (!json_object_object_get_ex(object, key, &value))
    fail_msg("no member %s in %s", key, json_object_to_json_string(object));
  return value;
}

static const char *text_of(struct json_object *object, const char *key) {
  struct json_object *value = member(object, key);
  assert_true(json_object_is_type(value, json_type_string));
  return json_object_get_string(value);
}

static int number_of(struct json_object *object, const char *key) {
  struct json_object *value = member(object, key);
  assert_true(json_object_is_type(value, json_type_int));
  return json_object_get_int(value);
}

static bool has(struct json_object *object, const char *key) {
  return json_object_object_get_ex(object, key, NULL);
}

static struct json_object *run_of(struct json_object *report) {
  struct json_object *runs = member(report, "runs");
  assert_int_equal(json_object_array_length(runs), 1);
  return json_object_array_get_idx(runs, 0);
}

static struct json_object *result_of(struct json_object *report, size_t place) {
  struct json_object *results = member(run_of(report), "results");
  assert_true(place < json_object_array_length(results));
  return json_object_array_get_idx(results, place);
}

static struct json_object *location_of(struct json_object *result) {
  struct json_object *locations = member(result, "locations");
  assert_int_equal(json_object_array_length(locations), 1);
  return json_object_array_get_idx(locations, 0);
}

static struct json_object *artifact_of(struct json_object *result) {
  return member(member(location_of(result), "physicalLocation"), "artifactLocation");
}

static const char *fingerprint_of(struct json_object *result) {
  return text_of(member(result, "partialFingerprints"), "drovewayFinding/v1");
}

static void the_tool_names_itself(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", MISTAKES, STATE, "-o", "sarif");
  assert_int_equal(run.status, 1);
  struct json_object *report = run_json(&run);
  assert_string_equal(text_of(report, "version"), "2.1.0");
  assert_non_null(strstr(text_of(report, "$schema"), "sarif-schema-2.1.0.json"));
  assert_string_equal(text_of(run_of(report), "columnKind"), "unicodeCodePoints");
  struct json_object *driver = member(member(run_of(report), "tool"), "driver");
  assert_string_equal(text_of(driver, "name"), "Droveway");
  RUN_SCOPED version = RUN("version");
  assert_non_null(strstr(version.out, text_of(driver, "version")));
  json_object_put(report);
}

static void expect_rule(struct json_object *rule) {
  static const char *const texts[] = {"shortDescription", "fullDescription", "help"};
  for (size_t i = 0; i < 3; i++)
    assert_true(strlen(text_of(member(rule, texts[i]), "text")) > 10);
  assert_true(strlen(text_of(member(rule, "help"), "markdown")) > 10);
  const char *level = text_of(member(rule, "defaultConfiguration"), "level");
  assert_true(strcmp(level, "error") == 0 || strcmp(level, "warning") == 0);
}

static void each_result_points_to_its_rule(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "demo/manifests", "tests/manifests", STATE, "-o", "sarif");
  struct json_object *report = run_json(&run);
  struct json_object *rules = member(member(member(run_of(report), "tool"), "driver"), "rules");
  struct json_object *results = member(run_of(report), "results");
  size_t count = json_object_array_length(rules);
  bool *used = calloc(count, sizeof *used);
  assert_true(count > 5 && json_object_array_length(results) > count);
  for (size_t i = 0; i < json_object_array_length(results); i++) {
    struct json_object *result = json_object_array_get_idx(results, i);
    int index = number_of(result, "ruleIndex");
    assert_in_range(index, 0, count - 1);
    used[index] = true;
    assert_string_equal(text_of(json_object_array_get_idx(rules, (size_t)index), "id"), text_of(result, "ruleId"));
  }
  for (size_t i = 0; i < count; i++) {
    assert_true(used[i]);
    expect_rule(json_object_array_get_idx(rules, i));
  }
  free(used);
  json_object_put(report);
}

static void a_result_has_level_message_and_place(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", MISTAKES, STATE, "-o", "sarif");
  struct json_object *report = run_json(&run);
  struct json_object *denied = result_of(report, 5);
  assert_string_equal(text_of(denied, "ruleId"), "network-missing");
  assert_string_equal(text_of(denied, "level"), "error");
  assert_string_equal(text_of(member(denied, "message"), "text"),
                      "spec.virtualization.liveMigrationConfig.network: Not found: \"migration-wan\": no such NAD in "
                      "namespace openshift-cnv; did you mean \"migration-lan\"? [network-missing]");
  assert_string_equal(text_of(artifact_of(denied), "uri"), MISTAKES);
  assert_string_equal(text_of(artifact_of(denied), "uriBaseId"), "%SRCROOT%");
  struct json_object *region = member(member(location_of(denied), "physicalLocation"), "region");
  assert_int_equal(number_of(region, "startLine"), 31);
  assert_int_equal(number_of(region, "startColumn"), 16);
  assert_true(number_of(region, "endColumn") > 16);
  struct json_object *logical = json_object_array_get_idx(member(location_of(denied), "logicalLocations"), 0);
  assert_string_equal(text_of(logical, "fullyQualifiedName"), "HyperConverged openshift-cnv/kubevirt-hyperconverged");
  assert_string_equal(text_of(result_of(report, 6), "level"), "warning");
  json_object_put(report);
}

/* --- places --- */

/* The uri of the first result about a copy of the demo's mistakes at PATH; the caller frees it. */
static char *uri_of(const char *path, bool *based) {
  RUN_SCOPED run = RUN("check", "-f", path, "-o", "sarif");
  struct json_object *report = run_json(&run);
  struct json_object *artifact = artifact_of(result_of(report, 0));
  char *uri = strdup(text_of(artifact, "uri"));
  *based = has(artifact, "uriBaseId");
  json_object_put(report);
  return uri;
}

static void expect_uri(const char *path, const char *expected, bool expected_base) {
  bool based = false;
  char *uri = uri_of(path, &based);
  assert_string_equal(uri, expected);
  assert_int_equal(based, expected_base);
  free(uri);
}

/* "file://" and PATH, percent-encoded except for unreserved characters (RFC 3986) and slashes. */
static void file_uri(char *out, size_t size, const char *path) {
  size_t length = (size_t)snprintf(out, size, "file://");
  for (; *path != '\0' && length + 4 < size; path++)
    length += (size_t)snprintf(out + length, size - length,
                               isalnum((unsigned char)*path) || strchr("-._~/", *path) != NULL ? "%c" : "%%%02X",
                               (unsigned char)*path);
}

static void places_are_uris(void **state) {
  (void)state;
  char folder[64];
  char path[128];
  char uri[3 * PATH_MAX];
  char *text = file_text(MISTAKES, NULL);
  folder_make(folder);
  folder_write(folder, "a b%#?:\xc3\xa4.yaml", text);
  free(text);
  snprintf(path, sizeof path, "%s/a b%%#?:\xc3\xa4.yaml", folder);
  snprintf(uri, sizeof uri, "file://%s/a%%20b%%25%%23%%3F%%3A%%C3%%A4.yaml", folder);
  expect_uri(path, uri, false);
  expect_uri("./" MISTAKES, MISTAKES, true);
  expect_uri(".//.///" MISTAKES, MISTAKES, true);
  char *here = realpath(MISTAKES, NULL);
  file_uri(uri, sizeof uri, here);
  expect_uri("demo/../" MISTAKES, uri, false);
  free(here);
  folder_remove(folder);
}

static void standard_input_is_not_a_project_file(void **state) {
  (void)state;
  char *text = file_text(MISTAKES, NULL);
  RUN_SCOPED run = RUN_WITH(text, "check", "-f", "-", "-o", "sarif");
  struct json_object *report = run_json(&run);
  assert_string_equal(text_of(artifact_of(result_of(report, 0)), "uri"), "-");
  assert_false(has(artifact_of(result_of(report, 0)), "uriBaseId"));
  json_object_put(report);
  free(text);
}

#define BAD                                                                                                            \
  "{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": {\"name\": "      \
  "\"migration\", \"namespace\": \"openshift-cnv\"}, \"spec\": {\"config\": \"{}\"}}"

static void a_live_cluster_has_objects_but_no_files(void **state) {
  (void)state;
  static const struct api_route routes[] = {{"/apis/k8s.cni.cncf.io/v1/network-attachment-definitions", 200, BAD},
                                            {NULL, 0, NULL}};
  API_STUB_SCOPED stub = api_stub_start(routes);
  RUN_SCOPED run = RUN("audit", "--kubeconfig", stub.kubeconfig, "-o", "sarif");
  assert_int_equal(run.status, 1);
  struct json_object *report = run_json(&run);
  struct json_object *location = location_of(result_of(report, 0));
  assert_false(has(location, "physicalLocation"));
  struct json_object *logical = json_object_array_get_idx(member(location, "logicalLocations"), 0);
  assert_string_equal(text_of(logical, "fullyQualifiedName"), "NetworkAttachmentDefinition openshift-cnv/migration");
  json_object_put(report);
}

/* --- fingerprints --- */

static struct json_object *report_on(const char *folder, const char *text) {
  folder_write(folder, "a.yaml", text);
  RUN_SCOPED run = RUN("check", "-f", folder, STATE, "-o", "sarif");
  return run_json(&run);
}

static void fingerprints_survive_moved_lines(void **state) {
  (void)state;
  char folder[64];
  char moved[8192];
  char *text = file_text(MISTAKES, NULL);
  folder_make(folder);
  snprintf(moved, sizeof moved, "# one\n# two\n\n%s", text);
  struct json_object *before = report_on(folder, text);
  struct json_object *after = report_on(folder, moved);
  size_t count = json_object_array_length(member(run_of(before), "results"));
  assert_int_equal(count, json_object_array_length(member(run_of(after), "results")));
  for (size_t i = 0; i < count; i++) {
    assert_string_equal(fingerprint_of(result_of(before, i)), fingerprint_of(result_of(after, i)));
    for (size_t j = 0; j < i; j++)
      assert_string_not_equal(fingerprint_of(result_of(before, i)), fingerprint_of(result_of(before, j)));
  }
  json_object_put(before);
  json_object_put(after);
  free(text);
  folder_remove(folder);
}

/* The same object is in the file twice, so each finding appears twice. */
static void identical_results_have_different_fingerprints(void **state) {
  (void)state;
#define ONE                                                                                                            \
  "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"                                                \
  "metadata: {name: migration, namespace: openshift-cnv}\nspec: {config: '{\"type\": \"macvlan\"}'}\n"
  RUN_SCOPED run = RUN_WITH(ONE "---\n" ONE, "check", "-f", "-", STATE, "-o", "sarif");
  struct json_object *report = run_json(&run);
  struct json_object *results = member(run_of(report), "results");
  size_t alike = 0;
  for (size_t i = 0; i < json_object_array_length(results); i++) {
    for (size_t j = 0; j < i; j++) {
      assert_string_not_equal(fingerprint_of(result_of(report, i)), fingerprint_of(result_of(report, j)));
      alike += strncmp(fingerprint_of(result_of(report, i)), fingerprint_of(result_of(report, j)), 16) == 0;
    }
  }
  assert_true(alike > 0);
  json_object_put(report);
}

static void a_message_contains_no_link(void **state) {
  (void)state;
  static const char link[] = "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
                             "metadata: {name: migration, namespace: openshift-cnv}\n"
                             "spec: {config: '{\"type\": \"macvlan\", \"cniVersion\": \"[x](http://a.b/)\"}'}\n";
  RUN_SCOPED run = RUN_WITH(link, "check", "-f", "-", "-o", "sarif");
  struct json_object *report = run_json(&run);
  struct json_object *results = member(run_of(report), "results");
  bool seen = false;
  for (size_t i = 0; i < json_object_array_length(results); i++) {
    const char *message = text_of(member(result_of(report, i), "message"), "text");
    assert_null(strstr(message, "]("));
    seen |= strstr(message, "(http://a.b/)") != NULL;
  }
  assert_true(seen);
  json_object_put(report);
}

static void no_findings_is_a_run_without_results(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "demo/manifests/migration.yaml", STATE, "-o", "sarif", "--quiet");
  assert_int_equal(run.status, 0);
  struct json_object *report = run_json(&run);
  struct json_object *results = member(run_of(report), "results");
  for (size_t i = 0; i < json_object_array_length(results); i++)
    assert_string_equal(text_of(result_of(report, i), "level"), "warning");
  json_object_put(report);
}

/* What could not be checked is no alert in the code, but a note about the run. */
static void without_a_cluster_there_is_one_notification(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "demo/manifests/migration.yaml", "-o", "sarif");
  struct json_object *report = run_json(&run);
  struct json_object *one = json_object_array_get_idx(member(run_of(report), "invocations"), 0);
  struct json_object *notes = member_list(one, "toolExecutionNotifications");
  assert_int_equal(json_object_array_length(member_list(run_of(report), "results")), 0);
  assert_true(json_object_get_boolean(member(one, "executionSuccessful")));
  assert_int_equal(json_object_array_length(notes), 1);
  assert_string_equal(member_text(json_object_array_get_idx(notes, 0), "level"), "note");
  const char *text = member_text(member(json_object_array_get_idx(notes, 0), "message"), "text");
  assert_int_equal(strncmp(text, "4 checks were not possible without the cluster's objects: use --state DIR ", 74), 0);
  json_object_put(report);
  RUN_SCOPED verbose = RUN("check", "-v", "-f", "demo/manifests/migration.yaml", "-o", "sarif");
  report = run_json(&verbose);
  assert_int_equal(json_object_array_length(member_list(run_of(report), "results")), 4);
  assert_null(json_object_object_get(run_of(report), "invocations"));
  json_object_put(report);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_a_cluster_there_is_one_notification),
      cmocka_unit_test(the_tool_names_itself),
      cmocka_unit_test(each_result_points_to_its_rule),
      cmocka_unit_test(a_result_has_level_message_and_place),
      cmocka_unit_test(places_are_uris),
      cmocka_unit_test(standard_input_is_not_a_project_file),
      cmocka_unit_test(a_live_cluster_has_objects_but_no_files),
      cmocka_unit_test(fingerprints_survive_moved_lines),
      cmocka_unit_test(identical_results_have_different_fingerprints),
      cmocka_unit_test(a_message_contains_no_link),
      cmocka_unit_test(no_findings_is_a_run_without_results),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
