/* The certificate that new TLS connections get. It can be replaced while the server runs; open connections keep the one
 * that they began with. Thread-safe. */
#ifndef HTTP_CERTIFICATES_H
#define HTTP_CERTIFICATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct dw_certificates;

/* The clients of a listener. Each audience can have its own CA for client certificates. */
enum dw_audience { DW_AUDIENCE_REVIEWS, DW_AUDIENCE_METRICS, DW_AUDIENCES };

/* Creates the store, without a pair yet. */
struct dw_certificates *dw_certificates_new(void) __attribute__((warn_unused_result, returns_nonnull));
void dw_certificates_free(struct dw_certificates *certificates); /* after the server has ended; NULL is allowed */

/* Sets the pair that new connections get. CERTIFICATE, KEY and CLIENT_CA are PEM texts and are copied. CERTIFICATE
 * contains the server's own certificate first, then the chain to its CA. CLIENT_CA contains the CAs whose clients may
 * post reviews; if NULL, any client may. Returns -1 if they can't be used together: the previous pair stays in use.
 * Does not check the dates. */
int dw_certificates_set(struct dw_certificates *certificates, const char *certificate, const char *key,
                        const char *client_ca, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* Sets the CAs (PEM, copied) whose clients may read metrics. By default any client may. Call it before the first
 * dw_certificates_set(). */
void dw_certificates_guard_metrics(struct dw_certificates *certificates, const char *client_ca)
    __attribute__((nonnull));

/* Counts a new pair that could not be used, for the metrics. */
void dw_certificates_failed(struct dw_certificates *certificates) __attribute__((nonnull));

/* Returns when the current pair expires, in seconds since 1970, or 0 if there is none. */
int64_t dw_certificates_until(struct dw_certificates *certificates) __attribute__((nonnull));

/* Returns the current certificate and its chain (PEM), which the caller frees; NULL if there is none. */
char *dw_certificates_text(struct dw_certificates *certificates) __attribute__((nonnull, warn_unused_result));

/* Appends its metrics. */
void dw_certificates_metrics(struct dw_certificates *certificates, struct dw_buf *out) __attribute__((nonnull));

#endif
