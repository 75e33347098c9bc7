/* From the threads that answer to the one that sends: a bounded ring. */
#ifndef EVENTS_EVENT_QUEUE_H
#define EVENTS_EVENT_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "events/event.h"

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
