/* What the files that reach an API server share. */
#ifndef KUBE_API_INTERNAL_H
#define KUBE_API_INTERNAL_H

#include "base/arena.h"
#include "kube/api.h"

/* PEM text, or the file that holds it, which is then read again for each connection; both NULL where there is none. */
struct dw_api_pem {
  const char *file;
  char *text;
  size_t length;
};

struct dw_api_config {
  struct dw_arena *arena;
  const char *server; /* "https://10.96.0.1:443", without a slash at its end */
  struct dw_api_pem ca, certificate, key;
  const char *token;
  const char *token_file; /* read again for each call: a pod's token is replaced every hour */
  const char *username, *password;
  const char *tls_server_name; /* that the certificate must be for, where it is not the server's; NULL */
  const char *proxy;
  bool insecure;
};

/* api_config.c: FOLDER holds the service account's token and ca.crt. */
int dw_api_read_in_cluster(struct dw_api_config *config, const char *folder, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));
/* kubeconfig.c */
int dw_api_read_kubeconfig(struct dw_api_config *config, const struct dw_api_options *options, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));

#endif
