/* What the commands share. Each command is one file; main.c only dispatches. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cluster/view.h"
#include "files/state.h"
#include "kube/cluster.h"

/* Exit statuses. */
enum { CLI_OK = 0, CLI_DENIED = 1, CLI_FAILED = 2, CLI_TIMED_OUT = 3 };
/* For functions that read options, which return CLI_OK, CLI_FAILED after printing the error, or this: --help was given.
 */
enum { CLI_HELP = -1 };

struct cli_command {
  const char *name;
  const char *summary;               /* for `droveway --help` */
  int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit status */
};

int cli_serve(int argc, char **argv);
int cli_review(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_inspect(int argc, char **argv);
int cli_rules(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_init(int argc, char **argv);
int cli_map(int argc, char **argv);
int cli_audit(int argc, char **argv);
int cli_preflight(int argc, char **argv);
int cli_snapshot(int argc, char **argv);
int cli_certs(int argc, char **argv);
int cli_schema(int argc, char **argv);
int cli_completion(int argc, char **argv);
int cli_sleep(int argc, char **argv);
int cli_version(int argc, char **argv);

/* Prints a line to standard error, with the control characters in it replaced. */
void cli_print_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints `droveway: FILE:LINE:COLUMN: ERR` to standard error; returns CLI_FAILED. */
int cli_fail(const struct dw_error *err);
/* Prints `droveway COMMAND: FORMAT...; see 'droveway COMMAND --help'` to standard error; returns CLI_FAILED. */
int cli_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* getopt_long() for the command argv[0], with LETTERS after a colon. '?' means that the error has been printed. */
int cli_option(int argc, char **argv, const char *letters, const struct option *options);
/* Prints `droveway: unknown WHAT "GIVEN"; did you mean ...?` to standard error, or the command LIST, which shows what
 * is known; returns CLI_FAILED. */
int cli_unknown(const char *what, const char *given, const char *const *known, size_t count, const char *list);
/* Flushes standard output. Returns STATUS, or CLI_FAILED if the output could not be written. */
int cli_finish(int status);

/* "deny", "warn", "off", or "-" if the rule does not apply. */
const char *cli_action_name(enum dw_action action);
/* The index of TEXT in WORDS[COUNT], or -1. */
int cli_word(const char *const *words, size_t count, const char *text);

/* --policy, --state, --kubeconfig and --context; NULL if not given. */
struct cli_world_options {
  const char *policy;
  const char *state;
  const char *kubeconfig;
  const char *context;
  const char *kubevirt_namespace; /* where KubeVirt runs, instead of the policy's namespace */
  bool in_cluster;                /* use the cluster of the pod that this process runs in */
  bool no_state;                  /* the command has no --state, so errors do not suggest it */
};
#define CLI_WORLD_OPTIONS                                                                                              \
  {"policy", required_argument, NULL, 'p'}, {"state", required_argument, NULL, 's'},                                   \
      {"kubeconfig", required_argument, NULL, 'K'}, {                                                                  \
    "context", required_argument, NULL, 'C'                                                                            \
  }
/* Stores OPTION in OUT if it is one of these options; otherwise returns false. */
bool cli_world_option(int option, const char *value, struct cli_world_options *out);
/* CLI_FAILED if options are given that cannot be used together. */
int cli_check_world(const char *command, const struct cli_world_options *options);
/* The options with the rule ids, for dw_policy_load() and dw_world_load(). */
struct dw_sources cli_sources(const struct cli_world_options *options);

#endif
