#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "json/json_support.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

struct expected {
  const char *path;
  bool found;
  int key_line;
  int key_column;
  int line;
  int column;
};

static void expect_places(const struct dw_yaml_doc *doc, const struct expected *table, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int key_line = 0;
    int key_column = 0;
    int line = 0;
    int column = 0;
    bool found = dw_yaml_locate(doc, table[i].path, true, &key_line, &key_column);
    assert_int_equal(found, dw_yaml_locate(doc, table[i].path, false, &line, &column));
    if (found != table[i].found || key_line != table[i].key_line || key_column != table[i].key_column ||
        line != table[i].line || column != table[i].column)
      fail_msg("%s: %d, key %d:%d, value %d:%d", table[i].path, found, key_line, key_column, line, column);
  }
}

static void finds_places_in_yaml(void **state) {
  (void)state;
  static const char text[] = "# a policy\n"
                             "kind: Policy\n"
                             "metadata:\n"
                             "  annotations: {a.b/c: 1, \"x[0]\": 2}\n"
                             "items:\n"
                             "- name: &n one\n"
                             "- {name: *n, list: [1, 22, 333]}\n"
                             "base: &base\n"
                             "  k: 1\n"
                             "  l: 2\n"
                             "derived:\n"
                             "  <<: *base\n"
                             "  l: 3\n"
                             "copy: *base\n"
                             "empty:\n";
  static const struct expected table[] = {
      {"", true, 2, 1, 2, 1},
      {"kind", true, 2, 1, 2, 7},
      {"kind.deeper", false, 2, 1, 2, 7},
      {"Kind", false, 2, 1, 2, 1},
      {"metadata.annotations[a.b/c]", true, 4, 17, 4, 24},
      {"metadata.annotations[x[0]]", true, 4, 27, 4, 35},
      {"metadata.annotations[none]", false, 4, 3, 4, 16},
      {"items", true, 5, 1, 6, 1},
      {"items[0]", true, 6, 3, 6, 3},
      {"items[0].name", true, 6, 3, 6, 9},
      {"items[1].name", true, 7, 4, 7, 10},
      {"items[1].list[2]", true, 7, 28, 7, 28},
      {"items[1].list[3]", false, 7, 14, 7, 20},
      {"items[1].list.name", false, 7, 14, 7, 20},
      {"items[2].name", false, 5, 1, 6, 1},
      {"derived.k", true, 9, 3, 9, 6},
      {"derived.l", true, 13, 3, 13, 6},
      {"copy", true, 14, 1, 14, 7},
      {"copy.l", true, 10, 3, 10, 6},
      {"empty", true, 15, 1, 15, 7},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  assert_int_equal(parse_yaml(arena, text, &doc, NULL), 0);
  expect_places(doc, table, LENGTH(table));
}

static void finds_places_in_every_document(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  static const struct expected first = {"a.b", true, 1, 5, 1, 8};
  static const struct expected second = {"a.b", true, 4, 3, 4, 6};
  assert_int_equal(parse_yaml(arena, "a: {b: 1}\n---\na:\n  b: 2\n", &doc, NULL), 0);
  expect_places(doc, &first, 1);
  expect_places(doc->next, &second, 1);
  assert_int_equal(doc->next->line, 3);
  assert_null(doc->next->next);
}

static void finds_places_in_json(void **state) {
  (void)state;
  static const char text[] = "{\n\t\"kind\": \"Policy\",\n\t\"items\": [{\"a.b/c\": 1}, 22]\n}\n\n {\"k\":\n1}";
  static const struct expected first[] = {
      {"", true, 1, 1, 1, 1},
      {"kind", true, 2, 2, 2, 10},
      {"kind.deeper", false, 2, 2, 2, 10},
      {"items[0][a.b/c]", true, 3, 13, 3, 22},
      {"items[0].none.x", false, 3, 12, 3, 12},
      {"items[1]", true, 3, 26, 3, 26},
      {"items[2]", false, 3, 2, 3, 11},
      {"none[0].x", false, 1, 1, 1, 1},
  };
  static const struct expected second[] = {{"", true, 6, 2, 6, 2}, {"k", true, 6, 3, 7, 1}};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  assert_int_equal(parse_yaml(arena, text, &doc, NULL), 0);
  expect_places(doc, first, LENGTH(first));
  assert_int_equal(doc->next->line, 6);
  expect_places(doc->next, second, LENGTH(second));
}

static void finds_places_among_thousands_of_containers(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  struct dw_yaml_doc *doc = NULL;
  for (int i = 0; i < 5000; i++)
    dw_buf_printf(&text, "- a: {b: %d}\n", i);
  assert_int_equal(parse_yaml(arena, dw_buf_text(&text), &doc, NULL), 0);
  for (int i = 0; i < 5000; i += 7) {
    int line = 0;
    int column = 0;
    char path[32];
    snprintf(path, sizeof path, "[%d].a.b", i);
    assert_true(dw_yaml_locate(doc, path, false, &line, &column));
    assert_int_equal(line, i + 1);
    assert_int_equal(column, 10);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_places_in_yaml),
      cmocka_unit_test(finds_places_in_every_document),
      cmocka_unit_test(finds_places_in_json),
      cmocka_unit_test(finds_places_among_thousands_of_containers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
