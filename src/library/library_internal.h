/* The contents of the public API's handles, and helpers. */
#ifndef LIBRARY_LIBRARY_INTERNAL_H
#define LIBRARY_LIBRARY_INTERNAL_H

#include <droveway/droveway.h>

#include "base/error.h"
#include "lint/lint_state.h"
#include "rules/engine.h"
#include "rules/rule.h"

struct droveway_policy {
  struct dw_policy *policy;
};

struct droveway_state {
  struct dw_arena *arena; /* of what `found` points to */
  struct dw_lint_state found;
  struct dw_policy *policy; /* as read; that of `world` may have another namespace */
  struct dw_world *world;   /* the world of `found`, without manifests */
};

struct droveway_finding {
  droveway_severity severity;
  const char *rule, *kind, *ns, *name;
  const char *field, *message, *fix, *text;
  const char *file;
  int line, column;
  const char *reason, *until; /* of the exception that covers it; "" */
};

struct droveway_findings {
  struct dw_arena *arena; /* of the items and their texts */
  droveway_finding *items;
  size_t count, capacity;
  droveway_finding *excepted;
  size_t excepted_count, excepted_capacity;
  size_t denials, warnings;
  size_t objects, skipped;
};

/* Allocates SIZE bytes, set to zero. Aborts if there is no memory. */
void *dw_library_new(size_t size) __attribute__((warn_unused_result, returns_nonnull));
/* Copies BYTES[LENGTH] into ARENA and appends a NUL. */
char *dw_library_copy(struct dw_arena *arena, const char *bytes, size_t length)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));

/* Clears ERROR, which may be NULL. Every function that can fail calls this first. */
void dw_library_begin(droveway_error *error);
/* Set ERROR, which may be NULL, to ERR, or to "ARGUMENT is NULL". Both return NULL. */
void *dw_library_fail(droveway_error *error, const struct dw_error *err) __attribute__((nonnull(2)));
void *dw_library_missing(droveway_error *error, const char *argument) __attribute__((nonnull(2)));

/* A judged object. */
struct dw_library_object {
  const char *kind, *ns, *name;
  const struct dw_manifest *manifest; /* NULL if it was not read from a manifest */
};
/* Copies the findings of JUDGEMENT, of which OBJECT is the object, into OUT, and counts the object. */
void dw_library_add(droveway_findings *out, const struct dw_library_object *object,
                    const struct dw_judgement *judgement) __attribute__((nonnull));

#endif
