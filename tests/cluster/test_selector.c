#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cluster/selector.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct dw_label labels[] = {
    {"kubevirt.io/schedulable", "true"}, {"zone", "east"}, {"empty", ""}, {"in", "in"}};

static void selects_by_labels(void **state) {
  (void)state;
  static const struct {
    const char *selector;
    bool matches;
  } cases[] = {
      {"", true},
      {"  \t\n", true},
      {"kubevirt.io/schedulable", true},
      {"schedulable", false},
      {"!kubevirt.io/schedulable", false},
      {"!schedulable", true},
      {"! schedulable", true},
      {"zone=east", true},
      {"zone==east", true},
      {" zone = east ", true},
      {"zone=west", false},
      {"zone=East", false},
      {"none=east", false},
      {"zone!=east", false},
      {"zone!=west", true},
      {"none!=east", true},
      {"zone in (west,east)", true},
      {"zone in(west, north)", false},
      {"none in (west)", false},
      {"zone notin (west)", true},
      {"zone notin (west,east)", false},
      {"none notin (east)", true},
      {"zone=east,kubevirt.io/schedulable=true", true},
      {"zone=east,kubevirt.io/schedulable=false", false},
      {"zone,!none,empty", true},
      {"empty=", true},
      {"empty=,zone", true},
      {"zone=", false},
      {"empty in ()", true},
      {"empty in (a,)", true},
      {"empty in (,a)", true},
      {"empty in (a,,b)", true},
      {"empty in (a)", false},
      {"zone in (,a)", false},
      {"in in (in)", true},
      {"in=in", true},
      {"in notin (notin)", true},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_selector selector;
    struct dw_error err = DW_ERROR_INIT;
    if (dw_selector_parse(arena, cases[i].selector, &selector, &err) != 0)
      fail_msg("%s: %s", cases[i].selector, err.text);
    assert_string_equal(selector.text, cases[i].selector);
    if (dw_selector_matches(&selector, labels, COUNT(labels)) != cases[i].matches)
      fail_msg("%s: %s", cases[i].selector, cases[i].matches ? "should match" : "should not match");
  }
}

static void selects_objects_without_labels(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_selector selector;
  assert_int_equal(dw_selector_parse(arena, "a", &selector, NULL), 0);
  assert_false(dw_selector_matches(&selector, NULL, 0));
  assert_int_equal(dw_selector_parse(arena, "!a,b!=c", &selector, NULL), 0);
  assert_true(dw_selector_matches(&selector, NULL, 0));
}

static void reports_syntax_errors(void **state) {
  (void)state;
  static const struct {
    const char *selector;
    const char *message; /* part of it */
  } cases[] = {
      {"a,", "ends where a label key is expected"},
      {",a", "has \",\" where a label key"},
      {"a,,b", "has \",\" where a label key"},
      {"=b", "has \"=\" where a label key"},
      {"!", "ends where a label key"},
      {"!!a", "has \"!\" where a label key"},
      {"!a=b", "has \"=\" where \",\" or the end"},
      {"a b", "has \"b\" where =, !=, in or notin"},
      {"a In (b)", "has \"In\" where =, !=, in or notin"},
      {"a>1", "has \">\" where =, !=, in or notin"},
      {"a in", "ends where \"(\" is expected"},
      {"a in b", "has \"b\" where \"(\""},
      {"a in (b", "ends where \",\" or \")\""},
      {"a in (b c)", "has \"c\" where \",\" or \")\""},
      {"a in (b))", "has \")\" where \",\" or the end"},
      {"a=b c", "has \"c\" where \",\" or the end"},
      {"a===b", "has \"=\" where \",\" or the end"},
      {"a=(b)", "has \"(\" where \",\" or the end"},
      {"-a", "label selector: \"-a\" is not a valid label key; use NAME or PREFIX/NAME, where PREFIX is a DNS name and "
             "NAME up to 63 letters, "
             "digits, '-', '_' and '.'"},
      {"a/b/c", "\"a/b/c\" is not a valid label key"},
      {"/a", "\"/a\" is not a valid label key"},
      {"a/", "\"a/\" is not a valid label key"},
      {"Upper.io/a", "\"Upper.io/a\" is not a valid label key"},
      {"a\xc3\xa4", "is not a valid label key"},
      {"a=b/c", "label selector: \"b/c\" is not a valid label value; use up to 63 letters, digits, '-', '_' and '.'"},
      {"a=b-", "\"b-\" is not a valid label value"},
      {"a in (x,y z)", "has \"z\""},
      {"a in (x,#)", "\"#\" is not a valid label value"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_selector selector = {.text = "untouched"};
    struct dw_error err = DW_ERROR_INIT;
    if (dw_selector_parse(arena, cases[i].selector, &selector, &err) != -1)
      fail_msg("%s: should be refused", cases[i].selector);
    if (strstr(err.text, cases[i].message) == NULL)
      fail_msg("%s: got \"%s\"", cases[i].selector, err.text);
    assert_string_equal(selector.text, "untouched");
    assert_null(selector.terms);
  }
}

/* A name may have 63 characters, a prefix 253. */
static void limits_the_length_of_keys_and_values(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_selector selector;
  char name[65];
  memset(name, 'n', sizeof name);
  name[64] = '\0';
  assert_int_equal(dw_selector_parse(arena, name, &selector, NULL), -1);
  assert_int_equal(dw_selector_parse(arena, name + 1, &selector, NULL), 0);
  assert_int_equal(dw_selector_parse(arena, dw_arena_printf(arena, "a=%s", name), &selector, NULL), -1);
  assert_int_equal(dw_selector_parse(arena, dw_arena_printf(arena, "a=%s", name + 1), &selector, NULL), 0);
  char prefix[255];
  for (size_t i = 0; i < sizeof prefix; i++)
    prefix[i] = i % 2 == 0 ? 'p' : '.';
  prefix[253] = '\0';
  assert_int_equal(dw_selector_parse(arena, dw_arena_printf(arena, "%s/a", prefix), &selector, NULL), 0);
  prefix[253] = 'p';
  prefix[254] = '\0';
  assert_int_equal(dw_selector_parse(arena, dw_arena_printf(arena, "%s/a", prefix), &selector, NULL), -1);
}

/* apimachinery's IsQualifiedName and IsValidLabelValue: letters and digits at both ends, '-', '_' and '.' between. */
static void limits_the_characters_of_keys_and_values(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool fine;
  } cases[] = {
      {"a", true},
      {"z", true},
      {"A", true},
      {"Z", true},
      {"0", true},
      {"9", true},
      {"a-b", true},
      {"a_b", true},
      {"a.b", true},
      {"aZ0-_.9zA", true},
      {"-a", false},
      {"_a", false},
      {".a", false},
      {"a-", false},
      {"a_", false},
      {"a.", false},
      {"-", false},
      {"_", false},
      {".", false},
      /* adjacent to the ranges of letters and digits */
      {"a:b", false},
      {"a@b", false},
      {"a[b", false},
      {"a`b", false},
      {"a{b", false},
      {"a^b", false},
      {"a,-b", false},
      {":a", false},
      {"@a", false},
      {"[a", false},
      {"`a", false},
      {"{a", false},
      {"a:", false},
      {"a@", false},
      {"a[", false},
      {"a`", false},
      {"a{", false},
      {"a\x7f", false},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_selector selector;
    const char *forms[] = {cases[i].text, dw_arena_printf(arena, "p.io/%s", cases[i].text),
                           dw_arena_printf(arena, "k=%s", cases[i].text),
                           dw_arena_printf(arena, "k in (%s)", cases[i].text)};
    for (size_t form = 0; form < COUNT(forms); form++)
      if ((dw_selector_parse(arena, forms[form], &selector, NULL) == 0) != cases[i].fine)
        fail_msg("%s should be %s", forms[form], cases[i].fine ? "read" : "refused");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(selects_by_labels),
      cmocka_unit_test(selects_objects_without_labels),
      cmocka_unit_test(reports_syntax_errors),
      cmocka_unit_test(limits_the_length_of_keys_and_values),
      cmocka_unit_test(limits_the_characters_of_keys_and_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
