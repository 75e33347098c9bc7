#include <inttypes.h>

#include "droveway/base/text.h"
#include "rules/families.h"

/* The parallel limits are uint32 in KubeVirt (kubevirt.io/api core/v1 MigrationConfiguration). */
static const int64_t parallel_max = UINT32_MAX;

static bool is_parallel(enum dw_limit limit) {
  return limit == DW_LIMIT_PARALLEL_CLUSTER || limit == DW_LIMIT_PARALLEL_NODE;
}

/* A value as it is shown: a string's own text, else its JSON. */
static const char *shown(const struct dw_check *check, const dw_json *json) {
  const char *text = dw_json_string(json);
  return text != NULL ? text : dw_json_text(check->arena, json);
}

static void report_limit_type(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *value) {
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = value->field,
                           .via = dw_patched_field(check->migration, value),
                           .value = shown(check, value->json)};
  int64_t number;
  if (value->text != NULL && dw_parse_int64(value->text, &number))
    found.mend = dw_arena_printf(check->arena, "write %" PRId64 " without quotes", number);
  dw_report(check, rule, &found, "must be an integer, not %s", dw_json_type_name(value->json));
}

static void limit_type(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_migration_config *config = check->migration;
  if (config->wrong_type_field != NULL) {
    struct dw_found found = {
        .reason = DW_REASON_INVALID, .field = config->wrong_type_field, .value = shown(check, config->wrong_type)};
    dw_report(check, rule, &found, "must be an object, not %s", dw_json_type_name(config->wrong_type));
  }
  for (size_t i = 0; i < DW_LIMIT_COUNT; i++) {
    if (dw_value_given(&config->limits[i]) && dw_json_type(config->limits[i].json) != DW_JSON_INTEGER)
      report_limit_type(check, rule, &config->limits[i]);
  }
}

static void check_range(struct dw_check *check, const struct dw_rule *rule, enum dw_limit limit, int64_t number) {
  const struct dw_value *value = &check->migration->limits[limit];
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = value->field,
                           .via = dw_patched_field(check->migration, value),
                           .value = dw_json_text(check->arena, value->json)};
  if (number < 0) {
    found.mend = is_parallel(limit) ? "give 1 or more" : "give a number of seconds";
    dw_report(check, rule, &found, "must not be negative");
  } else if (number == 0 && is_parallel(limit)) {
    found.mend = "give 1 or more";
    dw_report(check, rule, &found, "0 would let no migration start");
  } else if (number > parallel_max && is_parallel(limit)) {
    found.mend = "give a smaller number";
    dw_report(check, rule, &found, "must be at most %" PRId64, parallel_max);
  } else if (number == 0) {
    found.mend = "give a number of seconds, unless that is meant";
    found.warn_at_most = true;
    dw_report(check, rule, &found, "0 switches the timeout off");
  }
}

static void limit_range(struct dw_check *check, const struct dw_rule *rule) {
  for (enum dw_limit i = 0; i < DW_LIMIT_COUNT; i++) {
    int64_t number;
    if (dw_json_integer(check->migration->limits[i].json, &number))
      check_range(check, rule, i, number);
  }
}

/* A parallel limit that no other rule objects to. */
static bool parallel_limit(const struct dw_check *check, enum dw_limit limit, int64_t *number) {
  return dw_json_integer(check->migration->limits[limit].json, number) && *number > 0 && *number <= parallel_max;
}

static void parallel_order(struct dw_check *check, const struct dw_rule *rule) {
  int64_t node;
  int64_t cluster;
  if (!parallel_limit(check, DW_LIMIT_PARALLEL_NODE, &node) ||
      !parallel_limit(check, DW_LIMIT_PARALLEL_CLUSTER, &cluster) || node <= cluster)
    return;
  const struct dw_value *value = &check->migration->limits[DW_LIMIT_PARALLEL_NODE];
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = value->field,
                           .via = dw_patched_field(check->migration, value),
                           .value = dw_json_text(check->arena, value->json),
                           .mend = dw_arena_printf(check->arena, "give %" PRId64 " or less, or raise %s", cluster,
                                                   dw_limit_names[DW_LIMIT_PARALLEL_CLUSTER])};
  dw_report(check, rule, &found, "%" PRId64 " is above the cluster's %" PRId64, node, cluster);
}

static const struct dw_rule rules[] = {
    {"limit-type", DW_SCOPE_LIMITS, DW_ACTION_DENY, DW_ACTION_NONE,
     "a live-migration limit that is no integer, or a block that is no object",
     "write the number without quotes, the block as a mapping", limit_type},
    {"limit-range", DW_SCOPE_LIMITS, DW_ACTION_DENY, DW_ACTION_NONE,
     "a limit that is negative or beyond its type, or parallelism 0; a timeout of 0 only warns that it is off",
     "give a positive number", limit_range},
    {"parallel-order", DW_SCOPE_LIMITS, DW_ACTION_WARN, DW_ACTION_NONE,
     "parallelOutboundMigrationsPerNode above parallelMigrationsPerCluster", "lower the one or raise the other",
     parallel_order},
};

const struct dw_family dw_family_limits = {rules, sizeof rules / sizeof *rules};
