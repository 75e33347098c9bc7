/* The connections that are open: how many there may be, and how long each may take. Thread-safe. */
#ifndef HTTP_CONNECTIONS_H
#define HTTP_CONNECTIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"
#include "http/limits.h"

struct connections;

struct connection_limits {
  unsigned most;               /* together */
  unsigned most_per_address;   /* of the other side */
  unsigned rate;               /* new ones a second of one address (rates.h) */
  unsigned idle_ms;            /* without a request */
  void (*look)(void *context); /* called a few times a second, from the thread; NULL: nothing is */
  void *context;
  unsigned request_ms; /* from the first byte of a request (of the first one: from the connection) to the last of its
                          answer */
};

/* Starts the thread that ends what takes too long. HITS must outlive it. NULL where it can't be started. */
struct connections *dw_connections_start(const struct connection_limits *limits, struct dw_bound_hits *hits,
                                         struct dw_error *err) __attribute__((nonnull(1, 2), warn_unused_result));
void dw_connections_stop(struct connections *connections); /* NULL is allowed */

/* How long the connection that was just accepted has to wait before anything is done for it, in microseconds; -1 where
 * it may not be kept. Else it counts from now on, until dw_connections_closed(). */
int64_t dw_connections_admit(struct connections *connections, int fd, const struct sockaddr *peer)
    __attribute__((nonnull, warn_unused_result));
/* It goes to libmicrohttpd now. LOAD is one more until it is closed, and must live as long. */
void dw_connections_hand_on(struct connections *connections, int fd, atomic_uint *load) __attribute__((nonnull));
/* The library has begun with it. What it closes before, without a word (docs/libmicrohttpd.md), is noticed within a
 * second, and does not count any more. */
void dw_connections_begin(struct connections *connections, int fd) __attribute__((nonnull));
/* Before FD is closed. */
void dw_connections_closed(struct connections *connections, int fd) __attribute__((nonnull));

/* The head of a request has come; its answer has gone out, or the request is given up. */
void dw_connections_busy(struct connections *connections, int fd) __attribute__((nonnull));
void dw_connections_idle(struct connections *connections, int fd) __attribute__((nonnull));

/* How many are open. */
unsigned dw_connections_count(struct connections *connections) __attribute__((nonnull));

#endif
