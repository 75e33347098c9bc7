/* Manifests next to a cluster's state: a world in which they are applied already, for whoever lints them. */
#ifndef LINT_SUBJECTS_H
#define LINT_SUBJECTS_H

#include "lint/state.h"

/* Which object it is, for sorting and finding: the first member of what is sorted. */
struct dw_identity {
  enum dw_kind kind;
  const char *ns, *name;
};
int dw_by_identity(const void *a, const void *b);

struct dw_subject {
  const struct dw_manifest *manifest;
  const dw_json *json;            /* the manifest's; for an object that exists, as it would be applied */
  const struct dw_object *object; /* NULL where a part that the view needs can't be read, or no rule reads the kind */
  enum dw_kind kind;
  const char *ns, *name;
  const dw_json *old; /* the same object in the state, or NULL */
  bool left_out;      /* of the world: it is not rendered, or its kind is in the wrong case; then OBJECT is NULL */
  size_t order;       /* from 1, in the order of application; NADs come before their users */
};

struct dw_subjects {
  struct dw_arena *arena;
  struct dw_world *world;
  struct dw_subject *items; /* in the order of application; kinds that no rule reads are left out */
  size_t count;
  const char *ns;           /* of manifests that name none */
  struct dw_manifests read; /* with what was skipped */
};

/* Builds the world of STATE and of the manifests in OUT->read, both read into or outliving OUT->arena. NS is the
 * namespace of manifests that name none; NULL for the policy's. Takes POLICY over. -1 with file and place where a
 * manifest can't be read. Free OUT with dw_subjects_free() in either case. */
int dw_subjects_build(struct dw_subjects *out, struct dw_policy *policy, const struct dw_state *state, const char *ns,
                      struct dw_error *err) __attribute__((nonnull(1, 2, 3), warn_unused_result));
void dw_subjects_free(struct dw_subjects *subjects) __attribute__((nonnull));

/* DW_KIND_OTHER where JSON is not an object that Droveway knows. */
enum dw_kind dw_kind_of_json(const dw_json *json);
/* metadata.namespace, or FALLBACK. */
const char *dw_namespace_of_json(const dw_json *json, const char *fallback);

#endif
