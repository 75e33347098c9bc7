#include "base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log_internal.h"
#include "base/utf8.h"

static atomic_int threshold = DW_LOG_INFO;
static atomic_int form = DW_LOG_JSON;

void dw_log_set_level(enum dw_log_level level) {
  atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
}

void dw_log_set_format(enum dw_log_format format) {
  atomic_store_explicit(&form, (int)format, memory_order_relaxed);
}

int dw_log_enabled(enum dw_log_level level) {
  return (int)level <= atomic_load_explicit(&threshold, memory_order_relaxed);
}

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

/* What a terminal obeys or may show as something else: C1 controls, the line and paragraph separators, and what turns
 * the direction of writing. What is only invisible joins letters and emoji: it stays. */
static bool is_harmful(uint32_t code) {
  return (code >= 0x80 && code < 0xA0) || code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

/* One character, as it goes into a string; returns how many bytes it takes in TEXT. */
static size_t quote_one(struct dw_buf *out, const char *text, size_t length) {
  uint32_t code;
  size_t taken = dw_utf8_next(text, length, &code);
  if (code < 0x80)
    quote_ascii(out, (unsigned char)code);
  else if (code == DW_UTF8_BAD)
    dw_buf_puts(out, DW_UTF8_REPLACEMENT);
  else if (is_harmful(code))
    dw_buf_printf(out, "\\u%04x", (unsigned)code);
  else
    dw_buf_add(out, text, taken);
  return taken;
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

/* The second is written out once a second and thread. */
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

/* A line in the making: what both forms are made of. */
struct entry {
  enum dw_log_level level;
  const char *message;
  size_t length; /* of the message */
  const struct dw_log_member *members;
  size_t count;
};

static void add_json(struct dw_buf *line, const struct entry *entry) {
  dw_buf_puts(line, "{\"time\":\"");
  add_time(line);
  dw_buf_puts(line, "\",\"level\":\"");
  dw_buf_puts(line, level_name(entry->level));
  dw_buf_puts(line, "\",\"msg\":");
  dw_log_quote(line, entry->message, entry->length);
  dw_log_json_members(line, entry->members, entry->count);
  dw_buf_puts(line, "}\n");
}

static void add_text(struct dw_buf *line, const struct entry *entry) {
  add_time(line);
  dw_buf_putc(line, ' ');
  dw_buf_puts(line, level_label(entry->level));
  dw_buf_putc(line, ' ');
  dw_log_text_message(line, entry->message, entry->length);
  dw_log_text_members(line, entry->members, entry->count);
  dw_buf_putc(line, '\n');
}

static void make_line(struct dw_buf *line, const struct entry *entry) {
  enum { USUAL_REST = 96, USUAL_MEMBER = 40 }; /* bytes */
  dw_buf_reserve(line, entry->length + entry->count * USUAL_MEMBER + USUAL_REST);
  if (atomic_load_explicit(&form, memory_order_relaxed) == DW_LOG_TEXT)
    add_text(line, entry);
  else
    add_json(line, entry);
}

void dw_log_make_line(struct dw_buf *out, enum dw_log_level level, const char *message,
                      const struct dw_log_member *members, size_t count) {
  make_line(out, &(struct entry){level, message, strlen(message), members, count});
}

static void write_entry(struct dw_arena *arena, const struct entry *entry) {
  int saved = errno;
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_IN(arena);
  make_line(&line, entry);
  dw_log_put_line(line.data, line.length);
  errno = saved;
}

void dw_log(enum dw_log_level level, const char *format, ...) {
  if (!dw_log_enabled(level))
    return;
  DW_BUF_SCOPED struct dw_buf message = DW_BUF_INIT;
  va_list args;
  va_start(args, format);
  dw_buf_vprintf(&message, format, args);
  va_end(args);
  write_entry(NULL, &(struct entry){level, dw_buf_text(&message), message.length, NULL, 0});
}

void dw_log_members(struct dw_arena *arena, enum dw_log_level level, const char *message,
                    const struct dw_log_member *members, size_t count) {
  if (dw_log_enabled(level))
    write_entry(arena, &(struct entry){level, message, strlen(message), members, count});
}

/* --- gates --- */

bool dw_log_gate_pass(struct dw_log_gate *gate, unsigned most) {
  int64_t second = dw_now_microseconds() / 1000000;
  int64_t then = atomic_load_explicit(&gate->second, memory_order_relaxed);
  if (then != second && atomic_compare_exchange_strong(&gate->second, &then, second))
    atomic_store_explicit(&gate->passed, 0, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&gate->passed, 1, memory_order_relaxed) < most)
    return true;
  atomic_fetch_add_explicit(&gate->left_out, 1, memory_order_relaxed);
  return false;
}

unsigned dw_log_gate_left_out(struct dw_log_gate *gate) {
  return atomic_exchange_explicit(&gate->left_out, 0, memory_order_relaxed);
}
