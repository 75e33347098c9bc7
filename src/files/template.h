/* Templates, which are not YAML, or not what they seem to be, before a program has rendered them. */
#ifndef FILES_TEMPLATE_H
#define FILES_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum dw_template_kind {
  DW_TEMPLATE_NONE,
  DW_TEMPLATE_HELM,
  DW_TEMPLATE_GO,
  DW_TEMPLATE_JINJA,
  DW_TEMPLATE_YTT,
  DW_TEMPLATE_ERB,
  DW_TEMPLATE_ENVSUBST,
  DW_TEMPLATE_KINDS
};

/* "a Helm template" */
const char *dw_template_name(enum dw_template_kind kind) __attribute__((returns_nonnull));
/* "Helm templates" */
const char *dw_template_plural(enum dw_template_kind kind) __attribute__((returns_nonnull));
/* The command that renders what is at PATH, a chart's folder or a file, which is quoted for a shell if needed; NULL for
 * a placeholder instead of it. In ARENA. */
const char *dw_template_command(struct dw_arena *arena, enum dw_template_kind kind, const char *path)
    __attribute__((nonnull(1), returns_nonnull));

/* What TEXT is a template of, which ERR says is not YAML: the mark of a template is where the error is, so that the
 * rest of the file is likely to be right. */
enum dw_template_kind dw_template_of(const char *text, size_t length, const struct dw_error *err)
    __attribute__((nonnull));

/* Whether TEXT, which is YAML, is a template of ytt: its values are in comments. */
bool dw_template_is_ytt(const char *text, size_t length) __attribute__((nonnull));

/* ERR (NULL is allowed) says why TEXT can't be read. If TEXT looks like a template, even at another place, adds how to
 * render it. */
void dw_template_hint(const char *text, size_t length, struct dw_error *err);

/* The folder of the chart if FILE is in the folder `templates` next to a Chart.yaml; else NULL. In ARENA. */
const char *dw_template_chart(struct dw_arena *arena, const char *file) __attribute__((nonnull));

#endif
