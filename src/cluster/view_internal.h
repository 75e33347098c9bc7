/* The parts of a view, each in a separate file. All their data is in the view's arena or in its objects. */
#ifndef CLUSTER_VIEW_INTERNAL_H
#define CLUSTER_VIEW_INTERNAL_H

#include "cluster/migration.h"
#include "cluster/view.h"
#include "net/interval.h"

#define DW_NOWHERE UINT32_MAX /* no such index */

/* --- view_index.c --- */

/* The first object of KIND in the policy's namespace, or NULL. */
const struct dw_object *dw_view_first_in_namespace(const struct dw_view *view, enum dw_kind kind)
    __attribute__((nonnull));
/* The index of a NAD in `objects` of the view's own NADs, or DW_NOWHERE. */
uint32_t dw_view_nad_index(const struct dw_view *view, const char *ns, const char *name);
/* Whether VIEW, an overlay, hides this NAD of its base. */
bool dw_view_hides(const struct dw_view *view, uint32_t base_nad) __attribute__((nonnull));
/* Whether a query considers NAD, one of VIEW's own: it is not SELF, was applied before BEFORE (SIZE_MAX: whenever), and
 * OVER, an overlay of VIEW or NULL, does not hide it. */
bool dw_view_considers(const struct dw_view *view, const struct dw_view *over, uint32_t nad, uint32_t self,
                       size_t before) __attribute__((nonnull(1)));
/* Of OWN, found in a view's own part, and BELOW, found in its base (NULL: not found), the first by namespace and name.
 */
const struct dw_object *dw_view_first_of(const struct dw_object *own, const struct dw_object *below);
/* Sorts NUMBERS, drops repeated ones and returns how many are left. */
size_t dw_sort_distinct(uint32_t *numbers, size_t count);

/* --- view_nads.c --- */

struct dw_user_ref {
  struct dw_nad_name network;
  const struct dw_object *user;
};

struct dw_view_nads {
  const struct dw_object **objects; /* by namespace and name */
  size_t count;
  uint32_t *by_name; /* indexes, by name and namespace */
  bool *migration;
  size_t *order;
  struct dw_user_ref *users; /* by the NAD's namespace and name, then as users are sorted */
  size_t user_count;
};

void dw_view_nads_build(struct dw_view *view);
/* view_index.c: the first NAD that is not before NS/NAME. */
size_t dw_view_nad_bound(const struct dw_view_nads *nads, const char *ns, const char *name) __attribute__((nonnull));

/* --- view_pools.c: identical pools are one group, however many NADs have them --- */

struct dw_pool_member {
  uint32_t nad;
  uint32_t pool; /* index among the NAD's pools */
};

struct dw_pool_members {
  struct dw_pool_member *items; /* in order of NADs, each NAD once */
  uint32_t count;
};

struct dw_pool_group {
  const struct dw_pool_summary *like; /* the pool of the first member */
  const char *network_name;
  struct dw_pool_members all;
  struct dw_pool_members migrating; /* those that are migration networks */
};

struct dw_view_pools {
  struct dw_pool_group *groups;
  size_t group_count;
  struct dw_interval_index index; /* the groups' usable intervals; the id is the group's index */
};

void dw_view_pools_build(struct dw_view *view);

/* --- view_ovn.c: NADs of one OVN-Kubernetes network that agree are one group --- */

struct dw_ovn_group {
  const char *name, *signature;
  uint32_t *nads; /* in ascending order */
  uint32_t count;
};

struct dw_view_ovn {
  struct dw_ovn_group *groups; /* by name, then by signature */
  size_t group_count;
};

void dw_view_ovn_build(struct dw_view *view);

/* --- view_networks.c --- */

struct dw_view_networks {
  struct dw_cluster_network
      *items; /* without those inside another one, because what overlaps them overlaps the outer one */
  struct dw_interval_index index; /* the id is the item's index */
  bool beyond_nodes;              /* one of them is not a node's own address */
};

void dw_view_networks_build(struct dw_view *view);

/* --- view_offers.c: named offers of nodes: OVN-Kubernetes' localnets, devices --- */

enum { DW_LOCALNET_FLAG_PRIMARY = 1, DW_LOCALNET_FLAG_NO_BRIDGE = 2 };

struct dw_offer_entry {
  uint32_t node; /* index among the nodes that the offers are about */
  uint8_t flags;
};

struct dw_offer {
  const char *name;               /* first, for dw_by_name() */
  struct dw_offer_entry *entries; /* in order of nodes, each node once */
  uint32_t count;
  uint8_t any; /* the flags of all entries together */
};

struct dw_offers {
  struct dw_offer *items; /* by name */
  size_t count;
};

/* --- view_nodes.c --- */

struct dw_view_nodes {
  const struct dw_object **handlers; /* those that run virt-handler: first the measured ones, each by name */
  size_t handler_count;
  size_t sync_count;   /* nodes where virt-synchronization-controller may run, even if there is none */
  size_t shared_count; /* nodes that belong to both */
  size_t linux_count;
  size_t control_plane_count, worker_count; /* by their labels */
  size_t no_device_count;                   /* handlers without known devices */
  struct dw_offers devices;                 /* of the handlers */
};

/* The properties of a HyperConverged or KubeVirt that decide where its pods run. */
struct dw_placing {
  enum dw_kind kind;
  const char *placement; /* as in struct dw_object */
  struct dw_rollout rollout;
};

/* Whether the pods of both run on the same nodes. Returns false if one of them is NULL. */
bool dw_placing_same(const struct dw_placing *some, const struct dw_placing *other);
/* Sets OUT from the user in force and returns it; NULL if there is none. */
const struct dw_placing *dw_view_placing(const struct dw_view *view, struct dw_placing *out) __attribute__((nonnull));
/* Writes the nodes whose NICs matter to OUT, which must have room for all nodes, and returns how many there are.
 * PLACING: whose pods the nodes run; NULL if unknown. */
size_t dw_view_nodes_build(struct dw_view *view, const struct dw_placing *placing, struct dw_handler_node *out)
    __attribute__((nonnull(1, 3)));

/* --- view_nics.c builds, view_nic_faults.c answers --- */

enum dw_nic_flag {
  DW_NIC_FLAG_DOWN = 1,
  DW_NIC_FLAG_PRIMARY = 2,
  DW_NIC_FLAG_NO_BRIDGE = 4,
  DW_NIC_FLAG_NO_PORT = 8,
  DW_NIC_FLAG_BRIDGE = 16,
  DW_NIC_FLAG_UNFIT = 32, /* not to be suggested as a master */
  DW_NIC_FLAG_PORT = 64,
  DW_NIC_FLAG_LOOPBACK = 128,
  DW_NIC_FLAG_INFINIBAND = 256,
  DW_NIC_FLAG_NO_OVS = 512, /* not an OVS bridge */
  DW_NIC_FLAG_ALIAS = 1024, /* the name is an alternative one on this node */
  DW_NIC_FLAG_FIXED = 2048  /* can't be moved to another network namespace */
};

struct dw_nic_entry {
  uint32_t node; /* index among the measured nodes */
  uint32_t mtu;
  uint16_t flags;
};

enum { DW_VLAN_WORDS = 4096 / 64 };

struct dw_nic_name {
  const char *name;             /* first, for dw_by_name() */
  struct dw_nic_entry *entries; /* in order of nodes, each node once */
  uint32_t count;
  uint32_t low_mtu, high_mtu; /* 0 if unknown */
  uint32_t low_node, high_node;
  uint32_t low_wire_mtu; /* of a Linux bridge: the lowest dw_nic_wire_mtu() of a node; 0 if unknown */
  uint32_t low_speed;    /* 0 if unknown */
  uint64_t *open_vlans;  /* a bit for each VLAN that an uplink carries, or may carry, on every node; NULL for all */
  uint64_t *own_vlans;   /* a bit for each VLAN that is a separate interface on this NIC of some node; NULL for none */
  uint16_t any;          /* the flags of all entries together */
};

struct dw_view_nics {
  const char **measured; /* nodes with a NodeNetworkState, by name */
  size_t measured_count;
  const char **unmeasured; /* those without one */
  size_t unmeasured_count;
  struct dw_nic_name *names; /* by name; alternative names too */
  size_t name_count;
  const char **common; /* those that can be suggested as a master */
  size_t common_count;
  struct dw_offers localnets; /* of the measured nodes */
};

/* --- node_nic.c: a NIC on its node, and the uplinks of a bridge --- */

/* The flags of NIC, of enum dw_nic_flag. */
uint16_t dw_nic_flags(const struct dw_nic *nic, const struct dw_handler_node *on) __attribute__((nonnull));

/* The highest MTU among the bridge's uplinks: larger frames can't leave through any of them. 0 if one is unknown. */
uint32_t dw_nic_wire_mtu(const struct dw_object *nns, const struct dw_nic *bridge) __attribute__((nonnull));
/* Whether an uplink of the bridge carries the VLAN, or may carry it. */
bool dw_nic_carries(const struct dw_object *nns, const struct dw_nic *bridge, unsigned vlan) __attribute__((nonnull));
/* Clears the bits of VLANs that no uplink carries in OPEN. */
void dw_nic_carried(const struct dw_object *nns, const struct dw_nic *bridge, uint64_t *open) __attribute__((nonnull));
/* Whether it is known which VLANs the bridge's uplinks carry. */
bool dw_nic_filters(const struct dw_object *nns, const struct dw_nic *bridge) __attribute__((nonnull));

/* PLACING as for dw_view_nodes_build(). */
void dw_view_nics_build(struct dw_view *view, const struct dw_placing *placing) __attribute__((nonnull(1)));
/* What the nodes report about a NIC with this name; NULL if no node has one. */
struct dw_nic_name *dw_view_nic_named(const struct dw_view *view, const char *name) __attribute__((nonnull));
/* NODES are the measured ones. */
void dw_view_localnets_build(struct dw_view *view, const struct dw_handler_node *nodes);
void dw_view_devices_build(struct dw_view *view);

struct dw_view_services {
  struct dw_service_range *items; /* by namespace and name of the pool, then as written */
  struct dw_interval_index index; /* the id is the item's index */
};

void dw_view_services_build(struct dw_view *view);

/* --- view_addresses.c --- */

struct dw_view_addresses {
  struct dw_node_address *items; /* IPv4 first, by address, node and NIC */
  size_t count;
};

void dw_view_addresses_build(struct dw_view *view);

/* --- view_links.c: NADs by the NIC or bridge that they use --- */

struct dw_link_ref {
  const char *name; /* the proper name of the NIC */
  uint16_t vlan;
  uint8_t kind;
  uint32_t nad;
};

struct dw_view_links {
  struct dw_link_ref *items; /* sorted by all members in turn */
  size_t count;
};

/* Call this after view->nads and view->nics have been built. */
void dw_view_links_build(struct dw_view *view);

/* --- view.c: overlays --- */

struct dw_view_overlay {
  const struct dw_view *base;
  uint32_t *hidden; /* NADs of the base that were deleted or are in this view's own `nads`, in ascending order */
  size_t hidden_count;
};

struct dw_view_kind {
  const struct dw_object **items; /* by namespace and name */
  size_t count;
};

struct dw_view {
  struct dw_arena *arena;
  const struct dw_policy *policy;
  enum dw_knowledge knowledge[DW_KIND_COUNT];
  const struct dw_object **owned; /* a reference to each */
  size_t owned_count;
  struct dw_view_kind kinds[DW_KIND_COUNT];
  struct dw_view_overlay over;    /* base: NULL if the view is not an overlay */
  const struct dw_made_nad *made; /* the source's */
  size_t made_count;
  struct dw_view_nads nads;
  struct dw_view_pools pools;
  struct dw_view_ovn ovn;
  struct dw_view_links links;
  struct dw_view_networks networks;
  struct dw_view_nodes nodes;
  struct dw_view_nics nics;
  struct dw_view_addresses addresses;
  struct dw_view_services services;
  size_t running_migrations;
};

#endif
