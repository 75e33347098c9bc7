/* Finds places in the raw text of a document, even inside JSON embedded in a YAML scalar. */
#include <string.h>

#include "base/text.h"
#include "yaml/reread.h"
#include "yaml/text_lines.h"
#include "yaml/yaml.h"
#include "json/json_position.h"

struct search {
  const struct dw_yaml_doc *doc;
  struct dw_yaml_source *source;
  bool json; /* the document is JSON, not YAML */
};

static size_t left_of_line(const struct dw_yaml_source *source, size_t at) {
  size_t end = dw_lines_end(source, dw_lines_place(source, at).line);
  return end > at ? end - at : 0;
}

/* --- from a node to its scalar --- */

static size_t skip_comment(const struct dw_yaml_source *source, size_t at) {
  while (at < source->length && dw_yaml_break(source->text, source->length, at) == 0)
    at++;
  return at;
}

static size_t skip_white(const struct dw_yaml_source *source, size_t at) {
  while (at < source->length) {
    size_t length = dw_yaml_break(source->text, source->length, at);
    if (length == 0 && source->text[at] == '#')
      at = skip_comment(source, at);
    else if (length == 0 && source->text[at] != ' ' && source->text[at] != '\t')
      break;
    else
      at += length > 0 ? length : 1;
  }
  return at;
}

static size_t skip_anchor(const struct dw_yaml_source *source, size_t at) {
  do
    at++;
  while (at < source->length && (dw_is_alnum(source->text[at]) || source->text[at] == '_' || source->text[at] == '-'));
  return at;
}

static size_t skip_tag(const struct dw_yaml_source *source, size_t at) {
  while (at < source->length && source->text[at] != ' ' && source->text[at] != '\t' &&
         dw_yaml_break(source->text, source->length, at) == 0)
    at++;
  return at;
}

size_t dw_yaml_skip_properties(const struct dw_yaml_source *source, size_t at) {
  while (at < source->length && (source->text[at] == '&' || source->text[at] == '!'))
    at = skip_white(source, source->text[at] == '&' ? skip_anchor(source, at) : skip_tag(source, at));
  return at;
}

static size_t node_offset(const struct search *s, struct place place) {
  const struct text_lines *lines = s->json ? &s->source->shown : &s->source->yaml;
  return dw_lines_offset(s->source, lines, dw_marks_resolve(s->doc->marks, place));
}

/* --- spans of the raw text --- */

typedef void rereader(struct reread *r);

static rereader *rereader_of(const struct search *s, size_t at) {
  char c = at < s->source->length ? s->source->text[at] : '\0';
  switch (c) {
  case '"':
    return s->json ? dw_reread_json : dw_reread_double_quoted;
  case '\'':
    return dw_reread_single_quoted;
  case '|':
  case '>':
    return dw_reread_block;
  default:
    return dw_reread_plain;
  }
}

/* Finds the raw text of the bytes INNER of VALUE, whose scalar begins at START. */
static bool find_raw(const struct search *s, size_t start, const char *value, struct dw_span inner,
                     struct dw_span *out) {
  struct reread r = {.text = s->source->text,
                     .length = s->source->length,
                     .at = start,
                     .value = value,
                     .from = inner.offset,
                     .to = inner.offset + inner.length};
  rereader_of(s, start)(&r);
  if (r.differs)
    return false;
  *out = r.raw;
  return true;
}

/* The length of a quoted text up to the end of its first line. */
static size_t quoted_length(const char *text, size_t length) {
  for (size_t i = 1; i < length; i++) {
    bool doubled = text[0] == '\'' && text[i] == '\'' && i + 1 < length && text[i + 1] == '\'';
    if (doubled || (text[0] == '"' && text[i] == '\\'))
      i++;
    else if (text[i] == text[0])
      return i + 1;
  }
  return length;
}

/* The span of a scalar on its first line. TEXT is its value, NULL if it is not a string. */
static struct dw_span scalar_span(const struct search *s, size_t at, const char *text) {
  const char *raw = s->source->text + at;
  size_t line = left_of_line(s->source, at);
  struct dw_span span = {at, 1};
  if (line == 0 || *raw == '|' || *raw == '>')
    return span;
  if (*raw == '"' || *raw == '\'')
    return (struct dw_span){at, quoted_length(raw, line)};
  if (text && *text)
    find_raw(s, at, text, (struct dw_span){0, strlen(text)}, &span);
  while (!text && span.length < line && !strchr(" \t,]}", raw[span.length]))
    span.length++;
  return span;
}

static struct dw_span value_span(const struct search *s, const struct mark_cursor *cursor) {
  enum dw_json_type type = dw_json_type(cursor->value);
  const char *text = dw_json_string(cursor->value);
  size_t node = node_offset(s, cursor->place);
  if (type == DW_JSON_OBJECT || type == DW_JSON_ARRAY)
    return (struct dw_span){dw_yaml_skip_properties(s->source, node), 1};
  size_t at = dw_yaml_skip_properties(s->source, node);
  char c = at < s->source->length ? s->source->text[at] : '\0';
  bool nothing = type == DW_JSON_NULL || (text && !*text);
  if (nothing && !(c == '"' || c == '\'' || c == '|' || c == '>' || c == '~' || (c | 0x20) == 'n'))
    return (struct dw_span){node, 1}; /* an empty value */
  return scalar_span(s, at, text);
}

static struct dw_span key_span(const struct search *s, const struct mark_cursor *cursor) {
  size_t at = dw_yaml_skip_properties(s->source, node_offset(s, cursor->key_place));
  return scalar_span(s, at, cursor->key);
}

/* --- inside a string --- */

/* Finds the byte OFFSET of a string. If only white space follows, it finds the end of what precedes it. */
static struct dw_span offset_span(const struct search *s, const struct mark_cursor *cursor, size_t offset) {
  const char *text = dw_json_string(cursor->value);
  size_t end = strlen(text);
  struct dw_span whole = value_span(s, cursor);
  struct dw_span raw;
  while (end > 0 && dw_is_blank(text[end - 1]))
    end--;
  if (end == 0)
    return whole;
  size_t at = dw_yaml_skip_properties(s->source, node_offset(s, cursor->place));
  bool behind = offset >= end;
  if (!find_raw(s, at, text, (struct dw_span){behind ? end - 1 : offset, 1}, &raw))
    return (struct dw_span){whole.offset, 1};
  return behind ? (struct dw_span){raw.offset + raw.length, 1} : raw;
}

static size_t text_offset(const char *text, int line, int column) {
  const char *at = text;
  for (int i = 1; i < line; i++) {
    const char *end = strchr(at, '\n');
    if (!end)
      return strlen(text);
    at = end + 1;
  }
  size_t most = strlen(at);
  size_t wanted = column > 0 ? (size_t)column - 1 : 0;
  return (size_t)(at - text) + (wanted < most ? wanted : most);
}

/* Finds what the rest of the path names in the JSON of a string. */
static struct dw_span json_span(const struct search *s, const struct mark_cursor *cursor, bool of_key) {
  const char *text = dw_json_string(cursor->value);
  struct dw_json_place place;
  bool found = dw_json_locate_nearest(text, strlen(text), cursor->rest, &place);
  struct dw_span inner = found && of_key && place.key.length > 0 ? place.key : place.value;
  struct dw_span raw;
  if (inner.length == 0)
    return value_span(s, cursor); /* not JSON */
  if (text[inner.offset] == '{' || text[inner.offset] == '[')
    inner.length = 1;
  size_t at = dw_yaml_skip_properties(s->source, node_offset(s, cursor->place));
  return find_raw(s, at, text, inner, &raw) ? raw : (struct dw_span){value_span(s, cursor).offset, 1};
}

static struct dw_span spot_span(const struct search *s, const struct dw_yaml_spot *spot) {
  struct mark_cursor cursor = dw_marks_follow(s->doc, spot->path);
  const char *text = dw_json_string(cursor.value);
  if (text && *cursor.rest)
    return json_span(s, &cursor, spot->of_key);
  if (text && spot->line > 0)
    return offset_span(s, &cursor, text_offset(text, spot->line, spot->column));
  bool of_key = spot->of_key && cursor.key && !*cursor.rest;
  return of_key ? key_span(s, &cursor) : value_span(s, &cursor);
}

static struct dw_place place_of(struct dw_yaml_source *source, struct dw_span span) {
  size_t start = span.offset < source->length ? span.offset : source->length;
  struct place place = dw_lines_place(source, start);
  size_t left = left_of_line(source, start);
  size_t width = dw_lines_characters(source, start, start + (span.length < left ? span.length : left));
  return (struct dw_place){place.line, place.column, width > 0 ? (int)width : 1, dw_lines_copy(source, place.line)};
}

struct dw_place dw_yaml_find(const struct dw_yaml_doc *doc, struct dw_yaml_source *source,
                             const struct dw_yaml_spot *spot) {
  const struct search s = {doc, source, doc->marks->json != NULL};
  if (dw_lines_prepare(source))
    return place_of(source, spot_span(&s, spot));
  struct dw_place place = {.width = 1, .source = ""};
  dw_yaml_locate(doc, spot->path, spot->of_key, &place.line, &place.column);
  return place;
}
