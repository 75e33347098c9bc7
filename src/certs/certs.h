/* Keys and certificates for the webhook: a CA, and a server certificate that it signs (ECDSA P-256). Times are seconds
 * since 1970. Functions that return int return -1 on error. */
#ifndef CERTS_CERTS_H
#define CERTS_CERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "json/json.h"

enum { DW_PKI_LEAF_DAYS = 90, DW_PKI_CA_DAYS = 365, DW_PKI_MOST_DAYS = 36500, DW_PKI_MOST_NAMES = 100 };

struct dw_pki_names {
  const char *const *list; /* DNS names (a leading "*." is allowed) and IP addresses */
  size_t count;
};

struct dw_pki_request {
  const char *dir; /* created if missing */
  struct dw_pki_names names;
  int days;   /* validity of both certificates; 0 means DW_PKI_CA_DAYS and DW_PKI_LEAF_DAYS */
  bool force; /* make a new CA and replace existing files, whoever made them */
};

/* Makes ca.crt, ca.key, tls.crt and tls.key. An existing CA is kept and signs a new tls.crt. A tls.crt of another CA,
 * and incomplete files, are only replaced with `force`. No file is replaced before all are made. Appends one line per
 * file to REPORT. */
int dw_pki_make(const struct dw_pki_request *request, struct dw_buf *report, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));

/* Checks the files in DIR, and that tls.crt is valid for NAMES (may be empty). Appends lines that describe the files to
 * REPORT, and a line that begins with "wrong: " for each problem. Returns the number of problems, or -1 if a file can't
 * be read. */
int dw_pki_check(const char *dir, const struct dw_pki_names *names, struct dw_buf *report, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* A certificate and its private key, as the server uses them. */
struct dw_pki_pair {
  char *certificate; /* PEM text, the whole file */
  char *key;         /* PEM text */
  char until[32];    /* "2026-11-21 01:02:03 UTC" */
  bool expired;
  bool early; /* not valid yet */
};
/* Reads both files. Fails if one can't be read, or if they do not belong together. Free OUT with dw_pki_pair_free(). */
int dw_pki_pair_load(const char *cert_file, const char *key_file, struct dw_pki_pair *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));
void dw_pki_pair_free(struct dw_pki_pair *pair) __attribute__((nonnull));

/* --- certificates as PEM text in memory --- */

struct dw_pki_life {
  int64_t now;     /* valid from a minute earlier (less if SECONDS is under an hour), because clocks differ */
  int64_t seconds; /* from NOW to the end */
};

/* Make a new key and its certificate. Free OUT with dw_pki_pair_free(). */
int dw_pki_issue_ca(const struct dw_pki_life *life, struct dw_pki_pair *out, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));
/* CA signs it (the first, if its text contains several). The certificate never outlives it. */
int dw_pki_issue_leaf(const struct dw_pki_pair *ca, const struct dw_pki_names *names, const struct dw_pki_life *life,
                      struct dw_pki_pair *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3, 4), warn_unused_result));

struct dw_pki_cert {
  const char *pem;     /* only this one */
  const char *subject; /* its common name */
  int64_t from, until; /* valid while from <= now < until */
  bool ca;
  const char *const *names; /* DNS names and IP addresses that it is valid for */
  size_t name_count;
};
struct dw_pki_certs {
  const struct dw_pki_cert *list;
  size_t count;
};
enum { DW_PKI_MOST_CERTS = 16 };

/* Reads all certificates in PEM, in their order, into ARENA. Fails if there is none, one that is malformed, or more
 * than DW_PKI_MOST_CERTS. */
int dw_pki_read_certs(struct dw_arena *arena, const char *pem, struct dw_pki_certs *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* Returns 0 if the key belongs to the (first) certificate. */
int dw_pki_key_fits(const char *certificate, const char *key, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));

/* Returns 0 if a client that trusts the CAs in BUNDLE accepts CERTIFICATE as a server's at the time NOW. CERTIFICATE
 * may be followed by the chain to its CA. */
int dw_pki_verify(const char *bundle, const char *certificate, int64_t now, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));

/* Returns the first of NAMES that the (first) certificate is not valid for; NULL if it is valid for all. */
const char *dw_pki_missing_name(const char *certificate, const struct dw_pki_names *names) __attribute__((nonnull));

/* The caBundle of a webhook, one of a webhook configuration, decoded into ARENA: CAs in PEM; "" if there is none. */
const char *dw_webhook_bundle(struct dw_arena *arena, const dw_json *webhook)
    __attribute__((nonnull(1), warn_unused_result, returns_nonnull));

/* Returns the version of OpenSSL at run time: "3.0.11". */
const char *dw_pki_library(void) __attribute__((returns_nonnull));

#endif
