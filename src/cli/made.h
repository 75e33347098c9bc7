/* NADs that are not among the objects, because an operator creates them or a Helm template may hold them. */
#ifndef CLI_MADE_H
#define CLI_MADE_H

#include "cli/state.h"
#include "cli/subjects.h"

/* Inserts a NAD after each manifest that has one as rawCNIConfig. */
void cli_made_unfold(struct dw_arena *arena, struct dw_manifest *manifests);

/* Adds those of the manifests and of the state to SOURCE. */
void cli_made_add(const struct cli_subjects *subjects, const struct cli_state *state, const struct dw_policy *policy,
                  struct dw_view_source *source);

#endif
