#include "yaml/yaml_tree.h"

#include <string.h>

#include <yaml.h>

#include "base/utf8.h"
#include "yaml/reread.h"
#include "yaml/text_lines.h"
#include "yaml/yaml_marks.h"
#include "json/scan.h"

struct builder {
  struct dw_arena *arena;
  const struct dw_yaml_text *text;
  struct dw_yaml_source *source; /* for YAML */
  yaml_parser_t parser;
  yaml_event_t event;
  struct scan scan; /* for JSON */
  unsigned depth;
};

static struct dw_yaml_node *add_child(struct builder *b, struct dw_yaml_node *parent, size_t *capacity) {
  parent->children = dw_arena_more(b->arena, parent->children, parent->count, capacity, sizeof *parent->children);
  struct dw_yaml_node *child = &parent->children[parent->count++];
  *child = (struct dw_yaml_node){.kind = DW_YAML_SCALAR};
  return child;
}

/* --- YAML --- */

enum { FAR = 4096 };

/* From the beginning of the line, which is near in all but very long lines. */
static size_t offset_of(const struct builder *b, yaml_mark_t mark) {
  const struct text_lines *lines = &b->source->yaml;
  size_t at = mark.line < lines->count ? lines->starts[mark.line] : b->text->length;
  for (size_t left = mark.column; left > 0 && mark.column < FAR && at < b->text->length; left--)
    do
      at++;
    while (at < b->text->length && dw_utf8_is_inside(b->text->text[at]));
  return mark.column < FAR
             ? at
             : dw_lines_offset(b->source, &b->source->yaml, (struct place){(int)mark.line + 1, (int)mark.column + 1});
}

static bool next_event(struct builder *b) {
  yaml_event_delete(&b->event);
  return yaml_parser_parse(&b->parser, &b->event) == 1;
}

static bool read_node(struct builder *b, struct dw_yaml_node *out);

static bool read_children(struct builder *b, struct dw_yaml_node *out, yaml_event_type_t last) {
  size_t capacity = 0;
  if (++b->depth > DW_JSON_MAX_DEPTH)
    return false;
  for (;;) {
    if (!next_event(b))
      return false;
    if (b->event.type == last)
      break;
    struct dw_yaml_node child;
    if (!read_node(b, &child))
      return false;
    *add_child(b, out, &capacity) = child;
  }
  b->depth--;
  bool flow = out->style == '{' || out->style == '[';
  out->end = offset_of(b, flow ? b->event.end_mark : b->event.start_mark);
  return true;
}

static void read_scalar(struct builder *b, struct dw_yaml_node *out) {
  static const char styles[] = {[YAML_SINGLE_QUOTED_SCALAR_STYLE] = '\'',
                                [YAML_DOUBLE_QUOTED_SCALAR_STYLE] = '"',
                                [YAML_LITERAL_SCALAR_STYLE] = '|',
                                [YAML_FOLDED_SCALAR_STYLE] = '>'};
  yaml_scalar_style_t style = b->event.data.scalar.style;
  out->style = (size_t)style < sizeof styles && styles[style] != '\0' ? styles[style] : ' ';
  out->length = b->event.data.scalar.length;
  out->text = dw_arena_strndup(b->arena, (const char *)b->event.data.scalar.value, out->length);
  out->end = offset_of(b, b->event.end_mark);
}

/* The node that begins with the current event; its last event is then the current one. */
static bool read_node(struct builder *b, struct dw_yaml_node *out) {
  *out = (struct dw_yaml_node){.kind = DW_YAML_SCALAR, .node = offset_of(b, b->event.start_mark)};
  out->start = out->node;
  bool properties = true;
  bool read = true;
  switch (b->event.type) {
  case YAML_ALIAS_EVENT:
    out->kind = DW_YAML_ALIAS;
    out->end = offset_of(b, b->event.end_mark);
    return true;
  case YAML_SCALAR_EVENT:
    properties = b->event.data.scalar.anchor != NULL || b->event.data.scalar.tag != NULL;
    read_scalar(b, out);
    break;
  case YAML_SEQUENCE_START_EVENT:
    properties = b->event.data.sequence_start.anchor != NULL || b->event.data.sequence_start.tag != NULL;
    out->kind = DW_YAML_LIST;
    out->style = b->event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE ? '[' : '-';
    read = read_children(b, out, YAML_SEQUENCE_END_EVENT);
    break;
  case YAML_MAPPING_START_EVENT:
    properties = b->event.data.mapping_start.anchor != NULL || b->event.data.mapping_start.tag != NULL;
    out->kind = DW_YAML_OBJECT;
    out->style = b->event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE ? '{' : ':';
    read = read_children(b, out, YAML_MAPPING_END_EVENT);
    break;
  default:
    return false;
  }
  if (properties)
    out->start = dw_yaml_skip_properties(b->source, out->node);
  if (out->end < out->start) /* nothing is behind the anchor or tag */
    out->start = out->end;
  return read;
}

static bool read_stream(struct builder *b, struct dw_yaml_node *root) {
  return next_event(b) && b->event.type == YAML_STREAM_START_EVENT && next_event(b) &&
         b->event.type == YAML_DOCUMENT_START_EVENT && next_event(b) && read_node(b, root) && next_event(b) &&
         b->event.type == YAML_DOCUMENT_END_EVENT && next_event(b) && b->event.type == YAML_STREAM_END_EVENT;
}

static bool read_yaml(struct builder *b, struct dw_yaml_node *root) {
  b->source = dw_yaml_source_new(b->arena, b->text->text, b->text->length);
  if (!dw_lines_prepare(b->source) || !yaml_parser_initialize(&b->parser))
    return false;
  yaml_parser_set_input_string(&b->parser, (const unsigned char *)b->text->text, b->text->length);
  bool read = read_stream(b, root);
  yaml_event_delete(&b->event);
  yaml_parser_delete(&b->parser);
  return read;
}

/* --- JSON --- */

static void put_string(struct builder *b, struct dw_yaml_node *out, struct dw_span span) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_scan_unescape(b->text->text, span, &text);
  *out = (struct dw_yaml_node){.kind = DW_YAML_SCALAR,
                               .style = '"',
                               .node = span.offset,
                               .start = span.offset,
                               .end = span.offset + span.length,
                               .text = dw_arena_strndup(b->arena, dw_buf_text(&text), text.length),
                               .length = text.length};
}

static bool read_json_node(struct builder *b, struct dw_yaml_node *out);

static bool read_json_children(struct builder *b, struct dw_yaml_node *out) {
  struct scan_walk walk;
  struct dw_span key;
  size_t capacity = 0;
  enum scan_step step;
  if (!dw_scan_enter(&b->scan, &walk))
    return false;
  while ((step = dw_scan_next(&b->scan, &walk, &key)) == SCAN_MEMBER) {
    struct dw_yaml_node child;
    if (walk.object)
      put_string(b, add_child(b, out, &capacity), key);
    if (!read_json_node(b, &child))
      return false;
    *add_child(b, out, &capacity) = child;
  }
  return step == SCAN_END;
}

static bool read_json_node(struct builder *b, struct dw_yaml_node *out) {
  char c = dw_scan_peek(&b->scan);
  size_t start = b->scan.at;
  struct dw_span string = {start, 0};
  *out = (struct dw_yaml_node){.kind = DW_YAML_SCALAR, .style = ' ', .node = start, .start = start};
  if (c == '{' || c == '[') {
    out->kind = c == '{' ? DW_YAML_OBJECT : DW_YAML_LIST;
    out->style = c;
    if (!read_json_children(b, out))
      return false;
  } else if (!dw_scan_value(&b->scan)) {
    return false;
  } else if (c == '"') {
    string.length = b->scan.at - start;
    put_string(b, out, string);
  } else {
    out->length = b->scan.at - start;
    out->text = dw_arena_strndup(b->arena, b->text->text + start, out->length);
  }
  out->end = b->scan.at;
  return true;
}

static bool read_json(struct builder *b, struct dw_yaml_node *root) {
  b->scan = dw_scan_start(b->text->text, b->text->length);
  return dw_scan_begin(&b->scan) && read_json_node(b, root) && dw_scan_end(&b->scan);
}

struct dw_yaml_node *dw_yaml_tree(struct dw_arena *arena, const struct dw_yaml_text *text) {
  struct builder b = {.arena = arena, .text = text};
  struct dw_yaml_node *root = dw_arena_alloc(arena, sizeof *root);
  return (text->json ? read_json(&b, root) : read_yaml(&b, root)) ? root : NULL;
}

/* --- the document in its file --- */

/* Whether the line at AT, which is at its beginning, is --- or ... */
static bool is_marker(const struct dw_yaml_source *source, size_t at) {
  const char *line = source->text + at;
  size_t left = source->length - at;
  bool dots = left >= 3 && (memcmp(line, "---", 3) == 0 || memcmp(line, "...", 3) == 0);
  return dots && (left == 3 || strchr(" \t\r\n", line[3]) != NULL);
}

static size_t next_line(const struct dw_yaml_source *source, size_t at) {
  const char *end = memchr(source->text + at, '\n', source->length - at);
  return end == NULL ? source->length : (size_t)(end - source->text) + 1;
}

static size_t line_start(const struct dw_yaml_source *source, size_t at) {
  while (at > 0 && source->text[at - 1] != '\n')
    at--;
  return at;
}

/* From the line --- before the document, or from the beginning of the text, to the line that ends it. */
static struct dw_span yaml_part(const struct dw_yaml_source *source, size_t inside) {
  size_t bom = source->length >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  size_t start = line_start(source, inside);
  size_t end = next_line(source, start);
  while (start > bom && !is_marker(source, start))
    start = line_start(source, start - 1);
  if (start < bom)
    start = bom;
  if (is_marker(source, start) && source->text[start] == '.')
    start = next_line(source, start);
  while (end < source->length && !is_marker(source, end))
    end = next_line(source, end);
  return (struct dw_span){start, end - start};
}

static struct dw_span json_part(const struct dw_yaml_marks *marks) {
  struct scan scan = dw_scan_start(marks->json, marks->json_length);
  scan.at = marks->json_start;
  bool read = dw_scan_value(&scan);
  return (struct dw_span){marks->json_start, read ? scan.at - marks->json_start : 0};
}

bool dw_yaml_part(const struct dw_yaml_doc *doc, struct dw_yaml_source *source, struct dw_yaml_text *out,
                  size_t *offset) {
  if (!dw_lines_prepare(source))
    return false;
  bool json = doc->marks->json != NULL;
  struct dw_span part =
      json ? json_part(doc->marks) : yaml_part(source, dw_lines_offset(source, &source->yaml, doc->marks->root));
  *offset = part.offset;
  *out = (struct dw_yaml_text){source->text + part.offset, part.length, json};
  return part.length > 0;
}

/* --- scalars --- */

bool dw_yaml_raw(const struct dw_yaml_text *text, const struct dw_yaml_node *node, struct dw_span inner,
                 struct dw_span *out) {
  struct reread r = {.text = text->text,
                     .length = text->length,
                     .at = node->start,
                     .value = node->text,
                     .from = inner.offset,
                     .to = inner.offset + inner.length};
  if (inner.length == 0 || r.to > node->length)
    return false;
  switch (node->style) {
  case '"':
    (text->json ? dw_reread_json : dw_reread_double_quoted)(&r);
    break;
  case '\'':
    dw_reread_single_quoted(&r);
    break;
  case '|':
  case '>':
    dw_reread_block(&r);
    break;
  default:
    dw_reread_plain(&r);
  }
  *out = r.raw;
  return !r.differs;
}
