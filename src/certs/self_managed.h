/* Self-managed certificates: creates and renews a CA and a server certificate in a Secret that all replicas share, and
 * writes the CA into both webhook configurations. No request fails during a renewal. */
#ifndef CERTS_SELF_MANAGED_H
#define CERTS_SELF_MANAGED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "certs/certs.h"
#include "kube/api.h"

#define DW_SELF_MANAGED_NAMESPACE "droveway"
#define DW_SELF_MANAGED_SECRET "droveway-tls"
#define DW_SELF_MANAGED_WEBHOOKS "droveway"

enum {
  DW_SELF_MANAGED_POLL_MS = 10000,
  DW_SELF_MANAGED_ABSENT_MS = 2000, /* while a webhook configuration does not exist: it needs the CA soon */
  DW_SELF_MANAGED_SETTLE_MS = 60000 /* until API servers have seen a changed webhook configuration */
};

/* Everything that it points to must outlive the thread. */
struct dw_self_managed_options {
  const struct dw_api_config *config;
  const char *ns, *secret;                /* of the Secret; NULL means droveway/droveway-tls */
  const char *webhooks;                   /* the name of both webhook configurations; NULL means "droveway" */
  struct dw_pki_names names;              /* that API servers use: droveway.droveway.svc */
  int64_t ca_seconds, leaf_seconds;       /* validity; 0 means a year and 90 days */
  unsigned poll_ms, absent_ms, settle_ms; /* 0 means the defaults above */
  /* Called on the thread with the pair (PEM) for new TLS handshakes, which it must copy. Returns -1 if the pair can't
   * be used: the previous one stays in use, and the call is retried. */
  int (*use)(void *context, const char *certificate, const char *key, struct dw_error *err);
  void *context;
};

struct dw_self_managed;

/* Starts a thread that checks the certificates at once, and then regularly. Returns NULL on error. */
struct dw_self_managed *dw_self_managed_start(const struct dw_self_managed_options *options, struct dw_error *err)
    __attribute__((nonnull(1)));
/* Ends the thread. Returns soon, even during a call to the API server. NULL is allowed. */
void dw_self_managed_stop(struct dw_self_managed *managed);

/* Returns true once `use` has accepted a pair. */
bool dw_self_managed_ready(struct dw_self_managed *managed) __attribute__((nonnull));

/* Appends its metrics. */
void dw_self_managed_metrics(struct dw_self_managed *managed, struct dw_buf *out) __attribute__((nonnull));

#endif
