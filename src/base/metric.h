/* Prometheus's text format, version 0.0.4. */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include "base/buf.h"

/* Appends the HELP and TYPE lines of droveway_NAME, which precede its values. TYPE: "counter", "gauge", "histogram". */
static inline void dw_metric_head(struct dw_buf *out, const char *name, const char *type, const char *help) {
  dw_buf_printf(out, "# HELP droveway_%s %s\n# TYPE droveway_%s %s\n", name, help, name, type);
}

#endif
