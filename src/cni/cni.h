/* A NAD's CNI configuration, read as the plugins' own code reads it: keys regardless of case, unknown keys
 * skipped. Reading never fails: what is wrong is recorded, and the rules report it. Everything is in
 * the arena given to dw_cni_read(). "Field" always means the path users see, spelled with the keys as they are written:
 * "spec.config.ipam.range", in a list "spec.config.plugins[0].master". */
#ifndef CNI_CNI_H
#define CNI_CNI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "net/interval.h"
#include "net/range.h"
#include "json/json.h"
#include "json/json_position.h"

/* Of a NAD for whose pods Multus takes a device of this resource from the node's device plugin. */
#define DW_RESOURCE_ANNOTATION "k8s.v1.cni.cncf.io/resourceName"

/* A JSON member as written. */
struct dw_value {
  const char *field;   /* path of the member; of where it should be, where absent */
  const dw_json *json; /* NULL where absent */
  const char *text;    /* where it is a string, else NULL */
};
/* Go's decoders ignore null, so null counts as absent. */
bool dw_value_given(const struct dw_value *value) __attribute__((nonnull));

/* The value as a message shows it: a string itself, a number, boolean or null as JSON; NULL for lists and objects. */
const char *dw_value_shown(struct dw_arena *arena, const struct dw_value *value) __attribute__((nonnull));

enum dw_read_state {
  DW_READ_ABSENT, /* not there, null or (for strings) empty */
  DW_READ_BAD,    /* there, but unreadable or of the wrong type */
  DW_READ_OK
};

/* An IPv4 or IPv6 address in the configuration (a gateway, range_start ...). */
struct dw_ip_value {
  struct dw_value raw;
  enum dw_read_state state;
  struct dw_addr addr; /* where OK */
};

struct dw_exclude {
  struct dw_value raw;
  enum dw_read_state state;
  struct dw_prefix prefix; /* where OK */
};

enum dw_pool_state {
  DW_POOL_UNREADABLE, /* some part can't be read: there is a syntax problem about it */
  DW_POOL_EMPTY,      /* reads, but no address is usable */
  DW_POOL_OK
};

/* One range of an IPAM configuration: whereabouts' `range` at the top level, an entry of ipRanges, or one CIDR of
 * OVN-Kubernetes' `subnets`. */
struct dw_pool {
  const char *field;     /* of the object that holds it: "spec.config.ipam" or "spec.config.ipam.ipRanges[0]" */
  struct dw_value range; /* the text of the range */
  enum dw_pool_state state;
  bool subnet_known; /* `subnet` is filled (OK and EMPTY always; UNREADABLE where only another part is bad) */
  struct dw_prefix subnet;
  struct dw_range parsed;  /* where subnet_known */
  struct dw_interval span; /* from first to last before excludes; where the subnet has a usable address */
  bool has_span;
  struct dw_interval_set usable; /* span without the excludes; empty unless OK */
  struct dw_ip_value start;      /* range_start */
  struct dw_ip_value end;        /* range_end */
  bool start_ignored;            /* whereabouts silently ignores range_start; never where it is absent */
  bool end_ignored;              /* ... range_end; or, where range is START-END/LEN with end before start, END */
  struct dw_exclude *excludes;
  size_t exclude_count;
  unsigned slice_bits;   /* whereabouts' node_slice_size, where it works: each node hands out addresses of a slice of
                          * this length alone, without regard to start, end and excludes; 0 otherwise */
  uint64_t node_subnets; /* OVN-Kubernetes' layer3: how many nodes get a part of it each; 0 of other pools */
};

enum dw_ipam_type {
  DW_IPAM_NONE, /* no ipam object, an empty one, or one without a type */
  DW_IPAM_WHEREABOUTS,
  DW_IPAM_DHCP,
  DW_IPAM_HOST_LOCAL,
  DW_IPAM_STATIC,
  DW_IPAM_OVN, /* ovn-k8s-cni-overlay allocates from `subnets` itself */
  DW_IPAM_OTHER
};

enum dw_ipam_problem_kind {
  DW_IPAM_UNREADABLE,      /* whereabouts can't read it, or it is of the wrong type: every allocation fails */
  DW_IPAM_LOOKALIKE,       /* a key that whereabouts ignores and that looks like one it knows */
  DW_IPAM_UNKNOWN,         /* another key that whereabouts does not know */
  DW_IPAM_IGNORED,         /* a key whereabouts knows but silently ignores here (range_start, range_end, exclude) */
  DW_IPAM_LEADING_ZERO,    /* readable, with leading zeros */
  DW_IPAM_POOL_KEY,        /* readable, but whereabouts can't store an allocation */
  DW_IPAM_NODE_SLICE,      /* a node_slice_size with which no node, or not each range, is served */
  DW_IPAM_EXCLUDES_NOTHING /* an exclude that takes no address out */
};
struct dw_ipam_problem {
  enum dw_ipam_problem_kind kind;
  const char *field;
  bool missing;        /* the value is missing but required */
  const char *value;   /* as written, or the key itself for keys; may be NULL */
  const dw_json *json; /* where VALUE can't show what is written */
  bool too_large;      /* it is too large to check, though whereabouts may read it */
  bool harmless;       /* a look-alike without which the same addresses are handed out */
  const char *what;    /* what is wrong: "is not a CIDR" */
  const char *fix;     /* how to fix it: "write it as 10.0.0.0/24"; may be NULL */
};

/* How many slices a pool is cut into, and how many addresses of each are handed out; 0 of other pools. */
uint64_t dw_pool_slices(const struct dw_pool *pool) __attribute__((nonnull));
uint64_t dw_pool_slice_room(const struct dw_pool *pool) __attribute__((nonnull));

/* Addresses that an IPAM plugin hands out on each node separately, so that two nodes hand out the same ones: a range of
 * host-local, an address of static or of whereabouts' `addresses`. Only what those plugins can read. */
struct dw_local_pool {
  struct dw_value value;         /* the text of the subnet or address */
  struct dw_prefix subnet;       /* the pod gets a route to it */
  struct dw_interval_set usable; /* what is handed out; not empty */
  struct dw_ip_value gateway;    /* host-local: the subnet's first address where none is given */
};

struct dw_ipam {
  const char *field; /* "spec.config.ipam" */
  struct dw_value raw;
  struct dw_value type_value;
  enum dw_ipam_type type;
  const char *type_name; /* as written; "" where none */
  struct dw_pool *pools;
  size_t pool_count;
  bool no_range_explained; /* there are no pools, and one of the problems is the reason: no separate finding is needed
                            */
  struct dw_local_pool *local_pools;
  size_t local_pool_count;
  struct dw_ip_value gateway;
  bool gateway_undocumented; /* it is that of `Gateway`, a key that exists only because of how the struct is written */
  bool has_addresses;        /* `addresses` lists at least one, which pods get in addition to those of the pools */
  struct dw_value routes;    /* see dw_routes_read(); absent where the IPAM plugin takes none (dhcp, OVN-Kubernetes) */
  struct dw_value overlapping_ranges; /* enable_overlapping_ranges, as written */
  bool reservation_off;               /* it is false */
  const char *network_name;           /* "" where none */
  struct dw_value kubeconfig;         /* kubernetes.kubeconfig */
  struct dw_value node_slice_size;    /* as written */
  struct dw_ipam_problem *problems;
  size_t problem_count;
  bool more_problems; /* so many of a kind are kept that there may be more */
  const char *error;  /* the first problem that makes whereabouts fail, as one sentence; NULL where it can read all */
};

struct dw_cni_plugin {
  const char *field; /* "spec.config" or "spec.config.plugins[1]" */
  const dw_json *json;
  bool is_object;
  struct dw_value type;
  const char *type_name; /* "" where absent or no string */
  bool type_readable;    /* it is there and is a file name */
  struct dw_value master;
  struct dw_value bridge;
  struct dw_value device;     /* host-device */
  struct dw_value vlan;       /* `vlan`, `vlanId`: whichever this plugin type knows */
  struct dw_value vlan_trunk; /* `vlanTrunk` (bridge), `trunk` (ovs) */
  struct dw_value mode;
  struct dw_value mtu;
  int64_t mtu_number; /* where mtu is an integer, else 0 */
  struct dw_value link_in_container;
  bool in_container;   /* linkInContainer is true */
  struct dw_value mac; /* the MAC address that every pod gets, by whichever option the plugin reads it; absent: none */
  struct dw_ipam ipam;
};

/* Who refuses a value. */
enum dw_fault_kind {
  DW_FAULT_LIBCNI, /* Multus or libcni, which decode a part of each configuration */
  DW_FAULT_OPTION, /* the plugin */
  DW_FAULT_BRIDGE, /* the bridge plugin, because of another option */
  DW_FAULT_IPAM    /* the plugin, which runs no pod without an IPAM plugin */
};

/* A value that makes every ADD fail and that no other rule checks. */
struct dw_cni_fault {
  enum dw_fault_kind kind;
  struct dw_value value;
  const char *what; /* "must be a boolean, is a string" */
  const char *fix;  /* may be NULL */
  bool doubtful;    /* it may work somewhere */
};

struct dw_ovn; /* ovn.h */

enum dw_config_state {
  DW_CONFIG_EMPTY,      /* absent or "": Multus looks for a file on the node */
  DW_CONFIG_UNREADABLE, /* no string, no JSON, or no object */
  DW_CONFIG_OK
};

struct dw_cni_config {
  enum dw_config_state state;
  const char *text; /* "" where absent or no string */
  size_t length;
  bool no_namespace;         /* read from a NAD that names none: whoever applies it chooses */
  const char *resource_name; /* annotation k8s.v1.cni.cncf.io/resourceName; "" */
  /* UNREADABLE: what is wrong, with line and column inside the text (0 where spec.config is not a string). */
  struct dw_error error;
  const dw_json *json;
  struct dw_json_duplicate *duplicates; /* of keys that a plugin may read; paths below "spec.config" */
  size_t duplicate_count;
  bool more_duplicates; /* so many are kept that there may be more */
  bool is_list;         /* has `plugins` and no `type`: Multus looks for the list only then */
  struct dw_value plugins_value;
  /* As libcni reads them. `name` must be spelled exactly so, because Multus fills in another one otherwise; so must
   * `cniVersion` in a list. */
  struct dw_value name;
  struct dw_value version;
  struct dw_cni_plugin *plugins; /* one if it is not a list; none if `plugins` is empty or not a list */
  size_t plugin_count;
  struct dw_cni_fault *faults; /* what libcni, Multus or the plugins fail on, where no other rule reads it */
  size_t fault_count;
  bool more_faults;         /* so many are kept that there may be more */
  const struct dw_ovn *ovn; /* NULL where the first plugin is not OVN-Kubernetes' */
};

/* Reads NAD's spec.config (the NAD as the API server has it; missing parts read as empty). */
struct dw_cni_config *dw_cni_read(struct dw_arena *arena, const dw_json *nad)
    __attribute__((nonnull(1), returns_nonnull));

/* The device plugin's resource that Multus gives the plugins a device of; "" where the NAD names none. */
const char *dw_cni_resource_name(const dw_json *nad) __attribute__((returns_nonnull));

/* Whether it is shaped like a migration network: a plugin that connects nodes has addresses that are handed out for the
 * whole cluster. */
bool dw_cni_may_migrate(const struct dw_cni_config *config) __attribute__((nonnull));

/* The same from the text alone. */
struct dw_cni_config *dw_cni_read_text(struct dw_arena *arena, const char *text, size_t length)
    __attribute__((nonnull, returns_nonnull));

/* One entry of a list of routes. */
struct dw_route {
  size_t index;
  const dw_json *json; /* may be anything; all the rest is filled only from an object */
  enum dw_read_state dst_state;
  struct dw_prefix dst; /* where OK, without the bits beyond its length */
  bool host_bits;       /* it was written with some */
  enum dw_read_state gw_state;
  struct dw_addr gw; /* where OK */
  uint32_t priority; /* as the kernel sees it */
  uint32_t table;
  uint8_t scope;
};
enum { DW_ROUTE_MAIN_TABLE = 254, DW_ROUTE_IPV6_PRIORITY = 1024 };
struct dw_routes {
  struct dw_value list;
  struct dw_route *items;
  size_t count;
  bool too_many; /* only the first ones are read */
};
/* Reads LIST: `ipam.routes`, or `addroutes` of route-override. */
struct dw_routes dw_routes_read(struct dw_arena *arena, const struct dw_value *list) __attribute__((nonnull));
/* The entry itself, and its member NAME, with their fields. */
struct dw_value dw_route_value(struct dw_arena *arena, const struct dw_routes *routes, const struct dw_route *route)
    __attribute__((nonnull));
struct dw_value dw_route_member(struct dw_arena *arena, const struct dw_routes *routes, const struct dw_route *route,
                                const char *name) __attribute__((nonnull));

/* What a plugin type is to a migration network. Source: CNI plugins main, Multus, SR-IOV, OVS and OVN-Kubernetes docs.
 */
enum dw_plugin_class {
  DW_PLUGIN_CONNECTS, /* macvlan, ipvlan, vlan, bridge, cnv-bridge, ovs, sriov, host-device, ovn-k8s-cni-overlay ... */
  DW_PLUGIN_META,     /* tuning, sbr, bandwidth, loopback ...: only changes what is there */
  DW_PLUGIN_LOCAL,    /* ptp, dummy, tap: connects no nodes */
  DW_PLUGIN_UNKNOWN
};
enum dw_plugin_class dw_plugin_class(const char *type) __attribute__((nonnull));
/* The known plugin, or IPAM plugin, whose name TYPE was most probably meant to be; NULL where it is one itself, another
 * that exists, or like none. */
const char *dw_plugin_meant(const char *type) __attribute__((nonnull));
const char *dw_ipam_meant(const char *type) __attribute__((nonnull));
/* Whether the plugin takes `master` and, without it, the default route's interface: macvlan, ipvlan, vlan. */
bool dw_plugin_needs_master(const char *type) __attribute__((nonnull));
/* Whether it attaches to a Linux bridge by `bridge`, "cni0" by default: bridge, cnv-bridge. */
bool dw_plugin_is_bridge(const char *type) __attribute__((nonnull));

/* The oldest cniVersion that the plugin accepts ("0.1.0" where it accepts all, or is not known). */
const char *dw_plugin_oldest_version(const char *type) __attribute__((nonnull, returns_nonnull));
/* Whether its interface is a veth, with a peer in the node's namespace: yes (1), no (0), not known (-1). */
int dw_plugin_makes_veth(const char *type) __attribute__((nonnull));
/* Whether ADD makes the pod's interface, so that it fails where a plugin before it has made it. */
bool dw_plugin_makes_interface(const char *type) __attribute__((nonnull));
/* Returns false if the plugin never runs the IPAM plugin that its `ipam` names, so what is in it has no effect. An
 * unknown plugin may run it. */
bool dw_plugin_runs_ipam(const char *type) __attribute__((nonnull));

/* The option at PATH ("args.cni.mac") of PLUGIN, as Go finds it. */
struct dw_value dw_plugin_option(struct dw_arena *arena, const struct dw_cni_plugin *plugin, const char *path)
    __attribute__((nonnull));
/* Whether it is true. */
bool dw_plugin_option_true(const struct dw_cni_plugin *plugin, const char *path) __attribute__((nonnull));
/* Whether it is set: neither absent, null, "", 0, false nor empty. */
bool dw_plugin_option_set(const struct dw_cni_plugin *plugin, const char *path) __attribute__((nonnull));

/* The file below /proc/sys that the tuning plugin writes for KEY of its sysctl, such as
 * "net/ipv4/conf/IFNAME/arp_filter"; NULL where it leaves /proc/sys/net. */
const char *dw_tuning_setting(struct dw_arena *arena, const char *key) __attribute__((nonnull));

/* Where the pods of a network meet others. */
enum dw_wire_kind {
  DW_WIRE_UNKNOWN, /* a plugin that is not known */
  DW_WIRE_HIDDEN,  /* on some NIC of the node that the configuration does not name */
  DW_WIRE_NIC,     /* on the NIC or bridge `nic` */
  DW_WIRE_NODE,    /* no wire: the pods of one node only meet each other */
  DW_WIRE_OVERLAY  /* a separate, isolated network (OVN-Kubernetes layer2 and layer3) */
};
enum { DW_VLAN_SEVERAL = -1 };
struct dw_wire {
  enum dw_wire_kind kind;
  const char *nic; /* "" unless NIC; without ".100" where the NIC is called so */
  int vlan;        /* 0: untagged; DW_VLAN_SEVERAL: a trunk, or not known */
};
struct dw_wire dw_wire_of(struct dw_arena *arena, const struct dw_cni_plugin *plugin) __attribute__((nonnull));
/* The name of the node's own interface on that wire ("bond2", "bond2.100"); NULL where it can't be known. */
const char *dw_wire_nic(struct dw_arena *arena, const struct dw_wire *wire) __attribute__((nonnull));

enum dw_wires {
  DW_WIRES_SAME,   /* the same one, or nothing shows that it is another */
  DW_WIRES_UNSURE, /* different NICs, which may be plugged into one switch, or a plugin that is not known */
  DW_WIRES_APART   /* never the same */
};
enum dw_wires dw_wires_compare(const struct dw_wire *a, const struct dw_wire *b) __attribute__((nonnull));

enum { DW_IFNAME_SIZE = 16 }; /* with the NUL; <linux/if.h> IFNAMSIZ */
/* Linux: 1..15 bytes, no '/', ':' or white space, not "." or "..", and no '%', which asks for a number. Source:
 * dev_valid_name() and __dev_alloc_name() in net/core/dev.c. */
bool dw_is_interface_name(const char *name) __attribute__((nonnull));
/* The same, or an alternative name of a NIC: up to 127 bytes (ALTIFNAMSIZ), also with '%'. The kernel allows more in
 * those, but neither udev nor `ip` before 6.18 makes such a name. */
bool dw_is_interface_altname(const char *name) __attribute__((nonnull));
/* libcni: ^[a-zA-Z0-9][a-zA-Z0-9_.\-]*$. Source: libcni/api.go, utils.ValidateNetworkName. */
bool dw_is_cni_name(const char *name) __attribute__((nonnull));
/* 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0. */
bool dw_is_cni_version(const char *version) __attribute__((nonnull));
/* The version that libcni chooses from a list's `cniVersions` and `cniVersion`. */
struct dw_version_choice {
  const char *text; /* "" where there is none */
  size_t index;     /* in `cniVersions`, where OF_LIST; else it is that of `cniVersion` */
  bool of_list;
  bool unreadable; /* one of them can't be read, and libcni fails */
};
/* False where there is nothing to choose from. */
bool dw_cni_version_chosen(const struct dw_cni_config *config, struct dw_version_choice *out) __attribute__((nonnull));
/* The version that plugins get, "0.1.0" where there is none; NULL where it can't be read. */
const char *dw_cni_version_in_force(const struct dw_cni_config *config) __attribute__((nonnull));

#endif
