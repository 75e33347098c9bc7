/* The whole chain from request to answer, without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "http/http.h"
#include "rules/engine.h"
#include "serve/service.h"
#include "support/https_server.h"
#include "support/run_program.h"

static const char recorded[] = "tests/payloads/recorded/validate-nad-create.json";
static const char recorded_mutation[] = "tests/payloads/recorded/mutate-nad-create.json";

struct fixture {
  struct log_file log;
  struct dw_service service;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  struct dw_worlds_options options = {.poll_milliseconds = 1000};
  struct dw_error err = DW_ERROR_INIT;
  assert_non_null(f);
  options.sources.rules = dw_rule_ids(&options.sources.rule_count);
  f->service.worlds = dw_worlds_start(&options, &err);
  f->service.max_body = DW_DEFAULT_MAX_BODY;
  f->service.max_memory = DW_DEFAULT_MAX_MEMORY;
  assert_non_null(f->service.worlds);
  log_file_begin(&f->log);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  dw_worlds_stop(f->service.worlds);
  log_file_end(&f->log);
  free(f);
  return 0;
}

static struct dw_http_answer ask(struct fixture *f, const struct dw_http_request *request) {
  struct dw_http_answer answer = {.status = 0};
  dw_service_respond(&f->service, request, &answer);
  return answer;
}

static struct dw_http_answer post(struct fixture *f, const char *path, const char *body, size_t length) {
  return ask(f, &(struct dw_http_request){.method = "POST",
                                          .path = path,
                                          .content_type = "application/json",
                                          .announced = length,
                                          .body = body,
                                          .length = length});
}

static int status_of(struct fixture *f, const struct dw_http_request *request) {
  struct dw_http_answer answer = ask(f, request);
  dw_buf_free(&answer.body);
  return answer.status;
}

static int status_of_post(struct fixture *f, const char *path, const char *body) {
  struct dw_http_answer answer = post(f, path, body, strlen(body));
  dw_buf_free(&answer.body);
  return answer.status;
}

/* The last line of the log as JSON; the caller restores the log. */
static struct json_object *last_line(struct fixture *f) {
  char *whole = file_text(f->log.path, NULL);
  char *end = strrchr(whole, '\n');
  assert_non_null(end);
  *end = '\0';
  char *start = strrchr(whole, '\n');
  struct json_object *line = json_tokener_parse(start == NULL ? whole : start + 1);
  assert_non_null(line);
  free(whole);
  return line;
}

static const char *text_of(struct json_object *object, const char *key) {
  struct json_object *value = NULL;
  if (!json_object_object_get_ex(object, key, &value))
    fail_msg("no \"%s\" in %s", key, json_object_to_json_string(object));
  return json_object_get_string(value);
}

static void health_answers_ok_to_get_and_head(void **state) {
  static const char *const paths[] = {"/livez", "/readyz", "/healthz"};
  for (size_t i = 0; i < 3; i++) {
    struct dw_http_answer answer = ask(*state, &(struct dw_http_request){.method = "GET", .path = paths[i]});
    assert_int_equal(answer.status, 200);
    assert_string_equal(dw_buf_text(&answer.body), "ok\n");
    dw_buf_free(&answer.body);
    assert_int_equal(status_of(*state, &(struct dw_http_request){.method = "HEAD", .path = paths[i]}), 200);
  }
}

static void is_not_ready_but_alive_while_stopping(void **state) {
  struct fixture *f = *state;
  atomic_store(&f->service.stopping, true);
  assert_int_equal(status_of(f, &(struct dw_http_request){.method = "GET", .path = "/readyz"}), 503);
  assert_int_equal(status_of(f, &(struct dw_http_request){.method = "GET", .path = "/livez"}), 200);
  assert_int_equal(status_of(f, &(struct dw_http_request){.method = "GET", .path = "/healthz"}), 200);
}

static void is_not_ready_without_a_world(void **state) {
  struct fixture *f = *state;
  struct dw_worlds *kept = f->service.worlds;
  f->service.worlds = NULL;
  assert_int_equal(status_of(f, &(struct dw_http_request){.method = "GET", .path = "/readyz"}), 503);
  assert_int_equal(status_of(f, &(struct dw_http_request){.method = "GET", .path = "/livez"}), 200);
  assert_int_equal(status_of_post(f, "/validate", "{}"), 503);
  f->service.worlds = kept;
}

static void answers_404_to_other_paths(void **state) {
  static const char *const paths[] = {"/",           "",         "/validate/", "/Validate",
                                      "/validate/x", "/metrics", "/metrics/",  "/livez/"};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    struct dw_http_answer answer = ask(*state, &(struct dw_http_request){.method = "POST", .path = paths[i]});
    assert_int_equal(answer.status, 404);
    assert_non_null(strstr(dw_buf_text(&answer.body), "/validate, /mutate"));
    assert_null(answer.allow);
    dw_buf_free(&answer.body);
  }
}

static void answers_405_with_the_allowed_methods(void **state) {
  static const char *const for_reviews[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "post"};
  static const char *const for_health[] = {"POST", "PUT", "DELETE", "OPTIONS", "get"};
  for (size_t i = 0; i < sizeof for_reviews / sizeof for_reviews[0]; i++) {
    struct dw_http_answer answer = ask(*state, &(struct dw_http_request){.method = for_reviews[i], .path = "/mutate"});
    assert_int_equal(answer.status, 405);
    assert_string_equal(answer.allow, "POST");
    dw_buf_free(&answer.body);
  }
  for (size_t i = 0; i < sizeof for_health / sizeof for_health[0]; i++) {
    struct dw_http_answer answer = ask(*state, &(struct dw_http_request){.method = for_health[i], .path = "/livez"});
    assert_int_equal(answer.status, 405);
    assert_string_equal(answer.allow, "GET, HEAD");
    dw_buf_free(&answer.body);
  }
}

static int status_for_type(struct fixture *f, const char *type, const char *encoding) {
  size_t length = 0;
  char *body = file_text(recorded, &length);
  int status = status_of(f, &(struct dw_http_request){.method = "POST",
                                                      .path = "/validate",
                                                      .content_type = type,
                                                      .content_encoding = encoding,
                                                      .announced = length,
                                                      .body = body,
                                                      .length = length});
  free(body);
  return status;
}

static void accepts_only_json(void **state) {
  assert_int_equal(status_for_type(*state, "application/json", NULL), 200);
  assert_int_equal(status_for_type(*state, "Application/JSON", NULL), 200);
  assert_int_equal(status_for_type(*state, "application/json; charset=utf-8", NULL), 200);
  assert_int_equal(status_for_type(*state, "application/json ;charset=utf-8", NULL), 200);
  assert_int_equal(status_for_type(*state, NULL, NULL), 415);
  assert_int_equal(status_for_type(*state, "", NULL), 415);
  assert_int_equal(status_for_type(*state, "application/jsonx", NULL), 415);
  assert_int_equal(status_for_type(*state, "application/json-patch+json", NULL), 415);
  assert_int_equal(status_for_type(*state, "application/yaml", NULL), 415);
  assert_int_equal(status_for_type(*state, "text/plain; application/json", NULL), 415);
}

static void rejects_an_encoded_body(void **state) {
  assert_int_equal(status_for_type(*state, "application/json", "identity"), 200);
  assert_int_equal(status_for_type(*state, "application/json", "gzip"), 415);
  assert_int_equal(status_for_type(*state, "application/json", "identity, gzip"), 415);
}

static void accepts_a_body_up_to_the_limit(void **state) {
  struct fixture *f = *state;
  size_t length = 0;
  char *body = file_text(recorded, &length);
  f->service.max_body = length;
  struct dw_http_answer answer = post(f, "/validate", body, length);
  assert_int_equal(answer.status, 200);
  dw_buf_free(&answer.body);
  f->service.max_body = length - 1;
  answer = post(f, "/validate", body, length);
  assert_int_equal(answer.status, 413);
  dw_buf_free(&answer.body);
  free(body);
}

static void refuses_an_announced_length_over_the_limit_by_the_head(void **state) {
  struct fixture *f = *state;
  struct dw_http_answer answer;
  struct dw_http_request request = {
      .method = "POST", .path = "/mutate", .content_type = "application/json", .announced = DW_DEFAULT_MAX_BODY};
  assert_false(dw_service_refuse(&f->service, &request, &answer));
  request.announced++;
  assert_true(dw_service_refuse(&f->service, &request, &answer));
  assert_int_equal(answer.status, 413);
  dw_buf_free(&answer.body);
}

static void answers_a_recorded_review_as_json(void **state) {
  size_t length = 0;
  char *body = file_text(recorded, &length);
  struct dw_http_answer answer = post(*state, "/validate", body, length);
  assert_int_equal(answer.status, 200);
  assert_string_equal(answer.content_type, "application/json");
  struct json_object *review = json_tokener_parse(dw_buf_text(&answer.body));
  struct json_object *response = NULL;
  assert_true(json_object_object_get_ex(review, "response", &response));
  char *uid = review_uid(recorded);
  assert_string_equal(text_of(response, "uid"), uid);
  free(uid);
  json_object_put(review);
  dw_buf_free(&answer.body);
  free(body);
}

static void the_two_endpoints_answer_differently(void **state) {
  size_t length = 0;
  char *body = file_text(recorded_mutation, &length);
  struct dw_http_answer validated = post(*state, "/validate", body, length);
  struct dw_http_answer mutated = post(*state, "/mutate", body, length);
  assert_null(strstr(dw_buf_text(&validated.body), "\"patch\""));
  assert_string_not_equal(dw_buf_text(&validated.body), dw_buf_text(&mutated.body));
  dw_buf_free(&validated.body);
  dw_buf_free(&mutated.body);
  free(body);
}

static void answers_400_with_a_reason_to_what_is_not_a_review(void **state) {
  static const char *const bodies[] = {"",
                                       "{",
                                       "null",
                                       "[]",
                                       "{}",
                                       "\"AdmissionReview\"",
                                       "{\"kind\":\"AdmissionReview\"}",
                                       "\xff\xfe",
                                       "{}{}",
                                       "{\"a\":1,\"a\":1}"};
  for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
    struct dw_http_answer answer = post(*state, i % 2 == 0 ? "/validate" : "/mutate", bodies[i], strlen(bodies[i]));
    if (answer.status != 400)
      fail_msg("%d for %s", answer.status, bodies[i]);
    assert_string_equal(answer.content_type, "text/plain; charset=utf-8");
    const char *text = dw_buf_text(&answer.body);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); /* one line */
    dw_buf_free(&answer.body);
  }
  struct dw_http_answer answer = post(*state, "/validate", "{\n  \"kind\": ,}", 14);
  assert_non_null(strstr(dw_buf_text(&answer.body), "line 2"));
  dw_buf_free(&answer.body);
}

/* The whole answer, and its log line, which quotes nothing of the body. */
static void answers_a_refused_review_with_the_reason(void **state) {
  static const struct {
    const char *body;
    int status;
    const char *answer, *cause;
  } cases[] = {
      {"{\n  \"kind\": ,}", 400, "not a valid AdmissionReview: line 2, column 11: ", "syntax"},
      {"{\"a\":1,\"a\":1}", 400, "not a valid AdmissionReview: ", "duplicate key"},
      {"{\"kind\":\"Secret\"}", 400,
       "not a valid AdmissionReview: apiVersion: must be a non-empty string, but is absent\n", "invalid"},
      {"[[[[]]]]", 400, "not a valid AdmissionReview: nested deeper than 3 levels\n", "nested too deep"},
  };
  struct fixture *f = *state;
  f->service.max_nesting = 3;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct dw_http_answer answer = post(f, "/validate", cases[i].body, strlen(cases[i].body));
    assert_int_equal(answer.status, cases[i].status);
    if (strncmp(dw_buf_text(&answer.body), cases[i].answer, strlen(cases[i].answer)) != 0)
      fail_msg("%s", dw_buf_text(&answer.body));
    dw_buf_free(&answer.body);
    struct json_object *line = last_line(f);
    assert_string_equal(text_of(line, "level"), "warn");
    assert_string_equal(text_of(line, "msg"), "request refused");
    assert_string_equal(text_of(line, "reason"), "not a valid AdmissionReview");
    assert_string_equal(text_of(line, "cause"), cases[i].cause);
    json_object_put(line);
  }
}

static void answers_400_to_an_empty_body(void **state) {
  struct dw_http_request request = {.method = "POST", .path = "/validate", .content_type = "application/json"};
  assert_int_equal(status_of(*state, &request), 400);
}

static void answers_413_to_a_body_that_needs_too_much_memory(void **state) {
  struct fixture *f = *state;
  size_t length = 0;
  char *body = file_text(recorded, &length);
  f->service.max_memory = 1024;
  struct dw_http_answer answer = post(f, "/validate", body, length);
  assert_int_equal(answer.status, 413);
  assert_non_null(strstr(dw_buf_text(&answer.body), "1024 bytes"));
  dw_buf_free(&answer.body);
  free(body);
}

/* --- texts inside a review --- */

/* The body of an UPDATE of one NAD from one range to another, each in a configuration that needs about 1 MB when it is
 * read */
static struct dw_buf large_update(const char *before, const char *after) {
  struct dw_buf body = DW_BUF_INIT;
  const char *const ranges[] = {after, before};
  static const char *const keys[] = {"object", "oldObject"};
  dw_buf_puts(
      &body,
      "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u1\",\"kind\":"
      "{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"kind\":\"NetworkAttachmentDefinition\"},"
      "\"namespace\":\"openshift-cnv\",\"name\":\"migration-net\",\"operation\":\"UPDATE\"");
  for (size_t i = 0; i < 2; i++) {
    dw_buf_printf(
        &body,
        ",\"%s\":{\"metadata\":{\"name\":\"migration-net\",\"namespace\":\"openshift-cnv\"},\"spec\":{\"config\":"
        "\"{\\\"type\\\":\\\"macvlan\\\",\\\"master\\\":\\\"eth1\\\",\\\"x\\\":[[]",
        keys[i]);
    for (int k = 0; k < 20000; k++)
      dw_buf_puts(&body, ",[]");
    dw_buf_printf(&body, "],\\\"ipam\\\":{\\\"type\\\":\\\"whereabouts\\\",\\\"range\\\":\\\"%s\\\"}}\"}}", ranges[i]);
  }
  dw_buf_puts(&body, "}}");
  return body;
}

/* Each text may use max_memory, so the old object does not prevent reading the new one, or the other way round. */
static void finds_mistakes_in_large_updates(void **state) {
  struct fixture *f = *state;
  f->service.max_memory = 2 << 20;
  struct dw_buf body = large_update("10.200.5.0/24", "10.200.5.0/31");
  struct dw_http_answer answer = post(f, "/validate", body.data, body.length);
  assert_int_equal(answer.status, 200);
  assert_non_null(strstr(dw_buf_text(&answer.body), "\"allowed\":false"));
  assert_non_null(strstr(dw_buf_text(&answer.body), "[range-empty]"));
  assert_null(strstr(dw_buf_text(&answer.body), "[cni-json]"));
  dw_buf_free(&answer.body);
  f->service.max_memory = 400 << 10; /* the body can be read, its configurations can't */
  answer = post(f, "/validate", body.data, body.length);
  assert_non_null(strstr(dw_buf_text(&answer.body), "\"allowed\":false"));
  assert_non_null(strstr(dw_buf_text(&answer.body), "needs more memory than is allowed for one document [cni-json]"));
  dw_buf_free(&answer.body);
  dw_buf_free(&body);
}

/* No object is denied because of the memory that other reviews use. */
static void answers_503_if_other_reviews_use_the_memory(void **state) {
  struct fixture *f = *state;
  struct dw_http_load load = {.budget.most = 100 << 10};
  f->service.load = &load;
  struct dw_buf body = large_update("10.200.5.0/24", "10.200.6.0/24");
  struct dw_http_answer answer = post(f, "/validate", body.data, body.length);
  assert_int_equal(answer.status, 503);
  assert_string_equal(dw_buf_text(&answer.body), "too many large AdmissionReviews at once; try again later: needs more "
                                                 "memory than is available now\n");
  struct json_object *line = last_line(f);
  assert_string_equal(text_of(line, "level"), "warn");
  json_object_put(line);
  assert_int_equal(load.budget.used, 0);
  f->service.load = NULL;
  dw_buf_free(&answer.body);
  dw_buf_free(&body);
}

static void logs_a_decision_without_the_object(void **state) {
  size_t length = 0;
  char *body = file_text(recorded, &length);
  struct dw_http_answer answer = post(*state, "/validate", body, length);
  struct json_object *line = last_line(*state);
  assert_string_equal(text_of(line, "level"), "info");
  assert_string_equal(text_of(line, "msg"), "decision");
  assert_string_equal(text_of(line, "endpoint"), "validate");
  char *uid = review_uid(recorded);
  assert_string_equal(text_of(line, "uid"), uid);
  free(uid);
  assert_string_equal(text_of(line, "operation"), "CREATE");
  assert_string_equal(text_of(line, "kind"), "NetworkAttachmentDefinition");
  assert_string_equal(text_of(line, "namespace"), "openshift-cnv");
  assert_string_equal(text_of(line, "name"), "my-secondary-network");
  assert_string_equal(text_of(line, "user"), "admin");
  assert_string_equal(text_of(line, "dryRun"), "false");
  assert_true(json_object_is_type(json_object_object_get(line, "rules"), json_type_array));
  assert_true(json_object_get_int64(json_object_object_get(line, "microseconds")) >= 0);
  assert_null(strstr(json_object_to_json_string(line), "whereabouts"));
  json_object_put(line);
  dw_buf_free(&answer.body);
  free(body);
}

static const char review_format[] =
    "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u1\",\"kind\":"
    "{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"kind\":\"NetworkAttachmentDefinition\"},\"resource\":"
    "{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"resource\":\"network-attachment-definitions\"},"
    "\"namespace\":\"openshift-cnv\",\"name\":\"migration-net\",\"operation\":\"CREATE\",\"userInfo\":"
    "{\"username\":\"%s\"},\"dryRun\":true,\"object\":{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":"
    "\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":\"migration-net\",\"namespace\":\"openshift-cnv\"},"
    "\"spec\":{\"config\":\"{\\\"type\\\":\\\"macvlan\\\",\\\"master\\\":\\\"eth1\\\",\\\"ipam\\\":{\\\"type\\\":"
    "\\\"whereabouts\\\",\\\"range\\\":\\\"10.200.5.0/31\\\"}}\"}}}}";

static void logs_verdicts_with_their_rules(void **state) {
  struct dw_buf body = DW_BUF_INIT;
  dw_buf_printf(&body, review_format, "eve");
  struct dw_http_answer answer = post(*state, "/validate", body.data, body.length);
  assert_int_equal(answer.status, 200);
  struct json_object *line = last_line(*state);
  assert_string_equal(text_of(line, "verdict"), "denied");
  assert_string_equal(text_of(line, "dryRun"), "true");
  assert_non_null(strstr(text_of(line, "denied"), "\"range-empty\""));
  assert_non_null(strstr(text_of(line, "rules"), "\"range-empty\""));
  json_object_put(line);
  dw_buf_free(&answer.body);
  answer = post(*state, "/mutate", body.data, body.length);
  line = last_line(*state);
  assert_string_equal(text_of(line, "verdict"), "patched");
  assert_string_equal(text_of(line, "endpoint"), "mutate");
  json_object_put(line);
  dw_buf_free(&answer.body);
  dw_buf_free(&body);
}

static void logs_which_rules_an_exception_covers(void **state) {
  struct fixture *f = *state;
  static const char policy[] = "apiVersion: droveway.io/v1alpha1\nkind: Policy\nexceptions:\n"
                               "- {rule: range-empty, namespace: openshift-cnv, name: \"migration-*\", reason: x}\n"
                               "- {rule: reservation-off, namespace: openshift-cnv, reason: x}\n";
  char folder[64], path[96];
  struct dw_buf body = DW_BUF_INIT;
  struct dw_worlds_options options = {.sources.policy = path};
  folder_make(folder);
  folder_write(folder, "policy.yaml", policy);
  snprintf(path, sizeof path, "%s/policy.yaml", folder);
  options.sources.rules = dw_rule_ids(&options.sources.rule_count);
  dw_worlds_stop(f->service.worlds);
  f->service.worlds = dw_worlds_start(&options, NULL);
  assert_non_null(f->service.worlds);
  dw_buf_printf(&body, review_format, "eve");
  struct dw_http_answer answer = post(f, "/validate", body.data, body.length);
  assert_int_equal(answer.status, 200);
  assert_non_null(strstr(dw_buf_text(&answer.body), ",\"excepted\":\"range-empty\"}"));
  struct json_object *line = last_line(f);
  assert_string_equal(text_of(line, "verdict"), "allowed");
  assert_string_equal(text_of(line, "excepted"), "[ \"range-empty\" ]");
  assert_null(strstr(text_of(line, "rules"), "range-empty"));
  assert_false(json_object_object_get_ex(line, "denied", NULL));
  json_object_put(line);
  dw_buf_free(&answer.body);
  dw_buf_free(&body);
  folder_remove(folder);
}

static void names_can_neither_break_nor_flood_the_log(void **state) {
  struct dw_buf body = DW_BUF_INIT, name = DW_BUF_INIT;
  dw_buf_puts(&name, "x\\n{\\\"msg\\\":\\\"decision\\\"}");
  for (int i = 0; i < 10000; i++)
    dw_buf_puts(&name, "a");
  dw_buf_printf(&body, review_format, dw_buf_text(&name));
  struct dw_http_answer answer = post(*state, "/validate", body.data, body.length);
  assert_int_equal(answer.status, 200);
  struct json_object *line = last_line(*state);
  assert_int_equal(strlen(text_of(line, "user")), 256);
  assert_non_null(strstr(text_of(line, "user"), "\n{\"msg\":\"decision\"}"));
  json_object_put(line);
  dw_buf_free(&answer.body);
  dw_buf_free(&name);
  dw_buf_free(&body);
}

static void does_not_log_a_refused_body(void **state) {
  struct fixture *f = *state;
  static const char *const bodies[] = {"{\"hunter2\":1,\"hunter2\":2}", "hunter2", "{\"kind\":\"hunter2\"}",
                                       "{\"request\":{\"uid\":hunter2}}"};
  for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
    assert_int_equal(status_of_post(f, "/validate", bodies[i]), 400);
  assert_int_equal(count_in_file(f->log.path, "hunter2"), 0);
  assert_int_equal(count_in_file(f->log.path, "\"level\":\"warn\",\"msg\":\"request refused\",\"status\":400"), 4);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(health_answers_ok_to_get_and_head),
      TEST(is_not_ready_but_alive_while_stopping),
      TEST(is_not_ready_without_a_world),
      TEST(answers_404_to_other_paths),
      TEST(answers_405_with_the_allowed_methods),
      TEST(accepts_only_json),
      TEST(rejects_an_encoded_body),
      TEST(accepts_a_body_up_to_the_limit),
      TEST(refuses_an_announced_length_over_the_limit_by_the_head),
      TEST(answers_a_recorded_review_as_json),
      TEST(the_two_endpoints_answer_differently),
      TEST(answers_400_with_a_reason_to_what_is_not_a_review),
      TEST(answers_a_refused_review_with_the_reason),
      TEST(answers_400_to_an_empty_body),
      TEST(answers_413_to_a_body_that_needs_too_much_memory),
      TEST(finds_mistakes_in_large_updates),
      TEST(answers_503_if_other_reviews_use_the_memory),
      TEST(logs_a_decision_without_the_object),
      TEST(logs_verdicts_with_their_rules),
      TEST(logs_which_rules_an_exception_covers),
      TEST(names_can_neither_break_nor_flood_the_log),
      TEST(does_not_log_a_refused_body),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
