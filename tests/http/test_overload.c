#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "http/connections.h"
#include "support/log_file.h"
#include "support/run_program.h"

static const char begins[] = "connections are refused or closed because of a limit";
static const char ends[] = "\"no more connections are refused or closed because of a limit\"";
static const char left_out[] = "more requests were refused than were logged";

struct fixture {
  struct overload overload;
  struct dw_http_load load;
  struct log_file log;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  log_file_begin(&f->log);
  f->overload = (struct overload){.listener = "webhook", .load = &f->load};
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  log_file_end(&f->log);
  free(f);
  return 0;
}

/* Makes the last line appear SECONDS old. */
static void age(struct fixture *f, int64_t seconds) {
  f->overload.reported_at -= seconds * 1000000;
  f->overload.left_out_at -= seconds * 1000000;
}

static void hit(struct fixture *f, enum dw_bound limit, unsigned times) {
  while (times-- > 0)
    dw_bound_hit(&f->load.hits, limit);
}

/* The line "no more connections ..." contains the text of the first one, too. */
static size_t count_begins(const struct fixture *f) {
  return count_in_file(f->log.path, begins) - count_in_file(f->log.path, ends);
}

static void logs_nothing_without_refusals(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < 5; i++, age(f, 60))
    dw_overload_report(&f->overload);
  char *log = file_text(f->log.path, NULL);
  assert_string_equal(log, "");
  free(log);
}

static void logs_when_refusing_begins_continues_and_ends(void **state) {
  struct fixture *f = *state;
  hit(f, DW_BOUND_CONNECTIONS, 3);
  hit(f, DW_BOUND_CONNECTION_RATE, 1);
  dw_overload_report(&f->overload);
  assert_int_equal(count_begins(f), 1);
  assert_int_equal(count_in_file(f->log.path, "\"listener\":\"webhook\",\"connections\":3,\"connection_rate\":1}"), 1);
  for (int i = 0; i < 100; i++) { /* not one line each */
    hit(f, DW_BOUND_CONNECTIONS, 1);
    dw_overload_report(&f->overload);
  }
  assert_int_equal(count_begins(f), 1);
  age(f, 10);
  dw_overload_report(&f->overload);
  assert_int_equal(count_begins(f), 2);
  assert_int_equal(count_in_file(f->log.path, "\"connections\":100}"), 1);
  age(f, 9);
  dw_overload_report(&f->overload);
  assert_int_equal(count_in_file(f->log.path, ends), 0);
  age(f, 1);
  dw_overload_report(&f->overload);
  assert_int_equal(count_in_file(f->log.path, ends), 1);
  age(f, 60);
  dw_overload_report(&f->overload);
  assert_int_equal(count_in_file(f->log.path, ends), 1);
  hit(f, DW_BOUND_REQUEST_TIME, 1); /* and at once when it begins again */
  dw_overload_report(&f->overload);
  assert_int_equal(count_begins(f), 3);
}

static void ignores_idle_connections_and_refused_requests(void **state) {
  struct fixture *f = *state;
  hit(f, DW_BOUND_IDLE_TIME, 5);
  hit(f, DW_BOUND_BODY, 5);
  dw_overload_report(&f->overload);
  assert_int_equal(count_begins(f), 0);
}

static void counts_dropped_lines_once_per_second(void **state) {
  struct fixture *f = *state;
  f->load.refusals.left_out = 7;
  age(f, 60);
  dw_overload_report(&f->overload);
  assert_int_equal(count_in_file(f->log.path, left_out), 1);
  assert_int_equal(count_in_file(f->log.path, "\"listener\":\"webhook\",\"count\":7}"), 1);
  f->load.refusals.left_out = 5;
  dw_overload_report(&f->overload);
  assert_int_equal(count_in_file(f->log.path, left_out), 1);
  age(f, 1);
  dw_overload_report(&f->overload);
  assert_int_equal(count_in_file(f->log.path, "\"count\":5}"), 1);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(logs_nothing_without_refusals),
      TEST(logs_when_refusing_begins_continues_and_ends),
      TEST(ignores_idle_connections_and_refused_requests),
      TEST(counts_dropped_lines_once_per_second),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
