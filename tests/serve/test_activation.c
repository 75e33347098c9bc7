/* The gate in front of the webhooks, with an API server: when it is opened, kept open and closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "certs/certs.h"
#include "serve/activation.h"
#include "support/fake_api.h"
#include "support/log_file.h"
#include "support/run_program.h"
#include "support/waiting.h"

#define FAKE_BINDINGS "/apis/rbac.authorization.k8s.io/v1/rolebindings"
#define SELF "/apis/authentication.k8s.io/v1/selfsubjectreviews"
#define OWN "{ \"kind\": \"ServiceAccount\", \"name\": \"droveway\", \"namespace\": \"droveway\" }"

enum { REPLICAS = 3 };

struct fixture {
  struct log_file log;
  struct fake_api *api;
  struct dw_pki_pair ca, leaf, other_ca;
  struct dw_certificates *certificates;
  struct dw_activation *replicas[REPLICAS];
  struct dw_activation_options options;
};

static void log_in_as(struct fixture *f, const char *user) {
  char body[256], answer[512];
  snprintf(body, sizeof body, "{\"kind\":\"SelfSubjectReview\",\"status\":{\"userInfo\":{\"username\":\"%s\"}}}", user);
  int length = snprintf(answer, sizeof answer,
                        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        strlen(body), body);
  fake_api_answer(f->api, SELF, answer, (size_t)length);
}

static void put_binding(struct fixture *f, const char *subjects) {
  char text[700];
  snprintf(text, sizeof text,
           "{\"apiVersion\":\"rbac.authorization.k8s.io/v1\",\"kind\":\"RoleBinding\",\"metadata\":{\"namespace\":"
           "\"droveway\",\"name\":\"droveway-active\",\"labels\":{\"a\":\"b\"}},\"roleRef\":{\"kind\":\"Role\","
           "\"name\":\"droveway-active\"}%s}",
           subjects);
  fake_api_put(f->api, FAKE_BINDINGS, text);
}

/* A configuration with two webhooks: the first has the caBundle BUNDLE (PEM), or none if that is NULL, the second that
 * of the right CA. SERVICE is the namespace of the Service. */
static void register_webhooks(struct fixture *f, const char *bundle, const char *service) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *first = bundle == NULL ? "" : dw_base64_encode(arena, bundle, strlen(bundle));
  const char *second = dw_base64_encode(arena, f->ca.certificate, strlen(f->ca.certificate));
  fake_api_put(f->api, FAKE_VALIDATING,
               dw_arena_printf(arena,
                               "{\"metadata\":{\"name\":\"droveway\"},\"webhooks\":[{\"name\":\"one\",\"clientConfig\":"
                               "{\"service\":{\"name\":\"droveway\",\"namespace\":\"%s\"},\"caBundle\":\"%s\"}},"
                               "{\"name\":\"two\",\"clientConfig\":{\"caBundle\":\"%s\"}}]}",
                               service, first, second));
}

static void register_well(struct fixture *f) {
  register_webhooks(f, f->ca.certificate, "droveway");
}

static int set_up(void **state) {
  static const char *const names[] = {"droveway.droveway.svc"};
  struct fixture *f = calloc(1, sizeof *f);
  struct dw_error err = DW_ERROR_INIT;
  struct dw_pki_life life = {time(NULL), 86400};
  assert_non_null(f);
  log_file_begin(&f->log);
  f->api = fake_api_start();
  f->certificates = dw_certificates_new();
  if (dw_pki_issue_ca(&life, &f->ca, &err) != 0 || dw_pki_issue_ca(&life, &f->other_ca, &err) != 0 ||
      dw_pki_issue_leaf(&f->ca, &(struct dw_pki_names){names, 1}, &life, &f->leaf, &err) != 0 ||
      dw_certificates_set(f->certificates, f->leaf.certificate, f->leaf.key, NULL, &err) != 0)
    fail_msg("%s", err.text);
  f->options = (struct dw_activation_options){.config = fake_api_config(f->api),
                                              .binding = "droveway-active",
                                              .certificates = f->certificates,
                                              .settle_ms = 20,
                                              .wait_ms = 10,
                                              .poll_ms = 20};
  log_in_as(f, "system:serviceaccount:droveway:droveway");
  fake_api_serve(f->api, FAKE_VALIDATING);
  put_binding(f, "");
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < REPLICAS; i++)
    dw_activation_stop(f->replicas[i]);
  dw_certificates_free(f->certificates);
  dw_pki_pair_free(&f->ca);
  dw_pki_pair_free(&f->leaf);
  dw_pki_pair_free(&f->other_ca);
  fake_api_end(f->api);
  log_file_end(&f->log);
  free(f);
  return 0;
}

static void start(struct fixture *f, int i) {
  struct dw_error err = DW_ERROR_INIT;
  f->replicas[i] = dw_activation_start(&f->options, &err);
  if (f->replicas[i] == NULL)
    fail_msg("%s", err.text);
}

static void start_ready(struct fixture *f) {
  start(f, 0);
  dw_activation_note_ready(f->replicas[0]);
}

/* --- what came of it --- */

static bool subjects_are(struct fixture *f, const char *subjects) {
  char *text = fake_api_object(f->api, FAKE_BINDINGS, "droveway", "droveway-active");
  struct json_object *object = text == NULL ? NULL : json_tokener_parse(text), *value = NULL;
  json_object_object_get_ex(object, "subjects", &value);
  bool are = strcmp(value == NULL ? "" : json_object_to_json_string(value), subjects) == 0;
  json_object_put(object);
  free(text);
  return are;
}

static bool is_open(struct fixture *f) {
  return subjects_are(f, "[ " OWN " ]");
}

static bool describes(struct fixture *f, const char *line) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_activation_describe(f->replicas[0], &out);
  return strcmp(dw_buf_text(&out), line) == 0;
}

static void expect_line(struct fixture *f, const char *line) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (int waited = 0; !describes(f, line) && waited < PATIENCE_MS; waited += 5)
    pause_ms(5);
  dw_activation_describe(f->replicas[0], &out);
  assert_string_equal(dw_buf_text(&out), line);
}

static bool shows(struct fixture *f, const char *line) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  char wanted[128];
  snprintf(wanted, sizeof wanted, "\ndroveway_%s\n", line);
  dw_activation_metrics(f->replicas[0], &out);
  return strstr(dw_buf_text(&out), wanted) != NULL;
}

/* Waits until the replica has checked COUNT times more. */
static void wait_for_checks(struct fixture *f, size_t count) {
  size_t until = fake_api_asked(f->api, FAKE_BINDINGS, FAKE_GET) + count;
  WAIT_FOR(fake_api_asked(f->api, FAKE_BINDINGS, FAKE_GET) >= until);
}

/* --- tests --- */

static void opens_when_ready_and_registered(void **state) {
  struct fixture *f = *state;
  register_well(f);
  start(f, 0);
  expect_line(f, "[!]activation: waiting for this replica to be ready\n");
  wait_for_checks(f, 3);
  assert_true(subjects_are(f, ""));
  assert_true(shows(f, "active 0"));
  assert_false(dw_activation_was_open(f->replicas[0]));
  dw_activation_note_ready(f->replicas[0]);
  expect_line(f, "[+]activation: active\n");
  assert_true(is_open(f));
  assert_true(dw_activation_was_open(f->replicas[0]));
  assert_true(shows(f, "active 1"));
  assert_true(shows(f, "activations_total{result=\"opened\"} 1"));
  wait_for_text(f->log.path, "activation: added the service account to RoleBinding droveway/droveway-active", 1);
}

static void stays_closed_until_registered(void **state) {
  struct fixture *f = *state;
  start_ready(f);
  expect_line(f, "[!]activation: waiting for the ValidatingWebhookConfiguration droveway; apply the folder enforce of "
                 "the overlay\n");
  wait_for_checks(f, 3);
  assert_true(subjects_are(f, ""));
  register_well(f);
  WAIT_FOR(is_open(f));
}

static void stays_closed_without_the_ca(void **state) {
  struct fixture *f = *state;
  register_webhooks(f, NULL, "droveway");
  start_ready(f);
  expect_line(f, "[!]activation: waiting for the CA: webhook one has no caBundle yet\n");
  register_webhooks(f, "\n", "droveway");
  wait_for_checks(f, 3);
  assert_true(subjects_are(f, ""));
  register_webhooks(f, f->other_ca.certificate, "droveway");
  expect_line(f, "[!]activation: waiting for the CA: the caBundle of webhook one does not belong to the serving "
                 "certificate: it does not verify: unable to get local issuer certificate\n");
  register_webhooks(f, f->ca.certificate, "elsewhere");
  expect_line(f, "[!]activation: waiting for a serving certificate that is valid for droveway.elsewhere.svc\n");
  assert_true(subjects_are(f, ""));
  register_well(f);
  WAIT_FOR(is_open(f));
}

static void accepts_several_cas_and_a_chain(void **state) {
  struct fixture *f = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  const char *both = dw_arena_printf(arena, "%s%s", f->other_ca.certificate, f->ca.certificate);
  const char *chain = dw_arena_printf(arena, "%s%s", f->leaf.certificate, f->ca.certificate);
  assert_int_equal(dw_certificates_set(f->certificates, chain, f->leaf.key, NULL, &err), 0);
  register_webhooks(f, both, "droveway");
  start_ready(f);
  WAIT_FOR(is_open(f));
}

static void keeps_other_subjects_and_fields(void **state) {
  struct fixture *f = *state;
  put_binding(f, ",\"subjects\":[{\"kind\":\"User\",\"name\":\"me\"}]");
  register_well(f);
  start_ready(f);
  WAIT_FOR(subjects_are(f, "[ { \"kind\": \"User\", \"name\": \"me\" }, " OWN " ]"));
  char *text = fake_api_object(f->api, FAKE_BINDINGS, "droveway", "droveway-active");
  assert_non_null(strstr(text, "\"labels\":{\"a\":\"b\"}"));
  assert_non_null(strstr(text, "\"roleRef\":{\"kind\":\"Role\",\"name\":\"droveway-active\"}"));
  free(text);
}

static void opens_again_if_somebody_removes_the_subject(void **state) {
  struct fixture *f = *state;
  register_well(f);
  start_ready(f);
  WAIT_FOR(is_open(f));
  put_binding(f, "");
  WAIT_FOR(is_open(f));
}

static void closes_when_the_webhooks_are_deleted(void **state) {
  struct fixture *f = *state;
  register_well(f);
  start_ready(f);
  WAIT_FOR(is_open(f));
  fake_api_delete(f->api, FAKE_VALIDATING, "", "droveway");
  WAIT_FOR(subjects_are(f, "[ ]"));
  expect_line(f, "[!]activation: waiting for the ValidatingWebhookConfiguration droveway; apply the folder enforce of "
                 "the overlay\n");
  assert_true(shows(f, "active 0"));
  assert_true(shows(f, "activations_total{result=\"closed\"} 1"));
  assert_true(dw_activation_was_open(f->replicas[0]));
  register_webhooks(f, NULL, "droveway");
  wait_for_checks(f, 3);
  assert_true(subjects_are(f, "[ ]"));
  register_well(f);
  WAIT_FOR(is_open(f));
}

static void closes_without_any_ca(void **state) {
  struct fixture *f = *state;
  register_well(f);
  start_ready(f);
  WAIT_FOR(is_open(f));
  register_webhooks(f, NULL, "droveway");
  WAIT_FOR(subjects_are(f, "[ ]"));
}

/* An outage, a renewed CA or a missing permission does not open the cluster. */
static void failures_do_not_close_it(void **state) {
  struct fixture *f = *state;
  register_well(f);
  start_ready(f);
  WAIT_FOR(is_open(f));
  register_webhooks(f, f->other_ca.certificate, "droveway");
  expect_line(f, "[!]activation: active; waiting for the CA: the caBundle of webhook one does not belong to the "
                 "serving certificate: it does not verify: unable to get local issuer certificate\n");
  fake_api_refuse_gets(f->api, FAKE_VALIDATING, 403);
  expect_line(f, "[!]activation: active; waiting for the permission to get validatingwebhookconfigurations, which the "
                 "manifests grant with the Role and the ClusterRole droveway-activation (the test said 403)\n");
  fake_api_refuse_gets(f->api, FAKE_VALIDATING, 500);
  expect_line(f, "[!]activation: active; waiting for the API server: can't get validatingwebhookconfigurations: the "
                 "test said 500\n");
  assert_true(is_open(f));
  dw_activation_stop(f->replicas[0]);
  f->replicas[0] = NULL;
  assert_true(is_open(f));
}

static void says_which_permission_is_missing(void **state) {
  struct fixture *f = *state;
  register_well(f);
  fake_api_refuse_puts(f->api, FAKE_BINDINGS, 403);
  start_ready(f);
  expect_line(f, "[!]activation: waiting for the permission to update rolebindings, which the manifests grant with the "
                 "Role and the ClusterRole droveway-activation (the test said 403)\n");
  assert_false(shows(f, "activations_total{result=\"failed\"} 0"));
  fake_api_refuse_puts(f->api, FAKE_BINDINGS, 0);
  WAIT_FOR(is_open(f));
  assert_int_equal(count_in_file(f->log.path, "the permission to update"), 1);
}

static void waits_for_a_rolebinding(void **state) {
  struct fixture *f = *state;
  register_well(f);
  fake_api_delete(f->api, FAKE_BINDINGS, "droveway", "droveway-active");
  start_ready(f);
  expect_line(f, "[!]activation: waiting for the RoleBinding droveway/droveway-active, which does not exist; apply the "
                 "manifests again\n");
  put_binding(f, "");
  WAIT_FOR(is_open(f));
}

static void needs_a_service_account(void **state) {
  struct fixture *f = *state;
  register_well(f);
  log_in_as(f, "kubernetes-admin");
  start_ready(f);
  expect_line(f, "[!]activation: waiting for a service account; this process logs in as \"kubernetes-admin\"\n");
  log_in_as(f, "system:serviceaccount:droveway:droveway");
  WAIT_FOR(is_open(f));
}

static void the_namespace_can_be_given(void **state) {
  struct fixture *f = *state;
  register_well(f);
  log_in_as(f, "system:serviceaccount:lab:me");
  f->options.binding = "droveway/droveway-active";
  start_ready(f);
  WAIT_FOR(subjects_are(f, "[ { \"kind\": \"ServiceAccount\", \"name\": \"me\", \"namespace\": \"lab\" } ]"));
}

static void replicas_that_race_add_one_subject(void **state) {
  struct fixture *f = *state;
  register_well(f);
  for (int i = 0; i < REPLICAS; i++) {
    start(f, i);
    dw_activation_note_ready(f->replicas[i]);
  }
  for (int round = 0; round < 20; round++) {
    WAIT_FOR(is_open(f));
    put_binding(f, "");
  }
  WAIT_FOR(is_open(f));
}

static void notices_an_open_gate_before_it_is_ready(void **state) {
  struct fixture *f = *state;
  register_well(f);
  put_binding(f, ",\"subjects\":[" OWN "]");
  start(f, 0);
  WAIT_FOR(dw_activation_was_open(f->replicas[0]));
  expect_line(f, "[+]activation: active\n");
}

static void stops_during_a_call(void **state) {
  struct fixture *f = *state;
  fake_api_hang_gets(f->api, FAKE_BINDINGS);
  start(f, 0);
  WAIT_FOR(fake_api_asked(f->api, FAKE_BINDINGS, FAKE_GET) > 0);
  dw_activation_stop(f->replicas[0]);
  f->replicas[0] = NULL;
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(opens_when_ready_and_registered),
      TEST(stays_closed_until_registered),
      TEST(stays_closed_without_the_ca),
      TEST(accepts_several_cas_and_a_chain),
      TEST(keeps_other_subjects_and_fields),
      TEST(opens_again_if_somebody_removes_the_subject),
      TEST(closes_when_the_webhooks_are_deleted),
      TEST(closes_without_any_ca),
      TEST(failures_do_not_close_it),
      TEST(says_which_permission_is_missing),
      TEST(waits_for_a_rolebinding),
      TEST(needs_a_service_account),
      TEST(the_namespace_can_be_given),
      TEST(replicas_that_race_add_one_subject),
      TEST(notices_an_open_gate_before_it_is_ready),
      TEST(stops_during_a_call),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
