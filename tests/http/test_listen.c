#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/listen.h"

static int open_or_fail(const char *text) {
  struct dw_error err = DW_ERROR_INIT;
  int fd = dw_listen_open(text, &err);
  if (fd < 0)
    fail_msg("%s", err.text);
  return fd;
}

static bool machine_has_ipv6(void) {
  struct sockaddr_in6 loopback = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int fd = socket(AF_INET6, SOCK_STREAM, 0);
  bool has = fd >= 0 && bind(fd, (const struct sockaddr *)&loopback, sizeof loopback) == 0;
  if (fd >= 0)
    close(fd);
  return has;
}

static bool connects(int family, uint16_t port) {
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int fd = socket(family, SOCK_STREAM, 0);
  int failed = family == AF_INET ? connect(fd, (const struct sockaddr *)&four, sizeof four)
                                 : connect(fd, (const struct sockaddr *)&six, sizeof six);
  close(fd);
  return failed == 0;
}

static void an_ipv4_address_listens_there(void **state) {
  (void)state;
  char name[64], expected[64];
  int fd = open_or_fail("127.0.0.1:0");
  uint16_t port = dw_listen_name(fd, name, sizeof name);
  assert_int_not_equal(port, 0);
  snprintf(expected, sizeof expected, "127.0.0.1:%u", port);
  assert_string_equal(name, expected);
  assert_true(connects(AF_INET, port));
  close(fd);
  assert_false(connects(AF_INET, port));
}

static void an_ipv6_address_listens_there_alone(void **state) {
  (void)state;
  char name[64];
  if (!machine_has_ipv6())
    skip();
  int fd = open_or_fail("[::1]:0");
  uint16_t port = dw_listen_name(fd, name, sizeof name);
  assert_int_equal(strncmp(name, "[::1]:", 6), 0);
  assert_true(connects(AF_INET6, port));
  assert_false(connects(AF_INET, port));
  close(fd);
}

static void no_address_listens_on_both_families(void **state) {
  (void)state;
  char name[64];
  int fd = open_or_fail(":0");
  uint16_t port = dw_listen_name(fd, name, sizeof name);
  assert_true(connects(AF_INET, port));
  if (machine_has_ipv6())
    assert_true(connects(AF_INET6, port));
  close(fd);
}

static void a_taken_port_is_an_error_that_says_so(void **state) {
  (void)state;
  char name[64];
  struct dw_error err = DW_ERROR_INIT;
  int fd = open_or_fail("127.0.0.1:0");
  dw_listen_name(fd, name, sizeof name);
  assert_int_equal(dw_listen_open(name, &err), -1);
  assert_int_equal(err.code, DW_ERR_IO);
  assert_non_null(strstr(err.text, name));
  assert_non_null(strstr(err.text, strerror(EADDRINUSE)));
  close(fd);
}

static void other_texts_are_no_address(void **state) {
  (void)state;
  static const char *const texts[] = {"",          "8443",   "127.0.0.1", ":",      ":x",
                                      ":65536",    ":-1",    "::1:8443",  "[::1]",  "[::1:8443",
                                      "::1]:8443", ":8443 ", "[]:8443",   ": 8443", "[1.2.3.4]:0"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct dw_error err = DW_ERROR_INIT;
    if (dw_listen_open(texts[i], &err) >= 0)
      fail_msg("\"%s\" was taken", texts[i]);
    assert_int_equal(err.code, DW_ERR_USAGE);
  }
}

static void a_foreign_address_is_refused(void **state) {
  (void)state;
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_listen_open("192.0.2.1:0", &err), -1); /* RFC 5737: nobody's */
  assert_int_equal(err.code, DW_ERR_IO);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_ipv4_address_listens_there),       cmocka_unit_test(an_ipv6_address_listens_there_alone),
      cmocka_unit_test(no_address_listens_on_both_families), cmocka_unit_test(a_taken_port_is_an_error_that_says_so),
      cmocka_unit_test(other_texts_are_no_address),          cmocka_unit_test(a_foreign_address_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
