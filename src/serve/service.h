/* Answers HTTP requests, without a socket: the transport calls it, and tests call it directly. Thread-safe. */
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
struct dw_activation;
struct dw_counters;

struct dw_service {
  struct dw_worlds *worlds;             /* NULL: not ready */
  struct dw_admissions *admissions;     /* objects that were just admitted; only used with a live cluster */
  struct dw_recorder *recorder;         /* NULL: reviews are not recorded */
  struct dw_auditor *auditor;           /* NULL: no regular audit */
  struct dw_events *events;             /* where denials are reported; NULL: nowhere */
  struct dw_self_managed *managed;      /* not ready before its first pair; NULL: none */
  struct dw_activation *activation;     /* the gate in front of the webhooks; NULL: none */
  struct dw_certificates *certificates; /* for their metrics; NULL: none */
  size_t max_body;                      /* bytes */
  size_t max_header;                    /* bytes; 0: no limit */
  size_t max_memory;                    /* bytes of parsed JSON per request */
  unsigned max_nesting;                 /* of the JSON of a body; 0: the limit of the parser */
  struct dw_http_load *load;            /* of the transport; NULL: neither counted nor shown */
  struct dw_counters *counters;         /* of answers and refusals; NULL: not counted */
  atomic_bool stopping;                 /* shutting down: /readyz says so, but requests are still answered */
  /* The service whose metrics this one serves; then it serves only /metrics. NULL: it serves reviews and health. */
  const struct dw_service *shown;
};

/* Returns true if the head alone is enough to refuse the request (404, 405, 413, 415 ...), so that its body need not be
 * read. Then ANSWER is filled, and the refusal is logged and counted. */
bool dw_service_refuse(const struct dw_service *service, const struct dw_http_request *request,
                       struct dw_http_answer *answer) __attribute__((nonnull, warn_unused_result));

/* Fills ANSWER with a refusal, TEXT and a line feed, and logs and counts it. For reasons that only the transport knows.
 */
void dw_service_fail(const struct dw_service *service, const struct dw_http_request *request,
                     struct dw_http_answer *answer, int status, const char *text) __attribute__((nonnull));

/* Fills ANSWER with the answer to the whole request. */
void dw_service_respond(const struct dw_service *service, const struct dw_http_request *request,
                        struct dw_http_answer *answer) __attribute__((nonnull));

/* --- the endpoints --- */

enum { DW_MOST_FEEDS = 16 }; /* more than src/kube/resources.c has */

/* health.c: answers /livez, /readyz and /healthz. */
void dw_health_respond(const struct dw_service *service, const struct dw_http_request *request,
                       struct dw_http_answer *answer) __attribute__((nonnull));
/* health.c: returns true if reviews are answered now; otherwise appends the reason to WHY, unless that is NULL. */
bool dw_service_ready(const struct dw_service *service, struct dw_buf *why) __attribute__((nonnull(1)));

/* metrics.c: answers /metrics in Prometheus's text format, for the service that SERVICE shows. */
void dw_metrics_respond(const struct dw_service *service, struct dw_http_answer *answer) __attribute__((nonnull));

/* Why a request was refused, for the log and the counters. */
struct dw_refusal {
  int status; /* of HTTP; 0: the request was answered */
  const char *text;
  const char *cause; /* what is wrong with the body; NULL: nothing, or it was not read */
  int line, column;  /* where in the body; 0: unknown */
};

/* review_endpoint.c: answers a body posted to /validate or /mutate. If it is not a review, fills ANSWER and REFUSAL
 * with the reason. */
void dw_review_respond(const struct dw_service *service, const struct dw_http_request *http, bool mutate,
                       struct dw_http_answer *answer, struct dw_refusal *refusal) __attribute__((nonnull));

#endif
