/* The request threads. Each is a separate libmicrohttpd daemon in poll mode, which loops over all of its connections at
 * each event. So there can be more workers than THREADS, which are used when the first ones have many connections. Not
 * thread-safe: only the acceptor uses them. */
#ifndef HTTP_WORKERS_H
#define HTTP_WORKERS_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "base/error.h"

struct worker {
  struct MHD_Daemon *daemon;
  atomic_uint load; /* its connections, counted by connections.h */
};

struct workers {
  size_t usual; /* the first ones, which share all connections while they have room */
  size_t count;
  struct worker all[];
};

/* Starts as many workers as MOST_CONNECTIONS need, at least THREADS; START starts the daemon of one. End them with
 * dw_workers_stop(), then free() the result when nobody counts their load any more. Returns NULL if one can't be
 * started. */
struct workers *dw_workers_start(unsigned threads, unsigned most_connections,
                                 struct MHD_Daemon *(*start)(void *context), void *context, struct dw_error *err)
    __attribute__((nonnull(3), warn_unused_result));

/* Returns the worker for a new connection. */
struct worker *dw_workers_pick(struct workers *workers) __attribute__((nonnull, returns_nonnull));

/* Ends the threads and closes their connections. NULL is allowed. */
void dw_workers_stop(struct workers *workers);

#endif
