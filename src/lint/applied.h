/* A manifest as `kubectl apply` leaves the object: what it does not mention stays as it is in the cluster. */
#ifndef LINT_APPLIED_H
#define LINT_APPLIED_H

#include "json/json.h"

/* The HyperConverged or KubeVirt JSON with what it leaves open of KubeVirt's own pods (feature gate, nodePlacement,
 * version) as OLD, the object that exists, has it, in whichever version of the API. */
const dw_json *dw_as_applied(struct dw_arena *arena, const dw_json *json, const dw_json *old) __attribute__((nonnull));

#endif
