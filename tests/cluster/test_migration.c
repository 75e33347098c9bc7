#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cluster/jsonpatch.h"
#include "cluster/migration.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define V1BETA1 "\"apiVersion\":\"hco.kubevirt.io/v1beta1\",\"kind\":\"HyperConverged\""
#define V1 "\"apiVersion\":\"hco.kubevirt.io/v1\",\"kind\":\"HyperConverged\""
#define KUBEVIRT "\"apiVersion\":\"kubevirt.io/v1\",\"kind\":\"KubeVirt\""

static struct dw_migration_config read_text(struct dw_arena *arena, const char *text) {
  struct dw_error err = DW_ERROR_INIT;
  const dw_json *json = dw_json_parse(arena, text, strlen(text), DW_JSON_UNIQUE_KEYS, &err);
  if (json == NULL)
    fail_msg("%s: %s", text, err.text);
  struct dw_migration_config config;
  memset(&config, 0x5A, sizeof config); /* the old content must be overwritten */
  dw_migration_read(arena, json, &config);
  return config;
}

/* --- the block --- */

static void finds_the_block_of_each_version(void **state) {
  (void)state;
  static const struct {
    const char *text, *block, *eviction;
  } cases[] = {
      {"{" V1BETA1 ",\"spec\":{\"evictionStrategy\":\"None\",\"liveMigrationConfig\":%s}}", "spec.liveMigrationConfig",
       "spec.evictionStrategy"},
      {"{" V1 ",\"spec\":{\"virtualization\":{\"evictionStrategy\":\"None\",\"liveMigrationConfig\":%s}}}",
       "spec.virtualization.liveMigrationConfig", "spec.virtualization.evictionStrategy"},
      {"{" KUBEVIRT ",\"spec\":{\"configuration\":{\"evictionStrategy\":\"None\",\"migrations\":%s}}}",
       "spec.configuration.migrations", "spec.configuration.evictionStrategy"},
      {"{\"apiVersion\":\"hco.kubevirt.io/v2\",\"kind\":\"HyperConverged\",\"spec\":{\"virtualization\":{"
       "\"evictionStrategy\":\"None\",\"liveMigrationConfig\":%s}}}",
       "spec.virtualization.liveMigrationConfig", "spec.virtualization.evictionStrategy"},
      {"{\"apiVersion\":\"hco.kubevirt.io/v1alpha1\",\"kind\":\"HyperConverged\",\"spec\":{\"evictionStrategy\":"
       "\"None\",\"liveMigrationConfig\":%s}}",
       "spec.liveMigrationConfig", "spec.evictionStrategy"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    char text[1024];
    const char *block = "{\"network\":\"net\",\"completionTimeoutPerGiB\":800,\"parallelMigrationsPerCluster\":\"5\","
                        "\"progressTimeout\":null,\"bandwidthPerMigration\":\"64Mi\"}";
    const char *cut = strstr(cases[i].text, "%s");
    snprintf(text, sizeof text, "%.*s%s%s", (int)(cut - cases[i].text), cases[i].text, block, cut + 2);
    struct dw_migration_config config = read_text(arena, text);
    assert_string_equal(config.block_field, cases[i].block);
    assert_null(config.wrong_type_field);
    assert_null(config.wrong_type);
    assert_string_equal(config.network.text, "net");
    assert_string_equal(config.network.field, dw_arena_printf(arena, "%s.network", cases[i].block));
    assert_string_equal(config.bandwidth.text, "64Mi");
    assert_string_equal(config.bandwidth.field, dw_arena_printf(arena, "%s.bandwidthPerMigration", cases[i].block));
    assert_string_equal(config.eviction_strategy.text, "None");
    assert_string_equal(config.eviction_strategy.field, cases[i].eviction);
    for (size_t limit = 0; limit < DW_LIMIT_COUNT; limit++)
      assert_string_equal(config.limits[limit].field,
                          dw_arena_printf(arena, "%s.%s", cases[i].block, dw_limit_names[limit]));
    assert_int_equal(dw_json_type(config.limits[DW_LIMIT_COMPLETION_TIMEOUT].json), DW_JSON_INTEGER);
    assert_string_equal(config.limits[DW_LIMIT_PARALLEL_CLUSTER].text, "5");
    assert_null(config.limits[DW_LIMIT_PARALLEL_NODE].json);
    assert_int_equal(dw_json_type(config.limits[DW_LIMIT_PROGRESS_TIMEOUT].json), DW_JSON_NULL);
    assert_string_equal(dw_migration_network(&config), "net");
  }
}

static void keys_must_match_exactly(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_migration_config config =
      read_text(arena, "{" V1BETA1 ",\"spec\":{\"liveMigrationConfig\":{\"Network\":\"net\"}}}");
  assert_null(config.network.json);
  assert_null(dw_migration_network(&config));
}

static void an_empty_network_counts_as_absent(void **state) {
  (void)state;
  static const char *const values[] = {"\"\"", "null", "7", "[\"net\"]"};
  for (size_t i = 0; i < COUNT(values); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_migration_config config = read_text(
        arena, dw_arena_printf(arena, "{" V1BETA1 ",\"spec\":{\"liveMigrationConfig\":{\"network\":%s}}}", values[i]));
    assert_non_null(config.network.json);
    assert_null(dw_migration_network(&config));
  }
}

static void reports_values_of_the_wrong_type(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *field; /* NULL if nothing is wrong */
  } cases[] = {
      {"{" V1BETA1 "}", NULL},
      {"{" V1BETA1 ",\"spec\":null}", NULL},
      {"{" V1BETA1 ",\"spec\":{\"liveMigrationConfig\":null}}", NULL},
      {"{" V1BETA1 ",\"spec\":{\"liveMigrationConfig\":[]}}", "spec.liveMigrationConfig"},
      {"{" V1BETA1 ",\"spec\":\"x\"}", "spec"},
      {"{" V1BETA1 ",\"spec\":{\"virtualization\":7}}", NULL},
      {"{" V1 ",\"spec\":{\"virtualization\":null}}", NULL},
      {"{" V1 ",\"spec\":{\"virtualization\":7}}", "spec.virtualization"},
      {"{" V1 ",\"spec\":{\"virtualization\":{\"liveMigrationConfig\":\"x\"}}}",
       "spec.virtualization.liveMigrationConfig"},
      {"{" V1 ",\"spec\":[]}", "spec"},
      {"{" KUBEVIRT ",\"spec\":{\"configuration\":false}}", "spec.configuration"},
      {"{" KUBEVIRT ",\"spec\":{\"configuration\":{\"migrations\":0}}}", "spec.configuration.migrations"},
      {"[]", NULL},
      {"7", NULL},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_migration_config config = read_text(arena, cases[i].text);
    if ((config.wrong_type_field == NULL) != (cases[i].field == NULL))
      fail_msg("%s: %s", cases[i].text, config.wrong_type_field == NULL ? "not found" : config.wrong_type_field);
    assert_int_equal(config.wrong_type != NULL, cases[i].field != NULL);
    if (cases[i].field != NULL)
      assert_string_equal(config.wrong_type_field, cases[i].field);
    assert_null(dw_migration_network(&config));
  }
}

static void reads_the_gate_for_decentralized_migration(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool on;
  } cases[] = {
      {"{" V1BETA1 ",\"spec\":{\"featureGates\":{\"decentralizedLiveMigration\":true}}}", true},
      {"{" V1BETA1 ",\"spec\":{\"featureGates\":{\"decentralizedLiveMigration\":false}}}", false},
      {"{" V1BETA1 ",\"spec\":{\"featureGates\":{\"decentralizedLiveMigration\":\"true\"}}}", false},
      {"{" V1BETA1 ",\"spec\":{\"featureGates\":{}}}", true},
      {"{" V1BETA1 ",\"spec\":{\"featureGates\":{\"decentralizedLiveMigration\":null}}}", true},
      {"{" V1BETA1 "}", true},
      {"{" V1 "}", true},
      {"{" V1 ",\"spec\":{\"featureGates\":[]}}", true},
      {"{" V1 ",\"spec\":{\"featureGates\":[{\"name\":\"other\",\"state\":\"Disabled\"}]}}", true},
      {"{" V1 ",\"spec\":{\"featureGates\":[7,{\"name\":\"decentralizedLiveMigration\",\"state\":\"Disabled\"}]}}",
       false},
      {"{" V1 ",\"spec\":{\"featureGates\":[{\"name\":\"DECENTRALIZEDlivemigration\",\"state\":\"Disabled\"}]}}",
       false},
      {"{" V1 ",\"spec\":{\"featureGates\":[{\"name\":\"decentralizedLiveMigration\",\"state\":\"Enabled\"}]}}", true},
      {"{" V1 ",\"spec\":{\"featureGates\":[{\"name\":\"decentralizedLiveMigration\"}]}}", true},
      {"{" KUBEVIRT "}", false},
      {"{" KUBEVIRT ",\"spec\":{\"configuration\":{\"developerConfiguration\":{\"featureGates\":[\"x\","
       "\"DecentralizedLiveMigration\"]}}}}",
       true},
      {"{" KUBEVIRT ",\"spec\":{\"configuration\":{\"developerConfiguration\":{\"featureGates\":[\"x\"]}}}}", false},
      {"{" KUBEVIRT ",\"spec\":{\"configuration\":{\"developerConfiguration\":{\"featureGates\":["
       "\"DecentralizedLiveMigration\"],\"disabledFeatureGates\":[\"DecentralizedLiveMigration\"]}}}}",
       true},
      {"{" KUBEVIRT ",\"status\":{\"observedKubeVirtVersion\":\"v1.9.2\"}}", false},
      {"{" KUBEVIRT ",\"status\":{\"observedKubeVirtVersion\":\"v1.10.0-alpha.0\"}}", true},
      {"{" KUBEVIRT ",\"status\":{\"observedKubeVirtVersion\":\"2.0.0\"}}", true},
      {"{" KUBEVIRT ",\"status\":{\"observedKubeVirtVersion\":\"devel\"}}", false},
      {"{" KUBEVIRT ",\"status\":{\"observedKubeVirtVersion\":\"v1.10.0\"},\"spec\":{\"configuration\":{"
       "\"developerConfiguration\":{\"disabledFeatureGates\":[\"DecentralizedLiveMigration\"]}}}}",
       false},
      /* HyperConverged applies its jsonpatch to the KubeVirt that it creates. */
      {"{" V1 ",\"metadata\":{\"annotations\":{\"kubevirt.kubevirt.io/jsonpatch\":\"[{\\\"op\\\":\\\"add\\\","
       "\\\"path\\\":\\\"/spec/configuration/developerConfiguration/featureGates/-\\\",\\\"value\\\":"
       "\\\"DecentralizedLiveMigration\\\"}]\"}},\"spec\":{\"featureGates\":[{\"name\":\"decentralizedLiveMigration\","
       "\"state\":\"Disabled\"}]}}",
       true},
      {"{" V1 ",\"metadata\":{\"annotations\":{\"kubevirt.kubevirt.io/jsonpatch\":\"[{\\\"op\\\":\\\"add\\\","
       "\\\"path\\\":\\\"/spec/configuration/developerConfiguration\\\",\\\"value\\\":{}},"
       "{\\\"op\\\":\\\"remove\\\",\\\"path\\\":\\\"/spec/configuration/smbios\\\"}]\"}}}",
       false},
      {"{" V1 ",\"metadata\":{\"annotations\":{\"kubevirt.kubevirt.io/jsonpatch\":\"nonsense\"}}}", true},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_migration_config config = read_text(arena, cases[i].text);
    if (config.deployment.rollout.decentralized != cases[i].on)
      fail_msg("%s: should be %s", cases[i].text, cases[i].on ? "on" : "off");
  }
}

static void detects_a_kubevirt_managed_by_hco(void **state) {
  (void)state;
  static const struct {
    const char *labels;
    bool managed;
  } cases[] = {{"{\"app.kubernetes.io/managed-by\":\"hco-operator\"}", true},
               {"{\"app.kubernetes.io/managed-by\":\"helm\"}", false},
               {"{\"app.kubernetes.io/managed-by\":true}", false},
               {"{}", false},
               {"null", false}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_migration_config config =
        read_text(arena, dw_arena_printf(arena, "{" KUBEVIRT ",\"metadata\":{\"labels\":%s}}", cases[i].labels));
    assert_int_equal(config.hco_managed, cases[i].managed);
  }
}

/* --- the jsonpatch annotation --- */

#define NETWORK "/spec/configuration/migrations/network"
#define MIGRATIONS "/spec/configuration/migrations"
#define ADD(path, value) "{\"op\":\"add\",\"path\":\"" path "\",\"value\":" value "}"
#define REPLACE(path, value) "{\"op\":\"replace\",\"path\":\"" path "\",\"value\":" value "}"
#define REMOVE(path) "{\"op\":\"remove\",\"path\":\"" path "\"}"

/* A HyperConverged whose field names "field" and whose annotation is the text PATCH. */
static struct dw_migration_config read_patched(struct dw_arena *arena, const char *patch) {
  json_object *text = json_object_new_string(patch);
  struct dw_migration_config config = read_text(
      arena, dw_arena_printf(arena,
                             "{" V1BETA1 ",\"metadata\":{\"annotations\":{\"kubevirt.kubevirt.io/jsonpatch\":%s}},"
                             "\"spec\":{\"liveMigrationConfig\":{\"network\":\"field\"}}}",
                             json_object_to_json_string(text)));
  json_object_put(text);
  return config;
}

static void finds_the_network_in_the_text_of_the_patch(void **state) {
  (void)state;
  static const struct {
    const char *patch;
    int line, column;
  } cases[] = {
      {"[" ADD(NETWORK, "\"a\"") "]", 1, 70},
      {"[]", 0, 0},
      {"[" ADD(NETWORK, "1") ",\n" REPLACE(NETWORK, "\"b\"") "]", 2, 73},
      {"[" ADD(MIGRATIONS, "{\"x\":1,\n\"Network\":\"b\"}") "]", 2, 11},
      {"[" ADD(MIGRATIONS, "\nnull") "]", 2, 1},
      {"[" REMOVE(NETWORK) "]", 0, 0},
      {"[\n{]", 2, 2},
      {"{}", 0, 0},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct dw_migration_config config = read_patched(arena, cases[i].patch);
    if (config.jsonpatch_line != cases[i].line || config.jsonpatch_column != cases[i].column)
      fail_msg("%s: %d:%d", cases[i].patch, config.jsonpatch_line, config.jsonpatch_column);
  }
}

/* The network in force is that of the annotation if it sets one, otherwise that of the field. */
static void follows_the_patch_to_the_network_in_force(void **state) {
  (void)state;
  static const struct {
    const char *patch;
    const char *network; /* NULL if the patch does not change it */
  } cases[] = {
      {"[]", NULL},
      {"[" ADD(NETWORK, "\"a\"") "]", "a"},
      {"[" REPLACE(NETWORK, "\"a\"") "]", "a"},
      {"[" ADD(MIGRATIONS, "{\"network\":\"a\"}") "]", "a"},
      {"[" ADD("/spec/configuration", "{\"migrations\":{\"network\":\"a\"}}") "]", "a"},
      {"[" ADD(NETWORK, "\"a\"") "," REPLACE(NETWORK, "\"b\"") "]", "b"},
      {"[" ADD(NETWORK, "\"\"") "]", ""},
      {"[" ADD(NETWORK, "null") "]", ""},
      {"[" ADD(MIGRATIONS, "null") "]", ""},
      {"[" ADD(MIGRATIONS, "{\"network\":null}") "]", ""},
      /* Next to it */
      {"[" ADD(MIGRATIONS "/networks", "\"a\"") "]", NULL},
      {"[" ADD(MIGRATIONS "/progressTimeout", "1") "]", NULL},
      {"[" ADD("/spec/configuration/network", "\"a\"") "]", NULL},
      {"[" ADD("/spec/configuration/migrations~1network", "\"a\"") "]", NULL},
      {"[" ADD("/spec/configuration/migrations/", "\"a\"") "]", NULL},
      /* HCO decodes the result over its own object: a removed network keeps the value of the field */
      {"[" REMOVE(NETWORK) "]", NULL},
      {"[" REMOVE(MIGRATIONS) "]", NULL},
      {"[" ADD(NETWORK, "\"a\"") "," REMOVE(NETWORK) "]", NULL},
      {"[" ADD(NETWORK, "\"a\"") "," REMOVE("/spec/configuration") "]", NULL},
      {"[" ADD(NETWORK, "\"a\"") "," ADD(MIGRATIONS, "{}") "]", NULL},
      {"[" ADD(MIGRATIONS, "{\"progressTimeout\":1}") "]", NULL},
      {"[" ADD("/spec/configuration", "null") "]", NULL},
      {"[" REMOVE(NETWORK) "," ADD(NETWORK, "\"a\"") "]", "a"},
      /* Go ignores the letter case of keys */
      {"[" ADD(MIGRATIONS "/Network", "\"a\"") "]", "a"},
      {"[" ADD(MIGRATIONS, "{\"NETWORK\":\"a\"}") "]", "a"},
      {"[" ADD("/spec/configuration/Migrations", "{\"network\":\"a\"}") "]", "a"},
      /* Tests change nothing, nor do moves and copies elsewhere */
      {"[{\"op\":\"test\",\"path\":\"" NETWORK "\",\"value\":\"x\"}]", NULL},
      {"[{\"op\":\"copy\",\"from\":\"" NETWORK "\",\"path\":\"/spec/x\"}]", NULL},
      {"[{\"op\":\"move\",\"from\":\"/spec/a\",\"path\":\"/spec/b\"}]", NULL},
      {"[{\"op\":\"copy\",\"from\":\"/spec/a\",\"path\":\"" NETWORK "\"}," ADD(NETWORK, "\"a\"") "]", "a"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_migration_config config = read_patched(arena, cases[i].patch);
    if (config.jsonpatch != (cases[i].network != NULL ? DW_JSONPATCH_SETS : DW_JSONPATCH_NONE))
      fail_msg("%s: read as %d", cases[i].patch, (int)config.jsonpatch);
    assert_string_equal(config.jsonpatch_network.field, "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]");
    const char *in_force = dw_migration_network(&config);
    if (cases[i].network == NULL)
      assert_string_equal(in_force, "field");
    else if (cases[i].network[0] == '\0')
      assert_null(in_force);
    else
      assert_string_equal(in_force, cases[i].network);
  }
}

static void a_patch_may_set_a_network_that_is_not_a_string(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_migration_config config = read_patched(arena, "[" ADD(NETWORK, "{\"a\":1}") "]");
  assert_int_equal(config.jsonpatch, DW_JSONPATCH_SETS);
  assert_int_equal(dw_json_type(config.jsonpatch_network.json), DW_JSON_OBJECT);
  assert_null(config.jsonpatch_network.text);
  assert_string_equal(dw_migration_network(&config), "field");
}

static void some_patches_have_an_unknown_effect(void **state) {
  (void)state;
  static const char *const opaque[] = {
      "[{\"op\":\"copy\",\"from\":\"/spec/a\",\"path\":\"" NETWORK "\"}]",
      "[{\"op\":\"move\",\"from\":\"/spec/a\",\"path\":\"" MIGRATIONS "\"}]",
      "[{\"op\":\"move\",\"from\":\"" NETWORK "\",\"path\":\"/spec/a\"}]",
      "[" ADD(NETWORK "/x", "1") "]",
      "[" ADD(MIGRATIONS, "\"x\"") "]",
      "[" ADD("/spec/configuration", "[]") "]",
      "[" ADD(MIGRATIONS "/Network", "\"a\"") "," REMOVE(NETWORK) "]",
      "[" ADD(NETWORK, "\"a\"") ",{\"op\":\"copy\",\"from\":\"/spec/a\",\"path\":\"" NETWORK "\"}]",
  };
  for (size_t i = 0; i < COUNT(opaque); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_migration_config config = read_patched(arena, opaque[i]);
    if (config.jsonpatch != DW_JSONPATCH_OPAQUE)
      fail_msg("%s: read as %d", opaque[i], (int)config.jsonpatch);
    assert_string_equal(dw_migration_network(&config), "field");
  }
}

static void rejects_unreadable_patches(void **state) {
  (void)state;
  static const char *const unreadable[] = {
      "",
      "{",
      "{}",
      "\"x\"",
      "[7]",
      "[[]]",
      "[{}]",
      "[{\"op\":\"add\",\"path\":\"" NETWORK "\"}]",
      "[{\"op\":\"add\",\"value\":\"a\"}]",
      "[{\"op\":\"set\",\"path\":\"" NETWORK "\",\"value\":\"a\"}]",
      "[{\"op\":1,\"path\":\"" NETWORK "\",\"value\":\"a\"}]",
      "[{\"op\":\"add\",\"path\":7,\"value\":\"a\"}]",
      "[{\"op\":\"move\",\"path\":\"/spec/x\"}]",
      "[{\"op\":\"copy\",\"path\":\"/spec/x\",\"from\":\"y\"}]",
      "[" ADD(NETWORK, "\"a\"") ",7]",
      "[" ADD(NETWORK, "\"a\"") "] x",
  };
  for (size_t i = 0; i < COUNT(unreadable); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_migration_config config = read_patched(arena, unreadable[i]);
    if (config.jsonpatch != DW_JSONPATCH_UNREADABLE)
      fail_msg("%s: read as %d", unreadable[i], (int)config.jsonpatch);
    assert_string_equal(dw_migration_network(&config), "field");
  }
}

/* The memory that was used before does not reduce the limit of the patch; a patch that exceeds it is not read. */
static void a_patch_has_a_separate_memory_limit(void **state) {
  (void)state;
  enum { LIMIT = 64 << 10 };
  static const struct {
    size_t values;
    int read;
  } cases[] = {{100, DW_JSONPATCH_SETS}, {10000, DW_JSONPATCH_OPAQUE}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *text = dw_arena_new(0);
    DW_BUF_SCOPED struct dw_buf patch = DW_BUF_INIT;
    dw_buf_puts(&patch, "[" ADD("/spec/x", "[0"));
    dw_buf_truncate(&patch, patch.length - 1);
    for (size_t value = 1; value < cases[i].values; value++)
      dw_buf_puts(&patch, ",0");
    dw_buf_puts(&patch, "]}," ADD(NETWORK, "\"a\"") "]");
    const dw_json *annotation = dw_json_new_string(text, dw_buf_text(&patch), patch.length);
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(LIMIT);
    assert_non_null(dw_arena_try(arena, LIMIT - 4096));
    struct dw_migration_config config = {0};
    dw_jsonpatch_read(arena, annotation, &config);
    assert_int_equal(config.jsonpatch, cases[i].read);
  }
}

static void the_annotation_may_be_absent_or_not_a_string(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_int_equal(read_text(arena, "{" V1 "}").jsonpatch, DW_JSONPATCH_NONE);
  assert_int_equal(
      read_text(arena, "{" V1 ",\"metadata\":{\"annotations\":{\"kubevirt.kubevirt.io/jsonpatch\":null}}}").jsonpatch,
      DW_JSONPATCH_NONE);
  assert_int_equal(
      read_text(arena, "{" V1 ",\"metadata\":{\"annotations\":{\"kubevirt.kubevirt.io/jsonpatch\":[]}}}").jsonpatch,
      DW_JSONPATCH_UNREADABLE);
  /* On a KubeVirt the annotation has no effect. */
  assert_int_equal(
      read_text(arena, "{" KUBEVIRT ",\"metadata\":{\"annotations\":{\"kubevirt.kubevirt.io/jsonpatch\":\"x\"}}}")
          .jsonpatch,
      DW_JSONPATCH_NONE);
}

static void reads_escapes_in_pointers(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  /* Reading stops at the end of the text, even after an incomplete escape or a very long token. */
  static const char *const apart[] = {"[" ADD("/spec/configuration~", "1") "]", "[" ADD("/spec/~", "1") "]",
                                      "[" ADD("/spec/configuration/migrations/network~0", "1") "]",
                                      "[" ADD("/spec/configurationconfigurationconfiguration", "1") "]"};
  for (size_t i = 0; i < COUNT(apart); i++)
    assert_int_equal(read_patched(arena, apart[i]).jsonpatch, DW_JSONPATCH_NONE);
}

/* --- results of HyperConverged's own code: tests/data/jsonpatch.md --- */

static const char *text_at(json_object *object, const char *key) {
  json_object *value = NULL;
  return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value) : NULL;
}

/* The result must agree with that of the Go code, which may be that nothing is applied. */
static bool agrees(json_object *go, const struct dw_migration_config *config) {
  const char *error = text_at(go, "error");
  const char *network = text_at(go, "network");
  switch (config->jsonpatch) {
  case DW_JSONPATCH_UNREADABLE:
  case DW_JSONPATCH_OUTSIDE:
    return error != NULL;
  case DW_JSONPATCH_NONE:
    return error != NULL || (network != NULL && strcmp(network, "field") == 0);
  case DW_JSONPATCH_SETS:
    return error != NULL || strcmp(network == NULL ? "" : network, config->jsonpatch_network.text) == 0;
  case DW_JSONPATCH_OPAQUE:
    break;
  }
  return true;
}

static void agrees_with_the_code_of_hyperconverged(void **state) {
  (void)state;
  static const char *const names[] = {[DW_JSONPATCH_NONE] = "none",
                                      [DW_JSONPATCH_UNREADABLE] = "broken",
                                      [DW_JSONPATCH_OUTSIDE] = "outside",
                                      [DW_JSONPATCH_OPAQUE] = "opaque",
                                      [DW_JSONPATCH_SETS] = "sets"};
  json_object *rows = json_object_from_file("tests/data/jsonpatch.json");
  assert_non_null(rows);
  assert_in_range(json_object_array_length(rows), 100, 1000);
  for (size_t i = 0; i < json_object_array_length(rows); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    json_object *row = json_object_array_get_idx(rows, i);
    struct dw_migration_config config = read_patched(arena, text_at(row, "patch"));
    json_object *go = NULL;
    if (strcmp(names[config.jsonpatch], text_at(row, "droveway")) != 0)
      fail_msg("%s: %s to us", text_at(row, "what"), names[config.jsonpatch]);
    if (!json_object_object_get_ex(row, "go", &go) || !agrees(go, &config))
      fail_msg("%s: %s to Go", text_at(row, "what"), json_object_to_json_string(go));
  }
  json_object_put(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_the_block_of_each_version),
      cmocka_unit_test(keys_must_match_exactly),
      cmocka_unit_test(an_empty_network_counts_as_absent),
      cmocka_unit_test(reports_values_of_the_wrong_type),
      cmocka_unit_test(reads_the_gate_for_decentralized_migration),
      cmocka_unit_test(detects_a_kubevirt_managed_by_hco),
      cmocka_unit_test(finds_the_network_in_the_text_of_the_patch),
      cmocka_unit_test(follows_the_patch_to_the_network_in_force),
      cmocka_unit_test(a_patch_may_set_a_network_that_is_not_a_string),
      cmocka_unit_test(some_patches_have_an_unknown_effect),
      cmocka_unit_test(rejects_unreadable_patches),
      cmocka_unit_test(a_patch_has_a_separate_memory_limit),
      cmocka_unit_test(the_annotation_may_be_absent_or_not_a_string),
      cmocka_unit_test(reads_escapes_in_pointers),
      cmocka_unit_test(agrees_with_the_code_of_hyperconverged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
