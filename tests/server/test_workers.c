/* Which worker a connection goes to, and when there is one more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "server/workers.h"
#include "support/log_file.h"

enum { FULL = 64, MANY = 1000 };

struct starter {
  unsigned started, most; /* more than MOST can't be started */
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
  dw_workers_free(workers);
}

static struct worker *place(struct workers *workers) {
  struct worker *worker = dw_workers_pick(workers);
  atomic_fetch_add(&worker->load, 1);
  return worker;
}

static void connections_are_shared_evenly(void **state) {
  (void)state;
  struct starter starter = {.most = MANY};
  struct workers *workers = start_workers(&starter, 3, MANY);
  struct worker *first = place(workers), *second = place(workers), *third = place(workers);
  assert_ptr_not_equal(first, second);
  assert_ptr_not_equal(second, third);
  assert_ptr_not_equal(third, first);
  for (int i = 0; i < 3 * (FULL - 1); i++)
    place(workers);
  assert_int_equal(starter.started, 3);
  assert_int_equal(atomic_load(&first->load), FULL);
  assert_int_equal(atomic_load(&second->load), FULL);
  assert_int_equal(atomic_load(&third->load), FULL);
  atomic_store(&second->load, 1);
  assert_ptr_equal(place(workers), second);
  end(workers);
}

static void one_more_is_started_where_all_are_full(void **state) {
  (void)state;
  struct starter starter = {.most = MANY};
  struct workers *workers = start_workers(&starter, 1, 3 * FULL);
  struct worker *first = place(workers);
  for (int i = 1; i < FULL; i++)
    assert_ptr_equal(place(workers), first);
  assert_int_equal(starter.started, 1);
  struct worker *second = place(workers);
  assert_ptr_not_equal(second, first);
  assert_int_equal(starter.started, 2);
  for (int i = 1; i < FULL; i++)
    assert_ptr_equal(place(workers), second);
  atomic_fetch_sub(&first->load, 1); /* where there is room among the usual ones, it is taken first */
  assert_ptr_equal(place(workers), first);
  for (int i = 0; i < FULL; i++)
    place(workers);
  assert_int_equal(starter.started, 3);
  for (int i = 0; i < 10; i++)
    place(workers); /* there are as many as the connections need: no more */
  assert_int_equal(starter.started, 3);
  end(workers);
}

static void few_connections_need_no_more_than_the_threads(void **state) {
  (void)state;
  struct starter starter = {.most = MANY};
  struct workers *workers = start_workers(&starter, 4, 10);
  assert_int_equal(starter.started, 4);
  end(workers);
}

static void where_none_can_be_started_the_others_share(void **state) {
  (void)state;
  struct log_file log;
  struct starter starter = {.most = 2};
  log_file_begin(&log);
  struct workers *workers = start_workers(&starter, 2, MANY);
  for (int i = 0; i < 3 * FULL; i++)
    place(workers);
  assert_int_equal(starter.started, 2);
  struct worker *first = place(workers), *second = place(workers);
  assert_ptr_not_equal(first, second);
  assert_int_equal(atomic_load(&first->load) + atomic_load(&second->load), 3 * FULL + 2);
  static const char line[] =
      "\"msg\":\"can't start another thread for connections; the 2 that run share them (raise the "
      "limit of threads)\"";
  assert_int_equal(count_in_file(log.path, line), 1);
  starter.most = MANY;
  place(workers);
  assert_int_equal(starter.started, 3);
  assert_int_equal(count_in_file(log.path, "msg"), 1);
  end(workers);
  log_file_end(&log);
}

static void without_its_threads_it_does_not_start(void **state) {
  (void)state;
  struct starter starter = {.most = 2};
  struct dw_error err = DW_ERROR_INIT;
  assert_null(dw_workers_start(3, MANY, start, &starter, &err));
  assert_string_equal(err.text, "can't start the threads that answer");
  assert_int_equal(starter.started, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(connections_are_shared_evenly),
      cmocka_unit_test(one_more_is_started_where_all_are_full),
      cmocka_unit_test(few_connections_need_no_more_than_the_threads),
      cmocka_unit_test(where_none_can_be_started_the_others_share),
      cmocka_unit_test(without_its_threads_it_does_not_start),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
