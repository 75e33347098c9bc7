/* The cluster as the rules see it: an immutable snapshot of objects, indexed when it is built, so that no rule has to
 * walk all NADs or nodes. Threads share a view without locks; a world, which is counted by references, owns it. */
#ifndef CLUSTER_VIEW_H
#define CLUSTER_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cluster/maker.h"
#include "cluster/object.h"
#include "cluster/policy.h"

/* What is known about a kind of object. */
enum dw_knowledge {
  DW_UNKNOWN,     /* there is no source: no --state and no cluster */
  DW_UNAVAILABLE, /* the source can't be read now; if the answer depends on it, it is 503 */
  DW_KNOWN        /* the view contains all objects of this kind */
};

struct dw_view_source {
  const struct dw_object *const *objects; /* the view takes its own references */
  size_t count;
  enum dw_knowledge knowledge[DW_KIND_COUNT];
  const struct dw_made_nad *made; /* NADs that will be created; they must outlive the view */
  size_t made_count;
};

struct dw_view;

/* Builds a view, which POLICY must outlive (a dw_world keeps both together). Later objects replace earlier ones with
 * the same kind, namespace and name. The caller frees the view with dw_view_free(). */
struct dw_view *dw_view_build(const struct dw_policy *policy, const struct dw_view_source *source)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));
void dw_view_free(struct dw_view *view); /* NULL is allowed */

/* --- a view that differs in a few objects --- */

/* An object that was just admitted or looked up, and is not in the view yet. */
struct dw_change {
  const struct dw_object *object; /* a NAD, HyperConverged or KubeVirt */
  bool gone;                      /* it was deleted; then only its kind, namespace and name matter */
};
/* Builds a view of BASE with CHANGES (the last change of an object counts) under POLICY. It answers every question
 * below as one built from scratch would, with these exceptions: dw_view_count() and dw_view_at() of NADs, and
 * dw_view_set_order(), which must not be called. It costs what CHANGES cost, whatever the size of BASE. BASE must not
 * be an overlay, and must outlive the view (dw_world_overlay() keeps it); so must POLICY. The view takes its own
 * references. */
struct dw_view *dw_view_overlay(const struct dw_policy *policy, const struct dw_view *base,
                                const struct dw_change *changes, size_t count)
    __attribute__((nonnull(1, 2), warn_unused_result, returns_nonnull));

enum dw_knowledge dw_view_knows(const struct dw_view *view, enum dw_kind kind) __attribute__((nonnull));
size_t dw_view_count(const struct dw_view *view, enum dw_kind kind) __attribute__((nonnull));
/* The object at INDEX of a kind, in order of namespace and name; NULL if INDEX is too large. */
const struct dw_object *dw_view_at(const struct dw_view *view, enum dw_kind kind, size_t index)
    __attribute__((nonnull));
/* The object with this kind, namespace ("" for cluster-wide kinds) and name; NULL if there is none. */
const struct dw_object *dw_view_find(const struct dw_view *view, enum dw_kind kind, const char *ns, const char *name)
    __attribute__((nonnull));

/* What a view contains. */
struct dw_view_summary {
  size_t handler_nodes;        /* nodes that run virt-handler */
  size_t network_nodes;        /* nodes that run virt-handler or may run virt-synchronization-controller */
  size_t linux_nodes;          /* nodes that run Linux */
  size_t running_migrations;   /* migrations that have not finished */
  bool cluster_networks_known; /* there is a cluster network that is not a node's own address */
  bool localnets_reported;     /* some node reports a bridge mapping; an older nmstate reports none */
};
struct dw_view_summary dw_view_summary(const struct dw_view *view) __attribute__((nonnull));

/* --- NADs --- */

/* Whether a NAD is a migration network, and why. */
struct dw_classification {
  bool migration;
  bool looks_like_migration; /* it has the name of one, but is outside KubeVirt's namespace and not shaped like one */
  bool referenced;           /* named by a HyperConverged or KubeVirt in the policy's namespace */
  const char *why; /* 'label droveway.io/migration-network is "true"', 'named by HyperConverged ns/name', 'name matches
                      "*migration*"'; "" if it is not one */
};

/* The properties that decide whether a NAD is a migration network, except which objects name it. */
struct dw_nad_traits {
  const char *ns, *name;
  const char *cni_name; /* "" for none; this and the next three as in struct dw_object */
  int label;            /* 1, 0, -1 */
  bool transfer;
  bool shaped;
};
struct dw_nad_traits dw_nad_traits(const struct dw_object *nad) __attribute__((nonnull));
/* The same for a NAD that was not reduced. */
struct dw_nad_traits dw_nad_traits_read(const char *ns, const char *name, const dw_json *nad,
                                        const struct dw_cni_config *config) __attribute__((nonnull(1, 2, 4)));

/* Classifies a NAD, whether it is in the view or not. The explanation lives in ARENA or is a literal. */
struct dw_classification dw_view_classify(const struct dw_view *view, struct dw_arena *arena,
                                          const struct dw_nad_traits *nad) __attribute__((nonnull));

/* The HyperConverged or KubeVirt in the policy's namespace that names NS/NAME as its migration network; NULL if none
 * does. */
const struct dw_object *dw_view_user_of(const struct dw_view *view, const char *ns, const char *name)
    __attribute__((nonnull));

/* The network that virt-operator receives, from dw_view_user_in_force(); NULL if none is set. */
const char *dw_view_network(const struct dw_view *view) __attribute__((nonnull));

/* The HyperConverged in KubeVirt's namespace or, if there is none, the KubeVirt; NULL if there is neither. */
const struct dw_object *dw_view_user_in_force(const struct dw_view *view) __attribute__((nonnull));

/* Why a NAD that is not in the view may exist soon ("SriovNetwork a creates this NAD"); NULL if it is not expected. */
const char *dw_view_nad_creator(const struct dw_view *view, const char *ns, const char *name) __attribute__((nonnull));

/* The first other namespace that contains a NAD with this name, or NULL. */
const char *dw_view_nad_elsewhere(const struct dw_view *view, const char *ns, const char *name)
    __attribute__((nonnull));
/* The name of the NAD in namespace NS that is most similar to NAME, or NULL. SURE (may be NULL) receives whether only
 * this one is meant: no other is as similar, and the digits are the same. */
const char *dw_view_nad_nearest(const struct dw_view *view, const char *ns, const char *name, bool *sure)
    __attribute__((nonnull(1, 2, 3)));

/* Another NAD whose pool shares addresses with the one in the query. */
struct dw_pool_hit {
  const struct dw_object *nad;
  const struct dw_pool_summary *pool;
  bool migration;            /* that NAD is a migration network */
  bool unsure;               /* the two may be on different wires, where sharing does no harm */
  struct dw_interval shared; /* the first shared addresses */
};
struct dw_pool_query {
  const struct dw_interval_set *usable;
  const char *cidr;         /* canonical subnet text */
  const char *network_name; /* of whereabouts, "" for none; for OVN-Kubernetes the CNI name */
  bool migration;           /* the querying NAD is a migration network */
  const char *ns, *name;    /* the querying NAD, which is skipped */
  size_t before;            /* only NADs whose order (dw_view_set_order) is less than this; SIZE_MAX for all */
  enum dw_allocator allocator;
  struct dw_wire wire;
};
/* Finds the NADs with a conflicting pool: one that overlaps, unless neither NAD is a migration network and the ranges
 * are identical or the network_names differ, and unless the two never meet (overlays, different VLANs). Sets HIT to the
 * first one: sure conflicts first, then migration networks, then by namespace and name. Returns the number of NADs, at
 * most 1000. */
size_t dw_view_pool_conflicts(const struct dw_view *view, const struct dw_pool_query *query, struct dw_pool_hit *hit)
    __attribute__((nonnull));

struct dw_ovn_query {
  const char *network;   /* the CNI name */
  const char *signature; /* dw_ovn_signature() */
  const char *ns, *name; /* the querying NAD, which is skipped */
  size_t before;         /* as in dw_pool_query */
};
/* A NAD that defines an OVN-Kubernetes network with the same name but other properties; NULL if there is none. */
const struct dw_object *dw_view_ovn_conflict(const struct dw_view *view, const struct dw_ovn_query *query)
    __attribute__((nonnull));

/* Asks for another NAD that uses the same NIC or bridge of the nodes in the same way. */
struct dw_link_query {
  const char *name; /* of the NIC or bridge, or an alternative name */
  enum dw_link_kind kind;
  uint16_t vlan;
  const char *ns, *nad; /* the querying NAD, which is skipped */
  size_t before;        /* as in dw_pool_query */
};
/* The first such NAD by namespace and name; NULL if there is none. */
const struct dw_object *dw_view_link(const struct dw_view *view, const struct dw_link_query *query)
    __attribute__((nonnull));

/* --- cluster networks --- */

/* Writes the cluster networks that overlap SUBNET to OUT, at most MAX, the widest first, without those inside another
 * cluster network. Returns how many there are. */
size_t dw_view_cluster_overlaps(const struct dw_view *view, const struct dw_prefix *subnet,
                                const struct dw_cluster_network **out, size_t max) __attribute__((nonnull));
/* All cluster networks by address, IPv4 first, without those inside another one. COUNT receives their number. */
const struct dw_cluster_network *dw_view_cluster_networks(const struct dw_view *view, size_t *count)
    __attribute__((nonnull));

/* --- nodes, and their NICs --- */

/* Writes the names of the network nodes without a NodeNetworkState to OUT, at most MAX. Returns how many there are. */
size_t dw_view_nodes_without_nics(const struct dw_view *view, const char **out, size_t max) __attribute__((nonnull(1)));
/* The same for those with one. */
size_t dw_view_nodes_with_nics(const struct dw_view *view, const char **out, size_t max) __attribute__((nonnull(1)));
/* A node that runs KubeVirt's pods. */
struct dw_handler_node {
  const struct dw_object *node;
  const struct dw_object *nns; /* its NodeNetworkState; NULL if it has none */
  bool handler;                /* it runs virt-handler */
  bool sync;                   /* virt-synchronization-controller may run on it */
};
/* A node that runs virt-handler. INDEX must be less than the number of handler nodes. First come those with a
 * NodeNetworkState, then the others, each in order of name. */
struct dw_handler_node dw_view_handler_node(const struct dw_view *view, size_t index) __attribute__((nonnull));
/* The role of a NIC, from the NodeNetworkState of a node, on this node. */
struct dw_nic_role {
  bool own_address; /* it has an InternalIP of the node */
  bool primary;     /* it has an InternalIP or the default route, or the bond or bridge above it has */
};
struct dw_nic_role dw_nic_role(const struct dw_handler_node *on, const struct dw_nic *nic) __attribute__((nonnull));
/* The pods of virt-synchronization-controller, each of which has an address in the migration network. */
struct dw_sync_controllers {
  bool on;             /* decentralizedLiveMigration is on */
  unsigned pods;       /* 0 if no node can run them */
  unsigned surge;      /* additional pods that an update starts before it stops old ones */
  size_t nodes;        /* on which they may run */
  size_t shared_nodes; /* those of them that also run virt-handler */
};
/* How many addresses of a pool should be left over when all that are NEEDED are in use: a tenth of them. */
static inline uint64_t dw_spare_addresses(uint64_t needed) {
  return (needed + 9) / 10;
}
/* As dw_view_user_in_force() configures them. */
struct dw_sync_controllers dw_view_sync_controllers(const struct dw_view *view) __attribute__((nonnull));
/* As an object of KIND with ROLLOUT would configure them. */
struct dw_sync_controllers dw_view_sync_controllers_of(const struct dw_view *view, enum dw_kind kind,
                                                       const struct dw_rollout *rollout) __attribute__((nonnull));
/* VIEW with the nodes on which KubeVirt's pods run when an object of KIND with DEPLOYMENT is in force, instead of OLD
 * (NULL: it is new); only pods that exist now or are requested by the change are considered. The result lives in ARENA
 * and needs VIEW. It is VIEW itself if no pod moves. */
const struct dw_view *dw_view_placed(const struct dw_view *view, struct dw_arena *arena, enum dw_kind kind,
                                     const struct dw_deployment *deployment, const struct dw_deployment *old)
    __attribute__((nonnull(1, 2, 4), returns_nonnull));

/* A fault of the NICs with one name, on the network nodes that have a NodeNetworkState. */
enum dw_nic_fault {
  DW_NIC_MISSING,
  DW_NIC_UNSURE,        /* missing, but the name may be an alternative one that nmstate does not report */
  DW_NIC_DOWN,          /* not up */
  DW_NIC_PRIMARY,       /* it, or the bond or bridge above it, has the node's InternalIP or the default route */
  DW_NIC_NO_BRIDGE,     /* not a Linux bridge */
  DW_NIC_NO_PORT,       /* a Linux bridge without a port */
  DW_NIC_NO_OVS_BRIDGE, /* not an OVS bridge */
  DW_NIC_IS_PORT,       /* a port of a bond, Linux bridge or OVS bridge, so it can't have a macvlan or ipvlan */
  DW_NIC_IS_LOOPBACK,
  DW_NIC_IS_FIXED, /* of a type that the kernel does not move to another network namespace */
  DW_NIC_IS_INFINIBAND,
  DW_NIC_MTU_BELOW,      /* its MTU is known, and less than NUMBER */
  DW_NIC_WIRE_MTU_BELOW, /* a Linux bridge without an uplink that has an MTU of at least NUMBER */
  DW_NIC_VLAN_CLOSED,    /* a Linux bridge without an uplink that carries VLAN NUMBER */
  DW_NIC_VLAN_TAKEN      /* the node has an interface for VLAN NUMBER on it */
};
struct dw_nic_query {
  const char *name; /* the NIC's name or an alternative one */
  enum dw_nic_fault fault;
  uint32_t number;
};
/* Writes the names of the nodes with the fault to OUT, in order, at most MAX. Returns how many there are. If no node
 * has the fault, the time does not depend on the number of nodes. */
size_t dw_view_nic_fault(const struct dw_view *view, const struct dw_nic_query *query, const char **out, size_t max)
    __attribute__((nonnull(1, 2)));
struct dw_mtu_range {
  uint32_t low, high;
  const char *low_node, *high_node;
};
/* The lowest and the highest known MTU of the NIC, each with a node that has it. Returns false if none is known. */
bool dw_view_nic_mtu(const struct dw_view *view, const char *name, struct dw_mtu_range *out) __attribute__((nonnull));
/* The lowest MTU with which frames leave the nodes through this Linux bridge; 0 if unknown. */
uint32_t dw_view_wire_mtu(const struct dw_view *view, const char *bridge) __attribute__((nonnull));
/* The lowest speed of this NIC on the nodes, in Mbit/s: for a bond, that of its ports together; for a bridge or VLAN,
 * that of the NIC below it. 0 if unknown. */
uint32_t dw_view_nic_speed(const struct dw_view *view, const char *name) __attribute__((nonnull));
/* The NIC of NODE with this name, or alternative name; NULL if there is none. */
const struct dw_nic *dw_view_nic_on(const struct dw_view *view, const char *node, const char *name)
    __attribute__((nonnull));
/* NAME or, if it is an alternative name, the proper name of that NIC on the first node that has it. */
const char *dw_view_nic_proper(const struct dw_view *view, const char *name) __attribute__((nonnull, returns_nonnull));
/* Writes the names of the NICs that every network node has and that can be suggested as a master (not primary, nor a
 * loopback, bridge, tunnel, or port of a bond or bridge, on any node) to OUT, in order, at most MAX. Returns how many
 * there are. */
size_t dw_view_common_nics(const struct dw_view *view, const char **out, size_t max) __attribute__((nonnull(1)));
/* The one of dw_view_common_nics() that is most similar to NAME; NULL if none is similar, or several are equally
 * similar. */
const char *dw_view_nearest_nic(const struct dw_view *view, const char *name) __attribute__((nonnull));

/* --- OVN-Kubernetes' localnets on the network nodes --- */

enum dw_localnet_fault {
  DW_LOCALNET_UNMAPPED, /* there is no bridge mapping with this name */
  DW_LOCALNET_PRIMARY,  /* it is mapped to a bridge that carries the node's own traffic */
  DW_LOCALNET_NO_BRIDGE /* it is mapped to a bridge that the node does not have */
};
/* Like dw_view_nic_fault(). */
size_t dw_view_localnet_fault(const struct dw_view *view, const char *localnet, enum dw_localnet_fault fault,
                              const char **out, size_t max) __attribute__((nonnull(1, 2)));

/* --- addresses that MetalLB hands out to services --- */

struct dw_service_range {
  const struct dw_object *pool; /* IPAddressPool */
  const char *text;             /* the range as written there */
};
/* The first range, by namespace and name of its pool, that shares addresses with USABLE; NULL if none does. */
const struct dw_service_range *dw_view_service_range(const struct dw_view *view, const struct dw_interval_set *usable)
    __attribute__((nonnull));

/* --- addresses of nodes --- */

/* Where an address is. There are a hundred thousand of these in a large cluster, so it has no copy of the address. */
struct dw_node_address {
  const struct dw_object *nns; /* NodeNetworkState, which has the node's name */
  uint32_t nic, address;       /* indexes of NICs and of their addresses */
};
static inline const struct dw_nic *dw_node_address_nic(const struct dw_node_address *item) {
  return &item->nns->nns.nics[item->nic];
}
static inline const struct dw_addr *dw_node_address_get(const struct dw_node_address *item) {
  return &dw_node_address_nic(item)->addresses[item->address];
}
/* The addresses inside SPAN that NodeNetworkStates report, in order, without those that are only valid on one node or
 * wire (loopback, link-local). COUNT receives their number. */
const struct dw_node_address *dw_view_node_addresses(const struct dw_view *view, const struct dw_interval *span,
                                                     size_t *count) __attribute__((nonnull));

/* --- devices of device plugins on the nodes that run virt-handler --- */

/* The nodes that offer devices, but none of RESOURCE; like dw_view_nic_fault(). */
size_t dw_view_without_device(const struct dw_view *view, const char *resource, const char **out, size_t max)
    __attribute__((nonnull(1, 2)));
/* The nodes whose devices are unknown: a node with virt-handler always offers some (devices.kubevirt.io/kvm). */
size_t dw_view_without_devices(const struct dw_view *view, const char **out, size_t max) __attribute__((nonnull(1)));

/* --- suggestions --- */

enum dw_offer_kind { DW_OFFER_LOCALNET, DW_OFFER_DEVICE };
/* The localnet or device resource whose name is most similar to NAME; NULL if none is similar. SURE as in
 * dw_view_nad_nearest(). */
const char *dw_view_nearest_offer(const struct dw_view *view, enum dw_offer_kind kind, const char *name, bool *sure)
    __attribute__((nonnull(1, 3)));

/* --- for `check`: manifests applied in turn --- */

/* Sets the position of a NAD in the order of application. The default is 0: it existed before all. Call this only
 * before the view is shared. */
void dw_view_set_order(struct dw_view *view, const char *ns, const char *name, size_t order) __attribute__((nonnull));

/* --- a world: a policy and the view built with it, which are replaced together --- */

struct dw_world {
  struct dw_policy *policy;
  struct dw_view *view;
  uint64_t generation; /* of the objects that the view was built from; 0 if unknown */
  int64_t today;       /* the date (base/date.h) that decides which exceptions of the policy apply */
};
/* The namespace where KubeVirt runs, according to the HyperConverged and KubeVirt objects among OBJECTS: that of a
 * HyperConverged rather than a KubeVirt; of several, one with both, then one with a usual name, then the first. Objects
 * in "default" are ignored. NULL if there are none. */
const char *dw_kubevirt_namespace(const struct dw_object *const *objects, size_t count);
/* If the policy names a namespace that contains neither HyperConverged nor KubeVirt, although another one does: that
 * other one, which lives as long as WORLD. Otherwise NULL. */
const char *dw_world_kubevirt_elsewhere(const struct dw_world *world) __attribute__((nonnull));
/* Builds a view of SOURCE under POLICY, whose ownership passes to the result. If POLICY does not know KubeVirt's
 * namespace, the objects determine it. The date is that of the system clock. The caller owns one reference. */
struct dw_world *dw_world_build(struct dw_policy *policy, const struct dw_view_source *source)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));
/* Puts POLICY and VIEW together, and, for an overlay, BASE (or NULL); the ownership of all three passes to the result.
 * The date is that of BASE, else of the system clock. The caller owns one reference to the result. */
struct dw_world *dw_world_new(struct dw_policy *policy, struct dw_view *view, struct dw_world *base)
    __attribute__((nonnull(1, 2), warn_unused_result, returns_nonnull));
/* Builds a dw_view_overlay() of BASE under its policy. If that does not know KubeVirt's namespace, CHANGES determine
 * it. The result keeps a reference to BASE; the caller owns one reference to the result. */
struct dw_world *dw_world_overlay(struct dw_world *base, const struct dw_change *changes, size_t count)
    __attribute__((nonnull(1), warn_unused_result, returns_nonnull));
/* WORLD, which is not an overlay, on the date TODAY: with the same policy, view and generation. The caller owns one
 * reference to the result, and keeps the one to WORLD. */
struct dw_world *dw_world_on(struct dw_world *world, int64_t today)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));
struct dw_world *dw_world_ref(struct dw_world *world) __attribute__((nonnull, returns_nonnull));
void dw_world_unref(struct dw_world *world); /* NULL is allowed; the last one frees policy and view */

#endif
