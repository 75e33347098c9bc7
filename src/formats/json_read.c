/* Reading values, and writing them as text. Nothing here changes a value: jansson's iterators only lack the const. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "droveway/base/text.h"
#include "droveway/formats/json.h"
#include "droveway/formats/json_write.h"

enum dw_json_type dw_json_type(const dw_json *value) {
  if (!value)
    return DW_JSON_ABSENT;
  switch (json_typeof(value)) {
  case JSON_OBJECT:
    return DW_JSON_OBJECT;
  case JSON_ARRAY:
    return DW_JSON_ARRAY;
  case JSON_STRING:
    return DW_JSON_STRING;
  case JSON_INTEGER:
    return DW_JSON_INTEGER;
  case JSON_REAL:
    return DW_JSON_REAL;
  case JSON_TRUE:
  case JSON_FALSE:
    return DW_JSON_BOOL;
  case JSON_NULL:
    break;
  }
  return DW_JSON_NULL;
}

const char *dw_json_type_name(const dw_json *value) {
  static const char *const names[] = {
      [DW_JSON_ABSENT] = "absent",      [DW_JSON_NULL] = "null",        [DW_JSON_BOOL] = "a boolean",
      [DW_JSON_INTEGER] = "an integer", [DW_JSON_REAL] = "a number",    [DW_JSON_STRING] = "a string",
      [DW_JSON_ARRAY] = "a list",       [DW_JSON_OBJECT] = "an object",
  };
  return names[dw_json_type(value)];
}

const dw_json *dw_json_get(const dw_json *value, const char *key) {
  return json_object_get(value, key);
}

const dw_json *dw_json_path(const dw_json *value, ...) {
  va_list keys;
  va_start(keys, value);
  for (const char *key = va_arg(keys, const char *); key; key = va_arg(keys, const char *))
    value = dw_json_get(value, key);
  va_end(keys);
  return value;
}

const dw_json *dw_json_get_fold(const dw_json *value, const char *name, const char **key) {
  const dw_json *found = NULL;
  for (struct dw_json_member it = dw_json_first(value); it.value; it = dw_json_next(value, it)) {
    if (!dw_key_equal(it.key, name))
      continue;
    found = it.value;
    if (key)
      *key = it.key;
  }
  return found;
}

const dw_json *dw_json_at(const dw_json *value, size_t index) {
  return json_array_get(value, index);
}

size_t dw_json_size(const dw_json *value) {
  return json_is_object(value) ? json_object_size(value) : json_array_size(value);
}

const char *dw_json_string(const dw_json *value) {
  return json_string_value(value);
}

bool dw_json_integer(const dw_json *value, int64_t *out) {
  if (!json_is_integer(value))
    return false;
  *out = json_integer_value(value);
  return true;
}

bool dw_json_boolean(const dw_json *value, bool *out) {
  if (!json_is_boolean(value))
    return false;
  *out = json_is_true(value);
  return true;
}

const char *dw_json_get_string(const dw_json *value, const char *key) {
  return dw_json_string(dw_json_get(value, key));
}

static struct dw_json_member member_at(void *position) {
  if (!position)
    return (struct dw_json_member){NULL, NULL, NULL};
  return (struct dw_json_member){json_object_iter_key(position), json_object_iter_value(position), position};
}

struct dw_json_member dw_json_first(const dw_json *object) {
  return member_at(json_object_iter((dw_json *)object));
}

struct dw_json_member dw_json_next(const dw_json *object, struct dw_json_member after) {
  return member_at(after.position ? json_object_iter_next((dw_json *)object, after.position) : NULL);
}

bool dw_json_equal(const dw_json *a, const dw_json *b) {
  return a == b || (a && b && json_equal(a, b));
}

/* The shortest digits that read back as the same number, and always as a real one. */
static void write_real(struct dw_json_writer *w, double value) {
  char text[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text - 2, "%.*g", digits, value);
    if (strtod(text, NULL) == value)
      break;
  }
  if (!strpbrk(text, ".e"))
    memcpy(text + strlen(text), ".0", sizeof ".0");
  dw_json_put_raw(w, text);
}

static void write_value(struct dw_json_writer *w, const dw_json *value) {
  bool truth = false;
  int64_t number = 0;
  switch (dw_json_type(value)) {
  case DW_JSON_ABSENT:
  case DW_JSON_NULL:
    dw_json_put_null(w);
    break;
  case DW_JSON_BOOL:
    dw_json_boolean(value, &truth);
    dw_json_put_bool(w, truth);
    break;
  case DW_JSON_INTEGER:
    dw_json_integer(value, &number);
    dw_json_put_int(w, number);
    break;
  case DW_JSON_REAL:
    write_real(w, json_real_value(value));
    break;
  case DW_JSON_STRING:
    dw_json_put_bytes(w, json_string_value(value), json_string_length(value));
    break;
  case DW_JSON_ARRAY:
    dw_json_begin_array(w);
    for (size_t i = 0; i < json_array_size(value); i++)
      write_value(w, json_array_get(value, i));
    dw_json_end_array(w);
    break;
  case DW_JSON_OBJECT:
    dw_json_begin_object(w);
    for (struct dw_json_member it = dw_json_first(value); it.value; it = dw_json_next(value, it)) {
      dw_json_key(w, it.key);
      write_value(w, it.value);
    }
    dw_json_end_object(w);
    break;
  }
}

const char *dw_json_text(struct dw_arena *arena, const dw_json *value) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&out);
  write_value(&w, value);
  return dw_arena_strndup(arena, dw_buf_text(&out), out.length);
}
