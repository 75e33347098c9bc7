#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "events/events.h"
#include "kube/cluster.h"
#include "rules/engine.h"
#include "serve/admissions.h"
#include "serve/counters.h"
#include "serve/recorder.h"
#include "serve/service.h"

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

/* The text of the error may quote the body, so only the client gets it, not the log. */
static void refuse_review(const struct dw_service *service, const struct dw_error *err, bool together,
                          struct dw_http_answer *answer, struct dw_refusal *refusal) {
  const char *what = err->code != DW_ERR_MEMORY ? "not a valid AdmissionReview"
                     : together                 ? "too many large AdmissionReviews at once; try again later"
                                                : "the AdmissionReview needs too much memory";
  answer->status = err->code == DW_ERR_MEMORY ? (together ? 503 : 413) : 400;
  answer->content_type = "text/plain; charset=utf-8";
  *refusal = (struct dw_refusal){answer->status, what, code_name(err->code), err->line, err->column};
  dw_buf_truncate(&answer->body, 0);
  dw_buf_puts(&answer->body, what);
  if (err->code == DW_ERR_MEMORY && !together)
    dw_buf_printf(&answer->body, " (the limit is %zu bytes)", service->max_memory);
  if (err->line > 0)
    dw_buf_printf(&answer->body, ": line %d, column %d", err->line, err->column);
  dw_buf_printf(&answer->body, ": %s\n", err->text);
}

static void count_hit(const struct dw_service *service, enum dw_error_code code, bool together) {
  if (service->load == NULL)
    return;
  if (code == DW_ERR_DEPTH)
    dw_bound_hit(&service->load->hits, DW_BOUND_NESTING);
  else if (code == DW_ERR_MEMORY)
    dw_bound_hit(&service->load->hits, together ? DW_BOUND_TOTAL_MEMORY : DW_BOUND_MEMORY);
}

/* The JSON of an ordinary review fits in this. It is not charged to the common budget, so that such reviews are
 * answered even while large ones use it up. At most one per thread is parsed at a time. */
enum { SMALL_REVIEW = 256 << 10 };

static int read_body(const struct dw_service *service, struct dw_arena *arena, const char *body, size_t length,
                     struct dw_request *out, struct dw_error *err) {
  if (service->max_nesting > 0 && service->max_nesting < DW_JSON_MAX_DEPTH &&
      dw_json_depth(body, length) > service->max_nesting)
    return dw_error_set(err, DW_ERR_DEPTH, "nested deeper than %u levels", service->max_nesting);
  return dw_review_read(arena, body, length, out, err);
}

/* --- on a live cluster --- */

enum {
  LOOKUP_MS = 1000, /* for all look-ups of one review */
  MOST_LOOKUPS = 2 * DW_MOST_UNCONFIRMED,
  OPTIMISTIC_TRIES = 3,
  MOST_TRIES = 8,
  QUICK_MICROSECONDS = 10000 /* with thousands of unconfirmed objects a small review takes some milliseconds */
};

/* A review on a live cluster. */
struct live {
  const struct dw_service *service;
  const struct dw_request *request;
  struct dw_arena *arena; /* of the request */
  struct dw_arena *retry; /* of the last judgement, with the answer; NULL: it was the first */
  struct dw_nad_name networks[2];
  size_t network_count;
  bool counts; /* dw_admissions_counts() */
  struct dw_change found[MOST_LOOKUPS];
  struct dw_object absent[MOST_LOOKUPS]; /* for changes in FOUND that are gone */
  size_t found_count;
  int64_t look_up_until;   /* monotonic microseconds; 0: nothing was looked up yet */
  struct dw_states states; /* of the last judgement */
  bool certain;            /* the answer is that of the first state, with everything that was admitted */
};

static void end_live(struct live *live) {
  dw_states_free(&live->states);
  for (size_t i = 0; i < live->found_count; i++)
    if (!live->found[i].gone)
      dw_object_unref(live->found[i].object);
}

/* Each retry gets a new arena, so that earlier tries leave it no less memory. */
static struct dw_arena *arena_of_try(struct live *live, bool first) {
  if (first)
    return live->arena;
  dw_states_free(&live->states);
  dw_arena_free(live->retry);
  live->retry = dw_arena_new(live->service->max_memory);
  if (live->service->load != NULL)
    dw_arena_share(live->retry, &live->service->load->budget, SMALL_REVIEW);
  return live->retry;
}

/* The request is allowed only if it is allowed in every state. */
static void judge_states(struct live *live, struct dw_arena *arena, struct dw_answer *answer) {
  dw_validate(arena, live->states.worlds[0], live->request, answer);
  live->certain = true;
  for (size_t i = 1; answer->allowed && i < live->states.count; i++) {
    struct dw_answer other = {0};
    dw_validate(arena, live->states.worlds[i], live->request, &other);
    if (other.allowed)
      continue;
    *answer = other;
    live->certain = false;
  }
}

static void snapshot_states(struct live *live, struct dw_arena *arena, bool current) {
  struct dw_admissions_query query = {.networks = live->networks,
                                      .network_count = live->network_count,
                                      .found = live->found,
                                      .found_count = live->found_count,
                                      .current = current};
  struct dw_world *base = dw_worlds_get(live->service->worlds);
  dw_states_free(&live->states);
  dw_admissions_snapshot(live->service->admissions, arena, base, &query, &live->states);
  dw_world_unref(base);
}

/* Judges the review once. HOLD keeps the lock, so that nothing is admitted meanwhile. Returns false if something was.
 */
static bool judge_once(struct live *live, struct dw_arena *arena, bool hold, struct dw_answer *answer) {
  struct dw_admissions *admissions = live->service->admissions;
  bool current = dw_cluster_current(dw_worlds_cluster(live->service->worlds)), added = true;
  struct dw_admission admission = {.creates = false};
  dw_admissions_lock(admissions);
  snapshot_states(live, arena, current);
  if (!hold)
    dw_admissions_unlock(admissions);
  dw_states_build(&live->states);
  judge_states(live, arena, answer);
  if (live->counts && answer->allowed)
    admission = dw_admission_of(live->request);
  if (!hold)
    dw_admissions_lock(admissions);
  dw_admissions_keep(admissions, &live->states);
  if (live->counts && answer->allowed)
    added = dw_admissions_add(admissions, &live->states, &admission, current);
  dw_admissions_unlock(admissions);
  dw_object_unref(admission.change.object);
  return added;
}

/* If another review was admitted meanwhile, the review is judged again. After some tries a quick review keeps the lock
 * while it is judged, so that this is its last try. A slow one never keeps it; after MOST_TRIES it is answered with
 * 503. CPU time decides which is quick, because on a busy machine every review takes long. */
static void judge(struct live *live, struct dw_answer *answer) {
  int64_t quickest = INT64_MAX, began = 0;
  for (int try = 1; try <= MOST_TRIES; try++) {
    bool first = try == 1 && live->found_count == 0;
    if (judge_once(live, arena_of_try(live, first), try > OPTIMISTIC_TRIES && quickest < QUICK_MICROSECONDS, answer))
      return;
    int64_t ended = dw_clock_microseconds(CLOCK_THREAD_CPUTIME_ID);
    if (try > 1 && ended - began < quickest)
      quickest = ended - began;
    began = ended;
  }
  live->certain = true;
  dw_answer_unavailable(answer, "Droveway can't check this now because other objects keep being admitted; try again");
}

/* --- asking the API server --- */

static bool is_found(const struct live *live, const struct dw_lookup_key *key) {
  for (size_t i = 0; i < live->found_count; i++)
    if (dw_object_is(live->found[i].object, key->kind, key->ns, key->name))
      return true;
  return false;
}

/* Lists the objects that the answer depends on and that were not looked up yet: the NADs that the request names, if it
 * is denied because of one of them, and unconfirmed objects, if it is only denied without them. */
static size_t list_lookups(const struct live *live, const struct dw_answer *answer,
                           struct dw_lookup_key keys[MOST_LOOKUPS]) {
  size_t count = 0;
  for (size_t i = 0; dw_answer_recheck(answer) != DW_RECHECK_NONE && i < live->network_count; i++) {
    keys[count] = (struct dw_lookup_key){DW_KIND_NAD, live->networks[i].ns, live->networks[i].name};
    count += !is_found(live, &keys[count]);
  }
  for (size_t i = 0, named = count; !live->certain && i < live->states.unconfirmed_count; i++) {
    const struct dw_object *object = live->states.unconfirmed[i];
    bool listed = false;
    for (size_t j = 0; j < named; j++)
      listed = listed || dw_object_is(object, keys[j].kind, keys[j].ns, keys[j].name);
    if (!listed)
      keys[count++] = (struct dw_lookup_key){object->kind, object->namespace_, object->name};
  }
  return count;
}

/* Returns -1 if the API server can't be asked. */
static int look_up(struct live *live, const struct dw_lookup_key *key, struct dw_error *err) {
  struct dw_cluster *cluster = dw_worlds_cluster(live->service->worlds);
  struct dw_change *change = &live->found[live->found_count];
  struct dw_object *absent = &live->absent[live->found_count];
  int64_t now = dw_now_microseconds();
  if (live->look_up_until == 0)
    live->look_up_until = now + (int64_t)LOOKUP_MS * 1000;
  int64_t left = (live->look_up_until - now) / 1000;
  *change = (struct dw_change){.gone = false};
  switch (dw_cluster_lookup(cluster, key, left < 1 ? 1 : (unsigned)left, &change->object, err)) {
  case DW_LOOKUP_FOUND:
    break;
  case DW_LOOKUP_ABSENT:
    *absent = (struct dw_object){.kind = key->kind,
                                 .namespace_ = dw_arena_strdup(live->arena, key->ns),
                                 .name = dw_arena_strdup(live->arena, key->name)};
    *change = (struct dw_change){absent, true};
    break;
  case DW_LOOKUP_FAILED:
    return dw_error_wrap(err, "can't look up %s %s/%s", key->kind == DW_KIND_NAD ? "NAD" : dw_kind_name(key->kind),
                         key->ns, key->name);
  }
  live->found_count++;
  dw_admissions_shown(live->service->admissions, change);
  return 0;
}

/* Looks up the objects that the answer depends on. Returns 1 if the review has to be judged again, 0 if there was
 * nothing to look up, -1 if the API server can't be asked. */
static int ask(struct live *live, const struct dw_answer *answer, struct dw_error *err) {
  struct dw_lookup_key keys[MOST_LOOKUPS];
  size_t count = list_lookups(live, answer, keys);
  if (live->found_count + count > MOST_LOOKUPS)
    return dw_error_set(err, DW_ERR_OTHER, "too many admitted objects have not appeared on a watch yet");
  for (size_t i = 0; i < count; i++)
    if (look_up(live, &keys[i], err) != 0)
      return -1;
  return count > 0;
}

/* The old object of a request is the one that is stored now, so it can confirm an earlier change. */
static void note_old_object(const struct live *live) {
  const struct dw_request *request = live->request;
  enum dw_kind kind = dw_kind_of(request->group, request->kind);
  struct dw_change now = {.gone = false};
  if (request->old_object == NULL ||
      !dw_admissions_unconfirmed(live->service->admissions, kind, request->ns, request->name) ||
      dw_object_reduce_as(kind, request->old_object, request->ns, &now.object, NULL) != 0 || now.object == NULL)
    return;
  dw_admissions_shown(live->service->admissions, &now);
  dw_object_unref(now.object);
}

/* Asks the API server before it denies because the view lacks a NAD or knows it as unfit, since another replica may
 * have admitted a change, and before it allows only because of an unconfirmed change, since that may have been rejected
 * later. If the API server can't be asked, a request that names an unfit NAD is denied. */
static void validate_live(struct live *live, struct dw_answer *answer) {
  struct dw_world *world = dw_worlds_get(live->service->worlds);
  struct dw_error err = DW_ERROR_INIT;
  int asked = 0;
  live->counts = dw_admissions_counts(live->request);
  live->network_count = dw_request_networks(live->arena, world, live->request, live->networks);
  note_old_object(live);
  do {
    judge(live, answer);
    asked = answer->allowed ? 0 : ask(live, answer, &err);
  } while (asked > 0);
  if (asked < 0 && !(live->certain && dw_answer_recheck(answer) == DW_RECHECK_UNFIT))
    dw_answer_unavailable(answer,
                          dw_arena_printf(live->arena, "Droveway can't check this now: %s; try again", err.text));
  dw_world_unref(world);
}

/* The answer is in ARENA or in RETRY, which the caller frees. */
static void decide(const struct dw_service *service, struct dw_arena *arena, bool mutate,
                   const struct dw_request *request, struct dw_answer *answer, struct dw_arena **retry) {
  struct dw_cluster *cluster = dw_worlds_cluster(service->worlds);
  if (cluster != NULL)
    dw_cluster_nudge(cluster);
  if (cluster != NULL && !mutate) {
    struct live live = {.service = service, .request = request, .arena = arena};
    validate_live(&live, answer);
    end_live(&live);
    *retry = live.retry;
    return;
  }
  struct dw_world *world = dw_worlds_get(service->worlds);
  if (mutate)
    dw_mutate(arena, world, request, answer);
  else
    dw_validate(arena, world, request, answer);
  dw_world_unref(world);
}

/* --- the log line --- */

/* Names have at most 253 bytes, but a client can send longer ones. */
enum { LONGEST_TEXT = 256, ALWAYS_MEMBERS = 11, MOST_MEMBERS = 16 };

struct decision {
  bool mutate; /* the endpoint */
  const struct dw_request *request;
  const struct dw_answer *answer;
  int64_t microseconds;
  struct dw_arena *arena; /* of the request, for the line */
};

/* An answer with warnings is "allowed": the member "warned" contains the rules that warned. */
static const char *verdict(const struct dw_answer *answer) {
  if (!answer->allowed)
    return answer->code == 503 ? "unavailable" : "denied";
  return answer->patch != NULL ? "patched" : "allowed";
}

static struct dw_log_member request_member(const char *key, const char *text) {
  return dw_log_beginning(key, text, LONGEST_TEXT);
}

/* Leaves the member out if there are no rules, because the log would write an empty list. */
static size_t add_rules(struct dw_log_member *members, size_t count, const char *key, const char *rules) {
  if (rules != NULL)
    members[count++] = dw_log_list(key, rules, NULL);
  return count;
}

/* "rules" contains every rule with a finding that counts, "denied" and "warned" those with that action; "excepted"
 * those with a finding that an exception of the policy covers. */
static void log_decision(const struct decision *decision) {
  if (!dw_log_enabled(DW_LOG_INFO))
    return;
  const struct dw_request *request = decision->request;
  const struct dw_answer *answer = decision->answer;
  struct dw_log_member members[MOST_MEMBERS] = {
      dw_log_string("endpoint", decision->mutate ? "mutate" : "validate"),
      request_member("uid", request->uid),
      dw_log_string("operation", dw_operation_name(request->operation)),
      request_member("group", request->group),
      request_member("kind", request->kind),
      request_member("namespace", request->ns),
      request_member("name", request->name),
      request_member("user", request->user),
      dw_log_boolean("dryRun", request->dry_run),
      dw_log_string("verdict", verdict(answer)),
      dw_log_list("rules", answer->denied, answer->warned),
  };
  size_t count = add_rules(members, ALWAYS_MEMBERS, "denied", answer->denied);
  count = add_rules(members, count, "warned", answer->warned);
  count = add_rules(members, count, "excepted", answer->excepted);
  count = add_rules(members, count, "defaulted", answer->defaulted);
  members[count++] = dw_log_integer("microseconds", decision->microseconds);
  dw_log_members(decision->arena, DW_LOG_INFO, "decision", members, count);
}

/* --- the endpoint --- */

void dw_review_respond(const struct dw_service *service, const struct dw_http_request *http, bool mutate,
                       struct dw_http_answer *answer, struct dw_refusal *refusal) {
  int64_t start = dw_now_microseconds();
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(service->max_memory);
  struct dw_request request = {0};
  struct dw_answer decided = {0};
  struct dw_error err = DW_ERROR_INIT;
  const char *body = http->body == NULL ? "" : http->body;
  if (service->load != NULL)
    dw_arena_share(arena, &service->load->budget, SMALL_REVIEW);
  int failed = read_body(service, arena, body, http->length, &request, &err);
  if (service->recorder != NULL)
    dw_recorder_keep(service->recorder, mutate, failed == 0 ? &request : NULL, body, http->length);
  if (failed != 0) {
    bool together = dw_arena_exhausted(arena) == DW_BUDGET_EXHAUSTED;
    count_hit(service, err.code, together);
    refuse_review(service, &err, together, answer, refusal);
    return;
  }
  DW_ARENA_SCOPED struct dw_arena *retry = NULL;
  decide(service, arena, mutate, &request, &decided, &retry);
  if (!decided.allowed && dw_arena_exhausted(retry == NULL ? arena : retry) == DW_BUDGET_EXHAUSTED) {
    /* A text inside the object could not be read because other reviews use the memory: that is not the object's fault.
     */
    (void)dw_error_set(&err, DW_ERR_MEMORY, "needs more memory than is available now");
    count_hit(service, err.code, true);
    refuse_review(service, &err, true, answer, refusal);
    return;
  }
  dw_answer_write(&request, &decided, &answer->body);
  answer->status = 200;
  answer->content_type = "application/json";
  int64_t elapsed = dw_now_microseconds() - start;
  if (service->counters != NULL)
    dw_counters_review(service->counters, mutate, &request, &decided, elapsed);
  if (service->events != NULL)
    dw_events_denied(service->events, &request, &decided);
  log_decision(&(struct decision){mutate, &request, &decided, elapsed, arena});
}
