/* The transport: HTTP or HTTPS (TLS 1.2 and 1.3) by libmicrohttpd, in separate threads. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "http/certificates.h"
#include "http/http.h"

struct dw_http_server;

struct dw_http_options {
  const char *name;                     /* of the listener, in the log: "webhook" */
  int listen_fd;                        /* from dw_listen_open(); the server closes it, even if it does not start */
  bool plain;                           /* HTTP instead of HTTPS */
  struct dw_certificates *certificates; /* must outlive the server; handshakes fail until a pair is set */
  enum dw_audience audience;
  struct dw_http_handler handler; /* its service must outlive the server, as the next */
  struct dw_http_load *load;      /* the caller has set the maximum of its budget */
  unsigned threads;               /* 1..DW_MAX_THREADS; very many connections start more (workers.h) */
  size_t max_body;                /* bytes of one request's body */
  size_t max_header;              /* bytes of one request's head */
  /* In the following, 0 means the default in http.h. */
  unsigned max_connections, max_connections_per_address;
  unsigned connection_rate; /* new connections per second from one address; see dw_rates_wait() */
  unsigned idle_ms;         /* a connection without a request */
  unsigned request_ms;      /* from the first byte of a request to the last of its answer */
};

/* Starts answering requests in separate threads. Returns NULL on error. */
struct dw_http_server *dw_http_server_start(const struct dw_http_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* From now on every answer closes its connection. New connections and requests are still accepted. */
void dw_http_server_close_connections(struct dw_http_server *server) __attribute__((nonnull));
/* Does the same, and accepts no new connections. */
void dw_http_server_stop_listening(struct dw_http_server *server) __attribute__((nonnull));
/* Abandons the requests in progress and frees the server. Call dw_http_server_stop_listening() first. */
void dw_http_server_free(struct dw_http_server *server) __attribute__((nonnull));

/* Returns the version of libmicrohttpd at run time: "0.9.75". */
const char *dw_http_library(void) __attribute__((returns_nonnull));

#endif
