/* The gate in front of the registered webhooks: their first match condition asks whether Droveway's service account has
 * a permission, which it has while it is a subject of a RoleBinding. A thread adds it when reviews can be answered, so
 * that webhooks that are registered too early block nothing, and removes it when the webhooks are no longer registered.
 */
#ifndef SERVE_ACTIVATION_H
#define SERVE_ACTIVATION_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "http/certificates.h"
#include "kube/api.h"

#define DW_ACTIVATION_WEBHOOKS "droveway"

struct dw_activation;

/* Everything that it points to must outlive the thread. */
struct dw_activation_options {
  const struct dw_api_config *config;   /* of the service account that becomes the subject */
  const char *binding;                  /* the RoleBinding: NAME, or NAMESPACE/NAME instead of the own namespace */
  const char *webhooks;                 /* the ValidatingWebhookConfiguration; NULL means "droveway" */
  struct dw_certificates *certificates; /* which the caBundle of every webhook must verify */
  /* 0 means the default that is given here. */
  unsigned settle_ms; /* after the first time that /readyz was passed, until Services have the replica: 3 s */
  unsigned wait_ms;   /* between checks while the gate is closed: 2 s */
  unsigned poll_ms;   /* between checks while it is open: 10 s */
};

/* Starts the thread. Returns NULL on error. End with dw_activation_stop(). */
struct dw_activation *dw_activation_start(const struct dw_activation_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));
/* Ends the thread, and the call in progress. Leaves the gate as it is. NULL is allowed. */
void dw_activation_stop(struct dw_activation *activation);

/* Notes that /readyz was passed, which the kubelet waits for. Any thread may call this; it does not wait. */
void dw_activation_note_ready(struct dw_activation *activation) __attribute__((nonnull));

/* Returns true if the gate was seen open, whoever opened it. Stays true. */
bool dw_activation_was_open(struct dw_activation *activation) __attribute__((nonnull));

/* Appends the line for /readyz?verbose. */
void dw_activation_describe(struct dw_activation *activation, struct dw_buf *out) __attribute__((nonnull));

/* Appends its metrics. */
void dw_activation_metrics(struct dw_activation *activation, struct dw_buf *out) __attribute__((nonnull));

#endif
