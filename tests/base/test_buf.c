#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void is_empty_text_at_first(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  assert_string_equal(dw_buf_text(&buf), "");
  assert_int_equal(buf.length, 0);
  dw_buf_add(&buf, NULL, 0);
  assert_string_equal(dw_buf_text(&buf), "");
}

static void appends_text_bytes_and_formats(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  dw_buf_puts(&buf, "pool ");
  dw_buf_putc(&buf, '1');
  dw_buf_printf(&buf, " of %d: %s", 3, "10.0.0.0/24");
  dw_buf_add(&buf, "\0x", 2);
  assert_memory_equal(buf.data, "pool 1 of 3: 10.0.0.0/24\0x\0", 27);
  assert_int_equal(buf.length, 26);
}

static void has_a_nul_at_its_end_while_it_grows(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  for (size_t i = 0; i < 3000; i++) {
    dw_buf_putc(&buf, (char)('a' + i % 26));
    assert_int_equal(buf.length, i + 1);
    assert_true(buf.capacity > buf.length);
    assert_int_equal(buf.data[buf.length], '\0');
  }
  for (size_t i = 0; i < 3000; i++)
    assert_int_equal(buf.data[i], 'a' + i % 26);
  dw_buf_printf(&buf, "%70000d", 5);
  assert_int_equal(strlen(dw_buf_text(&buf)), 73000);
}

static void truncates_only_downwards(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  dw_buf_truncate(&buf, 0);
  dw_buf_puts(&buf, "range_start");
  dw_buf_truncate(&buf, 100);
  assert_string_equal(dw_buf_text(&buf), "range_start");
  dw_buf_truncate(&buf, 5);
  assert_string_equal(dw_buf_text(&buf), "range");
  dw_buf_puts(&buf, "_end");
  assert_string_equal(dw_buf_text(&buf), "range_end");
}

static void steal_hands_the_bytes_over(void **state) {
  (void)state;
  struct dw_buf buf = DW_BUF_INIT;
  size_t length = 99;
  char *nothing = dw_buf_steal(&buf, &length);
  assert_string_equal(nothing, "");
  assert_int_equal(length, 0);
  free(nothing);
  dw_buf_puts(&buf, "text");
  char *text = dw_buf_steal(&buf, NULL);
  assert_string_equal(text, "text");
  assert_null(buf.data);
  assert_int_equal(buf.length, 0);
  free(text);
  dw_buf_puts(&buf, "again");
  assert_string_equal(dw_buf_text(&buf), "again");
  dw_buf_free(&buf);
  assert_string_equal(dw_buf_text(&buf), "");
}

static void decimal(int64_t number) {
  char expected[32];
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  snprintf(expected, sizeof expected, "a%" PRId64, number);
  dw_buf_puts(&buf, "a");
  dw_buf_decimal(&buf, number);
  assert_string_equal(dw_buf_text(&buf), expected);
}

static void writes_numbers_as_printf_does(void **state) {
  (void)state;
  const int64_t numbers[] = {0, 7, -7, 10, 99, 100, -100, 1234567890, INT64_MAX, INT64_MIN};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    decimal(numbers[i]);
}

static void reserve_makes_room(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  dw_buf_puts(&buf, "range");
  dw_buf_reserve(&buf, 1000);
  const char *before = dw_buf_text(&buf);
  assert_string_equal(before, "range");
  for (int i = 0; i < 1000; i++)
    dw_buf_putc(&buf, 'x');
  assert_ptr_equal(dw_buf_text(&buf), before);
  assert_int_equal(buf.length, 1005);
}

static void lives_in_an_arena(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_buf buf = DW_BUF_IN(arena);
  assert_string_equal(dw_buf_text(&buf), "");
  for (int i = 0; i < 1000; i++)
    dw_buf_printf(&buf, "%d,", i);
  const char *text = dw_buf_text(&buf);
  assert_int_equal(strlen(text), buf.length);
  assert_int_equal(strncmp(text, "0,1,2,", 6), 0);
  assert_string_equal(text + buf.length - 8, "998,999,");
  dw_buf_free(&buf); /* its text is still valid */
  assert_string_equal(dw_buf_text(&buf), "");
  dw_buf_puts(&buf, "again");
  assert_string_equal(dw_buf_text(&buf), "again");
  assert_int_equal(strncmp(text, "0,1,2,", 6), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_empty_text_at_first),
      cmocka_unit_test(appends_text_bytes_and_formats),
      cmocka_unit_test(has_a_nul_at_its_end_while_it_grows),
      cmocka_unit_test(truncates_only_downwards),
      cmocka_unit_test(steal_hands_the_bytes_over),
      cmocka_unit_test(writes_numbers_as_printf_does),
      cmocka_unit_test(reserve_makes_room),
      cmocka_unit_test(lives_in_an_arena),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
