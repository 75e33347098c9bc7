/* Writes denials, and findings in existing objects, as Events that `kubectl get events` and `kubectl describe` show
 * with the object. They never delay an answer: they wait in a bounded queue, and one thread writes them. */
#ifndef EVENTS_EVENTS_H
#define EVENTS_EVENTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "events/event.h"
#include "kube/api.h"
#include "rules/audit.h"
#include "rules/review.h"

struct dw_events;

struct dw_events_options {
  const struct dw_api_config *config; /* must outlive the result */
  const char *instance;               /* who reports; NULL: the host name, which is the pod's name in a pod */
  /* Milliseconds; 0 means the default that is given here. */
  unsigned call_ms;    /* for one write: 5 s */
  unsigned again_ms;   /* between writes of one Event: 5 s */
  unsigned window_ms;  /* a denial that repeats within this time counts in the same Event: 10 min */
  unsigned refresh_ms; /* between writes of an unchanged finding: 50 min, because Events are deleted after 60 */
  unsigned refused_ms; /* until a write that was rejected is retried: 1 min */
  unsigned rate;       /* writes per second, and as many in a burst; 0 means 10 */
};

/* Starts the thread that writes. Returns NULL on error. */
struct dw_events *dw_events_start(const struct dw_events_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* Limits how long dw_events_stop() may continue to write: a second by default. */
void dw_events_limit_stop(struct dw_events *events, unsigned milliseconds) __attribute__((nonnull));
/* Writes the queued Events, as far as there is time, and frees EVENTS. Nothing may be reported any more. NULL is
 * allowed. */
void dw_events_stop(struct dw_events *events);

/* Report a denial and an audit finding. Any thread may call them; they return at once. */
void dw_events_denied(struct dw_events *events, const struct dw_request *request, const struct dw_answer *answer)
    __attribute__((nonnull)); /* ignores dry runs, and every answer but a denial with code 422 */
void dw_events_audited(struct dw_events *events, const struct dw_audited *audited)
    __attribute__((nonnull)); /* ignores objects that no rule denies */

/* Appends its metrics. */
void dw_events_metrics(struct dw_events *events, struct dw_buf *out) __attribute__((nonnull));

/* --- the queue from the request threads to the one that writes: a bounded ring --- */

enum { DW_EVENT_QUEUE = 256 };

struct dw_event_queue {
  pthread_mutex_t lock;
  struct dw_event *events[DW_EVENT_QUEUE];
  size_t first, count;
};

void dw_event_queue_init(struct dw_event_queue *queue) __attribute__((nonnull));
/* Frees the events that are left. */
void dw_event_queue_destroy(struct dw_event_queue *queue) __attribute__((nonnull));
/* Any thread may call both. Push returns false if the queue is full; otherwise EVENT belongs to the queue. Pop returns
 * NULL if it is empty; otherwise the caller owns the result. */
bool dw_event_queue_push(struct dw_event_queue *queue, struct dw_event *event)
    __attribute__((nonnull, warn_unused_result));
struct dw_event *dw_event_queue_pop(struct dw_event_queue *queue) __attribute__((nonnull, warn_unused_result));

#endif
