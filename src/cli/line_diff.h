/* Two short texts set against each other, line by line. */
#ifndef CLI_LINE_DIFF_H
#define CLI_LINE_DIFF_H

#include "base/arena.h"

struct cli_diff_line {
  char mark;        /* ' ' in both, '-' only in the old, '+' only in the new, '@' where lines in both are left out */
  const char *text; /* without its end */
};

/* The lines of both, in order, of those in both only CONTEXT around each change. The time goes with the product of
 * their numbers of lines. OUT is in ARENA; returns how many there are. */
size_t cli_line_diff(struct dw_arena *arena, const char *before, const char *after, size_t context,
                     struct cli_diff_line **out);

#endif
