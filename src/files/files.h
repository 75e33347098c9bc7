/* Files: those below a path, whether they changed, and what is in one. */
#ifndef FILES_FILES_H
#define FILES_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

struct dw_file_list {
  const char **paths;
  size_t count;
  size_t capacity;
};

/* Adds PATH itself where it is no folder, else every .yaml, .yml and .json below it in order of name. Names that begin
 * with a dot are passed over, so a mounted ConfigMap (..data) is read once. -1 where something can't be read. */
int dw_files_below(struct dw_arena *arena, const char *path, struct dw_file_list *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3)));

/* A number that changes when a file or folder below PATH (any of the kinds above, or one single file) changes: names,
 * sizes, times, inodes. 0 where PATH can't be read. */
uint64_t dw_fingerprint(const char *path) __attribute__((nonnull));

/* Whether a file of those that dw_fingerprint() looks at was written, renamed or given another time in the last
 * MILLISECONDS, or by a clock that is ahead, or can't be looked at: somebody may be at it. */
bool dw_written_lately(const char *path, unsigned milliseconds) __attribute__((nonnull));

/* Reads a whole file (at most LIMIT bytes; 0 for 1 GiB) into the arena; NULL on error. "-" is standard input. */
char *dw_read_file(struct dw_arena *arena, const char *path, size_t limit, size_t *length, struct dw_error *err)
    __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* Writes LENGTH bytes to FD, continuing after signals and partial writes. Returns 0, or -1 with errno set. */
int dw_write_all(int fd, const void *bytes, size_t length) __attribute__((nonnull, warn_unused_result));

#endif
