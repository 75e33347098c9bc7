#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/memory.h"

enum { MOST = 64, FIRST_BLOCK = 16 * 1024 };

/* The secrets that were freed, in order. */
static size_t sizes[MOST];
static size_t count;

/* The memory still exists, but is wiped. */
static void on_freed(const void *bytes, size_t size) {
  const unsigned char *byte = bytes;
  for (size_t i = 0; i < size; i++)
    if (byte[i] != 0)
      fail_msg("byte %zu of %zu is left", i, size);
  assert_true(count < MOST);
  sizes[count++] = size;
}

static int set_up(void **state) {
  (void)state;
  count = 0;
  dw_secret_freed = on_freed;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  dw_secret_freed = NULL;
  return 0;
}

static void a_secret_arena_is_wiped_block_by_block(void **state) {
  (void)state;
  struct dw_arena *arena = dw_arena_new_secret();
  assert_true(dw_arena_is_secret(arena));
  for (int i = 0; i < 100; i++)
    memset(dw_arena_try(arena, 1000), 'k', 1000);
  memset(dw_arena_alloc(arena, 5000000), 'k', 5000000); /* a separate block */
  size_t used = dw_arena_used(arena), wiped = 0;
  dw_arena_free(arena);
  for (size_t i = 0; i < count; i++)
    wiped += sizes[i];
  assert_true(count >= 3);
  assert_true(wiped > used);
  assert_int_equal(sizes[count - 1], FIRST_BLOCK); /* the arena itself is in the first block, which is freed last */
}

static void other_arenas_are_not_wiped(void **state) {
  (void)state;
  struct dw_arena *arena = dw_arena_new(0);
  assert_false(dw_arena_is_secret(arena));
  (void)dw_arena_strdup(arena, "public");
  dw_arena_free(arena);
  assert_int_equal(count, 0);
}

static void a_secret_buffer_is_wiped_when_it_grows_and_when_it_is_freed(void **state) {
  (void)state;
  struct dw_buf buf = DW_BUF_SECRET;
  for (int i = 0; i < 1000; i++)
    dw_buf_putc(&buf, 'k');
  assert_int_equal(buf.length, 1000);
  assert_int_equal(strspn(dw_buf_text(&buf), "k"), 1000);
  assert_int_equal(count, 2); /* 256, then 512 bytes became too small */
  dw_buf_truncate(&buf, 1);   /* truncated bytes are wiped too */
  dw_buf_free(&buf);
  assert_int_equal(count, 3);
  assert_int_equal(sizes[0], 256);
  assert_int_equal(sizes[1], 512);
  assert_int_equal(sizes[2], 1024);
}

static void a_buffer_stays_secret(void **state) {
  (void)state;
  struct dw_buf buf = DW_BUF_SECRET;
  dw_buf_puts(&buf, "one");
  dw_buf_free(&buf);
  dw_buf_puts(&buf, "two");
  char *stolen = dw_buf_steal(&buf, NULL);
  assert_string_equal(stolen, "two");
  assert_int_equal(count, 1); /* the caller owns the second one */
  dw_secret_free(stolen, strlen(stolen));
  assert_int_equal(count, 2);
  assert_int_equal(sizes[1], 3);
  dw_buf_puts(&buf, "three");
  dw_buf_free(&buf);
  dw_buf_free(&buf);
  assert_int_equal(count, 3);
}

static void other_buffers_are_not_wiped(void **state) {
  (void)state;
  struct dw_buf buf = DW_BUF_INIT;
  for (int i = 0; i < 1000; i++)
    dw_buf_putc(&buf, 'p');
  dw_buf_free(&buf);
  assert_int_equal(count, 0);
}

static void null_is_not_freed(void **state) {
  (void)state;
  struct dw_buf buf = DW_BUF_SECRET;
  dw_buf_free(&buf);
  dw_secret_free(NULL, 0);
  dw_arena_free(NULL);
  assert_int_equal(count, 0);
}

#define SECRET(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      SECRET(a_secret_arena_is_wiped_block_by_block),
      SECRET(other_arenas_are_not_wiped),
      SECRET(a_secret_buffer_is_wiped_when_it_grows_and_when_it_is_freed),
      SECRET(a_buffer_stays_secret),
      SECRET(other_buffers_are_not_wiped),
      SECRET(null_is_not_freed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
