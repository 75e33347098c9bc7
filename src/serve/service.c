#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "serve/counters.h"
#include "serve/service.h"

static const char plain_text[] = "text/plain; charset=utf-8";

enum endpoint { ENDPOINT_NONE, ENDPOINT_VALIDATE, ENDPOINT_MUTATE, ENDPOINT_HEALTH, ENDPOINT_METRICS };

static enum endpoint endpoint_of(const char *path) {
  static const struct {
    const char *path;
    enum endpoint endpoint;
  } all[] = {{"/validate", ENDPOINT_VALIDATE}, {"/mutate", ENDPOINT_MUTATE},  {"/livez", ENDPOINT_HEALTH},
             {"/readyz", ENDPOINT_HEALTH},     {"/healthz", ENDPOINT_HEALTH}, {"/metrics", ENDPOINT_METRICS}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(path, all[i].path) == 0)
      return all[i].endpoint;
  return ENDPOINT_NONE;
}

/* Returns true for "application/json", with or without parameters. */
static bool is_json(const char *content_type) {
  static const char json[] = "application/json";
  if (content_type == NULL || strncasecmp(content_type, json, sizeof json - 1) != 0)
    return false;
  const char *rest = content_type + sizeof json - 1;
  return rest[strspn(rest, " \t")] == '\0' || rest[strspn(rest, " \t")] == ';';
}

/* --- refusals --- */

enum { LONGEST_TEXT = 256, MOST_REFUSALS = 20 /* per second */ };

static void log_refusal(const struct dw_http_request *http, const struct dw_refusal *refusal) {
  const struct dw_log_member members[] = {dw_log_integer("status", refusal->status),
                                          dw_log_beginning("method", http->method, LONGEST_TEXT),
                                          dw_log_beginning("path", http->path, LONGEST_TEXT),
                                          dw_log_beginning("reason", refusal->text, LONGEST_TEXT),
                                          dw_log_string("cause", refusal->cause),
                                          dw_log_integer("line", refusal->line),
                                          dw_log_integer("column", refusal->column)};
  enum { ALL = sizeof members / sizeof *members, PLACE = 3 };
  dw_log_members(NULL, DW_LOG_WARN, "request refused", members, refusal->cause == NULL ? ALL - PLACE : ALL);
}

/* Counts the refusal, and logs it unless there were too many of them in this second. */
static void note_refusal(const struct dw_service *service, const struct dw_http_request *http,
                         const struct dw_refusal *refusal) {
  if (service->counters != NULL)
    dw_counters_refused(service->counters, refusal->status);
  if (dw_log_enabled(DW_LOG_WARN) &&
      (service->load == NULL || dw_log_gate_pass(&service->load->refusals, MOST_REFUSALS)))
    log_refusal(http, refusal);
}

void dw_service_fail(const struct dw_service *service, const struct dw_http_request *request,
                     struct dw_http_answer *answer, int status, const char *text) {
  answer->status = status;
  answer->content_type = plain_text;
  dw_buf_truncate(&answer->body, 0);
  dw_buf_printf(&answer->body, "%s\n", text);
  note_refusal(service, request, &(struct dw_refusal){.status = status, .text = text});
}

/* A request and the service that it is for. */
struct asked {
  const struct dw_service *service;
  const struct dw_http_request *request;
};

static bool refuse(const struct asked *asked, struct dw_http_answer *answer, int status, const char *text) {
  dw_service_fail(asked->service, asked->request, answer, status, text);
  return true;
}

static void hit(const struct dw_service *service, enum dw_bound limit) {
  if (service->load != NULL)
    dw_bound_hit(&service->load->hits, limit);
}

static bool refuse_method(const struct asked *asked, struct dw_http_answer *answer, const char *allow) {
  char text[80];
  snprintf(text, sizeof text, "method not allowed; use %s", allow);
  answer->allow = allow;
  return refuse(asked, answer, 405, text);
}

static bool refuse_unless_get(const struct asked *asked, struct dw_http_answer *answer) {
  const char *method = asked->request->method;
  return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && refuse_method(asked, answer, "GET, HEAD");
}

static bool refuse_review(const struct asked *asked, struct dw_http_answer *answer) {
  const struct dw_http_request *request = asked->request;
  size_t max_body = asked->service->max_body;
  if (strcmp(request->method, "POST") != 0)
    return refuse_method(asked, answer, "POST");
  if (request->untrusted)
    return refuse(asked, answer, 403,
                  "only clients with a certificate from the CA in --client-ca can send reviews; see \"Only the API "
                  "server\" in docs/operations.md");
  if (!is_json(request->content_type))
    return refuse(asked, answer, 415, "send an AdmissionReview as Content-Type: application/json");
  const char *encoding = request->content_encoding;
  if (encoding != NULL && *encoding != '\0' && strcasecmp(encoding, "identity") != 0)
    return refuse(asked, answer, 415, "send the body without Content-Encoding");
  if (request->announced > max_body || request->length > max_body) {
    char text[64];
    snprintf(text, sizeof text, "the body exceeds the limit of %zu bytes", max_body);
    hit(asked->service, DW_BOUND_BODY);
    return refuse(asked, answer, 413, text);
  }
  return false;
}

static bool refuse_metrics(const struct asked *asked, struct dw_http_answer *answer) {
  if (endpoint_of(asked->request->path) != ENDPOINT_METRICS)
    return refuse(asked, answer, 404, "no such path; use /metrics");
  if (asked->request->untrusted)
    return refuse(asked, answer, 403,
                  "only clients with a certificate from the CA in --metrics-client-ca can read metrics");
  return refuse_unless_get(asked, answer);
}

bool dw_service_refuse(const struct dw_service *service, const struct dw_http_request *request,
                       struct dw_http_answer *answer) {
  const struct asked asked = {service, request};
  *answer = (struct dw_http_answer){.body = DW_BUF_INIT};
  if (service->max_header > 0 && request->head > service->max_header) {
    char text[80];
    snprintf(text, sizeof text, "the request head exceeds the limit of %zu bytes", service->max_header);
    hit(service, DW_BOUND_HEADER);
    return refuse(&asked, answer, 431, text);
  }
  if (service->shown != NULL)
    return refuse_metrics(&asked, answer);
  switch (endpoint_of(request->path)) {
  case ENDPOINT_VALIDATE:
  case ENDPOINT_MUTATE:
    return refuse_review(&asked, answer);
  case ENDPOINT_HEALTH:
    return refuse_unless_get(&asked, answer);
  case ENDPOINT_METRICS:
  case ENDPOINT_NONE:
    break;
  }
  return refuse(&asked, answer, 404, "no such path; use /validate, /mutate, /livez, /readyz or /healthz");
}

static void answer_review(const struct dw_service *service, const struct dw_http_request *request,
                          struct dw_http_answer *answer) {
  struct dw_refusal refusal = {0};
  dw_review_respond(service, request, endpoint_of(request->path) == ENDPOINT_MUTATE, answer, &refusal);
  if (refusal.status != 0)
    note_refusal(service, request, &refusal);
}

void dw_service_respond(const struct dw_service *service, const struct dw_http_request *request,
                        struct dw_http_answer *answer) {
  if (dw_service_refuse(service, request, answer))
    return;
  if (service->shown != NULL)
    dw_metrics_respond(service, answer);
  else if (endpoint_of(request->path) == ENDPOINT_HEALTH)
    dw_health_respond(service, request, answer);
  else if (service->worlds == NULL || !dw_worlds_ready(service->worlds))
    dw_service_fail(service, request, answer, 503, "policy and cluster state are not loaded yet");
  else
    answer_review(service, request, answer);
}
