/* Edits of a JSON value that fix what is wrong with it, without a decision by a person. */
#ifndef JSON_EDIT_H
#define JSON_EDIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "json/json.h"

/* One edit of an object. FIELD is a path as findings have it, in the object as sent: "spec.config.ipam.range" leads
 * into the JSON inside spec.config, "spec.config.plugins[0].master" into its list, and "labels[a.b/c]" to a key with
 * dots. */
enum dw_edit_kind {
  DW_EDIT_SET,    /* FIELD gets the value VALUE (JSON); it and the objects around it are added if they are absent */
  DW_EDIT_REMOVE, /* FIELD is removed with its key, or the element from its list; VALUE is NULL */
  DW_EDIT_RENAME, /* the key of FIELD becomes VALUE (plain text) */
  DW_EDIT_APPEND, /* VALUE (JSON) becomes the last element of the list FIELD, which is added if it is absent */
  DW_EDIT_MOVE    /* FIELD with its value is moved; VALUE (plain text) is its new path */
};

struct dw_edit {
  enum dw_edit_kind kind;
  const char *field;
  const char *value;
};

/* In the order in which they apply. */
struct dw_edits {
  const struct dw_edit *items; /* NULL if there are none */
  size_t count;
};

/* Each returns one edit in ARENA. Its texts are not copied, unless they are turned into JSON. */
struct dw_edits dw_edit_set(struct dw_arena *arena, const char *field, const char *json) __attribute__((nonnull));
struct dw_edits dw_edit_set_text(struct dw_arena *arena, const char *field, const char *text) __attribute__((nonnull));
struct dw_edits dw_edit_set_integer(struct dw_arena *arena, const char *field, int64_t number) __attribute__((nonnull));
struct dw_edits dw_edit_remove(struct dw_arena *arena, const char *field) __attribute__((nonnull));
struct dw_edits dw_edit_rename(struct dw_arena *arena, const char *field, const char *key) __attribute__((nonnull));
struct dw_edits dw_edit_move(struct dw_arena *arena, const char *field, const char *path) __attribute__((nonnull));
/* Adds JSON to the list at FIELD. */
struct dw_edits dw_edit_append(struct dw_arena *arena, const char *field, const char *json) __attribute__((nonnull));
/* Adds the string TEXT to the list at FIELD, whose value is LIST. If LIST is not a list, it is replaced by one. */
struct dw_edits dw_edit_append_text(struct dw_arena *arena, const char *field, const dw_json *list, const char *text)
    __attribute__((nonnull(1, 2, 4)));
/* The edit that the words FIX ask for if they are just "remove it"; none for other words, and for NULL. */
struct dw_edits dw_edit_by_words(struct dw_arena *arena, const char *field, const char *fix)
    __attribute__((nonnull(1, 2)));
/* First FIRST, then NEXT. */
struct dw_edits dw_edits_join(struct dw_arena *arena, struct dw_edits first, struct dw_edits next)
    __attribute__((nonnull(1)));

#endif
