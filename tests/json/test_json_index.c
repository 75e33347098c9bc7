#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "json/formats_support.h"

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

/* Around the sizes at which an object gets an index, or a larger one. */
static const size_t sizes[] = {0, 1, 4, 5, 15, 16, 17, 31, 32, 33, 64, 65, 1000};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void finds_what_was_set_in_objects_of_any_size(void **state) {
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

static void finds_what_was_read_in_objects_of_any_size(void **state) {
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
    /* once more the last key, in place of the closing bracket */
    dw_buf_truncate(&text, text.length - 1);
    dw_buf_printf(&text, ",\"%s\":%zu}", key_of(key, sizes[s] - 1), sizes[s] - 1);
    expect_all(parse(arena, dw_buf_text(&text)), sizes[s]);
    struct dw_error err = DW_ERROR_INIT;
    assert_null(parse_with(arena, dw_buf_text(&text), DW_JSON_UNIQUE_KEYS, &err));
    assert_int_equal(err.code, DW_ERR_DUPLICATE);
  }
}

static void what_was_read_can_be_added_to(void **state) {
  (void)state;
  char key[32];
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  dw_json *object = parse(arena, "{\"key-0\":0,\"key-1\":1,\"key-2\":2,\"key-3\":3,\"key-4\":4}");
  for (size_t i = 5; i < 100; i++)
    assert_int_equal(dw_json_set(arena, object, key_of(key, i), dw_json_new_integer(arena, (int64_t)i)), 0);
  expect_all(object, 100);
}

static void keys_that_begin_alike_or_hold_each_other_are_apart(void **state) {
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_what_was_set_in_objects_of_any_size),
      cmocka_unit_test(finds_what_was_read_in_objects_of_any_size),
      cmocka_unit_test(what_was_read_can_be_added_to),
      cmocka_unit_test(keys_that_begin_alike_or_hold_each_other_are_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
