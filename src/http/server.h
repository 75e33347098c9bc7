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
  int listen_fd;                        /* dw_listen_open()'s; the server takes it over, also where it does not start */
  bool plain;                           /* HTTP in place of HTTPS */
  struct dw_certificates *certificates; /* must outlive it; where none is in force yet, no connection is taken */
  enum dw_audience audience;
  struct dw_http_handler handler; /* its service must outlive it, as the next */
  struct dw_http_load *load;      /* its budget's most is set */
  unsigned threads;               /* 1..DW_MAX_THREADS; very many connections bring more (workers.h) */
  size_t max_body;                /* bytes of one request's body */
  size_t max_header;              /* bytes of one request's head */
  /* Of these 0 means the default in http.h. */
  unsigned max_connections, max_connections_per_address;
  unsigned connection_rate; /* new connections of one address a second; half as many at once, twice as many wait */
  unsigned idle_ms;         /* a connection without a request */
  unsigned request_ms;      /* a request from its first byte to its answer's last */
};

/* NULL where it can't start. Answers from now on, in separate threads. */
struct dw_http_server *dw_http_server_start(const struct dw_http_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* From now on every answer closes its connection, but all that comes is still answered. */
void dw_http_server_close_connections(struct dw_http_server *server) __attribute__((nonnull));
/* ... and takes no new connections. */
void dw_http_server_stop_listening(struct dw_http_server *server) __attribute__((nonnull));
/* Ends it after dw_http_server_stop_listening(): what is in flight is given up. */
void dw_http_server_free(struct dw_http_server *server) __attribute__((nonnull));

/* The version of libmicrohttpd that runs: "0.9.75". */
const char *dw_http_library(void) __attribute__((returns_nonnull));

#endif
