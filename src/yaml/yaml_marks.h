/* Where the keys and values of a YAML document stand. */
#ifndef YAML_YAML_MARKS_H
#define YAML_YAML_MARKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "json/json.h"

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

/* An alias, and where the anchored value stands. */
struct alias {
  struct place alias;
  struct place value;
};

struct dw_yaml_marks {
  struct place root;
  struct mark_block *slots; /* a hash table over the containers' addresses */
  size_t slot_count;        /* a power of two, or 0 */
  size_t used;
  const struct alias *aliases; /* in document order */
  size_t alias_count;
  /* A JSON document's marks are made from its text when a place is asked for: most documents are never asked. Its lines
   * end with LF alone, while libyaml knows other line ends too. */
  struct dw_arena *arena;
  const char *json;
  size_t json_length;
  size_t json_start; /* where this document begins in the text */
  bool json_marked;
};

/* Both -1 or NULL where the arena's limit is reached, or nothing is known. */
int dw_marks_add(struct dw_arena *arena, struct dw_yaml_marks *marks, const dw_json *container, const struct mark *list,
                 size_t count);
const struct mark_block *dw_marks_of(const struct dw_yaml_marks *marks, const dw_json *container);
/* The last mark of KEY. */
const struct mark *dw_mark_of_key(const struct mark *list, size_t count, const char *key);

struct dw_yaml_doc;
/* How far a path leads: to a value, or to the nearest ancestor of what is missing. */
struct mark_cursor {
  const dw_json *value;
  const char *key; /* of the value; NULL for the root and for an array's elements */
  struct place key_place;
  struct place place;
  const char *rest; /* of the path: "" where the value was found */
};
struct mark_cursor dw_marks_follow(const struct dw_yaml_doc *doc, const char *path);

/* The place of the anchored value where an alias stands at PLACE, else PLACE. */
struct place dw_marks_resolve(const struct dw_yaml_marks *marks, struct place place);

#endif
