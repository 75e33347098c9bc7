/* Reads the server's certificate from files, again whenever they change. */
#ifndef CERTS_CERTIFICATE_WATCH_H
#define CERTS_CERTIFICATE_WATCH_H

#include "base/error.h"
#include "http/certificates.h"

struct dw_certificate_files {
  const char *certificate, *key;
  const char *client_ca; /* NULL: none */
};

/* Reads FILES and sets the pair. Returns -1 if they can't be used. Does not check the dates. */
int dw_certificates_read(struct dw_certificates *certificates, const struct dw_certificate_files *files,
                         struct dw_error *err) __attribute__((nonnull(1, 2), warn_unused_result));

/* Starts a thread that reads the files again when they change, even if a folder above them is replaced by a symbolic
 * link, as in a mounted Secret. New files are only used if they belong together and are valid now; otherwise the
 * previous pair stays in use, and the reason is logged. FILES and its strings must outlive the result. Returns NULL on
 * error. */
struct dw_certificate_watch;
struct dw_certificate_watch *dw_certificate_watch_start(struct dw_certificates *certificates,
                                                        const struct dw_certificate_files *files, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));
void dw_certificate_watch_stop(struct dw_certificate_watch *watch); /* NULL is allowed */

#endif
