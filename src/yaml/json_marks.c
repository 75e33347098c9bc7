/* The marks of a JSON document, from one walk over its text beside its tree. */
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "yaml/yaml.h"
#include "yaml/yaml_marks.h"
#include "json/scan.h"

struct walker {
  struct dw_yaml_marks *marks;
  struct scan scan;
  struct dw_buf pending; /* struct mark each: those of the open containers, as a stack */
  size_t at;             /* what PLACE tells of */
  struct place place;
};

/* The place of OFFSET; the walk asks for places in the order of the text. */
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

void dw_marks_of_json(const struct dw_yaml_doc *doc) {
  struct dw_yaml_marks *marks = doc->marks;
  if (marks->json_marked)
    return;
  marks->json_marked = true;
  struct walker w = {.marks = marks, .scan = dw_scan_start(marks->json, marks->json_length), .place = {doc->line, 1}};
  const char *line_end = memrchr(marks->json, '\n', marks->json_start);
  w.at = line_end ? (size_t)(line_end - marks->json) + 1 : 0;
  w.scan.at = marks->json_start;
  marks->root = place_of(&w, marks->json_start);
  (void)mark_value(&w, doc->root); /* short of memory, the places of some values stay unknown */
  dw_buf_free(&w.pending);
}
