/* Restricts the process once it has all it needs: `serve` starts no program, opens no new listener, and no files but
 * those that it was given. Linux only: no new privileges, Landlock (files), seccomp (system calls). */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum dw_sandbox_state {
  DW_SANDBOX_ON,
  DW_SANDBOX_OFF, /* by an option */
  DW_SANDBOX_NONE /* not available in the kernel, the container runtime or this build */
};

struct dw_sandbox_part {
  enum dw_sandbox_state state;
  char text[96]; /* "on: ...", "off by option", "none: ..." */
};

struct dw_sandbox_report {
  struct dw_sandbox_part privileges, landlock, seccomp;
};

struct dw_sandbox_options {
  bool no_seccomp, no_landlock;
  bool dumpable; /* allow core dumps and debuggers */
  /* Files and folders that are read again later. For a file, its folder becomes readable (and, if it is a symbolic
   * link, the folder of its target), so that the file can be replaced. For a file directly in "/", only the file does.
   * NULL and "-" are ignored. */
  const char *const *readable;
  size_t readable_count;
  const char *const *writable; /* folders, which must exist */
  size_t writable_count;
};

/* Enters the sandbox, permanently. It applies to threads that are started later, so call it before any is started,
 * after the listening sockets are open, and after OpenSSL has read its configuration, because it can't load anything
 * afterwards. Fills REPORT. Returns -1 if a thread is running already and seccomp or Landlock is to be used, or if a
 * part that the kernel has can't be activated; other parts may be active then, so end the process. */
int dw_sandbox_enter(const struct dw_sandbox_options *options, struct dw_sandbox_report *report, struct dw_error *err)
    __attribute__((nonnull(1, 2)));

#endif
