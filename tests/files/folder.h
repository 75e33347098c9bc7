/* A separate folder for each test, which is removed afterwards. */
#ifndef TESTS_SOURCES_FOLDER_H
#define TESTS_SOURCES_FOLDER_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

struct folder {
  char path[256];
};

static inline int folder_setup(void **state) {
  const char *parent = getenv("TMPDIR");
  struct folder *folder = malloc(sizeof *folder);
  if (!folder)
    return -1;
  snprintf(folder->path, sizeof folder->path, "%s/droveway-test-XXXXXX", parent && *parent ? parent : "/tmp");
  *state = folder;
  return mkdtemp(folder->path) ? 0 : -1;
}

static inline int folder_remove_one(const char *path, const struct stat *info, int type, struct FTW *place) {
  (void)info;
  (void)type;
  (void)place;
  return remove(path);
}

static inline int folder_teardown(void **state) {
  struct folder *folder = *state;
  int status = nftw(folder->path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
  free(folder);
  return status;
}

static inline const char *folder_path(struct dw_arena *arena, const struct folder *folder, const char *name) {
  return dw_arena_printf(arena, "%s/%s", folder->path, name);
}

/* Writes FOLDER/NAME, and creates the folders above it. */
static inline void folder_put_bytes(const struct folder *folder, const char *name, const char *bytes, size_t length) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  char *path = dw_arena_printf(arena, "%s/%s", folder->path, name);
  for (char *slash = path + strlen(folder->path) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
    *slash = '\0';
    (void)mkdir(path, 0700);
    *slash = '/';
  }
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, length, file), length);
  assert_int_equal(fclose(file), 0);
}

static inline void folder_put(const struct folder *folder, const char *name, const char *text) {
  folder_put_bytes(folder, name, text, strlen(text));
}

#endif
