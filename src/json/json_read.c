/* Reading values, and writing them as text. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/json_value.h"
#include "json/json_write.h"

enum dw_json_type dw_json_type(const dw_json *value) {
  return value ? value->type : DW_JSON_ABSENT;
}

const char *dw_json_type_name(const dw_json *value) {
  static const char *const names[] = {
      [DW_JSON_ABSENT] = "absent",      [DW_JSON_NULL] = "null",        [DW_JSON_BOOL] = "a boolean",
      [DW_JSON_INTEGER] = "an integer", [DW_JSON_REAL] = "a number",    [DW_JSON_STRING] = "a string",
      [DW_JSON_ARRAY] = "a list",       [DW_JSON_OBJECT] = "an object",
  };
  enum dw_json_type type = dw_json_type(value);
  const char *digits = type == DW_JSON_REAL || type == DW_JSON_INTEGER ? dw_json_digits(value) : NULL;
  bool plain = digits && !strpbrk(digits, ".eE");
  if (digits && type == DW_JSON_INTEGER)
    return names[plain ? DW_JSON_INTEGER : DW_JSON_REAL];
  return plain ? "an integer beyond 64 bits" : names[type];
}

const dw_json *dw_json_get(const dw_json *value, const char *key) {
  if (dw_json_type(value) != DW_JSON_OBJECT)
    return NULL;
  const struct member *member = dw_json_find(value, key, strlen(key));
  return member ? member->value : NULL;
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
  struct dw_json_member found = {0};
  for (struct dw_json_member it = dw_json_first(value); it.value; it = dw_json_next(value, it))
    if (dw_key_equal(it.key, name) && (!found.value || strcmp(it.key, found.key) > 0))
      found = it;
  if (found.value && key)
    *key = found.key;
  return found.value;
}

const dw_json *dw_json_at(const dw_json *value, size_t index) {
  return dw_json_type(value) == DW_JSON_ARRAY && index < value->count ? value->elements[index] : NULL;
}

size_t dw_json_size(const dw_json *value) {
  enum dw_json_type type = dw_json_type(value);
  return type == DW_JSON_OBJECT || type == DW_JSON_ARRAY ? value->count : 0;
}

const char *dw_json_string(const dw_json *value) {
  return dw_json_type(value) == DW_JSON_STRING ? value->text : NULL;
}

bool dw_json_integer(const dw_json *value, int64_t *out) {
  if (dw_json_type(value) != DW_JSON_INTEGER)
    return false;
  *out = value->integer;
  return true;
}

bool dw_json_written_integer(const dw_json *value) {
  return dw_json_type(value) == DW_JSON_INTEGER && (!dw_json_digits(value) || !strpbrk(dw_json_digits(value), ".eE"));
}

bool dw_json_real(const dw_json *value, double *out) {
  if (dw_json_type(value) != DW_JSON_REAL)
    return false;
  *out = value->real;
  return true;
}

bool dw_json_boolean(const dw_json *value, bool *out) {
  if (dw_json_type(value) != DW_JSON_BOOL)
    return false;
  *out = value->truth;
  return true;
}

const char *dw_json_get_string(const dw_json *value, const char *key) {
  return dw_json_string(dw_json_get(value, key));
}

static struct dw_json_member member_at(const dw_json *object, size_t place) {
  if (dw_json_type(object) != DW_JSON_OBJECT || place >= object->count)
    return (struct dw_json_member){NULL, NULL, 0};
  return (struct dw_json_member){object->members[place].key, object->members[place].value, place};
}

struct dw_json_member dw_json_first(const dw_json *object) {
  return member_at(object, 0);
}

struct dw_json_member dw_json_next(const dw_json *object, struct dw_json_member after) {
  return member_at(object, after.place + 1);
}

static bool has_equal_keys(const dw_json *object) {
  if (object->repeats || object->count > DW_JSON_FEW)
    return true;
  for (size_t i = 0; i < object->count; i++)
    for (size_t j = 0; j < i; j++)
      if (dw_key_equal(object->members[i].key, object->members[j].key))
        return true;
  return false;
}

bool dw_json_may_repeat(const dw_json *value) {
  enum dw_json_type type = dw_json_type(value);
  if (type == DW_JSON_OBJECT && has_equal_keys(value))
    return true;
  for (size_t i = 0; i < dw_json_size(value); i++)
    if (dw_json_may_repeat(type == DW_JSON_OBJECT ? value->members[i].value : value->elements[i]))
      return true;
  return false;
}

bool dw_json_repeats(const dw_json *value) {
  return dw_json_type(value) == DW_JSON_OBJECT && value->repeats;
}

static bool same_members(const dw_json *a, const dw_json *b) {
  for (size_t i = 0; i < a->count; i++) {
    const struct member *member = dw_json_find(b, a->members[i].key, a->members[i].length);
    if (!member || !dw_json_equal(a->members[i].value, member->value))
      return false;
  }
  return true;
}

static bool same_elements(const dw_json *a, const dw_json *b) {
  for (size_t i = 0; i < a->count; i++)
    if (!dw_json_equal(a->elements[i], b->elements[i]))
      return false;
  return true;
}

/* Beyond 53 bits, different integers are one floating-point number. */
static bool same_reals(const dw_json *a, const dw_json *b) {
  const char *x = dw_json_digits(a);
  const char *y = dw_json_digits(b);
  return a->real == b->real && (!x || !y || strcmp(x, y) == 0);
}

bool dw_json_equal(const dw_json *a, const dw_json *b) {
  if (a == b || !a || !b)
    return a == b;
  bool number = a->type == DW_JSON_INTEGER || a->type == DW_JSON_REAL;
  if (a->type != b->type || (a->count != b->count && !number))
    return false;
  switch (a->type) {
  case DW_JSON_BOOL:
    return a->truth == b->truth;
  case DW_JSON_INTEGER:
    return a->integer == b->integer;
  case DW_JSON_REAL:
    return same_reals(a, b);
  case DW_JSON_STRING:
    return memcmp(a->text, b->text, a->count) == 0;
  case DW_JSON_ARRAY:
    return same_elements(a, b);
  case DW_JSON_OBJECT:
    return same_members(a, b);
  case DW_JSON_ABSENT:
  case DW_JSON_NULL:
    break;
  }
  return true;
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
    if (dw_json_digits(value))
      dw_json_put_raw(w, dw_json_digits(value));
    else
      dw_json_put_int(w, number);
    break;
  case DW_JSON_REAL:
    if (dw_json_digits(value))
      dw_json_put_raw(w, dw_json_digits(value));
    else
      write_real(w, value->real);
    break;
  case DW_JSON_STRING:
    dw_json_put_bytes(w, value->text, value->count);
    break;
  case DW_JSON_ARRAY:
    dw_json_begin_array(w);
    for (size_t i = 0; i < value->count; i++)
      write_value(w, value->elements[i]);
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
  struct dw_buf out = DW_BUF_IN(arena);
  struct dw_json_writer w = DW_JSON_WRITER(&out);
  write_value(&w, value);
  return dw_buf_text(&out);
}
