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
  bool gathers;  /* what is sent waits, as far as it fits */
  unsigned due;  /* pieces that are still to come of what is gathered; 0: not known */
  unsigned asks; /* in vain, one after the other, while shaking hands */
  size_t taken, received;
  size_t gathered;
  unsigned char input[WIRE_INPUT], output[WIRE_OUTPUT];
};

/* Fills WIRE and puts it under the session of CONNECTION, whose socket is FD, before anything was sent or read. */
void dw_wire_join(struct wire *wire, struct handshakes *handshakes, struct MHD_Connection *connection, int fd)
    __attribute__((nonnull));

/* From now on gathers what is sent, until PIECES have come together, and sends them as one: for what is small. */
void dw_wire_gather(struct wire *wire, unsigned pieces) __attribute__((nonnull));

/* The answer is complete, or given up: sends what is left of what was gathered. Where the client does not take it, the
 * connection is shut. */
void dw_wire_end(struct wire *wire) __attribute__((nonnull));

/* At the connection's end, while its socket is still open. */
void dw_wire_leave(struct wire *wire) __attribute__((nonnull));

#endif
