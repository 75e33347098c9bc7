/* Files below a path, for the readers in this folder. */
#ifndef FILES_FILES_H
#define FILES_FILES_H

#include <stdbool.h>
#include <stddef.h>

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

#endif
