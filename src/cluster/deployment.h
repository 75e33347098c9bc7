/* KubeVirt's own pods, as a HyperConverged or KubeVirt configures them: which ones, how many, and where they run. */
#ifndef CLUSTER_DEPLOYMENT_H
#define CLUSTER_DEPLOYMENT_H

#include "base/arena.h"
#include "cluster/migration.h"

/* Reads JSON into OUT, which points into JSON and ARENA. For a HyperConverged, OUT describes the KubeVirt that it
 * creates, with its jsonpatch applied. */
void dw_deployment_read(struct dw_arena *arena, const dw_json *json, enum dw_layout layout, struct dw_deployment *out)
    __attribute__((nonnull(1, 4)));

/* The placements of its pods as JSON text, as struct dw_object stores them; "" if there are none. */
const char *dw_deployment_placement(struct dw_arena *arena, const struct dw_deployment *deployment)
    __attribute__((nonnull, returns_nonnull));

#endif
