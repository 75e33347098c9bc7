#include <stdio.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "certs/pki_internal.h"

enum { LONGEST_COMMON_NAME = 64 /* RFC 5280, A.1 */ };

EVP_PKEY *dw_pki_new_key(struct dw_error *err) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  if (key == NULL)
    dw_pki_error(err, "can't create a key");
  return key;
}

/* 127 random bits: unique without a list of serial numbers, and positive in 16 bytes. */
static bool set_serial(X509 *cert) {
  BIGNUM *number = BN_new();
  bool good = number != NULL && BN_rand(number, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_set_bit(number, 0) == 1 && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
  BN_free(number);
  return good;
}

static bool set_common_name(X509 *cert, const char *text) {
  return X509_NAME_add_entry_by_NID(X509_get_subject_name(cert), NID_commonName, MBSTRING_UTF8,
                                    (const unsigned char *)text, -1, -1, 0) == 1;
}

static bool set_times(X509 *cert, const struct pki_life *life) {
  return ASN1_TIME_set(X509_getm_notBefore(cert), life->from) != NULL &&
         ASN1_TIME_set(X509_getm_notAfter(cert), life->until) != NULL;
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  bool good = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return good;
}

static bool start_cert(X509 *cert, EVP_PKEY *key, const struct pki_life *life) {
  return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) && set_times(cert, life) &&
         X509_set_pubkey(cert, key) == 1;
}

static bool sign(X509 *cert, EVP_PKEY *key) {
  bool edwards = EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448"); /* these include the hash function */
  return X509_sign(cert, key, edwards ? NULL : EVP_sha256()) > 0;
}

/* Each CA gets a different name, so that a client that trusts two finds the right one. */
static bool name_ca(X509 *cert) {
  unsigned char random[4];
  char name[32];
  if (RAND_bytes(random, sizeof random) != 1)
    return false;
  snprintf(name, sizeof name, "Droveway CA %02x%02x%02x%02x", random[0], random[1], random[2], random[3]);
  return set_common_name(cert, name) && X509_set_issuer_name(cert, X509_get_subject_name(cert)) == 1;
}

X509 *dw_pki_new_ca(EVP_PKEY *key, const struct pki_life *life, struct dw_error *err) {
  X509 *cert = X509_new();
  if (cert != NULL && start_cert(cert, key, life) && name_ca(cert) &&
      add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      add_extension(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      add_extension(cert, cert, NID_subject_key_identifier, "hash") &&
      add_extension(cert, cert, NID_authority_key_identifier, "keyid:always") && sign(cert, key))
    return cert;
  X509_free(cert);
  dw_pki_error(err, "can't create the CA certificate");
  return NULL;
}

static const char *common_name(const struct dw_pki_names *names) {
  for (size_t i = 0; i < names->count; i++)
    if (strlen(names->list[i]) <= LONGEST_COMMON_NAME && !dw_pki_is_ip(names->list[i]))
      return names->list[i];
  return "droveway";
}

static bool shorten(X509 *cert, X509 *issuer) {
  const ASN1_TIME *end = X509_get0_notAfter(issuer);
  return ASN1_TIME_compare(X509_get0_notAfter(cert), end) <= 0 || X509_set1_notAfter(cert, end) == 1;
}

static bool fill_leaf(X509 *cert, const struct pki_issuer *issuer, GENERAL_NAMES *names) {
  return X509_set_issuer_name(cert, X509_get_subject_name(issuer->cert)) == 1 && shorten(cert, issuer->cert) &&
         add_extension(cert, issuer->cert, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(cert, issuer->cert, NID_key_usage, "critical,digitalSignature") &&
         add_extension(cert, issuer->cert, NID_ext_key_usage, "serverAuth") &&
         add_extension(cert, issuer->cert, NID_subject_key_identifier, "hash") &&
         add_extension(cert, issuer->cert, NID_authority_key_identifier, "keyid") &&
         X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
}

X509 *dw_pki_new_leaf(const struct pki_issuer *issuer, EVP_PKEY *key, const struct dw_pki_names *names,
                      const struct pki_life *life, struct dw_error *err) {
  GENERAL_NAMES *alt_names = dw_pki_alt_names(names, err);
  if (alt_names == NULL)
    return NULL;
  X509 *cert = X509_new();
  bool good = cert != NULL && start_cert(cert, key, life) && set_common_name(cert, common_name(names)) &&
              fill_leaf(cert, issuer, alt_names) && sign(cert, issuer->key);
  GENERAL_NAMES_free(alt_names);
  if (good)
    return cert;
  X509_free(cert);
  dw_pki_error(err, "can't create the server certificate");
  return NULL;
}
