#include "http/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

struct endpoint {
  char host[256]; /* "" for every address */
  char port[8];
};

static bool copy(char *out, size_t size, const char *text, size_t length) {
  if (length >= size)
    return false;
  memcpy(out, text, length);
  out[length] = '\0';
  return true;
}

static bool is_port(const char *text) {
  int64_t number = 0;
  return dw_parse_int64(text, &number) && number >= 0 && number <= 65535;
}

/* "HOST:PORT", "[V6]:PORT" or ":PORT". */
static bool split(const char *text, struct endpoint *out) {
  const char *colon = strrchr(text, ':');
  if (colon == NULL)
    return false;
  const char *host = text;
  size_t length = (size_t)(colon - text);
  bool bracketed = length >= 2 && text[0] == '[' && colon[-1] == ']';
  if (bracketed) {
    host++;
    length -= 2;
  }
  if (bracketed != (memchr(host, ':', length) != NULL) || memchr(host, '[', length) != NULL)
    return false;
  return copy(out->host, sizeof out->host, host, length) &&
         copy(out->port, sizeof out->port, colon + 1, strlen(colon + 1)) && is_port(out->port);
}

static int open_socket(const struct sockaddr *address, socklen_t length, bool both_families) {
  static const int on = 1, off = 0;
  int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  bool good = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
  if (address->sa_family == AF_INET6)
    good = good && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, both_families ? &off : &on, sizeof on) == 0;
  if (good && bind(fd, address, length) == 0 && listen(fd, SOMAXCONN) == 0)
    return fd;
  int saved = errno;
  close(fd);
  errno = saved;
  return -1;
}

/* An IPv6 socket accepts both families. Machines without IPv6 need an IPv4 socket. */
static int open_everywhere(uint16_t port) {
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_ANY_INIT};
  int fd = open_socket((const struct sockaddr *)&six, sizeof six, true);
  if (fd >= 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
    return fd;
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_ANY)}};
  return open_socket((const struct sockaddr *)&four, sizeof four, false);
}

static int open_host(const struct endpoint *where, const char *text, struct dw_error *err) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  struct addrinfo *list = NULL;
  int failed = getaddrinfo(where->host, where->port, &hints, &list);
  if (failed != 0)
    return dw_error_set(err, DW_ERR_IO, "can't listen on %s: %s", text, gai_strerror(failed));
  int fd = open_socket(list->ai_addr, list->ai_addrlen, false);
  int saved = errno;
  freeaddrinfo(list);
  errno = saved;
  return fd >= 0 ? fd : dw_error_set(err, DW_ERR_IO, "can't listen on %s: %s", text, strerror(errno));
}

int dw_listen_open(const char *text, struct dw_error *err) {
  struct endpoint where = {"", ""};
  if (!split(text, &where))
    return dw_error_set(err, DW_ERR_USAGE, "\"%s\" is not a valid ADDR:PORT; use :8443, 10.0.0.1:8443 or [::1]:8443",
                        text);
  if (where.host[0] != '\0')
    return open_host(&where, text, err);
  int64_t port = 0;
  (void)!dw_parse_int64(where.port, &port);
  int fd = open_everywhere((uint16_t)port);
  return fd >= 0 ? fd : dw_error_set(err, DW_ERR_IO, "can't listen on %s: %s", text, strerror(errno));
}

uint16_t dw_listen_name(int fd, char *out, size_t size) {
  struct sockaddr_storage address = {0};
  socklen_t length = sizeof address;
  char host[64], port[8];
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0 ||
      getnameinfo((const struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    snprintf(out, size, "?");
    return 0;
  }
  int64_t number = 0;
  snprintf(out, size, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
  return dw_parse_int64(port, &number) ? (uint16_t)number : 0;
}
