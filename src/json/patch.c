#include "json/patch.h"

#include <stdlib.h>
#include <string.h>

#include "json/json_write.h"

/* --- making --- */

void dw_patch_op(struct dw_patch *patch, const char *op, const char *pointer, const char *json) {
  if (patch->count++ > 0)
    dw_buf_putc(&patch->ops, ',');
  struct dw_json_writer w = DW_JSON_WRITER(&patch->ops);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "op", op);
  dw_json_member_string(&w, "path", pointer);
  dw_json_key(&w, "value");
  dw_json_put_raw(&w, json);
  dw_json_end_object(&w);
}

/* RFC 6901, section 3. */
void dw_pointer_add(struct dw_buf *out, const char *token) {
  dw_buf_putc(out, '/');
  for (;;) {
    size_t plain = strcspn(token, "~/");
    dw_buf_add(out, token, plain);
    token += plain;
    if (!*token)
      return;
    dw_buf_puts(out, *token++ == '~' ? "~0" : "~1");
  }
}

void dw_patch_write(const struct dw_patch *patch, struct dw_buf *out) {
  dw_buf_putc(out, '[');
  dw_buf_puts(out, dw_buf_text(&patch->ops));
  dw_buf_putc(out, ']');
}

/* --- applying: containers on the path of a change are copied, the rest is shared with the document --- */

/* A patch is untrusted input. These limits bound how deep and how wide `copy` can make the document. */
enum { MOST_OPERATIONS = 128, MOST_TOKENS = 32 };

enum edit { EDIT_ADD, EDIT_REPLACE, EDIT_REMOVE };

struct pointer {
  const char *tokens[MOST_TOKENS];
  size_t count;
};

const char *dw_pointer_unescape(struct dw_arena *arena, const char *token, size_t length) {
  char *text = dw_arena_strndup(arena, token, length);
  size_t written = 0;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if (c == '~' && (text[i + 1] == '0' || text[i + 1] == '1'))
      c = text[++i] == '0' ? '~' : '/';
    text[written++] = c;
  }
  text[written] = '\0';
  return text;
}

static bool read_pointer(struct dw_arena *arena, const char *text, struct pointer *out) {
  out->count = 0;
  while (text != NULL && *text == '/') {
    size_t length = strcspn(++text, "/");
    if (out->count == MOST_TOKENS)
      return false;
    out->tokens[out->count++] = dw_pointer_unescape(arena, text, length);
    text += length;
  }
  return text != NULL && *text == '\0';
}

/* The index that TOKEN names in a list of COUNT elements; negative numbers count from the end, as in
 * evanphx/json-patch. COUNT or more if there is no such element. */
static size_t index_of(const char *token, size_t count) {
  char *end = NULL;
  long number = strtol(token, &end, 10);
  if (end == token || *end != '\0')
    return SIZE_MAX;
  if (number < 0)
    number += (long)count;
  return number < 0 ? SIZE_MAX : (size_t)number;
}

static const dw_json *child_of(const dw_json *parent, const char *token) {
  return dw_json_type(parent) == DW_JSON_ARRAY ? dw_json_at(parent, index_of(token, dw_json_size(parent)))
                                               : dw_json_get(parent, token);
}

static const dw_json *find(const dw_json *document, const struct pointer *at) {
  for (size_t i = 0; i < at->count && document != NULL; i++)
    document = child_of(document, at->tokens[i]);
  return document;
}

static dw_json *without(struct dw_arena *arena, const dw_json *object, const char *key) {
  dw_json *kept = dw_json_new_object(arena);
  for (struct dw_json_member it = dw_json_first(object); it.value != NULL; it = dw_json_next(object, it))
    if (strcmp(it.key, key) != 0)
      dw_json_set(arena, kept, it.key, dw_json_share(it.value));
  return kept;
}

static dw_json *edit_object(struct dw_arena *arena, const dw_json *object, const char *key, enum edit edit,
                            const dw_json *value) {
  if (edit != EDIT_ADD && dw_json_get(object, key) == NULL)
    return NULL;
  return edit == EDIT_REMOVE ? without(arena, object, key) : dw_json_with(arena, object, key, value);
}

static dw_json *edit_list(struct dw_arena *arena, const dw_json *list, const char *token, enum edit edit,
                          const dw_json *value) {
  size_t count = dw_json_size(list);
  size_t place = edit == EDIT_ADD && strcmp(token, "-") == 0 ? count : index_of(token, count);
  if (place >= count + (edit == EDIT_ADD))
    return NULL;
  dw_json *made = dw_json_new_array(arena);
  for (size_t i = 0; i <= count; i++) {
    if (i == place && edit != EDIT_REMOVE)
      dw_json_append(arena, made, dw_json_share(value));
    if (i < count && (i != place || edit == EDIT_ADD))
      dw_json_append(arena, made, dw_json_share(dw_json_at(list, i)));
  }
  return made;
}

static dw_json *edit_child(struct dw_arena *arena, const dw_json *parent, const char *token, enum edit edit,
                           const dw_json *value) {
  if (dw_json_type(parent) == DW_JSON_OBJECT)
    return edit_object(arena, parent, token, edit, value);
  return dw_json_type(parent) == DW_JSON_ARRAY ? edit_list(arena, parent, token, edit, value) : NULL;
}

/* A copy of DOCUMENT with the change at AT; NULL if there is no such place. */
static const dw_json *change(struct dw_arena *arena, const dw_json *document, const struct pointer *at, enum edit edit,
                             const dw_json *value) {
  const dw_json *parents[MOST_TOKENS];
  if (at->count == 0)
    return edit == EDIT_REMOVE ? NULL : value;
  parents[0] = document;
  for (size_t i = 1; i < at->count; i++)
    parents[i] = child_of(parents[i - 1], at->tokens[i - 1]);
  const dw_json *made = edit_child(arena, parents[at->count - 1], at->tokens[at->count - 1], edit, value);
  for (size_t i = at->count - 1; made != NULL && i > 0; i--)
    made = edit_child(arena, parents[i - 1], at->tokens[i - 1], EDIT_REPLACE, made);
  return made;
}

static const dw_json *move(struct dw_arena *arena, const dw_json *document, const struct pointer *from,
                           const struct pointer *to, bool keep) {
  const dw_json *value = find(document, from);
  if (value == NULL)
    return NULL;
  if (!keep)
    document = change(arena, document, from, EDIT_REMOVE, value);
  return document == NULL ? NULL : change(arena, document, to, EDIT_ADD, value);
}

static const dw_json *apply_one(struct dw_arena *arena, const dw_json *document, const dw_json *operation) {
  struct pointer at;
  struct pointer from;
  const char *name = dw_json_get_string(operation, "op");
  const dw_json *value = dw_json_get(operation, "value");
  if (name == NULL || !read_pointer(arena, dw_json_get_string(operation, "path"), &at))
    return NULL;
  if (strcmp(name, "remove") == 0)
    return change(arena, document, &at, EDIT_REMOVE, NULL);
  if (strcmp(name, "test") == 0)
    return dw_json_equal(find(document, &at), value) ? document : NULL;
  if (strcmp(name, "add") == 0)
    return value == NULL ? NULL : change(arena, document, &at, EDIT_ADD, value);
  if (strcmp(name, "replace") == 0)
    return value == NULL ? NULL : change(arena, document, &at, EDIT_REPLACE, value);
  bool copy = strcmp(name, "copy") == 0;
  if ((!copy && strcmp(name, "move") != 0) || !read_pointer(arena, dw_json_get_string(operation, "from"), &from))
    return NULL;
  return move(arena, document, &from, &at, copy);
}

const dw_json *dw_patch_apply(struct dw_arena *arena, const dw_json *document, const dw_json *patch) {
  size_t count = dw_json_size(patch);
  if (dw_json_type(patch) != DW_JSON_ARRAY || count > MOST_OPERATIONS)
    return NULL;
  for (size_t i = 0; i < count && document != NULL; i++)
    document = apply_one(arena, document, dw_json_at(patch, i));
  return document;
}
