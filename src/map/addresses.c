/* Addresses of nodes and their NICs that are in no network of the map. If nothing in the cluster describes the networks
 * of its nodes, the block around such an address is assumed to be one. */
#include <stdlib.h>
#include <string.h>

#include "map/block.h"
#include "map/map_internal.h"
#include "net/range.h"

struct seen {
  struct dw_addr addr;
  const char *kind; /* "Node", "NodeNetworkState" */
  const char *name; /* of the object */
};

struct seen_list {
  struct seen *items;
  size_t count;
};

static void add(struct seen_list *list, const struct dw_map_union *covered, const struct seen *seen) {
  struct dw_interval span = {seen->addr, seen->addr};
  const struct dw_interval_set *family = seen->addr.v4 ? &covered->v4 : &covered->v6;
  if (!dw_interval_set_contains(family, &seen->addr) && dw_special_class(&span) == NULL)
    list->items[list->count++] = *seen;
}

static size_t count_all(const struct dw_view *view) {
  size_t count = 0;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NODE); i++)
    count += dw_view_at(view, DW_KIND_NODE, i)->node.internal_ip_count;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NODE_NETWORK_STATE); i++) {
    const struct dw_object *nns = dw_view_at(view, DW_KIND_NODE_NETWORK_STATE, i);
    for (size_t n = 0; n < nns->nns.nic_count; n++)
      count += nns->nns.nics[n].address_count;
  }
  return count;
}

/* A Node's address is listed even if it is in a pool, because that is a conflict. A NIC's address in the pool of its
 * network is normal. */
static void collect(const struct dw_view *view, const struct dw_map_covered *covered, struct seen_list *list) {
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NODE); i++) {
    const struct dw_object *node = dw_view_at(view, DW_KIND_NODE, i);
    for (size_t k = 0; k < node->node.internal_ip_count; k++)
      add(list, &covered->networks, &(struct seen){node->node.internal_ips[k], "Node", node->name});
  }
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NODE_NETWORK_STATE); i++) {
    const struct dw_object *nns = dw_view_at(view, DW_KIND_NODE_NETWORK_STATE, i);
    for (size_t n = 0; n < nns->nns.nic_count; n++)
      for (size_t k = 0; k < nns->nns.nics[n].address_count; k++)
        add(list, &covered->all, &(struct seen){nns->nns.nics[n].addresses[k], "NodeNetworkState", nns->name});
  }
}

/* Of the same address, the Node first. */
static int compare_seen(const void *left, const void *right) {
  const struct seen *a = left;
  const struct seen *b = right;
  if (a->addr.v4 != b->addr.v4)
    return a->addr.v4 ? -1 : 1;
  int order = dw_addr_compare(&a->addr, &b->addr);
  if (order == 0)
    order = strcmp(a->kind, b->kind);
  return order != 0 ? order : strcmp(a->name, b->name);
}

static size_t drop_repeats(struct seen *items, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++)
    if (kept == 0 || items[kept - 1].addr.v4 != items[i].addr.v4 ||
        dw_addr_compare(&items[kept - 1].addr, &items[i].addr) != 0)
      items[kept++] = items[i];
  return kept;
}

/* How many of the first ITEMS are in the same block. */
static size_t run_of(const struct seen *items, size_t count) {
  struct dw_prefix block = dw_block_around(&items[0].addr, items[0].addr.v4 ? 8 : 64);
  size_t i = 1;
  while (i < count && items[i].addr.v4 == items[0].addr.v4 && dw_prefix_contains(&block, &items[i].addr))
    i++;
  return i;
}

static struct dw_map_entry make_entry(struct dw_map_builder *b, const struct seen *items, size_t count) {
  struct dw_map_entry entry = {.kind = DW_MAP_ADDRESSES, .name = "node addresses", .field = "", .usable = count};
  entry.span = (struct dw_interval){items[0].addr, items[count - 1].addr};
  entry.pool = entry.span;
  entry.text = dw_map_span_text(b->arena, &entry.span);
  entry.object = dw_arena_printf(b->arena, "%s %s", items[0].kind, items[0].name);
  if (count > 1)
    entry.object = dw_arena_printf(b->arena, "%s and %zu more", entry.object, count - 1);
  return entry;
}

struct dw_map_entry *dw_map_addresses(struct dw_map_builder *b, const struct dw_map_covered *covered, size_t *count) {
  struct seen_list list = {.count = 0};
  list.items = dw_arena_array(b->scratch, count_all(b->view), sizeof *list.items);
  collect(b->view, covered, &list);
  qsort(list.items, list.count, sizeof *list.items, compare_seen);
  list.count = drop_repeats(list.items, list.count);
  struct dw_map_entry *entries = dw_arena_array(b->scratch, list.count, sizeof *entries);
  *count = 0;
  for (size_t i = 0; i < list.count;) {
    size_t run = run_of(list.items + i, list.count - i);
    entries[(*count)++] = make_entry(b, list.items + i, run);
    i += run;
  }
  return entries;
}
