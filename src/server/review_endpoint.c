#include <inttypes.h>
#include <stdio.h>

#include "droveway/base/arena.h"
#include "droveway/base/error.h"
#include "droveway/rules/engine.h"
#include "droveway/server/events.h"
#include "droveway/server/limits.h"
#include "droveway/server/recorder.h"
#include "droveway/sources/cluster.h"
#include "server/admissions.h"
#include "server/counters.h"
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
                          const struct dw_error *err, bool together, struct dw_http_answer *answer) {
  const char *what = err->code != DW_ERR_MEMORY ? "no AdmissionReview"
                     : together                 ? "too many large AdmissionReviews at once; try again later"
                                                : "the AdmissionReview takes too much memory";
  char cause[128];
  snprintf(cause, sizeof cause, "\"cause\":\"%s\",\"line\":%d,\"column\":%d", code_name(err->code), err->line,
           err->column);
  answer->status = err->code == DW_ERR_MEMORY ? (together ? 503 : 413) : 400;
  answer->content_type = "text/plain; charset=utf-8";
  dw_note_refusal(service, http, &(struct refusal){answer->status, what, cause});
  dw_buf_truncate(&answer->body, 0);
  dw_buf_puts(&answer->body, what);
  if (err->code == DW_ERR_MEMORY && !together)
    dw_buf_printf(&answer->body, " (the limit is %zu bytes)", service->max_memory);
  if (err->line > 0)
    dw_buf_printf(&answer->body, ": line %d, column %d", err->line, err->column);
  dw_buf_printf(&answer->body, ": %s\n", err->text);
}

static void count_hit(const struct dw_http_service *service, enum dw_error_code code, bool together) {
  if (service->hits == NULL)
    return;
  if (code == DW_ERR_DEPTH)
    dw_bound_hit(service->hits, DW_BOUND_NESTING);
  else if (code == DW_ERR_MEMORY)
    dw_bound_hit(service->hits, together ? DW_BOUND_TOTAL_MEMORY : DW_BOUND_MEMORY);
}

/* What an ordinary review's JSON takes, which is to be answered also while large ones use up the memory for all. No
 * more of them are parsed at once than there are threads. */
enum { SMALL_REVIEW = 256 << 10 };

/* The parser has a limit of its own, which is the most that can be asked for. */
static int read_body(const struct dw_http_service *service, struct dw_arena *arena, const char *body, size_t length,
                     struct dw_request *out, struct dw_error *err) {
  if (service->max_nesting > 0 && service->max_nesting < DW_JSON_MAX_DEPTH &&
      dw_json_depth(body, length) > service->max_nesting)
    return dw_error_set(err, DW_ERR_DEPTH, "nested deeper than %u levels", service->max_nesting);
  return dw_review_read(arena, body, length, out, err);
}

/* --- on a live cluster --- */

enum { LOOKUP_MS = 1000 };

/* The NADs that a request names, asked for directly. */
struct lookups {
  struct dw_change changes[2];
  struct dw_object absent[2]; /* what a change that is gone points to */
  size_t count;
  bool done;
};

static void drop_lookups(struct lookups *lookups) {
  for (size_t i = 0; i < lookups->count; i++)
    if (!lookups->changes[i].gone)
      dw_object_unref(lookups->changes[i].object);
}

/* -1 with what can't be had. */
static int look_up(struct dw_arena *arena, struct dw_cluster *cluster, const struct dw_world *world,
                   const struct dw_request *request, struct lookups *out, struct dw_error *err) {
  const char *names[2];
  const char *ns = world->policy->namespace_;
  size_t count = dw_request_networks(arena, world, request, names);
  int64_t start = dw_now_microseconds();
  out->done = true;
  for (size_t i = 0; i < count; i++) {
    int64_t left = LOOKUP_MS - (dw_now_microseconds() - start) / 1000;
    struct dw_change *change = &out->changes[out->count];
    struct dw_lookup_key key = {DW_KIND_NAD, ns, names[i]};
    switch (dw_cluster_lookup(cluster, &key, left < 1 ? 1 : (unsigned)left, &change->object, err)) {
    case DW_LOOKUP_FOUND:
      change->gone = false;
      out->count++;
      break;
    case DW_LOOKUP_ABSENT:
      out->absent[out->count] = (struct dw_object){.kind = DW_KIND_NAD, .namespace_ = ns, .name = names[i]};
      *change = (struct dw_change){&out->absent[out->count], true};
      out->count++;
      break;
    case DW_LOOKUP_FAILED:
      return dw_error_wrap(err, "NAD %s/%s can't be looked up", ns, names[i]);
    }
  }
  return 0;
}

/* Judges in the world in force with what was just admitted; what is allowed then counts for those that follow. */
static void judge_live(const struct dw_http_service *service, struct dw_arena *arena, const struct dw_request *request,
                       const struct lookups *found, struct dw_answer *answer) {
  struct dw_admissions *admissions = service->admissions;
  bool counts = dw_admissions_counts(request);
  struct dw_world *base = dw_worlds_get(service->worlds);
  bool current = dw_cluster_current(dw_worlds_cluster(service->worlds));
  dw_admissions_begin(admissions);
  struct dw_world *world = dw_admissions_world(admissions, base, found->changes, found->count, current);
  if (!counts)
    dw_admissions_end(admissions);
  dw_validate(arena, world, request, answer);
  if (counts) {
    if (answer->allowed)
      dw_admissions_add(admissions, world, request);
    dw_admissions_end(admissions);
  }
  dw_world_unref(world);
  dw_world_unref(base);
}

/* Nothing is denied for a NAD that the view lacks, or knows as unfit, before the API server was asked for it: another
 * replica may have admitted it a moment ago. */
static void validate_live(const struct dw_http_service *service, struct dw_arena *arena,
                          const struct dw_request *request, struct dw_answer *answer) {
  struct dw_cluster *cluster = dw_worlds_cluster(service->worlds);
  struct lookups found = {.count = 0};
  struct dw_error err = DW_ERROR_INIT;
  judge_live(service, arena, request, &found, answer);
  enum dw_doubt doubt = dw_answer_doubt(answer);
  if (doubt == DW_DOUBT_NONE)
    return;
  struct dw_world *world = dw_worlds_get(service->worlds);
  if (look_up(arena, cluster, world, request, &found, &err) == 0)
    judge_live(service, arena, request, &found, answer);
  else if (doubt == DW_DOUBT_MISSING)
    dw_answer_unavailable(answer, dw_arena_printf(arena, "Droveway can't judge this now: %s; try again", err.text));
  dw_world_unref(world);
  drop_lookups(&found);
}

static void decide(const struct dw_http_service *service, struct dw_arena *arena, bool mutate,
                   const struct dw_request *request, struct dw_answer *answer) {
  struct dw_cluster *cluster = dw_worlds_cluster(service->worlds);
  if (cluster != NULL)
    dw_cluster_nudge(cluster);
  if (cluster != NULL && !mutate) {
    validate_live(service, arena, request, answer);
    return;
  }
  struct dw_world *world = dw_worlds_get(service->worlds);
  if (mutate)
    dw_mutate(arena, world, request, answer);
  else
    dw_validate(arena, world, request, answer);
  dw_world_unref(world);
}

void dw_review_respond(const struct dw_http_service *service, const struct dw_http_request *http, bool mutate,
                       struct dw_http_answer *answer) {
  int64_t start = dw_now_microseconds();
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(service->max_memory);
  struct dw_request request = {0};
  struct dw_answer decided = {0};
  struct dw_error err = DW_ERROR_INIT;
  const char *body = http->body == NULL ? "" : http->body;
  if (service->budget != NULL)
    dw_arena_share(arena, service->budget, SMALL_REVIEW);
  int failed = read_body(service, arena, body, http->length, &request, &err);
  if (service->recorder != NULL)
    dw_recorder_keep(service->recorder, mutate, failed == 0 ? &request : NULL, body, http->length);
  if (failed != 0) {
    bool together = dw_arena_exhausted(arena) == DW_BUDGET_EXHAUSTED;
    count_hit(service, err.code, together);
    refuse_review(service, http, &err, together, answer);
    return;
  }
  decide(service, arena, mutate, &request, &decided);
  if (!decided.allowed && dw_arena_exhausted(arena) == DW_BUDGET_EXHAUSTED) {
    /* A text inside the object could not be read because of other reviews: that is no mistake of the object. */
    (void)dw_error_set(&err, DW_ERR_MEMORY, "needs more memory than is left at the moment");
    count_hit(service, err.code, true);
    refuse_review(service, http, &err, true, answer);
    return;
  }
  dw_answer_write(&request, &decided, &answer->body);
  answer->status = 200;
  answer->content_type = "application/json";
  int64_t taken = dw_now_microseconds() - start;
  if (service->counters != NULL)
    dw_counters_review(service->counters, mutate, &request, &decided, taken);
  if (service->events != NULL)
    dw_events_denied(service->events, &request, &decided);
  dw_log_decision(&(struct decision){mutate, &request, &decided, taken, arena});
}
