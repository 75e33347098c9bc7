#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/xml.h"

#define UNSAFE "\xEF\xBF\xBD"

static void expect(const char *text, const char *markup) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_xml_puts(&out, text);
  assert_string_equal(dw_buf_text(&out), markup);
}

static void safe_text_is_unchanged(void **state) {
  (void)state;
  expect("", "");
  expect("eth1 10.0.0.0/8 ~!", "eth1 10.0.0.0/8 ~!");
  expect("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\x84\xC2\xA0", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\x84\xC2\xA0");
}

static void markup_is_escaped(void **state) {
  (void)state;
  expect("<b a=\"x\" c='y'>&amp;", "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;");
}

static void control_characters_are_replaced(void **state) {
  (void)state;
  expect("a\tb\nc\x7F\033[2J", "a" UNSAFE "b" UNSAFE "c" UNSAFE UNSAFE "[2J");
  expect("\xC2\x80\xC2\x9B\xC2\x9F", UNSAFE UNSAFE UNSAFE); /* C1 */
  expect("\xE2\x80\xAE\xE2\x80\xA8\xE2\x81\xA6\xE2\x80\x8B", UNSAFE UNSAFE UNSAFE UNSAFE);
  expect("\xEF\xBB\xBF\xEF\xBF\xBE\xEF\xBF\xBF", UNSAFE UNSAFE UNSAFE);
}

static void invalid_bytes_are_replaced_one_by_one(void **state) {
  (void)state;
  expect("\xFFz\x80", UNSAFE "z" UNSAFE);
  expect("\xC3", UNSAFE);
  expect("\xE2\x82z", UNSAFE UNSAFE "z");
  expect("\xC0\xAF", UNSAFE UNSAFE);                       /* overlong */
  expect("\xE0\x80\xAF", UNSAFE UNSAFE UNSAFE);            /* overlong */
  expect("\xED\xA0\x80", UNSAFE UNSAFE UNSAFE);            /* a surrogate */
  expect("\xF4\x90\x80\x80", UNSAFE UNSAFE UNSAFE UNSAFE); /* beyond U+10FFFF */
  expect("\xF5\x80", UNSAFE UNSAFE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(safe_text_is_unchanged),
      cmocka_unit_test(markup_is_escaped),
      cmocka_unit_test(control_characters_are_replaced),
      cmocka_unit_test(invalid_bytes_are_replaced_one_by_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
