#include <inttypes.h>
#include <stdio.h>

#include "droveway/base/arena.h"
#include "droveway/base/error.h"
#include "droveway/rules/engine.h"
#include "server/server_internal.h"

static const char *code_name(enum dw_error_code code) {
  switch (code) {
  case DW_ERR_SYNTAX:
    return "syntax";
  case DW_ERR_DUPLICATE:
    return "duplicate key";
  case DW_ERR_DEPTH:
    return "nested too deep";
  case DW_ERR_MEMORY:
    return "too much memory";
  case DW_ERR_INVALID:
    return "invalid";
  case DW_ERR_OTHER:
  case DW_ERR_IO:
  case DW_ERR_USAGE:
    return "other";
  }
  return "other";
}

/* The error's own text may quote the body, so the client gets it and the log does not. */
static void refuse_review(const struct dw_http_service *service, const struct dw_http_request *http,
                          const struct dw_error *err, struct dw_http_answer *answer) {
  const char *what = err->code == DW_ERR_MEMORY ? "the AdmissionReview takes too much memory" : "no AdmissionReview";
  char cause[128];
  snprintf(cause, sizeof cause, "\"cause\":\"%s\",\"line\":%d,\"column\":%d", code_name(err->code), err->line,
           err->column);
  answer->status = err->code == DW_ERR_MEMORY ? 413 : 400;
  answer->content_type = "text/plain; charset=utf-8";
  dw_log_refusal(http, answer->status, what, cause);
  dw_buf_truncate(&answer->body, 0);
  dw_buf_puts(&answer->body, what);
  if (err->code == DW_ERR_MEMORY)
    dw_buf_printf(&answer->body, " (the limit is %zu bytes)", service->max_memory);
  if (err->line > 0)
    dw_buf_printf(&answer->body, ": line %d, column %d", err->line, err->column);
  dw_buf_printf(&answer->body, ": %s\n", err->text);
}

void dw_review_respond(const struct dw_http_service *service, const struct dw_http_request *http, bool mutate,
                       struct dw_http_answer *answer) {
  int64_t start = dw_now_microseconds();
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(service->max_memory);
  struct dw_world *world = dw_worlds_get(service->worlds);
  struct dw_request request = {0};
  struct dw_answer decided = {0};
  struct dw_error err = DW_ERROR_INIT;
  const char *body = http->body == NULL ? "" : http->body;
  int failed = dw_review(arena, world, mutate, body, http->length, &answer->body, &request, &decided, &err);
  if (failed == 0) {
    answer->status = 200;
    answer->content_type = "application/json";
    dw_log_decision(&(struct decision){mutate, &request, &decided, dw_now_microseconds() - start});
  } else {
    refuse_review(service, http, &err, answer);
  }
  dw_world_unref(world);
}
