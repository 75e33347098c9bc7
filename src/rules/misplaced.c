/* Keys that the API server prunes: their values are never used, and nobody gets an error. */
#include <string.h>

#include "base/text.h"
#include "rules/families.h"
#include "json/json_position.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { NEAR = 2 };

/* kubevirt/hyperconverged-cluster-operator api/v1, LiveMigrationConfigurations; v1beta1 has the same type. */
static const char *const hco_keys[] = {"parallelMigrationsPerCluster",
                                       "parallelOutboundMigrationsPerNode",
                                       "bandwidthPerMigration",
                                       "completionTimeoutPerGiB",
                                       "progressTimeout",
                                       "network",
                                       "allowAutoConverge",
                                       "allowPostCopy",
                                       "allowWorkloadDisruption"};
/* kubevirt/kubevirt kubevirt.io/api/core/v1, MigrationConfiguration. */
static const char *const kubevirt_keys[] = {"nodeDrainTaintKey",
                                            "parallelOutboundMigrationsPerNode",
                                            "parallelMigrationsPerCluster",
                                            "allowAutoConverge",
                                            "bandwidthPerMigration",
                                            "completionTimeoutPerGiB",
                                            "maxDowntimeMs",
                                            "progressTimeout",
                                            "utilityVolumesTimeout",
                                            "unsafeMigrationOverride",
                                            "allowPostCopy",
                                            "allowWorkloadDisruption",
                                            "disableTLS",
                                            "network",
                                            "matchSELinuxLevelOnMigration"};

/* kubevirt/kubevirt kubevirt.io/api/migrations/v1alpha1, MigrationPolicySpec. */
static const char *const policy_keys[] = {
    "selectors",     "allowAutoConverge", "bandwidthPerMigration",   "completionTimeoutPerGiB",
    "maxDowntimeMs", "allowPostCopy",     "allowWorkloadDisruption", "experimental"};

/* Other names for these keys, too different for the spelling check; all from published manifests. */
struct other_name {
  const char *name, *key;
};
static const struct other_name other_names[] = {
    {"autoConverge", "allowAutoConverge"},
    {"bandwidth", "bandwidthPerMigration"},
    {"bandwidthLimit", "bandwidthPerMigration"},
    {"completionTimeout", "completionTimeoutPerGiB"},
    {"migrationNetwork", "network"},
    {"parallelMigrations", "parallelMigrationsPerCluster"},
    {"parallelMigrationsPerNode", "parallelOutboundMigrationsPerNode"},
    {"parallelOutboundMigrations", "parallelOutboundMigrationsPerNode"},
    {"postCopy", "allowPostCopy"},
};

/* Other names for the whole block, next to it or above it. */
static const char *const block_names[] = {
    "liveMigration", "liveMigrationConfig", "liveMigrationConfiguration", "liveMigrationConfigurations", "migrate",
    "migration",     "migrationConfig",     "migrationConfiguration",     "migrationConfigurations",     "migrations",
};

struct layout {
  const char *version;
  const char *const *keys;
  size_t key_count;
  const char *parent;           /* below spec and above the block; NULL if the block is directly in spec */
  const char *block;            /* the block's own key; NULL if spec is the block */
  const char *other_version[2]; /* below spec: the path of the block in the other version of this kind */
};
static const struct layout layouts[DW_LAYOUT_COUNT] = {
    [DW_LAYOUT_HCO_V1BETA1] = {"hco.kubevirt.io/v1beta1",
                               hco_keys,
                               COUNT(hco_keys),
                               NULL,
                               "liveMigrationConfig",
                               {"virtualization", "liveMigrationConfig"}},
    [DW_LAYOUT_HCO_V1] = {"hco.kubevirt.io/v1",
                          hco_keys,
                          COUNT(hco_keys),
                          "virtualization",
                          "liveMigrationConfig",
                          {"liveMigrationConfig", NULL}},
    [DW_LAYOUT_KUBEVIRT] =
        {"kubevirt.io/v1", kubevirt_keys, COUNT(kubevirt_keys), "configuration", "migrations", {NULL, NULL}},
    [DW_LAYOUT_POLICY] = {"migrations.kubevirt.io/v1alpha1", policy_keys, COUNT(policy_keys), NULL, NULL, {NULL, NULL}},
};

/* An object to search, in the manifest or in the result of HyperConverged's jsonpatch. */
struct place {
  struct dw_check *check;
  const struct dw_rule *rule;
  const struct layout *layout;
  const dw_json *object;
  const char *field;
  const char *block_field; /* where the block belongs */
  const char *via;         /* as in dw_found */
};

static bool is_one_of(const char *word, const char *const *words, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(word, words[i]) == 0)
      return true;
  return false;
}

/* The word that differs from KEY by one or two letters, or only in letter case; NULL if none does. */
static const char *near_word(const char *key, const char *const *words, size_t count) {
  const char *word = dw_nearest(key, words, count);
  return word != NULL && dw_edit_distance(key, word, NEAR) <= NEAR ? word : NULL;
}

/* The key of the block that KEY, found somewhere else or under another name, means. */
static const char *key_meant(const struct layout *layout, const char *key) {
  for (size_t i = 0; i < COUNT(other_names); i++)
    if (dw_key_equal(key, other_names[i].name))
      return other_names[i].key;
  return is_one_of(key, layout->keys, layout->key_count) ? key : NULL;
}

/* --- moving a key to where it belongs --- */

static const char *last_dot(const char *path) {
  return strrchr(path, '.');
}

/* Returns true if something is at PATH below the object's spec, or in the way to it. */
static bool is_occupied(const dw_json *spec, const char *path) {
  struct path_token token;
  const dw_json *at = spec;
  if (!dw_path_next(&path, &token)) /* "spec" */
    return true;
  while (at != NULL && dw_path_next(&path, &token)) {
    char key[64];
    if (dw_json_type(at) != DW_JSON_OBJECT || token.length >= sizeof key)
      return true;
    memcpy(key, token.text, token.length);
    key[token.length] = '\0';
    at = dw_json_get(at, key);
  }
  return at != NULL;
}

/* Returns true if an earlier finding of the rule would put another key at PATH. That one loses its fix, too: which of
 * the two values counts is not clear. */
static bool is_disputed(const struct place *place, const char *path) {
  const struct dw_findings *findings = &place->check->findings;
  for (size_t i = 0; i < findings->count; i++) {
    struct dw_finding *finding = &findings->items[i];
    if (finding->rule != place->rule || finding->edits.count == 0)
      continue;
    const struct dw_edit *edit = &finding->edits.items[0];
    size_t parent = (size_t)(last_dot(edit->field) + 1 - edit->field);
    bool renames = edit->kind == DW_EDIT_RENAME;
    if (renames ? strncmp(edit->field, path, parent) == 0 && strcmp(edit->value, path + parent) == 0
                : strcmp(edit->value, path) == 0) {
      finding->edits = (struct dw_edits){NULL, 0};
      return true;
    }
  }
  return false;
}

/* The edit that moves FIELD with its VALUE to the path MEANT. */
static struct dw_edits move_to(const struct place *place, const char *field, const dw_json *value, const char *meant) {
  struct dw_arena *arena = place->check->arena;
  bool is_block = strcmp(meant, place->block_field) == 0;
  size_t parent = (size_t)(last_dot(meant) + 1 - meant);
  if (place->via != NULL || is_occupied(place->check->migration->spec, meant) || is_disputed(place, meant) ||
      (is_block && dw_json_type(value) != DW_JSON_OBJECT))
    return (struct dw_edits){NULL, 0};
  if (parent == (size_t)(last_dot(field) + 1 - field) && strncmp(field, meant, parent) == 0)
    return dw_edit_rename(arena, field, meant + parent);
  return dw_edit_move(arena, field, meant);
}

/* --- reporting --- */

/* MEANT is the path to use; NULL if unknown. */
static void report(const struct place *place, const struct dw_json_member *member, bool denies, const char *meant) {
  struct dw_found found = {
      .reason = DW_REASON_NOT_SUPPORTED,
      .field = dw_arena_printf(place->check->arena, "%s.%s", place->field, member->key),
      .via = place->via,
      .value = member->key,
      .fix = meant == NULL ? NULL : dw_arena_printf(place->check->arena, "use %s", meant),
      .warn_at_most = !denies,
      .of_key = place->via == NULL,
  };
  if (meant != NULL && strpbrk(member->key, ".[]/") == NULL)
    found.edits = move_to(place, found.field, member->value, meant);
  dw_report(place->check, place->rule, &found, "is not a field of %s%s", place->layout->version,
            place->via == NULL ? ": the API server drops it, so it has no effect" : ", so it has no effect");
}

static const char *in_block(const struct place *place, const char *key) {
  return key == NULL ? NULL : dw_arena_printf(place->check->arena, "%s.%s", place->block_field, key);
}

/* Go's decoder, which reads the result of a jsonpatch, accepts keys in any letter case; the API server drops them. */
static bool matches_key(const struct place *place, const char *key, const char *word) {
  return place->via == NULL ? strcmp(key, word) == 0 : dw_key_equal(key, word);
}

static bool is_known(const struct place *block, const char *key) {
  for (size_t i = 0; i < block->layout->key_count; i++)
    if (matches_key(block, key, block->layout->keys[i]))
      return true;
  return false;
}

static void check_block(const struct place *block) {
  const struct layout *layout = block->layout;
  for (struct dw_json_member m = dw_json_first(block->object); m.value != NULL; m = dw_json_next(block->object, m)) {
    if (is_known(block, m.key))
      continue;
    const char *near = near_word(m.key, layout->keys, layout->key_count);
    report(block, &m, near != NULL, in_block(block, near != NULL ? near : key_meant(layout, m.key)));
  }
}

/* Objects and lists by these names are other settings, such as KubeVirt's configuration.network. */
static bool is_scalar(const dw_json *value) {
  enum dw_json_type type = dw_json_type(value);
  return type != DW_JSON_OBJECT && type != DW_JSON_ARRAY && type != DW_JSON_NULL;
}

/* Checks the keys of PLACE, which should contain OWN: the block or its parent, or NULL for neither. */
static void check_siblings(const struct place *place, const char *own) {
  const struct layout *layout = place->layout;
  for (struct dw_json_member m = dw_json_first(place->object); m.value != NULL; m = dw_json_next(place->object, m)) {
    if (own != NULL && matches_key(place, m.key, own))
      continue;
    if (own != NULL && near_word(m.key, &own, 1) != NULL)
      report(place, &m, true, dw_arena_printf(place->check->arena, "%s.%s", place->field, own));
    else if (is_one_of(m.key, block_names, COUNT(block_names)))
      report(place, &m, false, place->block_field);
    else if (is_scalar(m.value) && key_meant(layout, m.key) != NULL)
      report(place, &m, false, in_block(place, key_meant(layout, m.key)));
  }
}

/* Reports the block at the path of the other version. Returns false if there is none. */
static bool check_other_version(const struct place *spec) {
  const struct layout *layout = spec->layout;
  struct place parent = *spec;
  const char *key = layout->other_version[0];
  if (key != NULL && layout->other_version[1] != NULL) {
    parent.object = dw_json_get(spec->object, key);
    parent.field = dw_arena_printf(spec->check->arena, "%s.%s", spec->field, key);
    key = layout->other_version[1];
  }
  const dw_json *block = key == NULL ? NULL : dw_json_get(parent.object, key);
  if (block == NULL)
    return false;
  report(&parent, &(struct dw_json_member){.key = key, .value = block}, true, spec->block_field);
  return true;
}

/* Checks the keys of SPEC and of the objects in it that are next to the block. */
static void check_outside_block(const struct place *spec) {
  static const char *const holders[] = {"configuration", "virtualization"};
  const struct layout *layout = spec->layout;
  check_siblings(spec, layout->parent != NULL ? layout->parent : layout->block);
  for (size_t i = 0; i < COUNT(holders); i++) {
    struct place place = *spec;
    place.object = dw_json_get(spec->object, holders[i]);
    place.field = dw_arena_printf(spec->check->arena, "spec.%s", holders[i]);
    check_siblings(&place, layout->parent != NULL && strcmp(holders[i], layout->parent) == 0 ? layout->block : NULL);
  }
}

/* Checks what HyperConverged's jsonpatch adds to KubeVirt. */
static void check_patched(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_migration_config *config = check->migration;
  const struct layout *layout = &layouts[DW_LAYOUT_KUBEVIRT];
  const char *via = config->jsonpatch_network.field;
  const struct place spec = {check, rule, layout, config->jsonpatch_spec, "spec", DW_KUBEVIRT_BLOCK, via};
  const dw_json *block = dw_json_path(spec.object, layout->parent, layout->block, NULL);
  check_block(&(struct place){check, rule, layout, block, DW_KUBEVIRT_BLOCK, DW_KUBEVIRT_BLOCK, via});
  check_outside_block(&spec);
}

static void config_misplaced(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_migration_config *config = check->migration;
  const struct layout *layout = &layouts[config->layout];
  const struct place spec = {check, rule, layout, config->spec, "spec", config->block_field, NULL};
  check_block(&(struct place){check, rule, layout, config->block, config->block_field, config->block_field, NULL});
  if (layout->block == NULL)
    return;
  if (!check_other_version(&spec))
    check_outside_block(&spec);
  if (config->jsonpatch_spec != NULL)
    check_patched(check, rule);
}

static const struct dw_rule rules[] = {
    {"config-misplaced", DW_SCOPE_LIMITS, DW_ACTION_DENY, DW_ACTION_NONE,
     "a live-migration block at the path of another API version, or a key that is one or two letters off a known one; "
     "warns about other unknown keys",
     "move it to the path that this version uses", config_misplaced},
};

const struct dw_family dw_family_misplaced = {rules, sizeof rules / sizeof *rules};
