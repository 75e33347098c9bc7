#include "cluster/migration.h"

#include <string.h>

#include "base/text.h"
#include "cluster/deployment.h"
#include "cluster/jsonpatch.h"

/* Where an object contains the block and related fields. */
struct layout {
  enum dw_layout id;
  const char *parent; /* below spec and above the block; NULL if the block is directly in spec */
  const char *block;
  const char *block_field;
  const char *eviction_field; /* evictionStrategy is next to the block */
};

static const struct layout hco_v1beta1 = {DW_LAYOUT_HCO_V1BETA1, NULL, "liveMigrationConfig",
                                          "spec.liveMigrationConfig", "spec.evictionStrategy"};
static const struct layout hco_v1 = {DW_LAYOUT_HCO_V1, "virtualization", "liveMigrationConfig",
                                     "spec.virtualization.liveMigrationConfig", "spec.virtualization.evictionStrategy"};
static const struct layout kubevirt = {DW_LAYOUT_KUBEVIRT, "configuration", "migrations", DW_KUBEVIRT_BLOCK,
                                       "spec.configuration.evictionStrategy"};

bool dw_layout_is_hco(enum dw_layout layout) {
  return layout == DW_LAYOUT_HCO_V1BETA1 || layout == DW_LAYOUT_HCO_V1;
}

static const struct layout policy = {DW_LAYOUT_POLICY, NULL, NULL, "spec", ""};

static bool is_kubevirt(const dw_json *json) {
  const char *kind = dw_json_get_string(json, "kind");
  return kind != NULL && strcmp(kind, "KubeVirt") == 0;
}

static bool is_policy(const dw_json *json) {
  const char *kind = dw_json_get_string(json, "kind");
  return kind != NULL && strcmp(kind, "MigrationPolicy") == 0;
}

static const struct layout *layout_of(const dw_json *json) {
  if (is_policy(json))
    return &policy;
  if (is_kubevirt(json))
    return &kubevirt;
  const char *version = dw_json_get_string(json, "apiVersion");
  if (version != NULL && strcmp(version, "hco.kubevirt.io/v1beta1") == 0)
    return &hco_v1beta1;
  if (version != NULL && strcmp(version, "hco.kubevirt.io/v1") == 0)
    return &hco_v1;
  return dw_json_path(json, "spec", "virtualization", NULL) != NULL ? &hco_v1 : &hco_v1beta1;
}

/* Returns the member KEY of PARENT, whose path is FIELD. If it is there but not an object, records that and returns
 * NULL. */
static const dw_json *enter(struct dw_migration_config *out, const dw_json *parent, const char *key,
                            const char *field) {
  const dw_json *member = dw_json_get(parent, key);
  enum dw_json_type type = dw_json_type(member);
  if (type == DW_JSON_OBJECT)
    return member;
  if (type != DW_JSON_ABSENT && type != DW_JSON_NULL) {
    out->wrong_type_field = field;
    out->wrong_type = member;
  }
  return NULL;
}

static struct dw_value value_at(struct dw_arena *arena, const dw_json *block, const char *block_field,
                                const char *key) {
  const dw_json *json = dw_json_get(block, key);
  return (struct dw_value){dw_arena_join(arena, block_field, ".", key), json, dw_json_string(json)};
}

/* Reads everything except the network, which a MigrationPolicy does not have. */
static void read_block(struct dw_arena *arena, struct dw_migration_config *out) {
  const dw_json *block = out->block;
  out->bandwidth = value_at(arena, block, out->block_field, "bandwidthPerMigration");
  out->allow_post_copy = value_at(arena, block, out->block_field, "allowPostCopy");
  out->allow_disruption = value_at(arena, block, out->block_field, "allowWorkloadDisruption");
  for (size_t i = 0; i < DW_LIMIT_COUNT; i++)
    out->limits[i] = value_at(arena, block, out->block_field, dw_limit_names[i]);
}

void dw_migration_read(struct dw_arena *arena, const dw_json *json, struct dw_migration_config *out) {
  const struct layout *layout = layout_of(json);
  *out = (struct dw_migration_config){.layout = layout->id, .block_field = layout->block_field};
  out->spec = out->parent = enter(out, json, "spec", "spec");
  if (layout->parent != NULL)
    out->parent = enter(out, out->spec, layout->parent, dw_arena_printf(arena, "spec.%s", layout->parent));
  out->block = layout->block == NULL ? out->spec : enter(out, out->parent, layout->block, layout->block_field);
  read_block(arena, out);
  if (layout->id == DW_LAYOUT_POLICY)
    return;
  out->network = value_at(arena, out->block, out->block_field, "network");
  const dw_json *strategy = dw_json_get(out->parent, "evictionStrategy");
  out->eviction_strategy = (struct dw_value){layout->eviction_field, strategy, dw_json_string(strategy)};
  dw_deployment_read(arena, json, layout->id, &out->deployment);
  const char *manager = dw_json_string(dw_json_path(json, "metadata", "labels", "app.kubernetes.io/managed-by", NULL));
  out->hco_managed = manager != NULL && strcmp(manager, "hco-operator") == 0;
  if (layout->id == DW_LAYOUT_KUBEVIRT)
    dw_component_patches_add(arena, dw_json_path(out->spec, "customizeComponents", "patches", NULL),
                             "spec.customizeComponents.patches", true, out);
  dw_jsonpatch_read(arena,
                    dw_layout_is_hco(layout->id)
                        ? dw_json_path(json, "metadata", "annotations", "kubevirt.kubevirt.io/jsonpatch", NULL)
                        : NULL,
                    out);
}

const char *dw_migration_network(const struct dw_migration_config *config) {
  bool patched = config->jsonpatch == DW_JSONPATCH_SETS && config->jsonpatch_network.text != NULL;
  const char *network = patched ? config->jsonpatch_network.text : config->network.text;
  return network != NULL && network[0] != '\0' ? network : NULL;
}

const char *dw_patched_field(const struct dw_migration_config *config, const struct dw_value *value) {
  static const char kubevirts[] = "spec.configuration.";
  bool patched = dw_layout_is_hco(config->layout) && strncmp(value->field, kubevirts, sizeof kubevirts - 1) == 0;
  return patched ? config->jsonpatch_network.field : NULL;
}

/* --- the text of a network --- */

enum { NAME_MAX_BYTES = 253 }; /* no object has a longer name */

bool dw_is_attachable(const char *text) {
  size_t length = strlen(text);
  if (length == 0 || length > NAME_MAX_BYTES || text[0] == '-' || text[length - 1] == '-')
    return false;
  for (size_t i = 0; i < length; i++)
    if (!dw_is_digit(text[i]) && !(text[i] >= 'a' && text[i] <= 'z') && text[i] != '-')
      return false;
  return true;
}

bool dw_is_blank_text(const char *text) {
  while (dw_is_space(*text))
    text++;
  return *text == '\0';
}

static const char *trimmed(struct dw_arena *arena, const char *text, size_t length) {
  while (length > 0 && dw_is_space(text[length - 1]))
    length--;
  for (; length > 0 && dw_is_space(*text); text++)
    length--;
  return dw_arena_strndup(arena, text, length);
}

bool dw_network_read(struct dw_arena *arena, const char *ns, const char *text, struct dw_nad_name *out) {
  const char *slash = strchr(text, '/');
  const char *before = slash == NULL ? "" : trimmed(arena, text, (size_t)(slash - text));
  const char *name = slash == NULL ? text : slash + 1;
  *out = (struct dw_nad_name){*before == '\0' ? ns : before, trimmed(arena, name, strlen(name))};
  return (*before == '\0' || dw_is_attachable(before)) && dw_is_attachable(out->name);
}
