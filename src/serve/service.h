/* From an HTTP request to its answer, without a socket: the transport calls it for HTTPS requests, tests call it
 * directly. Thread-safe. */
#ifndef SERVE_SERVICE_H
#define SERVE_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "http/http.h"
#include "serve/reload.h"

struct dw_admissions;
struct dw_recorder;
struct dw_auditor;
struct dw_events;
struct dw_certificates;
struct dw_self_managed;
struct dw_counters;

struct dw_service {
  struct dw_worlds *worlds;             /* NULL: not ready */
  struct dw_admissions *admissions;     /* what was just admitted; used with a live cluster only */
  struct dw_recorder *recorder;         /* NULL: reviews are not recorded */
  struct dw_auditor *auditor;           /* NULL: no standing audit */
  struct dw_events *events;             /* that tell of denials; NULL: none */
  struct dw_self_managed *managed;      /* whose first pair /readyz waits for; NULL: none */
  struct dw_certificates *certificates; /* whose metrics are shown; NULL: none */
  size_t max_body;                      /* bytes */
  size_t max_header;                    /* bytes; 0: none */
  size_t max_memory;                    /* bytes of parsed JSON a request */
  unsigned max_nesting;                 /* of a body's JSON; 0: what the parser allows */
  struct dw_http_load *load;            /* of the transport; NULL: not counted and not shown */
  struct dw_counters *counters;         /* of what is answered and refused; NULL: not counted */
  atomic_bool stopping;                 /* shutting down: /readyz says so; what comes is still answered */
  /* The service whose metrics this one serves: then /metrics and nothing else. NULL: reviews and health alone. */
  const struct dw_service *shown;
};

/* Whether the request's head alone is already refused (404, 405, 413, 415), so that no body is read. If true, ANSWER
 * is filled and the refusal is logged. */
bool dw_service_refuse(const struct dw_service *service, const struct dw_http_request *request,
                       struct dw_http_answer *answer) __attribute__((nonnull, warn_unused_result));

/* Refuses with a line of text, logs and counts it. For what only the transport can notice. */
void dw_service_fail(const struct dw_service *service, const struct dw_http_request *request,
                     struct dw_http_answer *answer, int status, const char *text) __attribute__((nonnull));

/* Answers the whole request. */
void dw_service_respond(const struct dw_service *service, const struct dw_http_request *request,
                        struct dw_http_answer *answer) __attribute__((nonnull));

/* --- the endpoints --- */

/* health.c: answers /livez, /readyz and /healthz. */
bool dw_health_path(const char *path) __attribute__((nonnull));
void dw_health_respond(const struct dw_service *service, const struct dw_http_request *request,
                       struct dw_http_answer *answer) __attribute__((nonnull));
/* health.c: why reviews are not answered now; NULL if they are. */
const char *dw_not_ready(const struct dw_service *service) __attribute__((nonnull));

/* metrics.c: answers /metrics in Prometheus's text format, for the service that SERVICE shows. */
void dw_metrics_respond(const struct dw_service *service, struct dw_http_answer *answer) __attribute__((nonnull));

/* Why a request was refused, for the log and the counters. */
struct dw_refusal {
  int status; /* of HTTP; 0: it was answered */
  const char *text;
  const char *cause; /* what is wrong with the body; NULL: nothing, or it was not read */
  int line, column;  /* ... and where; 0: unknown */
};

/* review_endpoint.c: answers a body posted to /validate or /mutate. If it is not a review, ANSWER and REFUSAL say so.
 */
void dw_review_respond(const struct dw_service *service, const struct dw_http_request *http, bool mutate,
                       struct dw_http_answer *answer, struct dw_refusal *refusal) __attribute__((nonnull));

#endif
