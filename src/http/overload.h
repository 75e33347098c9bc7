/* What the log says of connections and requests that are turned away in numbers: when it begins, while it goes on, when
 * it ends; never a line each. */
#ifndef HTTP_OVERLOAD_H
#define HTTP_OVERLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "http/http.h"

struct overload {
  const char *listener; /* "webhook", "metrics" */
  struct dw_http_load *load;
  uint64_t told[DW_BOUND_COUNT]; /* all zero at the start, as the rest */
  int64_t told_at, left_out_at;  /* in monotonic microseconds */
  bool on;
};

/* To be called a few times a second, always from the same thread. */
void dw_overload_look(void *overload) __attribute__((nonnull));

#endif
