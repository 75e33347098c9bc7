/* The layout of values in memory. */
#ifndef JSON_JSON_INTERNAL_H
#define JSON_JSON_INTERNAL_H

#include "json/json.h"

struct member {
  const char *key; /* NUL-terminated, like all texts */
  size_t length;
  dw_json *value;
};

struct dw_json {
  enum dw_json_type type;
  bool repeats; /* an object whose text had the same key twice */
  size_t count; /* bytes of a string, members of an object, or elements of an array. Of a number that was not written as
                   a 64-bit integer: the bytes of its text, which follow the value */
  size_t capacity; /* of the members or elements */
  union {
    bool truth;
    int64_t integer;
    double real;
    const char *text;
    struct member *members; /* followed by an index if the capacity is above DW_JSON_FEW */
    dw_json **elements;
  };
};

/* Up to this capacity, an object has no index, and a capacity need not be a power of two. */
enum { DW_JSON_FEW = 16 };

/* A NUL-terminated copy of TEXT[LENGTH]; NULL if the limit is reached. */
char *dw_json_copy(struct dw_arena *arena, const char *text, size_t length);

/* Copies VALUE to the arena; NULL if the limit is reached. */
dw_json *dw_json_new_value(struct dw_arena *arena, dw_json value);

/* The text of a number as it was written; NULL if only the integer was kept, or if the number was not parsed. */
static inline const char *dw_json_digits(const dw_json *number) {
  return number->count > 0 ? (const char *)(number + 1) : NULL;
}

/* The member KEY of an object, or NULL. */
struct member *dw_json_find(const dw_json *object, const char *key, size_t length);
/* Adds a member whose key OBJECT does not have yet. False if the limit is reached. */
bool dw_json_add_member(struct dw_arena *arena, dw_json *object, struct member member);

/* Copies the members or elements of CONTAINER, which are not in the arena yet, into it, without spare room. False if
 * the limit is reached. */
bool dw_json_own_contents(struct dw_arena *arena, dw_json *container);

#endif
