#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/utf8.h"

static void expect(const char *text, size_t length, size_t bytes, uint32_t code) {
  uint32_t found = 0;
  assert_int_equal(dw_utf8_next(text, length, &found), bytes);
  assert_int_equal(found, code);
}

static void characters_are_decoded_with_their_length(void **state) {
  (void)state;
  expect("ab", 2, 1, 'a');
  expect("\0a", 2, 1, 0);
  expect("\x7F", 1, 1, 0x7F);
  expect("\xC2\x80z", 3, 2, 0x80);
  expect("\xDF\xBF", 2, 2, 0x7FF);
  expect("\xE0\xA0\x80", 3, 3, 0x800);
  expect("\xED\x9F\xBF", 3, 3, 0xD7FF);
  expect("\xEE\x80\x80", 3, 3, 0xE000);
  expect("\xEF\xBF\xBD", 3, 3, 0xFFFD);
  expect("\xF0\x90\x80\x80", 4, 4, 0x10000);
  expect("\xF4\x8F\xBF\xBF", 4, 4, 0x10FFFF);
}

static void invalid_bytes_are_decoded_one_by_one(void **state) {
  (void)state;
  static const char *const bad[] = {"\x80",
                                    "\xBF",
                                    "\xC0\x80",
                                    "\xC1\xBF",
                                    "\xE0\x9F\xBF",
                                    "\xED\xA0\x80",
                                    "\xED\xBF\xBF",
                                    "\xF0\x8F\xBF\xBF",
                                    "\xF4\x90\x80\x80",
                                    "\xF5\x80\x80\x80",
                                    "\xFF",
                                    "\xE2\x82z",
                                    "\xC3z",
                                    "\xF0\x9F\x90"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    expect(bad[i], strlen(bad[i]), 1, DW_UTF8_BAD);
}

static void nothing_behind_the_end_is_read(void **state) {
  (void)state;
  expect("\xE2\x82\xAC", 2, 1, DW_UTF8_BAD);
  expect("\xE2\x82\xAC", DW_UTF8_MAX, 3, 0x20AC);
  expect("\xE2\x82\0\xAC", DW_UTF8_MAX, 1, DW_UTF8_BAD);
}

static void hidden_characters_are_recognized(void **state) {
  (void)state;
  static const uint32_t hidden[] = {0,      '\t',   '\n',   0x1B,   0x1F,   0x7F,   0x80,   0x9F,   0x61C,      0x200B,
                                    0x200F, 0x2028, 0x202E, 0x2060, 0x206F, 0xFEFF, 0xFFFE, 0xFFFF, DW_UTF8_BAD};
  static const uint32_t shown[] = {' ',    '~',    0xA0,   0x61B,  0x61D,  0x200A, 0x2010,
                                   0x2027, 0x202F, 0x205F, 0x2070, 0xFEFE, 0xFFFD, 0x1F404};
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    assert_true(dw_utf8_is_hidden(hidden[i]));
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
    assert_false(dw_utf8_is_hidden(shown[i]));
}

static void cutting_never_splits_a_character(void **state) {
  (void)state;
  static const char text[] = "a\xE2\x82\xAC\xC3\xA4";
  static const size_t cuts[] = {0, 1, 1, 1, 4, 4, 6, 6};
  for (size_t most = 0; most < sizeof cuts / sizeof *cuts; most++)
    assert_int_equal(dw_utf8_cut(text, 6, most), cuts[most]);
  assert_int_equal(dw_utf8_cut(text, 3, 3), 3);
}

static void encoding_and_decoding_a_character_round_trip(void **state) {
  (void)state;
  static const uint32_t codes[] = {'a', 0x7F, 0x80, 0x7FF, 0x800, 0xFFFD, 0x10000, 0x10FFFF};
  static const size_t sizes[] = {1, 1, 2, 2, 3, 3, 4, 4};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
    dw_utf8_put(&out, codes[i]);
    assert_int_equal(out.length, sizes[i]);
    expect(out.data, out.length, sizes[i], codes[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(characters_are_decoded_with_their_length),
      cmocka_unit_test(invalid_bytes_are_decoded_one_by_one),
      cmocka_unit_test(nothing_behind_the_end_is_read),
      cmocka_unit_test(hidden_characters_are_recognized),
      cmocka_unit_test(cutting_never_splits_a_character),
      cmocka_unit_test(encoding_and_decoding_a_character_round_trip),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
