/* Suggestions: free blocks of the requested size. */
#include <string.h>

#include "map/block.h"
#include "map/map_internal.h"
#include "net/range.h"

/* Networks that are often in use where this cluster does not see it, or may be soon, by software with default settings.
 */
static const struct {
  const char *cidr;
  const char *who;
} common[] = {
    {"172.17.0.0/16", "Docker's default network"},
    {"172.18.0.0/15", "Docker's other default networks"},
    {"172.20.0.0/14", "Docker's other default networks"},
    {"10.88.0.0/16", "Podman's default network"},
    {"10.0.2.0/24", "KubeVirt's masquerade network inside virtual machines"},
    {"10.96.0.0/12", "kubeadm's default service network"},
    {"10.244.0.0/16", "Flannel's and kind's default pod network"},
    {"10.42.0.0/15", "k3s' default pod and service networks"},
    {"10.128.0.0/14", "OpenShift's default pod network"},
    {"172.30.0.0/16", "OpenShift's default service network"},
    {"192.168.122.0/24", "libvirt's default network"},
    {"192.168.0.0/23", "many routers' default networks"},
    {"10.0.0.0/23", "many routers' default networks"},
};
/* The sizes that are suggested if it is unknown how many addresses are needed. */
enum { USUAL_V4 = 24, USUAL_V6 = 64 };

enum { COMMON = sizeof common / sizeof *common };

bool dw_map_can_suggest(bool v4, unsigned bits) {
  return v4 ? bits >= 8 && bits <= 30 : bits >= 48 && bits <= 126;
}

bool dw_map_is_too_small(const struct dw_map *map, bool v4, unsigned bits) {
  return dw_subnet_usable(v4, bits) < map->needed;
}

/* --- the free blocks nearest to a place --- */

struct walk {
  const struct dw_interval_set *free;
  unsigned host_bits;
  size_t up, down; /* indexes of gaps: the next one above, and the next one below plus 1 */
  struct dw_addr above, below;
  bool has_above, has_below;
  struct dw_prefix next_above, next_below;
};

static void seek_up(struct walk *w) {
  for (w->has_above = false; w->up < w->free->count; w->up++)
    if (dw_block_above(&w->free->items[w->up], &w->above, w->host_bits, &w->next_above)) {
      w->has_above = true;
      return;
    }
}

static void seek_down(struct walk *w) {
  for (w->has_below = false; w->down > 0; w->down--)
    if (dw_block_below(&w->free->items[w->down - 1], &w->below, w->host_bits, &w->next_below)) {
      w->has_below = true;
      return;
    }
}

static struct walk begin(const struct dw_interval_set *free, const struct dw_interval *place, unsigned host_bits) {
  struct walk w = {.free = free, .host_bits = host_bits};
  struct dw_prefix here = dw_block_around(&place->first, host_bits);
  while (w.up < free->count && dw_addr_compare(&free->items[w.up].last, &here.base) < 0)
    w.up++;
  w.down = w.up < free->count ? w.up + 1 : w.up;
  struct dw_u128 zero = {0, 0};
  bool lowest = dw_u128_compare(here.base.value, zero) == 0;
  w.below = (struct dw_addr){lowest ? zero : dw_u128_sub(here.base.value, (struct dw_u128){0, 1}), here.base.v4};
  w.above = here.base;
  seek_up(&w);
  seek_down(&w);
  if (lowest)
    w.has_below = false;
  return w;
}

static bool step_up(struct walk *w, struct dw_prefix *out) {
  struct dw_addr last = dw_prefix_last(&w->next_above);
  *out = w->next_above;
  w->above = (struct dw_addr){dw_u128_add(last.value, 1), last.v4};
  if (dw_u128_compare(w->above.value, last.value) < 0)
    w->has_above = false;
  else
    seek_up(w);
  return true;
}

static bool step_down(struct walk *w, struct dw_prefix *out) {
  struct dw_u128 zero = {0, 0};
  *out = w->next_below;
  if (dw_u128_compare(out->base.value, zero) == 0) {
    w->has_below = false;
    return true;
  }
  w->below = (struct dw_addr){dw_u128_sub(out->base.value, (struct dw_u128){0, 1}), out->base.v4};
  seek_down(w);
  return true;
}

/* The next block further from PLACE; of two at the same distance, the one above. */
static bool next_block(struct walk *w, const struct dw_interval *place, struct dw_prefix *out) {
  if (!w->has_above && !w->has_below)
    return false;
  if (!w->has_below)
    return step_up(w, out);
  if (!w->has_above)
    return step_down(w, out);
  struct dw_addr below = dw_prefix_last(&w->next_below);
  struct dw_u128 up = dw_u128_sub(w->next_above.base.value, place->last.value);
  struct dw_u128 down = dw_u128_sub(place->first.value, below.value);
  bool inside = dw_addr_compare(&w->next_above.base, &place->last) <= 0;
  return inside || dw_u128_compare(up, down) <= 0 ? step_up(w, out) : step_down(w, out);
}

/* --- the choice --- */

static const char *caution_of(const struct dw_prefix *block) {
  for (size_t i = 0; i < COMMON; i++) {
    struct dw_prefix known;
    if (dw_prefix_parse(common[i].cidr, DW_ADDR_STRICT, &known, NULL) && dw_prefix_overlaps(&known, block))
      return common[i].who;
  }
  return NULL;
}

static bool is_listed(const struct dw_map *map, const struct dw_prefix *block) {
  for (size_t i = 0; i < map->suggestion_count; i++)
    if (dw_prefix_overlaps(&map->suggestions[i].prefix, block))
      return true;
  return false;
}

static void suggest(struct dw_map_builder *b, const struct dw_prefix *block) {
  char text[DW_PREFIX_TEXT];
  if (b->map->suggestion_count == DW_MAP_SUGGESTIONS || is_listed(b->map, block))
    return;
  uint64_t usable = dw_subnet_usable(block->base.v4, block->bits);
  b->map->suggestions[b->map->suggestion_count++] =
      (struct dw_map_suggestion){.prefix = *block,
                                 .text = dw_arena_strdup(b->arena, dw_prefix_format(block, text)),
                                 .usable = usable,
                                 .caution = caution_of(block),
                                 .tight = usable - b->map->needed < dw_spare_addresses(b->map->needed)};
}

/* Adds the blocks of FREE that are nearest to PLACE. */
static void suggest_around(struct dw_map_builder *b, const struct dw_interval_set *free,
                           const struct dw_interval *place) {
  unsigned all = b->map->wanted_v4 ? 32 : 128;
  struct walk w = begin(free, place, all - b->map->wanted_bits);
  struct dw_prefix block;
  while (b->map->suggestion_count < DW_MAP_SUGGESTIONS && next_block(&w, place, &block))
    suggest(b, &block);
}

static struct dw_interval_set part_of(struct dw_map_builder *b, const struct dw_interval_set *free,
                                      const struct dw_prefix *range) {
  struct dw_interval_set part = {dw_arena_array(b->scratch, free->count, sizeof *part.items), 0};
  for (size_t i = 0; i < free->count; i++)
    if (dw_prefix_contains(range, &free->items[i].first))
      part.items[part.count++] = free->items[i];
  return part;
}

/* FREE without the common networks. */
static struct dw_interval_set uncommon(struct dw_map_builder *b, const struct dw_interval_set *free) {
  struct dw_interval avoided[COMMON];
  size_t count = 0;
  for (size_t i = 0; i < COMMON; i++) {
    struct dw_prefix known;
    if (dw_prefix_parse(common[i].cidr, DW_ADDR_STRICT, &known, NULL))
      avoided[count++] = dw_interval_of(&known);
  }
  struct dw_interval_set set = dw_interval_set_make(avoided, count);
  struct dw_interval_set left = {dw_arena_array(b->scratch, free->count + set.count, sizeof *left.items), 0};
  for (size_t i = 0; i < free->count; i++) {
    struct dw_interval_set parts = dw_interval_set_without(b->scratch, &free->items[i], &set);
    for (size_t k = 0; k < parts.count; k++)
      left.items[left.count++] = parts.items[k];
  }
  return left;
}

/* First the private range that contains the migration network, beginning next to that network. Then the other ranges,
 * beginning at a place that is rarely in use. */
static void suggest_v4(struct dw_map_builder *b, const struct dw_interval_set *free) {
  static const struct {
    const char *range, *place;
  } ranges[] = {
      {"192.168.0.0/16", "192.168.99.0/24"}, {"10.0.0.0/8", "10.200.0.0/24"}, {"172.16.0.0/12", "172.28.0.0/24"}};
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
      struct dw_prefix range;
      struct dw_prefix usual;
      if (!dw_prefix_parse(ranges[i].range, DW_ADDR_STRICT, &range, NULL) ||
          !dw_prefix_parse(ranges[i].place, DW_ADDR_STRICT, &usual, NULL))
        continue;
      bool at_home = b->has_home && dw_prefix_contains(&range, &b->home.first);
      struct dw_interval place = at_home ? b->home : dw_interval_of(&usual);
      struct dw_interval_set part = part_of(b, free, &range);
      if (at_home == (pass == 0))
        suggest_around(b, &part, &place);
    }
}

/* A new /48. RFC 4193 wants its 40 bits to be random; derived from the nodes' names, they are the same in every run. */
static struct dw_prefix new_site(const struct dw_map_builder *b) {
  uint64_t hash = UINT64_C(14695981039346656037);
  for (size_t i = 0; i < dw_view_count(b->view, DW_KIND_NODE); i++)
    for (const char *c = dw_view_at(b->view, DW_KIND_NODE, i)->name; *c != '\0'; c++)
      hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
  hash ^= hash >> 29;
  struct dw_addr base = {{UINT64_C(0xFD) << 56 | (hash & UINT64_C(0xFFFFFFFFFF)) << 16, 0}, false};
  return (struct dw_prefix){base, 48};
}

static void suggest_v6(struct dw_map_builder *b) {
  struct dw_addr lowest = {{0, 0}, false};
  struct dw_interval place = b->has_home ? b->home : (struct dw_interval){lowest, lowest};
  suggest_around(b, &b->free6, &place);
  if (b->map->suggestion_count > 0)
    return;
  struct dw_prefix site = new_site(b);
  struct dw_interval span = dw_interval_of(&site);
  struct dw_interval_set free = dw_interval_set_without(b->scratch, &span, &b->used.v6);
  suggest_around(b, &free, &(struct dw_interval){site.base, site.base});
  for (size_t i = 0; i < b->map->suggestion_count; i++)
    b->map->suggestions[i].caution = "a /48 derived from the nodes' names, because none is in use yet";
}

/* The smallest size that neither pool-too-small nor pool-tight finds fault with. */
static unsigned fitting_bits(const struct dw_map *map, bool v4) {
  if (map->needed == 0)
    return v4 ? USUAL_V4 : USUAL_V6;
  return dw_subnet_bits_for(v4, map->needed + dw_spare_addresses(map->needed));
}

static void choose_size(struct dw_map_builder *b) {
  const struct dw_map_options *options = b->options;
  struct dw_map *map = b->map;
  bool v4 = options->suggest_v4;
  bool given = !options->suggest_fitting && dw_map_can_suggest(v4, options->suggest_bits);
  map->wanted_v4 = v4;
  if (!given && !options->suggest_fitting)
    return;
  map->asked_bits = given ? options->suggest_bits : 0;
  map->wanted_bits = given && !dw_map_is_too_small(map, v4, map->asked_bits) ? map->asked_bits : fitting_bits(map, v4);
}

void dw_map_add_suggestions(struct dw_map_builder *b) {
  choose_size(b);
  if (b->map->wanted_bits == 0)
    return;
  if (!b->map->wanted_v4) {
    suggest_v6(b);
    return;
  }
  struct dw_interval_set first = uncommon(b, &b->free4);
  suggest_v4(b, &first);
  suggest_v4(b, &b->free4);
}
