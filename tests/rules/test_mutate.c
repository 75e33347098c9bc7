#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "support/json_patch.h"
#include "support/review_case.h"

#define V1BETA1(meta, spec)                                                                                            \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv" meta "}" spec "}"
#define V1(spec)                                                                                                       \
  "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "       \
  "openshift-cnv}" spec "}"
#define KUBEVIRT(meta, spec)                                                                                           \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv" meta "}" spec "}"
#define NAD(name, meta, config)                                                                                        \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {" name                               \
  "namespace: openshift-cnv" meta "}, spec: {config: " config "}}"

#define ALL                                                                                                            \
  "{\"completionTimeoutPerGiB\":800,\"parallelMigrationsPerCluster\":5,\"parallelOutboundMigrationsPerNode\":2,"       \
  "\"progressTimeout\":150}"
#define FULL                                                                                                           \
  "completionTimeoutPerGiB: 1, parallelMigrationsPerCluster: 1, parallelOutboundMigrationsPerNode: 1, "                \
  "progressTimeout: 1"

#define POLICY "{apiVersion: droveway.io/v1alpha1, kind: Policy, "

static struct dw_world *default_world(void) {
  return world_of(NULL, NULL);
}

static struct dw_world *world_that_fills_kubevirts(void) {
  return world_of(NULL, POLICY "mutate: {kubeVirts: true}}");
}

static const char *text_of(struct json_object *patch) {
  return json_object_to_json_string_ext(patch, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* Checks that OBJECT is allowed with PATCH ("" for none), and that the patched object needs no further patch. */
static void expect(struct dw_world *world, const char *object, const char *expected) {
  VERDICT_SCOPED verdict = review_mutation(world, DW_OP_CREATE, object, NULL);
  assert_true(verdict.allowed);
  struct json_object *patch = verdict_patch(&verdict);
  assert_string_equal(patch == NULL ? "" : text_of(patch), expected);
  assert_true((patch == NULL) == (*verdict_defaulted(&verdict) == '\0'));
  if (patch != NULL) {
    char *patched = verdict_patched(&verdict, object);
    VERDICT_SCOPED again = review_mutation(world, DW_OP_CREATE, patched, NULL);
    assert_true(again.allowed);
    assert_null(verdict_patch(&again));
    free(patched);
  }
  json_object_put(patch);
}

static void creates_missing_parents(void **state) {
  (void)state;
  static const struct {
    const char *object, *patch;
  } cases[] = {
      {V1BETA1("", ""), "[{\"op\":\"add\",\"path\":\"/spec\",\"value\":{\"liveMigrationConfig\":" ALL "}}]"},
      {V1BETA1("", ", spec: {}"), "[{\"op\":\"add\",\"path\":\"/spec/liveMigrationConfig\",\"value\":" ALL "}]"},
      {V1BETA1("", ", spec: {liveMigrationConfig: null}"),
       "[{\"op\":\"replace\",\"path\":\"/spec/liveMigrationConfig\",\"value\":" ALL "}]"},
      {V1BETA1("", ", spec: null"),
       "[{\"op\":\"replace\",\"path\":\"/spec\",\"value\":{\"liveMigrationConfig\":" ALL "}}]"},
      {V1(""),
       "[{\"op\":\"add\",\"path\":\"/spec\",\"value\":{\"virtualization\":{\"liveMigrationConfig\":" ALL "}}}]"},
      {V1(", spec: {virtualization: {}}"),
       "[{\"op\":\"add\",\"path\":\"/spec/virtualization/liveMigrationConfig\",\"value\":" ALL "}]"},
      {KUBEVIRT("", ", spec: {configuration: {}}"),
       "[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations\",\"value\":" ALL "}]"},
      {KUBEVIRT("", ", spec: {}"),
       "[{\"op\":\"add\",\"path\":\"/spec/configuration\",\"value\":{\"migrations\":" ALL "}}]"},
  };
  struct dw_world *world = world_that_fills_kubevirts();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect(world, cases[i].object, cases[i].patch);
  dw_world_unref(world);
}

static void fills_in_only_missing_values(void **state) {
  (void)state;
  static const struct {
    const char *object, *patch;
  } cases[] = {
      {V1BETA1("", ", spec: {liveMigrationConfig: {" FULL "}}"), ""},
      {V1BETA1("", ", spec: {liveMigrationConfig: {completionTimeoutPerGiB: 1, parallelMigrationsPerCluster: null, "
                   "parallelOutboundMigrationsPerNode: 0}}"),
       "[{\"op\":\"replace\",\"path\":\"/spec/liveMigrationConfig/parallelMigrationsPerCluster\",\"value\":5},"
       "{\"op\":\"add\",\"path\":\"/spec/liveMigrationConfig/progressTimeout\",\"value\":150}]"},
      {KUBEVIRT("", ", spec: {configuration: {migrations: {completionTimeoutPerGiB: x, parallelMigrationsPerCluster: "
                    "1, parallelOutboundMigrationsPerNode: 1}}}"),
       "[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/progressTimeout\",\"value\":150}]"},
      /* /validate rejects wrong types */
      {V1BETA1("", ", spec: {liveMigrationConfig: 5}"), ""},
      {V1BETA1("", ", spec: []"), ""},
      {V1(", spec: {virtualization: x}"), ""},
  };
  struct dw_world *world = world_that_fills_kubevirts();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect(world, cases[i].object, cases[i].patch);
  dw_world_unref(world);
}

static void the_policy_sets_the_defaults(void **state) {
  (void)state;
  struct dw_world *world =
      world_of(NULL, "{apiVersion: droveway.io/v1alpha1, kind: Policy, defaults: {completionTimeoutPerGiB: 7, "
                     "parallelMigrationsPerCluster: null, parallelOutboundMigrationsPerNode: null, progressTimeout: "
                     "null}}");
  expect(world, V1BETA1("", ", spec: {liveMigrationConfig: {}}"),
         "[{\"op\":\"add\",\"path\":\"/spec/liveMigrationConfig/completionTimeoutPerGiB\",\"value\":7}]");
  expect(world, V1BETA1("", ", spec: {}"),
         "[{\"op\":\"add\",\"path\":\"/spec/liveMigrationConfig\",\"value\":{\"completionTimeoutPerGiB\":7}}]");
  dw_world_unref(world);
  world = world_of(NULL, "{apiVersion: droveway.io/v1alpha1, kind: Policy, defaults: {completionTimeoutPerGiB: null, "
                         "parallelMigrationsPerCluster: null, parallelOutboundMigrationsPerNode: null, "
                         "progressTimeout: null}}");
  expect(world, V1BETA1("", ""), "");
  dw_world_unref(world);
}

static void annotates_the_filled_fields(void **state) {
  (void)state;
  struct dw_world *world = default_world();
  VERDICT_SCOPED limits = review_mutation(
      world, DW_OP_UPDATE, V1(", spec: {virtualization: {liveMigrationConfig: {progressTimeout: 1}}}"), V1(""));
  assert_string_equal(verdict_defaulted(&limits),
                      "spec.virtualization.liveMigrationConfig.completionTimeoutPerGiB,"
                      "spec.virtualization.liveMigrationConfig.parallelMigrationsPerCluster,"
                      "spec.virtualization.liveMigrationConfig.parallelOutboundMigrationsPerNode");
  VERDICT_SCOPED nad =
      review_mutation(world, DW_OP_CREATE, NAD("name: my-migration, ", "", "'{\"type\":\"bridge\"}'"), NULL);
  assert_string_equal(verdict_defaulted(&nad), "spec.config.name,spec.config.cniVersion");
  dw_world_unref(world);
}

static void leaves_a_managed_kubevirt_unchanged(void **state) {
  (void)state;
  struct dw_world *world = world_that_fills_kubevirts();
  expect(world, KUBEVIRT(", labels: {app.kubernetes.io/managed-by: hco-operator}", ", spec: {}"), "");
  expect(world, KUBEVIRT(", labels: {app.kubernetes.io/managed-by: helm}", ", spec: {configuration: {}}"),
         "[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations\",\"value\":" ALL "}]");
  dw_world_unref(world);
}

static void a_kubevirt_keeps_its_own_defaults(void **state) {
  (void)state;
  static const char *const policies[] = {NULL, POLICY "mutate: {kubeVirts: false}}",
                                         POLICY "mutate: {networkAttachmentDefinitions: true}}"};
  for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
    struct dw_world *world = world_of(NULL, policies[i]);
    expect(world, KUBEVIRT("", ", spec: {configuration: {}}"), "");
    expect(world, V1BETA1("", ", spec: {}"),
           "[{\"op\":\"add\",\"path\":\"/spec/liveMigrationConfig\",\"value\":" ALL "}]");
    dw_world_unref(world);
  }
}

static void mutates_only_creates_and_updates_of_objects_not_being_deleted(void **state) {
  (void)state;
  struct dw_world *world = default_world();
  static const char deleting[] = V1BETA1(", deletionTimestamp: '2026-11-21T00:00:00Z'", "");
  VERDICT_SCOPED update = review_mutation(world, DW_OP_UPDATE, V1BETA1("", ""), V1BETA1("", ""));
  assert_non_null(strstr(update.text, "JSONPatch"));
  VERDICT_SCOPED dying = review_mutation(world, DW_OP_UPDATE, deleting, deleting);
  assert_null(strstr(dying.text, "patch"));
  VERDICT_SCOPED gone = review_mutation(world, DW_OP_DELETE, V1BETA1("", ""), NULL);
  assert_true(gone.allowed);
  assert_null(strstr(gone.text, "patch"));
  char *body = review_body(DW_OP_UPDATE, V1BETA1("", ""), V1BETA1("", ""));
  char *at = strstr(body, "\"namespace\":\"openshift-cnv\",\"operation\"");
  assert_non_null(at);
  /* the same request about the status */
  static const char status_part[] = "\"subResource\":\"status\"     ";
  assert_int_equal(strlen(status_part), strlen("\"namespace\":\"openshift-cnv\""));
  memcpy(at, status_part, sizeof status_part - 1);
  VERDICT_SCOPED status = review_text(world, true, body);
  assert_null(strstr(status.text, "patch"));
  free(body);
  dw_world_unref(world);
}

static void fills_in_the_config_of_a_migration_network(void **state) {
  (void)state;
  struct dw_world *world = default_world();
  expect(world, NAD("name: my-migration, ", "", "'{\"type\":\"macvlan\",\"x\":\"\\u0001\\\"\"}'"),
         "[{\"op\":\"replace\",\"path\":\"/spec/"
         "config\",\"value\":\"{\\\"name\\\":\\\"my-migration\\\",\\\"cniVersion\\\":"
         "\\\"0.3.1\\\",\\\"mode\\\":\\\"bridge\\\",\\\"type\\\":\\\"macvlan\\\",\\\"x\\\":\\\"\\\\u0001\\\\\\\"\\\"}"
         "\"}]");
  expect(world, NAD("name: plain, ", "", "'{\"type\":\"macvlan\"}'"), "");
  expect(
      world,
      NAD("name: my-migration, ", ", labels: {droveway.io/migration-network: \"false\"}", "'{\"type\":\"macvlan\"}'"),
      "");
  expect(world, NAD("name: my-migration, ", "", "''"), "");
  expect(world, NAD("name: my-migration, ", "", "5"), "");
  expect(world, NAD("name: my-migration, ", "", "'{'"), "");
  expect(world,
         NAD("generateName: x, ", ", labels: {droveway.io/migration-network: \"true\"}",
             "'{\"cniVersion\":\"0.3.1\",\"type\":\"bridge\"}'"),
         "");
  dw_world_unref(world);
}

static void a_policy_can_turn_off_mutation_of_nads(void **state) {
  (void)state;
  struct dw_world *world = world_of(NULL, "{apiVersion: droveway.io/v1alpha1, kind: Policy, mutate: "
                                          "{networkAttachmentDefinitions: false}}");
  expect(world, NAD("name: my-migration, ", "", "'{\"type\":\"macvlan\"}'"), "");
  dw_world_unref(world);
}

static void allows_other_kinds_with_a_warning(void **state) {
  (void)state;
  struct dw_world *world = default_world();
  VERDICT_SCOPED verdict =
      review_mutation(world, DW_OP_CREATE, "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: n}}", NULL);
  assert_true(verdict.allowed);
  assert_string_equal(verdict_warning(&verdict, 0),
                      "Droveway has no rules for Pod; remove it from the webhook configuration");
  dw_world_unref(world);
}

/* The helper that applies patches, against the examples of RFC 6902, appendix A. */
static void the_patch_helper_follows_rfc_6902(void **state) {
  (void)state;
  static const struct {
    const char *document, *patch, *result; /* NULL if it must fail */
  } cases[] = {
      {"{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\"}]",
       "{\"foo\":\"bar\",\"baz\":\"qux\"}"},
      {"{\"foo\":[\"bar\",\"baz\"]}", "[{\"op\":\"add\",\"path\":\"/foo/1\",\"value\":\"qux\"}]",
       "{\"foo\":[\"bar\",\"qux\",\"baz\"]}"},
      {"{\"foo\":[\"bar\"]}", "[{\"op\":\"add\",\"path\":\"/foo/-\",\"value\":[\"abc\"]}]",
       "{\"foo\":[\"bar\",[\"abc\"]]}"},
      {"{\"baz\":1,\"foo\":2}", "[{\"op\":\"remove\",\"path\":\"/baz\"}]", "{\"foo\":2}"},
      {"{\"foo\":[1,2,3]}", "[{\"op\":\"remove\",\"path\":\"/foo/1\"}]", "{\"foo\":[1,3]}"},
      {"{\"baz\":1}", "[{\"op\":\"replace\",\"path\":\"/baz\",\"value\":\"boo\"}]", "{\"baz\":\"boo\"}"},
      {"{\"a\":{\"b\":1},\"c\":{}}", "[{\"op\":\"move\",\"from\":\"/a/b\",\"path\":\"/c/d\"}]",
       "{\"a\":{},\"c\":{\"d\":1}}"},
      {"{\"a\":1}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"},{\"op\":\"test\",\"path\":\"/b\",\"value\":1}]",
       "{\"a\":1,\"b\":1}"},
      {"{\"/\":9,\"~1\":10}", "[{\"op\":\"replace\",\"path\":\"/~01\",\"value\":11}]", "{\"\\/\":9,\"~1\":11}"},
      {"{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":[]}]", "[]"},
      {"{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz/bat\",\"value\":\"qux\"}]", NULL},
      {"{\"foo\":[1]}", "[{\"op\":\"add\",\"path\":\"/foo/2\",\"value\":1}]", NULL},
      {"{\"foo\":[1]}", "[{\"op\":\"add\",\"path\":\"/foo/01\",\"value\":1}]", NULL},
      {"{\"foo\":1}", "[{\"op\":\"replace\",\"path\":\"/bar\",\"value\":1}]", NULL},
      {"{\"foo\":1}", "[{\"op\":\"test\",\"path\":\"/foo\",\"value\":\"1\"}]", NULL},
      {"{\"foo\":1}", "[{\"op\":\"remove\",\"path\":\"/bar\"}]", NULL},
      {"{\"foo\":1}", "[{\"op\":\"add\",\"path\":\"bar\",\"value\":1}]", NULL},
      {"{\"foo\":1}", "[{\"op\":\"add\",\"path\":\"/bar\"}]", NULL},
      {"{\"foo\":1}", "{}", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct json_object *document = json_tokener_parse(cases[i].document);
    struct json_object *patch = json_tokener_parse(cases[i].patch);
    struct json_object *result = json_patch_apply(document, patch);
    struct json_object *expected = cases[i].result == NULL ? NULL : json_tokener_parse(cases[i].result);
    assert_true((result == NULL) == (expected == NULL));
    assert_true(result == NULL || json_object_equal(result, expected));
    json_object_put(expected);
    json_object_put(result);
    json_object_put(patch);
    json_object_put(document);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(creates_missing_parents),
      cmocka_unit_test(fills_in_only_missing_values),
      cmocka_unit_test(the_policy_sets_the_defaults),
      cmocka_unit_test(annotates_the_filled_fields),
      cmocka_unit_test(leaves_a_managed_kubevirt_unchanged),
      cmocka_unit_test(a_kubevirt_keeps_its_own_defaults),
      cmocka_unit_test(mutates_only_creates_and_updates_of_objects_not_being_deleted),
      cmocka_unit_test(fills_in_the_config_of_a_migration_network),
      cmocka_unit_test(a_policy_can_turn_off_mutation_of_nads),
      cmocka_unit_test(allows_other_kinds_with_a_warning),
      cmocka_unit_test(the_patch_helper_follows_rfc_6902),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
