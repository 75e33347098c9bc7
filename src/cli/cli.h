/* What the commands share. One file a command; main.c only dispatches. */
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
/* For functions that read options: --help was given. */
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
int cli_map(int argc, char **argv);
int cli_audit(int argc, char **argv);
int cli_snapshot(int argc, char **argv);
int cli_certs(int argc, char **argv);
int cli_sleep(int argc, char **argv);
int cli_version(int argc, char **argv);

/* A line on standard error; nothing of what was given reaches the terminal raw. */
void cli_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* `droveway: FILE:LINE:COLUMN: what` on standard error; returns CLI_FAILED. */
int cli_fail(const struct dw_error *err);
/* `droveway COMMAND: what; see 'droveway COMMAND --help'`; returns CLI_FAILED. */
int cli_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* getopt_long() for the command argv[0], with LETTERS after a colon. '?' means that the error has been printed. */
int cli_option(int argc, char **argv, const char *letters, const struct option *options);
/* `droveway: unknown WHAT "GIVEN"; did you mean ...?` on standard error; returns CLI_FAILED. */
int cli_unknown(const char *what, const char *given, const char *const *known, size_t count);
/* Flushes standard output: STATUS, or CLI_FAILED where it could not be written. */
int cli_finish(int status);

/* --policy, --state, --kubeconfig and --context; NULL where not given. */
struct cli_world_options {
  const char *policy;
  const char *state;
  const char *kubeconfig;
  const char *context;
  bool in_cluster; /* the cluster that this runs in */
};
#define CLI_WORLD_OPTIONS                                                                                              \
  {"policy", required_argument, NULL, 'p'}, {"state", required_argument, NULL, 's'},                                   \
      {"kubeconfig", required_argument, NULL, 'K'}, {                                                                  \
    "context", required_argument, NULL, 'C'                                                                            \
  }
/* Takes OPTION into OUT where it is one of these; false where it is another. */
bool cli_world_option(int option, const char *value, struct cli_world_options *out);
/* CLI_FAILED where they exclude each other. */
int cli_check_world(const char *command, const struct cli_world_options *options);
/* The same with the rule ids, for dw_policy_load() and dw_world_load(). */
struct dw_sources cli_sources(const struct cli_world_options *options);

#endif
