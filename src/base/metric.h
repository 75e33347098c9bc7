/* Prometheus's text format, version 0.0.4. */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include "base/buf.h"

/* Appends the HELP and TYPE lines of droveway_NAME, which precede its values. TYPE: "counter", "gauge", "histogram". */
void dw_metric_head(struct dw_buf *out, const char *name, const char *type, const char *help) __attribute__((nonnull));

#endif
