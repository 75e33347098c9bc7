#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kube/api_internal.h"

static const char account_folder[] = "/var/run/secrets/kubernetes.io/serviceaccount";
static const char account_token[] = "/var/run/secrets/kubernetes.io/serviceaccount/token";

bool dw_api_in_cluster(void) {
  const char *host = getenv("KUBERNETES_SERVICE_HOST");
  return host != NULL && *host != '\0' && access(account_token, R_OK) == 0;
}

static int need_file(const char *path, struct dw_error *err) {
  if (access(path, R_OK) == 0)
    return 0;
  return dw_error_set(err, DW_ERR_IO, "can't read %s: mount the service account's token (automountServiceAccountToken)",
                      path);
}

/* Source: Kubernetes documentation, "Accessing the Kubernetes API from a Pod". */
int dw_api_read_in_cluster(struct dw_api_config *config, const char *folder, struct dw_error *err) {
  const char *host = getenv("KUBERNETES_SERVICE_HOST");
  const char *port = getenv("KUBERNETES_SERVICE_PORT_HTTPS");
  if (port == NULL || *port == '\0')
    port = getenv("KUBERNETES_SERVICE_PORT");
  if (host == NULL || *host == '\0' || port == NULL || *port == '\0')
    return dw_error_set(
        err, DW_ERR_OTHER,
        "not running in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; use --kubeconfig");
  bool bare_ipv6 = strchr(host, ':') != NULL;
  config->server =
      dw_arena_printf(config->arena, "https://%s%s%s:%s", bare_ipv6 ? "[" : "", host, bare_ipv6 ? "]" : "", port);
  config->token_file = dw_arena_printf(config->arena, "%s/token", folder);
  config->ca.file = dw_arena_printf(config->arena, "%s/ca.crt", folder);
  return need_file(config->token_file, err) != 0 || need_file(config->ca.file, err) != 0 ? -1 : 0;
}

/* The file with the CAs that the machine trusts; NULL if none is found. The places are those of Go's
 * crypto/x509/root_linux.go, because kubectl uses them, and libcurl knows only that of the distribution that it was
 * built on. */
static const char *system_ca(void) {
  static const char *const places[] = {
      "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Arch */
      "/etc/pki/tls/certs/ca-bundle.crt",                  /* Fedora, RHEL */
      "/etc/ssl/ca-bundle.pem",                            /* openSUSE */
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* CentOS, RHEL 7 */
      "/etc/ssl/cert.pem",                                 /* Alpine */
  };
  const char *chosen = getenv("SSL_CERT_FILE");
  if (chosen != NULL && *chosen != '\0')
    return chosen;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (access(places[i], R_OK) == 0)
      return places[i];
  return NULL;
}

struct dw_api_config *dw_api_config_load(const struct dw_api_options *options, struct dw_error *err) {
  struct dw_arena *arena = dw_arena_new_secret();
  struct dw_api_config *config = dw_arena_alloc(arena, sizeof *config);
  config->arena = arena;
  int failed = options->kubeconfig == NULL ? dw_api_read_in_cluster(config, account_folder, err)
                                           : dw_api_read_kubeconfig(config, options, err);
  if (failed == 0) {
    const char *ca = config->ca.text == NULL && config->ca.file == NULL ? system_ca() : NULL;
    config->ca.file = ca == NULL ? config->ca.file : dw_arena_strdup(arena, ca);
    return config;
  }
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
