/* What `kubectl apply` makes of a manifest: fields that it does not mention keep their value in the cluster. */
#ifndef LINT_APPLIED_H
#define LINT_APPLIED_H

#include "json/json.h"

/* Returns the HyperConverged or KubeVirt in JSON after it is applied over OLD, the existing object. Settings of
 * KubeVirt's own pods (feature gate, nodePlacement, version) that JSON does not mention are taken from OLD. The two may
 * use different versions of the API. The result is in ARENA, or JSON itself. */
const dw_json *dw_as_applied(struct dw_arena *arena, const dw_json *json, const dw_json *old) __attribute__((nonnull));

#endif
