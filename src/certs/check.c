#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "certs/pki_internal.h"

struct inspection {
  const char *dir;
  struct dw_buf *report;
  int wrong;
};

__attribute__((format(printf, 2, 3))) static void wrong(struct inspection *in, const char *format, ...) {
  va_list args;
  in->wrong++;
  dw_buf_puts(in->report, "wrong: ");
  va_start(args, format);
  dw_buf_vprintf(in->report, format, args);
  va_end(args);
  dw_buf_putc(in->report, '\n');
}

static void describe(struct inspection *in, enum pki_file file, X509 *cert) {
  char until[32];
  int days = 0, seconds = 0;
  dw_pki_format_time(X509_get0_notAfter(cert), until);
  dw_buf_printf(in->report, "%s/%s: ", in->dir, dw_pki_file_name(file));
  dw_pki_subject(cert, in->report);
  dw_buf_printf(in->report, ", until %s", until);
  if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)) == 1 && days >= 0 && seconds >= 0)
    dw_buf_printf(in->report, " (%d days left)", days);
  if (file == PKI_LEAF_CERT) {
    dw_buf_puts(in->report, ", for ");
    if (dw_pki_list_names(cert, in->report) == 0)
      dw_buf_puts(in->report, "no name");
  }
  dw_buf_putc(in->report, '\n');
  struct pki_validity validity = dw_pki_validity(cert);
  if (validity.expired)
    wrong(in, "%s has expired", dw_pki_file_name(file));
  if (validity.early)
    wrong(in, "%s is not valid yet", dw_pki_file_name(file));
}

/* Only a note, because a mounted Secret is readable by everyone in its container. */
static void note_mode(struct inspection *in, enum pki_file file) {
  char path[PATH_MAX];
  struct stat status;
  snprintf(path, sizeof path, "%s/%s", in->dir, dw_pki_file_name(file));
  if (stat(path, &status) == 0 && (status.st_mode & 077) != 0)
    dw_buf_printf(in->report, "note: %s can be read by others (mode %03o)\n", dw_pki_file_name(file),
                  (unsigned)(status.st_mode & 0777));
}

static int check_key(struct inspection *in, enum pki_file cert_file, X509 *cert, struct dw_error *err) {
  enum pki_file file = cert_file == PKI_CA_CERT ? PKI_CA_KEY : PKI_LEAF_KEY;
  SCOPED(dw_pki_free_key) EVP_PKEY *key = dw_pki_load_key(in->dir, file, err);
  if (key == NULL)
    return -1;
  note_mode(in, file);
  if (X509_check_private_key(cert, key) == 1) {
    dw_buf_printf(in->report, "%s/%s: matches %s\n", in->dir, dw_pki_file_name(file), dw_pki_file_name(cert_file));
    return 0;
  }
  ERR_clear_error();
  wrong(in, "%s does not match %s", dw_pki_file_name(file), dw_pki_file_name(cert_file));
  return 0;
}

/* Ignores the dates, which describe() reports for each certificate. */
static void check_chain(struct inspection *in, X509 *ca, X509 *leaf) {
  X509_STORE *store = X509_STORE_new();
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  if (store == NULL || context == NULL || X509_STORE_add_cert(store, ca) != 1 ||
      X509_STORE_set_flags(store, X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN) != 1 ||
      X509_STORE_set_purpose(store, X509_PURPOSE_SSL_SERVER) != 1 ||
      X509_STORE_CTX_init(context, store, leaf, NULL) != 1)
    wrong(in, "the chain can't be checked");
  else if (X509_verify_cert(context) == 1)
    dw_buf_puts(in->report, "tls.crt is signed by ca.crt\n");
  else
    wrong(in, "tls.crt does not verify as a server certificate against ca.crt: %s",
          X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
  ERR_clear_error();
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
}

static void check_names(struct inspection *in, X509 *leaf, const struct dw_pki_names *names) {
  DW_BUF_SCOPED struct dw_buf unused = DW_BUF_INIT;
  if (dw_pki_list_names(leaf, &unused) == 0)
    wrong(in, "tls.crt has no subject alternative name, the only name that the API server checks");
  for (size_t i = 0; i < names->count; i++)
    if (!dw_pki_has_name(leaf, names->list[i]))
      wrong(in, "tls.crt is not valid for %s", names->list[i]);
}

int dw_pki_check(const char *dir, const struct dw_pki_names *names, struct dw_buf *report, struct dw_error *err) {
  struct inspection in = {dir, report, 0};
  SCOPED(dw_pki_free_cert) X509 *ca = dw_pki_load_cert(dir, PKI_CA_CERT, err);
  if (ca == NULL)
    return -1;
  SCOPED(dw_pki_free_cert) X509 *leaf = dw_pki_load_cert(dir, PKI_LEAF_CERT, err);
  if (leaf == NULL)
    return -1;
  describe(&in, PKI_CA_CERT, ca);
  /* The CA's key is usually not kept where the server runs. */
  if (dw_pki_exists(dir, PKI_CA_KEY) && check_key(&in, PKI_CA_CERT, ca, err) != 0)
    return -1;
  describe(&in, PKI_LEAF_CERT, leaf);
  if (check_key(&in, PKI_LEAF_CERT, leaf, err) != 0)
    return -1;
  check_chain(&in, ca, leaf);
  check_names(&in, leaf, names);
  return in.wrong;
}
