#include <getopt.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "cli/state.h"
#include "files/manifests.h"
#include "rules/engine.h"
#include "rules/review.h"

struct review_options {
  struct cli_world_options world;
  bool mutate;
  const char *file;
};

static int help(void) {
  cli_put_help(stdout,
               "usage: droveway review FILE [--mutate] [--policy FILE] [--state DIR | --kubeconfig FILE]\n"
               "\n"
               "Answers the AdmissionReview request in FILE (- for standard input) and prints the response that "
               "`serve` would send, byte for byte.\n"
               "\n"
               "      --mutate\tanswer as /mutate does (default: as /validate does)\n"
               "  -p, --policy FILE\tpolicy to apply (default: the built-in policy)\n"
               "  -s, --state DIR\tread the cluster's objects from files (default: nothing is known about a cluster)\n"
               "      --kubeconfig FILE\tread the live cluster instead\n"
               "      --context NAME\tcontext of the kubeconfig (default: its current context)\n"
               "      --help\tshow this help\n"
               "\n"
               "Exit status: 0 if the request is allowed, 1 if it is denied, 2 if the usage is wrong or an input "
               "cannot be read.\n");
  return cli_finish(CLI_OK);
}

static int read_options(int argc, char **argv, struct review_options *out) {
  static const struct option options[] = {
      {"mutate", no_argument, NULL, 'm'}, CLI_WORLD_OPTIONS, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  int option;
  while ((option = cli_option(argc, argv, ":p:s:h", options)) != -1) {
    if (option == 'm')
      out->mutate = true;
    else if (!cli_world_option(option, optarg, &out->world))
      return option == 'h' ? CLI_HELP : CLI_FAILED;
  }
  return CLI_OK;
}

static int answer_review(const struct review_options *options, const struct dw_world *world, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(DW_DEFAULT_MAX_MEMORY);
  DW_ARENA_SCOPED struct dw_arena *text = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_answer answer = {0};
  size_t length = 0;
  const char *body = dw_read_file(text, options->file, DW_DEFAULT_MAX_BODY, &length, err);
  if (body == NULL)
    return cli_fail(err);
  if (dw_review(arena, world, options->mutate, body, length, &out, NULL, &answer, err) != 0) {
    dw_error_in_file(err, options->file);
    return cli_fail(err);
  }
  fwrite(out.data, 1, out.length, stdout);
  return cli_finish(answer.allowed ? CLI_OK : CLI_DENIED);
}

int cli_review(int argc, char **argv) {
  struct review_options options = {.file = NULL};
  struct dw_error err = DW_ERROR_INIT;
  int status = read_options(argc, argv, &options);
  if (status != CLI_OK)
    return status == CLI_HELP ? help() : status;
  if (argc - optind != 1)
    return cli_usage("review", "expected one file with an AdmissionReview, or -");
  options.file = argv[optind];
  if (cli_check_world("review", &options.world) != CLI_OK)
    return CLI_FAILED;
  struct cli_gaps gaps;
  struct dw_world *world = cli_world(&options.world, &gaps, &err);
  if (world == NULL)
    return cli_fail(&err);
  status = answer_review(&options, world, &err);
  dw_world_unref(world);
  return status;
}
