/* Which cluster is meant where none is named. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/state.h"

static int check_options(const char *command, const struct cli_world_options *options) {
  if (options->state != NULL && options->kubeconfig != NULL)
    return cli_usage(command, "give --state or --kubeconfig, not both");
  if (options->state != NULL && options->context != NULL)
    return cli_usage(command, "--context names a context of a kubeconfig; --state has none");
  return CLI_OK;
}

/* kubectl merges the files of $KUBECONFIG's list. Here one is read: the only one that is there. NULL, and MANY tells
 * whether for there being several. */
static const char *only_file(struct dw_arena *arena, const char *list, bool *many) {
  const char *only = NULL;
  const char *first = NULL;
  size_t named = 0;
  *many = false;
  for (char *rest = dw_arena_strdup(arena, list), *file; (file = strsep(&rest, ":")) != NULL;) {
    if (*file == '\0')
      continue;
    first = named++ == 0 ? file : first;
    if (access(file, F_OK) != 0)
      continue;
    *many |= only != NULL;
    only = file;
  }
  return *many ? NULL : only != NULL ? only : first;
}

int cli_default_cluster(const char *command, struct dw_arena *arena, struct cli_world_options *options) {
  const char *named = getenv("KUBECONFIG");
  const char *home = getenv("HOME");
  bool many = false;
  if (check_options(command, options) != CLI_OK)
    return CLI_FAILED;
  if (options->state != NULL || options->kubeconfig != NULL)
    return CLI_OK;
  if (options->context == NULL && dw_api_in_cluster()) {
    options->in_cluster = true;
    return CLI_OK;
  }
  options->kubeconfig = named == NULL ? NULL : only_file(arena, named, &many);
  if (many)
    return cli_usage(command, "$KUBECONFIG lists several files; name one with --kubeconfig");
  if (options->kubeconfig != NULL)
    return CLI_OK;
  const char *usual = dw_arena_printf(arena, "%s/.kube/config", home == NULL ? "" : home);
  if (home == NULL || access(usual, F_OK) != 0)
    return cli_usage(command, "there is no kubeconfig ($KUBECONFIG, ~/.kube/config); name a cluster with --kubeconfig "
                              "FILE, or a folder with --state DIR");
  options->kubeconfig = usual;
  return CLI_OK;
}
