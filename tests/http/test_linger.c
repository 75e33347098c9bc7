/* Connections that were answered before their whole body was read: what still arrives is read, within limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/linger.h"
#include "support/waiting.h"

enum { MOST_SOCKETS = 64, MOST_BYTES = 64 << 20 };

static bool had_input; /* memory in use before the first test */

static int set_up(void **state) {
  struct dw_error err = DW_ERROR_INIT;
  *state = dw_linger_start(&err);
  if (*state == NULL)
    fail_msg("%s", err.text);
  return 0;
}

static int tear_down(void **state) {
  dw_linger_stop(*state);
  return 0;
}

/* The client's end of a connection that the server has answered and closed. */
static int closed_by_server(struct lingerer *linger) {
  int ends[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  assert_int_equal(send(ends[0], "answer", 6, 0), 6);
  dw_linger_keep(linger, ends[0]);
  close(ends[0]);
  return ends[1];
}

static bool accepts(int client, size_t bytes) {
  static const char waste[1 << 16];
  while (bytes > 0) {
    ssize_t sent = send(client, waste, bytes < sizeof waste ? bytes : sizeof waste, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes -= (size_t)sent;
  }
  return true;
}

static size_t count_taking(const int *clients, size_t count) {
  size_t accepting = 0;
  for (size_t i = 0; i < count; i++)
    accepting += accepts(clients[i], 1) ? 1 : 0;
  return accepting;
}

static void assert_answered(int client) {
  char answer[8];
  assert_int_equal(recv(client, answer, sizeof answer, MSG_WAITALL), 6); /* and then it has been closed */
  assert_memory_equal(answer, "answer", 6);
}

static void a_client_that_still_sends_gets_the_answer(void **state) {
  int client = closed_by_server(*state);
  assert_true(accepts(client, 1));
  assert_true(accepts(client, 1 << 20));
  assert_answered(client);
  assert_true(accepts(client, 1));
  close(client);
}

static void limits_the_bytes_of_one_connection(void **state) {
  int client = closed_by_server(*state);
  (void)accepts(client, MOST_BYTES);
  WAIT_FOR(!accepts(client, 1));
  assert_answered(client);
  close(client);
}

static void limits_the_number_of_connections(void **state) {
  int clients[MOST_SOCKETS + 6];
  enum { COUNT = sizeof clients / sizeof *clients };
  for (size_t i = 0; i < COUNT; i++)
    clients[i] = closed_by_server(*state);
  WAIT_FOR(count_taking(clients, COUNT) <= MOST_SOCKETS);
  assert_int_equal(count_taking(clients, COUNT), MOST_SOCKETS);
  for (size_t i = 0; i < COUNT; i++) {
    assert_answered(clients[i]);
    close(clients[i]);
  }
}

static void a_connection_that_ends_makes_room_for_another(void **state) {
  for (int i = 0; i < 4 * MOST_SOCKETS; i++) {
    int client = closed_by_server(*state);
    assert_answered(client);
    close(client);
  }
  int last = -1;
  for (bool accepted = false; !accepted;
       accepted = accepts(last, 1)) { /* once the end of the others has been noticed */
    if (last >= 0)
      close(last);
    last = closed_by_server(*state);
    pause_ms(5);
  }
  close(last);
}

static void closes_no_other_descriptor(void **state) {
  int kept = open("/dev/null", O_RDONLY | O_CLOEXEC);
  assert_true(kept >= 0);
  close(closed_by_server(*state));
  int client = closed_by_server(*state);
  assert_true(accepts(client, 1));
  dw_linger_stop(*state);
  *state = NULL;
  assert_false(accepts(client, 1));
  assert_int_equal(fcntl(STDIN_FILENO, F_GETFD) >= 0, had_input);
  assert_true(fcntl(kept, F_GETFD) >= 0);
  close(client);
  close(kept);
}

int main(void) {
  had_input = fcntl(STDIN_FILENO, F_GETFD) >= 0;
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(a_client_that_still_sends_gets_the_answer),
      TEST(limits_the_bytes_of_one_connection),
      TEST(limits_the_number_of_connections),
      TEST(a_connection_that_ends_makes_room_for_another),
      TEST(closes_no_other_descriptor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
