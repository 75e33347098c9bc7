#include "serve/server.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/setting.h"
#include "http/server.h"
#include "serve/admissions.h"
#include "serve/counters.h"
#include "serve/service.h"

enum {
  DRAIN_MILLISECONDS = 10000,
  FRESH_MILLISECONDS = 2000,
  QUIET_MILLISECONDS = 100,
  POLL_MILLISECONDS = 10,
  /* Only a few clients read metrics, and keep their connections. */
  METRICS_CONNECTIONS = 32,
  METRICS_CONNECTIONS_PER_ADDRESS = 16,
  METRICS_REQUEST_MS = 10000
};

struct dw_server {
  struct dw_service service, metrics_service;
  struct dw_http_load load, metrics_load;
  struct dw_counters counters, metrics_counters;
  struct dw_http_server *http, *metrics; /* METRICS is NULL if they are not served */
  unsigned drain_milliseconds;
};

/* --- starting --- */

static struct dw_server *new_server(const struct dw_server_options *options) {
  struct dw_server *server = calloc(1, sizeof *server);
  if (server == NULL)
    abort();
  server->service =
      (struct dw_service){.worlds = options->worlds,
                          .admissions = dw_admissions_new(dw_now_milliseconds),
                          .recorder = options->recorder,
                          .auditor = options->auditor,
                          .events = options->events,
                          .managed = options->managed,
                          .activation = options->activation,
                          .certificates = options->certificates,
                          .max_body = options->max_body == 0 ? DW_DEFAULT_MAX_BODY : options->max_body,
                          .max_header = options->max_header == 0 ? DW_DEFAULT_MAX_HEADER : options->max_header,
                          .max_memory = options->max_memory == 0 ? DW_DEFAULT_MAX_MEMORY : options->max_memory,
                          .max_nesting = options->max_nesting,
                          .load = &server->load,
                          .counters = &server->counters};
  server->metrics_service = (struct dw_service){.max_header = DW_DEFAULT_MAX_HEADER,
                                                .load = &server->metrics_load,
                                                .counters = &server->metrics_counters,
                                                .shown = &server->service};
  server->load.budget.most = options->max_total_memory == 0 ? DW_DEFAULT_MAX_TOTAL_MEMORY : options->max_total_memory;
  server->metrics_load.budget.most = DW_DEFAULT_MAX_TOTAL_MEMORY;
  server->drain_milliseconds = dw_or_default(options->drain_milliseconds, DRAIN_MILLISECONDS);
  return server;
}

static struct dw_http_server *start_reviews(struct dw_server *server, const struct dw_server_options *options,
                                            struct dw_error *err) {
  const struct dw_http_options http = {
      .name = "webhook",
      .listen_fd = options->listen_fd,
      .certificates = options->certificates,
      .audience = DW_AUDIENCE_REVIEWS,
      .handler = {&server->service, dw_service_refuse, dw_service_fail, dw_service_respond},
      .load = &server->load,
      .threads = options->threads,
      .max_body = server->service.max_body,
      .max_header = server->service.max_header,
      .max_connections = options->max_connections,
      .max_connections_per_address = options->max_connections_per_address,
      .connection_rate = options->connection_rate,
      .idle_ms = options->idle_ms,
      .request_ms = options->request_ms};
  return dw_http_server_start(&http, err);
}

static struct dw_http_server *start_metrics(struct dw_server *server, const struct dw_server_options *options,
                                            struct dw_error *err) {
  const struct dw_http_options http = {
      .name = "metrics",
      .listen_fd = options->metrics->listen_fd,
      .plain = options->metrics->plain,
      .certificates = options->certificates,
      .audience = DW_AUDIENCE_METRICS,
      .handler = {&server->metrics_service, dw_service_refuse, dw_service_fail, dw_service_respond},
      .load = &server->metrics_load,
      .threads = 1,
      .max_header = server->metrics_service.max_header,
      .max_connections = METRICS_CONNECTIONS,
      .max_connections_per_address = METRICS_CONNECTIONS_PER_ADDRESS,
      .request_ms = METRICS_REQUEST_MS};
  return dw_http_server_start(&http, err);
}

static void destroy(struct dw_server *server) {
  dw_admissions_free(server->service.admissions);
  free(server);
}

struct dw_server *dw_server_start(const struct dw_server_options *options, struct dw_error *err) {
  struct dw_server *server = new_server(options);
  server->http = start_reviews(server, options, err);
  if (server->http == NULL) {
    if (options->metrics != NULL)
      close(options->metrics->listen_fd);
    destroy(server);
    return NULL;
  }
  if (options->metrics != NULL && (server->metrics = start_metrics(server, options, err)) == NULL) {
    dw_http_server_stop_listening(server->http);
    dw_http_server_free(server->http);
    destroy(server);
    return NULL;
  }
  if (options->worlds != NULL)
    dw_worlds_listen(options->worlds, dw_admissions_seen, server->service.admissions);
  return server;
}

/* --- stopping --- */

static bool busy(struct dw_server *server, int64_t waited_ms) {
  if (atomic_load(&server->load.active) > 0 || atomic_load(&server->metrics_load.active) > 0)
    return true;
  /* A client that has just connected is about to send its first request. */
  return atomic_load(&server->load.fresh) > 0 && waited_ms < FRESH_MILLISECONDS;
}

/* Waits until there was no request for a moment, because one may be on its way on an open connection. */
static void drain(struct dw_server *server) {
  int64_t start = dw_now_microseconds();
  int64_t quiet_since = start;
  for (;;) {
    int64_t now = dw_now_microseconds();
    int64_t waited = (now - start) / 1000;
    if (busy(server, waited))
      quiet_since = now;
    if (waited >= (int64_t)server->drain_milliseconds) {
      dw_log(DW_LOG_WARN, "stopping with %u unanswered requests", atomic_load(&server->load.active));
      return;
    }
    if (now - quiet_since >= QUIET_MILLISECONDS * INT64_C(1000))
      return;
    nanosleep(&(struct timespec){.tv_nsec = POLL_MILLISECONDS * 1000000L}, NULL);
  }
}

void dw_server_drain(struct dw_server *server) {
  atomic_store(&server->service.stopping, true);
  dw_http_server_close_connections(server->http);
}

void dw_server_limit_stop(struct dw_server *server, unsigned milliseconds) {
  server->drain_milliseconds = milliseconds;
}

void dw_server_stop(struct dw_server *server) {
  if (server == NULL)
    return;
  atomic_store(&server->service.stopping, true);
  dw_http_server_stop_listening(server->http);
  if (server->metrics != NULL)
    dw_http_server_stop_listening(server->metrics);
  drain(server);
  if (server->metrics != NULL)
    dw_http_server_free(server->metrics);
  if (server->service.worlds != NULL)
    dw_worlds_listen(server->service.worlds, NULL, NULL);
  dw_http_server_free(server->http);
  destroy(server);
}
