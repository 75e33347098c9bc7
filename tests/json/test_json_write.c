#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json_support.h"
#include "json/json_write.h"

static void write_sample(struct dw_json_writer *w) {
  dw_json_begin_object(w);
  dw_json_member_string(w, "text", "a\"b");
  dw_json_member_int(w, "number", INT64_MIN);
  dw_json_member_bool(w, "truth", false);
  dw_json_key(w, "list");
  dw_json_begin_array(w);
  dw_json_put_int(w, 1);
  dw_json_put_raw(w, "null");
  dw_json_begin_object(w);
  dw_json_end_object(w);
  dw_json_begin_array(w);
  dw_json_end_array(w);
  dw_json_put_raw(w, "{\"raw\":[1,2]}");
  dw_json_put_raw(w, "true");
  dw_json_end_array(w);
  dw_json_key(w, "last");
  dw_json_put_string(w, "");
  dw_json_end_object(w);
}

static void writes_compact_text(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&out);
  write_sample(&w);
  assert_string_equal(dw_buf_text(&out), "{\"text\":\"a\\\"b\",\"number\":-9223372036854775808,\"truth\":false,"
                                         "\"list\":[1,null,{},[],{\"raw\":[1,2]},true],\"last\":\"\"}");
}

static void writes_indented_text(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf compact = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf pretty = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&compact);
  struct dw_json_writer p = DW_JSON_PRETTY_WRITER(&pretty);
  write_sample(&w);
  write_sample(&p);
  assert_true(same_json(dw_buf_text(&pretty), dw_buf_text(&compact)));
  assert_non_null(strstr(dw_buf_text(&pretty), "{\n  \"text\": \"a\\\"b\",\n"));
  assert_non_null(strstr(dw_buf_text(&pretty), "\n    {},\n    [],\n"));
  assert_non_null(strstr(dw_buf_text(&pretty), "\"\"\n}"));
}

/* Writes TEXT as a string and as a key, and checks what json-c reads from that. */
static void expect_read_back(const char *text, size_t length, const char *expected) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&out);
  dw_json_begin_array(&w);
  dw_json_put_bytes(&w, text, length);
  dw_json_end_array(&w);
  struct json_tokener *tokener = json_tokener_new();
  json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
  struct json_object *list = json_tokener_parse_ex(tokener, dw_buf_text(&out), (int)out.length);
  assert_non_null(list);
  struct json_object *string = json_object_array_get_idx(list, 0);
  assert_string_equal(json_object_get_string(string), expected);
  for (size_t i = 0; i < out.length; i++)
    assert_true((unsigned char)out.data[i] >= 0x20);
  json_object_put(list);
  json_tokener_free(tokener);
}

static void escapes_control_characters_and_replaces_invalid_bytes(void **state) {
  (void)state;
  expect_read_back("\"\\/\b\f\n\r\t\x01\x1f\x7f", 11, "\"\\/\b\f\n\r\t\x01\x1f\x7f");
  expect_read_back("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  expect_read_back("a\xff"
                   "b",
                   3,
                   "a\xef\xbf\xbd"
                   "b");
  expect_read_back("a\xc3", 2, "a\xef\xbf\xbd");
  expect_read_back("\xc0\xaf"
                   "x",
                   3,
                   "\xef\xbf\xbd\xef\xbf\xbd"
                   "x");
  expect_read_back("\xe2\x80\xa8", 3, "\xe2\x80\xa8");
  expect_read_back("abc", 2, "ab");
  expect_read_back("", 0, "");
}

static void surrogates_and_too_large_codes_are_invalid_utf8(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&out);
  dw_json_put_string(&w, "\xed\xa0\x80|\xf4\x90\x80\x80|\x80");
  assert_null(strstr(dw_buf_text(&out), "\xed\xa0"));
  assert_null(strstr(dw_buf_text(&out), "\xf4\x90"));
  assert_non_null(strstr(dw_buf_text(&out), "|\xef\xbf\xbd\""));
}

static void keys_are_escaped_too(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&out);
  dw_json_begin_object(&w);
  dw_json_member_int(&w, "a\"\n\xff", 1);
  dw_json_end_object(&w);
  assert_string_equal(dw_buf_text(&out), "{\"a\\\"\\n\xef\xbf\xbd\":1}");
}

static void members_without_an_object_get_commas(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&out);
  dw_json_member_int(&w, "a", 1);
  dw_json_member_string(&w, "b", "x");
  assert_string_equal(dw_buf_text(&out), "\"a\":1,\"b\":\"x\"");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(writes_compact_text),
      cmocka_unit_test(writes_indented_text),
      cmocka_unit_test(escapes_control_characters_and_replaces_invalid_bytes),
      cmocka_unit_test(surrogates_and_too_large_codes_are_invalid_utf8),
      cmocka_unit_test(keys_are_escaped_too),
      cmocka_unit_test(members_without_an_object_get_commas),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
