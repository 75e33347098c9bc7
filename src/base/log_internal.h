/* What the files of the log share and nobody else needs. */
#ifndef BASE_LOG_INTERNAL_H
#define BASE_LOG_INTERNAL_H

#include "base/log.h"

/* log_json.c: appends ,"key":value for each member. */
void dw_log_json_members(struct dw_buf *out, const struct dw_log_member *members, size_t count);

/* log_text.c: appends a message: as it is where nothing in it could be taken for something else, else in quotes. */
void dw_log_text_message(struct dw_buf *out, const char *message, size_t length) __attribute__((nonnull));
/* log_text.c: appends " key=value" for each member. */
void dw_log_text_members(struct dw_buf *out, const struct dw_log_member *members, size_t count);

/* log.c: appends a whole line. */
void dw_log_make_line(struct dw_buf *out, enum dw_log_level level, const char *message,
                      const struct dw_log_member *members, size_t count) __attribute__((nonnull(1, 3)));

/* log_writer.c: a whole line, on its way to standard error. */
void dw_log_put_line(const char *line, size_t length) __attribute__((nonnull));

#endif
