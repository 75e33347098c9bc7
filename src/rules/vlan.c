/* VLAN ids: of the interface itself, and of the trunks of bridge, ovs and accelerated-bridge. */
#include <string.h>

#include "base/text.h"
#include "rules/families.h"
#include "rules/nad_internal.h"

enum { VLAN_LAST = 4094 };

static bool is_vlan(const dw_json *json, int64_t lowest) {
  int64_t id;
  return dw_json_integer(json, &id) && id >= lowest && id <= VLAN_LAST;
}

static bool has_minus(struct dw_arena *arena, const dw_json *json) {
  return dw_json_text(arena, json)[0] == '-';
}

static void report_vlan(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *value,
                        int64_t lowest) {
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = value->field,
                           .value = dw_value_shown(check->arena, value),
                           .json = value->json,
                           .fix = dw_arena_printf(check->arena, "use a VLAN id from %d to %d", (int)lowest, VLAN_LAST)};
  int64_t id;
  bool number = value->text != NULL ? dw_parse_int64(value->text, &id) : dw_json_integer(value->json, &id);
  if (number && id >= lowest && id <= VLAN_LAST)
    found.edits = dw_edit_set_integer(check->arena, value->field, id);
  if (dw_json_integer(value->json, &id) && (id < lowest || id > VLAN_LAST || has_minus(check->arena, value->json)))
    dw_report(check, rule, &found, "is not a VLAN id");
  else if (dw_json_integer(value->json, &id))
    dw_report(check, rule, &found, "must be an integer without a fraction or exponent");
  else
    dw_report(check, rule, &found, "must be an integer, not %s", dw_json_type_name(value->json));
}

/* One entry of a trunk, { "id": n } or { "minID": n, "maxID": m }. */
struct trunk_entry {
  const char *field; /* of the trunk */
  size_t index;
  const dw_json *json;
  int64_t lowest; /* id that the plugin accepts */
  bool by_ends;   /* minID and maxID must both be given */
  bool no_sign;   /* the ids have Go's type uint, which rejects even -0 (ovs-cni pkg/types/types.go) */
};

/* Does not format the field, which is needed only for findings: trunks can be long. */
static const dw_json *trunk_json(const struct trunk_entry *entry, const char *name) {
  const dw_json *json = dw_json_get_fold(entry->json, name, NULL);
  return dw_json_type(json) == DW_JSON_NULL ? NULL : json;
}

static struct dw_value trunk_member(const struct dw_check *check, const struct trunk_entry *entry, const char *name) {
  const char *key = name;
  struct dw_value value = {.json = dw_json_get_fold(entry->json, name, &key)};
  value.text = dw_json_string(value.json);
  value.field = dw_arena_printf(check->arena, "%s[%zu].%s", entry->field, entry->index,
                                value.json == NULL || key == NULL ? name : key);
  return value;
}

/* The bridge plugin fails if only one end is given (collectVlanTrunk() in plugins/main/bridge); the others then compare
 * maxID with 0 (ovs-cni pkg/common/common.go:128 SplitVlanIds(), accelerated-bridge-cni pkg/config/vlan.go). */
static void check_trunk_ends(struct dw_check *check, const struct dw_rule *rule, const struct trunk_entry *entry) {
  const dw_json *low = trunk_json(entry, "minID");
  const dw_json *high = trunk_json(entry, "maxID");
  int64_t first;
  int64_t last;
  if (entry->by_ends && (low == NULL) != (high == NULL)) {
    struct dw_value absent = trunk_member(check, entry, low == NULL ? "minID" : "maxID");
    struct dw_found found = {
        .reason = DW_REASON_REQUIRED, .field = absent.field, .json = entry->json, .fix = "set both, or only \"id\""};
    dw_report(check, rule, &found, "minID and maxID only work together");
  } else if (dw_json_integer(low, &first) && dw_json_integer(high, &last) && first > last) {
    struct dw_value value = trunk_member(check, entry, "minID");
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = value.field,
                             .value = dw_value_shown(check->arena, &value),
                             .fix = "swap the two"};
    struct dw_value above = trunk_member(check, entry, "maxID");
    found.edits = dw_edits_join(check->arena, dw_edit_set_integer(check->arena, value.field, last),
                                dw_edit_set_integer(check->arena, above.field, first));
    dw_report(check, rule, &found, "is above maxID %lld", (long long)last);
  }
}

static void check_trunk_entry(struct dw_check *check, const struct dw_rule *rule, const struct trunk_entry *entry) {
  static const char *const names[] = {"id", "minID", "maxID"};
  bool sound = true;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const dw_json *json = trunk_json(entry, names[i]);
    if (json == NULL || (is_vlan(json, entry->lowest) && !(entry->no_sign && has_minus(check->arena, json))))
      continue;
    struct dw_value value = trunk_member(check, entry, names[i]);
    report_vlan(check, rule, &value, entry->lowest);
    sound = false;
  }
  if (sound)
    check_trunk_ends(check, rule, entry);
}

static void report_trunk_entry(struct dw_check *check, const struct dw_rule *rule, const struct trunk_entry *entry) {
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = dw_arena_printf(check->arena, "%s[%zu]", entry->field, entry->index),
                           .json = entry->json,
                           .fix = "use {\"id\": 100} or {\"minID\": 100, \"maxID\": 199}"};
  if (is_vlan(entry->json, entry->lowest))
    found.edits = dw_edit_set(check->arena, found.field,
                              dw_arena_printf(check->arena, "{\"id\":%s}", dw_json_text(check->arena, entry->json)));
  dw_report(check, rule, &found, "must be an object, not %s", dw_json_type_name(entry->json));
}

static bool sets_vlan(const dw_json *entry) {
  static const char *const names[] = {"minID", "maxID"};
  int64_t ends[2] = {0, 0};
  for (size_t i = 0; i < 2; i++)
    (void)dw_json_integer(dw_json_get_fold(entry, names[i], NULL), &ends[i]);
  const dw_json *id = dw_json_get_fold(entry, "id", NULL);
  return (id != NULL && dw_json_type(id) != DW_JSON_NULL) || (ends[0] > 0 && ends[1] > 0);
}

/* ovs and accelerated-bridge fail if no entry of the list names a VLAN; an empty list is no trunk. */
static void useless_trunk(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *trunk) {
  size_t count = dw_json_size(trunk->json);
  for (size_t i = 0; i < count; i++)
    if (dw_json_type(dw_json_at(trunk->json, i)) != DW_JSON_OBJECT || sets_vlan(dw_json_at(trunk->json, i)))
      return;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = trunk->field,
                           .json = trunk->json,
                           .fix = "use [{\"id\": 100}] or [{\"minID\": 100, \"maxID\": 199}]"};
  if (count > 0)
    dw_report(check, rule, &found, "sets no VLAN id");
}

static void vlan_trunk(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  const struct dw_value *trunk = &plugin->vlan_trunk;
  if (!dw_value_given(trunk))
    return;
  if (dw_json_type(trunk->json) != DW_JSON_ARRAY) {
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = trunk->field,
                             .value = dw_value_shown(check->arena, trunk),
                             .json = trunk->json,
                             .fix = "use [{\"id\": 100}]"};
    if (dw_json_type(trunk->json) == DW_JSON_OBJECT)
      found.edits = dw_edit_set(check->arena, trunk->field,
                                dw_arena_join(check->arena, "[", dw_json_text(check->arena, trunk->json), "]"));
    dw_report(check, rule, &found, "must be a list, not %s", dw_json_type_name(trunk->json));
    return;
  }
  bool bridge = dw_plugin_is_bridge(plugin->type_name);
  bool ovs = strcmp(plugin->type_name, "ovs") == 0;
  for (size_t i = 0; i < dw_json_size(trunk->json); i++) {
    struct trunk_entry entry = {trunk->field, i, dw_json_at(trunk->json, i), ovs ? 0 : 1, bridge, ovs};
    if (dw_json_type(entry.json) == DW_JSON_OBJECT)
      check_trunk_entry(check, rule, &entry);
    else
      report_trunk_entry(check, rule, &entry);
  }
  if (!bridge)
    useless_trunk(check, rule, trunk);
}

/* Reports the key that only another plugin reads. Without its own key, a plugin uses VLAN 0 (vlan.go:39, bridge.go:62;
 * ovs-cni pkg/types/types.go, sriov-cni pkg/types/types.go), so frames are untagged. */
static void ignored_vlan(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  static const struct {
    const char *type, *ignored, *own;
  } keys[] = {{"vlan", "vlan", "vlanId"}, {"bridge", "vlanId", "vlan"}, {"cnv-bridge", "vlanId", "vlan"},
              {"ovs", "vlanId", "vlan"},  {"sriov", "vlanId", "vlan"},  {"accelerated-bridge", "vlanId", "vlan"}};
  size_t i = 0;
  while (i < sizeof keys / sizeof *keys && strcmp(keys[i].type, plugin->type_name) != 0)
    i++;
  if (i == sizeof keys / sizeof *keys || dw_value_given(&plugin->vlan))
    return;
  struct dw_value vlan = dw_plugin_option(check->arena, plugin, keys[i].ignored);
  int64_t id;
  if (!dw_value_given(&vlan) || (dw_json_integer(vlan.json, &id) && id == 0))
    return;
  struct dw_found found = {.reason = DW_REASON_NOT_SUPPORTED,
                           .field = vlan.field,
                           .value = dw_value_shown(check->arena, &vlan),
                           .json = vlan.json,
                           .fix = dw_arena_printf(check->arena, "use %s", keys[i].own),
                           .of_key = true,
                           .warn_at_most = true};
  if (is_vlan(vlan.json, 0) && plugin->vlan.json == NULL)
    found.edits = dw_edit_rename(check->arena, vlan.field, keys[i].own);
  dw_report(check, rule, &found, "the plugin %s ignores this key, so no VLAN is set", plugin->type_name);
}

static void vlan_range(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (dw_plugin_class(plugin->type_name) == DW_PLUGIN_UNKNOWN)
      continue;
    const dw_json *vlan = plugin->vlan.json;
    /* OVN-Kubernetes reads the original text; for the others, libcni writes the number again. */
    bool as_written = !dw_nad_is_ovn(plugin) || dw_json_written_integer(vlan);
    bool signed_zero =
        strcmp(plugin->type_name, "ovs") == 0 && dw_value_given(&plugin->vlan) && has_minus(check->arena, vlan);
    if (dw_value_given(&plugin->vlan) && (!is_vlan(vlan, 0) || !as_written || signed_zero))
      report_vlan(check, rule, &plugin->vlan, 0);
    ignored_vlan(check, rule, plugin);
    vlan_trunk(check, rule, plugin);
  }
}

static const struct dw_rule rules[] = {
    {"vlan-range", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a `vlan`, `vlanId` or id in `vlanTrunk` that is not an integer from 0 to 4094. Warns if `vlan` is used where the "
     "plugin reads `vlanId`, or the other way round",
     "use the VLAN id of the switch port", vlan_range},
};

const struct dw_family dw_family_vlan = {rules, sizeof rules / sizeof rules[0]};
