/* How findings read: for `check`, `audit` and `explain`. */
#ifndef CLI_JUDGE_H
#define CLI_JUDGE_H

#include "rules/rule.h"

/* "error" or "warning". */
const char *cli_severity(const struct dw_finding *finding);
/* FIELD: and a denial in the API server's words, a warning as kubectl prints it, but whole. In ARENA. */
const char *cli_say(struct dw_arena *arena, const struct dw_finding *finding);

#endif
