/* Real HTTPS on a loopback port, with verification of the server's certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/server.h"
#include "support/https_server.h"
#include "support/run_program.h"

static const char recorded[] = "tests/payloads/recorded/validate-nad-create.json";

enum { BODY_LIMIT = 256 << 10, BUDGET = 512 << 10 };

static int set_up(void **state) {
  struct https_server *server = calloc(1, sizeof *server);
  assert_non_null(server);
  https_server_prepare(server);
  https_server_start(
      server, NULL,
      &(struct dw_server_options){.max_body = BODY_LIMIT, .max_total_memory = BUDGET, .drain_milliseconds = 1500});
  *state = server;
  return 0;
}

static int tear_down(void **state) {
  https_server_end(*state);
  free(*state);
  return 0;
}

static long status_of(struct https_client *client, const struct https_request *request) {
  struct https_reply reply = https_send(client, request);
  if (reply.status == 0)
    print_message("no answer: %s\n", reply.error);
  https_reply_free(&reply);
  return reply.status;
}

static struct https_reply post_recorded(struct https_client *client) {
  size_t length = 0;
  char *body = file_text(recorded, &length);
  struct https_reply reply =
      https_send(client, &(struct https_request){.path = "/validate?timeout=5s", .body = body, .length = length});
  free(body);
  return reply;
}

static void assert_has_uid(const char *answer) {
  char *uid = review_uid(recorded), *member = NULL;
  assert_true(asprintf(&member, "\"uid\":\"%s\"", uid) > 0);
  assert_non_null(strstr(answer, member));
  free(member);
  free(uid);
}

static void assert_answered(const struct https_reply *reply) {
  if (reply->status != 200)
    fail_msg("%ld %s %s", reply->status, reply->error, reply->body);
  assert_has_uid(reply->body);
}

static void answers_a_recorded_review(void **state) {
  struct https_client *client = https_server_client(*state);
  struct https_reply reply = post_recorded(client);
  assert_answered(&reply);
  assert_non_null(strstr(reply.headers, "Content-Type: application/json\r\n"));
  https_reply_free(&reply);
  https_client_free(client);
}

static void accepts_tls_1_2_and_1_3(void **state) {
  struct https_client *client = https_server_client(*state);
  https_client_tls(client, HTTPS_TLS_1_2);
  assert_int_equal(status_of(client, &(struct https_request){.path = "/livez"}), 200);
  https_client_tls(client, HTTPS_TLS_1_3);
  assert_int_equal(status_of(client, &(struct https_request){.path = "/livez"}), 200);
  https_client_free(client);
}

static void rejects_tls_1_1(void **state) {
  struct https_client *client = https_server_client(*state);
  https_client_tls(client, HTTPS_TLS_1_1);
  struct https_reply reply = https_send(client, &(struct https_request){.path = "/livez"});
  assert_int_equal(reply.status, 0);
  /* The server closed the connection, with or without an alert; the client did not refuse. */
  bool by_server = strstr(reply.error, "SSL_ERROR_SYSCALL") != NULL || strstr(reply.error, "alert") != NULL ||
                   strstr(reply.error, "eof") != NULL || strstr(reply.error, "reset") != NULL;
  print_message("TLS 1.1: %s\n", reply.error);
  assert_true(by_server);
  https_reply_free(&reply);
  https_client_free(client);
}

static void does_not_verify_against_another_ca(void **state) {
  struct https_server *server = *state;
  char other[64];
  static const char *const names[] = {"localhost"};
  struct dw_buf report = DW_BUF_INIT;
  folder_make(other);
  struct dw_pki_request request = {.dir = other, .names = {names, 1}};
  assert_int_equal(dw_pki_make(&request, &report, NULL), 0);
  char *ca = path_in(other, "ca.crt");
  struct https_client *client = https_client_new("localhost", server->port, ca);
  struct https_reply reply = https_send(client, &(struct https_request){.path = "/livez"});
  assert_int_equal(reply.status, 0);
  https_reply_free(&reply);
  https_client_free(client);
  free(ca);
  dw_buf_free(&report);
  folder_remove(other);
}

/* After a refusal, what follows may not be what the client sent as a request. */
static void keeps_a_connection_after_answers_and_closes_it_after_refusals(void **state) {
  struct https_client *client = https_server_client(*state);
  struct https_reply first = post_recorded(client);
  assert_int_equal(first.new_connections, 1);
  https_reply_free(&first);
  static const char *const plain[] = {"Content-Type: text/plain", NULL};
  const struct https_request requests[] = {
      {.path = "/livez"},
      {.path = "/nowhere", .body = "{}", .length = 2},
      {.path = "/validate", .headers = plain, .body = "{}", .length = 2},
      {.path = "/validate", .body = "{", .length = 1},
      {.path = "/validate", .body = "{", .length = 1, .chunked = true},
      {.path = "/livez", .body = "x", .length = 1},
      {.path = "/mutate"},
  };
  static const long expected[] = {200, 404, 415, 400, 400, 405, 405};
  for (size_t i = 0; i < 7; i++) {
    struct https_reply reply = https_send(client, &requests[i]);
    assert_int_equal(reply.status, expected[i]);
    assert_int_equal(reply.new_connections, i < 2 ? 0 : 1);
    assert_int_equal(strstr(reply.headers, "Connection: close") != NULL, i > 0);
    https_reply_free(&reply);
  }
  struct https_reply last = post_recorded(client);
  assert_answered(&last);
  assert_int_equal(last.new_connections, 1);
  https_reply_free(&last);
  last = post_recorded(client);
  assert_int_equal(last.new_connections, 0);
  https_reply_free(&last);
  https_client_free(client);
}

static void answers_head_without_a_body(void **state) {
  struct https_client *client = https_server_client(*state);
  struct https_reply reply = https_send(client, &(struct https_request){.method = "HEAD", .path = "/readyz"});
  assert_int_equal(reply.status, 200);
  assert_int_equal(reply.length, 0);
  assert_non_null(strstr(reply.headers, "Content-Length: 3\r\n"));
  https_reply_free(&reply);
  https_client_free(client);
}

static void sends_an_allow_header_for_a_wrong_method(void **state) {
  struct https_client *client = https_server_client(*state);
  struct https_reply reply = https_send(client, &(struct https_request){.path = "/validate"});
  assert_int_equal(reply.status, 405);
  assert_non_null(strstr(reply.headers, "Allow: POST\r\n"));
  https_reply_free(&reply);
  https_client_free(client);
}

/* LENGTH spaces and then a JSON value that is not a review. */
static char *padded(size_t length) {
  char *body = malloc(length + 1);
  assert_non_null(body);
  memset(body, ' ', length);
  memcpy(body + length - 2, "{}", 3);
  return body;
}

static void reads_bodies_up_to_the_limit(void **state) {
  static const char *const at_once[] = {"Content-Type: application/json", "Expect:", NULL};
  struct https_client *client = https_server_client(*state);
  char *body = padded(BODY_LIMIT + 1);
  for (int i = 0; i < 4; i++) {
    struct https_request request = {.path = "/validate",
                                    .headers = i & 1 ? at_once : NULL,
                                    .body = body + 1,
                                    .length = BODY_LIMIT,
                                    .chunked = (i & 2) != 0};
    assert_int_equal(status_of(client, &request), 400);
    request.body = body;
    request.length = BODY_LIMIT + 1;
    struct https_reply reply = https_send(client, &request);
    if (reply.status != 413)
      fail_msg("%d: %ld %s", i, reply.status, reply.error);
    assert_non_null(strstr(reply.body, "262144 bytes"));
    assert_non_null(strstr(reply.headers, "Connection: close"));
    https_reply_free(&reply);
  }
  free(body);
  https_client_free(client);
}

/* The client sends everything before it reads. A reset must not lose the answer. */
static void a_refusal_reaches_a_client_that_only_sends(void **state) {
  static const char head[] = "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                             "Content-Length: 8000000\r\n\r\n";
  struct https_server *server = *state;
  struct https_raw *raw = https_raw_open("localhost", server->port, server->ca);
  char *body = padded(8000000);
  assert_non_null(raw);
  assert_true(https_raw_send(raw, head, sizeof head - 1));
  assert_true(https_raw_send(raw, body, 8000000));
  char *answer = https_raw_receive(raw, 10000, NULL);
  assert_int_equal(strncmp(answer, "HTTP/1.1 413 ", 13), 0);
  free(answer);
  free(body);
  https_raw_close(raw);
}

static void refuses_a_length_over_the_limit_before_the_body_arrives(void **state) {
  static const char head[] = "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                             "Content-Length: 262145\r\n\r\n";
  struct https_server *server = *state;
  struct https_raw *raw = https_raw_open("localhost", server->port, server->ca);
  bool closed = false;
  assert_non_null(raw);
  assert_true(https_raw_send(raw, head, sizeof head - 1));
  char *answer = https_raw_receive(raw, 5000, &closed);
  assert_int_equal(strncmp(answer, "HTTP/1.1 413 ", 13), 0);
  assert_true(closed);
  free(answer);
  https_raw_close(raw);
}

static void survives_malformed_http(void **state) {
  static const char *const texts[] = {
      "\r\n\r\n\r\n",
      "NONSENSE\r\n\r\n",
      "POST /validate HTTP/9.9\r\nHost: x\r\n\r\n",
      "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n{}",
      "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999"
      "\r\n\r\n{}",
      "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
      "zz\r\n{}\r\n0\r\n\r\n",
      "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
      "GET /%00%ff%zz HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\n: \r\n\r\n",
  };
  struct https_server *server = *state;
  struct https_client *client = https_server_client(server);
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct https_raw *raw = https_raw_open("localhost", server->port, server->ca);
    assert_non_null(raw);
    https_raw_send(raw, texts[i], strlen(texts[i]));
    char *answer = https_raw_receive(raw, 100, NULL);
    if (strstr(answer, " 200 ") != NULL)
      fail_msg("%s answered with %s", texts[i], answer);
    free(answer);
    https_raw_close(raw);
    assert_int_equal(status_of(client, &(struct https_request){.path = "/livez"}), 200);
  }
  https_client_free(client);
}

/* RFC 9112, 6.3: two readers could find two different requests in these. */
static void refuses_an_ambiguous_body_length(void **state) {
  static const char *const heads[] = {"Content-Length: 2\r\nContent-Length: 2\r\n",
                                      "Content-Length: 2\r\nContent-Length: 40\r\n",
                                      "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
                                      "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
                                      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                      "Transfer-Encoding: gzip, chunked\r\n",
                                      "Content-Length: +2\r\n", /* from here on libmicrohttpd itself refuses */
                                      "Content-Length: 2, 2\r\n"};
  enum { OURS = 6 };
  static const char reason[] =
      "\r\n\r\nambiguous body length: send one Content-Length, or Transfer-Encoding: chunked\n";
  struct https_server *server = *state;
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
    char *text = NULL;
    bool closed = false;
    assert_true(asprintf(&text,
                         "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n"
                         "2\r\n{}\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n",
                         heads[i]) > 0);
    struct https_raw *raw = https_raw_open("localhost", server->port, server->ca);
    assert_non_null(raw);
    https_raw_send(raw, text, strlen(text));
    char *answer = https_raw_receive(raw, 5000, &closed);
    const char *end = strstr(answer, "\r\n\r\n");
    if (strncmp(answer, "HTTP/1.1 400 ", 13) != 0 || strstr(answer, " 200 ") != NULL || !closed ||
        (i < OURS && (end == NULL || strcmp(end, reason) != 0)))
      fail_msg("%s answered with %s", heads[i], answer);
    free(answer);
    free(text);
    https_raw_close(raw);
  }
}

static void refuses_a_huge_head(void **state) {
  struct https_server *server = *state;
  struct https_raw *raw = https_raw_open("localhost", server->port, server->ca);
  char *filler = padded(200000);
  assert_non_null(raw);
  memset(filler, 'a', 200000);
  https_raw_send(raw, "GET /livez HTTP/1.1\r\nX: ", 24);
  https_raw_send(raw, filler, 200000);
  char *answer = https_raw_receive(raw, 2000, NULL);
  assert_null(strstr(answer, " 200 "));
  free(answer);
  free(filler);
  https_raw_close(raw);
  struct https_client *client = https_server_client(server);
  assert_int_equal(status_of(client, &(struct https_request){.path = "/livez"}), 200);
  https_client_free(client);
}

static void does_not_answer_plain_http(void **state) {
  static const char text[] = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
  struct https_server *server = *state;
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(server->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  char answer[256] = "";
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(send(fd, text, sizeof text - 1, MSG_NOSIGNAL), sizeof text - 1);
  (void)!recv(fd, answer, sizeof answer - 1, 0);
  assert_null(strstr(answer, "HTTP"));
  close(fd);
}

static const char large_head[] = "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                 "Content-Length: 250000\r\n\r\n";

/* The budget holds two bodies of 250000 bytes, not three. A small one is always accepted. */
static void answers_503_to_too_many_large_bodies_at_once(void **state) {
  struct https_server *server = *state;
  struct https_raw *slow[2];
  char *body = padded(250000);
  for (int i = 0; i < 2; i++) {
    slow[i] = https_raw_open("localhost", server->port, server->ca);
    assert_non_null(slow[i]);
    assert_true(https_raw_send(slow[i], large_head, sizeof large_head - 1));
    assert_true(https_raw_send(slow[i], body, 249000));
  }
  pause_ms(300);
  struct https_client *client = https_server_client(server);
  struct https_request large = {.path = "/validate", .body = body, .length = 250000};
  assert_int_equal(status_of(client, &large), 503);
  struct https_reply small = post_recorded(client);
  assert_answered(&small);
  https_reply_free(&small);
  for (int i = 0; i < 2; i++) {
    assert_true(https_raw_send(slow[i], body + 249000, 1000));
    char *answer = https_raw_receive(slow[i], PATIENCE_MS, NULL);
    assert_int_equal(strncmp(answer, "HTTP/1.1 400 ", 13), 0);
    free(answer);
    https_raw_close(slow[i]);
  }
  assert_int_equal(status_of(client, &large), 400); /* released */
  https_client_free(client);
  free(body);
}

static void cuts_off_an_endless_body(void **state) {
  struct https_server *server = *state;
  static const char head[] = "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                             "Transfer-Encoding: chunked\r\n\r\n";
  struct https_raw *raw = https_raw_open("localhost", server->port, server->ca);
  char *chunk = padded(0x100000 + 10);
  size_t sent = 0;
  assert_non_null(raw);
  memcpy(chunk, "100000\r\n", 8);
  memcpy(chunk + 8 + 0x100000, "\r\n", 2);
  assert_true(https_raw_send(raw, head, sizeof head - 1));
  while (sent < 400 && https_raw_send(raw, chunk, 0x100000 + 10))
    sent++;
  assert_true(sent > 32 && sent < 400); /* MiB: 64 are accepted, some more are on their way */
  free(chunk);
  https_raw_close(raw);
}

static void *stop(void *server) {
  https_server_stop(server);
  return NULL;
}

static void stopping_finishes_requests_in_progress(void **state) {
  struct https_server *server = *state;
  size_t length = 0;
  char *body = file_text(recorded, &length);
  char head[256];
  pthread_t stopper;
  struct https_raw *raw = https_raw_open("localhost", server->port, server->ca);
  struct https_raw *idle = https_raw_open("localhost", server->port, server->ca);
  assert_non_null(raw);
  assert_non_null(idle);
  snprintf(head, sizeof head,
           "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
           length);
  assert_true(https_raw_send(raw, head, strlen(head)));
  assert_true(https_raw_send(raw, body, length / 2));
  assert_true(https_raw_send(idle, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", 32));
  char *first = https_raw_receive(idle, 200, NULL);
  assert_int_equal(strncmp(first, "HTTP/1.1 200 ", 13), 0);
  assert_null(strstr(first, "Connection: close"));
  pthread_create(&stopper, NULL, stop, server);
  pause_ms(200);
  assert_null(https_raw_open("localhost", server->port, server->ca)); /* no new connections */
  assert_true(https_raw_send(idle, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", 33));
  char *ready = https_raw_receive(idle, 500, NULL);
  assert_int_equal(strncmp(ready, "HTTP/1.1 503 ", 13), 0);
  assert_true(https_raw_send(raw, body + length / 2, length - length / 2));
  char *answer = https_raw_receive(raw, 2000, NULL);
  assert_int_equal(strncmp(answer, "HTTP/1.1 200 ", 13), 0);
  assert_non_null(strstr(answer, "Connection: close"));
  assert_has_uid(answer);
  pthread_join(stopper, NULL);
  free(first);
  free(ready);
  free(answer);
  free(body);
  https_raw_close(idle);
  https_raw_close(raw);
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void stopping_waits_only_for_a_limited_time(void **state) {
  struct https_server *server = *state;
  struct https_raw *raw = https_raw_open("localhost", server->port, server->ca);
  assert_non_null(raw);
  assert_true(https_raw_send(raw, large_head, sizeof large_head - 1));
  pause_ms(200);
  int64_t start = now_ms();
  https_server_stop(server);
  assert_in_range(now_ms() - start, 1400, 6000);
  assert_int_equal(count_in_file(server->log, "stopping with 1 unanswered requests"), 1);
  https_raw_close(raw);
}

static void stopping_an_idle_server_is_quick(void **state) {
  struct https_server *server = *state;
  struct https_client *client = https_server_client(server);
  assert_int_equal(status_of(client, &(struct https_request){.path = "/livez"}), 200);
  int64_t start = now_ms();
  https_server_stop(server);
  assert_in_range(now_ms() - start, 0, 1200);
  https_client_free(client);
}

static void works_with_one_thread(void **state) {
  struct https_server *server = *state;
  https_server_stop(server);
  https_server_start(server, NULL, &(struct dw_server_options){.threads = 1});
  struct https_client *client = https_server_client(server);
  struct https_reply reply = post_recorded(client);
  assert_answered(&reply);
  https_reply_free(&reply);
  https_client_free(client);
}

static void reports_the_version_of_libmicrohttpd(void **state) {
  (void)state;
  assert_int_equal(strncmp(dw_http_library(), "0.", 2), 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(answers_a_recorded_review),
      TEST(accepts_tls_1_2_and_1_3),
      TEST(rejects_tls_1_1),
      TEST(does_not_verify_against_another_ca),
      TEST(keeps_a_connection_after_answers_and_closes_it_after_refusals),
      TEST(answers_head_without_a_body),
      TEST(sends_an_allow_header_for_a_wrong_method),
      TEST(reads_bodies_up_to_the_limit),
      TEST(a_refusal_reaches_a_client_that_only_sends),
      TEST(refuses_a_length_over_the_limit_before_the_body_arrives),
      TEST(survives_malformed_http),
      TEST(refuses_an_ambiguous_body_length),
      TEST(refuses_a_huge_head),
      TEST(does_not_answer_plain_http),
      TEST(answers_503_to_too_many_large_bodies_at_once),
      TEST(cuts_off_an_endless_body),
      TEST(stopping_finishes_requests_in_progress),
      TEST(stopping_waits_only_for_a_limited_time),
      TEST(stopping_an_idle_server_is_quick),
      TEST(works_with_one_thread),
      cmocka_unit_test(reports_the_version_of_libmicrohttpd),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
