/* What the handles of the public API hold. */
#ifndef LIBRARY_LIBRARY_INTERNAL_H
#define LIBRARY_LIBRARY_INTERNAL_H

#include <droveway/droveway.h>

#include "base/error.h"
#include "lint/lint_state.h"
#include "rules/rule.h"

struct droveway_policy {
  struct dw_policy *policy;
};

struct droveway_state {
  struct dw_arena *arena; /* holds what FOUND points to */
  struct dw_lint_state found;
  struct dw_policy *policy; /* as read; WORLD's may have another namespace */
  struct dw_world *world;   /* of FOUND, without manifests */
};

struct droveway_finding {
  droveway_severity severity;
  const char *rule, *kind, *ns, *name;
  const char *field, *message, *fix, *text;
  const char *file;
  int line, column;
};

struct droveway_findings {
  struct dw_arena *arena; /* holds the items and their texts */
  droveway_finding *items;
  size_t count, capacity;
  size_t denials, warnings;
  size_t objects, skipped;
};

/* SIZE zeroed bytes; a machine without memory aborts. */
void *dw_library_new(size_t size) __attribute__((warn_unused_result, returns_nonnull));
/* LENGTH bytes with a NUL after them, in ARENA. */
char *dw_library_copy(struct dw_arena *arena, const char *bytes, size_t length)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));

/* Every function that can fail begins with this. */
void dw_library_begin(droveway_error *error);
/* Both return NULL, for the caller to return. */
void *dw_library_fail(droveway_error *error, const struct dw_error *err) __attribute__((nonnull(2)));
void *dw_library_missing(droveway_error *error, const char *argument) __attribute__((nonnull(2)));

/* The object that was judged. */
struct dw_library_object {
  const char *kind, *ns, *name;
  const struct dw_manifest *manifest; /* where it is; NULL where it is in no file */
};
/* Copies all findings; counts the object. */
void dw_library_add(droveway_findings *out, const struct dw_library_object *object, const struct dw_findings *findings)
    __attribute__((nonnull));

#endif
