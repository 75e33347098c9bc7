#include "http/certificates_internal.h"

#include <gnutls/x509.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A pair. It is freed when no connection uses it any more. */
struct credentials {
  struct {
    gnutls_certificate_credentials_t handle;
    bool requests_certificate; /* of the client */
  } to[DW_AUDIENCES];
  int64_t until;
  atomic_uint users;
};

struct dw_certificates {
  pthread_mutex_t lock;
  struct credentials *now; /* under lock, as the next three; NULL: none yet */
  char *text;              /* its certificate and chain, PEM */
  uint64_t used, failed;   /* how often a new pair was set, or could not be */
  char *metrics_ca;        /* set before any thread is started; NULL: none */
};

struct dw_certificates *dw_certificates_new(void) {
  struct dw_certificates *certificates = calloc(1, sizeof *certificates);
  if (certificates == NULL)
    abort();
  pthread_mutex_init(&certificates->lock, NULL);
  return certificates;
}

void dw_credentials_release(struct credentials *credentials) {
  if (credentials == NULL || atomic_fetch_sub(&credentials->users, 1) > 1)
    return;
  for (size_t i = 0; i < DW_AUDIENCES; i++)
    if (credentials->to[i].handle != NULL)
      gnutls_certificate_free_credentials(credentials->to[i].handle);
  free(credentials);
}

void dw_certificates_free(struct dw_certificates *certificates) {
  if (certificates == NULL)
    return;
  dw_credentials_release(certificates->now);
  pthread_mutex_destroy(&certificates->lock);
  free(certificates->text);
  free(certificates->metrics_ca);
  free(certificates);
}

void dw_certificates_guard_metrics(struct dw_certificates *certificates, const char *client_ca) {
  free(certificates->metrics_ca);
  certificates->metrics_ca = strdup(client_ca);
  if (certificates->metrics_ca == NULL)
    abort();
}

/* --- a new pair --- */

static gnutls_datum_t datum(const char *text) {
  return (gnutls_datum_t){(unsigned char *)text, (unsigned)strlen(text)};
}

static int refuse(struct dw_error *err, const char *what, int code) {
  return dw_error_set(err, DW_ERR_INVALID, "%s: %s", what, gnutls_strerror(code));
}

static int64_t expiry_of(const char *certificate) {
  gnutls_x509_crt_t crt;
  gnutls_datum_t text = datum(certificate);
  int64_t until = 0;
  if (gnutls_x509_crt_init(&crt) != GNUTLS_E_SUCCESS)
    return 0;
  if (gnutls_x509_crt_import(crt, &text, GNUTLS_X509_FMT_PEM) == GNUTLS_E_SUCCESS)
    until = (int64_t)gnutls_x509_crt_get_expiration_time(crt);
  gnutls_x509_crt_deinit(crt);
  return until;
}

/* What to use for one audience. */
struct offer {
  const char *certificate, *key;
  const char *client_ca; /* NULL: no client certificate is requested */
  const char *ca_error;  /* what to report if CLIENT_CA can't be used */
};

static int fill_for(struct credentials *out, enum dw_audience audience, const struct offer *offer,
                    struct dw_error *err) {
  gnutls_datum_t pair[2] = {datum(offer->certificate), datum(offer->key)};
  gnutls_certificate_credentials_t *handle = &out->to[audience].handle;
  int code = gnutls_certificate_allocate_credentials(handle);
  if (code != GNUTLS_E_SUCCESS)
    return refuse(err, "can't set up TLS credentials", code);
  code = gnutls_certificate_set_x509_key_mem(*handle, &pair[0], &pair[1], GNUTLS_X509_FMT_PEM);
  if (code < 0)
    return refuse(err, "can't use the certificate and key", code);
  if (offer->client_ca == NULL)
    return 0;
  gnutls_datum_t trust = datum(offer->client_ca);
  code = gnutls_certificate_set_x509_trust_mem(*handle, &trust, GNUTLS_X509_FMT_PEM);
  if (code < 1)
    return refuse(err, offer->ca_error, code == 0 ? GNUTLS_E_NO_CERTIFICATE_FOUND : code);
  out->to[audience].requests_certificate = true;
  return 0;
}

int dw_certificates_set(struct dw_certificates *certificates, const char *certificate, const char *key,
                        const char *client_ca, struct dw_error *err) {
  struct credentials *fresh = calloc(1, sizeof *fresh);
  if (fresh == NULL)
    abort();
  atomic_init(&fresh->users, 1);
  fresh->until = expiry_of(certificate);
  struct offer reviews = {certificate, key, client_ca, "can't use the CA in --client-ca"};
  struct offer metrics = {certificate, key, certificates->metrics_ca, "can't use the CA in --metrics-client-ca"};
  if (fill_for(fresh, DW_AUDIENCE_REVIEWS, &reviews, err) != 0 ||
      fill_for(fresh, DW_AUDIENCE_METRICS, &metrics, err) != 0) {
    dw_credentials_release(fresh);
    return -1;
  }
  char *text = strdup(certificate);
  if (text == NULL)
    abort();
  pthread_mutex_lock(&certificates->lock);
  struct credentials *old = certificates->now;
  char *old_text = certificates->text;
  certificates->now = fresh;
  certificates->text = text;
  certificates->used++;
  pthread_mutex_unlock(&certificates->lock);
  dw_credentials_release(old);
  free(old_text);
  return 0;
}

void dw_certificates_failed(struct dw_certificates *certificates) {
  pthread_mutex_lock(&certificates->lock);
  certificates->failed++;
  pthread_mutex_unlock(&certificates->lock);
}

int64_t dw_certificates_until(struct dw_certificates *certificates) {
  pthread_mutex_lock(&certificates->lock);
  int64_t until = certificates->now == NULL ? 0 : certificates->now->until;
  pthread_mutex_unlock(&certificates->lock);
  return until;
}

char *dw_certificates_text(struct dw_certificates *certificates) {
  pthread_mutex_lock(&certificates->lock);
  char *text = certificates->text == NULL ? NULL : strdup(certificates->text);
  pthread_mutex_unlock(&certificates->lock);
  return text;
}

void dw_certificates_metrics(struct dw_certificates *certificates, struct dw_buf *out) {
  int64_t until = dw_certificates_until(certificates);
  pthread_mutex_lock(&certificates->lock);
  uint64_t used = certificates->used, failed = certificates->failed;
  pthread_mutex_unlock(&certificates->lock);
  dw_buf_printf(out,
                "# HELP droveway_certificate_expiry_timestamp_seconds When the certificate in use expires.\n"
                "# TYPE droveway_certificate_expiry_timestamp_seconds gauge\n"
                "droveway_certificate_expiry_timestamp_seconds %" PRId64 "\n"
                "# HELP droveway_certificate_loads_total New certificates, by whether they could be used.\n"
                "# TYPE droveway_certificate_loads_total counter\n"
                "droveway_certificate_loads_total{result=\"used\"} %" PRIu64 "\n"
                "droveway_certificate_loads_total{result=\"refused\"} %" PRIu64 "\n",
                until, used, failed);
}

/* --- connections --- */

struct credentials *dw_credentials_acquire(struct dw_certificates *certificates, gnutls_session_t session,
                                           enum dw_audience audience) {
  pthread_mutex_lock(&certificates->lock);
  struct credentials *credentials = certificates->now;
  if (credentials != NULL)
    atomic_fetch_add(&credentials->users, 1);
  pthread_mutex_unlock(&certificates->lock);
  if (credentials == NULL)
    return NULL;
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials->to[audience].handle);
  if (credentials->to[audience].requests_certificate)
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
  return credentials;
}

bool dw_credentials_trust(const struct credentials *credentials, gnutls_session_t session, enum dw_audience audience) {
  gnutls_typed_vdata_st purpose = {
      .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT, .size = 0};
  unsigned status = 0;
  if (!credentials->to[audience].requests_certificate)
    return true;
  return gnutls_certificate_verify_peers(session, &purpose, 1, &status) == GNUTLS_E_SUCCESS && status == 0;
}
