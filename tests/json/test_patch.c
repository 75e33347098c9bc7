#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json_support.h"
#include "json/patch.h"

static void an_empty_patch_is_an_empty_list(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_patch patch = DW_PATCH_IN(arena);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_patch_write(&patch, &out);
  assert_string_equal(dw_buf_text(&out), "[]");
  assert_int_equal(patch.count, 0);
}

static void writes_operations_in_order(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_patch patch = DW_PATCH_IN(arena);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_patch_op(&patch, "add", "/spec/liveMigrationConfig", "{\"a\":[1,null]}");
  dw_patch_op(&patch, "replace", "/a\"b", "\"x\\ny\"");
  dw_patch_write(&patch, &out);
  assert_int_equal(patch.count, 2);
  assert_true(same_json(dw_buf_text(&out),
                        "[{\"op\":\"add\",\"path\":\"/spec/liveMigrationConfig\",\"value\":{\"a\":[1,null]}},"
                        "{\"op\":\"replace\",\"path\":\"/a\\\"b\",\"value\":\"x\\ny\"}]"));
}

static void escapes_pointer_tokens(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_pointer_add(&out, "metadata");
  dw_pointer_add(&out, "a/b~c~1");
  dw_pointer_add(&out, "");
  assert_string_equal(dw_buf_text(&out), "/metadata/a~1b~0c~01/");
}

/* Source of the examples: RFC 6902, appendix A, and evanphx/json-patch v5 for negative places. */
static void applies_operations(void **state) {
  (void)state;
  static const struct {
    const char *document, *patch, *result; /* result is NULL if the patch can't be applied */
  } cases[] = {
      {"{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\"}]",
       "{\"baz\":\"qux\",\"foo\":\"bar\"}"},
      {"{\"foo\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/foo/1\",\"value\":9}]", "{\"foo\":[1,9,2]}"},
      {"{\"foo\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/foo/-\",\"value\":9}]", "{\"foo\":[1,2,9]}"},
      {"{\"foo\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/foo/2\",\"value\":9}]", "{\"foo\":[1,2,9]}"},
      {"{\"foo\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/foo/3\",\"value\":9}]", NULL},
      {"{\"foo\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/foo/x\",\"value\":9}]", NULL},
      {"{\"foo\":[1,2,3]}", "[{\"op\":\"remove\",\"path\":\"/foo/-1\"}]", "{\"foo\":[1,2]}"},
      {"{\"foo\":[1,2,3]}", "[{\"op\":\"remove\",\"path\":\"/foo/-4\"}]", NULL},
      {"{\"foo\":[1,2,3]}", "[{\"op\":\"remove\",\"path\":\"/foo/-\"}]", NULL},
      {"{\"foo\":[1,2,3]}", "[{\"op\":\"replace\",\"path\":\"/foo/0\",\"value\":{}}]", "{\"foo\":[{},2,3]}"},
      {"{\"a\":1,\"b\":2}", "[{\"op\":\"remove\",\"path\":\"/a\"}]", "{\"b\":2}"},
      {"{\"b\":2}", "[{\"op\":\"remove\",\"path\":\"/a\"}]", NULL},
      {"{\"b\":2}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":1}]", NULL},
      {"{\"b\":2}", "[{\"op\":\"add\",\"path\":\"/a/c\",\"value\":1}]", NULL},
      {"{\"b\":2}", "[{\"op\":\"add\",\"path\":\"/b/c\",\"value\":1}]", NULL},
      {"{\"b\":2}", "[{\"op\":\"add\",\"path\":\"/a\"}]", NULL},
      {"{\"b\":2}", "[{\"op\":\"add\",\"path\":\"\",\"value\":[]}]", "[]"},
      {"{\"b\":2}", "[{\"op\":\"remove\",\"path\":\"\"}]", NULL},
      {"{\"b\":2}", "[{\"op\":\"add\",\"path\":\"b\",\"value\":1}]", NULL},
      {"{\"b\":2}", "[{\"op\":\"add\",\"value\":1}]", NULL},
      {"{\"b\":2}", "[{\"op\":\"put\",\"path\":\"/b\",\"value\":1}]", NULL},
      {"{\"a/b\":1,\"m~n\":2}",
       "[{\"op\":\"remove\",\"path\":\"/a~1b\"},{\"op\":\"replace\",\"path\":\"/m~0n\",\"value\":3}]", "{\"m~n\":3}"},
      {"{\"a\":{\"b\":1},\"c\":{}}", "[{\"op\":\"move\",\"from\":\"/a/b\",\"path\":\"/c/d\"}]",
       "{\"a\":{},\"c\":{\"d\":1}}"},
      {"{\"a\":{\"b\":1}}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/c\"}]",
       "{\"a\":{\"b\":1,\"c\":{\"b\":1}}}"},
      {"{\"a\":1}", "[{\"op\":\"move\",\"from\":\"/x\",\"path\":\"/y\"}]", NULL},
      {"{\"a\":[1,{\"b\":2}]}", "[{\"op\":\"test\",\"path\":\"/a/1\",\"value\":{\"b\":2}}]", "{\"a\":[1,{\"b\":2}]}"},
      {"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":2},{\"op\":\"remove\",\"path\":\"/a\"}]", NULL},
      {"{\"a\":1}", "{\"op\":\"remove\",\"path\":\"/a\"}", NULL},
      {"{\"a\":1}", "[7]", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const dw_json *document = dw_json_parse(arena, cases[i].document, strlen(cases[i].document), DW_JSON_PLAIN, NULL);
    const dw_json *patch = dw_json_parse(arena, cases[i].patch, strlen(cases[i].patch), DW_JSON_PLAIN, NULL);
    const dw_json *result = dw_patch_apply(arena, document, patch);
    const char *text = result == NULL ? "nothing" : dw_json_text(arena, result);
    if ((result == NULL) != (cases[i].result == NULL) || (result != NULL && !same_json(text, cases[i].result)))
      fail_msg("%s: %s makes %s", cases[i].document, cases[i].patch, text);
    assert_true(same_json(dw_json_text(arena, document), cases[i].document));
  }
}

/* Each `copy` doubles the document. The limits for operations and tokens also limit its size. */
static void rejects_patches_that_grow_without_bound(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf patch = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf deep = DW_BUF_INIT;
  for (int operations = 128; operations <= 129; operations++) {
    dw_buf_truncate(&patch, 0);
    for (int i = 0; i < operations; i++)
      dw_buf_puts(&patch, i == 0 ? "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/a\"}"
                                 : ",{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/a\"}");
    dw_buf_puts(&patch, "]");
    const dw_json *parsed = dw_json_parse(arena, dw_buf_text(&patch), patch.length, DW_JSON_PLAIN, NULL);
    const dw_json *document = dw_json_parse(arena, "{\"a\":{}}", 8, DW_JSON_PLAIN, NULL);
    assert_int_equal(dw_patch_apply(arena, document, parsed) != NULL, operations == 128);
  }
  dw_buf_puts(&deep, "[{\"op\":\"test\",\"path\":\"");
  for (int i = 0; i < 33; i++)
    dw_buf_puts(&deep, "/a");
  dw_buf_puts(&deep, "\"}]");
  const dw_json *parsed = dw_json_parse(arena, dw_buf_text(&deep), deep.length, DW_JSON_PLAIN, NULL);
  assert_null(dw_patch_apply(arena, dw_json_new_object(arena), parsed));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_patch_is_an_empty_list),
      cmocka_unit_test(writes_operations_in_order),
      cmocka_unit_test(escapes_pointer_tokens),
      cmocka_unit_test(applies_operations),
      cmocka_unit_test(rejects_patches_that_grow_without_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
