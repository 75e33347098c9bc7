/* A part of JSON, by paths. What is not asked for of a text has to be JSON too, but becomes no values. */
#ifndef JSON_JSON_SELECT_H
#define JSON_JSON_SELECT_H

#include "json/json.h"

/* What is asked for: paths of member names parted by '|' (keys hold dots and slashes); "[]" is every element of a list.
 * What stands at the end of a path is kept whole. Where a path goes on, but the text has a scalar, that is kept; an
 * object in the place of a list, or a list in that of an object, stays as an empty one: so whoever reads it can refuse
 * it. At most DW_JSON_MOST_PATHS, ended by NULL. */
typedef const char *const *dw_json_paths;
enum { DW_JSON_MOST_PATHS = 56 };

/* As dw_json_parse(), less what no path leads to: of that only the syntax is looked at, not whether keys stand twice.
 * NULL on error, without its place: whoever has to tell it parses the text whole. */
dw_json *dw_json_select(struct dw_arena *arena, const char *text, size_t length, dw_json_paths paths,
                        enum dw_json_flags flags) __attribute__((nonnull, warn_unused_result));

/* The same of a VALUE that is there: a copy without what no path leads to; the rest is shared with VALUE, as by
 * dw_json_share(). NULL where the arena's limit is reached. */
dw_json *dw_json_keep(struct dw_arena *arena, const dw_json *value, dw_json_paths paths)
    __attribute__((nonnull, warn_unused_result));

struct dw_json_stream {
  const char *list;    /* the root's member that is streamed: "items" */
  dw_json_paths paths; /* of its elements */
  enum dw_json_flags flags;
  /* Gets each element, which lives until it returns. Other than 0 ends the reading. */
  int (*take)(void *context, const dw_json *element);
  void *context;
};
/* Reads an object of which one list is large, element by element; returns the object without that list. NULL where it
 * is no such text, or `take` ended it; some elements may have been taken by then. */
dw_json *dw_json_read_stream(struct dw_arena *arena, const char *text, size_t length,
                             const struct dw_json_stream *stream) __attribute__((nonnull, warn_unused_result));

#endif
