/* Where the keys and values of a YAML document stand. */
#ifndef FORMATS_YAML_MARKS_H
#define FORMATS_YAML_MARKS_H

#include <stdbool.h>
#include <stddef.h>

#include "droveway/base/arena.h"
#include "droveway/formats/json.h"

struct place {
  int line;
  int column;
};

struct mark {
  const char *key; /* NULL for an array's element */
  struct place key_place;
  struct place place;
};

/* The marks of one container, in document order; an array's in the order of its elements. */
struct mark_block {
  const dw_json *container; /* NULL: an unused slot */
  const struct mark *marks;
  size_t count;
};

struct dw_yaml_marks {
  struct place root;
  struct mark_block *slots; /* a hash table over the containers' addresses */
  size_t slot_count;        /* a power of two, or 0 */
  size_t used;
  /* A JSON file's marks are looked up in its text instead. */
  const char *json;
  size_t json_length;
  size_t json_start; /* where this document begins in the text */
};

/* Both -1 or NULL where the arena's limit is reached, or nothing is known. */
int dw_marks_add(struct dw_arena *arena, struct dw_yaml_marks *marks, const dw_json *container, const struct mark *list,
                 size_t count);
const struct mark_block *dw_marks_of(const struct dw_yaml_marks *marks, const dw_json *container);
/* The last mark of KEY. */
const struct mark *dw_mark_of_key(const struct mark *list, size_t count, const char *key);

#endif
