/* Finds NADs that use the same NIC or bridge, because the kernel does not allow all combinations. */
#include <stdlib.h>
#include <string.h>

#include "cluster/view_internal.h"

/* Compares NICs, kinds and VLANs, but not NADs. */
static int compare_places(const struct dw_link_ref *a, const struct dw_link_ref *b) {
  int order = strcmp(a->name, b->name);
  if (order != 0)
    return order;
  return a->kind != b->kind ? a->kind - b->kind : a->vlan - b->vlan;
}

static int compare_refs(const void *left, const void *right) {
  const struct dw_link_ref *a = left;
  const struct dw_link_ref *b = right;
  int order = compare_places(a, b);
  return order != 0 ? order : (a->nad > b->nad) - (a->nad < b->nad);
}

void dw_view_links_build(struct dw_view *view) {
  size_t count = 0;
  for (size_t i = 0; i < view->nads.count; i++)
    count += view->nads.objects[i]->nad.link_count;
  view->links.items = dw_arena_array(view->arena, count, sizeof *view->links.items);
  for (size_t i = 0; i < view->nads.count; i++) {
    const struct dw_object *nad = view->nads.objects[i];
    for (size_t k = 0; k < nad->nad.link_count; k++) {
      const struct dw_nad_link *link = &nad->nad.links[k];
      view->links.items[view->links.count++] =
          (struct dw_link_ref){dw_view_nic_proper(view, link->name), link->vlan, link->kind, (uint32_t)i};
    }
  }
  qsort(view->links.items, count, sizeof *view->links.items, compare_refs);
}

/* The index of the first item that is not before WANTED. */
static size_t lower_bound(const struct dw_view_links *links, const struct dw_link_ref *wanted) {
  size_t low = 0;
  size_t high = links->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (compare_places(&links->items[middle], wanted) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Searches VIEW's own NADs, without those that OVER hides. Nearly all items match, so the walk is short; only `check`
 * asks for NADs before another one. */
static const struct dw_object *find(const struct dw_view *view, const struct dw_view *over,
                                    const struct dw_link_query *query, const struct dw_link_ref *wanted) {
  const struct dw_view_links *links = &view->links;
  uint32_t self = dw_view_nad_index(view, query->ns, query->nad);
  for (size_t i = lower_bound(links, wanted); i < links->count && compare_places(&links->items[i], wanted) == 0; i++) {
    uint32_t nad = links->items[i].nad;
    if (dw_view_considers(view, over, nad, self, query->before))
      return view->nads.objects[nad];
  }
  return NULL;
}

const struct dw_object *dw_view_link(const struct dw_view *view, const struct dw_link_query *query) {
  struct dw_link_ref wanted = {dw_view_nic_proper(view, query->name), query->vlan, (uint8_t)query->kind, 0};
  const struct dw_object *own = find(view, NULL, query, &wanted);
  const struct dw_object *below = view->over.base == NULL ? NULL : find(view->over.base, view, query, &wanted);
  return dw_view_first_of(own, below);
}
