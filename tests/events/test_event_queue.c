#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>

#include "events/events.h"

enum { PUSHERS = 4, EACH = 5000 };

static void accepts_events_up_to_its_capacity(void **state) {
  static struct dw_event events[DW_EVENT_QUEUE + 1];
  static struct dw_event_queue queue;
  (void)state;
  dw_event_queue_init(&queue);
  assert_null(dw_event_queue_pop(&queue));
  for (int round = 0; round < 3; round++) {
    for (size_t i = 0; i < DW_EVENT_QUEUE; i++)
      assert_true(dw_event_queue_push(&queue, &events[i]));
    assert_false(dw_event_queue_push(&queue, &events[DW_EVENT_QUEUE]));
    assert_ptr_equal(dw_event_queue_pop(&queue), &events[0]);
    assert_true(dw_event_queue_push(&queue, &events[DW_EVENT_QUEUE]));
    for (size_t i = 1; i <= DW_EVENT_QUEUE; i++)
      assert_ptr_equal(dw_event_queue_pop(&queue), &events[i]);
    assert_null(dw_event_queue_pop(&queue));
  }
  dw_event_queue_destroy(&queue);
}

struct pusher {
  struct dw_event_queue *queue;
  struct dw_event events[EACH];
  pthread_t thread;
};

static void *push_all(void *context) {
  struct pusher *pusher = context;
  for (int i = 0; i < EACH; i++) {
    pusher->events[i].time = i;
    while (!dw_event_queue_push(pusher->queue, &pusher->events[i]))
      sched_yield();
  }
  return NULL;
}

static void loses_and_duplicates_no_event(void **state) {
  static struct dw_event_queue queue;
  static struct pusher pushers[PUSHERS];
  int64_t next[PUSHERS] = {0};
  (void)state;
  dw_event_queue_init(&queue);
  for (int p = 0; p < PUSHERS; p++) {
    pushers[p].queue = &queue;
    assert_int_equal(pthread_create(&pushers[p].thread, NULL, push_all, &pushers[p]), 0);
  }
  for (int got = 0; got < PUSHERS * EACH;) {
    const struct dw_event *event = dw_event_queue_pop(&queue);
    if (event == NULL) {
      sched_yield();
      continue;
    }
    for (int p = 0; p < PUSHERS; p++)
      if (event >= pushers[p].events && event < pushers[p].events + EACH)
        assert_int_equal(event->time, next[p]++); /* in the order in which each thread pushed them */
    got++;
  }
  for (int p = 0; p < PUSHERS; p++) {
    pthread_join(pushers[p].thread, NULL);
    assert_int_equal(next[p], EACH);
  }
  assert_null(dw_event_queue_pop(&queue));
  dw_event_queue_destroy(&queue);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_events_up_to_its_capacity),
      cmocka_unit_test(loses_and_duplicates_no_event),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
