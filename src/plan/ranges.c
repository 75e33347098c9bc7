/* Ranges for the network: free ones of the right size, or the one that the user gave, and what is excluded from it. */
#include <string.h>

#include "base/buf.h"
#include "map/block.h"
#include "map/phrases.h"
#include "plan/plan_internal.h"

enum { V6_BITS = 64, TIGHTEST_BITS = 29 };

static struct dw_plan_range with_fault(const struct dw_plan *plan, const char *text, const char *what,
                                       const char *fix) {
  struct dw_plan_range range = {.text = text, .words = "", .exclude_words = "", .fault_count = 1};
  range.faults = dw_arena_array(plan->arena, 1, sizeof *range.faults);
  range.faults[0] = (struct dw_plan_fault){.text = what, .fix = fix};
  return range;
}

/* --- what a range has room for --- */

static const char *words_of(const struct dw_plan *plan, uint64_t usable) {
  const char *count = dw_plan_count(plan->arena, usable, "address");
  if (usable < plan->needed)
    return count;
  if (usable - plan->needed >= UINT32_MAX)
    return dw_arena_printf(plan->arena, "%s, room for any number of nodes", count);
  char needed[DW_NUMBER_TEXT];
  return dw_arena_printf(plan->arena, "%s, %s needed, room for %s", count, dw_map_number(plan->needed, needed),
                         dw_plan_count(plan->arena, usable - plan->needed, "more node"));
}

/* --- excludes --- */

static void add_exclude(const struct dw_plan *plan, struct dw_plan_range *range, const struct dw_interval *span) {
  struct dw_interval rest = *span;
  for (;;) {
    char text[DW_PREFIX_TEXT];
    struct dw_prefix block = dw_block_leading(&rest);
    const char **grown = dw_arena_array(plan->arena, range->exclude_count + 1, sizeof *grown);
    if (range->exclude_count > 0)
      memcpy(grown, range->excludes, range->exclude_count * sizeof *grown);
    grown[range->exclude_count++] = dw_arena_strdup(plan->arena, dw_prefix_format(&block, text));
    range->excludes = grown;
    struct dw_interval removed = dw_interval_of(&block);
    struct dw_interval_set left = dw_interval_set_without(plan->arena, &rest, &(struct dw_interval_set){&removed, 1});
    if (left.count == 0)
      return;
    rest = left.items[0];
  }
}

/* What is excluded from a pool. */
struct exclusions {
  struct dw_interval *items;
  size_t count;
  const struct dw_interval *pool;
  struct dw_interval subnet;
};

/* Excludes the part of SPAN that is in the subnet, if SPAN overlaps the pool. */
static void exclude(struct exclusions *excluded, const struct dw_interval *span) {
  if (span->first.v4 != excluded->pool->first.v4 || !dw_interval_overlaps(span, excluded->pool))
    return;
  excluded->items[excluded->count++] = (struct dw_interval){*dw_addr_max(&span->first, &excluded->subnet.first),
                                                            *dw_addr_min(&span->last, &excluded->subnet.last)};
}

static void exclude_address(struct exclusions *excluded, const struct dw_addr *addr) {
  exclude(excluded, &(struct dw_interval){*addr, *addr});
}

/* If nodes have addresses in the subnet, a router usually has its first or last address. */
static bool exclude_nodes(struct exclusions *excluded, const struct dw_prefix *subnet,
                          const struct dw_node_address *nodes, size_t count) {
  size_t before = excluded->count;
  struct dw_interval hosts = dw_interval_hosts(subnet);
  for (size_t i = 0; i < count; i++)
    exclude_address(excluded, dw_node_address_get(&nodes[i]));
  if (count > 0) {
    exclude_address(excluded, &hosts.first);
    exclude_address(excluded, &hosts.last);
  }
  return excluded->count > before;
}

static bool exclude_named(const struct dw_plan *plan, struct exclusions *excluded) {
  size_t before = excluded->count;
  for (size_t i = 0; i < plan->options.exclude_count; i++)
    exclude(excluded, &plan->options.excludes[i]);
  return excluded->count > before;
}

static void exclude_hosts(const struct dw_plan *plan, struct dw_plan_range *range, const struct dw_prefix *subnet,
                          const struct dw_interval *pool) {
  size_t count;
  struct dw_interval span = dw_interval_of(subnet);
  const struct dw_node_address *nodes = dw_view_node_addresses(plan->world->view, &span, &count);
  struct exclusions excluded = {.pool = pool, .subnet = span};
  excluded.items = dw_arena_array(plan->arena, count + 2 + plan->options.exclude_count, sizeof *excluded.items);
  bool of_nodes = exclude_nodes(&excluded, subnet, nodes, count);
  bool named = exclude_named(plan, &excluded);
  struct dw_interval_set used = dw_interval_set_make(excluded.items, excluded.count);
  for (size_t i = 0; i < used.count; i++)
    add_exclude(plan, range, &used.items[i]);
  struct dw_interval_set left = dw_interval_set_without(plan->arena, pool, &used);
  range->usable = dw_interval_set_count(&left);
  range->exclude_words =
      dw_arena_printf(plan->arena, "%s%s%s",
                      of_nodes ? "addresses that nodes have in this subnet, and its first and last one, which a router "
                                 "often has"
                               : "",
                      of_nodes && named ? "; " : "", named ? "addresses that --exclude names" : "");
}

/* --- one range --- */

struct dw_plan_range dw_plan_read_range(const struct dw_plan *plan, const char *text) {
  struct dw_range parsed;
  struct dw_pool_ends ends;
  struct dw_plan_range range = {.text = dw_arena_strdup(plan->arena, text)};
  if (dw_range_parse(text, &parsed) != DW_RANGE_OK || parsed.leading_zeros ||
      !dw_pool_ends(&parsed.subnet, parsed.dashed ? &parsed.start : NULL, parsed.dashed ? &parsed.end : NULL, &ends))
    return with_fault(plan, range.text, "is not a range with usable addresses",
                      "use a range such as 10.1.2.0/24, 10.1.2.10-10.1.2.99/24 or fd00:1:2:3::/64");
  if (!parsed.dashed) {
    char canonical[DW_PREFIX_TEXT];
    range.text = dw_arena_strdup(plan->arena, dw_prefix_format(&parsed.subnet, canonical));
  }
  exclude_hosts(plan, &range, &parsed.subnet, &ends.span);
  range.words = words_of(plan, range.usable);
  range.faults = dw_plan_try(plan, plan->link, &range, DW_PLAN_OF_RANGE, &range.fault_count);
  return range;
}

/* --- free ranges --- */

/* What MetalLB hands out and what the user excludes is not on the map. */
static struct dw_interval *unmapped_ranges(const struct dw_plan *plan, size_t *count) {
  const struct dw_view *view = plan->world->view;
  size_t room = plan->options.exclude_count;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_ADDRESS_POOL); i++)
    room += dw_view_at(view, DW_KIND_ADDRESS_POOL, i)->address_pool.range_count;
  struct dw_interval *ranges = dw_arena_array(plan->arena, room, sizeof *ranges);
  *count = 0;
  for (size_t i = 0; i < plan->options.exclude_count; i++)
    ranges[(*count)++] = plan->options.excludes[i];
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_ADDRESS_POOL); i++) {
    const struct dw_object *pool = dw_view_at(view, DW_KIND_ADDRESS_POOL, i);
    for (size_t k = 0; k < pool->address_pool.range_count; k++)
      ranges[(*count)++] = pool->address_pool.ranges[k].span;
  }
  return ranges;
}

/* Keeps the first free range that the rules reject, so that `init` can say why it offers none. */
static void refuse(struct dw_plan *plan, const struct dw_plan_range *range) {
  if (plan->refused != NULL)
    return;
  struct dw_plan_range *kept = dw_arena_alloc(plan->arena, sizeof *kept);
  *kept = *range;
  plan->refused = kept;
}

static void add_suggested(struct dw_plan *plan, unsigned bits) {
  struct dw_map_options options = {.suggest_bits = bits, .suggest_v4 = !plan->v6};
  options.avoided = unmapped_ranges(plan, &options.avoided_count);
  const struct dw_map *map = dw_map_build(plan->arena, plan->world, &options);
  if (map->wanted_bits != bits)
    return;
  plan->ranges = dw_arena_array(plan->arena, map->suggestion_count, sizeof *plan->ranges);
  for (size_t i = 0; i < map->suggestion_count; i++) {
    const struct dw_map_suggestion *suggestion = &map->suggestions[i];
    struct dw_plan_range range = dw_plan_read_range(plan, suggestion->text);
    if (suggestion->caution != NULL)
      range.words = dw_arena_printf(plan->arena, "%s; %s", range.words, suggestion->caution);
    if (range.fault_count > 0)
      refuse(plan, &range);
    else
      plan->ranges[plan->range_count++] = range;
  }
}

/* The size that the user asked for; else the wanted one, or the widest that is free and still has a quarter to spare.
 */
void dw_plan_find_ranges(struct dw_plan *plan) {
  plan->ranges = NULL;
  plan->range_count = 0;
  plan->refused = NULL;
  if (plan->options.range != NULL) {
    plan->ranges = dw_arena_array(plan->arena, 1, sizeof *plan->ranges);
    plan->ranges[plan->range_count++] = dw_plan_read_range(plan, plan->options.range);
    return;
  }
  if (plan->options.bits != 0 || plan->v6) {
    add_suggested(plan, plan->options.bits != 0 ? plan->options.bits : V6_BITS);
    return;
  }
  uint64_t least = plan->needed + (plan->needed + 3) / 4;
  for (unsigned bits = dw_subnet_bits_for(true, plan->wanted); plan->range_count == 0 && bits <= TIGHTEST_BITS; bits++)
    if (dw_subnet_usable(true, bits) >= least)
      add_suggested(plan, bits);
}
