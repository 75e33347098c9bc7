/* Takes connections and hands them to libmicrohttpd. The library's own listening can't be stopped safely while its
 * threads run (0.9.75: MHD_quiesce_daemon() races with them for the epoll set, and aborts). */
#ifndef SERVER_ACCEPTOR_H
#define SERVER_ACCEPTOR_H

#include <microhttpd.h>

#include "droveway/base/error.h"
#include "server/connections.h"

struct acceptor;

/* Accepts on LISTEN_FD, which it does not take over, from now on, as far as CONNECTIONS admits. NULL where it can't be
 * started. */
struct acceptor *dw_acceptor_start(int listen_fd, struct MHD_Daemon *daemon, struct connections *connections,
                                   struct dw_error *err) __attribute__((nonnull(2, 3), warn_unused_result));

/* Hands on the connections that wait, and takes no more. NULL is allowed. */
void dw_acceptor_stop(struct acceptor *acceptor);

#endif
