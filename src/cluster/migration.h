/* The live-migration block of a HyperConverged (v1beta1, v1) or KubeVirt, read in one form. */
#ifndef CLUSTER_MIGRATION_H
#define CLUSTER_MIGRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "cluster/policy.h"
#include "cni/cni.h"
#include "json/json.h"

/* Where an object keeps the block. */
enum dw_layout {
  DW_LAYOUT_HCO_V1BETA1, /* spec.liveMigrationConfig */
  DW_LAYOUT_HCO_V1,      /* spec.virtualization.liveMigrationConfig */
  DW_LAYOUT_KUBEVIRT,    /* spec.configuration.migrations */
  DW_LAYOUT_POLICY,      /* spec: a MigrationPolicy's own fields, which hold for some VMs */
  DW_LAYOUT_COUNT
};
bool dw_layout_is_hco(enum dw_layout layout);

/* How virt-synchronization-controller, whose pods take addresses of the migration network too, is rolled out. */
struct dw_rollout {
  bool decentralized; /* the feature gate decentralizedLiveMigration is on: there are such pods */
  bool by_default;    /* ... and nothing says so but HyperConverged's default of today */
  bool infra_placed;  /* spec.infra has a nodePlacement, which replaces KubeVirt's own: control-plane nodes */
  bool patched;       /* customizeComponents may move the pods */
  int replicas;       /* spec.infra.replicas of KubeVirt; -1 where it is not set */
};

/* KubeVirt's own pods. */
struct dw_deployment {
  struct dw_rollout rollout;
  const dw_json *workloads; /* nodePlacement of virt-handler; NULL where none is set */
  const dw_json *infra;     /* of virt-synchronization-controller */
};

/* Where a KubeVirt has the block, which HyperConverged's jsonpatch writes to. */
#define DW_KUBEVIRT_BLOCK "spec.configuration.migrations"

struct dw_migration_config {
  enum dw_layout layout;
  const dw_json *spec, *parent, *block; /* NULL where absent or no object; PARENT holds the block */
  /* "spec.liveMigrationConfig" (HyperConverged v1beta1), "spec.virtualization.liveMigrationConfig" (v1),
   * DW_KUBEVIRT_BLOCK: where the block is, or would be. */
  const char *block_field;
  const char *wrong_type_field; /* the block or a parent of it is there and no object: its path; else NULL */
  const dw_json *wrong_type;    /* what is there instead */
  struct dw_value network;      /* text NULL where absent; "" counts as absent */
  /* From here to eviction_strategy: what is in force, of a HyperConverged the jsonpatch's where that sets it
   * (dw_patched_field()). */
  struct dw_value limits[DW_LIMIT_COUNT];
  struct dw_value bandwidth;         /* bandwidthPerMigration */
  struct dw_value allow_post_copy;   /* allowPostCopy */
  struct dw_value allow_disruption;  /* allowWorkloadDisruption */
  struct dw_value eviction_strategy; /* spec.evictionStrategy, spec.virtualization.evictionStrategy,
                                        spec.configuration.evictionStrategy */
  struct dw_deployment deployment;   /* of a HyperConverged: of the KubeVirt that it makes, its jsonpatch applied */
  bool hco_managed;                  /* label app.kubernetes.io/managed-by: hco-operator */
  /* HyperConverged's annotation kubevirt.kubevirt.io/jsonpatch, and what becomes of it. */
  const dw_json *jsonpatch_annotation; /* NULL where absent */
  const dw_json *jsonpatch_operations; /* its text, read; NULL where it is not a list */
  enum {
    DW_JSONPATCH_NONE,
    DW_JSONPATCH_UNREADABLE, /* it is not a JSON Patch, or not one that can be applied to anything */
    DW_JSONPATCH_OUTSIDE,    /* some path is outside /spec/, so HyperConverged applies none of it */
    DW_JSONPATCH_OPAQUE,     /* it may be applied, with an effect that is not known */
    DW_JSONPATCH_SETS
  } jsonpatch;
  struct dw_value jsonpatch_network; /* where SETS: the network that is left in force after the whole patch; field is
                                        "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]" */
  const dw_json *jsonpatch_spec;     /* what the annotation puts into KubeVirt's spec; NULL if that is unknown */
  /* A part of KubeVirt's object that the annotation replaces as a whole, with what HyperConverged put there. */
  struct dw_jsonpatch_loss {
    const char *path; /* the operation's, as written; NULL where nothing is replaced */
    size_t op;        /* its place in the list */
    bool gates;       /* the feature gates are in it, else the network */
    bool limits;      /* and the limits */
    bool removes;     /* the operation is "remove" */
    bool for_good;    /* HyperConverged's decoder does not merge what was there back */
    int line, column; /* as jsonpatch_line: where the path is */
  } jsonpatch_loss;
  /* The first operation that can't be applied to the KubeVirt that HyperConverged makes of this object. */
  struct dw_jsonpatch_failure {
    const char *name, *path; /* the operation's, as written; NULL where none is known to fail */
    bool differs;            /* a "test" of another value, else of what is not there */
    int line, column;        /* as jsonpatch_line: where the path is */
  } jsonpatch_failure;
  /* Patches of KubeVirt's own workloads (spec.customizeComponents), the annotation's among them. */
  struct dw_component_patch {
    const char *field;
    const dw_json *json;
  } * component_patches;
  size_t component_patch_count, component_patch_capacity;
  /* Inside the annotation's text, in bytes: where that network is, or where the text stops being JSON; 0 if neither
   * applies. */
  int jsonpatch_line, jsonpatch_column;
};

/* KIND is DW_KIND_HYPERCONVERGED or DW_KIND_KUBEVIRT according to JSON's own kind; the version follows from its
 * apiVersion. Strings point into JSON's arena or ARENA, whichever; json pointers are valid only as long as JSON is. */
void dw_migration_read(struct dw_arena *arena, const dw_json *json, struct dw_migration_config *out)
    __attribute__((nonnull(1, 3)));

/* The network that virt-operator ends up with: the jsonpatch's where it sets one, else the field's; NULL where none. */
const char *dw_migration_network(const struct dw_migration_config *config) __attribute__((nonnull));

/* The annotation by which a HyperConverged sets VALUE, of CONFIG, whose field is then KubeVirt's; NULL where VALUE is
 * the object's own. */
const char *dw_patched_field(const struct dw_migration_config *config, const struct dw_value *value)
    __attribute__((nonnull));

/* The NAD that a network's text names. */
struct dw_nad_name {
  const char *ns;
  const char *name;
};

/* Reads TEXT, to which virt-operator appends "@migration0": "name" or "ns/name", with white space around either, which
 * Multus trims. NS is the namespace of the pods, where a name without a namespace is looked up. False where TEXT names
 * no NAD, several NADs or an interface too. Source: Multus pkg/k8sclient, parsePodNetworkAnnotation() and
 * parsePodNetworkObjectName(). */
bool dw_network_read(struct dw_arena *arena, const char *ns, const char *text, struct dw_nad_name *out)
    __attribute__((nonnull));

/* Whether Multus accepts TEXT as the name of a NAD or namespace: a DNS label, but of any length. */
bool dw_is_attachable(const char *text) __attribute__((nonnull));

/* Whether TEXT holds nothing but blanks. */
bool dw_is_blank_text(const char *text) __attribute__((nonnull));

#endif
