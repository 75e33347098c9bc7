/* The manifests that a command was given, next to the state or cluster that it was given. */
#ifndef CLI_SUBJECTS_H
#define CLI_SUBJECTS_H

#include "cli/cli.h"
#include "lint/subjects.h"

/* A command that reads manifests. Its options are those that all of them have, and its own. */
struct cli_manifest_command {
  const char *name;
  const struct option *options;                           /* CLI_MANIFEST_OPTIONS, its own, and a row of zeros */
  const char *letters;                                    /* CLI_MANIFEST_LETTERS and its own */
  int (*take)(void *into, int option, const char *value); /* one of its own: CLI_OK, or CLI_FAILED after saying why */
  void *into;
};
#define CLI_MANIFEST_OPTIONS                                                                                           \
  CLI_WORLD_OPTIONS, {"filename", required_argument, NULL, 'f'}, {"namespace", required_argument, NULL, 'n'}, {        \
    "help", no_argument, NULL, 'h'                                                                                     \
  }
#define CLI_MANIFEST_LETTERS ":f:s:p:n:h"

/* Reads the options of COMMAND, and what they name. CLI_OK, and the caller frees OUT with dw_subjects_free(); CLI_HELP
 * where help was asked for; CLI_FAILED after saying why. */
int cli_subjects_open(const struct cli_manifest_command *command, int argc, char **argv, struct dw_subjects *out);

/* The options, as they were given. */
struct cli_manifest_arguments {
  struct cli_world_options world;
  const char **paths;
  size_t path_count;
  const char *ns; /* stands in where a manifest names no namespace; NULL takes the policy's */
};
/* -1 on error. */
int cli_subjects_load(const struct cli_manifest_arguments *arguments, struct dw_subjects *out, struct dw_error *err);

/* The same of texts at hand, which must outlive OUT. */
struct cli_texts {
  const char *name; /* of the manifests, as if it were their file */
  const char *manifests;
  const char *state;  /* NULL: as without --state */
  const char *policy; /* NULL: the default policy */
};
int cli_subjects_of_texts(const struct cli_texts *texts, struct dw_subjects *out, struct dw_error *err);

#endif
