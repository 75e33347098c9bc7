/* How a map is built: the parts fill one builder, in the order of this file. */
#ifndef MAP_MAP_INTERNAL_H
#define MAP_MAP_INTERNAL_H

#include "map/map.h"

/* Addresses of both families: kept apart, as ::/0 would hold all of IPv4. */
struct dw_map_union {
  struct dw_interval_set v4, v6;
};

struct dw_map_builder {
  struct dw_arena *arena;   /* what stays */
  struct dw_arena *scratch; /* what goes when the map is built */
  const struct dw_world *world;
  const struct dw_view *view;
  const struct dw_policy *policy;
  const struct dw_map_options *options;
  struct dw_map *map;
  struct dw_map_union used;     /* all that is spoken for: subnets, and whole /24 (IPv6: /64) around nodes' addresses */
  struct dw_interval_set sites; /* the unique local /48s whose free room is told */
  struct dw_interval_set free4; /* free room in IPv4's private ranges */
  struct dw_interval_set free6; /* free room in `sites`, whole /64s */
  struct dw_interval home;      /* the migration network's subnet that suggestions should be near to */
  bool has_home;
  const char **named; /* NICs that NADs use, by name (bytes) */
  size_t named_count;
};

/* A pool of a NAD, or what stands for several identical ones. */
struct dw_map_pool {
  const struct dw_object *nad;
  const struct dw_pool_summary *pool;
  struct dw_interval subnet;
  struct dw_prefix prefix;
  bool migration;
  size_t copies;
};

/* --- addresses.c: nodes' own addresses that lie in no network --- */

/* What the map tells of already. */
struct dw_map_told {
  struct dw_map_union networks;
  struct dw_map_union all; /* pools and remote clusters, too */
};
/* Groups of them as entries, one a /24 (IPv6: /64); in SCRATCH. */
struct dw_map_entry *dw_map_addresses(struct dw_map_builder *b, const struct dw_map_told *told, size_t *count);

/* --- entries.c: entries, used, sites, home --- */

void dw_map_add_entries(struct dw_map_builder *b);

/* --- overlaps.c --- */

/* An entry with what it was made of: its pool, or NULL. */
struct dw_map_origin {
  struct dw_map_entry *entry;
  const struct dw_map_pool *pool;
};
void dw_map_add_overlaps(struct dw_map_builder *b, const struct dw_map_origin *origins, size_t count);

/* --- areas.c: areas with rows and room, free4, free6 --- */

void dw_map_add_areas(struct dw_map_builder *b);

/* --- suggest.c --- */

void dw_map_add_suggestions(struct dw_map_builder *b);

/* --- nics.c: the NICs worth telling and who uses them; nodes.c: the nodes in groups --- */

void dw_map_add_nics(struct dw_map_builder *b);
void dw_map_add_nodes(struct dw_map_builder *b);
/* NICs of a node that are worth telling, by name (bytes), into OUT (room for all of the node's); how many. */
size_t dw_map_shown_nics(const struct dw_map_builder *b, const struct dw_handler_node *on, const struct dw_nic **out);
/* The index in map->nics of one of these. */
size_t dw_map_nic_index(const struct dw_map *map, const char *name);

/* --- findings.c --- */

void dw_map_add_findings(struct dw_map_builder *b);

/* --- words.c --- */

/* Takes ITEMS[COUNT] over (they are sorted and joined in place). */
struct dw_map_union dw_map_union_make(struct dw_interval *items, size_t count);
/* "10.0.0.0/9" where it is a CIDR, else "10.0.0.1-10.0.0.9". */
const char *dw_map_span_text(struct dw_arena *arena, const struct dw_interval *span);
uint64_t dw_map_span_size(const struct dw_interval *span);
/* <0, 0, >0: digits count as numbers, so that eth2 comes before eth10. A total order. */
int dw_map_natural(const char *a, const char *b);
/* IPv4 before IPv6, by first address, the wider first. */
int dw_map_span_compare(const struct dw_interval *a, const struct dw_interval *b);

#endif
