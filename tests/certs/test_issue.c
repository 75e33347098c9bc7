/* Making, reading and checking certificates in memory. The result of reading is compared with OpenSSL's own. */
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
#include <time.h>

#include "certs/certs.h"
#include "support/run_program.h"

enum { NOW = 1800000000, HOUR = 3600, DAY = 86400 };

static const char *const list[] = {"droveway.droveway.svc", "droveway.droveway.svc.cluster.local"};
static const struct dw_pki_names names = {list, 2};

static struct dw_pki_pair ca_of(int64_t now, int64_t seconds) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_pki_life life = {now, seconds};
  struct dw_pki_pair pair = {.certificate = NULL};
  if (dw_pki_issue_ca(&life, &pair, &err) != 0)
    fail_msg("%s", err.text);
  return pair;
}

static struct dw_pki_pair leaf_of(const struct dw_pki_pair *ca, int64_t now, int64_t seconds) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_pki_life life = {now, seconds};
  struct dw_pki_pair pair = {.certificate = NULL};
  if (dw_pki_issue_leaf(ca, &names, &life, &pair, &err) != 0)
    fail_msg("%s", err.text);
  return pair;
}

static X509 *x509(const char *pem) {
  BIO *source = BIO_new_mem_buf(pem, -1);
  X509 *cert = PEM_read_bio_X509(source, NULL, NULL, NULL);
  BIO_free(source);
  assert_non_null(cert);
  return cert;
}

static struct dw_pki_cert read_one(struct dw_arena *arena, const char *pem) {
  struct dw_pki_certs all = {NULL, 0};
  assert_int_equal(dw_pki_read_certs(arena, pem, &all, NULL), 0);
  assert_int_equal(all.count, 1);
  return all.list[0];
}

static char *joined(const char *a, const char *b) {
  char *text = NULL;
  assert_true(asprintf(&text, "%s%s", a, b) > 0);
  return text;
}

static void a_pair_verifies_within_its_dates(void **state) {
  (void)state;
  struct dw_pki_pair ca = ca_of(NOW, 365 * (int64_t)DAY), leaf = leaf_of(&ca, NOW, 90 * (int64_t)DAY);
  assert_int_equal(dw_pki_key_fits(ca.certificate, ca.key, NULL), 0);
  assert_int_equal(dw_pki_key_fits(leaf.certificate, leaf.key, NULL), 0);
  assert_int_equal(dw_pki_verify(ca.certificate, leaf.certificate, NOW, NULL), 0);
  assert_int_equal(dw_pki_verify(ca.certificate, leaf.certificate, NOW - 60, NULL), 0);
  assert_int_equal(dw_pki_verify(ca.certificate, leaf.certificate, NOW - 61, NULL), -1);
  assert_int_equal(dw_pki_verify(ca.certificate, leaf.certificate, NOW + 90 * (int64_t)DAY - 1, NULL), 0);
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_pki_verify(ca.certificate, leaf.certificate, NOW + 90 * (int64_t)DAY, &err), -1);
  assert_non_null(strstr(err.text, "expired"));
  dw_pki_pair_free(&leaf);
  dw_pki_pair_free(&ca);
}

static void a_certificate_is_valid_from_a_minute_earlier_or_less(void **state) {
  (void)state;
  static const struct {
    int64_t seconds, back;
  } lives[] = {{365 * (int64_t)DAY, 60}, {HOUR, 60}, {HOUR - 1, 59}, {HOUR / 2, 30}, {60, 1}, {59, 0}, {1, 0}};
  for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_pki_pair ca = ca_of(NOW, lives[i].seconds);
    struct dw_pki_cert cert = read_one(arena, ca.certificate);
    assert_int_equal(cert.from, NOW - lives[i].back);
    assert_int_equal(cert.until, NOW + lives[i].seconds);
    dw_pki_pair_free(&ca);
  }
}

static void a_leaf_never_outlives_its_ca(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_pki_pair ca = ca_of(NOW, 100), same = leaf_of(&ca, NOW, 100), longer = leaf_of(&ca, NOW + 50, 51);
  assert_int_equal(read_one(arena, same.certificate).until, NOW + 100);
  assert_int_equal(read_one(arena, longer.certificate).until, NOW + 100);
  dw_pki_pair_free(&same);
  dw_pki_pair_free(&longer);
  dw_pki_pair_free(&ca);
}

static void rejects_an_invalid_lifetime(void **state) {
  (void)state;
  struct dw_pki_pair pair = {.certificate = NULL}, ca = ca_of(NOW, DAY);
  static const int64_t lives[] = {0, -1, (int64_t)DW_PKI_MOST_DAYS * DAY + 1};
  for (size_t i = 0; i < 3; i++) {
    struct dw_pki_life life = {NOW, lives[i]};
    assert_int_equal(dw_pki_issue_ca(&life, &pair, NULL), -1);
    assert_int_equal(dw_pki_issue_leaf(&ca, &names, &life, &pair, NULL), -1);
    assert_null(pair.certificate);
  }
  dw_pki_pair_free(&ca);
}

static void reads_the_same_as_openssl(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_pki_pair ca = ca_of(NOW, DAY), leaf = leaf_of(&ca, NOW, HOUR);
  struct dw_pki_cert read_ca = read_one(arena, ca.certificate), read_leaf = read_one(arena, leaf.certificate);
  X509 *cert = x509(leaf.certificate), *authority = x509(ca.certificate);
  assert_true(read_ca.ca);
  assert_false(read_leaf.ca);
  assert_string_equal(read_ca.pem, ca.certificate);
  assert_memory_equal(read_ca.subject, "Droveway CA ", 12);
  assert_int_equal(read_leaf.name_count, 2);
  assert_string_equal(read_leaf.names[0], list[0]);
  assert_string_equal(read_leaf.names[1], list[1]);
  assert_int_equal(read_ca.name_count, 0);
  assert_int_equal(ASN1_TIME_cmp_time_t(X509_get0_notAfter(cert), (time_t)read_leaf.until), 0);
  assert_int_equal(ASN1_TIME_cmp_time_t(X509_get0_notBefore(cert), (time_t)read_leaf.from), 0);
  assert_int_equal(X509_check_host(cert, list[1], 0, 0, NULL), 1);
  assert_int_equal(X509_check_ca(authority), 1);
  assert_int_equal(X509_get_extension_flags(cert) & EXFLAG_CA, 0);
  assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(cert)), 256);
  assert_true(EVP_PKEY_is_a(X509_get0_pubkey(cert), "EC"));
  X509_free(cert);
  X509_free(authority);
  dw_pki_pair_free(&leaf);
  dw_pki_pair_free(&ca);
}

static void a_leaf_verifies_only_if_its_ca_is_in_the_bundle(void **state) {
  (void)state;
  struct dw_pki_pair one = ca_of(NOW, DAY), two = ca_of(NOW, DAY), leaf = leaf_of(&one, NOW, HOUR);
  char *both = joined(two.certificate, one.certificate);
  assert_int_equal(dw_pki_verify(both, leaf.certificate, NOW, NULL), 0);
  assert_int_equal(dw_pki_verify(two.certificate, leaf.certificate, NOW, NULL), -1);
  assert_int_equal(dw_pki_verify(leaf.certificate, one.certificate, NOW, NULL), -1); /* a CA is not a server */
  assert_int_equal(dw_pki_verify("", leaf.certificate, NOW, NULL), -1);
  assert_int_equal(dw_pki_verify(both, "", NOW, NULL), -1);
  assert_int_equal(dw_pki_key_fits(leaf.certificate, one.key, NULL), -1);
  assert_int_equal(dw_pki_key_fits(leaf.certificate, "", NULL), -1);
  free(both);
  dw_pki_pair_free(&leaf);
  dw_pki_pair_free(&one);
  dw_pki_pair_free(&two);
}

/* Droveway issues no intermediate CA, but other issuers do. */
static void a_leaf_verifies_with_the_chain_to_its_ca(void **state) {
  static const char script[] =
      "cd %s && new() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.csr "
      "-subj /CN=$1 2>/dev/null; } && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "
      "root.key -out root.crt -subj /CN=root -days 1 2>/dev/null && new middle && new leaf && echo "
      "basicConstraints=critical,CA:true >ca && openssl x509 -req -in middle.csr -CA root.crt -CAkey root.key "
      "-CAcreateserial -days 1 -extfile ca -out middle.crt 2>/dev/null && echo extendedKeyUsage=serverAuth >server && "
      "openssl x509 -req -in leaf.csr -CA middle.crt -CAkey middle.key -CAcreateserial -days 1 -extfile server -out "
      "leaf.crt 2>/dev/null && cat leaf.crt middle.crt >chain.crt";
  char folder[64], command[2048], path[96];
  static const char *const files[] = {"root.crt", "leaf.crt", "chain.crt"};
  char *texts[3];
  (void)state;
  folder_make(folder);
  snprintf(command, sizeof command, script, folder);
  assert_int_equal(system(command), 0);
  for (int i = 0; i < 3; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, files[i]);
    texts[i] = file_text(path, NULL);
  }
  int64_t now = time(NULL);
  assert_int_equal(dw_pki_verify(texts[0], texts[1], now, NULL), -1);
  assert_int_equal(dw_pki_verify(texts[0], texts[2], now, NULL), 0);
  for (int i = 0; i < 3; i++)
    free(texts[i]);
  folder_remove(folder);
}

static void an_expired_ca_verifies_nothing(void **state) {
  (void)state;
  struct dw_pki_pair ca = ca_of(NOW, 100), leaf = leaf_of(&ca, NOW, 100);
  assert_int_equal(dw_pki_verify(ca.certificate, leaf.certificate, NOW + 99, NULL), 0);
  assert_int_equal(dw_pki_verify(ca.certificate, leaf.certificate, NOW + 100, NULL), -1);
  dw_pki_pair_free(&leaf);
  dw_pki_pair_free(&ca);
}

static void the_first_ca_of_a_bundle_signs(void **state) {
  (void)state;
  struct dw_error err = DW_ERROR_INIT;
  struct dw_pki_pair old = ca_of(NOW, DAY), new = ca_of(NOW, DAY), made = {.certificate = NULL};
  struct dw_pki_pair right = {.certificate = joined(new.certificate, old.certificate), .key = new.key};
  struct dw_pki_pair wrong = {.certificate = right.certificate, .key = old.key};
  struct dw_pki_life life = {NOW, HOUR};
  assert_int_equal(dw_pki_issue_leaf(&wrong, &names, &life, &made, &err), -1);
  assert_non_null(strstr(err.text, "does not match"));
  assert_int_equal(dw_pki_issue_leaf(&right, &names, &life, &made, &err), 0);
  assert_int_equal(dw_pki_verify(new.certificate, made.certificate, NOW, NULL), 0);
  free(right.certificate);
  dw_pki_pair_free(&made);
  dw_pki_pair_free(&old);
  dw_pki_pair_free(&new);
}

static void reports_missing_names(void **state) {
  (void)state;
  struct dw_pki_pair ca = ca_of(NOW, DAY), leaf = leaf_of(&ca, NOW, HOUR);
  static const char *const more[] = {"droveway.droveway.svc", "droveway.other.svc"};
  struct dw_pki_names asked = {more, 2}, first = {more, 1}, none = {NULL, 0};
  assert_string_equal(dw_pki_missing_name(leaf.certificate, &asked), "droveway.other.svc");
  assert_null(dw_pki_missing_name(leaf.certificate, &first));
  assert_null(dw_pki_missing_name(leaf.certificate, &none));
  assert_string_equal(dw_pki_missing_name("no PEM", &first), more[0]);
  struct dw_pki_life life = {NOW, HOUR};
  struct dw_pki_pair made = {.certificate = NULL};
  assert_int_equal(dw_pki_issue_leaf(&ca, &none, &life, &made, NULL), -1);
  dw_pki_pair_free(&leaf);
  dw_pki_pair_free(&ca);
}

static void rejects_texts_without_certificates(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_pki_certs all = {NULL, 7};
  struct dw_pki_pair ca = ca_of(NOW, DAY);
  char *cut = strndup(ca.certificate, strlen(ca.certificate) / 2);
  char *garbled = joined(ca.certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  char *good_then_cut = joined(ca.certificate, cut);
  const char *const texts[] = {"", "\n", "nothing", cut, garbled, good_then_cut, ca.key};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct dw_error err = DW_ERROR_INIT;
    if (dw_pki_read_certs(arena, texts[i], &all, &err) == 0)
      fail_msg("accepted: %s", texts[i]);
    assert_int_equal(all.count, 7); /* unchanged */
    assert_string_not_equal(err.text, "");
  }
  free(cut);
  free(garbled);
  free(good_then_cut);
  dw_pki_pair_free(&ca);
}

static void limits_the_number_of_certificates(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_pki_certs all = {NULL, 0};
  struct dw_pki_pair ca = ca_of(NOW, DAY);
  struct dw_buf text = DW_BUF_INIT;
  dw_buf_puts(&text, "# text before a certificate is ignored\n");
  for (int i = 0; i < DW_PKI_MOST_CERTS; i++)
    dw_buf_puts(&text, ca.certificate);
  dw_buf_puts(&text, "\n# and behind\n");
  assert_int_equal(dw_pki_read_certs(arena, dw_buf_text(&text), &all, NULL), 0);
  assert_int_equal(all.count, DW_PKI_MOST_CERTS);
  dw_buf_puts(&text, ca.certificate);
  assert_int_equal(dw_pki_read_certs(arena, dw_buf_text(&text), &all, NULL), -1);
  dw_buf_free(&text);
  dw_pki_pair_free(&ca);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_pair_verifies_within_its_dates),
      cmocka_unit_test(a_certificate_is_valid_from_a_minute_earlier_or_less),
      cmocka_unit_test(a_leaf_never_outlives_its_ca),
      cmocka_unit_test(rejects_an_invalid_lifetime),
      cmocka_unit_test(reads_the_same_as_openssl),
      cmocka_unit_test(a_leaf_verifies_only_if_its_ca_is_in_the_bundle),
      cmocka_unit_test(a_leaf_verifies_with_the_chain_to_its_ca),
      cmocka_unit_test(an_expired_ca_verifies_nothing),
      cmocka_unit_test(the_first_ca_of_a_bundle_signs),
      cmocka_unit_test(reports_missing_names),
      cmocka_unit_test(rejects_texts_without_certificates),
      cmocka_unit_test(limits_the_number_of_certificates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
