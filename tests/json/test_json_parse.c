#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "json/json_support.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

static void reads_every_kind_of_value(void **state) {
  (void)state;
  static const char *const texts[] = {
      "null",
      "true",
      "-0",
      "9223372036854775807",
      "-9223372036854775808",
      "1.5",
      "1E-3",
      "\"\"",
      "\"a\\n\\u00e9\\ud83d\\ude00\"",
      " [ 1 , [ ] , { } ]\n",
      "{\"a\":{\"b\":[null,\"\\\"\"]},\"\":false}",
      "\"\xc3\xa9\"",
  };
  for (size_t i = 0; i < LENGTH(texts); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    dw_json *value = parse(arena, texts[i]);
    assert_non_null(value);
    if (!same_json(dw_json_text(arena, value), texts[i]))
      fail_msg("%s became %s", texts[i], dw_json_text(arena, value));
  }
}

struct broken {
  const char *text;
  int line;
  int column;
  const char *says;
};

static void expect_error(const struct broken *broken, enum dw_json_flags flags, enum dw_error_code code) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  if (parse_with(arena, broken->text, flags, &err) != NULL)
    fail_msg("%s was read", broken->text);
  if (err.code != code || err.line != broken->line || err.column != broken->column || !strstr(err.text, broken->says))
    fail_msg("%s: code %d at %d:%d: %s", broken->text, (int)err.code, err.line, err.column, err.text);
}

static void reports_the_position_and_the_mistake(void **state) {
  (void)state;
  static const struct broken table[] = {
      {"", 1, 1, "empty"},
      {" \n ", 2, 2, "empty"},
      {"{", 1, 2, "expected '}'"},
      {"[1,\n 2", 2, 3, "expected ']'"},
      {"{\"a\":", 1, 6, "expected a value"},
      {"{\n  \"a\": 1,\n}", 2, 9, "trailing comma"},
      {"[1,]", 1, 3, "trailing comma"},
      {"[,1]", 1, 2, "expected a value"},
      {"{,}", 1, 2, "unexpected ','"},
      {"{\"a\":1 \"b\":2}", 1, 8, "expected ',' or '}'"},
      {"[1 2]", 1, 4, "expected ',' or ']'"},
      {"{\"a\" 1}", 1, 6, "expected ':'"},
      {"{\"a\"", 1, 5, "expected ':'"},
      {"[\"a\":1]", 1, 5, "unexpected ':'"},
      {"{a:1}", 1, 2, "key in double quotes"},
      {"{'a':1}", 1, 2, "key in double quotes"},
      {"['a']", 1, 2, "double quotes"},
      {"{\"a\": 1 // x\n}", 1, 9, "not allow comments"},
      {"# x\n1", 1, 1, "not allow comments"},
      {"[01]", 1, 2, "leading zeros"},
      {"[+1]", 1, 2, "begin with a digit"},
      {"[.5]", 1, 2, "begin with a digit"},
      {"[-]", 1, 3, "expected a digit"},
      {"[1.]", 1, 4, "decimal point"},
      {"[1e+]", 1, 5, "exponent"},
      {"[True]", 1, 2, "expected a value"},
      {"nul", 1, 1, "expected a value"},
      {"[1}", 1, 3, "expected ',' or ']'"},
      {"\"abc", 1, 1, "closing quote"},
      {"[\"a\nb\"]", 1, 4, "line break"},
      {"\"a\tb\"", 1, 3, "tab"},
      {"\"\x01\"", 1, 2, "control character"},
      {"\"\\x\"", 1, 2, "escape"},
      {"\"\\u12g4\"", 1, 2, "four hexadecimal"},
      {"1 2", 1, 3, "unexpected text"},
      {"{}]", 1, 3, "unexpected text"},
      {"\xef\xbb\xbf{}", 1, 1, "byte order mark"},
      {"[\"\xff\"]", 1, 3, "UTF-8"},
      {"\"\xc3\"", 1, 2, "UTF-8"},
  };
  for (size_t i = 0; i < LENGTH(table); i++)
    expect_error(&table[i], DW_JSON_PLAIN, DW_ERR_SYNTAX);
}

static void rejects_nul_and_huge_numbers(void **state) {
  (void)state;
  static const struct broken table[] = {
      {"\"\\u0000\"", 1, 2, "\\u0000 (a NUL) is not allowed in a string"},
      {"{\"\\u0000\":1}", 1, 3, "\\u0000 (a NUL) is not allowed in a string"},
      {"[1,\n 1e999]", 2, 2, "this number is too large"},
      {"[-1e999]", 1, 2, "this number is too large"},
  };
  for (size_t i = 0; i < LENGTH(table); i++)
    expect_error(&table[i], DW_JSON_PLAIN, DW_ERR_INVALID);
}

static void half_a_surrogate_pair_becomes_u_fffd(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
  } table[] = {
      {"\"\\ud800\"", "\xef\xbf\xbd"},
      {"\"\\udc00\"", "\xef\xbf\xbd"},
      {"\"a\\ud83dz\"", "a\xef\xbf\xbdz"},
      {"\"\\ud800\\u0041\"", "\xef\xbf\xbd\x41"},
      {"\"\\ud83d\\n\"", "\xef\xbf\xbd\n"},
      {"\"\\udc00\\ud800\"", "\xef\xbf\xbd\xef\xbf\xbd"},
      {"\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
      {"\"\\ud83d\\\\ude00\"", "\xef\xbf\xbd\\ude00"},
  };
  for (size_t i = 0; i < LENGTH(table); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    assert_string_equal(dw_json_string(parse(arena, table[i].text)), table[i].says);
  }
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  expect_error(&(struct broken){"{\"\\ud800\":1,\"\\ud801\":2}", 1, 13, "appears twice"}, DW_JSON_UNIQUE_KEYS,
               DW_ERR_DUPLICATE);
  assert_int_equal(dw_json_size(parse(arena, "{\"\\ud800\":1,\"\\ud801\":2}")), 1);
}

/* 300 digits fit into a double, 310 do not. */
static void integers_beyond_64_bits_keep_their_text(void **state) {
  (void)state;
  static const char *const texts[] = {"9223372036854775808", "-9223372036854775809", "99999999999999999999999999",
                                      "1.50", "1E5"};
  for (size_t i = 0; i < LENGTH(texts); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const dw_json *value = parse(arena, texts[i]);
    int64_t integer;
    double real = 0;
    assert_false(dw_json_integer(value, &integer));
    assert_true(dw_json_real(value, &real) && real == strtod(texts[i], NULL));
    assert_string_equal(dw_json_text(arena, value), texts[i]);
    assert_string_equal(dw_json_type_name(value), i < 3 ? "an integer beyond 64 bits" : "a number");
  }
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_false(dw_json_equal(parse(arena, "99999999999999999999"), parse(arena, "99999999999999999998")));
  assert_true(dw_json_equal(parse(arena, "99999999999999999999"), parse(arena, "99999999999999999999")));
  char digits[400];
  memset(digits, '9', sizeof digits);
  digits[300] = '\0';
  assert_string_equal(dw_json_text(arena, parse(arena, digits)), digits);
  digits[300] = '9';
  digits[310] = '\0';
  expect_error(&(struct broken){digits, 1, 1, "this number is too large"}, DW_JSON_PLAIN, DW_ERR_INVALID);
}

static void rejects_a_nul_byte(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  assert_null(dw_json_parse(arena, "[1\0]", 4, DW_JSON_PLAIN, &err));
  assert_int_equal(err.column, 3);
  assert_null(dw_json_parse(arena, "1\0", 2, DW_JSON_PLAIN, &err));
  assert_null(dw_json_parse(arena, "\"\0\"", 3, DW_JSON_PLAIN, &err));
}

static void rejects_duplicate_keys_on_request(void **state) {
  (void)state;
  static const struct broken table[] = {
      {"{\"a\":1,\n \"a\":2}", 2, 2, "\"a\""},
      {"[{\"b\":{\"x\\\"y\":1, \"x\\\"y\":2}}]", 1, 18, "twice"},
      {"{\"\":1,\"\":2}", 1, 7, "\"\""},
      {"{\"a\":1,\"\\u0061\":2}", 1, 8, "twice"},
  };
  for (size_t i = 0; i < LENGTH(table); i++) {
    expect_error(&table[i], DW_JSON_UNIQUE_KEYS, DW_ERR_DUPLICATE);
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    assert_non_null(parse(arena, table[i].text));
  }
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_non_null(parse_with(arena, "{\"a\":{\"a\":1},\"A\":[{\"a\":1},{\"a\":2}]}", DW_JSON_UNIQUE_KEYS, NULL));
  assert_string_equal(dw_json_text(arena, parse(arena, "{\"a\":1,\"a\":2}")), "{\"a\":2}");
}

static void messages_shorten_long_keys_and_hide_control_characters(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  char *key = repeated("k\xc3\xa9", 5000);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_printf(&text, "{\"%s\":1,\"%s\":2}", key, key);
  assert_null(parse_with(arena, dw_buf_text(&text), DW_JSON_UNIQUE_KEYS, &err));
  assert_true(strlen(err.text) < 120);
  assert_non_null(strstr(err.text, "...\""));
  assert_null(parse_with(arena, "{\"\x7f\":1,\"\x7f\":2}", DW_JSON_UNIQUE_KEYS, &err));
  assert_null(strchr(err.text, 0x7f));
  free(key);
}

static void allows_128_levels_of_nesting(void **state) {
  (void)state;
  static const char *const openings[] = {"[", "{\"a\":"};
  static const char *const closings[] = {"]", "}"};
  for (size_t kind = 0; kind < 2; kind++) {
    for (size_t levels = 128; levels <= 129; levels++) {
      DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
      DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
      struct dw_error err = DW_ERROR_INIT;
      for (size_t i = 0; i < levels; i++)
        dw_buf_puts(&text, openings[kind]);
      dw_buf_puts(&text, "\"[[[[\"");
      for (size_t i = 0; i < levels; i++)
        dw_buf_puts(&text, closings[kind]);
      dw_json *value = parse_with(arena, dw_buf_text(&text), DW_JSON_PLAIN, &err);
      assert_int_equal(value != NULL, levels == 128);
      if (value)
        assert_string_equal(dw_json_text(arena, value), dw_buf_text(&text));
      else
        assert_int_equal(err.code, DW_ERR_DEPTH);
    }
  }
}

static void rejects_a_million_brackets(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  char *text = repeated("[", 1000000);
  assert_null(parse_with(arena, text, DW_JSON_PLAIN, &err));
  assert_int_equal(err.code, DW_ERR_DEPTH);
  assert_int_equal(err.column, 129);
  free(text);
}

static void respects_the_limit_of_the_arena(void **state) {
  (void)state;
  char *many = repeated("[],", 200000);
  char *digits = repeated("1", 300);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_printf(&text, "[%s0.%s]", many, digits);
  DW_ARENA_SCOPED struct dw_arena *small = dw_arena_new(1 << 20);
  DW_ARENA_SCOPED struct dw_arena *large = dw_arena_new(1 << 28);
  struct dw_error err = DW_ERROR_INIT;
  assert_null(parse_with(small, dw_buf_text(&text), DW_JSON_PLAIN, &err));
  assert_int_equal(err.code, DW_ERR_MEMORY);
  assert_true(dw_arena_used(small) < 4 << 20);
  assert_non_null(parse_with(large, dw_buf_text(&text), DW_JSON_PLAIN, &err));
  free(many);
  free(digits);
}

/* Memory may run out in the middle of any token, so a long number and a long string are parsed with every possible
 * limit. */
static void fails_cleanly_at_any_limit(void **state) {
  (void)state;
  char *digits = repeated("7", 700);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_printf(&text, "{\"k\":[0.%s,\"%s\\u00e9\"],\"%s\":{}}", digits, digits, digits);
  size_t refused = 0;
  bool read = false;
  for (size_t limit = 16; !read; limit += 16) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(limit);
    struct dw_error err = DW_ERROR_INIT;
    read = parse_with(arena, dw_buf_text(&text), DW_JSON_PLAIN, &err) != NULL;
    assert_true(read || err.code == DW_ERR_MEMORY);
    refused += !read;
  }
  assert_true(refused > 100);
  free(digits);
}

static void *parse_often(void *result) {
  for (int i = 0; i < 300; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    dw_json *value = parse(arena, "{\"a\":[1,2,{\"b\":\"text\"}],\"c\":{\"d\":null}}");
    *(int *)result += value && dw_json_size(dw_json_get(value, "a")) == 3;
  }
  return NULL;
}

static void threads_are_independent(void **state) {
  (void)state;
  pthread_t threads[4];
  int results[4] = {0};
  for (size_t i = 0; i < LENGTH(threads); i++)
    assert_int_equal(pthread_create(&threads[i], NULL, parse_often, &results[i]), 0);
  for (size_t i = 0; i < LENGTH(threads); i++) {
    pthread_join(threads[i], NULL);
    assert_int_equal(results[i], 300);
  }
}

static void omits_the_given_members(void **state) {
  (void)state;
  static const char text[] =
      "{\"a\":1,\"skip\":{\"skip\":[1,\"\\u00e9\"],\"x\":1,\"x\":2},\"b\":[{\"skip\":null},{\"skipped\":3}]}";
  static const char *const names[] = {"skip", "other", NULL};
  const struct dw_json_options options = {.flags = DW_JSON_UNIQUE_KEYS, .omitted = names};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *value = dw_json_parse_as(arena, text, sizeof text - 1, &options, NULL);
  assert_non_null(value);
  assert_string_equal(dw_json_text(arena, value), "{\"a\":1,\"b\":[{},{\"skipped\":3}]}");
}

static void omitted_members_must_be_json_and_use_no_memory(void **state) {
  (void)state;
  static const char *const names[] = {"skip", NULL};
  static const char *const broken[] = {"{\"skip\":{\"a\":}}", "{\"skip\":\"\xff\"}", "{\"skip\":[1,]}",
                                       "{\"skip\":nul}"};
  const struct dw_json_options options = {.omitted = names};
  for (size_t i = 0; i < LENGTH(broken); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_error err = DW_ERROR_INIT;
    assert_null(dw_json_parse_as(arena, broken[i], strlen(broken[i]), &options, &err));
    assert_int_equal(err.code, DW_ERR_SYNTAX);
  }
  DW_ARENA_SCOPED struct dw_arena *small = dw_arena_new(1024);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  char *many = repeated("[1],", 10000);
  dw_buf_printf(&text, "{\"skip\":[%s1]}", many);
  assert_non_null(dw_json_parse_as(small, text.data, text.length, &options, NULL));
  free(many);
}

/* Source: what Go 1.25 prints for json.Marshal() of a number that was decoded into an interface{}. */
static void remarshalled_numbers_are_integers_if_go_writes_integers(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool integer, written;
    int64_t value;
  } cases[] = {
      {"1500", true, true, 1500},
      {"1500.0", true, false, 1500},
      {"1.5e3", true, false, 1500},
      {"-2.50E1", true, false, -25},
      {"-2.55E+1", false, false, 0},
      {"-250e-1", true, false, -25},
      {"1500.5", false, false, 0},
      {"1500.00000000000000001", true, false, 1500},
      {"0.1e1", true, false, 1},
      {"1e-400", true, false, 0},
      {"-0", true, true, 0},
      {"-0.0", true, false, 0},
      {"9007199254740992", true, true, 9007199254740992},
      {"9007199254740993", true, true, 9007199254740992},
      {"-9007199254740995", true, true, -9007199254740996},
      {"1234567890123456789", true, true, 1234567890123456800},
      {"1e18", true, false, 1000000000000000000},
      {"9223372036854774784", true, true, 9223372036854775000},
      {"9223372036854774784.0", true, false, 9223372036854775000},
      {"-9223372036854774784", true, true, -9223372036854775000},
      {"9223372036854775807", false, false, 0},
      {"9223372036854775808", false, false, 0},
      {"9.3e18", false, false, 0},
      {"-9223372036854775808", false, false, 0},
      {"-9223372036854775808.0", false, false, 0},
      {"1e21", false, false, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    int64_t value = 0;
    const dw_json *json = dw_json_parse(arena, cases[i].text, strlen(cases[i].text), DW_JSON_REMARSHALLED, NULL);
    assert_non_null(json);
    bool integer = dw_json_integer(json, &value);
    if (integer != cases[i].integer || value != cases[i].value || dw_json_written_integer(json) != cases[i].written)
      fail_msg("%s: integer %d, %lld", cases[i].text, integer, (long long)value);
    assert_string_equal(dw_json_text(arena, json), cases[i].text);
    if (cases[i].written)
      continue;
    json = dw_json_parse(arena, cases[i].text, strlen(cases[i].text), DW_JSON_PLAIN, NULL);
    bool plain = strpbrk(cases[i].text, ".eE") == NULL && dw_json_type(json) == DW_JSON_INTEGER;
    assert_int_equal(dw_json_integer(json, &value), plain);
    assert_int_equal(dw_json_written_integer(json), plain);
  }
}

static void remarshalled_numbers_are_compared_by_value(void **state) {
  (void)state;
  static const char text[] = "[1500,1500.0,1.5e3,1501,1500.5]";
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *list = dw_json_parse(arena, text, sizeof text - 1, DW_JSON_REMARSHALLED, NULL);
  for (size_t i = 0; i < 5; i++)
    assert_int_equal(dw_json_equal(dw_json_at(list, 0), dw_json_at(list, i)), i < 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_every_kind_of_value),
      cmocka_unit_test(reports_the_position_and_the_mistake),
      cmocka_unit_test(rejects_nul_and_huge_numbers),
      cmocka_unit_test(half_a_surrogate_pair_becomes_u_fffd),
      cmocka_unit_test(integers_beyond_64_bits_keep_their_text),
      cmocka_unit_test(rejects_a_nul_byte),
      cmocka_unit_test(rejects_duplicate_keys_on_request),
      cmocka_unit_test(messages_shorten_long_keys_and_hide_control_characters),
      cmocka_unit_test(allows_128_levels_of_nesting),
      cmocka_unit_test(rejects_a_million_brackets),
      cmocka_unit_test(respects_the_limit_of_the_arena),
      cmocka_unit_test(fails_cleanly_at_any_limit),
      cmocka_unit_test(threads_are_independent),
      cmocka_unit_test(omits_the_given_members),
      cmocka_unit_test(omitted_members_must_be_json_and_use_no_memory),
      cmocka_unit_test(remarshalled_numbers_are_integers_if_go_writes_integers),
      cmocka_unit_test(remarshalled_numbers_are_compared_by_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
