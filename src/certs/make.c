#include <openssl/err.h>

#include "certs/pki_internal.h"

enum { BACKDATE_SECONDS = 300, /* the clocks of nodes differ a little */ SECONDS_A_DAY = 86400 };

struct material {
  struct pki_issuer ca;
  X509 *leaf;
  EVP_PKEY *leaf_key;
  bool ca_kept;
  struct dw_buf texts[PKI_FILES]; /* to be written; empty for files that are kept */
};

static void free_material(struct material *m) {
  X509_free(m->ca.cert);
  EVP_PKEY_free(m->ca.key);
  X509_free(m->leaf);
  EVP_PKEY_free(m->leaf_key);
  for (int i = 0; i < PKI_FILES; i++)
    dw_buf_free(&m->texts[i]);
}

static int force_hint(struct dw_error *err, const char *what) {
  return dw_error_set(err, DW_ERR_INVALID, "%s; --force replaces all four files", what);
}

/* Refuses to replace a leaf that another CA signed. */
static int guard_leaf(const char *dir, X509 *ca, struct dw_error *err) {
  if (!dw_pki_exists(dir, PKI_LEAF_CERT))
    return dw_pki_exists(dir, PKI_LEAF_KEY) ? force_hint(err, "found tls.key without tls.crt") : 0;
  SCOPED(dw_pki_free_cert) X509 *leaf = dw_pki_load_cert(dir, PKI_LEAF_CERT, err);
  if (leaf == NULL)
    return -1;
  if (X509_check_issued(ca, leaf) != X509_V_OK)
    return force_hint(err, "the existing tls.crt is not signed by ca.crt");
  return 0;
}

static int keep_ca(const char *dir, struct material *m, struct dw_error *err) {
  m->ca.cert = dw_pki_load_cert(dir, PKI_CA_CERT, err);
  m->ca.key = m->ca.cert == NULL ? NULL : dw_pki_load_key(dir, PKI_CA_KEY, err);
  if (m->ca.key == NULL)
    return -1;
  m->ca_kept = true;
  if (X509_check_private_key(m->ca.cert, m->ca.key) != 1) {
    ERR_clear_error();
    return force_hint(err, "ca.key does not match ca.crt");
  }
  if (X509_check_ca(m->ca.cert) == 0)
    return force_hint(err, "ca.crt is not a CA certificate");
  if (dw_pki_validity(m->ca.cert).expired)
    return force_hint(err, "ca.crt has expired");
  return guard_leaf(dir, m->ca.cert, err);
}

static struct pki_life days_from_now(int days) {
  time_t now = time(NULL);
  return (struct pki_life){now - BACKDATE_SECONDS, now + (time_t)days * SECONDS_A_DAY};
}

static int make_ca(const struct dw_pki_request *request, struct material *m, struct dw_error *err) {
  m->ca.key = dw_pki_new_key(err);
  if (m->ca.key == NULL)
    return -1;
  struct pki_life life = days_from_now(request->days == 0 ? DW_PKI_CA_DAYS : request->days);
  m->ca.cert = dw_pki_new_ca(m->ca.key, &life, err);
  if (m->ca.cert == NULL || dw_pki_cert_pem(m->ca.cert, &m->texts[PKI_CA_CERT], err) != 0)
    return -1;
  return dw_pki_key_pem(m->ca.key, &m->texts[PKI_CA_KEY], err);
}

static int provide_ca(const struct dw_pki_request *request, struct material *m, struct dw_error *err) {
  bool cert = dw_pki_exists(request->dir, PKI_CA_CERT), key = dw_pki_exists(request->dir, PKI_CA_KEY);
  if (request->force)
    return make_ca(request, m, err);
  if (cert && key)
    return keep_ca(request->dir, m, err);
  if (cert || key)
    return force_hint(err, cert ? "found ca.crt without ca.key" : "found ca.key without ca.crt");
  if (dw_pki_exists(request->dir, PKI_LEAF_CERT) || dw_pki_exists(request->dir, PKI_LEAF_KEY))
    return force_hint(err, "found tls.crt or tls.key without the CA that signed it");
  return make_ca(request, m, err);
}

static int make_leaf(const struct dw_pki_request *request, struct material *m, struct dw_error *err) {
  m->leaf_key = dw_pki_new_key(err);
  if (m->leaf_key == NULL)
    return -1;
  struct pki_life life = days_from_now(request->days == 0 ? DW_PKI_LEAF_DAYS : request->days);
  m->leaf = dw_pki_new_leaf(&m->ca, m->leaf_key, &request->names, &life, err);
  if (m->leaf == NULL || dw_pki_cert_pem(m->leaf, &m->texts[PKI_LEAF_CERT], err) != 0)
    return -1;
  return dw_pki_key_pem(m->leaf_key, &m->texts[PKI_LEAF_KEY], err);
}

static void report_cert(const struct dw_pki_request *request, enum pki_file file, X509 *cert, bool kept,
                        struct dw_buf *report) {
  char until[32];
  dw_pki_format_time(X509_get0_notAfter(cert), until);
  dw_buf_printf(report, "%s/%s: %s ", request->dir, dw_pki_file_name(file), kept ? "kept," : "created,");
  dw_pki_subject(cert, report);
  dw_buf_printf(report, ", until %s", until);
  if (file == PKI_LEAF_CERT) {
    dw_buf_puts(report, ", for ");
    dw_pki_list_names(cert, report);
  }
  dw_buf_putc(report, '\n');
}

static void report_all(const struct dw_pki_request *request, const struct material *m, struct dw_buf *report) {
  report_cert(request, PKI_CA_CERT, m->ca.cert, m->ca_kept, report);
  dw_buf_printf(report, "%s/ca.key: %s\n", request->dir, m->ca_kept ? "kept" : "created; keep it secret");
  report_cert(request, PKI_LEAF_CERT, m->leaf, false, report);
  dw_buf_printf(report, "%s/tls.key: created; keep it secret\n", request->dir);
}

int dw_pki_make(const struct dw_pki_request *request, struct dw_buf *report, struct dw_error *err) {
  SCOPED(free_material) struct material m = {.texts = {[PKI_CA_KEY] = DW_BUF_SECRET, [PKI_LEAF_KEY] = DW_BUF_SECRET}};
  GENERAL_NAMES *names =
      dw_pki_alt_names(&request->names, err); /* first, to report an invalid name before reading any file */
  GENERAL_NAMES_free(names);
  if (names == NULL)
    return -1;
  if (request->days < 0 || request->days > DW_PKI_MOST_DAYS)
    return dw_error_set(err, DW_ERR_USAGE, "days must be 1 to %d", DW_PKI_MOST_DAYS);
  if (provide_ca(request, &m, err) != 0 || make_leaf(request, &m, err) != 0 ||
      dw_pki_write_files(request->dir, m.texts, err) != 0)
    return -1;
  report_all(request, &m, report);
  return 0;
}
