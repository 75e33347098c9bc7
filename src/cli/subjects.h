/* The manifests on a command line, with the state or cluster that they would be applied to. */
#ifndef CLI_SUBJECTS_H
#define CLI_SUBJECTS_H

#include "cli/cli.h"
#include "lint/subjects.h"

/* A command that reads manifests, with the options that all of them share and its own. */
struct cli_manifest_command {
  const char *name;
  const struct option *options; /* CLI_MANIFEST_OPTIONS, its own, and a row of zeros */
  const char *letters;          /* CLI_MANIFEST_LETTERS and its own */
  /* Stores one of its own options in INTO: CLI_OK, or CLI_FAILED after printing the error. */
  int (*read_own)(void *into, int option, const char *value);
  void *into;
  struct cli_world_options *world; /* receives --state, --kubeconfig ...; may be NULL */
};
#define CLI_MANIFEST_OPTIONS                                                                                           \
  CLI_WORLD_OPTIONS, {"filename", required_argument, NULL, 'f'}, {"namespace", required_argument, NULL, 'n'}, {        \
    "help", no_argument, NULL, 'h'                                                                                     \
  }
#define CLI_MANIFEST_LETTERS ":f:s:p:n:h"

/* Reads the options of COMMAND and the files that they name. CLI_OK: the caller frees OUT with dw_subjects_free().
 * CLI_HELP: --help was given. CLI_FAILED: the error has been printed. */
int cli_subjects_open(const struct cli_manifest_command *command, int argc, char **argv, struct dw_subjects *out);

/* The options as given. */
struct cli_manifest_arguments {
  struct cli_world_options world;
  const char **paths;
  size_t path_count;
  const char *ns; /* of manifests that do not set one; NULL: the policy's namespace */
};
/* -1 on error. */
int cli_subjects_load(const struct cli_manifest_arguments *arguments, struct dw_subjects *out, struct dw_error *err);

/* The same with texts instead of files. The texts must outlive OUT. */
struct cli_texts {
  const char *name; /* used as the file name of the manifests */
  const char *manifests;
  const char *state;  /* NULL: no state */
  const char *policy; /* NULL: the default policy */
};
int cli_subjects_of_texts(const struct cli_texts *texts, struct dw_subjects *out, struct dw_error *err);

#endif
