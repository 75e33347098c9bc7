#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json_support.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

/* Marks the place to find in a text. */
#define MARK "\xC2\xAB" /* a guillemet */

struct text {
  struct dw_arena *arena;
  const char *text; /* without the mark */
  size_t marked;    /* the offset of the mark */
  struct dw_yaml_doc *doc;
  struct dw_yaml_source *source;
};

static struct text open_text(const char *marked) {
  struct text t = {.arena = dw_arena_new(0)};
  const char *mark = strstr(marked, MARK);
  t.marked = mark ? (size_t)(mark - marked) : strlen(marked);
  t.text = mark ? dw_arena_printf(t.arena, "%.*s%s", (int)t.marked, marked, mark + strlen(MARK))
                : dw_arena_strdup(t.arena, marked);
  struct dw_error err = DW_ERROR_INIT;
  if (parse_yaml(t.arena, t.text, &t.doc, &err) != 0)
    fail_msg("%d:%d: %s in:\n%s", err.line, err.column, err.text, t.text);
  t.source = dw_yaml_source_new(t.arena, t.text, strlen(t.text));
  return t;
}

static size_t characters(const char *text, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++)
    count += ((unsigned char)text[i] & 0xC0) != 0x80;
  return count;
}

/* The offset of a place, counted independently. */
static size_t byte_of(const char *text, int line, int column) {
  size_t at = strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  for (int i = 1; i < line; i++)
    at += strcspn(text + at, "\n") + 1;
  for (int i = 1; i < column; i++)
    for (at++; ((unsigned char)text[at] & 0xC0) == 0x80;)
      at++;
  return at;
}

static void expect_line(const char *text, size_t at, const struct dw_place *place) {
  size_t start = at;
  while (start > 0 && text[start - 1] != '\n')
    start--;
  if (start == 0 && strncmp(text, "\xEF\xBB\xBF", 3) == 0)
    start = 3;
  size_t length = strcspn(text + start, "\n");
  if (length > 0 && text[start + length - 1] == '\r')
    length--;
  assert_int_equal(place->column, at < start ? 1 : characters(text + start, at - start) + 1);
  assert_int_equal(strlen(place->source), length);
  assert_memory_equal(place->source, text + start, length);
}

/* Checks that SPOT is found at the mark in MARKED, WIDTH characters wide. */
static void expect_at(const char *marked, struct dw_yaml_spot spot, int width) {
  struct text t = open_text(marked);
  struct dw_place place = dw_yaml_find(t.doc, t.source, &spot);
  if (byte_of(t.text, place.line, place.column) != t.marked || place.width != width)
    fail_msg("%s %d:%d: %d:%d, %d wide, not %d wide at the mark in:\n%s", spot.path, spot.line, spot.column, place.line,
             place.column, place.width, width, marked);
  expect_line(t.text, t.marked, &place);
  dw_arena_free(t.arena);
}

struct expected {
  const char *text;
  const char *path;
  int width;
};

static void expect_values(const struct expected *table, size_t count) {
  for (size_t i = 0; i < count; i++)
    expect_at(table[i].text, (struct dw_yaml_spot){.path = table[i].path}, table[i].width);
}

static void expect_keys(const struct expected *table, size_t count) {
  for (size_t i = 0; i < count; i++)
    expect_at(table[i].text, (struct dw_yaml_spot){.path = table[i].path, .of_key = true}, table[i].width);
}

static void finds_values_in_the_json_of_every_style(void **state) {
  (void)state;
  static const struct expected table[] = {
      {"c: {}\nd: '{\"a\": " MARK "1}'\n", "d.a", 1},
      {"# \xC3\xA4\nc: '{\"\xC3\xA4\": {\"b\": [1, " MARK "\"it''s\"]}}' # x\n", "c.\xC3\xA4.b[1]", 7},
      {"c: '{\"a\":\n\n   {\"b\": " MARK "true}}'\n", "c.a.b", 4},
      {"c: \"{\\\"a\\\": " MARK "\\\"x\\\\ty\\\"}\"\n", "c.a", 9},
      {"c: \"{\\x22a\\x22: \\\n   \\u0022b\\U00000022, \\\"d\\\": " MARK "\\x31\\u0032}\"\n", "c.d", 10},
      {"c: \"{\\\"a\\\": \\\n\n\n   \\\"b\\\",\n   \\\"d\\\":\n    " MARK "12}\"\n", "c.d", 2},
      {"c: |\n  {\n    \"a\": " MARK "\"b\"\n  }\n", "c.a", 3},
      {"c: |-\n  {\n    \"a\": " MARK "\"b\"}\n\n\n", "c.a", 3},
      {"c: |+ # kept\n\n\n  {\"a\":\n\n    " MARK "\"b\"}\n\n\n", "c.a", 3},
      {"c: |2\n    {\n   \"a\": " MARK "1}\n", "c.a", 1},
      {"x:\n  z:\n    c: |1-\n       {\n       \"a\": " MARK "1}\n", "x.z.c.a", 1},
      {"x:\n- c: |-2\n      {\n      \"a\": " MARK "1}\n", "x[0].c.a", 1},
      {"c: >\n  {\"a\":\n  1, \"b\":\n  " MARK "[2]}\n", "c.b", 1},
      {"c: >-\n\n  {\n    \"a\":\n      1,\n\n\n  \"b\":\n  " MARK "22}\n", "c.b", 2},
      {"c: >+\n  {\"a\": \"x\n  y\", \"b\":\n\n   3, \"d\": " MARK "4}\n\n", "c.d", 1},
      {"- |\n {\"a\": " MARK "1}\n", "[0].a", 1},
      {"? a\n: '{\"b\": " MARK "2}'\n", "a.b", 1},
      {"[{c: '{\"a\": " MARK "1}'}, x]", "[0].c.a", 1},
      {"c: !!str &x # why\n  '{\"a\": " MARK "1}'\n", "c.a", 1},
      {"c: &x |\n  {\"a\": " MARK "1}\n", "c.a", 1},
      {"c: !<tag:yaml.org,2002:str> \"{\\\"a\\\": " MARK "1}\"\n", "c.a", 1},
      {"c: " MARK "|\n  {\"a\": }\n", "c.a", 1},
      {"c: " MARK "'{\"a\": }'\n", "c.a.b", 9},
  };
  expect_values(table, LENGTH(table));
}

static void finds_plain_scalars(void **state) {
  (void)state;
  static const struct expected table[] = {
      {"c: " MARK "plain text # comment\n", "c", 10},
      {"c: " MARK "10.0.0.0/8\n", "c", 10},
      {"c: " MARK "-12 # x\n", "c", 3},
      {"c: [1, " MARK "true]\n", "c[1]", 4},
      {"c: {a: " MARK "null}\n", "c.a", 4},
      {"c: {a: " MARK "x y, b: 1}\n", "c.a", 3},
      {"c:" MARK "\nd: 1\n", "c", 1},
      {"c: " MARK "''\n", "c", 2},
      {"c: " MARK "\"\\\"x\" # \"\n", "c", 5},
      {"c: " MARK "'a''b'\n", "c", 6},
      {"c: " MARK "a\n  b\n", "c", 1},
      {"c: " MARK "\"a\n  b\"\n", "c", 2},
      {"c: &x " MARK "5\n", "c", 1},
      {"c: &x\n  " MARK "d: 1\n", "c", 1},
      {"c: !!str " MARK "5\n", "c", 1},
      {MARK "c: 1\n", "d", 1},
      {"c:\n  " MARK "d: 1\n", "c.e.f", 1},
      {"c: " MARK "{d: 1}\n", "c.e", 1},
      {"c: \xE2\x82\xAC\nd: \"\xE2\x82\xAC\xF0\x9F\x98\x80\" \ne: {a: \xC3\xA4, b: " MARK "\xC3\xA4\xC3\xB6}\n", "e.b",
       2},
      {"\xEF\xBB\xBFsame: {c: " MARK "x}\n", "same.c", 1},
      {"# tab\tbehind\nc:\t" MARK "x\n", "c", 1},
  };
  expect_values(table, LENGTH(table));
}

/* A plain scalar can not contain JSON objects, but errors may name a line and column in its text. */
static void finds_places_inside_plain_text(void **state) {
  (void)state;
  expect_at("c: one two\n  three\n\n   " MARK "four\n", (struct dw_yaml_spot){"c", false, 2, 1}, 1);
  expect_at("c: one two\n  " MARK "three\n\n   four\n", (struct dw_yaml_spot){"c", false, 1, 9}, 1);
  expect_at("c: one " MARK "two\n", (struct dw_yaml_spot){"c", false, 1, 5}, 1);
}

static void finds_keys(void **state) {
  (void)state;
  static const struct expected table[] = {
      {"a: {" MARK "key: 1}\n", "a.key", 3},
      {MARK "\"k \\\" y\": 1\n", "k \" y", 8},
      {"'a': 1\n" MARK "'b b' : 2\n", "b b", 5},
      {"c: '{\"a\": {" MARK "\"rangeStart\": 1}}'\n", "c.a.rangeStart", 12},
      {"c: \"{\\\"range\\\": 1, " MARK "\\\"Range\\\": 1}\"\n", "c.Range", 9},
      {"c: |\n  {\"a\": 1,\n   " MARK "\"a\": 2}\n", "c.a", 3},
      {"c:\n- " MARK "x\n", "c[0]", 1},
      {"c: '" MARK "{\"a\": 1}'\n", "c.b", 1},
      {"{\"a\": {\n" MARK "\"b\": 1}}", "a.b", 3},
      {"? !!str " MARK "a\n: 1\n", "a", 1},
  };
  expect_keys(table, LENGTH(table));
}

static void finds_places_in_json_files(void **state) {
  (void)state;
  static const struct expected table[] = {
      {"{\"a\": " MARK "\"x \\\" y\"}", "a", 8},
      {"{\"\xC3\xA4\": 1, \"a\": " MARK "[1]}", "a", 1},
      {"{\"a\": " MARK "-1.5e3 }", "a", 6},
      {"{\"a\": " MARK "null}", "a", 4},
      {"{\n\t\"a\": \"{\\n \\\"b\\\": " MARK "\\\"\\u00e4\\/\\\"}\"}", "a.b", 12},
      {"{\"a\": \"{\\u0022b\\u0022: \\\"\\ud83d\\ude00\\\", \\\"c\\\": " MARK "12}\"}", "a.c", 2},
      {"{\"a\": \"{\\\"\xE2\x80\xA8\\\": " MARK "1}\"}", "a.\xE2\x80\xA8", 1},
      {"{\"a\": \"" MARK "{}\"}", "a.c.d[1]", 1},
      {"{\"a\": " MARK "\"{\"}", "a.c.d", 3},
      {"{\"a\": [" MARK "{\"b\": 1}]}", "a[0].c", 1},
      {"{\"m\": {\"a.b/c\": \"[{\\\"value\\\": " MARK "3}]\"}}", "m[a.b/c][0].value", 1},
  };
  expect_values(table, LENGTH(table));
}

static void finds_values_of_later_documents(void **state) {
  (void)state;
  struct text t = open_text("a: 1\n---\nb: '{\"c\": 2}'\n---\nd: 4\n");
  struct dw_place place = dw_yaml_find(t.doc->next, t.source, &(struct dw_yaml_spot){.path = "b.c"});
  assert_int_equal(place.line, 3);
  assert_int_equal(place.column, 11);
  place = dw_yaml_find(t.doc->next->next, t.source, &(struct dw_yaml_spot){.path = "d"});
  assert_int_equal(place.line, 5);
  assert_string_equal(place.source, "d: 4");
  dw_arena_free(t.arena);
  t = open_text("{\"a\": 1} {\"b\":\n \"[2]\"}\n");
  place = dw_yaml_find(t.doc->next, t.source, &(struct dw_yaml_spot){.path = "b[0]"});
  assert_int_equal(place.line, 2);
  assert_int_equal(place.column, 4);
  assert_string_equal(place.source, " \"[2]\"}");
  dw_arena_free(t.arena);
}

static void follows_aliases_to_the_text(void **state) {
  (void)state;
  static const struct expected table[] = {
      {"x: &c '{\"a\": " MARK "1}'\nc: *c\n", "c.a", 1},
      {"x: &c '{\"a\": 0}'\ny: &c |\n  {\"a\": " MARK "1}\nc: *c\n", "c.a", 1},
      {"x: &c\n  d: '{\"a\": " MARK "1}'\nc: *c\n", "c.d.a", 1},
      {"x: &c\n  d: '{\"a\": " MARK "1}'\nc:\n  <<: *c\n", "c.d.a", 1},
      {"x: &s " MARK "text\nc: &c {d: *s}\ne: {<<: *c}\n", "e.d", 4},
      {"x: &c " MARK "{d: 1}\nc: *c\n", "c.e", 1},
      {"x: &c {d: 1}\nc:\n  " MARK "e: 1\n  <<: *c\n", "c.f", 1},
  };
  expect_values(table, LENGTH(table));
}

static void finds_lines_and_columns_inside_a_text(void **state) {
  (void)state;
  expect_at("c: |\n  {\n    " MARK "x\n  }\n", (struct dw_yaml_spot){"c", false, 2, 3}, 1);
  expect_at("c: |\n  {\n    x\n  " MARK "}\n", (struct dw_yaml_spot){"c", false, 3, 1}, 1);
  expect_at("c: \"{\\n  " MARK "x\\n}\"\n", (struct dw_yaml_spot){"c", false, 2, 3}, 1);
  expect_at("c: \"\xC3\xA4" MARK "\\u00e4\\n}\"\n", (struct dw_yaml_spot){"c", false, 1, 3}, 6);
  expect_at("{\"c\": \"{\\n" MARK "\\\"}\"}", (struct dw_yaml_spot){"c", false, 2, 1}, 2);
  /* If a character is missing at the end, the position is behind the last one. */
  expect_at("c: |\n  {\n    \"x\": 1" MARK "\n\nd: 1\n", (struct dw_yaml_spot){"c", false, 3, 1}, 1);
  expect_at("c: '{" MARK "  '\n", (struct dw_yaml_spot){"c", false, 1, 5}, 1);
  expect_at("c: \"{\\\"x\\\": 1" MARK "\"\n", (struct dw_yaml_spot){"c", false, 1, 9}, 1);
  expect_at("c: " MARK "'   '\n", (struct dw_yaml_spot){"c", false, 1, 1}, 5);
  /* Positions behind the end, in a line that does not exist, and in a value that is not a string. */
  expect_at("c: '{}" MARK "'\n", (struct dw_yaml_spot){"c", false, 1, 900}, 1);
  expect_at("c: '{}" MARK "'\n", (struct dw_yaml_spot){"c", false, 900, 1}, 1);
  expect_at("c: " MARK "5\n", (struct dw_yaml_spot){"c", false, 1, 900}, 1);
  expect_at("c: '" MARK "{}'\n", (struct dw_yaml_spot){"c", false, 1, -5}, 1);
}

static void counts_lines_as_editors_do(void **state) {
  (void)state;
  static const struct expected table[] = {
      {"a: 1\r\nc: |\r\n  {\r\n  \"a\": " MARK "1\r\n  }\r\n", "c.a", 1},
      {"a: 1\r\nc: \"{\\\"a\\\":\r\n\r\n " MARK "1}\"\r\n", "c.a", 1},
      {"a: 1\r\nc: " MARK "x y\r\n", "c", 3},
      {"a: '\xE2\x80\xA8 \xC2\x85 '\nc: '{\"a\": " MARK "1}'\n", "c.a", 1},
      {"a: x\rb: y\rc: >\r  {\"a\":\r  " MARK "1}\r", "c.a", 1},
      {"c: |\n  {\"x\": \"2\xE2\x80\xA9  \", \"a\": " MARK "1}\n", "c.a", 1},
  };
  expect_values(table, LENGTH(table));
}

/* --- every byte of every style --- */

static const char *const styles[] = {
    "c: one two  three\n  four\n\n\n   five six\n",
    "c: \xC3\xA4\xE2\x82\xAC x\n  \xF0\x9F\x98\x80 y\n",
    "[a, c d\n  e, f]\n",
    "c: ' a ''b'' c\n   d\n\n\n  e ''\n  \xC3\xA4 '\n",
    "c: '\n  x\n '\n",
    ("c: \" a \\\"b\\\\ \\n\\t\\x41\\u00e4\\U0001F600\\e\\_\\N\\L\\P\\/ \\\n   d\\\n\n   \\ e\n\n\n  f \\  \\\n "
     "\xC3\xA4 \"\n"),
    "c: |\n  a b\n\n   c\n  \xC3\xA4\n\n",
    "c: |+\n\n  a\n\n    \n  c\n\n\n",
    "c: |-\n  a\n  b",
    "c: |3\n     a\n   b\n\n   c\n",
    "x:\n- - c: |2-\n         a\n       b\n",
    "c: >\n  a\n  b\n\n  c\n\n\n  d\n   e\n   f\n  g\n\n   h\n",
    "c: >+\n\n  a\n  b\n  \tc\n  d\n\n\n",
    "c: >-\n  \n\n  a\n  \xC3\xA4 b\n\n",
    "c: |\n\n\xE2\x80\xA9  a\n  b\n",
    "c: |\r\n  a\r\n\r\n   b\r\n",
    "c: >\r\n  a\r\n  b\r\n\r\n  c\r\n",
    "c: \"a\r\n  b\r\n\r\n  c\"\r\n",
    "c: '\xC2\x85 x \xE2\x80\xA8\xE2\x80\xA9 y\rz'\n",
    "c: |\n  a\xE2\x80\xA8  b\xC2\x85  c\n",
    "c: >\n  a\xE2\x80\xA8  b\xC2\x85  c\r  d\n",
    "{\"c\": \"a\\n\\\"\\\\\\/\\b\\f\\r\\t\\u00e4\\ud83d\\ude00 \xC3\xA4 z\"}",
    "{\"x\": \"{{\", c: \"\\u00e4 b\"}",
};

/* The string in DOC and its path. */
static const char *find_string(const struct dw_yaml_doc *doc, const char **path) {
  static const char *const paths[] = {"c", "[1]", "x[0][0].c"};
  const dw_json *values[] = {dw_json_get(doc->root, "c"), dw_json_at(doc->root, 1),
                             dw_json_get(dw_json_at(dw_json_at(dw_json_get(doc->root, "x"), 0), 0), "c")};
  for (size_t i = 0; i < LENGTH(paths); i++) {
    *path = paths[i];
    if (dw_json_string(values[i]))
      return dw_json_string(values[i]);
  }
  return NULL;
}

/* Returns true if the raw text at RAW can represent the byte SAID. */
static bool may_say(const char *raw, char said) {
  if (*raw == said)
    return true;
  if (*raw == '\\' || strncmp(raw, "''", 2) == 0)
    return true;
  bool line_break = *raw == '\n' || *raw == '\r' || strncmp(raw, "\xC2\x85", 2) == 0;
  return line_break && (said == ' ' || said == '\n');
}

static void check_style(const char *text) {
  struct text t = open_text(text);
  const char *path = NULL;
  const char *value = find_string(t.doc, &path);
  assert_non_null(value);
  size_t end = strlen(value);
  while (strchr(" \t\r\n", value[end - 1]))
    end--;
  int line = 1;
  int column = 1;
  size_t last = 0;
  for (size_t i = 0; i < end; i++) {
    struct dw_yaml_spot spot = {path, false, line, column};
    struct dw_place place = dw_yaml_find(t.doc, t.source, &spot);
    size_t at = byte_of(text, place.line, place.column);
    bool begins = ((unsigned char)value[i] & 0xC0) != 0x80;
    if (begins && (!may_say(text + at, value[i]) || (i > 0 && at <= last)))
      fail_msg("byte %zu of \"%s\" is said to be byte %zu of:\n%s", i, value, at, text);
    last = begins ? at : last;
    column = value[i] == '\n' ? 1 : column + 1;
    line += value[i] == '\n';
  }
  struct dw_yaml_spot spot = {path, false, line, column};
  struct dw_place place = dw_yaml_find(t.doc, t.source, &spot);
  assert_true(byte_of(text, place.line, place.column) > last);
  dw_arena_free(t.arena);
}

static void maps_every_byte_of_every_style(void **state) {
  (void)state;
  for (size_t i = 0; i < LENGTH(styles); i++)
    check_style(styles[i]);
}

/* --- the rest --- */

static void finds_places_in_utf_16_text(void **state) {
  (void)state;
  static const char text[] = "\xFF\xFE"
                             "c\0:\0 \0x\0\n\0";
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  assert_int_equal(dw_yaml_parse(arena, text, sizeof text - 1, &doc, NULL), 0);
  struct dw_yaml_source *source = dw_yaml_source_new(arena, text, sizeof text - 1);
  struct dw_place place = dw_yaml_find(doc, source, &(struct dw_yaml_spot){.path = "c"});
  assert_int_equal(place.line, 1);
  assert_int_equal(place.column, 4);
  assert_int_equal(place.width, 1);
  assert_string_equal(place.source, "");
}

static void a_line_is_copied_once(void **state) {
  (void)state;
  struct text t = open_text("a: {b: 1, c: 2}\n");
  struct dw_place b = dw_yaml_find(t.doc, t.source, &(struct dw_yaml_spot){.path = "a.b"});
  struct dw_place c = dw_yaml_find(t.doc, t.source, &(struct dw_yaml_spot){.path = "a.c"});
  assert_ptr_equal(b.source, c.source);
  assert_int_equal(b.column, 8);
  assert_int_equal(c.column, 14);
  dw_arena_free(t.arena);
}

static void finds_the_last_of_many_in_one_long_line(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_puts(&text, "{\"items\": [");
  for (int i = 0; i < 20000; i++)
    dw_buf_printf(&text, "{\"c\": \"{\\\"\xC3\xA4\\\": %d}\"},", i % 10);
  dw_buf_puts(&text, "{\"c\": \"{\\\"\xC3\xA4\\\": " MARK "123}\"}]}");
  expect_at(dw_buf_text(&text), (struct dw_yaml_spot){.path = "items[20000].c.\xC3\xA4"}, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_values_in_the_json_of_every_style),
      cmocka_unit_test(finds_plain_scalars),
      cmocka_unit_test(finds_places_inside_plain_text),
      cmocka_unit_test(finds_keys),
      cmocka_unit_test(finds_places_in_json_files),
      cmocka_unit_test(finds_values_of_later_documents),
      cmocka_unit_test(follows_aliases_to_the_text),
      cmocka_unit_test(finds_lines_and_columns_inside_a_text),
      cmocka_unit_test(counts_lines_as_editors_do),
      cmocka_unit_test(maps_every_byte_of_every_style),
      cmocka_unit_test(finds_places_in_utf_16_text),
      cmocka_unit_test(a_line_is_copied_once),
      cmocka_unit_test(finds_the_last_of_many_in_one_long_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
