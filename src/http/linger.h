/* Lingering close. A request refused before its body was read leaves bytes unread, and closing a socket with unread
 * bytes makes the kernel reset the connection, which can take the answer away from the client. So the socket is kept a
 * little longer, read and thrown away, in a thread of its own: bounded in number, time and bytes. */
#ifndef HTTP_LINGER_H
#define HTTP_LINGER_H

#include "base/error.h"

struct lingerer;

/* NULL on error. */
struct lingerer *dw_linger_start(struct dw_error *err) __attribute__((warn_unused_result));

/* Keeps the connection of FD open (by a descriptor of its own) after the caller closes FD. */
void dw_linger_keep(struct lingerer *linger, int fd) __attribute__((nonnull));

/* Closes what is left. NULL is allowed. */
void dw_linger_stop(struct lingerer *linger);

#endif
