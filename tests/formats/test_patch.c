#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "droveway/formats/patch.h"
#include "formats/formats_support.h"

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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_patch_is_an_empty_list),
      cmocka_unit_test(writes_operations_in_order),
      cmocka_unit_test(escapes_pointer_tokens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
