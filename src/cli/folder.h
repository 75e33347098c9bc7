/* A new folder that is filled whole or not at all. */
#ifndef CLI_FOLDER_H
#define CLI_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { CLI_FOLDER_FILES = 16 };

struct cli_folder {
  const char *path;
  bool made; /* by cli_folder_open() */
  const char *names[CLI_FOLDER_FILES];
  size_t count;
};

/* Whether PATH can be made, or is an empty folder: -1 with the reason. */
int cli_folder_check(const char *path, struct dw_error *err);

/* Makes the folder where it is not there yet, under the same condition. End with cli_folder_close(). */
int cli_folder_open(struct cli_folder *folder, const char *path, struct dw_error *err);
/* Writes a file NAME (which must live on) under a hidden name, which no reader of a state folder looks at. */
int cli_folder_add(struct cli_folder *folder, const char *name, const char *text, size_t length, struct dw_error *err);
/* Gives all files their names. */
int cli_folder_commit(struct cli_folder *folder, struct dw_error *err);
/* Without a commit that went through: takes everything away again. */
void cli_folder_close(struct cli_folder *folder);

#endif
