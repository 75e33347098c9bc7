#include "yaml/yaml_comments.h"

#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "yaml/text_lines.h"
#include "yaml/yaml_reader.h"

/* A part of the text, as offsets. */
struct span {
  size_t start, end;
};

/* The scalars of a text, in its order. */
struct scalars {
  struct span *items;
  size_t count, capacity;
  size_t end; /* of what could be read */
};

/* --- scalars --- */

static size_t offset_of(const struct dw_yaml_source *source, yaml_mark_t mark) {
  return dw_lines_offset(source, &source->yaml, dw_yaml_place(mark));
}

/* The content of a block scalar begins on the next line: its header may be followed by a comment. */
static struct span span_of(const struct dw_yaml_source *source, const yaml_token_t *token) {
  struct span span = {offset_of(source, token->start_mark), offset_of(source, token->end_mark)};
  yaml_scalar_style_t style = token->data.scalar.style;
  bool block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
  while (block && span.start < span.end && dw_yaml_break(source->text, source->length, span.start) == 0)
    span.start++;
  return span;
}

static void add_scalar(struct scalars *scalars, struct dw_arena *arena, struct span span) {
  scalars->items = dw_arena_more(arena, scalars->items, scalars->count, &scalars->capacity, sizeof *scalars->items);
  scalars->items[scalars->count++] = span;
}

static struct scalars scan(const struct dw_yaml_source *source) {
  struct scalars scalars = {.end = source->length};
  yaml_parser_t parser;
  yaml_token_t token;
  if (!yaml_parser_initialize(&parser))
    return (struct scalars){.end = 0};
  yaml_parser_set_input_string(&parser, (const unsigned char *)source->text, source->length);
  for (bool more = true; more;) {
    if (!yaml_parser_scan(&parser, &token)) {
      scalars.end = offset_of(source, parser.problem_mark);
      break;
    }
    if (token.type == YAML_SCALAR_TOKEN)
      add_scalar(&scalars, source->arena, span_of(source, &token));
    more = token.type != YAML_STREAM_END_TOKEN && token.type != YAML_NO_TOKEN;
    yaml_token_delete(&token);
  }
  yaml_parser_delete(&parser);
  return scalars;
}

/* Returns true if OFFSET is inside a scalar; *FROM is the first scalar that may contain it, for ascending offsets. */
static bool is_inside(const struct scalars *scalars, size_t offset, size_t *from) {
  while (*from < scalars->count && scalars->items[*from].end <= offset)
    (*from)++;
  return *from < scalars->count && scalars->items[*from].start <= offset;
}

/* --- lines --- */

static size_t line_start(const struct dw_yaml_source *source, size_t offset) {
  while (offset > source->shown.starts[0] && source->text[offset - 1] != '\n')
    offset--;
  return offset;
}

static size_t line_end(const struct dw_yaml_source *source, size_t offset) {
  const char *end = memchr(source->text + offset, '\n', source->length - offset);
  return end == NULL ? source->length : (size_t)(end - source->text);
}

enum line { LINE_EMPTY, LINE_START_OF_DOCUMENT, LINE_CONTENT };

/* What is on the line from START to END, apart from comments. */
static enum line kind_of_line(const struct dw_yaml_source *source, size_t start, size_t end) {
  static const char dashes[] = "---";
  const char *text = source->text;
  bool dashed = end - start >= 3 && memcmp(text + start, dashes, 3) == 0;
  size_t at = dashed ? start + 3 : start;
  if (dashed && at < end && !dw_is_blank(text[at]))
    return LINE_CONTENT;
  while (at < end && dw_is_blank(text[at]))
    at++;
  if (at < end && text[at] != '#')
    return LINE_CONTENT;
  return dashed ? LINE_START_OF_DOCUMENT : LINE_EMPTY;
}

/* The offset of the first line with content. */
static size_t first_content(const struct dw_yaml_source *source) {
  size_t at = source->shown.starts[0];
  while (at < source->length && kind_of_line(source, at, line_end(source, at)) != LINE_CONTENT)
    at = line_end(source, at) + 1;
  return at;
}

/* The offset of the line that a comment in the line from START to END is about; the length of the text if none. FIRST
 * is the offset of the first content. */
static size_t target_of(const struct dw_yaml_source *source, size_t start, size_t end, size_t first) {
  enum line kind = kind_of_line(source, start, end);
  for (bool own = true;; own = false) {
    if (kind == LINE_CONTENT)
      return start;
    if ((kind == LINE_START_OF_DOCUMENT && !own && start > first) || end >= source->length)
      return source->length;
    start = end + 1;
    end = line_end(source, start);
    kind = kind_of_line(source, start, end);
  }
}

/* --- comments --- */

/* Returns true if the text at OFFSET, a '#', continues with WORD. */
static bool begins_with(const struct dw_yaml_source *source, size_t offset, const char *word) {
  size_t length = strlen(word);
  size_t at = offset + 1;
  while (at < source->length && (source->text[at] == ' ' || source->text[at] == '\t'))
    at++;
  return source->length - at >= length && memcmp(source->text + at, word, length) == 0;
}

/* A '#' begins a comment only at the beginning of a line or after white space. */
static bool may_begin(const struct dw_yaml_source *source, size_t offset) {
  return offset == source->shown.starts[0] || dw_is_blank(source->text[offset - 1]);
}

static struct dw_yaml_comment comment_at(struct dw_yaml_source *source, size_t offset, size_t first) {
  size_t target = target_of(source, line_start(source, offset), line_end(source, offset), first);
  size_t text = offset + 1;
  size_t end = text;
  while (end < source->length && dw_yaml_break(source->text, source->length, end) == 0)
    end++;
  while (end > text && dw_is_blank(source->text[end - 1]))
    end--;
  while (text < end && dw_is_blank(source->text[text]))
    text++;
  struct place place = dw_lines_place(source, offset);
  return (struct dw_yaml_comment){
      .place = {place.line, place.column, (int)dw_lines_characters(source, offset, end),
                dw_lines_copy(source, place.line)},
      .text = dw_arena_strndup(source->arena, source->text + text, end - text),
      .target = target < source->length ? dw_lines_place(source, target).line : 0,
  };
}

size_t dw_yaml_comments(struct dw_yaml_source *source, const char *word, struct dw_yaml_comment **out) {
  size_t count = 0, capacity = 0, from = 0;
  *out = NULL;
  if (memmem(source->text, source->length, word, strlen(word)) == NULL || !dw_lines_prepare(source))
    return 0;
  struct scalars scalars = scan(source);
  size_t first = first_content(source);
  for (size_t at = 0; at < scalars.end; at++) {
    if (source->text[at] != '#' || !begins_with(source, at, word) || !may_begin(source, at) ||
        is_inside(&scalars, at, &from))
      continue;
    *out = dw_arena_more(source->arena, *out, count, &capacity, sizeof **out);
    (*out)[count++] = comment_at(source, at, first);
  }
  return count;
}
