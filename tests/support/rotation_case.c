#include "support/rotation_case.h"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

bool verifies(const char *bundle, const char *leaf, int64_t now, int64_t *until) {
  BIO *bundle_source = BIO_new_mem_buf(bundle, -1), *leaf_source = BIO_new_mem_buf(leaf, -1);
  X509_STORE *store = X509_STORE_new();
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  X509 *cert = PEM_read_bio_X509(leaf_source, NULL, NULL, NULL);
  for (X509 *ca; (ca = PEM_read_bio_X509(bundle_source, NULL, NULL, NULL)) != NULL; X509_free(ca))
    X509_STORE_add_cert(store, ca);
  X509_STORE_set_purpose(store, X509_PURPOSE_SSL_SERVER);
  bool good = cert != NULL && X509_STORE_CTX_init(context, store, cert, NULL) == 1;
  if (good) {
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), (time_t)now);
    good = X509_verify_cert(context) == 1 && X509_check_host(cert, ROTATION_NAME, 0, 0, NULL) == 1;
  }
  *until = INT64_MAX;
  const STACK_OF(X509) *chain = good ? X509_STORE_CTX_get0_chain(context) : NULL;
  for (int i = 0; chain != NULL && i < sk_X509_num(chain); i++) {
    struct tm utc = {0};
    ASN1_TIME_to_tm(X509_get0_notAfter(sk_X509_value(chain, i)), &utc);
    if ((int64_t)timegm(&utc) < *until)
      *until = (int64_t)timegm(&utc);
  }
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  X509_free(cert);
  BIO_free(bundle_source);
  BIO_free(leaf_source);
  return good;
}

bool good_pair(const struct dw_rotation_secret *secret, int64_t now) {
  int64_t until = 0;
  return verifies(secret->ca, secret->leaf, now, &until) && dw_pki_key_fits(secret->leaf, secret->leaf_key, NULL) == 0;
}

size_t certs_in(const char *pem) {
  size_t count = 0;
  for (const char *at = pem; (at = strstr(at, "-----BEGIN CERTIFICATE-----")) != NULL; at++)
    count++;
  return count;
}
