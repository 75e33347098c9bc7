/* Reads the state folder and the policy file into a world. Only reduced objects are kept; lint/lint_state.h reads a
 * folder together with its JSON. */
#ifndef FILES_STATE_H
#define FILES_STATE_H

#include <stddef.h>

#include "base/error.h"
#include "cluster/view.h"

struct dw_sources {
  const char *policy;       /* file, or NULL for the default policy */
  const char *state;        /* folder, or NULL: nothing is known of the cluster */
  const char *const *rules; /* the known rule ids (dw_rule_ids) */
  size_t rule_count;
};

/* Builds a world from what stands there now. NULL with file, line and column on error. With a state folder every kind
 * counts as known, also one that the folder has no object of, except NodeNetworkState and Node: a folder without them
 * tells nothing of nodes. */
struct dw_world *dw_world_load(const struct dw_sources *sources, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* Only the policy. */
struct dw_policy *dw_policy_load(const struct dw_sources *sources, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* Appends the reduced objects of a state folder to the growing list *OBJECTS[*COUNT] (malloc'ed; the caller unrefs them
 * and frees it). */
int dw_state_objects(const char *folder, const char *default_namespace, const struct dw_object ***objects,
                     size_t *count, struct dw_error *err) __attribute__((nonnull(1, 2, 3, 4), warn_unused_result));

/* What a state folder's objects, in SOURCE, let be known: see dw_world_load(). */
void dw_state_knowledge(struct dw_view_source *source) __attribute__((nonnull));

#endif
