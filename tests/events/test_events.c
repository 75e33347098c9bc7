/* Denials and findings as Events, with an API server that accepts them, rejects them, or never answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "events/events.h"
#include "http/http.h"
#include "rules/engine.h"
#include "serve/service.h"
#include "support/fake_api.h"
#include "support/https_server.h"
#include "support/review_case.h"
#include "support/run_program.h"

struct fixture {
  struct log_file log;
  struct fake_api *api;
  struct dw_service service;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  struct dw_worlds_options options = {.poll_milliseconds = 1000};
  struct dw_error err = DW_ERROR_INIT;
  assert_non_null(f);
  options.sources.rules = dw_rule_ids(&options.sources.rule_count);
  log_file_begin(&f->log);
  f->service.worlds = dw_worlds_start(&options, &err);
  f->service.max_body = DW_DEFAULT_MAX_BODY;
  f->service.max_memory = DW_DEFAULT_MAX_MEMORY;
  assert_non_null(f->service.worlds);
  f->api = fake_api_start();
  fake_api_serve(f->api, FAKE_EVENTS);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  dw_events_stop(f->service.events);
  dw_worlds_stop(f->service.worlds);
  fake_api_end(f->api);
  log_file_end(&f->log);
  free(f);
  return 0;
}

static struct dw_events *events_of(struct fixture *f, struct dw_events_options options) {
  struct dw_error err = DW_ERROR_INIT;
  options.config = fake_api_config(f->api);
  if (options.instance == NULL)
    options.instance = "droveway-7d9f-x";
  struct dw_events *events = dw_events_start(&options, &err);
  if (events == NULL)
    fail_msg("%s", err.text);
  return events;
}

static void start(struct fixture *f, struct dw_events_options options) {
  f->service.events = events_of(f, options);
}

static bool counts(struct dw_events *events, const char *result, unsigned long long count) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  char line[96];
  dw_events_metrics(events, &out);
  snprintf(line, sizeof line, "droveway_events_total{result=\"%s\"} %llu\n", result, count);
  return strstr(dw_buf_text(&out), line) != NULL;
}

static void wait_for(struct dw_events *events, const char *result, unsigned long long count) {
  for (int waited = 0; !counts(events, result, count); waited += 5) {
    if (waited > PATIENCE_MS)
      fail_msg("it does not come to %llu %s", count, result);
    pause_ms(5);
  }
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t asked(struct fixture *f, enum fake_ask ask) {
  return fake_api_asked(f->api, FAKE_EVENTS, ask);
}

/* --- reviews --- */

static void send_body(struct fixture *f, const char *path, const char *body, const char *expected) {
  struct dw_http_answer answer = {.status = 0};
  struct dw_http_request request = {
      .method = "POST", .path = path, .content_type = "application/json", .body = body, .length = strlen(body)};
  dw_service_respond(&f->service, &request, &answer);
  assert_int_equal(answer.status, 200);
  if (strstr(dw_buf_text(&answer.body), expected) == NULL)
    fail_msg("not %s: %s", expected, dw_buf_text(&answer.body));
  dw_buf_free(&answer.body);
}

#define DENIED "\"allowed\":false"
#define ALLOWED "\"allowed\":true"

static void send_review(struct fixture *f, const char *path, const char *name, const char *config,
                        const char *expected) {
  char *text = nad_text(name, config);
  char *body = review_body(DW_OP_CREATE, text, NULL);
  send_body(f, path, body, expected);
  free(body);
  free(text);
}

static void deny(struct fixture *f, const char *name) {
  send_review(f, "/validate", name, "{", DENIED);
}

/* --- what came of it --- */

static struct json_object *all_events(struct fixture *f) {
  char *text = fake_api_objects(f->api, FAKE_EVENTS);
  struct json_object *list = json_tokener_parse(text);
  assert_non_null(list);
  free(text);
  return list;
}

/* The member at PATH ("metadata/name"), or NULL. */
static struct json_object *at(struct json_object *object, const char *path) {
  char copy[128];
  snprintf(copy, sizeof copy, "%s", path);
  for (char *save = NULL, *word = strtok_r(copy, "/", &save); word != NULL; word = strtok_r(NULL, "/", &save))
    if (!json_object_object_get_ex(object, word, &object))
      return NULL;
  return object;
}

static const char *text_at(struct json_object *object, const char *path) {
  struct json_object *value = at(object, path);
  return value == NULL ? "" : json_object_get_string(value);
}

static int count_at(struct json_object *event) {
  return json_object_get_int(at(event, "count"));
}

static void is_time(const char *text) {
  struct tm tm;
  const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
  assert_true(end != NULL && *end == '\0');
  assert_true(llabs((long long)timegm(&tm) - (long long)time(NULL)) < 60);
}

static void reports_a_denial_with_its_object(void **state) {
  struct fixture *f = *state;
  start(f, (struct dw_events_options){.again_ms = 0});
  deny(f, "migration-a");
  wait_for(f->service.events, "sent", 1);
  struct json_object *list = all_events(f);
  assert_int_equal(json_object_array_length(list), 1);
  struct json_object *event = json_object_array_get_idx(list, 0);
  assert_string_equal(text_at(event, "apiVersion"), "v1");
  assert_string_equal(text_at(event, "kind"), "Event");
  assert_string_equal(text_at(event, "metadata/namespace"), "openshift-cnv");
  assert_int_equal(strncmp(text_at(event, "metadata/name"), "migration-a.", 12), 0);
  assert_string_equal(text_at(event, "involvedObject/apiVersion"), "k8s.cni.cncf.io/v1");
  assert_string_equal(text_at(event, "involvedObject/kind"), "NetworkAttachmentDefinition");
  assert_string_equal(text_at(event, "involvedObject/namespace"), "openshift-cnv");
  assert_string_equal(text_at(event, "involvedObject/name"), "migration-a");
  assert_null(at(event, "involvedObject/uid"));
  assert_string_equal(text_at(event, "type"), "Warning");
  assert_string_equal(text_at(event, "reason"), "NetworkDenied");
  assert_int_equal(strncmp(text_at(event, "message"), "CREATE denied: spec.config: Invalid value: ", 43), 0);
  assert_true(strstr(text_at(event, "message"), "[cni-json]") != NULL);
  assert_int_equal(count_at(event), 1);
  is_time(text_at(event, "firstTimestamp"));
  is_time(text_at(event, "lastTimestamp"));
  assert_string_equal(text_at(event, "source/component"), "droveway");
  assert_string_equal(text_at(event, "reportingComponent"), "droveway.io/droveway");
  assert_string_equal(text_at(event, "reportingInstance"), "droveway-7d9f-x");
  json_object_put(list);
}

static void counts_equal_denials_in_one_event(void **state) {
  enum { DENIALS = 100, AGAIN_MS = 200 };
  struct fixture *f = *state;
  start(f, (struct dw_events_options){.again_ms = AGAIN_MS});
  int64_t begin = now_ms();
  for (int i = 0; i < DENIALS; i++)
    deny(f, "migration-a");
  wait_for(f->service.events, "sent", DENIALS);
  assert_int_equal(asked(f, FAKE_POST), 1);
  assert_true(asked(f, FAKE_PATCH) <= (size_t)(now_ms() - begin) / AGAIN_MS + 1);
  deny(f, "migration-a");
  wait_for(f->service.events, "sent", DENIALS + 1);
  assert_int_equal(asked(f, FAKE_POST), 1);
  assert_true(asked(f, FAKE_PATCH) > 0);
  struct json_object *list = all_events(f);
  assert_int_equal(json_object_array_length(list), 1);
  assert_int_equal(count_at(json_object_array_get_idx(list, 0)), DENIALS + 1);
  json_object_put(list);
}

static void limits_the_rate_of_writes(void **state) {
  enum { RATE = 20, OBJECTS = 40 };
  struct fixture *f = *state;
  char name[32];
  start(f, (struct dw_events_options){.rate = RATE});
  int64_t begin = now_ms();
  for (int i = 0; i < OBJECTS; i++) {
    snprintf(name, sizeof name, "migration-%d", i);
    deny(f, name);
  }
  wait_for(f->service.events, "sent", OBJECTS);
  assert_true(now_ms() - begin >= (OBJECTS - RATE) * 1000 / RATE - 50);
  assert_int_equal(asked(f, FAKE_POST), OBJECTS);
}

static void does_not_report_dry_runs_warnings_and_mutations(void **state) {
  static const char good[] = "{\"cniVersion\": \"0.3.1\", \"name\": \"migration\", \"type\": \"macvlan\", \"master\": "
                             "\"eth1\", \"mode\": \"bridge\", \"ipam\": {\"type\": \"whereabouts\", \"range\": "
                             "\"10.1.2.0/24\"}}";
  struct fixture *f = *state;
  start(f, (struct dw_events_options){.again_ms = 0});
  send_review(f, "/validate", "migration-good", good, ALLOWED);
  send_review(f, "/validate", "migration-good", good, "\"warnings\":");
  send_review(f, "/mutate", "migration-bad", "{", ALLOWED);
  char *text = nad_text("migration-dry", "{");
  char *body = review_body(DW_OP_CREATE, text, NULL);
  struct json_object *root = json_tokener_parse(body);
  json_object_object_add(at(root, "request"), "dryRun", json_object_new_boolean(1));
  send_body(f, "/validate", json_object_to_json_string(root), DENIED);
  json_object_put(root);
  free(body);
  free(text);
  deny(f, "migration-last"); /* the one that is reported comes after all of these */
  wait_for(f->service.events, "sent", 1);
  struct json_object *list = all_events(f);
  assert_int_equal(json_object_array_length(list), 1);
  assert_string_equal(text_at(json_object_array_get_idx(list, 0), "involvedObject/name"), "migration-last");
  json_object_put(list);
}

static void reports_the_uid_of_an_existing_object(void **state) {
  static const char nad[] = "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata:\n  name: "
                            "migration-a\n  namespace: openshift-cnv\n  uid: 0b1c\nspec:\n  config: '%s'\n";
  struct fixture *f = *state;
  char old[512], new[512];
  snprintf(old, sizeof old, nad, "{}");
  snprintf(new, sizeof new, nad, "{");
  start(f, (struct dw_events_options){.again_ms = 0});
  char *body = review_body(DW_OP_UPDATE, new, old);
  send_body(f, "/validate", body, DENIED);
  free(body);
  wait_for(f->service.events, "sent", 1);
  struct json_object *list = all_events(f);
  assert_string_equal(text_at(json_object_array_get_idx(list, 0), "involvedObject/uid"), "0b1c");
  assert_int_equal(strncmp(text_at(json_object_array_get_idx(list, 0), "message"), "UPDATE denied: ", 15), 0);
  json_object_put(list);
}

/* Anyone can send to the webhook what no API server would send. */
static void appear_in_the_metrics_of_the_service(void **state) {
  struct fixture *f = *state;
  start(f, (struct dw_events_options){.again_ms = 0});
  deny(f, "migration-a");
  wait_for(f->service.events, "sent", 1);
  struct dw_service metrics = {.shown = &f->service};
  struct dw_http_answer answer = {.status = 0};
  dw_service_respond(&metrics, &(struct dw_http_request){.method = "GET", .path = "/metrics"}, &answer);
  assert_int_equal(answer.status, 200);
  assert_non_null(strstr(dw_buf_text(&answer.body), "\ndroveway_events_total{result=\"sent\"} 1\n"
                                                    "droveway_events_total{result=\"failed\"} 0\n"
                                                    "droveway_events_total{result=\"dropped\"} 0\n"));
  dw_buf_free(&answer.body);
}

static void does_not_report_invalid_names(void **state) {
  struct fixture *f = *state;
  start(f, (struct dw_events_options){.again_ms = 0});
  char *text = nad_text("migration-a", "{");
  char *body = review_body(DW_OP_CREATE, text, NULL);
  struct json_object *root = json_tokener_parse(body);
  json_object_object_add(at(root, "request"), "namespace", json_object_new_string("../../../apis"));
  send_body(f, "/validate", json_object_to_json_string(root), DENIED);
  json_object_put(root);
  free(body);
  free(text);
  wait_for(f->service.events, "dropped", 1);
  deny(f, "migration-b");
  wait_for(f->service.events, "sent", 1);
  assert_int_equal(asked(f, FAKE_POST), 1);
}

static void truncates_a_note_to_what_events_allow(void **state) {
  struct fixture *f = *state;
  DW_BUF_SCOPED struct dw_buf config = DW_BUF_INIT;
  dw_buf_puts(&config, "{\"cniVersion\": \"0.3.1\", \"name\": \"migration\", \"type\": \"macvlan\", \"master\": "
                       "\"eth1\", \"ipam\": {\"type\": \"whereabouts\", \"ipRanges\": [");
  for (int i = 0; i < 60; i++)
    dw_buf_printf(&config, "%s{\"range\": \"10.1.%d.0/32\\u001b[2J\\u00e4\\u00e4\\u00e4\"}", i == 0 ? "" : ",", i);
  dw_buf_puts(&config, "]}}");
  start(f, (struct dw_events_options){.again_ms = 0});
  send_review(f, "/validate", "migration-a", dw_buf_text(&config), DENIED);
  wait_for(f->service.events, "sent", 1);
  struct json_object *list = all_events(f);
  const char *note = text_at(json_object_array_get_idx(list, 0), "message");
  assert_in_range(strlen(note), 512, 1024);
  assert_null(strchr(note, '\x1b'));
  const char *more = strstr(note, "; and ");
  assert_non_null(more);
  assert_true(strtol(more + 6, NULL, 10) > 20);
  assert_string_equal(strchr(more + 6, ' '), " more");
  json_object_put(list);
}

static void a_full_queue_drops_events_and_delays_no_answer(void **state) {
  enum { DENIALS = 400, QUEUE = 256 };
  struct fixture *f = *state;
  char name[32];
  fake_api_hang_writes(f->api, FAKE_EVENTS, true);
  start(f, (struct dw_events_options){.call_ms = 60000});
  deny(f, "migration-first");
  for (int waited = 0; asked(f, FAKE_POST) == 0; waited += 5) {
    assert_true(waited < PATIENCE_MS);
    pause_ms(5);
  }
  for (int i = 0; i < DENIALS; i++) { /* while the first is on its way */
    snprintf(name, sizeof name, "migration-%d", i);
    deny(f, name);
  }
  assert_true(counts(f->service.events, "dropped", DENIALS - QUEUE));
  assert_true(counts(f->service.events, "sent", 0));
  int64_t begin = now_ms();
  dw_events_limit_stop(f->service.events, 50);
  dw_events_stop(f->service.events);
  f->service.events = NULL;
  assert_true(now_ms() - begin < 10000); /* not the minute of the call */
}

static void logs_once_what_rbac_forbids(void **state) {
  struct fixture *f = *state;
  fake_api_refuse(f->api, FAKE_EVENTS, 403);
  start(f, (struct dw_events_options){.refused_ms = 1});
  deny(f, "migration-a");
  wait_for(f->service.events, "failed", 1);
  deny(f, "migration-b");
  deny(f, "migration-a");
  wait_for(f->service.events, "failed", 3);
  assert_int_equal(count_in_file(f->log.path, "RBAC forbids writing Events"), 1);
  fake_api_refuse(f->api, FAKE_EVENTS, 404);
  deny(f, "migration-c");
  deny(f, "migration-d");
  wait_for(f->service.events, "failed", 5);
  assert_int_equal(count_in_file(f->log.path, "the namespace does not exist"), 1);
  fake_api_refuse(f->api, FAKE_EVENTS, 0);
  deny(f, "migration-b");
  wait_for(f->service.events, "sent", 1);
}

static void a_lost_answer_duplicates_no_event(void **state) {
  struct fixture *f = *state;
  fake_api_lose_answers(f->api, FAKE_EVENTS, 1);
  start(f, (struct dw_events_options){.again_ms = 1});
  deny(f, "migration-a");
  wait_for(f->service.events, "sent", 1);
  assert_int_equal(asked(f, FAKE_POST), 2);
  assert_int_equal(asked(f, FAKE_PATCH), 1);
  struct json_object *list = all_events(f);
  assert_int_equal(json_object_array_length(list), 1);
  assert_int_equal(count_at(json_object_array_get_idx(list, 0)), 1);
  json_object_put(list);
}

static void creates_an_event_that_was_deleted_again(void **state) {
  struct fixture *f = *state;
  start(f, (struct dw_events_options){.again_ms = 1});
  deny(f, "migration-a");
  wait_for(f->service.events, "sent", 1);
  struct json_object *list = all_events(f);
  fake_api_delete(f->api, FAKE_EVENTS, "openshift-cnv", text_at(json_object_array_get_idx(list, 0), "metadata/name"));
  json_object_put(list);
  deny(f, "migration-a");
  wait_for(f->service.events, "sent", 2);
  list = all_events(f);
  assert_int_equal(json_object_array_length(list), 1);
  assert_int_equal(count_at(json_object_array_get_idx(list, 0)), 2);
  json_object_put(list);
}

static void queues_events_until_the_api_server_is_reachable(void **state) {
  struct fixture *f = *state;
  fake_api_down(f->api);
  start(f, (struct dw_events_options){.again_ms = 1});
  deny(f, "migration-a");
  deny(f, "migration-b");
  wait_for_text(f->log.path, "the API server is unreachable", 1);
  fake_api_up(f->api);
  wait_for(f->service.events, "sent", 2);
  wait_for_text(f->log.path, "the API server is reachable again", 1);
  assert_int_equal(count_in_file(f->log.path, "the API server is unreachable"), 1);
  assert_true(counts(f->service.events, "failed", 0));
}

static void sends_queued_events_before_stopping(void **state) {
  enum { DENIALS = 20 };
  struct fixture *f = *state;
  char name[32];
  start(f, (struct dw_events_options){.rate = 1});
  for (int i = 0; i < DENIALS; i++) {
    snprintf(name, sizeof name, "migration-%d", i);
    deny(f, name);
  }
  dw_events_limit_stop(f->service.events, PATIENCE_MS);
  dw_events_stop(f->service.events);
  f->service.events = NULL;
  assert_int_equal(asked(f, FAKE_POST), DENIALS);
}

/* --- audits --- */

static void send_findings(void *context, const struct dw_audited *audited) {
  dw_events_audited(context, audited);
}

static void audit(struct dw_events *events, const char *range) {
  char text[640];
  snprintf(text, sizeof text,
           "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: net, namespace: shop, "
           "uid: 0a1b}\nspec: {config: '{\"cniVersion\": \"0.3.1\", \"name\": \"net\", \"type\": \"macvlan\", "
           "\"ipam\": {\"type\": \"whereabouts\", \"range\": \"%s\"}}'}\n",
           range);
  struct dw_world *world = world_of(text, NULL);
  struct dw_audit run = {.world = world, .notify = send_findings, .context = events};
  dw_audit_run(&run);
  dw_world_unref(world);
}

static void replicas_share_the_event_of_a_finding(void **state) {
  struct fixture *f = *state;
  start(f, (struct dw_events_options){.again_ms = 1});
  struct dw_events *other = events_of(f, (struct dw_events_options){.instance = "droveway-2", .again_ms = 1});
  audit(f->service.events, "10.1.1.1/33");
  wait_for(f->service.events, "sent", 1);
  audit(other, "10.1.1.1/33");
  wait_for(other, "sent", 1);
  audit(other, "10.1.1.1/33"); /* nothing new */
  audit(other, "10.1.1.0/24"); /* nothing wrong */
  audit(other, "10.1.1.2/33"); /* a different finding */
  wait_for(other, "sent", 2);
  assert_int_equal(asked(f, FAKE_POST), 2);
  assert_int_equal(asked(f, FAKE_PATCH), 2);
  struct json_object *list = all_events(f);
  assert_int_equal(json_object_array_length(list), 1);
  struct json_object *event = json_object_array_get_idx(list, 0);
  assert_string_equal(text_at(event, "reason"), "NetworkViolation");
  assert_string_equal(text_at(event, "involvedObject/uid"), "0a1b");
  assert_string_equal(text_at(event, "involvedObject/apiVersion"), "k8s.cni.cncf.io/v1");
  assert_true(strstr(text_at(event, "message"), "10.1.1.2/33") != NULL);
  assert_int_equal(count_at(event), 1);
  json_object_put(list);
  dw_events_stop(other);
}

/* The version of an audited object is unknown, so its Event contains one that every release serves. */
static void reports_an_api_version_that_every_release_serves(void **state) {
  struct fixture *f = *state;
  start(f, (struct dw_events_options){.again_ms = 1});
  struct dw_world *world = world_of("apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged\nmetadata: {name: hco, "
                                    "namespace: openshift-cnv}\nspec: {virtualization: {liveMigrationConfig: {network: "
                                    "nowhere}}}\n---\napiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {name: "
                                    "kubevirt, namespace: openshift-cnv}\nspec: {configuration: {migrations: {network: "
                                    "nowhere}}}\n",
                                    NULL);
  struct dw_audit run = {.world = world, .notify = send_findings, .context = f->service.events};
  dw_audit_run(&run);
  dw_world_unref(world);
  wait_for(f->service.events, "sent", 2);
  struct json_object *list = all_events(f);
  assert_int_equal(json_object_array_length(list), 2);
  for (size_t i = 0; i < 2; i++) {
    struct json_object *event = json_object_array_get_idx(list, i);
    bool hco = strcmp(text_at(event, "involvedObject/kind"), "HyperConverged") == 0;
    assert_string_equal(text_at(event, "involvedObject/apiVersion"),
                        hco ? "hco.kubevirt.io/v1beta1" : "kubevirt.io/v1");
    assert_string_equal(text_at(event, "involvedObject/name"), hco ? "hco" : "kubevirt");
  }
  json_object_put(list);
}

/* Failures that may pass are retried and reported as an unreachable API server; all others are the Event's own fault.
 */
static void retries_only_failures_that_may_pass(void **state) {
  static const struct {
    int status;
    bool passing;
  } cases[] = {{401, true}, {408, true}, {429, true}, {500, true}, {503, true}, {400, false}, {422, false}};
  struct fixture *f = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct dw_events *events = events_of(f, (struct dw_events_options){.again_ms = 1});
    f->service.events = events;
    size_t unreachable = count_in_file(f->log.path, "events: the API server is unreachable");
    size_t refused = count_in_file(f->log.path, "events: the API server rejected an Event");
    fake_api_refuse(f->api, FAKE_EVENTS, cases[i].status);
    deny(f, "migration-a");
    if (cases[i].passing) {
      wait_for_text(f->log.path, "events: the API server is unreachable", unreachable + 1);
    } else {
      wait_for_text(f->log.path, "events: the API server rejected an Event", refused + 1);
      wait_for(events, "failed", 1);
    }
    fake_api_refuse(f->api, FAKE_EVENTS, 0);
    dw_events_stop(events);
    f->service.events = NULL;
    assert_int_equal(count_in_file(f->log.path, "events: the API server rejected an Event"),
                     refused + (cases[i].passing ? 0 : 1));
  }
}

#define EVENTS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      EVENTS(reports_a_denial_with_its_object),
      EVENTS(counts_equal_denials_in_one_event),
      EVENTS(limits_the_rate_of_writes),
      EVENTS(does_not_report_dry_runs_warnings_and_mutations),
      EVENTS(reports_the_uid_of_an_existing_object),
      EVENTS(does_not_report_invalid_names),
      EVENTS(truncates_a_note_to_what_events_allow),
      EVENTS(a_full_queue_drops_events_and_delays_no_answer),
      EVENTS(logs_once_what_rbac_forbids),
      EVENTS(a_lost_answer_duplicates_no_event),
      EVENTS(creates_an_event_that_was_deleted_again),
      EVENTS(queues_events_until_the_api_server_is_reachable),
      EVENTS(sends_queued_events_before_stopping),
      EVENTS(replicas_share_the_event_of_a_finding),
      EVENTS(reports_an_api_version_that_every_release_serves),
      EVENTS(retries_only_failures_that_may_pass),
      EVENTS(appear_in_the_metrics_of_the_service),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
