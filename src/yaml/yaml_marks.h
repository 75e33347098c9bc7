/* The positions of the keys and values of a YAML document. */
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

/* The marks of the members of a container, in document order. */
struct mark_block {
  const dw_json *container; /* NULL: an unused slot */
  const struct mark *marks;
  size_t count;
};

/* The positions of an alias and of the anchored value. */
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
  /* The marks of a JSON document are made from its text when a position is first needed, because for most documents
   * none ever is. Its lines end only with LF, while libyaml knows other line ends too. */
  struct dw_arena *arena;
  const char *json;
  size_t json_length;
  size_t json_start; /* where this document begins in the text */
  bool json_marked;
};

/* dw_marks_add() returns -1 if the arena's limit is reached, dw_marks_of() NULL if nothing is known. */
int dw_marks_add(struct dw_arena *arena, struct dw_yaml_marks *marks, const dw_json *container, const struct mark *list,
                 size_t count);
const struct mark_block *dw_marks_of(const struct dw_yaml_marks *marks, const dw_json *container);
/* The last mark of KEY. */
const struct mark *dw_mark_of_key(const struct mark *list, size_t count, const char *key);

struct dw_yaml_doc;
/* Where a path leads: to a value, or to the nearest existing ancestor. */
struct mark_cursor {
  const dw_json *value;
  const char *key; /* the key of the value; NULL for the root and for array elements */
  struct place key_place;
  struct place place;
  const char *rest; /* the rest of the path: "" if the value was found */
};
struct mark_cursor dw_marks_follow(const struct dw_yaml_doc *doc, const char *path);

/* If there is an alias at PLACE, the place of the anchored value, else PLACE. */
struct place dw_marks_resolve(const struct dw_yaml_marks *marks, struct place place);

#endif
