/* The parts of a view, one file each. Everything they hold lives in the view's arena or in its objects. */
#ifndef CLUSTER_VIEW_INTERNAL_H
#define CLUSTER_VIEW_INTERNAL_H

#include "cluster/migration.h"
#include "cluster/view.h"
#include "net/interval.h"

#define DW_NOWHERE UINT32_MAX /* no such index */

/* --- view_index.c --- */

/* The first of KIND in the policy's namespace, or NULL. */
const struct dw_object *dw_view_first_in_namespace(const struct dw_view *view, enum dw_kind kind)
    __attribute__((nonnull));
/* The NAD's place in `objects` of the view's own NADs, or DW_NOWHERE. */
uint32_t dw_view_nad_index(const struct dw_view *view, const char *ns, const char *name);
/* Whether a NAD of the base is hidden. */
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
  uint32_t *by_name; /* by name and namespace */
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
  uint32_t pool; /* among the NAD's */
};

struct dw_pool_members {
  struct dw_pool_member *items; /* by NAD, each once */
  uint32_t count;
};

struct dw_pool_group {
  const struct dw_pool_summary *like; /* the first member's */
  const char *network_name;
  struct dw_pool_members all;
  struct dw_pool_members migrating; /* those that are migration networks */
};

struct dw_view_pools {
  struct dw_pool_group *groups;
  size_t group_count;
  struct dw_interval_index index; /* of the groups' usable intervals; id: the group */
};

void dw_view_pools_build(struct dw_view *view);

/* --- view_ovn.c: NADs of one OVN-Kubernetes network that agree are one group --- */

struct dw_ovn_group {
  const char *name, *signature;
  uint32_t *nads; /* rising */
  uint32_t count;
};

struct dw_view_ovn {
  struct dw_ovn_group *groups; /* by name, then by signature */
  size_t group_count;
};

void dw_view_ovn_build(struct dw_view *view);

/* --- view_networks.c --- */

struct dw_view_networks {
  struct dw_cluster_network *items; /* none inside another: what meets the inner one meets the outer one too */
  struct dw_interval_index index;   /* id: the item */
  bool beyond_nodes;                /* one is not a node's own address */
};

void dw_view_networks_build(struct dw_view *view);

/* --- view_offers.c: what nodes have by a name: OVN-Kubernetes' localnets, devices --- */

enum { DW_LOCALNET_FLAG_PRIMARY = 1, DW_LOCALNET_FLAG_NO_BRIDGE = 2 };

struct dw_offer_entry {
  uint32_t node; /* among those that are asked about */
  uint8_t flags;
};

struct dw_offer {
  const char *name;               /* first, for dw_by_name() */
  struct dw_offer_entry *entries; /* by node, each once */
  uint32_t count;
  uint8_t any; /* flags that some entry has */
};

struct dw_offers {
  struct dw_offer *items; /* by name */
  size_t count;
};

/* --- view_nodes.c --- */

struct dw_view_nodes {
  const struct dw_object **handlers; /* those that run virt-handler: first the measured ones, each by name */
  size_t handler_count;
  size_t sync_count;   /* those where virt-synchronization-controller may run, whether there is one or not */
  size_t shared_count; /* both */
  size_t linux_count;
  size_t control_plane_count, worker_count; /* by their labels */
  size_t no_device_count;                   /* handlers of which no device is known */
  struct dw_offers devices;                 /* of the handlers */
};

/* A HyperConverged or KubeVirt, as far as its pods go. */
struct dw_placing {
  enum dw_kind kind;
  const char *placement; /* as dw_object's */
  struct dw_rollout rollout;
};

/* Whether SOME and OTHER (NULL: none is there) have pods on the same nodes. */
bool dw_placing_same(const struct dw_placing *some, const struct dw_placing *other);
/* That of the user in force; NULL where there is none. */
const struct dw_placing *dw_view_placing(const struct dw_view *view, struct dw_placing *out) __attribute__((nonnull));
/* Chooses the nodes whose NICs count, into OUT, which has room for all there are; returns how many. */
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
  DW_NIC_FLAG_NO_OVS = 512, /* no OVS bridge */
  DW_NIC_FLAG_ALIAS = 1024, /* the name is an alternative one there */
  DW_NIC_FLAG_FIXED = 2048  /* can't be moved to another network namespace */
};

struct dw_nic_entry {
  uint32_t node; /* among the measured nodes */
  uint32_t mtu;
  uint16_t flags;
};

enum { DW_VLAN_WORDS = 4096 / 64 };

struct dw_nic_name {
  const char *name;             /* first, for dw_by_name() */
  struct dw_nic_entry *entries; /* by node, each node once */
  uint32_t count;
  uint32_t low_mtu, high_mtu; /* 0: no MTU is known */
  uint32_t low_node, high_node;
  uint32_t low_wire_mtu; /* of a Linux bridge: the lowest of its uplinks' MTUs (dw_nic_wire_mtu()); 0: none is known */
  uint32_t low_speed;    /* 0: none is known */
  uint64_t *open_vlans;  /* a bit for each VLAN that every node's uplink carries, or may carry; NULL: all */
  uint64_t *own_vlans;   /* a bit for each VLAN that is a separate interface on this NIC of some node; NULL: none */
  uint16_t any;          /* flags that some entry has */
};

struct dw_view_nics {
  const char **measured; /* nodes with a NodeNetworkState, by name */
  size_t measured_count;
  const char **unmeasured; /* those without one */
  size_t unmeasured_count;
  struct dw_nic_name *names; /* by name; alternative names too */
  size_t name_count;
  const char **common; /* of these, the ones to suggest as a master */
  size_t common_count;
  struct dw_offers localnets; /* of the measured nodes */
};

/* --- node_nic.c: one NIC on its node, and what is below a bridge --- */

/* Flags of enum dw_nic_flag. */
uint16_t dw_nic_flags(const struct dw_nic *nic, const struct dw_handler_node *on) __attribute__((nonnull));

/* The highest MTU among the bridge's uplinks, for what is larger leaves by none of them; 0 where one is not known. */
uint32_t dw_nic_wire_mtu(const struct dw_object *nns, const struct dw_nic *bridge) __attribute__((nonnull));
/* Whether some uplink of the bridge carries the VLAN, or may carry it for all that is known. */
bool dw_nic_carries(const struct dw_object *nns, const struct dw_nic *bridge, unsigned vlan) __attribute__((nonnull));
/* Clears the bits of those VLANs that no uplink carries. */
void dw_nic_carried(const struct dw_object *nns, const struct dw_nic *bridge, uint64_t *open) __attribute__((nonnull));
/* Whether a bridge's uplinks tell which VLANs they carry. */
bool dw_nic_filters(const struct dw_object *nns, const struct dw_nic *bridge) __attribute__((nonnull));

/* PLACING: whose pods the nodes run; NULL if unknown. */
void dw_view_nics_build(struct dw_view *view, const struct dw_placing *placing) __attribute__((nonnull(1)));
/* What the nodes say of a NIC of this name; NULL where none has one. */
struct dw_nic_name *dw_view_nic_named(const struct dw_view *view, const char *name) __attribute__((nonnull));
/* NODES: the measured ones. */
void dw_view_localnets_build(struct dw_view *view, const struct dw_handler_node *nodes);
void dw_view_devices_build(struct dw_view *view);

struct dw_view_services {
  struct dw_service_range *items; /* by namespace and name of the pool, then as written */
  struct dw_interval_index index; /* id: the item */
};

void dw_view_services_build(struct dw_view *view);

/* --- view_addresses.c --- */

struct dw_view_addresses {
  struct dw_node_address *items; /* IPv4 first, by address, node and NIC */
  size_t count;
};

void dw_view_addresses_build(struct dw_view *view);

/* --- view_links.c: NADs by what they are put on --- */

struct dw_link_ref {
  const char *name; /* the NIC's proper one */
  uint16_t vlan;
  uint8_t kind;
  uint32_t nad;
};

struct dw_view_links {
  struct dw_link_ref *items; /* in order of all their members */
  size_t count;
};

/* After view->nads and view->nics are there. */
void dw_view_links_build(struct dw_view *view);

/* --- view.c: a view in terms of another --- */

struct dw_view_overlay {
  const struct dw_view *base;
  uint32_t *hidden; /* NADs of the base that are gone or stand in this view's own `nads`; rising */
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
