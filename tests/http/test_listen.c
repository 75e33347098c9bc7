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

static void listens_on_an_ipv4_address(void **state) {
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

static void listens_only_on_an_ipv6_address(void **state) {
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

static void listens_on_both_families_without_an_address(void **state) {
  (void)state;
  char name[64];
  int fd = open_or_fail(":0");
  uint16_t port = dw_listen_name(fd, name, sizeof name);
  assert_true(connects(AF_INET, port));
  if (machine_has_ipv6())
    assert_true(connects(AF_INET6, port));
  close(fd);
}

static void reports_that_a_port_is_in_use(void **state) {
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

static void rejects_texts_that_are_not_addresses(void **state) {
  (void)state;
  static const char *const texts[] = {"",          "8443",   "127.0.0.1", ":",      ":x",
                                      ":65536",    ":-1",    "::1:8443",  "[::1]",  "[::1:8443",
                                      "::1]:8443", ":8443 ", "[]:8443",   ": 8443", "[1.2.3.4]:0"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct dw_error err = DW_ERROR_INIT;
    if (dw_listen_open(texts[i], &err) >= 0)
      fail_msg("\"%s\" was accepted", texts[i]);
    assert_int_equal(err.code, DW_ERR_USAGE);
  }
}

static void rejects_an_address_of_another_machine(void **state) {
  (void)state;
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_listen_open("192.0.2.1:0", &err), -1); /* an address of no machine (RFC 5737) */
  assert_int_equal(err.code, DW_ERR_IO);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(listens_on_an_ipv4_address),
      cmocka_unit_test(listens_only_on_an_ipv6_address),
      cmocka_unit_test(listens_on_both_families_without_an_address),
      cmocka_unit_test(reports_that_a_port_is_in_use),
      cmocka_unit_test(rejects_texts_that_are_not_addresses),
      cmocka_unit_test(rejects_an_address_of_another_machine),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
