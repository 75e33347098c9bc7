/* What a TLS connection takes of the certificates in force. */
#ifndef HTTP_CERTIFICATES_INTERNAL_H
#define HTTP_CERTIFICATES_INTERNAL_H

#include <gnutls/gnutls.h>

#include "http/certificates.h"

struct credentials;

/* Gives SESSION the pair in force, and asks for a client's certificate where one is wanted; the result is to be given
 * back when the connection has ended. NULL where there is no pair. */
struct credentials *dw_credentials_acquire(struct dw_certificates *certificates, gnutls_session_t session,
                                           enum dw_audience audience) __attribute__((nonnull));
void dw_credentials_release(struct credentials *credentials); /* NULL is allowed */

/* Whether the client showed a certificate of a CA that is asked for, or none is. */
bool dw_credentials_trust(const struct credentials *credentials, gnutls_session_t session, enum dw_audience audience)
    __attribute__((nonnull));

#endif
