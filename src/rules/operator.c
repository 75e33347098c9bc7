#include <string.h>

#include "rules/families.h"

/* What HyperConverged's operator makes of the rest of the object. */

static const char *set_network(const struct dw_check *check) {
  const struct dw_value *value = &check->migration->jsonpatch_network;
  if (value->text != NULL && *value->text != '\0')
    return dw_arena_printf(check->arena, "sets the network to \"%.253s\"", value->text);
  if (dw_value_given(value) && value->text == NULL)
    return dw_arena_printf(check->arena, "sets the network to %s", dw_json_type_name(value->json));
  return "takes the migration network away";
}

static void jsonpatch_network(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_migration_config *config = check->migration;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = config->jsonpatch_network.field,
                           .line = config->jsonpatch_line,
                           .column = config->jsonpatch_column};
  switch (config->jsonpatch) {
  case DW_JSONPATCH_NONE:
    return;
  case DW_JSONPATCH_UNREADABLE:
    found.mend = "write a JSON list of operations (RFC 6902)";
    found.json = config->jsonpatch_annotation;
    dw_report(check, rule, &found, "is no JSON Patch, so it can't be applied");
    return;
  case DW_JSONPATCH_OUTSIDE:
    found.mend = "give only paths that begin with /spec/";
    found.json = config->jsonpatch_annotation;
    dw_report(check, rule, &found, "holds a path outside /spec/, so HyperConverged applies nothing of it");
    return;
  case DW_JSONPATCH_OPAQUE:
    dw_report_unverified(check, rule, found.field, "its effect can't be told");
    return;
  case DW_JSONPATCH_SETS:
    found.mend = dw_arena_printf(check->arena, "set %s instead", config->network.field);
    found.json = config->jsonpatch_network.json;
    dw_report(check, rule, &found, "%s", set_network(check));
    return;
  }
}

static void eviction_strategy(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_value *value = &check->migration->eviction_strategy;
  if (value->text == NULL || dw_migration_network(check->migration) == NULL)
    return;
  if (strcmp(value->text, "None") != 0 && strcmp(value->text, "External") != 0)
    return;
  struct dw_found found = {
      .reason = DW_REASON_INVALID, .field = value->field, .value = value->text, .mend = "set LiveMigrate"};
  dw_report(check, rule, &found, "a network is set, but with %s a drain migrates no VM", value->text);
}

static const struct dw_rule rules[] = {
    {"jsonpatch-network", DW_SCOPE_HYPERCONVERGED, DW_ACTION_WARN, DW_ACTION_NONE,
     "HyperConverged's jsonpatch annotation sets the migration network, which is checked too, or can't be read",
     "set the network in HyperConverged's own field", jsonpatch_network},
    {"eviction-strategy", DW_SCOPE_CONFIG, DW_ACTION_WARN, DW_ACTION_NONE,
     "a migration network is set while evictionStrategy is None or External: a drain migrates only virtual machines "
     "with a strategy of their own",
     "set evictionStrategy to LiveMigrate", eviction_strategy},
};

const struct dw_family dw_family_operator = {rules, sizeof rules / sizeof *rules};
