#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json_support.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

static void reports_the_position_and_the_mistake(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int line;
    int column;
    const char *says;
  } table[] = {
      {"a: b: c\n", 1, 5, "unexpected ':'"},
      {"a: 1\n  b: 2\n", 2, 4, "unexpected ':'"},
      {"a:\n  b: 1\n c: 2\n", 3, 2, "indentation"},
      {"a:\n- b\nd\n", 3, 1, "expected ':'"},
      {"- a\nb: 1\n", 2, 1, "list item (\"- \")"},
      {"a: - b\n", 1, 4, "list item (\"- \")"},
      {"a:\n\tb: 1\n", 2, 1, "tab"},
      {"\ta: 1\n", 1, 1, "tab"},
      {"a: 1\nb: \"x\nc: 2\n", 2, 4, "closing quote"},
      {"a: 'x\n", 1, 4, "closing quote"},
      {"a: [1,\n 2\n", 3, 1, "expected ',' or ']'"},
      {"a: {b: 1\n", 2, 1, "expected ',' or '}'"},
      {"a: @b\n", 1, 4, "needs quotes"},
      {"a: `b`\n", 1, 4, "needs quotes"},
      {"a: %b\n", 1, 4, "needs quotes"},
      {"a: \"\\q\"\n", 1, 5, "escape"},
      {"a\nb: 1\n", 2, 2, "unexpected ':'"},
      {"a: 1\nb\n", 2, 1, "expected ':'"},
      {"a: \x01\n", 1, 4, "control character (0x01)"},
      {"a: 1\nb: \xff\n", 2, 4, "UTF-8"},
      {"\xc3", 1, 1, "UTF-8"},
      {"a: 1\n...\nb: 2\n", 3, 1, "---"},
      {"a: !x!y z\n", 1, 4, "tag"},
      {"[a]]", 1, 2, "double quotes"},
  };
  for (size_t i = 0; i < LENGTH(table); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_yaml_doc *doc = NULL;
    struct dw_error err = DW_ERROR_INIT;
    if (parse_yaml(arena, table[i].text, &doc, &err) == 0)
      fail_msg("%s was read", table[i].text);
    if (err.code != DW_ERR_SYNTAX || err.line != table[i].line || err.column != table[i].column ||
        !strstr(err.text, table[i].says))
      fail_msg("%s: code %d at %d:%d: %s", table[i].text, (int)err.code, err.line, err.column, err.text);
    assert_null(strchr(err.text, '\n'));
  }
}

static void reports_the_line_where_the_broken_part_begins(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(parse_yaml(arena, "x: 1\ny: [1,\n 2\nz: 3\n", &doc, &err), -1);
  assert_int_equal(err.line, 4);
  assert_non_null(strstr(err.text, "begins on line 2"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reports_the_position_and_the_mistake),
      cmocka_unit_test(reports_the_line_where_the_broken_part_begins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
