#include "rules/nad_internal.h"

#include <string.h>

#include "base/text.h"

const struct dw_cni_config *dw_nad_config(const struct dw_check *check) {
  return check->config != NULL && check->config->state == DW_CONFIG_OK ? check->config : NULL;
}

const struct dw_cni_plugin *dw_nad_next(const struct dw_check *check, const struct dw_cni_plugin *after) {
  const struct dw_cni_config *config = dw_nad_config(check);
  for (size_t i = after == NULL ? 0 : (size_t)(after - config->plugins) + 1; config != NULL && i < config->plugin_count;
       i++)
    if (config->plugins[i].type_readable)
      return &config->plugins[i];
  return NULL;
}

const struct dw_cni_plugin *dw_nad_connecting(const struct dw_check *check) {
  const struct dw_cni_config *config = dw_nad_config(check);
  for (size_t i = 0; config != NULL && i < config->plugin_count; i++) {
    const struct dw_cni_plugin *plugin = &config->plugins[i];
    if (!plugin->type_readable)
      return NULL;
    enum dw_plugin_class class = dw_plugin_class(plugin->type_name);
    if (class == DW_PLUGIN_CONNECTS || class == DW_PLUGIN_UNKNOWN)
      return plugin;
  }
  return NULL;
}

bool dw_nad_is_ovn(const struct dw_cni_plugin *plugin) {
  return strcmp(plugin->type_name, "ovn-k8s-cni-overlay") == 0;
}

bool dw_nad_is_tuning(const struct dw_cni_plugin *plugin) {
  return strcmp(plugin->type_name, "tuning") == 0 || strcmp(plugin->type_name, "cnv-tuning") == 0;
}

const char *dw_nad_version_for(const struct dw_cni_config *config) {
  const char *version = "0.3.1";
  for (size_t i = 0; i < config->plugin_count; i++) {
    const char *oldest = dw_plugin_oldest_version(config->plugins[i].type_name);
    if (strcmp(oldest, version) > 0)
      version = oldest;
  }
  return version;
}

struct dw_edits dw_nad_set_version(const struct dw_check *check, const char *version) {
  const struct dw_cni_config *config = check->config;
  struct dw_version_choice choice;
  bool other_case =
      config->version.json == NULL && dw_json_get_fold(config->json, "cniVersion", NULL) != NULL; /* ambiguous then */
  if (other_case || dw_cni_version_chosen(config, &choice))
    return (struct dw_edits){NULL, 0};
  return dw_edit_set_text(check->arena, config->version.field, version);
}

bool dw_nad_is_blank(const struct dw_value *value) {
  return !dw_value_given(value) || (value->text != NULL && value->text[0] == '\0');
}

/* If spec.config is not a string, it has no text and equals no other. */
void dw_nad_mark_unread(const struct dw_check *check, struct dw_found *found) {
  const struct dw_cni_config *config = check->config;
  found->about = (struct dw_passage){config->length > 0 ? config->text : NULL, config->length};
  found->unreadable = true;
}

void dw_nad_report_faults(struct dw_check *check, const struct dw_rule *rule, enum dw_fault_kind kind) {
  const struct dw_cni_config *config = check->config;
  for (size_t i = 0; config != NULL && i < config->fault_count; i++) {
    const struct dw_cni_fault *fault = &config->faults[i];
    struct dw_found found = {.reason = fault->value.json == NULL ? DW_REASON_REQUIRED : DW_REASON_INVALID,
                             .field = fault->value.field,
                             .value = dw_value_shown(check->arena, &fault->value),
                             .fix = fault->fix,
                             .edits = fault->edits,
                             .warn_at_most = fault->uncertain,
                             .json = fault->value.json};
    if (config->more_faults)
      dw_nad_mark_unread(check, &found);
    if (fault->kind == kind)
      dw_report(check, rule, &found, "%s", fault->what);
  }
}

bool dw_nad_rule_off(const struct dw_check *check, const char *id) {
  return dw_policy_action(check->policy, id, DW_ACTION_DENY) == DW_ACTION_OFF;
}

/* whereabouts hands out the lowest free address, so the first one decides. 0.0.0.0/8 is unicast, except for the subnet
 * of 0.0.0.0 itself (Linux 5.3, commit 96125bf9985a; both measured). */
const char *dw_nad_pool_class(struct dw_arena *arena, const struct dw_pool *pool) {
  if (!pool->subnet_known || pool->state == DW_POOL_EMPTY || !pool->has_span)
    return NULL;
  if (pool->subnet.bits == 0)
    return "covers every address";
  struct dw_addr first = pool->state == DW_POOL_OK ? pool->usable.items[0].first : pool->span.first;
  const char *class_name = dw_special_class(&(struct dw_interval){first, first});
  bool zero_net = class_name != NULL && strcmp(class_name, "unspecified") == 0 && first.v4;
  if (class_name == NULL || (zero_net && (uint32_t)pool->subnet.base.value.low != 0))
    return NULL;
  return dw_arena_printf(arena, "includes %s addresses", class_name);
}

bool dw_nad_pool_sound(const struct dw_check *check, const struct dw_pool *pool) {
  return pool->state == DW_POOL_OK &&
         (dw_nad_pool_class(check->arena, pool) == NULL || dw_nad_rule_off(check, "range-class"));
}

struct dw_nad_pools dw_nad_pools(const struct dw_check *check) {
  size_t most = 0;
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    most += plugin->ipam.pool_count;
  struct dw_nad_pools pools = {dw_arena_array(check->arena, most, sizeof *pools.items), 0};
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    for (size_t i = 0; i < plugin->ipam.pool_count; i++)
      if (dw_nad_pool_sound(check, &plugin->ipam.pools[i]))
        pools.items[pools.count++] = (struct dw_nad_pool){plugin, &plugin->ipam.pools[i]};
  return pools;
}

uint64_t dw_nad_needed(const struct dw_check *check) {
  return dw_view_summary(check->view).handler_nodes + check->sync.pods + check->sync.surge;
}

/* Returns true if the rest of the pool has an address, and enough of them if the pool had. */
static bool may_exclude(const struct dw_check *check, const struct dw_pool *pool, const struct dw_prefix *prefixes,
                        size_t count) {
  struct dw_interval *items = dw_arena_array(check->arena, count, sizeof *items);
  for (size_t i = 0; i < count; i++)
    items[i] = dw_interval_of(&prefixes[i]);
  struct dw_interval_set removed = dw_interval_set_make(items, count);
  uint64_t left = 0;
  for (size_t i = 0; i < pool->usable.count; i++) {
    struct dw_interval_set rest = dw_interval_set_without(check->arena, &pool->usable.items[i], &removed);
    uint64_t more = dw_interval_set_count(&rest);
    left = more > UINT64_MAX - left ? UINT64_MAX : left + more;
  }
  uint64_t needed = check->class.migration ? dw_nad_needed(check) : 0;
  return left > 0 && (left >= needed || dw_interval_set_count(&pool->usable) < needed);
}

struct dw_edits dw_nad_exclude(const struct dw_check *check, const struct dw_nad_pool *item,
                               const struct dw_prefix *prefixes, size_t count) {
  struct dw_arena *arena = check->arena;
  struct dw_edits edits = {NULL, 0};
  struct dw_value list = item->pool->exclude;
  bool ovn = dw_nad_is_ovn(item->plugin);
  char text[DW_PREFIX_TEXT];
  if (item->pool->slice_bits != 0 || !may_exclude(check, item->pool, prefixes, count))
    return edits;
  if (ovn)
    list = dw_plugin_option(arena, item->plugin, "excludeSubnets");
  const char *joined = list.text == NULL ? "" : list.text; /* OVN-Kubernetes has a comma-separated text */
  for (size_t i = 0; i < count; i++) {
    const char *cidr = dw_prefix_format(&prefixes[i], text);
    if (ovn)
      joined = dw_arena_join(arena, joined, dw_is_blank_text(joined) ? "" : ",", cidr);
    else
      edits = dw_edits_join(arena, edits, dw_edit_append_text(arena, list.field, i == 0 ? list.json : NULL, cidr));
  }
  return ovn ? dw_edit_set_text(arena, list.field, joined) : edits;
}

/* The pod network sets its default route with metric 0 in IPv4, and 1024 in IPv6 (the kernel's own default). */
bool dw_nad_route_counts(const struct dw_route *route) {
  if (route->dst_state != DW_READ_OK || route->table != DW_ROUTE_MAIN_TABLE)
    return false;
  return route->dst.bits > 0 || route->priority <= (route->dst.base.v4 ? 0U : (uint32_t)DW_ROUTE_IPV6_PRIORITY);
}

/* Returns true if the routes cover all addresses that a host can have; above them there are only multicast addresses.
 */
static bool covers(struct dw_arena *arena, const struct dw_routes *routes, bool v4) {
  struct dw_interval *items = dw_arena_array(arena, routes->count, sizeof *items);
  size_t count = 0;
  for (size_t i = 0; i < routes->count; i++)
    if (dw_nad_route_counts(&routes->items[i]) && routes->items[i].dst.base.v4 == v4)
      items[count++] = dw_interval_of(&routes->items[i].dst);
  struct dw_prefix unicast;
  if (!dw_prefix_parse(v4 ? "0.0.0.0/0" : "::/0", DW_ADDR_STRICT, &unicast, NULL))
    return false;
  struct dw_interval_set set = dw_interval_set_make(items, count);
  struct dw_interval all = dw_interval_of(&unicast);
  struct dw_addr last;
  if (!dw_addr_parse(v4 ? "223.255.255.255" : "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", DW_ADDR_STRICT, &last))
    return false;
  return set.count > 0 && dw_addr_compare(&set.items[0].first, &all.first) == 0 &&
         dw_addr_compare(&set.items[0].last, &last) >= 0;
}

/* The routes of route-override, or of args.cni if it has any. Source: redhat-nfvpe/cni-route-override
 * cmd/route-override (parseConf). */
static struct dw_value added_routes(struct dw_arena *arena, const struct dw_cni_plugin *plugin) {
  const dw_json *cni = dw_json_get(dw_json_get_fold(plugin->json, "args", NULL), "cni");
  struct dw_value own = {.field = dw_arena_join(arena, plugin->field, ".", "addroutes"),
                         .json = dw_json_get_fold(plugin->json, "addroutes", NULL)};
  struct dw_value args = {.field = dw_arena_join(arena, plugin->field, ".", "args.cni.addroutes"),
                          .json = dw_json_get_fold(cni, "addroutes", NULL)};
  return dw_json_type(args.json) == DW_JSON_ARRAY ? args : own;
}

/* Returns true if PLUGIN is a route-override that removes routes of earlier plugins. */
static bool removes_routes(const struct dw_cni_plugin *plugin) {
  if (strcmp(plugin->type_name, "route-override") != 0)
    return false;
  static const char *const keys[] = {"flushroutes", "flushgateway"};
  bool on = false;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (dw_json_boolean(dw_json_get_fold(plugin->json, keys[i], NULL), &on) && on)
      return true;
  return dw_json_size(dw_json_get_fold(plugin->json, "delroutes", NULL)) > 0 ||
         dw_json_get_fold(plugin->json, "args", NULL) != NULL;
}

/* containernetworking/cni pkg/types/020/types.go: a result keeps a route only if it has an address of the same family.
 * This applies only if the version is given: otherwise the version that /mutate adds counts. */
static bool drops_routes(const struct dw_cni_config *config) {
  const char *version = config == NULL || !dw_value_given(&config->version) ? NULL : dw_cni_version_in_force(config);
  return version != NULL && (strcmp(version, "0.1.0") == 0 || strcmp(version, "0.2.0") == 0);
}

/* Returns true if pods may get an address of ROUTE's family. */
static bool has_family(const struct dw_ipam *ipam, const struct dw_route *route) {
  bool found = ipam->error != NULL || ipam->pool_count + ipam->local_pool_count == 0;
  for (size_t i = 0; i < ipam->pool_count; i++)
    found |= !ipam->pools[i].subnet_known ||
             (route->dst_state == DW_READ_OK && ipam->pools[i].subnet.base.v4 == route->dst.base.v4);
  for (size_t i = 0; i < ipam->local_pool_count; i++)
    found |= route->dst_state == DW_READ_OK && ipam->local_pools[i].subnet.base.v4 == route->dst.base.v4;
  return found;
}

/* Removes the routes that the plugin's result drops (measured: composed/v020-route6, composed/v020-route6-default).
 * Unreadable ones remain: the plugin fails on them. */
static void remove_dropped(const struct dw_ipam *ipam, struct dw_routes *routes) {
  size_t kept = 0;
  for (size_t i = 0; i < routes->count; i++)
    if (dw_json_type(routes->items[i].json) != DW_JSON_OBJECT || routes->items[i].dst_state == DW_READ_BAD ||
        has_family(ipam, &routes->items[i]))
      routes->items[kept++] = routes->items[i];
  routes->count = kept;
}

struct dw_nad_routes dw_nad_routes(const struct dw_check *check, const struct dw_cni_plugin *plugin) {
  struct dw_nad_routes out = {.may_not_count = plugin->ipam.type == DW_IPAM_OTHER};
  struct dw_value list = plugin->ipam.routes;
  bool overrides = strcmp(plugin->type_name, "route-override") == 0;
  if (overrides)
    list = added_routes(check->arena, plugin);
  else if (dw_plugin_class(plugin->type_name) == DW_PLUGIN_META || dw_nad_is_ovn(plugin))
    return out;
  if (list.json == NULL)
    return out;
  out.routes = dw_routes_read(check->arena, &list);
  if (!out.routes.too_many && !overrides && drops_routes(check->config))
    remove_dropped(&plugin->ipam, &out.routes);
  out.covers_v4 = covers(check->arena, &out.routes, true);
  out.covers_v6 = covers(check->arena, &out.routes, false);
  for (const struct dw_cni_plugin *next = plugin; (next = dw_nad_next(check, next)) != NULL;)
    out.may_not_count |= removes_routes(next);
  return out;
}

const char *dw_nad_no_nodes(const struct dw_check *check) {
  if (dw_view_count(check->view, DW_KIND_NODE) == 0)
    return "the nodes are unknown";
  return check->policy->selector_given ? "no node matches nodes.selector of the policy" : "no node runs Linux";
}

bool dw_nad_pods_share_node(const struct dw_check *check) {
  const struct dw_sync_controllers *sync = &check->sync;
  return sync->pods > 0 && (sync->shared_nodes > 0 || sync->pods + sync->surge > sync->nodes);
}

const char *dw_nad_no_nics(const struct dw_check *check) {
  enum { NODES_SHOWN = 3 };
  const char *names[NODES_SHOWN];
  size_t nodes = dw_view_summary(check->view).network_nodes;
  if (nodes == 0)
    return dw_nad_no_nodes(check);
  size_t without = dw_view_nodes_without_nics(check->view, names, NODES_SHOWN);
  if (without == 0)
    return NULL;
  if (without == nodes)
    return "no NodeNetworkState (is kubernetes-nmstate installed?)";
  return dw_arena_printf(check->arena, "no NodeNetworkState for %s",
                         dw_text_list(check->arena, names, NODES_SHOWN, without));
}

const char *dw_nad_span(struct dw_arena *arena, const struct dw_interval *span) {
  char first[DW_ADDR_TEXT];
  char last[DW_ADDR_TEXT];
  if (dw_addr_compare(&span->first, &span->last) == 0)
    return dw_arena_strdup(arena, dw_addr_format(&span->first, first));
  return dw_arena_printf(arena, "%s-%s", dw_addr_format(&span->first, first), dw_addr_format(&span->last, last));
}
