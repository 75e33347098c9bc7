/* The open connections: limits their number, their rate and how long a request may take. Thread-safe. */
#ifndef HTTP_CONNECTIONS_H
#define HTTP_CONNECTIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"
#include "http/http.h"

struct connections;

struct connection_limits {
  unsigned most;             /* of all clients together */
  unsigned most_per_address; /* of one client address */
  unsigned rate;             /* new connections per second from one address; see dw_rates_wait() */
  unsigned idle_ms;          /* without a request */
  unsigned request_ms;       /* from the first byte of a request to the last of its answer; the first request counts
                                from the beginning of the connection */
};

/* Starts the thread that closes connections over a time limit and logs connections and requests that were refused.
 * LISTENER ("webhook", "metrics") is its name in the log; it and LOAD must outlive the result. Returns NULL on error.
 */
struct connections *dw_connections_start(const struct connection_limits *limits, const char *listener,
                                         struct dw_http_load *load, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));
void dw_connections_stop(struct connections *connections); /* NULL is allowed */

/* Applies the limits to the connection FD that was just accepted from PEER. Returns the microseconds that it has to
 * wait until it may be served, or -1 if the caller must close it. An admitted connection counts until
 * dw_connections_closed(). */
int64_t dw_connections_admit(struct connections *connections, int fd, const struct sockaddr *peer)
    __attribute__((nonnull, warn_unused_result));
/* Notes that FD is passed to a worker of libmicrohttpd. Increments LOAD until the connection is closed; LOAD must live
 * as long. */
void dw_connections_assign(struct connections *connections, int fd, atomic_uint *load) __attribute__((nonnull));
/* Notes that libmicrohttpd has begun with FD. A connection that the library closes before that, without a notification
 * (docs/libmicrohttpd.md), is detected within a second and no longer counts. */
void dw_connections_begin(struct connections *connections, int fd) __attribute__((nonnull));
/* Ends counting the connection. Call it before FD is closed. */
void dw_connections_closed(struct connections *connections, int fd) __attribute__((nonnull));

/* Busy: the head of a request was received. Idle: its answer was sent, or the request was abandoned. */
void dw_connections_busy(struct connections *connections, int fd) __attribute__((nonnull));
void dw_connections_idle(struct connections *connections, int fd) __attribute__((nonnull));

/* Returns the number of open connections. */
unsigned dw_connections_count(struct connections *connections) __attribute__((nonnull));

/* --- parts that tests call directly --- */

enum { RATES_SETS = 256, RATES_WAYS = 4 };

struct rate {
  unsigned char address[16];
  int64_t since; /* the last use, in monotonic microseconds; 0: never */
  double tokens;
};

/* How fast each address may connect: a burst is served at once, the next connections have to wait, and more are
 * refused. There is a token bucket, which may be in debt, for each recent address. Not thread-safe. */
struct rates {
  unsigned rate; /* per second; half as many are served at once, and twice as many may wait */
  struct rate sets[RATES_SETS][RATES_WAYS];
};

/* Uses a token for a new connection from ADDRESS (IPv6, or IPv4-mapped) at NOW, in monotonic microseconds. Returns the
 * microseconds that the connection has to wait, or -1 if it is refused. */
int64_t dw_rates_wait(struct rates *rates, const unsigned char address[16], int64_t now) __attribute__((nonnull));

/* Logs refused connections and requests: when refusing begins, regularly while it lasts, and when it ends, but never
 * one line per connection. All zero at the start, except for the first two members. */
struct overload {
  const char *listener;
  struct dw_http_load *load;
  uint64_t reported[DW_BOUND_COUNT]; /* hits that the log has reported */
  int64_t reported_at, left_out_at;  /* when, in monotonic microseconds */
  bool on;                           /* the beginning of refusals was logged, and their end not yet */
};

/* Call it a few times a second, always on the same thread. */
void dw_overload_report(struct overload *overload) __attribute__((nonnull));

#endif
