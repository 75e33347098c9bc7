#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "yaml/yaml_comments.h"

/* "LINE:COLUMN+WIDTH -> TARGET TEXT\n" for each comment that begins with "x:". */
static void expect_in(const char *text, size_t length, const char *expected) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_yaml_comment *comments = NULL;
  size_t count = dw_yaml_comments(dw_yaml_source_new(arena, text, length), "x:", &comments);
  for (size_t i = 0; i < count; i++)
    dw_buf_printf(&out, "%d:%d+%d -> %d %s\n", comments[i].place.line, comments[i].place.column,
                  comments[i].place.width, comments[i].target, comments[i].text);
  assert_string_equal(dw_buf_text(&out), expected);
}

static void expect(const char *text, const char *expected) {
  expect_in(text, strlen(text), expected);
}

static void a_comment_after_a_value_is_about_its_line(void **state) {
  (void)state;
  expect("a: 1 # x: y\nb: 2\n", "1:6+6 -> 1 x: y\n");
  expect("a: 1\t#x: y  \nb: 2", "1:6+5 -> 1 x: y\n");
  expect("- a # x: 1\n- b # x: 2\n", "1:5+6 -> 1 x: 1\n2:5+6 -> 2 x: 2\n");
  expect("{a: 1, # x: 1\n b: 2} # x: 2", "1:8+6 -> 1 x: 1\n2:8+6 -> 2 x: 2\n");
}

static void a_comment_on_its_own_line_is_about_the_next_content(void **state) {
  (void)state;
  expect("# x: y\na: 1\n", "1:1+6 -> 2 x: y\n");
  expect("a:\n  # x: 1\n  # other\n\n  # x: 2\n  b: 1\n", "2:3+6 -> 6 x: 1\n5:3+6 -> 6 x: 2\n");
  expect("a: 1\n# x: y\n", "2:1+6 -> 0 x: y\n");
  expect("a: 1\n# x: y", "2:1+6 -> 0 x: y\n");
  expect("\xEF\xBB\xBF# x: y\na: 1\n", "1:1+6 -> 2 x: y\n");
  expect("# x: y\r\na: 1\r\n", "1:1+6 -> 2 x: y\n");
}

static void a_document_ends_what_a_comment_is_about(void **state) {
  (void)state;
  expect("# x: y\n---\na: 1\n", "1:1+6 -> 3 x: y\n");
  expect("# x: y\n--- # other\n\na: 1\n", "1:1+6 -> 4 x: y\n");
  expect("--- # x: y\na: 1\n", "1:5+6 -> 2 x: y\n");
  expect("a: 1\n--- # x: y\nb: 1\n", "2:5+6 -> 3 x: y\n");
  expect("a: 1\n# x: y\n---\nb: 1\n", "2:1+6 -> 0 x: y\n");
  expect("a: 1\n---\n# x: y\nb: 1\n", "3:1+6 -> 4 x: y\n");
  expect("---x: 1\n# x: y\n---a: 1\n", "2:1+6 -> 3 x: y\n"); /* keys that begin with dashes */
}

static void a_number_sign_inside_a_scalar_begins_no_comment(void **state) {
  (void)state;
  expect("a: 'b # x: 1'\n", "");
  expect("a: \"b # x: 1\"\n", "");
  expect("a: \"b\n  # x: 1\"\nb: 1 # x: 2\n", "3:6+6 -> 3 x: 2\n");
  expect("a: b# x: 1\n", "");
  expect("a: |\n  b # x: 1\n  # x: 2\n# x: 3\nc: 1\n", "4:1+6 -> 5 x: 3\n");
  expect("a: >-\n\n  # x: 1\n\nc: 1 # x: 2\n", "5:6+6 -> 5 x: 2\n");
  expect("{\"a\": \"# x: 1\"}", "");
  expect("'# x: 1': 2\n", "");
}

static void a_comment_may_follow_the_header_of_a_block_scalar(void **state) {
  (void)state;
  expect("a: | # x: 1\n  # x: 2\n", "1:6+6 -> 1 x: 1\n");
  expect("a: >2- # x: 1\n  b\n", "1:8+6 -> 1 x: 1\n");
}

static void only_comments_with_the_word_count(void **state) {
  (void)state;
  expect("# y: x:\n#y x: 1\n## x: 1\n#  x: 2\na: 1\n", "4:1+7 -> 5 x: 2\n");
  expect("# xx:\na: x:\n", "");
  expect("", "");
}

static void columns_and_widths_count_characters(void **state) {
  (void)state;
  expect("\xC3\xA4: \xC3\xA4 # x: \xC3\xB6\na: 1\n", "1:6+6 -> 1 x: \xC3\xB6\n");
  expect("a: \"\xE2\x80\xA8\" # x: 1\nb: 1 # x: 2\n", "1:8+6 -> 1 x: 1\n2:6+6 -> 2 x: 2\n"); /* a line end to libyaml */
}

static void comments_before_a_mistake_are_found(void **state) {
  (void)state;
  expect("a: 1 # x: 1\nb: @ # x: 2\n", "1:6+6 -> 1 x: 1\n");
  expect_in("\xFF\xFE#\0 \0x\0:\0", 10, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_comment_after_a_value_is_about_its_line),
      cmocka_unit_test(a_comment_on_its_own_line_is_about_the_next_content),
      cmocka_unit_test(a_document_ends_what_a_comment_is_about),
      cmocka_unit_test(a_number_sign_inside_a_scalar_begins_no_comment),
      cmocka_unit_test(a_comment_may_follow_the_header_of_a_block_scalar),
      cmocka_unit_test(only_comments_with_the_word_count),
      cmocka_unit_test(columns_and_widths_count_characters),
      cmocka_unit_test(comments_before_a_mistake_are_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
