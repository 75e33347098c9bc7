/* `check --fix` and `check --diff`. */
#ifndef CLI_CHECK_FIX_H
#define CLI_CHECK_FIX_H

#include "cli/subjects.h"
#include "fix/fix.h"

struct cli_fixed {
  struct dw_fix_result result;
  struct dw_draft input; /* standard input as it was; FILE is NULL if it was not read */
};

/* Like cli_subjects_load(), but with the mistakes fixed that can be fixed; with RANGES, those that another range fixes,
 * too. No file is written. FIXED is in ARENA, which must live longer than OUT. */
int cli_fix_load(struct dw_arena *arena, const struct cli_manifest_arguments *arguments, bool ranges,
                 struct cli_fixed *fixed, struct dw_subjects *out, struct dw_error *err);

/* For dw_fix_task: edits that give a migration network a free range, if FINDING is about its range. */
struct dw_edits cli_fix_range(void *context, struct dw_arena *arena, const struct dw_subjects *subjects,
                              const struct dw_subject *subject, const struct dw_finding *finding);

/* Writes the changed files, and the text of standard input to standard output. CLI_FAILED after printing an error for
 * each file that can't be written: FIXED, which is in ARENA, does not have it any more, and its mistakes are left. */
int cli_fix_write(struct dw_arena *arena, struct cli_fixed *fixed);

/* Prints the differences to standard output, and, unless QUIET, how much they would fix to standard error. CLI_DENIED
 * if there are any, else CLI_OK. */
int cli_fix_show(const struct cli_fixed *fixed, bool quiet);

#endif
