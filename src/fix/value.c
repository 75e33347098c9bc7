#include "fix/value.h"

#include <string.h>

#include "base/text.h"
#include "fix/path.h"

/* The key of the member that NAME names; NULL if there is none. */
static const char *key_of(const dw_json *object, const char *name) {
  const char *folded = NULL;
  if (dw_json_get(object, name) != NULL)
    return name;
  for (struct dw_json_member it = dw_json_first(object); it.value != NULL; it = dw_json_next(object, it))
    if (dw_key_equal(it.key, name))
      folded = it.key;
  return folded;
}

static const dw_json *child_of(const dw_json *value, const char *name) {
  size_t index = 0;
  if (dw_json_type(value) == DW_JSON_ARRAY)
    return dw_fix_path_index(name, &index) ? dw_json_at(value, index) : NULL;
  const char *key = key_of(value, name);
  return key == NULL ? NULL : dw_json_get(value, key);
}

/* A copy of LIST in which NEW replaces element INDEX: NULL removes it, and the index after the last one appends. */
static const dw_json *list_with(struct dw_arena *arena, const dw_json *list, size_t index, const dw_json *new) {
  dw_json *out = dw_json_new_array(arena);
  for (size_t i = 0; i < dw_json_size(list); i++)
    if (i != index)
      dw_json_append(arena, out, dw_json_share(dw_json_at(list, i)));
    else if (new != NULL)
      dw_json_append(arena, out, dw_json_share(new));
  if (index == dw_json_size(list) && new != NULL)
    dw_json_append(arena, out, dw_json_share(new));
  return out;
}

static const dw_json *list_without(struct dw_arena *arena, const dw_json *list, const char *name) {
  size_t index = 0;
  (void)dw_fix_path_index(name, &index);
  return list_with(arena, list, index, NULL);
}

/* A copy of OBJECT in which the member KEY is called NAME; without it if NAME is NULL. */
static const dw_json *object_without(struct dw_arena *arena, const dw_json *object, const char *key, const char *name) {
  dw_json *out = dw_json_new_object(arena);
  for (struct dw_json_member it = dw_json_first(object); it.value != NULL; it = dw_json_next(object, it))
    if (strcmp(it.key, key) != 0)
      dw_json_set(arena, out, it.key, dw_json_share(it.value));
    else if (name != NULL)
      dw_json_set(arena, out, name, dw_json_share(it.value));
  return out;
}

/* VALUE with NEW in place of its existing child NAME. */
static const dw_json *with_child(struct dw_arena *arena, const dw_json *value, const char *name, const dw_json *new) {
  size_t index = 0;
  if (dw_json_type(value) != DW_JSON_ARRAY)
    return dw_json_with(arena, value, key_of(value, name), new);
  (void)dw_fix_path_index(name, &index);
  return list_with(arena, value, index, new);
}

/* --- strings with JSON --- */

static const dw_json *opened(struct dw_arena *arena, const dw_json *value, struct dw_fix_path path) {
  const char *text = dw_json_string(value);
  if (path.count == 0)
    return value;
  if (text != NULL) {
    const dw_json *inner = dw_json_parse(arena, text, strlen(text), DW_JSON_PLAIN, NULL);
    return dw_json_type(inner) >= DW_JSON_ARRAY ? inner : value;
  }
  const dw_json *child = child_of(value, path.names[0]);
  if (child == NULL)
    return value;
  const dw_json *new = opened(arena, child, dw_fix_path_after(path, 1));
  return new == child ? value : with_child(arena, value, path.names[0], new);
}

const dw_json *dw_fix_opened(struct dw_arena *arena, const dw_json *value, const char *path) {
  return opened(arena, value, dw_fix_path_read(arena, path));
}

const dw_json *dw_fix_value_at(struct dw_arena *arena, const dw_json *value, const char *path) {
  struct dw_fix_path names = dw_fix_path_read(arena, path);
  for (size_t i = 0; i < names.count; i++)
    value = child_of(value, names.names[i]);
  return value;
}

/* --- edits --- */

struct applying {
  struct dw_arena *arena;
  const char *why;
};

static const dw_json *fail(struct applying *a, const char *why) {
  a->why = why;
  return NULL;
}

static const dw_json *put(struct applying *a, const dw_json *value, struct dw_fix_path path, const dw_json *new) {
  size_t index = 0;
  if (path.count == 0)
    return new;
  if (dw_json_type(value) <= DW_JSON_NULL)
    value = dw_json_new_object(a->arena);
  const dw_json *child = child_of(value, path.names[0]);
  bool list = dw_json_type(value) == DW_JSON_ARRAY;
  if (!list && dw_json_type(value) != DW_JSON_OBJECT)
    return fail(a, "what should contain it has another type");
  if (list && (!dw_fix_path_index(path.names[0], &index) || index > dw_json_size(value)))
    return fail(a, "the list has no such element");
  const dw_json *made = put(a, child, dw_fix_path_after(path, 1), new);
  if (made == NULL)
    return NULL;
  if (list)
    return list_with(a->arena, value, index, made);
  const char *key = key_of(value, path.names[0]);
  return dw_json_with(a->arena, value, key == NULL ? path.names[0] : key, made);
}

/* Removes the value at PATH, or renames its key to NAME. */
static const dw_json *take(struct applying *a, const dw_json *value, struct dw_fix_path path, const char *name) {
  const dw_json *child = path.count == 0 ? NULL : child_of(value, path.names[0]);
  if (child == NULL)
    return fail(a, "it is not in this file");
  if (path.count > 1) {
    const dw_json *made = take(a, child, dw_fix_path_after(path, 1), name);
    return made == NULL ? NULL : with_child(a->arena, value, path.names[0], made);
  }
  if (dw_json_type(value) == DW_JSON_ARRAY)
    return name != NULL ? fail(a, "an element of a list has no key") : list_without(a->arena, value, path.names[0]);
  const char *key = key_of(value, path.names[0]);
  if (name != NULL && strcmp(name, key) != 0 && dw_json_get(value, name) != NULL)
    return fail(a, dw_arena_printf(a->arena, "there is a \"%s\" already", name));
  return object_without(a->arena, value, key, name);
}

static const dw_json *append(struct applying *a, const dw_json *value, struct dw_fix_path path, const char *field,
                             const dw_json *new) {
  const dw_json *list = dw_fix_value_at(a->arena, value, field);
  if (dw_json_type(list) > DW_JSON_NULL && dw_json_type(list) != DW_JSON_ARRAY)
    return fail(a, "it is not a list");
  const dw_json *none = dw_json_new_array(a->arena);
  return put(a, value, path, list_with(a->arena, list == NULL ? none : list, dw_json_size(list), new));
}

static const dw_json *move(struct applying *a, const dw_json *value, const struct dw_edit *edit) {
  struct dw_fix_path to = dw_fix_path_read(a->arena, edit->value);
  const dw_json *moved = dw_fix_value_at(a->arena, value, edit->field);
  if (dw_json_type(dw_fix_value_at(a->arena, value, edit->value)) > DW_JSON_NULL)
    return fail(a, dw_arena_printf(a->arena, "there is a \"%s\" already", dw_fix_path_last(to)));
  const dw_json *rest = take(a, value, dw_fix_path_read(a->arena, edit->field), NULL);
  return rest == NULL ? NULL : put(a, rest, to, moved);
}

static const dw_json *apply(struct applying *a, const dw_json *value, const struct dw_edit *edit) {
  struct dw_fix_path path = dw_fix_path_read(a->arena, edit->field);
  bool has_json = edit->kind == DW_EDIT_SET || edit->kind == DW_EDIT_APPEND;
  const dw_json *new = NULL;
  if (has_json && (new = dw_json_parse(a->arena, edit->value, strlen(edit->value), DW_JSON_PLAIN, NULL)) == NULL)
    return fail(a, "its new value is not JSON");
  switch (edit->kind) {
  case DW_EDIT_SET:
    return put(a, value, path, new);
  case DW_EDIT_APPEND:
    return append(a, value, path, edit->field, new);
  case DW_EDIT_REMOVE:
    return take(a, value, path, NULL);
  case DW_EDIT_RENAME:
    return take(a, value, path, edit->value);
  case DW_EDIT_MOVE:
    return move(a, value, edit);
  }
  return NULL;
}

const dw_json *dw_fix_applied(struct dw_arena *arena, const dw_json *value, const struct dw_edit *edit,
                              const char **why) {
  struct applying a = {.arena = arena, .why = ""};
  const dw_json *out = apply(&a, value, edit);
  *why = a.why;
  return out;
}
