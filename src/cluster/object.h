/* Cluster objects reduced to what the rules read. Each is immutable, counted by references and lives in one block of
 * exactly its size (a large cluster holds tens of thousands), so that a view can share it with the view that follows.
 */
#ifndef CLUSTER_OBJECT_H
#define CLUSTER_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cluster/kind.h"
#include "cluster/migration.h"
#include "cluster/selector.h"
#include "cni/cni.h"
#include "json/json_select.h"

#define DW_OVN_DEFAULT "OVN-Kubernetes default" /* the source of what holds unless Network.operator says otherwise */

/* A subnet that the cluster itself uses, and where the API shows it. */
struct dw_cluster_network {
  struct dw_prefix prefix;
  const char *name; /* "pod network", "service network", "OVN-Kubernetes join subnet", "pod CIDR", "node address" ... */
  const char
      *source; /* "Network cluster", "ServiceCIDR kubernetes", "Node worker-1", "ConfigMap kubeadm-config", "policy" */
};

/* What a NAD's plugin uses on the nodes, and how. */
enum dw_link_kind {
  DW_LINK_MACVLAN, /* macvtap too */
  DW_LINK_PASSTHRU,
  DW_LINK_IPVLAN,
  DW_LINK_VLAN,
  DW_LINK_BRIDGE /* bridge, cnv-bridge */
};
struct dw_nad_link {
  const char *name; /* of the NIC or bridge */
  uint16_t vlan;    /* VLAN, BRIDGE; 0 where there is none */
  uint8_t kind;     /* enum dw_link_kind */
};
/* False where the plugin names nothing that others could share. NAME is the plugin's own text. */
bool dw_nad_link_of(const struct dw_cni_plugin *plugin, struct dw_nad_link *out) __attribute__((nonnull));

/* VLANs that a port of a bridge carries. */
struct dw_vlan_range {
  uint16_t first, last;
};

/* A port of a Linux bridge. */
struct dw_bridge_port {
  const char *name; /* "" where none is given */
  struct dw_vlan_range *vlans;
  uint16_t vlan_count;
  bool vlans_known; /* false: the bridge does not filter, or has nothing but its default VLAN, which nmstate leaves out
                     */
};

enum dw_nic_type {
  DW_NIC_OTHER, /* no type is given, or one that no rule treats apart */
  DW_NIC_ETHERNET,
  DW_NIC_BOND,
  DW_NIC_VLAN,
  DW_NIC_LINUX_BRIDGE,
  DW_NIC_OVS_BRIDGE, /* joined with its internal port of the same name, where it has one */
  DW_NIC_OVS_INTERFACE,
  DW_NIC_INFINIBAND,
  DW_NIC_HSR,
  DW_NIC_LOOPBACK,
  DW_NIC_VIRTUAL /* veth, tun, dummy: it leads to no wire */
};

/* What few NICs have. */
struct dw_nic_more {
  const char *base; /* vlan.base-iface; NULL if it is not a VLAN */
  const char **alt_names;
  size_t alt_name_count;
  struct dw_bridge_port *ports; /* bridge.port[] of a Linux bridge */
  uint32_t port_count;
  uint16_t default_vlan; /* bridge.options.vlan-default-pvid; 1 where not given */
  uint16_t vlan_id;      /* vlan.id */
};

/* What keeps pods off a node that do not tolerate it. */
struct dw_taint {
  const char *key;
  const char *value;  /* "" where none */
  const char *effect; /* "NoSchedule" or "NoExecute": PreferNoSchedule keeps nothing off */
};

/* What a device plugin offers on a node: "openshift.io/mignics". */
struct dw_device {
  const char *resource;
  uint64_t count; /* allocatable */
};

struct dw_nic {
  const char *name;       /* first, for dw_by_name() */
  const char *controller; /* the bond or bridge above it; NULL where none */
  struct dw_addr *addresses;
  const struct dw_nic_more *more; /* NULL where there is none of it */
  uint32_t address_count;
  uint32_t mtu;       /* 0 if unknown */
  uint32_t speed;     /* ethernet.speed in Mbit/s; 0 if unknown */
  uint8_t type;       /* enum dw_nic_type */
  bool up;            /* false only if reported down */
  bool default_route; /* the running default route of the main table leaves here */
  bool fits_master;   /* no port of a bond or bridge, and no tunnel, veth, loopback or OVS-internal interface */
};
/* Ports of a Linux bridge; 0 for any other NIC. */
uint32_t dw_nic_port_count(const struct dw_nic *nic) __attribute__((nonnull));
struct dw_object;
/* The node's NIC of this very name, or else the one with this alternative name; NULL where there is none. */
const struct dw_nic *dw_nns_find(const struct dw_object *nns, const char *name) __attribute__((nonnull));

/* Who hands out a pool's addresses. */
enum dw_allocator {
  DW_ALLOCATOR_WHEREABOUTS, /* for the whole cluster: pools that overlap are kept apart address by address */
  DW_ALLOCATOR_OVN,         /* for the whole network */
  DW_ALLOCATOR_NODE         /* on each node separately: host-local, static */
};

/* Of a NAD over which the Migration Toolkit for Virtualization (Forklift) copies disks. */
#define DW_TRANSFER_ANNOTATION "forklift.konveyor.io/route"

struct dw_object {
  enum dw_kind kind;
  const char *namespace_; /* "" for cluster-wide kinds */
  const char *name;
  const char *uid; /* of a kind that the audit judges; "" for the rest. No part of dw_object_same() */
  bool deleting;   /* metadata.deletionTimestamp is set */
  union {
    struct {
      const char *config;        /* spec.config; NULL where absent or no string */
      int label;                 /* droveway.io/migration-network: 1 true, 0 false, -1 neither */
      bool transfer;             /* it has Forklift's annotation of a transfer network */
      bool shaped;               /* dw_cni_may_migrate() */
      const char *cni_name;      /* "" where none */
      const char *network_name;  /* whereabouts' network_name of the first plugin that has one; "" */
      const char *resource_name; /* of the device plugin that Multus takes a device from; "" where none is named */
      const char *ovn;           /* dw_ovn_signature() */
      struct dw_pool_summary {
        const char *field; /* of the range */
        const char *text;  /* canonical CIDR */
        struct dw_interval span;
        struct dw_interval_set usable; /* not empty */
        enum dw_allocator allocator;
        struct dw_wire wire;
      } * pools;
      size_t pool_count;       /* of whereabouts and OVN-Kubernetes */
      size_t local_pool_count; /* behind them in `pools`: what is handed out on each node separately */
      struct dw_nad_link *links;
      size_t link_count;
    } nad;
    struct {
      const char *network;           /* of the live-migration block; NULL where none */
      const char *jsonpatch_network; /* what HyperConverged's jsonpatch annotation makes of it, "" where it takes it
                                        away; NULL where it leaves it alone */
      struct dw_rollout rollout;
      const char *placement; /* {"workloads":NodePlacement,"infra":NodePlacement}, less what is not set; "" for none */
      const char *json;      /* what dw_object_prune() leaves of it, as text: an audit judges it again */
    } user;                  /* HyperConverged, KubeVirt: who names a migration network; MigrationPolicy */
    struct {
      struct dw_label *labels;
      size_t label_count;
      struct dw_addr *internal_ips;
      size_t internal_ip_count;
      struct dw_taint *taints;
      size_t taint_count;
      struct dw_device *devices;
      size_t device_count;
    } node;
    struct {
      struct dw_nic *nics; /* sorted by name; two interfaces of one name (an OVS bridge and its port) are joined */
      size_t nic_count;
      struct dw_bridge_mapping {
        const char *localnet; /* first, for dw_by_name() */
        const char *bridge;   /* "" if none is reported */
      } * mappings;           /* of OVN, by localnet */
      size_t mapping_count;
    } nns;
    struct {
      struct dw_address_range {
        const char *text; /* as written */
        struct dw_interval span;
      } * ranges;
      size_t range_count;
    } address_pool;
    struct {
      bool finished; /* status.phase Succeeded or Failed */
      const char *vmi;
    } migration;
    struct {
      const char *target_node_address; /* .status.migrationState.targetNodeAddress; NULL */
      bool completed;                  /* and not failed */
      bool decentralized;              /* between clusters, so the target may be another cluster's */
    } vmi;
  };
  struct dw_cluster_network *networks; /* Node, both kinds of Network, ServiceCIDR, ConfigMap */
  size_t network_count;
};

/* Reduces JSON. DEFAULT_NAMESPACE stands in where a namespaced object names none. -1 with the reason where it has no
 * apiVersion, kind or name, or where a part that the rules read is of the wrong type (the text names the field); 0 and
 * NULL in OUT for a kind that no rule reads. The caller owns the reference in OUT. */
int dw_object_reduce(const dw_json *json, const char *default_namespace, const struct dw_object **out,
                     struct dw_error *err) __attribute__((nonnull(2, 3), warn_unused_result));

/* The same for an object whose kind is known from elsewhere: items of a list of a built-in kind name neither apiVersion
 * nor kind. */
int dw_object_reduce_as(enum dw_kind kind, const dw_json *json, const char *default_namespace,
                        const struct dw_object **out, struct dw_error *err)
    __attribute__((nonnull(3, 4), warn_unused_result));

/* JSON less everything that no rule reads (managedFields, status, other annotations and fields), with apiVersion and
 * kind filled in where a list left them out (VERSION: the one that it was listed in). Reducing what is left gives the
 * same object. Nothing secret is kept: of a ConfigMap only the subnets, of an install-config nothing else. Lives in
 * ARENA; parts are shared with JSON. */
dw_json *dw_object_prune(struct dw_arena *arena, enum dw_kind kind, const char *version, const dw_json *json)
    __attribute__((nonnull, warn_unused_result));

/* Paths (json_select.h) to all that dw_object_reduce() and dw_object_prune() read of an object of any kind, and to its
 * resourceVersion: the rest, nearly all of a Node or a NodeNetworkState, need not be made into values. */
extern const char *const dw_object_paths[];
/* The same of an event of a watch: its type, its object, and of an error code and message. */
extern const char *const dw_event_paths[];

/* Compares kinds, then namespaces, then names, and nothing else. Returns <0, 0 or >0. */
int dw_object_compare(const struct dw_object *a, const struct dw_object *b) __attribute__((nonnull));

/* Returns true if OBJECT has this kind, namespace and name. */
bool dw_object_is(const struct dw_object *object, enum dw_kind kind, const char *ns, const char *name)
    __attribute__((nonnull));

/* Whether the rules read the same in both (same kind, namespace and name given). */
bool dw_object_same(const struct dw_object *a, const struct dw_object *b) __attribute__((nonnull));

const struct dw_object *dw_object_ref(const struct dw_object *object) __attribute__((nonnull, returns_nonnull));
void dw_object_unref(const struct dw_object *object); /* NULL is allowed */

#endif
