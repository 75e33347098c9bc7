/* The addresses of nodes in order, so that those in a range are found without walking the nodes. */
#include <stdlib.h>
#include <string.h>

#include "cluster/view_internal.h"

static int compare_addresses(const struct dw_addr *a, const struct dw_addr *b) {
  return a->v4 != b->v4 ? (int)b->v4 - (int)a->v4 : dw_addr_compare(a, b);
}

static int by_address(const void *left, const void *right) {
  const struct dw_node_address *a = left;
  const struct dw_node_address *b = right;
  int order = compare_addresses(dw_node_address_get(a), dw_node_address_get(b));
  if (order == 0)
    order = strcmp(a->nns->name, b->nns->name);
  return order != 0 ? order : strcmp(dw_node_address_nic(a)->name, dw_node_address_nic(b)->name);
}

/* An address that is only valid on one node or wire can't be in a pool. */
static bool counts(const struct dw_nic *nic, const struct dw_addr *addr) {
  struct dw_interval one = {*addr, *addr};
  return nic->type != DW_NIC_LOOPBACK && dw_special_class(&one) == NULL;
}

void dw_view_addresses_build(struct dw_view *view) {
  struct dw_view_addresses *all = &view->addresses;
  size_t most = 0;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NODE_NETWORK_STATE); i++) {
    const struct dw_object *nns = dw_view_at(view, DW_KIND_NODE_NETWORK_STATE, i);
    for (size_t k = 0; k < nns->nns.nic_count; k++)
      most += nns->nns.nics[k].address_count;
  }
  all->items = dw_arena_array(view->arena, most, sizeof *all->items);
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NODE_NETWORK_STATE); i++) {
    const struct dw_object *nns = dw_view_at(view, DW_KIND_NODE_NETWORK_STATE, i);
    for (uint32_t k = 0; k < nns->nns.nic_count; k++) {
      const struct dw_nic *nic = &nns->nns.nics[k];
      for (uint32_t n = 0; n < nic->address_count; n++)
        if (counts(nic, &nic->addresses[n]))
          all->items[all->count++] = (struct dw_node_address){nns, k, n};
    }
  }
  qsort(all->items, all->count, sizeof *all->items, by_address);
}

/* The index of the first address that is not before ADDR or, if AFTER, of the first one after it. */
static size_t bound(const struct dw_view_addresses *all, const struct dw_addr *addr, bool after) {
  size_t low = 0;
  size_t high = all->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare_addresses(dw_node_address_get(&all->items[middle]), addr);
    if (order < 0 || (after && order == 0))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

const struct dw_node_address *dw_view_node_addresses(const struct dw_view *view, const struct dw_interval *span,
                                                     size_t *count) {
  size_t first = bound(&view->addresses, &span->first, false);
  *count = bound(&view->addresses, &span->last, true) - first;
  return view->addresses.items + first;
}

/* --- addresses that MetalLB hands out to services --- */

void dw_view_services_build(struct dw_view *view) {
  struct dw_view_services *services = &view->services;
  size_t count = 0;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_ADDRESS_POOL); i++)
    count += dw_view_at(view, DW_KIND_ADDRESS_POOL, i)->address_pool.range_count;
  services->items = dw_arena_array(view->arena, count, sizeof *services->items);
  struct dw_interval_entry *entries = dw_arena_array(view->arena, count, sizeof *entries);
  size_t used = 0;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_ADDRESS_POOL); i++) {
    const struct dw_object *pool = dw_view_at(view, DW_KIND_ADDRESS_POOL, i);
    for (size_t k = 0; k < pool->address_pool.range_count; k++) {
      const struct dw_address_range *range = &pool->address_pool.ranges[k];
      services->items[used] = (struct dw_service_range){pool, range->text};
      entries[used] = (struct dw_interval_entry){range->span, (uint32_t)used};
      used++;
    }
  }
  services->index = dw_interval_index_make(view->arena, entries, used);
}

struct search {
  const struct dw_view_services *services;
  const struct dw_interval_set *usable;
  uint32_t first;
};

static bool found(void *context, const struct dw_interval_entry *entry) {
  struct search *search = context;
  if (entry->id < search->first && dw_interval_set_meets(search->usable, &entry->span))
    search->first = entry->id;
  return true;
}

const struct dw_service_range *dw_view_service_range(const struct dw_view *view, const struct dw_interval_set *usable) {
  struct search search = {&view->services, usable, DW_NOWHERE};
  if (usable->count == 0)
    return NULL;
  struct dw_interval hull = {usable->items[0].first, usable->items[usable->count - 1].last};
  dw_interval_index_find(&view->services.index, &hull, found, &search);
  return search.first == DW_NOWHERE ? NULL : &view->services.items[search.first];
}
