#include "files/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "files/files.h"

static int fail(struct dw_error *err, const char *path, const char *what) {
  dw_error_set(err, DW_ERR_IO, "%s: %s", what, strerror(errno));
  return dw_error_in_file(err, path);
}

static bool equals(const char *a, size_t a_length, const char *b, size_t b_length) {
  return a_length == b_length && memcmp(a, b, a_length) == 0;
}

/* Gives the new file the mode and owner of the old one. */
static bool take_over(int fd, const struct stat *old) {
  struct stat new;
  if (fstat(fd, &new) != 0)
    return false;
  bool same_owner = new.st_uid == old->st_uid &&new.st_gid == old->st_gid;
  return (same_owner || fchown(fd, old->st_uid, old->st_gid) == 0) && fchmod(fd, old->st_mode & 07777) == 0;
}

static bool write_file(int fd, const struct stat *old, const struct dw_replacement *replacement) {
  return take_over(fd, old) && dw_write_all(fd, replacement->new, replacement->new_length) == 0 && fsync(fd) == 0;
}

/* REAL is a path without links. */
static int replace(const char *real, const struct dw_replacement *replacement, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *slash = strrchr(real, '/');
  char *temporary = dw_arena_printf(arena, "%.*s/.droveway-XXXXXX", (int)(slash - real), real);
  struct stat info;
  if (stat(real, &info) != 0)
    return fail(err, real, "can't be read");
  if (access(real, W_OK) != 0)
    return fail(err, real, "can't be written");
  int fd = mkostemp(temporary, O_CLOEXEC);
  if (fd < 0)
    return fail(err, real, "a new file next to it can't be made");
  bool written = write_file(fd, &info, replacement);
  int number = errno;
  written = close(fd) == 0 && written;
  if (written && rename(temporary, real) == 0)
    return 0;
  if (written)
    number = errno;
  (void)unlink(temporary);
  errno = number;
  return fail(err, real, "can't be written with the same mode and owner");
}

int dw_replace_file(const char *path, const struct dw_replacement *replacement, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t length = 0;
  const char *now = dw_read_file(arena, path, 0, &length, err);
  if (now == NULL)
    return -1;
  if (equals(now, length, replacement->new, replacement->new_length))
    return 0;
  if (!equals(now, length, replacement->old, replacement->old_length)) {
    dw_error_set(err, DW_ERR_IO, "has changed since it was read, so it was not written; run the command again");
    return dw_error_in_file(err, path);
  }
  char *real = realpath(path, NULL);
  int status = real == NULL ? fail(err, path, "can't be read") : replace(real, replacement, err);
  free(real);
  return status;
}
