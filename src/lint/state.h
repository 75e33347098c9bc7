/* The objects of a state folder, with what linting needs of them besides their reduced form: the JSON of those that
 * manifests may replace, and the objects that make NADs. */
#ifndef LINT_STATE_H
#define LINT_STATE_H

#include "cluster/view.h"
#include "files/manifests.h"

/* Of which objects the JSON is kept. */
enum dw_keep { DW_KEEP_NONE, DW_KEEP_JUDGED, DW_KEEP_ALL };

struct dw_state {
  const struct dw_object **objects; /* in the order read; a reference to each */
  const dw_json **jsons;            /* the JSON of each; NULL where it is not kept */
  size_t count, capacity;
  const struct dw_manifest *manifests; /* all objects of a folder or text; NULL for a live cluster */
  enum dw_knowledge knowledge[DW_KIND_COUNT];
};

bool dw_state_keeps(enum dw_keep keep, enum dw_kind kind);
/* Takes the reference to OBJECT; JSON must outlive the state. */
void dw_state_add(struct dw_state *state, const struct dw_object *object, const dw_json *json)
    __attribute__((nonnull(1, 2)));

/* Adds the objects of MANIFESTS, which must outlive the state. NS is the namespace of objects that have none. -1 with
 * file and place where an object can't be read. Free OUT with dw_state_free() in either case. */
int dw_state_add_manifests(struct dw_state *out, const struct dw_manifest *manifests, const char *ns, enum dw_keep keep,
                           struct dw_error *err) __attribute__((nonnull(1, 3), warn_unused_result));
/* The same for a state folder, which is read into ARENA. */
int dw_state_add_folder(struct dw_arena *arena, struct dw_state *out, const char *folder, const char *ns,
                        enum dw_keep keep, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3, 4), warn_unused_result));
void dw_state_free(struct dw_state *state) __attribute__((nonnull));

#endif
