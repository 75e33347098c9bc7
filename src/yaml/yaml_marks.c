#include "yaml/yaml_marks.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "yaml/yaml.h"
#include "json/json_position.h"
#include "json/scan.h"

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

/* --- the marks of a JSON document, made in one pass over its text and its tree --- */

struct walker {
  struct dw_yaml_marks *marks;
  struct scan scan;
  struct dw_buf pending; /* struct mark each: those of the open containers, as a stack */
  size_t at;             /* the offset of `place` */
  struct place place;
};

/* The place of OFFSET. Offsets must be requested in ascending order. */
static struct place place_of(struct walker *w, size_t offset) {
  for (; w->at < offset; w->at++) {
    char c = w->scan.text[w->at];
    if (c == '\n')
      w->place = (struct place){w->place.line + 1, 1};
    else if (!dw_utf8_is_inside(c))
      w->place.column++;
  }
  return w->place;
}

static bool mark_value(struct walker *w, const dw_json *value);

static bool mark_members(struct walker *w, const dw_json *container, const struct scan_walk *start) {
  struct scan_walk walk = *start;
  struct dw_span key;
  struct dw_json_member member = dw_json_first(container);
  enum scan_step step;
  while ((step = dw_scan_next(&w->scan, &walk, &key)) == SCAN_MEMBER) {
    struct mark mark = {.key = walk.object ? member.key : NULL};
    const dw_json *value = walk.object ? member.value : dw_json_at(container, walk.count - 1);
    if (!value)
      return false;
    if (walk.object)
      mark.key_place = place_of(w, key.offset);
    mark.place = place_of(w, w->scan.at);
    dw_buf_add(&w->pending, &mark, sizeof mark);
    if (!mark_value(w, value))
      return false;
    if (walk.object)
      member = dw_json_next(container, member);
  }
  return step == SCAN_END;
}

static bool mark_value(struct walker *w, const dw_json *value) {
  struct scan_walk walk;
  char c = dw_scan_peek(&w->scan);
  size_t first = w->pending.length;
  if (c != '{' && c != '[')
    return dw_scan_value(&w->scan);
  if (!dw_scan_enter(&w->scan, &walk) || !mark_members(w, value, &walk))
    return false;
  size_t count = (w->pending.length - first) / sizeof(struct mark);
  const struct mark *list = count > 0 ? (const void *)(w->pending.data + first) : NULL;
  if (dw_marks_add(w->marks->arena, w->marks, value, list, count) < 0)
    return false;
  dw_buf_truncate(&w->pending, first);
  return true;
}

/* Marks a JSON document, unless it is marked already. */
static void mark_json(const struct dw_yaml_doc *doc) {
  struct dw_yaml_marks *marks = doc->marks;
  if (marks->json_marked)
    return;
  marks->json_marked = true;
  struct walker w = {.marks = marks, .scan = dw_scan_start(marks->json, marks->json_length), .place = {doc->line, 1}};
  const char *line_end = memrchr(marks->json, '\n', marks->json_start);
  w.at = line_end ? (size_t)(line_end - marks->json) + 1 : 0;
  w.scan.at = marks->json_start;
  marks->root = place_of(&w, marks->json_start);
  (void)mark_value(&w, doc->root); /* if the limit is reached, the places of some values stay unknown */
  dw_buf_free(&w.pending);
}

/* --- paths --- */

/* NAME is the token as text. False if the value has no such member. */
static bool step_into(const struct dw_yaml_marks *marks, struct mark_cursor *at, struct path_token token,
                      const char *name) {
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
  *at = (struct mark_cursor){next, mark->key, mark->key ? mark->key_place : mark->place, mark->place, ""};
  return true;
}

struct mark_cursor dw_marks_follow(const struct dw_yaml_doc *doc, const char *path) {
  DW_BUF_SCOPED struct dw_buf name = DW_BUF_INIT;
  struct path_token token;
  if (doc->marks->json)
    mark_json(doc);
  struct mark_cursor at = {doc->root, NULL, doc->marks->root, doc->marks->root, ""};
  for (const char *rest = path; dw_path_next(&path, &token); rest = path) {
    dw_buf_truncate(&name, 0);
    dw_buf_add(&name, token.text, token.length);
    if (!step_into(doc->marks, &at, token, dw_buf_text(&name))) {
      at.rest = rest;
      break;
    }
  }
  return at;
}

static int by_place(const void *a, const void *b) {
  const struct alias *left = a;
  const struct alias *right = b;
  if (left->alias.line != right->alias.line)
    return left->alias.line < right->alias.line ? -1 : 1;
  return (left->alias.column > right->alias.column) - (left->alias.column < right->alias.column);
}

struct place dw_marks_resolve(const struct dw_yaml_marks *marks, struct place place) {
  const struct alias wanted = {.alias = place};
  if (marks->alias_count == 0)
    return place;
  const struct alias *found = bsearch(&wanted, marks->aliases, marks->alias_count, sizeof wanted, by_place);
  return found ? found->value : place;
}

bool dw_yaml_locate(const struct dw_yaml_doc *doc, const char *path, bool of_key, int *line, int *column) {
  struct mark_cursor at = dw_marks_follow(doc, path);
  *line = of_key ? at.key_place.line : at.place.line;
  *column = of_key ? at.key_place.column : at.place.column;
  return *at.rest == '\0';
}
