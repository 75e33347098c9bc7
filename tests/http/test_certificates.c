/* Replacing the certificate while the server runs, and client certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "certs/certificate_watch.h"
#include "certs/certs.h"
#include "support/https_server.h"
#include "support/run_program.h"

enum { DAY = 86400 };

/* A CA and its server certificate for localhost. */
struct authority {
  struct dw_pki_pair ca, leaf;
};

struct fixture {
  struct https_server server;
  struct dw_certificate_files files;
  struct dw_certificate_watch *watch;
  struct authority first, second;
  char *root, *first_ca, *second_ca; /* of files */
  const char *metrics_ca;            /* PEM; NULL: none */
};

static const char *const names[] = {"localhost"};

static void make_authority(struct authority *out, int64_t now, int64_t seconds) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_pki_names of = {names, 1};
  struct dw_pki_life life = {now, seconds};
  struct dw_pki_life long_life = {now, 10 * (int64_t)DAY};
  if (dw_pki_issue_ca(&long_life, &out->ca, &err) != 0 ||
      dw_pki_issue_leaf(&out->ca, &of, &life, &out->leaf, &err) != 0)
    fail_msg("%s", err.text);
}

static void free_authority(struct authority *authority) {
  dw_pki_pair_free(&authority->ca);
  dw_pki_pair_free(&authority->leaf);
}

/* Like the kubelet: each state has its own folder, "..data" links to the current one, and the files link through it. */
static void mount_pair(const struct fixture *f, const char *state, const char *certificate, const char *key) {
  char folder[128], link[128], temp[128];
  snprintf(folder, sizeof folder, "%s/%s", f->root, state);
  snprintf(link, sizeof link, "%s/..data", f->root);
  snprintf(temp, sizeof temp, "%s/..tmp", f->root);
  assert_int_equal(mkdir(folder, 0700), 0);
  folder_write(folder, "tls.crt", certificate);
  folder_write(folder, "tls.key", key);
  assert_int_equal(symlink(state, temp), 0);
  assert_int_equal(rename(temp, link), 0);
}

static void link_through_data(const struct fixture *f, const char *name) {
  char link[128], target[64];
  snprintf(link, sizeof link, "%s/%s", f->root, name);
  snprintf(target, sizeof target, "..data/%s", name);
  assert_int_equal(symlink(target, link), 0);
}

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  https_server_prepare(&f->server);
  f->root = path_in(f->server.folder, "mounted");
  assert_int_equal(mkdir(f->root, 0700), 0);
  make_authority(&f->first, time(NULL), DAY);
  make_authority(&f->second, time(NULL), DAY);
  folder_write(f->server.folder, "first.crt", f->first.ca.certificate);
  folder_write(f->server.folder, "second.crt", f->second.ca.certificate);
  f->first_ca = path_in(f->server.folder, "first.crt");
  f->second_ca = path_in(f->server.folder, "second.crt");
  mount_pair(f, "1", f->first.leaf.certificate, f->first.leaf.key);
  link_through_data(f, "tls.crt");
  link_through_data(f, "tls.key");
  f->files.certificate = path_in(f->root, "tls.crt");
  f->files.key = path_in(f->root, "tls.key");
  *state = f;
  return 0;
}

static void start(struct fixture *f) {
  struct dw_error err = DW_ERROR_INIT;
  f->server.certificates = dw_certificates_new();
  if (f->metrics_ca != NULL)
    dw_certificates_guard_metrics(f->server.certificates, f->metrics_ca);
  if (dw_certificates_read(f->server.certificates, &f->files, &err) != 0)
    fail_msg("%s", err.text);
  f->watch = dw_certificate_watch_start(f->server.certificates, &f->files, &err);
  assert_non_null(f->watch);
  https_server_start(&f->server, NULL, NULL);
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  char command[128];
  dw_certificate_watch_stop(f->watch);
  snprintf(command, sizeof command, "rm -rf '%s'", f->root);
  assert_int_equal(system(command), 0);
  https_server_end(&f->server);
  free_authority(&f->first);
  free_authority(&f->second);
  free((char *)(uintptr_t)f->files.certificate);
  free((char *)(uintptr_t)f->files.key);
  free(f->root);
  free(f->first_ca);
  free(f->second_ca);
  free(f);
  return 0;
}

static struct https_client *client_of(const struct fixture *f, const char *ca) {
  return https_client_new("localhost", f->server.port, ca);
}

/* The status of GET /livez, or 0 if the server's certificate does not verify. */
static long status_by(struct https_client *client, long *new_connections) {
  struct https_reply reply = https_send(client, &(struct https_request){.path = "/livez"});
  if (new_connections != NULL)
    *new_connections = reply.new_connections;
  https_reply_free(&reply);
  return reply.status;
}

static bool is_served(const struct fixture *f, const char *ca) {
  struct https_client *client = client_of(f, ca);
  long status = status_by(client, NULL);
  https_client_free(client);
  return status == 200;
}

static bool metrics_have(const struct fixture *f, const char *text) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_certificates_metrics(f->server.certificates, &out);
  return strstr(dw_buf_text(&out), text) != NULL;
}

/* --- a new pair --- */

static void new_connections_get_the_certificate_of_a_swapped_secret(void **state) {
  struct fixture *f = *state;
  long new_connections = 0;
  start(f);
  struct https_client *kept = client_of(f, f->first_ca);
  assert_int_equal(status_by(kept, NULL), 200);
  mount_pair(f, "2", f->second.leaf.certificate, f->second.leaf.key);
  wait_for_text(f->server.log, "using the new certificate for new connections", 1);
  assert_true(is_served(f, f->second_ca));
  assert_false(is_served(f, f->first_ca));
  assert_int_equal(status_by(kept, &new_connections), 200); /* the open connection stays usable */
  assert_int_equal(new_connections, 0);
  assert_true(metrics_have(f, "droveway_certificate_loads_total{result=\"refused\"} 0\n"));
  https_client_free(kept);
}

static void reads_files_that_were_written_in_place(void **state) {
  struct fixture *f = *state;
  char folder[128];
  snprintf(folder, sizeof folder, "%s/1", f->root);
  start(f);
  replace_file(folder, "tls.crt", f->second.leaf.certificate);
  replace_file(folder, "tls.key", f->second.leaf.key);
  for (int waited = 0; !is_served(f, f->second_ca); waited++) {
    assert_true(waited < 400);
    pause_ms(50);
  }
}

static void expect_kept(struct fixture *f, const char *certificate, const char *key, const char *why) {
  start(f);
  mount_pair(f, "2", certificate, key);
  wait_for_text(f->server.log, "can't use the new certificate; the previous one stays in use", 1);
  char *line = log_line(f->server.log, "can't use the new certificate"), *expected = NULL;
  assert_true(asprintf(&expected,
                       "\"level\":\"error\",\"msg\":\"can't use the new certificate; the previous one stays in use\","
                       "\"error\":\"%s/%s\"}",
                       f->root, why) > 0);
  assert_string_equal(line, expected);
  free(line);
  free(expected);
  assert_true(is_served(f, f->first_ca));
  assert_true(metrics_have(f, "droveway_certificate_loads_total{result=\"refused\"} 1\n"));
  mount_pair(f, "3", f->second.leaf.certificate, f->second.leaf.key); /* fixed */
  wait_for_text(f->server.log, "using the new certificate for new connections", 1);
  assert_true(is_served(f, f->second_ca));
}

static void rejects_the_key_of_another_certificate(void **state) {
  struct fixture *f = *state;
  char *why = NULL;
  assert_true(asprintf(&why, "tls.key: this key does not match the certificate in %s/tls.crt", f->root) > 0);
  expect_kept(f, f->second.leaf.certificate, f->first.leaf.key, why);
  free(why);
}

static void rejects_half_a_file(void **state) {
  struct fixture *f = *state;
  char *half = strndup(f->second.leaf.certificate, strlen(f->second.leaf.certificate) / 2);
  expect_kept(f, half, f->second.leaf.key, "tls.crt: contains no PEM certificate");
  free(half);
}

static void rejects_an_expired_certificate(void **state) {
  struct fixture *f = *state;
  struct authority old = {.ca = {.certificate = NULL}};
  make_authority(&old, time(NULL) - 2 * DAY, DAY);
  expect_kept(f, old.leaf.certificate, old.leaf.key, "tls.crt: the certificate has expired");
  free_authority(&old);
}

static void rejects_a_certificate_that_is_not_valid_yet(void **state) {
  struct fixture *f = *state;
  struct authority early = {.ca = {.certificate = NULL}};
  make_authority(&early, time(NULL) + 2 * DAY, DAY);
  expect_kept(f, early.leaf.certificate, early.leaf.key, "tls.crt: the certificate is not valid yet");
  free_authority(&early);
}

static void rejects_a_broken_chain(void **state) {
  struct fixture *f = *state;
  char *chain = NULL;
  assert_true(asprintf(&chain, "%s%s", f->second.leaf.certificate, f->first.ca.certificate) > 0);
  expect_kept(
      f, chain, f->second.leaf.key,
      "tls.crt: the chain is broken: certificate 1 is not signed by the one that follows it; put the server's own "
      "first, then the one that signed it, and so on");
  free(chain);
}

static void keeps_the_pair_if_the_files_are_deleted(void **state) {
  struct fixture *f = *state;
  char link[128];
  start(f);
  snprintf(link, sizeof link, "%s/..data", f->root);
  assert_int_equal(unlink(link), 0);
  wait_for_text(f->server.log, "can't use the new certificate; the previous one stays in use", 1);
  assert_true(is_served(f, f->first_ca));
}

static void logs_that_the_certificate_has_expired(void **state) {
  struct fixture *f = *state;
  char text[128];
  start(f);
  int64_t until = dw_certificates_until(f->server.certificates);
  assert_in_range(until, time(NULL) + DAY - 60, time(NULL) + DAY + 60);
  snprintf(text, sizeof text, "droveway_certificate_expiry_timestamp_seconds %lld\n", (long long)until);
  assert_true(metrics_have(f, text));
}

/* --- clients --- */

/* The status of POST /validate (or GET of PATH) with the client certificate PAIR (NULL: none), or 0 without an answer.
 */
static int post_as(const struct fixture *f, const struct dw_pki_pair *pair, const char *path) {
  char url[128], certificate[160], key[160], command[1024], answer[16] = "";
  snprintf(url, sizeof url, "https://localhost:%d%s",
           strcmp(path, "/metrics") == 0 ? f->server.metrics_port : f->server.port, path);
  snprintf(certificate, sizeof certificate, "%s/client.crt", f->server.folder);
  snprintf(key, sizeof key, "%s/client.key", f->server.folder);
  if (pair != NULL) {
    folder_write(f->server.folder, "client.crt", pair->certificate);
    folder_write(f->server.folder, "client.key", pair->key);
  }
  snprintf(command, sizeof command,
           "curl -s -o /dev/null -w '%%{http_code}' --cacert '%s' %s%s%s%s %s '%s' 2>/dev/null", f->first_ca,
           pair == NULL ? "" : "--cert ", pair == NULL ? "" : certificate, pair == NULL ? "" : " --key ",
           pair == NULL ? "" : key,
           strcmp(path, "/validate") == 0
               ? "-H 'Content-Type: application/json' --data-binary @tests/payloads/recorded/validate-nad-create.json"
               : "",
           url);
  FILE *curl = popen(command, "r");
  assert_non_null(curl);
  assert_non_null(fgets(answer, sizeof answer, curl));
  pclose(curl);
  return atoi(answer);
}

/* Makes a client certificate signed by CA, with OpenSSL, because Droveway only makes server certificates. */
static struct dw_pki_pair client_pair(const struct dw_pki_pair *ca, const char *usage) {
  struct dw_pki_pair pair = {.certificate = NULL};
  char folder[64], command[1024];
  folder_make(folder);
  folder_write(folder, "ca.crt", ca->certificate);
  folder_write(folder, "ca.key", ca->key);
  snprintf(command, sizeof command,
           "cd %s && openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out csr -subj "
           "/CN=apiserver 2>/dev/null && printf 'extendedKeyUsage=%s\\n' > ext && openssl x509 -req -in csr -CA ca.crt "
           "-CAkey ca.key -CAcreateserial -days 1 -extfile ext -out crt 2>/dev/null",
           folder, usage);
  assert_int_equal(system(command), 0);
  char *certificate = path_in(folder, "crt"), *key = path_in(folder, "key");
  pair.certificate = file_text(certificate, NULL);
  pair.key = file_text(key, NULL);
  free(certificate);
  free(key);
  folder_remove(folder);
  return pair;
}

static void only_clients_with_a_certificate_of_the_ca_may_post_reviews(void **state) {
  struct fixture *f = *state;
  f->files.client_ca = f->second_ca;
  start(f);
  struct dw_pki_pair good = client_pair(&f->second.ca, "clientAuth");
  struct dw_pki_pair other = client_pair(&f->first.ca, "clientAuth");
  struct dw_pki_pair server = client_pair(&f->second.ca, "serverAuth");
  assert_int_equal(post_as(f, &good, "/validate"), 200);
  assert_int_equal(post_as(f, NULL, "/validate"), 403);
  assert_int_equal(post_as(f, &other, "/validate"), 403);
  assert_int_equal(post_as(f, &server, "/validate"), 403);
  assert_int_equal(post_as(f, NULL, "/livez"), 200);
  assert_int_equal(post_as(f, &other, "/readyz"), 200);
  dw_pki_pair_free(&good);
  dw_pki_pair_free(&other);
  dw_pki_pair_free(&server);
}

static void any_client_may_post_reviews_without_a_client_ca(void **state) {
  struct fixture *f = *state;
  start(f);
  assert_int_equal(post_as(f, NULL, "/validate"), 200);
}

static void only_clients_with_a_certificate_of_the_metrics_ca_may_read_metrics(void **state) {
  struct fixture *f = *state;
  f->metrics_ca = f->second.ca.certificate;
  start(f);
  struct dw_pki_pair good = client_pair(&f->second.ca, "clientAuth");
  struct dw_pki_pair other = client_pair(&f->first.ca, "clientAuth");
  assert_int_equal(post_as(f, &good, "/metrics"), 200);
  assert_int_equal(post_as(f, NULL, "/metrics"), 403);
  assert_int_equal(post_as(f, &other, "/metrics"), 403);
  assert_int_equal(post_as(f, NULL, "/validate"), 200); /* reviews have a different CA, or none */
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(
      dw_certificates_set(f->server.certificates, f->first.leaf.certificate, f->first.leaf.key, NULL, &err), 0);
  assert_int_equal(post_as(f, NULL, "/metrics"), 403); /* also with the next certificate */
  assert_int_equal(post_as(f, &good, "/metrics"), 200);
  dw_pki_pair_free(&good);
  dw_pki_pair_free(&other);
}

static void the_client_ca_of_reviews_does_not_apply_to_metrics(void **state) {
  struct fixture *f = *state;
  f->files.client_ca = f->second_ca;
  start(f);
  assert_int_equal(post_as(f, NULL, "/metrics"), 200);
  assert_int_equal(post_as(f, NULL, "/validate"), 403);
}

static void rejects_a_metrics_ca_that_is_not_a_certificate(void **state) {
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  f->server.certificates = dw_certificates_new();
  https_server_start(&f->server, NULL, NULL);
  dw_certificates_guard_metrics(f->server.certificates, "nonsense");
  assert_int_equal(
      dw_certificates_set(f->server.certificates, f->first.leaf.certificate, f->first.leaf.key, NULL, &err), -1);
  assert_non_null(strstr(err.text, "--metrics-client-ca"));
}

static void rejects_a_client_ca_that_is_not_a_certificate(void **state) {
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  f->server.certificates = dw_certificates_new();
  https_server_start(&f->server, NULL, NULL);
  assert_int_equal(
      dw_certificates_set(f->server.certificates, f->first.leaf.certificate, f->first.leaf.key, "nonsense", &err), -1);
  assert_non_null(strstr(err.text, "--client-ca"));
}

static void handshakes_fail_without_a_pair(void **state) {
  struct fixture *f = *state;
  f->server.certificates = dw_certificates_new();
  https_server_start(&f->server, NULL, NULL);
  assert_false(is_served(f, f->first_ca));
  assert_int_equal(
      dw_certificates_set(f->server.certificates, f->first.leaf.certificate, f->first.leaf.key, NULL, NULL), 0);
  assert_true(is_served(f, f->first_ca));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(new_connections_get_the_certificate_of_a_swapped_secret),
      TEST(reads_files_that_were_written_in_place),
      TEST(rejects_the_key_of_another_certificate),
      TEST(rejects_half_a_file),
      TEST(rejects_an_expired_certificate),
      TEST(rejects_a_certificate_that_is_not_valid_yet),
      TEST(rejects_a_broken_chain),
      TEST(keeps_the_pair_if_the_files_are_deleted),
      TEST(logs_that_the_certificate_has_expired),
      TEST(only_clients_with_a_certificate_of_the_ca_may_post_reviews),
      TEST(any_client_may_post_reviews_without_a_client_ca),
      TEST(rejects_a_client_ca_that_is_not_a_certificate),
      TEST(only_clients_with_a_certificate_of_the_metrics_ca_may_read_metrics),
      TEST(the_client_ca_of_reviews_does_not_apply_to_metrics),
      TEST(rejects_a_metrics_ca_that_is_not_a_certificate),
      TEST(handshakes_fail_without_a_pair),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
