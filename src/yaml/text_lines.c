#include "yaml/text_lines.h"

#include <string.h>

#include "base/utf8.h"
#include "yaml/yaml.h"

#define BLOCK 4096

struct dw_yaml_source *dw_yaml_source_new(struct dw_arena *arena, const char *text, size_t length) {
  struct dw_yaml_source *source = dw_arena_alloc(arena, sizeof *source);
  *source = (struct dw_yaml_source){.arena = arena, .text = text, .length = length};
  return source;
}

const char *dw_yaml_source_text(const struct dw_yaml_source *source, size_t *length) {
  *length = source->length;
  return source->text;
}

size_t dw_yaml_break(const char *text, size_t length, size_t at) {
  size_t left = length - at;
  if (left == 0)
    return 0;
  if (text[at] == '\n')
    return 1;
  if (text[at] == '\r')
    return left > 1 && text[at + 1] == '\n' ? 2 : 1;
  if (left >= 2 && memcmp(text + at, "\xC2\x85", 2) == 0)
    return 2;
  return left >= 3 && (memcmp(text + at, "\xE2\x80\xA8", 3) == 0 || memcmp(text + at, "\xE2\x80\xA9", 3) == 0) ? 3 : 0;
}

static size_t break_at(const struct dw_yaml_source *source, size_t at, bool yaml) {
  if (yaml)
    return dw_yaml_break(source->text, source->length, at);
  return source->text[at] == '\n';
}

/* Counts the lines, and stores their offsets if STARTS is not NULL. */
static size_t find_lines(const struct dw_yaml_source *source, bool yaml, size_t *starts) {
  size_t count = 1;
  bool has_bom = source->length >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0;
  size_t at = has_bom ? 3 : 0;
  if (starts)
    starts[0] = at;
  while (at < source->length) {
    size_t length = break_at(source, at, yaml);
    at += length > 0 ? length : 1;
    if (length == 0)
      continue;
    if (starts)
      starts[count] = at;
    count++;
  }
  return count;
}

static struct text_lines make_lines(const struct dw_yaml_source *source, bool yaml) {
  struct text_lines lines = {.count = find_lines(source, yaml, NULL)};
  lines.starts = dw_arena_array(source->arena, lines.count, sizeof *lines.starts);
  find_lines(source, yaml, lines.starts);
  return lines;
}

static size_t count_characters(const char *text, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++)
    count += !dw_utf8_is_inside(text[i]);
  return count;
}

static size_t *make_blocks(const struct dw_yaml_source *source) {
  size_t count = source->length / BLOCK + 1;
  size_t *blocks = dw_arena_array(source->arena, count, sizeof *blocks);
  for (size_t i = 1; i < count; i++)
    blocks[i] = blocks[i - 1] + count_characters(source->text + (i - 1) * BLOCK, BLOCK);
  return blocks;
}

bool dw_lines_prepare(struct dw_yaml_source *source) {
  bool wide =
      source->length >= 2 && (memcmp(source->text, "\xFF\xFE", 2) == 0 || memcmp(source->text, "\xFE\xFF", 2) == 0);
  if (wide || source->prepared)
    return !wide;
  source->shown = make_lines(source, false);
  source->yaml = make_lines(source, true);
  source->characters = make_blocks(source);
  source->copies = dw_arena_array(source->arena, source->shown.count, sizeof *source->copies);
  source->prepared = true;
  return true;
}

static size_t characters_before(const struct dw_yaml_source *source, size_t offset) {
  size_t block = offset / BLOCK;
  return source->characters[block] + count_characters(source->text + block * BLOCK, offset % BLOCK);
}

size_t dw_lines_characters(const struct dw_yaml_source *source, size_t start, size_t end) {
  return characters_before(source, end) - characters_before(source, start);
}

/* The index of the last item of LIST that is at most VALUE; the first item always is. */
static size_t last_at_most(const size_t *list, size_t count, size_t value) {
  size_t low = 0;
  size_t high = count;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (list[middle] <= value)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* The offset of the character that follows NUMBER others. */
static size_t character_offset(const struct dw_yaml_source *source, size_t number) {
  size_t block = last_at_most(source->characters, source->length / BLOCK + 1, number);
  size_t at = block * BLOCK;
  size_t left = number - source->characters[block] + 1;
  for (; at < source->length; at++) {
    left -= !dw_utf8_is_inside(source->text[at]);
    if (left == 0)
      break;
  }
  return at;
}

size_t dw_lines_offset(const struct dw_yaml_source *source, const struct text_lines *lines, struct place place) {
  size_t line = place.line > 0 ? (size_t)place.line - 1 : 0;
  if (line >= lines->count)
    return source->length;
  size_t column = place.column > 0 ? (size_t)place.column - 1 : 0;
  return character_offset(source, characters_before(source, lines->starts[line]) + column);
}

struct place dw_lines_place(const struct dw_yaml_source *source, size_t offset) {
  size_t line = last_at_most(source->shown.starts, source->shown.count, offset);
  size_t start = source->shown.starts[line];
  return (struct place){(int)line + 1, offset > start ? (int)dw_lines_characters(source, start, offset) + 1 : 1};
}

void dw_yaml_position(struct dw_yaml_source *source, size_t offset, int *line, int *column) {
  (void)dw_lines_prepare(source);
  struct place place = dw_lines_place(source, offset);
  *line = place.line;
  *column = place.column;
}

size_t dw_lines_end(const struct dw_yaml_source *source, int line) {
  size_t number = (size_t)line;
  size_t start = source->shown.starts[number - 1];
  size_t end = number < source->shown.count ? source->shown.starts[number] - 1 : source->length;
  return end > start && source->text[end - 1] == '\r' ? end - 1 : end;
}

const char *dw_lines_copy(struct dw_yaml_source *source, int line) {
  size_t number = (size_t)line - 1;
  size_t start = source->shown.starts[number];
  if (!source->copies[number])
    source->copies[number] = dw_arena_strndup(source->arena, source->text + start, dw_lines_end(source, line) - start);
  return source->copies[number];
}
