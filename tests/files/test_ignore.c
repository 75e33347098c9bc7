/* Patterns of --exclude and .drovewayignore. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "files/files.h"
#include "files/folder.h"
#include "files/ignore.h"

/* Whether PATTERN leaves out PATH, a folder if it ends with a slash, or a folder that PATH is in. */
static bool excludes(const char *pattern, const char *path) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_ignore ignore = {.rules = NULL};
  struct dw_error err = DW_ERROR_INIT;
  size_t length = strlen(path);
  bool is_folder = path[length - 1] == '/';
  if (dw_ignore_add(arena, &ignore, pattern, &err) != 0)
    fail_msg("%s", err.text);
  return dw_ignore_matches_below(&ignore, dw_arena_strndup(arena, path, length - is_folder), is_folder);
}

/* As `git check-ignore` decides, except that a question mark is a character there only if it is ASCII. */
static void patterns_match_as_in_gitignore(void **state) {
  (void)state;
  static const struct {
    const char *pattern, *path;
    bool excluded;
  } cases[] = {
      {"a.yaml", "a.yaml", true},
      {"a.yaml", "x/y/a.yaml", true},
      {"a.yaml", "a.yamlx", false},
      {"a.yaml", "xa.yaml", false},
      {"a.yaml", "a.yaml/b.yaml", true},
      {"/a.yaml", "a.yaml", true},
      {"/a.yaml", "x/a.yaml", false},
      {"./a.yaml", "x/a.yaml", false},
      {"x/a.yaml", "x/a.yaml", true},
      {"x/a.yaml", "y/x/a.yaml", false},
      {"old/", "old/", true},
      {"old/", "x/old/a.yaml", true},
      {"old/", "old", false},
      {"old/", "older/a.yaml", false},
      {"x/old/", "x/old/a.yaml", true},
      {"x/old/", "y/x/old/a.yaml", false},
      {"*.yaml", "x/a.yaml", true},
      {"*.yaml", "x/.yaml", true},
      {"*.yaml", "x/a.yml", false},
      {"x/*.yaml", "x/a.yaml", true},
      {"x/*.yaml", "x/y/a.yaml", false},
      {"*a*b*c*", "xxaxxbxxcxx", true},
      {"*a*b*c*", "xxaxxcxxbxx", false},
      {"a?.yaml", "ab.yaml", true},
      {"a?.yaml", "a\xC3\xA4.yaml", true},
      {"a?.yaml", "a.yaml", false},
      {"x?a.yaml", "x/a.yaml", false},
      {"[a-c].yaml", "b.yaml", true},
      {"[a-c].yaml", "d.yaml", false},
      {"[!a-c].yaml", "d.yaml", true},
      {"[^a-c].yaml", "b.yaml", false},
      {"[]x].yaml", "].yaml", true},
      {"[a\\]].yaml", "].yaml", true},
      {"x[!a]b.yaml", "x/b.yaml", false},
      {"**/a.yaml", "a.yaml", true},
      {"**/a.yaml", "x/y/a.yaml", true},
      {"**/a.yaml", "x/ya.yaml", false},
      {"**/x/a.yaml", "y/x/a.yaml", true},
      {"x/**", "x/a.yaml", true},
      {"x/**", "x/y/a.yaml", true},
      {"x/**", "x", false},
      {"x/**", "y/x/a.yaml", false},
      {"x/**/a.yaml", "x/a.yaml", true},
      {"x/**/a.yaml", "x/y/z/a.yaml", true},
      {"x/**/a.yaml", "x/ya.yaml", false},
      {"x**y", "xaay", true},
      {"x**y/a", "xa/ay/a", false},
      {"**", "x/a.yaml", true},
      {"\\!a.yaml", "!a.yaml", true},
      {"\\#a.yaml", "#a.yaml", true},
      {"\\*.yaml", "*.yaml", true},
      {"\\*.yaml", "a.yaml", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (excludes(cases[i].pattern, cases[i].path) != cases[i].excluded)
      fail_msg("%s %s %s", cases[i].pattern, cases[i].excluded ? "should leave out" : "should not leave out",
               cases[i].path);
}

/* A pattern from a pull request must not keep CI busy. */
static void a_pattern_with_many_stars_is_fast(void **state) {
  (void)state;
  char pattern[512] = "";
  char path[2048];
  for (int i = 0; i < 100; i++)
    strcat(pattern, "*a");
  memset(path, 'a', sizeof path - 1);
  path[sizeof path - 2] = 'b';
  path[sizeof path - 1] = '\0';
  assert_false(excludes(pattern, path));
  pattern[0] = '\0';
  for (int i = 0; i < 60; i++)
    strcat(pattern, "**/a/");
  strcat(pattern, "c");
  for (size_t i = 1; i < sizeof path - 1; i += 2)
    path[i] = '/';
  path[sizeof path - 2] = 'b';
  assert_false(excludes(pattern, path));
}

static void a_wrong_pattern_is_refused(void **state) {
  (void)state;
  static char long_pattern[1100];
  memset(long_pattern, 'a', sizeof long_pattern - 1);
  const struct {
    const char *pattern, *says;
  } cases[] = {
      {"", "\"\" is not a valid pattern: it names nothing; use for example \"vendor/\" or \"*.tmp.yaml\""},
      {"/", "\"/\" is not a valid pattern: it names nothing; use for example \"vendor/\" or \"*.tmp.yaml\""},
      {"!", "\"!\" is not a valid pattern: it names nothing; use for example \"vendor/\" or \"*.tmp.yaml\""},
      {"a[b", "\"a[b\" is not a valid pattern: \"[\" is not closed; write \"\\[\" for the character itself"},
      {"[]", "\"[]\" is not a valid pattern: \"[\" is not closed; write \"\\[\" for the character itself"},
      {"[z-a]", "\"[z-a]\" is not a valid pattern: a range in \"[...]\" ends before it begins"},
      {"a\\", "\"a\\\" is not a valid pattern: it ends with a backslash; write \"\\\\\" for the character itself"},
      {long_pattern, "it is longer than 1024 bytes"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_ignore ignore = {.rules = NULL};
    struct dw_error err = DW_ERROR_INIT;
    assert_int_equal(dw_ignore_add(arena, &ignore, cases[i].pattern, &err), -1);
    if (i + 1 < sizeof cases / sizeof *cases)
      assert_string_equal(err.text, cases[i].says);
    else
      assert_non_null(strstr(err.text, cases[i].says));
    assert_int_equal(ignore.count, 0);
  }
  long_pattern[1024] = '\0';
  assert_true(excludes(long_pattern, long_pattern));
}

/* --exclude matches paths as they are typed, which may begin with "..". */
static void a_parent_matches_a_path_that_was_typed_with_it(void **state) {
  (void)state;
  assert_true(excludes("../x/old/", "../x/old/a.yaml"));
  assert_true(excludes("../**/old/", "../x/old/a.yaml"));
  assert_true(excludes("./../x", "../x/"));
  assert_false(excludes("../x/old", "x/old"));
}

static void a_parent_in_an_ignore_file_is_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {"..", "../a", "!../a", "a/..", "a/../b", "../"};
  static const char *const right[] = {"a..", "..a", "a../b", "b/..a", "..."};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_ignore ignore = {.rules = NULL};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct dw_error err = DW_ERROR_INIT;
    assert_int_equal(dw_ignore_add_line(arena, &ignore, wrong[i], strlen(wrong[i]), &err), -1);
    assert_non_null(
        strstr(err.text, " is not a valid pattern: patterns match below the folder, so \"..\" never matches"));
  }
  for (size_t i = 0; i < sizeof right / sizeof *right; i++)
    assert_int_equal(dw_ignore_add_line(arena, &ignore, right[i], strlen(right[i]), NULL), 0);
}

/* --- folders --- */

/* The paths below FOLDER that are chosen, relative to it, each with a blank behind it. */
static const char *chosen(struct dw_arena *arena, const struct folder *folder, const struct dw_ignore *exclude,
                          struct dw_file_list *files) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  (void)dw_files_chosen(arena, folder->path, exclude, files, NULL);
  for (size_t i = 0; i < files->count; i++)
    dw_buf_printf(&out, "%s ", files->paths[i] + strlen(folder->path) + 1);
  return dw_arena_strdup(arena, dw_buf_text(&out));
}

static void put_files(const struct folder *folder) {
  static const char *const names[] = {"a.yaml", "b.yaml", "old/a.yaml", "old/b.yaml", "x/a.yaml", "x/old/a.yaml"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    folder_put(folder, names[i], "");
}

static void expect_ignore_file(const struct folder *folder, const char *text, const char *expected, size_t excluded) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_ignore nothing = {.rules = NULL};
  struct dw_file_list files = {.paths = NULL};
  put_files(folder);
  folder_put(folder, ".drovewayignore", text);
  assert_string_equal(chosen(arena, folder, &nothing, &files), expected);
  assert_int_equal(files.unreadable.count, 0);
  assert_int_equal(files.excluded, excluded);
}

static void a_folder_has_its_own_patterns(void **state) {
  expect_ignore_file(*state, "", "a.yaml b.yaml old/a.yaml old/b.yaml x/a.yaml x/old/a.yaml ", 0);
  expect_ignore_file(*state, "old/\n", "a.yaml b.yaml x/a.yaml ", 2);
  expect_ignore_file(*state, "\xEF\xBB\xBF# comment\r\n\r\n/old/  \r\na.yaml", "b.yaml ", 4);
  expect_ignore_file(*state, "a.yaml\n!x/a.yaml\n", "b.yaml old/b.yaml x/a.yaml ", 3);
  /* a folder that is left out is not read */
  expect_ignore_file(*state, "old/\n!old/a.yaml\n", "a.yaml b.yaml x/a.yaml ", 2);
  expect_ignore_file(*state, "old/*\n!old/a.yaml\n", "a.yaml b.yaml old/a.yaml x/a.yaml x/old/a.yaml ", 1);
}

/* Patterns of the command line match what a user sees: the path as given, or below the folder. */
static void excludes_match_the_path_as_given_too(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *const patterns[] = {"x/old/", folder_path(arena, folder, "old/a.yaml")};
  struct dw_ignore exclude = {.rules = NULL};
  struct dw_file_list files = {.paths = NULL};
  put_files(folder);
  for (size_t i = 0; i < 2; i++)
    assert_int_equal(dw_ignore_add(arena, &exclude, patterns[i], NULL), 0);
  assert_string_equal(chosen(arena, folder, &exclude, &files), "a.yaml b.yaml old/b.yaml x/a.yaml ");
  assert_int_equal(files.excluded, 2);
}

/* As git: from the root of the repository on, and the nearest file counts most. */
static void patterns_above_the_folder_apply_in_a_repository(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_ignore nothing = {.rules = NULL};
  struct folder inner, old;
  snprintf(inner.path, sizeof inner.path, "%.200s/repo/net", folder->path);
  snprintf(old.path, sizeof old.path, "%.200s/repo/net/old", folder->path);
  static const char *const names[] = {"a.yaml", "b.yaml", "old/a.yaml", "old/keep.yaml"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    folder_put(folder, dw_arena_printf(arena, "repo/net/%s", names[i]), "");
  folder_put(folder, ".drovewayignore", "*.yaml\n");
  folder_put(folder, "repo/.drovewayignore", "net/a.yaml\n/b.yaml\n/net/old/*\nkeep.yaml\n");
  struct dw_file_list before = {.paths = NULL};
  assert_string_equal(chosen(arena, &inner, &nothing, &before), "a.yaml b.yaml old/a.yaml old/keep.yaml ");
  folder_put(folder, "repo/.git/HEAD", "");
  struct dw_file_list all = {.paths = NULL};
  assert_string_equal(chosen(arena, &inner, &nothing, &all), "b.yaml ");
  folder_put(folder, "repo/net/.drovewayignore", "!keep.yaml\nb.yaml\n");
  struct dw_file_list own = {.paths = NULL};
  assert_string_equal(chosen(arena, &inner, &nothing, &own), "old/keep.yaml ");
  /* what is named is checked */
  folder_put(folder, "repo/.drovewayignore", "old/\nkeep.yaml\n");
  folder_put(folder, "repo/net/.drovewayignore", "");
  struct dw_file_list named = {.paths = NULL};
  assert_string_equal(chosen(arena, &old, &nothing, &named), "a.yaml ");
}

static void a_pipe_in_the_place_of_the_file_is_listed(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_ignore nothing = {.rules = NULL};
  struct dw_file_list files = {.paths = NULL};
  put_files(folder);
  assert_int_equal(mkfifo(folder_path(arena, folder, ".drovewayignore"), 0600), 0);
  assert_string_equal(chosen(arena, folder, &nothing, &files),
                      "a.yaml b.yaml old/a.yaml old/b.yaml x/a.yaml x/old/a.yaml ");
  assert_int_equal(files.unreadable.count, 1);
  assert_string_equal(files.unreadable.items[0].what, "is not a regular file");
}

/* State folders are read whole: a fact must not get lost. */
static void a_state_folder_has_no_patterns(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_file_list files = {.paths = NULL};
  put_files(folder);
  folder_put(folder, ".drovewayignore", "*\n");
  assert_int_equal(dw_files_below(arena, folder->path, &files, NULL), 0);
  assert_int_equal(files.count, 6);
}

static void a_wrong_line_is_listed_and_the_others_apply(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_ignore nothing = {.rules = NULL};
  struct dw_file_list files = {.paths = NULL};
  put_files(folder);
  folder_put(folder, ".drovewayignore", "old/\n\na[\n../x\nb.yaml\n");
  assert_string_equal(chosen(arena, folder, &nothing, &files), "a.yaml x/a.yaml ");
  assert_int_equal(files.unreadable.count, 2);
  assert_string_equal(files.unreadable.items[0].file, folder_path(arena, folder, ".drovewayignore"));
  assert_int_equal(files.unreadable.items[0].line, 3);
  assert_string_equal(files.unreadable.items[0].source, "a[");
  assert_int_equal(files.unreadable.items[1].line, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(patterns_match_as_in_gitignore),
      cmocka_unit_test(a_pattern_with_many_stars_is_fast),
      cmocka_unit_test(a_wrong_pattern_is_refused),
      TEST(a_folder_has_its_own_patterns),
      TEST(excludes_match_the_path_as_given_too),
      TEST(patterns_above_the_folder_apply_in_a_repository),
      TEST(a_pipe_in_the_place_of_the_file_is_listed),
      TEST(a_state_folder_has_no_patterns),
      TEST(a_wrong_line_is_listed_and_the_others_apply),
      cmocka_unit_test(a_parent_matches_a_path_that_was_typed_with_it),
      cmocka_unit_test(a_parent_in_an_ignore_file_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
