#include "json/json_repair.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "json/json.h"

enum { MOST_REPAIRS = 8, LONGEST = 64 * 1024 };

/* The place of the first mistake in TEXT. Returns false if there is none, or if its place is not known. */
static bool find_mistake(const char *text, size_t length, bool *is_json, size_t *place) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  *is_json = dw_json_parse(scratch, text, length, DW_JSON_PLAIN, &err) != NULL;
  if (*is_json || err.code != DW_ERR_SYNTAX || err.line <= 0 || err.column <= 0)
    return false;
  size_t line = 0;
  for (int i = 1; i < err.line; i++) {
    const char *end = memchr(text + line, '\n', length - line);
    if (end == NULL)
      return false;
    line = (size_t)(end - text) + 1;
  }
  *place = line + (size_t)err.column - 1;
  return *place < length;
}

/* Returns true if a value may end with C, or begin with it. */
static bool ends_value(char c) {
  return c == '"' || c == '}' || c == ']' || dw_is_alnum(c);
}

static bool begins_value(char c) {
  return c == '"' || c == '{' || c == '[' || c == '-' || dw_is_alnum(c);
}

/* Adds or removes a comma at PLACE of TEXT. Returns false if that would not help. */
static bool repair(struct dw_buf *out, const char *text, size_t length, size_t place) {
  size_t before = place;
  while (before > 0 && dw_is_blank(text[before - 1]))
    before--;
  bool extra = text[place] == ',';
  if (!extra && (before == 0 || !ends_value(text[before - 1]) || !begins_value(text[place])))
    return false;
  size_t kept = extra ? place : before;
  dw_buf_add(out, text, kept);
  if (!extra)
    dw_buf_putc(out, ',');
  size_t rest = extra ? place + 1 : before;
  dw_buf_add(out, text + rest, length - rest);
  return true;
}

const char *dw_json_repair(struct dw_arena *arena, const char *text, size_t length) {
  static const char mark[] = "\xef\xbb\xbf"; /* the byte order mark in UTF-8 */
  bool is_json = false;
  size_t place = 0;
  if (length > LONGEST)
    return NULL;
  if (length > strlen(mark) && memcmp(text, mark, strlen(mark)) == 0) {
    text += strlen(mark);
    length -= strlen(mark);
  }
  for (int repairs = 0; repairs <= MOST_REPAIRS; repairs++) {
    if (!find_mistake(text, length, &is_json, &place))
      return is_json ? dw_arena_strndup(arena, text, length) : NULL;
    struct dw_buf out = DW_BUF_IN(arena);
    if (!repair(&out, text, length, place))
      return NULL;
    text = dw_buf_text(&out);
    length = out.length;
  }
  return NULL;
}
