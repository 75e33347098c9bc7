#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sanitizer.h"

/* Kilobytes of /proc/self/status; stdio would allocate memory. */
static long status_of(const char *key) {
  static char line[256];
  long kilobytes = -1;
  FILE *file = fopen("/proc/self/status", "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':')
      kilobytes = strtol(line + strlen(key) + 1, NULL, 10);
  fclose(file);
  return kilobytes;
}

static void pages_of_programs_are_released(void **state) {
  (void)state;
  long before = status_of("RssFile");
  assert_true(before > 0);
  dw_memory_release();
  assert_true(status_of("RssFile") < before);
}

static char *parse(const char *text) {
  struct json_object *value = json_tokener_parse(text);
  assert_non_null(value);
  char *out = strdup(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
  json_object_put(value);
  return out;
}

/* The code, its constants and its variables, here and in a library. */
static void programs_continue_after_releasing_memory(void **state) {
  (void)state;
  static int variable = 5;
  char *first = parse("{\"a\":[1,2.5,\"x\"]}");
  variable++;
  for (int i = 0; i < 3; i++) {
    dw_memory_release();
    char *again = parse("{\"a\":[1,2.5,\"x\"]}");
    assert_string_equal(again, first);
    free(again);
  }
  assert_int_equal(variable, 6);
  free(first);
}

#if !DW_ASAN /* which keeps what is freed for a while */
static void freed_memory_is_released(void **state) {
  (void)state;
  enum { COUNT = 20000, SIZE = 1000 };
  static char *blocks[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    blocks[i] = malloc(SIZE);
    assert_non_null(blocks[i]);
    memset(blocks[i], 1, SIZE);
  }
  long full = status_of("RssAnon");
  for (size_t i = 0; i + 1 < COUNT; i++) /* the last one keeps the heap from shrinking automatically */
    free(blocks[i]);
  dw_memory_release();
  assert_true(status_of("RssAnon") < full - 15000);
  free(blocks[COUNT - 1]);
}
#endif

static void arrays_on_the_heap_grow(void **state) {
  (void)state;
  int *items = NULL;
  size_t capacity = 0;
  for (size_t count = 0; count < 1000; count++) {
    items = dw_more(items, count, &capacity, sizeof *items);
    assert_true(capacity > count);
    items[count] = (int)count;
  }
  for (size_t i = 0; i < 1000; i++)
    assert_int_equal(items[i], i);
  assert_ptr_equal(dw_more(items, capacity - 1, &capacity, sizeof *items), items);
  free(items);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(pages_of_programs_are_released),
    cmocka_unit_test(programs_continue_after_releasing_memory),
    cmocka_unit_test(arrays_on_the_heap_grow),
#if !DW_ASAN
    cmocka_unit_test(freed_memory_is_released),
#endif
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
