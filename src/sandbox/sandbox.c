#include "sandbox/sandbox.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "sandbox/sandbox_internal.h"

void dw_sandbox_tell(struct dw_sandbox_part *part, enum dw_sandbox_state state, const char *format, ...) {
  va_list args;
  part->state = state;
  va_start(args, format);
  vsnprintf(part->text, sizeof part->text, format, args);
  va_end(args);
}

/* A thread that runs already would keep what this one gives up. proc(5): the links of the folder count the threads.
 * ThreadSanitizer has one of its own. */
static int check_alone(struct dw_error *err) {
  struct stat task;
  if (SANDBOX_SANITIZED || stat("/proc/self/task", &task) != 0 || task.st_nlink <= 3)
    return 0;
  return dw_error_set(err, DW_ERR_OTHER, "the sandbox must be entered before threads are started; %lu run",
                      (unsigned long)task.st_nlink - 2);
}

static int drop_privileges(bool dumpable, struct dw_sandbox_part *report, struct dw_error *err) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return dw_error_set(err, DW_ERR_OTHER, "can't give up new privileges: %s", strerror(errno));
  if (dumpable) {
    dw_sandbox_tell(report, DW_SANDBOX_OFF, "no new privileges; dumpable by option");
    return 0;
  }
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return dw_error_set(err, DW_ERR_OTHER, "can't forbid memory dumps: %s", strerror(errno));
  dw_sandbox_tell(report, DW_SANDBOX_ON, "on: no new privileges, not dumpable");
  return 0;
}

static int restrict_files(const struct dw_sandbox_options *options, struct dw_sandbox_part *report,
                          struct dw_error *err) {
  if (options->no_landlock)
    dw_sandbox_tell(report, DW_SANDBOX_OFF, "off by option");
  else if (SANDBOX_COVERED)
    dw_sandbox_tell(report, DW_SANDBOX_NONE, "none: this build measures coverage");
  else
    return dw_sandbox_landlock(options, report, err);
  return 0;
}

static int restrict_calls(const struct dw_sandbox_options *options, struct dw_sandbox_part *report,
                          struct dw_error *err) {
  if (options->no_seccomp)
    dw_sandbox_tell(report, DW_SANDBOX_OFF, "off by option");
  else if (SANDBOX_SANITIZED)
    dw_sandbox_tell(report, DW_SANDBOX_NONE, "none: this build has sanitizers");
  else if (SANDBOX_COVERED)
    dw_sandbox_tell(report, DW_SANDBOX_NONE, "none: this build measures coverage");
  else
    return dw_sandbox_seccomp(options->writable_count > 0, report, err);
  return 0;
}

int dw_sandbox_enter(const struct dw_sandbox_options *options, struct dw_sandbox_report *report, struct dw_error *err) {
  struct dw_sandbox_report made;
  dw_sandbox_load_names();
  if (check_alone(err) != 0 || drop_privileges(options->dumpable, &made.privileges, err) != 0 ||
      restrict_files(options, &made.landlock, err) != 0 || restrict_calls(options, &made.seccomp, err) != 0)
    return -1;
  *report = made;
  return 0;
}
