#include <getopt.h>
#include <string.h>

#include "cli/subjects.h"

static int read_options(int argc, char **argv, struct cli_manifest_arguments *out) {
  static const struct option options[] = {{"filename", required_argument, NULL, 'f'},
                                          {"state", required_argument, NULL, 's'},
                                          {"policy", required_argument, NULL, 'p'},
                                          {"namespace", required_argument, NULL, 'n'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"kubeconfig", required_argument, NULL, 'K'},
                                          {"context", required_argument, NULL, 'C'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option;
  while ((option = getopt_long(argc, argv, "f:s:p:n:o:h", options, NULL)) != -1) {
    switch (option) {
    case 'f':
      out->paths[out->path_count++] = optarg;
      break;
    case 's':
      out->world.state = optarg;
      break;
    case 'K':
      out->world.kubeconfig = optarg;
      break;
    case 'C':
      out->world.context = optarg;
      break;
    case 'p':
      out->world.policy = optarg;
      break;
    case 'n':
      out->ns = optarg;
      break;
    case 'o':
      out->form = optarg;
      break;
    case 'h':
      return CLI_HELP;
    default:
      return cli_bad_option(argv);
    }
  }
  return CLI_OK;
}

static int read_arguments(const char *command, int argc, char **argv, struct cli_manifest_arguments *out) {
  int status = read_options(argc, argv, out);
  if (status != CLI_OK)
    return status;
  while (optind < argc) /* -f a b c, as a shell's pattern leaves it */
    out->paths[out->path_count++] = argv[optind++];
  if (out->path_count == 0)
    return cli_usage(command, "name the manifests: -f PATH");
  if (strcmp(out->form, "text") != 0 && strcmp(out->form, "json") != 0)
    return cli_usage(command, "unknown output form \"%s\": text or json", out->form);
  return cli_check_world(command, &out->world);
}

int cli_subjects_open(const char *command, int argc, char **argv, struct cli_subjects *out) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct cli_manifest_arguments arguments = {.form = "text"};
  arguments.paths = dw_arena_array(arena, (size_t)argc + 1, sizeof *arguments.paths);
  int status = read_arguments(command, argc, argv, &arguments);
  struct dw_error err = DW_ERROR_INIT;
  if (status != CLI_OK)
    return status;
  return cli_subjects_load(&arguments, out, &err) == 0 ? CLI_OK : cli_fail(&err);
}
