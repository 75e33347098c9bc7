/* Reads the state folder and the policy file into a world. Only reduced objects are kept; lint/lint_state.h reads a
 * folder together with its JSON. */
#ifndef FILES_STATE_H
#define FILES_STATE_H

#include <stddef.h>

#include "base/error.h"
#include "cluster/view.h"

struct dw_sources {
  const char *policy;       /* file; NULL for the default policy */
  const char *state;        /* folder; NULL if nothing is known about the cluster */
  const char *const *rules; /* the known rule ids (dw_rule_ids) */
  size_t rule_count;
  const char *kubevirt_namespace; /* from outside the policy, whose `namespace` must be the same; NULL if not given */
};

/* Reads both and builds a world, of which the caller owns one reference. Returns NULL with file, line and column on
 * error. With a state folder every kind is known, even if there are no objects of it, except Node and NodeNetworkState:
 * a folder without them does not describe the nodes. */
struct dw_world *dw_world_load(const struct dw_sources *sources, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* Reads only the policy, and sets its namespace if the sources have one; the caller frees it with dw_policy_free(). */
struct dw_policy *dw_policy_load(const struct dw_sources *sources, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* Appends the reduced objects of a state folder to the list *OBJECTS[*COUNT], which is on the heap; the caller releases
 * the objects and frees the list, even on error. Returns -1 if a part can't be read: ERR names all of it, and the other
 * objects have been appended. */
int dw_state_objects(const char *folder, const char *default_namespace, const struct dw_object ***objects,
                     size_t *count, struct dw_error *err) __attribute__((nonnull(1, 2, 3, 4), warn_unused_result));

/* Sets the knowledge of SOURCE, which contains the objects of a state folder: see dw_world_load(). */
void dw_state_knowledge(struct dw_view_source *source) __attribute__((nonnull));

#endif
