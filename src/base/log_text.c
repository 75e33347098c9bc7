/* A log line as text for people: key=value. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/log_internal.h"

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

/* What needs no quotes. A comma needs them in a string, because it separates the items of a list. */
static bool is_word(const char *text, size_t length, bool list) {
  for (size_t i = 0; i < length; i++)
    if (!isalnum((unsigned char)text[i]) && strchr("-_./:@+*%~[]", text[i]) == NULL && !(list && text[i] == ','))
      return false;
  return length > 0;
}

static void add_value(struct dw_buf *out, const char *text, size_t length, bool list) {
  if (is_word(text, length, list))
    dw_buf_add(out, text, length);
  else
    dw_log_quote(out, text, length);
}

static void add_list(struct dw_buf *out, const char *items, const char *more) {
  DW_BUF_SCOPED struct dw_buf all = DW_BUF_INIT;
  dw_buf_puts(&all, items);
  if (*items != '\0' && *more != '\0')
    dw_buf_putc(&all, ',');
  dw_buf_puts(&all, more);
  add_value(out, dw_buf_text(&all), all.length, true);
}

static const char *or_empty(const char *text) {
  return text == NULL ? "" : text;
}

/* An empty list says nothing. */
static bool is_left_out(const struct dw_log_member *member) {
  return (member->type == DW_LOG_MEMBER_STRING && member->text == NULL) ||
         (member->type == DW_LOG_MEMBER_LIST && *or_empty(member->text) == '\0' && *or_empty(member->u.more) == '\0');
}

static void add_member(struct dw_buf *out, const struct dw_log_member *member) {
  if (is_left_out(member))
    return;
  dw_buf_putc(out, ' ');
  dw_buf_puts(out, member->key);
  dw_buf_putc(out, '=');
  switch (member->type) {
  case DW_LOG_MEMBER_STRING:
    add_value(out, member->text, strnlen(member->text, member->u.most), false);
    break;
  case DW_LOG_MEMBER_INTEGER:
    dw_buf_decimal(out, member->u.number);
    break;
  case DW_LOG_MEMBER_BOOLEAN:
    dw_buf_puts(out, member->u.number != 0 ? "true" : "false");
    break;
  case DW_LOG_MEMBER_LIST:
    add_list(out, or_empty(member->text), or_empty(member->u.more));
    break;
  }
}

void dw_log_text_members(struct dw_buf *out, const struct dw_log_member *members, size_t count) {
  for (size_t i = 0; i < count; i++)
    add_member(out, &members[i]);
}
