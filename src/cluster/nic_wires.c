/* A Linux bridge's uplinks: those of its ports that lead out of the node. The kernel holds a frame that crosses a
 * bridge against the MTU and the VLANs of the port that it leaves by, not of the bridge (net/bridge/br_forward.c,
 * br_dev_queue_push_xmit; tried: over a bridge of MTU 1500 with an uplink of 9000 large frames pass). */
#include <string.h>

#include "cluster/view_internal.h"

/* A port that leads to a pod or nowhere. A NIC that the NodeNetworkState lacks may be anything. */
static bool is_inner(const struct dw_nic *nic) {
  return nic != NULL && (nic->type == DW_NIC_VIRTUAL || nic->type == DW_NIC_LOOPBACK);
}

uint32_t dw_nic_wire_mtu(const struct dw_object *nns, const struct dw_nic *bridge) {
  uint32_t highest = 0;
  for (uint32_t i = 0; i < dw_nic_port_count(bridge); i++) {
    const struct dw_nic *nic = dw_nns_find(nns, bridge->more->ports[i].name);
    if (is_inner(nic))
      continue;
    if (nic == NULL || nic->mtu == 0)
      return 0;
    if (nic->mtu > highest)
      highest = nic->mtu;
  }
  return highest;
}

bool dw_nic_filters(const struct dw_object *nns, const struct dw_nic *bridge) {
  bool filters = false;
  for (uint32_t i = 0; i < dw_nic_port_count(bridge); i++) {
    const struct dw_bridge_port *port = &bridge->more->ports[i];
    if (is_inner(dw_nns_find(nns, port->name)))
      continue;
    if (!port->vlans_known)
      return false;
    filters = true;
  }
  return filters;
}

bool dw_nic_carries(const struct dw_object *nns, const struct dw_nic *bridge, unsigned vlan) {
  if (!dw_nic_filters(nns, bridge) || vlan == bridge->more->default_vlan)
    return true;
  for (uint32_t i = 0; i < bridge->more->port_count; i++) {
    const struct dw_bridge_port *port = &bridge->more->ports[i];
    if (is_inner(dw_nns_find(nns, port->name)))
      continue;
    for (uint32_t k = 0; k < port->vlan_count; k++)
      if (port->vlans[k].first <= vlan && vlan <= port->vlans[k].last)
        return true;
  }
  return false;
}

static void set_range(uint64_t *bits, unsigned first, unsigned last) {
  for (unsigned vlan = first; vlan <= last && vlan < 64 * DW_VLAN_WORDS; vlan++)
    bits[vlan / 64] |= UINT64_C(1) << vlan % 64;
}

void dw_nic_carried(const struct dw_object *nns, const struct dw_nic *bridge, uint64_t *open) {
  uint64_t carried[DW_VLAN_WORDS] = {0};
  set_range(carried, bridge->more->default_vlan, bridge->more->default_vlan);
  for (uint32_t i = 0; i < bridge->more->port_count; i++) {
    const struct dw_bridge_port *port = &bridge->more->ports[i];
    if (is_inner(dw_nns_find(nns, port->name)))
      continue;
    for (uint32_t k = 0; k < port->vlan_count; k++)
      set_range(carried, port->vlans[k].first, port->vlans[k].last);
  }
  for (size_t i = 0; i < DW_VLAN_WORDS; i++)
    open[i] &= carried[i];
}
