/* Log lines: one JSON object a line on standard error, written with one system call. */
#ifndef DROVEWAY_BASE_LOG_H
#define DROVEWAY_BASE_LOG_H

#include "droveway/base/buf.h"

enum dw_log_level { DW_LOG_ERROR, DW_LOG_WARN, DW_LOG_INFO, DW_LOG_DEBUG };

/* Lines above this level are not written; DW_LOG_INFO at the start. */
void dw_log_set_level(enum dw_log_level level);
int dw_log_enabled(enum dw_log_level level);

/* {"time":"2026-11-21T00:01:36.123Z","level":"info","msg":"..."}; the text is escaped, so input can't break the line.
 */
void dw_log(enum dw_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with more members: FIELDS is their JSON text without braces (`"a":1,"b":"x"`), "" for none. */
void dw_log_fields(enum dw_log_level level, const char *message, const char *fields) __attribute__((nonnull));

/* Appends TEXT as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void dw_log_quote(struct dw_buf *out, const char *text, size_t length) __attribute__((nonnull));

#endif
