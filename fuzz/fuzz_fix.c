/* Any text as manifests whose values are edited: an edit is refused and leaves the text as it is, or the text is read
 * again with that change only. What was added can be removed again. */
#include <string.h>

#include "fix/edit.h"
#include "fix/value.h"
#include "support.h"
#include "yaml/yaml.h"

enum { MOST_PATHS = 24, MOST_DEPTH = 6, MOST_BYTES = 1 << 16 };

struct walk {
  struct dw_arena *arena;
  const char *paths[MOST_PATHS];
  size_t count;
};

/* Adds the paths of the values in VALUE, and of those in the JSON of a string. */
static void add_paths(struct walk *w, const dw_json *value, const char *path, unsigned depth) {
  if (w->count == MOST_PATHS || depth == MOST_DEPTH)
    return;
  w->paths[w->count++] = path;
  const char *text = dw_json_string(value);
  if (text != NULL)
    value = dw_json_parse(w->arena, text, strlen(text), DW_JSON_PLAIN, NULL);
  for (size_t i = 0; dw_json_type(value) == DW_JSON_ARRAY && i < dw_json_size(value); i++)
    add_paths(w, dw_json_at(value, i), dw_arena_printf(w->arena, "%s[%zu]", path, i), depth + 1);
  for (struct dw_json_member it = dw_json_first(value); it.value != NULL; it = dw_json_next(value, it)) {
    DW_BUF_SCOPED struct dw_buf next = DW_BUF_INIT;
    dw_buf_puts(&next, path);
    dw_path_add_key(&next, it.key, strlen(it.key));
    add_paths(w, it.value, dw_arena_strdup(w->arena, dw_buf_text(&next)), depth + 1);
  }
}

static const dw_json *value_of(struct dw_arena *arena, const struct dw_yaml_text *text) {
  struct dw_yaml_doc *doc = NULL;
  FUZZ_ASSERT(dw_yaml_parse(arena, text->text, text->length, &doc, NULL) == 0 && doc != NULL && doc->next == NULL);
  return doc->root;
}

static bool edit(struct dw_arena *arena, struct dw_yaml_text *text, enum dw_edit_kind kind, const char *field,
                 const char *value) {
  const struct dw_edit one = {kind, field, value};
  const struct dw_yaml_text before = *text;
  const char *why = NULL;
  bool done = dw_fix_edit(arena, text, NULL, &(struct dw_edits){&one, 1}, &why);
  FUZZ_ASSERT(done || (why != NULL && *why != '\0' && text->text == before.text && text->length == before.length));
  if (done)
    (void)value_of(arena, text);
  return done;
}

/* Adds a member to the object at PATH and removes it again. */
static void add_and_remove(struct dw_arena *arena, const struct dw_yaml_text *text, const char *path) {
  struct dw_yaml_text now = *text;
  const char *added = dw_arena_printf(arena, "%s%szz9", path, *path == '\0' ? "" : ".");
  const dw_json *old = dw_fix_opened(arena, value_of(arena, text), added);
  bool object = dw_json_type(dw_fix_value_at(arena, old, path)) == DW_JSON_OBJECT;
  if (!object || dw_fix_value_at(arena, old, added) != NULL ||
      !edit(arena, &now, DW_EDIT_SET, added, "{\"a\":[1,\"x'\\\"\\n\"]}") ||
      !edit(arena, &now, DW_EDIT_REMOVE, added, NULL))
    return;
  FUZZ_ASSERT(dw_json_equal(old, dw_fix_opened(arena, value_of(arena, &now), added)));
}

static void edit_document(const struct dw_yaml_doc *doc, const struct dw_yaml_text *text) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct walk walk = {.arena = arena};
  add_paths(&walk, doc->root, "", 0);
  for (size_t i = 0; i < walk.count; i++) {
    static const char *const values[] = {"1", "\"it's \\\"#: \\u00e4\"", "{\"a\":{}}", "[]"};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
      struct dw_yaml_text now = *text;
      (void)edit(arena, &now, k % 2 == 0 ? DW_EDIT_SET : DW_EDIT_APPEND, walk.paths[i], values[k]);
    }
    struct dw_yaml_text now = *text;
    (void)edit(arena, &now, DW_EDIT_REMOVE, walk.paths[i], NULL);
    now = *text;
    (void)edit(arena, &now, DW_EDIT_RENAME, walk.paths[i], "zz9");
    now = *text;
    (void)edit(arena, &now, DW_EDIT_MOVE, walk.paths[i], walk.paths[(i + 5) % walk.count]);
    now = *text;
    (void)edit(arena, &now, DW_EDIT_MOVE, walk.paths[i], "zz9.a");
    add_and_remove(arena, text, walk.paths[i]);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(64 << 20);
  struct dw_yaml_doc *doc = NULL;
  char *text = NULL;
  if (size > MOST_BYTES || (text = dw_arena_try(arena, size + 1)) == NULL)
    return 0;
  memcpy(text, data, size);
  text[size] = '\0';
  if (dw_yaml_parse(arena, text, size, &doc, NULL) != 0)
    return 0;
  struct dw_yaml_source *source = dw_yaml_source_new(arena, text, size);
  for (; doc != NULL; doc = doc->next) {
    struct dw_yaml_text part;
    size_t offset = 0;
    if (!dw_yaml_part(doc, source, &part, &offset))
      continue;
    FUZZ_ASSERT(offset <= size && part.length <= size - offset);
    edit_document(doc, &part);
  }
  return 0;
}
