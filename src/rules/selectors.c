/* Which VMs a MigrationPolicy matches. Source: kubevirt/kubevirt kubevirt.io/api/migrations/v1alpha1, Selectors, and
 * matchPolicy() in pkg/virt-controller/watch/migration/migrationpolicy.go. */
#include <string.h>

#include "base/text.h"
#include "rules/families.h"
#include "json/json_position.h"

static const char *const known[] = {"namespaceSelector", "virtualMachineInstanceSelector"};
enum { KNOWN = sizeof known / sizeof *known };

/* Moves the labels inside matchLabels, a member of SELECTOR at FIELD, next to it and removes it. */
static struct dw_edits lift_labels(struct dw_arena *arena, const char *field, const dw_json *selector,
                                   const struct dw_json_member *nested) {
  const char *inside = dw_path_join(arena, field, nested->key);
  struct dw_edits edits = {NULL, 0};
  for (struct dw_json_member m = dw_json_first(nested->value); m.value != NULL; m = dw_json_next(nested->value, m)) {
    if (dw_json_type(m.value) != DW_JSON_STRING || dw_json_get(selector, m.key) != NULL)
      return (struct dw_edits){NULL, 0};
    edits = dw_edits_join(arena, edits,
                          dw_edit_move(arena, dw_path_join(arena, inside, m.key), dw_path_join(arena, field, m.key)));
  }
  if (edits.count > 0)
    edits = dw_edits_join(arena, edits, dw_edit_remove(arena, inside));
  return edits;
}

/* One label of a selector at FIELD. */
static void check_label(struct dw_check *check, const struct dw_rule *rule, const char *field, const dw_json *selector,
                        const struct dw_json_member *label) {
  bool nested = strcmp(label->key, "matchLabels") == 0 || strcmp(label->key, "matchExpressions") == 0;
  enum dw_json_type type = dw_json_type(label->value);
  if (type == DW_JSON_STRING)
    return;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = dw_arena_printf(check->arena, "%s.%s", field, label->key),
                           .value = dw_json_shown(check->arena, label->value)};
  if (nested) {
    found.fix = dw_arena_printf(check->arena, "put the labels directly into %s", field);
    if (strcmp(label->key, "matchLabels") == 0)
      found.edits = lift_labels(check->arena, field, selector, label);
    dw_report(check, rule, &found, "this selector is a plain map of labels and does not support %s", label->key);
    return;
  }
  if (type != DW_JSON_OBJECT && type != DW_JSON_ARRAY && type != DW_JSON_NULL) {
    found.fix = "put it in quotes";
    found.edits = dw_edit_set_text(check->arena, dw_path_join(check->arena, field, label->key), found.value);
  }
  dw_report(check, rule, &found, "a label value must be a string, not %s", dw_json_type_name(label->value));
}

/* Returns the number of labels. */
static size_t check_selector(struct dw_check *check, const struct dw_rule *rule, const char *key,
                             const dw_json *selector) {
  const char *field = dw_arena_printf(check->arena, "spec.selectors.%s", key);
  if (dw_json_type(selector) > DW_JSON_NULL && dw_json_type(selector) != DW_JSON_OBJECT) {
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = field,
                             .value = dw_json_shown(check->arena, selector),
                             .fix = "use a map of labels"};
    dw_report(check, rule, &found, "must be an object, not %s", dw_json_type_name(selector));
    return 1;
  }
  for (struct dw_json_member m = dw_json_first(selector); m.value != NULL; m = dw_json_next(selector, m))
    check_label(check, rule, field, selector, &m);
  return dw_json_size(selector);
}

/* Reports selectors that the API server drops. Returns their number. */
static size_t check_unknown(struct dw_check *check, const struct dw_rule *rule, const dw_json *selectors, bool empty) {
  size_t unknown = 0;
  for (struct dw_json_member m = dw_json_first(selectors); m.value != NULL; m = dw_json_next(selectors, m)) {
    if (strcmp(m.key, known[0]) == 0 || strcmp(m.key, known[1]) == 0)
      continue;
    const char *nearest = dw_nearest(m.key, known, KNOWN);
    struct dw_edits edits = {NULL, 0};
    if (nearest != NULL && dw_json_get(selectors, nearest) == NULL && dw_json_type(m.value) == DW_JSON_OBJECT)
      edits = dw_edit_rename(check->arena, dw_path_join(check->arena, "spec.selectors", m.key), nearest);
    struct dw_found found = {
        .reason = DW_REASON_NOT_SUPPORTED,
        .field = dw_arena_printf(check->arena, "spec.selectors.%s", m.key),
        .value = m.key,
        .fix = dw_arena_printf(check->arena, "use %s", nearest != NULL ? nearest : known[1]),
        .edits = edits,
        .warn_at_most = true,
        .of_key = true,
    };
    dw_report(check, rule, &found, "the API server drops this unknown selector, so the policy matches %s",
              empty ? "every VM" : "more VMs");
    unknown++;
  }
  return unknown;
}

static void policy_selector(struct dw_check *check, const struct dw_rule *rule) {
  static const char field[] = "spec.selectors";
  const dw_json *selectors = dw_json_get(check->migration->spec, "selectors");
  struct dw_found found = {.reason = DW_REASON_REQUIRED, .field = field, .warn_at_most = true};
  size_t labels = 0;
  if (check->migration->wrong_type_field != NULL)
    return;
  if (dw_json_type(selectors) <= DW_JSON_NULL) { /* absent or null */
    found.fix = "add namespaceSelector or virtualMachineInstanceSelector";
    dw_report(check, rule, &found, "a policy without selectors matches no VM");
    return;
  }
  if (dw_json_type(selectors) != DW_JSON_OBJECT) {
    found =
        (struct dw_found){.reason = DW_REASON_INVALID, .field = field, .value = dw_json_shown(check->arena, selectors)};
    dw_report(check, rule, &found, "must be an object, not %s", dw_json_type_name(selectors));
    return;
  }
  for (size_t i = 0; i < KNOWN; i++)
    labels += check_selector(check, rule, known[i], dw_json_get(selectors, known[i]));
  if (check_unknown(check, rule, selectors, labels == 0) > 0 || labels > 0)
    return;
  found.fix = "add labels, unless this is intended";
  dw_report(check, rule, &found, "without labels, the policy matches every VM");
}

static const struct dw_rule rules[] = {
    {"policy-selector", DW_SCOPE_MIGRATION_POLICY, DW_ACTION_DENY, DW_ACTION_NONE,
     "a MigrationPolicy selector with the wrong structure, such as matchLabels inside it; warns if it matches every VM",
     "put the labels directly into namespaceSelector or virtualMachineInstanceSelector", policy_selector},
};

const struct dw_family dw_family_selectors = {rules, sizeof rules / sizeof *rules};
