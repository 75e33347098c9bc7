/* Judges a manifest as if it were applied. */
#ifndef LINT_JUDGE_H
#define LINT_JUDGE_H

#include "lint/subjects.h"
#include "rules/engine.h"

/* Judges SUBJECT as if it were applied now, after the subjects before it and after /mutate: as a CREATE, or as an
 * UPDATE if the object exists in the state. Comments in its manifest count as exceptions. The result is in ARENA. */
struct dw_judgement dw_lint_judge(struct dw_arena *arena, const struct dw_world *world,
                                  const struct dw_subject *subject) __attribute__((nonnull));
/* Judges the deletion of SUBJECT. */
struct dw_judgement dw_lint_judge_deletion(struct dw_arena *arena, const struct dw_world *world,
                                           const struct dw_subject *subject) __attribute__((nonnull));

#endif
