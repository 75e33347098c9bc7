/* NADs that are not among the objects because an operator creates them, or because they can't be read yet. */
#ifndef LINT_MADE_H
#define LINT_MADE_H

#include "lint/subjects.h"

/* For each rawCNIConfig of a Network.operator.openshift.io in MANIFESTS, inserts the NAD that the operator creates. */
void dw_lint_made_unfold(struct dw_arena *arena, struct dw_manifest *manifests);

/* Adds such NADs of the manifests and of the state to SOURCE. */
void dw_lint_made_add(const struct dw_subjects *subjects, const struct dw_lint_state *state,
                      const struct dw_policy *policy, struct dw_view_source *source);

#endif
