#include <string.h>

#include "base/text.h"
#include "fix/edit_internal.h"

/* The children of an object are keys and values in turn; of a list, values. */
static size_t step_of(const struct dw_yaml_node *node) {
  return node->kind == DW_YAML_OBJECT ? 2 : 1;
}

static size_t entry_start(const struct dw_yaml_node *node, size_t index) {
  return node->children[index * step_of(node)].node;
}

static size_t entry_end(const struct dw_yaml_node *node, size_t index) {
  size_t step = step_of(node);
  return node->children[index * step + step - 1].end;
}

/* What is between two entries: that of the last two, or else a comma and what is before the only one. */
static const char *separator(const struct dw_fix_editor *e, const struct dw_yaml_node *node, size_t count) {
  const char *text = e->text->text;
  size_t start = node->start + 1;
  size_t end = entry_start(node, 0);
  if (count > 1) {
    start = entry_end(node, count - 2);
    end = entry_start(node, count - 1);
  }
  const char *between = dw_arena_strndup(e->arena, text + start, end - start);
  if (count > 1 && between[strspn(between, " \t\r\n,")] == '\0')
    return between;
  if (count == 1 && strchr(between, '\n') != NULL && between[strspn(between, " \t\r\n")] == '\0')
    return dw_arena_printf(e->arena, ",%s", between);
  return dw_fix_is_spaced(e) ? ", " : ",";
}

bool dw_fix_flow_insert(struct dw_fix_editor *e, const struct dw_yaml_node *node, const char *key, const char *value) {
  size_t count = node->count / step_of(node);
  const char *text = value;
  if (key != NULL) {
    char style = node->count > 0 ? node->children[0].style : ' ';
    text =
        dw_arena_printf(e->arena, "%s:%s%s", dw_fix_render_key(e, key, style), dw_fix_is_spaced(e) ? " " : "", value);
  }
  if (count > 0) {
    size_t end = entry_end(node, count - 1);
    dw_fix_replace(e, end, end, dw_arena_join(e->arena, separator(e, node, count), text, ""));
    return true;
  }
  if (dw_fix_has_comment(e, node->start, node->end))
    return dw_fix_refuse(e, "a comment is in its place");
  dw_fix_replace(e, node->start + 1, node->end - 1, text);
  return true;
}

bool dw_fix_flow_remove(struct dw_fix_editor *e, const struct dw_yaml_node *node, size_t index) {
  size_t count = node->count / step_of(node);
  size_t start = entry_start(node, index);
  size_t end = entry_end(node, index);
  if (index + 1 < count)
    end = entry_start(node, index + 1);
  else if (index > 0)
    start = entry_end(node, index - 1);
  if (!e->text->json && dw_fix_has_comment(e, start, end))
    return dw_fix_refuse(e, "a comment is next to it");
  dw_fix_replace(e, start, end, "");
  return true;
}
