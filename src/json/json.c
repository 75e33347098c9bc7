/* Making values. */
#include "json/json.h"

#include <string.h>

#include "json/json_value.h"

char *dw_json_copy(struct dw_arena *arena, const char *text, size_t length) {
  char *copy = dw_arena_try(arena, length + 1);
  if (!copy)
    return NULL;
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

dw_json *dw_json_new_value(struct dw_arena *arena, dw_json value) {
  dw_json *made = dw_arena_try(arena, sizeof *made);
  if (made)
    *made = value;
  return made;
}

dw_json *dw_json_new_object(struct dw_arena *arena) {
  return dw_json_new_value(arena, (dw_json){.type = DW_JSON_OBJECT, .members = NULL});
}

dw_json *dw_json_new_array(struct dw_arena *arena) {
  return dw_json_new_value(arena, (dw_json){.type = DW_JSON_ARRAY, .elements = NULL});
}

dw_json *dw_json_new_string(struct dw_arena *arena, const char *text, size_t length) {
  const char *copy = dw_json_copy(arena, text, length);
  return copy ? dw_json_new_value(arena, (dw_json){.type = DW_JSON_STRING, .count = length, .text = copy}) : NULL;
}

dw_json *dw_json_new_integer(struct dw_arena *arena, int64_t value) {
  return dw_json_new_value(arena, (dw_json){.type = DW_JSON_INTEGER, .integer = value});
}

dw_json *dw_json_new_real(struct dw_arena *arena, double value) {
  return dw_json_new_value(arena, (dw_json){.type = DW_JSON_REAL, .real = value});
}

/* Nothing ever changes a value of these types, so one of each does; the const is lost for callers who hold it among
 * others. */
dw_json *dw_json_new_bool(bool value) {
  static const dw_json values[] = {{.type = DW_JSON_BOOL, .truth = false}, {.type = DW_JSON_BOOL, .truth = true}};
  return (dw_json *)&values[value];
}

dw_json *dw_json_new_null(void) {
  static const dw_json value = {.type = DW_JSON_NULL};
  return (dw_json *)&value;
}

int dw_json_set(struct dw_arena *arena, dw_json *object, const char *key, dw_json *value) {
  size_t length = strlen(key);
  struct member *old = object->count > 0 ? dw_json_find(object, key, length) : NULL;
  if (old) {
    old->value = value;
    return 0;
  }
  const char *copy = dw_json_copy(arena, key, length);
  return copy && dw_json_add_member(arena, object, (struct member){copy, length, value}) ? 0 : -1;
}

static bool set_capacity(struct dw_arena *arena, dw_json *array, size_t capacity) {
  dw_json **elements = dw_arena_try(arena, capacity * sizeof *elements);
  if (!elements)
    return false;
  if (array->count > 0)
    memcpy(elements, array->elements, array->count * sizeof *elements);
  array->elements = elements;
  array->capacity = capacity;
  return true;
}

bool dw_json_own_elements(struct dw_arena *arena, dw_json *array) {
  return set_capacity(arena, array, array->count);
}

int dw_json_append(struct dw_arena *arena, dw_json *array, dw_json *value) {
  if (dw_arena_exhausted(arena))
    return -1;
  if (array->count == array->capacity && !set_capacity(arena, array, array->count < 4 ? 4 : 2 * array->count))
    return -1;
  array->elements[array->count++] = value;
  return 0;
}

dw_json *dw_json_with(struct dw_arena *arena, const dw_json *object, const char *key, const dw_json *value) {
  dw_json *copy = dw_json_new_object(arena);
  int result = copy == NULL ? -1 : 0;
  for (struct dw_json_member m = dw_json_first(object); m.value != NULL && result == 0; m = dw_json_next(object, m))
    result = dw_json_set(arena, copy, m.key, dw_json_share(m.value));
  return result == 0 && dw_json_set(arena, copy, key, dw_json_share(value)) == 0 ? copy : NULL;
}

dw_json *dw_json_share(const dw_json *value) {
  return (dw_json *)value;
}
