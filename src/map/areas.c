/* The private ranges (RFC 1918, RFC 4193) with their free space, and all other addresses in use. */
#include <string.h>

#include "map/block.h"
#include "map/map_internal.h"

enum { V4_RANGES = 3, V6_SMALLEST = 64, V4_SMALLEST = 30 };

struct plan {
  const char *title;
  bool v4;
  bool private_range;
  struct dw_interval span;
};

static struct dw_interval range_of(const char *text) {
  struct dw_prefix prefix;
  if (!dw_prefix_parse(text, DW_ADDR_STRICT, &prefix, NULL))
    return (struct dw_interval){0};
  return dw_interval_of(&prefix);
}

static bool holds(const struct dw_interval *outer, const struct dw_addr *addr) {
  return outer->first.v4 == addr->v4 && dw_addr_compare(&outer->first, addr) <= 0 &&
         dw_addr_compare(addr, &outer->last) <= 0;
}

/* --- free space --- */

static void find_free4(struct dw_map_builder *b) {
  static const char *const ranges[V4_RANGES] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"};
  struct dw_interval_set parts[V4_RANGES];
  size_t count = 0;
  for (size_t i = 0; i < V4_RANGES; i++) {
    struct dw_interval range = range_of(ranges[i]);
    parts[i] = dw_interval_set_without(b->scratch, &range, &b->used.v4);
    count += parts[i].count;
  }
  b->free4 = (struct dw_interval_set){dw_arena_array(b->scratch, count, sizeof *b->free4.items), 0};
  for (size_t i = 0; i < V4_RANGES; i++)
    for (size_t k = 0; k < parts[i].count; k++)
      b->free4.items[b->free4.count++] = parts[i].items[k];
}

/* The whole /64s that are in both GAP and SITE; false if there is none. */
static bool whole_networks(const struct dw_interval *gap, const struct dw_interval *site, struct dw_interval *out) {
  struct dw_interval both = {dw_addr_compare(&gap->first, &site->first) >= 0 ? gap->first : site->first,
                             dw_addr_compare(&gap->last, &site->last) <= 0 ? gap->last : site->last};
  struct dw_prefix lowest;
  struct dw_prefix highest;
  if (dw_addr_compare(&both.first, &both.last) > 0 || !dw_block_above(&both, &both.first, 64, &lowest) ||
      !dw_block_below(&both, &both.last, 64, &highest))
    return false;
  *out = (struct dw_interval){lowest.base, dw_prefix_last(&highest)};
  return true;
}

/* Gaps and sites are sorted, so one pass over both is enough. */
static void find_free6(struct dw_map_builder *b) {
  struct dw_interval range = range_of("fc00::/7");
  struct dw_interval_set gaps = dw_interval_set_without(b->scratch, &range, &b->used.v6);
  b->free6.items = dw_arena_array(b->scratch, gaps.count + b->sites.count, sizeof *b->free6.items);
  size_t gap = 0;
  size_t site = 0;
  while (gap < gaps.count && site < b->sites.count) {
    if (whole_networks(&gaps.items[gap], &b->sites.items[site], &b->free6.items[b->free6.count]))
      b->free6.count++;
    if (dw_addr_compare(&gaps.items[gap].last, &b->sites.items[site].last) < 0)
      gap++;
    else
      site++;
  }
}

/* --- one area --- */

static struct dw_map_gap *make_gap(struct dw_map_builder *b, const struct dw_interval *span) {
  struct dw_map_gap *gap = dw_arena_alloc(b->arena, sizeof *gap);
  char text[DW_PREFIX_TEXT];
  gap->span = *span;
  gap->text = dw_map_span_text(b->arena, span);
  gap->size = dw_map_span_size(span);
  gap->widest = dw_block_widest(span);
  gap->widest_text = dw_arena_strdup(b->arena, dw_prefix_format(&gap->widest, text));
  return gap;
}

static void count_blocks(uint64_t *blocks, struct dw_interval room) {
  for (;;) {
    struct dw_prefix block = dw_block_leading(&room);
    struct dw_addr last = dw_prefix_last(&block);
    blocks[block.bits]++;
    if (dw_addr_compare(&last, &room.last) >= 0)
      return;
    room.first.value = dw_u128_add(last.value, 1);
  }
}

static void add_room(struct dw_map_builder *b, struct dw_map_area *area, const struct dw_interval_set *free) {
  unsigned all = area->v4 ? 32 : 128;
  unsigned smallest = area->v4 ? V4_SMALLEST : V6_SMALLEST;
  uint64_t *blocks = dw_arena_array(b->scratch, all + 1, sizeof *blocks);
  area->room = dw_arena_array(b->arena, smallest + 1, sizeof *area->room);
  for (size_t i = 0; i < free->count; i++)
    count_blocks(blocks, free->items[i]);
  for (unsigned bits = 0; bits <= smallest; bits++) {
    struct dw_map_room room = {.bits = bits, .blocks = blocks[bits]};
    for (size_t i = 0; i < free->count; i++) {
      uint64_t more = dw_block_count(&free->items[i], all - bits);
      room.fits = more > UINT64_MAX - room.fits ? UINT64_MAX : room.fits + more;
    }
    if (room.fits > 0)
      area->room[area->room_count++] = room;
  }
}

/* The intervals of the set that are in SPAN. No interval may cross its ends. */
static struct dw_interval_set part_of(const struct dw_interval_set *set, const struct dw_interval *span) {
  size_t first = 0;
  while (first < set->count && dw_addr_compare(&set->items[first].first, &span->first) < 0)
    first++;
  size_t end = first;
  while (end < set->count && dw_addr_compare(&set->items[end].last, &span->last) <= 0)
    end++;
  return (struct dw_interval_set){set->items + first, end - first};
}

static void add_row(struct dw_map_area *area, const struct dw_map_entry *entry, const struct dw_map_gap *gap) {
  area->rows[area->row_count++] = (struct dw_map_row){entry, gap};
  area->entry_count += entry != NULL;
  area->gap_count += gap != NULL;
}

/* Adds ENTRIES, which are sorted, and the gaps between them. */
static void add_rows(struct dw_map_builder *b, struct dw_map_area *area, const struct dw_map_entry *const *entries,
                     size_t count) {
  const struct dw_interval_set *all = area->v4 ? &b->free4 : &b->free6;
  struct dw_interval_set free = {NULL, 0};
  if (area->private_range)
    free = part_of(all, &area->span);
  area->rows = dw_arena_array(b->arena, count + free.count, sizeof *area->rows);
  size_t gap = 0;
  for (size_t i = 0; i < count; i++) {
    for (; gap < free.count && dw_addr_compare(&free.items[gap].first, &entries[i]->span.first) < 0; gap++)
      add_row(area, NULL, make_gap(b, &free.items[gap]));
    add_row(area, entries[i], NULL);
  }
  for (; gap < free.count; gap++)
    add_row(area, NULL, make_gap(b, &free.items[gap]));
  add_room(b, area, &free);
}

/* --- all of them --- */

enum { PLANS = 6 };

static void make_plans(struct plan plans[PLANS]) {
  static const struct {
    const char *title;
    bool v4, private_range;
  } kinds[PLANS] = {{"10.0.0.0/8", true, true},     {"172.16.0.0/12", true, true},
                    {"192.168.0.0/16", true, true}, {"other IPv4 addresses", true, false},
                    {"fc00::/7", false, true},      {"other IPv6 addresses", false, false}};
  for (size_t i = 0; i < PLANS; i++) {
    plans[i] = (struct plan){.title = kinds[i].title, .v4 = kinds[i].v4, .private_range = kinds[i].private_range};
    if (plans[i].private_range)
      plans[i].span = range_of(plans[i].title);
  }
}

/* The area of an entry is the private range in which it begins, or that of its family's other addresses. */
static size_t plan_of(const struct plan *plans, const struct dw_map_entry *entry) {
  size_t others = 0;
  for (size_t i = 0; i < PLANS; i++) {
    if (plans[i].private_range && holds(&plans[i].span, &entry->span.first))
      return i;
    if (!plans[i].private_range && plans[i].v4 == entry->span.first.v4)
      others = i;
  }
  return others;
}

void dw_map_add_areas(struct dw_map_builder *b) {
  struct plan plans[PLANS];
  struct dw_map *map = b->map;
  make_plans(plans);
  find_free4(b);
  find_free6(b);
  map->areas = dw_arena_array(b->arena, PLANS, sizeof *map->areas);
  const struct dw_map_entry **chosen = dw_arena_array(b->scratch, map->entry_count, sizeof(struct dw_map_entry *));
  for (size_t p = 0; p < PLANS; p++) {
    size_t count = 0;
    if (b->options->family != 0 && (b->options->family == 4) != plans[p].v4)
      continue;
    for (size_t i = 0; i < map->entry_count; i++)
      if (plan_of(plans, &map->entries[i]) == p)
        chosen[count++] = &map->entries[i];
    if (count == 0 && !(plans[p].v4 && plans[p].private_range))
      continue;
    struct dw_map_area *area = &map->areas[map->area_count++];
    *area = (struct dw_map_area){
        .v4 = plans[p].v4, .private_range = plans[p].private_range, .span = plans[p].span, .title = plans[p].title};
    add_rows(b, area, chosen, count);
  }
}
