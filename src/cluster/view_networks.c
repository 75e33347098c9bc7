/* The cluster's own networks. */
#include <stdlib.h>
#include <string.h>

#include "cluster/view_internal.h"

/* If two sources name the same subnet, the more informative one is kept: first the objects that describe the cluster,
 * then the policy, then single nodes. */
static const enum dw_kind network_kinds[] = {DW_KIND_NETWORK, DW_KIND_NETWORK_OPERATOR, DW_KIND_SERVICE_CIDR,
                                             DW_KIND_CONFIG_MAP, DW_KIND_NODE};

struct found {
  struct dw_cluster_network network;
  size_t rank; /* the order of collection */
};

struct collection {
  struct found *items;
  size_t count;
};

static void add(struct collection *all, const struct dw_cluster_network *network) {
  all->items[all->count] = (struct found){*network, all->count};
  all->count++;
}

static void add_policy(const struct dw_policy *policy, struct collection *all) {
  for (size_t i = 0; i < policy->cluster_network_count; i++) {
    const struct dw_policy_network *network = &policy->cluster_networks[i];
    add(all, &(struct dw_cluster_network){network->prefix, network->name, "policy"});
  }
}

/* A default subnet of OVN-Kubernetes is not in use if Network.operator sets another one. */
static bool is_replaced(const struct dw_view *view, const struct dw_cluster_network *network) {
  if (strcmp(network->source, DW_OVN_DEFAULT) != 0)
    return false;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NETWORK_OPERATOR); i++) {
    const struct dw_object *object = dw_view_at(view, DW_KIND_NETWORK_OPERATOR, i);
    for (size_t n = 0; n < object->network_count; n++)
      if (object->networks[n].prefix.base.v4 == network->prefix.base.v4 &&
          strcmp(object->networks[n].name, network->name) == 0)
        return true;
  }
  return false;
}

static void collect(const struct dw_view *view, struct dw_arena *scratch, struct collection *all) {
  size_t room = view->policy->cluster_network_count;
  for (size_t i = 0; i < view->owned_count; i++)
    room += view->owned[i]->network_count;
  all->items = dw_arena_array(scratch, room, sizeof *all->items);
  for (size_t k = 0; k < sizeof network_kinds / sizeof network_kinds[0]; k++) {
    if (network_kinds[k] == DW_KIND_NODE)
      add_policy(view->policy, all);
    for (size_t i = 0; i < dw_view_count(view, network_kinds[k]); i++) {
      const struct dw_object *object = dw_view_at(view, network_kinds[k], i);
      for (size_t n = 0; n < object->network_count; n++)
        if (!is_replaced(view, &object->networks[n]))
          add(all, &object->networks[n]);
    }
  }
}

/* Outer subnets come before the inner ones. */
static int outer_first(const void *left, const void *right) {
  const struct found *a = left;
  const struct found *b = right;
  if (a->network.prefix.base.v4 != b->network.prefix.base.v4)
    return a->network.prefix.base.v4 ? -1 : 1;
  int order = dw_addr_compare(&a->network.prefix.base, &b->network.prefix.base);
  if (order != 0)
    return order;
  if (a->network.prefix.bits != b->network.prefix.bits)
    return a->network.prefix.bits < b->network.prefix.bits ? -1 : 1;
  return (a->rank > b->rank) - (a->rank < b->rank);
}

/* Drops subnets inside another one. In this order, each is inside the last one kept or inside none. */
static size_t keep_outer(struct collection *all) {
  qsort(all->items, all->count, sizeof *all->items, outer_first);
  size_t kept = 0;
  for (size_t i = 0; i < all->count; i++)
    if (kept == 0 || !dw_prefix_overlaps(&all->items[kept - 1].network.prefix, &all->items[i].network.prefix))
      all->items[kept++] = all->items[i];
  return kept;
}

void dw_view_networks_build(struct dw_view *view) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct dw_view_networks *networks = &view->networks;
  struct collection all = {NULL, 0};
  collect(view, scratch, &all);
  for (size_t i = 0; i < all.count; i++)
    if (strcmp(all.items[i].network.name, "node address") != 0 || strcmp(all.items[i].network.source, "policy") == 0)
      networks->beyond_nodes = true;
  size_t count = keep_outer(&all);
  networks->items = dw_arena_array(view->arena, count, sizeof *networks->items);
  struct dw_interval_entry *entries = dw_arena_array(view->arena, count, sizeof *entries);
  for (size_t i = 0; i < count; i++) {
    networks->items[i] = all.items[i].network;
    entries[i] = (struct dw_interval_entry){dw_interval_of(&networks->items[i].prefix), (uint32_t)i};
  }
  networks->index = dw_interval_index_make(view->arena, entries, count);
}

const struct dw_cluster_network *dw_view_cluster_networks(const struct dw_view *view, size_t *count) {
  *count = view->networks.index.count;
  return view->networks.items;
}

struct overlaps {
  const struct dw_view *view;
  const struct dw_cluster_network **out; /* the widest so far, the widest first */
  size_t max;
  size_t kept;
  size_t count;
};

static bool is_wider(const struct dw_cluster_network *a, const struct dw_cluster_network *b) {
  unsigned left = dw_prefix_host_bits(&a->prefix);
  unsigned right = dw_prefix_host_bits(&b->prefix);
  return left != right ? left > right : dw_addr_compare(&a->prefix.base, &b->prefix.base) < 0;
}

static bool found_network(void *context, const struct dw_interval_entry *entry) {
  struct overlaps *o = context;
  const struct dw_cluster_network *network = &o->view->networks.items[entry->id];
  o->count++;
  size_t place = o->kept;
  while (place > 0 && is_wider(network, o->out[place - 1]))
    place--;
  if (place >= o->max)
    return true;
  size_t last = o->kept < o->max ? o->kept++ : o->max - 1;
  memmove(o->out + place + 1, o->out + place, (last - place) * sizeof *o->out);
  o->out[place] = network;
  return true;
}

size_t dw_view_cluster_overlaps(const struct dw_view *view, const struct dw_prefix *subnet,
                                const struct dw_cluster_network **out, size_t max) {
  struct overlaps overlaps = {view, out, max, 0, 0};
  struct dw_interval span = dw_interval_of(subnet);
  dw_interval_index_find(&view->networks.index, &span, found_network, &overlaps);
  return overlaps.count;
}
