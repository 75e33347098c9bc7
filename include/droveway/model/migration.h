/* The live-migration block of a HyperConverged (v1beta1, v1) or KubeVirt, read in one form. */
#ifndef DROVEWAY_MODEL_MIGRATION_H
#define DROVEWAY_MODEL_MIGRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "droveway/base/arena.h"
#include "droveway/formats/json.h"
#include "droveway/model/cni.h"
#include "droveway/model/policy.h"

struct dw_migration_config {
  /* "spec.liveMigrationConfig" (HyperConverged v1beta1), "spec.virtualization.liveMigrationConfig" (v1),
   * "spec.configuration.migrations" (KubeVirt): where the block stands, or would stand. */
  const char *block_field;
  const char *wrong_type_field; /* the block or a parent of it is there and no object: its path; else NULL */
  const dw_json *wrong_type;    /* what stands there instead */
  struct dw_value network;      /* text NULL where absent; "" counts as absent */
  struct dw_value limits[DW_LIMIT_COUNT];
  struct dw_value bandwidth;         /* bandwidthPerMigration */
  struct dw_value eviction_strategy; /* spec.evictionStrategy, spec.virtualization.evictionStrategy,
                                        spec.configuration.evictionStrategy */
  bool decentralized;                /* decentralizedLiveMigration is on */
  bool hco_managed;                  /* label app.kubernetes.io/managed-by: hco-operator */
  /* HyperConverged's annotation kubevirt.kubevirt.io/jsonpatch, and what becomes of it. */
  const dw_json *jsonpatch_annotation; /* NULL where absent */
  enum {
    DW_JSONPATCH_NONE,
    DW_JSONPATCH_UNREADABLE, /* it is no JSON Patch, or none that can be applied to anything */
    DW_JSONPATCH_OUTSIDE,    /* some path is outside /spec/, so HyperConverged applies nothing of it */
    DW_JSONPATCH_OPAQUE,     /* it may be applied, with an effect that is not known */
    DW_JSONPATCH_SETS
  } jsonpatch;
  struct dw_value jsonpatch_network; /* where SETS: the network that is left in force after the whole patch; field is
                                        "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]" */
  /* Inside the annotation's text, in bytes: where that network stands, or what is no JSON; 0 where neither is there. */
  int jsonpatch_line, jsonpatch_column;
};

/* KIND is DW_KIND_HYPERCONVERGED or DW_KIND_KUBEVIRT as told by JSON's own kind; the version by its apiVersion. Strings
 * point into JSON's arena or ARENA, whichever; json pointers are valid only as long as JSON is. */
void dw_migration_read(struct dw_arena *arena, const dw_json *json, struct dw_migration_config *out)
    __attribute__((nonnull(1, 3)));

/* The network that virt-operator ends up with: the jsonpatch's where it sets one, else the field's; NULL where none. */
const char *dw_migration_network(const struct dw_migration_config *config) __attribute__((nonnull));

#endif
