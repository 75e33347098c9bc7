/* A process can't leave a sandbox, so each case runs in a child, and its exit status shows the result. */
#ifndef TESTS_SANDBOX_BOX_H
#define TESTS_SANDBOX_BOX_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/sandbox.h"
#include "support/run_program.h"

enum { DONE = 0, NOT_ENTERED = 90, NONE_HERE = 91, WRONG = 92, MOST_PATH = 128 };

struct box {
  char given[64];   /* a folder that is readable */
  char written[64]; /* one that is writable; "": none */
  char other[64];   /* one that is not given */
  struct dw_sandbox_options options;
  struct dw_sandbox_report report;
  int listener; /* opened before the sandbox is entered */
  void (*deed)(void);
  int (*what)(struct box *box);
  bool writes;
};

static inline int set_up(void **state) {
  struct box *box = calloc(1, sizeof *box);
  assert_non_null(box);
  folder_make(box->given);
  folder_make(box->written);
  folder_make(box->other);
  folder_write(box->given, "policy.yaml", "first");
  folder_write(box->other, "secret", "hidden");
  box->listener = -1;
  *state = box;
  return 0;
}

static inline int tear_down(void **state) {
  struct box *box = *state;
  folder_remove(box->given);
  folder_remove(box->written);
  folder_remove(box->other);
  free(box);
  return 0;
}

static inline const char *in(const char *folder, const char *name) {
  static char paths[4][MOST_PATH];
  static unsigned next;
  char *path = paths[next++ % 4];
  snprintf(path, MOST_PATH, "%s/%s", folder, name);
  return path;
}

static inline bool enter(struct box *box, bool writes) {
  const char *readable[] = {NULL, in(box->given, "policy.yaml"), "-"};
  const char *writable[] = {box->written};
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  box->options.readable = readable;
  box->options.readable_count = 3;
  box->options.writable = writable;
  box->options.writable_count = writes;
  return dw_sandbox_enter(&box->options, &box->report, NULL) == 0;
}

typedef int act(struct box *box);

/* Runs CASE in a child and returns its wait status. */
static inline int in_a_child(struct box *box, act *what) {
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0)
    _exit(what(box));
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  return status;
}

static inline int enter_and_do(struct box *box) {
  return enter(box, box->writes) ? box->what(box) : NOT_ENTERED;
}

static inline int inside(struct box *box, bool writes, act *what) {
  box->writes = writes;
  box->what = what;
  return in_a_child(box, enter_and_do);
}

static inline void check_status(int status) {
  if (WIFSIGNALED(status))
    fail_msg("ended by signal %d", WTERMSIG(status));
  if (WEXITSTATUS(status) == NONE_HERE)
    skip();
  assert_int_equal(WEXITSTATUS(status), DONE);
}

static inline void expect_done(struct box *box, bool writes, act *what) {
  check_status(inside(box, writes, what));
}

static inline bool has_seccomp(const struct box *box) {
  return box->report.seccomp.state == DW_SANDBOX_ON;
}

static inline bool has_landlock(const struct box *box) {
  return box->report.landlock.state == DW_SANDBOX_ON;
}

static inline bool reads(const char *path, const char *expected) {
  char text[64] = "";
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0)
    close(fd);
  return got > 0 && strcmp(text, expected) == 0;
}

static inline bool refuses(const char *path, int flags) {
  int fd = open(path, flags | O_CLOEXEC, 0600);
  return fd < 0 && errno == EACCES;
}

#endif
