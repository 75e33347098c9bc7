/* Named offers of nodes: the localnets of OVN-Kubernetes that they map to a bridge, and the resources of device
 * plugins. They are indexed once, so that an offer of every node is recognized without walking the nodes. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/view_internal.h"

/* --- offers by name --- */

struct offer_ref {
  const char *name;
  struct dw_offer_entry entry;
};

static int compare_refs(const void *left, const void *right) {
  const struct offer_ref *a = left;
  const struct offer_ref *b = right;
  int order = strcmp(a->name, b->name);
  return order != 0 ? order : (a->entry.node > b->entry.node) - (a->entry.node < b->entry.node);
}

static void add_entry(struct dw_offer *offer, struct dw_offer_entry entry) {
  offer->any |= entry.flags;
  if (offer->count == 0 || offer->entries[offer->count - 1].node != entry.node)
    offer->entries[offer->count++] = entry;
}

static struct dw_offers make_offers(struct dw_arena *arena, struct offer_ref *refs, size_t count) {
  struct dw_offers offers = {NULL, 0};
  qsort(refs, count, sizeof *refs, compare_refs);
  size_t names = 0;
  for (size_t i = 0; i < count; i++)
    names += i == 0 || strcmp(refs[i - 1].name, refs[i].name) != 0;
  offers.items = dw_arena_array(arena, names, sizeof *offers.items);
  struct dw_offer_entry *entries = dw_arena_array(arena, count, sizeof *entries);
  for (size_t i = 0; i < count; i++) {
    if (i == 0 || strcmp(refs[i - 1].name, refs[i].name) != 0)
      offers.items[offers.count++] = (struct dw_offer){.name = refs[i].name, .entries = &entries[i]};
    add_entry(&offers.items[offers.count - 1], refs[i].entry);
  }
  return offers;
}

const char *dw_view_nearest_offer(const struct dw_view *view, enum dw_offer_kind kind, const char *name, bool *sure) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  const struct dw_offers *offers = kind == DW_OFFER_LOCALNET ? &view->nics.localnets : &view->nodes.devices;
  const char **words = dw_arena_array(scratch, offers->count, sizeof *words);
  for (size_t i = 0; i < offers->count; i++)
    words[i] = offers->items[i].name;
  return dw_nearest_sure(name, words, offers->count, sure);
}

/* --- localnets --- */

static uint8_t bridge_flags(const struct dw_handler_node *on, const char *bridge) {
  const struct dw_object *nns = on->nns;
  const struct dw_nic *nic = dw_find_by_name(bridge, nns->nns.nics, nns->nns.nic_count, sizeof nns->nns.nics[0]);
  if (nic == NULL)
    return bridge[0] == '\0' ? 0 : DW_LOCALNET_FLAG_NO_BRIDGE;
  return dw_nic_role(on, nic).primary ? DW_LOCALNET_FLAG_PRIMARY : 0;
}

void dw_view_localnets_build(struct dw_view *view, const struct dw_handler_node *nodes) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  size_t total = 0;
  for (size_t i = 0; i < view->nics.measured_count; i++)
    total += nodes[i].nns->nns.mapping_count;
  struct offer_ref *refs = dw_arena_array(scratch, total, sizeof *refs);
  size_t count = 0;
  for (size_t i = 0; i < view->nics.measured_count; i++)
    for (size_t k = 0; k < nodes[i].nns->nns.mapping_count; k++) {
      const struct dw_bridge_mapping *mapping = &nodes[i].nns->nns.mappings[k];
      refs[count++] = (struct offer_ref){mapping->localnet, {(uint32_t)i, bridge_flags(&nodes[i], mapping->bridge)}};
    }
  view->nics.localnets = make_offers(view->arena, refs, count);
}

/* Lists the measured nodes without an entry. Nodes and entries are in the same order. */
static size_t unmapped(const struct dw_view_nics *nics, const struct dw_offer *localnet, const char **out, size_t max) {
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

static size_t flagged(const struct dw_view_nics *nics, const struct dw_offer *localnet, uint8_t flag, const char **out,
                      size_t max) {
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
  const struct dw_offers *offers = &view->nics.localnets;
  const struct dw_offer *found = dw_find_by_name(localnet, offers->items, offers->count, sizeof *offers->items);
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

/* --- devices --- */

void dw_view_devices_build(struct dw_view *view) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct dw_view_nodes *nodes = &view->nodes;
  size_t total = 0;
  for (size_t i = 0; i < nodes->handler_count; i++) {
    total += nodes->handlers[i]->node.device_count;
    nodes->no_device_count += nodes->handlers[i]->node.device_count == 0;
  }
  struct offer_ref *refs = dw_arena_array(scratch, total, sizeof *refs);
  size_t count = 0;
  for (size_t i = 0; i < nodes->handler_count; i++)
    for (size_t k = 0; k < nodes->handlers[i]->node.device_count; k++) {
      const struct dw_device *device = &nodes->handlers[i]->node.devices[k];
      if (device->count > 0)
        refs[count++] = (struct offer_ref){device->resource, {(uint32_t)i, 0}};
    }
  nodes->devices = make_offers(view->arena, refs, count);
}

size_t dw_view_without_device(const struct dw_view *view, const char *resource, const char **out, size_t max) {
  const struct dw_view_nodes *nodes = &view->nodes;
  const struct dw_offers *devices = &nodes->devices;
  const struct dw_offer *device = dw_find_by_name(resource, devices->items, devices->count, sizeof *devices->items);
  uint32_t entries = device == NULL ? 0 : device->count;
  uint32_t entry = 0;
  size_t listed = 0;
  size_t count = nodes->handler_count - nodes->no_device_count - entries;
  for (size_t i = 0; listed < count && listed < max; i++) {
    if (entry < entries && device->entries[entry].node == i)
      entry++;
    else if (nodes->handlers[i]->node.device_count > 0)
      out[listed++] = nodes->handlers[i]->name;
  }
  return count;
}

size_t dw_view_without_devices(const struct dw_view *view, const char **out, size_t max) {
  const struct dw_view_nodes *nodes = &view->nodes;
  size_t listed = 0;
  for (size_t i = 0; listed < nodes->no_device_count && listed < max; i++)
    if (nodes->handlers[i]->node.device_count == 0)
      out[listed++] = nodes->handlers[i]->name;
  return nodes->no_device_count;
}
