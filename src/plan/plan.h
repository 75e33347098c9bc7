/* Plans a migration network for a cluster: which NIC or bridge of the nodes, which range, which name, and the manifests
 * that result. Pure: takes a world and the user's options, and gives candidates with reasons, and texts. Whether a
 * candidate fits is decided by the rules themselves, which judge a NAD that uses it. Everything is in the plan's arena.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "cluster/view.h"
#include "map/map.h"

enum dw_plan_plugin { DW_PLAN_ANY_PLUGIN, DW_PLAN_MACVLAN, DW_PLAN_BRIDGE };

/* What the user asks for. Zero or NULL: the plan chooses. */
struct dw_plan_options {
  const char *nic; /* a NIC, bond, VLAN or bridge of the nodes */
  unsigned vlan;
  enum dw_plan_plugin plugin;
  const char *range; /* as whereabouts reads it */
  unsigned bits;     /* size of the range: 24 for /24 */
  bool v6;
  const struct dw_interval *excludes; /* addresses that others on the wire use */
  size_t exclude_count;
  const char *name;            /* of the NAD */
  bool replace;                /* although there is a migration network */
  const char *const *accepted; /* ids of rules whose warnings the user accepts */
  size_t accepted_count;
};

/* Why a candidate does not fit. */
struct dw_plan_fault {
  const char *rule; /* its id; NULL if none says so */
  const char *text; /* what is wrong: "is not up on worker-2" */
  const char *fix;  /* NULL if there is nothing to add */
};

enum dw_plan_creates {
  DW_PLAN_CREATES_NOTHING, /* the nodes have the NIC or bridge */
  DW_PLAN_CREATES_VLAN,    /* a NodeNetworkConfigurationPolicy creates a VLAN of `nic` */
  DW_PLAN_CREATES_BRIDGE   /* it creates a bridge with the port `nic` */
};

/* A NIC or bridge of the nodes, and how the network would use it. */
struct dw_plan_link {
  const char *nic;  /* what the nodes have */
  const char *used; /* the NAD's master or bridge: `nic`, or what is created on it */
  enum dw_plan_plugin plugin;
  unsigned vlan; /* that the bridge plugin tags; 0: none */
  enum dw_plan_creates creates;
  const char *policy; /* YAML of the NodeNetworkConfigurationPolicy; NULL if nothing is created */
  uint8_t type;       /* enum dw_nic_type */
  uint32_t mtu;       /* the lowest on the nodes; 0 if unknown */
  bool mtu_differs;
  uint32_t speed;        /* Mbit/s, the lowest; 0 if unknown */
  bool has_addresses;    /* nodes have addresses on it */
  bool carries_nodes;    /* the node's own traffic uses the same wire, on another VLAN */
  size_t nad_count;      /* other NADs that use it */
  const char *first_nad; /* the first of them */
  const char *words;     /* "25 Gbit/s, MTU 9000, up on all 6 nodes" */
  const char *cautions;  /* what speaks against it: "; nodes have addresses on it"; "" for nothing */
  struct dw_plan_fault *faults;
  size_t fault_count; /* 0: it fits */
};

/* A range, and what is excluded from it. */
struct dw_plan_range {
  const char *text; /* as whereabouts reads it */
  uint64_t usable;  /* addresses that are handed out; UINT64_MAX: that many or more */
  const char *words;
  const char **excludes; /* CIDRs of addresses that are already in use */
  size_t exclude_count;
  const char *exclude_words; /* whose they are; "" if there are none */
  struct dw_plan_fault *faults;
  size_t fault_count;
};

/* A manifest to write. */
struct dw_plan_document {
  const char *file; /* "migration-network.yaml" */
  const char *what; /* "NAD openshift-cnv/migration-network" */
  const char *text;
  bool first; /* must be applied, and have succeeded, before the others */
};

enum { DW_PLAN_DOCUMENTS = 3 };

struct dw_plan {
  struct dw_arena *arena;
  const struct dw_world *world;
  struct dw_plan_options options;

  const struct dw_object *user; /* the HyperConverged or KubeVirt that will name the network */
  const char *user_version;     /* its apiVersion */
  const char *eviction;         /* its evictionStrategy; NULL if not set */
  const char *network;          /* the network that it names now; NULL: none */
  bool network_exists;          /* the NAD of that name exists */

  size_t handler_nodes, network_nodes, unknown_nodes;
  struct dw_sync_controllers sync;
  uint64_t needed; /* addresses: nodes, sync controllers and one more during an update */
  uint64_t wanted; /* with room for twice as many, and for 16 more at least */

  struct dw_plan_link *links; /* those that fit first, best first */
  size_t link_count, fitting_links;
  struct dw_plan_range *ranges; /* those that fit, best first; a range that the user gave in any case */
  size_t range_count;
  const struct dw_plan_range *refused; /* a free range that the rules find fault with all the same; NULL if none */

  const struct dw_plan_link *link; /* chosen */
  const struct dw_plan_range *range;
  const char *name;
  bool v6;
};

/* Reads the world. -1 with the reason if no network can be planned: no HyperConverged or KubeVirt, no nodes, ... */
int dw_plan_begin(struct dw_arena *arena, const struct dw_world *world, const struct dw_plan_options *options,
                  struct dw_plan *out, struct dw_error *err) __attribute__((nonnull(1, 2, 3, 4), warn_unused_result));

/* Fills in `links`. If the user named a NIC, it is the only one. May be called again after the options changed. */
void dw_plan_find_links(struct dw_plan *plan) __attribute__((nonnull));
/* Whether the best two links differ in nothing but their names, so that only a person knows which one to use. */
bool dw_plan_link_is_tie(const struct dw_plan *plan) __attribute__((nonnull));

/* Fills in `ranges` for the chosen link. */
void dw_plan_find_ranges(struct dw_plan *plan) __attribute__((nonnull));
/* The range TEXT, judged. */
struct dw_plan_range dw_plan_read_range(const struct dw_plan *plan, const char *text) __attribute__((nonnull));

/* Why NAME can't be the name of the new NAD; NULL if it can. */
const char *dw_plan_name_fault(const struct dw_plan *plan, const char *name) __attribute__((nonnull));
/* A name that is free: that of the NAD that is missing, or migration-network, migration-network-2 ... */
const char *dw_plan_free_name(const struct dw_plan *plan) __attribute__((nonnull, returns_nonnull));

/* Writes the manifests of the chosen link, range and name to OUT, and returns their number. */
size_t dw_plan_write(const struct dw_plan *plan, struct dw_plan_document out[DW_PLAN_DOCUMENTS])
    __attribute__((nonnull));
/* A kustomization.yaml for them. */
const char *dw_plan_kustomization(const struct dw_plan *plan, const struct dw_plan_document *documents, size_t count)
    __attribute__((nonnull, returns_nonnull));

/* Whether a warning of this rule does not matter: the user accepts it, or it is about the moment at which the network
 * is switched on (network-change, migrations-running), not about what is written. */
bool dw_plan_accepts(const struct dw_plan *plan, const char *rule) __attribute__((nonnull));

#endif
