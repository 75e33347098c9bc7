/* How a map is built: each file fills a part of one builder, in the order of this header. */
#ifndef MAP_MAP_INTERNAL_H
#define MAP_MAP_INTERNAL_H

#include "map/map.h"

/* Addresses of both families. They are separate because ::/0 would contain all of IPv4. */
struct dw_map_union {
  struct dw_interval_set v4, v6;
};

struct dw_map_builder {
  struct dw_arena *arena;   /* for the map */
  struct dw_arena *scratch; /* for what is needed only while the map is built */
  const struct dw_world *world;
  const struct dw_view *view;
  const struct dw_policy *policy;
  const struct dw_map_options *options;
  struct dw_map *map;
  struct dw_map_union used; /* all that is not free: subnets, and the whole /24 (IPv6: /64) around nodes' addresses */
  struct dw_interval_set sites; /* the unique local /48s whose free space is shown */
  struct dw_interval_set free4; /* free space in the private ranges of IPv4 */
  struct dw_interval_set free6; /* free space in `sites`, in whole /64s */
  struct dw_interval home;      /* the migration network's subnet: suggestions should be near it */
  bool has_home;
  const char **named; /* NICs that NADs use, sorted by strcmp() */
  size_t named_count;
};

/* A pool of a NAD, or of several NADs with identical pools. */
struct dw_map_pool {
  const struct dw_object *nad;
  const struct dw_pool_summary *pool;
  struct dw_interval subnet;
  struct dw_prefix prefix;
  bool migration;
  size_t copies; /* the number of NADs besides `nad` */
};

/* --- addresses.c: addresses of nodes that are in no network --- */

/* The addresses of other entries. */
struct dw_map_covered {
  struct dw_map_union networks;
  struct dw_map_union all; /* also pools and remote clusters */
};
/* The nodes' addresses that are not COVERED, as entries: one per /24 (IPv6: /64). In the scratch arena. */
struct dw_map_entry *dw_map_addresses(struct dw_map_builder *b, const struct dw_map_covered *covered, size_t *count);

/* --- entries.c: entries, used, sites, home --- */

void dw_map_add_entries(struct dw_map_builder *b);

/* --- overlaps.c --- */

/* An entry and the pool that it was made from, or NULL. */
struct dw_map_origin {
  struct dw_map_entry *entry;
  const struct dw_map_pool *pool;
};
void dw_map_add_overlaps(struct dw_map_builder *b, const struct dw_map_origin *origins, size_t count);

/* --- areas.c: areas with rows and room, free4, free6 --- */

void dw_map_add_areas(struct dw_map_builder *b);

/* --- suggest.c --- */

void dw_map_add_suggestions(struct dw_map_builder *b);

/* --- nics.c: the NICs that are shown and the NADs that use them; nodes.c: groups of nodes --- */

void dw_map_add_nics(struct dw_map_builder *b);
void dw_map_add_nodes(struct dw_map_builder *b);
/* Stores the NICs of a node that are shown, sorted by strcmp(), in OUT, which has room for all of the node's NICs.
 * Returns their number. */
size_t dw_map_shown_nics(const struct dw_map_builder *b, const struct dw_handler_node *on, const struct dw_nic **out);
/* The index of a shown NIC in map->nics; SIZE_MAX if NAME is not in it. */
size_t dw_map_nic_index(const struct dw_map *map, const char *name);

/* --- migration.c: the configured migration network --- */

void dw_map_add_migration(struct dw_map_builder *b);
/* The NIC or bridge of the nodes that a plugin uses; NULL: none. The text belongs to PLUGIN. */
const char *dw_map_plugin_nic(const struct dw_cni_plugin *plugin);

/* --- findings.c --- */

void dw_map_add_findings(struct dw_map_builder *b);

/* --- words.c --- */

/* Sorts and joins ITEMS[COUNT] in place; the result points to them. */
struct dw_map_union dw_map_union_make(struct dw_interval *items, size_t count);
/* "10.0.0.0/9" if it is a CIDR, otherwise "10.0.0.1-10.0.0.9". In ARENA. */
const char *dw_map_span_text(struct dw_arena *arena, const struct dw_interval *span);
/* The number of addresses; UINT64_MAX: that many or more. */
uint64_t dw_map_span_size(const struct dw_interval *span);
/* Returns <0, 0 or >0. Compares digits as numbers, so that eth2 comes before eth10. 0 only if the names are equal. */
int dw_map_natural(const char *a, const char *b);
/* Comparator for qsort() and bsearch() in that order, over elements that are a const char *, or structs that begin with
 * one. */
int dw_map_by_name(const void *a, const void *b);
/* Returns <0, 0 or >0: IPv4 before IPv6, then by first address, then wider first. */
int dw_map_span_compare(const struct dw_interval *a, const struct dw_interval *b);

#endif
