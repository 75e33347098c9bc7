#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json_support.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

/* Returns all documents as "LINE:JSON", separated by spaces. */
static const char *documents(const char *text, size_t length, struct dw_buf *out) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  struct dw_error err = DW_ERROR_INIT;
  char *copy = unterminated(text, length);
  int result = dw_yaml_parse(arena, copy, length, &doc, &err);
  free(copy);
  dw_buf_truncate(out, 0);
  if (result < 0)
    dw_buf_printf(out, "%d:%d: %s", err.line, err.column, err.text);
  for (; result == 0 && doc; doc = doc->next)
    dw_buf_printf(out, "%s%d:%s", out->length ? " " : "", doc->line, dw_json_text(arena, doc->root));
  return dw_buf_text(out);
}

static void reads_streams_and_skips_empty_documents(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *documents;
  } table[] = {
      {"", ""},
      {"\n\n", ""},
      {"# nothing\n", ""},
      {"---\n", ""},
      {"null\n", ""},
      {"---\n# a\n---\n~\n---\n...\n", ""},
      {"a: 1", "1:{\"a\":1}"},
      {"\n# x\n\na: 1\n", "4:{\"a\":1}"},
      {"a: 1\n---\nb: 2\n---\n---\nc: 3\n", "1:{\"a\":1} 3:{\"b\":2} 6:{\"c\":3}"},
      {"--- a\n...\n---\n- b\n", "1:\"a\" 4:[\"b\"]"},
      {"%YAML 1.1\n---\na: 1\n", "3:{\"a\":1}"},
      {"%YAML 1.2\n---\na: 1\n", "3:{\"a\":1}"},
      {"\xef\xbb\xbf"
       "a: 1\r\nb:\r\n- x\r\n",
       "1:{\"a\":1,\"b\":[\"x\"]}"},
      {"{a: 1, b: [x, yes]}\n", "1:{\"a\":1,\"b\":[\"x\",true]}"},
      {"[]\n---\n{}\n", "1:[] 3:{}"},
      {"- - 1\n  - 2\n-\n- a: 1\n  b:\n", "1:[[1,2],null,{\"a\":1,\"b\":null}]"},
      {"\xc3\xa9: \xe2\x82\xac\n", "1:{\"\xc3\xa9\":\"\xe2\x82\xac\"}"},
  };
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (size_t i = 0; i < LENGTH(table); i++)
    assert_string_equal(documents(table[i].text, strlen(table[i].text), &out), table[i].documents);
  assert_string_equal(documents("\xff\xfe"
                                "a\0:\0 \0"
                                "1\0\n\0",
                                12, &out),
                      "1:{\"a\":1}");
}

static void reads_json(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *documents;
  } table[] = {
      {"\n {\"a\":\t[1,\"yes\",1.5]}\n", "2:{\"a\":[1,\"yes\",1.5]}"},
      {"{\"a\":\"\\/\\ud83d\\ude00\"}", "1:{\"a\":\"/\xf0\x9f\x98\x80\"}"},
      {"{\"a\":1}\n{\"b\":\t2}\n[3]", "1:{\"a\":1} 2:{\"b\":2} 3:[3]"},
      {"{\"a\":1}\nnull\n", "1:{\"a\":1}"},
      {"{\"a\":1}\n---\n{\"b\":2}\n", "1:{\"a\":1} 3:{\"b\":2}"},
      {"{\"a\":18446744073709551616}", "1:{\"a\":18446744073709551616}"},
      {"{\"a\":1,}", "1:{\"a\":1}"}, /* YAML allows it */
      {"{\"a\": 1\n\t\"b\": 2}", "2:2: expected ',' or '}'"},
      {"{\"a\":1}\n{\"b\":}", "2:6: expected a value"},
      {"{\"a\":1,\n\"b\":{\"c\":1,\"c\":2}}", "2:12: the key \"c\" appears twice in the same object"},
      {"{\"a\":1} {\"b\":1,\"b\":2}", "1:16: the key \"b\" appears twice in the same object"},
  };
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (size_t i = 0; i < LENGTH(table); i++) {
    if (strcmp(documents(table[i].text, strlen(table[i].text), &out), table[i].documents) != 0)
      fail_msg("%s: %s", table[i].text, dw_buf_text(&out));
  }
}

/* Returns the code of the error that reading TEXT results in; -1 if there is none. */
static int error_code(const char *text, size_t limit) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(limit);
  struct dw_yaml_doc *doc = NULL;
  struct dw_error err = DW_ERROR_INIT;
  return parse_yaml(arena, text, &doc, &err) == 0 ? -1 : (int)err.code;
}

static void allows_128_levels_of_nesting(void **state) {
  (void)state;
  static const struct {
    const char *open;
    const char *middle;
    const char *close;
  } kinds[] = {{"[", "", "]"}, {"- ", "x", ""}, {"{\"a\":", "1", "}"}, {"{a: ", "1", "}"}};
  for (size_t kind = 0; kind < LENGTH(kinds); kind++) {
    for (size_t levels = 128; levels <= 129; levels++) {
      char *open = repeated(kinds[kind].open, levels);
      char *close = repeated(kinds[kind].close, levels);
      DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
      dw_buf_printf(&text, "%s%s%s", open, kinds[kind].middle, close);
      assert_int_equal(error_code(dw_buf_text(&text), 0), levels == 128 ? -1 : (int)DW_ERR_DEPTH);
      free(open);
      free(close);
    }
  }
}

static void aliases_count_towards_the_depth(void **state) {
  (void)state;
  char *open = repeated("[", 64);
  char *close = repeated("]", 64);
  for (size_t levels = 63; levels <= 64; levels++) {
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    dw_buf_printf(&text, "a: &a %s%s\nb: %s*a%s\n", open, close, open + 64 - levels, close + 64 - levels);
    assert_int_equal(error_code(dw_buf_text(&text), 0), levels == 63 ? -1 : (int)DW_ERR_DEPTH);
  }
  free(open);
  free(close);
}

static void rejects_a_million_brackets(void **state) {
  (void)state;
  static const char *const openings[] = {"[", "{a: ", "- ", "? ", "{\"a\":"};
  for (size_t i = 0; i < LENGTH(openings); i++) {
    char *text = repeated(openings[i], 300000);
    assert_int_equal(error_code(text, 0), DW_ERR_DEPTH);
    free(text);
  }
}

static void aliases_share_the_anchored_value(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *documents;
  } table[] = {
      {"a: &x {k: [1]}\nb: *x\nc: [*x, *x]\n",
       "1:{\"a\":{\"k\":[1]},\"b\":{\"k\":[1]},\"c\":[{\"k\":[1]},{\"k\":[1]}]}"},
      {"a: &x 1\nb: &x 2\nc: *x\n", "1:{\"a\":1,\"b\":2,\"c\":2}"},
      {"- &x [&x 1, *x]\n- *x\n", "1:[[1,1],1]"},
      {"&k key: *k\n", "1:{\"key\":\"key\"}"},
      {"a: &x\nb: *x\n", "1:{\"a\":null,\"b\":null}"},
      {"a: *x\n", "1:4: this alias refers to the anchor \"x\", which is not defined before it"},
      {"a: &x 1\n---\nb: *x\n", "3:4: this alias refers to the anchor \"x\", which is not defined before it"},
      {"a: &x [1, *x]\n", "1:11: the value of the anchor \"x\" would contain itself"},
      {"a: &x\n  b:\n    <<: *x\n", "3:9: the value of the anchor \"x\" would contain itself"},
  };
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (size_t i = 0; i < LENGTH(table); i++)
    assert_string_equal(documents(table[i].text, strlen(table[i].text), &out), table[i].documents);
}

/* Each level contains the one below it ten times. */
static void laughs(struct dw_buf *out, const char *joke, int levels) {
  dw_buf_printf(out, "a0: &a0 \"%s\"\n", joke);
  for (int i = 1; i <= levels; i++) {
    dw_buf_printf(out, "a%d: &a%d [", i, i);
    for (int j = 0; j < 10; j++)
      dw_buf_printf(out, "%s*a%d", j ? "," : "", i - 1);
    dw_buf_puts(out, "]\n");
  }
}

static void rejects_a_billion_laughs(void **state) {
  (void)state;
  for (int levels = 5; levels <= 10; levels += 5) {
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    laughs(&text, "ha", levels);
    assert_int_equal(error_code(dw_buf_text(&text), 0), levels == 5 ? -1 : (int)DW_ERR_MEMORY);
  }
}

static void rejects_few_aliases_to_very_long_text(void **state) {
  (void)state;
  char *joke = repeated("ha", 50000);
  for (int levels = 2; levels <= 4; levels += 2) {
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    laughs(&text, joke, levels);
    assert_int_equal(error_code(dw_buf_text(&text), 0), levels == 2 ? -1 : (int)DW_ERR_MEMORY);
  }
  free(joke);
}

static void accepts_many_values_without_aliases(void **state) {
  (void)state;
  char *items = repeated("- 1\n", 50000);
  assert_int_equal(error_code(items, 0), -1);
  free(items);
}

static void respects_the_limit_of_the_arena(void **state) {
  (void)state;
  char *items = repeated("- {a: [b, c]}\n", 3000);
  DW_BUF_SCOPED struct dw_buf json = DW_BUF_INIT;
  char *members = repeated("{\"a\":[\"b\"]},", 3000);
  dw_buf_printf(&json, "[%s0]", members);
  assert_int_equal(error_code(items, 200000), DW_ERR_MEMORY);
  assert_int_equal(error_code(items, 50000000), -1);
  assert_int_equal(error_code(dw_buf_text(&json), 200000), DW_ERR_MEMORY);
  assert_int_equal(error_code(dw_buf_text(&json), 50000000), -1);
  free(items);
  free(members);
}

static void fails_cleanly_at_any_limit(void **state) {
  (void)state;
  static const char *const texts[] = {"a: &a {b: [1, text], 2: ~}\nc:\n  <<: [*a, {d: e}]\n  b: *a\n---\nf: 1.5\n",
                                      "{\"a\":[1,2,{\"b\":null}]}\n{\"c\":1}"};
  for (size_t i = 0; i < LENGTH(texts); i++) {
    size_t limit = 16;
    int code;
    while ((code = error_code(texts[i], limit)) == DW_ERR_MEMORY)
      limit += 16;
    assert_int_equal(code, -1);
    assert_in_range(limit, 500, 50000);
  }
}

static void a_failure_does_not_change_the_output(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  assert_int_equal(parse_yaml(arena, "a: 1\n---\nb: [\n", &doc, NULL), -1);
  assert_null(doc);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_streams_and_skips_empty_documents),
      cmocka_unit_test(reads_json),
      cmocka_unit_test(allows_128_levels_of_nesting),
      cmocka_unit_test(aliases_count_towards_the_depth),
      cmocka_unit_test(rejects_a_million_brackets),
      cmocka_unit_test(aliases_share_the_anchored_value),
      cmocka_unit_test(rejects_a_billion_laughs),
      cmocka_unit_test(rejects_few_aliases_to_very_long_text),
      cmocka_unit_test(accepts_many_values_without_aliases),
      cmocka_unit_test(respects_the_limit_of_the_arena),
      cmocka_unit_test(fails_cleanly_at_any_limit),
      cmocka_unit_test(a_failure_does_not_change_the_output),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
