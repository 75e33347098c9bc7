#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "files/files.h"
#include "files/folder.h"
#include "files/manifests.h"
#include "support/standard_input.h"
#include "support/waiting.h"

/* The paths that are found below ROOT, relative to it, each followed by a space. */
static const char *found_below(struct dw_arena *arena, const char *root) {
  struct dw_file_list files = {.paths = NULL};
  struct dw_error err = DW_ERROR_INIT;
  if (dw_files_below(arena, root, &files, &err) != 0)
    fail_msg("%s: %s", err.file, err.text);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (size_t i = 0; i < files.count; i++)
    dw_buf_printf(&out, "%s ", files.paths[i] + strlen(root) + 1);
  return dw_arena_strdup(arena, dw_buf_text(&out));
}

static void finds_manifests_in_order_of_name(void **state) {
  const struct folder *folder = *state;
  static const char *const names[] = {"b.yaml",     "a.yml",     "c.json", "B.yaml",    "a/z.yaml",
                                      "a/b/c.yaml", "a.txt",     "yaml",   "notes.md",  "x.yaml.bak",
                                      ".hid.yaml",  ".d/x.yaml", "d.YAML", "e.yaml.gz", "..data/cm.yaml"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    folder_put(folder, names[i], "");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_string_equal(found_below(arena, folder->path), "B.yaml a/b/c.yaml a/z.yaml a.yml b.yaml c.json ");
}

static void names_a_folder_without_doubled_slashes(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", "");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_file_list files = {.paths = NULL};
  assert_int_equal(dw_files_below(arena, dw_arena_printf(arena, "%s//", folder->path), &files, NULL), 0);
  assert_int_equal(files.count, 1);
  assert_string_equal(files.paths[0], folder_path(arena, folder, "a.yaml"));
}

/* The kubelet's layout: objects.yaml -> ..data/objects.yaml, ..data -> ..2026_11_21. */
static void mount_config_map(const struct folder *folder, const char *stamp, const char *text) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, dw_arena_printf(arena, "%s/objects.yaml", stamp), text);
  const char *fresh = folder_path(arena, folder, "..data_tmp");
  assert_int_equal(symlink(stamp, fresh), 0);
  assert_int_equal(rename(fresh, folder_path(arena, folder, "..data")), 0);
}

static void reads_a_mounted_config_map_once(void **state) {
  const struct folder *folder = *state;
  mount_config_map(folder, "..2026_1", "a: 1");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_int_equal(symlink("..data/objects.yaml", folder_path(arena, folder, "objects.yaml")), 0);
  assert_string_equal(found_below(arena, folder->path), "objects.yaml ");
  uint64_t before = dw_fingerprint(folder->path);
  mount_config_map(folder, "..2026_2", "a: 2");
  assert_string_equal(found_below(arena, folder->path), "objects.yaml ");
  assert_int_not_equal(dw_fingerprint(folder->path), before);
}

static void does_not_follow_folders_in_circles(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "sub/a.yaml", "");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_int_equal(symlink("..", folder_path(arena, folder, "sub/up")), 0);
  assert_string_equal(found_below(arena, folder->path), "sub/a.yaml ");
}

static void follows_a_link_that_is_given(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "real/a.yaml", "");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *link = folder_path(arena, folder, "link");
  assert_int_equal(symlink("real", link), 0);
  assert_string_equal(found_below(arena, link), "a.yaml ");
}

static void skips_what_is_not_a_file(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_int_equal(mkfifo(folder_path(arena, folder, "pipe.yaml"), 0600), 0);
  folder_put(folder, "folder.yaml/inner.json", "{}");
  assert_string_equal(found_below(arena, folder->path), "folder.yaml/inner.json ");
}

static void expect_unlistable(const char *path, const char *file, const char *text) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_file_list files = {.paths = NULL};
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_files_below(arena, path, &files, &err), -1);
  assert_int_equal(err.code, DW_ERR_IO);
  assert_string_equal(err.file, file);
  assert_non_null(strstr(err.text, text));
}

static void reports_a_missing_path(void **state) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *path = folder_path(arena, *state, "nowhere");
  expect_unlistable(path, path, "No such file or directory");
}

static void reports_a_manifest_that_is_a_dead_link(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *link = folder_path(arena, folder, "node.yaml");
  assert_int_equal(symlink("gone.yaml", link), 0);
  expect_unlistable(folder->path, link, "No such file or directory");
}

static void skips_other_dead_links(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_int_equal(symlink("gone", folder_path(arena, folder, "README")), 0);
  folder_put(folder, "a.yaml", "");
  assert_string_equal(found_below(arena, folder->path), "a.yaml ");
}

static const char *nested(struct dw_arena *arena, int folders) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  for (int i = 0; i < folders; i++)
    dw_buf_puts(&path, "d/");
  dw_buf_puts(&path, "a.yaml");
  return dw_arena_strdup(arena, dw_buf_text(&path));
}

static void reads_64_folders_deep(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, nested(arena, 64), "");
  assert_string_equal(found_below(arena, folder->path), dw_arena_printf(arena, "%s ", nested(arena, 64)));
}

static void reports_folders_that_are_deeper(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, nested(arena, 65), "");
  char *deepest = dw_arena_printf(arena, "%s/%s", folder->path, nested(arena, 65));
  *strrchr(deepest, '/') = '\0';
  expect_unlistable(folder->path, deepest, "64 folders");
}

/* --- dw_read_file --- */

static void reads_bytes_as_they_are(void **state) {
  const struct folder *folder = *state;
  static const char bytes[] = "a\0b\r\n\xff";
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *path = folder_path(arena, folder, "f");
  folder_put_bytes(folder, "f", bytes, sizeof bytes - 1);
  size_t length = 0;
  const char *text = dw_read_file(arena, path, 0, &length, NULL);
  assert_non_null(text);
  assert_int_equal(length, sizeof bytes - 1);
  assert_memory_equal(text, bytes, sizeof bytes); /* including the NUL after it */
}

static void a_file_does_not_become_standard_input(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t length = 0;
  int kept = standard_input_replace(-1);
  char *text = dw_read_file(arena, "Makefile", 0, &length, NULL);
  char *input = dw_read_file(arena, "-", 0, &length, NULL);
  standard_input_restore(kept);
  assert_non_null(text);
  assert_null(input);
}

static void reads_more_than_one_buffer(void **state) {
  const struct folder *folder = *state;
  enum { SIZE = 300000 };
  char *bytes = malloc(SIZE);
  assert_non_null(bytes);
  for (size_t i = 0; i < SIZE; i++)
    bytes[i] = (char)('a' + i % 23);
  folder_put_bytes(folder, "large", bytes, SIZE);
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t length = 0;
  const char *text = dw_read_file(arena, folder_path(arena, folder, "large"), 0, &length, NULL);
  assert_non_null(text);
  assert_int_equal(length, SIZE);
  assert_memory_equal(text, bytes, SIZE);
  free(bytes);
}

static void respects_the_limit(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "f", "12345678");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *path = folder_path(arena, folder, "f");
  struct dw_error err = DW_ERROR_INIT;
  size_t length = 0;
  assert_non_null(dw_read_file(arena, path, 8, &length, &err));
  assert_int_equal(length, 8);
  assert_null(dw_read_file(arena, path, 7, &length, &err));
  assert_int_equal(err.code, DW_ERR_MEMORY);
  assert_string_equal(err.file, path);
  assert_int_equal(length, 8); /* unchanged */
}

static void expect_unreadable(const char *path, const char *text) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  size_t length = 0;
  assert_null(dw_read_file(arena, path, 0, &length, &err));
  assert_int_equal(err.code, DW_ERR_IO);
  assert_string_equal(err.file, path);
  assert_non_null(strstr(err.text, text));
}

static void reports_why_a_file_cannot_be_read(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  expect_unreadable(folder->path, "Is a directory");
  expect_unreadable(folder_path(arena, folder, "none"), "No such file or directory");
  if (geteuid() == 0)
    return; /* root reads everything */
  folder_put(folder, "secret", "x");
  const char *secret = folder_path(arena, folder, "secret");
  assert_int_equal(chmod(secret, 0), 0);
  expect_unreadable(secret, "Permission denied");
}

static void reads_files_without_a_size(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t length = 0;
  const char *text = dw_read_file(arena, "/proc/self/status", 0, &length, NULL);
  assert_non_null(text);
  assert_non_null(strstr(text, "VmRSS"));
  assert_int_equal(strlen(text), length);
}

/* As in `(head -1; droveway check -f -) <FILE`. */
static void reads_the_rest_of_standard_input(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t length = 0;
  folder_put(folder, "input", "read before, and the rest");
  int kept = standard_input_replace(open(folder_path(arena, folder, "input"), O_RDONLY | O_CLOEXEC));
  assert_int_equal(lseek(STDIN_FILENO, 13, SEEK_SET), 13);
  assert_string_equal(dw_read_file(arena, "-", 0, &length, NULL), "and the rest");
  assert_int_equal(length, 12);
  assert_string_equal(dw_read_file(arena, "-", 0, &length, NULL), "");
  standard_input_restore(kept);
}

/* --- dw_fingerprint --- */

static void set_time(const struct folder *folder, const char *name, time_t seconds, long nanoseconds) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct timespec times[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
  assert_int_equal(utimensat(AT_FDCWD, folder_path(arena, folder, name), times, 0), 0);
}

static void the_fingerprint_is_stable(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", "a");
  folder_put(folder, "sub/b.yaml", "b");
  uint64_t before = dw_fingerprint(folder->path);
  assert_int_not_equal(before, 0);
  assert_int_equal(dw_fingerprint(folder->path), before);
  folder_put(folder, "notes.txt", "no manifest");
  folder_put(folder, ".swap.yaml", "no manifest");
  assert_int_equal(dw_fingerprint(folder->path), before);
}

static void the_fingerprint_changes_with_each_change(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "a.yaml", "a");
  folder_put(folder, "sub/b.yaml", "b");
  set_time(folder, "a.yaml", 1000, 0);
  uint64_t start = dw_fingerprint(folder->path);

  folder_put(folder, "a.yaml", "longer");
  set_time(folder, "a.yaml", 1000, 0);
  uint64_t content = dw_fingerprint(folder->path);
  assert_int_not_equal(content, start);

  set_time(folder, "a.yaml", 1000, 1);
  uint64_t touched = dw_fingerprint(folder->path);
  assert_int_not_equal(touched, content);

  folder_put(folder, "c.yaml", "");
  uint64_t added = dw_fingerprint(folder->path);
  assert_int_not_equal(added, touched);

  assert_int_equal(rename(folder_path(arena, folder, "c.yaml"), folder_path(arena, folder, "d.yaml")), 0);
  uint64_t renamed = dw_fingerprint(folder->path);
  assert_int_not_equal(renamed, added);

  assert_int_equal(unlink(folder_path(arena, folder, "d.yaml")), 0);
  assert_int_equal(dw_fingerprint(folder->path), touched);

  /* A new file replaces the old one, as many editors do: same name, size and time. */
  folder_put(folder, "a.new", "LONGER");
  set_time(folder, "a.new", 1000, 1);
  assert_int_equal(rename(folder_path(arena, folder, "a.new"), folder_path(arena, folder, "a.yaml")), 0);
  assert_int_not_equal(dw_fingerprint(folder->path), touched);
}

static void the_fingerprint_of_a_file_ignores_other_files(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *path = folder_path(arena, folder, "policy");
  folder_put(folder, "policy", "a");
  uint64_t before = dw_fingerprint(path);
  assert_int_not_equal(before, 0);
  folder_put(folder, "policy", "ab");
  assert_int_not_equal(dw_fingerprint(path), before);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(dw_fingerprint(path), 0);
}

/* --- dw_written_lately --- */

static void set_age(const struct folder *folder, const char *name, long milliseconds) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int64_t then = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - milliseconds;
  set_time(folder, name, (time_t)(then / 1000), (long)(then % 1000) * 1000000);
}

static void notices_a_file_that_is_being_written(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_false(dw_written_lately(folder->path, 60000));
  folder_put(folder, "a.yaml", "a");
  folder_put(folder, "sub/b.yaml", "b");
  assert_true(dw_written_lately(folder->path, 60000));
  set_age(folder, "a.yaml", 100000);
  set_age(folder, "sub/b.yaml", 100000); /* like a copy that preserves times */
  assert_true(dw_written_lately(folder->path, 60000));
  WAIT_FOR(!dw_written_lately(folder->path, 20));
  folder_put(folder, "notes.txt", "no manifest");
  assert_false(dw_written_lately(folder->path, 20));
  set_age(folder, "sub/b.yaml", -3600000); /* in the future */
  set_age(folder, "a.yaml", 100000);
  WAIT_FOR(!dw_written_lately(folder_path(arena, folder, "a.yaml"), 20));
  assert_true(dw_written_lately(folder->path, 20));
}

static void a_file_that_cannot_be_checked_may_be_being_written(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_true(dw_written_lately(folder_path(arena, folder, "none"), 20));
}

/* --- writing --- */

enum { LENGTH = 1 << 20 }; /* far more than a pipe holds */

struct reading {
  int fd;
  char bytes[LENGTH];
  size_t length;
};

static void *read_to_the_end(void *context) {
  struct reading *reading = context;
  for (;;) {
    ssize_t got = read(reading->fd, reading->bytes + reading->length, LENGTH - reading->length);
    if (got <= 0)
      return NULL;
    reading->length += (size_t)got;
  }
}

static void writes_everything_to_a_pipe_in_parts(void **state) {
  (void)state;
  static struct reading reading;
  static char sent[LENGTH];
  int ends[2];
  pthread_t thread;
  for (size_t i = 0; i < LENGTH; i++)
    sent[i] = (char)(i % 251);
  assert_int_equal(pipe(ends), 0);
  reading.fd = ends[0];
  assert_int_equal(pthread_create(&thread, NULL, read_to_the_end, &reading), 0);
  assert_int_equal(dw_write_all(ends[1], sent, LENGTH), 0);
  close(ends[1]);
  pthread_join(thread, NULL);
  close(ends[0]);
  assert_int_equal(reading.length, LENGTH);
  assert_memory_equal(reading.bytes, sent, LENGTH);
}

static void failed_writes_set_errno(void **state) {
  (void)state;
  int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  assert_true(full >= 0);
  errno = 0;
  assert_int_equal(dw_write_all(full, "x", 1), -1);
  assert_int_equal(errno, ENOSPC);
  assert_int_equal(dw_write_all(full, "x", 0), 0);
  close(full);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, folder_setup, folder_teardown)
  const struct CMUnitTest tests[] = {
      TEST(finds_manifests_in_order_of_name),
      TEST(names_a_folder_without_doubled_slashes),
      TEST(reads_a_mounted_config_map_once),
      TEST(does_not_follow_folders_in_circles),
      TEST(follows_a_link_that_is_given),
      TEST(skips_what_is_not_a_file),
      TEST(reports_a_missing_path),
      TEST(reports_a_manifest_that_is_a_dead_link),
      TEST(skips_other_dead_links),
      TEST(reads_64_folders_deep),
      TEST(reports_folders_that_are_deeper),
      TEST(reads_bytes_as_they_are),
      TEST(a_file_does_not_become_standard_input),
      TEST(reads_more_than_one_buffer),
      TEST(respects_the_limit),
      TEST(reports_why_a_file_cannot_be_read),
      TEST(reads_files_without_a_size),
      TEST(reads_the_rest_of_standard_input),
      TEST(the_fingerprint_is_stable),
      TEST(the_fingerprint_changes_with_each_change),
      TEST(the_fingerprint_of_a_file_ignores_other_files),
      TEST(notices_a_file_that_is_being_written),
      TEST(a_file_that_cannot_be_checked_may_be_being_written),
      cmocka_unit_test(writes_everything_to_a_pipe_in_parts),
      cmocka_unit_test(failed_writes_set_errno),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
