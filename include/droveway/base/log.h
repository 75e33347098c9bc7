/* Log lines on standard error, each written with one system call: a JSON object, or text for people. */
#ifndef DROVEWAY_BASE_LOG_H
#define DROVEWAY_BASE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "droveway/base/buf.h"

enum dw_log_level { DW_LOG_ERROR, DW_LOG_WARN, DW_LOG_INFO, DW_LOG_DEBUG };

/* Lines above this level are not written; DW_LOG_INFO at the start. */
void dw_log_set_level(enum dw_log_level level);
int dw_log_enabled(enum dw_log_level level);

enum dw_log_format { DW_LOG_JSON, DW_LOG_TEXT };
/* Of the lines from now on; DW_LOG_JSON at the start. */
void dw_log_set_format(enum dw_log_format format);

/* {"time":"2026-11-21T00:01:36.123Z","level":"info","msg":"..."}, or as text: 2026-11-21T00:01:36.123Z INFO  ...; what
 * would break the line, move a terminal's cursor or pass for a field is escaped. */
void dw_log(enum dw_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with more members: FIELDS is their JSON text without braces (`"a":1,"b":"x"`), "" for none. As text they are
 * a=1 b=x, with quotes where a value needs them. */
void dw_log_fields(enum dw_log_level level, const char *message, const char *fields) __attribute__((nonnull));
/* The line is made in ARENA; NULL: on the heap. */
void dw_log_fields_in(struct dw_arena *arena, enum dw_log_level level, const char *message, const char *fields)
    __attribute__((nonnull(3, 4)));

/* Appends TEXT as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void dw_log_quote(struct dw_buf *out, const char *text, size_t length) __attribute__((nonnull));

/* --- lines that input can cause: only so many a second --- */

/* All zero at the start. */
struct dw_log_gate {
  _Atomic int64_t second;
  atomic_uint passed, left_out;
};

/* Whether one more line may be written, of at most MOST in this second; else it is counted. Thread-safe. */
bool dw_log_gate_pass(struct dw_log_gate *gate, unsigned most) __attribute__((nonnull));
/* How many were not written since the last call. */
unsigned dw_log_gate_left_out(struct dw_log_gate *gate) __attribute__((nonnull));

#endif
