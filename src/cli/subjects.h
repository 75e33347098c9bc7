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
enum { CLI_OPTION_EXCLUDE = 0x200 };
#define CLI_MANIFEST_OPTIONS                                                                                           \
  CLI_WORLD_OPTIONS, {"filename", required_argument, NULL, 'f'}, {"namespace", required_argument, NULL, 'n'},          \
      {"exclude", required_argument, NULL, CLI_OPTION_EXCLUDE}, {                                                      \
    "help", no_argument, NULL, 'h'                                                                                     \
  }
#define CLI_MANIFEST_LETTERS ":f:s:p:n:h"
#define CLI_MANIFEST_HELP                                                                                              \
  "  -f, --filename PATH\tfile, directory (read recursively) or - (standard input); PATH alone means the same\n"       \
  "      --exclude GLOB\tleave out files and directories that match, as .gitignore does; repeat it for several. A "    \
  "directory named as PATH can have a file .drovewayignore with such patterns\n"

/* Reads the options of COMMAND and the files that they name. CLI_OK: the caller frees OUT with dw_subjects_free(), and
 * reports what is in OUT->read.unreadable, which may be all of it.
 * CLI_HELP: --help was given. CLI_FAILED: the error has been printed. */
int cli_subjects_open(const struct cli_manifest_command *command, int argc, char **argv, struct dw_subjects *out);

/* The options and paths as given. */
struct cli_manifest_arguments {
  struct cli_world_options world;
  const char **paths;
  size_t path_count;
  const char *ns; /* of manifests that do not set one; NULL: the policy's namespace */
  struct dw_arena *arena;
  struct dw_ignore exclude; /* in ARENA */
};
/* Only reads the options and paths of COMMAND into OUT, whose ARENA is set. CLI_OK, CLI_HELP, or CLI_FAILED after
 * printing the error. */
int cli_manifest_arguments_read(const struct cli_manifest_command *command, int argc, char **argv,
                                struct cli_manifest_arguments *out);
/* -1 if the policy, the state or the cluster can't be read. Manifests that can't be read are in OUT->read.unreadable;
 * OUT has the others. */
int cli_subjects_load(const struct cli_manifest_arguments *arguments, struct dw_subjects *out, struct dw_error *err);

/* Prints what could not be read of the manifests, as one error. CLI_OK if there is nothing, else CLI_FAILED. */
int cli_subjects_report_unreadable(const struct dw_subjects *subjects);

/* As cli_subjects_load() with texts instead of files, which must all be readable. The texts must outlive OUT. */
struct cli_texts {
  const char *name; /* used as the file name of the manifests */
  const char *manifests;
  const char *state;  /* NULL: no state */
  const char *policy; /* NULL: the default policy */
};
int cli_subjects_of_texts(const struct cli_texts *texts, struct dw_subjects *out, struct dw_error *err);

/* The parts of that: the policy, which the caller frees with dw_policy_free(), or NULL; and the state, which must be
 * freed with dw_lint_state_free() even on error. */
struct dw_policy *cli_policy_of_text(const char *text, struct dw_error *err);
int cli_state_of_text(struct dw_arena *arena, const char *text, const char *ns, struct dw_lint_state *out,
                      struct dw_error *err);

#endif
