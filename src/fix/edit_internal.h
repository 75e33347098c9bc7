/* Shared by edit.c, edit_block.c, edit_flow.c, editor.c and render.c. */
#ifndef FIX_EDIT_INTERNAL_H
#define FIX_EDIT_INTERNAL_H

#include "base/buf.h"
#include "fix/edit.h"
#include "fix/path.h"

/* The state of one edit of one text. */
struct dw_fix_editor {
  struct dw_arena *arena;
  const struct dw_yaml_text *text;
  struct dw_yaml_node *root;
  const char *newline;           /* the line break of the text */
  struct dw_fix_changes changes; /* that make the edit */
  const char *why;               /* why it is not possible; NULL while it is */
  bool moved;                    /* what is removed is elsewhere now, with its comments */
};

/* A value to write. */
struct dw_fix_value {
  const dw_json *json;
  const char *raw; /* its text in the same document, if it was there before; NULL */
  size_t indent;   /* if RAW is a block of whole lines: the columns before its first line */
  bool block;
  const char *comment; /* after the key of the block, with the white space before it; NULL */
};

/* Records why the edit is not possible. Returns false. */
bool dw_fix_refuse(struct dw_fix_editor *e, const char *why);
void dw_fix_replace(struct dw_fix_editor *e, size_t start, size_t end, const char *text);

/* --- offsets in the text --- */

size_t dw_fix_line_start(const struct dw_fix_editor *e, size_t at);
/* The end of the line at AT, before its line break; and after the line break. */
size_t dw_fix_line_end(const struct dw_fix_editor *e, size_t at);
size_t dw_fix_next_line(const struct dw_fix_editor *e, size_t at);
size_t dw_fix_skip_blanks(const struct dw_fix_editor *e, size_t at);
/* The end of the text of NODE without the empty lines and comments that may follow it. */
size_t dw_fix_content_end(const struct dw_fix_editor *e, const struct dw_yaml_node *node);
bool dw_fix_has_comment(const struct dw_fix_editor *e, size_t start, size_t end);

/* --- writing values and keys --- */

/* Whether the keys of the text are followed by a space: {"a": 1}. */
bool dw_fix_is_spaced(const struct dw_fix_editor *e);
/* VALUE as JSON or YAML on one line. STYLE is that of the scalar in its place, a space if there is none. Text without
 * quotes has no character that flow style uses. */
const char *dw_fix_render(const struct dw_fix_editor *e, const dw_json *value, char style);
/* KEY, without the colon. */
const char *dw_fix_render_key(const struct dw_fix_editor *e, const char *key, char style);
/* VALUE in an object for each name of PATH: {"a":{"b":VALUE}}. */
const dw_json *dw_fix_wrap(struct dw_arena *arena, struct dw_fix_path path, const dw_json *value);

/* --- lists and objects in flow style, and all of JSON; children are counted as elements or members --- */

bool dw_fix_flow_insert(struct dw_fix_editor *e, const struct dw_yaml_node *node, const char *key, const char *value);
bool dw_fix_flow_remove(struct dw_fix_editor *e, const struct dw_yaml_node *node, size_t index);

/* --- in block style --- */

/* Adds the member at PATH, whose first name NODE does not have. */
bool dw_fix_block_insert(struct dw_fix_editor *e, const struct dw_yaml_node *node, struct dw_fix_path path,
                         const struct dw_fix_value *value);
/* NODE is an empty value, whose key is KEY. */
bool dw_fix_block_fill(struct dw_fix_editor *e, const struct dw_yaml_node *key, const struct dw_yaml_node *node,
                       struct dw_fix_path path, const struct dw_fix_value *value);
bool dw_fix_block_append(struct dw_fix_editor *e, const struct dw_yaml_node *node, const dw_json *value);
bool dw_fix_block_remove(struct dw_fix_editor *e, const struct dw_yaml_node *node, size_t index);

#endif
