#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "rules/mutate.h"
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

/* --- filling in the configuration of a NAD --- */

static const char *fill(struct dw_arena *arena, const char *text, const char *name, const char **fields) {
  *fields = NULL;
  return dw_fill_config(arena, dw_cni_read_text(arena, text, strlen(text)), name, fields);
}

struct example {
  const char *before, *after, *fields;
};

/* Checks that each filled text is as expected, and that filling it again changes nothing. */
static void run_examples(const struct example *examples, size_t count) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < count; i++) {
    const char *fields;
    const char *text = fill(arena, examples[i].before, "net", &fields);
    assert_non_null(text);
    assert_string_equal(text, examples[i].after);
    assert_string_equal(fields, examples[i].fields);
    assert_null(fill(arena, text, "net", &fields));
  }
}
#define RUN(examples) run_examples(examples, sizeof(examples) / sizeof *(examples))

static void adds_missing_members_first(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"{\"type\":\"bridge\"}", "{\"name\":\"net\",\"cniVersion\":\"0.3.1\",\"type\":\"bridge\"}",
       "spec.config.name,spec.config.cniVersion"},
      {"{\"type\":\"macvlan\"}", "{\"name\":\"net\",\"cniVersion\":\"0.3.1\",\"mode\":\"bridge\",\"type\":\"macvlan\"}",
       "spec.config.name,spec.config.cniVersion,spec.config.mode"},
      {"{ \"type\": \"macvlan\", \"name\": \"x\" }",
       "{ \"cniVersion\": \"0.3.1\", \"mode\": \"bridge\", \"type\": \"macvlan\", \"name\": \"x\" }",
       "spec.config.cniVersion,spec.config.mode"},
      {"{\n  \"type\": \"macvlan\",\n  \"cniVersion\": \"0.3.1\"\n}",
       "{\n  \"name\": \"net\",\n  \"mode\": \"bridge\",\n  \"type\": \"macvlan\",\n  \"cniVersion\": \"0.3.1\"\n}",
       "spec.config.name,spec.config.mode"},
      {" {}\n", " {\"name\":\"net\",\"cniVersion\":\"0.3.1\"}\n", "spec.config.name,spec.config.cniVersion"},
      {"{\n}", "{\n\"name\": \"net\",\n\"cniVersion\": \"0.3.1\"\n}", "spec.config.name,spec.config.cniVersion"},
      /* other bytes must not change: unusual white space, escapes, numbers */
      {"{\"cniVersion\":\"1.0.0\",\"type\":\"macvlan\",\t\"a\":1.50e2 , \"b\":\"\\u00e4\\/\"}",
       "{\"name\":\"net\",\"mode\":\"bridge\",\"cniVersion\":\"1.0.0\",\"type\":\"macvlan\",\t\"a\":1.50e2 , "
       "\"b\":\"\\u00e4\\/\"}",
       "spec.config.name,spec.config.mode"},
  };
  RUN(examples);
}

static void adds_a_version_that_every_plugin_accepts(void **state) {
  (void)state;
#define CHAINED(version, type) "{" version "\"name\":\"n\",\"plugins\":[{\"type\":\"bridge\"},{\"type\":\"" type "\"}]}"
  static const struct example examples[] = {
      {CHAINED("", "tuning"), CHAINED("\"cniVersion\":\"0.3.1\",", "tuning"), "spec.config.cniVersion"},
      {CHAINED("", "bandwidth"), CHAINED("\"cniVersion\":\"0.3.1\",", "bandwidth"), "spec.config.cniVersion"},
      {CHAINED("", "vrf"), CHAINED("\"cniVersion\":\"0.3.1\",", "vrf"), "spec.config.cniVersion"},
      {CHAINED("", "firewall"), CHAINED("\"cniVersion\":\"0.4.0\",", "firewall"), "spec.config.cniVersion"},
      {CHAINED("", "nobody-knows"), CHAINED("\"cniVersion\":\"0.3.1\",", "nobody-knows"), "spec.config.cniVersion"},
      {"{\"cniVersion\":\"\",\"name\":\"n\",\"plugins\":[{\"type\":\"firewall\"},{\"type\":\"tuning\"}]}",
       "{\"cniVersion\":\"0.4.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"firewall\"},{\"type\":\"tuning\"}]}",
       "spec.config.cniVersion"},
  };
  RUN(examples);
}

static void replaces_null_and_empty_values(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"{\"type\":\"macvlan\",\"name\" : null,\"cniversion\":\"\",\"MODE\":\"\"}",
       "{\"type\":\"macvlan\",\"name\" : \"net\",\"cniversion\":\"0.3.1\",\"MODE\":\"bridge\"}",
       "spec.config.name,spec.config.cniversion,spec.config.MODE"},
      {"{ \"name\": \"\", \"type\": \"bridge\" }",
       "{ \"cniVersion\": \"0.3.1\", \"name\": \"net\", \"type\": \"bridge\" }",
       "spec.config.name,spec.config.cniVersion"},
  };
  RUN(examples);
}

static void adds_the_name_to_the_list_and_the_modes_to_the_plugins(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"{\"plugins\":[{\"type\":\"macvlan\"},{\"type\":\"tuning\"},{\"type\":\"macvlan\",\"mode\":null}]}",
       "{\"name\":\"net\",\"cniVersion\":\"0.3.1\",\"plugins\":[{\"mode\":\"bridge\",\"type\":\"macvlan\"},{\"type\":"
       "\"tuning\"},{\"type\":\"macvlan\",\"mode\":\"bridge\"}]}",
       "spec.config.name,spec.config.cniVersion,spec.config.plugins[0].mode,spec.config.plugins[2].mode"},
      {"{\"name\":\"x\",\"cniVersion\":\"1.0.0\",\"Plugins\":[ {\n \"type\":\"macvlan\"\n} ]}",
       "{\"name\":\"x\",\"cniVersion\":\"1.0.0\",\"Plugins\":[ {\n \"mode\": \"bridge\",\n \"type\":\"macvlan\"\n} ]}",
       "spec.config.Plugins[0].mode"},
  };
  RUN(examples);
}

static void changes_nothing_if_ambiguous_or_complete(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",
      "{",
      "[]",
      "5",
      "{\"type\":\"macvlan\",\"TYPE\":\"macvlan\"}",
      "{\"type\":\"macvlan\",\"ipam\":{\"a\":1,\"A\":1}}",
      "{\"name\":\"x\",\"cniVersion\":\"0.4.0\",\"type\":\"macvlan\",\"mode\":\"vepa\"}",
      "{\"NAME\":\"x\",\"CNIVERSION\":\"0.4.0\",\"type\":\"bridge\"}",
      /* /validate rejects wrong types */
      "{\"name\":5,\"cniVersion\":[],\"type\":\"macvlan\",\"mode\":{}}",
      "{\"name\":\"x\",\"cniVersion\":\"0.4.0\",\"plugins\":5}",
      "{\"name\":\"x\",\"cniVersion\":\"0.4.0\",\"plugins\":[5,{\"type\":5}]}",
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const char *fields;
    assert_null(fill(arena, texts[i], "net", &fields));
    assert_null(fields);
  }
}

static void adds_no_name_if_the_nad_has_none(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *fields;
  assert_null(fill(arena, "{\"cniVersion\":\"0.3.1\",\"type\":\"bridge\"}", "", &fields));
  assert_string_equal(fill(arena, "{\"type\":\"bridge\"}", "", &fields),
                      "{\"cniVersion\":\"0.3.1\",\"type\":\"bridge\"}");
}

/* A chain that no node could run must not cost time. */
static void adds_no_modes_to_chains_of_more_than_32_plugins(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (int plugins = 32; plugins <= 33; plugins++) {
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    dw_buf_puts(&text, "{\"name\":\"x\",\"cniVersion\":\"1.0.0\",\"plugins\":[{\"type\":\"macvlan\"}");
    for (int i = 1; i < plugins; i++)
      dw_buf_puts(&text, ",{\"type\":\"macvlan\",\"mode\":\"\"}");
    dw_buf_puts(&text, "]}");
    const char *fields;
    assert_true((fill(arena, text.data, "net", &fields) != NULL) == (plugins == 32));
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
      cmocka_unit_test(adds_missing_members_first),
      cmocka_unit_test(adds_a_version_that_every_plugin_accepts),
      cmocka_unit_test(replaces_null_and_empty_values),
      cmocka_unit_test(adds_the_name_to_the_list_and_the_modes_to_the_plugins),
      cmocka_unit_test(changes_nothing_if_ambiguous_or_complete),
      cmocka_unit_test(adds_no_name_if_the_nad_has_none),
      cmocka_unit_test(adds_no_modes_to_chains_of_more_than_32_plugins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
