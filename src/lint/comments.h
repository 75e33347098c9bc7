/* Comments `# droveway: allow RULE[, RULE...] REASON` in manifests: exceptions that only `check` knows, because the
 * webhook never sees comments. */
#ifndef LINT_COMMENTS_H
#define LINT_COMMENTS_H

#include "files/manifests.h"
#include "rules/engine.h"

/* One rule of a comment. */
struct dw_allowance {
  struct dw_exception exception;
  const struct dw_rule *rule;
  struct dw_place place; /* of the comment */
  int target;            /* the line that it is about; 0 for none */
  bool used;
};

/* A comment, or a part of it, that has no effect. */
struct dw_comment_mistake {
  const char *what, *fix;
  struct dw_place place;
};

/* The comments of a file. */
struct dw_file_comments {
  const char *file;
  const struct dw_yaml_source *source;
  struct dw_allowance *items;
  size_t count, capacity;
  struct dw_comment_mistake *mistakes;
  size_t mistake_count, mistake_capacity;
  bool incomplete; /* the file contains an object that is not judged, because it is not rendered */
  struct dw_file_comments *next;
};

/* The comments of all files that MANIFESTS come from, in ARENA; files without such comments are left out. */
struct dw_file_comments *dw_lint_comments(struct dw_arena *arena, const struct dw_manifest *manifests)
    __attribute__((nonnull(1)));

/* The comments of the file that MANIFEST is in, among LIST; NULL if there are none. */
struct dw_file_comments *dw_lint_comments_of(struct dw_file_comments *list, const struct dw_manifest *manifest)
    __attribute__((nonnull(2)));

/* The exception from FINDING, which is about MANIFEST: of a comment at the line of its field, of a field around it, or
 * at the first line of the object. NULL if there is none. The comment counts as used. */
const struct dw_exception *dw_lint_allowance(struct dw_file_comments *comments, const struct dw_manifest *manifest,
                                             const struct dw_finding *finding) __attribute__((nonnull));

/* Moves the findings of JUDGEMENT that comments allow to those that are excepted. */
void dw_lint_allow(struct dw_arena *arena, struct dw_file_comments *comments, const struct dw_manifest *manifest,
                   struct dw_judgement *judgement) __attribute__((nonnull));

#endif
