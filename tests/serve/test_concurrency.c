/* Many clients at once while policy and state are reloaded; also run under ThreadSanitizer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/https_server.h"
#include "support/run_program.h"

/* The clients continue until the server has reloaded often enough. Each number bounds a loop that would otherwise not
 * end. */
enum { CLIENTS = 6, MOST_REQUESTS = 20000, MOST_CHANGES = 600, REREADS = 4 };

#define NODE "apiVersion: v1\nkind: Node\nmetadata: {name: worker-%d, labels: {kubevirt.io/schedulable: \"true\"}}\n"

static const char *const recorded[] = {
    "tests/payloads/recorded/validate-nad-create.json",      "tests/payloads/recorded/validate-nad-update-range.json",
    "tests/payloads/recorded/validate-hco-v1-create.json",   "tests/payloads/recorded/validate-nad-delete.json",
    "tests/payloads/recorded/validate-kubevirt-update.json", "tests/payloads/recorded/mutate-hco-v1beta1-create.json",
};
enum { RECORDED = sizeof recorded / sizeof recorded[0] };

struct job {
  struct https_server *server;
  char *bodies[RECORDED];
  size_t lengths[RECORDED];
  atomic_bool enough;
  atomic_uint decided;
  atomic_uint healthy;
  atomic_uint failed;
};

static void *post_all(void *argument) {
  struct job *job = argument;
  struct https_client *client = https_server_client(job->server);
  for (size_t i = 0; i < MOST_REQUESTS && (i < RECORDED || !atomic_load(&job->enough)); i++) {
    size_t which = i % RECORDED;
    struct https_request request = {.path = which == RECORDED - 1 ? "/mutate" : "/validate",
                                    .body = job->bodies[which],
                                    .length = job->lengths[which]};
    struct https_reply reply = https_send(client, &request);
    bool good = reply.status == 200 && strstr(reply.body, "\"uid\"") != NULL;
    atomic_fetch_add(good ? &job->decided : &job->failed, 1);
    https_reply_free(&reply);
  }
  https_client_free(client);
  return NULL;
}

static void *check_health(void *argument) {
  struct job *job = argument;
  for (size_t i = 0; i < MOST_REQUESTS && (i == 0 || !atomic_load(&job->enough));
       i++) { /* one connection per request */
    struct https_client *client = https_server_client(job->server);
    struct https_reply reply = https_send(client, &(struct https_request){.path = "/readyz"});
    atomic_fetch_add(reply.status == 200 ? &job->healthy : &job->failed, 1);
    https_reply_free(&reply);
    https_client_free(client);
  }
  return NULL;
}

static void change(const struct https_server *server, const char *cluster, int round) {
  char text[512];
  snprintf(text, sizeof text, "apiVersion: droveway.io/v1alpha1\nkind: Policy\nnamespace: ns-%d\n%s", round,
           round % 5 == 4 ? "nonsense: 1\n" : "");
  replace_file(server->folder, "policy.yaml", text);
  snprintf(text, sizeof text, NODE, round);
  replace_file(cluster, round % 2 == 0 ? "a.yaml" : "b.yaml", text);
  if (round % 3 == 0)
    dw_worlds_reread(server->worlds);
  pause_ms(20);
}

static void answers_requests_while_everything_changes(void **state) {
  (void)state;
  struct https_server server;
  struct job job = {.server = &server};
  pthread_t clients[CLIENTS + 1];
  char cluster[64];
  folder_make(cluster);
  https_server_prepare(&server);
  replace_file(server.folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\n");
  char *policy = path_in(server.folder, "policy.yaml");
  https_server_start(&server, &(struct dw_sources){.policy = policy, .state = cluster},
                     &(struct dw_server_options){.threads = 4});
  for (size_t i = 0; i < RECORDED; i++)
    job.bodies[i] = file_text(recorded[i], &job.lengths[i]);
  for (int i = 0; i <= CLIENTS; i++)
    assert_int_equal(pthread_create(&clients[i], NULL, i < CLIENTS ? post_all : check_health, &job), 0);
  size_t rereads = 0;
  for (int round = 0; round < MOST_CHANGES && rereads < REREADS; round++) {
    change(&server, cluster, round);
    rereads = count_in_file(server.log, "reloaded policy and state");
  }
  atomic_store(&job.enough, true);
  for (int i = 0; i <= CLIENTS; i++)
    pthread_join(clients[i], NULL);
  size_t decisions = count_in_file(server.log, "\"msg\":\"decision\"");
  https_server_stop(&server);
  assert_int_equal(atomic_load(&job.failed), 0);
  assert_true(atomic_load(&job.healthy) > 0);
  assert_true(decisions >= (size_t)CLIENTS * RECORDED);
  assert_int_equal(atomic_load(&job.decided), decisions);
  assert_true(rereads >= REREADS);
  for (size_t i = 0; i < RECORDED; i++)
    free(job.bodies[i]);
  free(policy);
  https_server_end(&server);
  folder_remove(cluster);
}

/* A client either gets its whole answer or a closed connection, never half an answer. */
struct burst {
  struct https_server *server;
  const char *body;
  size_t length;
  atomic_uint half;
  atomic_uint answered;
};

static void *post_until_closed(void *argument) {
  struct burst *burst = argument;
  struct https_client *client = https_server_client(burst->server);
  for (int i = 0; i < 500; i++) {
    struct https_reply reply =
        https_send(client, &(struct https_request){.path = "/validate", .body = burst->body, .length = burst->length});
    bool whole = reply.status == 200 && reply.length > 0 && reply.body[reply.length - 1] == '\n';
    if (reply.status == 200)
      atomic_fetch_add(whole ? &burst->answered : &burst->half, 1);
    long status = reply.status;
    https_reply_free(&reply);
    if (status == 0)
      break;
  }
  https_client_free(client);
  return NULL;
}

static void stopping_under_load_truncates_no_answer(void **state) {
  (void)state;
  struct https_server server;
  pthread_t clients[CLIENTS];
  struct burst burst = {.server = &server};
  char *body = file_text(recorded[0], &burst.length);
  burst.body = body;
  https_server_prepare(&server);
  https_server_start(&server, NULL, &(struct dw_server_options){.threads = 3});
  for (int i = 0; i < CLIENTS; i++)
    assert_int_equal(pthread_create(&clients[i], NULL, post_until_closed, &burst), 0);
  for (int i = 0; i < 4000 && atomic_load(&burst.answered) < 30; i++)
    pause_ms(5);
  assert_true(atomic_load(&burst.answered) >= 30);
  https_server_stop(&server);
  for (int i = 0; i < CLIENTS; i++)
    pthread_join(clients[i], NULL);
  size_t decisions = count_in_file(server.log, "\"msg\":\"decision\"");
  https_server_end(&server);
  free(body);
  assert_int_equal(atomic_load(&burst.half), 0);
  assert_int_equal(atomic_load(&burst.answered), decisions); /* every review that was judged was answered */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answers_requests_while_everything_changes),
      cmocka_unit_test(stopping_under_load_truncates_no_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
