/* Answers questions about NICs from the index that view_nics.c builds. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/view_internal.h"

static size_t copy_names(const char *const *names, size_t count, const char **out, size_t max) {
  for (size_t i = 0; i < count && i < max; i++)
    out[i] = names[i];
  return count;
}

size_t dw_view_nodes_without_nics(const struct dw_view *view, const char **out, size_t max) {
  return copy_names(view->nics.unmeasured, view->nics.unmeasured_count, out, max);
}

size_t dw_view_nodes_with_nics(const struct dw_view *view, const char **out, size_t max) {
  return copy_names(view->nics.measured, view->nics.measured_count, out, max);
}

size_t dw_view_common_nics(const struct dw_view *view, const char **out, size_t max) {
  return copy_names(view->nics.common, view->nics.common_count, out, max);
}

const char *dw_view_nearest_nic(const struct dw_view *view, const char *name) {
  const struct dw_view_nics *nics = &view->nics;
  const char *nearest = dw_nearest(name, nics->common, nics->common_count);
  unsigned edits = nearest == NULL ? 0 : dw_edit_distance(name, nearest, (unsigned)strlen(name));
  for (size_t i = 0; nearest != NULL && i < nics->common_count; i++)
    if (nics->common[i] != nearest && dw_edit_distance(name, nics->common[i], edits) <= edits)
      return NULL; /* eth9 may stand for eth1 or for eth2 */
  return nearest;
}

struct dw_nic_name *dw_view_nic_named(const struct dw_view *view, const char *name) {
  const struct dw_view_nics *nics = &view->nics;
  return dw_find_by_name(name, nics->names, nics->name_count, sizeof *nics->names);
}

/* --- alternative names that udev may have set --- */

/* The NodeNetworkState of a measured node. */
static const struct dw_object *nns_of(const struct dw_view *view, uint32_t node) {
  return dw_view_find(view, DW_KIND_NODE_NETWORK_STATE, "", view->nics.measured[node]);
}

/* The position in systemd's NamePolicy (onboard, slot, path, mac) of the policy that creates such a name; 0 for other
 * names. */
static int policy_place(const char *name) {
  static const char letters[] = "ospx";
  if ((strncmp(name, "en", 2) != 0 && strncmp(name, "ib", 2) != 0) || name[2] == '\0')
    return 0;
  const char *letter = strchr(letters, name[2] == 'P' ? 'p' : name[2]);
  return letter == NULL ? 0 : (int)(letter - letters) + 1;
}

/* nmstate reports alternative names since 2.2.51. If it reports none, NAME may still be one: if it is longer than a
 * NIC's name can be, or udev creates it by a later policy than the one that named the NIC (enp3s0 for eno1). */
static bool may_be_alias(const struct dw_object *nns, const char *name) {
  int place = policy_place(name);
  if (place == 0 && strlen(name) < DW_IFNAME_SIZE)
    return false;
  bool candidate = false;
  for (size_t i = 0; i < nns->nns.nic_count; i++) {
    const struct dw_nic *nic = &nns->nns.nics[i];
    if (nic->more != NULL && nic->more->alt_name_count > 0)
      return false;
    candidate = candidate || ((nic->type == DW_NIC_ETHERNET || nic->type == DW_NIC_INFINIBAND) &&
                              (place == 0 || policy_place(nic->name) < place));
  }
  return candidate;
}

/* --- faults --- */

/* Counts nodes, and keeps the names of the first MAX. */
struct listing {
  const char **out;
  size_t max;
  size_t count;
};

static void list(struct listing *listing, const char *node) {
  if (listing->count < listing->max)
    listing->out[listing->count] = node;
  listing->count++;
}

/* Lists the measured nodes without this NIC: if UNSURE, those where the name may be one that nmstate does not report;
 * otherwise the others. */
static size_t missing(const struct dw_view *view, const char *name, bool unsure, const char **out, size_t max) {
  const struct dw_nic_name *nic = dw_view_nic_named(view, name);
  const struct dw_view_nics *nics = &view->nics;
  struct listing listing = {out, max, 0};
  uint32_t entry = 0;
  if (nic != NULL && nic->count == nics->measured_count)
    return 0;
  for (uint32_t i = 0; i < nics->measured_count; i++) {
    if (nic != NULL && entry < nic->count && nic->entries[entry].node == i)
      entry++;
    else if (may_be_alias(nns_of(view, i), name) == unsure)
      list(&listing, nics->measured[i]);
  }
  return listing.count;
}

static size_t mtu_below(const struct dw_view_nics *nics, const struct dw_nic_name *nic, uint32_t limit,
                        const char **out, size_t max) {
  size_t count = 0;
  if (nic->low_mtu == 0 || nic->low_mtu >= limit)
    return 0;
  for (uint32_t i = 0; i < nic->count; i++) {
    const struct dw_nic_entry *entry = &nic->entries[i];
    if (entry->mtu == 0 || entry->mtu >= limit)
      continue;
    if (count < max)
      out[count] = nics->measured[entry->node];
    count++;
  }
  return count;
}

static size_t flagged(const struct dw_view_nics *nics, const struct dw_nic_name *nic, enum dw_nic_flag flag,
                      const char **out, size_t max) {
  size_t count = 0;
  if ((nic->any & flag) == 0)
    return 0;
  for (uint32_t i = 0; i < nic->count; i++) {
    if ((nic->entries[i].flags & flag) == 0)
      continue;
    if (count < max)
      out[count] = nics->measured[nic->entries[i].node];
    count++;
  }
  return count;
}

/* Whether this NIC of this node has the fault with the query's NUMBER. Only called if some node has the fault. */
typedef bool (*node_test)(const struct dw_object *nns, const struct dw_nic *nic, uint32_t number);

static bool wire_is_below(const struct dw_object *nns, const struct dw_nic *nic, uint32_t mtu) {
  uint32_t known = nic->type == DW_NIC_LINUX_BRIDGE ? dw_nic_wire_mtu(nns, nic) : 0;
  return known > 0 && known < mtu;
}

static bool lacks_vlan(const struct dw_object *nns, const struct dw_nic *nic, uint32_t vlan) {
  return nic->type == DW_NIC_LINUX_BRIDGE && !dw_nic_carries(nns, nic, vlan);
}

static bool has_vlan(const struct dw_object *nns, const struct dw_nic *nic, uint32_t vlan) {
  for (size_t i = 0; i < nns->nns.nic_count; i++) {
    const struct dw_nic *other = &nns->nns.nics[i];
    if (other->type == DW_NIC_VLAN && other->up && other->more != NULL && other->more->vlan_id == vlan &&
        other->more->base != NULL && strcmp(other->more->base, nic->name) == 0)
      return true;
  }
  return false;
}

static size_t tested(const struct dw_view *view, const struct dw_nic_name *nic, node_test test, uint32_t number,
                     const char **out, size_t max) {
  struct listing listing = {out, max, 0};
  for (uint32_t i = 0; i < nic->count; i++) {
    uint32_t node = nic->entries[i].node;
    const struct dw_object *nns = nns_of(view, node);
    if (test(nns, dw_nns_find(nns, nic->name), number))
      list(&listing, view->nics.measured[node]);
  }
  return listing.count;
}

static bool has_bit(const uint64_t *bits, uint32_t vlan) {
  return vlan < 64 * DW_VLAN_WORDS && (bits[vlan / 64] >> vlan % 64 & 1) != 0;
}

size_t dw_view_nic_fault(const struct dw_view *view, const struct dw_nic_query *query, const char **out, size_t max) {
  static const enum dw_nic_flag flags[] = {
      [DW_NIC_DOWN] = DW_NIC_FLAG_DOWN,
      [DW_NIC_PRIMARY] = DW_NIC_FLAG_PRIMARY,
      [DW_NIC_NO_BRIDGE] = DW_NIC_FLAG_NO_BRIDGE,
      [DW_NIC_NO_PORT] = DW_NIC_FLAG_NO_PORT,
      [DW_NIC_NO_OVS_BRIDGE] = DW_NIC_FLAG_NO_OVS,
      [DW_NIC_IS_PORT] = DW_NIC_FLAG_PORT,
      [DW_NIC_IS_LOOPBACK] = DW_NIC_FLAG_LOOPBACK,
      [DW_NIC_IS_FIXED] = DW_NIC_FLAG_FIXED,
      [DW_NIC_IS_INFINIBAND] = DW_NIC_FLAG_INFINIBAND,
  };
  const struct dw_nic_name *nic = dw_view_nic_named(view, query->name);
  if (query->fault == DW_NIC_MISSING || query->fault == DW_NIC_UNSURE)
    return missing(view, query->name, query->fault == DW_NIC_UNSURE, out, max);
  if (nic == NULL)
    return 0;
  switch (query->fault) {
  case DW_NIC_MTU_BELOW:
    return mtu_below(&view->nics, nic, query->number, out, max);
  case DW_NIC_WIRE_MTU_BELOW:
    return nic->low_wire_mtu == 0 || nic->low_wire_mtu >= query->number
               ? 0
               : tested(view, nic, wire_is_below, query->number, out, max);
  case DW_NIC_VLAN_CLOSED:
    return nic->open_vlans == NULL || has_bit(nic->open_vlans, query->number)
               ? 0
               : tested(view, nic, lacks_vlan, query->number, out, max);
  case DW_NIC_VLAN_TAKEN:
    return nic->own_vlans == NULL || !has_bit(nic->own_vlans, query->number)
               ? 0
               : tested(view, nic, has_vlan, query->number, out, max);
  default:
    return flagged(&view->nics, nic, flags[query->fault], out, max);
  }
}

bool dw_view_nic_mtu(const struct dw_view *view, const char *name, struct dw_mtu_range *out) {
  const struct dw_nic_name *nic = dw_view_nic_named(view, name);
  if (nic == NULL || nic->low_mtu == 0)
    return false;
  *out = (struct dw_mtu_range){nic->low_mtu, nic->high_mtu, view->nics.measured[nic->low_node],
                               view->nics.measured[nic->high_node]};
  return true;
}

uint32_t dw_view_wire_mtu(const struct dw_view *view, const char *bridge) {
  const struct dw_nic_name *nic = dw_view_nic_named(view, bridge);
  return nic == NULL ? 0 : nic->low_wire_mtu;
}

const struct dw_nic *dw_view_nic_on(const struct dw_view *view, const char *node, const char *name) {
  const struct dw_object *nns = dw_view_find(view, DW_KIND_NODE_NETWORK_STATE, "", node);
  return nns == NULL ? NULL : dw_nns_find(nns, name);
}

const char *dw_view_nic_proper(const struct dw_view *view, const char *name) {
  const struct dw_nic_name *nic = dw_view_nic_named(view, name);
  if (nic == NULL || (nic->any & DW_NIC_FLAG_ALIAS) == 0)
    return name;
  return dw_view_nic_on(view, view->nics.measured[nic->entries[0].node], name)->name;
}

/* --- speed --- */

enum { DEPTH_LIMIT = 8 }; /* bridge, VLAN, bond, NIC */

static uint32_t speed_of(const struct dw_view *view, const char *name, int depth);

/* The speed of the NICs that are ports of NAME: of all together (a bond), or of the fastest (a bridge). */
static uint32_t speed_below(const struct dw_view *view, const struct dw_object *nns, const char *name, bool together,
                            int depth) {
  uint64_t speed = 0;
  for (size_t i = 0; i < nns->nns.nic_count; i++) {
    const struct dw_nic *nic = &nns->nns.nics[i];
    if (nic->controller == NULL || strcmp(nic->controller, name) != 0)
      continue;
    uint32_t one = speed_of(view, nic->name, depth - 1);
    if (one == 0 && together)
      return 0;
    speed = together ? speed + one : one > speed ? one : speed;
  }
  return speed > UINT32_MAX ? UINT32_MAX : (uint32_t)speed;
}

/* The first node that has the NIC shows what is below it: nodes of one cluster differ in their speeds, but not in their
 * structure. */
static uint32_t speed_of(const struct dw_view *view, const char *name, int depth) {
  const struct dw_nic_name *all = dw_view_nic_named(view, name);
  if (all == NULL || all->count == 0 || all->low_speed > 0 || depth == 0)
    return all == NULL ? 0 : all->low_speed;
  const struct dw_object *nns = nns_of(view, all->entries[0].node);
  const struct dw_nic *nic = dw_nns_find(nns, name);
  if (nic->type == DW_NIC_VLAN)
    return nic->more == NULL || nic->more->base == NULL ? 0 : speed_of(view, nic->more->base, depth - 1);
  bool bridge = nic->type == DW_NIC_LINUX_BRIDGE || nic->type == DW_NIC_OVS_BRIDGE;
  return bridge || nic->type == DW_NIC_BOND ? speed_below(view, nns, nic->name, !bridge, depth) : 0;
}

uint32_t dw_view_nic_speed(const struct dw_view *view, const char *name) {
  return speed_of(view, name, DEPTH_LIMIT);
}
