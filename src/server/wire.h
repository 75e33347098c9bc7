/* What goes between GnuTLS and a connection's socket. A record is read with one system call where it fits the buffer,
 * not with one for its head and one for the rest; what belongs together is sent with one; a handshake waits for its
 * client without keeping a thread busy. */
#ifndef SERVER_WIRE_H
#define SERVER_WIRE_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

#include "server/handshakes.h"

enum { WIRE_INPUT = 4096, WIRE_OUTPUT = 4096 };

/* The connection's thread alone uses it. */
struct wire {
  struct handshake handshake;
  struct handshakes *handshakes;
  bool shaken;   /* the client's last word of the handshake has come */
  bool gathers;  /* what is sent waits for dw_wire_flush(), as far as it fits */
  unsigned asks; /* in vain, one after the other, while shaking hands */
  size_t taken, received;
  size_t gathered;
  unsigned char input[WIRE_INPUT], output[WIRE_OUTPUT];
};

/* Fills WIRE and puts it under the session of CONNECTION, whose socket is FD, before anything was sent or read. */
void dw_wire_join(struct wire *wire, struct handshakes *handshakes, struct MHD_Connection *connection, int fd)
    __attribute__((nonnull));

/* Sends what was gathered. False, and the connection is shut, where the client does not take it. */
bool dw_wire_flush(struct wire *wire) __attribute__((nonnull));

#endif
