#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/utf8.h"
#include "fix/edit_internal.h"
#include "yaml/yaml_scalar.h"

/* --- JSON --- */

static void put_json(struct dw_arena *arena, struct dw_buf *out, const dw_json *value, bool spaced) {
  bool object = dw_json_type(value) == DW_JSON_OBJECT;
  bool first = true;
  if (dw_json_type(value) < DW_JSON_ARRAY) {
    dw_buf_puts(out, dw_json_text(arena, value));
    return;
  }
  dw_buf_putc(out, object ? '{' : '[');
  for (size_t i = 0; i < dw_json_size(value) && !object; i++) {
    dw_buf_puts(out, i == 0 ? "" : spaced ? ", " : ",");
    put_json(arena, out, dw_json_at(value, i), spaced);
  }
  for (struct dw_json_member it = dw_json_first(value); it.value != NULL; it = dw_json_next(value, it)) {
    dw_buf_puts(out, first ? "" : spaced ? ", " : ",");
    dw_log_quote(out, it.key, strlen(it.key));
    dw_buf_puts(out, spaced ? ": " : ":");
    put_json(arena, out, it.value, spaced);
    first = false;
  }
  dw_buf_putc(out, object ? '}' : ']');
}

/* The first object in NODE that has a member. */
static const struct dw_yaml_node *first_object(const struct dw_yaml_node *node) {
  const struct dw_yaml_node *found = node->kind == DW_YAML_OBJECT && node->count > 0 ? node : NULL;
  for (size_t i = 0; i < node->count && found == NULL; i++)
    found = first_object(&node->children[i]);
  return found;
}

bool dw_fix_is_spaced(const struct dw_fix_editor *e) {
  const struct dw_yaml_node *object = first_object(e->root);
  return !e->text->json || object == NULL || dw_is_blank(e->text->text[object->children[1].start - 1]);
}

/* --- YAML --- */

/* Whether TEXT can be a plain scalar that every reader reads as text. */
static bool is_plain(struct dw_arena *arena, const char *text) {
  static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:+-";
  const struct yaml_scalar scalar = {.text = text, .length = strlen(text), .plain = true};
  const char *problem = NULL;
  bool begins = dw_is_alnum(*text) || (*text == '/' && text[1] != '\0');
  bool time = dw_is_digit(*text) && strchr(text, ':') != NULL; /* YAML 1.1 has numbers such as 1:30 */
  return begins && !time && text[strspn(text, safe)] == '\0' && text[scalar.length - 1] != ':' &&
         dw_json_type(dw_yaml_scalar_value(arena, &scalar, &problem)) == DW_JSON_STRING;
}

static void put_text(struct dw_arena *arena, struct dw_buf *out, const char *text, char style) {
  bool printable = dw_utf8_plain(text, strlen(text)) == strlen(text) && strchr(text, '\'') == NULL;
  if (style != '"' && style != '\'' && is_plain(arena, text)) {
    dw_buf_puts(out, text);
  } else if (style == '\'' && printable) {
    dw_buf_printf(out, "'%s'", text);
  } else {
    dw_log_quote(out, text, strlen(text));
  }
}

const char *dw_fix_render(const struct dw_fix_editor *e, const dw_json *value, char style) {
  struct dw_buf out = DW_BUF_IN(e->arena);
  const char *text = dw_json_string(value);
  if (!e->text->json && text != NULL)
    put_text(e->arena, &out, text, style);
  else
    put_json(e->arena, &out, value, dw_fix_is_spaced(e));
  return dw_buf_text(&out);
}

const char *dw_fix_render_key(const struct dw_fix_editor *e, const char *key, char style) {
  struct dw_buf out = DW_BUF_IN(e->arena);
  put_text(e->arena, &out, key, e->text->json ? '"' : style);
  return dw_buf_text(&out);
}

const dw_json *dw_fix_wrap(struct dw_arena *arena, struct dw_fix_path path, const dw_json *value) {
  for (size_t i = path.count; i > 0; i--)
    value = dw_json_with(arena, dw_json_new_object(arena), path.names[i - 1], value);
  return value;
}
