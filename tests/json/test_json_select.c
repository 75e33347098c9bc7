#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json_select.h"
#include "json/json_support.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

static const char *const paths[] = {"kind", "meta|name", "nics|[]|name", "nics|[]|ip|[]|a", "all", "k\"ey|x", NULL};

static dw_json *pick(struct dw_arena *arena, const char *text, enum dw_json_flags flags) {
  char *copy = unterminated(text, strlen(text));
  dw_json *value = dw_json_select(arena, copy, strlen(text), paths, flags);
  free(copy);
  return value;
}

/* --- dw_json_select --- */

static void only_selected_values_are_kept(void **state) {
  (void)state;
  static const struct {
    const char *text, *left;
  } cases[] = {
      {"{}", "{}"},
      {"{\"kind\":\"a\",\"other\":{\"kind\":1},\"kin\":2,\"kinds\":3}", "{\"kind\":\"a\"}"},
      {"{\"other\":[1,{\"a\":[]}],\"kind\":\"a\"}", "{\"kind\":\"a\"}"},
      {"{\"meta\":{\"uid\":\"1\",\"name\":\"n\"}}", "{\"meta\":{\"name\":\"n\"}}"},
      {"{\"meta\":{\"uid\":\"1\"}}", "{\"meta\":{}}"},
      {"{\"nics\":[{\"name\":\"a\",\"mtu\":1},{\"mtu\":2},{\"name\":\"b\",\"ip\":[{\"a\":1,\"b\":2},{}]}]}",
       "{\"nics\":[{\"name\":\"a\"},{},{\"name\":\"b\",\"ip\":[{\"a\":1},{}]}]}"},
      {"{\"all\":{\"a\":[1,{\"b\":2}]}}", "{\"all\":{\"a\":[1,{\"b\":2}]}}"},
      {"{\"\\u006bind\":1,\"k\\\"ey\":{\"x\":2,\"y\":3}}", "{\"kind\":1,\"k\\\"ey\":{\"x\":2}}"},
      /* Values of another type than the path expects are kept, so that the reader can reject them. */
      {"{\"meta\":\"text\",\"nics\":{\"name\":1}}", "{\"meta\":\"text\",\"nics\":{}}"},
      {"{\"meta\":[{\"name\":1}],\"nics\":null}", "{\"meta\":[],\"nics\":null}"},
      {"{\"nics\":[1,[2],\"a\"]}", "{\"nics\":[1,[],\"a\"]}"},
      {"[{\"kind\":1}]", "[]"},
      {"5", "5"},
      /* As in Go, the last of equal keys is used. */
      {"{\"meta\":{\"name\":\"a\"},\"meta\":{\"uid\":1}}", "{\"meta\":{}}"},
  };
  for (size_t i = 0; i < LENGTH(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    dw_json *value = pick(arena, cases[i].text, DW_JSON_PLAIN);
    if (value == NULL || !same_json(dw_json_text(arena, value), cases[i].left))
      fail_msg("%s became %s", cases[i].text, value == NULL ? "nothing" : dw_json_text(arena, value));
    const dw_json *whole = dw_json_parse(arena, cases[i].text, strlen(cases[i].text), DW_JSON_PLAIN, NULL);
    if (!dw_json_equal(dw_json_keep(arena, whole, paths), value))
      fail_msg("%s as a value became %s", cases[i].text, dw_json_text(arena, dw_json_keep(arena, whole, paths)));
  }
}

static void values_that_are_not_selected_must_be_json(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",
      "{\"other\":}",
      "{\"other\":[1,]}",
      "{\"other\":{\"a\" 1}}",
      "{\"other\":\"\\x\"}",
      "{\"other\":\"\xff\"}",
      "{\"other\":1} 2",
      "{\"other\":1",
      "{\"all\":[1,}",
      "{\"meta\":{\"name\":01}}",
      "\xEF\xBB\xBF{}",
  };
  for (size_t i = 0; i < LENGTH(texts); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    if (pick(arena, texts[i], DW_JSON_PLAIN) != NULL)
      fail_msg("%s was accepted", texts[i]);
  }
}

static dw_json *pick_nested(struct dw_arena *arena, const char *key, size_t depth) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_printf(&text, "{\"%s\":", key);
  for (size_t i = 1; i < depth; i++)
    dw_buf_putc(&text, '[');
  for (size_t i = 1; i < depth; i++)
    dw_buf_putc(&text, ']');
  dw_buf_putc(&text, '}');
  return dw_json_select(arena, dw_buf_text(&text), text.length, paths, DW_JSON_PLAIN);
}

static void depth_is_limited_inside_and_outside_of_the_selection(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_non_null(pick_nested(arena, "all", DW_JSON_MAX_DEPTH));
  assert_null(pick_nested(arena, "all", DW_JSON_MAX_DEPTH + 1));
  assert_non_null(pick_nested(arena, "other", DW_JSON_MAX_DEPTH));
  assert_null(pick_nested(arena, "other", DW_JSON_MAX_DEPTH + 1));
}

static void duplicate_keys_are_rejected_on_request(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_null(pick(arena, "{\"kind\":1,\"kind\":1}", DW_JSON_UNIQUE_KEYS));
  assert_null(pick(arena, "{\"kind\":1,\"\\u006bind\":1}", DW_JSON_UNIQUE_KEYS));
  assert_null(pick(arena, "{\"all\":{\"a\":1,\"a\":1}}", DW_JSON_UNIQUE_KEYS));
  assert_null(pick(arena, "{\"nics\":[{\"name\":1,\"name\":1}]}", DW_JSON_UNIQUE_KEYS));
  assert_non_null(pick(arena, "{\"nics\":[{\"name\":1},{\"name\":1}]}", DW_JSON_UNIQUE_KEYS));
}

static void selecting_respects_the_limit_of_the_arena(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(64);
  assert_null(pick(arena, "{\"all\":[1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9]}", DW_JSON_PLAIN));
}

static void copying_a_selection_respects_the_limit(void **state) {
  static const char text[] = "{\"nics\":[{\"name\":1},{\"name\":2}],\"meta\":{\"name\":\"n\"}}";
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *whole = dw_json_parse(arena, text, sizeof text - 1, DW_JSON_PLAIN, NULL);
  bool enough = false;
  for (size_t limit = 1; !enough; limit++) {
    DW_ARENA_SCOPED struct dw_arena *limited = dw_arena_new(limit);
    const dw_json *kept = dw_json_keep(limited, whole, paths);
    enough = dw_arena_exhausted(limited) == DW_NOT_EXHAUSTED;
    assert_int_equal(kept != NULL, enough);
  }
}

/* --- dw_json_read_stream --- */

struct received {
  struct dw_buf text;
  size_t count, most;
};

static int receive(void *context, const dw_json *element) {
  struct received *received = context;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  if (received->count == received->most)
    return -1;
  received->count++;
  dw_buf_printf(&received->text, "%s ", dw_json_text(arena, element));
  return 0;
}

static dw_json *stream(struct dw_arena *arena, const char *text, struct received *received) {
  const struct dw_json_stream stream = {"items", paths, DW_JSON_UNIQUE_KEYS, receive, received};
  char *copy = unterminated(text, strlen(text));
  dw_json *root = dw_json_read_stream(arena, copy, strlen(text), &stream);
  free(copy);
  return root;
}

static void elements_are_streamed_one_by_one(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct received received = {.most = 9};
  dw_json *root = stream(
      arena, " {\"v\":1,\"items\":[{\"kind\":1,\"x\":[]},{\"meta\":{\"name\":\"n\",\"y\":0}},3],\"kind\":\"List\"} ",
      &received);
  assert_non_null(root);
  assert_true(same_json(dw_json_text(arena, root), "{\"v\":1,\"kind\":\"List\"}"));
  assert_string_equal(dw_buf_text(&received.text), "{\"kind\":1} {\"meta\":{\"name\":\"n\"}} 3 ");
  dw_buf_free(&received.text);
}

static void an_empty_list_can_be_streamed(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct received received = {.most = 9};
  assert_non_null(stream(arena, "{\"items\":[]}", &received));
  assert_int_equal(received.count, 0);
}

static void the_callback_can_stop_the_stream(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct received received = {.most = 1};
  assert_null(stream(arena, "{\"items\":[1,2,3]}", &received));
  assert_int_equal(received.count, 1);
  dw_buf_free(&received.text);
}

static void other_texts_are_not_streamed(void **state) {
  (void)state;
  static const char *const texts[] = {"",
                                      "[]",
                                      "5",
                                      "{}",
                                      "{\"items\":{}}",
                                      "{\"items\":null}",
                                      "{\"items\":[1}",
                                      "{\"items\":[1]} {\"items\":[1]}",
                                      "{\"items\":[1],\"items\":[2]}",
                                      "{\"items\":[1],\"items\":null}",
                                      "{\"items\":{},\"items\":[1]}",
                                      "{\"items\":[1],\"a\":}",
                                      "{\"a\":1,\"a\":2,\"items\":[]}"};
  for (size_t i = 0; i < LENGTH(texts); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct received received = {.most = 9};
    if (stream(arena, texts[i], &received) != NULL)
      fail_msg("%s was accepted", texts[i]);
    dw_buf_free(&received.text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_selected_values_are_kept),
      cmocka_unit_test(values_that_are_not_selected_must_be_json),
      cmocka_unit_test(depth_is_limited_inside_and_outside_of_the_selection),
      cmocka_unit_test(duplicate_keys_are_rejected_on_request),
      cmocka_unit_test(selecting_respects_the_limit_of_the_arena),
      cmocka_unit_test(copying_a_selection_respects_the_limit),
      cmocka_unit_test(elements_are_streamed_one_by_one),
      cmocka_unit_test(an_empty_list_can_be_streamed),
      cmocka_unit_test(the_callback_can_stop_the_stream),
      cmocka_unit_test(other_texts_are_not_streamed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
