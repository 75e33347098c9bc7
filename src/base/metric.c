#include "base/metric.h"

void dw_metric_head(struct dw_buf *out, const char *name, const char *type, const char *help) {
  dw_buf_printf(out, "# HELP droveway_%s %s\n# TYPE droveway_%s %s\n", name, help, name, type);
}
