#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "files/state.h"
#include "rules/engine.h"

void cli_print_error(const char *format, ...) {
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  va_list args;
  va_start(args, format);
  cli_put_clean_format(&line, format, args);
  va_end(args);
  dw_buf_putc(&line, '\n');
  fwrite(line.data, 1, line.length, stderr);
}

int cli_fail(const struct dw_error *err) {
  char line[1024];
  cli_print_error("droveway: %s", dw_error_format(err, line, sizeof line));
  return CLI_FAILED;
}

int cli_usage(const char *command, const char *format, ...) {
  DW_BUF_SCOPED struct dw_buf whole = DW_BUF_INIT;
  va_list args;
  va_start(args, format);
  dw_buf_vprintf(&whole, format, args);
  va_end(args);
  cli_print_error("droveway %s: %s; see 'droveway %s --help'", command, dw_buf_text(&whole), command);
  return CLI_FAILED;
}

static const struct option *find_option(const struct option *options, const char *name, size_t length) {
  while (options->name != NULL && (strncmp(options->name, name, length) != 0 || options->name[length] != '\0'))
    options++;
  return options->name == NULL ? NULL : options;
}

/* TEXT is "--NAME", or "--NAME=VALUE". */
static void report_unknown_long(const char *command, const char *text, const struct option *options) {
  enum { MOST_OPTIONS = 64 };
  const char *names[MOST_OPTIONS];
  const char *matches[MOST_OPTIONS];
  char name[64];
  size_t length = strcspn(text + 2, "=");
  size_t count = 0, match_count = 0;
  snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), text + 2);
  for (; options->name != NULL && count < MOST_OPTIONS; options++) {
    names[count++] = options->name;
    if (strncmp(options->name, name, strlen(name)) == 0)
      matches[match_count++] = options->name;
  }
  const char *near = match_count > 0 ? NULL : dw_nearest(name, names, count);
  if (match_count > 1)
    cli_usage(command, "option \"--%s\" is ambiguous: it could be --%s or --%s", name, matches[0], matches[1]);
  else if (near != NULL)
    cli_print_error("droveway %s: unknown option \"--%s\"; did you mean \"--%s\"?", command, name, near);
  else
    cli_usage(command, "unknown option \"--%s\"", name);
}

/* The long option that ARGUMENT ("-state") spells with one dash; NULL if it is anything else. */
static const struct option *find_single_dash(const struct option *options, const char *argument) {
  return argument == NULL || argument[0] != '-' || strlen(argument) < 3
             ? NULL
             : find_option(options, argument + 1, strcspn(argument + 1, "="));
}

/* Returns true if ARGUMENT is one of the options, so that it is hardly the value of the option before it. */
static bool is_option(const struct option *options, const char *letters, const char *argument) {
  if (strncmp(argument, "--", 2) == 0)
    return find_option(options, argument + 2, strcspn(argument + 2, "=")) != NULL;
  return argument[0] == '-' && argument[1] != '\0' && argument[1] != ':' && argument[2] == '\0' &&
         strchr(letters, argument[1]) != NULL;
}

/* The options that getopt_long() accepts, but that a user did not mean: `-state DIR` and `-f -o json`. */
static bool is_mistaken(int argc, char **argv, const char *letters, const struct option *options) {
  const char *last = argv[optind - 1];
  const struct option *meant = find_single_dash(options, last);
  if (meant == NULL && optind < argc && optarg == NULL)
    meant = find_single_dash(options, argv[optind]);
  if (meant != NULL && optarg != last) {
    cli_print_error("droveway %s: unknown option \"-%s\"; did you mean \"--%s\"?", argv[0], meant->name, meant->name);
    return true;
  }
  if (optarg == NULL || optarg != last || !is_option(options, letters, last))
    return false;
  const char *lacking = argv[optind - 2]; /* may be several letters: -qf */
  bool is_long = strncmp(lacking, "--", 2) == 0;
  cli_usage(argv[0], "option %s%s needs a value, but the option %.*s follows", is_long ? "" : "-",
            is_long ? lacking : lacking + strlen(lacking) - 1, (int)strcspn(last, "="), last);
  return true;
}

static void report_missing_value(const char *command, const char *text, const struct option *options) {
  if (strncmp(text, "--", 2) != 0) {
    cli_usage(command, "option -%c needs a value", optopt);
    return;
  }
  while (options->name != NULL && (options->val != optopt || strstr(options->name, text + 2) != options->name))
    options++;
  cli_usage(command, "option --%s needs a value", options->name == NULL ? text + 2 : options->name);
}

int cli_option(int argc, char **argv, const char *letters, const struct option *options) {
  int option = getopt_long(argc, argv, letters, options, NULL);
  const char *text = argc > 1 ? argv[optind > 1 ? optind - 1 : 1] : ""; /* the option, if it is a long one */
  bool is_long = strncmp(text, "--", 2) == 0;
  if (option == -1 || is_mistaken(argc, argv, letters, options))
    return option == -1 ? -1 : '?';
  if (option == ':')
    report_missing_value(argv[0], text, options);
  if (option == ':')
    return '?';
  if (option != '?')
    return option;
  const struct option *known = is_long ? find_option(options, text + 2, strcspn(text + 2, "=")) : NULL;
  if (optopt == 0)
    report_unknown_long(argv[0], text, options);
  else if (known != NULL && known->val == optopt && strchr(text, '=') != NULL)
    cli_usage(argv[0], "option --%s does not accept a value", known->name);
  else
    cli_usage(argv[0], "unknown option \"-%c\"", optopt);
  return '?';
}

int cli_unknown(const char *what, const char *given, const char *const *known, size_t count, const char *list) {
  const char *near = dw_nearest(given, known, count);
  if (near)
    cli_print_error("droveway: unknown %s \"%s\"; did you mean \"%s\"?", what, given, near);
  else
    cli_print_error("droveway: unknown %s \"%s\"; see '%s'", what, given, list);
  return CLI_FAILED;
}

const char *cli_action_name(enum dw_action action) {
  static const char *const names[] = {
      [DW_ACTION_NONE] = "-", [DW_ACTION_OFF] = "off", [DW_ACTION_WARN] = "warn", [DW_ACTION_DENY] = "deny"};
  return names[action];
}

int cli_word(const char *const *words, size_t count, const char *text) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(words[i], text) == 0)
      return (int)i;
  return -1;
}

struct dw_sources cli_sources(const struct cli_world_options *options) {
  struct dw_sources sources = {
      .policy = options->policy, .state = options->state, .kubevirt_namespace = options->kubevirt_namespace};
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
    return cli_usage(command, "--state and --kubeconfig cannot be used together");
  if (options->context != NULL && options->kubeconfig == NULL)
    return cli_usage(command, "--context requires --kubeconfig");
  return CLI_OK;
}

int cli_finish(int status) {
  if (fflush(stdout) != 0 || ferror(stdout)) {
    perror("droveway: standard output");
    return CLI_FAILED;
  }
  return status;
}
