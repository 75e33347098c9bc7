#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json_support.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

struct scalar {
  const char *yaml;
  const char *json;
};

static void expect_scalars(const struct scalar *table, size_t count) {
  for (size_t i = 0; i < count; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    struct dw_yaml_doc *doc = NULL;
    struct dw_error err = DW_ERROR_INIT;
    dw_buf_printf(&text, "v: %s\n", table[i].yaml);
    if (parse_yaml(arena, dw_buf_text(&text), &doc, &err) < 0)
      fail_msg("%s: %s", table[i].yaml, err.text);
    const char *json = dw_json_text(arena, dw_json_get(doc->root, "v"));
    if (!same_json(json, table[i].json))
      fail_msg("%s became %s, not %s", table[i].yaml, json, table[i].json);
  }
}

/* The JSON that sigs.k8s.io/yaml converts each scalar to. */
static void words_have_the_types_of_yaml_1_1(void **state) {
  (void)state;
  static const struct scalar table[] = {
      {"y", "true"},        {"Y", "true"},      {"yes", "true"},      {"Yes", "true"},    {"YES", "true"},
      {"yEs", "\"yEs\""},   {"on", "true"},     {"On", "true"},       {"ON", "true"},     {"true", "true"},
      {"True", "true"},     {"TRUE", "true"},   {"tRUE", "\"tRUE\""}, {"n", "false"},     {"N", "false"},
      {"no", "false"},      {"No", "false"},    {"NO", "false"},      {"off", "false"},   {"Off", "false"},
      {"OFF", "false"},     {"false", "false"}, {"False", "false"},   {"FALSE", "false"}, {"null", "null"},
      {"Null", "null"},     {"NULL", "null"},   {"~", "null"},        {"", "null"},       {"nULL", "\"nULL\""},
      {"none", "\"none\""}, {"nan", "\"nan\""}, {"inf", "\"inf\""},   {"<<", "\"<<\""},   {"=", "\"=\""},
  };
  expect_scalars(table, LENGTH(table));
}

static void numbers_have_the_types_of_yaml_1_1(void **state) {
  (void)state;
  static const struct scalar table[] = {
      {"0", "0"},
      {"-0", "0"},
      {"+12", "12"},
      {"-12", "-12"},
      {"1_000", "1000"},
      {"1__0_", "10"},
      {"_1", "\"_1\""},
      {"010", "8"},
      {"-010", "-8"},
      {"0_7", "7"},
      {"08", "8"},
      {"0o17", "15"},
      {"0O17", "15"},
      {"0o", "\"0o\""},
      {"0o8", "\"0o8\""},
      {"0x1F", "31"},
      {"0X1f", "31"},
      {"-0x10", "-16"},
      {"0x", "\"0x\""},
      {"0xG", "\"0xG\""},
      {"0b101", "5"},
      {"-0b11", "-3"},
      {"0b2", "\"0b2\""},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"9223372036854775808", "9223372036854775808"},
      {"-9223372036854775809", "-9223372036854775809"},
      {"18446744073709551615", "18446744073709551615"},
      {"99999999999999999999999", "99999999999999999999999"},
      {"0x7fffffffffffffff", "9223372036854775807"},
      {"0xFFFFFFFFFFFFFFFFFF", "4722366482869645213695.0"},
      {"-0xFFFFFFFFFFFFFFFFFF", "\"-0xFFFFFFFFFFFFFFFFFF\""},
      {"1.5", "1.5"},
      {".5", "0.5"},
      {"-.5", "-0.5"},
      {"1.0", "1"},
      {"1.", "1"},
      {"1e3", "1000"},
      {"1E-2", "0.01"},
      {"1_0.5", "10.5"},
      {"._5", "\"._5\""},
      {".", "\".\""},
      {"1e", "\"1e\""},
      {"1e999", "\"1e999\""},
      {"1.2.3", "\"1.2.3\""},
      {"+", "\"+\""},
      {"+-1", "\"+-1\""},
      {"12:30:45", "\"12:30:45\""},
      {"2001-12-14", "\"2001-12-14\""},
      {"2001-12-14T21:59:43Z", "\"2001-12-14T21:59:43Z\""},
      {"10.0.0.0/24", "\"10.0.0.0/24\""},
      {"1.2.3.4", "\"1.2.3.4\""},
      {"64Mi", "\"64Mi\""},
  };
  expect_scalars(table, LENGTH(table));
}

static void quotes_and_blocks_make_text(void **state) {
  (void)state;
  static const struct scalar table[] = {
      {"\"yes\"", "\"yes\""},
      {"'1'", "\"1\""},
      {"\"\"", "\"\""},
      {"'it''s'", "\"it's\""},
      {"\"a\\tb\\x41\\u00e9\"", "\"a\\tbA\\u00e9\""},
      {"|\n  1", "\"1\\n\""},
      {">-\n  a\n  b", "\"a b\""},
      {"a\n  b", "\"a b\""},
  };
  expect_scalars(table, LENGTH(table));
}

static void tags_determine_the_type(void **state) {
  (void)state;
  static const struct scalar table[] = {
      {"!!str 1", "\"1\""},
      {"!!str yes", "\"yes\""},
      {"!!str", "\"\""},
      {"!!int \"5\"", "5"},
      {"!!bool \"on\"", "true"},
      {"!!float 3", "3"},
      {"!!float 0.5", "0.5"},
      {"!!null ~", "null"},
      {"!own 7", "\"7\""},
      {"! 7", "\"7\""},
      {"!!timestamp 2001-12-14", "\"2001-12-14\""},
      {"!!map {a: 1}", "{\"a\":1}"},
      {"!!seq [1]", "[1]"},
      {"!<tag:yaml.org,2002:str> 1", "\"1\""},
  };
  expect_scalars(table, LENGTH(table));
}

static void rejects_values_that_json_can_not_represent(void **state) {
  (void)state;
  static const struct scalar table[] = {
      {".inf", "infinity"},  {"-.Inf", "infinity"},       {".NaN", "NaN"},
      {"\"a\\0b\"", "NUL"},  {"!!binary aGk=", "base64"}, {"!!int x", "type"},
      {"!!int 1.5", "type"}, {"!!bool 1", "type"},        {"!!null x", "type"},
      {"!!float x", "type"}, {"!!int \"1\\0\"", "type"},
  };
  for (size_t i = 0; i < LENGTH(table); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    struct dw_yaml_doc *doc = NULL;
    struct dw_error err = DW_ERROR_INIT;
    dw_buf_printf(&text, "a: 1\nv: %s\n", table[i].yaml);
    assert_int_equal(parse_yaml(arena, dw_buf_text(&text), &doc, &err), -1);
    assert_int_equal(err.code, DW_ERR_INVALID);
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 4);
    if (!strstr(err.text, table[i].json))
      fail_msg("%s: %s", table[i].yaml, err.text);
  }
}

static void a_thousand_digits_are_not_a_number(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  struct dw_error err = DW_ERROR_INIT;
  char *digits = repeated("9", 1000);
  assert_int_equal(parse_yaml(arena, digits, &doc, &err), -1);
  assert_non_null(strstr(err.text, "too large"));
  free(digits);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_have_the_types_of_yaml_1_1),
      cmocka_unit_test(numbers_have_the_types_of_yaml_1_1),
      cmocka_unit_test(quotes_and_blocks_make_text),
      cmocka_unit_test(tags_determine_the_type),
      cmocka_unit_test(rejects_values_that_json_can_not_represent),
      cmocka_unit_test(a_thousand_digits_are_not_a_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
