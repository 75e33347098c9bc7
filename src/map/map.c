#include "map/map.h"

#include "map/map_internal.h"

/* --- how many addresses a migration network needs --- */

static void count_needed(struct dw_map_builder *b) {
  struct dw_map *map = b->map;
  map->handler_nodes = dw_view_summary(b->view).handler_nodes;
  for (size_t i = 0; i < map->handler_nodes; i++)
    map->unknown_nodes += dw_view_handler_node(b->view, i).nns == NULL;
  struct dw_sync_controllers sync = dw_view_sync_controllers(b->view);
  map->needed_by_sync = sync.pods + sync.surge;
  map->sync_surge = sync.surge;
  if (map->handler_nodes > 0)
    map->needed = map->handler_nodes + map->needed_by_sync;
}

/* --- what is not known --- */

enum { MAX_NOTES = 8 };

static void add_notes(struct dw_map_builder *b) {
  struct dw_map *map = b->map;
  map->notes = dw_arena_array(b->arena, MAX_NOTES, sizeof(const char *));
  if (!dw_view_summary(b->view).cluster_networks_known)
    map->notes[map->note_count++] = "The cluster's networks are unknown: set clusterNetworks in the policy.";
  if (dw_view_knows(b->view, DW_KIND_NAD) != DW_KNOWN)
    map->notes[map->note_count++] = "The NetworkAttachmentDefinitions are unknown.";
  if (dw_view_knows(b->view, DW_KIND_NODE) != DW_KNOWN)
    map->notes[map->note_count++] =
        "The nodes are unknown, and so is the number of addresses that a migration network needs.";
  else if (map->handler_nodes == 0)
    map->notes[map->note_count++] = "No node runs virt-handler.";
  if (map->unknown_nodes > 0)
    map->notes[map->note_count++] = dw_arena_printf(
        b->arena,
        "The NICs of %zu of %zu nodes are unknown: they have no NodeNetworkState (kubernetes-nmstate creates it).",
        map->unknown_nodes, map->handler_nodes);
}

struct dw_map *dw_map_build(struct dw_arena *arena, const struct dw_world *world,
                            const struct dw_map_options *options) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct dw_map *map = dw_arena_alloc(arena, sizeof *map);
  struct dw_map_builder b = {.arena = arena,
                             .scratch = scratch,
                             .world = world,
                             .view = world->view,
                             .policy = world->policy,
                             .options = options,
                             .map = map};
  map->ns = dw_arena_strdup(arena, world->policy->namespace_);
  const char *network = dw_view_network(world->view);
  map->network = network == NULL ? NULL : dw_arena_strdup(arena, network);
  count_needed(&b);
  dw_map_add_entries(&b);
  dw_map_add_areas(&b);
  dw_map_add_suggestions(&b);
  dw_map_add_nics(&b);
  dw_map_add_nodes(&b);
  dw_map_add_migration(&b);
  dw_map_add_findings(&b);
  add_notes(&b);
  return map;
}
