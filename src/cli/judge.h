/* Manifests judged as if they were applied, and how findings read: for `check` and `explain`. */
#ifndef CLI_JUDGE_H
#define CLI_JUDGE_H

#include "cli/subjects.h"
#include "rules/engine.h"

/* Whether `check` judges such an object at all. */
bool cli_is_judged(enum dw_kind kind);
/* Judges the subject as it is applied in its turn, after /mutate has filled it in: CREATE, or UPDATE of the object in
 * the state. The result lives in ARENA. */
struct dw_judgement cli_judge(struct dw_arena *arena, const struct dw_world *world, const struct cli_subject *subject);
/* The same for its deletion. */
struct dw_judgement cli_judge_deletion(struct dw_arena *arena, const struct dw_world *world,
                                       const struct cli_subject *subject);

/* "error" or "warning". */
const char *cli_severity(const struct dw_finding *finding);
/* FIELD: and a denial in the API server's words, a warning as kubectl prints it, but whole. In ARENA. */
const char *cli_say(struct dw_arena *arena, const struct dw_finding *finding);

#endif
