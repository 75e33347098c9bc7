/* The role of a NIC on its node, and the uplinks of a Linux bridge. */
#include <string.h>

#include "cluster/view_internal.h"

enum { CHAIN_LIMIT = 16 }; /* NIC, bond, bridge ...: a longer chain of controllers is a loop */

static bool has_own_address(const struct dw_nic *nic, const struct dw_object *node) {
  for (size_t i = 0; i < nic->address_count; i++)
    for (size_t k = 0; k < node->node.internal_ip_count; k++)
      if (nic->addresses[i].v4 == node->node.internal_ips[k].v4 &&
          dw_addr_compare(&nic->addresses[i], &node->node.internal_ips[k]) == 0)
        return true;
  return false;
}

static bool is_primary(const struct dw_nic *nic, const struct dw_handler_node *on) {
  for (int step = 0; nic != NULL && step < CHAIN_LIMIT; step++) {
    if (nic->default_route || has_own_address(nic, on->node))
      return true;
    nic = nic->controller == NULL ? NULL : dw_nns_find(on->nns, nic->controller);
  }
  return false;
}

struct dw_nic_role dw_nic_role(const struct dw_handler_node *on, const struct dw_nic *nic) {
  return (struct dw_nic_role){has_own_address(nic, on->node), is_primary(nic, on)};
}

/* Whether the kernel passes the frames of NIC to its bond or bridge, so that it rejects a macvlan or ipvlan on it with
 * "device or resource busy" (netdev_rx_handler_register() in net/core/dev.c; bond, bridge, OVS and HSR call it, VRF
 * does not). An internal port of OVS is the node's own end of the bridge, and can be used. */
static bool is_port(const struct dw_nic *nic, const struct dw_object *nns) {
  if (nic->controller == NULL || nic->type == DW_NIC_OVS_INTERFACE || nic->type == DW_NIC_OVS_BRIDGE)
    return false;
  if (strcmp(nic->controller, "ovs-system") == 0)
    return true;
  const struct dw_nic *above = dw_nns_find(nns, nic->controller);
  return above != NULL && (above->type == DW_NIC_BOND || above->type == DW_NIC_LINUX_BRIDGE ||
                           above->type == DW_NIC_OVS_BRIDGE || above->type == DW_NIC_HSR);
}

/* Whether the type of NIC proves that it is not an OVS bridge. Other types prove nothing, because nmstate reports one
 * of them for an OVS bridge if it can't query OVS. */
static bool cannot_be_ovs_bridge(const struct dw_nic *nic) {
  return nic->type == DW_NIC_ETHERNET || nic->type == DW_NIC_BOND || nic->type == DW_NIC_VLAN ||
         nic->type == DW_NIC_LINUX_BRIDGE || nic->type == DW_NIC_INFINIBAND || nic->type == DW_NIC_LOOPBACK;
}

/* The kernel does not allow these to leave their network namespace: NETIF_F_NETNS_LOCAL (since 6.14 netns_immutable) in
 * drivers/net/loopback.c, net/bridge/br_device.c, drivers/net/bonding/bond_main.c and, for a bridge's own port,
 * net/openvswitch/vport-internal_dev.c. */
static bool is_fixed(const struct dw_nic *nic) {
  return nic->type == DW_NIC_LOOPBACK || nic->type == DW_NIC_LINUX_BRIDGE || nic->type == DW_NIC_BOND ||
         nic->type == DW_NIC_OVS_BRIDGE;
}

uint16_t dw_nic_flags(const struct dw_nic *nic, const struct dw_handler_node *on) {
  bool bridge = nic->type == DW_NIC_LINUX_BRIDGE;
  const struct {
    bool is;
    enum dw_nic_flag flag;
  } all[] = {{bridge, DW_NIC_FLAG_BRIDGE},
             {!bridge, DW_NIC_FLAG_NO_BRIDGE},
             {bridge && dw_nic_port_count(nic) == 0, DW_NIC_FLAG_NO_PORT},
             {cannot_be_ovs_bridge(nic), DW_NIC_FLAG_NO_OVS},
             {!nic->up, DW_NIC_FLAG_DOWN},
             {!nic->fits_master, DW_NIC_FLAG_UNFIT},
             {is_primary(nic, on), DW_NIC_FLAG_PRIMARY},
             {is_port(nic, on->nns), DW_NIC_FLAG_PORT},
             {nic->type == DW_NIC_LOOPBACK, DW_NIC_FLAG_LOOPBACK},
             {is_fixed(nic), DW_NIC_FLAG_FIXED},
             {nic->type == DW_NIC_INFINIBAND, DW_NIC_FLAG_INFINIBAND}};
  unsigned flags = 0;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    if (all[i].is)
      flags |= (unsigned)all[i].flag;
  return (uint16_t)flags;
}

/* --- a Linux bridge's uplinks: the ports that lead out of the node. The kernel checks a frame that crosses a bridge
 * against the MTU and VLANs of the port through which it leaves, not of the bridge (net/bridge/br_forward.c,
 * br_dev_queue_push_xmit; verified: large frames cross a bridge with MTU 1500 if its uplink has MTU 9000). --- */

/* The uplinks of BRIDGE in turn: *NEXT is 0 at first; NULL after the last one. A port of type veth, tun or dummy leads
 * to a pod or nowhere. A port that the NodeNetworkState does not report as a NIC may be anything. */
static const struct dw_bridge_port *next_uplink(const struct dw_object *nns, const struct dw_nic *bridge,
                                                uint32_t *next) {
  while (*next < dw_nic_port_count(bridge)) {
    const struct dw_bridge_port *port = &bridge->more->ports[(*next)++];
    const struct dw_nic *nic = dw_nns_find(nns, port->name);
    if (nic == NULL || (nic->type != DW_NIC_VIRTUAL && nic->type != DW_NIC_LOOPBACK))
      return port;
  }
  return NULL;
}

uint32_t dw_nic_wire_mtu(const struct dw_object *nns, const struct dw_nic *bridge) {
  uint32_t highest = 0, next = 0;
  for (const struct dw_bridge_port *port; (port = next_uplink(nns, bridge, &next)) != NULL;) {
    const struct dw_nic *nic = dw_nns_find(nns, port->name);
    if (nic == NULL || nic->mtu == 0)
      return 0;
    if (nic->mtu > highest)
      highest = nic->mtu;
  }
  return highest;
}

bool dw_nic_filters(const struct dw_object *nns, const struct dw_nic *bridge) {
  bool filters = false;
  uint32_t next = 0;
  for (const struct dw_bridge_port *port; (port = next_uplink(nns, bridge, &next)) != NULL;) {
    if (!port->vlans_known)
      return false;
    filters = true;
  }
  return filters;
}

bool dw_nic_carries(const struct dw_object *nns, const struct dw_nic *bridge, unsigned vlan) {
  if (!dw_nic_filters(nns, bridge) || vlan == bridge->more->default_vlan)
    return true;
  uint32_t next = 0;
  for (const struct dw_bridge_port *port; (port = next_uplink(nns, bridge, &next)) != NULL;) {
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
  uint32_t next = 0;
  for (const struct dw_bridge_port *port; (port = next_uplink(nns, bridge, &next)) != NULL;) {
    for (uint32_t k = 0; k < port->vlan_count; k++)
      set_range(carried, port->vlans[k].first, port->vlans[k].last);
  }
  for (size_t i = 0; i < DW_VLAN_WORDS; i++)
    open[i] &= carried[i];
}
