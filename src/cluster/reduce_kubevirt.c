/* Reduces NADs, the objects that name them, and migrations. */
#include <string.h>

#include "cluster/deployment.h"
#include "cluster/migration.h"
#include "cluster/reduce_internal.h"
#include "cni/ovn.h"

static int read_label(struct dw_reduction *r, struct dw_error *err) {
  struct dw_spot metadata = dw_spot_member(&r->root, "metadata");
  struct dw_spot labels;
  const char *value = NULL;
  if (dw_spot_object(&metadata, "labels", &labels, err) != 0 ||
      dw_spot_text(&labels, "droveway.io/migration-network", &value, err) != 0)
    return -1;
  r->object->nad.label = -1;
  if (value != NULL && strcmp(value, "true") == 0)
    r->object->nad.label = 1;
  else if (value != NULL && strcmp(value, "false") == 0)
    r->object->nad.label = 0;
  return 0;
}

static size_t count_pools(const struct dw_cni_config *config) {
  size_t count = 0;
  for (size_t i = 0; i < config->plugin_count; i++)
    count += config->plugins[i].ipam.pool_count + config->plugins[i].ipam.local_pool_count;
  return count;
}

static const char *subnet_text(struct dw_reduction *r, const struct dw_prefix *subnet) {
  char text[DW_PREFIX_TEXT];
  return dw_arena_strdup(r->scratch, dw_prefix_format(subnet, text));
}

static void add_pools(struct dw_reduction *r, const struct dw_cni_plugin *plugin, const struct dw_wire *wire) {
  const struct dw_ipam *ipam = &plugin->ipam;
  for (size_t i = 0; i < ipam->pool_count; i++) {
    const struct dw_pool *pool = &ipam->pools[i];
    if (pool->state != DW_POOL_OK)
      continue;
    r->object->nad.pools[r->object->nad.pool_count++] = (struct dw_pool_summary){
        .field = pool->range.field,
        .text = subnet_text(r, &pool->subnet),
        .span = pool->span,
        .usable = pool->usable,
        .allocator = ipam->type == DW_IPAM_OVN ? DW_ALLOCATOR_OVN : DW_ALLOCATOR_WHEREABOUTS,
        .wire = *wire,
    };
  }
}

/* Called after add_pools(), because these pools follow all others. */
static void add_local_pools(struct dw_reduction *r, const struct dw_cni_plugin *plugin, const struct dw_wire *wire) {
  const struct dw_ipam *ipam = &plugin->ipam;
  struct dw_pool_summary *next = r->object->nad.pools + r->object->nad.pool_count + r->object->nad.local_pool_count;
  for (size_t i = 0; i < ipam->local_pool_count; i++) {
    const struct dw_local_pool *pool = &ipam->local_pools[i];
    const struct dw_interval_set *usable = &pool->usable;
    *next++ = (struct dw_pool_summary){
        .field = pool->value.field,
        .text = subnet_text(r, &pool->subnet),
        .span = {usable->items[0].first, usable->items[usable->count - 1].last},
        .usable = *usable,
        .allocator = DW_ALLOCATOR_NODE,
        .wire = *wire,
    };
  }
  r->object->nad.local_pool_count += ipam->local_pool_count;
}

/* Plugins that only change the result of another plugin never call an IPAM plugin. */
static void add_all_pools(struct dw_reduction *r, const struct dw_cni_config *config,
                          void (*add)(struct dw_reduction *r, const struct dw_cni_plugin *plugin,
                                      const struct dw_wire *wire)) {
  for (size_t i = 0; i < config->plugin_count; i++) {
    const struct dw_cni_plugin *plugin = &config->plugins[i];
    if (dw_plugin_class(plugin->type_name) == DW_PLUGIN_META)
      continue;
    struct dw_wire wire = dw_wire_of(r->scratch, plugin);
    add(r, plugin, &wire);
  }
}

static bool read_vlan(const dw_json *json, uint16_t *out) {
  int64_t vlan = 0;
  if (!dw_json_integer(json, &vlan) || vlan < 0 || vlan > 4094)
    return false;
  *out = (uint16_t)vlan;
  return true;
}

static bool read_nic_link(const struct dw_cni_plugin *plugin, struct dw_nad_link *out) {
  static const struct {
    const char *type;
    enum dw_link_kind kind;
  } kinds[] = {
      {"macvlan", DW_LINK_MACVLAN}, {"macvtap", DW_LINK_MACVLAN}, {"ipvlan", DW_LINK_IPVLAN}, {"vlan", DW_LINK_VLAN}};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (strcmp(plugin->type_name, kinds[i].type) != 0)
      continue;
    *out = (struct dw_nad_link){.name = plugin->master.text, .kind = (uint8_t)kinds[i].kind};
    if (out->kind == DW_LINK_MACVLAN && plugin->mode.text != NULL && strcmp(plugin->mode.text, "passthru") == 0)
      out->kind = DW_LINK_PASSTHRU;
    return !plugin->in_container && (out->kind != DW_LINK_VLAN || read_vlan(plugin->vlan.json, &out->vlan));
  }
  return false;
}

bool dw_nad_link_of(const struct dw_cni_plugin *plugin, struct dw_nad_link *out) {
  if (dw_plugin_is_bridge(plugin->type_name)) {
    *out = (struct dw_nad_link){.name = plugin->bridge.text, .kind = DW_LINK_BRIDGE};
    if (dw_value_given(&plugin->vlan) && !read_vlan(plugin->vlan.json, &out->vlan))
      return false;
  } else if (!read_nic_link(plugin, out)) {
    return false;
  }
  return out->name != NULL && out->name[0] != '\0';
}

static void add_links(struct dw_reduction *r, const struct dw_cni_config *config) {
  r->object->nad.links = dw_arena_array(r->scratch, config->plugin_count, sizeof r->object->nad.links[0]);
  for (size_t i = 0; i < config->plugin_count; i++)
    if (dw_nad_link_of(&config->plugins[i], &r->object->nad.links[r->object->nad.link_count]))
      r->object->nad.link_count++;
}

/* Rules report a config that can't be read when it is applied; here the NAD just has no pools. */
int dw_reduce_nad(struct dw_reduction *r, struct dw_error *err) {
  r->object->nad.cni_name = "";
  r->object->nad.network_name = "";
  r->object->nad.resource_name = dw_cni_resource_name(r->root.json);
  r->object->nad.ovn = "";
  struct dw_spot spec;
  if (read_label(r, err) != 0 || dw_spot_object(&r->root, "spec", &spec, err) != 0)
    return -1;
  r->object->nad.transfer =
      dw_json_string(dw_json_path(r->root.json, "metadata", "annotations", DW_TRANSFER_ANNOTATION, NULL)) != NULL;
  r->object->nad.config = dw_json_get_string(spec.json, "config");
  if (r->object->nad.config == NULL)
    return 0;
  const struct dw_cni_config *config =
      dw_cni_read_text(r->scratch, r->object->nad.config, strlen(r->object->nad.config));
  if (config->state != DW_CONFIG_OK)
    return 0;
  if (config->name.text != NULL)
    r->object->nad.cni_name = config->name.text;
  r->object->nad.shaped = dw_cni_may_migrate(config);
  r->object->nad.ovn = dw_ovn_signature(r->scratch, config, r->object->namespace_, r->object->name);
  r->object->nad.pools = dw_arena_array(r->scratch, count_pools(config), sizeof r->object->nad.pools[0]);
  for (size_t i = 0; i < config->plugin_count; i++) {
    const struct dw_ipam *ipam = &config->plugins[i].ipam;
    if (r->object->nad.network_name[0] == '\0' && ipam->network_name != NULL)
      r->object->nad.network_name = ipam->network_name;
  }
  add_all_pools(r, config, add_pools);
  add_all_pools(r, config, add_local_pools);
  add_links(r, config);
  return 0;
}

int dw_reduce_user(struct dw_reduction *r, struct dw_error *err) {
  struct dw_migration_config config;
  dw_migration_read(r->scratch, r->root.json, &config);
  if (config.wrong_type_field != NULL)
    return dw_error_set(err, DW_ERR_INVALID, "%s is %s; it must be an object", config.wrong_type_field,
                        dw_json_type_name(config.wrong_type));
  if (dw_value_given(&config.network) && config.network.text == NULL)
    return dw_error_set(err, DW_ERR_INVALID, "%s is %s; it must be a string, the name of a NAD", config.network.field,
                        dw_json_type_name(config.network.json));
  r->object->user.network = config.network.text != NULL && config.network.text[0] == '\0' ? NULL : config.network.text;
  if (config.jsonpatch == DW_JSONPATCH_SETS)
    r->object->user.jsonpatch_network = config.jsonpatch_network.text == NULL ? "" : config.jsonpatch_network.text;
  r->object->user.rollout = config.deployment.rollout;
  /* As text, because a reduced object contains no JSON values; a view parses it once. */
  r->object->user.placement = dw_deployment_placement(r->scratch, &config.deployment);
  const dw_json *pruned = dw_object_prune(r->scratch, r->object->kind, "v1", r->root.json);
  r->object->user.json = dw_json_text(r->scratch, pruned);
  return 0;
}

int dw_reduce_migration(struct dw_reduction *r, struct dw_error *err) {
  struct dw_spot spec;
  struct dw_spot status;
  const char *phase = NULL;
  if (dw_spot_object(&r->root, "spec", &spec, err) != 0 ||
      dw_spot_text(&spec, "vmiName", &r->object->migration.vmi, err) != 0 ||
      dw_spot_object(&r->root, "status", &status, err) != 0 || dw_spot_text(&status, "phase", &phase, err) != 0)
    return -1;
  r->object->migration.finished = phase != NULL && (strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0);
  return 0;
}

static int read_switch(const struct dw_spot *up, const char *key, bool *out, struct dw_error *err) {
  struct dw_spot spot = dw_spot_member(up, key);
  if (spot.json != NULL && !dw_json_boolean(spot.json, out))
    return dw_spot_error(&spot, err, "is %s; it must be true or false", dw_json_type_name(spot.json));
  return 0;
}

int dw_reduce_vmi(struct dw_reduction *r, struct dw_error *err) {
  struct dw_spot status;
  struct dw_spot state;
  if (dw_spot_object(&r->root, "status", &status, err) != 0 ||
      dw_spot_object(&status, "migrationState", &state, err) != 0 ||
      dw_spot_text(&state, "targetNodeAddress", &r->object->vmi.target_node_address, err) != 0)
    return -1;
  bool failed = false;
  if (read_switch(&state, "completed", &r->object->vmi.completed, err) != 0 ||
      read_switch(&state, "failed", &failed, err) != 0)
    return -1;
  r->object->vmi.completed = r->object->vmi.completed && !failed;
  /* Only the controllers of two clusters synchronize, and each of them has an address. */
  r->object->vmi.decentralized = dw_json_string(dw_json_path(state.json, "sourceState", "syncAddress", NULL)) != NULL ||
                                 dw_json_string(dw_json_path(state.json, "targetState", "syncAddress", NULL)) != NULL;
  return 0;
}
