#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "files/folder.h"
#include "files/state.h"
#include "rules/engine.h"

#define NODE "apiVersion: v1\nkind: Node\nmetadata: {name: worker-1}\n"
#define NNS                                                                                                            \
  "apiVersion: nmstate.io/v1beta1\nkind: NodeNetworkState\nmetadata: {name: worker-1}\n"                               \
  "status: {currentState: {interfaces: []}}\n"
#define NAD(metadata)                                                                                                  \
  "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {" metadata "}\n"                      \
  "spec: {config: '{\"type\": \"macvlan\"}'}\n"

static struct dw_world *load(struct dw_arena *arena, const struct folder *folder, const char *policy,
                             struct dw_error *err) {
  struct dw_sources sources = {.state = folder ? folder->path : NULL};
  sources.policy = policy ? folder_path(arena, folder, policy) : NULL;
  sources.rules = dw_rule_ids(&sources.rule_count);
  return dw_world_load(&sources, err);
}

static struct dw_world *load_good(struct dw_arena *arena, const struct folder *folder, const char *policy) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_world *world = load(arena, folder, policy, &err);
  if (!world)
    fail_msg("%s:%d:%d: %s", err.file, err.line, err.column, err.text);
  return world;
}

/* --- knowledge --- */

static enum dw_knowledge knowledge_of(const struct folder *folder, enum dw_kind kind) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_world *world = load_good(arena, folder, NULL);
  enum dw_knowledge knowledge = dw_view_knows(world->view, kind);
  dw_world_unref(world);
  return knowledge;
}

static void without_a_folder_nothing_is_known(void **state) {
  (void)state;
  for (int kind = 0; kind < DW_KIND_COUNT; kind++)
    assert_int_equal(knowledge_of(NULL, (enum dw_kind)kind), DW_UNKNOWN);
}

static void an_empty_folder_is_a_cluster_without_nads(void **state) {
  const struct folder *folder = *state;
  for (int kind = 0; kind < DW_KIND_COUNT; kind++) {
    bool of_nodes = kind == DW_KIND_NODE || kind == DW_KIND_NODE_NETWORK_STATE;
    assert_int_equal(knowledge_of(folder, (enum dw_kind)kind), of_nodes ? DW_UNKNOWN : DW_KNOWN);
  }
}

static void nodes_are_known_if_there_are_some(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "nodes.yaml", NODE);
  assert_int_equal(knowledge_of(folder, DW_KIND_NODE), DW_KNOWN);
  assert_int_equal(knowledge_of(folder, DW_KIND_NODE_NETWORK_STATE), DW_UNKNOWN);
  folder_put(folder, "states.yaml", NNS);
  assert_int_equal(knowledge_of(folder, DW_KIND_NODE_NETWORK_STATE), DW_KNOWN);
}

/* --- objects --- */

static void objects_without_a_namespace_get_that_of_the_policy(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "state/a.yaml", NAD("name: a") "---\n" NAD("name: b, namespace: other"));
  folder_put(folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\nnamespace: kubevirt\n");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_sources sources = {.state = folder_path(arena, folder, "state"),
                               .policy = folder_path(arena, folder, "policy.yaml")};
  struct dw_world *world = dw_world_load(&sources, NULL);
  assert_non_null(world);
  assert_int_equal(dw_view_count(world->view, DW_KIND_NAD), 2);
  assert_non_null(dw_view_find(world->view, DW_KIND_NAD, "kubevirt", "a"));
  assert_non_null(dw_view_find(world->view, DW_KIND_NAD, "other", "b"));
  dw_world_unref(world);
}

static void other_kinds_are_skipped(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", "apiVersion: v1\nkind: Secret\n---\napiVersion: apps/v1\nkind: Node\n---\n" NODE);
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_world *world = load_good(arena, folder, NULL);
  assert_int_equal(dw_view_count(world->view, DW_KIND_NODE), 1);
  dw_world_unref(world);
}

static void the_later_of_two_files_counts(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "1.yaml", NODE);
  folder_put(folder, "2.yaml",
             "apiVersion: v1\nkind: Node\nmetadata: {name: worker-1, labels: {kubernetes.io/os: windows}}\n");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_world *world = load_good(arena, folder, NULL);
  assert_int_equal(dw_view_count(world->view, DW_KIND_NODE), 1);
  assert_int_equal(dw_view_at(world->view, DW_KIND_NODE, 0)->node.label_count, 1);
  dw_world_unref(world);
}

static void keeps_many_objects(void **state) {
  const struct folder *folder = *state;
  enum { COUNT = 1000 };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  char *text = dw_arena_alloc(arena, COUNT * 80);
  char *end = text;
  for (int i = 0; i < COUNT; i++)
    end += sprintf(end, "---\n{apiVersion: v1, kind: Node, metadata: {name: n%d}}\n", i);
  folder_put(folder, "nodes.yaml", text);
  struct dw_world *world = load_good(arena, folder, NULL);
  assert_int_equal(dw_view_count(world->view, DW_KIND_NODE), COUNT);
  dw_world_unref(world);
}

/* --- lists as `kubectl get -o json` prints them --- */

#define JSON_NODE(name, more)                                                                                          \
  "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"" name "\",\"managedFields\":[{\"a\":1}]}" more "}"
#define JSON_LIST(items) "{\"apiVersion\":\"v1\",\"items\":[" items "],\"kind\":\"List\"}\n"

static void assert_nodes(const struct folder *folder, size_t count) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_world *world = load_good(arena, folder, NULL);
  assert_int_equal(dw_view_count(world->view, DW_KIND_NODE), count);
  dw_world_unref(world);
}

static void reads_json_lists(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.json",
             JSON_LIST(JSON_NODE("a", "") "," JSON_NODE("b", "") ",{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}"));
  assert_nodes(folder, 2);
}

/* None of them is a list that can be read in parts, so they are read in the ordinary way, once. */
static void reads_other_json(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a-one.json", JSON_NODE("a", ""));
  folder_put(folder, "b-nested.json", JSON_LIST(JSON_NODE("b", "") "," JSON_LIST(JSON_NODE("c", ""))));
  folder_put(folder, "c-two.json", JSON_LIST(JSON_NODE("d", "")) JSON_LIST(JSON_NODE("e", "")));
  folder_put(folder, "d-yaml.json", "# YAML after all\n" NODE);
  folder_put(
      folder, "e-items.json",
      "{\"items\":[" JSON_NODE("x", "") "],\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"f\"}}");
  assert_nodes(folder, 7);
}

static void the_later_object_in_json_lists_counts(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "1.json",
             JSON_LIST(JSON_NODE("a", "") "," JSON_NODE("a", ",\"spec\":{\"podCIDR\":\"10.0.0.0/24\"}")));
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_world *world = load_good(arena, folder, NULL);
  assert_int_equal(dw_view_count(world->view, DW_KIND_NODE), 1);
  assert_int_equal(dw_view_at(world->view, DW_KIND_NODE, 0)->network_count, 1);
  dw_world_unref(world);
}

/* --- errors --- */

static void expect_refused(const struct folder *folder, const char *file, int line, int column, const char *says) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  assert_null(load(arena, folder, NULL, &err));
  assert_string_equal(err.file, folder_path(arena, folder, file));
  if (err.line != line || err.column != column || !strstr(err.text, says))
    fail_msg("%d:%d: %s", err.line, err.column, err.text);
  assert_null(load(arena, folder, NULL, NULL)); /* without an error */
}

static void reports_the_position_of_an_invalid_object(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", NODE);
  folder_put(folder, "b.yaml",
             "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Node, metadata: {name: worker-2}, "
             "spec: {podCIDRs: 10.0.0.0/24}}\n");
  expect_refused(folder, "b.yaml", 4, 3, "podCIDRs");
}

static void reports_the_position_of_an_error_in_a_json_list(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.json",
             "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n" JSON_NODE("a", "") ",\n " JSON_NODE(
                 "b", ",\"spec\":{\"podCIDRs\":5}") "]}\n");
  expect_refused(folder, "a.json", 3, 2, "podCIDRs");
  folder_put(folder, "a.json",
             "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n" JSON_NODE("a", "") ",\n"
                                                                                         "{\"kind\":\"Node\"}]}\n");
  expect_refused(folder, "a.json", 3, 1, "apiVersion or kind is missing");
  folder_put(folder, "a.json", JSON_LIST("\n" JSON_NODE("a", ",\n\"kind\":\"Node\"")));
  expect_refused(folder, "a.json", 3, 1, "appears twice");
  folder_put(folder, "a.json", JSON_LIST("\n" JSON_NODE("a", ",\n\"status\":{\"images\":[}")));
  expect_refused(folder, "a.json", 3, 21, "expected a value");
}

static void reports_the_position_of_a_syntax_error(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", NODE);
  folder_put(folder, "sub/b.yaml", NODE "status: {\n");
  expect_refused(folder, "sub/b.yaml", 5, 1, "expected a value");
}

static void reports_a_missing_folder(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_sources sources = {.state = folder_path(arena, folder, "none")};
  struct dw_error err = DW_ERROR_INIT;
  assert_null(dw_world_load(&sources, &err));
  assert_string_equal(err.file, sources.state);
  assert_int_equal(err.line, 0);
}

static void after_an_error_the_caller_owns_the_objects_read_before(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", NODE);
  folder_put(folder, "b.yaml", "{");
  const struct dw_object **objects = NULL;
  size_t count = 0;
  assert_int_equal(dw_state_objects(folder->path, "ns", &objects, &count, NULL), -1);
  assert_int_equal(count, 1);
  dw_object_unref(objects[0]);
  free(objects);
}

/* --- policies --- */

static void expect_bad_policy(const struct folder *folder, const char *text, int line, int column, const char *says) {
  folder_put(folder, "policy.yaml", text);
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_sources sources = {.policy = folder_path(arena, folder, "policy.yaml")};
  sources.rules = dw_rule_ids(&sources.rule_count);
  struct dw_error err = DW_ERROR_INIT;
  assert_null(dw_policy_load(&sources, &err));
  assert_string_equal(err.file, sources.policy);
  if (err.line != line || err.column != column || !strstr(err.text, says))
    fail_msg("%d:%d: %s", err.line, err.column, err.text);
  assert_null(dw_world_load(&sources, NULL));
}

#define HEAD "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"

static void reports_the_position_of_an_error_in_the_policy(void **state) {
  expect_bad_policy(*state, HEAD "rules: {gateway-in-pol: warn}\n", 3, 9, "gateway-in-pool");
  expect_bad_policy(*state, HEAD "namespaces: x\n", 3, 1, "namespace");
  expect_bad_policy(*state, HEAD "rules: [\n", 4, 1, "expected a value");
  expect_bad_policy(*state, "", 1, 1, "empty");
}

static void reports_a_missing_policy(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_sources sources = {.policy = folder_path(arena, folder, "none.yaml")};
  struct dw_error err = DW_ERROR_INIT;
  assert_null(dw_policy_load(&sources, &err));
  assert_string_equal(err.file, sources.policy);
  assert_non_null(strstr(err.text, "No such file"));
}

static void without_a_policy_uses_the_defaults(void **state) {
  (void)state;
  struct dw_sources sources = {.policy = NULL};
  struct dw_policy *policy = dw_policy_load(&sources, NULL);
  assert_non_null(policy);
  assert_string_equal(policy->namespace_, "openshift-cnv");
  dw_policy_free(policy);
}

/* The policy HEAD with MORE, if KubeVirt's namespace is given as "kubevirt" as well. */
static struct dw_policy *load_in_kubevirt(const struct folder *folder, const char *more, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "policy.yaml", dw_arena_printf(arena, HEAD "%s", more));
  struct dw_sources sources = {.policy = folder_path(arena, folder, "policy.yaml"), .kubevirt_namespace = "kubevirt"};
  sources.rules = dw_rule_ids(&sources.rule_count);
  return dw_policy_load(&sources, err);
}

static void kubevirts_namespace_can_be_given(void **state) {
  static const char *const same[] = {"", "namespace: kubevirt\n", "rules: {pool-tight: off}\n"};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    struct dw_policy *policy = load_in_kubevirt(*state, same[i], NULL);
    assert_non_null(policy);
    assert_string_equal(policy->namespace_, "kubevirt");
    assert_true(policy->namespace_known);
    assert_int_equal(policy->override_count, i == 2);
    dw_policy_free(policy);
  }
  struct dw_sources without = {.kubevirt_namespace = "kubevirt"};
  struct dw_policy *policy = dw_policy_load(&without, NULL);
  assert_string_equal(policy->namespace_, "kubevirt");
  dw_policy_free(policy);
}

static void rejects_a_policy_with_another_namespace(void **state) {
  struct dw_error err = DW_ERROR_INIT;
  assert_null(load_in_kubevirt(*state, "namespace: openshift-cnv\n", &err));
  assert_int_equal(err.line, 3);
  assert_non_null(strstr(err.file, "policy.yaml"));
  assert_string_equal(err.text,
                      "namespace: \"openshift-cnv\" differs from --kubevirt-namespace \"kubevirt\"; remove it "
                      "from the policy, and set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings");
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, folder_setup, folder_teardown)
  const struct CMUnitTest tests[] = {
      TEST(kubevirts_namespace_can_be_given),
      TEST(rejects_a_policy_with_another_namespace),
      TEST(without_a_folder_nothing_is_known),
      TEST(an_empty_folder_is_a_cluster_without_nads),
      TEST(nodes_are_known_if_there_are_some),
      TEST(objects_without_a_namespace_get_that_of_the_policy),
      TEST(other_kinds_are_skipped),
      TEST(the_later_of_two_files_counts),
      TEST(keeps_many_objects),
      TEST(reads_json_lists),
      TEST(reads_other_json),
      TEST(the_later_object_in_json_lists_counts),
      TEST(reports_the_position_of_an_invalid_object),
      TEST(reports_the_position_of_an_error_in_a_json_list),
      TEST(reports_the_position_of_a_syntax_error),
      TEST(reports_a_missing_folder),
      TEST(after_an_error_the_caller_owns_the_objects_read_before),
      TEST(reports_the_position_of_an_error_in_the_policy),
      TEST(reports_a_missing_policy),
      TEST(without_a_policy_uses_the_defaults),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
