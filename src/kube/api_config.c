#include <stdlib.h>
#include <unistd.h>

#include "kube/api_internal.h"

static const char account_folder[] = "/var/run/secrets/kubernetes.io/serviceaccount";
static const char account_token[] = "/var/run/secrets/kubernetes.io/serviceaccount/token";

bool dw_api_in_cluster(void) {
  const char *host = getenv("KUBERNETES_SERVICE_HOST");
  return host != NULL && *host != '\0' && access(account_token, R_OK) == 0;
}

struct dw_api_config *dw_api_config_load(const struct dw_api_options *options, struct dw_error *err) {
  struct dw_arena *arena = dw_arena_new_secret();
  struct dw_api_config *config = dw_arena_alloc(arena, sizeof *config);
  config->arena = arena;
  int failed = options->kubeconfig == NULL ? dw_api_read_in_cluster(config, account_folder, err)
                                           : dw_api_read_kubeconfig(config, options, err);
  if (failed == 0)
    return config;
  dw_arena_free(arena);
  return NULL;
}

void dw_api_config_free(struct dw_api_config *config) {
  if (config != NULL)
    dw_arena_free(config->arena);
}

const char *dw_api_config_server(const struct dw_api_config *config) {
  return config->server;
}

size_t dw_api_config_files(const struct dw_api_config *config, const char **out, size_t max) {
  const char *const files[] = {config->ca.file, config->certificate.file, config->key.file, config->token_file};
  size_t count = 0;
  for (size_t i = 0; i < sizeof files / sizeof *files && count < max; i++)
    if (files[i] != NULL)
      out[count++] = files[i];
  return count;
}
