#include "droveway/server/server.h"

#include <errno.h>
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
  IDLE_SECONDS = 180, /* above Go's 90 s for idle connections, so that the API server closes first */
  MOST_CONNECTIONS = 1000,
  DRAIN_MILLISECONDS = 10000,
  FRESH_MILLISECONDS = 2000,
  QUIET_MILLISECONDS = 100,
  LOOK_MILLISECONDS = 10,
  BODIES_AT_ONCE = 8
};

/* Forward secrecy and authenticated ciphers only; every client of an API server's age has them. */
static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA"
                                 ":-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305";

struct dw_server {
  struct MHD_Daemon *daemon;
  struct acceptor *acceptor;
  struct exchanges exchanges;
  int listen_fd;
  unsigned drain_milliseconds;
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

static struct MHD_Daemon *start_daemon(struct dw_server *server, const struct dw_server_options *options) {
  /* The library takes a pool of one for a mistake. */
  struct MHD_OptionItem pool[] = {
      {options->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)options->threads, NULL},
      {MHD_OPTION_END, 0, NULL}};
  return MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS | MHD_USE_ITC | MHD_USE_ERROR_LOG | MHD_USE_NO_LISTEN_SOCKET, 0, NULL,
      NULL, dw_exchange_request, &server->exchanges, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
      MHD_OPTION_HTTPS_MEM_KEY, options->key, MHD_OPTION_HTTPS_MEM_CERT, options->certificate,
      MHD_OPTION_HTTPS_PRIORITIES, priorities, MHD_OPTION_NOTIFY_COMPLETED, dw_exchange_completed, &server->exchanges,
      MHD_OPTION_NOTIFY_CONNECTION, dw_exchange_connection, &server->exchanges, MHD_OPTION_CONNECTION_TIMEOUT,
      (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS, MHD_OPTION_ARRAY, pool,
      MHD_OPTION_END);
}

static int64_t now_milliseconds(void) {
  return dw_now_microseconds() / 1000;
}

static struct dw_server *listen_to_cluster(struct dw_server *server) {
  if (server->exchanges.service.worlds != NULL)
    dw_worlds_listen(server->exchanges.service.worlds, dw_admissions_seen, server->exchanges.service.admissions);
  return server;
}

struct dw_server *dw_server_start(const struct dw_server_options *options, struct dw_error *err) {
  struct dw_server *server = calloc(1, sizeof *server);
  struct lingerer *linger = dw_linger_start(err);
  if (server == NULL || linger == NULL) {
    dw_linger_stop(linger);
    free(server);
    close(options->listen_fd);
    return NULL;
  }
  server->exchanges.linger = linger;
  server->exchanges.service.worlds = options->worlds;
  server->exchanges.service.recorder = options->recorder;
  server->exchanges.service.auditor = options->auditor;
  server->exchanges.service.admissions = dw_admissions_new(now_milliseconds);
  server->exchanges.service.max_body = options->max_body;
  server->exchanges.service.max_memory = options->max_memory;
  server->exchanges.max_charged =
      options->max_buffered == 0 ? BODIES_AT_ONCE * options->max_body : options->max_buffered;
  server->listen_fd = options->listen_fd;
  server->drain_milliseconds = options->drain_milliseconds == 0 ? DRAIN_MILLISECONDS : options->drain_milliseconds;
  server->daemon = start_daemon(server, options);
  if (server->daemon == NULL)
    dw_error_set(err, DW_ERR_OTHER, "can't start the HTTPS server: certificate or key can't be used");
  else if ((server->acceptor = dw_acceptor_start(options->listen_fd, server->daemon, err)) != NULL)
    return listen_to_cluster(server);
  else
    MHD_stop_daemon(server->daemon);
  dw_admissions_free(server->exchanges.service.admissions);
  dw_linger_stop(linger);
  close(options->listen_fd);
  free(server);
  return NULL;
}

static bool busy(struct dw_server *server, int64_t waited_ms) {
  if (atomic_load(&server->exchanges.active) > 0)
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

void dw_server_stop(struct dw_server *server) {
  if (server == NULL)
    return;
  atomic_store(&server->exchanges.service.stopping, true);
  dw_acceptor_stop(server->acceptor);
  close(server->listen_fd);
  drain(server);
  MHD_stop_daemon(server->daemon);
  dw_linger_stop(server->exchanges.linger);
  if (server->exchanges.service.worlds != NULL)
    dw_worlds_listen(server->exchanges.service.worlds, NULL, NULL);
  dw_admissions_free(server->exchanges.service.admissions);
  free(server);
}

const char *dw_server_library(void) {
  return MHD_get_version();
}
