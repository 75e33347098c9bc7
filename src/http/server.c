#include "http/server.h"

#include <gnutls/abstract.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/setting.h"
#include "http/acceptor.h"
#include "http/exchange.h"

enum {
  /* What libmicrohttpd needs beside the head; a head that does not fit it answers by itself, with 431 too. All of a
   * connection's memory is zeroed for each request. */
  CONNECTION_MEMORY = 4 << 10
};

/* Forward secrecy and authenticated ciphers only; every client of an API server's age has them. The cheapest for the
 * server first, and our order counts: AES-128-GCM goes with SHA-256, where AES-256-GCM takes SHA-384, and X25519 is
 * quicker than P-256 (docs/performance.md, "Fresh connections"). Tickets are not given: an API server does not come
 * back with them. */
static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA"
                                 ":-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305"
                                 ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1"
                                 ":%SERVER_PRECEDENCE:%NO_TICKETS";

struct dw_http_server {
  struct workers *workers;
  struct acceptor *acceptor;
  struct exchanges exchanges;
  int listen_fd;
};

/* Probes that only open and close a connection make such lines: they are worth nothing but when looking for a fault. */
__attribute__((format(printf, 2, 0))) static void log_library(void *unused, const char *format, va_list args) {
  (void)unused;
  if (!dw_log_enabled(DW_LOG_DEBUG))
    return;
  char text[512];
  vsnprintf(text, sizeof text, format, args);
  text[strcspn(text, "\r\n")] = '\0';
  dw_log(DW_LOG_DEBUG, "libmicrohttpd: %s", text);
}

/* Each connection is given its certificate by dw_credentials_acquire(); where there is none, there is no connection. */
static int no_certificate(gnutls_session_t session, const gnutls_datum_t *cas, int ca_count,
                          const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **certificates,
                          unsigned *certificate_count, gnutls_privkey_t *key) {
  (void)session, (void)cas, (void)ca_count, (void)algorithms, (void)algorithm_count;
  (void)certificates, (void)certificate_count, (void)key;
  return -1;
}

/* What TLS and plain HTTP have in common. Poll mode, because epoll mode has faults (docs/libmicrohttpd.md). */
#define FLAGS                                                                                                          \
  (MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_NO_LISTEN_SOCKET)

/* The library is given no limit of connections: it would lock itself out where one was reached (docs/libmicrohttpd.md).
 */
static struct MHD_Daemon *start_daemon(void *context) {
  struct exchanges *all = context;
  return MHD_start_daemon(FLAGS | (all->plain ? MHD_NO_FLAG : MHD_USE_TLS), 0, NULL, NULL, dw_exchange_request, all,
                          MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL, MHD_OPTION_NOTIFY_COMPLETED,
                          dw_exchange_completed, all, MHD_OPTION_NOTIFY_CONNECTION, dw_exchange_connection, all,
                          MHD_OPTION_CONNECTION_LIMIT, UINT_MAX, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, all->max_header + CONNECTION_MEMORY,
                          /* where it is plain, all ends here */
                          all->plain ? MHD_OPTION_END : MHD_OPTION_HTTPS_CERT_CALLBACK, no_certificate,
                          MHD_OPTION_HTTPS_PRIORITIES, priorities, MHD_OPTION_END);
}

static void fill(struct dw_http_server *server, const struct dw_http_options *options) {
  server->listen_fd = options->listen_fd;
  server->exchanges = (struct exchanges){.handler = options->handler,
                                         .load = options->load,
                                         .certificates = options->certificates,
                                         .audience = options->audience,
                                         .plain = options->plain,
                                         .max_body = options->max_body,
                                         .max_header = options->max_header};
}

static int start_parts(struct dw_http_server *server, const struct dw_http_options *options, struct dw_error *err) {
  struct exchanges *all = &server->exchanges;
  struct connection_limits limits = {
      .most = dw_or_default(options->max_connections, DW_DEFAULT_MAX_CONNECTIONS),
      .most_per_address = dw_or_default(options->max_connections_per_address, DW_DEFAULT_MAX_CONNECTIONS_PER_ADDRESS),
      .rate = dw_or_default(options->connection_rate, DW_DEFAULT_CONNECTION_RATE),
      .idle_ms = dw_or_default(options->idle_ms, DW_DEFAULT_IDLE_MS),
      .request_ms = dw_or_default(options->request_ms, DW_DEFAULT_REQUEST_MS)};
  all->linger = dw_linger_start(err);
  all->load->connections = all->linger == NULL ? NULL : dw_connections_start(&limits, options->name, all->load, err);
  if (all->load->connections == NULL)
    return -1;
  all->heavy = dw_heavy_start(err);
  server->workers = all->heavy == NULL ? NULL : dw_workers_start(options->threads, limits.most, start_daemon, all, err);
  if (server->workers == NULL)
    return -1;
  all->load->threads = dw_workers_count(server->workers);
  server->acceptor = dw_acceptor_start(options->listen_fd, server->workers, all->load->connections, err);
  return server->acceptor == NULL ? -1 : 0;
}

void dw_http_server_free(struct dw_http_server *server) {
  if (server->exchanges.heavy != NULL)
    dw_heavy_stop(server->exchanges.heavy); /* a suspended connection can't be closed */
  dw_workers_stop(server->workers);
  dw_heavy_free(server->exchanges.heavy);
  dw_connections_stop(server->exchanges.load->connections);
  dw_workers_free(server->workers);
  dw_linger_stop(server->exchanges.linger);
  free(server);
}

struct dw_http_server *dw_http_server_start(const struct dw_http_options *options, struct dw_error *err) {
  struct dw_http_server *server = calloc(1, sizeof *server);
  if (server == NULL)
    abort();
  fill(server, options);
  if (start_parts(server, options, err) == 0)
    return server;
  dw_http_server_free(server);
  close(options->listen_fd);
  return NULL;
}

void dw_http_server_close_connections(struct dw_http_server *server) {
  atomic_store(&server->exchanges.closing, true);
}

void dw_http_server_stop_listening(struct dw_http_server *server) {
  dw_http_server_close_connections(server);
  dw_acceptor_stop(server->acceptor);
  close(server->listen_fd);
}

const char *dw_http_library(void) {
  return MHD_get_version();
}
