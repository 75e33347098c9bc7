/* The effect of HyperConverged's annotation kubevirt.kubevirt.io/jsonpatch on KubeVirt's migration settings. */
#ifndef CLUSTER_JSONPATCH_H
#define CLUSTER_JSONPATCH_H

#include "base/arena.h"
#include "cluster/migration.h"

/* Adds PATCHES, a customizeComponents.patches or one of its elements, to OUT's component_patches. FIELD is its path, to
 * which the index of each element is appended if IN_LIST. */
void dw_component_patches_add(struct dw_arena *arena, const dw_json *patches, const char *field, bool in_list,
                              struct dw_migration_config *out) __attribute__((nonnull(1, 3, 5)));

/* Sets OUT's jsonpatch, jsonpatch_network and jsonpatch_spec from the annotation (NULL if absent), and replaces the
 * limits and other settings in OUT with those that the annotation sets. For the network, the operations are followed,
 * not applied. */
void dw_jsonpatch_read(struct dw_arena *arena, const dw_json *annotation, struct dw_migration_config *out)
    __attribute__((nonnull(1, 3)));

/* The value that the annotation puts in place of the migrations block or an object above it, if that value is not an
 * object; HyperConverged then applies nothing of the annotation. FIELD receives its path. NULL if there is none. */
const dw_json *dw_jsonpatch_mistyped(const struct dw_migration_config *config, const char **field)
    __attribute__((nonnull));

/* Finds where the annotation's text sets FIELD of KubeVirt, such as spec.configuration.evictionStrategy. LINE and
 * COLUMN (1-based, in bytes) are unchanged if that is unknown. */
void dw_jsonpatch_locate(struct dw_arena *arena, const struct dw_migration_config *config, const char *field, int *line,
                         int *column) __attribute__((nonnull));

#endif
