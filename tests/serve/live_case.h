/* A server with a simulated API server as its live cluster. */
#ifndef TESTS_SERVE_LIVE_CASE_H
#define TESTS_SERVE_LIVE_CASE_H

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

static inline void start(struct live *live) {
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, NULL, NULL);
  live->client = https_server_client(&live->server);
}

static inline int set_up(void **state) {
  struct live *live = calloc(1, sizeof *live);
  assert_non_null(live);
  https_server_prepare(&live->server);
  live->api = fake_api_start();
  fake_api_serve_all(live->api);
  fake_api_withdraw(live->api, FAKE_NNS);
  *state = live;
  return 0;
}

static inline int tear_down(void **state) {
  struct live *live = *state;
  https_client_free(live->client);
  https_server_end(&live->server);
  fake_api_end(live->api);
  free(live->policy);
  free(live);
  return 0;
}

/* --- requests --- */

static inline struct https_reply get(struct live *live, const char *path) {
  if (strcmp(path, "/metrics") == 0)
    return https_server_metrics(&live->server);
  return https_send(live->client, &(struct https_request){.path = path});
}

static inline bool get_has(struct live *live, const char *path, long status, const char *text) {
  struct https_reply reply = get(live, path);
  bool has = reply.status == status && strstr(reply.body, text) != NULL;
  https_reply_free(&reply);
  return has;
}

static inline void start_ready(struct live *live) {
  start(live);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  WAIT_FOR(get_has(live, "/metrics", 200, "watch_up{resource=\"network-attachment-definitions.k8s.cni.cncf.io\"} 1"));
}

/* The answer of /validate to BODY: "allowed", or the code and message of the status. The caller frees it. */
static inline char *answer_to(struct https_client *client, const char *body) {
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

static inline void expect(struct live *live, enum dw_operation operation, const char *object, const char *old,
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
static inline char *nad(const char *name, const char *range) {
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

static inline char *hco(const char *network) {
  char *text = NULL;
  assert_true(asprintf(&text, HCO, network) > 0);
  return text;
}

static inline void put_nad(struct live *live, const char *name, const char *range) {
  char *text = nad(name, range);
  fake_api_put(live->api, FAKE_NADS, text);
  free(text);
}

static inline void expect_nad(struct live *live, const char *name, const char *range, const char *expected) {
  char *text = nad(name, range);
  expect(live, DW_OP_CREATE, text, NULL, expected);
  free(text);
}

static inline void expect_hco(struct live *live, const char *network, const char *expected) {
  char *text = hco(network);
  expect(live, DW_OP_CREATE, text, NULL, expected);
  free(text);
}

#endif
