/* What HyperConverged's operator does with the rest of the object. */
#include <string.h>

#include "base/text.h"
#include "cluster/jsonpatch.h"
#include "rules/customize.h"
#include "rules/families.h"

static const char *set_network(const struct dw_check *check) {
  const struct dw_value *value = &check->migration->jsonpatch_network;
  if (value->text != NULL && *value->text != '\0')
    return dw_arena_printf(check->arena, "sets the network to \"%.253s\"", value->text);
  if (dw_value_given(value) && value->text == NULL)
    return dw_arena_printf(check->arena, "sets the network to %s", dw_json_type_name(value->json));
  return "removes the migration network";
}

/* HyperConverged's operator decodes the patched KubeVirt over the one that it generated (json.Unmarshal() at the end of
 * applyAnnotationPatch(), controllers/operands/operand.go): objects are merged, lists are replaced. */
static void report_loss(struct dw_check *check, const struct dw_rule *rule, struct dw_found found) {
  const struct dw_jsonpatch_loss *loss = &check->migration->jsonpatch_loss;
  const char *what = loss->gates ? "the feature gates" : loss->limits ? "the network and the limits" : "the network";
  found.line = loss->line;
  found.column = loss->column;
  found.json = check->migration->jsonpatch_annotation;
  found.fix = loss->gates ? "add individual gates, with a path that ends in /featureGates/-"
                          : "patch individual fields, or set HyperConverged's own";
  if (loss->for_good)
    dw_report(check, rule, &found, "%s replaces every feature gate that HyperConverged sets", loss->path);
  else if (loss->removes)
    dw_report(check, rule, &found, "removing %s also removes %s, unless HyperConverged merges its own back in",
              loss->path, what);
  else
    dw_report(check, rule, &found,
              "%s is replaced as a whole: %s are lost, unless HyperConverged merges its own back in", loss->path, what);
}

/* HyperConverged's webhook also generates the KubeVirt object, and rejects a patch that it cannot apply
 * (pkg/webhooks/validator, handlers.NewKubeVirt()). */
static void report_failure(struct dw_check *check, const struct dw_rule *rule, struct dw_found found) {
  const struct dw_jsonpatch_failure *failure = &check->migration->jsonpatch_failure;
  bool replace = strcmp(failure->name, "replace") == 0;
  found.line = failure->line;
  found.column = failure->column;
  found.json = check->migration->jsonpatch_annotation;
  found.fix = replace ? "use \"add\", which also replaces" : "remove this operation";
  dw_report(check, rule, &found, "%s %s fails, because KubeVirt has %s there: HyperConverged rejects the object",
            failure->name, failure->path, failure->differs ? "another value" : "nothing");
}

/* Replaces an annotation that does nothing but set a network by HyperConverged's own field. */
static struct dw_edits use_own_field(const struct dw_check *check) {
  const struct dw_migration_config *config = check->migration;
  const dw_json *operation = dw_json_at(config->jsonpatch_operations, 0);
  const char *path = dw_json_get_string(operation, "path");
  const char *network = config->jsonpatch_network.text;
  if (dw_json_size(config->jsonpatch_operations) != 1 || config->network.json != NULL || network == NULL ||
      config->wrong_type_field != NULL || !dw_text_equal(path, "/spec/configuration/migrations/network"))
    return (struct dw_edits){NULL, 0};
  return dw_edits_join(check->arena, dw_edit_remove(check->arena, config->jsonpatch_network.field),
                       dw_edit_set_text(check->arena, config->network.field, network));
}

static void report_jsonpatch(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_migration_config *config = check->migration;
  const char *mistyped = NULL;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = config->jsonpatch_network.field,
                           .line = config->jsonpatch_line,
                           .column = config->jsonpatch_column};
  if (config->jsonpatch_failure.path != NULL) {
    report_failure(check, rule, found);
    return;
  }
  switch (config->jsonpatch) {
  case DW_JSONPATCH_NONE:
    break;
  case DW_JSONPATCH_UNREADABLE:
    found.fix = "use a JSON list of operations (RFC 6902)";
    found.json = config->jsonpatch_annotation;
    dw_report(check, rule, &found, "is not a JSON Patch, so it cannot be applied");
    return;
  case DW_JSONPATCH_OUTSIDE:
    found.fix = "use only paths that begin with /spec/";
    found.json = config->jsonpatch_annotation;
    dw_report(check, rule, &found, "contains a path outside /spec/, so HyperConverged applies none of the patch");
    return;
  case DW_JSONPATCH_OPAQUE:
    if (dw_jsonpatch_mistyped(config, &mistyped) != NULL)
      return; /* limit-type reports it */
    dw_report_unverified(check, rule, found.field, "its effect is unknown");
    return;
  case DW_JSONPATCH_SETS:
    if (dw_value_given(&config->jsonpatch_network) && config->jsonpatch_network.text != NULL &&
        dw_is_blank_text(config->jsonpatch_network.text))
      break; /* network-empty reports it */
    found.fix = dw_arena_printf(check->arena, "set %s instead", config->network.field);
    found.json = config->jsonpatch_network.json;
    found.edits = use_own_field(check);
    dw_report(check, rule, &found, "%s", set_network(check));
    break;
  }
  if (config->jsonpatch_loss.path != NULL)
    report_loss(check, rule, found);
}

/* --- customizeComponents --- */

static void report_customization(struct dw_check *check, const struct dw_rule *rule, const char *field,
                                 const struct dw_customization *custom) {
  struct dw_found found = {.reason = DW_REASON_INVALID, .field = field};
  switch (custom->touch) {
  case DW_TOUCH_NOTHING:
    return;
  case DW_TOUCH_UNREADABLE:
    dw_report_unverified(check, rule, field, "a patch of %s is not valid for its type", custom->workload);
    return;
  case DW_TOUCH_NETWORKS:
    found.fix = dw_arena_printf(check->arena, "set %s instead", check->migration->network.field);
    dw_report(check, rule, &found, "a patch sets k8s.v1.cni.cncf.io/networks of %s, bypassing the migration network",
              custom->workload);
    return;
  case DW_TOUCH_ANNOTATIONS:
    found.fix = "add individual annotations";
    dw_report(check, rule, &found, "a patch replaces %s of %s, so the migration network is not attached", custom->key,
              custom->workload);
    return;
  case DW_TOUCH_HOST_NETWORK:
    found.fix = "do not patch hostNetwork";
    dw_report(check, rule, &found,
              "a patch sets hostNetwork of %s, and Multus attaches no networks to pods in the host network",
              custom->workload);
    return;
  case DW_TOUCH_PLACEMENT:
    dw_report(check, rule, &found, "a patch changes %s of %s, so the nodes it will run on are unknown", custom->key,
              custom->workload);
    return;
  }
}

static void jsonpatch_network(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_migration_config *config = check->migration;
  bool network = dw_migration_network(config) != NULL;
  report_jsonpatch(check, rule);
  for (size_t i = 0; i < config->component_patch_count; i++) {
    struct dw_customization custom = dw_customization_read(check->arena, config->component_patches[i].json);
    bool needs_network = custom.touch == DW_TOUCH_ANNOTATIONS || custom.touch == DW_TOUCH_HOST_NETWORK ||
                         custom.touch == DW_TOUCH_PLACEMENT;
    if (custom.workload != NULL && (network || !needs_network))
      report_customization(check, rule, config->component_patches[i].field, &custom);
  }
}

/* --- eviction-strategy --- */

static void eviction_strategy(struct dw_check *check, const struct dw_rule *rule) {
  static const char *const words[] = {"LiveMigrate", "LiveMigrateIfPossible", "None", "External"};
  const struct dw_migration_config *config = check->migration;
  const struct dw_value *value = &config->eviction_strategy;
  bool network = dw_migration_network(config) != NULL;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = value->field,
                           .via = dw_patched_field(config, value),
                           .value = value->text,
                           .fix = "set LiveMigrate"};
  if (!dw_value_given(value)) {
    found.reason = DW_REASON_REQUIRED;
    if (!network || config->layout != DW_LAYOUT_KUBEVIRT || config->hco_managed)
      return;
    dw_report(check, rule, &found, "a network is set, but KubeVirt's default is None: a drain migrates no VM");
    return;
  }
  size_t word = 0;
  while (value->text != NULL && word < sizeof words / sizeof *words && strcmp(value->text, words[word]) != 0)
    word++;
  if (value->text == NULL || word == sizeof words / sizeof *words) {
    const char *nearest = value->text == NULL ? NULL : dw_nearest(value->text, words, sizeof words / sizeof *words);
    found.value = dw_json_shown(check->arena, value->json);
    if (nearest != NULL) {
      found.fix = dw_arena_printf(check->arena, "did you mean \"%s\"?", nearest);
      found.edits = dw_edit_set_text(check->arena, found.field, nearest);
    }
    dw_report(check, rule, &found, "is not an eviction strategy");
  } else if (network && word >= 2) {
    dw_report(check, rule, &found, "a network is set, but with %s a drain migrates no VM", value->text);
  }
}

/* --- post-copy-off --- */

static bool is_switched(const struct dw_value *value, bool on) {
  bool is = false;
  return dw_json_boolean(value->json, &is) && is == on;
}

/* If it is absent, KubeVirt's allowWorkloadDisruption follows allowPostCopy (pkg/virt-config/virt-config.go);
 * HyperConverged's CRD sets it to false since 1.19. */
static void post_copy_off(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_migration_config *config = check->migration;
  const struct dw_value *limit = &config->limits[DW_LIMIT_COMPLETION_TIMEOUT];
  int64_t timeout;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = config->allow_post_copy.field,
                           .via = dw_patched_field(config, &config->allow_post_copy),
                           .value = "true",
                           .fix = "set allowWorkloadDisruption: true too"};
  if (!is_switched(&config->allow_post_copy, true))
    return;
  if (!dw_value_given(limit) && check->cluster != NULL)
    limit = &check->cluster->limits[DW_LIMIT_COMPLETION_TIMEOUT];
  if (is_switched(&config->allow_disruption, false)) {
    dw_report(check, rule, &found,
              "has no effect while allowWorkloadDisruption is false: a migration that times out is aborted");
  } else if (!dw_value_given(&config->allow_disruption) && dw_layout_is_hco(config->layout)) {
    dw_report(check, rule, &found,
              "has no effect since HyperConverged 1.19, where allowWorkloadDisruption is false by default");
  } else if (dw_json_integer(limit->json, &timeout) && timeout == 0) {
    found.fix = "set completionTimeoutPerGiB";
    dw_report(check, rule, &found,
              "has no effect while completionTimeoutPerGiB is 0: post-copy starts when this timeout expires");
  }
}

static const struct dw_rule rules[] = {
    {"jsonpatch-network", DW_SCOPE_CONFIG, DW_ACTION_WARN, DW_ACTION_NONE,
     "HyperConverged's jsonpatch annotation sets the migration network (which is then checked too), replaces a parent "
     "of the network, the limits or the feature gates, or cannot be parsed or applied; patches in customizeComponents "
     "that touch the network or the placement of virt-handler or virt-synchronization-controller",
     "set the network in HyperConverged's or KubeVirt's own field", jsonpatch_network},
    {"eviction-strategy", DW_SCOPE_CONFIG, DW_ACTION_WARN, DW_ACTION_NONE,
     "a migration network is set while evictionStrategy is None or External (in a KubeVirt also if it is missing), so "
     "a drain only migrates virtual machines that set their own strategy; or the strategy is unknown to KubeVirt",
     "set evictionStrategy to LiveMigrate", eviction_strategy},
    {"post-copy-off", DW_SCOPE_LIMITS, DW_ACTION_WARN, DW_ACTION_NONE,
     "allowPostCopy without effect: allowWorkloadDisruption is false (in a HyperConverged: or missing), or "
     "completionTimeoutPerGiB is 0",
     "set allowWorkloadDisruption: true too", post_copy_off},
};

const struct dw_family dw_family_operator = {rules, sizeof rules / sizeof *rules};
