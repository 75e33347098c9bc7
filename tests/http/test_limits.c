/* Each limit from both sides: what is within the limit is answered, what is over it gets its status or a closed
 * connection, and is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sanitizer.h"
#include "http/http.h"
#include "rules/review.h"
#include "support/https_server.h"
#include "support/run_program.h"
#include "json/json.h"

static struct https_server *start(const struct dw_server_options *options) {
  struct https_server *server = calloc(1, sizeof *server);
  assert_non_null(server);
  https_server_prepare(server);
  https_server_start(server, NULL, options);
  return server;
}

static void end(struct https_server *server) {
  https_server_end(server);
  free(server);
}

/* The number of hits of a limit, from /metrics; -1 if it is not shown. */
static long hits_of(struct https_server *server, const char *limit) {
  char name[80];
  snprintf(name, sizeof name, "droveway_limit_hits_total{limit=\"%s\"}", limit);
  return (long)https_server_metric(server, name);
}

static void wait_for_hits(struct https_server *server, const char *limit, long hits) {
  for (int waited = 0; hits_of(server, limit) < hits; waited += 20) {
    if (waited > PATIENCE_MS)
      fail_msg("%s is at %ld", limit, hits_of(server, limit));
    pause_ms(20);
  }
}

static long post(struct https_client *client, const char *body, size_t length) {
  struct https_reply reply =
      https_send(client, &(struct https_request){.path = "/validate", .body = body, .length = length});
  long status = reply.status;
  https_reply_free(&reply);
  return status;
}

/* --- sizes --- */

static void limits_the_body(void **state) {
  (void)state;
  struct https_server *server = start(&(struct dw_server_options){.max_body = 4096});
  struct https_client *client = https_server_client(server);
  char body[4097];
  memset(body, ' ', sizeof body);
  assert_int_equal(post(client, body, 4096), 400);
  assert_int_equal(hits_of(server, "body"), 0);
  assert_int_equal(post(client, body, 4097), 413);
  assert_int_equal(hits_of(server, "body"), 1);
  https_client_free(client);
  end(server);
}

/* GET /livez with a header that makes the head SIZE bytes longer. */
static long get_with_header(struct https_client *client, size_t size) {
  char *header = malloc(size + 4);
  assert_non_null(header);
  memset(header, 'a', size + 3);
  memcpy(header, "X: ", 3);
  header[size + 3] = '\0';
  const char *const headers[] = {header, NULL};
  struct https_reply reply = https_send(client, &(struct https_request){.path = "/livez", .headers = headers});
  long status = reply.status;
  https_reply_free(&reply);
  free(header);
  return status;
}

static void limits_the_head(void **state) {
  (void)state;
  struct https_server *server = start(&(struct dw_server_options){.max_header = 2048});
  struct https_client *client = https_server_client(server);
  assert_int_equal(get_with_header(client, 1700), 200);
  assert_int_equal(hits_of(server, "header"), 0);
  assert_int_equal(get_with_header(client, 2048), 431);
  assert_int_equal(hits_of(server, "header"), 1);
  assert_int_not_equal(get_with_header(client, 200000), 200);
  assert_int_equal(get_with_header(client, 1700), 200);
  https_client_free(client);
  end(server);
}

/* A review whose object is nested so that the whole body has DEPTH levels. */
static char *nested_review(unsigned depth) {
  struct dw_buf text = DW_BUF_INIT;
  dw_buf_puts(&text, "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\","
                     "\"operation\":\"CREATE\",\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"},"
                     "\"resource\":{\"group\":\"\",\"version\":\"v1\",\"resource\":\"pods\"},\"name\":\"[{\\\"[\","
                     "\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"n\"},\"spec\":");
  for (unsigned i = 3; i < depth; i++)
    dw_buf_putc(&text, '[');
  for (unsigned i = 3; i < depth; i++)
    dw_buf_putc(&text, ']');
  dw_buf_puts(&text, "}}}");
  char *body = dw_buf_steal(&text, NULL);
  assert_int_equal(dw_json_depth(body, strlen(body)), depth);
  return body;
}

static void expect_nesting(unsigned limit, unsigned deepest) {
  struct https_server *server = start(&(struct dw_server_options){.max_nesting = limit});
  struct https_client *client = https_server_client(server);
  char *within = nested_review(deepest), *over = nested_review(deepest + 1);
  assert_int_equal(post(client, within, strlen(within)), 200);
  assert_int_equal(hits_of(server, "nesting"), 0);
  assert_int_equal(post(client, over, strlen(over)), 400);
  assert_int_equal(hits_of(server, "nesting"), 1);
  free(within);
  free(over);
  https_client_free(client);
  end(server);
}

static void limits_nesting(void **state) {
  (void)state;
  expect_nesting(0, DW_JSON_MAX_DEPTH);
  expect_nesting(16, 16);
}

/* --- memory --- */

/* {"x":[0,0,...]} of LENGTH bytes, which must be even. */
static char *wide_body(size_t length) {
  char *body = malloc(length + 1);
  assert_non_null(body);
  for (size_t i = 0; i < length; i += 2)
    memcpy(body + i, "0,", 2);
  memcpy(body, "{\"x\":[", 6);
  memcpy(body + length - 4, "00]}", 4);
  body[length - 4] = ' ';
  body[length] = '\0';
  return body;
}

static void limits_the_memory_of_one_request(void **state) {
  (void)state;
  struct https_server *server = start(&(struct dw_server_options){.max_memory = 1 << 20});
  struct https_client *client = https_server_client(server);
  char *body = wide_body(200000);
  assert_int_equal(post(client, body, 10000), 400); /* incomplete JSON that is not worth much memory */
  assert_int_equal(hits_of(server, "memory"), 0);
  assert_int_equal(post(client, body, 200000), 413);
  assert_int_equal(hits_of(server, "memory"), 1);
  free(body);
  https_client_free(client);
  end(server);
}

static void limits_the_memory_of_all_requests(void **state) {
  (void)state;
  struct https_server *server = start(&(struct dw_server_options){.max_total_memory = 1 << 20});
  struct https_client *client = https_server_client(server);
  char *body = wide_body(200000), *review = nested_review(5);
  assert_int_equal(post(client, body, 200000), 503);
  assert_int_equal(hits_of(server, "total_memory"), 1);
  assert_int_equal(post(client, review, strlen(review)), 200);                    /* small ones are still answered */
  assert_true(https_server_metric(server, "droveway_request_memory_bytes") == 0); /* all memory is released */
  free(review);
  free(body);
  https_client_free(client);
  end(server);
}

static double peak_megabytes(void) {
  char line[256];
  double kilobytes = 0;
  FILE *file = fopen("/proc/self/status", "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, "VmHWM:", 6) == 0)
      kilobytes = strtod(line + 6, NULL);
  fclose(file);
  return kilobytes / 1024;
}

/* With the default limits. The client's copies of the body are in this process, too. */
static void the_largest_body_needs_less_than_64_megabytes(void **state) {
  (void)state;
  struct https_server *server = start(NULL);
  struct https_client *client = https_server_client(server);
  char *body = wide_body(DW_DEFAULT_MAX_BODY);
  assert_int_equal(post(client, body, 1000), 400);
  double before = peak_megabytes();
  assert_int_equal(post(client, body, DW_DEFAULT_MAX_BODY), 413);
  assert_int_equal(hits_of(server, "memory"), 1);
#if !DW_ASAN && !DW_TSAN
  assert_true(peak_megabytes() - before < 64);
#else
  (void)before;
#endif
  free(body);
  https_client_free(client);
  end(server);
}

/* --- connections --- */

static struct https_raw *connect_raw(const struct https_server *server) {
  return https_raw_open("localhost", server->port, server->ca);
}

static void expect_connections(const struct dw_server_options *options, size_t most, const char *limit) {
  struct https_server *server = start(options);
  struct https_client *client = https_server_client(server);
  struct https_raw *open[8];
  assert_int_equal(get_with_header(client, 10), 200); /* this connection counts */
  assert_int_equal(hits_of(server, limit), 0);
  for (size_t i = 0; i + 1 < most; i++) {
    open[i] = connect_raw(server);
    assert_non_null(open[i]);
  }
  assert_null(connect_raw(server));
  assert_int_equal(hits_of(server, limit), 1);
  https_raw_close(open[0]);
  for (int waited = 0; (open[0] = connect_raw(server)) == NULL; waited += 20) { /* there is room again */
    assert_true(waited < PATIENCE_MS);
    pause_ms(20);
  }
  for (size_t i = 0; i + 1 < most; i++)
    https_raw_close(open[i]);
  https_client_free(client);
  end(server);
}

static void limits_connections(void **state) {
  (void)state;
  expect_connections(&(struct dw_server_options){.max_connections = 4}, 4, "connections");
}

static void limits_connections_of_one_address(void **state) {
  (void)state;
  expect_connections(&(struct dw_server_options){.max_connections_per_address = 3}, 3, "connections_per_address");
}

#if !DW_ASAN && !DW_TSAN /* these need unlimited memory */

static struct rlimit limit_memory_to(size_t more) {
  unsigned long pages = 0;
  struct rlimit before;
  FILE *file = fopen("/proc/self/statm", "r");
  assert_non_null(file);
  assert_int_equal(fscanf(file, "%lu", &pages), 1);
  fclose(file);
  assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
  struct rlimit limit = {.rlim_cur = pages * (rlim_t)sysconf(_SC_PAGESIZE) + more, .rlim_max = before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
  return before;
}

static void is_closed_unanswered(const struct https_server *server) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(server->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  char byte;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(recv(fd, &byte, 1, 0), 0);
  close(fd);
}

/* libmicrohttpd has accepted the connection by then, and gives no notification if it has no memory for the head. */
static void a_connection_that_got_no_memory_does_not_count(void **state) {
  (void)state;
  struct https_server *server = start(&(struct dw_server_options){
      .threads = 1, .max_header = 256 << 20, .max_connections = 3, .connection_rate = 1000});
  assert_true(https_server_metric(server, "droveway_connections") ==
              0); /* from here on the connection is established */
  struct rlimit before = limit_memory_to(64 << 20);
  for (int i = 0; i < 10; i++)
    is_closed_unanswered(server);
  assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
  WAIT_FOR(https_server_metric(server, "droveway_connections") == 0);
  struct https_client *client = https_server_client(server);
  assert_int_equal(get_with_header(client, 10), 200);
  assert_true(https_server_metric(server, "droveway_connections") == 1);
  https_client_free(client);
  end(server);
}

#endif

/* Two per second: one at once (the client's), four wait, the others are closed. */
static void limits_new_connections_of_one_address(void **state) {
  (void)state;
  struct https_server *server = start(&(struct dw_server_options){.connection_rate = 2});
  struct https_client *client = https_server_client(server);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(server->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int sockets[20];
  assert_int_equal(get_with_header(client, 10), 200);
  assert_int_equal(hits_of(server, "connection_rate"), 0);
  for (size_t i = 0; i < 20; i++) {
    sockets[i] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(sockets[i], (const struct sockaddr *)&address, sizeof address), 0);
  }
  wait_for_hits(server, "connection_rate", 12);
  for (size_t i = 0; i < 20; i++)
    close(sockets[i]);
  struct https_raw *raw = NULL;
  for (int waited = 0; (raw = connect_raw(server)) == NULL; waited += 20) { /* until it may be served */
    assert_true(waited < PATIENCE_MS);
    pause_ms(20);
  }
  https_raw_close(raw);
  https_client_free(client);
  end(server);
}

/* --- time --- */

static bool is_closed(struct https_raw *raw) {
  bool closed = false;
  char *answer = https_raw_receive(raw, PATIENCE_MS, &closed);
  free(answer);
  return closed;
}

static void starts_the_given_number_of_threads(void **state) {
  (void)state;
  static const struct {
    unsigned threads, connections, answering;
  } cases[] = {{3, 3 * 64, 3}, {3, 3 * 64 + 1, 4}, {3, 1, 3}, {2, 1000, 16}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct https_server *server =
        start(&(struct dw_server_options){.threads = cases[i].threads, .max_connections = cases[i].connections});
    assert_true(https_server_metric(server, "droveway_threads") == cases[i].answering);
    end(server);
  }
}

static void closes_idle_connections(void **state) {
  (void)state;
  struct https_server *server = start(&(struct dw_server_options){.idle_ms = 300, .request_ms = 60000});
  struct https_raw *raw = connect_raw(server);
  assert_true(https_raw_send(raw, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", 33));
  assert_true(is_closed(raw));
  wait_for_hits(server, "idle_time", 1);
  assert_int_equal(hits_of(server, "request_time"), 0);
  https_raw_close(raw);
  end(server);
}

/* Sends TEXT byte by byte, until the server closes the connection. */
static bool trickles_to_the_end(struct https_raw *raw, const char *text) {
  for (; *text != '\0'; text++) {
    if (!https_raw_send(raw, text, 1))
      return false;
    pause_ms(20);
  }
  return true;
}

static void expect_slow(const char *first, const char *slow) {
  struct https_server *server = start(&(struct dw_server_options){.request_ms = 400, .idle_ms = 60000});
  struct https_raw *raw = connect_raw(server);
  assert_non_null(raw);
  if (*first != '\0') {
    assert_true(https_raw_send(raw, first, strlen(first)));
    char *answer = https_raw_receive(raw, 300, NULL);
    assert_int_equal(strncmp(answer, "HTTP/1.1 200 ", 13), 0);
    free(answer);
  }
  if (trickles_to_the_end(raw, slow))
    assert_true(is_closed(raw));
  wait_for_hits(server, "request_time", 1);
  https_raw_close(raw);
  end(server);
}

#define GET_LIVEZ "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void closes_a_connection_without_a_request(void **state) {
  (void)state;
  expect_slow("", "");
}

static void closes_a_connection_with_a_slow_head(void **state) {
  (void)state;
  expect_slow("", "GET /livez HTTP/1.1\r\nHost: x\r\nX: " LONG LONG);
}

static void closes_a_kept_connection_with_a_slow_head(void **state) {
  (void)state;
  expect_slow(GET_LIVEZ, "GET /" LONG LONG LONG);
}

static void closes_a_connection_with_a_slow_body(void **state) {
  (void)state;
  expect_slow(
      "",
      "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n" LONG LONG);
}

static void answers_requests_within_the_time_limit(void **state) {
  (void)state;
  struct https_server *server = start(&(struct dw_server_options){.request_ms = 5000, .idle_ms = 60000});
  struct https_raw *raw = connect_raw(server);
  for (int i = 0; i < 2; i++) {
    assert_true(trickles_to_the_end(raw, GET_LIVEZ));
    char *answer = https_raw_receive(raw, 300, NULL);
    assert_int_equal(strncmp(answer, "HTTP/1.1 200 ", 13), 0);
    free(answer);
  }
  https_raw_close(raw);
  end(server);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(limits_the_body),
    cmocka_unit_test(limits_the_head),
    cmocka_unit_test(limits_nesting),
    cmocka_unit_test(limits_the_memory_of_one_request),
    cmocka_unit_test(limits_the_memory_of_all_requests),
    cmocka_unit_test(the_largest_body_needs_less_than_64_megabytes),
    cmocka_unit_test(limits_connections),
    cmocka_unit_test(limits_connections_of_one_address),
#if !DW_ASAN && !DW_TSAN
    cmocka_unit_test(a_connection_that_got_no_memory_does_not_count),
#endif
    cmocka_unit_test(limits_new_connections_of_one_address),
    cmocka_unit_test(starts_the_given_number_of_threads),
    cmocka_unit_test(closes_idle_connections),
    cmocka_unit_test(closes_a_connection_without_a_request),
    cmocka_unit_test(closes_a_connection_with_a_slow_head),
    cmocka_unit_test(closes_a_kept_connection_with_a_slow_head),
    cmocka_unit_test(closes_a_connection_with_a_slow_body),
    cmocka_unit_test(answers_requests_within_the_time_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
