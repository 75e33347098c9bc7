/* Judges a manifest as if it were applied. */
#ifndef LINT_JUDGE_H
#define LINT_JUDGE_H

#include "lint/subjects.h"
#include "rules/engine.h"

/* Judges the subject as it is applied in its turn, after /mutate has filled it in: CREATE, or UPDATE of the object in
 * the state. The result lives in ARENA. */
struct dw_judgement dw_lint_judge(struct dw_arena *arena, const struct dw_world *world,
                                  const struct dw_subject *subject) __attribute__((nonnull));
/* The same for its deletion. */
struct dw_judgement dw_lint_judge_deletion(struct dw_arena *arena, const struct dw_world *world,
                                           const struct dw_subject *subject) __attribute__((nonnull));

#endif
