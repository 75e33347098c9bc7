/* The source line with its caret, character by character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The commands are not in the library. */
#include "cli/terminal.c"

/* Appends the snippet of PLACE in line 7 without its gutter, which must be there. */
static void put_source(struct dw_buf *out, struct dw_place place, size_t width, struct cli_line_cursor *cursor) {
  DW_BUF_SCOPED struct dw_buf whole = DW_BUF_INIT;
  struct cli_snippet_style style = {width, "", "", ""};
  place.line = 7;
  cli_put_snippet(&whole, &place, &style, cursor);
  const char *text = dw_buf_text(&whole);
  const char *end = strchr(text, '\n');
  assert_non_null(end);
  assert_int_equal(strncmp(text, "    7 | ", CLI_GUTTER), 0);
  assert_int_equal(strncmp(end + 1, "      | ", CLI_GUTTER), 0);
  dw_buf_add(out, text + CLI_GUTTER, (size_t)(end + 1 - text) - CLI_GUTTER);
  dw_buf_puts(out, end + 1 + CLI_GUTTER);
}

static void expect(struct dw_place place, size_t width, const char *expected) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct cli_glyphs glyphs = cli_glyphs_begin();
  put_source(&out, place, width, &(struct cli_line_cursor){.source = NULL});
  cli_glyphs_end(&glyphs);
  assert_string_equal(dw_buf_text(&out), expected);
}
#define EXPECT(column_, width_, source_, line, caret)                                                                  \
  expect((struct dw_place){.column = (column_), .width = (width_), .source = (source_)}, 160, line "\n" caret "\n")

static void the_caret_is_under_the_character(void **state) {
  (void)state;
  EXPECT(1, 1, "a: b", "a: b", "^");
  EXPECT(4, 1, "a: b", "a: b", "   ^");
  EXPECT(4, 3, "a: bcd", "a: bcd", "   ^~~");
}

static void a_width_ends_with_the_line(void **state) {
  (void)state;
  EXPECT(4, 90, "a: bcd", "a: bcd", "   ^~~");
  EXPECT(7, 1, "a: bcd", "a: bcd", "      ^"); /* after the end, where something is missing */
  EXPECT(90, 5, "a: bcd", "a: bcd", "      ^");
}

static void tabs_stay_tabs_before_the_caret(void **state) {
  (void)state;
  EXPECT(3, 2, "\t\tab", "\t\tab", "\t\t^~");
  EXPECT(6, 1, "a:\tb\tc", "a:\tb\tc", "  \t \t^");
  EXPECT(1, 1, "\tb", "\tb", "^");
}

static void wide_and_combining_characters_keep_the_caret_in_place(void **state) {
  (void)state;
  EXPECT(5, 1, "# \u79fb\u884c x", "# \u79fb\u884c x", "      ^");
  EXPECT(3, 2, "# \u79fb\u884c x", "# \u79fb\u884c x", "  ^~~~");
  EXPECT(4, 1, "\u00e9e\u0301x", "\u00e9e\u0301x", "  ^");
  EXPECT(2, 1, "\U0001F600x", "\U0001F600x", "  ^");
  EXPECT(2, 1, "\u00e9x", "\u00e9x", " ^");
}

static void control_characters_are_replaced(void **state) {
  (void)state;
  EXPECT(6, 1, "a\x1b[31x", "a\uFFFD[31x", "     ^");
  EXPECT(3, 1, "\x7f\xc2\x9bx", "\uFFFD\uFFFDx", "  ^");
  EXPECT(2, 1, "\u202ex", "\uFFFDx", " ^");
  EXPECT(2, 1, "\rx", "\uFFFDx", " ^");
  EXPECT(3, 1, "\xff\xc3x", "\uFFFD\uFFFDx", "  ^"); /* not valid UTF-8 */
}

static void a_line_without_source_is_left_out(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct cli_snippet_style style = {160, "", "", ""};
  struct dw_place nowhere = {.line = 0, .column = 1, .width = 1, .source = "x"};
  struct dw_place empty = {.line = 1, .column = 1, .width = 1, .source = ""};
  cli_put_snippet(&out, &nowhere, &style, &(struct cli_line_cursor){.source = NULL});
  cli_put_snippet(&out, &empty, &style, &(struct cli_line_cursor){.source = NULL});
  assert_string_equal(dw_buf_text(&out), "");
}

/* --- long lines --- */

static size_t columns_of_line(const char *line) {
  return strcspn(line, "\n");
}

/* In the snippet of WIDTH columns of a line of COUNT letters, the X at COLUMN is above the caret. */
static void expect_cut(size_t count, size_t column, size_t width, bool before, bool after) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  char *text = malloc(count + 1);
  assert_non_null(text);
  memset(text, 'a', count);
  text[count] = '\0';
  text[column - 1] = 'X';
  struct dw_place place = {.line = 1, .column = (int)column, .width = 1, .source = text};
  put_source(&out, place, width, &(struct cli_line_cursor){.source = NULL});
  const char *line = dw_buf_text(&out);
  const char *caret = line + columns_of_line(line) + 1;
  assert_in_range(columns_of_line(line), count < width ? count : width - 3, width);
  assert_int_equal(strcspn(caret, "^"), strcspn(line, "X"));
  assert_int_equal(strncmp(line, "...", 3) == 0, before);
  assert_int_equal(strncmp(caret - 4, "...", 3) == 0, after);
  free(text);
}

static void a_long_line_is_cut_around_the_place(void **state) {
  (void)state;
  expect_cut(80, 80, 80, false, false);
  expect_cut(81, 1, 80, false, true);
  expect_cut(81, 81, 80, true, false);
  expect_cut(500, 250, 80, true, true);
  expect_cut(500, 20, 80, false, true);
  expect_cut(500, 500, 80, true, false);
  expect_cut(5000000, 2500000, 160, true, true);
  for (size_t column = 1; column <= 130; column++)
    expect_cut(130, column, 40, column > 26, column < 114);
}

/* One cursor is used for many places of a line, forwards and backwards. */
static void places_in_any_order_are_found(void **state) {
  (void)state;
  static const int columns[] = {1, 5, 6, 3, 1, 9, 40, 2};
  struct cli_line_cursor cursor = {.source = NULL};
  static const char *const lines[] = {"\u00e9\u79fbab\u00e9cd\u79fb", "another line"};
  for (size_t i = 0; i < 2 * sizeof columns / sizeof *columns; i++) {
    DW_BUF_SCOPED struct dw_buf fresh = DW_BUF_INIT;
    DW_BUF_SCOPED struct dw_buf again = DW_BUF_INIT;
    struct dw_place place = {.line = 1, .column = columns[i / 2], .width = 1, .source = lines[i / 5 % 2]};
    put_source(&fresh, place, 160, &(struct cli_line_cursor){.source = NULL});
    put_source(&again, place, 160, &cursor);
    assert_string_equal(dw_buf_text(&fresh), dw_buf_text(&again));
  }
}

static void a_cut_width_ends_where_the_line_is_cut(void **state) {
  (void)state;
  char text[401];
  memset(text, 'x', 400);
  text[400] = '\0';
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_place place = {.line = 1, .column = 11, .width = 300, .source = text};
  put_source(&out, place, 60, &(struct cli_line_cursor){.source = NULL});
  const char *caret = strchr(dw_buf_text(&out), '\n') + 1;
  assert_int_equal(strspn(caret, " "), 10);
  assert_int_equal(strlen(caret), 60 - 6 + 1); /* up to the dots */
}

static void wide_characters_are_not_split(void **state) {
  (void)state;
  char text[3 * 200 + 1] = "";
  for (int i = 0; i < 200; i++)
    strcat(text, "\u79fb");
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_place place = {.line = 1, .column = 100, .width = 1, .source = text};
  struct cli_glyphs glyphs = cli_glyphs_begin();
  put_source(&out, place, 41, &(struct cli_line_cursor){.source = NULL});
  cli_glyphs_end(&glyphs);
  const char *line = dw_buf_text(&out);
  size_t shown = columns_of_line(line) - 6;
  assert_int_equal(shown % 3, 0);
  assert_in_range(2 * (shown / 3) + 6, 30, 41);
  assert_null(strstr(line, "\uFFFD"));
}

static void only_some_combining_characters_are_shown(void **state) {
  (void)state;
  enum { MARKS = 100000 };
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (int i = 0; i < MARKS; i++)
    dw_buf_puts(&text, "\u0301");
  dw_buf_puts(&text, "xy");
  struct dw_place place = {.line = 1, .column = MARKS + 1, .width = 2, .source = dw_buf_text(&text)};
  struct cli_glyphs glyphs = cli_glyphs_begin();
  put_source(&out, place, 80, &(struct cli_line_cursor){.source = NULL});
  cli_glyphs_end(&glyphs);
  assert_in_range(out.length, 100, 2000);
  assert_non_null(strstr(dw_buf_text(&out), "\u0301xy\n   ^~\n"));
}

/* --- gutter --- */

static void the_gutter_has_the_line_number(void **state) {
  (void)state;
  static const struct {
    int line;
    const char *expected;
  } cases[] = {{1, "    1 | a: b\n      |    ^\n"},
               {99999, "99999 | a: b\n      |    ^\n"},
               {100000, "100000 | a: b\n       |    ^\n"}};
  struct cli_snippet_style style = {80, "", "", ""};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
    struct dw_place place = {.line = cases[i].line, .column = 4, .width = 1, .source = "a: b"};
    cli_put_snippet(&out, &place, &style, &(struct cli_line_cursor){.source = NULL});
    assert_string_equal(dw_buf_text(&out), cases[i].expected);
  }
}

static void gutter_and_caret_have_colors(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct cli_snippet_style style = {80, "\033[2m", "\033[1;32m", "\033[0m"};
  struct dw_place place = {.line = 3, .column = 4, .width = 2, .source = "a: bc"};
  cli_put_snippet(&out, &place, &style, &(struct cli_line_cursor){.source = NULL});
  assert_string_equal(dw_buf_text(&out), "\033[2m    3 |\033[0m a: bc\n\033[2m      |\033[0m    \033[1;32m^~\033[0m\n");
}

/* --- wrapping --- */

static void expect_wrapped(const char *line, size_t width, size_t hang, const char *expected) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct cli_glyphs glyphs = cli_glyphs_begin();
  cli_put_wrapped(&out, line, width, hang);
  cli_glyphs_end(&glyphs);
  assert_string_equal(dw_buf_text(&out), expected);
}

static void a_line_is_broken_at_spaces(void **state) {
  (void)state;
  expect_wrapped("", 10, 4, "\n");
  expect_wrapped("one two three", 13, 4, "one two three\n");
  expect_wrapped("one two three", 12, 4, "one two\n    three\n");
  expect_wrapped("one two three", 0, 4, "one two three\n");
  expect_wrapped("  fix: use this or that", 15, 7, "  fix: use this\n       or that\n");
  expect_wrapped("  fix: use this or that", 14, 7, "  fix: use\n       this or\n       that\n");
}

static void a_long_word_stays_whole(void **state) {
  (void)state;
  expect_wrapped("a/very/long/path:1:1: error: x", 12, 4, "a/very/long/path:1:1:\n    error: x\n");
  expect_wrapped("see a/very/long/path now", 8, 4, "see\n    a/very/long/path\n    now\n");
}

static void columns_count_not_bytes(void **state) {
  (void)state;
  expect_wrapped("\u79fb\u884c \u79fb\u884c", 9, 0, "\u79fb\u884c \u79fb\u884c\n");
  expect_wrapped("\u79fb\u884c \u79fb\u884c", 8, 0, "\u79fb\u884c\n\u79fb\u884c\n");
  expect_wrapped("\u00e9\u00e9 e\u0301", 4, 0, "\u00e9\u00e9 e\u0301\n");
  expect_wrapped("\033[1;31mred\033[0m word", 8, 0, "\033[1;31mred\033[0m word\n");
  expect_wrapped("\033[1;31mred\033[0m word", 7, 2, "\033[1;31mred\033[0m\n  word\n");
}

static void prose_is_filled_again(void **state) {
  (void)state;
  static const char text[] = "One two\nthree four.\n\nFive:\n- six\n- seven\n  eight\n";
  DW_BUF_SCOPED struct dw_buf wide = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf narrow = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf as_it_is = DW_BUF_INIT;
  cli_put_prose(&wide, text, 40, 2);
  cli_put_prose(&narrow, text, 10, 2);
  cli_put_prose(&as_it_is, text, 0, 2);
  assert_string_equal(dw_buf_text(&wide), "  One two three four.\n\n  Five:\n  - six\n  - seven\n    eight\n");
  assert_string_equal(dw_buf_text(&narrow), "  One two\n  three\n  four.\n\n  Five:\n  - six\n  - seven\n    eight\n");
  assert_string_equal(dw_buf_text(&as_it_is), "  One two\n  three four.\n\n  Five:\n  - six\n  - seven\n    eight\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_caret_is_under_the_character),
      cmocka_unit_test(a_width_ends_with_the_line),
      cmocka_unit_test(tabs_stay_tabs_before_the_caret),
      cmocka_unit_test(wide_and_combining_characters_keep_the_caret_in_place),
      cmocka_unit_test(control_characters_are_replaced),
      cmocka_unit_test(a_line_without_source_is_left_out),
      cmocka_unit_test(a_long_line_is_cut_around_the_place),
      cmocka_unit_test(places_in_any_order_are_found),
      cmocka_unit_test(a_cut_width_ends_where_the_line_is_cut),
      cmocka_unit_test(wide_characters_are_not_split),
      cmocka_unit_test(only_some_combining_characters_are_shown),
      cmocka_unit_test(the_gutter_has_the_line_number),
      cmocka_unit_test(gutter_and_caret_have_colors),
      cmocka_unit_test(a_line_is_broken_at_spaces),
      cmocka_unit_test(a_long_word_stays_whole),
      cmocka_unit_test(columns_count_not_bytes),
      cmocka_unit_test(prose_is_filled_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
