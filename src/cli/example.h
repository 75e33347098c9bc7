/* The example of an explanation, judged by the engine. */
#ifndef CLI_EXAMPLE_H
#define CLI_EXAMPLE_H

#include "cli/report.h"
#include "rules/engine.h"
#include "rules/explain.h"

/* What RULE, and every rule that denies, says of the broken example: the lines that `check` (or of a rule of its own
 * `audit`) prints, without a summary. What other rules warn of, or could not check, is left out. In ARENA; NULL where
 * the example can't be read. */
const char *cli_example_said(struct dw_arena *arena, const struct dw_rule *rule,
                             const struct dw_explanation *explanation, enum cli_color color, struct dw_error *err);

#endif
