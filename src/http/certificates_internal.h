/* The certificates as TLS connections use them. */
#ifndef HTTP_CERTIFICATES_INTERNAL_H
#define HTTP_CERTIFICATES_INTERNAL_H

#include <gnutls/gnutls.h>

#include "http/certificates.h"

struct credentials;

/* Sets the current pair for SESSION, and requests a client certificate if AUDIENCE needs one. Release the result when
 * the connection has ended. Returns NULL if there is no pair yet. */
struct credentials *dw_credentials_acquire(struct dw_certificates *certificates, gnutls_session_t session,
                                           enum dw_audience audience) __attribute__((nonnull));
void dw_credentials_release(struct credentials *credentials); /* NULL is allowed */

/* Returns true if AUDIENCE needs no client certificate, or if the client has sent one from the right CA. */
bool dw_credentials_trust(const struct credentials *credentials, gnutls_session_t session, enum dw_audience audience)
    __attribute__((nonnull));

#endif
