#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static const struct cli_command commands[] = {
    {"serve", "the HTTPS webhook: POST /validate, POST /mutate; GET /livez, /readyz, /healthz", cli_serve},
    {"review", "answer one recorded AdmissionReview and print the answer", cli_review},
    {"check", "lint manifests as if they were applied in turn", cli_check},
    {"inspect", "show what was understood of each NAD: classification, plugins, pools", cli_inspect},
    {"audit", "judge what is in a cluster already", cli_audit},
    {"snapshot", "write what the rules see of a cluster as a state folder", cli_snapshot},
    {"map", "the address map: cluster networks, pools, free room", cli_map},
    {"rules", "the rule catalogue with the actions in force", cli_rules},
    {"explain", "why a rule exists, an example that breaks it, and the example fixed", cli_explain},
    {"certs", "make or check the certificates that `serve` needs", cli_certs},
    {"sleep", "wait: for a preStop hook in an image without a shell", cli_sleep},
    {"version", "version, libraries, build", cli_version},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static int help(void) {
  puts("droveway keeps the networks that KubeVirt migrates virtual machines over right:\n"
       "it refuses a migration network that would take virt-handler down, and says how to fix it.\n"
       "\n"
       "usage: droveway COMMAND [OPTION...]\n");
  for (size_t i = 0; i < COMMANDS; i++)
    printf("  %-9s %s\n", commands[i].name, commands[i].summary);
  puts("\n"
       "`droveway COMMAND --help` tells the options of a command.\n"
       "Exit status: 0 nothing denied, 1 something denied, 2 bad usage or unreadable input.");
  return CLI_OK;
}

static int run(int argc, char **argv) {
  const char *names[COMMANDS];
  for (size_t i = 0; i < COMMANDS; i++) {
    if (strcmp(argv[0], commands[i].name) == 0)
      return commands[i].run(argc, argv);
    names[i] = commands[i].name;
  }
  return cli_unknown("command", argv[0], names, COMMANDS);
}

/* Else a socket or a file would become one of the three, and what is meant for a terminal would get into it. Each is
 * opened the wrong way round, so that reading and writing fail as they do on a closed one. */
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
    fputs("droveway: no command given; see 'droveway --help'\n", stderr);
    return CLI_FAILED;
  }
  const char *name = argv[1];
  opterr = 0; /* the commands say what is wrong in a line of their own */
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
