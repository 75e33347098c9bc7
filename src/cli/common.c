#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "droveway/base/text.h"
#include "droveway/rules/engine.h"
#include "droveway/sources/state.h"

int cli_fail(const struct dw_error *err) {
  char line[1024];
  fprintf(stderr, "droveway: %s\n", dw_error_format(err, line, sizeof line));
  return CLI_FAILED;
}

int cli_usage(const char *command, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "droveway %s: ", command);
  vfprintf(stderr, format, args);
  fprintf(stderr, "; see 'droveway %s --help'\n", command);
  va_end(args);
  return CLI_FAILED;
}

int cli_bad_option(char **argv) {
  return cli_usage(argv[0], "\"%s\" is no option here, or lacks its value", argv[optind > 1 ? optind - 1 : 1]);
}

int cli_unknown(const char *what, const char *given, const char *const *known, size_t count) {
  const char *near = dw_nearest(given, known, count);
  fprintf(stderr, "droveway: unknown %s \"%s\"", what, given);
  if (near)
    fprintf(stderr, "; did you mean \"%s\"?\n", near);
  else
    fputs("; see 'droveway --help'\n", stderr);
  return CLI_FAILED;
}

struct dw_sources cli_sources(const struct cli_world_options *options) {
  struct dw_sources sources = {.policy = options->policy, .state = options->state};
  sources.rules = dw_rule_ids(&sources.rule_count);
  return sources;
}

bool cli_world_option(int option, const char *value, struct cli_world_options *out) {
  switch (option) {
  case 'p':
    out->policy = value;
    return true;
  case 's':
    out->state = value;
    return true;
  case 'K':
    out->kubeconfig = value;
    return true;
  case 'C':
    out->context = value;
    return true;
  default:
    return false;
  }
}

int cli_check_world(const char *command, const struct cli_world_options *options) {
  if (options->state != NULL && options->kubeconfig != NULL)
    return cli_usage(command, "give --state or --kubeconfig, not both");
  if (options->context != NULL && options->kubeconfig == NULL)
    return cli_usage(command, "--context names a context of a --kubeconfig");
  return CLI_OK;
}

int cli_finish(int status) {
  if (fflush(stdout) != 0 || ferror(stdout)) {
    perror("droveway: standard output");
    return CLI_FAILED;
  }
  return status;
}
