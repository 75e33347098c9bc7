#include "cli/folder.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int can_not(const char *verb, const char *path, struct dw_error *err) {
  return dw_error_set(err, DW_ERR_IO, "can't %s %s: %s", verb, path, strerror(errno));
}

/* -1 with errno where PATH can't be listed. */
static int count_entries(const char *path) {
  DIR *dir = opendir(path);
  int count = 0;
  if (dir == NULL)
    return -1;
  for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
    count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  closedir(dir);
  return count;
}

int cli_folder_check(const char *path, struct dw_error *err) {
  int entries = count_entries(path);
  if (entries > 0)
    return dw_error_set(err, DW_ERR_IO, "%s is not empty; name a new folder", path);
  return entries == 0 || errno == ENOENT ? 0 : can_not("write to", path, err);
}

int cli_folder_open(struct cli_folder *folder, const char *path, struct dw_error *err) {
  *folder = (struct cli_folder){.path = path};
  if (mkdir(path, 0777) == 0) {
    folder->made = true;
    return 0;
  }
  return errno == EEXIST ? cli_folder_check(path, err) : can_not("make the folder", path, err);
}

static void hidden_path(const struct cli_folder *folder, const char *name, char out[PATH_MAX]) {
  snprintf(out, PATH_MAX, "%s/.%s.part", folder->path, name);
}

static void final_path(const struct cli_folder *folder, const char *name, char out[PATH_MAX]) {
  snprintf(out, PATH_MAX, "%s/%s", folder->path, name);
}

int cli_folder_add(struct cli_folder *folder, const char *name, const char *text, size_t length, struct dw_error *err) {
  char path[PATH_MAX];
  if (folder->count == CLI_FOLDER_FILES)
    abort();
  hidden_path(folder, name, path);
  FILE *file = fopen(path, "wxe");
  if (file == NULL)
    return can_not("write", path, err);
  folder->names[folder->count++] = name;
  bool good = fwrite(text, 1, length, file) == length && fflush(file) == 0;
  int reason = errno;
  good = fclose(file) == 0 && good;
  errno = reason;
  return good ? 0 : can_not("write", path, err);
}

int cli_folder_commit(struct cli_folder *folder, struct dw_error *err) {
  for (size_t i = 0; i < folder->count; i++) {
    char hidden[PATH_MAX];
    char final[PATH_MAX];
    hidden_path(folder, folder->names[i], hidden);
    final_path(folder, folder->names[i], final);
    if (rename(hidden, final) != 0)
      return can_not("write", final, err);
  }
  folder->count = 0;
  folder->made = false;
  return 0;
}

void cli_folder_close(struct cli_folder *folder) {
  for (size_t i = 0; i < folder->count; i++) {
    char path[PATH_MAX];
    hidden_path(folder, folder->names[i], path);
    if (unlink(path) == 0)
      continue;
    final_path(folder, folder->names[i], path); /* a commit that stopped half way */
    unlink(path);
  }
  if (folder->made)
    rmdir(folder->path);
}
