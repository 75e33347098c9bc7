/* Where `init` puts the manifests, and what to do with them. */
#ifndef CLI_INIT_OUTPUT_H
#define CLI_INIT_OUTPUT_H

#include "cli/cli.h"
#include "cli/init_dialog.h"

struct cli_init_output {
  const char *folder; /* NULL: standard output */
  bool force;         /* replace existing files */
  bool kustomize;
};

struct cli_init_files {
  struct dw_plan_document items[DW_PLAN_DOCUMENTS + 1];
  size_t count;
};

/* -1 if a file exists already, and the user does not want to replace it, or if one can't be written. Nothing is written
 * if any of them exists. */
int cli_init_write(const struct cli_init_output *output, const struct cli_init_files *files, struct dw_error *err);
/* The documents, as one YAML stream. */
void cli_init_print(const struct cli_init_files *files);

/* Says what was written, and the commands that come next. */
void cli_init_say_next(const struct cli_dialog *dialog, const struct dw_plan *plan,
                       const struct cli_init_output *output, const struct cli_init_files *files,
                       const struct cli_world_options *world);

#endif
