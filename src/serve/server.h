/* The webhook: what answers reviews, health and metrics, and the listeners that carry it. */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "certs/self_managed.h"
#include "http/certificates.h"
#include "serve/reload.h"

struct dw_server;

/* Where /metrics is served: a listener of its own, with few connections and a thread of its own, so that a scrape never
 * holds up a review. */
struct dw_metrics_options {
  int listen_fd; /* as that of the server */
  bool plain;    /* HTTP in place of HTTPS */
};

struct dw_server_options {
  int listen_fd; /* dw_listen_open()'s; the server takes it over, also where it does not start */
  struct dw_certificates
      *certificates;               /* must outlive the server; where none is in force yet, no connection is taken */
  struct dw_self_managed *managed; /* whose first pair /readyz waits for; NULL: none */
  unsigned threads;                /* 1..DW_MAX_THREADS; very many connections bring more (workers.h) */
  /* Limits; 0 means the default in http.h. */
  size_t max_body;         /* bytes of one request's body */
  size_t max_header;       /* bytes of one request's head */
  size_t max_memory;       /* bytes of parsed JSON a request */
  size_t max_total_memory; /* bytes of bodies and parsed JSON of all requests together */
  unsigned max_nesting;    /* of a body's JSON; 0 for DW_JSON_MAX_DEPTH, the most there can be */
  unsigned max_connections, max_connections_per_address;
  unsigned connection_rate;     /* new connections of one address a second; half as many at once, twice as many wait */
  unsigned idle_ms;             /* a connection without a request */
  unsigned request_ms;          /* a request from its first byte to its answer's last */
  unsigned drain_milliseconds;  /* how long dw_server_stop() waits for answers; 0 for ten seconds */
  struct dw_worlds *worlds;     /* must outlive the server, as the next three */
  struct dw_recorder *recorder; /* NULL: reviews are not recorded */
  struct dw_auditor *auditor;   /* whose metrics are shown; NULL: none */
  const struct dw_metrics_options *metrics; /* NULL: metrics are not served */
  struct dw_events *events;                 /* that tell of denials; NULL: none */
};

/* NULL where it can't start. Answers from now on, in separate threads. */
struct dw_server *dw_server_start(const struct dw_server_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* From now on /readyz says no and every answer closes its connection, but all that comes is still answered, metrics
 * too: clients that look at /readyz go elsewhere without losing a request. */
void dw_server_drain(struct dw_server *server) __attribute__((nonnull));

/* How long dw_server_stop() may wait for answers from now on. */
void dw_server_limit_stop(struct dw_server *server, unsigned milliseconds) __attribute__((nonnull));

/* Takes no new connections, finishes the requests in flight (within the time set), and frees the server. NULL is
 * allowed. */
void dw_server_stop(struct dw_server *server);

#endif
