/* What a client makes of self-managed certificates, by OpenSSL's word alone. */
#ifndef TESTS_SUPPORT_ROTATION_CASE_H
#define TESTS_SUPPORT_ROTATION_CASE_H

#include "certs/rotation.h"

#define ROTATION_NAME "droveway.droveway.svc"

enum { DAY = 86400 };
#define START INT64_C(1800000000) /* seconds since 1970 */

/* Whether a client that trusts BUNDLE takes LEAF for ROTATION_NAME at that time; UNTIL: when the answer changes. */
bool verifies(const char *bundle, const char *leaf, int64_t now, int64_t *until);
/* The same of a Secret's own CA, and the key fits. */
bool good_pair(const struct dw_rotation_secret *secret, int64_t now);
size_t certs_in(const char *pem);

#endif
