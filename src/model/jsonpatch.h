/* What HyperConverged's annotation kubevirt.kubevirt.io/jsonpatch does to KubeVirt's migration network. */
#ifndef DROVEWAY_MODEL_JSONPATCH_INTERNAL_H
#define DROVEWAY_MODEL_JSONPATCH_INTERNAL_H

#include "droveway/base/arena.h"
#include "droveway/model/migration.h"

/* Fills OUT's jsonpatch and jsonpatch_network from the annotation (NULL where absent). The operations are followed for
 * their effect on /spec/configuration/migrations/network alone, never applied. */
void dw_jsonpatch_read(struct dw_arena *arena, const dw_json *annotation, struct dw_migration_config *out)
    __attribute__((nonnull(1, 3)));

#endif
