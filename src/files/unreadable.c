#include "files/unreadable.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* --- adding --- */

static bool is_utf8(const char *text, size_t length) {
  uint32_t code = 0;
  for (size_t i = 0; i < length && code != DW_UTF8_BAD;)
    i += dw_utf8_next(text + i, length - i, &code);
  return code != DW_UTF8_BAD;
}

/* The line that begins at AT, in ARENA. */
static const char *copy_line(struct dw_arena *arena, const char *at, const char *end) {
  const char *stop = memchr(at, '\n', (size_t)(end - at));
  size_t length = (size_t)((stop == NULL ? end : stop) - at);
  length -= length > 0 && at[length - 1] == '\r';
  return is_utf8(at, length) ? dw_arena_strndup(arena, at, length) : "";
}

/* The line NUMBER of TEXT, in ARENA. Each line is searched from the one before and copied once: there may be many
 * mistakes in many lines, and many in a long one. */
static const char *line_of(struct dw_arena *arena, struct dw_unreadables *list, struct dw_unreadable_text text,
                           int number) {
  if (text.text == NULL || number < 1)
    return "";
  bool onwards = list->last.text == text.text && list->last.line <= number;
  if (onwards && list->last.line == number)
    return list->last.source;
  const char *at = text.text + (onwards ? list->last.offset : 0);
  const char *end = text.text + text.length;
  for (int line = onwards ? list->last.line : 1; line < number && at != NULL; line++) {
    at = memchr(at, '\n', (size_t)(end - at));
    at = at == NULL ? NULL : at + 1;
  }
  if (at == NULL)
    return "";
  list->last.text = text.text;
  list->last.line = number;
  list->last.offset = (size_t)(at - text.text);
  list->last.source = copy_line(arena, at, end);
  return list->last.source;
}

static void append(struct dw_arena *arena, struct dw_unreadables *list, const struct dw_unreadable *item) {
  list->items = dw_arena_more(arena, list->items, list->count, &list->capacity, sizeof *list->items);
  list->items[list->count++] = *item;
}

void dw_unreadable_add(struct dw_arena *arena, struct dw_unreadables *list, const char *file,
                       const struct dw_error *err, struct dw_unreadable_text text) {
  const struct dw_unreadable item = {.file = file,
                                     .code = err->code,
                                     .line = err->line,
                                     .column = err->column,
                                     .what = dw_arena_strdup(arena, err->text),
                                     .source = line_of(arena, list, text, err->line)};
  append(arena, list, &item);
}

void dw_unreadable_join(struct dw_arena *arena, struct dw_unreadables *list, const struct dw_unreadables *more) {
  for (size_t i = 0; i < more->count; i++)
    append(arena, list, &more->items[i]);
}

/* --- all of them as one error --- */

static void put_place(char *out, size_t size, const struct dw_unreadable *item) {
  struct dw_error place = {.line = item->line, .column = item->column};
  dw_error_in_file(&place, item->file);
  snprintf(place.text, sizeof place.text, "%s", item->what);
  dw_error_format(&place, out, size);
}

/* Appends "; also FILE:LINE:COLUMN: WHAT" for the others, or how many did not fit. */
static void put_others(const struct dw_unreadables *list, char *out, size_t size) {
  enum { ROOM_FOR_NUMBER = 32 };
  size_t used = strlen(out);
  for (size_t i = 1; i < list->count; i++) {
    char place[sizeof(struct dw_error) + 64];
    put_place(place, sizeof place, &list->items[i]);
    size_t needed = strlen(place) + sizeof "; also " - 1;
    if (used + needed + ROOM_FOR_NUMBER > size) {
      snprintf(out + used, size - used, "; and %zu more", list->count - i);
      return;
    }
    used += (size_t)snprintf(out + used, size - used, "; also %s", place);
  }
}

int dw_unreadable_error(const struct dw_unreadables *list, struct dw_error *err) {
  enum { ROOM_FOR_OTHERS = 320 };
  if (list->count == 0)
    return 0;
  if (err == NULL)
    return -1;
  const struct dw_unreadable *first = &list->items[0];
  char text[sizeof err->text];
  size_t length = strlen(first->what);
  size_t most = list->count > 1 ? sizeof text - ROOM_FOR_OTHERS : sizeof text - 1;
  snprintf(text, sizeof text, "%.*s", (int)dw_utf8_cut(first->what, length, most), first->what);
  put_others(list, text, sizeof text);
  dw_error_at(err, first->code, first->line, first->column, "%s", text);
  return dw_error_in_file(err, first->file);
}
