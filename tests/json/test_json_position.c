#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json_position.h"
#include "json/json_support.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

static void counts_lines_and_bytes(void **state) {
  (void)state;
  static const char text[] = "ab\n\n\xc3\xa9x\r\ny";
  static const struct {
    size_t offset;
    int line;
    int column;
  } table[] = {{0, 1, 1}, {2, 1, 3}, {3, 2, 1}, {4, 3, 1}, {6, 3, 3}, {8, 3, 5}, {9, 4, 1}, {10, 4, 2}, {99, 4, 2}};
  for (size_t i = 0; i < LENGTH(table); i++) {
    int line = 0;
    int column = 0;
    dw_text_position(text, strlen(text), table[i].offset, &line, &column);
    assert_int_equal(line, table[i].line);
    assert_int_equal(column, table[i].column);
  }
}

/* Returns the text of the value at PATH; "" if there is none. */
static const char *value_at(const char *text, const char *path, struct dw_buf *out) {
  struct dw_json_place place;
  char *copy = unterminated(text, strlen(text));
  dw_buf_truncate(out, 0);
  if (dw_json_locate(copy, strlen(text), path, &place)) {
    dw_buf_add(out, text + place.key.offset, place.key.length);
    dw_buf_puts(out, "=");
    dw_buf_add(out, text + place.value.offset, place.value.length);
    dw_buf_puts(out, place.empty ? " (empty)" : "");
  }
  free(copy);
  return dw_buf_text(out);
}

static void finds_values_by_path(void **state) {
  (void)state;
  static const char text[] =
      " { \"plugins\" : [ {\"type\":\"macvlan\", \"ipam\":{}}, { \"IPAM\" : [ ] } ], \"a.b/c\":{\"[x]\":1},"
      " \"k\":1, \"K\":2, \"k\":3, \"\\u0064\":4, \"l\":5, \"L\":6, \"\":7 } ";
  static const struct {
    const char *path;
    const char *found;
  } table[] = {
      {"plugins[0].type", "\"type\"=\"macvlan\""},
      {"plugins[0].ipam", "\"ipam\"={} (empty)"},
      {"plugins[1].ipam", "\"IPAM\"=[ ] (empty)"},
      {"PLUGINS[1]", "={ \"IPAM\" : [ ] }"},
      {"[a.b/c]", "\"a.b/c\"={\"[x]\":1}"},
      {"[a.b/c][[x]]", "\"[x]\"=1"},
      {"k", "\"k\"=3"},
      {"K", "\"K\"=2"},
      {"d", "\"\\u0064\"=4"},
      {"D", "\"\\u0064\"=4"},
      {"[]", "\"\"=7"},
      {"plugins[2]", ""},
      {"plugins.type", ""},
      {"plugins[x]", ""},
      {"plugins[99999999999999999999]", ""},
      {"plugins[0].type.x", ""},
      {"missing", ""},
      {"missing.type", ""},
  };
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (size_t i = 0; i < LENGTH(table); i++)
    assert_string_equal(value_at(text, table[i].path, &out), table[i].found);
  assert_string_equal(value_at(" [1] ", "", &out), "=[1]");
  assert_string_equal(value_at("{\"f\":1,\"F\":2}", "f", &out), "\"f\"=1");
  assert_string_equal(value_at("{\"f\":1,\"F\":2,\"Ma\xc5\xbfter\":{\"x\":3}}", "master.x", &out), "\"x\"=3");
}

static void nothing_is_found_in_invalid_json(void **state) {
  (void)state;
  static const char *const texts[] = {
      "", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "[1,", "{\"a\":1,}", "{\"a\":\"\\u0000\"}", "\"", "\xff"};
  for (size_t i = 0; i < LENGTH(texts); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
    size_t count = 1;
    assert_string_equal(value_at(texts[i], "a", &out), "");
    assert_string_equal(value_at(texts[i], "", &out), "");
    dw_json_duplicates(arena, texts[i], strlen(texts[i]), &count);
    assert_int_equal(count, 0);
  }
}

static void nothing_is_found_in_text_nested_too_deep(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  char *text = repeated("{\"a\":", 100000);
  struct dw_json_place place;
  size_t count = 1;
  assert_false(dw_json_locate(text, strlen(text), "a.a", &place));
  dw_json_duplicates(arena, text, strlen(text), &count);
  assert_int_equal(count, 0);
  free(text);
}

/* Returns "path:first/second@line:column" of each, separated by spaces. */
static const char *duplicates_of(const char *text, struct dw_buf *out) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t count = 0;
  char *copy = unterminated(text, strlen(text));
  const struct dw_json_duplicate *list = dw_json_duplicates(arena, copy, strlen(text), &count);
  dw_buf_truncate(out, 0);
  for (size_t i = 0; i < count; i++)
    dw_buf_printf(out, "%s%s:%s/%s@%d:%d", i ? " " : "", list[i].path, list[i].first, list[i].second, list[i].line,
                  list[i].column);
  free(copy);
  return dw_buf_text(out);
}

static void finds_duplicates_on_every_level(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *found;
  } table[] = {
      {"{\"a\":1,\"b\":{\"a\":1},\"c\":[{\"a\":1},{\"a\":1}]}", ""},
      {"[1,2]", ""},
      {"\"a\"", ""},
      {"{\"range\":1,\n \"Range\":2}", "Range:range/Range@2:2"},
      {"{\"a\":1,\"a\":2}", "a:a/a@1:8"},
      {"{\"a\":1,\"\\u0041\":2}", "A:a/A@1:8"},
      {"{\"s\":1,\"\xc5\xbf\":2}", "\xc5\xbf:s/\xc5\xbf@1:8"},
      {"{\"k\":1,\"\xe2\x84\xaa\":2}", "\xe2\x84\xaa:k/\xe2\x84\xaa@1:8"},

      {"{\"ipam\":{\"x\":1,\"X\":2},\"p\":[0,{\"y\":1,\"y\":2}]}", "ipam.X:x/X@1:16 p[1].y:y/y@1:37"},
      {"{\"a\":1,\"A\":{\"b\":1,\"b\":2},\"a\":3}", "A.b:b/b@1:19 a:a/a@1:26"},
      {"{\"a\":1,\"b\":1,\"A\":1,\"B\":1,\"a\":1}", "B:b/B@1:20 a:a/a@1:26"},
      {"[[{\"q\":1,\"Q\":1}]]", "[0][0].Q:q/Q@1:10"},
      {"{\"a.b\":{\"c\":1,\"c\":1},\"\":1,\"\":2}", "[a.b].c:c/c@1:15 []:/@1:27"},
  };
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (size_t i = 0; i < LENGTH(table); i++)
    assert_string_equal(duplicates_of(table[i].text, &out), table[i].found);
}

static void counts_how_often_a_key_appears(void **state) {
  (void)state;
  static const char text[] = "{\"a\":1,\"b\":1,\"A\":1,\"B\":1,\"a\":1}";
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t count = 0;
  const struct dw_json_duplicate *list = dw_json_duplicates(arena, text, strlen(text), &count);
  assert_int_equal(count, 2);
  assert_int_equal(list[0].times, 2);
  assert_int_equal(list[1].times, 3);
}

static void reports_which_of_several_equal_keys_is_used(void **state) {
  (void)state;
  static const struct {
    const char *text, *used;
    bool repeated, same_value;
  } table[] = {
      {"{\"a\":1,\"A\":2}", "a", false, false},
      {"{\"A\":1,\"a\":1}", "a", false, true},
      {"{\"a\":{\"b\": 1} ,\"a\" : {\"b\": 1}\n}", "a", true, true},
      {"{\"a\":1,\"a\":1.0}", "a", true, false},
      {"{\"a\":1,\"A\":1,\"a\":1}", "a", true, true},
      {"{\"Ab\":1,\"aB\":1,\"AB\":2}", "aB", false, false},
      {"{\"\xc5\xbf\":1,\"s\":1,\"S\":1}", "\xc5\xbf", false, true},
  };
  for (size_t i = 0; i < LENGTH(table); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    size_t count = 0;
    char *copy = unterminated(table[i].text, strlen(table[i].text));
    const struct dw_json_duplicate *found = dw_json_duplicates(arena, copy, strlen(table[i].text), &count);
    assert_int_equal(count, 1);
    assert_string_equal(found->used, table[i].used);
    assert_int_equal(found->repeated, table[i].repeated);
    assert_int_equal(found->same_value, table[i].same_value);
    free(copy);
  }
}

static void keeps_the_first_64(void **state) {
  (void)state;
  for (int keys = 63; keys <= 65; keys++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    size_t count = 0;
    for (int i = 0; i < keys; i++)
      dw_buf_printf(&text, "%s\"k%d\":1,\"K%d\":1", i ? ",\n" : "{", i, i);
    dw_buf_puts(&text, "}");
    const struct dw_json_duplicate *list = dw_json_duplicates(arena, dw_buf_text(&text), text.length, &count);
    assert_int_equal(count, keys <= 64 ? keys : 64);
    for (size_t i = 0; i < count; i++)
      assert_int_equal(list[i].line, i + 1);
  }
}

/* The keys of the outer object are compared after those of the inner ones. Nevertheless, the earliest duplicates in the
 * document must be kept. */
static void keeps_the_first_64_of_several_objects(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  size_t count = 0;
  dw_buf_puts(&text, "{\"a\":1,\"A\":1,\n\"b\":[");
  for (int i = 0; i < 100; i++)
    dw_buf_printf(&text, "%s{\"x\":1,\"x\":1}", i ? "," : "");
  dw_buf_puts(&text, "]}");
  const struct dw_json_duplicate *list = dw_json_duplicates(arena, dw_buf_text(&text), text.length, &count);
  assert_int_equal(count, 64);
  assert_string_equal(list[0].path, "A");
  assert_string_equal(list[1].path, "b[0].x");
  assert_string_equal(list[63].path, "b[62].x");
}

/* A key of a million bytes with 64 duplicates below it must not result in paths of 64 million bytes. */
static void shortens_long_paths(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  char *key = repeated("\xc3\xa9", 500000);
  size_t count = 0;
  dw_buf_printf(&text, "{\"%s\":{\"k\":1", key);
  for (int i = 0; i < 64; i++)
    dw_buf_printf(&text, ",\"k%d\":1,\"k%d\":1", i, i);
  dw_buf_puts(&text, "}}");
  const struct dw_json_duplicate *list = dw_json_duplicates(arena, dw_buf_text(&text), text.length, &count);
  assert_int_equal(count, 64);
  assert_true(strlen(list[63].path) < 400);
  assert_true(dw_arena_used(arena) < 100000);
  free(key);
}

static void finds_the_nearest_ancestor(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *path;
    const char *nearest; /* "" if the text is not JSON */
  } table[] = {
      {" {\"a\": [1, {\"b\": 2}]}", "a[1].c.d", "{\"b\": 2}"},
      {" {\"a\": [1, {\"b\": 2}]}", "a[2]", "[1, {\"b\": 2}]"},
      {" {\"a\": [1, {\"b\": 2}]}", "a[1].b.c", "2"},
      {"{\"a\": 1}", "x", "{\"a\": 1}"},
      {"\"text\"", "x", "\"text\""},
      {"{\"a\": }", "a", ""},
      {"", "a", ""},
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    struct dw_json_place place;
    char *copy = unterminated(table[i].text, strlen(table[i].text));
    assert_false(dw_json_locate_nearest(copy, strlen(table[i].text), table[i].path, &place));
    free(copy);
    if (place.value.length != strlen(table[i].nearest) ||
        strncmp(table[i].text + place.value.offset, table[i].nearest, place.value.length) != 0)
      fail_msg("%s in %s: %zu bytes at %zu", table[i].path, table[i].text, place.value.length, place.value.offset);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_the_nearest_ancestor),
      cmocka_unit_test(counts_lines_and_bytes),
      cmocka_unit_test(finds_values_by_path),
      cmocka_unit_test(nothing_is_found_in_invalid_json),
      cmocka_unit_test(nothing_is_found_in_text_nested_too_deep),
      cmocka_unit_test(finds_duplicates_on_every_level),
      cmocka_unit_test(counts_how_often_a_key_appears),
      cmocka_unit_test(reports_which_of_several_equal_keys_is_used),
      cmocka_unit_test(keeps_the_first_64),
      cmocka_unit_test(keeps_the_first_64_of_several_objects),
      cmocka_unit_test(shortens_long_paths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
