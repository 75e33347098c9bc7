/* Fixes the mistakes of manifests whose findings say how: judges, edits the texts, and judges again, until nothing
 * changes. Writes no files. */
#ifndef FIX_FIX_H
#define FIX_FIX_H

#include "lint/judge.h"
#include "lint/subjects.h"

/* What to fix, in which cluster, under which policy. */
struct dw_fix_task {
  struct dw_policy *policy; /* stays the caller's */
  const struct dw_lint_state *state;
  const char *ns;                   /* of manifests that do not set one; NULL: the policy's namespace */
  struct dw_manifest_choice choice; /* without paths: its only draft is what to fix */
  /* May give edits for a finding that has none; {NULL, 0} if there are none. They are in ARENA. NULL is allowed. */
  struct dw_edits (*more)(void *context, struct dw_arena *arena, const struct dw_subjects *subjects,
                          const struct dw_subject *subject, const struct dw_finding *finding);
  void *context;
};

/* A text that has changed. */
struct dw_fix_file {
  const char *file;
  const char *old, *new; /* NUL-terminated */
  size_t old_length, new_length;
};

/* A mistake that was fixed, or could not be. */
struct dw_fix_note {
  const char *file;
  int line; /* where it was; 0 if unknown */
  const char *rule;
  const char *what; /* what changed, or why nothing could */
};

struct dw_fix_notes {
  struct dw_fix_note *items;
  size_t count, capacity;
};

struct dw_fix_result {
  struct dw_fix_file *files; /* in the order of the manifests */
  size_t file_count, file_capacity;
  struct dw_fix_notes fixed, left;
};

/* Fixes what can be fixed. OUT is in ARENA. SUBJECTS receives the manifests with their new texts; the caller frees it
 * with dw_subjects_free(), before ARENA. An edit is undone if a finding denies something afterwards that was not denied
 * before, or if something becomes unreadable. */
void dw_fix_run(struct dw_arena *arena, const struct dw_fix_task *task, struct dw_fix_result *out,
                struct dw_subjects *subjects) __attribute__((nonnull));

#endif
