/* Edits of the text of a document: only what must change, changes; what can't be changed safely stays as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fix/edit.h"

#define SET DW_EDIT_SET
#define REMOVE DW_EDIT_REMOVE
#define RENAME DW_EDIT_RENAME
#define APPEND DW_EDIT_APPEND
#define MOVE DW_EDIT_MOVE

struct sample {
  const char *old;
  struct dw_edit edit;
  const char *new; /* NULL: the edit is not possible */
  const char *why;
  const char *inside;
  bool json;
};

#define DONE(old, kind, field, value, new)                                                                             \
  { old, {kind, field, value}, new, NULL, NULL, false }
#define KEPT(old, kind, field, value, why)                                                                             \
  { old, {kind, field, value}, NULL, why, NULL, false }
#define JSON_DONE(old, kind, field, value, new)                                                                        \
  { old, {kind, field, value}, new, NULL, NULL, true }
#define JSON_KEPT(old, kind, field, value, why)                                                                        \
  { old, {kind, field, value}, NULL, why, NULL, true }
/* In the YAML in the string `raw`. */
#define INSIDE_DONE(old, kind, field, value, new)                                                                      \
  { old, {kind, field, value}, new, NULL, "raw", false }
#define INSIDE_KEPT(old, kind, field, value, why)                                                                      \
  { old, {kind, field, value}, NULL, why, "raw", false }

static void expect(const struct sample *sample) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_text doc = {sample->old, strlen(sample->old), sample->json};
  const char *why = "";
  const char *wanted = sample->new == NULL ? sample->old : sample->new;
  bool done = dw_fix_edit(arena, &doc, sample->inside, &(struct dw_edits){&sample->edit, 1}, &why);
  if (done != (sample->new != NULL) || strcmp(doc.text, wanted) != 0)
    fail_msg("%s of %s: %s; it is\n%s\nand not\n%s", sample->edit.field, sample->old, done ? "done" : why, doc.text,
             wanted);
  if (!done && sample->why != NULL)
    assert_string_equal(why, sample->why);
}

#define EXPECT_ALL(samples)                                                                                            \
  for (size_t i = 0; i < sizeof(samples) / sizeof *(samples); i++)                                                     \
  expect(&(samples)[i])

/* --- YAML in block style --- */

static void a_value_in_a_block_is_replaced_in_its_style(void **state) {
  (void)state;
  static const struct sample samples[] = {
      DONE("a: 1 # one\nb: 2\n", SET, "a", "3", "a: 3 # one\nb: 2\n"),
      DONE("a: 'x'\n", SET, "a", "\"y z\"", "a: 'y z'\n"),
      DONE("a: 'x'\n", SET, "a", "\"it's\"", "a: \"it's\"\n"),
      DONE("a: \"x\"  # c\n", SET, "a", "\"y\"", "a: \"y\"  # c\n"),
      DONE("a: x\n", SET, "a", "\"z\"", "a: z\n"),
      DONE("a: x\n", SET, "a", "\"true\"", "a: \"true\"\n"),
      DONE("a: x\n", SET, "a", "\"10\"", "a: \"10\"\n"),
      DONE("a: x\n", SET, "a", "\"1:30\"", "a: \"1:30\"\n"),
      DONE("a: x\n", SET, "a", "\"fd00::/64\"", "a: fd00::/64\n"),
      DONE("a: \"9000\"\n", SET, "a", "9000", "a: 9000\n"),
      DONE("a:\n", SET, "a", "1", "a: 1\n"),
      DONE("a: # none\nb: 1\n", SET, "a", "1", "a: 1 # none\nb: 1\n"),
      DONE("a: ~\n", SET, "a", "1", "a: 1\n"),
      DONE("a: &x 1\n", SET, "a", "2", "a: &x 2\n"),
      DONE("a: | # c\n  b\n", SET, "a", "\"x\"", "a: x # c\n"),
      DONE("a: >-2 # c\n    b\nd: 1\n", SET, "a", "\"x\\ny\"", "a: |- # c\n  x\n  y\nd: 1\n"),
      DONE("a: # c\n", SET, "a", "\"x\\ny\"", "a: |- # c\n  x\n  y\n"),
      DONE("x:\n  a:\n    b: 1\nd: 1\n", SET, "x.a", "\"{\\n  \\\"b\\\": 1\\n}\\n\"",
           "x:\n  a: |\n    {\n      \"b\": 1\n    }\nd: 1\n"),
      DONE("a: # why\n  b: 1\nd: 1\n", SET, "a", "\"x\\ny\\n\"", "a: # why\n  \"x\\ny\\n\"\nd: 1\n"),
      DONE("a: |\n     b\n     c\n", SET, "a", "\"b\\nd\\n\"", "a: |\n     b\n     d\n"),
      DONE("x:\n  a: b # c\nd: 1\n", SET, "x.a", "\"{\\n \\\"e\\\": 1\\n}\\n\"",
           "x:\n  a: | # c\n    {\n     \"e\": 1\n    }\nd: 1\n"),
      DONE("a: |\n  text\n  more\n\nb: 1\n", SET, "a", "\"x\"", "a: x\n\nb: 1\n"),
      DONE("a: |  # c\n  {\n    1,\n  }\n\nb: 1\n", SET, "a", "\"{\\n  1\\n}\\n\"",
           "a: |  # c\n  {\n    1\n  }\n\nb: 1\n"),
      DONE("a: |\n  x: 1\nb: 1\n", SET, "a", "\"{\\n  2\\n}\\n\"", "a: |\n  {\n    2\n  }\nb: 1\n"),
      DONE("a:\n  x: 1\n  y: 2\nb: 1\n", SET, "a", "\"{\\n  2\\n}\\n\"", "a: |\n  {\n    2\n  }\nb: 1\n"),
      DONE("c:\r\n  a:\r\n    x: 1\r\n", SET, "c.a", "\"{\\n\\n}\\n\"", "c:\r\n  a: |\r\n    {\r\n\r\n    }\r\n"),
      DONE("a: {x: 1}\n", SET, "a", "\"{\\n}\\n\"", "a: |\n  {\n  }\n"),
      KEPT("a:\n  x: 1  # one\n  y: 2\n", SET, "a", "\"{\\n}\\n\"", "it contains comments"),
      DONE("a:\n- b: 1\n- b: 2\n", SET, "a[1].b", "3", "a:\n- b: 1\n- b: 3\n"),
      DONE("a: {b: 1, c: 2}\n", SET, "a", "5", "a: 5\n"),
      DONE("a:\n  b: 1\n  c: 2\nd: 3\n", SET, "a", "5", "a:\n  5\nd: 3\n"),
      KEPT("a:\n  b: 1\n  # why\n  c: 2\n", SET, "a", "5", "it contains comments"),
      DONE("a.b/c: 1\n", SET, "[a.b/c]", "2", "a.b/c: 2\n"),
      DONE("\"a\": 1\n", SET, "a", "2", "\"a\": 2\n"),
      DONE("a: 1\r\nb: 2\r\n", SET, "a", "3", "a: 3\r\nb: 2\r\n"),
      DONE("a: 1", SET, "a", "3", "a: 3"),
      DONE("\xC3\xA4: \xE2\x82\xAC # \xC3\xB6\nb: 2\n", SET, "b", "3", "\xC3\xA4: \xE2\x82\xAC # \xC3\xB6\nb: 3\n"),
  };
  EXPECT_ALL(samples);
}

static void a_member_of_a_block_is_added_behind_the_last_one(void **state) {
  (void)state;
  static const struct sample samples[] = {
      DONE("a: 1\nb: 2\n", SET, "c", "3", "a: 1\nb: 2\nc: 3\n"),
      DONE("a: 1", SET, "c", "3", "a: 1\nc: 3"),
      DONE("a: 1\r\n", SET, "c", "3", "a: 1\r\nc: 3\r\n"),
      DONE("a:\n    b: 1 # one\n\n# next\nd: 1\n", SET, "a.c", "3", "a:\n    b: 1 # one\n    c: 3\n\n# next\nd: 1\n"),
      DONE("a:\n  b:\n    c: 1\nd: 1\n", SET, "a.e", "3", "a:\n  b:\n    c: 1\n  e: 3\nd: 1\n"),
      DONE("a:\n  b: |\n    text\n\nd: 1\n", SET, "a.e", "3", "a:\n  b: |\n    text\n  e: 3\n\nd: 1\n"),
      DONE("a:\n  b: |+\n    text\n\nd: 1\n", SET, "a.e", "3", "a:\n  b: |+\n    text\n\n  e: 3\nd: 1\n"),
      DONE("a:\n  b: 1\n", SET, "a.c.d", "\"x\"", "a:\n  b: 1\n  c:\n    d: x\n"),
      DONE("a:\n", SET, "a.b", "1", "a:\n  b: 1\n"),
      DONE("a: # empty\nc: 1\n", SET, "a.b", "1", "a: # empty\n  b: 1\nc: 1\n"),
      DONE("a: null\n", SET, "a.b", "1", "a: {\"b\": 1}\n"),
      DONE("a: {}\n", SET, "a.b", "1", "a: {b: 1}\n"),
      DONE("- a: 1\n  b: 2\n- a: 3\n", SET, "[0].c", "3", "- a: 1\n  b: 2\n  c: 3\n- a: 3\n"),
      KEPT("a: 1\n", SET, "a.b", "1", "what should contain it has another type"),
      KEPT("a: text\n", SET, "a.b", "1", "what should contain it has another type"),
  };
  EXPECT_ALL(samples);
}

static void a_member_of_a_block_is_removed_with_its_lines(void **state) {
  (void)state;
  static const struct sample samples[] = {
      DONE("a: 1\nb: 2\nc: 3\n", REMOVE, "b", NULL, "a: 1\nc: 3\n"),
      DONE("a: 1\nb: 2 # two\nc: 3\n", REMOVE, "b", NULL, "a: 1\n# two\nc: 3\n"),
      DONE("# first\na: 1\n\n# second\nb: 2\n", REMOVE, "b", NULL, "# first\na: 1\n\n# second\n"),
      DONE("a: 1\nb: 2", REMOVE, "b", NULL, "a: 1\n"),
      DONE("a: 1\r\nb: 2\r\n", REMOVE, "a", NULL, "b: 2\r\n"),
      DONE("a:\n  b: \"\"\n  c: 1\n", REMOVE, "a.b", NULL, "a:\n  c: 1\n"),
      DONE("a:\n  b: \"\"\nc: 1\n", REMOVE, "a.b", NULL, "a: {}\nc: 1\n"),
      DONE("a:\n  b: \"\" # why\nc: 1\n", REMOVE, "a.b", NULL, "a: {} # why\nc: 1\n"),
      DONE("a: # why\n  b: \"\"\nc: 1\n", REMOVE, "a.b", NULL, "a: # why\n  {}\nc: 1\n"),
      DONE("a:\n  b:\n    c: 1\n    d: 2\n  e: 1\n", REMOVE, "a.b", NULL, "a:\n  e: 1\n"),
      DONE("a:\n  b: |\n    text\n    more\n\n  e: 1\n", REMOVE, "a.b", NULL, "a:\n\n  e: 1\n"),
      DONE("a:\n- b\n- c # see\n- d\n", REMOVE, "a[1]", NULL, "a:\n- b\n# see\n- d\n"),
      DONE("a:\n- b\n", REMOVE, "a[0]", NULL, "a: []\n"),
      DONE("a:\n- b: 1\n  c: 2\n- d: 1\n", REMOVE, "a[0]", NULL, "a:\n- d: 1\n"),
      DONE("a:\n- b: 1\n  c: 2\n", REMOVE, "a[0].b", NULL, "a:\n- c: 2\n"),
      KEPT("a:\n- b: 1 # one\n  c: 2\n", REMOVE, "a[0].b", NULL, "it shares its line with something else"),
      KEPT("a: 1\n", REMOVE, "b", NULL, "it is not in this file"),
      DONE("a: 1\n", REMOVE, "a", NULL, "{}\n"),
      DONE("a: # why\n  b: 1\n  c: 2\nd: 3\n", REMOVE, "a", NULL, "# why\nd: 3\n"),
  };
  EXPECT_ALL(samples);
}

static void a_key_is_renamed_in_its_style(void **state) {
  (void)state;
  static const struct sample samples[] = {
      DONE("ragne: 1 # c\n", RENAME, "ragne", "range", "range: 1 # c\n"),
      DONE("'ragne': 1\n", RENAME, "ragne", "range", "'range': 1\n"),
      DONE("\"ragne\": 1\n", RENAME, "ragne", "range", "\"range\": 1\n"),
      DONE("{ragne: 1}\n", RENAME, "ragne", "range", "{range: 1}\n"),
      DONE("a: {\"ragne\": 1}\n", RENAME, "a.ragne", "range", "a: {\"range\": 1}\n"),
      DONE("Range: 1\n", RENAME, "Range", "range", "range: 1\n"),
      KEPT("ragne: 1\nrange: 2\n", RENAME, "ragne", "range", "there is a \"range\" already"),
      KEPT("- a\n", RENAME, "[0]", "b", "an element of a list has no key"),
  };
  EXPECT_ALL(samples);
}

static void lists_get_elements_at_their_end(void **state) {
  (void)state;
  static const struct sample samples[] = {
      DONE("a:\n- b\n- c # see\nd: 1\n", APPEND, "a", "\"e\"", "a:\n- b\n- c # see\n- e\nd: 1\n"),
      DONE("a:\n  - b\n", APPEND, "a", "{\"x\":1}", "a:\n  - b\n  - {\"x\": 1}\n"),
      DONE("a: [b, c]\n", APPEND, "a", "\"e\"", "a: [b, c, e]\n"),
      DONE("a: []\n", APPEND, "a", "\"e\"", "a: [e]\n"),
      DONE("b: 1\n", APPEND, "a", "\"e\"", "b: 1\na: [\"e\"]\n"),
      KEPT("a: 1\n", APPEND, "a", "\"e\"", "it is not a list"),
  };
  EXPECT_ALL(samples);
}

static void values_move_with_their_text(void **state) {
  (void)state;
  static const struct sample samples[] = {
      DONE("a: 0x10 # c\nb:\n  c: 1\n", MOVE, "a", "b.a", "# c\nb:\n  c: 1\n  a: 0x10\n"),
      DONE("a:\n  x: 1 # one\n  # two\n  y: 2\nb:\n  c: 1\n", MOVE, "a", "b.a",
           "b:\n  c: 1\n  a:\n    x: 1 # one\n    # two\n    y: 2\n"),
      DONE("s: # a\n  l: # b\n  # c\n    x: 1 # one\n", MOVE, "s.l", "s.v.l",
           "s: # a\n  v:\n    l: # b\n      # c\n      x: 1 # one\n"),
      DONE("b:\n  c: 1\n  d:\n    x: 1\n", MOVE, "b.d", "d", "b:\n  c: 1\nd:\n  x: 1\n"),
      KEPT("a: 1\nb:\n  a: 2\n", MOVE, "a", "b.a", "there is a \"a\" already"),
  };
  EXPECT_ALL(samples);
}

/* --- flow style and JSON --- */

static void flow_style_stays_flow_style(void **state) {
  (void)state;
  static const struct sample samples[] = {
      DONE("a: {b: 1, c: 2, d: 3} # c\n", REMOVE, "a.b", NULL, "a: {c: 2, d: 3} # c\n"),
      DONE("a: {b: 1, c: 2, d: 3}\n", REMOVE, "a.d", NULL, "a: {b: 1, c: 2}\n"),
      DONE("a: { b: 1 }\n", REMOVE, "a.b", NULL, "a: {  }\n"),
      DONE("a: {b: 1,\n    c: 2}\n", SET, "a.d", "3", "a: {b: 1,\n    c: 2,\n    d: 3}\n"),
      DONE("a: {\"b\": 1}\n", SET, "a.d", "\"x\"", "a: {\"b\": 1, \"d\": x}\n"),
      KEPT("a: {b: 1, # one\n    c: 2}\n", REMOVE, "a.b", NULL, "a comment is next to it"),
      DONE("a: [x, y, z]\n", REMOVE, "a[1]", NULL, "a: [x, z]\n"),
  };
  EXPECT_ALL(samples);
}

static void json_keeps_its_spacing(void **state) {
  (void)state;
  static const struct sample samples[] = {
      JSON_DONE("{\"a\":1,\"b\":2}", REMOVE, "a", NULL, "{\"b\":2}"),
      JSON_DONE("{\"a\":1,\"b\":{\"c\":2}}", SET, "b.d", "{\"x\":[1,2]}",
                "{\"a\":1,\"b\":{\"c\":2,\"d\":{\"x\":[1,2]}}}"),
      JSON_DONE("{\"a\": 1}", SET, "b", "{\"x\":[1,2]}", "{\"a\": 1, \"b\": {\"x\": [1, 2]}}"),
      JSON_DONE("{\n  \"a\": 1\n}", SET, "b", "2", "{\n  \"a\": 1,\n  \"b\": 2\n}"),
      JSON_DONE("{\n  \"a\": 1,\n  \"b\": 2\n}", REMOVE, "b", NULL, "{\n  \"a\": 1\n}"),
      JSON_DONE("{\n  \"a\": 1,\n  \"b\": 2\n}", REMOVE, "a", NULL, "{\n  \"b\": 2\n}"),
      JSON_DONE("{\"ragne\" : 1.50}", RENAME, "ragne", "range", "{\"range\" : 1.50}"),
      JSON_DONE("{\"a\":[]}", APPEND, "a", "\"x\"", "{\"a\":[\"x\"]}"),
      JSON_DONE("{\"a\":[\n 1,\n 2\n]}", APPEND, "a", "3", "{\"a\":[\n 1,\n 2,\n 3\n]}"),
      JSON_DONE("{\"a\": {\"x\" : [1,2]}, \"b\": {}}", MOVE, "a.x", "b.x", "{\"a\": {}, \"b\": {\"x\": [1,2]}}"),
      JSON_KEPT("{\"a\":1,\"a\":2}", REMOVE, "a", NULL, "its document can't be read alone"),
      JSON_DONE("{\"c\":\"{\\\"a\\\":1}\"}", SET, "c.b", "\"x\"", "{\"c\":\"{\\\"a\\\":1,\\\"b\\\":\\\"x\\\"}\"}"),
  };
  EXPECT_ALL(samples);
}

/* --- JSON in YAML --- */

static void json_in_a_literal_keeps_its_lines(void **state) {
  (void)state;
  static const struct sample samples[] = {
      DONE("c: |\n  {\n    \"a\": 1,\n    \"b\": 2\n  }\nd: 1\n", SET, "c.e", "3",
           "c: |\n  {\n    \"a\": 1,\n    \"b\": 2,\n    \"e\": 3\n  }\nd: 1\n"),
      DONE("c: |\n  {\n    \"a\": 1,\n    \"b\": 2\n  }\n", REMOVE, "c.a", NULL, "c: |\n  {\n    \"b\": 2\n  }\n"),
      DONE("c: |\n  {\n    \"a\": 1,\n    \"b\": 2\n  }\n", REMOVE, "c.b", NULL, "c: |\n  {\n    \"a\": 1\n  }\n"),
      DONE("c: |-\n    {\"a\": 1}\n", SET, "c.a", "\"x\"", "c: |-\n    {\"a\": \"x\"}\n"),
      DONE("c: |\r\n  {\r\n    \"a\": 1\r\n  }\r\n", SET, "c.b", "2",
           "c: |\r\n  {\r\n    \"a\": 1,\r\n    \"b\": 2\r\n  }\r\n"),
      DONE("c: |\n  {\n  \"a\": {\"ragne\": 1}\n  }\n", RENAME, "c.a.ragne", "range",
           "c: |\n  {\n  \"a\": {\"range\": 1}\n  }\n"),
      DONE("c: |2\n    {\"a\": 1}\n", SET, "c.a", "2", "c: |2\n    {\"a\": 2}\n"),
      DONE("c: |\n  {\n    \"p\": [\n      {\"a\": 1}\n    ]\n  }\n", SET, "c.p[0].b", "\"x\"",
           "c: |\n  {\n    \"p\": [\n      {\"a\": 1, \"b\": \"x\"}\n    ]\n  }\n"),
      DONE("c: |\n  {\"a\": 1,\n   \"x\": 2,\n   \"b\": {\"c\": 1}}\n", MOVE, "c.x", "c.b.x",
           "c: |\n  {\"a\": 1,\n   \"b\": {\"c\": 1, \"x\": 2}}\n"),
  };
  EXPECT_ALL(samples);
}

static void json_in_other_scalars_keeps_their_style(void **state) {
  (void)state;
  static const struct sample samples[] = {
      DONE("c: '{\"a\":1}' # c\n", SET, "c.b", "\"x\"", "c: '{\"a\":1,\"b\":\"x\"}' # c\n"),
      DONE("c: '{\"a\":\"it''s\"}'\n", SET, "c.b", "\"'\"", "c: '{\"a\":\"it''s\",\"b\":\"''\"}'\n"),
      DONE("c: \"{\\\"a\\\": 1}\"\n", SET, "c.b", "\"x\"", "c: \"{\\\"a\\\": 1, \\\"b\\\": \\\"x\\\"}\"\n"),
      DONE("c: \"{\\n  \\\"a\\\": 1\\n}\"\n", SET, "c.b", "2", "c: \"{\\n  \\\"a\\\": 1,\\n  \\\"b\\\": 2\\n}\"\n"),
      DONE("c: \"{\\\"a\\\": 1,\\\n    \\\"b\\\": 2}\"\n", SET, "c.b", "3",
           "c: \"{\\\"a\\\": 1,\\\n    \\\"b\\\": 3}\"\n"),
      DONE("c: >-\n  {\"a\": 1,\n  \"b\": 2}\n", SET, "c.a", "3", "c: >-\n  {\"a\": 3,\n  \"b\": 2}\n"),
      DONE("c: >-\n  {\n    \"a\": 1\n  }\n", SET, "c.b", "3", "c: >-\n  {\n    \"a\": 1,\n    \"b\": 3\n  }\n"),
      DONE("c: '{\n  \"a\": 1,\n  \"b\": 2\n  }'\n", REMOVE, "c.a", NULL, "c: '{\n  \"b\": 2\n  }'\n"),
      DONE("c: &x '{\"a\":1}'\n", SET, "c.a", "2", "c: &x '{\"a\":2}'\n"),
      DONE("c: !!str '{\"a\":1}'\n", SET, "c.a", "2", "c: !!str '{\"a\":2}'\n"),
      KEPT("c: '{\"a\":1,\"a\":2}'\n", REMOVE, "c.a", NULL, "its key appears twice"),
      KEPT("c: 'text'\n", SET, "c.a", "2", "what should contain it has another type"),
      DONE("{\"c\": \"{\\\"a\\\":1}\", # json5\n}\n", SET, "c.a", "2", "{\"c\": \"{\\\"a\\\":2}\", # json5\n}\n"),
  };
  EXPECT_ALL(samples);
}

/* Which of the two a person meant by text without quotes is not clear if YAML reads it as another value. */
static void text_that_yaml_reads_as_another_value_gets_no_quotes(void **state) {
  static const char why[] = "YAML reads its text as another value: quote the one that is meant";
  (void)state;
  static const struct sample samples[] = {
      DONE("a: 5\n", SET, "a", "\"5\"", "a: \"5\"\n"),     DONE("a: true\n", SET, "a", "\"true\"", "a: \"true\"\n"),
      DONE("a: yes\n", SET, "a", "\"no\"", "a: \"no\"\n"), DONE("a: yes\n", SET, "a", "false", "a: false\n"),
      KEPT("a: yes\n", SET, "a", "\"true\"", why),         KEPT("a: 010\n", SET, "a", "\"8\"", why),
      KEPT("{a: 0x10}\n", SET, "a", "\"16\"", why),
  };
  EXPECT_ALL(samples);
}

static void what_is_shared_stays(void **state) {
  (void)state;
  static const struct sample samples[] = {
      KEPT("a: &x {b: 1}\nc: *x\n", SET, "c.b", "2", "it comes from an alias, and may be used elsewhere"),
      KEPT("a: &x {b: 1}\nc: *x\n", SET, "a.b", "2", "its text can't be changed without changing something else"),
      KEPT("a: &x 1\nc: *x\n", REMOVE, "a", NULL, "its text can't be changed without changing something else"),
      DONE("a: &x 1\nc: *x\n", REMOVE, "c", NULL, "a: &x 1\n"),
      DONE("a: &x 1\nc: *x\n", RENAME, "c", "d", "a: &x 1\nd: *x\n"),
      KEPT("a: &x 1\nc: *x\n", SET, "c", "2", "it comes from an alias, and may be used elsewhere"),
      KEPT("a: &x {b: 1}\nc:\n  <<: *x\n  d: 1\n", SET, "c.b", "2", "it may come from a merge key (<<)"),
      DONE("a: &x {b: 1}\nc:\n  <<: *x\n  d: 1\n", SET, "c.d", "2", "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n"),
      KEPT("a: &x '{\"b\":1}'\nc: *x\n", SET, "c.b", "2", "it comes from an alias, and may be used elsewhere"),
  };
  EXPECT_ALL(samples);
}

static void yaml_in_a_string_is_edited(void **state) {
  (void)state;
  static const struct sample samples[] = {
      INSIDE_DONE("raw: |\n  - o:\n      c: '{\"a\":1}' # c\n      d: 1\n", SET, "[0].o.c.b", "2",
                  "raw: |\n  - o:\n      c: '{\"a\":1,\"b\":2}' # c\n      d: 1\n"),
      INSIDE_DONE("raw: |\n  - o:\n      d: 1\n      e: 2\n", REMOVE, "[0].o.d", NULL, "raw: |\n  - o:\n      e: 2\n"),
      INSIDE_KEPT("x: &a |\n  - o: 1\nraw: *a\n", SET, "[0].o", "2",
                  "it comes from an alias, and may be used elsewhere"),
  };
  EXPECT_ALL(samples);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_value_in_a_block_is_replaced_in_its_style),
      cmocka_unit_test(a_member_of_a_block_is_added_behind_the_last_one),
      cmocka_unit_test(a_member_of_a_block_is_removed_with_its_lines),
      cmocka_unit_test(a_key_is_renamed_in_its_style),
      cmocka_unit_test(lists_get_elements_at_their_end),
      cmocka_unit_test(values_move_with_their_text),
      cmocka_unit_test(flow_style_stays_flow_style),
      cmocka_unit_test(json_keeps_its_spacing),
      cmocka_unit_test(json_in_a_literal_keeps_its_lines),
      cmocka_unit_test(json_in_other_scalars_keeps_their_style),
      cmocka_unit_test(text_that_yaml_reads_as_another_value_gets_no_quotes),
      cmocka_unit_test(what_is_shared_stays),
      cmocka_unit_test(yaml_in_a_string_is_edited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
