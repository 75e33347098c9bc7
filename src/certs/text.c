/* Certificates as PEM text in memory. */
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "certs/pki_internal.h"

enum { BACKDATE_SECONDS = 60, BACKDATE_SHARE = 60 /* at most this part of the life */ };

typedef STACK_OF(X509) cert_stack;

/* --- making --- */

static struct pki_life life_of(const struct dw_pki_life *asked) {
  int64_t back = asked->seconds / BACKDATE_SHARE;
  if (back > BACKDATE_SECONDS)
    back = BACKDATE_SECONDS;
  return (struct pki_life){(time_t)(asked->now - back), (time_t)(asked->now + asked->seconds)};
}

static int check_life(const struct dw_pki_life *life, struct dw_error *err) {
  if (life->seconds >= 1 && life->seconds <= (int64_t)DW_PKI_MOST_DAYS * 86400)
    return 0;
  return dw_error_set(err, DW_ERR_USAGE, "a certificate must be valid for 1 second to %d days", DW_PKI_MOST_DAYS);
}

static int write_pair(X509 *cert, EVP_PKEY *key, struct dw_pki_pair *out, struct dw_error *err) {
  DW_BUF_SCOPED struct dw_buf cert_text = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf key_text = DW_BUF_SECRET;
  if (dw_pki_cert_pem(cert, &cert_text, err) != 0 || dw_pki_key_pem(key, &key_text, err) != 0)
    return -1;
  *out = (struct dw_pki_pair){.certificate = dw_buf_steal(&cert_text, NULL), .key = dw_buf_steal(&key_text, NULL)};
  dw_pki_format_time(X509_get0_notAfter(cert), out->until);
  return 0;
}

int dw_pki_issue_ca(const struct dw_pki_life *life, struct dw_pki_pair *out, struct dw_error *err) {
  if (check_life(life, err) != 0)
    return -1;
  struct pki_life times = life_of(life);
  SCOPED(dw_pki_free_key) EVP_PKEY *key = dw_pki_new_key(err);
  SCOPED(dw_pki_free_cert) X509 *cert = key == NULL ? NULL : dw_pki_new_ca(key, &times, err);
  return cert == NULL ? -1 : write_pair(cert, key, out, err);
}

static int make_leaf(const struct pki_issuer *issuer, const struct dw_pki_names *names, const struct pki_life *times,
                     struct dw_pki_pair *out, struct dw_error *err) {
  if (X509_check_private_key(issuer->cert, issuer->key) != 1) {
    ERR_clear_error();
    return dw_error_set(err, DW_ERR_INVALID, "the CA's key does not match its certificate");
  }
  SCOPED(dw_pki_free_key) EVP_PKEY *key = dw_pki_new_key(err);
  SCOPED(dw_pki_free_cert) X509 *cert = key == NULL ? NULL : dw_pki_new_leaf(issuer, key, names, times, err);
  return cert == NULL ? -1 : write_pair(cert, key, out, err);
}

int dw_pki_issue_leaf(const struct dw_pki_pair *ca, const struct dw_pki_names *names, const struct dw_pki_life *life,
                      struct dw_pki_pair *out, struct dw_error *err) {
  if (check_life(life, err) != 0)
    return -1;
  struct pki_life times = life_of(life);
  SCOPED(dw_pki_free_cert) X509 *cert = dw_pki_read_cert(ca->certificate, NULL, err);
  SCOPED(dw_pki_free_key) EVP_PKEY *key = cert == NULL ? NULL : dw_pki_read_key(ca->key, NULL, err);
  struct pki_issuer issuer = {cert, key};
  return key == NULL ? dw_error_wrap(err, "the CA") : make_leaf(&issuer, names, &times, out, err);
}

/* --- reading --- */

static int64_t seconds_of(const ASN1_TIME *time) {
  struct tm utc = {0};
  return ASN1_TIME_to_tm(time, &utc) == 1 ? (int64_t)timegm(&utc) : 0;
}

/* Splits "a, b" into a list. */
static void split_names(struct dw_arena *arena, const char *text, struct dw_pki_cert *out) {
  size_t count = 1;
  for (const char *at = text; (at = strstr(at, ", ")) != NULL; at += 2)
    count++;
  const char **names = dw_arena_array(arena, count, sizeof *names);
  out->names = names;
  for (out->name_count = 0; *text != '\0'; out->name_count++) {
    size_t length = strcspn(text, ",");
    names[out->name_count] = dw_arena_strndup(arena, text, length);
    text += length + strspn(text + length, ", ");
  }
}

static int describe(struct dw_arena *arena, X509 *cert, struct dw_pki_cert *out, struct dw_error *err) {
  DW_BUF_SCOPED struct dw_buf pem = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf subject = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf names = DW_BUF_INIT;
  if (dw_pki_cert_pem(cert, &pem, err) != 0)
    return -1;
  dw_pki_subject(cert, &subject);
  dw_pki_list_names(cert, &names);
  *out = (struct dw_pki_cert){.pem = dw_arena_strdup(arena, dw_buf_text(&pem)),
                              .subject = dw_arena_strdup(arena, dw_buf_text(&subject)),
                              .from = seconds_of(X509_get0_notBefore(cert)),
                              .until = seconds_of(X509_get0_notAfter(cert)),
                              .ca = X509_check_ca(cert) == 1};
  split_names(arena, dw_buf_text(&names), out);
  return 0;
}

/* Returns true if reading stopped because there are no more certificates, and not at a malformed one. */
static bool at_end(void) {
  unsigned long error = ERR_peek_last_error();
  bool end = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  return end;
}

static int read_stack(const char *pem, cert_stack *certs, struct dw_error *err) {
  BIO *source = BIO_new_mem_buf(pem, -1);
  int failed = source == NULL ? -1 : 0;
  ERR_clear_error();
  for (X509 *cert; failed == 0 && (cert = PEM_read_bio_X509(source, NULL, NULL, "")) != NULL;)
    if (sk_X509_num(certs) >= DW_PKI_MOST_CERTS || sk_X509_push(certs, cert) <= 0) {
      X509_free(cert);
      failed = dw_error_set(err, DW_ERR_INVALID, "contains more than %d certificates", DW_PKI_MOST_CERTS);
    }
  if (failed == 0 && !at_end())
    failed = dw_error_set(err, DW_ERR_SYNTAX, "contains a malformed certificate");
  if (failed == 0 && sk_X509_num(certs) == 0)
    failed = dw_error_set(err, DW_ERR_SYNTAX, "contains no PEM certificate");
  BIO_free(source);
  return failed;
}

static void free_stack(cert_stack **certs) {
  sk_X509_pop_free(*certs, X509_free);
}

int dw_pki_read_certs(struct dw_arena *arena, const char *pem, struct dw_pki_certs *out, struct dw_error *err) {
  SCOPED(free_stack) cert_stack *certs = sk_X509_new_null();
  if (certs == NULL)
    return dw_pki_error(err, "can't read certificates");
  if (read_stack(pem, certs, err) != 0)
    return -1;
  size_t count = (size_t)sk_X509_num(certs);
  struct dw_pki_cert *list = dw_arena_array(arena, count, sizeof *list);
  for (size_t i = 0; i < count; i++)
    if (describe(arena, sk_X509_value(certs, (int)i), &list[i], err) != 0)
      return -1;
  *out = (struct dw_pki_certs){list, count};
  return 0;
}

/* --- checking --- */

int dw_pki_key_fits(const char *certificate, const char *key_text, struct dw_error *err) {
  SCOPED(dw_pki_free_cert) X509 *cert = dw_pki_read_cert(certificate, NULL, err);
  SCOPED(dw_pki_free_key) EVP_PKEY *key = cert == NULL ? NULL : dw_pki_read_key(key_text, NULL, err);
  if (key == NULL)
    return -1;
  if (X509_check_private_key(cert, key) == 1)
    return 0;
  ERR_clear_error();
  return dw_error_set(err, DW_ERR_INVALID, "the key does not match the certificate");
}

/* Verifies like Go: every certificate in the bundle is trusted, even if it is not a root, and its dates count, too. */
/* What is verified: the first certificate of CHAIN, with the help of the others. */
struct presented {
  cert_stack *chain;
  int64_t now;
};

static int run_check(X509_STORE *store, X509_STORE_CTX *context, const struct presented *presented) {
  if (X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) != 1 ||
      X509_STORE_set_purpose(store, X509_PURPOSE_SSL_SERVER) != 1 ||
      X509_STORE_CTX_init(context, store, sk_X509_value(presented->chain, 0), presented->chain) != 1)
    return X509_V_ERR_UNSPECIFIED;
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), (time_t)presented->now);
  int good = X509_verify_cert(context);
  int error = X509_STORE_CTX_get_error(context);
  if (good == 1)
    return X509_V_OK;
  return error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
}

static int check_against(cert_stack *trusted, const struct presented *presented, struct dw_error *err) {
  X509_STORE *store = X509_STORE_new();
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  int result = store == NULL || context == NULL ? X509_V_ERR_OUT_OF_MEM : X509_V_OK;
  for (int i = 0; result == X509_V_OK && i < sk_X509_num(trusted); i++)
    if (X509_STORE_add_cert(store, sk_X509_value(trusted, i)) != 1)
      result = X509_V_ERR_OUT_OF_MEM;
  if (result == X509_V_OK)
    result = run_check(store, context, presented);
  ERR_clear_error();
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  if (result == X509_V_OK)
    return 0;
  return dw_error_set(err, DW_ERR_INVALID, "it does not verify: %s", X509_verify_cert_error_string(result));
}

int dw_pki_verify(const char *bundle, const char *certificate, int64_t now, struct dw_error *err) {
  SCOPED(free_stack) cert_stack *trusted = sk_X509_new_null(), *chain = sk_X509_new_null();
  if (trusted == NULL || chain == NULL)
    return dw_pki_error(err, "can't verify a certificate");
  if (read_stack(certificate, chain, err) != 0)
    return -1;
  if (read_stack(bundle, trusted, err) != 0)
    return dw_error_wrap(err, "the CA");
  return check_against(trusted, &(struct presented){chain, now}, err);
}

const char *dw_pki_missing_name(const char *certificate, const struct dw_pki_names *names) {
  SCOPED(dw_pki_free_cert) X509 *leaf = dw_pki_read_cert(certificate, NULL, NULL);
  for (size_t i = 0; i < names->count; i++)
    if (leaf == NULL || !dw_pki_has_name(leaf, names->list[i]))
      return names->list[i];
  return NULL;
}
