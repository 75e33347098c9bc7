/* What a process gives up once it has what it needs: `serve` needs no program, no new file but those it was given, no
 * new listener. Linux only: no new privileges, Landlock (files), seccomp (system calls). */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum dw_sandbox_state {
  DW_SANDBOX_ON,
  DW_SANDBOX_OFF, /* by an option */
  DW_SANDBOX_NONE /* the kernel, the container runtime or this build has none */
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
  bool dumpable; /* core dumps and debuggers stay possible */
  /* Files and folders that are read again later. Of a file the folder is opened up, and where it is a symbolic link
   * that of its target too, so that a new file may take its place; of one directly in "/" just the file. NULL and "-"
   * stand for nothing. */
  const char *const *readable;
  size_t readable_count;
  const char *const *writable; /* folders; they must be there */
  size_t writable_count;
};

/* For good, and for every thread started from here on: call it before any is started, and with the listening socket
 * open. OpenSSL must have read its configuration: what it loads comes too late afterwards. What the kernel has and
 * yet can't be put in force is an error (-1); then some of it may be in force: end the process. */
int dw_sandbox_enter(const struct dw_sandbox_options *options, struct dw_sandbox_report *report, struct dw_error *err)
    __attribute__((nonnull(1, 2)));

#endif
