/* What a HyperConverged or KubeVirt says of KubeVirt's own pods: which of them there are, how many, and where. */
#ifndef CLUSTER_DEPLOYMENT_H
#define CLUSTER_DEPLOYMENT_H

#include "base/arena.h"
#include "cluster/migration.h"

/* OUT points into JSON and ARENA. Of a HyperConverged: the KubeVirt that it makes, with its jsonpatch applied. */
void dw_deployment_read(struct dw_arena *arena, const dw_json *json, enum dw_layout layout, struct dw_deployment *out)
    __attribute__((nonnull(1, 4)));

/* Where its pods run, as one text; "" where it says nothing of that. */
const char *dw_deployment_placement(struct dw_arena *arena, const struct dw_deployment *deployment)
    __attribute__((nonnull, returns_nonnull));

#endif
