/* Shared by the files that use OpenSSL. */
#ifndef CERTS_PKI_INTERNAL_H
#define CERTS_PKI_INTERNAL_H

#include <time.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "certs/certs.h"

/* Frees a variable at the end of its scope. */
#define SCOPED(cleaner) __attribute__((cleanup(cleaner)))
void dw_pki_free_key(EVP_PKEY **key);
void dw_pki_free_cert(X509 **cert);

/* Sets ERR to WHAT and OpenSSL's reason. Returns -1. */
int dw_pki_error(struct dw_error *err, const char *what);

/* --- names.c --- */
bool dw_pki_is_ip(const char *name);
/* Makes subject alternative names in the given order, without duplicates. Returns NULL on error. */
GENERAL_NAMES *dw_pki_alt_names(const struct dw_pki_names *names, struct dw_error *err);
/* Appends the names that the certificate is valid for: "a, b, 127.0.0.1". Returns their number. */
int dw_pki_list_names(X509 *cert, struct dw_buf *out);
/* Returns true if the certificate is valid for NAME. */
bool dw_pki_has_name(X509 *cert, const char *name);

/* --- issue.c --- */
struct pki_life {
  time_t from, until;
};
EVP_PKEY *dw_pki_new_key(struct dw_error *err);
X509 *dw_pki_new_ca(EVP_PKEY *key, const struct pki_life *life, struct dw_error *err);
struct pki_issuer {
  X509 *cert;
  EVP_PKEY *key;
};
/* The certificate never outlives its issuer. */
X509 *dw_pki_new_leaf(const struct pki_issuer *issuer, EVP_PKEY *key, const struct dw_pki_names *names,
                      const struct pki_life *life, struct dw_error *err);

/* --- pem.c; FILE is for errors and may be NULL --- */
X509 *dw_pki_read_cert(const char *pem, const char *file, struct dw_error *err);
/* Reads all certificates up to the first malformed one; free with sk_X509_pop_free(). */
STACK_OF(X509) * dw_pki_read_chain(const char *pem);
EVP_PKEY *dw_pki_read_key(const char *pem, const char *file, struct dw_error *err);
int dw_pki_cert_pem(X509 *cert, struct dw_buf *out, struct dw_error *err);
int dw_pki_key_pem(EVP_PKEY *key, struct dw_buf *out, struct dw_error *err); /* PKCS #8 */
/* Writes "2026-11-21 01:02:03 UTC". */
void dw_pki_format_time(const ASN1_TIME *time, char out[32]);
/* Appends the common name of the subject, or "(no name)". */
void dw_pki_subject(X509 *cert, struct dw_buf *out);
struct pki_validity {
  bool expired, early; /* not valid any more, not valid yet */
};
struct pki_validity dw_pki_validity(X509 *cert);

/* --- files.c --- */
enum pki_file { PKI_CA_CERT, PKI_CA_KEY, PKI_LEAF_CERT, PKI_LEAF_KEY, PKI_FILES };
const char *dw_pki_file_name(enum pki_file file);
bool dw_pki_exists(const char *dir, enum pki_file file);
int dw_pki_read_path(const char *path, struct dw_buf *out, struct dw_error *err);
X509 *dw_pki_load_cert(const char *dir, enum pki_file file, struct dw_error *err);
EVP_PKEY *dw_pki_load_key(const char *dir, enum pki_file file, struct dw_error *err);
/* Writes the TEXTS that are not empty. All are written under temporary names before the first is renamed. Keys get mode
 * 0600. */
int dw_pki_write_files(const char *dir, const struct dw_buf texts[PKI_FILES], struct dw_error *err);

#endif
