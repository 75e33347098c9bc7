#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/glyph.h"
#include "files/state.h"
#include "rules/engine.h"

void cli_complain(const char *format, ...) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  va_list args;
  va_start(args, format);
  dw_buf_vprintf(&text, format, args);
  va_end(args);
  cli_put_clean(&line, dw_buf_text(&text));
  dw_buf_putc(&line, '\n');
  fwrite(line.data, 1, line.length, stderr);
}

int cli_fail(const struct dw_error *err) {
  char line[1024];
  cli_complain("droveway: %s", dw_error_format(err, line, sizeof line));
  return CLI_FAILED;
}

int cli_usage(const char *command, const char *format, ...) {
  DW_BUF_SCOPED struct dw_buf whole = DW_BUF_INIT;
  va_list args;
  va_start(args, format);
  dw_buf_vprintf(&whole, format, args);
  va_end(args);
  cli_complain("droveway %s: %s; see 'droveway %s --help'", command, dw_buf_text(&whole), command);
  return CLI_FAILED;
}

int cli_bad_option(char **argv) {
  return cli_usage(argv[0], "\"%s\" is no option here, or lacks its value", argv[optind > 1 ? optind - 1 : 1]);
}

int cli_unknown(const char *what, const char *given, const char *const *known, size_t count) {
  const char *near = dw_nearest(given, known, count);
  if (near)
    cli_complain("droveway: unknown %s \"%s\"; did you mean \"%s\"?", what, given, near);
  else
    cli_complain("droveway: unknown %s \"%s\"; see 'droveway --help'", what, given);
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
