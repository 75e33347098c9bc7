/* Replaces the content of a file. */
#ifndef FILES_REPLACE_H
#define FILES_REPLACE_H

#include <stddef.h>

#include "base/error.h"

/* The content that a file must still have, and the new one. */
struct dw_replacement {
  const char *old, *new;
  size_t old_length, new_length;
};

/* Writes the new content to a new file in the same folder, with the same mode and owner, and renames it: readers see
 * the old content or the new one. If PATH is a link, the file that it leads to is replaced. If the content is neither
 * the old nor the new one, another program has changed it: it stays, which is an error. Returns -1 and sets ERR, with
 * the file. */
int dw_replace_file(const char *path, const struct dw_replacement *replacement, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));

#endif
