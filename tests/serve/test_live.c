/* The server with a live cluster: what it decides before watches report changes, and without an API server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rules/engine.h"
#include "support/fake_api.h"
#include "support/https_server.h"
#include "support/review_case.h"

enum { ROUNDS = 100, OVERLAP_ROUNDS = 20, RACE_ROUNDS = 30, CONTENDERS = 8, SENDERS = 8 };

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

/* --- requests --- */

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

/* The answer of /validate to BODY: "allowed", or the code and message of the status. The caller frees it. */
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

/* A migration network as JSON, which is YAML, too. The caller frees it. */
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
  WAIT_FOR(get_has(live, "/readyz?verbose", 503, "[-]nodes: not listed yet, 0 objects (HTTP status 500"));
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

static void stays_ready_while_the_api_server_is_unreachable(void **state) {
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
  expect_hco(live, "missing", "503 Droveway can't check this now: can't look up NAD openshift-cnv/missing");
  fake_api_up(live->api);
  WAIT_FOR(get_has(live, "/metrics", 200, "view_age_seconds{resource=\"nodes\"} 0\n"));
  expect_hco(live, "missing", "no such NAD");
}

static void reports_what_rbac_forbids(void **state) {
  struct live *live = *state;
  fake_api_refuse(live->api, FAKE_NODES, 403);
  start_ready(live);
  assert_true(get_has(live, "/readyz?verbose", 200, "[!]nodes: forbidden by RBAC"));
  WAIT_FOR(count_in_file(live->server.log, "RBAC forbids reading it") == 1);
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

/* So a NAD that was fixed a moment ago through another replica does not cause a denial. */
static void looks_up_a_nad_that_the_view_knows_as_unfit(void **state) {
  struct live *live = *state;
  put_nad(live, "net", "10.9.0.0/33");
  start_ready(live);
  expect_hco(live, "net", "10.9.0.0/33");
  fake_api_mute(live->api, true);
  put_nad(live, "net", "10.9.0.0/24");
  expect_hco(live, "net", "allowed");
}

static void answers_503_if_a_look_up_fails(void **state) {
  struct live *live = *state;
  start_ready(live);
  fake_api_refuse_gets(live->api, FAKE_NADS, 500);
  expect_hco(live, "net", "503 Droveway can't check this now: can't look up NAD openshift-cnv/net: HTTP status 500");
  fake_api_refuse_gets(live->api, FAKE_NADS, 0);
  fake_api_hang_gets(live->api, FAKE_NADS);
  expect_hco(live, "net", "503 Droveway can't check this now: can't look up NAD openshift-cnv/net");
}

static void does_not_look_up_what_the_view_contains(void **state) {
  struct live *live = *state;
  put_nad(live, "net", "10.9.0.0/24");
  start_ready(live);
  expect_hco(live, "net", "allowed");
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_GET), 0);
}

/* --- races --- */

/* Like `kubectl apply` of both in one command, when the watch is slower than kubectl. By then etcd contains the NAD, so
 * the API server finds it. */
static void allows_a_nad_and_its_hyperconverged_at_once(void **state) {
  struct live *live = *state;
  start_ready(live);
  fake_api_mute(live->api, true);
  for (int i = 0; i < ROUNDS; i++) {
    char name[32], range[40];
    snprintf(name, sizeof name, "net-%d", i);
    snprintf(range, sizeof range, "10.9.%d.0/24", i);
    expect_nad(live, name, range, "allowed");
    put_nad(live, name, range);
    expect_hco(live, name, "allowed");
  }
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_GET), ROUNDS);
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

static void allows_exactly_one_of_two_that_overlap(void **state) {
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

static char *dry_run_body(const char *object) {
  char *body = review_body(DW_OP_CREATE, object, NULL);
  struct json_object *root = json_tokener_parse(body), *request = NULL;
  assert_true(json_object_object_get_ex(root, "request", &request));
  json_object_object_add(request, "dryRun", json_object_new_boolean(1));
  free(body);
  body = strdup(json_object_to_json_string(root));
  json_object_put(root);
  return body;
}

static void a_dry_run_does_not_count(void **state) {
  struct live *live = *state;
  start_ready(live);
  char *text = nad("net", "10.9.0.0/24");
  char *body = dry_run_body(text);
  char *answer = answer_to(live->client, body);
  assert_string_equal(answer, "allowed");
  free(answer);
  free(body);
  free(text);
  expect_nad(live, "other", "10.9.0.0/24", "allowed");
  expect_hco(live, "net", "no such NAD");
}

/* --- worlds that change meanwhile --- */

/* An object that takes long to judge: 20,000 ranges. It is denied, so that it can be sent repeatedly. */
static char *large_body(void) {
  struct dw_buf config = DW_BUF_INIT, text = DW_BUF_INIT;
  dw_buf_puts(&config, "{\\\"cniVersion\\\": \\\"0.3.1\\\", \\\"name\\\": \\\"large\\\", \\\"type\\\": "
                       "\\\"macvlan\\\", \\\"master\\\": \\\"eth1\\\", \\\"mode\\\": \\\"bridge\\\", \\\"ipam\\\": "
                       "{\\\"type\\\": \\\"whereabouts\\\", \\\"ipRanges\\\": [");
  for (int i = 0; i < 20000; i++)
    dw_buf_printf(&config, "%s{\\\"range\\\": \\\"11.%d.%d.0/28\\\"}", i == 0 ? "" : ",", i / 256, i % 256);
  dw_buf_puts(&config, "]}}");
  dw_buf_printf(&text,
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"1\","
                "\"kind\":{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"kind\":\"NetworkAttachmentDefinition\"},"
                "\"resource\":{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"resource\":"
                "\"network-attachment-definitions\"},\"namespace\":\"openshift-cnv\",\"name\":\"large\",\"operation\":"
                "\"CREATE\",\"object\":{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":"
                "\"NetworkAttachmentDefinition\",\"metadata\":{\"namespace\":\"openshift-cnv\",\"name\":\"large\","
                "\"labels\":{\"droveway.io/migration-network\":\"true\"}},\"spec\":{\"config\":\"%s\"}}}}",
                dw_buf_text(&config));
  size_t length = 0;
  dw_buf_free(&config);
  return dw_buf_steal(&text, &length);
}

/* A client that sends the same body until it is stopped. */
struct sender {
  struct https_client *client;
  char *body;
  atomic_bool stop;
  atomic_size_t answered;
  pthread_t thread;
};

static void *keep_sending(void *context) {
  struct sender *sender = context;
  while (!atomic_load(&sender->stop)) {
    free(answer_to(sender->client, sender->body));
    atomic_fetch_add(&sender->answered, 1);
  }
  return NULL;
}

static void start_sending(struct live *live, struct sender *sender, char *body) {
  sender->client = https_server_client(&live->server);
  sender->body = body;
  assert_int_equal(pthread_create(&sender->thread, NULL, keep_sending, sender), 0);
}

static void stop_sending(struct sender *sender) {
  atomic_store(&sender->stop, true);
  pthread_join(sender->thread, NULL);
  https_client_free(sender->client);
  free(sender->body);
}

/* One of several reviews that request the same addresses at nearly the same time. */
struct contender {
  struct live *live;
  struct https_client *client;
  int round, rounds, number;
  bool allowed;
  pthread_t thread;
};

/* Stores the object if it was allowed, as the API server does. Then a watch reports it, and a new world replaces the
 * admission. */
static void *contend(void *context) {
  struct contender *contender = context;
  char name[32], range[40];
  snprintf(name, sizeof name, "net-%d-%d", contender->round, contender->number);
  snprintf(range, sizeof range, contender->number % 2 == 0 ? "10.9.%d.0/24" : "10.9.%d.64/26", contender->round);
  char *object = nad(name, range);
  char *body = review_body(DW_OP_CREATE, object, NULL);
  pause_ms(10 * (unsigned)contender->number);
  char *answer = answer_to(contender->client, body);
  contender->allowed = strcmp(answer, "allowed") == 0;
  if (contender->allowed)
    fake_api_put(contender->live->api, FAKE_NADS, object);
  free(answer);
  free(body);
  free(object);
  return NULL;
}

/* Reviews that wait for each other, or for a large one, are judged in worlds of different age. An older world must not
 * bring back what a newer one has dropped. */
static void allows_exactly_one_of_several_that_overlap_while_worlds_change(void **state) {
  struct live *live = *state;
  struct sender senders[SENDERS] = {{.answered = 0}};
  struct contender contenders[CONTENDERS];
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, NULL, &(struct dw_server_options){.threads = 16});
  live->client = https_server_client(&live->server);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  char *object = nad("other", "10.200.0.0/24");
  for (int i = 0; i < SENDERS; i++)
    start_sending(live, &senders[i], i < 2 ? large_body() : dry_run_body(object));
  free(object);
  for (int i = 0; i < CONTENDERS; i++)
    contenders[i] = (struct contender){.live = live, .client = https_server_client(&live->server), .number = i};
  int rounds_with_one = 0;
  for (int round = 0; round < RACE_ROUNDS; round++) {
    int allowed = 0;
    for (int i = 0; i < CONTENDERS; i++) {
      contenders[i].round = round;
      assert_int_equal(pthread_create(&contenders[i].thread, NULL, contend, &contenders[i]), 0);
    }
    for (int i = 0; i < CONTENDERS; i++) {
      pthread_join(contenders[i].thread, NULL);
      allowed += contenders[i].allowed;
    }
    rounds_with_one += allowed == 1;
  }
  for (int i = 0; i < SENDERS; i++) {
    stop_sending(&senders[i]);
    assert_true(atomic_load(&senders[i].answered) > 0);
  }
  for (int i = 0; i < CONTENDERS; i++)
    https_client_free(contenders[i].client);
  assert_int_equal(rounds_with_one, RACE_ROUNDS);
}

/* --- admitted objects that may never be stored --- */

#define UNFIT_NAD                                                                                                      \
  "{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": {\"namespace\": " \
  "\"openshift-cnv\", \"name\": \"net\", \"uid\": \"u-1\"}, \"spec\": {\"config\": \"{\\\"cniVersion\\\": "            \
  "\\\"0.3.1\\\", \\\"name\\\": \\\"net\\\", \\\"type\\\": \\\"macvlan\\\", \\\"master\\\": \\\"eth1\\\", "            \
  "\\\"mode\\\": \\\"bridge\\\", \\\"ipam\\\": {\\\"type\\\": \\\"host-local\\\", \\\"subnet\\\": "                    \
  "\\\"10.8.0.0/24\\\"}}\"}}"

/* `kubectl create` of a fixed NAD whose name is in use: the API server will answer 409, so nothing has changed. */
static void a_create_of_an_existing_object_does_not_count(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_NADS, UNFIT_NAD);
  start_ready(live);
  expect_hco(live, "net", "422");
  expect_nad(live, "net", "10.9.0.0/24", "allowed");
  expect_hco(live, "net", "[network-unfit]");
  expect_nad(live, "other", "10.9.0.0/24", "allowed"); /* it uses no addresses either */
}

/* The same while the watches report nothing, so that the NAD is not in the view. */
static void a_create_that_lost_to_another_replica_does_not_count(void **state) {
  struct live *live = *state;
  start_ready(live);
  fake_api_mute(live->api, true);
  fake_api_put(live->api, FAKE_NADS, UNFIT_NAD);
  expect_nad(live, "net", "10.9.0.0/24", "allowed");
  expect_hco(live, "net", "[network-unfit]");
  fake_api_delete(live->api, FAKE_NADS, "openshift-cnv", "net");
  expect_hco(live, "net", "no such NAD in namespace openshift-cnv");
  put_nad(live, "net", "10.9.0.0/24");
  expect_hco(live, "net", "allowed");
}

#define KUBEVIRT(network)                                                                                              \
  "{\"apiVersion\": \"kubevirt.io/v1\", \"kind\": \"KubeVirt\", \"metadata\": {\"namespace\": \"openshift-cnv\", "     \
  "\"name\": \"kubevirt\"}, \"spec\": {\"configuration\": {\"migrations\": {\"network\": \"" network "\"}}}}"
#define HCO_JSON(network)                                                                                              \
  "{\"apiVersion\": \"hco.kubevirt.io/v1beta1\", \"kind\": \"HyperConverged\", \"metadata\": {\"namespace\": "         \
  "\"openshift-cnv\", \"name\": \"hco\"}, \"spec\": {\"liveMigrationConfig\": {\"network\": \"" network "\"}}}"
#define NAD_JSON(name, range)                                                                                          \
  "{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": {\"namespace\": " \
  "\"openshift-cnv\", \"name\": \"" name "\", \"labels\": {\"droveway.io/migration-network\": \"true\"}}, \"spec\": "  \
  "{\"config\": \"{\\\"cniVersion\\\": \\\"0.3.1\\\", \\\"name\\\": \\\"" name "\\\", \\\"type\\\": "                  \
  "\\\"macvlan\\\", \\\"master\\\": \\\"eth1\\\", \\\"mode\\\": \\\"bridge\\\", \\\"ipam\\\": {\\\"type\\\": "         \
  "\\\"whereabouts\\\", \\\"range\\\": \\\"" range "\\\"}}\"}}"

/* A request that is only possible because of another one. The view contains the NADs a and b, and HyperConverged or
 * KubeVirt names a. */
static const struct dependent {
  const char *path; /* of the object that is changed first */
  enum dw_operation first_operation;
  const char *first; /* NULL: the object in the view is deleted */
  const char *name;
  enum dw_operation second_operation;
  const char *second, *denied, *what; /* The object WHAT is looked up. */
} dependents[] = {
    {FAKE_NADS, DW_OP_CREATE, NAD_JSON("net", "10.9.7.0/24"), "net", DW_OP_CREATE, HCO_JSON("net"), "[network-missing]",
     "NAD openshift-cnv/net"},
    {FAKE_NADS, DW_OP_UPDATE, NAD_JSON("b", "10.9.7.0/24"), "b", DW_OP_CREATE, NAD_JSON("c", "10.9.2.0/24"),
     "[overlap-network]", "NAD openshift-cnv/b"},
    {FAKE_NADS, DW_OP_DELETE, NULL, "b", DW_OP_CREATE, NAD_JSON("c", "10.9.2.0/24"), "[overlap-network]",
     "NAD openshift-cnv/b"},
    {FAKE_HCOS, DW_OP_UPDATE, HCO_JSON("b"), "hco", DW_OP_DELETE, NAD_JSON("a", "10.9.1.0/24"), "[network-in-use]",
     "HyperConverged openshift-cnv/hco"},
    {FAKE_HCOS, DW_OP_DELETE, NULL, "hco", DW_OP_DELETE, NAD_JSON("a", "10.9.1.0/24"), "[network-in-use]",
     "HyperConverged openshift-cnv/hco"},
    {FAKE_KUBEVIRTS, DW_OP_UPDATE, KUBEVIRT("b"), "kubevirt", DW_OP_DELETE, NAD_JSON("a", "10.9.1.0/24"),
     "[network-in-use]", "KubeVirt openshift-cnv/kubevirt"},
    {FAKE_KUBEVIRTS, DW_OP_DELETE, NULL, "kubevirt", DW_OP_DELETE, NAD_JSON("a", "10.9.1.0/24"), "[network-in-use]",
     "KubeVirt openshift-cnv/kubevirt"},
};

static void expect_of(struct live *live, enum dw_operation operation, const char *object, const char *old,
                      const char *expected) {
  expect(live, operation, operation == DW_OP_DELETE ? old : object, operation == DW_OP_UPDATE ? old : NULL, expected);
}

static void run_dependent(struct live *live, const struct dependent *dependent) {
  char text[200];
  fake_api_put(live->api, FAKE_NADS, NAD_JSON("a", "10.9.1.0/24"));
  fake_api_put(live->api, FAKE_NADS, NAD_JSON("b", "10.9.2.0/24"));
  if (strcmp(dependent->path, FAKE_KUBEVIRTS) == 0)
    fake_api_put(live->api, FAKE_KUBEVIRTS, KUBEVIRT("a"));
  else
    fake_api_put(live->api, FAKE_HCOS, HCO_JSON("a"));
  start_ready(live);
  fake_api_mute(live->api, true);
  expect(live, dependent->second_operation, dependent->second, NULL, dependent->denied);
  char *old = fake_api_object(live->api, dependent->path, "openshift-cnv", dependent->name);
  expect_of(live, dependent->first_operation, dependent->first, old, "allowed");
  free(old);
  /* Rejected since, or not stored yet. */
  expect(live, dependent->second_operation, dependent->second, NULL, dependent->denied);
  fake_api_refuse_gets(live->api, dependent->path, 403);
  snprintf(text, sizeof text, "503 Droveway can't check this now: can't look up %s: HTTP status 403", dependent->what);
  expect(live, dependent->second_operation, dependent->second, NULL, text);
  fake_api_refuse_gets(live->api, dependent->path, 0);
  /* Stored, although no watch shows it. */
  if (dependent->first == NULL)
    fake_api_delete(live->api, dependent->path, "openshift-cnv", dependent->name);
  else
    fake_api_put(live->api, dependent->path, dependent->first);
  size_t asked = fake_api_asked(live->api, dependent->path, FAKE_GET);
  expect(live, dependent->second_operation, dependent->second, NULL, "allowed");
  assert_int_equal(fake_api_asked(live->api, dependent->path, FAKE_GET), asked + 1);
  /* it is looked up once */
  expect(live, dependent->second_operation, dependent->second, NULL, "allowed");
  assert_int_equal(fake_api_asked(live->api, dependent->path, FAKE_GET), asked + 1);
}

static void does_not_allow_only_because_of_an_unconfirmed_change(void **state) {
  for (size_t i = 0; i < sizeof dependents / sizeof *dependents; i++) {
    void *live = NULL;
    (void)state;
    set_up(&live);
    run_dependent(live, &dependents[i]);
    tear_down(&live);
  }
}

/* Two changes are on their way, and either may be the one that is stored. */
static void either_of_two_quick_updates_may_be_stored(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_NADS, NAD_JSON("a", "10.9.1.0/24"));
  start_ready(live);
  fake_api_mute(live->api, true);
  expect(live, DW_OP_UPDATE, NAD_JSON("a", "10.9.2.0/24"), NAD_JSON("a", "10.9.1.0/24"), "allowed");
  expect(live, DW_OP_UPDATE, NAD_JSON("a", "10.9.3.0/24"), NAD_JSON("a", "10.9.1.0/24"), "allowed");
  for (char range[] = "10.9.1.0/24"; range[5] <= '3'; range[5]++)
    expect_nad(live, "b", range, "[overlap-network]");
  fake_api_put(live->api, FAKE_NADS, NAD_JSON("a", "10.9.3.0/24"));
  expect_nad(live, "b", "10.9.3.0/24", "[overlap-network]");
  expect_nad(live, "b", "10.9.2.0/24", "allowed");
}

/* The old object of the second one shows that the first is stored. */
static void an_update_confirms_the_previous_one(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_NADS, NAD_JSON("a", "10.9.1.0/24"));
  start_ready(live);
  fake_api_mute(live->api, true);
  expect(live, DW_OP_UPDATE, NAD_JSON("a", "10.9.2.0/24"), NAD_JSON("a", "10.9.1.0/24"), "allowed");
  expect(live, DW_OP_UPDATE, NAD_JSON("a", "10.9.2.0/23"), NAD_JSON("a", "10.9.2.0/24"), "allowed");
  expect_nad(live, "b", "10.9.1.0/24", "allowed");
  expect_nad(live, "c", "10.9.3.0/24", "[overlap-network]");
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_GET), 0);
}

static void an_unfit_nad_stays_denied_if_it_can_not_be_looked_up(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_NADS, UNFIT_NAD);
  start_ready(live);
  fake_api_refuse_gets(live->api, FAKE_NADS, 500);
  expect_hco(live, "net", "422 HyperConverged.hco.kubevirt.io");
  expect_hco(live, "net", "[network-unfit]");
  expect_hco(live, "other", "503 Droveway can't check this now: can't look up NAD openshift-cnv/other");
  /* After a fix was admitted, it is unknown which of the two is stored. */
  char *fixed = nad("net", "10.9.0.0/24");
  fake_api_mute(live->api, true);
  expect(live, DW_OP_UPDATE, fixed, UNFIT_NAD, "allowed");
  expect_hco(live, "net", "503 Droveway can't check this now: can't look up NAD openshift-cnv/net");
  free(fixed);
}

static void an_admission_is_replaced_by_what_the_watch_reports(void **state) {
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

/* --- judging takes as long as the test wants --- */

enum { OVERTAKEN_TRIES = 8, LARGE_BODY = 300000, SMALL_ROUNDS = 20, CROWD = 8, CROWD_ROUNDS = 40, SLOW_US = 12000 };

/* Reviews of this name are held after they were judged, and before they are added. */
static struct gate {
  pthread_mutex_t lock;
  pthread_cond_t moved;
  const char *name; /* NULL: open */
  unsigned judged, let_through;
  int64_t work_us; /* CPU time that each judgement uses in addition */
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static void work(int64_t microseconds) {
  int64_t end = dw_clock_microseconds(CLOCK_THREAD_CPUTIME_ID) + microseconds;
  while (dw_clock_microseconds(CLOCK_THREAD_CPUTIME_ID) < end)
    continue;
}

void __real_dw_validate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                        struct dw_answer *answer);
void __wrap_dw_validate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                        struct dw_answer *answer);
void __wrap_dw_validate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                        struct dw_answer *answer) {
  __real_dw_validate(arena, world, request, answer);
  pthread_mutex_lock(&gate.lock);
  bool held = gate.name != NULL && strcmp(gate.name, request->name) == 0;
  int64_t more = held ? SLOW_US : gate.work_us; /* so that no judgement that is held counts as quick */
  unsigned turn = held ? ++gate.judged : 0;
  pthread_cond_broadcast(&gate.moved);
  while (held && gate.name != NULL && gate.let_through < turn)
    pthread_cond_wait(&gate.moved, &gate.lock);
  pthread_mutex_unlock(&gate.lock);
  work(more);
}

static void set_work(int64_t microseconds) {
  pthread_mutex_lock(&gate.lock);
  gate.work_us = microseconds;
  pthread_mutex_unlock(&gate.lock);
}

static void hold(const char *name) {
  pthread_mutex_lock(&gate.lock);
  gate.name = name;
  gate.judged = gate.let_through = 0;
  pthread_cond_broadcast(&gate.moved);
  pthread_mutex_unlock(&gate.lock);
}

static unsigned judged(void) {
  pthread_mutex_lock(&gate.lock);
  unsigned count = gate.judged;
  pthread_mutex_unlock(&gate.lock);
  return count;
}

static void let_one_through(void) {
  pthread_mutex_lock(&gate.lock);
  gate.let_through++;
  pthread_cond_broadcast(&gate.moved);
  pthread_mutex_unlock(&gate.lock);
}

/* The CREATE of a NAD, with so much white space that it is judged in the thread for large bodies. */
static void *send_once(void *context) {
  struct sender *sender = context;
  return answer_to(sender->client, sender->body);
}

static void send_slow(struct live *live, struct sender *sender, const char *range) {
  char *object = nad("slow", range), *small = review_body(DW_OP_CREATE, object, NULL), *body = NULL;
  assert_true(asprintf(&body, "%*s%s", LARGE_BODY, "", small) > 0);
  free(small);
  hold("slow");
  *sender = (struct sender){.client = https_server_client(&live->server), .body = body};
  assert_int_equal(pthread_create(&sender->thread, NULL, send_once, sender), 0);
  free(object);
  WAIT_FOR(judged() == 1);
}

static void expect_slow(struct sender *sender, const char *expected) {
  void *answer = NULL;
  pthread_join(sender->thread, &answer);
  hold(NULL);
  if (strstr(answer, expected) == NULL)
    fail_msg("expected \"%s\", got \"%s\"", expected, (char *)answer);
  free(answer);
  https_client_free(sender->client);
  free(sender->body);
}

static void a_review_in_progress_delays_no_other(void **state) {
  struct live *live = *state;
  struct sender slow;
  put_nad(live, "there", "10.8.0.0/24");
  start_ready(live);
  send_slow(live, &slow, "10.9.0.0/16");
  char *other = nad("other", "10.7.0.0/24");
  char *dry_run = dry_run_body(other);
  for (int i = 0; i < SMALL_ROUNDS; i++) {
    char name[32], range[40];
    snprintf(name, sizeof name, "net-%d", i);
    snprintf(range, sizeof range, "10.10.%d.0/24", i);
    expect_nad(live, name, range, "allowed");
    expect_nad(live, "b", "10.8.0.0/25", "[overlap-network]");
    expect_hco(live, "missing", "no such NAD");
    char *answer = answer_to(live->client, dry_run);
    assert_string_equal(answer, "allowed");
    free(answer);
  }
  expect(live, DW_OP_DELETE, other, NULL, "allowed");
  assert_int_equal(judged(), 1); /* it is still in progress */
  let_one_through();
  WAIT_FOR(judged() == 2); /* others were admitted meanwhile: it is judged again */
  let_one_through();
  expect_slow(&slow, "allowed");
  expect_nad(live, "c", "10.9.3.0/24", "[overlap-network]");
  free(dry_run);
  free(other);
}

/* The addresses were free when it was judged, and no longer are when it is done. */
static void a_review_is_judged_again_with_what_was_admitted_meanwhile(void **state) {
  struct live *live = *state;
  struct sender slow;
  start_ready(live);
  send_slow(live, &slow, "10.9.0.0/16");
  expect_nad(live, "quick", "10.9.3.0/24", "allowed");
  put_nad(live, "quick", "10.9.3.0/24");
  WAIT_FOR(
      get_has(live, "/metrics", 200, "view_objects{resource=\"network-attachment-definitions.k8s.cni.cncf.io\"} 1\n"));
  expect_hco(live, "quick", "allowed"); /* a review that drops what has arrived */
  let_one_through();
  WAIT_FOR(judged() == 2);
  let_one_through();
  expect_slow(&slow, "[overlap-network]");
}

/* Reviews that are denied or change nothing don't cause another judgement. */
static void a_review_is_judged_again_only_after_an_admission(void **state) {
  struct live *live = *state;
  struct sender slow;
  put_nad(live, "there", "10.8.0.0/24");
  start_ready(live);
  send_slow(live, &slow, "10.9.0.0/16");
  char *there = nad("there", "10.8.0.0/24");
  expect_nad(live, "b", "10.8.0.0/25", "[overlap-network]");
  expect(live, DW_OP_UPDATE, there, there, "allowed");
  expect(live, DW_OP_CREATE, there, NULL, "allowed");
  let_one_through();
  expect_slow(&slow, "allowed");
  free(there);
}

static void overtake(struct live *live, struct sender *slow, int times) {
  for (int i = 0; i < times; i++) {
    char name[32], range[40];
    snprintf(name, sizeof name, "net-%d", i);
    snprintf(range, sizeof range, "10.10.%d.0/24", i);
    WAIT_FOR(judged() == (unsigned)i + 1);
    expect_nad(live, name, range, "allowed");
    let_one_through();
  }
  (void)slow;
}

static void a_slow_review_is_judged_a_limited_number_of_times(void **state) {
  struct live *live = *state;
  struct sender slow;
  start_ready(live);
  send_slow(live, &slow, "10.9.0.0/16");
  overtake(live, &slow, OVERTAKEN_TRIES - 1);
  WAIT_FOR(judged() == OVERTAKEN_TRIES);
  let_one_through();
  expect_slow(&slow, "allowed");
  send_slow(live, &slow, "10.8.0.0/16");
  overtake(live, &slow, OVERTAKEN_TRIES);
  expect_slow(&slow, "503 Droveway can't check this now because other objects keep being admitted; try again");
}

/* Quick reviews that overtake each other are all answered. */
static void *crowd(void *context) {
  struct contender *contender = context;
  for (int i = 0; i < contender->rounds; i++) {
    char name[32], range[40];
    snprintf(name, sizeof name, "net-%d-%d", contender->number, i);
    snprintf(range, sizeof range, "10.%d.%d.0/24", 20 + contender->number, i);
    char *object = nad(name, range);
    char *body = review_body(DW_OP_CREATE, object, NULL);
    char *answer = answer_to(contender->client, body);
    contender->round += strcmp(answer, "allowed") == 0;
    free(answer);
    free(body);
    free(object);
  }
  return NULL;
}

static void expect_crowd(struct live *live, int rounds) {
  struct contender contenders[CROWD];
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, NULL, &(struct dw_server_options){.threads = CROWD});
  live->client = https_server_client(&live->server);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  for (int i = 0; i < CROWD; i++) {
    contenders[i] = (struct contender){.client = https_server_client(&live->server), .number = i, .rounds = rounds};
    assert_int_equal(pthread_create(&contenders[i].thread, NULL, crowd, &contenders[i]), 0);
  }
  for (int i = 0; i < CROWD; i++) {
    pthread_join(contenders[i].thread, NULL);
    https_client_free(contenders[i].client);
  }
  for (int i = 0; i < CROWD; i++)
    assert_int_equal(contenders[i].round, rounds);
}

static void many_quick_reviews_are_all_answered(void **state) {
  expect_crowd(*state, CROWD_ROUNDS);
}

/* As with thousands of unconfirmed objects. There are more reviews at once than processors, so that each takes longer.
 */
static void many_reviews_of_some_milliseconds_are_all_answered(void **state) {
  set_work(2000);
  expect_crowd(*state, CROWD_ROUNDS / 2);
  set_work(0);
}

/* --- policy --- */

static void uses_a_changed_policy_with_the_same_cluster(void **state) {
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
  wait_for_text(live->server.log, "reloaded policy and state", 1);
  expect_nad(live, "other", "10.9.0.0/24", "allowed");
  replace_file(live->server.folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: 7\n");
  wait_for_text(live->server.log, "the previous one stays in use", 1);
  expect_nad(live, "third", "10.9.0.0/24", "allowed");
}

/* Before the cluster is read, no policy makes the server ready. The newest one is used from the first review on. */
static void uses_a_policy_that_changes_before_the_cluster_is_read(void **state) {
  struct live *live = *state;
  live->policy = path_in(live->server.folder, "policy.yaml");
  put_nad(live, "net", "10.9.0.0/24");
  fake_api_refuse(live->api, FAKE_NODES, 500);
  replace_file(live->server.folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\n");
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, &(struct dw_sources){.policy = live->policy}, NULL);
  live->client = https_server_client(&live->server);
  WAIT_FOR(get_has(live, "/readyz?verbose", 503, "[-]nodes: not listed yet"));
  replace_file(live->server.folder, "policy.yaml",
               "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules:\n  overlap-network: off\n");
  wait_for_text(live->server.log, "reloaded policy and state", 1);
  assert_true(get_has(live, "/readyz?verbose", 503, "[-]view"));
  assert_true(get_has(live, "/metrics", 200, "droveway_ready 0\n"));
  fake_api_refuse(live->api, FAKE_NODES, 0);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  expect_nad(live, "other", "10.9.0.0/24", "allowed");
  replace_file(live->server.folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\n");
  wait_for_text(live->server.log, "reloaded policy and state", 2);
  assert_true(get_has(live, "/readyz", 200, "ok"));
  expect_nad(live, "third", "10.9.0.0/24", "[overlap-network]");
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      LIVE(is_not_ready_before_the_cluster_is_read),
      LIVE(stays_ready_while_the_api_server_is_unreachable),
      LIVE(reports_what_rbac_forbids),
      LIVE(looks_up_a_nad_that_the_view_lacks),
      LIVE(looks_up_a_nad_that_the_view_knows_as_unfit),
      LIVE(answers_503_if_a_look_up_fails),
      LIVE(does_not_look_up_what_the_view_contains),
      LIVE(allows_a_nad_and_its_hyperconverged_at_once),
      LIVE(allows_exactly_one_of_two_that_overlap),
      LIVE(allows_exactly_one_of_several_that_overlap_while_worlds_change),
      LIVE(a_dry_run_does_not_count),
      LIVE(a_create_of_an_existing_object_does_not_count),
      LIVE(a_create_that_lost_to_another_replica_does_not_count),
      cmocka_unit_test(does_not_allow_only_because_of_an_unconfirmed_change),
      LIVE(either_of_two_quick_updates_may_be_stored),
      LIVE(an_update_confirms_the_previous_one),
      LIVE(an_unfit_nad_stays_denied_if_it_can_not_be_looked_up),
      LIVE(an_admission_is_replaced_by_what_the_watch_reports),
      LIVE(a_review_in_progress_delays_no_other),
      LIVE(a_review_is_judged_again_with_what_was_admitted_meanwhile),
      LIVE(a_review_is_judged_again_only_after_an_admission),
      LIVE(a_slow_review_is_judged_a_limited_number_of_times),
      LIVE(many_quick_reviews_are_all_answered),
      LIVE(many_reviews_of_some_milliseconds_are_all_answered),
      LIVE(uses_a_changed_policy_with_the_same_cluster),
      LIVE(uses_a_policy_that_changes_before_the_cluster_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
