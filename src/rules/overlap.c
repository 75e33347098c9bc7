/* Ranges against what else is in use: the cluster's own networks, other NADs, other clusters. */
#include "rules/families.h"
#include "rules/nad_internal.h"

/* Each range is looked up among all networks and NADs, so a configuration must not bring any number of them. Of more
 * than these overlap-network speaks. */
enum { POOLS_COMPARED = 1024 };

static void report_too_many(struct dw_check *check, const struct dw_rule *rule, const struct dw_pool *first,
                            const char *with) {
  struct dw_found found = {.reason = DW_REASON_FORBIDDEN,
                           .field = first->range.field,
                           .mend = "give a few wide ranges",
                           .as_migration = true};
  dw_nad_mark_unread(check, &found);
  dw_report(check, rule, &found, "more than %d ranges are not compared with %s", POOLS_COMPARED, with);
}

/* The pod gets a route to the whole subnet, so the subnet counts, even where the rest of the pool can't be read. Of a
 * pool without usable addresses it counts too: a wider range at the same place would overlap just the same. */
static bool has_subnet(const struct dw_check *check, const struct dw_pool *pool) {
  return pool->subnet_known && (dw_nad_pool_class(check->arena, pool) == NULL || dw_nad_rule_off(check, "range-class"));
}

static bool cluster_overlap(struct dw_check *check, const struct dw_rule *rule, const struct dw_pool *pool) {
  enum { SHOWN = 3 };
  const struct dw_cluster_network *networks[SHOWN];
  const char *texts[SHOWN];
  size_t count = dw_view_cluster_overlaps(check->view, &pool->subnet, networks, SHOWN);
  if (count == 0)
    return false;
  for (size_t i = 0; i < count && i < SHOWN; i++) {
    char prefix[DW_PREFIX_TEXT];
    texts[i] = dw_arena_printf(check->arena, "the %s %s (%s)", networks[i]->name,
                               dw_prefix_format(&networks[i]->prefix, prefix), networks[i]->source);
  }
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = pool->range.field,
                               .value = pool->range.text,
                               .mend = count == 1 ? "choose a range outside it" : "choose a range outside them"},
            "overlaps %s", dw_nad_list(check->arena, texts, SHOWN, count));
  return true;
}

/* Whether overlap-network denies the same configuration for the same reason. */
static bool is_denied_as_too_many(const struct dw_check *check) {
  return dw_nad_pools(check).count > POOLS_COMPARED &&
         dw_policy_action(check->policy, "overlap-network", DW_ACTION_DENY) == DW_ACTION_DENY;
}

static void overlap_cluster_network(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_pool *first = NULL;
  const struct dw_pool *beyond = NULL;
  size_t compared = 0;
  bool found = false;
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    for (size_t i = 0; i < plugin->ipam.pool_count && beyond == NULL; i++) {
      const struct dw_pool *pool = &plugin->ipam.pools[i];
      if (!has_subnet(check, pool))
        continue;
      if (compared++ == POOLS_COMPARED) {
        beyond = pool;
        continue;
      }
      first = first == NULL ? pool : first;
      found |= cluster_overlap(check, rule, pool);
    }
  if (beyond != NULL && !is_denied_as_too_many(check))
    report_too_many(check, rule, beyond, "the cluster's networks");
  if (first != NULL && !found && !dw_view_has_cluster_networks(check->view))
    dw_report_unverified(check, rule, first->range.field, "networks unknown; set clusterNetworks");
}

/* Conflicts of one pool: how many NADs, and the one to name. */
static size_t conflicts(const struct dw_check *check, const struct dw_nad_pool *item, struct dw_pool_hit *hit) {
  char cidr[DW_PREFIX_TEXT];
  struct dw_pool_query query = {.usable = &item->pool->usable,
                                .cidr = dw_prefix_format(&item->pool->subnet, cidr),
                                .network_name = item->plugin->ipam.network_name,
                                .migration = check->class.migration,
                                .ns = check->ns,
                                .name = check->name,
                                .before = check->order};
  return dw_view_pool_conflicts(check->view, &query, hit);
}

static bool network_overlap(struct dw_check *check, const struct dw_rule *rule, const struct dw_nad_pool *item) {
  struct dw_pool_hit hit;
  size_t count = conflicts(check, item, &hit);
  if (count == 0)
    return false;
  const char *others = "";
  if (count > 1)
    others = dw_arena_printf(check->arena, ", and pools of %zu more NAD%s", count - 1, count == 2 ? "" : "s");
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = item->pool->range.field,
                               .value = item->pool->range.text,
                               .mend = "choose a range outside it",
                               .addresses = &item->pool->usable,
                               .as_migration = hit.migration || check->class.migration},
            "overlaps %s of %s %s/%s (shared: %s)%s", hit.pool->text, hit.migration ? "migration network" : "NAD",
            hit.nad->namespace_, hit.nad->name, dw_nad_span(check->arena, &hit.shared), others);
  return true;
}

static void overlap_network(struct dw_check *check, const struct dw_rule *rule) {
  struct dw_nad_pools pools = dw_nad_pools(check);
  bool found = false;
  if (pools.count > POOLS_COMPARED) {
    report_too_many(check, rule, pools.items[POOLS_COMPARED].pool, "other NADs");
    return;
  }
  for (size_t i = 0; i < pools.count; i++)
    found |= network_overlap(check, rule, &pools.items[i]);
  if (pools.count > 0 && !found && dw_view_knows(check->view, DW_KIND_NAD) != DW_KNOWN)
    dw_report_unverified(check, rule, pools.items[0].pool->range.field, "other NADs are not known");
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
                .mend = count > 1 ? "leave them out by exclude or another range"
                                  : dw_arena_printf(check->arena, "leave out %s by exclude or another range", first)},
            "overlaps %s", dw_nad_list(check->arena, texts, SHOWN, count));
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
     "the subnet overlaps a network of the cluster itself (pods, services, nodes), so that traffic to the cluster's "
     "own addresses would go astray",
     "choose a range outside the cluster's networks", overlap_cluster_network},
    {"overlap-network", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "the pool overlaps another NAD's pool; denied where either is a migration network. Between other NADs an "
     "identical range is fine, and different network_names are separate",
     "choose a range that no other NAD uses", overlap_network},
    {"overlap-remote-cluster", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "the pool overlaps one of a remote cluster of the policy: nothing coordinates the two",
     "give each cluster a range of its own", overlap_remote_cluster},
};

const struct dw_family dw_family_overlap = {rules, sizeof rules / sizeof rules[0]};
