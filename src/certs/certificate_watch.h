/* A server's certificate in files, read again when they change. */
#ifndef CERTS_CERTIFICATE_WATCH_H
#define CERTS_CERTIFICATE_WATCH_H

#include "base/error.h"
#include "http/certificates.h"

struct dw_certificate_files {
  const char *certificate, *key;
  const char *client_ca; /* NULL: none */
};

/* Reads FILES and sets them; what is wrong with them is an error. */
int dw_certificates_read(struct dw_certificates *certificates, const struct dw_certificate_files *files,
                         struct dw_error *err) __attribute__((nonnull(1, 2), warn_unused_result));

/* Reads them again when they change: also where a folder above them is swapped by a symbolic link, as a mounted Secret
 * is. The new ones are only taken where they belong together and are valid now; else the ones before stay, with a line
 * in the log. FILES must outlive it, as its strings. NULL if it can't be started. */
struct dw_certificate_watch;
struct dw_certificate_watch *dw_certificate_watch_start(struct dw_certificates *certificates,
                                                        const struct dw_certificate_files *files, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));
void dw_certificate_watch_stop(struct dw_certificate_watch *watch); /* NULL is allowed */

#endif
