#include "droveway/base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "base/log_text.h"

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

/* The length of the well-formed UTF-8 character at BYTES, 0 where there is none (RFC 3629: no overlong form, no
 * surrogate, nothing above U+10FFFF). */
static size_t utf8_length(const unsigned char *bytes, size_t left) {
  unsigned char lead = bytes[0];
  if (lead < 0x80)
    return 1;
  size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || length > left)
    return 0;
  unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (bytes[1] < low || bytes[1] > high)
    return 0;
  for (size_t i = 2; i < length; i++)
    if ((bytes[i] & 0xC0) != 0x80)
      return 0;
  return length;
}

static void quote_ascii(struct dw_buf *out, unsigned char byte) {
  if (byte == '"' || byte == '\\')
    dw_buf_printf(out, "\\%c", byte);
  else if (byte == '\n')
    dw_buf_puts(out, "\\n");
  else if (byte == '\t')
    dw_buf_puts(out, "\\t");
  else if (byte < 0x20 || byte == 0x7F)
    dw_buf_printf(out, "\\u%04x", byte);
  else
    dw_buf_putc(out, (char)byte);
}

/* What a terminal obeys or may show as something else: C1 controls (U+0080 to U+009F), the line and paragraph
 * separators, and what turns the direction of writing (U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069). 0 for other
 * ones. */
static unsigned harmful(const unsigned char *bytes, size_t length) {
  if (length == 2 && bytes[0] == 0xC2 && bytes[1] < 0xA0)
    return bytes[1];
  if (length != 3 || bytes[0] != 0xE2 || (bytes[1] != 0x80 && bytes[1] != 0x81))
    return 0;
  unsigned code = 0x2000U + (bytes[1] & 0x3FU) * 0x40U + (bytes[2] & 0x3FU);
  bool harms =
      code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return harms ? code : 0;
}

void dw_log_quote(struct dw_buf *out, const char *text, size_t length) {
  const unsigned char *bytes = (const unsigned char *)text;
  dw_buf_putc(out, '"');
  for (size_t i = 0; i < length;) {
    size_t taken = utf8_length(bytes + i, length - i);
    if (taken == 1)
      quote_ascii(out, bytes[i]);
    else if (harmful(bytes + i, taken) != 0)
      dw_buf_printf(out, "\\u%04x", harmful(bytes + i, taken));
    else if (taken > 0)
      dw_buf_add(out, bytes + i, taken);
    else
      dw_buf_puts(out, "\xEF\xBF\xBD");
    i += taken > 0 ? taken : 1;
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

static void add_time(struct dw_buf *line) {
  struct timespec now = {0};
  struct tm utc = {0};
  char second[32];
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &utc);
  if (strftime(second, sizeof second, "%Y-%m-%dT%H:%M:%S", &utc) == 0)
    second[0] = '\0';
  dw_buf_printf(line, "%s.%03ldZ", second, now.tv_nsec / 1000000);
}

static void add_json(struct dw_buf *line, enum dw_log_level level, const struct dw_buf *message, const char *fields) {
  dw_buf_puts(line, "{\"time\":\"");
  add_time(line);
  dw_buf_printf(line, "\",\"level\":\"%s\",\"msg\":", level_name(level));
  dw_log_quote(line, dw_buf_text(message), message->length);
  if (fields[0] != '\0')
    dw_buf_printf(line, ",%s", fields);
  dw_buf_puts(line, "}\n");
}

static void add_text(struct dw_buf *line, enum dw_log_level level, const struct dw_buf *message, const char *fields) {
  add_time(line);
  dw_buf_printf(line, " %s ", level_label(level));
  dw_log_text_message(line, dw_buf_text(message), message->length);
  dw_log_text_fields(line, fields);
  dw_buf_putc(line, '\n');
}

/* One call in the usual case; the loop is for signals and full pipes. */
static void write_line(const struct dw_buf *line) {
  size_t done = 0;
  while (done < line->length) {
    ssize_t written = write(STDERR_FILENO, line->data + done, line->length - done);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return;
    done += (size_t)written;
  }
}

static void write_entry(enum dw_log_level level, const struct dw_buf *message, const char *fields) {
  int saved = errno;
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  if (atomic_load_explicit(&form, memory_order_relaxed) == DW_LOG_TEXT)
    add_text(&line, level, message, fields);
  else
    add_json(&line, level, message, fields);
  write_line(&line);
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
  write_entry(level, &message, "");
}

void dw_log_fields(enum dw_log_level level, const char *message, const char *fields) {
  if (!dw_log_enabled(level))
    return;
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_puts(&text, message);
  write_entry(level, &text, fields);
}

/* --- gates --- */

bool dw_log_gate_pass(struct dw_log_gate *gate, unsigned most) {
  struct timespec now = {0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t then = atomic_load_explicit(&gate->second, memory_order_relaxed);
  if (then != (int64_t)now.tv_sec && atomic_compare_exchange_strong(&gate->second, &then, (int64_t)now.tv_sec))
    atomic_store_explicit(&gate->passed, 0, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&gate->passed, 1, memory_order_relaxed) < most)
    return true;
  atomic_fetch_add_explicit(&gate->left_out, 1, memory_order_relaxed);
  return false;
}

unsigned dw_log_gate_left_out(struct dw_log_gate *gate) {
  return atomic_exchange_explicit(&gate->left_out, 0, memory_order_relaxed);
}
