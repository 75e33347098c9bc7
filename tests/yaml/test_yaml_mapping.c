#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json_support.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

static void keys_become_text(void **state) {
  (void)state;
  static const struct {
    const char *key;
    const char *text;
  } table[] = {
      {"a", "a"},
      {"\"1\"", "1"},
      {"1", "1"},
      {"0x10", "16"},
      {"-5", "-5"},
      {"yes", "true"},
      {"Off", "false"},
      {"1.5", "1.5"},
      {"1.0", "1"},
      {"0.25", "0.25"},
      {"0.00001", "1e-05"},
      {"0.0001", "0.0001"},
      {"123456.5", "123456.5"},
      {"-0.1", "-0.1"},
      {"1e30", "1e+30"},
      {"2001-01-01", "2001-01-01"},
      {"? long\n", "long"},
      {"!!str 1", "1"},
      {"\"<<\"", "<<"},
      {"\"\"", ""},
  };
  for (size_t i = 0; i < LENGTH(table); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    struct dw_yaml_doc *doc = NULL;
    struct dw_error err = DW_ERROR_INIT;
    dw_buf_printf(&text, "%s: {v: 7}\n", table[i].key);
    if (parse_yaml(arena, dw_buf_text(&text), &doc, &err) < 0)
      fail_msg("%s: %s", table[i].key, err.text);
    assert_string_equal(dw_json_first(doc->root).key, table[i].text);
  }
}

struct broken {
  const char *text;
  enum dw_error_code code;
  int line;
  int column;
  const char *says;
};

static void expect_errors(const struct broken *table, size_t count) {
  for (size_t i = 0; i < count; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_yaml_doc *doc = NULL;
    struct dw_error err = DW_ERROR_INIT;
    if (parse_yaml(arena, table[i].text, &doc, &err) == 0)
      fail_msg("%s was read", table[i].text);
    if (err.code != table[i].code || err.line != table[i].line || err.column != table[i].column ||
        !strstr(err.text, table[i].says))
      fail_msg("%s: code %d at %d:%d: %s", table[i].text, (int)err.code, err.line, err.column, err.text);
  }
}

static void rejects_keys_that_json_can_not_represent(void **state) {
  (void)state;
  static const struct broken table[] = {
      {"a: 1\n~: 2\n", DW_ERR_INVALID, 2, 1, "null can't be a key"},
      {"? !!null\n: 2\n", DW_ERR_INVALID, 1, 3, "null can't be a key"},
      {"? [a]\n: 1\n", DW_ERR_INVALID, 1, 3, "a list can't be a key"},
      {"a: {{ .Values.x }}\n", DW_ERR_INVALID, 1, 5, "an object can't be a key"},
      {".inf: 1\n", DW_ERR_INVALID, 1, 1, "infinity"},
      {"\"a\\0\": 1\n", DW_ERR_INVALID, 1, 1, "NUL"},
  };
  expect_errors(table, LENGTH(table));
}

static void rejects_duplicate_keys_and_names_both_lines(void **state) {
  (void)state;
  static const struct broken table[] = {
      {"a: 1\nb: 2\na: 3\n", DW_ERR_DUPLICATE, 3, 1, "line 1"},
      {"x:\n- b:\n    c: 1\n    d: 2\n    c: 3\n", DW_ERR_DUPLICATE, 5, 5,
       "\"c\" appears twice in the same object, first on line 3"},
      {"a: 1\n\"a\": 2\n", DW_ERR_DUPLICATE, 2, 1, "line 1"},
      {"1: a\n\"1\": b\n", DW_ERR_DUPLICATE, 2, 1, "line 1"},
      {"yes: a\n\"true\": b\n", DW_ERR_DUPLICATE, 2, 1, "line 1"},
      {"a: {k: 1, k: 1}\n", DW_ERR_DUPLICATE, 1, 11, "line 1"},
      {"<<: {a: 1}\na: 2\na: 3\n", DW_ERR_DUPLICATE, 3, 1, "line 2"},
      {"a: 1\n<<: {a: 2}\na: 3\n", DW_ERR_DUPLICATE, 3, 1, "twice"},
  };
  expect_errors(table, LENGTH(table));
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  assert_int_equal(parse_yaml(arena, "a: {a: 1}\nA: [{a: 1}, {a: 2}]\n---\na: 1\n", &doc, NULL), 0);
}

/* Like goyaml.v2: later members win, and in a list of objects the earlier ones. */
static void merges_objects_like_goyaml(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *json;
  } table[] = {
      {"{<<: &x {a: 1, b: 2}, c: 3, d: 4}", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}"},
      {"<<: {a: 1, b: 2}\na: 9\n", "{\"a\":9,\"b\":2}"},
      {"a: 9\n<<: {a: 1, b: 2}\n", "{\"a\":1,\"b\":2}"},
      {"<<: [{a: 1}, {a: 2, b: 2}]\n", "{\"a\":1,\"b\":2}"},
      {"<<: {a: 1}\n<<: {a: 2}\n", "{\"a\":2}"},
      {"<<: []\n", "{}"},
      {"<<: {}\n", "{}"},
      {"!!merge <<: {a: 1}\n", "{\"a\":1}"},
      {"\"<<\": {a: 1}\n", "{\"<<\":{\"a\":1}}"},
      {"[&x {a: {k: 1}}, {<<: *x, b: 1}, {<<: [*x, {c: 1}]}, {<<: *x, a: 0}]",
       "[{\"a\":{\"k\":1}},{\"a\":{\"k\":1},\"b\":1},{\"a\":{\"k\":1},\"c\":1},{\"a\":0}]"},
      {"[&x {a: 1}, &y {<<: *x, a: 2}, {<<: *y}]", "[{\"a\":1},{\"a\":2},{\"a\":2}]"},
  };
  for (size_t i = 0; i < LENGTH(table); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_yaml_doc *doc = NULL;
    struct dw_error err = DW_ERROR_INIT;
    if (parse_yaml(arena, table[i].text, &doc, &err) < 0)
      fail_msg("%s: %s", table[i].text, err.text);
    if (!same_json(dw_json_text(arena, doc->root), table[i].json))
      fail_msg("%s became %s", table[i].text, dw_json_text(arena, doc->root));
  }
}

static void rejects_merging_values_that_are_not_objects(void **state) {
  (void)state;
  static const struct broken table[] = {
      {"<<: 5\n", DW_ERR_INVALID, 1, 5, "<< must be"},
      {"<<:\n", DW_ERR_INVALID, 1, 4, "<< must be"},
      {"<<: [{a: 1}, 5]\n", DW_ERR_INVALID, 1, 5, "<< must be"},
      {"<<: [[{a: 1}]]\n", DW_ERR_INVALID, 1, 5, "<< must be"},
      {"x: &x [{a: 1}]\n<<: *x\n", DW_ERR_INVALID, 2, 5, "<< must be"},
  };
  expect_errors(table, LENGTH(table));
}

/* A chain of merges_objects_like_goyaml is not nesting, and the copied members are counted. */
static void long_chains_of_merges_are_limited(void **state) {
  (void)state;
  for (int links = 300; links <= 3000; links += 2700) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    struct dw_yaml_doc *doc = NULL;
    struct dw_error err = DW_ERROR_INIT;
    dw_buf_puts(&text, "- &a0 {k: [1]}\n");
    for (int i = 1; i <= links; i++)
      dw_buf_printf(&text, "- &a%d {<<: *a%d, k%d: [1]}\n", i, i - 1, i);
    int result = parse_yaml(arena, dw_buf_text(&text), &doc, &err);
    assert_int_equal(result, links == 300 ? 0 : -1);
    assert_int_equal(err.code, links == 300 ? DW_ERR_OTHER : DW_ERR_MEMORY);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys_become_text),
      cmocka_unit_test(rejects_keys_that_json_can_not_represent),
      cmocka_unit_test(rejects_duplicate_keys_and_names_both_lines),
      cmocka_unit_test(merges_objects_like_goyaml),
      cmocka_unit_test(rejects_merging_values_that_are_not_objects),
      cmocka_unit_test(long_chains_of_merges_are_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
