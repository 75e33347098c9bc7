#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"

static void set_clears_the_old_place(void **state) {
  (void)state;
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_error_at(&err, DW_ERR_SYNTAX, 3, 14, "unexpected '%c'", '}'), -1);
  assert_int_equal(dw_error_in_file(&err, "policy.yaml"), -1);
  assert_int_equal(err.code, DW_ERR_SYNTAX);
  assert_int_equal(err.line, 3);
  assert_int_equal(err.column, 14);
  assert_string_equal(err.text, "unexpected '}'");
  assert_int_equal(dw_error_set(&err, DW_ERR_IO, "cannot open"), -1);
  assert_int_equal(err.code, DW_ERR_IO);
  assert_int_equal(err.line, 0);
  assert_int_equal(err.column, 0);
  assert_string_equal(err.file, "");
  assert_string_equal(err.text, "cannot open");
}

static void the_error_may_be_null(void **state) {
  (void)state;
  assert_int_equal(dw_error_set(NULL, DW_ERR_IO, "x"), -1);
  assert_int_equal(dw_error_at(NULL, DW_ERR_IO, 1, 1, "x"), -1);
  assert_int_equal(dw_error_wrap(NULL, "x"), -1);
  assert_int_equal(dw_error_in_file(NULL, "x"), -1);
}

static void wrap_puts_the_context_before_and_keeps_the_place(void **state) {
  (void)state;
  struct dw_error err = DW_ERROR_INIT;
  dw_error_at(&err, DW_ERR_INVALID, 7, 2, "no such rule");
  assert_int_equal(dw_error_wrap(&err, "rules.%s", "gateway"), -1);
  assert_string_equal(err.text, "rules.gateway: no such rule");
  assert_int_equal(err.code, DW_ERR_INVALID);
  assert_int_equal(err.line, 7);
  dw_error_set(&err, DW_ERR_INVALID, "again: %s", err.text);
  assert_string_equal(err.text, "again: rules.gateway: no such rule");
}

static void the_innermost_file_is_named(void **state) {
  (void)state;
  struct dw_error err = DW_ERROR_INIT;
  dw_error_at(&err, DW_ERR_SYNTAX, 1, 1, "x");
  dw_error_in_file(&err, "inner.yaml");
  dw_error_in_file(&err, "outer.yaml");
  assert_string_equal(err.file, "inner.yaml");
}

static void a_long_path_keeps_its_end(void **state) {
  (void)state;
  struct dw_error err = DW_ERROR_INIT;
  char path[400];
  memset(path, 'd', sizeof path);
  memcpy(path + sizeof path - 10, "/nad.yaml", 10);
  dw_error_in_file(&err, path);
  assert_int_equal(strlen(err.file), sizeof err.file - 1);
  assert_memory_equal(err.file, "...d", 4);
  assert_string_equal(err.file + strlen(err.file) - 9, "/nad.yaml");

  struct dw_error fitting = DW_ERROR_INIT;
  path[sizeof fitting.file - 1] = '\0';
  dw_error_in_file(&fitting, path);
  assert_string_equal(fitting.file, path);
}

static void format_prints_the_parts_that_are_known(void **state) {
  (void)state;
  static const struct {
    const char *file;
    int line;
    int column;
    const char *text;
  } cases[] = {
      {"a.yaml", 3, 9, "a.yaml:3:9: broken"},
      {"a.yaml", 3, 0, "a.yaml:3: broken"},
      {"a.yaml", 0, 0, "a.yaml: broken"},
      {"a.yaml", 0, 9, "a.yaml: broken"},
      {"", 3, 9, "3:9: broken"},
      {"", 0, 0, "broken"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct dw_error err = DW_ERROR_INIT;
    char out[100];
    dw_error_at(&err, DW_ERR_SYNTAX, cases[i].line, cases[i].column, "broken");
    dw_error_in_file(&err, cases[i].file);
    assert_string_equal(dw_error_format(&err, out, sizeof out), cases[i].text);
  }
}

static void format_truncates_to_the_size(void **state) {
  (void)state;
  struct dw_error err = DW_ERROR_INIT;
  char out[8] = "1234567";
  dw_error_set(&err, DW_ERR_OTHER, "abcdefghij");
  assert_string_equal(dw_error_format(&err, out, 5), "abcd");
  assert_string_equal(out + 5, "67");
  assert_ptr_equal(dw_error_format(&err, out, 0), out);
  assert_string_equal(out, "abcd");
}

static void quoted_input_cannot_break_the_line(void **state) {
  (void)state;
  struct dw_error err = DW_ERROR_INIT;
  dw_error_set(&err, DW_ERR_INVALID, "unknown key \"%s\"", "a\nb\tc\x1b[2J\x7f");
  assert_string_equal(err.text, "unknown key \"a b c [2J \"");
  dw_error_wrap(&err, "x%sy", "\n");
  assert_null(strchr(err.text, '\n'));
  dw_error_in_file(&err, "a\nb");
  assert_string_equal(err.file, "a b");
}

/* FILL bytes, followed by one character. */
static size_t length_with(size_t fill, const char *character) {
  struct dw_error err = DW_ERROR_INIT;
  char filler[600];
  memset(filler, 'x', fill);
  filler[fill] = '\0';
  dw_error_set(&err, DW_ERR_OTHER, "%s%s", filler, character);
  assert_true(strlen(err.text) < sizeof err.text);
  return strlen(err.text);
}

static void truncating_never_splits_a_character(void **state) {
  (void)state;
  assert_int_equal(length_with(509, "\xC3\xA9"), 511);
  assert_int_equal(length_with(510, "\xC3\xA9"), 510);
  assert_int_equal(length_with(511, "\xC3\xA9"), 511);
  assert_int_equal(length_with(508, "\xE2\x82\xAC"), 511);
  assert_int_equal(length_with(509, "\xE2\x82\xAC"), 509);
  assert_int_equal(length_with(510, "\xE2\x82\xAC"), 510);
  assert_int_equal(length_with(507, "\xF0\x9F\x90\x84"), 511);
  assert_int_equal(length_with(508, "\xF0\x9F\x90\x84"), 508);
  assert_int_equal(length_with(599, ""), 511);

  struct dw_error err = DW_ERROR_INIT;
  dw_error_set(&err, DW_ERR_OTHER, "%0508d\xC3\xA9", 0);
  dw_error_wrap(&err, "%s", ""); /* two more bytes in front of it split the character */
  assert_int_equal(strlen(err.text), 510);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(set_clears_the_old_place),
      cmocka_unit_test(the_error_may_be_null),
      cmocka_unit_test(wrap_puts_the_context_before_and_keeps_the_place),
      cmocka_unit_test(the_innermost_file_is_named),
      cmocka_unit_test(a_long_path_keeps_its_end),
      cmocka_unit_test(format_prints_the_parts_that_are_known),
      cmocka_unit_test(format_truncates_to_the_size),
      cmocka_unit_test(quoted_input_cannot_break_the_line),
      cmocka_unit_test(truncating_never_splits_a_character),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
