/* The certificate that new TLS connections get, replaced while the server runs: connections that are open keep theirs.
 * Thread-safe. */
#ifndef DROVEWAY_SERVER_CERTIFICATES_H
#define DROVEWAY_SERVER_CERTIFICATES_H

#include <stdbool.h>
#include <stdint.h>

#include "droveway/base/buf.h"
#include "droveway/base/error.h"

struct dw_certificates;

/* None is there yet. */
struct dw_certificates *dw_certificates_new(void) __attribute__((warn_unused_result, returns_nonnull));
void dw_certificates_free(struct dw_certificates *certificates); /* NULL is allowed; the server must have ended */

/* New connections get this pair from now on. PEM texts, which are copied; the certificate's file holds the server's own
 * first, then what leads to its CA. CLIENT_CA: PEM of the CAs whose clients may post reviews; NULL: any client may. -1
 * where they can't be used together: the pair before stays. The dates are the caller's to check. */
int dw_certificates_set(struct dw_certificates *certificates, const char *certificate, const char *key,
                        const char *client_ca, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* PEM of the CAs whose clients may read metrics; copied, and part of each pair that is set from then on: call it before
 * the first. Without it any client may. */
void dw_certificates_guard_metrics(struct dw_certificates *certificates, const char *client_ca)
    __attribute__((nonnull));

/* Counts a new pair that could not be used. */
void dw_certificates_failed(struct dw_certificates *certificates) __attribute__((nonnull));

/* When the pair in force ends, seconds since 1970; 0 where there is none. */
int64_t dw_certificates_until(struct dw_certificates *certificates) __attribute__((nonnull));

/* Appends its metrics. */
void dw_certificates_metrics(struct dw_certificates *certificates, struct dw_buf *out) __attribute__((nonnull));

/* --- from files, read again when they change --- */

struct dw_certificate_files {
  const char *certificate, *key;
  const char *client_ca; /* NULL: none */
};

/* Reads FILES and sets them; what is wrong with them is an error. */
int dw_certificates_read(struct dw_certificates *certificates, const struct dw_certificate_files *files,
                         struct dw_error *err) __attribute__((nonnull(1, 2), warn_unused_result));

/* Reads them again when they change: also where a folder above them is swapped by a symbolic link, as a mounted Secret
 * is. The new ones are only taken where they belong together and are valid now; else the ones before stay, with a line
 * in the log. FILES must outlive it, as its strings. NULL where it can't be started. */
struct dw_certificate_watch;
struct dw_certificate_watch *dw_certificate_watch_start(struct dw_certificates *certificates,
                                                        const struct dw_certificate_files *files, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));
void dw_certificate_watch_stop(struct dw_certificate_watch *watch); /* NULL is allowed */

#endif
