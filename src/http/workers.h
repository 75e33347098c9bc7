/* The threads that answer. Each is a libmicrohttpd daemon of its own in poll mode: its loop walks all of its
 * connections whenever one of them has something, so there are more workers than THREADS, for when these have many.
 * Not thread-safe: the acceptor alone uses them. */
#ifndef HTTP_WORKERS_H
#define HTTP_WORKERS_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "base/error.h"

struct workers;

struct worker {
  struct MHD_Daemon *daemon;
  atomic_uint load; /* connections that it has; counted by connections.h */
};

/* Starts with START as many workers as MOST_CONNECTIONS need, at least THREADS; these get all connections as long as
 * they have few. NULL where one can't be started. */
struct workers *dw_workers_start(unsigned threads, unsigned most_connections,
                                 struct MHD_Daemon *(*start)(void *context), void *context, struct dw_error *err)
    __attribute__((nonnull(3), warn_unused_result));

/* How many there are. */
unsigned dw_workers_count(const struct workers *workers) __attribute__((nonnull));

/* The one that a new connection goes to. */
struct worker *dw_workers_pick(struct workers *workers) __attribute__((nonnull, returns_nonnull));

/* Ends them with their connections. NULL is allowed, as in the next. */
void dw_workers_stop(struct workers *workers);
void dw_workers_free(struct workers *workers); /* after dw_workers_stop(), when nobody counts their load any more */

#endif
