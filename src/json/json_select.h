/* Selecting a part of a JSON document by paths. The rest of the text must be valid JSON too, but no values are made of
 * it. */
#ifndef JSON_JSON_SELECT_H
#define JSON_JSON_SELECT_H

#include "json/json.h"

/* The selected paths: member names separated by '|', because keys can contain dots and slashes; "[]" means every
 * element of a list. The value at the end of a path is kept completely. A scalar at an inner position of a path is
 * kept; an object instead of a list, or a list instead of an object, is kept as an empty one, so that the reader can
 * reject it. At most DW_JSON_MOST_PATHS, terminated by NULL. */
typedef const char *const *dw_json_paths;
enum { DW_JSON_MOST_PATHS = 56 };

/* Like dw_json_parse(), but without the values that no path leads to: only their syntax is checked, not whether keys
 * are unique. NULL on error, without its place: to report that, parse the whole text. */
dw_json *dw_json_select(struct dw_arena *arena, const char *text, size_t length, dw_json_paths paths,
                        enum dw_json_flags flags) __attribute__((nonnull, warn_unused_result));

/* The same for an existing VALUE: a copy without the values that no path leads to. The rest is shared with VALUE, as by
 * dw_json_share(). NULL if the arena's limit is reached. */
dw_json *dw_json_keep(struct dw_arena *arena, const dw_json *value, dw_json_paths paths)
    __attribute__((nonnull, warn_unused_result));

struct dw_json_stream {
  const char *list;    /* the member of the root to stream: "items" */
  dw_json_paths paths; /* of its elements */
  enum dw_json_flags flags;
  /* Called with each element, which lives until it returns. A result other than 0 stops reading. */
  int (*receive)(void *context, const dw_json *element);
  void *context;
};
/* Reads an object with one large list element by element, and returns the object without that list. NULL if TEXT is not
 * such an object or if `receive` stopped it; `receive` may have been called for some elements by then. */
dw_json *dw_json_read_stream(struct dw_arena *arena, const char *text, size_t length,
                             const struct dw_json_stream *stream) __attribute__((nonnull, warn_unused_result));

#endif
