#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/completion_files.h"
#include "cli/help.h"
#include "cli/state.h"
#include "kube/api.h"

static int help(void) {
  cli_put_help(stdout, "usage: droveway completion bash|zsh|fish\n"
                       "       droveway completion contexts [--kubeconfig FILE]\n"
                       "\n"
                       "Prints a completion script for a shell: commands, options, values, rules and the contexts of "
                       "the kubeconfig. `contexts` prints the names of these contexts; the scripts use it.\n"
                       "\n"
                       "      --kubeconfig FILE\tkubeconfig of `contexts` (default: $KUBECONFIG or ~/.kube/config)\n"
                       "      --help\tshow this help\n"
                       "\n"
                       "To install it for bash, for zsh (with ~/.zfunc in fpath) and for fish:\n"
                       "  droveway completion bash > ~/.local/share/bash-completion/completions/droveway\n"
                       "  droveway completion zsh > ~/.zfunc/_droveway\n"
                       "  droveway completion fish > ~/.config/fish/completions/droveway.fish\n");
  return cli_finish(CLI_OK);
}

static const struct {
  const char *shell, *script;
} scripts[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};

static int print_script(const char *shell) {
  for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
    if (strcmp(scripts[i].shell, shell) != 0)
      continue;
    fputs(scripts[i].script, stdout);
    return cli_finish(CLI_OK);
  }
  return cli_usage("completion", "unknown shell \"%s\"; use bash, zsh or fish", shell);
}

/* Names with a line end are left out: a script would read them as two. */
static int print_contexts(const char *kubeconfig) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  /* A context keeps the default from being the pod's own cluster, which has none. */
  struct cli_world_options options = {.kubeconfig = kubeconfig, .context = "", .no_state = true};
  struct dw_error err = DW_ERROR_INIT;
  const char **names = NULL;
  size_t count = 0;
  if (cli_default_cluster("completion", arena, &options) != CLI_OK)
    return CLI_FAILED;
  if (dw_api_contexts(arena, options.kubeconfig, &names, &count, &err) != 0)
    return cli_fail(&err);
  for (size_t i = 0; i < count; i++)
    if (strpbrk(names[i], "\r\n") == NULL)
      puts(names[i]);
  return cli_finish(CLI_OK);
}

int cli_completion(int argc, char **argv) {
  static const struct option options[] = {
      {"kubeconfig", required_argument, NULL, 'K'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  const char *kubeconfig = NULL;
  int option;
  while ((option = cli_option(argc, argv, ":h", options)) != -1) {
    if (option != 'K')
      return option == 'h' ? help() : CLI_FAILED;
    kubeconfig = optarg;
  }
  if (optind == argc)
    return cli_usage("completion", "the shell is missing; use bash, zsh or fish");
  const char *what = argv[optind];
  if (optind + 1 < argc)
    return cli_usage("completion", "unexpected argument \"%s\"", argv[optind + 1]);
  if (strcmp(what, "contexts") == 0)
    return print_contexts(kubeconfig);
  return kubeconfig == NULL ? print_script(what) : cli_usage("completion", "--kubeconfig is only for contexts");
}
