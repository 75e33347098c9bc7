/* The connections that are open: how many there may be, and how long each may take. Thread-safe. */
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
  unsigned most;             /* together */
  unsigned most_per_address; /* of the other side */
  unsigned rate;             /* new ones per second and address; see dw_rates_wait() */
  unsigned idle_ms;          /* without a request */
  unsigned request_ms; /* from the first byte of a request (of the first one: from the connection) to the last of its
                          answer */
};

/* Starts the thread that closes connections over a time limit and reports connections and requests that were refused.
 * LISTENER ("webhook", "metrics") names it in the log. LOAD must outlive it. NULL if it can't be started. */
struct connections *dw_connections_start(const struct connection_limits *limits, const char *listener,
                                         struct dw_http_load *load, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));
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

/* --- its parts, which tests call directly --- */

enum { RATES_SETS = 256, RATES_WAYS = 4 };

struct rate {
  unsigned char address[16];
  int64_t since; /* when it was full or last used, in microseconds; 0: unused */
  double tokens;
};

/* How fast each address may connect: some connections are served at once, the next wait their turn, more are refused. A
 * token bucket, which may be in debt, for each recent address. Not thread-safe. */
struct rates {
  unsigned rate; /* per second; half as many at once, and twice as many wait */
  struct rate sets[RATES_SETS][RATES_WAYS];
};

/* How long a new connection from ADDRESS (IPv6, or IPv4 inside it) has to wait at NOW, in microseconds; -1: it is
 * refused. */
int64_t dw_rates_wait(struct rates *rates, const unsigned char address[16], int64_t now) __attribute__((nonnull));

/* What was last logged about refused connections and requests: when it begins, while it goes on and when it ends, but
 * never one line per connection. */
struct overload {
  const char *listener;
  struct dw_http_load *load;
  uint64_t reported[DW_BOUND_COUNT]; /* all zero at the start, as the rest */
  int64_t reported_at, left_out_at;  /* in monotonic microseconds */
  bool on;
};

/* To be called a few times a second, always from the same thread. */
void dw_overload_report(struct overload *overload) __attribute__((nonnull));

#endif
