#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cluster/jsonpatch.h"
#include "rules/families.h"

/* The parallel limits are uint32 in KubeVirt (kubevirt.io/api core/v1 MigrationConfiguration). */
static const int64_t parallel_max = UINT32_MAX;

static bool is_parallel(enum dw_limit limit) {
  return limit == DW_LIMIT_PARALLEL_CLUSTER || limit == DW_LIMIT_PARALLEL_NODE;
}

/* Returns true if limit-range does not deny NUMBER. */
static bool is_in_range(enum dw_limit limit, int64_t number) {
  return is_parallel(limit) ? number > 0 && number <= parallel_max : number >= 0;
}

static void report_limit_type(struct dw_check *check, const struct dw_rule *rule, enum dw_limit limit) {
  const struct dw_value *value = &check->migration->limits[limit];
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = value->field,
                           .via = dw_patched_field(check->migration, value),
                           .value = dw_json_shown(check->arena, value->json)};
  int64_t number;
  if (value->text != NULL && dw_parse_int64(value->text, &number)) {
    found.fix = dw_arena_printf(check->arena, "use %" PRId64 " without quotes", number);
    if (is_in_range(limit, number))
      found.edits = dw_edit_set_integer(check->arena, found.field, number);
  }
  dw_report(check, rule, &found, "must be an integer, not %s", dw_json_type_name(value->json));
}

/* The API server stores a number such as 5.0 as 5; a number in the annotation is decoded as written. */
static bool is_whole(const dw_json *json, bool patched) {
  static const double exact = 9007199254740992; /* up to here a double holds every integer */
  double number = 0;
  if (dw_json_type(json) != DW_JSON_REAL || patched)
    return dw_json_type(json) == DW_JSON_INTEGER;
  return dw_json_real(json, &number) && number >= -exact && number <= exact && number == (double)(int64_t)number;
}

static void check_object(struct dw_check *check, const struct dw_rule *rule, const char *field, const char *via,
                         const dw_json *json) {
  struct dw_found found = {
      .reason = DW_REASON_INVALID, .field = field, .via = via, .value = dw_json_shown(check->arena, json)};
  dw_report(check, rule, &found, "must be an object, not %s", dw_json_type_name(json));
}

/* The keys of the block that have no separate rule: MigrationConfiguration in kubevirt.io/api/core/v1/types.go. */
struct other_key {
  const char *name;
  enum dw_json_type type;
  bool policys; /* a MigrationPolicy has it too */
  bool hcos;    /* and HyperConverged */
};
static const struct other_key other_keys[] = {
    {"allowAutoConverge", DW_JSON_BOOL, true, true},
    {"allowPostCopy", DW_JSON_BOOL, true, true},
    {"allowWorkloadDisruption", DW_JSON_BOOL, true, true},
    {"disableTLS", DW_JSON_BOOL, false, false},
    {"matchSELinuxLevelOnMigration", DW_JSON_BOOL, false, false},
    {"maxDowntimeMs", DW_JSON_INTEGER, true, false},
    {"nodeDrainTaintKey", DW_JSON_STRING, false, false},
    {"unsafeMigrationOverride", DW_JSON_BOOL, false, false},
    {"utilityVolumesTimeout", DW_JSON_INTEGER, false, false},
};

static void check_other_key(struct dw_check *check, const struct dw_rule *rule, const struct other_key *key,
                            const char *field, const char *via, const dw_json *json) {
  static const char *const names[] = {
      [DW_JSON_BOOL] = "true or false", [DW_JSON_INTEGER] = "an integer", [DW_JSON_STRING] = "a string"};
  enum dw_json_type type = dw_json_type(json);
  struct dw_found found = {.reason = DW_REASON_INVALID, .field = field, .via = via};
  int64_t number;
  bool good = key->type == DW_JSON_INTEGER ? is_whole(json, via != NULL) : type == key->type;
  if (good || type == DW_JSON_ABSENT || type == DW_JSON_NULL)
    return;
  found.value = dw_json_shown(check->arena, json);
  if (key->type == DW_JSON_BOOL && (strcmp(found.value, "true") == 0 || strcmp(found.value, "false") == 0)) {
    found.fix = dw_arena_printf(check->arena, "use %s without quotes", found.value);
    found.edits = dw_edit_set(check->arena, field, found.value);
  }
  if (key->type == DW_JSON_INTEGER && dw_json_string(json) != NULL && dw_parse_int64(found.value, &number)) {
    found.fix = dw_arena_printf(check->arena, "use %" PRId64 " without quotes", number);
    found.edits = dw_edit_set_integer(check->arena, field, number);
  }
  dw_report(check, rule, &found, "must be %s, not %s", names[key->type], dw_json_type_name(json));
}

static void check_other_keys(struct dw_check *check, const struct dw_rule *rule, const dw_json *block,
                             enum dw_layout layout, const char *block_field, const char *via) {
  for (size_t i = 0; i < sizeof other_keys / sizeof *other_keys; i++) {
    const struct other_key *key = &other_keys[i];
    bool known = layout == DW_LAYOUT_POLICY ? key->policys : layout == DW_LAYOUT_KUBEVIRT || key->hcos;
    if (known)
      check_other_key(check, rule, key, dw_arena_join(check->arena, block_field, ".", key->name), via,
                      dw_json_get(block, key->name));
  }
}

/* HyperConverged's operator decodes the result of its jsonpatch into KubeVirt's Go types, and uses nothing of it if one
 * value does not fit. */
static void check_patched(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_migration_config *config = check->migration;
  const char *via = config->jsonpatch_network.field;
  const char *mistyped_field;
  const dw_json *mistyped = dw_jsonpatch_mistyped(config, &mistyped_field);
  const dw_json *block = dw_json_path(config->jsonpatch_spec, "configuration", "migrations", NULL);
  if (mistyped != NULL)
    check_object(check, rule, mistyped_field, via, mistyped);
  check_other_keys(check, rule, block, DW_LAYOUT_KUBEVIRT, DW_KUBEVIRT_BLOCK, via);
}

static void limit_type(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_migration_config *config = check->migration;
  if (config->wrong_type_field != NULL)
    check_object(check, rule, config->wrong_type_field, NULL, config->wrong_type);
  for (enum dw_limit i = 0; i < DW_LIMIT_COUNT; i++) {
    const struct dw_value *value = &config->limits[i];
    if (dw_value_given(value) && !is_whole(value->json, dw_patched_field(config, value) != NULL))
      report_limit_type(check, rule, i);
  }
  check_other_keys(check, rule, config->block, config->layout, config->block_field, NULL);
  check_patched(check, rule);
}

static void check_range(struct dw_check *check, const struct dw_rule *rule, enum dw_limit limit, int64_t number) {
  const struct dw_value *value = &check->migration->limits[limit];
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = value->field,
                           .via = dw_patched_field(check->migration, value),
                           .value = dw_json_text(check->arena, value->json)};
  if (number < 0) {
    found.fix = is_parallel(limit) ? "use 1 or more" : "set a number of seconds";
    dw_report(check, rule, &found, "must not be negative");
  } else if (number == 0 && is_parallel(limit)) {
    found.fix = "use 1 or more";
    dw_report(check, rule, &found, "with 0, no migration can start");
  } else if (number > parallel_max && is_parallel(limit)) {
    found.fix = "use a smaller number";
    dw_report(check, rule, &found, "must be at most %" PRId64, parallel_max);
  } else if (number == 0) {
    found.fix = "set a number of seconds, unless this is intended";
    found.warn_at_most = true;
    dw_report(check, rule, &found, "0 disables the timeout");
  }
}

static void limit_range(struct dw_check *check, const struct dw_rule *rule) {
  for (enum dw_limit i = 0; i < DW_LIMIT_COUNT; i++) {
    int64_t number;
    if (dw_json_integer(check->migration->limits[i].json, &number))
      check_range(check, rule, i, number);
  }
}

static void parallel_order(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_value *value = &check->migration->limits[DW_LIMIT_PARALLEL_NODE];
  int64_t node;
  int64_t cluster;
  if (!dw_json_integer(value->json, &node) ||
      !dw_json_integer(check->migration->limits[DW_LIMIT_PARALLEL_CLUSTER].json, &cluster) || node <= cluster)
    return;
  if (cluster <= 0 || node > parallel_max) /* limit-range reports it */
    return;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = value->field,
                           .via = dw_patched_field(check->migration, value),
                           .value = dw_json_text(check->arena, value->json),
                           .fix = dw_arena_printf(check->arena, "use %" PRId64 " or less, or raise %s", cluster,
                                                  dw_limit_names[DW_LIMIT_PARALLEL_CLUSTER])};
  dw_report(check, rule, &found, "%" PRId64 " is above the cluster's %" PRId64, node, cluster);
}

static const struct dw_rule rules[] = {
    {"limit-type", DW_SCOPE_LIMITS, DW_ACTION_DENY, DW_ACTION_NONE,
     "a live-migration limit that is not an integer, a switch that is not true or false, or a block that is not an "
     "object",
     "remove the quotes around the value, and write the block as a mapping", limit_type},
    {"limit-range", DW_SCOPE_LIMITS, DW_ACTION_DENY, DW_ACTION_NONE,
     "a limit that is negative or too large, or a parallelism of 0; warns about a timeout of 0, which disables it",
     "use a positive number", limit_range},
    {"parallel-order", DW_SCOPE_LIMITS, DW_ACTION_WARN, DW_ACTION_NONE,
     "parallelOutboundMigrationsPerNode above parallelMigrationsPerCluster", "lower the first or raise the second",
     parallel_order},
};

const struct dw_family dw_family_limits = {rules, sizeof rules / sizeof *rules};
