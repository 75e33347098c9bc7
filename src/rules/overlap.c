/* Ranges that overlap others: the cluster's own networks, other NADs, other clusters. */
#include <string.h>

#include "base/text.h"
#include "rules/families.h"
#include "rules/nad_internal.h"

/* Each range is compared with all networks and NADs, so their number must be limited. overlap-network reports larger
 * numbers. */
enum { POOLS_COMPARED = 1024 };

static void report_too_many(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *first,
                            const char *with) {
  struct dw_found found = {
      .reason = DW_REASON_FORBIDDEN, .field = first->field, .fix = "use a few wide ranges", .as_migration = true};
  dw_nad_mark_unread(check, &found);
  dw_report(check, rule, &found, "only the first %d ranges are compared with %s", POOLS_COMPARED, with);
}

/* What sends the pod's traffic to a subnet: an address in it, or a route. */
struct destination {
  struct dw_value value;
  const struct dw_prefix *subnet;
  bool may_not_count;
  const char *route; /* the path of the route; NULL if it is not one */
};

static bool cluster_overlap(struct dw_check *check, const struct dw_rule *rule, const struct destination *destination) {
  enum { SHOWN = 3 };
  const struct dw_cluster_network *networks[SHOWN];
  const char *texts[SHOWN];
  size_t count = dw_view_cluster_overlaps(check->view, destination->subnet, networks, SHOWN);
  if (count == 0)
    return false;
  for (size_t i = 0; i < count && i < SHOWN; i++) {
    char prefix[DW_PREFIX_TEXT];
    texts[i] = dw_arena_printf(check->arena, "the %s %s (%s)", networks[i]->name,
                               dw_prefix_format(&networks[i]->prefix, prefix), networks[i]->source);
  }
  struct dw_edits edits = {NULL, 0};
  if (destination->route != NULL)
    edits = dw_edit_remove(check->arena, destination->route);
  const char *fix = count == 1 ? "choose a range outside it" : "choose a range outside them";
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = destination->value.field,
                               .value = destination->value.text,
                               .fix = destination->route != NULL ? "remove the route" : fix,
                               .edits = edits,
                               .warn_at_most = destination->may_not_count},
            "overlaps %s", dw_text_list(check->arena, texts, SHOWN, count));
  return true;
}

/* Returns true if overlap-network denies the same configuration for the same reason. */
static bool is_denied_as_too_many(const struct dw_check *check) {
  return dw_nad_pools(check).count > POOLS_COMPARED &&
         dw_policy_action(check->policy, "overlap-network", DW_ACTION_DENY) == DW_ACTION_DENY;
}

struct comparison {
  struct dw_check *check;
  const struct dw_rule *rule;
  const char *first; /* field of what was compared first; NULL before that */
  size_t compared;
  bool found;
  bool too_many;
};

static void compare_destination(struct comparison *comparison, const struct destination *destination) {
  if (comparison->too_many)
    return;
  if (comparison->compared++ == POOLS_COMPARED) {
    comparison->too_many = true;
    if (!is_denied_as_too_many(comparison->check))
      report_too_many(comparison->check, comparison->rule, &destination->value, "the cluster's networks");
    return;
  }
  comparison->first = comparison->first == NULL ? destination->value.field : comparison->first;
  comparison->found |= cluster_overlap(comparison->check, comparison->rule, destination);
}

/* The pod gets a route to the whole subnet, so the subnet counts even if the rest of the pool cannot be read. It also
 * counts if the pool has no usable address: a wider range at the same place would overlap just the same. */
static void compare_pools(struct comparison *comparison, const struct dw_cni_plugin *plugin) {
  bool any_class = dw_nad_rule_off(comparison->check, "range-class");
  for (size_t i = 0; i < plugin->ipam.pool_count; i++) {
    const struct dw_pool *pool = &plugin->ipam.pools[i];
    if (pool->subnet_known && (any_class || dw_nad_pool_class(comparison->check->arena, pool) == NULL))
      compare_destination(comparison, &(struct destination){.value = pool->range, .subnet = &pool->subnet});
  }
  for (size_t i = 0; i < plugin->ipam.local_pool_count; i++) {
    const struct dw_local_pool *pool = &plugin->ipam.local_pools[i];
    compare_destination(comparison, &(struct destination){.value = pool->value, .subnet = &pool->subnet});
  }
}

/* default-route reports routes that cover everything. */
static void compare_routes(struct comparison *comparison, const struct dw_cni_plugin *plugin) {
  struct dw_nad_routes all = dw_nad_routes(comparison->check, plugin);
  for (size_t i = 0; i < all.routes.count; i++) {
    const struct dw_route *route = &all.routes.items[i];
    if (route->dst_state != DW_READ_OK || route->dst.bits == 0 || (route->dst.base.v4 ? all.covers_v4 : all.covers_v6))
      continue;
    compare_destination(
        comparison,
        &(struct destination){.value = dw_route_member(comparison->check->arena, &all.routes, route, "dst"),
                              .subnet = &route->dst,
                              .route = dw_json_size(all.routes.list.json) == 1
                                           ? all.routes.list.field
                                           : dw_route_value(comparison->check->arena, &all.routes, route).field,
                              .may_not_count = all.may_not_count || !dw_nad_route_counts(route)});
  }
}

static void overlap_cluster_network(struct dw_check *check, const struct dw_rule *rule) {
  struct comparison comparison = {.check = check, .rule = rule};
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    /* A tenant's overlay is isolated, and OVN-Kubernetes itself keeps its subnets off the cluster's. */
    if (!check->class.migration && dw_wire_of(check->arena, plugin).kind == DW_WIRE_OVERLAY)
      continue;
    compare_pools(&comparison, plugin);
    compare_routes(&comparison, plugin);
  }
  if (comparison.first != NULL && !comparison.found && !dw_view_summary(check->view).cluster_networks_known)
    dw_report_unknown(check, rule, comparison.first, "cluster networks unknown; set clusterNetworks");
}

/* A range to compare with other NADs' pools. */
struct candidate {
  const struct dw_value *value;
  const struct dw_prefix *subnet;
  const struct dw_interval_set *usable;
  const struct dw_cni_plugin *plugin;
  enum dw_allocator allocator;
};

struct candidates {
  struct candidate *items;
  size_t count;
};

/* Not for migration networks, where ipam-per-node reports addresses that each node hands out separately. */
static void add_local_pools(struct dw_check *check, struct candidates *all) {
  size_t most = all->count;
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    most += plugin->ipam.local_pool_count;
  struct candidate *items = dw_arena_array(check->arena, most, sizeof *items);
  if (all->count > 0)
    memcpy(items, all->items, all->count * sizeof *items);
  all->items = items;
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    for (size_t i = 0; i < plugin->ipam.local_pool_count; i++) {
      const struct dw_local_pool *pool = &plugin->ipam.local_pools[i];
      items[all->count++] = (struct candidate){&pool->value, &pool->subnet, &pool->usable, plugin, DW_ALLOCATOR_NODE};
    }
}

static struct candidates find_candidates(struct dw_check *check) {
  struct dw_nad_pools pools = dw_nad_pools(check);
  struct candidates all = {dw_arena_array(check->arena, pools.count, sizeof *all.items), 0};
  for (size_t i = 0; i < pools.count; i++) {
    const struct dw_pool *pool = pools.items[i].pool;
    const struct dw_cni_plugin *plugin = pools.items[i].plugin;
    enum dw_allocator allocator = plugin->ipam.type == DW_IPAM_OVN ? DW_ALLOCATOR_OVN : DW_ALLOCATOR_WHEREABOUTS;
    all.items[all.count++] = (struct candidate){&pool->range, &pool->subnet, &pool->usable, plugin, allocator};
  }
  if (!check->class.migration)
    add_local_pools(check, &all);
  return all;
}

static const char *network_name(const struct dw_check *check, const struct candidate *item) {
  if (item->allocator != DW_ALLOCATOR_OVN)
    return item->plugin->ipam.network_name;
  return check->config->name.text == NULL ? "" : check->config->name.text;
}

static size_t conflicts(const struct dw_check *check, const struct candidate *item, struct dw_pool_hit *hit) {
  char cidr[DW_PREFIX_TEXT];
  struct dw_pool_query query = {.usable = item->usable,
                                .cidr = dw_prefix_format(item->subnet, cidr),
                                .network_name = network_name(check, item),
                                .migration = check->class.migration,
                                .ns = check->ns,
                                .name = check->name,
                                .before = check->order,
                                .allocator = item->allocator,
                                .wire = dw_wire_of(check->arena, item->plugin)};
  return dw_view_pool_conflicts(check->view, &query, hit);
}

static bool network_overlap(struct dw_check *check, const struct dw_rule *rule, const struct candidate *item) {
  struct dw_pool_hit hit;
  size_t count = conflicts(check, item, &hit);
  if (count == 0)
    return false;
  const char *others = "";
  if (count > 1)
    others = dw_arena_printf(check->arena, ", and pools of %zu more NAD%s", count - 1, count == 2 ? "" : "s");
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = item->value->field,
                               .value = item->value->text,
                               .fix = "choose a range outside it",
                               .addresses = item->usable,
                               .as_migration = hit.migration || check->class.migration,
                               .warn_at_most = hit.unsure},
            "overlaps %s of %s %s/%s%s (shared: %s)%s", hit.pool->text, hit.migration ? "migration network" : "NAD",
            hit.nad->namespace_, hit.nad->name, hit.unsure ? ", possibly on another network segment" : "",
            dw_nad_span(check->arena, &hit.shared), others);
  return true;
}

/* MetalLB answers for the addresses of its pools on the nodes' networks; the pools do not say on which of them. */
static void service_overlap(struct dw_check *check, const struct dw_rule *rule, const struct candidate *item) {
  const struct dw_service_range *range = dw_view_service_range(check->view, item->usable);
  enum dw_wire_kind wire = dw_wire_of(check->arena, item->plugin).kind;
  if (range == NULL || wire == DW_WIRE_OVERLAY || wire == DW_WIRE_NODE)
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = item->value->field,
                               .value = item->value->text,
                               .fix = "exclude it, or choose another range",
                               .addresses = item->usable,
                               .warn_at_most = true},
            "overlaps %s of the IPAddressPool %s/%s, which MetalLB assigns to services", range->text,
            range->pool->namespace_, range->pool->name);
}

static void overlap_network(struct dw_check *check, const struct dw_rule *rule) {
  struct candidates all = find_candidates(check);
  bool found = false;
  if (all.count > POOLS_COMPARED) {
    report_too_many(check, rule, all.items[POOLS_COMPARED].value, "other NADs");
    return;
  }
  bool shared = false;
  for (size_t i = 0; i < all.count; i++) {
    found |= network_overlap(check, rule, &all.items[i]);
    service_overlap(check, rule, &all.items[i]);
    shared |= dw_wire_of(check->arena, all.items[i].plugin).kind != DW_WIRE_OVERLAY;
  }
  if (shared && !found && dw_view_knows(check->view, DW_KIND_NAD) != DW_KNOWN)
    dw_report_unknown(check, rule, all.items[0].value->field, "other NADs are unknown");
}

static void remote_overlap(struct dw_check *check, const struct dw_rule *rule, const struct dw_pool *pool) {
  enum { SHOWN = 3 };
  const char *texts[SHOWN];
  const char *first = NULL;
  size_t count = 0;
  for (size_t c = 0; c < check->policy->remote_cluster_count; c++) {
    const struct dw_remote_cluster *cluster = &check->policy->remote_clusters[c];
    for (size_t r = 0; r < cluster->range_count; r++) {
      struct dw_interval_set range = {&cluster->ranges[r], 1};
      struct dw_interval shared;
      if (!dw_interval_set_overlap(&pool->usable, &range, &shared))
        continue;
      first = first == NULL ? dw_nad_span(check->arena, &shared) : first;
      if (count < SHOWN)
        texts[count] = dw_arena_printf(check->arena, "%s of the remote cluster %s", cluster->texts[r], cluster->name);
      count++;
    }
  }
  if (count == 0)
    return;
  dw_report(check, rule,
            &(struct dw_found){
                .reason = DW_REASON_INVALID,
                .field = pool->range.field,
                .value = pool->range.text,
                .addresses = &pool->usable,
                .fix = count > 1 ? "exclude them, or choose another range"
                                 : dw_arena_printf(check->arena, "exclude %s, or choose another range", first)},
            "overlaps %s", dw_text_list(check->arena, texts, SHOWN, count));
}

static void overlap_remote_cluster(struct dw_check *check, const struct dw_rule *rule) {
  if (check->policy->remote_cluster_count == 0)
    return;
  struct dw_nad_pools pools = dw_nad_pools(check);
  for (size_t i = 0; i < pools.count; i++)
    remote_overlap(check, rule, pools.items[i].pool);
}

static const struct dw_rule rules[] = {
    {"overlap-cluster-network", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "a subnet or route destination that overlaps one of the cluster's own networks (pods, services, nodes), so "
     "traffic to those addresses would be misrouted",
     "choose a range outside the cluster's networks, or remove the route", overlap_cluster_network},
    {"overlap-network", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "a pool that overlaps another NAD's pool; denied if either is a migration network. Between other NADs, identical "
     "ranges are fine, and pools with different network_names are separate",
     "choose a range that no other NAD uses", overlap_network},
    {"overlap-remote-cluster", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "a pool that overlaps one of a remote cluster in the policy: the two clusters do not coordinate their addresses",
     "give each cluster a separate range", overlap_remote_cluster},
};

const struct dw_family dw_family_overlap = {rules, sizeof rules / sizeof rules[0]};
