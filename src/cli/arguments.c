#include <getopt.h>
#include <string.h>

#include "cli/subjects.h"

static int take_option(const struct cli_manifest_command *command, char **argv, int option,
                       struct cli_manifest_arguments *out) {
  if (cli_world_option(option, optarg, &out->world))
    return CLI_OK;
  switch (option) {
  case 'f':
    out->paths[out->path_count++] = optarg;
    return CLI_OK;
  case 'n':
    out->ns = optarg;
    return CLI_OK;
  case 'h':
    return CLI_HELP;
  case '?':
    return cli_bad_option(argv);
  default:
    return command->take(command->into, option, optarg);
  }
}

static int read_options(const struct cli_manifest_command *command, int argc, char **argv,
                        struct cli_manifest_arguments *out) {
  int option;
  int status = CLI_OK;
  while (status == CLI_OK && (option = getopt_long(argc, argv, command->letters, command->options, NULL)) != -1)
    status = take_option(command, argv, option, out);
  return status;
}

static int read_arguments(const struct cli_manifest_command *command, int argc, char **argv,
                          struct cli_manifest_arguments *out) {
  int status = read_options(command, argc, argv, out);
  if (status != CLI_OK)
    return status;
  while (optind < argc) /* -f a b c, as a shell's pattern leaves it */
    out->paths[out->path_count++] = argv[optind++];
  if (out->path_count == 0)
    return cli_usage(command->name, "name the manifests: -f PATH");
  return cli_check_world(command->name, &out->world);
}

int cli_subjects_open(const struct cli_manifest_command *command, int argc, char **argv, struct dw_subjects *out) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct cli_manifest_arguments arguments = {.ns = NULL};
  arguments.paths = dw_arena_array(arena, (size_t)argc + 1, sizeof *arguments.paths);
  int status = read_arguments(command, argc, argv, &arguments);
  struct dw_error err = DW_ERROR_INIT;
  if (status != CLI_OK)
    return status;
  return cli_subjects_load(&arguments, out, &err) == 0 ? CLI_OK : cli_fail(&err);
}
