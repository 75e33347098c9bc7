#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "serve/counters.h"
#include "serve/service.h"

static const char plain_text[] = "text/plain; charset=utf-8";

static bool review_path(const char *path) {
  return strcmp(path, "/validate") == 0 || strcmp(path, "/mutate") == 0;
}

static bool metrics_path(const char *path) {
  return strcmp(path, "/metrics") == 0;
}

/* "application/json", with or without parameters. */
static bool is_json(const char *content_type) {
  static const char json[] = "application/json";
  if (content_type == NULL || strncasecmp(content_type, json, sizeof json - 1) != 0)
    return false;
  const char *rest = content_type + sizeof json - 1;
  return rest[strspn(rest, " \t")] == '\0' || rest[strspn(rest, " \t")] == ';';
}

static bool is_plain(const char *content_encoding) {
  return content_encoding == NULL || content_encoding[0] == '\0' || strcasecmp(content_encoding, "identity") == 0;
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

/* Counts the refusal, and logs it unless there were too many in this second. */
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
  if (!is_plain(request->content_encoding))
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
  if (!metrics_path(asked->request->path))
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
  if (review_path(request->path))
    return refuse_review(&asked, answer);
  if (!dw_health_path(request->path))
    return refuse(&asked, answer, 404, "no such path; use /validate, /mutate, /livez, /readyz or /healthz");
  return refuse_unless_get(&asked, answer);
}

static void answer_review(const struct dw_service *service, const struct dw_http_request *request,
                          struct dw_http_answer *answer) {
  struct dw_refusal refusal = {0};
  dw_review_respond(service, request, strcmp(request->path, "/mutate") == 0, answer, &refusal);
  if (refusal.status != 0)
    note_refusal(service, request, &refusal);
}

void dw_service_respond(const struct dw_service *service, const struct dw_http_request *request,
                        struct dw_http_answer *answer) {
  if (dw_service_refuse(service, request, answer))
    return;
  if (service->shown != NULL)
    dw_metrics_respond(service, answer);
  else if (dw_health_path(request->path))
    dw_health_respond(service, request, answer);
  else if (service->worlds == NULL || !dw_worlds_ready(service->worlds))
    dw_service_fail(service, request, answer, 503, "policy and cluster state are not loaded yet");
  else
    answer_review(service, request, answer);
}
