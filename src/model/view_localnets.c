/* OVN-Kubernetes' localnets: which nodes map each to a bridge. Built once, so that a sound one is told without walking
 * the nodes. */
#include <stdlib.h>
#include <string.h>

#include "droveway/base/text.h"
#include "model/view_internal.h"

struct mapping_ref {
  const char *localnet;
  struct dw_localnet_entry entry;
};

static int compare_refs(const void *left, const void *right) {
  const struct mapping_ref *a = left;
  const struct mapping_ref *b = right;
  int order = strcmp(a->localnet, b->localnet);
  return order != 0 ? order : (a->entry.node > b->entry.node) - (a->entry.node < b->entry.node);
}

static int by_nic_name(const void *key, const void *nic) {
  return strcmp(key, ((const struct dw_nic *)nic)->name);
}

static uint8_t flags_of(const struct dw_handler_node *on, const char *bridge) {
  const struct dw_object *nns = on->nns;
  const struct dw_nic *nic = nns->nns.nic_count == 0 ? NULL
                                                     : bsearch(bridge, nns->nns.nics, nns->nns.nic_count,
                                                               sizeof nns->nns.nics[0], by_nic_name);
  if (nic == NULL)
    return bridge[0] == '\0' ? 0 : DW_LOCALNET_FLAG_NO_BRIDGE;
  return dw_nic_role(on, nic).primary ? DW_LOCALNET_FLAG_PRIMARY : 0;
}

static struct mapping_ref *collect(struct dw_arena *scratch, const struct dw_handler_node *nodes, size_t node_count,
                                   size_t *count) {
  size_t total = 0;
  for (size_t i = 0; i < node_count; i++)
    total += nodes[i].nns->nns.mapping_count;
  struct mapping_ref *refs = dw_arena_array(scratch, total, sizeof *refs);
  *count = 0;
  for (size_t i = 0; i < node_count; i++)
    for (size_t k = 0; k < nodes[i].nns->nns.mapping_count; k++) {
      const struct dw_bridge_mapping *mapping = &nodes[i].nns->nns.mappings[k];
      refs[(*count)++] = (struct mapping_ref){mapping->localnet, {(uint32_t)i, flags_of(&nodes[i], mapping->bridge)}};
    }
  qsort(refs, *count, sizeof *refs, compare_refs);
  return refs;
}

static void add_entry(struct dw_localnet *localnet, struct dw_localnet_entry entry) {
  localnet->any |= entry.flags;
  if (localnet->count == 0 || localnet->entries[localnet->count - 1].node != entry.node)
    localnet->entries[localnet->count++] = entry;
}

void dw_view_localnets_build(struct dw_view *view, const struct dw_handler_node *nodes) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct dw_view_localnets *localnets = &view->nics.localnets;
  size_t count;
  const struct mapping_ref *refs = collect(scratch, nodes, view->nics.measured_count, &count);
  size_t names = 0;
  for (size_t i = 0; i < count; i++)
    names += i == 0 || strcmp(refs[i - 1].localnet, refs[i].localnet) != 0;
  localnets->items = dw_arena_array(view->arena, names, sizeof *localnets->items);
  struct dw_localnet_entry *entries = dw_arena_array(view->arena, count, sizeof *entries);
  for (size_t i = 0; i < count; i++) {
    if (i == 0 || strcmp(refs[i - 1].localnet, refs[i].localnet) != 0)
      localnets->items[localnets->count++] = (struct dw_localnet){.name = refs[i].localnet, .entries = &entries[i]};
    add_entry(&localnets->items[localnets->count - 1], refs[i].entry);
  }
}

/* --- queries --- */

static int by_name(const void *key, const void *localnet) {
  return strcmp(key, ((const struct dw_localnet *)localnet)->name);
}

static const struct dw_localnet *find(const struct dw_view *view, const char *name) {
  const struct dw_view_localnets *localnets = &view->nics.localnets;
  return localnets->count == 0 ? NULL
                               : bsearch(name, localnets->items, localnets->count, sizeof *localnets->items, by_name);
}

/* The measured nodes without an entry; both are in order of the nodes. */
static size_t unmapped(const struct dw_view_nics *nics, const struct dw_localnet *localnet, const char **out,
                       size_t max) {
  uint32_t entries = localnet == NULL ? 0 : localnet->count;
  uint32_t entry = 0;
  size_t listed = 0;
  size_t count = nics->measured_count - entries;
  for (size_t i = 0; listed < count && listed < max; i++) {
    if (entry < entries && localnet->entries[entry].node == i)
      entry++;
    else
      out[listed++] = nics->measured[i];
  }
  return count;
}

static size_t flagged(const struct dw_view_nics *nics, const struct dw_localnet *localnet, uint8_t flag,
                      const char **out, size_t max) {
  size_t count = 0;
  if (localnet == NULL || (localnet->any & flag) == 0)
    return 0;
  for (uint32_t i = 0; i < localnet->count; i++) {
    if ((localnet->entries[i].flags & flag) == 0)
      continue;
    if (count < max)
      out[count] = nics->measured[localnet->entries[i].node];
    count++;
  }
  return count;
}

size_t dw_view_localnet_fault(const struct dw_view *view, const char *localnet, enum dw_localnet_fault fault,
                              const char **out, size_t max) {
  const struct dw_localnet *found = find(view, localnet);
  switch (fault) {
  case DW_LOCALNET_UNMAPPED:
    return unmapped(&view->nics, found, out, max);
  case DW_LOCALNET_PRIMARY:
    return flagged(&view->nics, found, DW_LOCALNET_FLAG_PRIMARY, out, max);
  case DW_LOCALNET_NO_BRIDGE:
    return flagged(&view->nics, found, DW_LOCALNET_FLAG_NO_BRIDGE, out, max);
  }
  return 0;
}

bool dw_view_tells_localnets(const struct dw_view *view) {
  return view->nics.localnets.count > 0;
}

const char *dw_view_nearest_localnet(const struct dw_view *view, const char *name) {
  const struct dw_view_localnets *localnets = &view->nics.localnets;
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  const char **words = dw_arena_array(scratch, localnets->count, sizeof *words);
  for (size_t i = 0; i < localnets->count; i++)
    words[i] = localnets->items[i].name;
  return dw_nearest(name, words, localnets->count);
}
