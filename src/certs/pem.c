#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "certs/pki_internal.h"

/* --- freeing and errors --- */

void dw_pki_free_key(EVP_PKEY **key) {
  EVP_PKEY_free(*key);
}

void dw_pki_free_cert(X509 **cert) {
  X509_free(*cert);
}

int dw_pki_error(struct dw_error *err, const char *what) {
  const char *reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  if (reason == NULL)
    return dw_error_set(err, DW_ERR_OTHER, "%s", what);
  return dw_error_set(err, DW_ERR_OTHER, "%s: %s", what, reason);
}

/* --- PEM --- */

/* Rejects keys with a pass phrase instead of prompting for it: nobody sits at a server. */
static int no_pass_phrase(char *buffer, int size, int writing, void *unused) {
  (void)buffer;
  (void)size;
  (void)writing;
  (void)unused;
  return -1;
}

static int no_pem(struct dw_error *err, const char *file, const char *what) {
  ERR_clear_error();
  dw_error_set(err, DW_ERR_SYNTAX, "contains no PEM %s", what);
  return file == NULL ? -1 : dw_error_in_file(err, file);
}

X509 *dw_pki_read_cert(const char *pem, const char *file, struct dw_error *err) {
  BIO *source = BIO_new_mem_buf(pem, -1);
  X509 *cert = source == NULL ? NULL : PEM_read_bio_X509(source, NULL, no_pass_phrase, NULL);
  BIO_free(source);
  if (cert == NULL)
    no_pem(err, file, "certificate");
  return cert;
}

STACK_OF(X509) * dw_pki_read_chain(const char *pem) {
  BIO *source = BIO_new_mem_buf(pem, -1);
  STACK_OF(X509) *chain = sk_X509_new_null();
  X509 *cert = NULL;
  if (source == NULL || chain == NULL)
    abort();
  while ((cert = PEM_read_bio_X509(source, NULL, no_pass_phrase, NULL)) != NULL)
    if (sk_X509_push(chain, cert) == 0)
      abort();
  ERR_clear_error();
  BIO_free(source);
  return chain;
}

EVP_PKEY *dw_pki_read_key(const char *pem, const char *file, struct dw_error *err) {
  BIO *source = BIO_new_mem_buf(pem, -1);
  EVP_PKEY *key = source == NULL ? NULL : PEM_read_bio_PrivateKey(source, NULL, no_pass_phrase, NULL);
  BIO_free(source);
  if (key == NULL)
    no_pem(err, file, "private key without a pass phrase");
  return key;
}

static int move_text(BIO *memory, bool good, struct dw_buf *out, struct dw_error *err) {
  char *data = NULL;
  long length = memory == NULL ? 0 : BIO_get_mem_data(memory, &data);
  good = good && length > 0;
  if (good)
    dw_buf_add(out, data, (size_t)length);
  BIO_free(memory);
  return good ? 0 : dw_pki_error(err, "can't write PEM");
}

int dw_pki_cert_pem(X509 *cert, struct dw_buf *out, struct dw_error *err) {
  BIO *memory = BIO_new(BIO_s_mem());
  return move_text(memory, memory != NULL && PEM_write_bio_X509(memory, cert) == 1, out, err);
}

int dw_pki_key_pem(EVP_PKEY *key, struct dw_buf *out, struct dw_error *err) {
  BIO *memory = BIO_new(BIO_s_secmem());
  bool good = memory != NULL && PEM_write_bio_PKCS8PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL) == 1;
  return move_text(memory, good, out, err);
}

/* --- the content of a certificate --- */

void dw_pki_format_time(const ASN1_TIME *time, char out[32]) {
  struct tm utc = {0};
  if (ASN1_TIME_to_tm(time, &utc) != 1 || strftime(out, 32, "%Y-%m-%d %H:%M:%S UTC", &utc) == 0)
    memcpy(out, "?", 2);
}

void dw_pki_subject(X509 *cert, struct dw_buf *out) {
  char name[128] = "";
  if (X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, name, sizeof name) <= 0)
    dw_buf_puts(out, "(no name)");
  for (const char *at = name; *at != '\0'; at++)
    dw_buf_putc(out, (unsigned char)*at < 0x20 || *at == 0x7F ? '?' : *at);
}

struct pki_validity dw_pki_validity(X509 *cert) {
  /* X509_cmp_time() returns 0 if it can't read the time. */
  return (struct pki_validity){.expired = X509_cmp_time(X509_get0_notAfter(cert), NULL) <= 0,
                               .early = X509_cmp_time(X509_get0_notBefore(cert), NULL) >= 0};
}

const char *dw_pki_library(void) {
  return OpenSSL_version(OPENSSL_VERSION_STRING);
}
