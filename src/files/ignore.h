/* Patterns of files to leave out, in the syntax of .gitignore: --exclude and .drovewayignore. */
#ifndef FILES_IGNORE_H
#define FILES_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

#define DW_IGNORE_FILE ".drovewayignore"

struct dw_ignore {
  struct dw_ignore_rule *rules; /* the last one that matches decides */
  size_t count, capacity;
  /* Patterns that are added match this text and the path behind it: "net/" if they come from the folder that "net" is
   * in. NULL: the path alone. It must live as long as the patterns. */
  const char *base;
};

/* Adds the pattern TEXT:
 *   *, ?, [a-z], [!a-z]  never match a slash; a backslash quotes the next character
 *   **                   between slashes, at the beginning or at the end: any number of folders
 *   a slash at the end   matches folders only
 *   another slash        the whole path must match; without one, the name in any folder
 *   ! at the beginning   includes again what an earlier pattern left out
 * Returns -1 and sets ERR, without a place, if TEXT is not a pattern. */
int dw_ignore_add(struct dw_arena *arena, struct dw_ignore *ignore, const char *text, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* Adds line LINE[LENGTH] of an ignore file: the same, but an empty line, a comment (#) and spaces at the end are
 * ignored, and ".." is an error: it never matches, because the paths are below the folder. */
int dw_ignore_add_line(struct dw_arena *arena, struct dw_ignore *ignore, const char *line, size_t length,
                       struct dw_error *err) __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* Whether PATH, relative and without "./" at its beginning, is left out. A folder that is left out is not read, so
 * nothing in it can be included again. */
bool dw_ignore_matches(const struct dw_ignore *ignore, const char *path, bool is_folder) __attribute__((nonnull));
/* The same for PATH and for each folder in it, from the outermost on. */
bool dw_ignore_matches_below(const struct dw_ignore *ignore, const char *path, bool is_folder) __attribute__((nonnull));

#endif
