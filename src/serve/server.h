/* The webhook: the services for reviews, health and metrics, and their listeners. */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "certs/self_managed.h"
#include "http/certificates.h"
#include "serve/activation.h"
#include "serve/reload.h"

struct dw_server;

/* The listener for /metrics. It is separate, with few connections and one thread, so that a scrape never delays a
 * review. */
struct dw_metrics_options {
  int listen_fd; /* as for the server */
  bool plain;    /* HTTP instead of HTTPS */
};

struct dw_server_options {
  int listen_fd;                        /* from dw_listen_open(); the server closes it, even if it does not start */
  struct dw_certificates *certificates; /* must outlive the server; handshakes fail until a pair is set */
  struct dw_self_managed *managed;      /* not ready before its first pair; NULL: none */
  struct dw_activation *activation;     /* learns when /readyz was passed; NULL: none */
  unsigned threads;                     /* 1..DW_MAX_THREADS; very many connections start more (http/workers.h) */
  /* Limits; 0 means the default in http.h. */
  size_t max_body;         /* bytes of one request's body */
  size_t max_header;       /* bytes of one request's head */
  size_t max_memory;       /* bytes of parsed JSON per request */
  size_t max_total_memory; /* bytes of bodies and parsed JSON of all requests together */
  unsigned max_nesting;    /* of the JSON of a body; 0 means DW_JSON_MAX_DEPTH, the maximum */
  unsigned max_connections, max_connections_per_address;
  unsigned connection_rate;                 /* new connections per second from one address; see dw_rates_wait() */
  unsigned idle_ms;                         /* a connection without a request */
  unsigned request_ms;                      /* from the first byte of a request to the last of its answer */
  unsigned drain_milliseconds;              /* how long dw_server_stop() waits for answers; 0 means ten seconds */
  struct dw_worlds *worlds;                 /* must outlive the server, as the next three */
  struct dw_recorder *recorder;             /* NULL: reviews are not recorded */
  struct dw_auditor *auditor;               /* for its metrics; NULL: none */
  const struct dw_metrics_options *metrics; /* NULL: metrics are not served */
  struct dw_events *events;                 /* where denials are reported; NULL: nowhere */
};

/* Starts answering requests in separate threads. Returns NULL on error. */
struct dw_server *dw_server_start(const struct dw_server_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* From now on /readyz fails and every answer closes its connection, but all requests are still answered, also for
 * metrics. So load balancers that check /readyz can switch without losing a request. */
void dw_server_drain(struct dw_server *server) __attribute__((nonnull));

/* Changes how long dw_server_stop() may wait for answers. */
void dw_server_limit_stop(struct dw_server *server, unsigned milliseconds) __attribute__((nonnull));

/* Accepts no new connections, waits for the requests in progress within that time, and frees the server. NULL is
 * allowed. */
void dw_server_stop(struct dw_server *server);

#endif
