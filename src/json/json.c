/* Values: making, reading and comparing them. */
#include "json/json.h"

#include <stdarg.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "json/json_internal.h"

/* --- members by key ---
 * Small objects are searched linearly, larger ones have a hash table (open addressing). Its hash is SipHash with a
 * random key, so that a client can't cause collisions. */

static bool is_key(const struct member *member, const char *key, size_t length) {
  return member->length == length && member->key[0] == key[0] && memcmp(member->key, key, length) == 0;
}

/* The slot for KEY, whether KEY has been added or not. The slots follow the members. A slot holds the index of a member
 * plus one, or 0 if it is free. There are twice as many slots as members, so that half of them stay free. */
static uint32_t *slot_for(const dw_json *object, const char *key, size_t length) {
  uint32_t *index = (uint32_t *)(void *)(object->members + object->capacity);
  size_t mask = 2 * object->capacity - 1;
  size_t at = (size_t)dw_hash_keyed(key, length) & mask;
  while (index[at] != 0 && !is_key(&object->members[index[at] - 1], key, length))
    at = (at + 1) & mask;
  return &index[at];
}

struct member *dw_json_find(const dw_json *object, const char *key, size_t length) {
  if (object->capacity > DW_JSON_FEW) {
    uint32_t place = *slot_for(object, key, length);
    return place == 0 ? NULL : &object->members[place - 1];
  }
  for (size_t i = 0; i < object->count; i++)
    if (is_key(&object->members[i], key, length))
      return &object->members[i];
  return NULL;
}

static void enter(const dw_json *object, size_t place) {
  if (object->capacity > DW_JSON_FEW)
    *slot_for(object, object->members[place].key, object->members[place].length) = (uint32_t)(place + 1);
}

static bool set_member_capacity(struct dw_arena *arena, dw_json *object, size_t capacity) {
  size_t slots = capacity > DW_JSON_FEW ? 2 * capacity : 0;
  struct member *members = dw_arena_try(arena, capacity * sizeof *members + slots * sizeof(uint32_t));
  if (!members)
    return false;
  if (object->count > 0)
    memcpy(members, object->members, object->count * sizeof *members);
  object->members = members;
  object->capacity = capacity;
  if (slots > 0)
    memset(object->members + object->capacity, 0, slots * sizeof(uint32_t));
  for (size_t i = 0; i < object->count; i++)
    enter(object, i);
  return true;
}

bool dw_json_add_member(struct dw_arena *arena, dw_json *object, struct member member) {
  size_t more = object->count < 4 ? 4 : object->count < DW_JSON_FEW ? DW_JSON_FEW : 2 * object->capacity;
  if (object->count == object->capacity && !set_member_capacity(arena, object, more))
    return false;
  object->members[object->count] = member;
  enter(object, object->count++);
  return true;
}

/* --- making --- */

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

/* Values of these types are never changed, so one of each is enough. The const is cast away because callers store it
 * among other values. */
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

static bool set_element_capacity(struct dw_arena *arena, dw_json *array, size_t capacity) {
  dw_json **elements = dw_arena_try(arena, capacity * sizeof *elements);
  if (!elements)
    return false;
  if (array->count > 0)
    memcpy(elements, array->elements, array->count * sizeof *elements);
  array->elements = elements;
  array->capacity = capacity;
  return true;
}

bool dw_json_own_contents(struct dw_arena *arena, dw_json *container) {
  return container->type == DW_JSON_OBJECT ? set_member_capacity(arena, container, container->count)
                                           : set_element_capacity(arena, container, container->count);
}

int dw_json_append(struct dw_arena *arena, dw_json *array, dw_json *value) {
  if (dw_arena_exhausted(arena))
    return -1;
  if (array->count == array->capacity && !set_element_capacity(arena, array, array->count < 4 ? 4 : 2 * array->count))
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

/* --- reading --- */

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

/* Compares the digits too, because beyond 53 bits different integers become the same floating-point number. */
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
