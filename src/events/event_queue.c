#include "events/event_queue.h"

void dw_event_queue_init(struct dw_event_queue *queue) {
  pthread_mutex_init(&queue->lock, NULL);
  queue->first = queue->count = 0;
}

void dw_event_queue_destroy(struct dw_event_queue *queue) {
  pthread_mutex_destroy(&queue->lock);
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
