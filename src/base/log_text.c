#include "base/log_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "droveway/base/log.h"

/* Quoting changes nothing but to put a backslash before quotes and backslashes. */
static bool is_harmless(const char *text, size_t length, const struct dw_buf *quoted) {
  size_t escapes = 0;
  for (size_t i = 0; i < length; i++)
    escapes += text[i] == '"' || text[i] == '\\';
  return quoted->length == length + 2 + escapes;
}

void dw_log_text_message(struct dw_buf *out, const char *message, size_t length) {
  DW_BUF_SCOPED struct dw_buf quoted = DW_BUF_INIT;
  dw_log_quote(&quoted, message, length);
  bool bare = length > 0 && *message != '"' && memchr(message, '=', length) == NULL;
  if (bare && is_harmless(message, length, &quoted))
    dw_buf_add(out, message, length);
  else
    dw_buf_add(out, quoted.data, quoted.length);
}

/* --- fields --- */

/* The end of the JSON string whose opening quote is at TEXT. */
static const char *string_end(const char *text) {
  for (text++; *text != '\0' && *text != '"'; text++)
    if (*text == '\\' && text[1] != '\0')
      text++;
  return *text == '"' ? text + 1 : text;
}

/* The end of the JSON value at TEXT: a comma that belongs to none of its brackets, or the end of all. */
static const char *value_end(const char *text) {
  unsigned depth = 0;
  while (*text != '\0' && (*text != ',' || depth > 0)) {
    if (*text == '"') {
      text = string_end(text);
      continue;
    }
    depth += *text == '[' || *text == '{';
    depth -= depth > 0 && (*text == ']' || *text == '}');
    text++;
  }
  return text;
}

/* What stands without quotes in the line: no comma, which parts the items of a list. */
static bool is_word(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!isalnum((unsigned char)text[i]) && strchr("-_./:@+*%~[]", text[i]) == NULL)
      return false;
  return length > 0;
}

static bool is_string(const char *text, size_t length) {
  return length >= 2 && text[0] == '"' && string_end(text) == text + length && text[length - 1] == '"';
}

/* ["a","b"] as a,b; false where an item is no plain word. */
static bool add_list(struct dw_buf *out, const char *text, size_t length) {
  size_t start = out->length;
  const char *end = text + length - 1; /* at the bracket */
  for (const char *at = text + 1; at < end;) {
    size_t item = (size_t)(value_end(at) - at);
    if (item > (size_t)(end - at))
      item = (size_t)(end - at);
    if (!is_string(at, item) || !is_word(at + 1, item - 2)) {
      dw_buf_truncate(out, start);
      return false;
    }
    dw_buf_add(out, at + 1, item - 2);
    at += item;
    if (at < end) {
      dw_buf_putc(out, ',');
      at++;
    }
  }
  return out->length > start;
}

static void add_value(struct dw_buf *out, const char *text, size_t length) {
  if (is_string(text, length) && is_word(text + 1, length - 2))
    dw_buf_add(out, text + 1, length - 2);
  else if (is_string(text, length) || is_word(text, length))
    dw_buf_add(out, text, length); /* it is escaped already; a number, true, false */
  else if (length < 2 || text[0] != '[' || text[length - 1] != ']' || !add_list(out, text, length))
    dw_log_quote(out, text, length);
}

/* An empty list says nothing. */
static bool is_empty(const char *text, size_t length) {
  return length == 2 && text[0] == '[' && text[1] == ']';
}

void dw_log_text_fields(struct dw_buf *out, const char *fields) {
  while (*fields == '"') {
    const char *key_end = string_end(fields);
    if (*key_end != ':' || key_end - fields < 2)
      break;
    const char *value = key_end + 1;
    size_t length = (size_t)(value_end(value) - value);
    if (!is_empty(value, length)) {
      dw_buf_putc(out, ' ');
      dw_buf_add(out, fields + 1, (size_t)(key_end - fields) - 2);
      dw_buf_putc(out, '=');
      add_value(out, value, length);
    }
    fields = value + length;
    fields += *fields == ',';
  }
}
