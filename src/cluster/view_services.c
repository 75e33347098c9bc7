/* Addresses that MetalLB hands out to services, by address. */
#include "cluster/view_internal.h"

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
