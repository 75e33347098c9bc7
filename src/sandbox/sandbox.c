#include "sandbox/sandbox.h"

#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "sandbox/sandbox_internal.h"

/* --- host names --- */

enum { MOST_LINE_BYTES = 1024 };

/* glibc opens libnss_NAME.so.2 when it first uses the source NAME; "files" and "dns" are part of glibc since 2.34. A
 * library that is already loaded is not opened again, so the handle is never closed. */
static void load_source(const char *name) {
  char library[MOST_LINE_BYTES + 32];
  if (strcmp(name, "files") == 0 || strcmp(name, "dns") == 0 || strchr(name, '/') != NULL)
    return;
  snprintf(library, sizeof library, "libnss_%s.so.2", name);
  (void)!dlopen(library, RTLD_NOW);
}

/* Loads the sources in a line such as "hosts: files myhostname resolve [!UNAVAIL=return] dns". */
static void load_sources(char *line) {
  char *rest = NULL;
  line[strcspn(line, "#\n")] = '\0';
  for (char *word = strtok_r(line, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest))
    if (strpbrk(word, "[]=") == NULL)
      load_source(word);
}

static void load_modules(void) {
  char line[MOST_LINE_BYTES];
  FILE *file = fopen("/etc/nsswitch.conf", "re");
  if (file == NULL)
    return;
  while (fgets(line, sizeof line, file) != NULL) {
    char *start = line + strspn(line, " \t");
    if (strncmp(start, "hosts:", 6) == 0)
      load_sources(start + 6);
  }
  fclose(file);
}

/* Resolves a name, so that glibc loads all it needs for that before the sandbox forbids it. */
static void load_names(void) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  load_modules();
  if (getaddrinfo("localhost", NULL, &hints, &found) == 0)
    freeaddrinfo(found);
}

/* --- the parts --- */

/* Threads that are already running would not be restricted. The link count of the folder is the number of threads plus
 * two (proc(5)). ThreadSanitizer runs a thread itself, and so does qemu-user, where neither part works. */
static int check_alone(const struct dw_sandbox_options *options, struct dw_error *err) {
  struct stat task;
  bool nothing = options->no_seccomp && options->no_landlock;
  if (nothing || SANDBOX_SANITIZED || stat("/proc/self/task", &task) != 0 || task.st_nlink <= 3)
    return 0;
  return dw_error_set(err, DW_ERR_OTHER,
                      "the sandbox must be entered before threads start; %lu are running; if an emulator such as "
                      "qemu-user runs this program, use --no-seccomp --no-landlock",
                      (unsigned long)task.st_nlink - 2);
}

static int drop_privileges(bool dumpable, struct dw_sandbox_part *report, struct dw_error *err) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return dw_error_set(err, DW_ERR_OTHER, "can't set no_new_privs: %s", strerror(errno));
  if (dumpable) {
    dw_sandbox_report(report, DW_SANDBOX_OFF, "no new privileges; dumpable by option");
    return 0;
  }
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return dw_error_set(err, DW_ERR_OTHER, "can't disable core dumps: %s", strerror(errno));
  dw_sandbox_report(report, DW_SANDBOX_ON, "on: no new privileges, not dumpable");
  return 0;
}

static int restrict_files(const struct dw_sandbox_options *options, struct dw_sandbox_part *report,
                          struct dw_error *err) {
  if (options->no_landlock)
    dw_sandbox_report(report, DW_SANDBOX_OFF, "off by option");
  else if (SANDBOX_COVERED)
    dw_sandbox_report(report, DW_SANDBOX_NONE, "none: this build measures coverage");
  else
    return dw_sandbox_landlock(options, report, err);
  return 0;
}

static int restrict_calls(const struct dw_sandbox_options *options, struct dw_sandbox_part *report,
                          struct dw_error *err) {
  if (options->no_seccomp)
    dw_sandbox_report(report, DW_SANDBOX_OFF, "off by option");
  else if (SANDBOX_SANITIZED)
    dw_sandbox_report(report, DW_SANDBOX_NONE, "none: this build has sanitizers");
  else if (SANDBOX_COVERED)
    dw_sandbox_report(report, DW_SANDBOX_NONE, "none: this build measures coverage");
  else
    return dw_sandbox_seccomp(options->writable_count > 0, report, err);
  return 0;
}

int dw_sandbox_enter(const struct dw_sandbox_options *options, struct dw_sandbox_report *report, struct dw_error *err) {
  struct dw_sandbox_report made;
  load_names();
  if (check_alone(options, err) != 0 || drop_privileges(options->dumpable, &made.privileges, err) != 0 ||
      restrict_files(options, &made.landlock, err) != 0 || restrict_calls(options, &made.seccomp, err) != 0)
    return -1;
  *report = made;
  return 0;
}
