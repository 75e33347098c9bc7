#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/formats_support.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

static void names_types(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  static const struct {
    const char *text;
    enum dw_json_type type;
    const char *name;
  } table[] = {
      {"null", DW_JSON_NULL, "null"},      {"false", DW_JSON_BOOL, "a boolean"},  {"1", DW_JSON_INTEGER, "an integer"},
      {"1.0", DW_JSON_REAL, "a number"},   {"\"1\"", DW_JSON_STRING, "a string"}, {"[]", DW_JSON_ARRAY, "a list"},
      {"{}", DW_JSON_OBJECT, "an object"},
  };
  for (size_t i = 0; i < LENGTH(table); i++) {
    dw_json *value = parse(arena, table[i].text);
    assert_int_equal(dw_json_type(value), table[i].type);
    assert_string_equal(dw_json_type_name(value), table[i].name);
  }
  assert_int_equal(dw_json_type(NULL), DW_JSON_ABSENT);
  assert_string_equal(dw_json_type_name(NULL), "absent");
}

static void reads_members_and_elements(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  dw_json *value = parse(arena, "{\"s\":\"text\",\"n\":{\"m\":{\"l\":[10,20]}},\"t\":true,\"r\":1.5}");
  int64_t number = 7;
  bool truth = false;
  assert_string_equal(dw_json_get_string(value, "s"), "text");
  assert_null(dw_json_get_string(value, "n"));
  assert_null(dw_json_get(value, "S"));
  const dw_json *list = dw_json_path(value, "n", "m", "l", NULL);
  assert_int_equal(dw_json_size(list), 2);
  assert_true(dw_json_integer(dw_json_at(list, 1), &number));
  assert_int_equal(number, 20);
  assert_null(dw_json_at(list, 2));
  assert_null(dw_json_path(value, "n", "x", "l", NULL));
  assert_true(dw_json_boolean(dw_json_get(value, "t"), &truth));
  assert_true(truth);
  assert_int_equal(dw_json_size(value), 4);
}

static void wrong_types_read_as_nothing_and_leave_the_output_alone(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  static const char *const texts[] = {"null", "1.5", "\"1\"", "[]", "{}", "1e3"};
  for (size_t i = 0; i <= LENGTH(texts); i++) {
    const dw_json *value = i < LENGTH(texts) ? parse(arena, texts[i]) : NULL;
    int64_t number = 7;
    bool truth = true;
    assert_false(dw_json_integer(value, &number));
    assert_false(dw_json_boolean(value, &truth));
    assert_int_equal(number, 7);
    assert_true(truth);
    assert_null(dw_json_get(value, "a"));
    assert_null(dw_json_get_fold(value, "a", NULL));
    assert_null(dw_json_at(value, 0));
    assert_int_equal(dw_json_size(value), 0);
    assert_null(dw_json_first(value).value);
  }
}

static void walks_members_in_document_order(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf seen = DW_BUF_INIT;
  dw_json *value = parse(arena, "{\"z\":1,\"a\":2,\"m\":3,\"b\":null}");
  for (struct dw_json_member it = dw_json_first(value); it.value; it = dw_json_next(value, it))
    dw_buf_puts(&seen, it.key);
  assert_string_equal(dw_buf_text(&seen), "zamb");
}

/* Go's decoder: no regard to case, the last one wins. */
static void folds_keys_as_go_does(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  static const struct {
    const char *text;
    const char *name;
    int64_t value; /* 0: none */
    const char *key;
  } table[] = {
      {"{\"master\":1}", "master", 1, "master"},
      {"{\"MASTER\":1}", "master", 1, "MASTER"},
      {"{\"master\":1,\"Master\":2}", "master", 1, "master"},
      {"{\"Master\":2,\"master\":1}", "master", 1, "master"},
      {"{\"Master\":2,\"MASTER\":1}", "master", 2, "Master"},
      {"{\"ma\xc5\xbfter\":3,\"master\":1}", "master", 3, "ma\xc5\xbfter"},
      {"{\"ma\xc5\xbfter\":3}", "master", 3, "ma\xc5\xbfter"},
      {"{\"lin\xe2\x84\xaaInContainer\":4}", "linkInContainer", 4, "lin\xe2\x84\xaaInContainer"},
      {"{\"m\xc3\xa4ster\":1}", "master", 0, ""},
      {"{\"master \":1}", "master", 0, ""},
      {"{\"maste\":1,\"masters\":1}", "master", 0, ""},
      {"{\"\":5}", "", 5, ""},
  };
  for (size_t i = 0; i < LENGTH(table); i++) {
    const char *key = NULL;
    int64_t number = 0;
    (void)dw_json_integer(dw_json_get_fold(parse(arena, table[i].text), table[i].name, &key), &number);
    assert_int_equal(number, table[i].value);
    if (table[i].value != 0)
      assert_string_equal(key, table[i].key);
    else
      assert_null(key);
  }
}

static void compares_values(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  static const struct {
    const char *a;
    const char *b;
    bool equal;
  } table[] = {
      {"{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}", true},
      {"{\"a\":1}", "{\"a\":1,\"b\":null}", false},
      {"{\"a\":null}", "{\"b\":null}", false},
      {"[1,2]", "[2,1]", false},
      {"[1]", "[1,1]", false},
      {"1", "1.0", false},
      {"1", "\"1\"", false},
      {"\"a\"", "\"A\"", false},
      {"true", "false", false},
      {"null", "null", true},
  };
  for (size_t i = 0; i < LENGTH(table); i++)
    assert_int_equal(dw_json_equal(parse(arena, table[i].a), parse(arena, table[i].b)), table[i].equal);
  assert_true(dw_json_equal(NULL, NULL));
  assert_false(dw_json_equal(NULL, dw_json_new_null()));
  assert_false(dw_json_equal(dw_json_new_null(), NULL));
}

static void tells_where_keys_may_stand_twice(void **state) {
  (void)state;
  static const char *const apart[] = {"1", "[]", "{}", "{\"a\":1,\"b\":{\"a\":1}}", "[{\"a\":1},{\"a\":1}]"};
  static const char *const twice[] = {"{\"a\":1,\"A\":2}", "{\"a\":1,\"a\":2}",
                                      "[0,{\"x\":{\"mask\":1,\"ma\xc5\xbfk\":2}}]",
                                      "{\"a\":{\"b\":[[{\"k\":1,\"\xe2\x84\xaa\":2}]]}}"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < LENGTH(apart); i++)
    assert_false(dw_json_may_repeat(parse(arena, apart[i])));
  for (size_t i = 0; i < LENGTH(twice); i++)
    assert_true(dw_json_may_repeat(parse(arena, twice[i])));
  assert_false(dw_json_may_repeat(NULL));
}

static void writes_reals_that_read_back_the_same(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  static const char *const texts[] = {
      "1.0", "0.1", "-0.0", "1e22", "123456789.12345679", "5e-324", "1.7976931348623157e308"};
  for (size_t i = 0; i < LENGTH(texts); i++) {
    const char *text = dw_json_text(arena, parse(arena, texts[i]));
    assert_true(strtod(text, NULL) == strtod(texts[i], NULL));
    assert_int_equal(dw_json_type(parse(arena, text)), DW_JSON_REAL);
  }
  assert_string_equal(dw_json_text(arena, parse(arena, "0.1")), "0.1");
  assert_string_equal(dw_json_text(arena, NULL), "null");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_types),
      cmocka_unit_test(reads_members_and_elements),
      cmocka_unit_test(wrong_types_read_as_nothing_and_leave_the_output_alone),
      cmocka_unit_test(walks_members_in_document_order),
      cmocka_unit_test(folds_keys_as_go_does),
      cmocka_unit_test(compares_values),
      cmocka_unit_test(tells_where_keys_may_stand_twice),
      cmocka_unit_test(writes_reals_that_read_back_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
