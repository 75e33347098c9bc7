/* The server on a live cluster: what it decides before a watch has told, and without an API server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fake_api.h"
#include "support/https_server.h"
#include "support/review_case.h"

enum { ROUNDS = 100, OVERLAP_ROUNDS = 20 };

struct live {
  struct fake_api *api;
  struct https_server server;
  struct https_client *client;
  char *policy; /* its file, which the server reads to the end */
};

static void start(struct live *live) {
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, NULL, NULL);
  live->client = https_server_client(&live->server);
}

static int set_up(void **state) {
  struct live *live = calloc(1, sizeof *live);
  assert_non_null(live);
  https_server_prepare(&live->server);
  live->api = fake_api_start();
  fake_api_serve_all(live->api);
  fake_api_withdraw(live->api, FAKE_NNS);
  *state = live;
  return 0;
}

static int tear_down(void **state) {
  struct live *live = *state;
  https_client_free(live->client);
  https_server_end(&live->server);
  fake_api_end(live->api);
  free(live->policy);
  free(live);
  return 0;
}

/* --- what is asked --- */

static struct https_reply get(struct live *live, const char *path) {
  if (strcmp(path, "/metrics") == 0)
    return https_server_metrics(&live->server);
  return https_send(live->client, &(struct https_request){.path = path});
}

static bool get_has(struct live *live, const char *path, long status, const char *text) {
  struct https_reply reply = get(live, path);
  bool has = reply.status == status && strstr(reply.body, text) != NULL;
  https_reply_free(&reply);
  return has;
}

static void start_ready(struct live *live) {
  start(live);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  WAIT_FOR(get_has(live, "/metrics", 200, "watch_up{resource=\"network-attachment-definitions.k8s.cni.cncf.io\"} 1"));
}

/* What /validate answers to BODY: "allowed", or the status's code and message; the caller frees it. */
static char *answer_to(struct https_client *client, const char *body) {
  struct json_object *response = NULL, *value = NULL, *status = NULL;
  char *text = NULL;
  struct https_reply reply =
      https_send(client, &(struct https_request){.path = "/validate", .body = body, .length = strlen(body)});
  if (reply.status != 200)
    fail_msg("%ld %s %s", reply.status, reply.error, reply.body);
  struct json_object *root = json_tokener_parse(reply.body);
  assert_true(json_object_object_get_ex(root, "response", &response));
  assert_true(json_object_object_get_ex(response, "allowed", &value));
  if (json_object_get_boolean(value)) {
    text = strdup("allowed");
  } else {
    struct json_object *message = NULL;
    assert_true(json_object_object_get_ex(response, "status", &status));
    assert_true(json_object_object_get_ex(status, "message", &message));
    assert_true(json_object_object_get_ex(status, "code", &value));
    assert_true(asprintf(&text, "%d %s", json_object_get_int(value), json_object_get_string(message)) > 0);
  }
  json_object_put(root);
  https_reply_free(&reply);
  return text;
}

static void expect(struct live *live, enum dw_operation operation, const char *object, const char *old,
                   const char *expected) {
  char *body = review_body(operation, object, old);
  char *answer = answer_to(live->client, body);
  if (strstr(answer, expected) == NULL)
    fail_msg("expected \"%s\", got \"%s\"", expected, answer);
  free(answer);
  free(body);
}

/* --- objects --- */

#define HCO                                                                                                            \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: openshift-cnv, name: hco}, "      \
  "spec: {liveMigrationConfig: {network: %s}}}"

/* A migration network as YAML, which is JSON too; the caller frees it. */
static char *nad(const char *name, const char *range) {
  char *text = NULL;
  assert_true(
      asprintf(&text,
               "{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": "
               "{\"namespace\": \"openshift-cnv\", \"name\": \"%s\", \"uid\": \"u-%s\", \"labels\": "
               "{\"droveway.io/migration-network\": \"true\"}}, \"spec\": {\"config\": \"{\\\"cniVersion\\\": "
               "\\\"0.3.1\\\", \\\"name\\\": \\\"%s\\\", \\\"type\\\": \\\"macvlan\\\", \\\"master\\\": \\\"eth1\\\", "
               "\\\"mode\\\": \\\"bridge\\\", \\\"ipam\\\": {\\\"type\\\": \\\"whereabouts\\\", \\\"range\\\": "
               "\\\"%s\\\"}}\"}}",
               name, name, name, range) > 0);
  return text;
}

static char *hco(const char *network) {
  char *text = NULL;
  assert_true(asprintf(&text, HCO, network) > 0);
  return text;
}

static void put_nad(struct live *live, const char *name, const char *range) {
  char *text = nad(name, range);
  fake_api_put(live->api, FAKE_NADS, text);
  free(text);
}

static void expect_nad(struct live *live, const char *name, const char *range, const char *expected) {
  char *text = nad(name, range);
  expect(live, DW_OP_CREATE, text, NULL, expected);
  free(text);
}

static void expect_hco(struct live *live, const char *network, const char *expected) {
  char *text = hco(network);
  expect(live, DW_OP_CREATE, text, NULL, expected);
  free(text);
}

/* --- readiness --- */

static void is_not_ready_before_the_cluster_is_read(void **state) {
  struct live *live = *state;
  fake_api_refuse(live->api, FAKE_NODES, 500);
  start(live);
  WAIT_FOR(get_has(live, "/readyz?verbose", 503, "[-]nodes: not read yet, 0 objects (HTTP status 500"));
  assert_true(get_has(live, "/readyz?verbose", 503, "[-]view"));
  assert_true(get_has(live, "/livez", 200, "ok"));
  assert_true(get_has(live, "/metrics", 200, "droveway_ready 0\n"));
  char *text = hco("net");
  char *body = review_body(DW_OP_CREATE, text, NULL);
  struct https_reply reply =
      https_send(live->client, &(struct https_request){.path = "/validate", .body = body, .length = strlen(body)});
  assert_int_equal(reply.status, 503);
  https_reply_free(&reply);
  free(body);
  free(text);
  fake_api_refuse(live->api, FAKE_NODES, 0);
  WAIT_FOR(get_has(live, "/readyz?verbose", 200, "[+]nodes: watching, 0 objects"));
  assert_true(get_has(live, "/metrics", 200, "droveway_ready 1\n"));
}

static void stays_ready_on_what_it_read_while_the_api_server_is_away(void **state) {
  struct live *live = *state;
  put_nad(live, "net", "10.9.0.0/24");
  start_ready(live);
  expect_hco(live, "net", "allowed");
  fake_api_down(live->api);
  WAIT_FOR(get_has(
      live, "/readyz?verbose", 200,
      "[!]network-attachment-definitions.k8s.cni.cncf.io: can't be watched now; using the last known state, 1 object"));
  assert_true(get_has(live, "/livez", 200, "ok"));
  WAIT_FOR(!get_has(live, "/metrics", 200, "view_age_seconds{resource=\"nodes\"} 0\n"));
  assert_true(get_has(live, "/metrics", 200, "watch_up{resource=\"nodes\"} 0\n"));
  expect_hco(live, "net", "allowed");
  expect_nad(live, "other", "10.9.0.128/25", "overlaps");
  expect_hco(live, "missing", "503 Droveway can't judge this now: NAD openshift-cnv/missing can't be looked up");
  fake_api_up(live->api);
  WAIT_FOR(get_has(live, "/metrics", 200, "view_age_seconds{resource=\"nodes\"} 0\n"));
  expect_hco(live, "missing", "no such NAD");
}

static void says_what_rbac_forbids(void **state) {
  struct live *live = *state;
  fake_api_refuse(live->api, FAKE_NODES, 403);
  start_ready(live);
  assert_true(get_has(live, "/readyz?verbose", 200, "[!]nodes: forbidden by RBAC"));
  WAIT_FOR(count_in_file(live->server.log, "may not be read (RBAC)") == 1);
}

/* --- direct look-ups --- */

static void looks_up_a_nad_that_the_view_lacks(void **state) {
  struct live *live = *state;
  start_ready(live);
  fake_api_mute(live->api, true);
  put_nad(live, "net", "10.9.0.0/24");
  expect_hco(live, "net", "allowed");
  expect_hco(live, "other", "no such NAD in namespace openshift-cnv");
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_GET), 2);
}

/* ... so that a NAD mended a moment ago, through another replica, is not held against it. */
static void looks_up_a_nad_that_the_view_knows_as_unfit(void **state) {
  struct live *live = *state;
  put_nad(live, "net", "10.9.0.0/33");
  start_ready(live);
  expect_hco(live, "net", "10.9.0.0/33");
  fake_api_mute(live->api, true);
  put_nad(live, "net", "10.9.0.0/24");
  expect_hco(live, "net", "allowed");
}

static void says_so_where_a_look_up_fails(void **state) {
  struct live *live = *state;
  start_ready(live);
  fake_api_refuse_gets(live->api, FAKE_NADS, 500);
  expect_hco(live, "net",
             "503 Droveway can't judge this now: NAD openshift-cnv/net can't be looked up: HTTP status 500");
  fake_api_refuse_gets(live->api, FAKE_NADS, 0);
  fake_api_hang_gets(live->api, FAKE_NADS);
  expect_hco(live, "net", "503 Droveway can't judge this now: NAD openshift-cnv/net can't be looked up");
}

static void what_the_view_knows_is_not_asked_for(void **state) {
  struct live *live = *state;
  put_nad(live, "net", "10.9.0.0/24");
  start_ready(live);
  expect_hco(live, "net", "allowed");
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_GET), 0);
}

/* --- races --- */

/* As `kubectl apply` of both in one command, the API server's watch being slower than kubectl. */
static void a_nad_and_its_hyperconverged_at_once_pass_each_time(void **state) {
  struct live *live = *state;
  start_ready(live);
  fake_api_mute(live->api, true);
  for (int i = 0; i < ROUNDS; i++) {
    char name[32], range[40];
    snprintf(name, sizeof name, "net-%d", i);
    snprintf(range, sizeof range, "10.9.%d.0/24", i);
    expect_nad(live, name, range, "allowed");
    expect_hco(live, name, "allowed");
  }
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_GET), 0);
}

struct apply {
  struct https_client *client;
  char *body;
  char *answer;
  pthread_barrier_t *barrier;
};

static void *apply(void *context) {
  struct apply *apply = context;
  pthread_barrier_wait(apply->barrier);
  apply->answer = answer_to(apply->client, apply->body);
  return NULL;
}

static void of_two_that_overlap_at_once_exactly_one_passes(void **state) {
  struct live *live = *state;
  struct apply applies[2];
  pthread_barrier_t barrier;
  start_ready(live);
  fake_api_mute(live->api, true);
  pthread_barrier_init(&barrier, NULL, 2);
  for (int i = 0; i < 2; i++) {
    applies[i] = (struct apply){.client = https_server_client(&live->server), .barrier = &barrier};
  }
  for (int round = 0; round < OVERLAP_ROUNDS; round++) {
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
      char name[32], range[40];
      snprintf(name, sizeof name, "net-%d-%c", round, 'a' + i);
      snprintf(range, sizeof range, i == 0 ? "10.9.%d.0/24" : "10.9.%d.64/26", round);
      char *text = nad(name, range);
      applies[i].body = review_body(DW_OP_CREATE, text, NULL);
      free(text);
      assert_int_equal(pthread_create(&threads[i], NULL, apply, &applies[i]), 0);
    }
    int allowed = 0, overlapping = 0;
    for (int i = 0; i < 2; i++) {
      pthread_join(threads[i], NULL);
      allowed += strcmp(applies[i].answer, "allowed") == 0;
      overlapping += strstr(applies[i].answer, "[overlap-network]") != NULL;
      free(applies[i].answer);
      free(applies[i].body);
    }
    assert_int_equal(allowed, 1);
    assert_int_equal(overlapping, 1);
  }
  for (int i = 0; i < 2; i++)
    https_client_free(applies[i].client);
  pthread_barrier_destroy(&barrier);
}

static void a_dry_run_leaves_nothing(void **state) {
  struct live *live = *state;
  start_ready(live);
  char *text = nad("net", "10.9.0.0/24");
  char *body = review_body(DW_OP_CREATE, text, NULL);
  struct json_object *root = json_tokener_parse(body), *request = NULL;
  assert_true(json_object_object_get_ex(root, "request", &request));
  json_object_object_add(request, "dryRun", json_object_new_boolean(1));
  char *answer = answer_to(live->client, json_object_to_json_string(root));
  assert_string_equal(answer, "allowed");
  free(answer);
  json_object_put(root);
  free(body);
  free(text);
  expect_nad(live, "other", "10.9.0.0/24", "allowed");
  expect_hco(live, "net", "no such NAD");
}

static void what_was_admitted_makes_way_for_what_came(void **state) {
  struct live *live = *state;
  start_ready(live);
  expect_nad(live, "net", "10.9.0.0/24", "allowed");
  put_nad(live, "net", "10.9.0.0/24");
  WAIT_FOR(
      get_has(live, "/metrics", 200, "view_objects{resource=\"network-attachment-definitions.k8s.cni.cncf.io\"} 1\n"));
  fake_api_delete(live->api, FAKE_NADS, "openshift-cnv", "net");
  WAIT_FOR(
      get_has(live, "/metrics", 200, "view_objects{resource=\"network-attachment-definitions.k8s.cni.cncf.io\"} 0\n"));
  char *text = nad("other", "10.9.0.0/24");
  char *body = review_body(DW_OP_CREATE, text, NULL);
  for (int waited = 0;; waited++) { /* until a view without it is built */
    char *answer = answer_to(live->client, body);
    bool allowed = strcmp(answer, "allowed") == 0;
    free(answer);
    if (allowed)
      break;
    assert_true(waited < PATIENCE_MS / 5);
    pause_ms(5);
  }
  free(body);
  free(text);
}

/* --- policy --- */

static void a_changed_policy_is_taken_with_the_same_cluster(void **state) {
  struct live *live = *state;
  live->policy = path_in(live->server.folder, "policy.yaml");
  put_nad(live, "net", "10.9.0.0/24");
  replace_file(live->server.folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\n");
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, &(struct dw_sources){.policy = live->policy}, NULL);
  live->client = https_server_client(&live->server);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  expect_nad(live, "other", "10.9.0.0/24", "[overlap-network]");
  replace_file(live->server.folder, "policy.yaml",
               "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules:\n  overlap-network: off\n");
  wait_for_text(live->server.log, "policy and state are read again", 1);
  expect_nad(live, "other", "10.9.0.0/24", "allowed");
  replace_file(live->server.folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: 7\n");
  wait_for_text(live->server.log, "the last good one stays in force", 1);
  expect_nad(live, "third", "10.9.0.0/24", "allowed");
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      LIVE(is_not_ready_before_the_cluster_is_read),
      LIVE(stays_ready_on_what_it_read_while_the_api_server_is_away),
      LIVE(says_what_rbac_forbids),
      LIVE(looks_up_a_nad_that_the_view_lacks),
      LIVE(looks_up_a_nad_that_the_view_knows_as_unfit),
      LIVE(says_so_where_a_look_up_fails),
      LIVE(what_the_view_knows_is_not_asked_for),
      LIVE(a_nad_and_its_hyperconverged_at_once_pass_each_time),
      LIVE(of_two_that_overlap_at_once_exactly_one_passes),
      LIVE(a_dry_run_leaves_nothing),
      LIVE(what_was_admitted_makes_way_for_what_came),
      LIVE(a_changed_policy_is_taken_with_the_same_cluster),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
