/* D. Vyukov's bounded queue: each slot counts whose turn it is. */
#include "server/event_queue.h"

void dw_event_queue_init(struct dw_event_queue *queue) {
  atomic_init(&queue->pushes, 0);
  queue->pops = 0;
  for (size_t i = 0; i < DW_EVENT_QUEUE; i++)
    atomic_init(&queue->slots[i].turn, i);
}

bool dw_event_queue_push(struct dw_event_queue *queue, struct dw_event *event) {
  size_t at = atomic_load_explicit(&queue->pushes, memory_order_relaxed);
  struct dw_event_slot *slot = NULL;
  for (;;) {
    slot = &queue->slots[at % DW_EVENT_QUEUE];
    size_t turn = atomic_load_explicit(&slot->turn, memory_order_acquire);
    if (turn == at) {
      if (atomic_compare_exchange_weak_explicit(&queue->pushes, &at, at + 1, memory_order_relaxed,
                                                memory_order_relaxed))
        break;
    } else if (turn - at > SIZE_MAX / 2) { /* behind: it waits for its pop still */
      return false;
    } else {
      at = atomic_load_explicit(&queue->pushes, memory_order_relaxed);
    }
  }
  slot->event = event;
  atomic_store_explicit(&slot->turn, at + 1, memory_order_release);
  return true;
}

struct dw_event *dw_event_queue_pop(struct dw_event_queue *queue) {
  struct dw_event_slot *slot = &queue->slots[queue->pops % DW_EVENT_QUEUE];
  if (atomic_load_explicit(&slot->turn, memory_order_acquire) != queue->pops + 1)
    return NULL;
  struct dw_event *event = slot->event;
  atomic_store_explicit(&slot->turn, queue->pops + DW_EVENT_QUEUE, memory_order_release);
  queue->pops++;
  return event;
}
