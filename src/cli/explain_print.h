/* The forms of an explanation. */
#ifndef CLI_EXPLAIN_PRINT_H
#define CLI_EXPLAIN_PRINT_H

#include "cli/example.h"

struct cli_explained {
  struct dw_arena *arena;
  const struct dw_rule *rule;
  const struct dw_policy *policy; /* whose actions are in force */
  struct dw_explanation explanation;
  const char *said; /* of the broken example */
  bool one_of_many; /* what goes for all rules is said elsewhere */
};

/* Both print to standard output. */
void cli_explain_text(const struct cli_explained *explained);
void cli_explain_markdown(const struct cli_explained *explained);

#endif
