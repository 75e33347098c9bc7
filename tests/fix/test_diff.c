/* Unified diffs: as `diff -u` prints them, and as `patch` applies them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fix/diff.h"
#include "support/run_program.h"

static void put(struct dw_buf *out, const char *name, const char *old, const char *new) {
  dw_diff_put(out, &(struct dw_diff){name, old, new, strlen(old), strlen(new)});
}

static void expect(const char *name, const char *old, const char *new, const char *expected) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  put(&out, name, old, new);
  assert_string_equal(dw_buf_text(&out), expected);
}

static void a_change_has_three_lines_around_it(void **state) {
  (void)state;
  expect("a", "1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nx\n6\n7\n8\n",
         "--- a\n+++ a\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
  expect("a", "1\n2\n", "1\n2\n", "");
  expect("a", "", "1\n", "--- a\n+++ a\n@@ -0,0 +1 @@\n+1\n");
  expect("a", "1\n", "", "--- a\n+++ a\n@@ -1 +0,0 @@\n-1\n");
}

static void changes_that_are_far_apart_are_separate(void **state) {
  (void)state;
  expect("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "x\n2\n3\n4\n5\n6\n7\n8\ny\n",
         "--- a\n+++ a\n@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n");
  expect("a", "1\n2\n3\n4\n5\n6\n7\n8\n", "x\n2\n3\n4\n5\n6\n7\ny\n",
         "--- a\n+++ a\n@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n");
}

static void a_missing_line_end_is_shown(void **state) {
  (void)state;
  expect("a", "1\n2", "1\n2\n", "--- a\n+++ a\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+2\n");
}

static void names_are_quoted_as_git_does(void **state) {
  (void)state;
  expect("./a b", "1\n", "2\n", "--- a b\t\n+++ a b\t\n@@ -1 +1 @@\n-1\n+2\n");
  expect("a\n\"b\\", "1\n", "2\n", "--- \"a\\012\\\"b\\\\\"\n+++ \"a\\012\\\"b\\\\\"\n@@ -1 +1 @@\n-1\n+2\n");
}

/* A text of COUNT lines, of which each one in RARE is changed, removed or added. */
static char *make_text(unsigned seed, size_t count, unsigned rare) {
  struct dw_buf out = DW_BUF_INIT;
  size_t length = 0;
  for (size_t i = 0; i < count; i++) {
    seed = seed * 1103515245 + 12345;
    unsigned die = seed >> 16;
    if (rare > 0 && die % rare == 0)
      dw_buf_printf(&out, "%s", die % 3 == 0 ? "" : die % 3 == 1 ? "new\n" : "one\ntwo\n");
    else
      dw_buf_printf(&out, "line %zu\n", i % 50);
  }
  return dw_buf_steal(&out, &length);
}

static void patch_makes_the_new_text_of_the_old_one(void **state) {
  (void)state;
  char folder[64];
  char before[4096];
  folder_make(folder);
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(folder), 0);
  for (unsigned seed = 1; seed <= 24; seed++) {
    DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
    size_t count = (size_t)seed * 40;
    char *old = make_text(seed, count, 0);
    char *new = make_text(seed, count, 2 + seed % 23);
    put(&out, "a", old, new);
    folder_write(".", "a", old);
    folder_write(".", "diff", dw_buf_text(&out));
    assert_int_equal(system("patch -s -p0 < diff"), 0);
    char *patched = file_text("a", NULL);
    assert_string_equal(patched, new);
    free(patched);
    free(old);
    free(new);
  }
  assert_int_equal(chdir(before), 0);
  folder_remove(folder);
}

static void very_different_texts_are_replaced(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf old = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf new = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (size_t i = 0; i < 3000; i++) {
    dw_buf_printf(&old, "a%zu\n", i);
    dw_buf_printf(&new, "b%zu\n", i);
  }
  put(&out, "a", dw_buf_text(&old), dw_buf_text(&new));
  assert_non_null(strstr(dw_buf_text(&out), "@@ -1,3000 +1,3000 @@\n-a0\n"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_change_has_three_lines_around_it),
      cmocka_unit_test(changes_that_are_far_apart_are_separate),
      cmocka_unit_test(a_missing_line_end_is_shown),
      cmocka_unit_test(names_are_quoted_as_git_does),
      cmocka_unit_test(patch_makes_the_new_text_of_the_old_one),
      cmocka_unit_test(very_different_texts_are_replaced),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
