/* Any text as manifests: documents that are accepted are valid JSON to json-c too, read the same again as JSON, and
 * have places inside the text. */
#include <string.h>

#include "base/buf.h"
#include "support.h"
#include "yaml/yaml.h"
#include "yaml/yaml_comments.h"

static int count_lines(const uint8_t *data, size_t size) {
  int lines = 1;
  for (size_t i = 0; i < size; i++)
    lines += data[i] == '\n' || data[i] == '\r' || data[i] == 0x85 || data[i] == 0xa8 || data[i] == 0xa9;
  return lines;
}

static void check_place(const struct dw_yaml_doc *doc, const char *path, int lines) {
  int line = 0;
  int column = 0;
  for (int of_key = 0; of_key < 2; of_key++) {
    dw_yaml_locate(doc, path, of_key, &line, &column);
    FUZZ_ASSERT(line >= 1 && line <= lines && column >= 1);
  }
}

/* The search for places in one document. */
struct search {
  const struct dw_yaml_doc *doc;
  struct dw_yaml_source *source;
  int lines;
  bool tags;  /* tags can change a text, so it may differ from what is written */
  int budget; /* how many more values to search for, because aliases can multiply them */
};

/* Checks that the place is inside its line, and that this line exists. */
static struct dw_place find_place(const struct search *s, struct dw_yaml_spot spot) {
  struct dw_place place = dw_yaml_find(s->doc, s->source, &spot);
  size_t characters = 0;
  for (const char *c = place.source; *c; c++)
    characters += ((unsigned char)*c & 0xC0) != 0x80;
  FUZZ_ASSERT(place.line >= 1 && place.line <= s->lines && place.column >= 1 && place.width >= 1);
  FUZZ_ASSERT(!strchr(place.source, '\n'));
  FUZZ_ASSERT(!*place.source || (size_t)place.column + (size_t)place.width <= characters + 3);
  return place;
}

static bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '{' || c == ',' || c == ':';
}

/* Checks that each character of a text is at the place that is found for it, as itself or as an escape. */
static void check_text(const struct search *s, const char *text, const char *path) {
  enum { MOST = 40 };
  int line = 1;
  int column = 1;
  for (int i = 0; text[i] && i < MOST; i++) {
    struct dw_place place = find_place(s, (struct dw_yaml_spot){path, false, line, column});
    const char *raw = place.source;
    for (int at = 1; at < place.column && *raw; at++)
      for (raw++; ((unsigned char)*raw & 0xC0) == 0x80;)
        raw++;
    FUZZ_ASSERT(s->tags || !*place.source || !is_plain(text[i]) || *raw == text[i] || *raw == '\\');
    column = text[i] == '\n' ? 1 : column + 1;
    line += text[i] == '\n';
  }
  find_place(s, (struct dw_yaml_spot){path, false, line + 1, 7});
}

/* Searches for a value, its key, and fields that may be inside its text. */
static void check_spots(const struct search *s, const dw_json *value, const char *path) {
  static const char *const insides[] = {"", ".a", ".a[1].b", "[0]", ".type", ".ipam.range", ".plugins[0].type"};
  DW_BUF_SCOPED struct dw_buf below = DW_BUF_INIT;
  for (size_t i = 0; i < sizeof insides / sizeof insides[0]; i++) {
    dw_buf_truncate(&below, 0);
    dw_buf_printf(&below, "%s%s", path, insides[i]);
    find_place(s, (struct dw_yaml_spot){dw_buf_text(&below), false, 0, 0});
    find_place(s, (struct dw_yaml_spot){dw_buf_text(&below), true, 0, 0});
  }
  int line = 0;
  int column = 0;
  if (dw_json_string(value) && dw_yaml_locate(s->doc, path, false, &line, &column))
    check_text(s, dw_json_string(value), path);
}

static void check_values(struct search *s, const dw_json *value, struct dw_buf *path) {
  size_t length = path->length;
  if (s->budget-- <= 0)
    return;
  check_spots(s, value, dw_buf_text(path));
  for (struct dw_json_member m = dw_json_first(value); m.value && s->budget > 0; m = dw_json_next(value, m)) {
    if (!m.key[strcspn(m.key, "[].")]) { /* otherwise the path might name another value */
      dw_buf_printf(path, "[%s]", m.key);
      check_values(s, m.value, path);
      dw_buf_truncate(path, length);
    }
  }
  for (size_t i = 0; dw_json_type(value) == DW_JSON_ARRAY && i < dw_json_size(value) && s->budget > 0; i++) {
    dw_buf_printf(path, "[%zu]", i);
    check_values(s, dw_json_at(value, i), path);
    dw_buf_truncate(path, length);
  }
}

static void check_doc(struct dw_arena *arena, const struct dw_yaml_doc *doc, int lines) {
  const char *text = dw_json_text(arena, doc->root);
  struct json_object *json = fuzz_json(text, strlen(text));
  FUZZ_ASSERT(json || strcmp(text, "null") == 0);
  json_object_put(json);
  struct dw_yaml_doc *again = NULL;
  struct dw_error err = DW_ERROR_INIT;
  if (dw_json_type(doc->root) == DW_JSON_OBJECT || dw_json_type(doc->root) == DW_JSON_ARRAY) {
    FUZZ_ASSERT(dw_yaml_parse(arena, text, strlen(text), &again, &err) == 0 || err.code == DW_ERR_MEMORY);
    FUZZ_ASSERT(!again || dw_json_equal(again->root, doc->root));
  }
  FUZZ_ASSERT(doc->line >= 1 && doc->line <= lines);
  check_place(doc, "", lines);
  check_place(doc, "metadata.name", lines);
  check_place(doc, "spec.config", lines);
  check_place(doc, "items[1].spec", lines);
}

/* The '#' of a comment in a copy of the text that it was found in. */
static char *find_comment(char *text, size_t size, const struct dw_place *place) {
  char *at = text;
  for (int line = 1; line < place->line; line++)
    at = (char *)memchr(at, '\n', size - (size_t)(at - text)) + 1;
  if (place->line == 1 && size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
    at += 3;
  for (int column = 1; column < place->column; column++)
    for (at++; ((unsigned char)*at & 0xC0) == 0x80;)
      at++;
  FUZZ_ASSERT(*at == '#');
  return at;
}

/* Checks that what is found as a comment has no effect: the documents are the same with other comments. */
static void check_comments(struct dw_arena *arena, struct dw_yaml_source *source, const uint8_t *data, size_t size,
                           const struct dw_yaml_doc *doc) {
  struct dw_yaml_comment *comments = NULL;
  size_t count = dw_yaml_comments(source, "d", &comments);
  char *text = dw_arena_alloc(arena, size + 1);
  memcpy(text, data, size);
  for (size_t i = 0; i < count; i++) {
    FUZZ_ASSERT(comments[i].place.width >= 1 && comments[i].text[0] == 'd' && !strchr(comments[i].text, '\n'));
    FUZZ_ASSERT(comments[i].target == 0 || comments[i].target >= comments[i].place.line);
    char *word = memchr(find_comment(text, size, &comments[i].place), 'd', size);
    *word = 'e';
  }
  struct dw_yaml_doc *again = NULL;
  FUZZ_ASSERT(count == 0 || dw_yaml_parse(arena, text, size, &again, NULL) == 0);
  for (; count > 0 && doc != NULL; doc = doc->next, again = again->next)
    FUZZ_ASSERT(again != NULL && dw_json_equal(doc->root, again->root));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(256 << 20);
  struct dw_yaml_doc *doc = NULL;
  struct dw_error err = DW_ERROR_INIT;
  if (dw_yaml_parse(arena, (const char *)data, size, &doc, &err) != 0) {
    FUZZ_ASSERT(err.text[0] && !strchr(err.text, '\n'));
    return 0;
  }
  int lines = count_lines(data, size);
  struct dw_yaml_source *source = dw_yaml_source_new(arena, (const char *)data, size);
  check_comments(arena, source, data, size, doc);
  for (; doc; doc = doc->next) {
    DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
    struct search search = {doc, source, lines, memchr(data, '!', size) != NULL, 30};
    check_doc(arena, doc, lines);
    check_values(&search, doc->root, &path);
  }
  return 0;
}
