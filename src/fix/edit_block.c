#include <string.h>

#include "base/text.h"
#include "fix/edit_internal.h"

/* Whether only white space is before AT in its line. */
static bool begins_line(const struct dw_fix_editor *e, size_t at) {
  return dw_fix_skip_blanks(e, dw_fix_line_start(e, at)) == at;
}

static size_t column_of(const struct dw_fix_editor *e, size_t at) {
  return at - dw_fix_line_start(e, at);
}

/* --- adding --- */

/* Appends the lines of a block, indented by INDENT columns. False if one of them is less indented than the first. */
static bool put_block(struct dw_fix_editor *e, struct dw_buf *out, const struct dw_fix_value *value, size_t indent) {
  for (const char *line = value->raw; *line != '\0';) {
    size_t length = strcspn(line, "\n");
    size_t own = strspn(line, " ");
    size_t end = length > own && line[length - 1] == '\r' ? length - 1 : length;
    bool comment = line[own] == '#';
    if (own < end && own < value->indent && !comment)
      return dw_fix_refuse(e, "its lines can't be indented again");
    size_t deeper = own > value->indent ? own - value->indent : 0;
    dw_buf_printf(out, "%s%*s", e->newline, own < end ? (int)(indent + deeper) : 0, "");
    dw_buf_add(out, line + own, end - own);
    line += length + (line[length] == '\n');
  }
  return true;
}

/* Appends the lines of the member at PATH. */
static bool put_member(struct dw_fix_editor *e, struct dw_buf *out, size_t indent, struct dw_fix_path path,
                       const struct dw_fix_value *value, char style) {
  dw_buf_printf(out, "%s%*s%s:", e->newline, (int)indent, "", dw_fix_render_key(e, path.names[0], style));
  if (path.count > 1)
    return put_member(e, out, indent + 2, dw_fix_path_after(path, 1), value, style);
  if (value->block && value->comment != NULL)
    dw_buf_puts(out, value->comment);
  if (value->block)
    return put_block(e, out, value, indent + 2);
  dw_buf_printf(out, " %s", value->raw != NULL ? value->raw : dw_fix_render(e, value->json, ' '));
  return true;
}

/* Inserts LINES, each of which begins with a line break, after the content that ends at END. */
static void insert_lines(struct dw_fix_editor *e, size_t end, const char *lines) {
  size_t at = dw_fix_line_end(e, end);
  dw_fix_replace(e, at, at, lines);
}

bool dw_fix_block_insert(struct dw_fix_editor *e, const struct dw_yaml_node *node, struct dw_fix_path path,
                         const struct dw_fix_value *value) {
  struct dw_buf lines = DW_BUF_IN(e->arena);
  const struct dw_yaml_node *first = &node->children[0];
  if (!put_member(e, &lines, column_of(e, first->node), path, value, first->style))
    return false;
  insert_lines(e, dw_fix_content_end(e, node), dw_buf_text(&lines));
  return true;
}

bool dw_fix_block_fill(struct dw_fix_editor *e, const struct dw_yaml_node *key, const struct dw_yaml_node *node,
                       struct dw_fix_path path, const struct dw_fix_value *value) {
  struct dw_buf lines = DW_BUF_IN(e->arena);
  if (!put_member(e, &lines, column_of(e, key->node) + 2, path, value, key->style))
    return false;
  insert_lines(e, node->end, dw_buf_text(&lines));
  return true;
}

bool dw_fix_block_append(struct dw_fix_editor *e, const struct dw_yaml_node *node, const dw_json *value) {
  const char *line = dw_arena_printf(e->arena, "%s%*s- %s", e->newline, (int)column_of(e, node->start), "",
                                     dw_fix_render(e, value, ' '));
  insert_lines(e, dw_fix_content_end(e, node), line);
  return true;
}

/* --- removing --- */

/* Deletes the lines from START, the first character of a line after its indentation, to the content that ends at END.
 * A comment behind it stays. */
static void remove_lines(struct dw_fix_editor *e, size_t start, size_t end) {
  size_t rest = dw_fix_skip_blanks(e, end);
  if (rest < e->text->length && e->text->text[rest] == '#' && !e->moved)
    dw_fix_replace(e, start, rest, "");
  else
    dw_fix_replace(e, dw_fix_line_start(e, start), dw_fix_next_line(e, end), "");
}

/* Replaces all of NODE by an empty value, in the line of its key if it has one. */
static bool empty(struct dw_fix_editor *e, const struct dw_yaml_node *node, const char *text) {
  const char *raw = e->text->text;
  size_t end = dw_fix_content_end(e, node);
  size_t before = node->node;
  while (before > 0 && dw_is_blank(raw[before - 1]))
    before--;
  size_t rest = dw_fix_skip_blanks(e, end);
  bool own_line = begins_line(e, node->start) && before < dw_fix_line_start(e, node->start);
  if (!own_line || before == 0 || raw[before - 1] != ':') {
    dw_fix_replace(e, node->start, end, text);
  } else if (rest < e->text->length && raw[rest] == '#' && !e->moved) {
    dw_fix_replace(e, before, rest, dw_arena_join(e->arena, " ", text, " "));
  } else {
    dw_fix_replace(e, before, before, dw_arena_join(e->arena, " ", text, ""));
    remove_lines(e, node->start, end);
  }
  return true;
}

/* Where the comment after KEY begins; 0 if there is none before its value. */
static size_t comment_of(const struct dw_fix_editor *e, const struct dw_yaml_node *key) {
  size_t at = dw_fix_skip_blanks(e, key->end + 1);
  bool comment = at < key[1].node && e->text->text[key->end] == ':' && e->text->text[at] == '#';
  return comment ? at : 0;
}

static bool remove_member(struct dw_fix_editor *e, const struct dw_yaml_node *node, size_t index) {
  const struct dw_yaml_node *key = &node->children[2 * index];
  size_t end = dw_fix_content_end(e, key + 1);
  size_t comment = e->moved ? 0 : comment_of(e, key);
  if (begins_line(e, key->node) && comment > 0) {
    dw_fix_replace(e, key->node, comment, "");
    remove_lines(e, key[1].start, end);
    return true;
  }
  if (begins_line(e, key->node)) {
    remove_lines(e, key->node, end);
    return true;
  }
  if (index + 1 == node->count / 2 || dw_fix_has_comment(e, end, key[2].node))
    return dw_fix_refuse(e, "it shares its line with something else");
  dw_fix_replace(e, key->node, key[2].node, "");
  return true;
}

static bool remove_element(struct dw_fix_editor *e, const struct dw_yaml_node *node, size_t index) {
  const struct dw_yaml_node *element = &node->children[index];
  size_t dash = element->node;
  while (dash > 0 && dw_is_blank(e->text->text[dash - 1]))
    dash--;
  if (dash == 0 || e->text->text[dash - 1] != '-' || !begins_line(e, dash - 1))
    return dw_fix_refuse(e, "it shares its line with something else");
  remove_lines(e, dash - 1, dw_fix_content_end(e, element));
  return true;
}

bool dw_fix_block_remove(struct dw_fix_editor *e, const struct dw_yaml_node *node, size_t index) {
  bool object = node->kind == DW_YAML_OBJECT;
  if (node->count == (object ? 2 : 1))
    return empty(e, node, object ? "{}" : "[]");
  return (object ? remove_member : remove_element)(e, node, index);
}
