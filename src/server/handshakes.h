/* TLS handshakes that wait for their client. libmicrohttpd (0.9.75) asks a handshaking connection again and again, as
 * fast as it can, until the client has answered: a client that never does would keep a thread busy. */
#ifndef SERVER_HANDSHAKES_H
#define SERVER_HANDSHAKES_H

#include <microhttpd.h>
#include <stdbool.h>

#include "droveway/base/error.h"

struct handshakes;

/* A connection's part. All zero but for CONNECTION and FD at the start. */
struct handshake {
  struct MHD_Connection *connection;
  int fd;
  bool known; /* to the set of descriptors */
  struct handshake *before, *after;
};

/* Starts the thread that waits. NULL where it can't be started. */
struct handshakes *dw_handshakes_start(struct dw_error *err) __attribute__((warn_unused_result));

/* In the connection's thread, from under the library's handshake: suspends it until something has come. Once they are
 * stopped, it does nothing. */
void dw_handshakes_wait(struct handshakes *handshakes, struct handshake *handshake) __attribute__((nonnull));

/* In the connection's thread, at its end: nobody looks at HANDSHAKE any more. */
void dw_handshakes_leave(struct handshakes *handshakes, struct handshake *handshake) __attribute__((nonnull));

/* Ends the thread; all go on, and none waits from now on. Before the library is stopped. */
void dw_handshakes_stop(struct handshakes *handshakes) __attribute__((nonnull));
void dw_handshakes_free(struct handshakes *handshakes); /* after dw_handshakes_stop(); NULL is allowed */

#endif
