#include "base/log.h"
#include "serve/counters.h"
#include "serve/server_internal.h"

/* Names are at most 253 bytes; what a client sends in their place may be as long as its body. */
enum { LONGEST_TEXT = 256, MOST_REFUSALS = 20 /* a second */, ALWAYS_MEMBERS = 11, MOST_MEMBERS = 15 };

/* "warned" says which rules warned, so that what passes with a warning is "allowed" here. */
static const char *verdict(const struct dw_answer *answer) {
  if (!answer->allowed)
    return answer->code == 503 ? "unavailable" : "denied";
  return answer->patch != NULL ? "patched" : "allowed";
}

static struct dw_log_member of_request(const char *key, const char *text) {
  return dw_log_beginning(key, text, LONGEST_TEXT);
}

/* A list that is left out where there is none: the log writes an empty one. */
static size_t add_rules(struct dw_log_member *members, size_t count, const char *key, const char *rules) {
  if (rules != NULL)
    members[count++] = dw_log_list(key, rules, NULL);
  return count;
}

/* "rules" holds every rule that found something; "denied" and "warned" tell which way. */
void dw_log_decision(const struct decision *decision) {
  if (!dw_log_enabled(DW_LOG_INFO))
    return;
  const struct dw_request *request = decision->request;
  const struct dw_answer *answer = decision->answer;
  struct dw_log_member members[MOST_MEMBERS] = {
      dw_log_string("endpoint", decision->mutate ? "mutate" : "validate"),
      of_request("uid", request->uid),
      dw_log_string("operation", dw_operation_name(request->operation)),
      of_request("group", request->group),
      of_request("kind", request->kind),
      of_request("namespace", request->ns),
      of_request("name", request->name),
      of_request("user", request->user),
      dw_log_boolean("dryRun", request->dry_run),
      dw_log_string("verdict", verdict(answer)),
      dw_log_list("rules", answer->denied, answer->warned),
  };
  size_t count = add_rules(members, ALWAYS_MEMBERS, "denied", answer->denied);
  count = add_rules(members, count, "warned", answer->warned);
  count = add_rules(members, count, "defaulted", answer->defaulted);
  members[count++] = dw_log_integer("microseconds", decision->microseconds);
  dw_log_members(decision->arena, DW_LOG_INFO, "decision", members, count);
}

static void log_refusal(const struct dw_http_request *http, const struct refusal *refusal) {
  const struct dw_log_member members[] = {dw_log_integer("status", refusal->status),
                                          of_request("method", http->method),
                                          of_request("path", http->path),
                                          of_request("reason", refusal->text),
                                          dw_log_string("cause", refusal->cause),
                                          dw_log_integer("line", refusal->line),
                                          dw_log_integer("column", refusal->column)};
  enum { ALL = sizeof members / sizeof *members, PLACE = 3 };
  dw_log_members(NULL, DW_LOG_WARN, "request refused", members, refusal->cause == NULL ? ALL - PLACE : ALL);
}

void dw_note_refusal(const struct dw_service *service, const struct dw_http_request *http,
                     const struct refusal *refusal) {
  struct dw_counters *counters = service->counters;
  if (counters != NULL)
    dw_counters_refused(counters, refusal->status);
  if (dw_log_enabled(DW_LOG_WARN) &&
      (service->load == NULL || dw_log_gate_pass(&service->load->refusals, MOST_REFUSALS)))
    log_refusal(http, refusal);
}
