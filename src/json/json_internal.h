/* How values are laid out. */
#ifndef JSON_JSON_INTERNAL_H
#define JSON_JSON_INTERNAL_H

#include "json/json.h"

struct member {
  const char *key; /* ends with a NUL, as all text does */
  size_t length;
  dw_json *value;
};

struct dw_json {
  enum dw_json_type type;
  bool repeats;    /* an object whose text had a key twice */
  size_t count;    /* bytes of a string, members of an object, elements of an array; of a number that was not written as
                    * an integer of 64 bits, the bytes of its text, which follow the value */
  size_t capacity; /* of the members or elements */
  union {
    bool truth;
    int64_t integer;
    double real;
    const char *text;
    struct member *members; /* from a capacity above DW_JSON_FEW on with an index behind them */
    dw_json **elements;
  };
};

/* What an object or array can have in a capacity that is not a power of two, and an object without an index. */
enum { DW_JSON_FEW = 16 };

/* A copy of TEXT[LENGTH] with a NUL behind it; NULL where the limit is reached. */
char *dw_json_copy(struct dw_arena *arena, const char *text, size_t length);

/* VALUE in the arena; NULL where the limit is reached. */
dw_json *dw_json_new_value(struct dw_arena *arena, dw_json value);

/* The text of a number as it was written; NULL where it is kept as an integer alone, or was made. */
static inline const char *dw_json_digits(const dw_json *number) {
  return number->count > 0 ? (const char *)(number + 1) : NULL;
}

/* The member KEY of an object, or NULL. */
struct member *dw_json_find(const dw_json *object, const char *key, size_t length);
/* Adds a member whose key OBJECT lacks. False where the limit is reached. */
bool dw_json_add_member(struct dw_arena *arena, dw_json *object, struct member member);

/* What stands elsewhere is copied into the arena, in as much room as it takes. False where the limit is reached. */
bool dw_json_own_members(struct dw_arena *arena, dw_json *object);
bool dw_json_own_elements(struct dw_arena *arena, dw_json *array);

#endif
