/* What HyperConverged's annotation kubevirt.kubevirt.io/jsonpatch does to KubeVirt's migration network. */
#ifndef CLUSTER_JSONPATCH_H
#define CLUSTER_JSONPATCH_H

#include "base/arena.h"
#include "cluster/migration.h"

/* Adds PATCHES, a customizeComponents.patches or one of its elements, to OUT's component_patches. FIELD is its path;
 * where IN_LIST, an element's gets its index. */
void dw_component_patches_add(struct dw_arena *arena, const dw_json *patches, const char *field, bool in_list,
                              struct dw_migration_config *out) __attribute__((nonnull(1, 3, 5)));

/* Fills OUT's jsonpatch, jsonpatch_network and jsonpatch_spec from the annotation (NULL where absent), and puts the
 * limits and the other settings that it gives instead of OUT's. For the network the operations are followed, not
 * applied. */
void dw_jsonpatch_read(struct dw_arena *arena, const dw_json *annotation, struct dw_migration_config *out)
    __attribute__((nonnull(1, 3)));

/* What the annotation has in place of an object on the way to the block, which makes HyperConverged apply nothing of
 * it; FIELD gets its path. NULL where there is none. */
const dw_json *dw_jsonpatch_mistyped(const struct dw_migration_config *config, const char **field)
    __attribute__((nonnull));

/* Where in the annotation's text FIELD of KubeVirt, such as spec.configuration.evictionStrategy, is set; LINE and
 * COLUMN, 1-based and in bytes, are left alone if that is unknown. */
void dw_jsonpatch_locate(struct dw_arena *arena, const struct dw_migration_config *config, const char *field, int *line,
                         int *column) __attribute__((nonnull));

#endif
