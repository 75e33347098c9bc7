/* What a client can do to a connection below HTTP: handshakes that stall or arrive in pieces, answers that are not
 * read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/https_server.h"
#include "support/run_program.h"

static const char livez[] = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";

static int set_up(void **state) {
  struct https_server *server = calloc(1, sizeof *server);
  assert_non_null(server);
  https_server_prepare(server);
  https_server_start(server, NULL, &(struct dw_server_options){.threads = 1, .drain_milliseconds = 300});
  *state = server;
  return 0;
}

/* One address may use all connections. */
static int set_up_for_many(void **state) {
  struct https_server *server = calloc(1, sizeof *server);
  assert_non_null(server);
  https_server_prepare(server);
  https_server_start(
      server, NULL,
      &(struct dw_server_options){
          .threads = 1, .drain_milliseconds = 300, .max_connections_per_address = 1000, .connection_rate = 10000});
  *state = server;
  return 0;
}

static int tear_down(void **state) {
  https_server_end(*state);
  free(*state);
  return 0;
}

/* --- a client --- */

struct client {
  int fd;
  gnutls_session_t session;
  gnutls_certificate_credentials_t trust;
  bool deaf;      /* the client reads nothing */
  size_t at_once; /* bytes per segment; 0: everything */
};

static ssize_t client_pull(gnutls_transport_ptr_t context, void *bytes, size_t room) {
  const struct client *client = context;
  if (!client->deaf)
    return recv(client->fd, bytes, room, 0);
  errno = EAGAIN;
  return -1;
}

static ssize_t client_push(gnutls_transport_ptr_t context, const void *bytes, size_t length) {
  const struct client *client = context;
  size_t some = client->at_once == 0 || length < client->at_once ? length : client->at_once;
  return send(client->fd, bytes, some, MSG_NOSIGNAL);
}

static void client_open(struct client *out, const struct https_server *server, int receive_buffer) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(server->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  const int one = 1;
  *out = (struct client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (receive_buffer > 0)
    assert_int_equal(setsockopt(out->fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer), 0);
  assert_int_equal(connect(out->fd, (const struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(setsockopt(out->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), 0);
  assert_int_equal(gnutls_init(&out->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK), 0);
  assert_int_equal(gnutls_set_default_priority(out->session), 0);
  assert_int_equal(gnutls_certificate_allocate_credentials(&out->trust), 0);
  assert_int_equal(gnutls_credentials_set(out->session, GNUTLS_CRD_CERTIFICATE, out->trust), 0);
  gnutls_transport_set_ptr(out->session, out);
  gnutls_transport_set_pull_function(out->session, client_pull);
  gnutls_transport_set_push_function(out->session, client_push);
}

static void client_close(struct client *client) {
  gnutls_deinit(client->session);
  gnutls_certificate_free_credentials(client->trust);
  close(client->fd);
}

/* Sends its first message and waits until the server's answer has arrived, without reading it. */
static void half_a_handshake(struct client *client) {
  struct pollfd answer = {client->fd, POLLIN, 0};
  client->deaf = true;
  assert_int_equal(gnutls_handshake(client->session), GNUTLS_E_AGAIN);
  assert_int_equal(poll(&answer, 1, PATIENCE_MS), 1);
}

static void handshake(struct client *client) {
  int code;
  do
    code = gnutls_handshake(client->session);
  while (code < 0 && !gnutls_error_is_fatal(code));
  assert_int_equal(code, GNUTLS_E_SUCCESS);
}

static void send_all(struct client *client, const char *text) {
  for (size_t done = 0, length = strlen(text); done < length;) {
    ssize_t sent = gnutls_record_send(client->session, text + done, length - done);
    assert_true(sent > 0);
    done += (size_t)sent;
  }
}

/* Reads ROOM bytes at a time until TEXT has arrived COUNT times. Returns false if the connection ends before. */
static bool receives(struct client *client, const char *text, int count, size_t room) {
  char bytes[4096 + 64];
  size_t kept = 0;
  for (int seen = 0; seen < count;) {
    ssize_t length = gnutls_record_recv(client->session, bytes + kept, room);
    if (length <= 0)
      return false;
    kept += (size_t)length;
    bytes[kept] = '\0';
    const char *at = bytes, *found;
    while ((found = strstr(at, text)) != NULL) {
      seen++;
      at = found + strlen(text);
    }
    /* the beginning of one may have arrived */
    size_t rest = kept - (size_t)(at - bytes);
    size_t keep = rest < strlen(text) - 1 ? rest : strlen(text) - 1;
    memmove(bytes, bytes + kept - keep, keep);
    kept = keep;
  }
  return true;
}

static void is_answered(struct client *client) {
  send_all(client, livez);
  assert_true(receives(client, "HTTP/1.1 200 OK", 1, 4096));
}

/* --- handshakes --- */

static int64_t clock_ms(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_quiet(void) {
  int64_t start = clock_ms(CLOCK_MONOTONIC), used = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
  pause_ms(100);
  return clock_ms(CLOCK_PROCESS_CPUTIME_ID) - used < (clock_ms(CLOCK_MONOTONIC) - start) / 4;
}

static void a_stalled_handshake_keeps_no_thread_busy(void **state) {
  struct https_server *server = *state;
  struct client slow;
  client_open(&slow, server, 0);
  half_a_handshake(&slow);
  WAIT_FOR(is_quiet());
  struct https_client *other = https_server_client(server);
  struct https_reply reply = https_send(other, &(struct https_request){.path = "/livez"});
  assert_int_equal(reply.status, 200);
  https_reply_free(&reply);
  https_client_free(other);
  slow.deaf = false;
  handshake(&slow);
  is_answered(&slow);
  client_close(&slow);
}

static void a_client_may_abandon_a_stalled_handshake(void **state) {
  struct https_server *server = *state;
  struct client gone, after;
  client_open(&gone, server, 0);
  half_a_handshake(&gone);
  WAIT_FOR(is_quiet());
  client_close(&gone);
  WAIT_FOR(https_server_metric(server, "droveway_connections") == 0);
  client_open(&after, server, 0);
  handshake(&after);
  is_answered(&after);
  client_close(&after);
}

static void stopping_does_not_wait_for_handshakes(void **state) {
  struct https_server *server = *state;
  enum { MANY = 20 };
  struct client clients[MANY];
  char byte;
  for (int i = 0; i < MANY; i++) {
    client_open(&clients[i], server, 0);
    half_a_handshake(&clients[i]);
  }
  https_server_stop(server);
  for (int i = 0; i < MANY; i++) {
    ssize_t length;
    while ((length = recv(clients[i].fd, &byte, 1, 0)) > 0) {
    }
    client_close(&clients[i]);
  }
}

static void accepts_bytes_one_by_one(void **state) {
  struct client client;
  client_open(&client, *state, 0);
  client.at_once = 1;
  handshake(&client);
  is_answered(&client);
  is_answered(&client);
  client_close(&client);
}

/* --- answers --- */

/* An answer that is held back until more follows takes 40 or 200 ms. */
static void delays_no_answer_on_a_kept_connection(void **state) {
  static const char head[] = "HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n";
  enum { MANY = 100 };
  struct client client;
  client_open(&client, *state, 0);
  handshake(&client);
  send_all(&client, head);
  assert_true(receives(&client, "\r\n\r\n", 1, 4096));
  int64_t start = clock_ms(CLOCK_MONOTONIC);
  for (int i = 0; i < MANY; i++)
    is_answered(&client);
  assert_in_range(clock_ms(CLOCK_MONOTONIC) - start, 0, MANY * 30);
  client_close(&client);
}

static void answers_all_requests_that_arrive_together(void **state) {
  enum { MANY = 100 };
  struct client client;
  client_open(&client, *state, 0);
  handshake(&client);
  for (int i = 0; i < MANY; i++)
    send_all(&client, livez);
  assert_true(receives(&client, "HTTP/1.1 200 OK", MANY, 4096));
  client_close(&client);
}

/* More than one thread gets, and more than libmicrohttpd's epoll mode can handle (docs/libmicrohttpd.md). */
static void many_clients_that_send_at_once_are_all_answered(void **state) {
  struct https_server *server = *state;
  enum { MANY = 300 };
  static struct client clients[MANY];
  for (int i = 0; i < MANY; i++) {
    client_open(&clients[i], server, 0);
    handshake(&clients[i]);
  }
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < MANY; i++)
      send_all(&clients[i], livez);
    for (int i = 0; i < MANY; i++)
      assert_true(receives(&clients[i], "HTTP/1.1 200 OK", 1, 4096));
  }
  assert_true(https_server_metric(server, "droveway_connections") == MANY);
  WAIT_FOR(is_quiet());
  for (int i = 0; i < MANY; i++)
    client_close(&clients[i]);
  WAIT_FOR(https_server_metric(server, "droveway_connections") == 0);
}

static void handshakes_that_wait_in_numbers_keep_no_thread_busy(void **state) {
  struct https_server *server = *state;
  enum { MANY = 200 };
  static struct client clients[MANY];
  struct client other;
  for (int i = 0; i < MANY; i++) {
    client_open(&clients[i], server, 0);
    half_a_handshake(&clients[i]);
  }
  WAIT_FOR(is_quiet());
  client_open(&other, server, 0);
  handshake(&other);
  is_answered(&other);
  client_close(&other);
  for (int i = 0; i < MANY; i++) {
    clients[i].deaf = false;
    handshake(&clients[i]);
    is_answered(&clients[i]);
    client_close(&clients[i]);
  }
}

/* Sends as many requests as the server accepts while no answer is read; they are long, to fill its buffers soon. A
 * record that could not be sent at once remains to be sent. */
static int send_until_full(struct client *client, bool *pending) {
  enum { MOST = 20000, TRIES = 100 };
  char request[8000];
  int length = snprintf(request, sizeof request, "GET /livez HTTP/1.1\r\nHost: x\r\nX: %07900d\r\n\r\n", 0);
  int sent = 0;
  *pending = false;
  for (int tries = 0; sent < MOST && tries < TRIES;) {
    ssize_t code = gnutls_record_send(client->session, request, (size_t)length);
    *pending = code == GNUTLS_E_AGAIN;
    if (*pending) {
      tries++;
      pause_ms(1);
      continue;
    }
    assert_int_equal(code, length);
    tries = 0;
    sent++;
  }
  return sent;
}

/* Small answers fill the socket in the end, too: they wait, no thread waits for them, and none is lost. */
static void a_client_that_reads_late_gets_all_answers(void **state) {
  struct https_server *server = *state;
  struct client client, other;
  bool pending;
  client_open(&client, server, 4096);
  handshake(&client);
  int flags = fcntl(client.fd, F_GETFL);
  assert_int_equal(fcntl(client.fd, F_SETFL, flags | O_NONBLOCK), 0);
  int sent = send_until_full(&client, &pending);
  assert_true(pending);
  client_open(&other, server, 0);
  handshake(&other);
  is_answered(&other);
  client_close(&other);
  assert_int_equal(fcntl(client.fd, F_SETFL, flags), 0);
  assert_true(receives(&client, "HTTP/1.1 200 OK", sent, 4096));
  assert_true(gnutls_record_send(client.session, NULL, 0) > 0);
  assert_true(receives(&client, "HTTP/1.1 200 OK", 1, 4096));
  client_close(&client);
}

static void a_client_that_reads_nothing_may_disconnect(void **state) {
  struct https_server *server = *state;
  struct client client;
  bool pending;
  client_open(&client, server, 4096);
  handshake(&client);
  assert_int_equal(fcntl(client.fd, F_SETFL, O_NONBLOCK), 0);
  send_until_full(&client, &pending);
  client_close(&client);
  WAIT_FOR(https_server_metric(server, "droveway_connections") == 0);
}

/* Metrics are larger than what the socket holds. */
static void large_answers_wait_for_their_client(void **state) {
  static const char metrics[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  enum { MANY = 30 };
  struct https_server other = *(struct https_server *)*state;
  struct client client;
  other.port = other.metrics_port;
  client_open(&client, &other, 4096);
  handshake(&client);
  for (int i = 0; i < MANY; i++)
    send_all(&client, metrics);
  assert_true(receives(&client, "HTTP/1.1 200 OK", MANY, 1000));
  client_close(&client);
}

#define TEST_OF_MANY(name) cmocka_unit_test_setup_teardown(name, set_up_for_many, tear_down)
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_stalled_handshake_keeps_no_thread_busy),
      TEST(a_client_may_abandon_a_stalled_handshake),
      TEST(stopping_does_not_wait_for_handshakes),
      TEST(accepts_bytes_one_by_one),
      TEST(delays_no_answer_on_a_kept_connection),
      TEST(answers_all_requests_that_arrive_together),
      TEST(a_client_that_reads_late_gets_all_answers),
      TEST(a_client_that_reads_nothing_may_disconnect),
      TEST(large_answers_wait_for_their_client),
      TEST_OF_MANY(many_clients_that_send_at_once_are_all_answered),
      TEST_OF_MANY(handshakes_that_wait_in_numbers_keep_no_thread_busy),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
