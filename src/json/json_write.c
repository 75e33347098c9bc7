#include "json/json_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/log.h"
#include "json/json_internal.h"

static void break_line(struct dw_json_writer *w) {
  if (w->indent <= 0 || w->depth == 0)
    return;
  dw_buf_printf(w->out, "\n%*s", w->indent * (int)w->depth, "");
}

/* Writes what separates a key or a value from the previous one. */
static void separate(struct dw_json_writer *w) {
  if (w->after_key) {
    w->after_key = false;
    return;
  }
  if (!w->first)
    dw_buf_putc(w->out, ',');
  w->first = false;
  break_line(w);
}

static void begin(struct dw_json_writer *w, char bracket) {
  separate(w);
  dw_buf_putc(w->out, bracket);
  w->depth++;
  w->first = true;
}

static void end(struct dw_json_writer *w, char bracket) {
  w->depth--;
  if (!w->first && w->indent > 0)
    dw_buf_printf(w->out, "\n%*s", w->indent * (int)w->depth, "");
  dw_buf_putc(w->out, bracket);
  w->first = false;
}

void dw_json_begin_object(struct dw_json_writer *w) {
  begin(w, '{');
}

void dw_json_end_object(struct dw_json_writer *w) {
  end(w, '}');
}

void dw_json_begin_array(struct dw_json_writer *w) {
  begin(w, '[');
}

void dw_json_end_array(struct dw_json_writer *w) {
  end(w, ']');
}

void dw_json_key(struct dw_json_writer *w, const char *key) {
  separate(w);
  dw_log_quote(w->out, key, strlen(key));
  dw_buf_puts(w->out, w->indent > 0 ? ": " : ":");
  w->after_key = true;
}

void dw_json_put_bytes(struct dw_json_writer *w, const char *text, size_t length) {
  separate(w);
  dw_log_quote(w->out, text, length);
}

void dw_json_put_string(struct dw_json_writer *w, const char *text) {
  dw_json_put_bytes(w, text, strlen(text));
}

void dw_json_put_base64(struct dw_json_writer *w, const char *bytes, size_t length) {
  separate(w);
  dw_buf_putc(w->out, '"');
  dw_base64_add(w->out, bytes, length);
  dw_buf_putc(w->out, '"');
}

void dw_json_put_raw(struct dw_json_writer *w, const char *json) {
  separate(w);
  dw_buf_puts(w->out, json);
}

void dw_json_put_int(struct dw_json_writer *w, int64_t value) {
  separate(w);
  dw_buf_decimal(w->out, value);
}

void dw_json_member_string(struct dw_json_writer *w, const char *key, const char *text) {
  dw_json_key(w, key);
  dw_json_put_string(w, text);
}

void dw_json_member_int(struct dw_json_writer *w, const char *key, int64_t value) {
  dw_json_key(w, key);
  dw_json_put_int(w, value);
}

void dw_json_member_bool(struct dw_json_writer *w, const char *key, bool value) {
  dw_json_key(w, key);
  dw_json_put_raw(w, value ? "true" : "false");
}

/* --- values --- */

/* Writes the shortest digits that read as the same number, always in the form of a real number. */
static void write_real(struct dw_json_writer *w, double value) {
  char text[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text - 2, "%.*g", digits, value);
    if (strtod(text, NULL) == value)
      break;
  }
  if (!strpbrk(text, ".e"))
    memcpy(text + strlen(text), ".0", sizeof ".0");
  dw_json_put_raw(w, text);
}

void dw_json_put_value(struct dw_json_writer *w, const dw_json *value) {
  bool truth = false;
  int64_t number = 0;
  switch (dw_json_type(value)) {
  case DW_JSON_ABSENT:
  case DW_JSON_NULL:
    dw_json_put_raw(w, "null");
    break;
  case DW_JSON_BOOL:
    dw_json_boolean(value, &truth);
    dw_json_put_raw(w, truth ? "true" : "false");
    break;
  case DW_JSON_INTEGER:
    dw_json_integer(value, &number);
    if (dw_json_digits(value))
      dw_json_put_raw(w, dw_json_digits(value));
    else
      dw_json_put_int(w, number);
    break;
  case DW_JSON_REAL:
    if (dw_json_digits(value))
      dw_json_put_raw(w, dw_json_digits(value));
    else
      write_real(w, value->real);
    break;
  case DW_JSON_STRING:
    dw_json_put_bytes(w, value->text, value->count);
    break;
  case DW_JSON_ARRAY:
    dw_json_begin_array(w);
    for (size_t i = 0; i < value->count; i++)
      dw_json_put_value(w, value->elements[i]);
    dw_json_end_array(w);
    break;
  case DW_JSON_OBJECT:
    dw_json_begin_object(w);
    for (struct dw_json_member it = dw_json_first(value); it.value; it = dw_json_next(value, it)) {
      dw_json_key(w, it.key);
      dw_json_put_value(w, it.value);
    }
    dw_json_end_object(w);
    break;
  }
}

const char *dw_json_text(struct dw_arena *arena, const dw_json *value) {
  struct dw_buf out = DW_BUF_IN(arena);
  struct dw_json_writer w = DW_JSON_WRITER(&out);
  dw_json_put_value(&w, value);
  return dw_buf_text(&out);
}

const char *dw_json_quote(struct dw_arena *arena, const char *text) {
  struct dw_buf out = DW_BUF_IN(arena);
  struct dw_json_writer w = DW_JSON_WRITER(&out);
  dw_json_put_string(&w, text);
  return dw_buf_text(&out);
}
