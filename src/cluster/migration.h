/* The live-migration block of a HyperConverged (v1beta1, v1), KubeVirt or MigrationPolicy, in a common form. */
#ifndef CLUSTER_MIGRATION_H
#define CLUSTER_MIGRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "cluster/policy.h"
#include "cni/cni.h"
#include "json/json.h"

/* Where an object contains the block. */
enum dw_layout {
  DW_LAYOUT_HCO_V1BETA1, /* spec.liveMigrationConfig */
  DW_LAYOUT_HCO_V1,      /* spec.virtualization.liveMigrationConfig */
  DW_LAYOUT_KUBEVIRT,    /* spec.configuration.migrations */
  DW_LAYOUT_POLICY,      /* spec: the fields of a MigrationPolicy, which apply to some VMs */
  DW_LAYOUT_COUNT
};
bool dw_layout_is_hco(enum dw_layout layout);

/* The rollout of virt-synchronization-controller, whose pods also have addresses in the migration network. */
struct dw_rollout {
  bool decentralized; /* the feature gate decentralizedLiveMigration is on, so there are such pods */
  bool by_default;    /* it is on only because that is HyperConverged's current default */
  bool infra_placed;  /* spec.infra has a nodePlacement, which replaces KubeVirt's default, control-plane nodes */
  bool patched;       /* customizeComponents may move the pods */
  int replicas;       /* spec.infra.replicas of KubeVirt; -1 if not set */
};

/* KubeVirt's own pods. */
struct dw_deployment {
  struct dw_rollout rollout;
  const dw_json *workloads; /* nodePlacement of virt-handler; NULL if not set */
  const dw_json *infra;     /* of virt-synchronization-controller */
};

/* The block of a KubeVirt, which HyperConverged's jsonpatch may change. */
#define DW_KUBEVIRT_BLOCK "spec.configuration.migrations"

struct dw_migration_config {
  enum dw_layout layout;
  const dw_json *spec, *parent, *block; /* NULL if absent or not an object; PARENT contains the block */
  /* "spec.liveMigrationConfig" (HyperConverged v1beta1), "spec.virtualization.liveMigrationConfig" (v1),
   * DW_KUBEVIRT_BLOCK: the path of the block, even if it is absent. */
  const char *block_field;
  const char *wrong_type_field; /* the path of the block or a parent that is not an object; else NULL */
  const dw_json *wrong_type;    /* its value */
  struct dw_value network;      /* its text is NULL if absent; "" counts as absent */
  /* From here to eviction_strategy: the values in force. In a HyperConverged, those of the jsonpatch replace its own
   * (see dw_patched_field()). */
  struct dw_value limits[DW_LIMIT_COUNT];
  struct dw_value bandwidth;         /* bandwidthPerMigration */
  struct dw_value allow_post_copy;   /* allowPostCopy */
  struct dw_value allow_disruption;  /* allowWorkloadDisruption */
  struct dw_value eviction_strategy; /* spec.evictionStrategy, spec.virtualization.evictionStrategy,
                                        spec.configuration.evictionStrategy */
  struct dw_deployment
      deployment;   /* of a HyperConverged: that of the KubeVirt it creates, with its jsonpatch applied */
  bool hco_managed; /* label app.kubernetes.io/managed-by: hco-operator */
  /* HyperConverged's annotation kubevirt.kubevirt.io/jsonpatch and its effect. */
  const dw_json *jsonpatch_annotation; /* NULL if absent */
  const dw_json *jsonpatch_operations; /* its parsed text; NULL if it is not a list */
  enum {
    DW_JSONPATCH_NONE,
    DW_JSONPATCH_UNREADABLE, /* it is not a valid JSON Patch */
    DW_JSONPATCH_OUTSIDE,    /* a path is outside /spec/, so HyperConverged applies nothing of it */
    DW_JSONPATCH_OPAQUE,     /* it may be applied, but its effect is unknown */
    DW_JSONPATCH_SETS
  } jsonpatch;
  struct dw_value jsonpatch_network; /* if SETS: the network after the whole patch; field is
                                        "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]" */
  const dw_json *jsonpatch_spec;     /* what the annotation sets in KubeVirt's spec; NULL if unknown */
  /* A part of the KubeVirt object that the annotation replaces as a whole, including what HyperConverged set there. */
  struct dw_jsonpatch_loss {
    const char *path; /* of the operation, as written; NULL if nothing is replaced */
    size_t op;        /* its index */
    bool gates;       /* the part contains the feature gates, otherwise the network */
    bool limits;      /* the part also contains the limits */
    bool removes;     /* the operation is "remove" */
    bool for_good;    /* HyperConverged's decoder does not merge the old values back */
    int line, column; /* of the path, like jsonpatch_line */
  } jsonpatch_loss;
  /* The first operation that fails on the KubeVirt that HyperConverged creates for this object. */
  struct dw_jsonpatch_failure {
    const char *name, *path; /* of the operation, as written; NULL if none is known to fail */
    bool differs;            /* it is a "test" for another value; otherwise its target does not exist */
    int line, column;        /* of the path, like jsonpatch_line */
  } jsonpatch_failure;
  /* Patches of KubeVirt's own workloads (spec.customizeComponents), including those that the annotation adds. */
  struct dw_component_patch {
    const char *field;
    const dw_json *json;
  } * component_patches;
  size_t component_patch_count, component_patch_capacity;
  /* In the annotation's text, 1-based, in bytes: the position of that network, or where the text stops being JSON; 0 if
   * neither applies. */
  int jsonpatch_line, jsonpatch_column;
};

/* Reads JSON, whose layout follows from its kind and apiVersion, into OUT, which is valid as long as both JSON and
 * ARENA. */
void dw_migration_read(struct dw_arena *arena, const dw_json *json, struct dw_migration_config *out)
    __attribute__((nonnull(1, 3)));

/* The network that virt-operator receives: that of the jsonpatch if it sets one, otherwise that of the field; NULL if
 * none. */
const char *dw_migration_network(const struct dw_migration_config *config) __attribute__((nonnull));

/* If VALUE of CONFIG was set by a HyperConverged's jsonpatch annotation, the path of that annotation; VALUE's field is
 * then the one of KubeVirt. NULL if VALUE is a field of the object itself. */
const char *dw_patched_field(const struct dw_migration_config *config, const struct dw_value *value)
    __attribute__((nonnull));

/* The name of a NAD. */
struct dw_nad_name {
  const char *ns;
  const char *name;
};

/* Reads a network's TEXT, to which virt-operator appends "@migration0": "name" or "ns/name", where Multus trims white
 * space around both. NS is the namespace of the pods, which is used if TEXT has none. OUT lives in ARENA. Returns false
 * if TEXT does not name exactly one NAD, or also names an interface. Source: Multus pkg/k8sclient,
 * parsePodNetworkAnnotation() and parsePodNetworkObjectName(). */
bool dw_network_read(struct dw_arena *arena, const char *ns, const char *text, struct dw_nad_name *out)
    __attribute__((nonnull));

/* Whether Multus accepts TEXT as the name of a NAD or namespace: a DNS label, but of any length. */
bool dw_is_attachable(const char *text) __attribute__((nonnull));

/* Whether TEXT is empty or only white space. */
bool dw_is_blank_text(const char *text) __attribute__((nonnull));

#endif
