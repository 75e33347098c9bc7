/* Lingering close. If a request is refused before its body is read, unread bytes remain, and closing a socket with
 * unread bytes makes the kernel reset the connection: the client may then lose the answer. So a separate thread keeps
 * the socket open a little longer, and reads and discards what arrives. The number of sockets, the time and the bytes
 * are limited. */
#ifndef HTTP_LINGER_H
#define HTTP_LINGER_H

#include "base/error.h"

struct lingerer;

/* Starts the thread. Returns NULL on error. */
struct lingerer *dw_linger_start(struct dw_error *err) __attribute__((warn_unused_result));

/* Keeps the connection open after the caller closes FD, by a duplicate of the descriptor. */
void dw_linger_keep(struct lingerer *linger, int fd) __attribute__((nonnull));

/* Closes the remaining sockets and ends the thread. NULL is allowed. */
void dw_linger_stop(struct lingerer *linger);

#endif
