/* The configuration of a connection to an API server. */
#ifndef KUBE_API_INTERNAL_H
#define KUBE_API_INTERNAL_H

#include "base/arena.h"
#include "kube/api.h"

/* PEM text, or the file that contains it, which is read again for each connection; both NULL if there is none. */
struct dw_api_pem {
  const char *file;
  char *text;
  size_t length;
};

struct dw_api_config {
  struct dw_arena *arena;
  const char *server; /* "https://10.96.0.1:443", without a slash at the end */
  struct dw_api_pem ca, certificate, key;
  const char *token;
  const char *token_file; /* read again for each call, because a pod's token is replaced every hour */
  const char *username, *password;
  const char *tls_server_name; /* the name that the certificate must have; NULL for the server's name */
  const char *proxy;
  bool insecure;
};

/* api_config.c: fills CONFIG from the environment of a pod. FOLDER contains the service account's token and ca.crt. */
int dw_api_read_in_cluster(struct dw_api_config *config, const char *folder, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));
/* kubeconfig.c: fills CONFIG from the kubeconfig file and context in OPTIONS. */
int dw_api_read_kubeconfig(struct dw_api_config *config, const struct dw_api_options *options, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));

#endif
