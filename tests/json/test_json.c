#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "json/json_support.h"

/* --- making --- */

static void makes_values(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  dw_json *object = dw_json_new_object(arena);
  dw_json *list = dw_json_new_array(arena);
  assert_int_equal(dw_json_append(arena, list, dw_json_new_integer(arena, -5)), 0);
  assert_int_equal(dw_json_append(arena, list, dw_json_new_real(arena, 0.1)), 0);
  assert_int_equal(dw_json_append(arena, list, dw_json_new_bool(true)), 0);
  assert_int_equal(dw_json_append(arena, list, dw_json_new_null()), 0);
  assert_int_equal(dw_json_set(arena, object, "a", dw_json_new_string(arena, "xyz", 2)), 0);
  assert_int_equal(dw_json_set(arena, object, "b", list), 0);
  assert_int_equal(dw_json_set(arena, object, "a", dw_json_new_integer(arena, 1)), 0);
  assert_string_equal(dw_json_text(arena, object), "{\"a\":1,\"b\":[-5,0.1,true,null]}");
}

static void making_stops_at_the_limit(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(4096);
  dw_json *list = dw_json_new_array(arena);
  assert_non_null(list);
  int made = 0;
  for (dw_json *value; (value = dw_json_new_integer(arena, made)) && dw_json_append(arena, list, value) == 0;)
    made++;
  assert_in_range(made, 10, 200);
  assert_null(dw_json_new_object(arena));
  assert_null(dw_json_new_string(arena, "x", 1));
  assert_int_equal(dw_json_append(arena, list, dw_json_new_null()), -1);
}

static void a_copy_with_one_member_set_does_not_change_the_object(void **state) {
  (void)state;
  static const char text[] = "{\"a\":1,\"b\":{\"c\":2},\"d\":3}";
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *object = dw_json_parse(arena, text, sizeof text - 1, DW_JSON_PLAIN, NULL);
  const dw_json *value = dw_json_new_integer(arena, 9);
  assert_string_equal(dw_json_text(arena, dw_json_with(arena, object, "b", value)), "{\"a\":1,\"b\":9,\"d\":3}");
  assert_string_equal(dw_json_text(arena, dw_json_with(arena, object, "e", value)),
                      "{\"a\":1,\"b\":{\"c\":2},\"d\":3,\"e\":9}");
  assert_string_equal(dw_json_text(arena, dw_json_with(arena, NULL, "e", value)), "{\"e\":9}");
  assert_string_equal(dw_json_text(arena, object), text);
}

/* --- members by key --- */

static const char *key_of(char out[32], size_t i) {
  snprintf(out, 32, "key-%zu", i);
  return out;
}

static void expect_all(const dw_json *object, size_t count) {
  char key[32];
  int64_t number = -1;
  assert_int_equal(dw_json_size(object), count);
  for (size_t i = 0; i < count; i++) {
    assert_true(dw_json_integer(dw_json_get(object, key_of(key, i)), &number));
    assert_int_equal(number, i);
  }
  assert_null(dw_json_get(object, key_of(key, count)));
  size_t place = 0;
  for (struct dw_json_member m = dw_json_first(object); m.value; m = dw_json_next(object, m))
    assert_string_equal(m.key, key_of(key, place++));
  assert_int_equal(place, count);
}

/* Sizes just below and above those at which an object gets an index or a larger one. */
static const size_t sizes[] = {0, 1, 4, 5, 15, 16, 17, 31, 32, 33, 64, 65, 1000};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void finds_set_members_in_objects_of_any_size(void **state) {
  (void)state;
  char key[32];
  for (size_t s = 0; s < SIZES; s++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    dw_json *object = dw_json_new_object(arena);
    for (size_t i = 0; i < sizes[s]; i++)
      assert_int_equal(dw_json_set(arena, object, key_of(key, i), dw_json_new_integer(arena, -1)), 0);
    for (size_t i = 0; i < sizes[s]; i++)
      assert_int_equal(dw_json_set(arena, object, key_of(key, i), dw_json_new_integer(arena, (int64_t)i)), 0);
    expect_all(object, sizes[s]);
  }
}

static void finds_parsed_members_in_objects_of_any_size(void **state) {
  (void)state;
  char key[32];
  for (size_t s = 0; s < SIZES; s++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    for (size_t i = 0; i < sizes[s]; i++)
      dw_buf_printf(&text, "%s\"%s\":%zu", i == 0 ? "{" : ",", key_of(key, i), i);
    dw_buf_puts(&text, sizes[s] == 0 ? "{}" : "}");
    dw_json *object = parse(arena, dw_buf_text(&text));
    expect_all(object, sizes[s]);
    assert_true(dw_json_equal(object, parse(arena, dw_json_text(arena, object))));
    if (sizes[s] == 0)
      continue;
    /* the last key again, instead of the closing bracket */
    dw_buf_truncate(&text, text.length - 1);
    dw_buf_printf(&text, ",\"%s\":%zu}", key_of(key, sizes[s] - 1), sizes[s] - 1);
    expect_all(parse(arena, dw_buf_text(&text)), sizes[s]);
    struct dw_error err = DW_ERROR_INIT;
    assert_null(parse_with(arena, dw_buf_text(&text), DW_JSON_UNIQUE_KEYS, &err));
    assert_int_equal(err.code, DW_ERR_DUPLICATE);
  }
}

static void members_can_be_added_to_a_parsed_object(void **state) {
  (void)state;
  char key[32];
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  dw_json *object = parse(arena, "{\"key-0\":0,\"key-1\":1,\"key-2\":2,\"key-3\":3,\"key-4\":4}");
  for (size_t i = 5; i < 100; i++)
    assert_int_equal(dw_json_set(arena, object, key_of(key, i), dw_json_new_integer(arena, (int64_t)i)), 0);
  expect_all(object, 100);
}

static void similar_keys_are_distinguished(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  char *many = repeated("a", 40);
  for (size_t length = 0; length < 40; length++)
    dw_buf_printf(&text, "%s\"%.*s\":%zu", length == 0 ? "{" : ",", (int)length, many, length);
  dw_buf_puts(&text, "}");
  dw_json *object = parse_with(arena, dw_buf_text(&text), DW_JSON_UNIQUE_KEYS, NULL);
  assert_int_equal(dw_json_size(object), 40);
  for (size_t length = 0; length < 40; length++) {
    int64_t number = -1;
    many[length] = '\0';
    assert_true(dw_json_integer(dw_json_get(object, many), &number));
    assert_int_equal(number, length);
    many[length] = 'a';
  }
  free(many);
}

/* --- reading --- */

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

static void types_have_names(void **state) {
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

static void wrong_types_read_as_absent_and_do_not_change_the_output(void **state) {
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

/* Like Go's decoder: keys are matched ignoring case, and the last one is used. */
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

static void reports_whether_keys_may_be_repeated(void **state) {
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
      cmocka_unit_test(makes_values),
      cmocka_unit_test(making_stops_at_the_limit),
      cmocka_unit_test(a_copy_with_one_member_set_does_not_change_the_object),
      cmocka_unit_test(finds_set_members_in_objects_of_any_size),
      cmocka_unit_test(finds_parsed_members_in_objects_of_any_size),
      cmocka_unit_test(members_can_be_added_to_a_parsed_object),
      cmocka_unit_test(similar_keys_are_distinguished),
      cmocka_unit_test(types_have_names),
      cmocka_unit_test(reads_members_and_elements),
      cmocka_unit_test(wrong_types_read_as_absent_and_do_not_change_the_output),
      cmocka_unit_test(walks_members_in_document_order),
      cmocka_unit_test(folds_keys_as_go_does),
      cmocka_unit_test(compares_values),
      cmocka_unit_test(reports_whether_keys_may_be_repeated),
      cmocka_unit_test(writes_reals_that_read_back_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
