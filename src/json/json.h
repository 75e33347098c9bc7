/* JSON values. A value lives in the arena that it was parsed or made in, and is freed with it. */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

typedef struct dw_json dw_json;

#define DW_JSON_MAX_DEPTH 128

enum dw_json_type {
  DW_JSON_ABSENT, /* the type of a NULL pointer */
  DW_JSON_NULL,
  DW_JSON_BOOL,
  DW_JSON_INTEGER,
  DW_JSON_REAL,
  DW_JSON_STRING,
  DW_JSON_ARRAY,
  DW_JSON_OBJECT
};

enum dw_json_flags {
  DW_JSON_PLAIN = 0,
  DW_JSON_UNIQUE_KEYS = 1, /* a key that appears twice in an object is an error (DW_ERR_DUPLICATE); otherwise the last
                              one wins, as in Go */
  /* Numbers become what they are after Go has decoded them into an interface{} and encoded them again: 1500.0 and 1.5e3
     are integers if 64 bits suffice. Their original text is kept. */
  DW_JSON_REMARSHALLED = 2
};

/* Parses exactly one value from TEXT (LENGTH arbitrary bytes, without a NUL at the end). Returns NULL on error and sets
 * ERR, with line and column: DW_ERR_SYNTAX, DW_ERR_DUPLICATE, DW_ERR_DEPTH (nested deeper than DW_JSON_MAX_DEPTH),
 * DW_ERR_MEMORY (the arena's limit) or DW_ERR_INVALID (valid JSON, but with a NUL in a string or a number that a double
 * can't hold). The text must be UTF-8. As in Go, half a surrogate pair becomes U+FFFD and an integer beyond 64 bits a
 * real number. Thread-safe. */
dw_json *dw_json_parse(struct dw_arena *arena, const char *text, size_t length, enum dw_json_flags flags,
                       struct dw_error *err) __attribute__((nonnull(1, 2), warn_unused_result));

struct dw_json_options {
  enum dw_json_flags flags;
  /* Names of members to omit at every level: their values must be valid JSON, but are not kept. Ends with NULL, or is
   * NULL. */
  const char *const *omitted;
};
/* The same with more options. */
dw_json *dw_json_parse_as(struct dw_arena *arena, const char *text, size_t length,
                          const struct dw_json_options *options, struct dw_error *err)
    __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* How deep brackets are nested in TEXT, which need not be valid JSON: 2 for "[[1]]". Allocates nothing. */
unsigned dw_json_depth(const char *text, size_t length) __attribute__((nonnull));

/* Reading. NULL is allowed for every value, and means an absent one. */
enum dw_json_type dw_json_type(const dw_json *value);
/* "null", "a boolean", "an integer", "an integer beyond 64 bits" (a real number), "a number", "a string", "a list",
 * "an object" or "absent": for messages. */
const char *dw_json_type_name(const dw_json *value) __attribute__((returns_nonnull));
/* The member KEY, with exactly this spelling; NULL if VALUE is not an object or has no such member. */
const dw_json *dw_json_get(const dw_json *value, const char *key) __attribute__((nonnull(2)));
/* Nested dw_json_get(): dw_json_path(v, "spec", "config", NULL). */
const dw_json *dw_json_path(const dw_json *value, ...) __attribute__((sentinel));
/* The member that Go's decoder would use for the field NAME of an object that Go itself has encoded, with sorted keys:
 * among the keys that are equal to NAME ignoring case (dw_key_equal), the greatest in byte order. KEY (may be NULL)
 * receives the key as written. */
const dw_json *dw_json_get_fold(const dw_json *value, const char *name, const char **key) __attribute__((nonnull(2)));
const dw_json *dw_json_at(const dw_json *value, size_t index); /* array element, or NULL */
size_t dw_json_size(const dw_json *value);                     /* elements or members; 0 for the rest */
const char *dw_json_string(const dw_json *value);              /* NULL unless a string */
bool dw_json_integer(const dw_json *value, int64_t *out) __attribute__((nonnull(2)));
/* Returns true if VALUE is written as an integer: 1500, not 1500.0. Some programs read the original text. */
bool dw_json_written_integer(const dw_json *value);
bool dw_json_real(const dw_json *value, double *out) __attribute__((nonnull(2)));
bool dw_json_boolean(const dw_json *value, bool *out) __attribute__((nonnull(2)));
/* dw_json_string() of dw_json_get(), or NULL. */
const char *dw_json_get_string(const dw_json *value, const char *key) __attribute__((nonnull(2)));

/* Members in document order: `for (it = dw_json_first(v); it.value; it = dw_json_next(v, it))`. */
struct dw_json_member {
  const char *key;      /* first, for dw_by_name() */
  const dw_json *value; /* NULL after the last member */
  size_t place;
};
struct dw_json_member dw_json_first(const dw_json *object);
struct dw_json_member dw_json_next(const dw_json *object, struct dw_json_member after);

/* Returns true if VALUE or an object inside it may have had keys in its text that are equal ignoring case
 * (dw_key_equal). Always true for objects with many keys; dw_json_duplicates() gives the exact answer. */
bool dw_json_may_repeat(const dw_json *value);
/* Returns true if the text of the object VALUE had the same key twice, with the same spelling. */
bool dw_json_repeats(const dw_json *value);
/* Returns true if both have the same type and value, with members in any order. An absent value equals only an absent
 * one. Parsed real numbers are equal if they are written alike. */
bool dw_json_equal(const dw_json *a, const dw_json *b);
/* Compact JSON text, owned by the arena. */
const char *dw_json_text(struct dw_arena *arena, const dw_json *value) __attribute__((nonnull(1), returns_nonnull));

/* Making values. All return NULL if the arena's limit is reached. */
dw_json *dw_json_new_object(struct dw_arena *arena) __attribute__((nonnull));
dw_json *dw_json_new_array(struct dw_arena *arena) __attribute__((nonnull));
dw_json *dw_json_new_string(struct dw_arena *arena, const char *text, size_t length) __attribute__((nonnull));
dw_json *dw_json_new_integer(struct dw_arena *arena, int64_t value) __attribute__((nonnull));
dw_json *dw_json_new_real(struct dw_arena *arena, double value) __attribute__((nonnull));
dw_json *dw_json_new_bool(bool value) __attribute__((returns_nonnull));
dw_json *dw_json_new_null(void) __attribute__((returns_nonnull));
/* VALUE becomes part of the container and must not be used elsewhere. Returns -1 if the arena's limit is reached.
 * Setting a key again replaces its value. */
int dw_json_set(struct dw_arena *arena, dw_json *object, const char *key, dw_json *value) __attribute__((nonnull));
int dw_json_append(struct dw_arena *arena, dw_json *array, dw_json *value) __attribute__((nonnull));
/* A copy of OBJECT in which the member KEY is VALUE: at the position of the old one, or last. VALUE and the other
 * members are shared, as by dw_json_share(). NULL if the arena's limit is reached. */
dw_json *dw_json_with(struct dw_arena *arena, const dw_json *object, const char *key, const dw_json *value)
    __attribute__((nonnull(1, 3, 4)));
/* Returns VALUE for another dw_json_set() or dw_json_append(), so that several containers can share it, like the target
 * of YAML aliases. It must not be changed afterwards. */
dw_json *dw_json_share(const dw_json *value) __attribute__((nonnull, returns_nonnull));

#endif
