/* The example of an explanation, judged by the engine: what `check` (or for a rule of its own, `audit`) says of it. */
#ifndef CLI_EXAMPLE_H
#define CLI_EXAMPLE_H

#include "droveway/rules/engine.h"
#include "droveway/rules/explain.h"

/* One finding, as it is printed. */
struct cli_example_line {
  const char *text;
  const struct dw_rule *rule;
  bool denies;
  struct cli_example_line *next;
};

/* What RULE and all that deny say of the broken example; what other rules merely could not check, or warn of, is left
 * out. OUT is NULL where nothing is said. In ARENA. -1 where the example can't be read. */
int cli_example_judge(struct dw_arena *arena, const struct dw_rule *rule, const struct dw_explanation *explanation,
                      struct cli_example_line **out, struct dw_error *err);

#endif
