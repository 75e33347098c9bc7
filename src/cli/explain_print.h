/* The output formats of an explanation. */
#ifndef CLI_EXPLAIN_PRINT_H
#define CLI_EXPLAIN_PRINT_H

#include "rules/engine.h"
#include "rules/explain.h"
#include "json/json_write.h"

/* The columns before the lines of an example. */
enum { CLI_EXPLAIN_INDENT = 4 };

struct cli_explained {
  struct dw_arena *arena;
  const struct dw_rule *rule;
  const struct dw_policy *policy; /* for the actions */
  struct dw_explanation explanation;
  const char *output;         /* what `check` or `audit` prints for the broken example */
  const char *fixed_by_check; /* what `check --fix` makes of the broken example; NULL if it does not fix it */
  bool one_of_many;           /* all rules are explained: leave out what is the same for each of them */
};

/* These functions print to standard output. */
void cli_explain_text(const struct cli_explained *explained);
void cli_explain_markdown(const struct cli_explained *explained);
/* Writes one object. */
void cli_explain_json(const struct cli_explained *explained, struct dw_json_writer *w);

#endif
