/* Shared by log.c and log_line.c. */
#ifndef BASE_LOG_INTERNAL_H
#define BASE_LOG_INTERNAL_H

#include "base/log.h"

struct dw_log_entry {
  enum dw_log_level level;
  const char *message;
  size_t length; /* of the message */
  const struct dw_log_member *members;
  size_t count;
};

/* Appends ENTRY as a whole line. */
void dw_log_make_line(struct dw_buf *out, enum dw_log_format format, const struct dw_log_entry *entry)
    __attribute__((nonnull));

#endif
