/* A kind that RBAC allows to list but not to watch: what /readyz?verbose, the log and the metrics show, and what
 * reviews see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "support/fake_api.h"
#include "support/https_server.h"

#define NADS "network-attachment-definitions.k8s.cni.cncf.io"

struct live {
  struct fake_api *api;
  struct https_server server;
  struct https_client *client;
};

static int set_up(void **state) {
  struct live *live = calloc(1, sizeof *live);
  assert_non_null(live);
  https_server_prepare(&live->server);
  live->api = fake_api_start();
  fake_api_serve_all(live->api);
  fake_api_put(live->api, FAKE_NADS,
               "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":"
               "\"net\",\"namespace\":\"openshift-cnv\"},\"spec\":{\"config\":\"{}\"}}");
  fake_api_refuse_watches(live->api, FAKE_NADS, 403);
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, NULL, NULL);
  live->client = https_server_client(&live->server);
  *state = live;
  return 0;
}

static int tear_down(void **state) {
  struct live *live = *state;
  https_client_free(live->client);
  https_server_end(&live->server);
  fake_api_end(live->api);
  free(live);
  return 0;
}

static bool readyz_has(struct live *live, const char *text) {
  struct https_reply reply = https_send(live->client, &(struct https_request){.path = "/readyz?verbose"});
  bool has = reply.status == 200 && strstr(reply.body, text) != NULL;
  https_reply_free(&reply);
  return has;
}

static double metric(struct live *live, const char *name) {
  return https_server_metric(&live->server, name);
}

static void shows_a_watch_that_rbac_refuses(void **state) {
  struct live *live = *state;
  WAIT_FOR(readyz_has(live, "[!]" NADS
                            ": RBAC forbids watching it; listed every 30 to 60 s instead, 1 object, last heard from "));
  assert_true(readyz_has(live, " s ago (HTTP status 403: the test said 403)\n"));
  assert_true(metric(live, "droveway_watch_refused{resource=\"" NADS "\"}") == 1);
  assert_true(metric(live, "droveway_watch_up{resource=\"" NADS "\"}") == 0);
  assert_true(metric(live, "droveway_view_failures_total{resource=\"" NADS "\"}") == 1);
  assert_true(metric(live, "droveway_lists_total{resource=\"" NADS "\"}") == 1);
  assert_true(metric(live, "droveway_watch_refused{resource=\"nodes\"}") == 0);
  assert_true(metric(live, "droveway_view_failures_total{resource=\"nodes\"}") == 0);
  assert_int_equal(count_in_file(live->server.log,
                                 "\"level\":\"warn\",\"msg\":\"network-attachment-definitions: RBAC forbids watching "
                                 "it; listed every 30 to 60 s instead\",\"group\":\"k8s.cni.cncf.io\",\"objects\":1,"
                                 "\"reason\":\"HTTP status 403: the test said 403\"}\n"),
                   1);
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_LIST), 1);
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_WATCH), 1);
}

#define UNWATCHED "\n[!]" NADS ": RBAC forbids watching it; listed every 30 to 60 s instead, 1 object, last heard from "

/* The seconds after "last heard from"; -1 if TEXT is not in /readyz?verbose. */
static long seconds_since_contact(struct live *live, const char *text) {
  struct https_reply reply = https_send(live->client, &(struct https_request){.path = "/readyz?verbose"});
  const char *at = strstr(reply.body, text);
  long seconds = at == NULL ? -1 : strtol(at + strlen(text), NULL, 10);
  https_reply_free(&reply);
  return seconds;
}

static void shows_each_watch(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_NODES, "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"w1\"}}");
  WAIT_FOR(readyz_has(live, "[+]shutdown\n[+]view\n"));
  WAIT_FOR(readyz_has(live, "\n[+]nodes: watching, 1 object, last heard from 0 s ago\n"));
  WAIT_FOR(readyz_has(live, "\n[+]kubevirts.kubevirt.io: watching, 0 objects, last heard from 0 s ago\n"));
  WAIT_FOR(seconds_since_contact(live, UNWATCHED) >= 1);
  assert_in_range(seconds_since_contact(live, UNWATCHED), 1, 600);
  assert_true(readyz_has(live, "\nreadyz check passed\n"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(shows_a_watch_that_rbac_refuses, set_up, tear_down),
      cmocka_unit_test_setup_teardown(shows_each_watch, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
