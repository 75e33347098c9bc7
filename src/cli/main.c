#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/help.h"

static const struct cli_command commands[] = {
    {"serve", "run the admission webhook (HTTPS)", cli_serve},
    {"review", "answer one AdmissionReview from a file", cli_review},
    {"check", "check manifests before they are applied", cli_check},
    {"inspect", "show how each NAD is read: classification, plugins, pools", cli_inspect},
    {"audit", "check the objects that exist in a cluster", cli_audit},
    {"snapshot", "save the parts of a cluster that the rules read to files", cli_snapshot},
    {"preflight", "show what is missing before a step of the installation", cli_preflight},
    {"init", "write a migration network that fits a cluster", cli_init},
    {"map", "show the address map: cluster networks, pools, free ranges", cli_map},
    {"rules", "list all rules and their actions", cli_rules},
    {"explain", "explain a rule, with an example that breaks it and its fix", cli_explain},
    {"completion", "print a completion script for bash, zsh or fish", cli_completion},
    {"schema", "print the JSON Schema of the policy file, for editors", cli_schema},
    {"certs", "create, renew or check the certificates for `serve`", cli_certs},
    {"sleep", "wait, for use as a preStop hook", cli_sleep},
    {"version", "show the version, libraries and build", cli_version},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *file) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_puts(&text,
              "Droveway checks KubeVirt live-migration networks. It rejects networks that would break virt-handler "
              "and tells you how to fix them.\n"
              "\n"
              "usage: droveway COMMAND [OPTION...]\n"
              "\n");
  for (size_t i = 0; i < COMMANDS; i++)
    dw_buf_printf(&text, "  %s\t%s\n", commands[i].name, commands[i].summary);
  dw_buf_puts(&text,
              "\n"
              "Run `droveway COMMAND --help` for the options of a command.\n"
              "Exit status: 0 if nothing is denied, 1 if something is denied, 2 if the usage is wrong or an input "
              "cannot be read.\n");
  cli_put_help(file, dw_buf_text(&text));
}

static int help(void) {
  print_help(stdout);
  return cli_finish(CLI_OK);
}

static int run(int argc, char **argv) {
  static const char *const own_options[] = {"--help", "--version"};
  const char *names[COMMANDS];
  if (argv[0][0] == '-')
    return cli_unknown("option", argv[0], own_options, sizeof own_options / sizeof *own_options, "droveway --help");
  for (size_t i = 0; i < COMMANDS; i++) {
    if (strcmp(argv[0], commands[i].name) == 0)
      return commands[i].run(argc, argv);
    names[i] = commands[i].name;
  }
  return cli_unknown("command", argv[0], names, COMMANDS, "droveway --help");
}

/* Opens /dev/null in place of closed standard streams. Otherwise a socket or file opened later could become one of them
 * and receive messages. Input is opened for writing and output for reading, so that using them fails as on a closed
 * descriptor. */
static bool open_standard_streams(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
      return false;
  return true;
}

int main(int argc, char **argv) {
  if (!open_standard_streams())
    return CLI_FAILED;
  if (argc < 2) {
    print_help(stderr);
    return CLI_FAILED;
  }
  const char *name = argv[1];
  opterr = 0; /* cli_option() prints the errors */
  if (strcmp(name, "help") == 0 && argc > 2 && argv[2][0] != '-') {
    char option[] = "--help";
    char *asked[] = {argv[2], option, NULL};
    return run(2, asked);
  }
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
    return help();
  if (strcmp(name, "--version") == 0)
    return cli_version(1, argv);
  return run(argc - 1, argv + 1);
}
