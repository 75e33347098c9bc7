/* Helm's templates, which are no YAML before Helm has rendered them. */
#ifndef FILES_TEMPLATE_H
#define FILES_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/* ERR (NULL is allowed) tells why TEXT does not read. Where TEXT looks like a Helm template, adds how to render it. */
void dw_template_hint(const char *text, size_t length, struct dw_error *err);

/* Whether FILE is in the folder `templates` beside a Chart.yaml. */
bool dw_is_chart_template(struct dw_arena *arena, const char *file) __attribute__((nonnull));

#endif
