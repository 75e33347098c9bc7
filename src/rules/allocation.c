/* Every pod of the migration network must get an address, and no two may get the same one. */
#include <inttypes.h>
#include <string.h>

#include "cni/ovn.h"
#include "net/range.h"
#include "rules/families.h"
#include "rules/nad_internal.h"

static bool allocates_nothing(const struct dw_cni_plugin *plugin) {
  const struct dw_ipam *ipam = &plugin->ipam;
  /* ovn-config reports OVN-Kubernetes' default network, and an IPAM plugin in addition to OVN-Kubernetes. */
  if (dw_nad_is_ovn(plugin) && (ipam->type_name[0] != '\0' || dw_ovn_topology(plugin->json) == DW_OVN_NO_TOPOLOGY))
    return false;
  return ipam->problem_count == 0 &&
         (ipam->type == DW_IPAM_NONE || (ipam->type == DW_IPAM_OVN && ipam->pool_count == 0));
}

static void ipam_required(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_cni_plugin *plugin = dw_nad_connecting(check);
  if (plugin == NULL || !allocates_nothing(plugin))
    return;
  struct dw_found found = {.reason = DW_REASON_REQUIRED,
                           .field = plugin->ipam.field,
                           .fix = "add \"ipam\": {\"type\": \"whereabouts\", \"range\": \"192.168.99.0/24\"}",
                           .warn_at_most = dw_plugin_class(plugin->type_name) == DW_PLUGIN_UNKNOWN};
  if (dw_nad_is_ovn(plugin)) {
    found.field = dw_arena_printf(check->arena, "%s.subnets", plugin->field);
    found.fix = "add \"subnets\": \"192.168.99.0/24\"";
  } else if (plugin->ipam.field == NULL) {
    found.field = dw_arena_printf(check->arena, "%s.ipam", plugin->field);
  }
  dw_report(check, rule, &found, "without IPAM, migration0 gets no address");
}

/* virt-handler uses the first global unicast address of migration0: IPv4 before IPv6, and within a family the pool's
 * before those of `addresses` (whereabouts cmd/whereabouts.go, cmdAdd). So an added address does harm if it comes
 * first, or if a pod can also get it from the pool. */
static bool every_node_uses(const struct dw_ipam *ipam, const struct dw_local_pool *address) {
  const struct dw_addr *addr = &address->usable.items[0].first;
  bool pool_first = false;
  for (size_t i = 0; i < ipam->pool_count; i++) {
    const struct dw_pool *pool = &ipam->pools[i];
    if (pool->state == DW_POOL_UNREADABLE)
      return false;
    if (pool->state != DW_POOL_OK)
      continue;
    if (pool->subnet.base.v4 == addr->v4 && dw_interval_set_contains(&pool->usable, addr))
      return true;
    pool_first |= pool->subnet.base.v4 || !addr->v4;
  }
  return !pool_first;
}

static void added_addresses(struct dw_check *check, const struct dw_rule *rule, const struct dw_ipam *ipam) {
  for (size_t i = 0; i < ipam->local_pool_count && ipam->error == NULL; i++) {
    const struct dw_local_pool *address = &ipam->local_pools[i];
    bool used = every_node_uses(ipam, address);
    const char *field = address->value.field;
    const char *entry = dw_arena_strndup(check->arena, field, (size_t)(strrchr(field, ']') + 1 - field));
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = address->value.field,
                                 .value = address->value.text,
                                 .fix = "remove it",
                                 .edits = dw_edit_remove(check->arena, entry),
                                 .warn_at_most = !used},
              used ? "every pod gets this address, so nodes end up with duplicates"
                   : "every pod gets this address in addition to its own");
  }
}

static void ipam_per_node(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_cni_plugin *plugin = dw_nad_connecting(check);
  if (plugin == NULL)
    return;
  const struct dw_ipam *ipam = &plugin->ipam;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = ipam->type_value.field,
                           .value = ipam->type_name,
                           .fix = "use whereabouts, or dhcp with a server on that network"};
  if (ipam->type == DW_IPAM_HOST_LOCAL || (ipam->type == DW_IPAM_STATIC && ipam->local_pool_count > 0))
    dw_report(check, rule, &found,
              "allocates addresses on each node independently, so two nodes can hand out the same one");
  else if (ipam->type == DW_IPAM_STATIC)
    dw_report(check, rule, &found, "has no address to assign, and would assign the same one on every node");
  else if (ipam->type == DW_IPAM_WHEREABOUTS)
    added_addresses(check, rule, ipam);
  else if (ipam->type == DW_IPAM_OTHER)
    dw_report_unverified(check, rule, ipam->type_value.field, "the IPAM plugin \"%s\" is unknown", ipam->type_name);
}

/* How many addresses the pods need. */
struct demand {
  bool known;
  uint64_t nodes;
  uint64_t total;
};

static struct demand demand_of(const struct dw_check *check) {
  uint64_t nodes = dw_view_summary(check->view).handler_nodes;
  return (struct demand){nodes > 0 && dw_view_knows(check->view, DW_KIND_NODE) == DW_KNOWN, nodes,
                         dw_nad_needed(check)};
}

static const char *sync_text(const struct dw_check *check) {
  const struct dw_sync_controllers *sync = &check->sync;
  if (sync->pods == 0)
    return "";
  const char *pods =
      dw_arena_printf(check->arena, ", %u virt-synchronization-controller%s", sync->pods, sync->pods == 1 ? "" : "s");
  return sync->surge == 0 ? pods : dw_arena_printf(check->arena, "%s and %u more during updates", pods, sync->surge);
}

static const char *usable_text(const struct dw_check *check, uint64_t count) {
  return count == 1 ? "1 usable address" : dw_arena_printf(check->arena, "%" PRIu64 " usable addresses", count);
}

/* How to get enough addresses. `droveway map --suggest` suggests ranges of the same size. */
static const char *fix_of(struct dw_check *check, const struct dw_nad_pool *item, const struct demand *demand) {
  const struct dw_pool *pool = item->pool;
  bool v4 = pool->subnet.base.v4;
  if (item->plugin->ipam.type != DW_IPAM_WHEREABOUTS ||
      dw_interval_set_count(&pool->usable) < dw_subnet_usable(v4, pool->subnet.bits))
    return pool->exclude_count > 0 ? "widen the range or exclude less" : "widen the range";
  return dw_arena_printf(check->arena, "widen the range to at least /%u",
                         dw_subnet_bits_for(v4, demand->total + dw_spare_addresses(demand->total)));
}

static void small_pool(struct dw_check *check, const struct dw_rule *rule, const struct dw_nad_pool *item,
                       const struct demand *demand) {
  const struct dw_pool *pool = item->pool;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = pool->range.field,
                               .value = pool->range.text,
                               .fix = fix_of(check, item, demand)},
            "has %s, but %" PRIu64 " are needed (%" PRIu64 " node%s virt-handler%s)",
            usable_text(check, dw_interval_set_count(&pool->usable)), demand->total, demand->nodes,
            demand->nodes == 1 ? " that runs" : "s that run", sync_text(check));
}

/* How many node subnets the pools of each family contain. OVN-Kubernetes' layer3 gives each node of the cluster a
 * separate subnet, from any of the subnets of a family. */
struct node_subnets {
  uint64_t v4, v6;
};

static struct node_subnets count_node_subnets(const struct dw_nad_pools *pools) {
  struct node_subnets subnets = {0, 0};
  for (size_t i = 0; i < pools->count; i++) {
    const struct dw_pool *pool = pools->items[i].pool;
    uint64_t *count = pool->subnet.base.v4 ? &subnets.v4 : &subnets.v6;
    *count = pool->node_subnets > UINT64_MAX - *count ? UINT64_MAX : *count + pool->node_subnets;
  }
  return subnets;
}

static bool few_node_subnets(struct dw_check *check, const struct dw_rule *rule, const struct node_subnets *counted,
                             const struct dw_pool *pool) {
  uint64_t subnets = pool->subnet.base.v4 ? counted->v4 : counted->v6;
  uint64_t handlers = dw_view_summary(check->view).handler_nodes;
  uint64_t all = dw_view_summary(check->view).linux_nodes;
  uint64_t needed = subnets < handlers ? handlers : all;
  if (pool->node_subnets == 0 || handlers == 0 || subnets >= needed)
    return false;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = pool->range.field,
                               .value = pool->range.text,
                               .fix = "give nodes a longer host prefix, or widen the subnet",
                               .warn_at_most = subnets >= handlers},
            "has room for %" PRIu64 " node subnet%s, but each of %" PRIu64 " nodes%s needs one", subnets,
            subnets == 1 ? "" : "s", needed, subnets < handlers ? " that run virt-handler" : "");
  return true;
}

static void few_slices(struct dw_check *check, const struct dw_rule *rule, const struct dw_nad_pool *item,
                       uint64_t slices, uint64_t nodes) {
  const struct dw_value *size = &item->plugin->ipam.node_slice_size;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = size->field,
                               .value = size->text,
                               .fix = "widen the range, or make the slices smaller"},
            "cuts the range into %" PRIu64 " slice%s, but each of %" PRIu64 " Linux nodes needs one", slices,
            slices == 1 ? "" : "s", nodes);
}

/* The scheduler spreads virt-synchronization-controller's pods if it can. A slice is certainly too small only if all
 * slices together have no room for them. */
static void small_slices(struct dw_check *check, const struct dw_rule *rule, const struct dw_nad_pool *item,
                         uint64_t room) {
  const struct dw_sync_controllers *sync = &check->sync;
  const struct dw_value *size = &item->plugin->ipam.node_slice_size;
  uint64_t pods = (uint64_t)sync->pods + sync->surge;
  uint64_t handlers = sync->shared_nodes > 0 ? 1 : 0;
  if (sync->pods == 0 || handlers + pods <= room)
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = size->field,
                               .value = size->text,
                               .fix = "make the slices larger",
                               .warn_at_most = sync->nodes * room >= sync->shared_nodes + pods},
            "gives each node %s, but up to %" PRIu64 " are needed (%s%s)", usable_text(check, room), handlers + pods,
            handlers > 0 ? "virt-handler" : "", handlers > 0 ? sync_text(check) : sync_text(check) + strlen(", "));
}

/* whereabouts' controller gives slices to all nodes in no particular order, so it is random which nodes get none
 * (pkg/node-controller/controller.go, assignNodeToSlice). */
static bool slices_too_small(struct dw_check *check, const struct dw_rule *rule, const struct dw_nad_pool *item) {
  struct dw_slices slices = dw_pool_slices(item->pool);
  uint64_t nodes = dw_view_summary(check->view).linux_nodes;
  if (slices.count < nodes)
    few_slices(check, rule, item, slices.count, nodes);
  small_slices(check, rule, item, slices.room);
  return slices.count < nodes;
}

static void pool_too_small(struct dw_check *check, const struct dw_rule *rule) {
  struct dw_nad_pools pools = dw_nad_pools(check);
  struct node_subnets subnets = count_node_subnets(&pools);
  struct demand demand = demand_of(check);
  bool found = false;
  for (size_t i = 0; i < pools.count; i++) {
    found |= few_node_subnets(check, rule, &subnets, pools.items[i].pool);
    if (pools.items[i].pool->slice_bits != 0 && demand.nodes > 0) {
      found |= slices_too_small(check, rule, &pools.items[i]);
      continue;
    }
    if (demand.nodes == 0 || dw_interval_set_count(&pools.items[i].pool->usable) >= demand.total)
      continue;
    found = true;
    small_pool(check, rule, &pools.items[i], &demand);
  }
  if (pools.count > 0 && !found && !demand.known)
    dw_report_unknown(check, rule, pools.items[0].pool->range.field, "%s", dw_nad_no_nodes(check));
}

/* Every node gets a slice, whatever runs on it. */
static void tight_slices(struct dw_check *check, const struct dw_rule *rule, const struct dw_nad_pool *item) {
  const struct dw_value *size = &item->plugin->ipam.node_slice_size;
  uint64_t slices = dw_pool_slices(item->pool).count;
  uint64_t nodes = dw_view_summary(check->view).linux_nodes;
  if (slices < nodes || slices - nodes >= (nodes + 9) / 10)
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = size->field,
                               .value = size->text,
                               .fix = "widen the range, or make the slices smaller"},
            "%" PRIu64 " slice%s for %" PRIu64 " Linux node%s", slices, slices == 1 ? "" : "s", nodes,
            nodes == 1 ? "" : "s");
}

static void pool_tight(struct dw_check *check, const struct dw_rule *rule) {
  struct dw_nad_pools pools = dw_nad_pools(check);
  struct demand demand = demand_of(check);
  for (size_t i = 0; i < pools.count; i++) {
    const struct dw_pool *pool = pools.items[i].pool;
    uint64_t usable = dw_interval_set_count(&pool->usable);
    if (pool->slice_bits != 0) {
      tight_slices(check, rule, &pools.items[i]);
      continue;
    }
    if (demand.nodes == 0 || usable < demand.total || usable - demand.total >= dw_spare_addresses(demand.total))
      continue;
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = pool->range.field,
                                 .value = pool->range.text,
                                 .fix = fix_of(check, &pools.items[i], &demand)},
              "has %s; %" PRIu64 " %s needed", usable_text(check, usable), demand.total,
              demand.total == 1 ? "is" : "are");
  }
}

static void reservation_off(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    if (plugin->ipam.reservation_off)
      dw_report(check, rule,
                &(struct dw_found){.reason = DW_REASON_INVALID,
                                   .field = plugin->ipam.overlapping_ranges.field,
                                   .value = "false",
                                   .fix = "remove it",
                                   .edits = dw_edit_remove(check->arena, plugin->ipam.overlapping_ranges.field)},
                "overlapping ranges can hand out the same address");
}

static const struct dw_rule rules[] = {
    {"ipam-required", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "no IPAM, so migration0 gets no address (OVN-Kubernetes: no `subnets`)",
     "add whereabouts with a range; with OVN-Kubernetes add `subnets`", ipam_required},
    {"ipam-per-node", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "IPAM that lets two nodes use the same address: host-local, static, or whereabouts with `addresses`",
     "use whereabouts without `addresses`, or dhcp with a server on that network", ipam_per_node},
    {"pool-too-small", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "fewer usable addresses than virt-handler needs (with decentralizedLiveMigration, virt-synchronization-controller "
     "as well); with node_slice_size, slices that are too few or too small",
     "widen the range or exclude less", pool_too_small},
    {"pool-tight", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_NONE,
     "fewer spare addresses than 10 % of those needed: the next node may get none", "widen the range or exclude less",
     pool_tight},
    {"reservation-off", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_WARN,
     "enable_overlapping_ranges is false, so overlapping pools can hand out the same address", "remove it",
     reservation_off},
};

const struct dw_family dw_family_allocation = {rules, sizeof rules / sizeof rules[0]};
