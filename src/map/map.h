/* The address map: what a cluster uses, what is free between it, and which node has which NIC; built once from a world
 * and then rendered as text, SVG or HTML. All of it lives in the arena that it was built in, and holds no pointer into
 * the world. Texts come from input as they are (any bytes): who prints them escapes them (dw_markup_text() for SVG and
 * HTML). Same world and options, same map. */
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
  DW_MAP_ADDRESSES,       /* nodes' or their NICs' own addresses, where no network above tells of them */
  DW_MAP_KINDS
};
/* "cluster network", "migration pool", "other pool", "remote cluster", "node addresses". */
const char *dw_map_kind_name(enum dw_map_kind kind) __attribute__((returns_nonnull));

enum { DW_MAP_OVERLAPS_SHOWN = 3, DW_MAP_SUGGESTIONS = 5, DW_MAP_NADS_SHOWN = 8, DW_MAP_FINDINGS_SHOWN = 1000 };

/* One thing that uses addresses. */
struct dw_map_entry {
  enum dw_map_kind kind;
  struct dw_interval span; /* the whole subnet or range; of ADDRESSES from the lowest to the highest */
  struct dw_interval pool; /* of pools: from the first to the last address that is handed out; else as `span` */
  const char *text;        /* "10.128.0.0/14"; "192.168.1.10-192.168.1.13" where it is no CIDR */
  const char *name;        /* "pod network", "NAD ns/name", "remote cluster east", "node addresses" */
  const char *object;      /* who tells of it: "Network cluster", "NetworkAttachmentDefinition ns/name", "policy",
                              "Node worker-1 and 3 more" */
  const char *field;       /* in it: "spec.config.ipam.range"; "" where none */
  size_t copies;           /* further NADs with the identical pool (on purpose: none is a migration network) */
  uint64_t usable;         /* addresses: of pools what can be handed out, of ADDRESSES those seen, else all of the span
                              (UINT64_MAX: more) */
  uint64_t needed;         /* of migration pools where the nodes are known; else 0 */
  bool crowded;            /* of migration pools: usable < needed */
  size_t overlap_count;    /* what it is in conflict with, as the overlap rules see it (counted up to 1000) */
  const char *overlaps[DW_MAP_OVERLAPS_SHOWN]; /* some of these, then NULL: "pod network 10.128.0.0/14" */
};

/* Free room between entries, as wide as it goes. */
struct dw_map_gap {
  struct dw_interval span;
  const char *text;        /* "10.0.0.0-10.127.255.255" */
  uint64_t size;           /* addresses; UINT64_MAX where there are more */
  struct dw_prefix widest; /* the widest aligned block in it (the first of these) */
  const char *widest_text; /* "10.0.0.0/9" */
};

/* One line of an area: either of the two. */
struct dw_map_row {
  const struct dw_map_entry *entry;
  const struct dw_map_gap *gap;
};

/* How many aligned blocks of one size are free in an area. */
struct dw_map_room {
  unsigned bits;   /* /24: 24 */
  uint64_t fits;   /* so many of this size can be had side by side */
  uint64_t blocks; /* free blocks of just this size when free room is cut into as few blocks as can be */
};

/* A private range, or the rest of a family's addresses. */
struct dw_map_area {
  bool v4;
  bool private_range;      /* gaps and room are told */
  struct dw_interval span; /* where private_range */
  const char *title;       /* "10.0.0.0/8", "fc00::/7", "other IPv4 addresses" */
  struct dw_map_row *rows; /* entries and gaps by first address; an entry stands before what lies inside it */
  size_t row_count;
  size_t entry_count, gap_count;
  struct dw_map_room *room; /* from the widest size that fits to /30 (IPv6: /64); none where nothing is free */
  size_t room_count;
};

/* A block of the wanted size that overlaps nothing. */
struct dw_map_suggestion {
  struct dw_prefix prefix;
  const char *text;    /* "192.168.100.0/24" */
  uint64_t usable;     /* addresses that whereabouts hands out of it */
  const char *caution; /* why others come before it: "Docker's default network"; NULL where nothing speaks against it */
};

/* One NIC on the nodes of a group. */
struct dw_map_cell {
  uint32_t nic; /* index into dw_map.nics */
  uint32_t mtu; /* 0 where not told */
  bool up;
  bool bridge;            /* a Linux bridge */
  bool portless;          /* a Linux bridge without a port: it connects no nodes */
  bool own_address;       /* carries an address that the node is known by (InternalIP) */
  bool default_route;     /* the default route leaves here */
  bool primary;           /* one of the two, or the bond or bridge above it does: no NIC for migrations */
  const char *controller; /* the bond or bridge above it; NULL where none */
};

/* Nodes that run virt-handler and whose NICs are alike in all of that. */
struct dw_map_nodes {
  const char *label;  /* "worker-1 ... worker-37 (37 nodes)" */
  const char **names; /* in natural order: worker-2 before worker-10 */
  size_t count;
  bool known;                /* a NodeNetworkState tells of their NICs */
  struct dw_map_cell *cells; /* by nic, rising; only NICs that are there */
  size_t cell_count;
};
/* The cell of a NIC, NULL where the nodes do not have it (or are not known). */
const struct dw_map_cell *dw_map_cell(const struct dw_map_nodes *nodes, size_t nic) __attribute__((nonnull));

/* One NIC name over all nodes. Left out are loopback, tunnels, veths and what hangs below an OVS bridge, unless a NAD
 * names it. */
struct dw_map_nic {
  const char *name;
  size_t nodes;                        /* virt-handler nodes that have it */
  bool migration;                      /* a migration network's NAD uses it */
  size_t nad_count;                    /* NADs that use it as master or bridge */
  const char *nads[DW_MAP_NADS_SHOWN]; /* the first of these: "ns/name" */
};

/* What the audit finds in existing objects. */
struct dw_map_finding {
  const char *object; /* "NetworkAttachmentDefinition ns/name" */
  bool deny;          /* else it warns */
  const char *rule;
  const char *field;
  const char *message; /* what is wrong and how to fix it; without the rule's id */
};

struct dw_map {
  const char *ns;               /* the policy's namespace */
  const char *network;          /* the migration network that is set: a NAD's name there; NULL where none */
  struct dw_map_entry *entries; /* by first address, IPv4 before IPv6; of one first address the wider first */
  size_t entry_count;
  struct dw_map_area *areas; /* IPv4: 10/8, 172.16/12, 192.168/16, others; IPv6: fc00::/7, others; those with nothing to
                                tell are left out */
  size_t area_count;

  unsigned wanted_bits; /* 0: none wanted */
  bool wanted_v4;
  struct dw_map_suggestion suggestions[DW_MAP_SUGGESTIONS]; /* the best first */
  size_t suggestion_count;

  size_t handler_nodes;       /* nodes that run virt-handler */
  size_t unknown_nodes;       /* of these, without a NodeNetworkState */
  uint64_t needed;            /* addresses that a migration network needs; 0 where the nodes are not known */
  unsigned needed_by_sync;    /* of these, by virt-synchronization-controller */
  struct dw_map_nodes *nodes; /* groups, by their first node; those unknown last */
  size_t node_group_count;
  struct dw_map_nic *nics; /* in natural order */
  size_t nic_count;

  struct dw_map_finding *findings; /* denials first; at most DW_MAP_FINDINGS_SHOWN of each action */
  size_t finding_count;
  size_t denials, warnings; /* all that there are */
  size_t audited;           /* objects */

  const char **notes; /* what is not known, one sentence each */
  size_t note_count;
};

struct dw_map_options {
  int family;            /* 4 or 6: only that; 0 both */
  unsigned suggest_bits; /* wanted size, 0 for none */
  bool suggest_v4;
};

/* Whether blocks of this size are suggested: /8 to /30 of IPv4, /48 to /126 of IPv6. */
bool dw_map_can_suggest(bool v4, unsigned bits);

/* Never NULL. Runs the audit too. */
struct dw_map *dw_map_build(struct dw_arena *arena, const struct dw_world *world, const struct dw_map_options *options)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));

/* --- renderers: each appends to OUT --- */

struct dw_map_text_options {
  unsigned columns; /* 40 to 160; others are brought there */
  bool utf8;        /* block characters; else ASCII */
  bool color;       /* ANSI sequences */
};
void dw_map_text(const struct dw_map *map, const struct dw_map_text_options *options, struct dw_buf *out)
    __attribute__((nonnull));
/* One <svg> element, without an XML declaration so that it can stand inside an HTML page; every selector of its style
 * and every id begins with "dwmap". */
void dw_map_svg(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
/* One self-contained HTML page. */
void dw_map_html(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));

#endif
