/* From the threads that answer to the one that sends: bounded, without locks. */
#ifndef SERVER_EVENT_QUEUE_H
#define SERVER_EVENT_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "server/event.h"

enum { DW_EVENT_QUEUE = 256 };

struct dw_event_slot {
  atomic_size_t turn; /* whose it is: of the push of that number, or, one more, of its pop */
  struct dw_event *event;
};

struct dw_event_queue {
  struct dw_event_slot slots[DW_EVENT_QUEUE];
  atomic_size_t pushes;
  size_t pops;
};

void dw_event_queue_init(struct dw_event_queue *queue) __attribute__((nonnull));
/* From any thread; false where it is full. Takes EVENT over where true. */
bool dw_event_queue_push(struct dw_event_queue *queue, struct dw_event *event)
    __attribute__((nonnull, warn_unused_result));
/* From one thread; NULL where it is empty. */
struct dw_event *dw_event_queue_pop(struct dw_event_queue *queue) __attribute__((nonnull, warn_unused_result));

#endif
