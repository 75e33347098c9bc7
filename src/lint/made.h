/* NADs that are not among the objects, because an operator creates them or because they can't be read yet. */
#ifndef LINT_MADE_H
#define LINT_MADE_H

#include "lint/subjects.h"

/* Inserts a NAD after each manifest that has one as rawCNIConfig. */
void dw_lint_made_unfold(struct dw_arena *arena, struct dw_manifest *manifests);

/* Adds those of the manifests and of the state to SOURCE. */
void dw_lint_made_add(const struct dw_subjects *subjects, const struct dw_state *state, const struct dw_policy *policy,
                      struct dw_view_source *source);

#endif
