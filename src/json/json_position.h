/* Places inside JSON text that is already known to be valid: what a tree of values can't tell. All offsets are bytes.
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

struct dw_json_place {
  struct dw_span key;   /* with its quotes; empty for the root and for array elements */
  struct dw_span value; /* the value's own text, no blanks around it */
  bool empty;           /* an object or array without members */
};

/* Finds a value by path: member names and [INDEX] as in field paths ("plugins[0].ipam.range"; "" is the root). Keys
 * match exactly first, else without regard to case, the last one winning. False where there is none. */
bool dw_json_locate(const char *text, size_t length, const char *path, struct dw_json_place *out)
    __attribute__((nonnull, warn_unused_result));

/* The same; where there is none, OUT gets the nearest ancestor that exists. The value's length is 0 where TEXT is no
 * JSON. */
bool dw_json_locate_nearest(const char *text, size_t length, const char *path, struct dw_json_place *out)
    __attribute__((nonnull));

/* Keys of one object that are equal without regard to case (or altogether). */
struct dw_json_duplicate {
  const char *path;   /* of the last key, as a field path below the root: "ipam.Range" */
  const char *first;  /* the first key, unescaped */
  const char *second; /* the last key, unescaped */
  const char *used;   /* the key whose value counts once Go has sorted the keys: the greatest, byte by byte */
  size_t times;       /* how often the key appears: 2 or more */
  bool repeated;      /* two of them are spelled the same */
  bool same_value;    /* all have the same value, to the letter */
  int line;           /* of the last key */
  int column;
  struct dw_span members; /* from the first key to the end of the last one's value */
};

enum { DW_JSON_MOST_DUPLICATES = 64 };

/* All duplicates on every level, in document order, in O(n log n). COUNT gets their number; at most
 * DW_JSON_MOST_DUPLICATES are kept. */
struct dw_json_duplicate *dw_json_duplicates(struct dw_arena *arena, const char *text, size_t length, size_t *count)
    __attribute__((nonnull, returns_nonnull));

/* --- field paths taken apart: "plugins[0].ipam", "annotations[a.b/c]" --- */

struct path_token {
  const char *text;
  size_t length;
};

/* Takes the next token off *PATH; false at its end. */
bool dw_path_next(const char **path, struct path_token *token);
/* Whether the token can be an array's index. */
bool dw_path_index(struct path_token token, size_t *index);

/* Appends a member's name, in brackets where it would not read as one token. Very long names are cut. */
void dw_path_add_key(struct dw_buf *path, const char *key, size_t length);
void dw_path_add_index(struct dw_buf *path, size_t index);

#endif
