/* The number of workers, and which one a connection is assigned to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "http/http.h"
#include "http/workers.h"

enum { FULL = 64, MANY = 1000 };

struct starter {
  unsigned started, most; /* only MOST can be started */
};

static enum MHD_Result no_answer(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                 const char *version, const char *data, size_t *size, void **context) {
  (void)cls, (void)connection, (void)url, (void)method, (void)version, (void)data, (void)size, (void)context;
  return MHD_NO;
}

static struct MHD_Daemon *start(void *context) {
  struct starter *starter = context;
  if (starter->started == starter->most)
    return NULL;
  starter->started++;
  return MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
                          no_answer, NULL, MHD_OPTION_END);
}

static struct workers *start_workers(struct starter *starter, unsigned threads, unsigned most_connections) {
  struct dw_error err = DW_ERROR_INIT;
  struct workers *workers = dw_workers_start(threads, most_connections, start, starter, &err);
  if (workers == NULL)
    fail_msg("%s", err.text);
  return workers;
}

static void end(struct workers *workers) {
  dw_workers_stop(workers);
  free(workers);
}

static struct worker *place(struct workers *workers) {
  struct worker *worker = dw_workers_pick(workers);
  atomic_fetch_add(&worker->load, 1);
  return worker;
}

static void assigns_connections_evenly(void **state) {
  (void)state;
  struct starter starter = {.most = MANY};
  struct workers *workers = start_workers(&starter, 3, 3 * FULL);
  assert_int_equal(starter.started, 3);
  struct worker *first = place(workers), *second = place(workers), *third = place(workers);
  assert_ptr_not_equal(first, second);
  assert_ptr_not_equal(second, third);
  assert_ptr_not_equal(third, first);
  for (int i = 0; i < 3 * (FULL - 1); i++)
    place(workers);
  assert_int_equal(atomic_load(&first->load), FULL);
  assert_int_equal(atomic_load(&second->load), FULL);
  assert_int_equal(atomic_load(&third->load), FULL);
  atomic_store(&second->load, 1);
  assert_ptr_equal(place(workers), second);
  end(workers);
}

static void further_threads_get_connections_when_the_usual_ones_are_full(void **state) {
  (void)state;
  struct starter starter = {.most = MANY};
  struct workers *workers = start_workers(&starter, 1, 3 * FULL - 1);
  assert_int_equal(starter.started, 3);
  struct worker *first = place(workers);
  for (int i = 1; i < FULL; i++)
    assert_ptr_equal(place(workers), first);
  struct worker *second = place(workers);
  assert_ptr_not_equal(second, first);
  for (int i = 1; i < FULL; i++)
    assert_ptr_equal(place(workers), second);
  struct worker *third = place(workers);
  assert_ptr_not_equal(third, first);
  assert_ptr_not_equal(third, second);
  atomic_fetch_sub(&second->load, 1);
  assert_ptr_equal(place(workers), second);
  atomic_fetch_sub(&first->load, 1);
  assert_ptr_equal(place(workers), first);
  for (int i = 0; i < FULL - 1 + 3; i++) /* three more than there is room for */
    place(workers);
  assert_int_equal(atomic_load(&first->load), FULL + 1);
  assert_int_equal(atomic_load(&second->load), FULL + 1);
  assert_int_equal(atomic_load(&third->load), FULL + 1);
  end(workers);
}

static unsigned started(unsigned threads, unsigned most_connections) {
  struct starter starter = {.most = MANY};
  end(start_workers(&starter, threads, most_connections));
  return starter.started;
}

static void starts_as_many_as_the_connections_need(void **state) {
  (void)state;
  assert_int_equal(started(1, 1), 1);
  assert_int_equal(started(1, FULL), 1);
  assert_int_equal(started(1, FULL + 1), 2);
  assert_int_equal(started(4, 10), 4);
  assert_int_equal(started(2, 1000), 16);
  assert_int_equal(started(1, 60000), DW_MAX_THREADS);
}

static void starts_none_if_one_can_not_be_started(void **state) {
  (void)state;
  struct starter starter = {.most = 2};
  struct dw_error err = DW_ERROR_INIT;
  assert_null(dw_workers_start(3, 10, start, &starter, &err));
  assert_string_equal(err.text, "can't start 3 request threads; 2 started");
  assert_int_equal(starter.started, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(assigns_connections_evenly),
      cmocka_unit_test(further_threads_get_connections_when_the_usual_ones_are_full),
      cmocka_unit_test(starts_as_many_as_the_connections_need),
      cmocka_unit_test(starts_none_if_one_can_not_be_started),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
