/* Slots of connections: those that libmicrohttpd closes without a notification must not count forever, and a connection
 * that gets the descriptor of one must not be closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/connections.h"
#include "support/waiting.h"

struct fixture {
  struct connections *connections;
  struct dw_http_load http_load;
  atomic_uint load;
  int listener;
};

static const struct sockaddr_in peer = {.sin_family = AF_INET};

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  static const struct connection_limits limits = {
      .most = 3, .most_per_address = 3, .rate = 1000, .idle_ms = 200, .request_ms = 200};
  struct dw_error err = DW_ERROR_INIT;
  assert_non_null(fixture);
  fixture->connections = dw_connections_start(&limits, "webhook", &fixture->http_load, &err);
  assert_non_null(fixture->connections);
  fixture->listener = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(fixture->listener, (const struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(fixture->listener, 8), 0);
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  dw_connections_stop(fixture->connections);
  close(fixture->listener);
  free(fixture);
  return 0;
}

/* Both ends of a connection. */
struct pair {
  int client, served;
};

static struct pair connect_pair(const struct fixture *fixture) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  struct pair pair = {.client = socket(AF_INET, SOCK_STREAM, 0)};
  assert_int_equal(getsockname(fixture->listener, (struct sockaddr *)&address, &length), 0);
  assert_int_equal(connect(pair.client, (const struct sockaddr *)&address, length), 0);
  pair.served = accept(fixture->listener, NULL, NULL);
  assert_true(pair.served >= 0);
  return pair;
}

static void assign(struct fixture *fixture, int fd) {
  assert_int_equal(dw_connections_admit(fixture->connections, fd, (const struct sockaddr *)&peer), 0);
  dw_connections_assign(fixture->connections, fd, &fixture->load);
}

static void expect_counts(struct fixture *fixture, unsigned count) {
  assert_int_equal(dw_connections_count(fixture->connections), count);
  assert_int_equal(atomic_load(&fixture->load), count);
}

static bool is_shut(int fd) {
  char byte;
  return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void a_closed_connection_no_longer_counts(void **state) {
  struct fixture *fixture = *state;
  struct pair pair = connect_pair(fixture);
  assign(fixture, pair.served);
  expect_counts(fixture, 1);
  dw_connections_begin(fixture->connections, pair.served);
  dw_connections_closed(fixture->connections, pair.served);
  expect_counts(fixture, 0);
  dw_connections_closed(fixture->connections, pair.served);
  expect_counts(fixture, 0);
  close(pair.served);
  close(pair.client);
}

static void detects_a_connection_that_was_closed_without_notification(void **state) {
  struct fixture *fixture = *state;
  struct pair lost = connect_pair(fixture), kept = connect_pair(fixture);
  assign(fixture, lost.served);
  assign(fixture, kept.served);
  expect_counts(fixture, 2);
  close(lost.served);
  WAIT_FOR(dw_connections_count(fixture->connections) == 1);
  expect_counts(fixture, 1);
  assert_false(is_shut(kept.client));
  dw_connections_closed(fixture->connections, kept.served);
  expect_counts(fixture, 0);
  close(kept.served);
  close(kept.client);
  close(lost.client);
}

/* The descriptor may belong to something else by then, such as a watch on the API server. */
static void does_not_close_a_reused_descriptor(void **state) {
  struct fixture *fixture = *state;
  struct pair lost = connect_pair(fixture), other = connect_pair(fixture), slow = connect_pair(fixture);
  assign(fixture, lost.served);
  assert_int_equal(dup2(other.served, lost.served), lost.served);
  WAIT_FOR(dw_connections_count(fixture->connections) == 0);
  expect_counts(fixture, 0);
  assign(fixture, slow.served); /* closed because of its time limit, long after the other would have been */
  dw_connections_begin(fixture->connections, slow.served);
  WAIT_FOR(is_shut(slow.client));
  assert_false(is_shut(other.client));
  assert_int_equal(atomic_load(&fixture->http_load.hits.counts[DW_BOUND_REQUEST_TIME]), 1);
  dw_connections_closed(fixture->connections, slow.served);
  close(lost.served);
  close(other.served);
  close(slow.served);
  close(lost.client);
  close(other.client);
  close(slow.client);
}

static void a_connection_with_a_reused_descriptor_counts_once(void **state) {
  struct fixture *fixture = *state;
  struct pair lost = connect_pair(fixture), next = connect_pair(fixture);
  for (int i = 0; i < 20; i++) { /* more than the limit of connections */
    assign(fixture, lost.served);
    assert_int_equal(dup2(next.served, lost.served), lost.served);
  }
  expect_counts(fixture, 1);
  assert_int_equal(atomic_load(&fixture->http_load.hits.counts[DW_BOUND_CONNECTIONS]), 0);
  dw_connections_begin(fixture->connections, lost.served);
  dw_connections_closed(fixture->connections, lost.served);
  expect_counts(fixture, 0);
  close(lost.served);
  close(next.served);
  close(lost.client);
  close(next.client);
}

/* The time limit does not apply before the library has begun with the connection, because nobody could answer it. */
static void waiting_counts_against_the_time_limit_once_it_begins(void **state) {
  struct fixture *fixture = *state;
  struct pair waits = connect_pair(fixture), begun = connect_pair(fixture);
  assign(fixture, waits.served);
  assign(fixture, begun.served);
  dw_connections_begin(fixture->connections, begun.served);
  WAIT_FOR(is_shut(begun.client));
  assert_false(is_shut(waits.client));
  dw_connections_begin(fixture->connections, waits.served);
  WAIT_FOR(is_shut(waits.client));
  expect_counts(fixture, 2);
  dw_connections_closed(fixture->connections, waits.served);
  dw_connections_closed(fixture->connections, begun.served);
  expect_counts(fixture, 0);
  close(waits.served);
  close(begun.served);
  close(waits.client);
  close(begun.client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_closed_connection_no_longer_counts),
      TEST(detects_a_connection_that_was_closed_without_notification),
      TEST(does_not_close_a_reused_descriptor),
      TEST(a_connection_with_a_reused_descriptor_counts_once),
      TEST(waiting_counts_against_the_time_limit_once_it_begins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
