/* What the files of the server share and nobody else needs. */
#ifndef SERVE_SERVER_INTERNAL_H
#define SERVE_SERVER_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "rules/review.h"
#include "serve/service.h"

/* health.c: answers /livez, /readyz, /healthz; false where PATH is none of them. */
bool dw_health_path(const char *path) __attribute__((nonnull));
void dw_health_respond(const struct dw_service *service, const struct dw_http_request *request,
                       struct dw_http_answer *answer) __attribute__((nonnull));

/* health.c: what reviews wait for, or why there are to be no more; NULL where they are answered. */
const char *dw_not_ready(const struct dw_service *service) __attribute__((nonnull));

/* metrics.c: answers /metrics in Prometheus's text format, of the service that SERVICE shows. */
void dw_metrics_respond(const struct dw_service *service, struct dw_http_answer *answer) __attribute__((nonnull));
/* process_metrics.c: appends what the kernel says of this process. */
void dw_process_metrics(struct dw_buf *out) __attribute__((nonnull));

/* review_endpoint.c: answers a body posted to /validate or /mutate. */
void dw_review_respond(const struct dw_service *service, const struct dw_http_request *http, bool mutate,
                       struct dw_http_answer *answer) __attribute__((nonnull));

/* http_log.c */
struct decision {
  bool mutate; /* the endpoint */
  const struct dw_request *request;
  const struct dw_answer *answer;
  int64_t microseconds;
  struct dw_arena *arena; /* of the request: its line is made there */
};
struct refusal {
  int status;
  const char *text;
  const char *cause; /* what is wrong with the body; NULL: nothing, or it was not looked at */
  int line, column;  /* ... and where; 0: no place */
};
void dw_log_decision(const struct decision *decision) __attribute__((nonnull));
/* Counts the refusal, and logs it where there were not too many in this second. */
void dw_note_refusal(const struct dw_service *service, const struct dw_http_request *http,
                     const struct refusal *refusal) __attribute__((nonnull));

#endif
