#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

static void allocations_are_zeroed_aligned_and_distinct(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  static const size_t sizes[] = {0, 1, 15, 16, 17, 4095, 4096, 4097, 8192, 100000, 1, 3000000, 24};
  enum { COUNT = sizeof sizes / sizeof sizes[0] };
  unsigned char *made[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    made[i] = dw_arena_alloc(arena, sizes[i]);
    assert_int_equal((uintptr_t)made[i] % alignof(max_align_t), 0);
    for (size_t j = 0; j < sizes[i]; j++)
      assert_int_equal(made[i][j], 0);
    memset(made[i], (int)i + 1, sizes[i]);
  }
  for (size_t i = 0; i < COUNT; i++)
    for (size_t j = 0; j < sizes[i]; j++)
      assert_int_equal(made[i][j], i + 1);
  assert_ptr_not_equal(made[0], made[1]);
}

static void zeroes_memory_in_every_block(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (int i = 0; i < 5000; i++) {
    uint64_t *value = dw_arena_alloc(arena, sizeof *value * 5);
    assert_int_equal(value[0] | value[4], 0);
    value[0] = value[4] = UINT64_MAX;
  }
  assert_true(dw_arena_used(arena) >= 5000 * 5 * sizeof(uint64_t));
}

static void a_large_request_keeps_the_current_block(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  char *before = dw_arena_alloc(arena, 16);
  char *large = dw_arena_alloc(arena, 5000000);
  char *after = dw_arena_alloc(arena, 16);
  assert_ptr_equal(after, before + 16);
  memset(large, 1, 5000000);
  assert_int_equal(after[0], 0);
}

static void arrays_are_zeroed(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  int *numbers = dw_arena_array(arena, 1000, sizeof *numbers);
  for (int i = 0; i < 1000; i++)
    assert_int_equal(numbers[i], 0);
}

/* The signal that ends a child process which allocates COUNT elements of SIZE bytes. */
static int signal_of_array(size_t count, size_t size) {
  pid_t child = fork();
  if (child == 0) {
    close(STDERR_FILENO);
    struct dw_arena *arena = dw_arena_new(0);
    void *array = dw_arena_array(arena, count, size);
    _exit(array == NULL);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void arrays_in_an_arena_grow(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  unsigned *items = NULL;
  size_t capacity = 0;
  for (unsigned i = 0; i < 1000; i++) {
    unsigned *before = items;
    bool full = i == capacity;
    items = dw_arena_more(arena, items, i, &capacity, sizeof *items);
    assert_true(full ? items != before : items == before);
    assert_true(capacity > i);
    items[i] = i;
  }
  for (unsigned i = 0; i < 1000; i++)
    assert_int_equal(items[i], i);
  assert_true(capacity < 2 * 1000 + 1);
}

static void an_array_that_is_too_large_aborts(void **state) {
  (void)state;
  assert_int_equal(signal_of_array(SIZE_MAX / 2, 3), SIGABRT);
  assert_int_equal(signal_of_array(SIZE_MAX, 1), SIGABRT);
  assert_int_equal(signal_of_array(10, 10), 0);
}

static void try_stops_at_the_limit(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(1024);
  assert_non_null(dw_arena_try(arena, 1008));
  assert_non_null(dw_arena_try(arena, 16));
  assert_int_equal(dw_arena_used(arena), 1024);
  assert_false(dw_arena_exhausted(arena));
  assert_null(dw_arena_try(arena, 1));
  assert_true(dw_arena_exhausted(arena));
  assert_int_equal(dw_arena_used(arena), 1024);
}

static void one_request_may_take_the_whole_limit(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *whole = dw_arena_new(1024);
  assert_non_null(dw_arena_try(whole, 1024));
  assert_false(dw_arena_exhausted(whole));
  DW_ARENA_SCOPED struct dw_arena *over = dw_arena_new(1024);
  assert_null(dw_arena_try(over, 1025));
  assert_int_equal(dw_arena_exhausted(over), DW_LIMIT_EXHAUSTED);
  assert_int_equal(dw_arena_used(over), 0);
}

static void alloc_counts_but_ignores_the_limit(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(100);
  memset(dw_arena_alloc(arena, 5000), 1, 5000);
  assert_false(dw_arena_exhausted(arena));
  assert_null(dw_arena_try(arena, 1));
  assert_true(dw_arena_exhausted(arena));
  memset(dw_arena_alloc(arena, 5000), 1, 5000);
}

static void each_text_may_use_the_whole_limit(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(1024);
  for (int i = 0; i < 3; i++) {
    assert_non_null(dw_arena_try(arena, 1024));
    assert_null(dw_arena_try(arena, 16));
    assert_int_equal(dw_arena_exhausted(arena), DW_LIMIT_EXHAUSTED);
    dw_arena_next_text(arena);
    assert_int_equal(dw_arena_exhausted(arena), DW_NOT_EXHAUSTED);
  }
  assert_int_equal(dw_arena_used(arena), 3 * 1024);
}

static void the_next_text_does_not_renew_the_budget(void **state) {
  (void)state;
  struct dw_budget budget = {.most = 64 << 10};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(1 << 20);
  dw_arena_share(arena, &budget, 0);
  assert_non_null(dw_arena_try(arena, 64 << 10));
  assert_null(dw_arena_try(arena, 16));
  dw_arena_next_text(arena);
  assert_null(dw_arena_try(arena, 16));
  assert_int_equal(dw_arena_exhausted(arena), DW_BUDGET_EXHAUSTED);
}

static void try_rejects_huge_sizes_without_a_limit(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  volatile size_t huge = SIZE_MAX; /* hidden from the compiler, which would warn */
  assert_non_null(dw_arena_try(arena, 100000));
  assert_null(dw_arena_try(arena, huge));
  assert_true(dw_arena_exhausted(arena));
  assert_null(dw_arena_try(arena, 1)); /* after a failed request, a smaller one fails too */
}

static void copies_text(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  char source[] = "droveway";
  char *copy = dw_arena_strdup(arena, source);
  char *part = dw_arena_strndup(arena, source, 5);
  char *all = dw_arena_strndup(arena, source, 500);
  source[0] = 'X';
  assert_string_equal(copy, "droveway");
  assert_string_equal(part, "drove");
  assert_string_equal(all, "droveway");
  assert_string_equal(dw_arena_strdup(arena, ""), "");
  assert_string_equal(dw_arena_strndup(arena, source, 0), "");
}

static void prints_text_of_any_length(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_string_equal(dw_arena_printf(arena, "%s/%d", "10.0.0.0", 24), "10.0.0.0/24");
  char *wide = dw_arena_printf(arena, "%100000d", 7);
  assert_int_equal(strlen(wide), 100000);
  assert_int_equal(wide[99999], '7');
}

static void joins_three_texts(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_string_equal(dw_arena_join(arena, "spec.config", ".", "master"), "spec.config.master");
  assert_string_equal(dw_arena_join(arena, "", "", ""), "");
}

static void formats_texts_around_the_size_of_the_stack_buffer(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (int length = 250; length < 260; length++) {
    char *text = dw_arena_printf(arena, "%*d", length, 7);
    assert_int_equal(strlen(text), length);
    assert_int_equal(text[length - 1], '7');
  }
}

static void free_accepts_null(void **state) {
  (void)state;
  dw_arena_free(NULL);
  struct dw_arena *arena = dw_arena_new(0);
  dw_arena_cleanup(&arena);
  assert_null(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(allocations_are_zeroed_aligned_and_distinct),
      cmocka_unit_test(zeroes_memory_in_every_block),
      cmocka_unit_test(a_large_request_keeps_the_current_block),
      cmocka_unit_test(arrays_are_zeroed),
      cmocka_unit_test(arrays_in_an_arena_grow),
      cmocka_unit_test(an_array_that_is_too_large_aborts),
      cmocka_unit_test(try_stops_at_the_limit),
      cmocka_unit_test(one_request_may_take_the_whole_limit),
      cmocka_unit_test(alloc_counts_but_ignores_the_limit),
      cmocka_unit_test(each_text_may_use_the_whole_limit),
      cmocka_unit_test(the_next_text_does_not_renew_the_budget),
      cmocka_unit_test(try_rejects_huge_sizes_without_a_limit),
      cmocka_unit_test(copies_text),
      cmocka_unit_test(prints_text_of_any_length),
      cmocka_unit_test(joins_three_texts),
      cmocka_unit_test(formats_texts_around_the_size_of_the_stack_buffer),
      cmocka_unit_test(free_accepts_null),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
