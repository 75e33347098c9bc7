#include "droveway/server/server.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/acceptor.h"
#include "server/admissions.h"
#include "server/exchange.h"
#include "server/linger.h"

#include "droveway/base/log.h"

enum {
  /* What libmicrohttpd needs beside the head; a head that does not fit it answers by itself, with 431 too. All of a
   * connection's memory is zeroed for each request. */
  CONNECTION_MEMORY = 4 << 10,
  DRAIN_MILLISECONDS = 10000,
  FRESH_MILLISECONDS = 2000,
  QUIET_MILLISECONDS = 100,
  LOOK_MILLISECONDS = 10,
  /* For those who read metrics: a few, that keep their connections. */
  METRICS_CONNECTIONS = 32,
  METRICS_CONNECTIONS_PER_ADDRESS = 16,
  METRICS_REQUEST_MS = 10000
};

/* Forward secrecy and authenticated ciphers only; every client of an API server's age has them. The cheapest for the
 * server first, and our order counts: AES-128-GCM goes with SHA-256, where AES-256-GCM takes SHA-384, and X25519 is
 * quicker than P-256 (docs/performance.md, "Fresh connections"). Tickets are not given: an API server does not come
 * back with them. */
static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA"
                                 ":-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305"
                                 ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1"
                                 ":%SERVER_PRECEDENCE:%NO_TICKETS";

struct dw_server {
  struct workers *workers;
  struct acceptor *acceptor;
  struct exchanges exchanges;
  int listen_fd;
  unsigned drain_milliseconds;
  struct dw_server *metrics; /* the one that shows this one's metrics; NULL: none */
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

/* Each connection is given its certificate by dw_credentials_take(); where there is none, there is no connection. */
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
                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, all->service.max_header + CONNECTION_MEMORY,
                          /* where it is plain, all ends here */
                          all->plain ? MHD_OPTION_END : MHD_OPTION_HTTPS_CERT_CALLBACK, no_certificate,
                          MHD_OPTION_HTTPS_PRIORITIES, priorities, MHD_OPTION_END);
}

static struct dw_server *listen_to_cluster(struct dw_server *server) {
  if (server->exchanges.service.worlds != NULL)
    dw_worlds_listen(server->exchanges.service.worlds, dw_admissions_seen, server->exchanges.service.admissions);
  return server;
}

static size_t or_default(size_t value, size_t fallback) {
  return value == 0 ? fallback : value;
}

static void fill_service(struct dw_server *server, const struct dw_server_options *options) {
  struct dw_http_service *service = &server->exchanges.service;
  service->worlds = options->worlds;
  service->recorder = options->recorder;
  service->auditor = options->auditor;
  service->events = options->events;
  service->certificates = options->certificates;
  service->managed = options->managed;
  service->admissions = dw_admissions_new(dw_now_milliseconds);
  service->max_body = or_default(options->max_body, DW_DEFAULT_MAX_BODY);
  service->max_memory = or_default(options->max_memory, DW_DEFAULT_MAX_MEMORY);
  service->max_nesting = options->max_nesting;
  server->exchanges.overload.listener = "webhook";
}

static void fill_exchanges(struct dw_server *server, const struct dw_server_options *options) {
  struct exchanges *all = &server->exchanges;
  all->service.max_header = or_default(options->max_header, DW_DEFAULT_MAX_HEADER);
  all->service.hits = &all->hits;
  all->service.counters = &all->counters;
  all->service.active = &all->active;
  all->service.budget = &all->budget;
  all->budget.most = or_default(options->max_total_memory, DW_DEFAULT_MAX_TOTAL_MEMORY);
  all->overload.hits = &all->hits;
  all->overload.counters = &all->counters;
  all->certificates = options->certificates;
  server->listen_fd = options->listen_fd;
  server->drain_milliseconds = options->drain_milliseconds == 0 ? DRAIN_MILLISECONDS : options->drain_milliseconds;
}

static int start_parts(struct dw_server *server, const struct dw_server_options *options, struct dw_error *err) {
  struct exchanges *all = &server->exchanges;
  struct connection_limits limits = {.most = (unsigned)or_default(options->max_connections, DW_DEFAULT_MAX_CONNECTIONS),
                                     .most_per_address = (unsigned)or_default(options->max_connections_per_address,
                                                                              DW_DEFAULT_MAX_CONNECTIONS_PER_ADDRESS),
                                     .rate = (unsigned)or_default(options->connection_rate, DW_DEFAULT_CONNECTION_RATE),
                                     .idle_ms = (unsigned)or_default(options->idle_ms, DW_DEFAULT_IDLE_MS),
                                     .request_ms = (unsigned)or_default(options->request_ms, DW_DEFAULT_REQUEST_MS),
                                     .look = dw_overload_look,
                                     .context = &all->overload};
  all->linger = dw_linger_start(err);
  all->connections = all->linger == NULL ? NULL : dw_connections_start(&limits, &all->hits, err);
  if (all->connections == NULL)
    return -1;
  all->service.connections = all->connections;
  all->heavy = dw_heavy_start(err);
  server->workers = all->heavy == NULL ? NULL : dw_workers_start(options->threads, limits.most, start_daemon, all, err);
  if (server->workers == NULL)
    return -1;
  all->service.threads = dw_workers_count(server->workers);
  server->acceptor = dw_acceptor_start(options->listen_fd, server->workers, all->connections, err);
  return server->acceptor == NULL ? -1 : 0;
}

static void drop(struct dw_server *server) {
  if (server->exchanges.heavy != NULL)
    dw_heavy_stop(server->exchanges.heavy); /* a suspended connection can't be closed */
  dw_workers_stop(server->workers);
  dw_heavy_free(server->exchanges.heavy);
  dw_connections_stop(server->exchanges.connections);
  dw_workers_free(server->workers);
  dw_linger_stop(server->exchanges.linger);
  dw_admissions_free(server->exchanges.service.admissions);
  free(server);
}

static struct dw_server *new_server(void) {
  struct dw_server *server = calloc(1, sizeof *server);
  if (server == NULL)
    abort();
  return server;
}

/* Closes the socket too where it can't start. */
static struct dw_server *start(struct dw_server *server, const struct dw_server_options *options,
                               struct dw_error *err) {
  fill_exchanges(server, options);
  if (start_parts(server, options, err) == 0)
    return server;
  drop(server);
  close(options->listen_fd);
  return NULL;
}

static int start_metrics(struct dw_server *server, const struct dw_server_options *options, struct dw_error *err) {
  const struct dw_server_options few = {.listen_fd = options->metrics->listen_fd,
                                        .certificates = options->certificates,
                                        .threads = 1,
                                        .max_connections = METRICS_CONNECTIONS,
                                        .max_connections_per_address = METRICS_CONNECTIONS_PER_ADDRESS,
                                        .request_ms = METRICS_REQUEST_MS};
  struct dw_server *metrics = new_server();
  metrics->exchanges.plain = options->metrics->plain;
  metrics->exchanges.service.shown = &server->exchanges.service;
  metrics->exchanges.overload.listener = "metrics";
  server->metrics = start(metrics, &few, err);
  return server->metrics == NULL ? -1 : 0;
}

struct dw_server *dw_server_start(const struct dw_server_options *options, struct dw_error *err) {
  struct dw_server *server = new_server();
  fill_service(server, options);
  if (start(server, options, err) == NULL) {
    if (options->metrics != NULL)
      close(options->metrics->listen_fd);
    return NULL;
  }
  if (options->metrics == NULL || start_metrics(server, options, err) == 0)
    return listen_to_cluster(server);
  dw_acceptor_stop(server->acceptor);
  close(server->listen_fd);
  drop(server);
  return NULL;
}

static bool busy(struct dw_server *server, int64_t waited_ms) {
  if (atomic_load(&server->exchanges.active) > 0 ||
      (server->metrics != NULL && atomic_load(&server->metrics->exchanges.active) > 0))
    return true;
  /* A client that has connected and is about to send its first request is as good as in flight. */
  return atomic_load(&server->exchanges.fresh) > 0 && waited_ms < FRESH_MILLISECONDS;
}

/* Until nothing was in flight for a moment: a request may be on its way on a kept connection. */
static void drain(struct dw_server *server) {
  int64_t start = dw_now_microseconds();
  int64_t quiet_since = start;
  for (;;) {
    int64_t now = dw_now_microseconds();
    int64_t waited = (now - start) / 1000;
    if (busy(server, waited))
      quiet_since = now;
    if (waited >= (int64_t)server->drain_milliseconds) {
      dw_log(DW_LOG_WARN, "stopping with %u requests unanswered", atomic_load(&server->exchanges.active));
      return;
    }
    if (now - quiet_since >= QUIET_MILLISECONDS * INT64_C(1000))
      return;
    nanosleep(&(struct timespec){.tv_nsec = LOOK_MILLISECONDS * 1000000L}, NULL);
  }
}

void dw_server_drain(struct dw_server *server) {
  atomic_store(&server->exchanges.service.stopping, true);
}

void dw_server_limit_stop(struct dw_server *server, unsigned milliseconds) {
  server->drain_milliseconds = milliseconds;
}

static void stop_listening(struct dw_server *server) {
  atomic_store(&server->exchanges.service.stopping, true);
  dw_acceptor_stop(server->acceptor);
  close(server->listen_fd);
}

void dw_server_stop(struct dw_server *server) {
  if (server == NULL)
    return;
  stop_listening(server);
  if (server->metrics != NULL)
    stop_listening(server->metrics);
  drain(server);
  if (server->metrics != NULL)
    drop(server->metrics);
  if (server->exchanges.service.worlds != NULL)
    dw_worlds_listen(server->exchanges.service.worlds, NULL, NULL);
  drop(server);
}

const char *dw_server_library(void) {
  return MHD_get_version();
}
