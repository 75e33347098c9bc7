#include <stdlib.h>
#include <string.h>

#include "droveway/base/log.h"
#include "server/counters.h"
#include "server/server_internal.h"

/* Names are at most 253 bytes; what a client sends in their place may be as long as its body. */
enum { LONGEST_TEXT = 256, MOST_REFUSALS = 20 /* a second */, USUAL_FIELDS = 500 /* bytes */ };

#define KEY(name) "\"" name "\":"

/* KEY as it is written: "\"uid\":". */
static void add_key(struct dw_buf *out, const char *key) {
  if (out->length > 0)
    dw_buf_putc(out, ',');
  dw_buf_puts(out, key);
}

static void add_text(struct dw_buf *out, const char *key, const char *text) {
  if (text == NULL)
    return;
  add_key(out, key);
  dw_log_quote(out, text, strnlen(text, LONGEST_TEXT));
}

/* "a,b" becomes "a","b". */
static void add_items(struct dw_buf *out, const char *list) {
  for (const char *at = list; *at != '\0';) {
    size_t length = strcspn(at, ",");
    dw_log_quote(out, at, length);
    at += length;
    if (*at == ',') {
      dw_buf_putc(out, ',');
      at++;
    }
  }
}

/* Either may be NULL. */
static void add_lists(struct dw_buf *out, const char *key, const char *first, const char *second) {
  add_key(out, key);
  dw_buf_putc(out, '[');
  if (first != NULL)
    add_items(out, first);
  if (first != NULL && second != NULL)
    dw_buf_putc(out, ',');
  if (second != NULL)
    add_items(out, second);
  dw_buf_putc(out, ']');
}

/* "warned" says which rules warned, so that what passes with a warning is "allowed" here. */
static const char *verdict(const struct dw_answer *answer) {
  if (!answer->allowed)
    return answer->code == 503 ? "unavailable" : "denied";
  return answer->patch != NULL ? "patched" : "allowed";
}

/* "rules" holds every rule that found something; "denied" and "warned" tell which way. */
static void add_rules(struct dw_buf *out, const struct dw_answer *answer) {
  add_lists(out, KEY("rules"), answer->denied, answer->warned);
  if (answer->denied != NULL)
    add_lists(out, KEY("denied"), answer->denied, NULL);
  if (answer->warned != NULL)
    add_lists(out, KEY("warned"), answer->warned, NULL);
  if (answer->defaulted != NULL)
    add_lists(out, KEY("defaulted"), answer->defaulted, NULL);
}

void dw_log_decision(const struct decision *decision) {
  if (!dw_log_enabled(DW_LOG_INFO))
    return;
  const struct dw_request *request = decision->request;
  struct dw_buf fields = DW_BUF_IN(decision->arena);
  dw_buf_reserve(&fields, USUAL_FIELDS);
  add_text(&fields, KEY("endpoint"), decision->mutate ? "mutate" : "validate");
  add_text(&fields, KEY("uid"), request->uid);
  add_text(&fields, KEY("operation"), dw_operation_name(request->operation));
  add_text(&fields, KEY("group"), request->group);
  add_text(&fields, KEY("kind"), request->kind);
  add_text(&fields, KEY("namespace"), request->ns);
  add_text(&fields, KEY("name"), request->name);
  add_text(&fields, KEY("user"), request->user);
  add_key(&fields, KEY("dryRun"));
  dw_buf_puts(&fields, request->dry_run ? "true" : "false");
  add_text(&fields, KEY("verdict"), verdict(decision->answer));
  add_rules(&fields, decision->answer);
  add_key(&fields, KEY("microseconds"));
  dw_buf_decimal(&fields, decision->microseconds);
  dw_log_fields_in(decision->arena, DW_LOG_INFO, "decision", dw_buf_text(&fields));
}

static void log_refusal(const struct dw_http_request *http, const struct refusal *refusal) {
  DW_BUF_SCOPED struct dw_buf fields = DW_BUF_INIT;
  dw_buf_printf(&fields, "\"status\":%d", refusal->status);
  add_text(&fields, KEY("method"), http->method);
  add_text(&fields, KEY("path"), http->path);
  add_text(&fields, KEY("reason"), refusal->text);
  if (refusal->cause[0] != '\0')
    dw_buf_printf(&fields, ",%s", refusal->cause);
  dw_log_fields(DW_LOG_WARN, "request refused", dw_buf_text(&fields));
}

void dw_note_refusal(const struct dw_http_service *service, const struct dw_http_request *http,
                     const struct refusal *refusal) {
  struct dw_counters *counters = service->counters;
  if (counters != NULL)
    dw_counters_refused(counters, refusal->status);
  if (dw_log_enabled(DW_LOG_WARN) && (counters == NULL || dw_log_gate_pass(&counters->refusals, MOST_REFUSALS)))
    log_refusal(http, refusal);
}
