#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include "sandbox/box.h"

static int read_elsewhere(struct box *box) {
  if (!has_landlock(box))
    return NONE_HERE;
  return refuses("/etc/passwd", O_RDONLY) && refuses(in(box->other, "secret"), O_RDONLY) &&
                 refuses(box->other, O_RDONLY | O_DIRECTORY) && refuses("/", O_RDONLY | O_DIRECTORY)
             ? DONE
             : WRONG;
}

static void files_elsewhere_can_not_be_read(void **state) {
  expect_done(*state, false, read_elsewhere);
}

/* Landlock without seccomp, which would kill the process. */
static int run_without_a_filter(struct box *box) {
  char *arguments[] = {"true", NULL};
  if (!has_landlock(box))
    return NONE_HERE;
  execv("/bin/true", arguments);
  return errno == EACCES ? DONE : WRONG;
}

static void landlock_alone_allows_no_program_to_run(void **state) {
  struct box *box = *state;
  box->options.no_seccomp = true;
  expect_done(box, false, run_without_a_filter);
}

static int listen_without_a_filter(struct box *box) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (!has_landlock(box) || strstr(box->report.landlock.text, "no new listener") == NULL)
    return NONE_HERE;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  return bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 && errno == EACCES ? DONE : WRONG;
}

static void landlock_alone_allows_no_new_listener(void **state) {
  struct box *box = *state;
  box->options.no_seccomp = true;
  expect_done(box, false, listen_without_a_filter);
}

static int write_as_the_recorder(struct box *box) {
  const char *part = in(box->written, "review.part");
  int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, "review", 6) != 6 || close(fd) != 0)
    return WRONG;
  if (rename(part, in(box->written, "review.json")) != 0 || !reads(in(box->written, "review.json"), "review"))
    return WRONG;
  fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 || close(fd) != 0 || unlink(part) != 0)
    return WRONG;
  if (!has_landlock(box))
    return DONE;
  return refuses(in(box->given, "policy.yaml"), O_WRONLY) && refuses(in(box->other, "new"), O_WRONLY | O_CREAT) &&
                 unlink(in(box->given, "policy.yaml")) != 0 && errno == EACCES
             ? DONE
             : WRONG;
}

static void reviews_can_only_be_recorded_in_their_folder(void **state) {
  struct box *box = *state;
  expect_done(box, true, write_as_the_recorder);
  assert_true(reads(in(box->written, "review.json"), "review"));
  assert_int_equal(access(in(box->written, "review.part"), F_OK), -1);
}

static void *read_secret(void *context) {
  const struct box *box = context;
  return refuses(in(box->other, "secret"), O_RDONLY) ? NULL : context;
}

static int read_in_a_thread(struct box *box) {
  pthread_t thread;
  void *wrong = box;
  if (!has_landlock(box))
    return NONE_HERE;
  if (pthread_create(&thread, NULL, read_secret, box) != 0 || pthread_join(thread, &wrong) != 0)
    return WRONG;
  return wrong == NULL ? DONE : WRONG;
}

static void threads_are_restricted_too(void **state) {
  expect_done(*state, false, read_in_a_thread);
}

/* --- files that are replaced --- */

static void swap(const char *folder, const char *target, const char *link) {
  char fresh[MOST_PATH];
  snprintf(fresh, sizeof fresh, "%s/%s.new", folder, link);
  if (symlink(target, fresh) != 0 || rename(fresh, in(folder, link)) != 0)
    fail_msg("%s: %s", fresh, strerror(errno));
}

/* Lets the parent change something and waits until it has: a byte in each direction. */
struct talk {
  int to_child[2], to_parent[2];
};

static void talk_open(struct talk *talk) {
  assert_int_equal(pipe(talk->to_child), 0);
  assert_int_equal(pipe(talk->to_parent), 0);
}

static bool notify(int fd) {
  return write(fd, "x", 1) == 1;
}

static bool wait_for_byte(int fd) {
  char byte;
  return read(fd, &byte, 1) == 1;
}

static int read_before_and_after(const struct talk *talk, const char *path) {
  if (!reads(path, "first"))
    return WRONG;
  if (!notify(talk->to_parent[1]) || !wait_for_byte(talk->to_child[0]))
    return WRONG;
  return reads(path, "second") ? DONE : WRONG;
}

/* A mounted Secret: key -> ..data/key, ..data -> ..1, and later ..data -> ..2 without ..1. */
static void mount_like(const char *folder, const char *version, const char *text) {
  const char *inner = in(folder, version);
  assert_int_equal(mkdir(inner, 0700), 0);
  folder_write(inner, "key", text);
  swap(folder, version, "..data");
}

static void unmount_like(const char *folder, const char *version) {
  folder_remove(in(folder, version));
}

static int read_in_child(const char *given, const char *path, const struct talk *talk) {
  const char *readable[] = {given};
  struct dw_sandbox_options options = {.readable = readable, .readable_count = 1};
  struct dw_sandbox_report report;
  if (dw_sandbox_enter(&options, &report, NULL) != 0)
    return NOT_ENTERED;
  return read_before_and_after(talk, path);
}

static void check_swap(struct box *box, const char *given, const char *path) {
  struct talk talk;
  int status = 0;
  mount_like(box->given, "..1", "first");
  assert_int_equal(symlink("..data/key", in(box->given, "key")), 0);
  talk_open(&talk);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0)
    _exit(read_in_child(given, path, &talk));
  close(talk.to_parent[1]);
  bool first = wait_for_byte(talk.to_parent[0]);
  mount_like(box->given, "..2", "second");
  unmount_like(box->given, "..1");
  notify(talk.to_child[1]);
  assert_int_equal(waitpid(child, &status, 0), child);
  close(talk.to_child[0]);
  close(talk.to_child[1]);
  close(talk.to_parent[0]);
  unmount_like(box->given, "..2");
  assert_true(first);
  assert_int_equal(status, 0);
}

static void a_mounted_secret_is_readable_after_its_swap(void **state) {
  struct box *box = *state;
  check_swap(box, in(box->given, "key"), in(box->given, "key"));
}

static void a_given_folder_is_readable_after_a_swap_inside_it(void **state) {
  struct box *box = *state;
  check_swap(box, box->given, in(box->given, "key"));
}

static void a_folder_that_is_a_link_is_readable_after_its_swap(void **state) {
  struct box *box = *state;
  check_swap(box, in(box->given, "..data"), in(box->given, "..data/key"));
}

static void a_link_to_another_folder_can_be_followed(void **state) {
  struct box *box = *state;
  swap(box->other, in(box->given, "..data/key"), "link");
  check_swap(box, in(box->other, "link"), in(box->other, "link"));
}

/* --- missing files --- */

static int enter_with(const char *readable, const char *writable, struct dw_error *err) {
  struct dw_sandbox_options options = {
      .readable = &readable, .readable_count = 1, .writable = &writable, .writable_count = 1};
  struct dw_sandbox_report report = {.landlock = {DW_SANDBOX_OFF, "untouched"}};
  int result = dw_sandbox_enter(&options, &report, err);
  if (result != 0 && strcmp(report.landlock.text, "untouched") != 0)
    return WRONG;
  return result == 0 ? NONE_HERE : DONE; /* without Landlock in the kernel, no folder is checked */
}

static int give_what_is_not_there(struct box *box) {
  struct dw_error err = DW_ERROR_INIT;
  (void)box;
  int result = enter_with("/no/such/folder/policy.yaml", NULL, &err);
  return result != DONE || strcmp(err.file, "/no/such/folder/policy.yaml") == 0 ? result : WRONG;
}

static int write_where_nothing_is(struct box *box) {
  struct dw_error err = DW_ERROR_INIT;
  (void)box;
  int result = enter_with(NULL, "/no/such/folder", &err);
  return result != DONE || (err.code == DW_ERR_IO && strstr(err.text, "No such file") != NULL) ? result : WRONG;
}

static void fails_if_a_file_is_missing(void **state) {
  check_status(in_a_child(*state, give_what_is_not_there));
}

static void fails_if_a_writable_folder_is_missing(void **state) {
  check_status(in_a_child(*state, write_where_nothing_is));
}

int main(void) {
#define IN_A_BOX(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      IN_A_BOX(files_elsewhere_can_not_be_read),
      IN_A_BOX(landlock_alone_allows_no_program_to_run),
      IN_A_BOX(landlock_alone_allows_no_new_listener),
      IN_A_BOX(reviews_can_only_be_recorded_in_their_folder),
      IN_A_BOX(a_mounted_secret_is_readable_after_its_swap),
      IN_A_BOX(a_given_folder_is_readable_after_a_swap_inside_it),
      IN_A_BOX(a_folder_that_is_a_link_is_readable_after_its_swap),
      IN_A_BOX(a_link_to_another_folder_can_be_followed),
      IN_A_BOX(threads_are_restricted_too),
      IN_A_BOX(fails_if_a_file_is_missing),
      IN_A_BOX(fails_if_a_writable_folder_is_missing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
