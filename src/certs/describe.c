#include <string.h>
#include <time.h>

#include "certs/pki_internal.h"

#include <openssl/crypto.h>

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

bool dw_pki_expired(X509 *cert) {
  return X509_cmp_time(X509_get0_notAfter(cert), NULL) <= 0; /* 0: no time that can be read */
}

bool dw_pki_early(X509 *cert) {
  return X509_cmp_time(X509_get0_notBefore(cert), NULL) >= 0;
}

const char *dw_pki_library(void) {
  return OpenSSL_version(OPENSSL_VERSION_STRING);
}
