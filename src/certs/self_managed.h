/* Certificates that look after themselves: a CA and a server certificate in a Secret that all replicas share, the CA in
 * both webhook configurations, and both renewed so that no request fails meanwhile. */
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
  DW_SELF_MANAGED_SETTLE_MS = 60000 /* API servers see a changed webhook configuration by watch */
};

/* What it points to must outlive it. */
struct dw_self_managed_options {
  const struct dw_api_config *config;
  const char *ns, *secret;          /* of the Secret; NULL for droveway/droveway-tls */
  const char *webhooks;             /* the name of both webhook configurations; NULL for "droveway" */
  struct dw_pki_names names;        /* that API servers call: droveway.droveway.svc */
  int64_t ca_seconds, leaf_seconds; /* 0 for a year and 90 days */
  unsigned poll_ms, settle_ms;      /* 0 for the above */
  /* New handshakes are to get this pair; called from the thread that is started, PEM texts that it must copy. -1 where
   * it can't be used: the one before goes on, and it is tried again. */
  int (*use)(void *context, const char *certificate, const char *key, struct dw_error *err);
  void *context;
};

struct dw_self_managed;

/* Starts a thread that looks at once, and then time and again. NULL if it can't be started. */
struct dw_self_managed *dw_self_managed_start(const struct dw_self_managed_options *options, struct dw_error *err)
    __attribute__((nonnull(1)));
/* Returns soon, also in the middle of a call. NULL is allowed. */
void dw_self_managed_stop(struct dw_self_managed *managed);

/* Whether a pair has been given to `use`, and taken. */
bool dw_self_managed_ready(struct dw_self_managed *managed) __attribute__((nonnull));

/* Appends its metrics. */
void dw_self_managed_metrics(struct dw_self_managed *managed, struct dw_buf *out) __attribute__((nonnull));

#endif
