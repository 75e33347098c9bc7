/* How a client judges self-managed certificates, according to OpenSSL alone. */
#ifndef TESTS_SUPPORT_ROTATION_CASE_H
#define TESTS_SUPPORT_ROTATION_CASE_H

#include "certs/rotation.h"

#define ROTATION_NAME "droveway.droveway.svc"

enum { DAY = 86400 };
#define START INT64_C(1800000000) /* seconds since 1970 */

/* Whether a client that trusts BUNDLE accepts LEAF for ROTATION_NAME at that time. UNTIL: when the answer changes. */
bool verifies(const char *bundle, const char *leaf, int64_t now, int64_t *until);
/* The same with the CA in the Secret; also checks that the key matches. */
bool good_pair(const struct dw_rotation_secret *secret, int64_t now);
size_t certs_in(const char *pem);

#endif
