#include "events/events.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/setting.h"
#include "events/event_table.h"

enum {
  CALL_MS = 5000,
  AGAIN_MS = 5000,
  WINDOW_MS = 600000,
  REFRESH_MS = 3000000, /* --event-ttl of kube-apiserver is an hour */
  REFUSED_MS = 60000,
  GIVE_UP_MS = 600000,
  RATE = 10,
  FLUSH_MS = 1000,
  FIRST_WAIT_MS = 500,
  MOST_WAIT_MS = 30000,
  LOG_AGAIN_MS = 3600000, /* a problem that lasts, or comes and goes, is logged once in this time */
  MOST_INSTANCE = 128     /* bytes of reportingInstance; events.k8s.io allows no more */
};

/* Why a write can fail. Each is logged separately. */
enum failure { FORBIDDEN, ABSENT, REFUSED, UNREACHABLE, FAILURES };

/* --- the queue --- */

void dw_event_queue_init(struct dw_event_queue *queue) {
  pthread_mutex_init(&queue->lock, NULL);
  queue->first = queue->count = 0;
}

bool dw_event_queue_push(struct dw_event_queue *queue, struct dw_event *event) {
  pthread_mutex_lock(&queue->lock);
  bool room = queue->count < DW_EVENT_QUEUE;
  if (room)
    queue->events[(queue->first + queue->count++) % DW_EVENT_QUEUE] = event;
  pthread_mutex_unlock(&queue->lock);
  return room;
}

struct dw_event *dw_event_queue_pop(struct dw_event_queue *queue) {
  struct dw_event *event = NULL;
  pthread_mutex_lock(&queue->lock);
  if (queue->count > 0) {
    event = queue->events[queue->first];
    queue->first = (queue->first + 1) % DW_EVENT_QUEUE;
    queue->count--;
  }
  pthread_mutex_unlock(&queue->lock);
  return event;
}

void dw_event_queue_destroy(struct dw_event_queue *queue) {
  for (struct dw_event *event; (event = dw_event_queue_pop(queue)) != NULL;)
    free(event);
  pthread_mutex_destroy(&queue->lock);
}

struct dw_events {
  struct dw_events_options options;
  char instance[MOST_INSTANCE + 1];
  struct dw_api_client *client;
  pthread_t thread;
  sem_t wake, ended;
  atomic_bool stopping;
  atomic_int_fast64_t stop_by; /* monotonic milliseconds, set before `stopping` */
  atomic_uint flush_ms;
  atomic_uint_fast64_t sent, failed, dropped;
  struct dw_event_queue queue;
  struct dw_event_table table; /* only the thread uses this and what follows */
  struct dw_backoff backoff;
  int64_t paused_until;
  double bucket;            /* writes that the rate allows now */
  int64_t filled_at;        /* when BUCKET was computed */
  int64_t logged[FAILURES]; /* when it was logged last; 0: never, or it is over */
};

/* --- receiving --- */

static void enqueue(struct dw_events *events, struct dw_event *event) {
  if (event != NULL && dw_event_queue_push(&events->queue, event)) {
    sem_post(&events->wake);
    return;
  }
  free(event);
  atomic_fetch_add(&events->dropped, 1);
}

void dw_events_denied(struct dw_events *events, const struct dw_request *request, const struct dw_answer *answer) {
  if (!answer->allowed && answer->code == 422 && !request->dry_run)
    enqueue(events, dw_event_of_denial(request, answer));
}

void dw_events_audited(struct dw_events *events, const struct dw_audited *audited) {
  if (audited->judgement.denied)
    enqueue(events, dw_event_of_audited(audited));
}

static void receive_all(struct dw_events *events) {
  int64_t now = dw_now_milliseconds();
  for (struct dw_event *event; (event = dw_event_queue_pop(&events->queue)) != NULL;)
    if (dw_event_table_add(&events->table, event, now) == DW_EVENT_NO_ROOM)
      atomic_fetch_add(&events->dropped, 1);
}

/* --- failures --- */

static void log_failure(struct dw_events *events, enum failure failure, const char *ns, const char *message) {
  static const char *const what[FAILURES] = {
      [FORBIDDEN] = ("events: RBAC forbids writing Events; allow create and patch of events, as "
                     "manifests/components/events does"),
      [ABSENT] = "events: can't write Events: the namespace does not exist",
      [REFUSED] = "events: the API server rejected an Event",
      [UNREACHABLE] = "events: the API server is unreachable; Events are queued"};
  int64_t now = dw_now_milliseconds();
  if (events->logged[failure] != 0 && now - events->logged[failure] < LOG_AGAIN_MS)
    return;
  events->logged[failure] = now;
  dw_log_with(DW_LOG_WARN, what[failure], dw_log_string("namespace", ns), dw_log_string("answer", message));
}

static void note_success(struct dw_events *events) {
  if (events->logged[UNREACHABLE] != 0)
    dw_log(DW_LOG_INFO, "events: the API server is reachable again");
  events->logged[UNREACHABLE] = 0;
  dw_backoff_reset(&events->backoff);
}

/* UNREACHABLE means that a retry may succeed: there was no answer, or the API server can't write now. */
static enum failure failure_of(int status) {
  switch (status) {
  case 403:
    return FORBIDDEN;
  case 404:
    return ABSENT;
  case 0:
  case 401:
  case 408:
  case 429:
    return UNREACHABLE;
  default:
    return status >= 500 ? UNREACHABLE : REFUSED;
  }
}

/* --- writing --- */

static unsigned call_ms(const struct dw_events *events) {
  unsigned most = events->options.call_ms;
  if (!atomic_load(&events->stopping))
    return most;
  int64_t left = atomic_load(&events->stop_by) - dw_now_milliseconds();
  return left < 1 ? 1 : left < (int64_t)most ? (unsigned)left : most;
}

static void path_of(const struct dw_event *event, const char *name, struct dw_buf *out) {
  dw_buf_puts(out, "/api/v1/namespaces/");
  dw_api_escape(out, event->ns);
  dw_buf_puts(out, "/events");
  if (name != NULL) {
    dw_buf_putc(out, '/');
    dw_api_escape(out, name);
  }
}

static void write_event(struct dw_events *events, const struct dw_event_entry *entry, bool patch,
                        struct dw_api_result *result) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  struct dw_event_facts facts = dw_event_facts_of(&events->table, entry);
  path_of(entry->event, patch ? entry->name : NULL, &path);
  (patch ? dw_event_write_patch : dw_event_write)(entry->event, &facts, &body);
  struct dw_api_request request = {.method = patch ? "PATCH" : "POST",
                                   .path = dw_buf_text(&path),
                                   .body = dw_buf_text(&body),
                                   .length = body.length,
                                   .content_type = patch ? "application/merge-patch+json" : "application/json",
                                   .timeout_ms = call_ms(events)};
  (void)!dw_api_call(events->client, &request, result);
}

/* Creates or patches the Event. If it already exists (409), another replica has created it, or the answer to an earlier
 * try was lost; if it no longer exists (404), the API server has deleted it. In both cases the other way is tried. */
static bool create_or_patch(struct dw_events *events, const struct dw_event_entry *entry,
                            struct dw_api_result *result) {
  bool patch = entry->created;
  for (int tries = 0; tries < 2; tries++) {
    write_event(events, entry, patch, result);
    if (result->complete && result->status >= 200 && result->status <= 299)
      return true;
    if (result->status != (patch ? 404 : 409))
      return false;
    patch = !patch;
  }
  return false;
}

/* Returns false if the API server can't be used now. */
static bool send_entry(struct dw_events *events, struct dw_event_entry *entry) {
  struct dw_api_result result;
  if (create_or_patch(events, entry, &result)) {
    atomic_fetch_add(&events->sent, dw_event_sent(&events->table, entry, dw_now_milliseconds()));
    note_success(events);
    return true;
  }
  if (result.stopped)
    return false;
  enum failure failure = failure_of(result.status);
  if (failure == UNREACHABLE) {
    atomic_fetch_add(&events->failed, dw_event_missed(&events->table, entry, dw_now_milliseconds()));
    events->paused_until = dw_now_milliseconds() + dw_backoff_next(&events->backoff, result.retry_after_ms);
    log_failure(events, failure, entry->event->ns, result.message);
    return false;
  }
  atomic_fetch_add(&events->failed, dw_event_refused(&events->table, entry, dw_now_milliseconds()));
  log_failure(events, failure, entry->event->ns, result.message);
  return true;
}

/* --- the thread --- */

/* Returns the milliseconds until the rate allows a write, or 0 if it does now: then a token is used. */
static int64_t acquire_token(struct dw_events *events, int64_t now) {
  double rate = events->options.rate;
  events->bucket += (double)(now - events->filled_at) * rate / 1000;
  events->bucket = events->bucket > rate ? rate : events->bucket;
  events->filled_at = now;
  if (events->bucket < 1)
    return (int64_t)((1 - events->bucket) * 1000 / rate) + 1;
  events->bucket--;
  return 0;
}

/* Writes an Event if one is due. Returns the milliseconds until the next step. */
static int64_t step(struct dw_events *events) {
  int64_t now = dw_now_milliseconds(), wait = 0;
  if (now < events->paused_until)
    return events->paused_until - now;
  struct dw_event_entry *entry = dw_event_table_due(&events->table, now, &wait);
  if (entry == NULL)
    return wait;
  wait = acquire_token(events, now);
  if (wait == 0)
    send_entry(events, entry);
  return wait;
}

static void pause_for(struct dw_events *events, int64_t milliseconds) {
  int64_t until = dw_now_milliseconds() + milliseconds;
  struct timespec deadline = dw_deadline(until * 1000);
  if (milliseconds > 0)
    (void)sem_clockwait(&events->wake, CLOCK_MONOTONIC, &deadline);
  while (sem_trywait(&events->wake) == 0)
    continue;
}

static void flush(struct dw_events *events) {
  receive_all(events);
  for (struct dw_event_entry *entry; (entry = dw_event_table_waiting(&events->table)) != NULL;)
    if (dw_now_milliseconds() >= atomic_load(&events->stop_by) || !send_entry(events, entry))
      break;
  for (size_t i = 0; i < DW_EVENT_ENTRIES; i++)
    atomic_fetch_add(&events->dropped, events->table.entries[i].waiting);
}

static void *run(void *context) {
  struct dw_events *events = context;
  while (!atomic_load(&events->stopping)) {
    receive_all(events);
    pause_for(events, step(events));
  }
  flush(events);
  sem_post(&events->ended);
  return NULL;
}

/* --- start and stop --- */

static void fill_in(struct dw_events *events, const struct dw_events_options *options) {
  struct dw_events_options *own = &events->options;
  struct timespec now;
  *own = *options;
  own->call_ms = dw_or_default(own->call_ms, CALL_MS);
  own->rate = dw_or_default(own->rate, RATE);
  if (options->instance != NULL)
    snprintf(events->instance, sizeof events->instance, "%s", options->instance);
  else if (gethostname(events->instance, sizeof events->instance) != 0 || events->instance[0] == '\0')
    snprintf(events->instance, sizeof events->instance, "droveway");
  events->instance[MOST_INSTANCE] = '\0';
  clock_gettime(CLOCK_REALTIME, &now);
  events->table.instance = events->instance;
  events->table.salt = (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
  events->table.times = (struct dw_event_times){.window = dw_or_default(own->window_ms, WINDOW_MS),
                                                .again = dw_or_default(own->again_ms, AGAIN_MS),
                                                .refresh = dw_or_default(own->refresh_ms, REFRESH_MS),
                                                .refused = dw_or_default(own->refused_ms, REFUSED_MS),
                                                .give_up = GIVE_UP_MS};
  events->backoff = (struct dw_backoff){.first_ms = FIRST_WAIT_MS, .most_ms = MOST_WAIT_MS};
  events->bucket = own->rate;
  events->filled_at = dw_now_milliseconds();
}

static void destroy(struct dw_events *events) {
  dw_event_queue_destroy(&events->queue);
  dw_event_table_clear(&events->table);
  dw_api_client_free(events->client);
  sem_destroy(&events->wake);
  sem_destroy(&events->ended);
  free(events);
}

struct dw_events *dw_events_start(const struct dw_events_options *options, struct dw_error *err) {
  struct dw_events *events = calloc(1, sizeof *events);
  if (events == NULL)
    abort();
  sem_init(&events->wake, 0, 0);
  sem_init(&events->ended, 0, 0);
  atomic_init(&events->flush_ms, FLUSH_MS);
  dw_event_queue_init(&events->queue);
  fill_in(events, options);
  events->client = dw_api_client_new(options->config, err);
  if (events->client != NULL) {
    if (pthread_create(&events->thread, NULL, run, events) == 0)
      return events;
    dw_error_set(err, DW_ERR_OTHER, "can't start a thread");
  }
  destroy(events);
  return NULL;
}

void dw_events_limit_stop(struct dw_events *events, unsigned milliseconds) {
  atomic_store(&events->flush_ms, milliseconds);
}

void dw_events_stop(struct dw_events *events) {
  if (events == NULL)
    return;
  int64_t until = dw_now_milliseconds() + atomic_load(&events->flush_ms);
  struct timespec deadline = dw_deadline(until * 1000);
  atomic_store(&events->stop_by, until);
  atomic_store(&events->stopping, true);
  sem_post(&events->wake);
  while (sem_clockwait(&events->ended, CLOCK_MONOTONIC, &deadline) != 0 && dw_now_milliseconds() < until)
    continue;
  dw_api_client_interrupt(events->client);
  pthread_join(events->thread, NULL);
  destroy(events);
}

/* --- metrics --- */

void dw_events_metrics(struct dw_events *events, struct dw_buf *out) {
  dw_metric_head(out, "events_total", "counter",
                 "Denials and findings reported as an Event, failed, or dropped: the queue or the table of Events was "
                 "full, the object's name was not valid, or the process ended.");
  dw_buf_printf(out,
                "droveway_events_total{result=\"sent\"} %llu\n"
                "droveway_events_total{result=\"failed\"} %llu\n"
                "droveway_events_total{result=\"dropped\"} %llu\n",
                (unsigned long long)atomic_load(&events->sent), (unsigned long long)atomic_load(&events->failed),
                (unsigned long long)atomic_load(&events->dropped));
}
