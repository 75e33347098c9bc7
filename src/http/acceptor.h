/* Accepts connections and assigns each to a worker. libmicrohttpd is not used for this: it has no limits per address
 * and no rate limits, and its MHD_quiesce_daemon() is not safe (docs/libmicrohttpd.md). */
#ifndef HTTP_ACCEPTOR_H
#define HTTP_ACCEPTOR_H

#include "base/error.h"
#include "http/connections.h"
#include "http/workers.h"

struct acceptor;

/* Starts a thread that accepts connections on LISTEN_FD, as far as CONNECTIONS admits them. The caller keeps LISTEN_FD
 * and closes it after dw_acceptor_stop(). Until then nobody else may use WORKERS. Returns NULL on error. */
struct acceptor *dw_acceptor_start(int listen_fd, struct workers *workers, struct connections *connections,
                                   struct dw_error *err) __attribute__((nonnull(2, 3), warn_unused_result));

/* Assigns the connections that still wait, and accepts no more. NULL is allowed. */
void dw_acceptor_stop(struct acceptor *acceptor);

#endif
