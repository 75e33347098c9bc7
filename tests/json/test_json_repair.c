#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "json/json_repair.h"

static void expect(const char *text, const char *expected) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *repaired = dw_json_repair(arena, text, strlen(text));
  if (expected == NULL)
    assert_null(repaired);
  else if (repaired == NULL)
    fail_msg("%s is not repaired", text);
  else
    assert_string_equal(repaired, expected);
}

static void commas_are_removed_and_added(void **state) {
  (void)state;
  expect("{\"a\":1,}", "{\"a\":1}");
  expect("{\n  \"a\": {\"b\": 1,\n  },\n}\n", "{\n  \"a\": {\"b\": 1\n  }\n}\n");
  expect("[1,2,]", "[1,2]");
  expect("\xef\xbb\xbf{}", "{}");
  expect("\xef\xbb\xbf{\"a\":1,}", "{\"a\":1}");
  expect("{\"a\":1,,\"b\":2}", "{\"a\":1,\"b\":2}");
  expect("{\"a\": true\n \"b\": 2}", "{\"a\": true,\n \"b\": 2}");
  expect("{\"a\": \"x\" \"b\": [1 -2] \"c\": {}}", "{\"a\": \"x\", \"b\": [1, -2], \"c\": {}}");
}

static void other_mistakes_are_left(void **state) {
  (void)state;
  expect("", NULL);
  expect("\xef\xbb\xbf", NULL);
  expect("{\"a\":1", NULL);
  expect("{\"a\":}", NULL);
  expect("{\"a\" 1}", NULL);
  expect("{'a':1,}", NULL);
  expect("{\"a\":1} {}", NULL);
  expect("{a: 1}", NULL);
  expect("{\"a\":\"x\"y\"}", NULL);
  expect("[,,,,,,,,,1]", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(commas_are_removed_and_added),
      cmocka_unit_test(other_mistakes_are_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
