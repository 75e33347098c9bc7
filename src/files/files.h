/* Files: finding them below a path, noticing changes, reading and writing. */
#ifndef FILES_FILES_H
#define FILES_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "files/ignore.h"
#include "files/unreadable.h"

struct dw_file_list {
  const char **paths;
  size_t count, capacity;
  struct dw_unreadables unreadable; /* folders, and files whose links lead nowhere */
  size_t excluded;                  /* files and whole folders that patterns left out */
};

/* Adds PATH to OUT if it is not a folder, otherwise every .yaml, .yml and .json file below it, in order of name. Names
 * that begin with a dot are skipped, so a mounted ConfigMap (..data) is read once. The paths live in ARENA. If a
 * folder, or a file with such a name, can't be read, the rest is added, and -1 is returned with OUT->unreadable in ERR.
 */
int dw_files_below(struct dw_arena *arena, const char *path, struct dw_file_list *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3)));

/* The same without what EXCLUDE leaves out (its patterns match the path as given, and relative to PATH), and without
 * what the file .drovewayignore in the folder PATH leaves out (relative to PATH). Mistakes in that file are listed as
 * unreadable. */
int dw_files_chosen(struct dw_arena *arena, const char *path, const struct dw_ignore *exclude, struct dw_file_list *out,
                    struct dw_error *err) __attribute__((nonnull(1, 2, 3, 4)));

/* A number that changes when one of the files that dw_files_below() finds changes its name, size, time or inode, or
 * when files are added or removed. 0 if PATH can't be read. */
uint64_t dw_fingerprint(const char *path) __attribute__((nonnull));

/* Returns true if one of these files was written, renamed or given another time in the last MILLISECONDS (or in the
 * future, by a clock that is ahead), or can't be checked: another program may still be writing. */
bool dw_written_lately(const char *path, unsigned milliseconds) __attribute__((nonnull));

/* Reads a whole file of at most LIMIT bytes (0 for 1 GiB) into ARENA, with a NUL behind it. "-" is standard input.
 * Returns NULL on error. */
char *dw_read_file(struct dw_arena *arena, const char *path, size_t limit, size_t *length, struct dw_error *err)
    __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* Writes LENGTH bytes to FD, continuing after signals and partial writes. Returns 0, or -1 with errno set. */
int dw_write_all(int fd, const void *bytes, size_t length) __attribute__((nonnull, warn_unused_result));

#endif
