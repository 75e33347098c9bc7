#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

static void expect(const char *text, const char *bytes, size_t length) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t found = 99;
  const char *out = dw_base64_decode(arena, text, &found);
  if (out == NULL)
    fail_msg("\"%s\" is taken for no base64", text);
  assert_int_equal(found, length);
  assert_memory_equal(out, bytes, length + 1); /* including the NUL after it */
}

static void reads_the_examples_of_the_rfc(void **state) {
  (void)state;
  /* RFC 4648, section 10 */
  expect("", "", 0);
  expect("Zg==", "f", 1);
  expect("Zm8=", "fo", 2);
  expect("Zm9v", "foo", 3);
  expect("Zm9vYg==", "foob", 4);
  expect("Zm9vYmE=", "fooba", 5);
  expect("Zm9vYmFy", "foobar", 6);
}

static void decodes_binary_data(void **state) {
  (void)state;
  expect("AAD/", "\0\0\xff", 3);
  expect("//79+w==", "\xff\xfe\xfd\xfb", 4);
  expect("AA==", "\0", 1);
}

/* Groups of three bytes, each as four letters, so that every letter and every byte occurs. */
static void decodes_every_byte_at_every_position(void **state) {
  (void)state;
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (unsigned byte = 0; byte < 256; byte++) {
    const unsigned char bytes[4] = {(unsigned char)byte, (unsigned char)~byte, (unsigned char)(byte ^ 0x5A), 0};
    char text[5] = "";
    text[0] = letters[bytes[0] >> 2];
    text[1] = letters[(bytes[0] & 3) << 4 | bytes[1] >> 4];
    text[2] = letters[(bytes[1] & 15) << 2 | bytes[2] >> 6];
    text[3] = letters[bytes[2] & 63];
    expect(text, (const char *)bytes, 3);
  }
}

static void skips_line_breaks(void **state) {
  (void)state;
  expect("Zm9v\nYmFy\n", "foobar", 6);
  expect("Z\r\nm\r\n9\r\nv\r\n", "foo", 3);
  expect("Zg\n=\n=\n", "f", 1);
  expect("\n", "", 0);
}

static void decodes_a_long_text(void **state) {
  (void)state;
  enum { GROUPS = 20000 };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  char *text = dw_arena_alloc(arena, 4 * GROUPS + 1);
  char *bytes = dw_arena_alloc(arena, 3 * GROUPS + 1);
  for (size_t i = 0; i < GROUPS; i++) {
    memcpy(text + 4 * i, "Zm9v", 4);
    memcpy(bytes + 3 * i, "foo", 3);
  }
  expect(text, bytes, (size_t)3 * GROUPS);
}

static void rejects_invalid_base64(void **state) {
  (void)state;
  static const char *const texts[] = {
      "Z",
      "Zg",
      "Zm8",
      "Zm9vY",
      "Zm9vYg",
      "Zm9vYmE", /* truncated */
      "Zg=",
      "Zm8==",
      "Zm9v=",
      "Zm9v==",
      "Zm9v====",
      "=",
      "==",
      "====",
      "Z===",
      "Zg===",
      "Zm9vY===", /* padding that does not fit */
      "Zg==Zg==",
      "Zg=g",
      "=Zg=",
      "Zg==\nZg", /* text after the padding */
      "Zm 9v",
      " Zm9v",
      "Zm9v ",
      "Zm\t9v",
      "Zm9-",
      "Zm9_",
      "Zm9.",
      "Zm9\x80",
      "Zm9\xc3\xa9",
      "{\"a\":1}",
      "-----BEGIN CERTIFICATE-----",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    size_t length = 7;
    if (dw_base64_decode(arena, texts[i], &length) != NULL)
      fail_msg("\"%s\" is taken for base64", texts[i]);
    assert_int_equal(length, 7); /* unchanged */
  }
}

/* Nothing after BYTES may be read. */
static void expect_text(const char *bytes, size_t length, const char *text) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  char *copy = malloc(length + (length == 0));
  assert_non_null(copy);
  memcpy(copy, bytes, length);
  assert_string_equal(dw_base64_encode(arena, copy, length), text);
  dw_buf_puts(&out, "before:");
  dw_base64_add(&out, copy, length);
  assert_string_equal(dw_buf_text(&out), dw_arena_join(arena, "before", ":", text));
  free(copy);
}

static void writes_the_examples_of_the_rfc(void **state) {
  (void)state;
  expect_text("", 0, "");
  expect_text("f", 1, "Zg==");
  expect_text("fo", 2, "Zm8=");
  expect_text("foo", 3, "Zm9v");
  expect_text("foob", 4, "Zm9vYg==");
  expect_text("fooba", 5, "Zm9vYmE=");
  expect_text("foobar", 6, "Zm9vYmFy");
  expect_text("\0\0\xff", 3, "AAD/");
  expect_text("\xff\xfe\xfd\xfb", 4, "//79+w==");
}

static void encoding_and_decoding_round_trip(void **state) {
  (void)state;
  for (size_t length = 0; length <= 256; length++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    unsigned char bytes[256];
    size_t found = 999;
    for (size_t i = 0; i < length; i++)
      bytes[i] = (unsigned char)(i * 167 + length);
    const char *text = dw_base64_encode(arena, bytes, length);
    assert_int_equal(strlen(text), (length + 2) / 3 * 4);
    const char *back = dw_base64_decode(arena, text, &found);
    assert_non_null(back);
    assert_int_equal(found, length);
    assert_memory_equal(back, bytes, length);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_the_examples_of_the_rfc),
      cmocka_unit_test(decodes_binary_data),
      cmocka_unit_test(decodes_every_byte_at_every_position),
      cmocka_unit_test(skips_line_breaks),
      cmocka_unit_test(decodes_a_long_text),
      cmocka_unit_test(rejects_invalid_base64),
      cmocka_unit_test(writes_the_examples_of_the_rfc),
      cmocka_unit_test(encoding_and_decoding_round_trip),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
