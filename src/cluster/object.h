/* Cluster objects, reduced to what the rules read. Each is immutable and counted by references, so that consecutive
 * views can share it, and is in one memory block of exactly its size, because a large cluster has tens of thousands. */
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

/* The source of subnets that OVN-Kubernetes uses unless Network.operator sets others. */
#define DW_OVN_DEFAULT "OVN-Kubernetes default"

/* A subnet that the cluster itself uses. */
struct dw_cluster_network {
  struct dw_prefix prefix;
  const char *name; /* "pod network", "service network", "OVN-Kubernetes join subnet", "pod CIDR", "node address" ... */
  /* Where it was found: "Network cluster", "ServiceCIDR kubernetes", "Node worker-1", "ConfigMap kubeadm-config",
   * "policy" */
  const char *source;
};

/* How a plugin of a NAD uses a NIC or bridge of the nodes. */
enum dw_link_kind {
  DW_LINK_MACVLAN, /* macvtap too */
  DW_LINK_PASSTHRU,
  DW_LINK_IPVLAN,
  DW_LINK_VLAN,
  DW_LINK_BRIDGE /* bridge, cnv-bridge */
};
struct dw_nad_link {
  const char *name; /* of the NIC or bridge */
  uint16_t vlan;    /* of VLAN and BRIDGE; 0 for none */
  uint8_t kind;     /* enum dw_link_kind */
};
/* Reads the link of PLUGIN, whose text it shares. Returns false if the plugin does not name a NIC or bridge that
 * another NAD could share. */
bool dw_nad_link_of(const struct dw_cni_plugin *plugin, struct dw_nad_link *out) __attribute__((nonnull));

/* VLANs that a port of a bridge carries. */
struct dw_vlan_range {
  uint16_t first, last;
};

/* A port of a Linux bridge. */
struct dw_bridge_port {
  const char *name; /* "" if unknown */
  struct dw_vlan_range *vlans;
  uint16_t vlan_count;
  bool vlans_known; /* false if the bridge does not filter, or only has its default VLAN, which nmstate does not report
                     */
};

enum dw_nic_type {
  DW_NIC_OTHER, /* the type is unknown, or not one that rules distinguish */
  DW_NIC_ETHERNET,
  DW_NIC_BOND,
  DW_NIC_VLAN,
  DW_NIC_LINUX_BRIDGE,
  DW_NIC_OVS_BRIDGE, /* merged with its internal port of the same name, if it has one */
  DW_NIC_OVS_INTERFACE,
  DW_NIC_INFINIBAND,
  DW_NIC_HSR,
  DW_NIC_LOOPBACK,
  DW_NIC_VIRTUAL /* veth, tun, dummy: not connected to a physical network */
};

/* Properties that few NICs have. */
struct dw_nic_more {
  const char *base; /* vlan.base-iface; NULL if it is not a VLAN */
  const char **alt_names;
  size_t alt_name_count;
  struct dw_bridge_port *ports; /* bridge.port[] of a Linux bridge */
  uint32_t port_count;
  uint16_t default_vlan; /* bridge.options.vlan-default-pvid; 1 if not set */
  uint16_t vlan_id;      /* vlan.id */
};

/* A taint, which keeps pods that do not tolerate it off a node. */
struct dw_taint {
  const char *key;
  const char *value;  /* "" for none */
  const char *effect; /* "NoSchedule" or "NoExecute"; PreferNoSchedule keeps no pods off */
};

/* A resource that a device plugin offers on a node: "openshift.io/mignics". */
struct dw_device {
  const char *resource;
  uint64_t count; /* allocatable */
};

struct dw_nic {
  const char *name;       /* first, for dw_by_name() */
  const char *controller; /* the bond or bridge that it is a port of; NULL for none */
  struct dw_addr *addresses;
  const struct dw_nic_more *more; /* NULL if it has none of these properties */
  uint32_t address_count;
  uint32_t mtu;       /* 0 if unknown */
  uint32_t speed;     /* ethernet.speed in Mbit/s; 0 if unknown */
  uint8_t type;       /* enum dw_nic_type */
  bool up;            /* false only if reported down */
  bool default_route; /* the default route in the main table uses it */
  bool fits_master;   /* not a port of a bond or bridge, nor a tunnel, veth, loopback or OVS-internal interface */
};
/* The number of ports of a Linux bridge; 0 for other NICs. */
uint32_t dw_nic_port_count(const struct dw_nic *nic) __attribute__((nonnull));
struct dw_object;
/* The NIC with this name on the node of NNS, or else the one with this alternative name; NULL if there is none. */
const struct dw_nic *dw_nns_find(const struct dw_object *nns, const char *name) __attribute__((nonnull));

/* The program that hands out a pool's addresses. */
enum dw_allocator {
  DW_ALLOCATOR_WHEREABOUTS, /* for the whole cluster: each address once, even if pools overlap */
  DW_ALLOCATOR_OVN,         /* for the whole network */
  DW_ALLOCATOR_NODE         /* on each node separately: host-local, static */
};

/* The annotation of a NAD that the Migration Toolkit for Virtualization (Forklift) uses to copy disks. */
#define DW_TRANSFER_ANNOTATION "forklift.konveyor.io/route"

struct dw_object {
  enum dw_kind kind;
  const char *namespace_; /* "" for cluster-wide kinds */
  const char *name;
  const char *uid; /* only of kinds that the audit judges, otherwise ""; ignored by dw_object_same() */
  bool deleting;   /* metadata.deletionTimestamp is set */
  union {
    struct {
      const char *config;        /* spec.config; NULL if absent or not a string */
      int label;                 /* droveway.io/migration-network: 1 true, 0 false, -1 neither */
      bool transfer;             /* it has Forklift's annotation for a transfer network */
      bool shaped;               /* dw_cni_may_migrate() */
      const char *cni_name;      /* "" if absent */
      const char *network_name;  /* the network_name of whereabouts in the first plugin that has one; "" for none */
      const char *resource_name; /* the device plugin's resource from which Multus requests a device; "" for none */
      const char *ovn;           /* dw_ovn_signature() */
      struct dw_pool_summary {
        const char *field; /* the path of the range */
        const char *text;  /* canonical CIDR */
        struct dw_interval span;
        struct dw_interval_set usable; /* not empty */
        enum dw_allocator allocator;
        struct dw_wire wire;
      } * pools;
      size_t pool_count;       /* of whereabouts and OVN-Kubernetes */
      size_t local_pool_count; /* pools that each node hands out separately; they follow the others in `pools` */
      struct dw_nad_link *links;
      size_t link_count;
    } nad;
    struct {
      const char *network;           /* of the live-migration block; NULL for none */
      const char *jsonpatch_network; /* the network that HyperConverged's jsonpatch annotation sets; "" if it removes
                                        the network, NULL if it does not change it */
      struct dw_rollout rollout;
      const char *placement; /* {"workloads":NodePlacement,"infra":NodePlacement}, without unset members; "" for none */
      const char *json;      /* the result of dw_object_prune() as text, for the audit, which judges it again */
    } user;                  /* HyperConverged and KubeVirt, which name a migration network; MigrationPolicy */
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
      struct dw_nic *nics; /* sorted by name; interfaces with the same name (an OVS bridge and its port) are merged */
      size_t nic_count;
      struct dw_bridge_mapping {
        const char *localnet; /* first, for dw_by_name() */
        const char *bridge;   /* "" if not reported */
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
      const char *target_node_address; /* status.migrationState.targetNodeAddress; NULL if absent */
      bool completed;                  /* the migration has completed, and has not failed */
      bool decentralized;              /* the migration is between clusters, so the target may be in another cluster */
    } vmi;
  };
  struct dw_cluster_network *networks; /* Node, both kinds of Network, ServiceCIDR, ConfigMap */
  size_t network_count;
};

/* Reduces JSON; the caller owns the reference in OUT, which is NULL if no rule reads the object. DEFAULT_NAMESPACE is
 * used for a namespaced object without a namespace. Returns -1 if apiVersion, kind or name is missing, or a field that
 * the rules read has the wrong type; the error names the field. */
int dw_object_reduce(const dw_json *json, const char *default_namespace, const struct dw_object **out,
                     struct dw_error *err) __attribute__((nonnull(2, 3), warn_unused_result));

/* The same for an object whose kind is already known: the items of a list of a built-in kind have no apiVersion and
 * kind. */
int dw_object_reduce_as(enum dw_kind kind, const dw_json *json, const char *default_namespace,
                        const struct dw_object **out, struct dw_error *err)
    __attribute__((nonnull(3, 4), warn_unused_result));

/* JSON without everything that no rule reads (managedFields, status, other annotations and fields). apiVersion and kind
 * are added if they are missing, with VERSION, in which the object was listed. Reducing the result gives the same
 * object. It contains no secrets: of a ConfigMap, and of the install-config in it, only the subnets are kept. The
 * result lives in ARENA, and shares parts with JSON. */
dw_json *dw_object_prune(struct dw_arena *arena, enum dw_kind kind, const char *version, const dw_json *json)
    __attribute__((nonnull, warn_unused_result));

/* The paths (json_select.h) of everything that dw_object_reduce() and dw_object_prune() read of an object of any kind,
 * and of its resourceVersion. No values are created for the rest, which is nearly all of a Node or NodeNetworkState. */
extern const char *const dw_object_paths[];
/* The same for an event of a watch: its type, its object, and the code and message of an error. */
extern const char *const dw_event_paths[];

/* Compares kinds, then namespaces, then names, and nothing else. Returns <0, 0 or >0. */
int dw_object_compare(const struct dw_object *a, const struct dw_object *b) __attribute__((nonnull));

/* Returns true if OBJECT has this kind, namespace and name. */
bool dw_object_is(const struct dw_object *object, enum dw_kind kind, const char *ns, const char *name)
    __attribute__((nonnull));

/* Whether kind, namespace, name and everything that the rules read are the same. */
bool dw_object_same(const struct dw_object *a, const struct dw_object *b) __attribute__((nonnull));

/* Adds a reference, and removes one; the last one frees the object. */
const struct dw_object *dw_object_ref(const struct dw_object *object) __attribute__((nonnull, returns_nonnull));
void dw_object_unref(const struct dw_object *object); /* NULL is allowed */

#endif
