/* What reviews of clients without a certificate can do where --client-ca requires one: nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/http.h"
#include "rules/engine.h"
#include "serve/admissions.h"
#include "serve/service.h"
#include "support/fake_api.h"
#include "support/log_file.h"
#include "support/review_case.h"
#include "support/waiting.h"

#define NAD(name, range)                                                                                               \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: openshift-cnv, name: "    \
  "migration-" name "}, spec: {config: '{\"cniVersion\": \"0.3.1\", \"name\": \"" name "\", \"type\": \"macvlan\", "   \
  "\"master\": \"eth1\", \"ipam\": {\"type\": \"whereabouts\", \"range\": \"" range "\"}}'}}"

struct fixture {
  struct log_file log;
  struct fake_api *api;
  struct dw_service service;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  struct dw_error err = DW_ERROR_INIT;
  assert_non_null(f);
  log_file_begin(&f->log);
  f->api = fake_api_start();
  fake_api_serve_all(f->api);
  struct dw_worlds_options options = {.cluster = fake_api_config(f->api)};
  options.sources.rules = dw_rule_ids(&options.sources.rule_count);
  f->service = (struct dw_service){.worlds = dw_worlds_start(&options, &err),
                                   .admissions = dw_admissions_new(dw_now_milliseconds),
                                   .max_body = 1 << 20,
                                   .max_memory = 32 << 20};
  assert_non_null(f->service.worlds);
  WAIT_FOR(dw_worlds_ready(f->service.worlds));
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  dw_worlds_stop(f->service.worlds);
  dw_admissions_free(f->service.admissions);
  fake_api_end(f->api);
  log_file_end(&f->log);
  free(f);
  return 0;
}

/* The HTTP status of a review of OBJECT; ALLOWED receives whether it is allowed. */
static int post(struct fixture *f, const char *path, const char *object, bool untrusted, bool *allowed) {
  char *body = review_body(DW_OP_CREATE, object, NULL);
  struct dw_http_answer answer = {.status = 0};
  dw_service_respond(&f->service,
                     &(struct dw_http_request){.method = "POST",
                                               .path = path,
                                               .content_type = "application/json",
                                               .announced = strlen(body),
                                               .body = body,
                                               .length = strlen(body),
                                               .untrusted = untrusted},
                     &answer);
  if (allowed != NULL)
    *allowed = strstr(dw_buf_text(&answer.body), "\"allowed\":true") != NULL;
  int status = answer.status;
  dw_buf_free(&answer.body);
  free(body);
  return status;
}

static void an_untrusted_review_does_not_count_as_admitted(void **state) {
  struct fixture *f = *state;
  bool allowed = false;
  assert_int_equal(post(f, "/validate", NAD("a", "10.9.0.0/24"), true, NULL), 403);
  assert_int_equal(post(f, "/mutate", NAD("a", "10.9.0.0/24"), true, NULL), 403);
  assert_int_equal(dw_admissions_count(f->service.admissions), 0);
  assert_int_equal(post(f, "/validate", NAD("b", "10.9.0.0/24"), false, &allowed), 200);
  assert_true(allowed);
}

static void a_trusted_review_counts_as_admitted(void **state) {
  struct fixture *f = *state;
  bool allowed = false;
  assert_int_equal(post(f, "/validate", NAD("a", "10.9.0.0/24"), false, &allowed), 200);
  assert_true(allowed);
  assert_int_equal(dw_admissions_count(f->service.admissions), 1);
  assert_int_equal(post(f, "/validate", NAD("b", "10.9.0.0/24"), false, &allowed), 200);
  assert_false(allowed);
}

/* It neither confirms nor discards what the API server has asked about. */
static void an_untrusted_review_does_not_change_what_was_admitted(void **state) {
  struct fixture *f = *state;
  bool allowed = true;
  assert_int_equal(post(f, "/validate", NAD("a", "10.9.0.0/24"), false, NULL), 200);
  char *body = review_body(DW_OP_DELETE, NAD("a", "10.9.0.0/24"), NULL);
  struct dw_http_answer answer = {.status = 0};
  dw_service_respond(&f->service,
                     &(struct dw_http_request){.method = "POST",
                                               .path = "/validate",
                                               .content_type = "application/json",
                                               .body = body,
                                               .length = strlen(body),
                                               .untrusted = true},
                     &answer);
  assert_int_equal(answer.status, 403);
  dw_buf_free(&answer.body);
  free(body);
  assert_int_equal(dw_admissions_count(f->service.admissions), 1);
  assert_int_equal(post(f, "/validate", NAD("b", "10.9.0.0/24"), false, &allowed), 200);
  assert_false(allowed);
}

/* Without --client-ca, a forged NAD can be in the way of others, but nothing is allowed because of it. */
static void a_forged_object_allows_nothing(void **state) {
  static const char hco[] = "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: "
                            "openshift-cnv, name: kubevirt-hyperconverged}, spec: {liveMigrationConfig: {network: "
                            "migration-a}}}";
  struct fixture *f = *state;
  bool allowed = false;
  assert_int_equal(post(f, "/validate", NAD("a", "10.9.0.0/24"), false, &allowed), 200);
  assert_true(allowed);
  assert_int_equal(post(f, "/validate", hco, false, &allowed), 200);
  assert_false(allowed);
  fake_api_put(f->api, FAKE_NADS,
               "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":{"
               "\"namespace\":\"openshift-cnv\",\"name\":\"migration-a\"},\"spec\":{\"config\":\"{\\\"cniVersion\\\": "
               "\\\"0.3.1\\\", \\\"name\\\": \\\"a\\\", \\\"type\\\": \\\"macvlan\\\", \\\"master\\\": \\\"eth1\\\", "
               "\\\"ipam\\\": {\\\"type\\\": \\\"whereabouts\\\", \\\"range\\\": \\\"10.9.0.0/24\\\"}}\"}}");
  assert_int_equal(post(f, "/validate", hco, false, &allowed), 200);
  assert_true(allowed);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(an_untrusted_review_does_not_count_as_admitted),
      TEST(a_trusted_review_counts_as_admitted),
      TEST(an_untrusted_review_does_not_change_what_was_admitted),
      TEST(a_forged_object_allows_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
