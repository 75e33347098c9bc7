/* Positions in JSON text that is known to be valid, which a tree of values does not have. Offsets are in bytes.
 */
#ifndef JSON_JSON_POSITION_H
#define JSON_JSON_POSITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

struct dw_span {
  size_t offset;
  size_t length;
};

/* 1-based line and column (in bytes) of OFFSET in TEXT. */
void dw_text_position(const char *text, size_t length, size_t offset, int *line, int *column) __attribute__((nonnull));

/* The path of the member KEY of the object at PATH ("" for the root): PATH.KEY, or PATH[KEY] if KEY has dots. */
const char *dw_path_join(struct dw_arena *arena, const char *path, const char *key)
    __attribute__((nonnull, returns_nonnull));

struct dw_json_place {
  struct dw_span key;   /* including its quotes; empty for the root and for array elements */
  struct dw_span value; /* the text of the value, without surrounding white space */
  bool empty;           /* an object or array without members */
};

/* Finds a value by its field path: member names and [INDEX] ("plugins[0].ipam.range"; "" is the root). A key that
 * matches exactly is preferred to one that matches ignoring case, and the last one of several wins. False if there is
 * no such value. */
bool dw_json_locate(const char *text, size_t length, const char *path, struct dw_json_place *out)
    __attribute__((nonnull, warn_unused_result));

/* The same, but if there is no such value, OUT receives its nearest existing ancestor. The value's length is 0 if TEXT
 * is not valid JSON. */
bool dw_json_locate_nearest(const char *text, size_t length, const char *path, struct dw_json_place *out)
    __attribute__((nonnull));

/* Keys of one object that are equal, or equal ignoring case. */
struct dw_json_duplicate {
  const char *path;   /* of the last key, as a field path below the root: "ipam.Range" */
  const char *first;  /* the first key, unescaped */
  const char *second; /* the last key, unescaped */
  const char *used;   /* the key whose value is used after Go has sorted the keys: the greatest in byte order */
  size_t times;       /* how often the key appears: 2 or more */
  bool repeated;      /* at least two have the same spelling */
  bool same_value;    /* the text of all values is identical */
  int line;           /* of the last key */
  int column;
  struct dw_span members; /* from the first key to the end of the last key's value */
};

enum { DW_JSON_MOST_DUPLICATES = 64 };

/* Finds the duplicates on all levels, in document order, in O(n log n). COUNT receives their number, at most
 * DW_JSON_MOST_DUPLICATES. */
struct dw_json_duplicate *dw_json_duplicates(struct dw_arena *arena, const char *text, size_t length, size_t *count)
    __attribute__((nonnull, returns_nonnull));

/* --- parsing field paths: "plugins[0].ipam", "annotations[a.b/c]" --- */

struct path_token {
  const char *text;
  size_t length;
};

/* Reads the next token and advances *PATH; false at the end. */
bool dw_path_next(const char **path, struct path_token *token);
/* Returns true if the token is an array index. */
bool dw_path_index(struct path_token token, size_t *index);

/* Appends a member's name, in brackets if it would not be read as a single token. Very long names are truncated. */
void dw_path_add_key(struct dw_buf *path, const char *key, size_t length);

#endif
