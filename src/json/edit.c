#include "json/edit.h"

#include <inttypes.h>
#include <string.h>

#include "json/json_write.h"

static struct dw_edits one(struct dw_arena *arena, enum dw_edit_kind kind, const char *field, const char *value) {
  struct dw_edit *edit = dw_arena_alloc(arena, sizeof *edit);
  *edit = (struct dw_edit){.kind = kind, .field = field, .value = value};
  return (struct dw_edits){.items = edit, .count = 1};
}

struct dw_edits dw_edit_set(struct dw_arena *arena, const char *field, const char *json) {
  return one(arena, DW_EDIT_SET, field, json);
}

struct dw_edits dw_edit_set_text(struct dw_arena *arena, const char *field, const char *text) {
  return dw_edit_set(arena, field, dw_json_quote(arena, text));
}

struct dw_edits dw_edit_set_integer(struct dw_arena *arena, const char *field, int64_t number) {
  return dw_edit_set(arena, field, dw_arena_printf(arena, "%" PRId64, number));
}

struct dw_edits dw_edit_remove(struct dw_arena *arena, const char *field) {
  return one(arena, DW_EDIT_REMOVE, field, NULL);
}

struct dw_edits dw_edit_rename(struct dw_arena *arena, const char *field, const char *key) {
  return one(arena, DW_EDIT_RENAME, field, key);
}

struct dw_edits dw_edit_move(struct dw_arena *arena, const char *field, const char *path) {
  return one(arena, DW_EDIT_MOVE, field, path);
}

struct dw_edits dw_edit_append(struct dw_arena *arena, const char *field, const char *json) {
  return one(arena, DW_EDIT_APPEND, field, json);
}

struct dw_edits dw_edit_append_text(struct dw_arena *arena, const char *field, const dw_json *list, const char *text) {
  const char *element = dw_json_quote(arena, text);
  if (list == NULL || dw_json_type(list) == DW_JSON_ARRAY)
    return dw_edit_append(arena, field, element);
  return dw_edit_set(arena, field, dw_arena_join(arena, "[", element, "]"));
}

struct dw_edits dw_edit_by_words(struct dw_arena *arena, const char *field, const char *fix) {
  if (fix == NULL || strcmp(fix, "remove it") != 0)
    return (struct dw_edits){NULL, 0};
  return dw_edit_remove(arena, field);
}

struct dw_edits dw_edits_join(struct dw_arena *arena, struct dw_edits first, struct dw_edits next) {
  if (first.count == 0 || next.count == 0)
    return first.count == 0 ? next : first;
  struct dw_edit *items = dw_arena_array(arena, first.count + next.count, sizeof *items);
  memcpy(items, first.items, first.count * sizeof *items);
  memcpy(items + first.count, next.items, next.count * sizeof *items);
  return (struct dw_edits){.items = items, .count = first.count + next.count};
}
