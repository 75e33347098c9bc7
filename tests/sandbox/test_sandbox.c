#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sys/prctl.h>

#include "sandbox/box.h"
#include "sandbox/sandbox_internal.h"

static int check_privileges(struct box *box) {
  if (box->report.privileges.state != DW_SANDBOX_ON || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
    return WRONG;
  return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? DONE : WRONG;
}

static int check_dumpable(struct box *box) {
  if (box->report.privileges.state != DW_SANDBOX_OFF || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1)
    return WRONG;
  return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? DONE : WRONG;
}

static void drops_privileges(void **state) {
  struct box *box = *state;
  box->options.no_seccomp = true; /* it would forbid the prctl calls below */
  expect_done(box, false, check_privileges);
  box->options.dumpable = true;
  expect_done(box, false, check_dumpable);
}

static int do_without_seccomp(struct box *box) {
  if (box->report.seccomp.state != DW_SANDBOX_OFF || strcmp(box->report.seccomp.text, "off by option") != 0)
    return WRONG;
  pid_t child = fork();
  if (child == 0)
    _exit(0);
  return child > 0 && waitpid(child, NULL, 0) == child ? DONE : WRONG;
}

static void seccomp_can_be_switched_off(void **state) {
  struct box *box = *state;
  box->options.no_seccomp = true;
  expect_done(box, false, do_without_seccomp);
}

static int do_without_landlock(struct box *box) {
  if (box->report.landlock.state != DW_SANDBOX_OFF || strcmp(box->report.landlock.text, "off by option") != 0)
    return WRONG;
  return reads(in(box->other, "secret"), "hidden") ? DONE : WRONG;
}

static void landlock_can_be_switched_off(void **state) {
  struct box *box = *state;
  box->options.no_landlock = true;
  expect_done(box, false, do_without_landlock);
}

static int check_report(struct box *box) {
  const struct dw_sandbox_part *parts[] = {&box->report.privileges, &box->report.landlock, &box->report.seccomp};
  for (size_t i = 0; i < 3; i++)
    if (strncmp(parts[i]->text, parts[i]->state == DW_SANDBOX_ON ? "on: " : "none: ", 4) != 0)
      return WRONG;
  return !has_landlock(box) || strstr(box->report.landlock.text, "1 readable paths, 0 writable") != NULL ? DONE : WRONG;
}

static void reports_which_parts_are_active(void **state) {
  expect_done(*state, false, check_report);
}

static bool wait_for_byte(int fd) {
  char byte;
  return read(fd, &byte, 1) == 1;
}

static void *wait_for_end(void *context) {
  const int *fd = context;
  wait_for_byte(*fd);
  return NULL;
}

static int enter_late(struct box *box) {
  struct dw_error err = DW_ERROR_INIT;
  int ends[2];
  pthread_t thread;
  (void)box;
  if (SANDBOX_SANITIZED)
    return NONE_HERE;
  if (pipe(ends) != 0 || pthread_create(&thread, NULL, wait_for_end, &ends[0]) != 0)
    return WRONG;
  struct dw_sandbox_options options = {.no_seccomp = true};
  struct dw_sandbox_report report;
  int result = dw_sandbox_enter(&options, &report, &err);
  options.no_landlock = true;
  int unrestricted = dw_sandbox_enter(&options, &report, NULL);
  close(ends[1]);
  pthread_join(thread, NULL);
  return result != 0 && strstr(err.text, "before threads start; 2 are running; ") != NULL && unrestricted == 0 ? DONE
                                                                                                               : WRONG;
}

/* Without seccomp and Landlock, there is nothing that the other thread would escape. */
static void fails_if_threads_are_already_running(void **state) {
  check_status(in_a_child(*state, enter_late));
}

int main(void) {
#define IN_A_BOX(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      IN_A_BOX(drops_privileges),
      IN_A_BOX(seccomp_can_be_switched_off),
      IN_A_BOX(landlock_can_be_switched_off),
      IN_A_BOX(reports_which_parts_are_active),
      IN_A_BOX(fails_if_threads_are_already_running),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
