/* The listening socket. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Opens TEXT, an ADDR:PORT: ":8443" (every address, IPv4 and IPv6), "10.0.0.1:8443", "[::1]:8443", or a host name of
 * this machine. Port 0 means any free port. Returns the socket, which the caller owns, or -1. */
int dw_listen_open(const char *text, struct dw_error *err) __attribute__((nonnull(1), warn_unused_result));

/* Returns the port that the socket listens on, or 0 if it does not listen. Writes "ADDR:PORT" into OUT. */
uint16_t dw_listen_name(int fd, char *out, size_t size) __attribute__((nonnull));

#endif
