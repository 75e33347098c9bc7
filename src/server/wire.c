#include "server/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* On a busy thread the client has usually answered by the next time; on an idle one so many take a few microseconds. */
enum { MOST_ASKS = 8 };

/* What of LENGTH bytes was sent; -1 with errno. */
static ssize_t send_some(const struct wire *wire, const void *bytes, size_t length) {
  ssize_t sent;
  do
    sent = send(wire->handshake.fd, bytes, length, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent;
}

/* Sends of what is gathered what the socket takes. -1 with errno where that is nothing. */
static ssize_t flush_some(struct wire *wire) {
  ssize_t sent = send_some(wire, wire->output, wire->gathered);
  if (sent > 0) {
    wire->gathered -= (size_t)sent;
    memmove(wire->output, wire->output + sent, wire->gathered);
  }
  return sent;
}

/* False with errno where not all of it could be sent; the rest stays. */
static bool flush(struct wire *wire) {
  while (wire->gathered > 0)
    if (flush_some(wire) < 0)
      return false;
  return true;
}

/* The last piece, which is gathered too, of LENGTH bytes. What of it is not sent is not taken: the library comes with
 * it again when there is room. */
static ssize_t send_complete(struct wire *wire, size_t length) {
  (void)flush(wire);
  size_t left = wire->gathered;
  if (left < length) {
    wire->gathers = false;
    wire->due = 0;
    wire->gathered = 0;
    return (ssize_t)(length - left);
  }
  wire->gathered -= length;
  return -1;
}

static ssize_t push(gnutls_transport_ptr_t context, const void *bytes, size_t length) {
  struct wire *wire = context;
  if ((!wire->gathers || length > WIRE_OUTPUT - wire->gathered) && !flush(wire))
    return -1;
  if (!wire->gathers || length > WIRE_OUTPUT)
    return send_some(wire, bytes, length);
  memcpy(wire->output + wire->gathered, bytes, length);
  wire->gathered += length;
  if (wire->due == 1)
    return send_complete(wire, length);
  wire->due -= wire->due > 0;
  return (ssize_t)length;
}

void dw_wire_gather(struct wire *wire, unsigned pieces) {
  wire->gathers = true;
  wire->due = pieces;
}

/* A complete answer is out by now; of one that was given up the rest is not worth waiting for. */
void dw_wire_end(struct wire *wire) {
  wire->gathers = false;
  wire->due = 0;
  if (!flush(wire))
    shutdown(wire->handshake.fd, SHUT_RDWR);
}

void dw_wire_leave(struct wire *wire) {
  dw_wire_end(wire);
  dw_handshakes_leave(wire->handshakes, &wire->handshake);
}

static ssize_t receive(const struct wire *wire, void *bytes, size_t room) {
  ssize_t length;
  do
    length = recv(wire->handshake.fd, bytes, room, 0);
  while (length < 0 && errno == EINTR);
  return length;
}

static void nothing_came(struct wire *wire) {
  int saved = errno;
  if (!wire->shaken && (saved == EAGAIN || saved == EWOULDBLOCK) && ++wire->asks >= MOST_ASKS) {
    wire->asks = 0;
    dw_handshakes_wait(wire->handshakes, &wire->handshake);
  }
  errno = saved;
}

/* The library asks until there is nothing more, so what stays in the buffer is not forgotten. */
static ssize_t pull(gnutls_transport_ptr_t context, void *bytes, size_t room) {
  struct wire *wire = context;
  if (!flush(wire))
    return -1;
  if (wire->taken == wire->received) {
    bool large = room >= WIRE_INPUT;
    ssize_t length = receive(wire, large ? bytes : wire->input, large ? room : WIRE_INPUT);
    if (length < 0)
      nothing_came(wire);
    else
      wire->asks = 0;
    if (length <= 0 || large)
      return length;
    wire->taken = 0;
    wire->received = (size_t)length;
  }
  size_t length = wire->received - wire->taken < room ? wire->received - wire->taken : room;
  memcpy(bytes, wire->input + wire->taken, length);
  wire->taken += length;
  return (ssize_t)length;
}

/* Called for the end of the handshake: from here on the library knows when to ask. */
static int finished(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                    const gnutls_datum_t *message) {
  (void)type, (void)when, (void)message;
  struct wire *wire = gnutls_transport_get_ptr(session);
  if (incoming) {
    wire->shaken = true;
    dw_wire_end(wire);
  }
  return 0;
}

void dw_wire_join(struct wire *wire, struct handshakes *handshakes, struct MHD_Connection *connection, int fd) {
  gnutls_session_t session = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session;
  memset(wire, 0, offsetof(struct wire, input));
  wire->handshake = (struct handshake){.connection = connection, .fd = fd};
  wire->handshakes = handshakes;
  wire->gathers = true;
  gnutls_transport_set_ptr(session, wire);
  gnutls_transport_set_push_function(session, push);
  gnutls_transport_set_pull_function(session, pull);
  gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST, finished);
}
