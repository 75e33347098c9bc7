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
  /* What libmicrohttpd needs in addition to the head. If a head does not fit, it answers with 431, too. It zeroes all
   * of this memory for each request. */
  CONNECTION_MEMORY = 4 << 10
};

/* Only forward secrecy and authenticated ciphers, which every current API server supports. The server's order of
 * preference is used, the cheapest first: AES-128-GCM uses SHA-256, and AES-256-GCM the slower SHA-384; X25519 is
 * faster than P-256 (docs/performance.md, "Fresh connections"). There are no session tickets, because API servers don't
 * use them. */
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

/* Only for debugging, because every probe that opens and closes a connection causes such a line. */
__attribute__((format(printf, 2, 0))) static void log_library(void *unused, const char *format, va_list args) {
  (void)unused;
  if (!dw_log_enabled(DW_LOG_DEBUG))
    return;
  char text[512];
  vsnprintf(text, sizeof text, format, args);
  text[strcspn(text, "\r\n")] = '\0';
  dw_log(DW_LOG_DEBUG, "libmicrohttpd: %s", text);
}

/* dw_credentials_acquire() sets the certificate of each connection. The library only calls this if there was none: the
 * handshake then fails. */
static int no_certificate(gnutls_session_t session, const gnutls_datum_t *cas, int ca_count,
                          const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **certificates,
                          unsigned *certificate_count, gnutls_privkey_t *key) {
  (void)session, (void)cas, (void)ca_count, (void)algorithms, (void)algorithm_count;
  (void)certificates, (void)certificate_count, (void)key;
  return -1;
}

/* For HTTPS and plain HTTP. Poll mode, because epoll mode has faults (docs/libmicrohttpd.md). */
#define FLAGS                                                                                                          \
  (MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_NO_LISTEN_SOCKET)

/* The library's own limit of connections is not used: a thread that reaches it hangs (docs/libmicrohttpd.md). */
static struct MHD_Daemon *start_daemon(void *context) {
  struct exchanges *all = context;
  return MHD_start_daemon(FLAGS | (all->plain ? MHD_NO_FLAG : MHD_USE_TLS), 0, NULL, NULL, dw_exchange_request, all,
                          MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL, MHD_OPTION_NOTIFY_COMPLETED,
                          dw_exchange_completed, all, MHD_OPTION_NOTIFY_CONNECTION, dw_exchange_connection, all,
                          MHD_OPTION_CONNECTION_LIMIT, UINT_MAX, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, all->max_header + CONNECTION_MEMORY,
                          /* for plain HTTP the list of options ends here */
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
  all->load->threads = (unsigned)server->workers->count;
  server->acceptor = dw_acceptor_start(options->listen_fd, server->workers, all->load->connections, err);
  return server->acceptor == NULL ? -1 : 0;
}

void dw_http_server_free(struct dw_http_server *server) {
  if (server->exchanges.heavy != NULL)
    dw_heavy_stop(server->exchanges.heavy); /* first, because a suspended connection can't be closed */
  dw_workers_stop(server->workers);
  dw_heavy_free(server->exchanges.heavy);
  dw_connections_stop(server->exchanges.load->connections);
  free(server->workers);
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
