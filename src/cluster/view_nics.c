/* The NICs of the network nodes by name. What all nodes report about one NIC is kept together, with a summary of the
 * faults, so that a NIC without faults is recognized without walking the nodes. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "cluster/view_internal.h"

/* --- the names of all NICs, numbered by a hash table while building --- */

struct counted_name {
  const char *name;
  uint32_t count; /* nodes that have it */
  uint32_t rank;  /* in order of name */
};

struct numbering {
  uint32_t *slots; /* number + 1; 0 is free */
  size_t mask;
  struct counted_name *names;
  uint32_t count;
  uint32_t *ids; /* the number of each name of each NIC of each node, in turn */
};

static uint32_t number_of(struct numbering *n, const char *name) {
  size_t slot = (size_t)dw_hash_text(DW_HASH_INIT, name) & n->mask;
  while (n->slots[slot] != 0) {
    uint32_t id = n->slots[slot] - 1;
    if (strcmp(n->names[id].name, name) == 0)
      return id;
    slot = (slot + 1) & n->mask;
  }
  n->names[n->count].name = name;
  n->slots[slot] = ++n->count;
  return n->count - 1;
}

static size_t alias_count(const struct dw_nic *nic) {
  return nic->more == NULL ? 0 : nic->more->alt_name_count;
}

static size_t count_names(const struct dw_handler_node *nodes, size_t count) {
  size_t total = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < nodes[i].nns->nns.nic_count; k++)
      total += 1 + alias_count(&nodes[i].nns->nns.nics[k]);
  return total;
}

static void number_nic(struct numbering *n, const struct dw_nic *nic, size_t *next) {
  for (size_t i = 0; i <= alias_count(nic); i++) {
    uint32_t id = number_of(n, i == 0 ? nic->name : nic->more->alt_names[i - 1]);
    n->names[id].count++;
    n->ids[(*next)++] = id;
  }
}

static struct numbering number_names(struct dw_arena *scratch, const struct dw_handler_node *nodes, size_t count) {
  size_t total = count_names(nodes, count);
  size_t size = 16;
  while (size < 2 * total)
    size *= 2;
  struct numbering n = {.mask = size - 1};
  n.slots = dw_arena_array(scratch, size, sizeof *n.slots);
  n.names = dw_arena_array(scratch, total, sizeof *n.names);
  n.ids = dw_arena_array(scratch, total, sizeof *n.ids);
  size_t next = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < nodes[i].nns->nns.nic_count; k++)
      number_nic(&n, &nodes[i].nns->nns.nics[k], &next);
  return n;
}

static int by_counted_name(const void *left, const void *right) {
  const struct counted_name *const *a = left;
  const struct counted_name *const *b = right;
  return strcmp((*a)->name, (*b)->name);
}

/* Creates the names in order, each with room for its entries. */
static void sort_names(struct dw_view *view, struct dw_arena *scratch, struct numbering *n, size_t total) {
  struct dw_view_nics *nics = &view->nics;
  struct counted_name **sorted = dw_arena_array(scratch, n->count, sizeof *sorted);
  for (uint32_t i = 0; i < n->count; i++)
    sorted[i] = &n->names[i];
  qsort(sorted, n->count, sizeof *sorted, by_counted_name);
  nics->name_count = n->count;
  nics->names = dw_arena_array(view->arena, n->count, sizeof *nics->names);
  struct dw_nic_entry *entries = dw_arena_array(view->arena, total, sizeof *entries);
  for (uint32_t i = 0; i < n->count; i++) {
    nics->names[i].name = sorted[i]->name;
    nics->names[i].entries = entries;
    entries += sorted[i]->count;
    sorted[i]->rank = i;
  }
}

/* A node with two NICs of one name, which the kernel does not allow, is counted once. */
static void add_entry(struct dw_nic_name *name, struct dw_nic_entry entry) {
  if (name->count > 0 && name->entries[name->count - 1].node == entry.node)
    return;
  name->entries[name->count++] = entry;
  name->any |= entry.flags;
  if (entry.mtu == 0)
    return;
  if (name->low_mtu == 0 || entry.mtu < name->low_mtu) {
    name->low_mtu = entry.mtu;
    name->low_node = entry.node;
  }
  if (entry.mtu > name->high_mtu) {
    name->high_mtu = entry.mtu;
    name->high_node = entry.node;
  }
}

/* Sets LOWEST to NUMBER if that is known (not 0) and lower. */
static void lower(uint32_t *lowest, uint32_t number) {
  if (number > 0 && (*lowest == 0 || number < *lowest))
    *lowest = number;
}

static void add_bridge(struct dw_view *view, struct dw_nic_name *name, const struct dw_object *nns,
                       const struct dw_nic *bridge) {
  lower(&name->low_wire_mtu, dw_nic_wire_mtu(nns, bridge));
  if (!dw_nic_filters(nns, bridge))
    return;
  if (name->open_vlans == NULL) {
    name->open_vlans = dw_arena_array(view->arena, DW_VLAN_WORDS, sizeof *name->open_vlans);
    memset(name->open_vlans, 0xFF, DW_VLAN_WORDS * sizeof *name->open_vlans);
  }
  dw_nic_carried(nns, bridge, name->open_vlans);
}

/* Whether the NIC can be a master: not the management network, a bridge, or a port of another NIC. */
static bool is_suggestible(const struct dw_nic_name *name) {
  return (name->any & (DW_NIC_FLAG_BRIDGE | DW_NIC_FLAG_PRIMARY | DW_NIC_FLAG_UNFIT | DW_NIC_FLAG_ALIAS)) == 0 &&
         strcmp(name->name, "lo") != 0;
}

static void list_names(struct dw_view *view) {
  struct dw_view_nics *nics = &view->nics;
  size_t everywhere = 0;
  for (size_t i = 0; i < nics->name_count; i++)
    everywhere += nics->names[i].count == nics->measured_count;
  nics->common = dw_arena_array(view->arena, everywhere, sizeof *nics->common);
  for (size_t i = 0; i < nics->name_count; i++) {
    if (nics->names[i].count == nics->measured_count && is_suggestible(&nics->names[i]))
      nics->common[nics->common_count++] = nics->names[i].name;
  }
}

/* The state of building the index, node by node. */
struct building {
  struct dw_view *view;
  const struct numbering *numbering;
  size_t next; /* of numbering->ids */
};

static struct dw_nic_name *next_name(struct building *b) {
  const struct numbering *n = b->numbering;
  return &b->view->nics.names[n->names[n->ids[b->next++]].rank];
}

static void add_nic(struct building *b, const struct dw_handler_node *on, uint32_t node, const struct dw_nic *nic) {
  struct dw_nic_entry entry = {node, nic->mtu, dw_nic_flags(nic, on)};
  for (size_t i = 0; i <= alias_count(nic); i++) {
    struct dw_nic_name *name = next_name(b);
    if (i > 0 && dw_nns_find(on->nns, name->name) != nic)
      continue; /* it is the proper name of another NIC */
    add_entry(name, entry);
    lower(&name->low_speed, nic->speed);
    if (nic->type == DW_NIC_LINUX_BRIDGE && nic->more != NULL)
      add_bridge(b->view, name, on->nns, nic);
    entry.flags = (uint16_t)(entry.flags | DW_NIC_FLAG_ALIAS);
  }
}

/* Marks a VLAN in the NIC that it belongs to. */
static void add_vlan(struct building *b, const struct dw_nic *vlan) {
  if (vlan->type != DW_NIC_VLAN || !vlan->up || vlan->more == NULL || vlan->more->base == NULL)
    return;
  unsigned id = vlan->more->vlan_id;
  struct dw_nic_name *base = dw_view_nic_named(b->view, vlan->more->base);
  if (base == NULL || id >= 64 * DW_VLAN_WORDS)
    return;
  if (base->own_vlans == NULL)
    base->own_vlans = dw_arena_array(b->view->arena, DW_VLAN_WORDS, sizeof *base->own_vlans);
  base->own_vlans[id / 64] |= UINT64_C(1) << id % 64;
}

static void build_nics(struct dw_view *view, const struct dw_handler_node *measured) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  size_t count = view->nics.measured_count;
  struct numbering n = number_names(scratch, measured, count);
  sort_names(view, scratch, &n, count_names(measured, count));
  struct building b = {view, &n, 0};
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < measured[i].nns->nns.nic_count; k++) {
      add_nic(&b, &measured[i], (uint32_t)i, &measured[i].nns->nns.nics[k]);
      add_vlan(&b, &measured[i].nns->nns.nics[k]);
    }
  list_names(view);
}

/* Splits the nodes by whether they have a NodeNetworkState; NODES keeps those that do, in order. */
static void split_nodes(struct dw_view *view, struct dw_handler_node *nodes, size_t count) {
  struct dw_view_nics *nics = &view->nics;
  nics->measured = dw_arena_array(view->arena, count, sizeof *nics->measured);
  nics->unmeasured = dw_arena_array(view->arena, count, sizeof *nics->unmeasured);
  for (size_t i = 0; i < count; i++) {
    const char *name = nodes[i].node->name;
    if (nodes[i].nns == NULL) {
      nics->unmeasured[nics->unmeasured_count++] = name;
      continue;
    }
    nics->measured[nics->measured_count] = name;
    nodes[nics->measured_count++] = nodes[i];
  }
}

void dw_view_nics_build(struct dw_view *view, const struct dw_placing *placing) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct dw_handler_node *nodes = dw_arena_array(scratch, dw_view_count(view, DW_KIND_NODE), sizeof *nodes);
  view->nics = (struct dw_view_nics){0};
  size_t count = dw_view_nodes_build(view, placing, nodes);
  split_nodes(view, nodes, count);
  build_nics(view, nodes);
  dw_view_localnets_build(view, nodes);
}
