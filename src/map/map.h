/* The address map: which addresses a cluster uses, which are free between them, and which node has which NIC. It is
 * built once from a world and then rendered as text, SVG or HTML. All of it belongs to the arena that it was built in;
 * it contains no pointers into the world. Texts are copied from the input unchanged and may contain any bytes, so the
 * renderers must escape them. The same world and options always give the same map. */
#ifndef MAP_MAP_H
#define MAP_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cluster/view.h"
#include "net/interval.h"

enum dw_map_kind {
  DW_MAP_CLUSTER_NETWORK, /* pod network, service network, machine network ... */
  DW_MAP_MIGRATION_POOL,  /* a pool of a migration network */
  DW_MAP_POOL,            /* a pool of another NAD */
  DW_MAP_REMOTE,          /* a remote cluster's range (policy) */
  DW_MAP_ADDRESSES,       /* addresses of nodes or their NICs that are in none of the networks above */
  DW_MAP_KINDS
};
/* "cluster network", "migration pool", "other pool", "remote cluster", "node addresses". */
const char *dw_map_kind_name(enum dw_map_kind kind) __attribute__((returns_nonnull));

enum { DW_MAP_OVERLAPS_SHOWN = 3, DW_MAP_SUGGESTIONS = 5, DW_MAP_NADS_SHOWN = 8, DW_MAP_FINDINGS_SHOWN = 1000 };

/* A network, pool or group of addresses in use. */
struct dw_map_entry {
  enum dw_map_kind kind;
  struct dw_interval span; /* the whole subnet or range; for ADDRESSES, from the lowest to the highest */
  struct dw_interval pool; /* for pools, from the first to the last address that is handed out; otherwise `span` */
  const char *text;        /* "10.128.0.0/14"; "192.168.1.10-192.168.1.13" if it is not a CIDR */
  const char *name;        /* "pod network", "NAD ns/name", "remote cluster east", "node addresses" */
  const char *object;      /* where it is defined: "Network cluster", "NetworkAttachmentDefinition ns/name", "policy",
                              "Node worker-1 and 3 more" */
  const char *field;       /* of the object: "spec.config.ipam.range"; "" if no single field defines it */
  size_t copies;           /* other NADs with an identical pool (intentional: none of them is a migration network) */
  uint64_t usable;         /* number of addresses: for pools, those that can be handed out; for ADDRESSES, those seen;
                              otherwise all of `span`. UINT64_MAX: that many or more */
  uint64_t needed;         /* addresses that a migration pool needs; 0 for others, or if the nodes are unknown */
  bool crowded;            /* a migration pool with usable < needed */
  size_t overlap_count;    /* conflicts with others, as the overlap rules define them; at most 1000 */
  const char *overlaps[DW_MAP_OVERLAPS_SHOWN]; /* the first of them, then NULL: "pod network 10.128.0.0/14" */
};

/* The free addresses between two entries. */
struct dw_map_gap {
  struct dw_interval span;
  const char *text;        /* "10.0.0.0-10.127.255.255" */
  uint64_t size;           /* number of addresses; UINT64_MAX: that many or more */
  struct dw_prefix widest; /* the widest aligned block in it; of several, the lowest */
  const char *widest_text; /* "10.0.0.0/9" */
};

/* One line of an area: an entry or a gap; the other one is NULL. */
struct dw_map_row {
  const struct dw_map_entry *entry;
  const struct dw_map_gap *gap;
};

/* How many aligned blocks of one size are free in an area. */
struct dw_map_room {
  unsigned bits;   /* /24: 24 */
  uint64_t fits;   /* how many blocks of this size fit into the free space */
  uint64_t blocks; /* how many blocks of exactly this size remain if the free space is cut into as few as possible */
};

/* A private range, or all other addresses of a family. */
struct dw_map_area {
  bool v4;
  bool private_range;      /* only then it has gaps and room */
  struct dw_interval span; /* of a private range */
  const char *title;       /* "10.0.0.0/8", "fc00::/7", "other IPv4 addresses" */
  struct dw_map_row *rows; /* entries and gaps by first address; an entry comes before those inside it */
  size_t row_count;
  size_t entry_count, gap_count;
  struct dw_map_room *room; /* from the widest size that fits to /30 (IPv6: /64); empty if nothing is free */
  size_t room_count;
};

/* A block of the requested size that overlaps nothing. */
struct dw_map_suggestion {
  struct dw_prefix prefix;
  const char *text;    /* "192.168.100.0/24" */
  uint64_t usable;     /* number of addresses that whereabouts hands out from it */
  const char *caution; /* why others are better: "Docker's default network"; NULL if there is no reason */
  bool tight;          /* it fits, but fewer addresses than dw_spare_addresses() are left over */
};

/* One NIC on the nodes of a group. */
struct dw_map_cell {
  uint32_t nic; /* index into dw_map.nics */
  uint32_t mtu; /* 0: unknown */
  bool up;
  bool bridge;   /* a Linux bridge */
  bool portless; /* a Linux bridge without a port: it connects no nodes */
  bool bond;
  bool own_address;       /* has an address that the node is known by (InternalIP) */
  bool default_route;     /* the default route uses it */
  bool primary;           /* it, or the bond or bridge that it is a port of, has one of the two: unfit for migrations */
  const char *controller; /* the bond or bridge that it is a port of; NULL: none */
  const char *base;       /* the NIC below it; NULL if it is not a VLAN */
  uint16_t vlan;          /* its VLAN; 0 if it is not a VLAN */
};

/* Nodes that run virt-handler and have the same cells. */
struct dw_map_nodes {
  const char *label;  /* "worker-1 ... worker-37 (37 nodes)" */
  const char **names; /* in natural order: worker-2 before worker-10 */
  size_t count;
  bool known;                /* they have a NodeNetworkState */
  struct dw_map_cell *cells; /* sorted by `nic`; one for each NIC that exists */
  size_t cell_count;
};
/* The cell of a NIC; NULL if the nodes do not have it or their NICs are unknown. */
const struct dw_map_cell *dw_map_cell(const struct dw_map_nodes *nodes, size_t nic) __attribute__((nonnull));

/* A NIC name that occurs on one or more nodes. Loopback, tunnels, veths and the ports of OVS bridges are left out,
 * unless a NAD uses them. */
struct dw_map_nic {
  const char *name;                    /* first, for dw_map_by_name() */
  size_t nodes;                        /* virt-handler nodes that have it */
  bool migration;                      /* a migration network's NAD uses it */
  size_t nad_count;                    /* NADs that use it as master or bridge */
  const char *nads[DW_MAP_NADS_SHOWN]; /* the first of them: "ns/name" */
};

/* What the audit found in an existing object. */
struct dw_map_finding {
  const char *object; /* "NetworkAttachmentDefinition ns/name" */
  bool deny;          /* false: a warning */
  const char *rule;
  const char *field;
  const char *message; /* what is wrong and how to fix it; without the rule's id */
  bool migration;      /* the object is the configured migration network, or what configures it */
};

/* The configured migration network: what `network` of the map names. */
struct dw_map_migration {
  const char *set_by; /* "HyperConverged ns/name": the object in force; NULL: there is none */
  const char *object; /* "NetworkAttachmentDefinition ns/name"; NULL: no network is set, or the setting is not valid */
  bool exists;        /* that NAD exists, and what follows is from its configuration */
  const char *type;   /* of its first plugin: "macvlan"; "" if unreadable */
  const char *nic;    /* the NIC or bridge of the nodes; NULL: none */
  unsigned vlan;      /* 0: none */
  uint32_t mtu;       /* from the configuration, or else the lowest of the NIC; 0: unknown */
  bool mtu_set;       /* it is from the configuration */
  uint32_t speed;     /* of the NIC, in Mbit/s, on the slowest node; 0: unknown */
};

struct dw_map {
  const char *ns;      /* the policy's namespace */
  const char *network; /* the configured migration network: the name of a NAD there; NULL: none */
  struct dw_map_migration migration;
  bool settings_known;          /* HyperConverged and KubeVirt could be read */
  struct dw_map_entry *entries; /* by first address, IPv4 before IPv6; of those with one first address, wider first */
  size_t entry_count;
  struct dw_map_area *areas; /* IPv4: 10/8, 172.16/12, 192.168/16, others; IPv6: fc00::/7, others. Without entries, only
                                the private IPv4 ranges are included */
  size_t area_count;

  unsigned asked_bits;  /* the requested size; 0: none, so the smallest that fits */
  unsigned wanted_bits; /* the size of the suggestions: the requested one, or the smallest that fits, if that one is too
                         * small or none was requested; 0: no suggestions requested */
  bool wanted_v4;
  struct dw_map_suggestion suggestions[DW_MAP_SUGGESTIONS]; /* best first */
  size_t suggestion_count;

  size_t handler_nodes;       /* nodes that run virt-handler */
  size_t unknown_nodes;       /* those of them without a NodeNetworkState */
  uint64_t needed;            /* addresses that a migration network needs; 0 if the nodes are unknown */
  unsigned needed_by_sync;    /* those of them for virt-synchronization-controller */
  unsigned sync_surge;        /* those of them that it needs only while it is updated */
  struct dw_map_nodes *nodes; /* groups, by their first node; unknown nodes last */
  size_t node_group_count;
  struct dw_map_nic *nics; /* in natural order */
  size_t nic_count;

  struct dw_map_finding *findings; /* denials first; at most DW_MAP_FINDINGS_SHOWN of each action */
  size_t finding_count;
  size_t denials, warnings; /* all of them, including those that are not in `findings` */
  size_t audited;           /* number of objects */

  const char **notes; /* what is unknown, one sentence each */
  size_t note_count;
};

struct dw_map_options {
  int family;            /* 4 or 6: only this family; 0: both */
  unsigned suggest_bits; /* size of the ranges to suggest; 0: suggest none */
  bool suggest_v4;
  bool suggest_fitting;              /* suggest ranges of the smallest size that fits; suggest_bits is 0 */
  const struct dw_interval *avoided; /* also in use, without being shown; must outlive the call */
  size_t avoided_count;
};

/* Returns true if blocks of this size can be suggested: /8 to /30 for IPv4, /48 to /126 for IPv6. */
bool dw_map_can_suggest(bool v4, unsigned bits);
/* Returns true if a range of this size has fewer usable addresses than a migration network needs, so that rule
 * pool-too-small denies it. False if it is unknown how many are needed. */
bool dw_map_is_too_small(const struct dw_map *map, bool v4, unsigned bits) __attribute__((nonnull));

/* Also runs the audit. The map is in ARENA; never NULL. */
struct dw_map *dw_map_build(struct dw_arena *arena, const struct dw_world *world, const struct dw_map_options *options)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));

/* --- renderers: each appends to OUT --- */

struct dw_map_text_options {
  unsigned columns; /* 40 to 160; other values are clamped */
  bool utf8;        /* use block characters; false: only ASCII */
  bool color;       /* use ANSI sequences */
};
void dw_map_text(const struct dw_map *map, const struct dw_map_text_options *options, struct dw_buf *out)
    __attribute__((nonnull));
/* One JSON object (docs/map.md). It covers what the text covers. */
void dw_map_json(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
/* One <svg> element. It can be embedded in an HTML page: it has no XML declaration, and all selectors of its style and
 * all ids begin with "dwmap". */
void dw_map_svg(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
/* What the page says about itself. */
struct dw_map_page {
  const char *source; /* "API server https://...", "state folder DIR"; NULL: not shown */
  int64_t created;    /* in seconds since 1970; negative: not shown */
};
/* One self-contained HTML page. */
void dw_map_html(const struct dw_map *map, const struct dw_map_page *page, struct dw_buf *out) __attribute__((nonnull));

#endif
