#include "formats/yaml_marks.h"

#include <stdint.h>
#include <string.h>

#include "droveway/base/buf.h"
#include "droveway/formats/json_scan.h"
#include "droveway/formats/yaml.h"
#include "formats/path.h"

#define FIRST_SLOTS 64

static size_t slot_of(const struct dw_yaml_marks *marks, const dw_json *container) {
  uint64_t hash = (uint64_t)(uintptr_t)container * UINT64_C(0x9E3779B97F4A7C15);
  size_t slot = (size_t)(hash >> 32) & (marks->slot_count - 1);
  while (marks->slots[slot].container && marks->slots[slot].container != container)
    slot = (slot + 1) & (marks->slot_count - 1);
  return slot;
}

static int grow(struct dw_arena *arena, struct dw_yaml_marks *marks) {
  struct dw_yaml_marks larger = *marks;
  larger.slot_count = marks->slot_count ? marks->slot_count * 2 : FIRST_SLOTS;
  larger.slots = dw_arena_try(arena, larger.slot_count * sizeof *larger.slots);
  if (!larger.slots)
    return -1;
  memset(larger.slots, 0, larger.slot_count * sizeof *larger.slots);
  for (size_t i = 0; i < marks->slot_count; i++) {
    if (marks->slots[i].container)
      larger.slots[slot_of(&larger, marks->slots[i].container)] = marks->slots[i];
  }
  *marks = larger;
  return 0;
}

int dw_marks_add(struct dw_arena *arena, struct dw_yaml_marks *marks, const dw_json *container, const struct mark *list,
                 size_t count) {
  if (count == 0)
    return 0;
  if (marks->used * 2 >= marks->slot_count && grow(arena, marks) < 0)
    return -1;
  struct mark *copy = dw_arena_try(arena, count * sizeof *copy);
  if (!copy)
    return -1;
  memcpy(copy, list, count * sizeof *copy);
  marks->slots[slot_of(marks, container)] = (struct mark_block){container, copy, count};
  marks->used++;
  return 0;
}

const struct mark_block *dw_marks_of(const struct dw_yaml_marks *marks, const dw_json *container) {
  if (marks->slot_count == 0)
    return NULL;
  const struct mark_block *block = &marks->slots[slot_of(marks, container)];
  return block->container ? block : NULL;
}

const struct mark *dw_mark_of_key(const struct mark *list, size_t count, const char *key) {
  while (count-- > 0) {
    if (strcmp(list[count].key, key) == 0)
      return &list[count];
  }
  return NULL;
}

struct cursor {
  const dw_json *value;
  struct place key_place;
  struct place place;
};

/* NAME is the token as text; false where VALUE has no such member. */
static bool step_into(const struct dw_yaml_marks *marks, struct cursor *at, struct path_token token, const char *name) {
  const struct mark_block *block = dw_marks_of(marks, at->value);
  const struct mark *mark = NULL;
  const dw_json *next = NULL;
  size_t index = 0;
  if (dw_json_type(at->value) == DW_JSON_OBJECT) {
    next = dw_json_get(at->value, name);
    mark = next && block ? dw_mark_of_key(block->marks, block->count, name) : NULL;
  } else if (dw_path_index(token, &index)) {
    next = dw_json_at(at->value, index);
    mark = next && block ? &block->marks[index] : NULL;
  }
  if (!mark)
    return false;
  *at = (struct cursor){next, mark->key ? mark->key_place : mark->place, mark->place};
  return true;
}

static bool locate_yaml(const struct dw_yaml_doc *doc, const char *path, struct cursor *at) {
  DW_BUF_SCOPED struct dw_buf name = DW_BUF_INIT;
  struct path_token token;
  *at = (struct cursor){doc->root, doc->marks->root, doc->marks->root};
  while (dw_path_next(&path, &token)) {
    dw_buf_truncate(&name, 0);
    dw_buf_add(&name, token.text, token.length);
    if (!step_into(doc->marks, at, token, dw_buf_text(&name)))
      return false;
  }
  return true;
}

/* Cuts the last token off. */
static void cut_path(struct dw_buf *path) {
  const char *start = dw_buf_text(path);
  const char *at = start;
  size_t length = 0;
  struct path_token token;
  while (dw_path_next(&at, &token) && *at)
    length = (size_t)(at - start);
  dw_buf_truncate(path, length);
}

static bool locate_json(const struct dw_yaml_marks *marks, const char *path, struct dw_json_place *place) {
  DW_BUF_SCOPED struct dw_buf nearest = DW_BUF_INIT;
  const char *text = marks->json + marks->json_start;
  size_t length = marks->json_length - marks->json_start;
  if (dw_json_locate(text, length, path, place))
    return true;
  dw_buf_puts(&nearest, path);
  while (nearest.length > 0) {
    cut_path(&nearest);
    if (dw_json_locate(text, length, dw_buf_text(&nearest), place))
      return false;
  }
  return false;
}

bool dw_yaml_locate(const struct dw_yaml_doc *doc, const char *path, bool of_key, int *line, int *column) {
  const struct dw_yaml_marks *marks = doc->marks;
  if (marks->json) {
    struct dw_json_place place = {{0, 0}, {0, 0}, false};
    bool found = locate_json(marks, path, &place);
    size_t offset = of_key && place.key.length > 0 ? place.key.offset : place.value.offset;
    dw_text_position(marks->json, marks->json_length, marks->json_start + offset, line, column);
    return found;
  }
  struct cursor at;
  bool found = locate_yaml(doc, path, &at);
  *line = of_key ? at.key_place.line : at.place.line;
  *column = of_key ? at.key_place.column : at.place.column;
  return found;
}
