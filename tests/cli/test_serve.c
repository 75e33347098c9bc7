/* The program as it runs in a pod: signals, logs, and the same answers as `review`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/https_client.h"
#include "support/https_server.h"
#include "support/run_program.h"

#define RECORDED "tests/payloads/recorded/"

struct fixture {
  struct service service;
  char log[64]; /* the path of its log */
  char ca[96];
  char folder[64]; /* contains the policy */
  char *policy;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  folder_make(f->folder);
  folder_write(f->folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\n");
  f->policy = path_in(f->folder, "policy.yaml");
  f->service = service_start((const char *const[]){"--policy", f->policy, "--threads", "2", "--max-body", "64Ki",
                                                   "--audit-interval", "0", NULL});
  snprintf(f->log, sizeof f->log, "/proc/self/fd/%d", f->service.log);
  snprintf(f->ca, sizeof f->ca, "%s/ca.crt", f->service.folder);
  *state = f;
  return 0;
}

static void clean_up(struct fixture *f) {
  folder_remove(f->folder);
  free(f->policy);
  free(f);
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  int status = service_stop(&f->service);
  clean_up(f);
  return status;
}

static struct https_client *client_of(struct fixture *f) {
  return https_client_new("localhost", (uint16_t)f->service.port, f->ca);
}

static void assert_same_as_review(struct https_client *client, const char *file, bool mutate) {
  size_t length = 0;
  char *body = file_text(file, &length);
  struct https_reply reply = https_send(
      client, &(struct https_request){
                  .path = mutate ? "/mutate?timeout=5s" : "/validate?timeout=5s", .body = body, .length = length});
  RUN_SCOPED run = mutate ? RUN("review", "--mutate", file) : RUN("review", file);
  assert_int_equal(reply.status, 200);
  assert_string_equal(reply.body, run.out);
  https_reply_free(&reply);
  free(body);
}

static void https_and_review_give_the_same_bytes(void **state) {
  static const char *const files[] = {RECORDED "validate-nad-create.json", RECORDED "validate-nad-delete.json",
                                      RECORDED "validate-hco-v1-update.json", RECORDED "mutate-nad-create.json",
                                      RECORDED "mutate-hco-v1-create.json"};
  struct https_client *client = client_of(*state);
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    assert_same_as_review(client, files[i], false);
    assert_same_as_review(client, files[i], true);
  }
  https_client_free(client);
}

static void hup_reloads(void **state) {
  struct fixture *f = *state;
  kill(f->service.pid, SIGHUP);
  wait_for_text(f->log, "reloaded policy and state", 1);
  replace_file(f->folder, "policy.yaml", "kind: Nonsense\n");
  wait_for_text(f->log, "stays in use", 1);
  kill(f->service.pid, SIGHUP);
  wait_for_text(f->log, "stays in use", 2);
  struct https_client *client = client_of(f);
  assert_same_as_review(client, RECORDED "validate-nad-create.json", false);
  https_client_free(client);
}

static void the_body_limit_is_configurable(void **state) {
  struct https_client *client = client_of(*state);
  char *body = malloc(65537);
  assert_non_null(body);
  memset(body, ' ', 65537);
  struct https_reply within =
      https_send(client, &(struct https_request){.path = "/mutate", .body = body, .length = 65536});
  struct https_reply over =
      https_send(client, &(struct https_request){.path = "/mutate", .body = body, .length = 65537});
  assert_int_equal(within.status, 400);
  assert_int_equal(over.status, 413);
  https_reply_free(&within);
  https_reply_free(&over);
  free(body);
  https_client_free(client);
}

static void every_line_of_the_log_is_json(void **state) {
  struct fixture *f = *state;
  struct https_client *client = client_of(f);
  struct https_reply reply = https_send(client, &(struct https_request){.path = "/no%0A%22such%01%FF"});
  assert_int_equal(reply.status, 404);
  assert_same_as_review(client, RECORDED "validate-nad-create.json", false);
  wait_for_text(f->log, "\"msg\":\"decision\"", 1);
  char *log = file_text(f->log, NULL), *rest = log;
  int lines = 0;
  for (char *line; (line = strsep(&rest, "\n")) != NULL && line[0] != '\0'; lines++) {
    struct json_object *object = json_tokener_parse(line);
    if (object == NULL || !json_object_object_get_ex(object, "msg", NULL))
      fail_msg("%s", line);
    json_object_put(object);
  }
  assert_int_equal(lines, 5); /* the source, the sandbox, the address, a refusal, a decision */
  free(log);
  https_reply_free(&reply);
  https_client_free(client);
}

/* libmicrohttpd's epoll mode hangs with exactly this many (docs/libmicrohttpd.md). */
static void simultaneous_requests_are_all_answered(void **state) {
  enum { COUNT = 128 };
  static const char request[] = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  (void)state;
  struct https_raw *clients[COUNT];
  struct service service = service_start((const char *const[]){"--threads", "1", "--connection-rate", "60000", NULL});
  char ca[96];
  snprintf(ca, sizeof ca, "%s/ca.crt", service.folder);
  for (size_t i = 0; i < COUNT; i++)
    clients[i] = https_raw_open("localhost", (uint16_t)service.port, ca);
  assert_int_equal(kill(service.pid, SIGSTOP), 0);
  assert_int_equal(waitpid(service.pid, NULL, WUNTRACED), service.pid);
  for (size_t i = 0; i < COUNT; i++)
    assert_true(https_raw_send(clients[i], request, sizeof request - 1));
  assert_int_equal(kill(service.pid, SIGCONT), 0);
  for (size_t i = 0; i < COUNT; i++) {
    char *answer = https_raw_receive(clients[i], 10000, NULL);
    if (strncmp(answer, "HTTP/1.1 200", 12) != 0)
      fail_msg("client %zu was answered \"%s\"", i, answer);
    free(answer);
    https_raw_close(clients[i]);
  }
  assert_int_equal(service_stop(&service), 0);
}

static void term_finishes_requests_in_flight(void **state) {
  static const char tail[] = "{}";
  struct fixture *f = *state;
  struct https_raw *raw = https_raw_open("localhost", (uint16_t)f->service.port, f->ca);
  static const char head[] =
      "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n";
  int status = 0;
  assert_non_null(raw);
  assert_true(https_raw_send(raw, head, sizeof head - 1));
  pause_ms(200);
  kill(f->service.pid, SIGTERM);
  wait_for_text(f->log, "\"stopping", 1);
  pause_ms(300);
  assert_int_equal(waitpid(f->service.pid, &status, WNOHANG), 0); /* it waits */
  assert_true(https_raw_send(raw, tail, 2));
  char *answer = https_raw_receive(raw, 2000, NULL);
  assert_int_equal(strncmp(answer, "HTTP/1.1 400 ", 13), 0);
  free(answer);
  https_raw_close(raw);
  wait_for_text(f->log, "\"msg\":\"stopped\"", 1);
  assert_int_equal(waitpid(f->service.pid, &status, 0), f->service.pid);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  close(f->service.log);
  folder_remove(f->service.folder);
  clean_up(f);
}

static struct https_reply get(struct fixture *f, const char *path) {
  struct https_client *client = client_of(f);
  struct https_reply reply = https_send(client, &(struct https_request){.path = path});
  https_client_free(client);
  return reply;
}

/* A load balancer must be able to remove it before it exits: it is not ready, but answers every request. */
static void term_keeps_answering_until_the_delay_or_a_second_term(void **state) {
  struct fixture f = {.policy = strdup("")};
  (void)state;
  f.service = service_start((const char *const[]){"--shutdown-delay", "60", "--shutdown-timeout", "90", NULL});
  snprintf(f.log, sizeof f.log, "/proc/self/fd/%d", f.service.log);
  snprintf(f.ca, sizeof f.ca, "%s/ca.crt", f.service.folder);
  struct https_client *client = client_of(&f);
  struct https_reply before = https_send(client, &(struct https_request){.path = "/readyz"});
  assert_int_equal(before.status, 200);
  assert_null(strcasestr(before.headers, "Connection: close"));
  assert_int_equal(kill(f.service.pid, SIGTERM), 0);
  wait_for_text(f.log, "\"msg\":\"stopping", 1);
  struct https_reply ready = https_send(client, &(struct https_request){.path = "/readyz"});
  assert_int_equal(ready.status, 503);
  assert_int_equal(ready.new_connections, 0);
  assert_non_null(strcasestr(ready.headers, "Connection: close"));
  assert_same_as_review(client, RECORDED "validate-nad-create.json", false);
  struct https_reply live = get(&f, "/livez");
  assert_int_equal(live.status, 200);
  assert_int_equal(service_stop(&f.service), 0);
  https_reply_free(&before);
  https_reply_free(&ready);
  https_reply_free(&live);
  https_client_free(client);
  free(f.policy);
}

static void the_timeout_ends_the_delay_and_stuck_requests(void **state) {
  struct fixture f = {.policy = strdup("")};
  (void)state;
  f.service = service_start((const char *const[]){"--shutdown-delay", "1h", "--shutdown-timeout", "1200ms", NULL});
  snprintf(f.ca, sizeof f.ca, "%s/ca.crt", f.service.folder);
  struct https_raw *raw = https_raw_open("localhost", (uint16_t)f.service.port, f.ca);
  static const char head[] =
      "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n";
  assert_non_null(raw);
  assert_true(https_raw_send(raw, head, sizeof head - 1)); /* the body is never sent */
  assert_int_equal(service_stop(&f.service), 0);
  https_raw_close(raw);
  free(f.policy);
}

static void reviews_are_recorded_unchanged(void **state) {
  char folder[64];
  (void)state;
  folder_make(folder);
  char *records = path_in(folder, "records");
  struct fixture f = {.policy = strdup("")};
  f.service = service_start((const char *const[]){"--record", records, NULL});
  snprintf(f.ca, sizeof f.ca, "%s/ca.crt", f.service.folder);
  struct https_client *client = client_of(&f);
  assert_same_as_review(client, RECORDED "validate-nad-create.json", false);
  struct https_reply bad =
      https_send(client, &(struct https_request){.path = "/mutate", .body = "no review", .length = 9});
  assert_int_equal(bad.status, 400);
  size_t length = 0;
  char *sent = file_text(RECORDED "validate-nad-create.json", &length);
  struct json_object *review = json_tokener_parse(sent);
  struct json_object *name = NULL;
  assert_int_equal(json_pointer_get(review, "/request/name", &name), 0);
  char file[200];
  snprintf(file, sizeof file, "000000-validate-CREATE-NetworkAttachmentDefinition-%s.json",
           json_object_get_string(name));
  char *first = path_in(records, file);
  char *second = path_in(records, "000001-mutate-unreadable.json");
  WAIT_FOR(access(first, F_OK) == 0 && access(second, F_OK) == 0);
  char *kept = file_text(first, NULL);
  assert_string_equal(kept, sent);
  char *unreadable = file_text(second, NULL);
  assert_string_equal(unreadable, "no review");
  assert_int_equal(service_stop(&f.service), 0);
  json_object_put(review);
  free(sent);
  free(kept);
  free(unreadable);
  free(first);
  free(second);
  folder_remove(records);
  free(records);
  free(f.policy);
  https_reply_free(&bad);
  https_client_free(client);
  folder_remove(folder);
}

#define ASSERT_FAILS(text, ...)                                                                                        \
  do {                                                                                                                 \
    RUN_SCOPED bad = RUN("serve", __VA_ARGS__);                                                                        \
    assert_int_equal(bad.status, 2);                                                                                   \
    if (strstr(bad.err, text) == NULL)                                                                                 \
      fail_msg("no \"%s\" in \"%s\"", text, bad.err);                                                                  \
  } while (0)

/* --- logs as text, levels --- */

/* A separate service with these options and without the policy folder. */
static struct fixture begin(const char *const *options) {
  struct fixture f = {.policy = strdup("")};
  folder_make(f.folder);
  f.service = service_start(options);
  snprintf(f.log, sizeof f.log, "/proc/self/fd/%d", f.service.log);
  snprintf(f.ca, sizeof f.ca, "%s/ca.crt", f.service.folder);
  return f;
}

static void end(struct fixture *f) {
  assert_int_equal(service_stop(&f->service), 0);
  folder_remove(f->folder);
  free(f->policy);
}

static void the_log_can_be_text(void **state) {
  (void)state;
  struct fixture f = begin((const char *const[]){"--log-format", "text", NULL});
  struct https_client *client = client_of(&f);
  struct https_reply reply =
      https_send(client, &(struct https_request){.path = "/no%0AINFO%20decision%20verdict=x%1B"});
  assert_int_equal(reply.status, 404);
  assert_same_as_review(client, RECORDED "validate-nad-create.json", false);
  wait_for_text(f.log, " INFO  decision endpoint=validate ", 1);
  wait_for_text(f.log, " WARN  request refused status=404 ", 1);
  wait_for_text(f.log, " path=\"/no\\nINFO decision verdict=x\\u001b\"", 1);
  assert_int_equal(count_in_file(f.log, "{"), 0);
  assert_int_equal(count_in_file(f.log, "\nINFO"), 0);
  https_reply_free(&reply);
  https_client_free(client);
  end(&f);
}

/* Messages of the library about connections are logged at debug. */
static void the_log_level_can_be_set(void **state) {
  (void)state;
  struct fixture f = begin((const char *const[]){"--log-level", "debug", NULL});
  struct https_client *client = client_of(&f);
  assert_same_as_review(client, RECORDED "validate-nad-create.json", false);
  wait_for_text(f.log, "\"msg\":\"decision\"", 1);
  https_client_free(client);
  struct https_client *plain = https_client_new("localhost", (uint16_t)f.service.port, "/dev/null");
  struct https_reply reply = https_send(plain, &(struct https_request){.path = "/livez"});
  assert_int_equal(reply.status, 0); /* it does not trust the certificate, and hangs up */
  wait_for_text(f.log, "\"level\":\"debug\"", 1);
  https_reply_free(&reply);
  https_client_free(plain);
  end(&f);
}

/* --- metrics --- */

static int metrics_port(const struct fixture *f) {
  wait_for_text(f->log, "\"serving metrics\"", 1);
  char *log = file_text(f->log, NULL);
  const char *port = strstr(strstr(log, "\"serving metrics\""), "\"port\":");
  assert_non_null(port);
  int number = atoi(port + strlen("\"port\":"));
  free(log);
  return number;
}

/* Process metrics from the kernel are available inside the sandbox. */
static void metrics_have_a_separate_listener(void **state) {
  static const char *const names[] = {
      "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds", "process_max_fds",
      "process_cpu_seconds_total",     "process_start_time_seconds",   "process_threads",  "droveway_ready"};
  (void)state;
  struct fixture f = begin((const char *const[]){"--metrics-listen", "127.0.0.1:0", NULL});
  struct https_client *client = client_of(&f);
  struct https_client *metrics = https_client_new("localhost", (uint16_t)metrics_port(&f), f.ca);
  assert_same_as_review(client, RECORDED "validate-nad-create.json", false);
  struct https_reply reply = https_send(metrics, &(struct https_request){.path = "/metrics"});
  assert_int_equal(reply.status, 200);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char line[64];
    snprintf(line, sizeof line, "\n%s ", names[i]);
    const char *at = strstr(reply.body, line);
    if (at == NULL || strtod(at + strlen(line), NULL) <= 0)
      fail_msg("no %s", names[i]);
  }
  assert_non_null(strstr(reply.body, "\ndroveway_review_duration_seconds_count{endpoint=\"validate\"} 1\n"));
  https_reply_free(&reply);
  reply = https_send(client, &(struct https_request){.path = "/metrics"});
  assert_int_equal(reply.status, 404);
  https_reply_free(&reply);
  https_client_free(client);
  https_client_free(metrics);
  end(&f);
}

/* --- what must not block it --- */

static struct fixture begin_piped(const char *const *options) {
  struct fixture f = {.policy = strdup("")};
  folder_make(f.folder);
  f.service = service_start_piped(options);
  snprintf(f.log, sizeof f.log, "/proc/self/fd/%d", f.service.log);
  snprintf(f.ca, sizeof f.ca, "%s/ca.crt", f.service.folder);
  return f;
}

static double dropped_lines(struct https_client *metrics) {
  static const char name[] = "\ndroveway_log_lines_dropped_total ";
  struct https_reply reply = https_send(metrics, &(struct https_request){.path = "/metrics"});
  assert_int_equal(reply.status, 200);
  const char *at = strstr(reply.body, name);
  assert_non_null(at);
  double value = strtod(at + strlen(name), NULL);
  https_reply_free(&reply);
  return value;
}

static void assert_get_200(struct https_client *client, const char *path) {
  struct https_reply reply = https_send(client, &(struct https_request){.path = path});
  assert_int_equal(reply.status, 200);
  https_reply_free(&reply);
}

/* More than fits into a pipe and the queue. */
enum { REVIEWS = 4000 };

static void send_reviews(struct https_client *client) {
  size_t length = 0;
  char *body = file_text(RECORDED "validate-nad-create.json", &length);
  for (int i = 0; i < REVIEWS; i++) {
    struct https_reply reply =
        https_send(client, &(struct https_request){.path = "/validate", .body = body, .length = length});
    assert_int_equal(reply.status, 200);
    https_reply_free(&reply);
  }
  free(body);
}

/* For example, the log reader of the container runtime hangs. */
static void an_unread_log_does_not_block_reviews(void **state) {
  static const char report[] = "\"msg\":\"log lines were dropped because standard error was blocked or too slow\","
                               "\"count\":";
  (void)state;
  struct fixture f = begin_piped((const char *const[]){"--metrics-listen", "127.0.0.1:0", "--threads", "2", NULL});
  WAIT_FOR(service_read_log(&f.service) == 0 && count_in_file(f.log, "\"serving metrics\"") == 1);
  struct https_client *client = client_of(&f);
  struct https_client *metrics = https_client_new("localhost", (uint16_t)metrics_port(&f), f.ca);
  assert_true(dropped_lines(metrics) < 1);
  send_reviews(client);
  assert_get_200(client, "/livez");
  assert_get_200(client, "/readyz");
  double dropped = dropped_lines(metrics);
  assert_true(dropped > 0);
  WAIT_FOR((service_read_log(&f.service), count_in_file(f.log, report) == 1));
  char *log = file_text(f.log, NULL);
  assert_int_equal(strtol(strstr(log, report) + strlen(report), NULL, 10), (long)dropped);
  assert_int_equal(count_in_file(f.log, "\"msg\":\"decision\""), REVIEWS - (int)dropped);
  free(log);
  https_client_free(client);
  https_client_free(metrics);
  end(&f);
}

static void an_unread_log_does_not_block_shutdown(void **state) {
  (void)state;
  struct fixture f = begin_piped((const char *const[]){"--shutdown-timeout", "20s", NULL});
  struct https_client *client = client_of(&f);
  send_reviews(client);
  https_client_free(client);
  end(&f); /* queued lines get a second; then it exits normally */
}

/* The log reader hangs from the first line. */
static void a_full_log_blocks_neither_start_nor_shutdown(void **state) {
  (void)state;
  struct service service = service_start_full((const char *const[]){"--shutdown-timeout", "20s", NULL});
  assert_int_equal(service_stop(&service), 0);
}

/* The policy is on a file system that hangs, here a pipe without a writer, so the thread that reads it can't be
 * stopped. */
static void the_timeout_ends_a_stuck_process(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  (void)state;
  assert_non_null(f);
  folder_make(f->folder);
  folder_write(f->folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\n");
  f->policy = path_in(f->folder, "policy.yaml");
  f->service = service_start((const char *const[]){"--policy", f->policy, "--shutdown-timeout", "1s", NULL});
  snprintf(f->log, sizeof f->log, "/proc/self/fd/%d", f->service.log);
  assert_int_equal(unlink(f->policy), 0);
  assert_int_equal(mkfifo(f->policy, 0600), 0);
  int probe = -1;
  assert_int_equal(kill(f->service.pid, SIGHUP), 0);
  /* Opening for writing succeeds without waiting once the reader has left open() and blocks in read(). */
  WAIT_FOR((probe = open(f->policy, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) >= 0);
  int log = dup(f->service.log);
  assert_int_equal(service_stop(&f->service), 3);
  snprintf(f->log, sizeof f->log, "/proc/self/fd/%d", log);
  assert_int_equal(count_in_file(f->log,
                                 "\"level\":\"error\",\"msg\":\"--shutdown-timeout expired; exiting with unfinished "
                                 "work\"}"),
                   1);
  close(probe);
  close(log);
  clean_up(f);
}

static void metrics_are_off_by_default(void **state) {
  struct fixture *f = *state;
  struct https_client *client = client_of(f);
  struct https_reply reply = https_send(client, &(struct https_request){.path = "/metrics"});
  assert_int_equal(reply.status, 404);
  assert_int_equal(count_in_file(f->log, "serving metrics"), 0);
  https_reply_free(&reply);
  https_client_free(client);
}

static void bad_usage_exits_2(void **state) {
  (void)state;
  ASSERT_FAILS("--tls-cert and --tls-key", "--listen", ":0");
  ASSERT_FAILS("--tls-cert and --tls-key", "--tls-cert", "x");
  ASSERT_FAILS("unexpected", "--tls-cert", "x", "--tls-key", "y", "z");
  ASSERT_FAILS("--nonsense", "--nonsense");
  ASSERT_FAILS("1 to 64", "--threads", "0");
  ASSERT_FAILS("1 to 64", "--threads", "65");
  ASSERT_FAILS("1 to 64", "--threads", "2x");
  ASSERT_FAILS("--max-body", "--max-body", "8MB");
  ASSERT_FAILS("--max-body", "--max-body", "1023");
  ASSERT_FAILS("--max-body", "--max-body", "17Gi");
  ASSERT_FAILS("--max-memory", "--max-memory", "Mi");
  ASSERT_FAILS("--max-memory", "--max-memory", "-1");
  ASSERT_FAILS("--shutdown-delay", "--shutdown-delay", "10x");
  ASSERT_FAILS("--shutdown-delay", "--shutdown-delay", "-1");
  ASSERT_FAILS("--shutdown-timeout", "--shutdown-timeout", "25h");
  ASSERT_FAILS("--audit-interval", "--audit-interval", "");
  ASSERT_FAILS("json or text", "--log-format", "xml");
  ASSERT_FAILS("error, warn, info or debug", "--log-level", "INFO");
  ASSERT_FAILS("require --metrics-listen", "--tls-cert", "x", "--tls-key", "y", "--metrics-plain-http");
  ASSERT_FAILS("require --metrics-listen", "--tls-cert", "x", "--tls-key", "y", "--metrics-client-ca", "z");
  ASSERT_FAILS("needs HTTPS", "--tls-cert", "x", "--tls-key", "y", "--metrics-listen", ":0", "--metrics-client-ca", "z",
               "--metrics-plain-http");
  ASSERT_FAILS("cannot be used together", "--tls-cert", "x", "--tls-key", "y", "--state", "s", "--kubeconfig", "k");
  ASSERT_FAILS("--kubeconfig", "--tls-cert", "x", "--tls-key", "y", "--context", "c");
  ASSERT_FAILS("cannot be used with --state", "--tls-cert", "x", "--tls-key", "y", "--state", "s", "--events");
  ASSERT_FAILS("needs a cluster; use --kubeconfig", "--tls-cert", "x", "--tls-key", "y", "--events");
  ASSERT_FAILS("--policy-reports needs a cluster and cannot be used with --state", "--tls-cert", "x", "--tls-key", "y",
               "--state", "s", "--policy-reports");
  ASSERT_FAILS("--policy-reports needs a cluster; use --kubeconfig", "--tls-cert", "x", "--tls-key", "y",
               "--policy-reports");
  ASSERT_FAILS("--activate needs a cluster; use --kubeconfig", "--tls-cert", "x", "--tls-key", "y", "--activate", "a");
  ASSERT_FAILS("invalid --activate \"a/\"; use the name of a RoleBinding, or NAMESPACE/NAME", "--activate", "a/");
  ASSERT_FAILS("invalid --activate \"a/b/c\"", "--activate", "a/b/c");
  ASSERT_FAILS("invalid --activate \"\"", "--activate", "");
  ASSERT_FAILS("invalid --kubevirt-namespace \"\"; set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings to the "
               "namespace where KubeVirt runs, such as openshift-cnv or kubevirt-hyperconverged",
               "--kubevirt-namespace", "");
  ASSERT_FAILS("invalid --kubevirt-namespace \"$(KUBEVIRT_NAMESPACE)\"", "--kubevirt-namespace=$(KUBEVIRT_NAMESPACE)");
  ASSERT_FAILS("--policy-reports needs the audit and cannot be used with --audit-interval 0", "--tls-cert", "x",
               "--tls-key", "y", "--kubeconfig", "k", "--policy-reports", "--audit-interval", "0");
  RUN_SCOPED help = RUN("serve", "--help");
  assert_int_equal(help.status, 0);
  assert_non_null(strstr(help.out, ":8443"));
}

static void unusable_files_exit_2(void **state) {
  (void)state;
  char folder[64], cert[96], key[96], ca_key[96];
  folder_make(folder);
  snprintf(cert, sizeof cert, "%s/tls.crt", folder);
  snprintf(key, sizeof key, "%s/tls.key", folder);
  snprintf(ca_key, sizeof ca_key, "%s/ca.key", folder);
  ASSERT_FAILS(cert, "--tls-cert", cert, "--tls-key", key);
  RUN_SCOPED made = RUN("certs", "--dir", folder, "--dns", "localhost");
  assert_int_equal(made.status, 0);
  ASSERT_FAILS("does not match", "--tls-cert", cert, "--tls-key", ca_key);
  ASSERT_FAILS("not a valid ADDR:PORT", "--tls-cert", cert, "--tls-key", key, "--listen", "8443");
  ASSERT_FAILS("not a valid ADDR:PORT", "--tls-cert", cert, "--tls-key", key, "--listen", "127.0.0.1:0",
               "--metrics-listen", "9443");
  ASSERT_FAILS("/nowhere/ca", "--tls-cert", cert, "--tls-key", key, "--listen", "127.0.0.1:0", "--metrics-listen",
               "127.0.0.1:0", "--metrics-client-ca", "/nowhere/ca");
  ASSERT_FAILS("can't use the CA in --metrics-client-ca", "--tls-cert", cert, "--tls-key", key, "--listen",
               "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--metrics-client-ca", key);
  ASSERT_FAILS("/nowhere/policy", "--tls-cert", cert, "--tls-key", key, "--policy", "/nowhere/policy");
  ASSERT_FAILS("/nowhere/kubeconfig", "--tls-cert", cert, "--tls-key", key, "--kubeconfig", "/nowhere/kubeconfig");
  ASSERT_FAILS("/nowhere/records", "--tls-cert", cert, "--tls-key", key, "--record", "/nowhere/records");
  ASSERT_FAILS("/nowhere/state", "--tls-cert", cert, "--tls-key", key, "--state", "/nowhere/state");
  folder_remove(folder);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(https_and_review_give_the_same_bytes),
      TEST(hup_reloads),
      TEST(the_body_limit_is_configurable),
      TEST(every_line_of_the_log_is_json),
      cmocka_unit_test(simultaneous_requests_are_all_answered),
      cmocka_unit_test_setup(term_finishes_requests_in_flight, set_up),
      cmocka_unit_test(term_keeps_answering_until_the_delay_or_a_second_term),
      cmocka_unit_test(the_timeout_ends_the_delay_and_stuck_requests),
      cmocka_unit_test(reviews_are_recorded_unchanged),
      cmocka_unit_test(the_log_can_be_text),
      cmocka_unit_test(the_log_level_can_be_set),
      cmocka_unit_test(metrics_have_a_separate_listener),
      cmocka_unit_test(an_unread_log_does_not_block_reviews),
      cmocka_unit_test(an_unread_log_does_not_block_shutdown),
      cmocka_unit_test(a_full_log_blocks_neither_start_nor_shutdown),
      cmocka_unit_test(the_timeout_ends_a_stuck_process),
      TEST(metrics_are_off_by_default),
      cmocka_unit_test(bad_usage_exits_2),
      cmocka_unit_test(unusable_files_exit_2),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
