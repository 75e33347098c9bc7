/* A field path as a list of names. */
#ifndef FIX_PATH_H
#define FIX_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "json/json_position.h"

struct dw_fix_path {
  const char **names; /* keys, and indexes of lists */
  size_t count;
};

/* The names of PATH, in ARENA. */
static inline struct dw_fix_path dw_fix_path_read(struct dw_arena *arena, const char *path) {
  struct dw_fix_path out = {.count = 0};
  struct path_token token;
  size_t capacity = 0;
  while (dw_path_next(&path, &token)) {
    out.names = dw_arena_more(arena, out.names, out.count, &capacity, sizeof *out.names);
    out.names[out.count++] = dw_arena_strndup(arena, token.text, token.length);
  }
  return out;
}

/* Without the first COUNT names. */
static inline struct dw_fix_path dw_fix_path_after(struct dw_fix_path path, size_t count) {
  return (struct dw_fix_path){path.names + count, path.count - count};
}

/* Without the last name, if there is one. */
static inline struct dw_fix_path dw_fix_path_parent(struct dw_fix_path path) {
  return (struct dw_fix_path){path.names, path.count > 0 ? path.count - 1 : 0};
}

/* The last name; "" of the empty path. */
static inline const char *dw_fix_path_last(struct dw_fix_path path) {
  return path.count > 0 ? path.names[path.count - 1] : "";
}

/* Whether NAME is an index of a list. */
static inline bool dw_fix_path_index(const char *name, size_t *index) {
  size_t length = 0;
  while (name[length] != '\0')
    length++;
  return dw_path_index((struct path_token){name, length}, index);
}

#endif
