#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "certs/certs.h"
#include "support/https_server.h"
#include "support/run_program.h"

static const char *const two_names[] = {"droveway.openshift-cnv.svc", "127.0.0.1"};
static const struct dw_pki_names two = {two_names, 2}, none = {NULL, 0};

struct fixture {
  char folder[64];
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  folder_make(f->folder);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  folder_remove(f->folder);
  free(f);
  return 0;
}

static int make(const char *dir, struct dw_pki_names names, int days, bool force) {
  struct dw_pki_request request = {.dir = dir, .names = names, .days = days, .force = force};
  struct dw_buf report = DW_BUF_INIT;
  int result = dw_pki_make(&request, &report, NULL);
  dw_buf_free(&report);
  return result;
}

static int check(const char *dir, struct dw_pki_names names, const char *expected) {
  struct dw_buf report = DW_BUF_INIT;
  int wrong = dw_pki_check(dir, &names, &report, NULL);
  if (expected != NULL && strstr(dw_buf_text(&report), expected) == NULL)
    fail_msg("no \"%s\" in:\n%s", expected, dw_buf_text(&report));
  dw_buf_free(&report);
  return wrong;
}

static char *text_in(const char *dir, const char *name) {
  char *path = path_in(dir, name);
  char *text = file_text(path, NULL);
  free(path);
  return text;
}

static X509 *load(const char *dir, const char *name) {
  char *path = path_in(dir, name);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  X509 *cert = PEM_read_X509(file, NULL, NULL, NULL);
  assert_non_null(cert);
  fclose(file);
  free(path);
  return cert;
}

static unsigned mode_of(const char *dir, const char *name) {
  struct stat status;
  char *path = path_in(dir, name);
  assert_int_equal(stat(path, &status), 0);
  free(path);
  return status.st_mode & 0777;
}

static void makes_four_files_in_a_new_folder(void **state) {
  struct fixture *f = *state;
  char *inner = path_in(f->folder, "certs");
  assert_int_equal(make(inner, two, 0, false), 0);
  assert_int_equal(mode_of(inner, "ca.crt"), 0644);
  assert_int_equal(mode_of(inner, "tls.crt"), 0644);
  assert_int_equal(mode_of(inner, "ca.key"), 0600);
  assert_int_equal(mode_of(inner, "tls.key"), 0600);
  assert_int_equal(check(inner, two, "tls.crt is signed by ca.crt"), 0);
  char *key = text_in(inner, "tls.key");
  assert_int_equal(strncmp(key, "-----BEGIN PRIVATE KEY-----", 27), 0);
  free(key);
  folder_remove(inner); /* contains nothing else, or rmdir would fail */
  free(inner);
}

static void makes_the_server_certificate_that_a_webhook_needs(void **state) {
  struct fixture *f = *state;
  assert_int_equal(make(f->folder, two, 0, false), 0);
  X509 *ca = load(f->folder, "ca.crt"), *leaf = load(f->folder, "tls.crt");
  EVP_PKEY *key = X509_get0_pubkey(leaf);
  char curve[32];
  assert_int_equal(EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL), 1);
  assert_string_equal(curve, "prime256v1");
  assert_int_equal(X509_check_host(leaf, two_names[0], 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL), 1);
  assert_int_equal(X509_check_ip_asc(leaf, two_names[1], 0), 1);
  assert_int_equal(X509_check_host(leaf, "elsewhere.svc", 0, 0, NULL), 0);
  assert_int_equal(X509_verify(leaf, X509_get0_pubkey(ca)), 1);
  assert_int_equal(X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 0), 1);
  assert_int_equal(X509_check_purpose(leaf, X509_PURPOSE_SSL_CLIENT, 0), 0);
  assert_int_equal(X509_check_ca(leaf), 0);
  assert_int_equal(X509_check_ca(ca), 1);
  assert_int_equal(X509_get_key_usage(leaf), KU_DIGITAL_SIGNATURE);
  assert_int_equal(X509_get_key_usage(ca), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
  assert_int_equal(X509_get_pathlen(ca), 0);
  assert_int_equal(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(leaf), X509_get0_subject_key_id(ca)), 0);
  assert_true(X509_cmp_time(X509_get0_notBefore(leaf), NULL) < 0);
  X509_free(ca);
  X509_free(leaf);
}

/* Whole days from now until the certificate expires. */
static int days_left(const char *dir, const char *name) {
  X509 *cert = load(dir, name);
  time_t soon = time(NULL) - 60; /* the test itself takes a moment */
  ASN1_TIME *now = ASN1_TIME_set(NULL, soon);
  int days = 0, seconds = 0;
  assert_int_equal(ASN1_TIME_diff(&days, &seconds, now, X509_get0_notAfter(cert)), 1);
  ASN1_TIME_free(now);
  X509_free(cert);
  return days;
}

static void certificates_are_valid_for_the_given_days(void **state) {
  struct fixture *f = *state;
  assert_int_equal(make(f->folder, two, 0, false), 0);
  assert_int_equal(days_left(f->folder, "tls.crt"), DW_PKI_LEAF_DAYS);
  assert_int_equal(days_left(f->folder, "ca.crt"), DW_PKI_CA_DAYS);
  assert_int_equal(make(f->folder, two, 1, true), 0);
  assert_int_equal(days_left(f->folder, "tls.crt"), 1);
  assert_int_equal(days_left(f->folder, "ca.crt"), 1);
  assert_int_equal(make(f->folder, two, DW_PKI_MOST_DAYS, true), 0);
  assert_int_equal(days_left(f->folder, "ca.crt"), DW_PKI_MOST_DAYS); /* after 2049 the ASN.1 type is different */
  assert_int_equal(check(f->folder, two, NULL), 0);
  assert_int_equal(make(f->folder, two, DW_PKI_MOST_DAYS + 1, true), -1);
  assert_int_equal(make(f->folder, two, -1, true), -1);
}

static void keeps_an_existing_ca(void **state) {
  struct fixture *f = *state;
  assert_int_equal(make(f->folder, two, 30, false), 0);
  char *ca = text_in(f->folder, "ca.crt"), *ca_key = text_in(f->folder, "ca.key"),
       *leaf = text_in(f->folder, "tls.crt");
  assert_int_equal(make(f->folder, two, 300, false), 0);
  char *ca_now = text_in(f->folder, "ca.crt"), *ca_key_now = text_in(f->folder, "ca.key");
  char *leaf_now = text_in(f->folder, "tls.crt");
  assert_string_equal(ca, ca_now);
  assert_string_equal(ca_key, ca_key_now);
  assert_string_not_equal(leaf, leaf_now);
  assert_int_equal(check(f->folder, two, NULL), 0);
  assert_int_equal(days_left(f->folder, "tls.crt"), 30); /* never longer than its CA */
  assert_int_equal(make(f->folder, two, 300, true), 0);
  char *ca_forced = text_in(f->folder, "ca.crt");
  assert_string_not_equal(ca, ca_forced);
  assert_int_equal(check(f->folder, two, NULL), 0);
  free(ca), free(ca_key), free(leaf), free(ca_now), free(ca_key_now), free(leaf_now), free(ca_forced);
}

static void assert_refused(const char *dir, const char *why) {
  struct dw_pki_request request = {.dir = dir, .names = two};
  struct dw_buf report = DW_BUF_INIT;
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_pki_make(&request, &report, &err), -1);
  if (strstr(err.text, why) == NULL)
    fail_msg("no \"%s\" in \"%s\"", why, err.text);
  assert_string_equal(dw_buf_text(&report), "");
}

static void take_away(const char *dir, const char *name) {
  char *path = path_in(dir, name);
  assert_int_equal(unlink(path), 0);
  free(path);
}

static void does_not_replace_files_of_others(void **state) {
  struct fixture *f = *state;
  char other[64];
  folder_make(other);
  assert_int_equal(make(f->folder, two, 0, false), 0);
  assert_int_equal(make(other, two, 0, false), 0);
  char *foreign = text_in(other, "tls.crt"), *foreign_key = text_in(other, "ca.key"),
       *mine = text_in(f->folder, "tls.crt");
  folder_write(f->folder, "tls.crt", foreign);
  assert_refused(f->folder, "not signed by ca.crt; --force");
  char *still = text_in(f->folder, "tls.crt");
  assert_string_equal(still, foreign);
  folder_write(f->folder, "tls.crt", mine);
  folder_write(f->folder, "ca.key", foreign_key);
  assert_refused(f->folder, "ca.key does not match ca.crt");
  take_away(f->folder, "ca.key");
  assert_refused(f->folder, "ca.crt without ca.key");
  take_away(f->folder, "ca.crt");
  assert_refused(f->folder, "without the CA");
  assert_int_equal(make(f->folder, two, 0, true), 0);
  assert_int_equal(check(f->folder, two, NULL), 0);
  free(foreign), free(foreign_key), free(mine), free(still);
  folder_remove(other);
}

static void rejects_invalid_names(void **state) {
  struct fixture *f = *state;
  static const char *const bad[] = {"",      "a b",        "a,b", "-a",        "a..b",         "*",
                                    "a.*.b", "256.1.1.1.", "a_b", "DNS:a.svc", "http://a.svc", "a.svc\n"};
  static const char *const good[] = {"Droveway.NS.svc", "*.example.org", "::1", "10.0.0.1", "localhost"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (make(f->folder, (struct dw_pki_names){&bad[i], 1}, 0, true) == 0)
      fail_msg("\"%s\" was accepted", bad[i]);
  assert_int_equal(make(f->folder, none, 0, true), -1);
  char *path = path_in(f->folder, "ca.crt");
  assert_int_equal(access(path, F_OK), -1); /* an invalid name creates nothing */
  free(path);
  assert_int_equal(make(f->folder, (struct dw_pki_names){good, 5}, 0, false), 0);
  assert_int_equal(check(f->folder, (struct dw_pki_names){good, 1}, "droveway.ns.svc, *.example.org, ::1, 10.0.0.1"),
                   0);
}

static void removes_duplicate_names(void **state) {
  struct fixture *f = *state;
  static const char *const names[] = {"a.svc", "A.svc", "10.0.0.1", "10.0.0.1"};
  assert_int_equal(make(f->folder, (struct dw_pki_names){names, 4}, 0, false), 0);
  assert_int_equal(check(f->folder, none, ", for a.svc, 10.0.0.1\n"), 0);
}

static void accepts_at_most_a_hundred_names(void **state) {
  struct fixture *f = *state;
  char texts[DW_PKI_MOST_NAMES + 1][24];
  const char *names[DW_PKI_MOST_NAMES + 1];
  for (int i = 0; i <= DW_PKI_MOST_NAMES; i++) {
    snprintf(texts[i], sizeof texts[i], "n%d.svc", i);
    names[i] = texts[i];
  }
  assert_int_equal(make(f->folder, (struct dw_pki_names){names, DW_PKI_MOST_NAMES + 1}, 0, false), -1);
  assert_int_equal(make(f->folder, (struct dw_pki_names){names, DW_PKI_MOST_NAMES}, 0, false), 0);
  assert_int_equal(check(f->folder, (struct dw_pki_names){names, DW_PKI_MOST_NAMES}, NULL), 0);
}

static void accepts_a_name_that_is_too_long_for_a_common_name(void **state) {
  struct fixture *f = *state;
  char name[80];
  const char *names[] = {name};
  memset(name, 'a', sizeof name - 1);
  name[60] = '.';
  name[sizeof name - 1] = '\0';
  assert_int_equal(make(f->folder, (struct dw_pki_names){names, 1}, 0, false), 0);
  assert_int_equal(check(f->folder, (struct dw_pki_names){names, 1}, "tls.crt: droveway,"), 0);
}

static void check_reports_each_problem(void **state) {
  struct fixture *f = *state;
  char other[64];
  static const char *const elsewhere[] = {"elsewhere.svc", "10.9.9.9"};
  folder_make(other);
  assert_int_equal(make(f->folder, two, 0, false), 0);
  assert_int_equal(make(other, two, 0, false), 0);
  assert_int_equal(
      check(f->folder, (struct dw_pki_names){elsewhere, 2}, "wrong: tls.crt is not valid for elsewhere.svc"), 2);
  char *key = text_in(other, "tls.key"), *cert = text_in(other, "tls.crt");
  char *own_cert = text_in(f->folder, "tls.crt"), *ca = text_in(f->folder, "ca.crt");
  folder_write(f->folder, "tls.key", key);
  assert_int_equal(check(f->folder, none, "wrong: tls.key does not match tls.crt"), 1);
  folder_write(f->folder, "tls.crt", cert);
  assert_int_equal(check(f->folder, none, "wrong: tls.crt does not verify as a server certificate against ca.crt"), 1);
  folder_write(f->folder, "tls.crt", own_cert);
  folder_write(f->folder, "ca.crt", own_cert);
  assert_true(check(f->folder, none, "wrong: ca.key does not match ca.crt") > 0);
  folder_write(f->folder, "ca.crt", ca);
  take_away(f->folder, "ca.key"); /* as in a mounted Secret */
  assert_int_equal(check(f->folder, none, "wrong: tls.key does not match tls.crt"), 1);
  folder_write(f->folder, "tls.crt", "nonsense");
  assert_int_equal(check(f->folder, none, NULL), -1);
  free(key), free(cert), free(own_cert), free(ca);
  folder_remove(other);
}

/* Rewrites tls.crt with different times and signs it again. */
static void set_times(const char *dir, long from, long until) {
  char *ca_key_text = text_in(dir, "ca.key");
  BIO *source = BIO_new_mem_buf(ca_key_text, -1);
  EVP_PKEY *ca_key = PEM_read_bio_PrivateKey(source, NULL, NULL, NULL);
  X509 *leaf = load(dir, "tls.crt");
  char *path = path_in(dir, "tls.crt");
  assert_non_null(ca_key);
  X509_gmtime_adj(X509_getm_notBefore(leaf), from);
  X509_gmtime_adj(X509_getm_notAfter(leaf), until);
  assert_true(X509_sign(leaf, ca_key, EVP_sha256()) > 0);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(PEM_write_X509(file, leaf), 1);
  fclose(file);
  X509_free(leaf);
  EVP_PKEY_free(ca_key);
  BIO_free(source);
  free(ca_key_text);
  free(path);
}

static void check_reports_dates(void **state) {
  struct fixture *f = *state;
  struct dw_pki_pair pair;
  char *cert = path_in(f->folder, "tls.crt"), *key = path_in(f->folder, "tls.key");
  assert_int_equal(make(f->folder, two, 0, false), 0);
  set_times(f->folder, -7200, -3600);
  assert_int_equal(check(f->folder, none, "wrong: tls.crt has expired"), 1);
  assert_int_equal(dw_pki_pair_load(cert, key, &pair, NULL), 0);
  assert_true(pair.expired && !pair.early);
  dw_pki_pair_free(&pair);
  set_times(f->folder, 3600, 7200);
  assert_int_equal(check(f->folder, none, "wrong: tls.crt is not valid yet"), 1);
  assert_int_equal(dw_pki_pair_load(cert, key, &pair, NULL), 0);
  assert_true(pair.early && !pair.expired);
  dw_pki_pair_free(&pair);
  free(cert);
  free(key);
}

static void rejects_a_key_that_does_not_match_the_certificate(void **state) {
  struct fixture *f = *state;
  struct dw_pki_pair pair = {.until = "untouched"};
  struct dw_error err = DW_ERROR_INIT;
  char *cert = path_in(f->folder, "tls.crt"), *key = path_in(f->folder, "tls.key"),
       *ca_key = path_in(f->folder, "ca.key");
  assert_int_equal(dw_pki_pair_load(cert, key, &pair, &err), -1);
  assert_string_equal(err.file, cert);
  assert_int_equal(make(f->folder, two, 0, false), 0);
  assert_int_equal(dw_pki_pair_load(cert, ca_key, &pair, &err), -1);
  assert_string_equal(err.file, ca_key);
  assert_non_null(strstr(err.text, "does not match"));
  assert_int_equal(dw_pki_pair_load(cert, cert, &pair, &err), -1);
  assert_non_null(strstr(err.text, "no PEM private key"));
  assert_int_equal(dw_pki_pair_load(key, key, &pair, &err), -1);
  assert_non_null(strstr(err.text, "no PEM certificate"));
  assert_string_equal(pair.until, "untouched");
  assert_int_equal(dw_pki_pair_load(cert, key, &pair, &err), 0);
  assert_false(pair.expired || pair.early);
  assert_int_equal(strncmp(pair.certificate, "-----BEGIN CERTIFICATE-----", 27), 0);
  dw_pki_pair_free(&pair);
  free(cert), free(key), free(ca_key);
}

static void fails_if_the_folder_is_not_writable(void **state) {
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  struct dw_buf report = DW_BUF_INIT;
  char *file = path_in(f->folder, "file"), *deep = path_in(f->folder, "a/b");
  folder_write(f->folder, "file", "x");
  assert_int_equal(dw_pki_make(&(struct dw_pki_request){.dir = file, .names = two}, &report, &err), -1);
  assert_int_equal(err.code, DW_ERR_IO);
  assert_int_equal(dw_pki_make(&(struct dw_pki_request){.dir = deep, .names = two}, &report, &err), -1);
  assert_string_equal(err.file, deep);
  free(file), free(deep);
}

static void reports_the_version_of_openssl(void **state) {
  (void)state;
  assert_int_equal(strncmp(dw_pki_library(), "3.", 2), 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(makes_four_files_in_a_new_folder),
      TEST(makes_the_server_certificate_that_a_webhook_needs),
      TEST(certificates_are_valid_for_the_given_days),
      TEST(keeps_an_existing_ca),
      TEST(does_not_replace_files_of_others),
      TEST(rejects_invalid_names),
      TEST(removes_duplicate_names),
      TEST(accepts_at_most_a_hundred_names),
      TEST(accepts_a_name_that_is_too_long_for_a_common_name),
      TEST(check_reports_each_problem),
      TEST(check_reports_dates),
      TEST(rejects_a_key_that_does_not_match_the_certificate),
      TEST(fails_if_the_folder_is_not_writable),
      cmocka_unit_test(reports_the_version_of_openssl),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
