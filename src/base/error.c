#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Truncating may have split the last character. What is left of it is removed too, so that the text stays valid UTF-8.
 */
static void drop_split_character(char *text) {
  size_t length = strlen(text);
  size_t lead = length;
  while (lead > 0 && length - lead < DW_UTF8_MAX && dw_utf8_is_inside(text[lead - 1]))
    lead--;
  if (lead == 0)
    return;
  uint32_t code;
  dw_utf8_next(text + lead - 1, length - (lead - 1), &code);
  if (code == DW_UTF8_BAD)
    text[lead - 1] = '\0';
}

/* Keeps the text on one line: line breaks and other control characters of quoted input become spaces. */
static void flatten(char *text) {
  for (char *at = text; *at != '\0'; at++)
    if ((unsigned char)*at < 0x20 || *at == 0x7F)
      *at = ' ';
}

static void format_into(char *out, size_t size, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

static void format_into(char *out, size_t size, const char *format, va_list args) {
  int length = vsnprintf(out, size, format, args);
  if (length < 0)
    out[0] = '\0';
  else if ((size_t)length >= size)
    drop_split_character(out);
  flatten(out);
}

static void set(struct dw_error *err, struct dw_error made, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void set(struct dw_error *err, struct dw_error made, const char *format, va_list args) {
  format_into(made.text, sizeof made.text, format, args); /* the arguments may point into ERR itself */
  *err = made;
}

int dw_error_set(struct dw_error *err, enum dw_error_code code, const char *format, ...) {
  if (err == NULL)
    return -1;
  va_list args;
  va_start(args, format);
  set(err, (struct dw_error){.code = code}, format, args);
  va_end(args);
  return -1;
}

int dw_error_at(struct dw_error *err, enum dw_error_code code, int line, int column, const char *format, ...) {
  if (err == NULL)
    return -1;
  va_list args;
  va_start(args, format);
  set(err, (struct dw_error){.code = code, .line = line, .column = column}, format, args);
  va_end(args);
  return -1;
}

int dw_error_wrap(struct dw_error *err, const char *format, ...) {
  if (err == NULL)
    return -1;
  char context[sizeof err->text];
  va_list args;
  va_start(args, format);
  format_into(context, sizeof context, format, args);
  va_end(args);
  char text[2 * sizeof err->text + 2];
  snprintf(text, sizeof text, "%s: %s", context, err->text);
  size_t length = strnlen(text, sizeof err->text - 1);
  memcpy(err->text, text, length);
  err->text[length] = '\0';
  drop_split_character(err->text);
  return -1;
}

int dw_error_in_file(struct dw_error *err, const char *file) {
  if (err == NULL || err->file[0] != '\0')
    return -1;
  size_t length = strlen(file);
  size_t room = sizeof err->file - 1;
  if (length <= room)
    memcpy(err->file, file, length + 1);
  else /* the end of a long path says more than its beginning */
    snprintf(err->file, sizeof err->file, "...%s", file + (length - (room - 3)));
  flatten(err->file);
  return -1;
}

const char *dw_error_format(const struct dw_error *err, char *out, unsigned long size) {
  if (size == 0)
    return out;
  char place[sizeof err->file + 32];
  size_t length = 0;
  if (err->file[0] != '\0')
    length += (size_t)snprintf(place, sizeof place, "%s:", err->file);
  if (err->line > 0)
    length += (size_t)snprintf(place + length, sizeof place - length, "%d:", err->line);
  if (err->line > 0 && err->column > 0)
    length += (size_t)snprintf(place + length, sizeof place - length, "%d:", err->column);
  place[length] = '\0';
  if ((size_t)snprintf(out, size, "%s%s%s", place, length > 0 ? " " : "", err->text) >= size)
    drop_split_character(out);
  return out;
}
