/* Replacing the content of a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/replace.h"
#include "support/run_program.h"

static const struct dw_replacement change = {"old\n", "new\n", 4, 4};

struct place {
  char folder[64];
  char path[96];
};

static struct place place_with(const char *text) {
  struct place place;
  folder_make(place.folder);
  folder_write(place.folder, "a.yaml", text);
  snprintf(place.path, sizeof place.path, "%s/a.yaml", place.folder);
  return place;
}

static void expect_text(const struct place *place, const char *expected) {
  char *text = file_text(place->path, NULL);
  assert_string_equal(text, expected);
  free(text);
}

static void the_content_is_replaced(void **state) {
  (void)state;
  struct place place = place_with("old\n");
  struct stat info;
  size_t entries = 0;
  assert_int_equal(chmod(place.path, 0604), 0);
  assert_int_equal(dw_replace_file(place.path, &change, NULL), 0);
  expect_text(&place, "new\n");
  assert_int_equal(stat(place.path, &info), 0);
  assert_int_equal(info.st_mode & 07777, 0604);
  DIR *folder = opendir(place.folder);
  while (readdir(folder) != NULL)
    entries++;
  closedir(folder);
  assert_int_equal(entries, 3); /* ".", ".." and the file: nothing is left behind */
  folder_remove(place.folder);
}

static void a_file_that_has_changed_stays(void **state) {
  (void)state;
  struct place place = place_with("changed\n");
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_replace_file(place.path, &change, &err), -1);
  assert_string_equal(err.text, "has changed since it was read, so it was not written; run the command again");
  assert_string_equal(err.file, place.path);
  expect_text(&place, "changed\n");
  folder_remove(place.folder);
}

static void a_file_that_is_as_it_should_be_is_not_written(void **state) {
  (void)state;
  struct place place = place_with("new\n");
  struct stat before;
  struct stat after;
  assert_int_equal(stat(place.path, &before), 0);
  assert_int_equal(dw_replace_file(place.path, &change, NULL), 0);
  assert_int_equal(stat(place.path, &after), 0);
  assert_int_equal(before.st_ino, after.st_ino);
  folder_remove(place.folder);
}

static void a_file_that_is_gone_is_an_error(void **state) {
  (void)state;
  struct place place = place_with("old\n");
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(unlink(place.path), 0);
  assert_int_equal(dw_replace_file(place.path, &change, &err), -1);
  assert_string_equal(err.text, "can't be read: No such file or directory");
  folder_remove(place.folder);
}

static void a_folder_without_permission_is_an_error(void **state) {
  (void)state;
  struct place place = place_with("old\n");
  struct dw_error err = DW_ERROR_INIT;
  if (geteuid() == 0) {
    folder_remove(place.folder);
    skip();
  }
  assert_int_equal(chmod(place.folder, 0500), 0);
  assert_int_equal(dw_replace_file(place.path, &change, &err), -1);
  assert_string_equal(err.text, "a new file next to it can't be made: Permission denied");
  expect_text(&place, "old\n");
  assert_int_equal(chmod(place.folder, 0700), 0);
  folder_remove(place.folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_content_is_replaced),
      cmocka_unit_test(a_file_that_has_changed_stays),
      cmocka_unit_test(a_file_that_is_as_it_should_be_is_not_written),
      cmocka_unit_test(a_file_that_is_gone_is_an_error),
      cmocka_unit_test(a_folder_without_permission_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
