/* Addresses of the nodes themselves in a network's pool: nothing prevents them from being handed out. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "rules/families.h"
#include "rules/nad_internal.h"

enum { ADDRESSES_SHOWN = 3, EXCLUDES_SHOWN = 4 };

/* The nodes' addresses in one pool. */
struct in_use {
  const struct dw_node_address **items;
  size_t count;
};

/* The interface of the nodes that the network uses. */
struct place {
  const struct dw_wire *wire;
  const char *nic; /* NULL if unknown */
};

static bool is_on(const struct place *place, const struct dw_nic *nic) {
  if (place->nic == NULL)
    return false;
  if (strcmp(nic->name, place->nic) == 0)
    return true;
  return nic->more != NULL && nic->more->base != NULL && strcmp(nic->more->base, place->wire->nic) == 0 &&
         (int)nic->more->vlan_id == place->wire->vlan;
}

/* overlap-cluster-network reports addresses in the cluster's own networks. */
static bool is_of_cluster(const struct dw_check *check, const struct dw_addr *addr) {
  const struct dw_cluster_network *network;
  struct dw_prefix one = {.base = *addr, .bits = addr->v4 ? 32 : 128};
  return dw_view_cluster_overlaps(check->view, &one, &network, 1) > 0;
}

static struct in_use find_in_use(const struct dw_check *check, const struct dw_pool *pool, const struct place *place,
                                 bool on) {
  struct dw_interval hull = {pool->usable.items[0].first, pool->usable.items[pool->usable.count - 1].last};
  size_t count;
  const struct dw_node_address *all = dw_view_node_addresses(check->view, &hull, &count);
  struct in_use in_use = {dw_arena_array(check->arena, count, sizeof(const struct dw_node_address *)), 0};
  for (size_t i = 0; i < count; i++) {
    const struct dw_addr *addr = dw_node_address_get(&all[i]);
    if (is_on(place, dw_node_address_nic(&all[i])) == on && dw_interval_set_contains(&pool->usable, addr) &&
        (on || !is_of_cluster(check, addr)))
      in_use.items[in_use.count++] = &all[i];
  }
  return in_use;
}

static const char *list_in_use(struct dw_arena *arena, const struct in_use *in_use, bool with_nic) {
  const char *texts[ADDRESSES_SHOWN];
  for (size_t i = 0; i < in_use->count && i < ADDRESSES_SHOWN; i++) {
    char addr[DW_ADDR_TEXT];
    const struct dw_node_address *item = in_use->items[i];
    texts[i] = dw_arena_printf(arena, "%s (%s%s%s)", dw_addr_format(dw_node_address_get(item), addr), item->nns->name,
                               with_nic ? ", " : "", with_nic ? dw_node_address_nic(item)->name : "");
  }
  return dw_text_list(arena, texts, ADDRESSES_SHOWN, in_use->count);
}

/* --- what to exclude --- */

/* Writes at most EXCLUDES_SHOWN CIDRs into OUT and returns their number; a larger number if these are not enough. */
static size_t list_prefixes(const struct dw_interval_set *set, struct dw_prefix *out) {
  size_t count = 0;
  for (size_t i = 0; i < set->count && count <= EXCLUDES_SHOWN; i++)
    count += dw_interval_prefixes(&set->items[i], out + count, EXCLUDES_SHOWN - count);
  return count;
}

/* Finds the smallest subnet that contains all of SET, if it leaves most of the pool usable. */
static bool common_prefix(struct dw_arena *arena, const struct dw_interval_set *set, const struct dw_pool *pool,
                          struct dw_prefix *out) {
  for (unsigned bits = pool->subnet.base.v4 ? 32 : 128; bits > pool->subnet.bits + 1U; bits--) {
    char address[DW_ADDR_TEXT];
    struct dw_prefix prefix;
    const char *cidr = dw_arena_printf(arena, "%s/%u", dw_addr_format(&set->items[0].first, address), bits);
    if (dw_prefix_parse(cidr, DW_ADDR_STRICT, &prefix, NULL) &&
        dw_prefix_contains(&prefix, &set->items[set->count - 1].last)) {
      *out = prefix;
      return true;
    }
  }
  return false;
}

/* Sets the fix of FOUND. */
static void exclude_in_use(const struct dw_check *check, const struct dw_nad_pool *item, const struct in_use *in_use,
                           struct dw_found *found) {
  struct dw_arena *arena = check->arena;
  struct dw_interval *intervals = dw_arena_array(arena, in_use->count, sizeof *intervals);
  for (size_t i = 0; i < in_use->count; i++)
    intervals[i] = (struct dw_interval){*dw_node_address_get(in_use->items[i]), *dw_node_address_get(in_use->items[i])};
  struct dw_interval_set set = dw_interval_set_make(intervals, in_use->count);
  struct dw_prefix prefixes[EXCLUDES_SHOWN];
  size_t count = list_prefixes(&set, prefixes);
  if (count > EXCLUDES_SHOWN && common_prefix(arena, &set, item->pool, &prefixes[0]))
    count = 1;
  const char *key = dw_nad_is_ovn(item->plugin) ? "excludeSubnets" : "exclude";
  if (count > EXCLUDES_SHOWN) {
    found->fix = dw_arena_printf(arena, "exclude them with %s, or choose a range without them", key);
    return;
  }
  struct dw_buf list = DW_BUF_IN(arena);
  for (size_t i = 0; i < count; i++) {
    char text[DW_PREFIX_TEXT];
    dw_buf_printf(&list, "%s\"%s\"", i == 0 ? "" : ", ", dw_prefix_format(&prefixes[i], text));
  }
  found->fix = dw_arena_printf(arena, "add %s to %s", dw_buf_text(&list), key);
  found->edits = dw_nad_exclude(check, item, prefixes, count);
}

/* --- the rule --- */

static void report(struct dw_check *check, const struct dw_rule *rule, const struct dw_nad_pool *item,
                   const struct in_use *in_use, const char *nic) {
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = item->pool->range.field,
                           .value = item->pool->range.text,
                           .addresses = &item->pool->usable,
                           .warn_at_most = nic == NULL};
  exclude_in_use(check, item, in_use, &found);
  if (nic != NULL)
    dw_report(check, rule, &found, "contains addresses that nodes use on %s, and pods can get them too: %s", nic,
              list_in_use(check->arena, in_use, false));
  else
    dw_report(check, rule, &found, "contains addresses that nodes use: %s", list_in_use(check->arena, in_use, true));
}

static void check_pool(struct dw_check *check, const struct dw_rule *rule, const struct dw_nad_pool *item) {
  struct dw_wire wire = dw_wire_of(check->arena, item->plugin);
  if (wire.kind == DW_WIRE_OVERLAY || wire.kind == DW_WIRE_NODE)
    return;
  const char *name = dw_wire_nic(check->arena, &wire);
  struct place place = {&wire, name == NULL ? NULL : dw_view_nic_proper(check->view, name)};
  struct in_use in_use = find_in_use(check, item->pool, &place, true);
  if (in_use.count > 0) {
    report(check, rule, item, &in_use, place.nic);
    return;
  }
  in_use = find_in_use(check, item->pool, &place, false);
  if (in_use.count > 0)
    report(check, rule, item, &in_use, NULL);
}

static void node_address_in_pool(struct dw_check *check, const struct dw_rule *rule) {
  struct dw_nad_pools pools = dw_nad_pools(check);
  for (size_t i = 0; i < pools.count; i++)
    check_pool(check, rule, &pools.items[i]);
}

static const struct dw_rule rules[] = {
    {"node-address-in-pool", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "a pool that contains addresses that nodes use on the same NIC or bridge, so whereabouts can hand them out again; "
     "on another NIC only a warning",
     "exclude the nodes' addresses", node_address_in_pool},
};

const struct dw_family dw_family_node_address = {rules, sizeof rules / sizeof rules[0]};
