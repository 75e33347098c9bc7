/* `audit -o policyreport`: PolicyReports of wgpolicyk8s.io/v1alpha2. (`make schemas` validates them.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "support/run_program.h"

#define NAD(name, namespace_, range)                                                                                   \
  "---\napiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: " name                     \
  ", namespace: " namespace_ "}\nspec: {config: '{\"cniVersion\": \"0.3.1\", \"name\": \"" name                        \
  "\", \"type\": \"macvlan\", \"master\": \"eth1\", \"mode\": \"bridge\", \"ipam\": {\"type\": \"whereabouts\", "      \
  "\"range\": \"" range "\"}}'}\n"
#define NETWORK                                                                                                        \
  "---\napiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n"                                \
  "status: {clusterNetwork: [{cidr: 10.128.0.0/14}], serviceNetwork: [172.30.0.0/16]}\n"
#define MIGRATION_POLICY                                                                                               \
  "---\napiVersion: migrations.kubevirt.io/v1alpha1\nkind: MigrationPolicy\nmetadata: {name: slow}\n"                  \
  "spec: {selectors: {}, completionTimeoutPerGiB: -1}\n"

/* The report that an audit of the objects in TEXT gives. The caller releases it. */
static struct json_object *audit(const char *text, int status) {
  char folder[64];
  folder_make(folder);
  folder_write(folder, "objects.yaml", text);
  RUN_SCOPED run = RUN("audit", "--state", folder, "-o", "policyreport");
  folder_remove(folder);
  assert_int_equal(run.status, status);
  return run_json(&run);
}

static struct json_object *at(struct json_object *object, const char *key) {
  struct json_object *value = NULL;
  if (!json_object_object_get_ex(object, key, &value))
    fail_msg("no %s in %s", key, json_object_to_json_string(object));
  return value;
}

static struct json_object *item(struct json_object *object, const char *list, size_t place) {
  struct json_object *items = member_list(object, list);
  assert_true(place < json_object_array_length(items));
  return json_object_array_get_idx(items, place);
}

static void each_namespace_has_a_report(void **state) {
  (void)state;
  struct json_object *list =
      audit(NETWORK NAD("b", "two", "10.2.0.0/24") NAD("a", "one", "10.1.0.0/24") NAD("c", "two", "10.3.0.0/24"), 0);
  assert_string_equal(member_text(list, "kind"), "List");
  assert_int_equal(json_object_array_length(member_list(list, "items")), 2);
  static const char *const names[] = {"one", "two"};
  for (size_t i = 0; i < 2; i++) {
    struct json_object *report = item(list, "items", i);
    assert_string_equal(member_text(report, "apiVersion"), "wgpolicyk8s.io/v1alpha2");
    assert_string_equal(member_text(report, "kind"), "PolicyReport");
    assert_string_equal(member_text(at(report, "metadata"), "namespace"), names[i]);
    assert_string_equal(member_text(at(report, "metadata"), "name"), "droveway");
    assert_int_equal(json_object_array_length(member_list(report, "results")), i + 1);
    assert_int_equal(member_int(at(report, "summary"), "pass"), (int)i + 1);
  }
  json_object_put(list);
}

static void an_error_fails_and_names_its_object(void **state) {
  (void)state;
  struct json_object *list = audit(NAD("pods", "apps", "10.1.0.0/24,"), 1);
  struct json_object *report = item(list, "items", 0), *result = item(report, "results", 0);
  assert_string_equal(member_text(result, "result"), "fail");
  assert_string_equal(member_text(result, "policy"), "droveway");
  assert_string_equal(member_text(result, "source"), "droveway");
  assert_string_equal(member_text(result, "rule"), "ipam-syntax");
  assert_string_equal(member_text(result, "severity"), "high");
  assert_non_null(strstr(member_text(result, "message"), "spec.config.ipam.range: Invalid value: \"10.1.0.0/24,\""));
  assert_string_equal(member_text(at(result, "properties"), "field"), "spec.config.ipam.range");
  struct json_object *resource = item(result, "resources", 0);
  assert_string_equal(member_text(resource, "apiVersion"), "k8s.cni.cncf.io/v1");
  assert_string_equal(member_text(resource, "kind"), "NetworkAttachmentDefinition");
  assert_string_equal(member_text(resource, "namespace"), "apps");
  assert_string_equal(member_text(resource, "name"), "pods");
  assert_int_equal(member_int(at(report, "summary"), "fail"), 1);
  assert_int_equal(member_int(at(report, "summary"), "pass"), 0);
  json_object_put(list);
}

/* A migration network without Nodes: rules that need them could not be evaluated. */
static void what_could_not_be_checked_is_an_error(void **state) {
  (void)state;
  struct json_object *list = audit(NAD("migration", "openshift-cnv", "10.1.0.0/24"), 0);
  struct json_object *report = item(list, "items", 0);
  assert_true(member_int(at(report, "summary"), "error") > 0);
  assert_int_equal(member_int(at(report, "summary"), "fail"), 0);
  assert_string_equal(member_text(item(report, "results", 0), "result"), "error");
  json_object_put(list);
}

static void objects_without_a_namespace_are_in_a_cluster_report(void **state) {
  (void)state;
  struct json_object *list = audit(NAD("a", "one", "10.1.0.0/24") MIGRATION_POLICY, 1);
  assert_int_equal(json_object_array_length(member_list(list, "items")), 2);
  struct json_object *report = item(list, "items", 0);
  assert_string_equal(member_text(report, "kind"), "ClusterPolicyReport");
  assert_false(json_object_object_get_ex(at(report, "metadata"), "namespace", NULL));
  assert_string_equal(member_text(item(item(report, "results", 0), "resources", 0), "name"), "slow");
  json_object_put(list);
}

static void nothing_gives_an_empty_list(void **state) {
  (void)state;
  struct json_object *list = audit("# nothing\n", 0);
  assert_int_equal(json_object_array_length(member_list(list, "items")), 0);
  json_object_put(list);
}

static void only_audits_have_policy_reports(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "demo/manifests", "-o", "policyreport");
  assert_int_equal(run.status, 2);
  assert_non_null(strstr(run.err, "-o policyreport is only for audit: it reports objects of a cluster"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_namespace_has_a_report),
      cmocka_unit_test(an_error_fails_and_names_its_object),
      cmocka_unit_test(what_could_not_be_checked_is_an_error),
      cmocka_unit_test(objects_without_a_namespace_are_in_a_cluster_report),
      cmocka_unit_test(nothing_gives_an_empty_list),
      cmocka_unit_test(only_audits_have_policy_reports),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
