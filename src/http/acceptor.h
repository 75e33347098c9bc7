/* Accepts connections and hands each to a worker. libmicrohttpd does not listen by itself: it knows no limits of
 * addresses and rates, and its MHD_quiesce_daemon() is not safe (docs/libmicrohttpd.md). */
#ifndef HTTP_ACCEPTOR_H
#define HTTP_ACCEPTOR_H

#include "base/error.h"
#include "http/connections.h"
#include "http/workers.h"

struct acceptor;

/* Accepts on LISTEN_FD, which it does not take over, from now on, as far as CONNECTIONS admits. Until it is stopped it
 * alone uses WORKERS. NULL if it can't be started. */
struct acceptor *dw_acceptor_start(int listen_fd, struct workers *workers, struct connections *connections,
                                   struct dw_error *err) __attribute__((nonnull(2, 3), warn_unused_result));

/* Hands on the connections that wait, and takes no more. NULL is allowed. */
void dw_acceptor_stop(struct acceptor *acceptor);

#endif
