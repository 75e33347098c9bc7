/* Which entries are in conflict, as the overlap rules define it: a pool's subnet with the cluster's networks, and its
 * addresses with those of other NADs and, on a migration network, with those of remote clusters. */
#include <string.h>

#include "map/map_internal.h"

enum { COUNT_LIMIT = 1000 };

static void add_overlap(struct dw_map_builder *b, struct dw_map_entry *entry, const char *name, const char *text) {
  size_t shown = 0;
  while (shown < DW_MAP_OVERLAPS_SHOWN && entry->overlaps[shown] != NULL)
    shown++;
  if (shown < DW_MAP_OVERLAPS_SHOWN)
    entry->overlaps[shown] = dw_arena_printf(b->arena, "%s %s", name, text);
  if (entry->overlap_count < COUNT_LIMIT)
    entry->overlap_count++;
}

static void add_uncounted(struct dw_map_entry *entry, size_t count) {
  entry->overlap_count += count;
  if (entry->overlap_count > COUNT_LIMIT)
    entry->overlap_count = COUNT_LIMIT;
}

static void with_networks(struct dw_map_builder *b, const struct dw_map_origin *origin) {
  const struct dw_cluster_network *networks[DW_MAP_OVERLAPS_SHOWN];
  size_t count = dw_view_cluster_overlaps(b->view, &origin->pool->prefix, networks, DW_MAP_OVERLAPS_SHOWN);
  size_t shown = count < DW_MAP_OVERLAPS_SHOWN ? count : DW_MAP_OVERLAPS_SHOWN;
  for (size_t i = 0; i < shown; i++) {
    char text[DW_PREFIX_TEXT];
    add_overlap(b, origin->entry, networks[i]->name, dw_prefix_format(&networks[i]->prefix, text));
  }
  add_uncounted(origin->entry, count - shown);
}

static void with_nads(struct dw_map_builder *b, const struct dw_map_origin *origin) {
  const struct dw_object *nad = origin->pool->nad;
  struct dw_pool_hit hit;
  struct dw_pool_query query = {.usable = &origin->pool->pool->usable,
                                .cidr = origin->pool->pool->text,
                                .network_name = nad->nad.network_name,
                                .migration = origin->pool->migration,
                                .ns = nad->namespace_,
                                .name = nad->name,
                                .before = SIZE_MAX,
                                .allocator = origin->pool->pool->allocator,
                                .wire = origin->pool->pool->wire};
  size_t count = dw_view_pool_conflicts(b->view, &query, &hit);
  if (count == 0)
    return;
  add_overlap(b, origin->entry, dw_arena_printf(b->scratch, "NAD %s/%s", hit.nad->namespace_, hit.nad->name),
              hit.pool->text);
  add_uncounted(origin->entry, count - 1);
}

/* --- the same conflicts, for the entries that are not pools --- */

struct side {
  struct dw_map_builder *b;
  const struct dw_map_origin *origins;
  struct dw_map_entry *entry; /* a network, remote cluster or nodes' addresses */
  bool is_remote;
  size_t *seen; /* for each origin, the number of the last side that it was added to */
  size_t number;
};

/* Returns true if a pool contains an address of a node. An entry of several addresses also spans those between them. */
static bool contains_node(const struct dw_map_builder *b, const struct dw_map_pool *pool) {
  const struct dw_cluster_network *networks[DW_MAP_OVERLAPS_SHOWN];
  size_t count = dw_view_cluster_overlaps(b->view, &pool->prefix, networks, DW_MAP_OVERLAPS_SHOWN);
  for (size_t i = 0; i < count && i < DW_MAP_OVERLAPS_SHOWN; i++)
    if (strcmp(networks[i]->name, "node address") == 0)
      return true;
  return false;
}

static bool found_pool(void *context, const struct dw_interval_entry *found) {
  struct side *side = context;
  const struct dw_map_origin *origin = &side->origins[found->id];
  if (found->span.first.v4 != side->entry->span.first.v4 || side->seen[found->id] == side->number ||
      (side->entry->kind == DW_MAP_ADDRESSES && !contains_node(side->b, origin->pool)))
    return true;
  side->seen[found->id] = side->number;
  add_overlap(side->b, side->entry, origin->entry->name, origin->entry->text);
  if (side->is_remote)
    add_overlap(side->b, origin->entry, side->entry->name, side->entry->text);
  return side->is_remote || side->entry->overlap_count < COUNT_LIMIT;
}

static struct dw_interval_index index_subnets(struct dw_map_builder *b, const struct dw_map_origin *origins,
                                              size_t count) {
  struct dw_interval_entry *items = dw_arena_array(b->scratch, count, sizeof *items);
  size_t used = 0;
  for (size_t i = 0; i < count; i++)
    if (origins[i].pool != NULL)
      items[used++] = (struct dw_interval_entry){origins[i].entry->span, (uint32_t)i};
  return dw_interval_index_make(b->scratch, items, used);
}

static struct dw_interval_index index_usable(struct dw_map_builder *b, const struct dw_map_origin *origins,
                                             size_t count) {
  size_t room = 0;
  for (size_t i = 0; i < count; i++)
    room += origins[i].pool != NULL && origins[i].pool->migration ? origins[i].pool->pool->usable.count : 0;
  struct dw_interval_entry *items = dw_arena_array(b->scratch, room, sizeof *items);
  struct dw_interval_entry *next = items;
  for (size_t i = 0; i < count && room > 0; i++) {
    if (origins[i].pool == NULL || !origins[i].pool->migration)
      continue;
    const struct dw_interval_set *usable = &origins[i].pool->pool->usable;
    for (size_t k = 0; k < usable->count; k++)
      *next++ = (struct dw_interval_entry){usable->items[k], (uint32_t)i};
  }
  return dw_interval_index_make(b->scratch, items, room);
}

void dw_map_add_overlaps(struct dw_map_builder *b, const struct dw_map_origin *origins, size_t count) {
  struct dw_interval_index subnets = index_subnets(b, origins, count);
  struct dw_interval_index usable = index_usable(b, origins, count);
  for (size_t i = 0; i < count; i++) {
    if (origins[i].pool == NULL)
      continue;
    with_networks(b, &origins[i]);
    with_nads(b, &origins[i]);
  }
  size_t *seen = dw_arena_array(b->scratch, count, sizeof *seen);
  for (size_t i = 0; i < count; i++) {
    if (origins[i].pool != NULL)
      continue;
    struct side side = {b, origins, origins[i].entry, origins[i].entry->kind == DW_MAP_REMOTE, seen, i + 1};
    dw_interval_index_find(side.is_remote ? &usable : &subnets, &origins[i].entry->span, found_pool, &side);
  }
}
