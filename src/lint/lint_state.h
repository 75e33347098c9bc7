/* The objects of a cluster as linting needs them: reduced, with the JSON of those that manifests may replace, and with
 * the manifests they were read from, which may contain further NADs. Where the reduced objects are enough, use
 * dw_world_load() (files/state.h), which reads large folders in less memory. */
#ifndef LINT_LINT_STATE_H
#define LINT_LINT_STATE_H

#include "cluster/view.h"
#include "files/manifests.h"

/* Which objects keep their JSON: none, those of kinds with rules, or all. */
enum dw_keep { DW_KEEP_NONE, DW_KEEP_JUDGED, DW_KEEP_ALL };

struct dw_lint_state {
  const struct dw_object **objects; /* in the order read; a reference to each */
  const dw_json **jsons;            /* the JSON of each; NULL if it is not kept */
  size_t count, capacity;
  const struct dw_manifest *manifests; /* all objects of a folder or text; NULL for a live cluster */
  enum dw_knowledge knowledge[DW_KIND_COUNT];
};

bool dw_keeps_json(enum dw_keep keep, enum dw_kind kind);
/* Adds OBJECT and takes over its reference. JSON may be NULL; otherwise it must outlive the state. */
void dw_lint_state_add(struct dw_lint_state *state, const struct dw_object *object, const dw_json *json)
    __attribute__((nonnull(1, 2)));

/* Adds the objects of MANIFESTS, which must outlive the state. NS is the namespace of objects that do not set one.
 * Returns -1 and sets ERR, with file and position, if an object can't be read. Free OUT with dw_lint_state_free() in
 * either case. */
int dw_lint_state_add_manifests(struct dw_lint_state *out, const struct dw_manifest *manifests, const char *ns,
                                enum dw_keep keep, struct dw_error *err)
    __attribute__((nonnull(1, 3), warn_unused_result));
/* The same for a state folder, which is read into ARENA. */
int dw_lint_state_add_folder(struct dw_arena *arena, struct dw_lint_state *out, const char *folder, const char *ns,
                             enum dw_keep keep, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3, 4), warn_unused_result));
void dw_lint_state_free(struct dw_lint_state *state) __attribute__((nonnull));

#endif
