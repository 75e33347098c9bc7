#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/memory.h"
#include "certs/pki_internal.h"

/* Checks that each certificate in the file is signed by the one that follows it. Clients reject a server whose chain is
 * broken. */
static int check_chain(const char *cert_file, const char *text, struct dw_error *err) {
  STACK_OF(X509) *chain = dw_pki_read_chain(text);
  int broken = -1;
  for (int i = 0; broken < 0 && i + 1 < sk_X509_num(chain); i++) {
    X509 *issuer = sk_X509_value(chain, i + 1);
    if (X509_check_issued(issuer, sk_X509_value(chain, i)) != X509_V_OK ||
        X509_verify(sk_X509_value(chain, i), X509_get0_pubkey(issuer)) != 1)
      broken = i;
  }
  sk_X509_pop_free(chain, X509_free);
  ERR_clear_error();
  if (broken < 0)
    return 0;
  dw_error_set(err, DW_ERR_INVALID,
               "the chain is broken: certificate %d is not signed by the one that follows it; put the server's own "
               "first, then the one that signed it, and so on",
               broken + 1);
  return dw_error_in_file(err, cert_file);
}

static int check_pair(const char *cert_file, const char *key_file, struct dw_buf texts[2], struct dw_pki_pair *out,
                      struct dw_error *err) {
  SCOPED(dw_pki_free_cert) X509 *cert = dw_pki_read_cert(dw_buf_text(&texts[0]), cert_file, err);
  if (cert == NULL)
    return -1;
  SCOPED(dw_pki_free_key) EVP_PKEY *key = dw_pki_read_key(dw_buf_text(&texts[1]), key_file, err);
  if (key == NULL)
    return -1;
  if (X509_check_private_key(cert, key) != 1) {
    ERR_clear_error();
    dw_error_set(err, DW_ERR_INVALID, "this key does not match the certificate in %s", cert_file);
    return dw_error_in_file(err, key_file);
  }
  if (check_chain(cert_file, dw_buf_text(&texts[0]), err) != 0)
    return -1;
  dw_pki_format_time(X509_get0_notAfter(cert), out->until);
  struct pki_validity validity = dw_pki_validity(cert);
  out->expired = validity.expired;
  out->early = validity.early;
  return 0;
}

int dw_pki_pair_load(const char *cert_file, const char *key_file, struct dw_pki_pair *out, struct dw_error *err) {
  struct dw_buf texts[2] = {DW_BUF_INIT, DW_BUF_SECRET};
  struct dw_pki_pair pair = {.expired = false};
  int failed = -1;
  if (dw_pki_read_path(cert_file, &texts[0], err) == 0 && dw_pki_read_path(key_file, &texts[1], err) == 0)
    failed = check_pair(cert_file, key_file, texts, &pair, err);
  if (failed == 0) {
    pair.certificate = dw_buf_steal(&texts[0], NULL);
    pair.key = strdup(dw_buf_text(&texts[1])); /* up to the first NUL: only that is wiped */
    if (pair.key == NULL)
      abort();
    *out = pair;
  }
  dw_buf_free(&texts[0]);
  dw_buf_free(&texts[1]);
  return failed;
}

void dw_pki_pair_free(struct dw_pki_pair *pair) {
  free(pair->certificate);
  dw_secret_free(pair->key, pair->key == NULL ? 0 : strlen(pair->key));
  pair->certificate = NULL;
  pair->key = NULL;
}
