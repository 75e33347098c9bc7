#include "files/template.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static bool has_braces(const char *line, size_t length) {
  const char *brace = memchr(line, '{', length);
  while (brace && brace + 1 < line + length) {
    bool variable = brace > line && brace[-1] == '$'; /* ${{ }} is a workflow's */
    if (brace[1] == '{' && !variable)
      return true;
    brace = memchr(brace + 1, '{', length - (size_t)(brace + 1 - line));
  }
  return false;
}

static bool begins_with_braces(const char *line, size_t length) {
  while (length > 0 && (*line == ' ' || *line == '\t' || *line == '-')) {
    line++;
    length--;
  }
  return length >= 2 && memcmp(line, "{{", 2) == 0;
}

/* Braces in a quoted text (an alert's, a dashboard's) are no reason for an error on another line. */
static bool is_template(const char *text, size_t length, int error_line) {
  int number = 1;
  for (size_t start = 0; start < length; number++) {
    const char *end = memchr(text + start, '\n', length - start);
    size_t size = end ? (size_t)(end - text) - start : length - start;
    if (begins_with_braces(text + start, size) || (number == error_line && has_braces(text + start, size)))
      return true;
    start += size + 1;
  }
  return false;
}

void dw_template_hint(const char *text, size_t length, struct dw_error *err) {
  static const char hint[] =
      "; this looks like a Helm template; render it first: helm template CHART | droveway check -f -";
  if (!err || err->code == DW_ERR_MEMORY || err->code == DW_ERR_IO || !is_template(text, length, err->line))
    return;
  size_t used = strlen(err->text);
  if (used + sizeof hint <= sizeof err->text)
    memcpy(err->text + used, hint, sizeof hint);
}

bool dw_is_chart_template(struct dw_arena *arena, const char *file) {
  static const char folder[] = "templates/";
  for (const char *at = file; (at = strstr(at, folder)) != NULL; at++) {
    bool whole = at == file || at[-1] == '/';
    int length = (int)(at - file);
    if (whole && access(dw_arena_printf(arena, "%.*sChart.yaml", length, file), F_OK) == 0)
      return true;
  }
  return false;
}
