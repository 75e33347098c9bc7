/* The certificate that new TLS connections get, replaced while the server runs: connections that are open keep theirs.
 * Thread-safe. */
#ifndef HTTP_CERTIFICATES_H
#define HTTP_CERTIFICATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct dw_certificates;

/* Who is asked for a certificate of which CA: those who post reviews, those who read metrics. */
enum dw_audience { DW_AUDIENCE_REVIEWS, DW_AUDIENCE_METRICS, DW_AUDIENCES };

/* None is there yet. */
struct dw_certificates *dw_certificates_new(void) __attribute__((warn_unused_result, returns_nonnull));
void dw_certificates_free(struct dw_certificates *certificates); /* NULL is allowed; the server must have ended */

/* New connections get this pair from now on. PEM texts, which are copied; the certificate's file holds the server's own
 * first, then what leads to its CA. CLIENT_CA: PEM of the CAs whose clients may post reviews; NULL: any client may. -1
 * where they can't be used together: the previous pair stays in use. The dates are the caller's to check. */
int dw_certificates_set(struct dw_certificates *certificates, const char *certificate, const char *key,
                        const char *client_ca, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* PEM of the CAs whose clients may read metrics; copied, and part of each pair that is set from then on: call it before
 * the first. Without it any client may. */
void dw_certificates_guard_metrics(struct dw_certificates *certificates, const char *client_ca)
    __attribute__((nonnull));

/* Counts a new pair that could not be used. */
void dw_certificates_failed(struct dw_certificates *certificates) __attribute__((nonnull));

/* When the current pair expires, in seconds since 1970; 0 if there is none. */
int64_t dw_certificates_until(struct dw_certificates *certificates) __attribute__((nonnull));

/* Appends its metrics. */
void dw_certificates_metrics(struct dw_certificates *certificates, struct dw_buf *out) __attribute__((nonnull));

#endif
