/* Finding members by key: one by one where they are few, else by a hash table (open addressing) that nobody outside can
 * make collide: SipHash with a random key. */
#include <string.h>

#include "base/hash.h"
#include "json/json_value.h"

/* A slot holds the place of a member plus one; 0 is free. Twice as many as members, so that half of them stay free. */
static size_t slots_of(size_t capacity) {
  return capacity > DW_JSON_FEW ? 2 * capacity : 0;
}

static uint32_t *index_of(const dw_json *object) {
  return (uint32_t *)(void *)(object->members + object->capacity);
}

static bool is_key(const struct member *member, const char *key, size_t length) {
  return member->length == length && member->key[0] == key[0] && memcmp(member->key, key, length) == 0;
}

/* The slot that holds KEY, or the free one where it belongs. */
static uint32_t *slot_for(const dw_json *object, const char *key, size_t length) {
  uint32_t *index = index_of(object);
  size_t mask = slots_of(object->capacity) - 1;
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

static bool set_capacity(struct dw_arena *arena, dw_json *object, size_t capacity) {
  size_t slots = slots_of(capacity);
  struct member *members = dw_arena_try(arena, capacity * sizeof *members + slots * sizeof(uint32_t));
  if (!members)
    return false;
  if (object->count > 0)
    memcpy(members, object->members, object->count * sizeof *members);
  object->members = members;
  object->capacity = capacity;
  if (slots > 0)
    memset(index_of(object), 0, slots * sizeof(uint32_t));
  for (size_t i = 0; i < object->count; i++)
    enter(object, i);
  return true;
}

bool dw_json_add_member(struct dw_arena *arena, dw_json *object, struct member member) {
  size_t more = object->count < 4 ? 4 : object->count < DW_JSON_FEW ? DW_JSON_FEW : 2 * object->capacity;
  if (object->count == object->capacity && !set_capacity(arena, object, more))
    return false;
  object->members[object->count] = member;
  enter(object, object->count++);
  return true;
}

bool dw_json_own_members(struct dw_arena *arena, dw_json *object) {
  return set_capacity(arena, object, object->count);
}
