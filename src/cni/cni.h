/* A NAD's CNI configuration, read as the plugins' own code reads it: keys are matched ignoring case, and unknown keys
 * are ignored. Reading never fails: mistakes are recorded, and the rules report them. All results are in the arena that
 * was passed to dw_cni_read(). A "field" is the path that users see, with the keys as written:
 * "spec.config.ipam.range", or in a list "spec.config.plugins[0].master". */
#ifndef CNI_CNI_H
#define CNI_CNI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "net/interval.h"
#include "net/range.h"
#include "json/edit.h"
#include "json/json.h"
#include "json/json_position.h"

/* The annotation of a NAD that names a device plugin's resource. Multus gives each pod a device of it. */
#define DW_RESOURCE_ANNOTATION "k8s.v1.cni.cncf.io/resourceName"

/* A JSON member as written. */
struct dw_value {
  const char *field;   /* path of the member, or of where it would be if it is absent */
  const dw_json *json; /* NULL if absent */
  const char *text;    /* NULL unless it is a string */
};
/* Returns true if the member is present and not null. Go's decoders ignore null, so it counts as absent. */
bool dw_value_given(const struct dw_value *value) __attribute__((nonnull));

/* Returns the value as messages show it: a string without quotes; a number, boolean or null as JSON; NULL for lists and
 * objects. */
const char *dw_value_shown(struct dw_arena *arena, const struct dw_value *value) __attribute__((nonnull));

enum dw_read_state {
  DW_READ_ABSENT, /* absent, null or an empty string */
  DW_READ_BAD,    /* present, but unreadable or of the wrong type */
  DW_READ_OK
};

/* An IPv4 or IPv6 address in the configuration, such as a gateway or range_start. */
struct dw_ip_value {
  struct dw_value raw;
  enum dw_read_state state;
  struct dw_addr addr; /* if OK */
};

struct dw_exclude {
  struct dw_value raw;
  enum dw_read_state state;
  struct dw_prefix prefix; /* if OK */
};

enum dw_pool_state {
  DW_POOL_UNREADABLE, /* some part can't be read, and a problem about it was recorded */
  DW_POOL_EMPTY,      /* can be read, but has no usable address */
  DW_POOL_OK
};

/* One range of an IPAM configuration: whereabouts' `range` at the top level, an entry of ipRanges, or one CIDR in
 * OVN-Kubernetes' `subnets`. */
struct dw_pool {
  const char *field;     /* of the object that contains it: "spec.config.ipam" or "spec.config.ipam.ipRanges[0]" */
  struct dw_value range; /* the text of the range as written */
  enum dw_pool_state state;
  bool subnet_known; /* `subnet` is set: always if OK or EMPTY; if UNREADABLE, only if another part is bad */
  struct dw_prefix subnet;
  struct dw_range parsed;        /* if subnet_known */
  struct dw_interval span;       /* from first to last, including the excludes; if has_span */
  bool has_span;                 /* the subnet is known and has a usable address */
  struct dw_interval_set usable; /* span without the excludes; empty unless the state is OK */
  struct dw_ip_value start;      /* range_start */
  struct dw_ip_value end;        /* range_end */
  bool start_ignored;            /* whereabouts silently ignores range_start; false if it is absent */
  bool end_ignored;        /* the same for range_end; or for END, if range is START-END/LEN and END is before START */
  struct dw_value exclude; /* whereabouts' list as written */
  struct dw_exclude *excludes;
  size_t exclude_count;
  unsigned slice_bits;   /* whereabouts' node_slice_size, if it is valid for this range: each node hands out only
                          * addresses of its slice of this prefix length, ignoring start, end and excludes; else 0 */
  uint64_t node_subnets; /* OVN-Kubernetes' layer3: into how many node subnets it is divided; 0 for other pools */
};

enum dw_ipam_type {
  DW_IPAM_NONE, /* no ipam object, an empty one, or one without a type */
  DW_IPAM_WHEREABOUTS,
  DW_IPAM_DHCP,
  DW_IPAM_HOST_LOCAL,
  DW_IPAM_STATIC,
  DW_IPAM_OVN, /* ovn-k8s-cni-overlay, which allocates addresses from `subnets` itself */
  DW_IPAM_OTHER
};

enum dw_ipam_problem_kind {
  DW_IPAM_UNREADABLE,      /* whereabouts can't read it, or its type is wrong: every allocation fails */
  DW_IPAM_LOOKALIKE,       /* a key that whereabouts ignores, similar to one that it knows */
  DW_IPAM_UNKNOWN,         /* any other key that whereabouts does not know */
  DW_IPAM_IGNORED,         /* a known key that whereabouts silently ignores here: range_start, range_end or exclude */
  DW_IPAM_LEADING_ZERO,    /* readable, but with leading zeros */
  DW_IPAM_POOL_KEY,        /* readable, but whereabouts can't store an allocation */
  DW_IPAM_NODE_SLICE,      /* a node_slice_size with which no node gets addresses, or not from every range */
  DW_IPAM_EXCLUDES_NOTHING /* an exclude that removes no address from the range */
};
struct dw_ipam_problem {
  enum dw_ipam_problem_kind kind;
  const char *field;
  bool missing;          /* the value is required, but missing */
  const char *value;     /* as written, or the key if the problem is the key; may be NULL */
  const dw_json *json;   /* if `value` is NULL because it can't show a list or object */
  bool too_large;        /* too large to check, although whereabouts may accept it */
  bool harmless;         /* a look-alike key or node_slice_size with which pods still get their addresses */
  const char *what;      /* what is wrong: "is not a CIDR" */
  const char *fix;       /* how to fix it: "write it as 10.0.0.0/24"; may be NULL */
  struct dw_edits edits; /* FIX, if it can be done mechanically */
};

/* How a pool is divided into slices; both numbers are 0 if it is not. */
struct dw_slices {
  uint64_t count;
  uint64_t room; /* the number of addresses that are handed out from each slice */
};
struct dw_slices dw_pool_slices(const struct dw_pool *pool) __attribute__((nonnull));

/* Addresses that an IPAM plugin hands out on each node independently, so that two nodes hand out the same ones: a range
 * of host-local, or an address of static or in whereabouts' `addresses`. Entries that the plugin can't read are not
 * included. */
struct dw_local_pool {
  struct dw_value value;         /* the text of the subnet or address */
  struct dw_prefix subnet;       /* to which the pod gets a route */
  struct dw_interval_set usable; /* what is handed out; not empty */
  struct dw_ip_value gateway;    /* host-local: by default the subnet's first address */
};

struct dw_ipam {
  const char *field; /* "spec.config.ipam" */
  struct dw_value raw;
  struct dw_value type_value;
  enum dw_ipam_type type;
  const char *type_name; /* as written; "" if there is none */
  struct dw_pool *pools;
  size_t pool_count;
  bool no_range_explained; /* there are no pools, and one of the problems is the reason, so no separate finding is
                            * needed */
  struct dw_local_pool *local_pools;
  size_t local_pool_count;
  struct dw_ip_value gateway;
  bool gateway_undocumented; /* `gateway` is from `Gateway`, a key that exists only because of a Go struct's field name
                              */
  bool has_addresses;        /* `addresses` has an entry; pods get those in addition to addresses from the pools */
  struct dw_value routes;    /* for dw_routes_read(); absent if the IPAM plugin reads none (dhcp, OVN-Kubernetes) */
  struct dw_value overlapping_ranges; /* enable_overlapping_ranges, as written */
  bool reservation_off;               /* overlapping_ranges is false */
  const char *network_name;           /* "" if there is none */
  struct dw_value kubeconfig;         /* kubernetes.kubeconfig */
  struct dw_value node_slice_size;    /* as written */
  struct dw_ipam_problem *problems;
  size_t problem_count;
  bool more_problems; /* the limit of a kind was reached, so there may be more */
  const char *error;  /* the first problem that makes whereabouts fail, as a sentence; NULL if there is none */
};

struct dw_cni_plugin {
  const char *field; /* "spec.config" or "spec.config.plugins[1]" */
  const dw_json *json;
  bool is_object;
  struct dw_value type;
  const char *type_name; /* "" if absent or not a string */
  bool type_readable;    /* it is present and a valid file name */
  struct dw_value master;
  struct dw_value bridge;
  struct dw_value device;     /* host-device */
  struct dw_value vlan;       /* `vlan`, `vlanId` or `vlanID`, whichever this plugin type reads */
  struct dw_value vlan_trunk; /* `vlanTrunk` (bridge), `trunk` (ovs) */
  struct dw_value mode;
  struct dw_value mtu;
  int64_t mtu_number; /* 0 if mtu is not an integer */
  struct dw_value link_in_container;
  bool in_container;   /* linkInContainer is true */
  struct dw_value mac; /* the MAC address that every pod gets, from whichever option the plugin uses; may be absent */
  struct dw_ipam ipam;
};

/* Which program rejects a value. */
enum dw_fault_kind {
  DW_FAULT_LIBCNI, /* Multus or libcni, which decode parts of each configuration */
  DW_FAULT_OPTION, /* the plugin */
  DW_FAULT_BRIDGE, /* the bridge plugin, because of another option */
  DW_FAULT_IPAM    /* the plugin, because it requires an IPAM plugin */
};

/* A value that makes every ADD fail, and that no other rule checks. */
struct dw_cni_fault {
  enum dw_fault_kind kind;
  struct dw_value value;
  const char *what;      /* "must be a boolean, is a string" */
  const char *fix;       /* may be NULL */
  struct dw_edits edits; /* FIX, if it can be done mechanically */
  bool uncertain;        /* it works with some versions or on some nodes */
};

struct dw_ovn; /* ovn.h */

enum dw_config_state {
  DW_CONFIG_EMPTY,      /* absent or "": Multus then looks for a file on the node */
  DW_CONFIG_UNREADABLE, /* not a string, not JSON, or not an object */
  DW_CONFIG_OK
};

struct dw_cni_config {
  enum dw_config_state state;
  const char *text; /* "" if absent or not a string */
  size_t length;
  const dw_json *object;     /* spec.config, if it is an object instead of a text; else NULL */
  bool no_namespace;         /* the NAD sets no namespace, so it depends on how it is applied */
  const char *resource_name; /* DW_RESOURCE_ANNOTATION; "" if there is none */
  /* If UNREADABLE: what is wrong, with line and column in the text (0 if spec.config is not a string). */
  struct dw_error error;
  const dw_json *json;
  struct dw_json_duplicate *duplicates; /* of keys that a plugin may read; paths below "spec.config" */
  size_t duplicate_count;
  bool more_duplicates; /* the limit was reached, so there may be more */
  bool is_list;         /* has `plugins` and no `type`: only then Multus reads it as a list */
  struct dw_value plugins_value;
  /* As libcni reads them. The letter case of `name` matters, because Multus otherwise fills in another name; so does
   * that of `cniVersion` in a list. */
  struct dw_value name;
  struct dw_value version;
  struct dw_cni_plugin *plugins; /* one if it is not a list; none if `plugins` is empty or not a list */
  size_t plugin_count;
  struct dw_cni_fault *faults; /* what libcni, Multus or the plugins reject, and no other rule checks */
  size_t fault_count;
  bool more_faults;         /* the limit was reached, so there may be more */
  const struct dw_ovn *ovn; /* NULL if the first plugin is not OVN-Kubernetes' */
};

/* Reads spec.config of NAD, as the API server stores it. NAD may be NULL or incomplete. The result is in ARENA. */
struct dw_cni_config *dw_cni_read(struct dw_arena *arena, const dw_json *nad)
    __attribute__((nonnull(1), returns_nonnull));

/* Returns the value of DW_RESOURCE_ANNOTATION, or "". */
const char *dw_cni_resource_name(const dw_json *nad) __attribute__((returns_nonnull));

/* Returns true if the configuration looks like a migration network: it has a plugin that connects nodes, with an IPAM
 * plugin that hands out addresses for the whole cluster. */
bool dw_cni_may_migrate(const struct dw_cni_config *config) __attribute__((nonnull));

/* Reads the text of a configuration instead of a NAD. */
struct dw_cni_config *dw_cni_read_text(struct dw_arena *arena, const char *text, size_t length)
    __attribute__((nonnull, returns_nonnull));

/* One entry of a list of routes. */
struct dw_route {
  size_t index;
  const dw_json *json; /* of any type; the other members are set only if it is an object */
  enum dw_read_state dst_state;
  struct dw_prefix dst; /* if OK; with its host bits cleared */
  bool host_bits;       /* it was written with host bits set */
  enum dw_read_state gw_state;
  struct dw_addr gw; /* if OK */
  uint32_t priority; /* as the kernel sets it */
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
/* Reads LIST: `ipam.routes`, or `addroutes` of route-override. The result is in ARENA. */
struct dw_routes dw_routes_read(struct dw_arena *arena, const struct dw_value *list) __attribute__((nonnull));
/* Return the entry of ROUTE, or its member NAME, with its field. */
struct dw_value dw_route_value(struct dw_arena *arena, const struct dw_routes *routes, const struct dw_route *route)
    __attribute__((nonnull));
struct dw_value dw_route_member(struct dw_arena *arena, const struct dw_routes *routes, const struct dw_route *route,
                                const char *name) __attribute__((nonnull));

/* What a plugin type means for a migration network. Source: the documentation of the CNI plugins, Multus, SR-IOV, OVS
 * and OVN-Kubernetes. */
enum dw_plugin_class {
  DW_PLUGIN_CONNECTS, /* macvlan, ipvlan, vlan, bridge, cnv-bridge, ovs, sriov, host-device, ovn-k8s-cni-overlay ... */
  DW_PLUGIN_META,     /* tuning, sbr, bandwidth, loopback ...: only changes an existing interface */
  DW_PLUGIN_LOCAL,    /* ptp, dummy, tap: does not connect nodes */
  DW_PLUGIN_UNKNOWN
};
enum dw_plugin_class dw_plugin_class(const char *type) __attribute__((nonnull));
/* Returns the known plugin, or IPAM plugin, of which TYPE is most likely a misspelling. NULL if TYPE is the name of a
 * known or otherwise existing plugin, or similar to none. */
const char *dw_plugin_meant(const char *type) __attribute__((nonnull));
const char *dw_ipam_meant(const char *type) __attribute__((nonnull));
/* Returns true if the plugin reads `master`, and uses the default route's interface without it: macvlan, ipvlan, vlan.
 */
bool dw_plugin_needs_master(const char *type) __attribute__((nonnull));
/* Returns true if the plugin attaches to the Linux bridge in `bridge`, "cni0" by default: bridge, cnv-bridge. */
bool dw_plugin_is_bridge(const char *type) __attribute__((nonnull));

/* Returns the oldest cniVersion that the plugin accepts; "0.1.0" if it accepts all, or is not known. */
const char *dw_plugin_oldest_version(const char *type) __attribute__((nonnull, returns_nonnull));
/* Returns 1 if the plugin's interface is a veth with a peer in the node's namespace, 0 if not, -1 if not known. */
int dw_plugin_makes_veth(const char *type) __attribute__((nonnull));
/* Returns true if ADD creates the pod's interface. It then fails after another plugin that has created it. */
bool dw_plugin_makes_interface(const char *type) __attribute__((nonnull));
/* Returns false if the plugin never runs the IPAM plugin that its `ipam` names, so what is in it has no effect. An
 * unknown plugin may run it. */
bool dw_plugin_runs_ipam(const char *type) __attribute__((nonnull));

/* Returns the option at PATH ("args.cni.mac") of PLUGIN, as Go's decoder finds it. */
struct dw_value dw_plugin_option(struct dw_arena *arena, const struct dw_cni_plugin *plugin, const char *path)
    __attribute__((nonnull));
/* Returns true if the option is true. */
bool dw_plugin_option_true(const struct dw_cni_plugin *plugin, const char *path) __attribute__((nonnull));
/* Returns true if the option is set: not absent, null, "", 0, false or empty. */
bool dw_plugin_option_set(const struct dw_cni_plugin *plugin, const char *path) __attribute__((nonnull));

/* Returns the file below /proc/sys that the tuning plugin writes for KEY of its sysctl, such as
 * "net/ipv4/conf/IFNAME/arp_filter"; NULL if it is not below /proc/sys/net. */
const char *dw_tuning_setting(struct dw_arena *arena, const char *key) __attribute__((nonnull));

/* What connects the pods of a network with others. */
enum dw_wire_kind {
  DW_WIRE_UNKNOWN, /* the plugin is not known */
  DW_WIRE_HIDDEN,  /* a NIC of the node that the configuration does not name */
  DW_WIRE_NIC,     /* the NIC or bridge `nic` */
  DW_WIRE_NODE,    /* no wire: only pods on the same node are connected */
  DW_WIRE_OVERLAY  /* a separate, isolated network (OVN-Kubernetes layer2 and layer3) */
};
enum { DW_VLAN_SEVERAL = -1 };
struct dw_wire {
  enum dw_wire_kind kind;
  const char *nic; /* "" unless NIC; without a VLAN suffix such as ".100" */
  int vlan;        /* 0 if untagged; DW_VLAN_SEVERAL for a trunk, or if not known */
};
struct dw_wire dw_wire_of(struct dw_arena *arena, const struct dw_cni_plugin *plugin) __attribute__((nonnull));
/* Returns the name of the node's own interface on that wire ("bond2", "bond2.100"); NULL if it is not known. */
const char *dw_wire_nic(struct dw_arena *arena, const struct dw_wire *wire) __attribute__((nonnull));

enum dw_wires {
  DW_WIRES_SAME,   /* the same, or nothing shows that they differ */
  DW_WIRES_UNSURE, /* different NICs, which may be connected to the same switch, or an unknown plugin */
  DW_WIRES_APART   /* never the same */
};
enum dw_wires dw_wires_compare(const struct dw_wire *a, const struct dw_wire *b) __attribute__((nonnull));

enum { DW_IFNAME_SIZE = 16 }; /* with the NUL; <linux/if.h> IFNAMSIZ */
/* A name that Linux accepts for an interface: 1 to 15 bytes without '/', ':', white space or '%' (which the kernel
 * would replace by a number), and not "." or "..". Source: dev_valid_name() and __dev_alloc_name() in net/core/dev.c.
 */
bool dw_is_interface_name(const char *name) __attribute__((nonnull));
/* The same, or an alternative name of a NIC: up to 127 bytes (ALTIFNAMSIZ), and '%' is allowed. The kernel accepts more
 * in alternative names, but neither udev nor `ip` before 6.18 creates such names. */
bool dw_is_interface_altname(const char *name) __attribute__((nonnull));
/* A network name that libcni accepts: ^[a-zA-Z0-9][a-zA-Z0-9_.\-]*$. Source: libcni/api.go, utils.ValidateNetworkName.
 */
bool dw_is_cni_name(const char *name) __attribute__((nonnull));
/* A version of the CNI specification: 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0 or 1.1.0. */
bool dw_is_cni_version(const char *version) __attribute__((nonnull));
/* The version that libcni chooses from a list's `cniVersions` and `cniVersion`. */
struct dw_version_choice {
  const char *text; /* "" if there is none */
  size_t index;     /* in `cniVersions`, if of_list */
  bool of_list;     /* it is from `cniVersions`, not from `cniVersion` */
  bool unreadable;  /* one of them can't be read, so libcni fails */
};
/* Returns false if there is no choice, because `cniVersions` is absent or empty. */
bool dw_cni_version_chosen(const struct dw_cni_config *config, struct dw_version_choice *out) __attribute__((nonnull));
/* Returns the version that the plugins receive; "0.1.0" if there is none, NULL if it can't be read. */
const char *dw_cni_version_in_force(const struct dw_cni_config *config) __attribute__((nonnull));

#endif
