#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/formats_support.h"

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

static void a_copy_with_one_member_set_leaves_the_object_alone(void **state) {
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(makes_values),
      cmocka_unit_test(making_stops_at_the_limit),
      cmocka_unit_test(a_copy_with_one_member_set_leaves_the_object_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
