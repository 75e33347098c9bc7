/* Inside a pod: the API server from the environment, the service account's token and CA from its mounted folder.
 * Source: Kubernetes' documentation, "Accessing the Kubernetes API from a Pod". */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kube/api_internal.h"

static int need_file(const char *path, struct dw_error *err) {
  if (access(path, R_OK) == 0)
    return 0;
  return dw_error_set(err, DW_ERR_IO, "can't read %s: mount the service account's token (automountServiceAccountToken)",
                      path);
}

int dw_api_read_in_cluster(struct dw_api_config *config, const char *folder, struct dw_error *err) {
  const char *host = getenv("KUBERNETES_SERVICE_HOST");
  const char *port = getenv("KUBERNETES_SERVICE_PORT_HTTPS");
  if (port == NULL || *port == '\0')
    port = getenv("KUBERNETES_SERVICE_PORT");
  if (host == NULL || *host == '\0' || port == NULL || *port == '\0')
    return dw_error_set(
        err, DW_ERR_OTHER,
        "this is no pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; give --kubeconfig");
  bool bare_ipv6 = strchr(host, ':') != NULL;
  config->server =
      dw_arena_printf(config->arena, "https://%s%s%s:%s", bare_ipv6 ? "[" : "", host, bare_ipv6 ? "]" : "", port);
  config->token_file = dw_arena_printf(config->arena, "%s/token", folder);
  config->ca.file = dw_arena_printf(config->arena, "%s/ca.crt", folder);
  return need_file(config->token_file, err) != 0 || need_file(config->ca.file, err) != 0 ? -1 : 0;
}
