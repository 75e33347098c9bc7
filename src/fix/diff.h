/* Unified diffs, as `diff -u` and `git diff` print them. */
#ifndef FIX_DIFF_H
#define FIX_DIFF_H

#include <stddef.h>

#include "base/buf.h"

struct dw_diff {
  const char *name; /* of the file */
  const char *old, *new;
  size_t old_length, new_length;
};

/* Appends the diff, with three lines around each change. Nothing if both are equal. `patch -p0` applies it, and
 * `git apply -p0`. */
void dw_diff_put(struct dw_buf *out, const struct dw_diff *diff) __attribute__((nonnull));

#endif
