#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/edit.h"
#include "json/json_support.h"

static void expect(const struct dw_edits *edits, size_t index, enum dw_edit_kind kind, const char *field,
                   const char *value) {
  assert_true(index < edits->count);
  const struct dw_edit *edit = &edits->items[index];
  assert_int_equal(edit->kind, kind);
  assert_string_equal(edit->field, field);
  if (value == NULL)
    assert_null(edit->value);
  else
    assert_string_equal(edit->value, value);
}

static void each_kind_has_its_value(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_edits edits = dw_edit_set(arena, "a", "[1]");
  expect(&edits, 0, DW_EDIT_SET, "a", "[1]");
  edits = dw_edit_set_text(arena, "a", "say \"no\"\n");
  expect(&edits, 0, DW_EDIT_SET, "a", "\"say \\\"no\\\"\\n\"");
  edits = dw_edit_set_integer(arena, "a", INT64_MIN);
  expect(&edits, 0, DW_EDIT_SET, "a", "-9223372036854775808");
  edits = dw_edit_remove(arena, "a[0]");
  expect(&edits, 0, DW_EDIT_REMOVE, "a[0]", NULL);
  edits = dw_edit_rename(arena, "a.b", "c");
  expect(&edits, 0, DW_EDIT_RENAME, "a.b", "c");
  edits = dw_edit_move(arena, "a.b", "c.b");
  expect(&edits, 0, DW_EDIT_MOVE, "a.b", "c.b");
  edits = dw_edit_append(arena, "a", "{}");
  expect(&edits, 0, DW_EDIT_APPEND, "a", "{}");
}

static void a_text_is_appended_to_a_list_or_becomes_one(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_edits edits = dw_edit_append_text(arena, "a", NULL, "x");
  expect(&edits, 0, DW_EDIT_APPEND, "a", "\"x\"");
  edits = dw_edit_append_text(arena, "a", parse(arena, "[]"), "x");
  expect(&edits, 0, DW_EDIT_APPEND, "a", "\"x\"");
  edits = dw_edit_append_text(arena, "a", parse(arena, "null"), "x");
  expect(&edits, 0, DW_EDIT_SET, "a", "[\"x\"]");
}

static void only_certain_words_are_a_removal(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_edits edits = dw_edit_by_words(arena, "a", "remove it");
  expect(&edits, 0, DW_EDIT_REMOVE, "a", NULL);
  assert_int_equal(dw_edit_by_words(arena, "a", "correct it, or remove it").count, 0);
  assert_int_equal(dw_edit_by_words(arena, "a", "remove it, and set b").count, 0);
  assert_int_equal(dw_edit_by_words(arena, "a", NULL).count, 0);
}

static void edits_are_joined_in_order(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_edits none = {NULL, 0};
  struct dw_edits edits = dw_edits_join(arena, none, dw_edit_remove(arena, "a"));
  edits = dw_edits_join(arena, edits, none);
  edits = dw_edits_join(arena, edits, dw_edits_join(arena, dw_edit_remove(arena, "b"), dw_edit_remove(arena, "c")));
  assert_int_equal(edits.count, 3);
  expect(&edits, 0, DW_EDIT_REMOVE, "a", NULL);
  expect(&edits, 1, DW_EDIT_REMOVE, "b", NULL);
  expect(&edits, 2, DW_EDIT_REMOVE, "c", NULL);
  assert_int_equal(dw_edits_join(arena, none, none).count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_kind_has_its_value),
      cmocka_unit_test(a_text_is_appended_to_a_list_or_becomes_one),
      cmocka_unit_test(only_certain_words_are_a_removal),
      cmocka_unit_test(edits_are_joined_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
