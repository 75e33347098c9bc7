/* Helm's templates, which are no YAML before Helm has rendered them. */
#ifndef SOURCES_TEMPLATE_H
#define SOURCES_TEMPLATE_H

#include <stddef.h>

#include "droveway/base/error.h"

/* ERR (NULL is allowed) tells why TEXT does not read. Where TEXT looks like a Helm template, adds how to render it. */
void dw_template_hint(const char *text, size_t length, struct dw_error *err);

#endif
