/* What HyperConverged's annotation kubevirt.kubevirt.io/jsonpatch does to KubeVirt's migration network. */
#ifndef DROVEWAY_MODEL_JSONPATCH_INTERNAL_H
#define DROVEWAY_MODEL_JSONPATCH_INTERNAL_H

#include "droveway/base/arena.h"
#include "droveway/model/migration.h"

/* Adds PATCHES, a customizeComponents.patches or one of its elements, to OUT's component_patches. FIELD is its path;
 * where IN_LIST, an element's gets its index. */
void dw_component_patches_add(struct dw_arena *arena, const dw_json *patches, const char *field, bool in_list,
                              struct dw_migration_config *out) __attribute__((nonnull(1, 3, 5)));

/* Fills OUT's jsonpatch and jsonpatch_network from the annotation (NULL where absent). The operations are followed for
 * their effect on /spec/configuration/migrations/network alone, never applied. */
void dw_jsonpatch_read(struct dw_arena *arena, const dw_json *annotation, struct dw_migration_config *out)
    __attribute__((nonnull(1, 3)));

#endif
