/* JSON values. Every value lives in the arena that it was parsed or made in; nothing is freed by hand. */
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
  DW_JSON_ABSENT, /* what a NULL pointer is */
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
  DW_JSON_UNIQUE_KEYS =
      1, /* a key twice in one object is an error (DW_ERR_DUPLICATE); else the last one wins, as in Go */
  /* Numbers as they are after Go has decoded them into an interface{} and written them again: 1500.0 and 1.5e3 are
   * integers, where 64 bits suffice. They keep the text that was written. */
  DW_JSON_REMARSHALLED = 2
};

/* Parses exactly one value from TEXT (any bytes, LENGTH of them, need not end in NUL). NULL on error, with the line and
 * column of the place: DW_ERR_SYNTAX, DW_ERR_DUPLICATE, DW_ERR_DEPTH (over DW_JSON_MAX_DEPTH), DW_ERR_MEMORY (the
 * arena's limit) or DW_ERR_INVALID (JSON, but with a NUL in a string or a number beyond a double's range). Text has to
 * be UTF-8. As in Go, half of a surrogate pair reads as U+FFFD and an integer beyond 64 bits as a real number.
 * Thread-safe. */
dw_json *dw_json_parse(struct dw_arena *arena, const char *text, size_t length, enum dw_json_flags flags,
                       struct dw_error *err) __attribute__((nonnull(1, 2), warn_unused_result));

struct dw_json_options {
  enum dw_json_flags flags;
  /* Names of members that are left out, wherever they stand: their values must be JSON, but become none. Ends with
   * NULL; may be NULL itself. */
  const char *const *left_out;
};
/* The same with more to choose. */
dw_json *dw_json_parse_as(struct dw_arena *arena, const char *text, size_t length,
                          const struct dw_json_options *options, struct dw_error *err)
    __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* How deep brackets are nested in TEXT, JSON or not: "[[1]]" is 2. Takes no memory. */
unsigned dw_json_depth(const char *text, size_t length) __attribute__((nonnull));

/* Reading. NULL values are allowed everywhere and read as absent. */
enum dw_json_type dw_json_type(const dw_json *value);
/* "null", "a boolean", "an integer", "an integer beyond 64 bits" (a real number), "a number", "a string", "a list",
 * "an object", "absent": for messages. */
const char *dw_json_type_name(const dw_json *value) __attribute__((returns_nonnull));
/* The member KEY, spelled exactly so; NULL where VALUE is no object or lacks it. */
const dw_json *dw_json_get(const dw_json *value, const char *key) __attribute__((nonnull(2)));
/* Several dw_json_get() in a row: dw_json_path(v, "spec", "config", NULL). */
const dw_json *dw_json_path(const dw_json *value, ...) __attribute__((sentinel));
/* The member that Go's decoder would use for the field NAME, of an object that Go has written itself, so that its keys
 * are sorted: of those whose key equals it without regard to case (dw_key_equal) the greatest, byte by byte. KEY (may
 * be NULL) gets the key as it is written. */
const dw_json *dw_json_get_fold(const dw_json *value, const char *name, const char **key) __attribute__((nonnull(2)));
const dw_json *dw_json_at(const dw_json *value, size_t index); /* array element, or NULL */
size_t dw_json_size(const dw_json *value);                     /* elements or members; 0 for the rest */
const char *dw_json_string(const dw_json *value);              /* NULL unless a string */
bool dw_json_integer(const dw_json *value, int64_t *out) __attribute__((nonnull(2)));
/* Whether it is an integer in the text itself, as those readers need it that get the text first-hand: 1500, not 1500.0.
 */
bool dw_json_written_integer(const dw_json *value);
bool dw_json_real(const dw_json *value, double *out) __attribute__((nonnull(2)));
bool dw_json_boolean(const dw_json *value, bool *out) __attribute__((nonnull(2)));
/* dw_json_string() of dw_json_get(), or NULL. */
const char *dw_json_get_string(const dw_json *value, const char *key) __attribute__((nonnull(2)));

/* Members in document order: `for (it = dw_json_first(v); it.value; it = dw_json_next(v, it))`. */
struct dw_json_member {
  const char *key;      /* first, for dw_by_name() */
  const dw_json *value; /* NULL at the end */
  size_t place;
};
struct dw_json_member dw_json_first(const dw_json *object);
struct dw_json_member dw_json_next(const dw_json *object, struct dw_json_member after);

/* Whether an object, VALUE or one inside it, as its text had it, may have keys that are equal without regard to case
 * (dw_key_equal). True for all with many keys: dw_json_duplicates() tells for sure. */
bool dw_json_may_repeat(const dw_json *value);
/* Whether the text of the object VALUE had a key twice, spelled the same. */
bool dw_json_repeats(const dw_json *value);
/* Equal in type and value, members in any order; absent equals absent only. Real numbers that were parsed are equal
 * where they are written alike. */
bool dw_json_equal(const dw_json *a, const dw_json *b);
/* Compact JSON text, owned by the arena. */
const char *dw_json_text(struct dw_arena *arena, const dw_json *value) __attribute__((nonnull(1), returns_nonnull));

/* Making. All return NULL where the arena's limit is reached. */
dw_json *dw_json_new_object(struct dw_arena *arena) __attribute__((nonnull));
dw_json *dw_json_new_array(struct dw_arena *arena) __attribute__((nonnull));
dw_json *dw_json_new_string(struct dw_arena *arena, const char *text, size_t length) __attribute__((nonnull));
dw_json *dw_json_new_integer(struct dw_arena *arena, int64_t value) __attribute__((nonnull));
dw_json *dw_json_new_real(struct dw_arena *arena, double value) __attribute__((nonnull));
dw_json *dw_json_new_bool(bool value) __attribute__((returns_nonnull));
dw_json *dw_json_new_null(void) __attribute__((returns_nonnull));
/* Both take VALUE over; -1 where the arena's limit is reached. Setting a key again replaces its value. */
int dw_json_set(struct dw_arena *arena, dw_json *object, const char *key, dw_json *value) __attribute__((nonnull));
int dw_json_append(struct dw_arena *arena, dw_json *array, dw_json *value) __attribute__((nonnull));
/* A copy of OBJECT in which the member KEY is VALUE: in the place of the old one, or last. The other members are shared
 * with OBJECT, and so is VALUE, as by dw_json_share(). NULL where the arena's limit is reached. */
dw_json *dw_json_with(struct dw_arena *arena, const dw_json *object, const char *key, const dw_json *value)
    __attribute__((nonnull(1, 3, 4)));
/* VALUE once more, to be given to dw_json_set() or dw_json_append(): a member of several containers, as YAML's aliases
 * make them. Nothing may change it afterwards. */
dw_json *dw_json_share(const dw_json *value) __attribute__((nonnull, returns_nonnull));

#endif
