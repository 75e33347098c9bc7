/* Keys and certificates for the webhook: a separate CA and a server certificate signed by it, ECDSA P-256. */
#ifndef CERTS_CERTS_H
#define CERTS_CERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum { DW_PKI_LEAF_DAYS = 90, DW_PKI_CA_DAYS = 365, DW_PKI_MOST_DAYS = 36500, DW_PKI_MOST_NAMES = 100 };

struct dw_pki_names {
  const char *const *list; /* DNS names (a leading "*." is allowed) and IP addresses, told apart by their looks */
  size_t count;
};

struct dw_pki_request {
  const char *dir; /* made where missing */
  struct dw_pki_names names;
  int days;   /* of both certificates; 0 for DW_PKI_LEAF_DAYS and DW_PKI_CA_DAYS */
  bool force; /* make a new CA and replace what is there, whosever it is */
};

/* Makes ca.crt, ca.key, tls.crt and tls.key. A CA that is there is kept and signs a new tls.crt; files that this CA did
 * not make are only replaced with `force`. All is made before the first file is replaced. REPORT gets a line a file.
 * -1 on error. */
int dw_pki_make(const struct dw_pki_request *request, struct dw_buf *report, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));

/* Looks at what is in DIR; also whether tls.crt holds NAMES (may be empty). REPORT gets lines that say what is there,
 * and one that begins with "wrong: " for each thing that is wrong. Returns how many are; -1 where a file can't be read.
 */
int dw_pki_check(const char *dir, const struct dw_pki_names *names, struct dw_buf *report, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* A certificate and its private key, as the server takes them. */
struct dw_pki_pair {
  char *certificate; /* PEM text, the whole file */
  char *key;         /* PEM text */
  char until[32];    /* "2026-11-21 01:02:03 UTC" */
  bool expired;
  bool early; /* not valid yet */
};
/* Reads both files. -1 where one can't be read, or they do not belong together. Free with dw_pki_pair_free(). */
int dw_pki_pair_load(const char *cert_file, const char *key_file, struct dw_pki_pair *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));
void dw_pki_pair_free(struct dw_pki_pair *pair) __attribute__((nonnull));

/* --- certificates as PEM text in memory; times are seconds since 1970 --- */

struct dw_pki_life {
  int64_t now;     /* valid from a minute before, less for a life under an hour: clocks differ a little */
  int64_t seconds; /* from now */
};

/* Both make a new key and its certificate; free with dw_pki_pair_free(). */
int dw_pki_issue_ca(const struct dw_pki_life *life, struct dw_pki_pair *out, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));
/* Signed by the CA (of several in its text: the first), and never valid beyond it. */
int dw_pki_issue_leaf(const struct dw_pki_pair *ca, const struct dw_pki_names *names, const struct dw_pki_life *life,
                      struct dw_pki_pair *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3, 4), warn_unused_result));

struct dw_pki_cert {
  const char *pem;     /* it alone */
  const char *subject; /* its common name */
  int64_t from, until; /* valid while from <= now < until */
  bool ca;
  const char *const *names; /* DNS names and IP addresses that it is good for */
  size_t name_count;
};
struct dw_pki_certs {
  const struct dw_pki_cert *list;
  size_t count;
};
enum { DW_PKI_MOST_CERTS = 16 };

/* All certificates in a text, in its order, in the arena; -1 where there is none, too many or a broken one. */
int dw_pki_read_certs(struct dw_arena *arena, const char *pem, struct dw_pki_certs *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* Whether the key belongs to the (first) certificate. */
int dw_pki_key_fits(const char *certificate, const char *key, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));

/* Whether a client that trusts BUNDLE takes the (first) certificate for a server's at that time. */
int dw_pki_verify(const char *bundle, const char *certificate, int64_t now, struct dw_error *err)
    __attribute__((nonnull(1, 2), warn_unused_result));

/* The first of NAMES that the (first) certificate is not good for; NULL where it is good for all. */
const char *dw_pki_missing_name(const char *certificate, const struct dw_pki_names *names) __attribute__((nonnull));

/* The version of OpenSSL that runs: "3.0.11". */
const char *dw_pki_library(void) __attribute__((returns_nonnull));

#endif
