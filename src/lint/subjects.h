/* The subjects of a lint run: manifests, and the world in which they have been applied to a cluster's state. */
#ifndef LINT_SUBJECTS_H
#define LINT_SUBJECTS_H

#include "lint/comments.h"
#include "lint/lint_state.h"

/* Identifies an object. It is the first member of each struct that dw_by_identity() compares. */
struct dw_identity {
  enum dw_kind kind;
  const char *ns, *name;
};
/* Comparator for qsort() and bsearch() by kind, namespace and name. */
int dw_by_identity(const void *a, const void *b);

/* Subjects in the order of application. */
struct dw_subject_list {
  const struct dw_subject *items;
  size_t count;
};

struct dw_subject {
  const struct dw_manifest *manifest;
  const dw_json *json;            /* the manifest's; for a HyperConverged or KubeVirt that exists, as applied over it */
  const struct dw_object *object; /* NULL if a part that the view needs can't be read, or if no rule reads the kind */
  enum dw_kind kind;
  const char *ns, *name;
  const dw_json *old; /* the same object in the state, or NULL */
  bool left_out; /* not in the world, because it is not rendered or its kind is in the wrong case; OBJECT is NULL */
  size_t order;  /* from 1, in the order of application; NADs come before their users */
  struct dw_file_comments *comments; /* of its file; NULL if there are none */
  struct dw_subject_list *all;       /* the subjects of the run */
};

struct dw_subjects {
  struct dw_arena *arena;
  struct dw_world *world;
  struct dw_subject *items; /* in the order of application, without kinds that no rule reads */
  size_t count;
  const char *ns;                    /* of manifests that do not set one */
  struct dw_manifests read;          /* the manifests, and counts of what was skipped */
  struct dw_file_comments *comments; /* of all files that have some */
};

/* Builds the world of STATE and of the manifests in OUT->read. Both are in OUT->arena or outlive it. NS is the
 * namespace of manifests that do not set one; NULL for the policy's. Takes over the reference to POLICY. Manifests that
 * can't be read are added to OUT->read.unreadable, and the world is built without them. Returns -1 and sets ERR if that
 * list is not empty. Free OUT with dw_subjects_free() in either case. */
int dw_subjects_build(struct dw_subjects *out, struct dw_policy *policy, const struct dw_lint_state *state,
                      const char *ns, struct dw_error *err) __attribute__((nonnull(1, 2, 3)));
void dw_subjects_free(struct dw_subjects *subjects) __attribute__((nonnull));

/* Returns the kind of JSON, or DW_KIND_OTHER if Droveway does not know it. */
enum dw_kind dw_kind_of_json(const dw_json *json);
/* Returns metadata.namespace, or FALLBACK if it is missing or empty. */
const char *dw_namespace_of_json(const dw_json *json, const char *fallback);

#endif
