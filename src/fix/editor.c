#include <string.h>

#include "base/text.h"
#include "fix/edit_internal.h"

bool dw_fix_refuse(struct dw_fix_editor *e, const char *why) {
  if (e->why == NULL)
    e->why = why;
  return false;
}

void dw_fix_replace(struct dw_fix_editor *e, size_t start, size_t end, const char *text) {
  const struct dw_fix_change change = {start, end - start, text, strlen(text)};
  dw_fix_change_add(e->arena, &e->changes, change);
}

/* --- offsets in the text --- */

size_t dw_fix_line_start(const struct dw_fix_editor *e, size_t at) {
  while (at > 0 && e->text->text[at - 1] != '\n')
    at--;
  return at;
}

size_t dw_fix_line_end(const struct dw_fix_editor *e, size_t at) {
  size_t next = dw_fix_next_line(e, at);
  if (next > at && e->text->text[next - 1] == '\n')
    next--;
  return next > at && e->text->text[next - 1] == '\r' ? next - 1 : next;
}

size_t dw_fix_next_line(const struct dw_fix_editor *e, size_t at) {
  const char *end = memchr(e->text->text + at, '\n', e->text->length - at);
  return end == NULL ? e->text->length : (size_t)(end - e->text->text) + 1;
}

size_t dw_fix_skip_blanks(const struct dw_fix_editor *e, size_t at) {
  while (at < e->text->length && (e->text->text[at] == ' ' || e->text->text[at] == '\t'))
    at++;
  return at;
}

bool dw_fix_has_comment(const struct dw_fix_editor *e, size_t start, size_t end) {
  return memchr(e->text->text + start, '#', end - start) != NULL;
}

/* Whether the line breaks at the end of a block scalar are part of its value. */
static bool keeps_breaks(const struct dw_fix_editor *e, const struct dw_yaml_node *node) {
  size_t end = dw_fix_line_end(e, node->start);
  for (size_t at = node->start; at < end && e->text->text[at] != '#'; at++)
    if (e->text->text[at] == '+')
      return true;
  return false;
}

size_t dw_fix_content_end(const struct dw_fix_editor *e, const struct dw_yaml_node *node) {
  if (node->count > 0 && (node->style == ':' || node->style == '-'))
    return dw_fix_content_end(e, &node->children[node->count - 1]);
  size_t end = node->end;
  if (node->kind != DW_YAML_SCALAR || (node->style != '|' && node->style != '>'))
    return end;
  size_t least = dw_fix_line_end(e, node->start);
  while (end > least && dw_is_blank(e->text->text[end - 1]))
    end--;
  if (keeps_breaks(e, node) && node->end > end)
    end =
        dw_fix_line_end(e, node->end > node->start && e->text->text[node->end - 1] == '\n' ? node->end - 1 : node->end);
  return end;
}
