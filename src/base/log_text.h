/* The text form of a log line. */
#ifndef BASE_LOG_TEXT_H
#define BASE_LOG_TEXT_H

#include "droveway/base/buf.h"

/* Appends a message: as it is where nothing in it could be taken for something else, else in quotes. */
void dw_log_text_message(struct dw_buf *out, const char *message, size_t length) __attribute__((nonnull));

/* Appends " key=value" for each of the JSON members FIELDS. */
void dw_log_text_fields(struct dw_buf *out, const char *fields) __attribute__((nonnull));

#endif
