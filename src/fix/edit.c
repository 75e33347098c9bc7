#include "fix/edit_internal.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/utf8.h"
#include "fix/value.h"
#include "yaml/yaml_scalar.h"

/* --- following a path --- */

/* Where a path leads: to NODE, or to its nearest ancestor, if REST is not empty. */
struct spot {
  struct dw_yaml_node *node, *parent;
  size_t index; /* of NODE in its parent, in elements or members */
  struct dw_fix_path rest;
};

static bool is_merge(const struct dw_yaml_node *key) {
  return key->kind == DW_YAML_SCALAR && key->style == ' ' && strcmp(key->text, "<<") == 0;
}

/* The index of the member NAME; the number of members if there is none. */
static size_t find_member(struct dw_fix_editor *e, const struct dw_yaml_node *node, const char *name) {
  size_t members = node->count / 2;
  size_t exact = members;
  size_t folded = members;
  for (size_t i = 0; i < members; i++) {
    const struct dw_yaml_node *key = &node->children[2 * i];
    if (key->kind != DW_YAML_SCALAR)
      continue;
    if (strcmp(key->text, name) == 0 && exact < members)
      (void)dw_fix_refuse(e, "its key appears twice");
    if (strcmp(key->text, name) == 0)
      exact = i;
    else if (dw_key_equal(key->text, name))
      folded = i;
  }
  if (exact < members || folded < members)
    return exact < members ? exact : folded;
  for (size_t i = 0; i < members; i++)
    if (!e->text->json && is_merge(&node->children[2 * i]))
      (void)dw_fix_refuse(e, "it may come from a merge key (<<)");
  return members;
}

/* Moves SPOT to the child that the next name of its path names. False if there is none. */
static bool step(struct dw_fix_editor *e, struct spot *spot) {
  struct dw_yaml_node *node = spot->node;
  const char *name = spot->rest.names[0];
  size_t index = 0;
  if (node->kind == DW_YAML_ALIAS)
    return dw_fix_refuse(e, "it comes from an alias, and may be used elsewhere");
  if (node->kind == DW_YAML_OBJECT) {
    index = find_member(e, node, name);
    if (index == node->count / 2)
      return false;
  } else if (node->kind != DW_YAML_LIST || !dw_fix_path_index(name, &index) || index >= node->count) {
    return false;
  }
  struct dw_yaml_node *child = &node->children[node->kind == DW_YAML_OBJECT ? 2 * index + 1 : index];
  *spot = (struct spot){child, node, index, dw_fix_path_after(spot->rest, 1)};
  return true;
}

static struct spot follow(struct dw_fix_editor *e, struct dw_fix_path path) {
  struct spot spot = {.node = e->root, .rest = path};
  while (spot.rest.count > 0 && step(e, &spot))
    continue;
  return spot;
}

static bool is_flow(const struct dw_yaml_node *node) {
  return node->style == '{' || node->style == '[';
}

static bool is_block(const struct dw_yaml_node *node) {
  return node->style == ':' || node->style == '-';
}

/* An empty value, null or ~, which stands for nothing. */
static bool is_null(const struct dw_yaml_node *node) {
  static const char *const words[] = {"", "~", "null", "Null", "NULL"};
  for (size_t i = 0; node->kind == DW_YAML_SCALAR && node->style == ' ' && i < sizeof words / sizeof *words; i++)
    if (strcmp(node->text, words[i]) == 0)
      return true;
  return false;
}

/* --- the edits --- */

/* Whether TEXT[LENGTH] has only characters that a literal block can contain. */
static bool is_printable(const char *text, size_t length) {
  for (size_t at = 0; at < length;) {
    uint32_t code = 0;
    at += dw_utf8_next(text + at, length - at, &code);
    if (dw_utf8_is_hidden(code))
      return false;
  }
  return true;
}

/* TEXT of several lines as a literal block in place of the value of SPOT, which is a member of a block. NULL if it is
 * not, or if TEXT can't be written so. COMMENT follows the value in its line. */
static const char *literal(struct dw_fix_editor *e, const struct spot *spot, const char *text, const char *comment) {
  struct dw_buf out = DW_BUF_IN(e->arena);
  size_t length = text == NULL ? 0 : strlen(text);
  if (spot->parent == NULL || spot->parent->style != ':' || length == 0 || strchr(text, '\n') == NULL ||
      dw_is_blank(*text) || (length > 1 && text[length - 1] == '\n' && text[length - 2] == '\n'))
    return NULL;
  size_t key = spot->parent->children[2 * spot->index].node;
  int indent = (int)(key - dw_fix_line_start(e, key)) + 2;
  dw_buf_printf(&out, "%s%s", text[length - 1] == '\n' ? "|" : "|-", comment);
  while (*text != '\0') {
    size_t line = strcspn(text, "\n");
    if (!is_printable(text, line))
      return NULL;
    dw_buf_printf(&out, "%s%*s%.*s", e->newline, line > 0 ? indent : 0, "", (int)line, text);
    text += line + (text[line] == '\n');
  }
  return dw_buf_text(&out);
}

/* The comment in the line of the value NODE, whose content ends at END, with the white space before it; empty if there
 * is none. */
static struct dw_span comment_of(const struct dw_fix_editor *e, const struct dw_yaml_node *node, size_t end) {
  size_t at = end;
  bool block = node->kind == DW_YAML_SCALAR && (node->style == '|' || node->style == '>');
  if (block) /* after the indicators */
    for (at = node->start; at < e->text->length && strchr("|>+-0123456789", e->text->text[at]) != NULL;)
      at++;
  size_t rest = dw_fix_skip_blanks(e, at);
  size_t line_end = dw_fix_line_end(e, at);
  bool comment = !e->text->json && rest < line_end && e->text->text[rest] == '#';
  return (struct dw_span){at, comment ? line_end - at : 0};
}

/* Whether TEXT is the value of NODE, which has no quotes, but not its text: yes is true, and 010 is 8. Which of the two
 * was meant is not clear. */
static bool is_other_spelling(const struct dw_fix_editor *e, const struct dw_yaml_node *node, const char *text) {
  const struct yaml_scalar scalar = {.text = node->text, .length = node->length, .plain = true};
  const char *problem = NULL;
  if (text == NULL || e->text->json || node->kind != DW_YAML_SCALAR || node->style != ' ')
    return false;
  const dw_json *value = dw_yaml_scalar_value(e->arena, &scalar, &problem);
  return dw_json_type(value) != DW_JSON_STRING && dw_json_type(value) > DW_JSON_NULL &&
         strcmp(dw_json_text(e->arena, value), text) == 0 && strcmp(node->text, text) != 0;
}

static bool replace_value(struct dw_fix_editor *e, const struct dw_yaml_node *node, const dw_json *value) {
  size_t end = dw_fix_content_end(e, node);
  bool scalar = node->kind == DW_YAML_SCALAR;
  bool needs_blank = node->start == end && node->start > 0 && !dw_is_blank(e->text->text[node->start - 1]);
  if (node->kind == DW_YAML_ALIAS)
    return dw_fix_refuse(e, "it comes from an alias, and may be used elsewhere");
  if (!scalar && !e->text->json && dw_fix_has_comment(e, node->start, end))
    return dw_fix_refuse(e, "it contains comments");
  if (is_other_spelling(e, node, dw_json_string(value)))
    return dw_fix_refuse(e, "YAML reads its text as another value: quote the one that is meant");
  struct dw_span comment = comment_of(e, node, end);
  const char *text = dw_fix_render(e, value, scalar ? node->style : ' ');
  const char *kept = "";
  if (comment.offset < end) /* it is after the indicator of a block scalar */
    kept = dw_arena_strndup(e->arena, e->text->text + comment.offset, comment.length);
  dw_fix_replace(e, node->start, end, dw_arena_join(e->arena, needs_blank ? " " : "", text, kept));
  return true;
}

/* Adds what REST names to SPOT, which is its nearest ancestor. */
static bool add_value(struct dw_fix_editor *e, const struct spot *spot, const struct dw_fix_value *value) {
  const struct dw_yaml_node *node = spot->node;
  struct dw_fix_path inner = dw_fix_path_after(spot->rest, 1);
  if (is_null(node)) {
    bool block = node->start == node->end && spot->parent != NULL && spot->parent->style == ':';
    if (block)
      return dw_fix_block_fill(e, &spot->parent->children[2 * spot->index], node, spot->rest, value);
    return replace_value(e, node, dw_fix_wrap(e->arena, spot->rest, value->json));
  }
  const dw_json *wrapped = dw_fix_wrap(e->arena, inner, value->json);
  bool as_it_was = value->raw != NULL && !value->block && inner.count == 0;
  const char *text = as_it_was ? value->raw : dw_fix_render(e, wrapped, ' ');
  switch (node->style) {
  case '{':
    return dw_fix_flow_insert(e, node, spot->rest.names[0], text);
  case '[':
    return dw_fix_flow_insert(e, node, NULL, text);
  case '-':
    return dw_fix_block_append(e, node, wrapped);
  case ':':
    return dw_fix_block_insert(e, node, spot->rest, value);
  default:
    return dw_fix_refuse(e, node->kind == DW_YAML_ALIAS ? "it comes from an alias, and may be used elsewhere"
                                                        : "what should contain it has another type");
  }
}

static bool change_scalar(struct dw_fix_editor *e, const struct dw_yaml_node *node, const struct dw_fix_change *change);

/* Writes TEXT of several lines as a literal block instead of the value of SPOT, in the line of its key. False if it
 * can't be written so. */
static bool set_literal(struct dw_fix_editor *e, const struct spot *spot, const char *text) {
  const struct dw_yaml_node *node = spot->node;
  size_t end = dw_fix_content_end(e, node);
  struct dw_span comment = comment_of(e, node, end);
  const char *kept = dw_arena_strndup(e->arena, e->text->text + comment.offset, comment.length);
  const char *lines = literal(e, spot, text, kept);
  if (lines == NULL ||
      (is_block(node) && dw_fix_has_comment(e, spot->parent->children[2 * spot->index].end, node->start)))
    return false;
  if (node->kind == DW_YAML_SCALAR && node->style == '|' && node->text[0] != '\0' &&
      (node->text[node->length - 1] == '\n') == (text[strlen(text) - 1] == '\n')) {
    struct dw_fix_change change = dw_fix_change_between(node->text, node->length, text, strlen(text));
    return change_scalar(e, node, &change);
  }
  size_t colon = spot->parent->children[2 * spot->index].end;
  size_t start = is_block(node) ? colon + 1 : node->start;
  if (comment.length > 0 && comment.offset == end)
    end += comment.length;
  bool blank = dw_is_blank(e->text->text[start - 1]);
  dw_fix_replace(e, start, end, dw_arena_join(e->arena, blank ? "" : " ", lines, ""));
  return true;
}

static bool set(struct dw_fix_editor *e, const struct spot *spot, const struct dw_fix_value *value) {
  const char *text = dw_json_string(value->json);
  if (spot->rest.count > 0)
    return add_value(e, spot, value);
  if (is_block(spot->node) && dw_fix_has_comment(e, spot->node->start, dw_fix_content_end(e, spot->node)))
    return dw_fix_refuse(e, "it contains comments");
  return (text != NULL && spot->node->kind != DW_YAML_ALIAS && set_literal(e, spot, text)) ||
         replace_value(e, spot->node, value->json);
}

static bool append(struct dw_fix_editor *e, const struct spot *spot, const dw_json *element) {
  if (spot->rest.count == 0 && spot->node->kind == DW_YAML_LIST)
    return is_flow(spot->node) ? dw_fix_flow_insert(e, spot->node, NULL, dw_fix_render(e, element, ' '))
                               : dw_fix_block_append(e, spot->node, element);
  dw_json *list = dw_json_new_array(e->arena);
  dw_json_append(e->arena, list, dw_json_share(element));
  return set(e, spot, &(struct dw_fix_value){.json = list});
}

static bool remove_value(struct dw_fix_editor *e, const struct spot *spot) {
  if (spot->rest.count > 0 || spot->parent == NULL)
    return dw_fix_refuse(e, "it is not in this file");
  return (is_flow(spot->parent) ? dw_fix_flow_remove : dw_fix_block_remove)(e, spot->parent, spot->index);
}

static bool rename_key(struct dw_fix_editor *e, const struct spot *spot, const char *name) {
  if (spot->rest.count > 0 || spot->parent == NULL || spot->parent->kind != DW_YAML_OBJECT)
    return dw_fix_refuse(e, "it is not in this file");
  const struct dw_yaml_node *key = &spot->parent->children[2 * spot->index];
  dw_fix_replace(e, key->start, key->end, dw_fix_render_key(e, name, key->style));
  return true;
}

/* One change of a text. */
struct task {
  enum dw_edit_kind kind; /* MOVE is REMOVE and SET */
  struct dw_fix_path path;
  struct dw_fix_value value; /* of SET and APPEND */
  const char *name;          /* of RENAME */
  bool moved;                /* of REMOVE: as in dw_fix_editor */
};

static bool make(struct dw_fix_editor *e, const struct task *task);

/* The text of a string with JSON changes: does the same to the text around it. */
static bool change_string(struct dw_fix_editor *e, const struct dw_yaml_node *node, struct task task);

static bool make(struct dw_fix_editor *e, const struct task *task) {
  struct spot spot = follow(e, task->path);
  e->moved = task->moved;
  if (e->why != NULL)
    return false;
  if (spot.rest.count > 0 && spot.node->kind == DW_YAML_SCALAR && !is_null(spot.node)) {
    struct task inner = *task;
    inner.path = spot.rest;
    return change_string(e, spot.node, inner);
  }
  switch (task->kind) {
  case DW_EDIT_SET:
    return set(e, &spot, &task->value);
  case DW_EDIT_APPEND:
    return append(e, &spot, task->value.json);
  case DW_EDIT_RENAME:
    return rename_key(e, &spot, task->name);
  default:
    return remove_value(e, &spot);
  }
}

/* --- strings --- */

/* The columns before the lines of a block scalar. False if they can't be found. */
static bool block_indent(struct dw_fix_editor *e, const struct dw_yaml_node *node, size_t *indent) {
  struct dw_span raw;
  size_t first = strspn(node->text, "\n");
  if (first == node->length || !dw_yaml_raw(e->text, node, (struct dw_span){first, 1}, &raw))
    return false;
  *indent = raw.offset - dw_fix_line_start(e, raw.offset);
  return true;
}

/* TEXT as it is written in the scalar NODE. NULL if the scalar can't contain it. */
static const char *encoded(struct dw_fix_editor *e, const struct dw_yaml_node *node, const char *text) {
  struct dw_buf out = DW_BUF_IN(e->arena);
  size_t indent = 0;
  bool block = node->style == '|' || node->style == '>';
  if (node->style == '"') {
    dw_log_quote(&out, text, strlen(text));
    return dw_arena_strndup(e->arena, dw_buf_text(&out) + 1, out.length - 2);
  }
  if ((!block && node->style != '\'') || (block && !block_indent(e, node, &indent)))
    return NULL;
  for (; *text != '\0'; text++)
    if (*text == '\n')
      dw_buf_printf(&out, "%s%*s", block ? e->newline : " ", (int)indent, "");
    else if (*text == '\'' && !block)
      dw_buf_puts(&out, "''");
    else
      dw_buf_putc(&out, *text);
  return dw_buf_text(&out);
}

/* Finds the raw text of INNER, which may be empty, in the scalar NODE. */
static bool find_raw(struct dw_fix_editor *e, const struct dw_yaml_node *node, struct dw_span inner,
                     struct dw_span *out) {
  struct dw_span raw;
  size_t end = inner.offset + inner.length;
  if (inner.length == 0) { /* after the byte before it */
    bool first = inner.offset == 0;
    if (!dw_yaml_raw(e->text, node, (struct dw_span){first ? 0 : inner.offset - 1, 1}, &raw))
      return false;
    *out = (struct dw_span){first ? raw.offset : raw.offset + raw.length, 0};
    return true;
  }
  if (!dw_yaml_raw(e->text, node, inner, out))
    return false;
  /* With a line break, even if the value has a space instead, the indentation of the next line. */
  if (dw_is_blank(node->text[end - 1]) && end < node->length &&
      dw_yaml_raw(e->text, node, (struct dw_span){end, 1}, &raw))
    out->length = raw.offset - out->offset;
  return true;
}

static bool change_scalar(struct dw_fix_editor *e, const struct dw_yaml_node *node,
                          const struct dw_fix_change *change) {
  struct dw_span raw;
  const char *text = encoded(e, node, dw_arena_strndup(e->arena, change->text, change->size));
  if (text == NULL || !find_raw(e, node, (struct dw_span){change->offset, change->length}, &raw))
    return dw_fix_refuse(e, "the text that it is in can't be changed in part");
  dw_fix_replace(e, raw.offset, raw.offset + raw.length, text);
  return true;
}

static const char *newline_of(const char *text, size_t length) {
  const char *end = memchr(text, '\n', length);
  return end != NULL && end > text && end[-1] == '\r' ? "\r\n" : "\n";
}

static struct dw_fix_editor editor_of(struct dw_arena *arena, const struct dw_yaml_text *text) {
  struct dw_fix_editor e = {.arena = arena, .text = text, .newline = newline_of(text->text, text->length)};
  if ((e.root = dw_yaml_tree(arena, text)) == NULL)
    (void)dw_fix_refuse(&e, "the text that it is in can't be read");
  return e;
}

static bool change_string(struct dw_fix_editor *e, const struct dw_yaml_node *node, struct task task) {
  const struct dw_yaml_text text = {node->text, node->length, true};
  struct dw_fix_editor inner = editor_of(e->arena, &text);
  if (inner.root == NULL || inner.root->kind == DW_YAML_SCALAR)
    return dw_fix_refuse(e, "the text that it is in is not JSON");
  if (!make(&inner, &task))
    return dw_fix_refuse(e, inner.why);
  for (size_t i = 0; i < inner.changes.count; i++)
    if (!change_scalar(e, node, &inner.changes.items[i]))
      return false;
  return true;
}

/* --- one edit --- */

struct editing {
  struct dw_arena *arena;
  struct dw_yaml_text now;
  const char *why;
};

static bool run(struct editing *editing, const struct task *task) {
  struct dw_fix_editor e = editor_of(editing->arena, &editing->now);
  size_t length = 0;
  bool made = e.root != NULL && make(&e, task);
  const char *text =
      made ? dw_fix_changes_apply(editing->arena, editing->now.text, editing->now.length, &e.changes, &length) : NULL;
  if (text == NULL) {
    editing->why = e.why == NULL ? "its text can't be changed" : e.why;
    return false;
  }
  editing->now = (struct dw_yaml_text){text, length, editing->now.json};
  return true;
}

/* The lines of the block that SPOT leads to, from the one after its key on. */
static void keep_block(struct dw_fix_editor *e, const struct spot *spot, struct dw_fix_value *out) {
  if (spot->parent == NULL || spot->parent->style != ':')
    return;
  const char *text = e->text->text;
  size_t colon = spot->parent->children[2 * spot->index].end;
  size_t comment = dw_fix_skip_blanks(e, colon + 1);
  size_t line_end = dw_fix_line_end(e, colon);
  size_t start = dw_fix_next_line(e, colon);
  size_t end = dw_fix_line_end(e, dw_fix_content_end(e, spot->node));
  if (text[colon] != ':' || start > spot->node->start || (comment < line_end && text[comment] != '#'))
    return;
  if (comment < line_end)
    out->comment = dw_arena_strndup(e->arena, text + colon + 1, line_end - colon - 1);
  out->raw = dw_arena_strndup(e->arena, text + start, end - start);
  out->block = true;
  out->indent = spot->node->start - dw_fix_line_start(e, spot->node->start);
}

/* The value at PATH as it is written, if it is in the same kind of text as TARGET. */
static void keep_raw(struct editing *editing, struct dw_fix_path path, struct dw_fix_value *out) {
  struct dw_fix_editor e = editor_of(editing->arena, &editing->now);
  struct spot spot = follow(&e, path);
  const char *text = editing->now.text;
  if (spot.node->kind == DW_YAML_SCALAR && spot.rest.count > 0 && !is_null(spot.node)) {
    struct editing inner = {.arena = editing->arena, .now = {spot.node->text, spot.node->length, true}};
    if (dw_yaml_tree(editing->arena, &inner.now) != NULL)
      keep_raw(&inner, spot.rest, out);
    return;
  }
  if (spot.rest.count > 0 || e.why != NULL || spot.node->node != spot.node->start)
    return;
  if (is_block(spot.node)) {
    keep_block(&e, &spot, out);
    return;
  }
  bool lines = spot.node->style == '|' || spot.node->style == '>';
  size_t start = spot.node->start;
  size_t end = dw_fix_content_end(&e, spot.node);
  if (!lines && (e.text->json || memchr(text + start, '\n', end - start) == NULL))
    out->raw = dw_arena_strndup(editing->arena, text + start, end - start);
}

static bool move(struct editing *editing, const struct dw_edit *edit, const dw_json *value) {
  struct dw_fix_path from = dw_fix_path_read(editing->arena, edit->field);
  struct task put = {.kind = DW_EDIT_SET,
                     .path = dw_fix_path_read(editing->arena, edit->value),
                     .value = {.json = dw_fix_value_at(editing->arena, value, edit->field)}};
  keep_raw(editing, from, &put.value);
  /* In this order, what contains it does not become empty in between. */
  return run(editing, &put) &&
         run(editing, &(struct task){.kind = DW_EDIT_REMOVE, .path = from, .moved = put.value.block});
}

static bool perform(struct editing *editing, const struct dw_edit *edit, const dw_json *value) {
  struct dw_arena *arena = editing->arena;
  struct task task = {.kind = edit->kind, .path = dw_fix_path_read(arena, edit->field), .name = edit->value};
  if (edit->kind == DW_EDIT_MOVE)
    return move(editing, edit, value);
  if (edit->kind == DW_EDIT_SET || edit->kind == DW_EDIT_APPEND)
    task.value.json = dw_json_parse(arena, edit->value, strlen(edit->value), DW_JSON_PLAIN, NULL);
  return run(editing, &task);
}

/* --- the check --- */

/* The value of a text with one document; NULL if it is something else. */
static const dw_json *value_of(struct dw_arena *arena, const struct dw_yaml_text *text) {
  struct dw_yaml_doc *doc = NULL;
  if (dw_yaml_parse(arena, text->text, text->length, &doc, NULL) != 0 || doc == NULL || doc->next != NULL)
    return NULL;
  return doc->root;
}

static const dw_json *opened(struct dw_arena *arena, const dw_json *value, const struct dw_edit *edit) {
  value = dw_fix_opened(arena, value, edit->field);
  return edit->kind == DW_EDIT_MOVE ? dw_fix_opened(arena, value, edit->value) : value;
}

static bool edit_once(struct editing *editing, const struct dw_edit *edit) {
  struct dw_arena *arena = editing->arena;
  const dw_json *old = value_of(arena, &editing->now);
  if (old == NULL) {
    editing->why = "its document can't be read alone";
    return false;
  }
  old = opened(arena, old, edit);
  const dw_json *expected = dw_fix_applied(arena, old, edit, &editing->why);
  if (expected == NULL || !perform(editing, edit, old))
    return false;
  const dw_json *new = value_of(arena, &editing->now);
  if (new != NULL && dw_json_equal(expected, opened(arena, new, edit)))
    return true;
  editing->why = "its text can't be changed without changing something else";
  return false;
}

static bool edit_all(struct editing *editing, const struct dw_edits *edits) {
  for (size_t i = 0; i < edits->count; i++)
    if (!edit_once(editing, &edits->items[i]))
      return false;
  return true;
}

/* --- YAML in a string --- */

/* Applies EDITS to the YAML in the string at PATH. */
static bool edit_inside(struct editing *editing, const char *path, const struct dw_edits *edits) {
  struct dw_arena *arena = editing->arena;
  struct dw_fix_editor e = editor_of(arena, &editing->now);
  struct spot spot = {.node = NULL};
  if (e.root != NULL)
    spot = follow(&e, dw_fix_path_read(arena, path));
  if (e.why != NULL || spot.node == NULL || spot.rest.count > 0 || spot.node->kind != DW_YAML_SCALAR) {
    editing->why = e.why == NULL ? "it comes from an alias, and may be used elsewhere" : e.why;
    return false;
  }
  struct editing inner = {.arena = arena, .now = {spot.node->text, spot.node->length, false}};
  if (!edit_all(&inner, edits)) {
    editing->why = inner.why;
    return false;
  }
  const dw_json *text = dw_json_new_string(arena, inner.now.text, inner.now.length);
  struct dw_fix_change change =
      dw_fix_change_between(spot.node->text, spot.node->length, inner.now.text, inner.now.length);
  const struct dw_edit edit = {DW_EDIT_SET, path, dw_json_text(arena, text)};
  const dw_json *expected = dw_fix_applied(arena, value_of(arena, &editing->now), &edit, &editing->why);
  size_t length = 0;
  if (!change_scalar(&e, spot.node, &change)) {
    editing->why = e.why;
    return false;
  }
  const char *new = dw_fix_changes_apply(arena, editing->now.text, editing->now.length, &e.changes, &length);
  if (new != NULL)
    editing->now = (struct dw_yaml_text){new, length, editing->now.json};
  if (new != NULL && dw_json_equal(expected, value_of(arena, &editing->now)))
    return true;
  editing->why = "its text can't be changed without changing something else";
  return false;
}

bool dw_fix_edit(struct dw_arena *arena, struct dw_yaml_text *doc, const char *inside, const struct dw_edits *edits,
                 const char **why) {
  struct editing editing = {.arena = arena, .now = *doc};
  bool done = inside == NULL ? edit_all(&editing, edits) : edit_inside(&editing, inside, edits);
  *why = editing.why;
  if (done)
    *doc = editing.now;
  return done;
}
