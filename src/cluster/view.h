/* The cluster as the rules see it: an immutable snapshot of objects, indexed when it is built so that no rule has to
 * walk all NADs or nodes. Counted by references; threads share it without locks. */
#ifndef CLUSTER_VIEW_H
#define CLUSTER_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cluster/maker.h"
#include "cluster/object.h"
#include "cluster/policy.h"

/* What is known of a kind of object. */
enum dw_knowledge {
  DW_UNKNOWN,     /* no source was given: `--state` missing and no cluster */
  DW_UNAVAILABLE, /* there is a source, but it can't be read now: answered with 503 if the answer depends on it */
  DW_KNOWN        /* the objects in the view are all there are */
};

struct dw_view_source {
  const struct dw_object *const *objects; /* the view takes its own references */
  size_t count;
  enum dw_knowledge knowledge[DW_KIND_COUNT];
  const struct dw_made_nad *made; /* NADs that will be created; they must outlive the view */
  size_t made_count;
};

struct dw_view;

/* Builds a view; POLICY must outlive it (dw_world keeps both together). Later objects replace earlier ones of the same
 * kind, namespace and name. Never NULL. Free with dw_view_free(). */
struct dw_view *dw_view_build(const struct dw_policy *policy, const struct dw_view_source *source)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));
void dw_view_free(struct dw_view *view); /* NULL is allowed */

/* --- a view that differs in a few objects --- */

/* What was just admitted, or looked up directly, and is not in the view yet. */
struct dw_change {
  const struct dw_object *object; /* a NAD, HyperConverged or KubeVirt; of one that is gone only kind, namespace and
                                     name count */
  bool gone;
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
/* The objects of a kind, sorted by namespace and name. */
const struct dw_object *dw_view_at(const struct dw_view *view, enum dw_kind kind, size_t index)
    __attribute__((nonnull));
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

/* Why a NAD is a migration network; "" if it is not. Source: design, section 4. */
struct dw_classification {
  bool migration;
  bool looks_so;   /* it is not one despite its name: outside KubeVirt's namespace, and shaped unlike one */
  bool referenced; /* named by a HyperConverged or KubeVirt of the policy's namespace */
  const char *why; /* 'label droveway.io/migration-network is "true"', 'named by HyperConverged ns/name', 'name matches
                      "*migration*"' */
};

/* What decides whether a NAD is a migration network, apart from who names it. */
struct dw_nad_traits {
  const char *ns, *name;
  const char *cni_name; /* "" where none */
  int label;            /* as in dw_object: 1, 0, -1 */
  bool transfer;        /* as in dw_object, as the next */
  bool shaped;
};
struct dw_nad_traits dw_nad_traits(const struct dw_object *nad) __attribute__((nonnull));
/* The same of a NAD that was not reduced. */
struct dw_nad_traits dw_nad_traits_read(const char *ns, const char *name, const dw_json *nad,
                                        const struct dw_cni_config *config) __attribute__((nonnull(1, 2, 4)));

/* WHY lives in ARENA or is a literal. */
struct dw_classification dw_view_classify(const struct dw_view *view, struct dw_arena *arena,
                                          const struct dw_nad_traits *nad) __attribute__((nonnull));

/* The HyperConverged or KubeVirt of the policy's namespace that names NS/NAME as migration network; NULL where none. */
const struct dw_object *dw_view_user_of(const struct dw_view *view, const char *ns, const char *name)
    __attribute__((nonnull));

/* The network that virt-operator is given: HyperConverged's of the policy's namespace, where there is none KubeVirt's;
 * NULL where none is set. */
const char *dw_view_network(const struct dw_view *view) __attribute__((nonnull));

/* The HyperConverged of KubeVirt's namespace, where there is none the KubeVirt; NULL where there is neither. */
const struct dw_object *dw_view_user_in_force(const struct dw_view *view) __attribute__((nonnull));

/* Why a NAD that is not in the view may be there soon ("SriovNetwork a creates this NAD"); NULL where nothing says so.
 */
const char *dw_view_maker(const struct dw_view *view, const char *ns, const char *name) __attribute__((nonnull));

/* Another namespace that holds a NAD of this name (the first in order), or NULL. */
const char *dw_view_nad_elsewhere(const struct dw_view *view, const char *ns, const char *name)
    __attribute__((nonnull));
/* The NAD of namespace NS whose name is nearest to NAME, or NULL. */
const char *dw_view_nad_nearest(const struct dw_view *view, const char *ns, const char *name) __attribute__((nonnull));

/* Another NAD whose pool shares addresses with the one asked for. */
struct dw_pool_hit {
  const struct dw_object *nad;
  const struct dw_pool_summary *pool;
  bool migration;            /* that NAD is a migration network */
  bool unsure;               /* they may be on different wires, where nothing comes of it */
  struct dw_interval shared; /* the first shared addresses */
};
struct dw_pool_query {
  const struct dw_interval_set *usable;
  const char *cidr;         /* canonical subnet text */
  const char *network_name; /* whereabouts': "" where none; of OVN-Kubernetes the CNI name */
  bool migration;           /* the asking NAD is a migration network */
  const char *ns, *name;    /* the asking NAD itself is skipped */
  size_t before;            /* only NADs whose order (dw_view_set_order) is below; SIZE_MAX for all */
  enum dw_allocator allocator;
  struct dw_wire wire;
};
/* Finds the NADs in conflict: overlapping, less what section 6 allows between NADs of which none is a migration network
 * (the identical range; different network_names) and what never meets (overlays; different VLANs). HIT gets the first
 * by namespace and name, sure conflicts before others and then migration networks before others; returns how many NADs
 * there are (counted up to 1000). */
size_t dw_view_pool_conflicts(const struct dw_view *view, const struct dw_pool_query *query, struct dw_pool_hit *hit)
    __attribute__((nonnull));

/* A NAD that makes an OVN-Kubernetes network of the name asked for, but another network; NULL where there is none. */
struct dw_ovn_query {
  const char *network;   /* the CNI name */
  const char *signature; /* dw_ovn_signature() */
  const char *ns, *name; /* the asking NAD itself is skipped */
  size_t before;         /* as in dw_pool_query */
};
const struct dw_object *dw_view_ovn_conflict(const struct dw_view *view, const struct dw_ovn_query *query)
    __attribute__((nonnull));

/* Which NADs are put on one NIC or bridge of the nodes. */
struct dw_link_query {
  const char *name; /* of the NIC or bridge; an alternative name is as good */
  enum dw_link_kind kind;
  uint16_t vlan;
  const char *ns, *nad; /* the asking NAD itself is skipped */
  size_t before;        /* as in dw_pool_query */
};
/* The first such NAD by namespace and name; NULL where there is none. */
const struct dw_object *dw_view_link(const struct dw_view *view, const struct dw_link_query *query)
    __attribute__((nonnull));

/* --- cluster networks --- */

/* All cluster networks that overlap SUBNET, widest first, without those inside another one found; at most MAX
 * into OUT. Returns how many there are. */
size_t dw_view_cluster_overlaps(const struct dw_view *view, const struct dw_prefix *subnet,
                                const struct dw_cluster_network **out, size_t max) __attribute__((nonnull));
/* All of them by address, IPv4 before IPv6, less those that lie inside another; how many into COUNT. */
const struct dw_cluster_network *dw_view_cluster_networks(const struct dw_view *view, size_t *count)
    __attribute__((nonnull));

/* --- nodes, and their NICs --- */

/* Names of those without a NodeNetworkState: how many, and the first MAX into OUT. */
size_t dw_view_nodes_without_nics(const struct dw_view *view, const char **out, size_t max) __attribute__((nonnull(1)));
/* A node that runs virt-handler, INDEX below the number of handler nodes: first those with a NodeNetworkState, then the
 * others, each by name.
 */
struct dw_handler_node {
  const struct dw_object *node;
  const struct dw_object *nns; /* NULL where it has none */
  bool handler;                /* it runs virt-handler */
  bool sync;                   /* virt-synchronization-controller may run on it */
};
struct dw_handler_node dw_view_handler_node(const struct dw_view *view, size_t index) __attribute__((nonnull));
/* What a NIC of it (of its `nns`) is to the node. */
struct dw_nic_role {
  bool own_address; /* it carries an InternalIP of the node */
  bool primary;     /* that or the default route, or the bond or bridge above it does */
};
struct dw_nic_role dw_nic_role(const struct dw_handler_node *on, const struct dw_nic *nic) __attribute__((nonnull));
/* virt-synchronization-controller, whose pods take an address of the migration network each. */
struct dw_sync_controllers {
  bool on;             /* decentralizedLiveMigration is on */
  unsigned pods;       /* 0 also where no node can take them */
  unsigned surge;      /* more pods that an update starts before it ends old ones */
  size_t nodes;        /* where they may run */
  size_t shared_nodes; /* how many of these run virt-handler, too */
};
/* As the HyperConverged (or KubeVirt) of the policy's namespace has it. */
struct dw_sync_controllers dw_view_sync_controllers(const struct dw_view *view) __attribute__((nonnull));
/* As one of KIND would have it. */
struct dw_sync_controllers dw_view_sync_controllers_of(const struct dw_view *view, enum dw_kind kind,
                                                       const struct dw_rollout *rollout) __attribute__((nonnull));
/* VIEW with the nodes that pods of KubeVirt run on once a user of KIND with DEPLOYMENT is in force, as far as such pods
 * are there now. It lives in ARENA and needs VIEW; it is VIEW itself where nothing moves. */
const struct dw_view *dw_view_placed(const struct dw_view *view, struct dw_arena *arena, enum dw_kind kind,
                                     const struct dw_deployment *deployment) __attribute__((nonnull, returns_nonnull));

/* One NIC name over all of the network nodes that have a NodeNetworkState. */
enum dw_nic_fault {
  DW_NIC_MISSING,
  DW_NIC_UNSURE,        /* missing, but it may be an alternative name that nmstate does not report */
  DW_NIC_DOWN,          /* there, not up */
  DW_NIC_PRIMARY,       /* it, or the bond or bridge above it, carries the node's InternalIP or the default route */
  DW_NIC_NO_BRIDGE,     /* there, but no Linux bridge */
  DW_NIC_NO_PORT,       /* a Linux bridge without a port */
  DW_NIC_NO_OVS_BRIDGE, /* there, but no OVS bridge */
  DW_NIC_IS_PORT,       /* of a bond, a Linux bridge or an OVS bridge: it can carry no macvlan or ipvlan */
  DW_NIC_IS_LOOPBACK,
  DW_NIC_IS_FIXED, /* of a type that the kernel leaves in its network namespace */
  DW_NIC_IS_INFINIBAND,
  DW_NIC_MTU_BELOW,      /* mtu known and below the NUMBER asked for */
  DW_NIC_WIRE_MTU_BELOW, /* a Linux bridge of whose uplinks none has an MTU of NUMBER or more */
  DW_NIC_VLAN_CLOSED,    /* a Linux bridge of whose uplinks none carries VLAN NUMBER */
  DW_NIC_VLAN_TAKEN      /* the node has an interface for VLAN NUMBER on it */
};
struct dw_nic_query {
  const char *name; /* the NIC's own or an alternative one */
  enum dw_nic_fault fault;
  uint32_t number;
};
/* How many nodes have the fault; the names of the first MAX (in order of name) into OUT. In the number of nodes only
 * where there is one. */
size_t dw_view_nic_fault(const struct dw_view *view, const struct dw_nic_query *query, const char **out, size_t max)
    __attribute__((nonnull(1, 2)));
/* Lowest and highest known MTU of the NIC, and a node of each; false where none is known. */
struct dw_mtu_range {
  uint32_t low, high;
  const char *low_node, *high_node;
};
bool dw_view_nic_mtu(const struct dw_view *view, const char *name, struct dw_mtu_range *out) __attribute__((nonnull));
/* The lowest MTU with which frames leave the nodes over this Linux bridge; 0 where none is known. */
uint32_t dw_view_wire_mtu(const struct dw_view *view, const char *bridge) __attribute__((nonnull));
/* The lowest speed of this NIC on the nodes in Mbit/s, of a bond its ports' together, of a bridge or VLAN what is below
 * it; 0 where it is not known. */
uint32_t dw_view_nic_speed(const struct dw_view *view, const char *name) __attribute__((nonnull));
/* The NIC of one node; NULL where it has none of this name. */
const struct dw_nic *dw_view_nic_on(const struct dw_view *view, const char *node, const char *name)
    __attribute__((nonnull));
/* NAME, or, where it is an alternative one, the proper one of the first node that has it. */
const char *dw_view_nic_proper(const struct dw_view *view, const char *name) __attribute__((nonnull, returns_nonnull));
/* The NICs that every such node has and that can be suggested as a master: no loopback, bridge, tunnel or port of a
 * bond or bridge, and primary on no node. How many, the first MAX in order of name into OUT. */
size_t dw_view_common_nics(const struct dw_view *view, const char **out, size_t max) __attribute__((nonnull(1)));
/* The one of dw_view_common_nics() whose name is nearest to NAME; NULL where none is near, or several are equally so.
 */
const char *dw_view_nearest_nic(const struct dw_view *view, const char *name) __attribute__((nonnull));

/* --- OVN-Kubernetes' localnets on those nodes --- */

enum dw_localnet_fault {
  DW_LOCALNET_UNMAPPED, /* no bridge mapping of this name */
  DW_LOCALNET_PRIMARY,  /* it maps to a bridge that carries the node's own traffic */
  DW_LOCALNET_NO_BRIDGE /* it maps to a bridge that the node does not have */
};
/* As dw_view_nic_fault(). */
size_t dw_view_localnet_fault(const struct dw_view *view, const char *localnet, enum dw_localnet_fault fault,
                              const char **out, size_t max) __attribute__((nonnull(1, 2)));

/* --- addresses that MetalLB hands out to services --- */

struct dw_service_range {
  const struct dw_object *pool; /* IPAddressPool */
  const char *text;             /* the range as it is written there */
};
/* The first one, by namespace and name of its pool, that shares addresses with USABLE; NULL where none does. */
const struct dw_service_range *dw_view_service_range(const struct dw_view *view, const struct dw_interval_set *usable)
    __attribute__((nonnull));

/* --- addresses that nodes have --- */

struct dw_node_address {
  struct dw_addr addr;
  const char *node;
  const struct dw_nic *nic;
};
/* Those of all NodeNetworkStates inside SPAN, in order; how many into COUNT. Without those that are valid on one
 * node or wire only (loopback, link-local). */
const struct dw_node_address *dw_view_node_addresses(const struct dw_view *view, const struct dw_interval *span,
                                                     size_t *count) __attribute__((nonnull));

/* --- devices of device plugins, on the nodes that run virt-handler --- */

/* Nodes that offer devices, but none of RESOURCE, as dw_view_nic_fault(). */
size_t dw_view_without_device(const struct dw_view *view, const char *resource, const char **out, size_t max)
    __attribute__((nonnull(1, 2)));
/* Nodes of which no device is known: with virt-handler each offers some (devices.kubevirt.io/kvm). */
size_t dw_view_without_devices(const struct dw_view *view, const char **out, size_t max) __attribute__((nonnull(1)));

/* --- suggestions --- */

enum dw_offer_kind { DW_OFFER_LOCALNET, DW_OFFER_DEVICE };
/* The localnet or device resource whose name is most similar to NAME; NULL if none is similar. */
const char *dw_view_nearest_offer(const struct dw_view *view, enum dw_offer_kind kind, const char *name)
    __attribute__((nonnull));

/* --- for `check`: manifests applied in turn --- */

/* Tags a NAD with its place in the order of application (default 0: there before all). Only before the view is shared.
 */
void dw_view_set_order(struct dw_view *view, const char *ns, const char *name, size_t order) __attribute__((nonnull));

/* --- world: a policy and the view built with it, swapped as one --- */

struct dw_world {
  struct dw_policy *policy;
  struct dw_view *view;
  uint64_t generation; /* of the objects that the view was built from; 0 if unknown */
};
/* The namespace where KubeVirt runs, according to the HyperConverged and KubeVirt objects among OBJECTS:
 * HyperConverged's rather than KubeVirt's; of several the one that has both, then one of the usual names, then the
 * first. One in "default" is ignored. NULL where there is none. */
const char *dw_kubevirt_namespace(const struct dw_object *const *objects, size_t count);
/* A view of SOURCE under POLICY, whose ownership passes to the result; if POLICY does not know KubeVirt's namespace,
 * the objects determine it. One reference for the caller. */
struct dw_world *dw_world_build(struct dw_policy *policy, const struct dw_view_source *source)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));
/* Puts POLICY and VIEW together, and, for an overlay, BASE (or NULL); the ownership of all three passes to the result.
 * The caller owns one reference to it. */
struct dw_world *dw_world_new(struct dw_policy *policy, struct dw_view *view, struct dw_world *base)
    __attribute__((nonnull(1, 2), warn_unused_result, returns_nonnull));
/* BASE's policy (with a namespace that CHANGES tell, where it knows none) and dw_view_overlay() of its view; keeps a
 * reference to BASE. */
struct dw_world *dw_world_overlay(struct dw_world *base, const struct dw_change *changes, size_t count)
    __attribute__((nonnull(1), warn_unused_result, returns_nonnull));
struct dw_world *dw_world_ref(struct dw_world *world) __attribute__((nonnull, returns_nonnull));
void dw_world_unref(struct dw_world *world); /* NULL is allowed; the last one frees policy and view */

#endif
