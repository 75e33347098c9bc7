/* Denials and violations in existing objects as Events of the cluster, which `kubectl get events` and `kubectl
 * describe` show beside the object. They never delay an answer: they wait in a bounded queue, and one
 * thread writes.
 */
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
  const struct dw_api_config *config; /* must outlive it */
  const char *instance;               /* who writes; NULL: the host's name, in a pod the pod's */
  /* Milliseconds, 0 for what stands behind each. */
  unsigned call_ms;    /* for one write: 5 s */
  unsigned again_ms;   /* between writes of one Event: 5 s */
  unsigned window_ms;  /* denials of one object by the same rules, no further apart, are one Event: 10 min */
  unsigned refresh_ms; /* between writes of an unchanged finding: 50 min, as the API server forgets Events after 60 */
  unsigned refused_ms; /* before what was refused is tried again: 1 min */
  unsigned rate;       /* writes a second, and as many at once; 0 for 10 */
};

/* NULL if it can't be started. */
struct dw_events *dw_events_start(const struct dw_events_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* How long dw_events_stop() may go on writing: a second by default. */
void dw_events_limit_stop(struct dw_events *events, unsigned milliseconds) __attribute__((nonnull));
/* Writes what waits, as far as there is time. Nobody may report anything to it any more. NULL is allowed. */
void dw_events_stop(struct dw_events *events);

/* Both from any thread; they return at once. */
void dw_events_denied(struct dw_events *events, const struct dw_request *request, const struct dw_answer *answer)
    __attribute__((nonnull)); /* what was denied with code 422; dry runs and all else are ignored */
void dw_events_audited(struct dw_events *events, const struct dw_audited *audited)
    __attribute__((nonnull)); /* an existing object that a denying rule rejects; all else is ignored */

/* Appends its metrics. */
void dw_events_metrics(struct dw_events *events, struct dw_buf *out) __attribute__((nonnull));

/* --- the queue from the threads that answer to the one that writes: a bounded ring --- */

enum { DW_EVENT_QUEUE = 256 };

struct dw_event_queue {
  pthread_mutex_t lock;
  struct dw_event *events[DW_EVENT_QUEUE];
  size_t first, count;
};

void dw_event_queue_init(struct dw_event_queue *queue) __attribute__((nonnull));
void dw_event_queue_destroy(struct dw_event_queue *queue) __attribute__((nonnull));
/* From any thread; false where it is full. Takes EVENT over where true. */
bool dw_event_queue_push(struct dw_event_queue *queue, struct dw_event *event)
    __attribute__((nonnull, warn_unused_result));
/* From any thread; NULL where it is empty. */
struct dw_event *dw_event_queue_pop(struct dw_event_queue *queue) __attribute__((nonnull, warn_unused_result));

#endif
