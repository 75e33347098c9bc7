/* NADs that are not among the objects, because an operator creates them or because they can't be read yet. */
#ifndef CLI_MADE_H
#define CLI_MADE_H

#include "cli/state.h"
#include "cli/subjects.h"

/* Inserts a NAD after each manifest that has one as rawCNIConfig. */
void cli_made_unfold(struct dw_arena *arena, struct dw_manifest *manifests);

/* Whether the object is left out of the world: it is not rendered, or its kind is in the wrong letter case. */
bool cli_made_leaves_out(struct dw_arena *arena, const struct dw_policy *policy, const struct cli_subject *subject);

/* Adds those of the manifests and of the state to SOURCE. */
void cli_made_add(const struct cli_subjects *subjects, const struct cli_state *state, const struct dw_policy *policy,
                  struct dw_view_source *source);

#endif
