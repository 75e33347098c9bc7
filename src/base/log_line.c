/* Formats log lines, as JSON objects or as human-readable text. */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/log_internal.h"
#include "base/utf8.h"

static void quote_ascii(struct dw_buf *out, unsigned char byte) {
  if (byte == '"')
    dw_buf_puts(out, "\\\"");
  else if (byte == '\\')
    dw_buf_puts(out, "\\\\");
  else if (byte == '\n')
    dw_buf_puts(out, "\\n");
  else if (byte == '\t')
    dw_buf_puts(out, "\\t");
  else if (byte < 0x20 || byte == 0x7F)
    dw_buf_printf(out, "\\u%04x", byte);
  else
    dw_buf_putc(out, (char)byte);
}

/* Characters that a terminal interprets or may show as something else: C1 controls, the line and paragraph separators,
 * and those that change the writing direction. Merely invisible characters are kept, because they join letters and
 * emoji. */
static bool is_harmful(uint32_t code) {
  return (code >= 0x80 && code < 0xA0) || code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

/* Appends one character, escaped if necessary. Returns its length in TEXT. */
static size_t quote_one(struct dw_buf *out, const char *text, size_t length) {
  uint32_t code;
  size_t size = dw_utf8_next(text, length, &code);
  if (code < 0x80)
    quote_ascii(out, (unsigned char)code);
  else if (code == DW_UTF8_BAD)
    dw_buf_puts(out, DW_UTF8_REPLACEMENT);
  else if (is_harmful(code))
    dw_buf_printf(out, "\\u%04x", (unsigned)code);
  else
    dw_buf_add(out, text, size);
  return size;
}

void dw_log_quote(struct dw_buf *out, const char *text, size_t length) {
  dw_buf_reserve(out, length + 2);
  dw_buf_putc(out, '"');
  for (size_t i = 0; i < length;) {
    size_t plain = dw_utf8_plain(text + i, length - i);
    dw_buf_add(out, text + i, plain);
    i += plain;
    if (i < length)
      i += quote_one(out, text + i, length - i);
  }
  dw_buf_putc(out, '"');
}

/* --- members as JSON --- */

/* Appends "a,b" as "a","b". FOLLOWS: items precede these. Returns whether items precede the next ones. */
static bool add_json_items(struct dw_buf *out, const char *list, bool follows) {
  while (*list != '\0') {
    size_t length = strcspn(list, ",");
    if (follows)
      dw_buf_putc(out, ',');
    dw_log_quote(out, list, length);
    follows = true;
    list += length;
    list += *list == ',';
  }
  return follows;
}

static void add_json_list(struct dw_buf *out, const struct dw_log_member *member) {
  dw_buf_putc(out, '[');
  add_json_items(out, member->u.more, add_json_items(out, member->text, false));
  dw_buf_putc(out, ']');
}

static void add_json_member(struct dw_buf *out, const struct dw_log_member *member) {
  if (member->type == DW_LOG_MEMBER_STRING && member->text == NULL)
    return;
  dw_buf_putc(out, ',');
  dw_buf_putc(out, '"');
  dw_buf_puts(out, member->key);
  dw_buf_putc(out, '"');
  dw_buf_putc(out, ':');
  switch (member->type) {
  case DW_LOG_MEMBER_STRING:
    dw_log_quote(out, member->text, strnlen(member->text, member->u.most));
    break;
  case DW_LOG_MEMBER_INTEGER:
    dw_buf_decimal(out, member->u.number);
    break;
  case DW_LOG_MEMBER_BOOLEAN:
    dw_buf_puts(out, member->u.number != 0 ? "true" : "false");
    break;
  case DW_LOG_MEMBER_LIST:
    add_json_list(out, member);
    break;
  }
}

static void add_json_members(struct dw_buf *out, const struct dw_log_member *members, size_t count) {
  for (size_t i = 0; i < count; i++)
    add_json_member(out, &members[i]);
}

/* --- members as text: key=value --- */

/* Whether quoting has changed nothing except to escape quotes and backslashes. */
static bool is_harmless(const char *text, size_t length, const struct dw_buf *quoted) {
  size_t escapes = 0;
  for (size_t i = 0; i < length; i++)
    escapes += text[i] == '"' || text[i] == '\\';
  return quoted->length == length + 2 + escapes;
}

static void add_text_message(struct dw_buf *out, const char *message, size_t length) {
  DW_BUF_SCOPED struct dw_buf quoted = DW_BUF_INIT;
  dw_log_quote(&quoted, message, length);
  bool bare = length > 0 && *message != '"' && memchr(message, '=', length) == NULL;
  if (bare && is_harmless(message, length, &quoted))
    dw_buf_add(out, message, length);
  else
    dw_buf_add(out, quoted.data, quoted.length);
}

/* Whether the value needs no quotes. A string with a comma needs them, because commas separate the items of a list. */
static bool is_word(const char *text, size_t length, bool list) {
  for (size_t i = 0; i < length; i++)
    if (!isalnum((unsigned char)text[i]) && strchr("-_./:@+*%~[]", text[i]) == NULL && !(list && text[i] == ','))
      return false;
  return length > 0;
}

static void add_text_value(struct dw_buf *out, const char *text, size_t length, bool list) {
  if (is_word(text, length, list))
    dw_buf_add(out, text, length);
  else
    dw_log_quote(out, text, length);
}

static void add_text_list(struct dw_buf *out, const char *items, const char *more) {
  DW_BUF_SCOPED struct dw_buf all = DW_BUF_INIT;
  dw_buf_puts(&all, items);
  if (*items != '\0' && *more != '\0')
    dw_buf_putc(&all, ',');
  dw_buf_puts(&all, more);
  add_text_value(out, dw_buf_text(&all), all.length, true);
}

/* Lists without items are omitted. */
static bool is_left_out(const struct dw_log_member *member) {
  return (member->type == DW_LOG_MEMBER_STRING && member->text == NULL) ||
         (member->type == DW_LOG_MEMBER_LIST && *member->text == '\0' && *member->u.more == '\0');
}

static void add_text_member(struct dw_buf *out, const struct dw_log_member *member) {
  if (is_left_out(member))
    return;
  dw_buf_putc(out, ' ');
  dw_buf_puts(out, member->key);
  dw_buf_putc(out, '=');
  switch (member->type) {
  case DW_LOG_MEMBER_STRING:
    add_text_value(out, member->text, strnlen(member->text, member->u.most), false);
    break;
  case DW_LOG_MEMBER_INTEGER:
    dw_buf_decimal(out, member->u.number);
    break;
  case DW_LOG_MEMBER_BOOLEAN:
    dw_buf_puts(out, member->u.number != 0 ? "true" : "false");
    break;
  case DW_LOG_MEMBER_LIST:
    add_text_list(out, member->text, member->u.more);
    break;
  }
}

static void add_text_members(struct dw_buf *out, const struct dw_log_member *members, size_t count) {
  for (size_t i = 0; i < count; i++)
    add_text_member(out, &members[i]);
}

/* --- the whole line --- */

static const char *level_name(enum dw_log_level level) {
  switch (level) {
  case DW_LOG_ERROR:
    return "error";
  case DW_LOG_WARN:
    return "warn";
  case DW_LOG_INFO:
    return "info";
  case DW_LOG_DEBUG:
    return "debug";
  }
  return "info";
}

/* Five characters wide. */
static const char *level_label(enum dw_log_level level) {
  static const char *const labels[] = {
      [DW_LOG_ERROR] = "ERROR", [DW_LOG_WARN] = "WARN ", [DW_LOG_INFO] = "INFO ", [DW_LOG_DEBUG] = "DEBUG"};
  return labels[level];
}

/* Each thread formats the date and time once per second and reuses the text. */
static void add_time(struct dw_buf *line) {
  static _Thread_local struct {
    time_t second;
    char text[32];
  } last;
  struct timespec now = {0};
  clock_gettime(CLOCK_REALTIME, &now);
  if (now.tv_sec != last.second || last.text[0] == '\0') {
    struct tm utc = {0};
    gmtime_r(&now.tv_sec, &utc);
    if (strftime(last.text, sizeof last.text, "%Y-%m-%dT%H:%M:%S", &utc) == 0)
      last.text[0] = '\0';
    last.second = now.tv_sec;
  }
  int thousandths = (int)(now.tv_nsec / 1000000);
  const char fraction[] = {'.', (char)('0' + thousandths / 100), (char)('0' + thousandths / 10 % 10),
                           (char)('0' + thousandths % 10), 'Z'};
  dw_buf_puts(line, last.text);
  dw_buf_add(line, fraction, sizeof fraction);
}

static void add_json(struct dw_buf *line, const struct dw_log_entry *entry) {
  dw_buf_puts(line, "{\"time\":\"");
  add_time(line);
  dw_buf_puts(line, "\",\"level\":\"");
  dw_buf_puts(line, level_name(entry->level));
  dw_buf_puts(line, "\",\"msg\":");
  dw_log_quote(line, entry->message, entry->length);
  add_json_members(line, entry->members, entry->count);
  dw_buf_puts(line, "}\n");
}

static void add_text(struct dw_buf *line, const struct dw_log_entry *entry) {
  add_time(line);
  dw_buf_putc(line, ' ');
  dw_buf_puts(line, level_label(entry->level));
  dw_buf_putc(line, ' ');
  add_text_message(line, entry->message, entry->length);
  add_text_members(line, entry->members, entry->count);
  dw_buf_putc(line, '\n');
}

void dw_log_make_line(struct dw_buf *line, enum dw_log_format format, const struct dw_log_entry *entry) {
  enum { USUAL_REST = 96, USUAL_MEMBER = 40 }; /* bytes */
  dw_buf_reserve(line, entry->length + entry->count * USUAL_MEMBER + USUAL_REST);
  if (format == DW_LOG_TEXT)
    add_text(line, entry);
  else
    add_json(line, entry);
}
