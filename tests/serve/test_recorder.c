#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve/recorder.h"
#include "support/log_file.h"
#include "support/run_program.h"

enum { MEGABYTE = 1 << 20, ROOM = 16 };

static const struct dw_request request = {
    .kind = "NetworkAttachmentDefinition", .name = "net", .operation = DW_OP_CREATE};

struct fixture {
  struct log_file log;
  char folder[64];
  char *body; /* a megabyte */
  struct dw_recorder *recorder;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  struct dw_error err = DW_ERROR_INIT;
  assert_non_null(f);
  f->body = malloc(MEGABYTE);
  assert_non_null(f->body);
  memset(f->body, ' ', MEGABYTE);
  log_file_begin(&f->log);
  folder_make(f->folder);
  f->recorder = dw_recorder_new(f->folder, &err);
  assert_non_null(f->recorder);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  dw_recorder_free(f->recorder);
  folder_remove(f->folder);
  log_file_end(&f->log);
  free(f->body);
  free(f);
  return 0;
}

static void start(struct fixture *f) {
  struct dw_error err = DW_ERROR_INIT;
  if (dw_recorder_start(f->recorder, &err) != 0)
    fail_msg("%s", err.text);
}

/* Writes all queued reviews. */
static void finish(struct fixture *f) {
  dw_recorder_free(f->recorder);
  f->recorder = NULL;
}

static bool is_there(const struct fixture *f, unsigned number) {
  char path[160];
  snprintf(path, sizeof path, "%s/%06u-validate-CREATE-NetworkAttachmentDefinition-net.json", f->folder, number);
  return access(path, F_OK) == 0;
}

/* No thread writes yet, as if the disk hung: reviews are answered, and the queue is limited. */
static void a_disk_that_hangs_delays_no_review(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < ROOM + 3; i++)
    dw_recorder_keep(f->recorder, false, &request, f->body, MEGABYTE);
  assert_false(is_there(f, 0));
  start(f);
  wait_for_text(f->log.path,
                "\"level\":\"warn\",\"msg\":\"reviews were not recorded because the disk was too slow\","
                "\"count\":3}",
                1);
  dw_recorder_keep(f->recorder, false, &request, f->body, 1);
  finish(f);
  for (unsigned i = 0; i <= ROOM; i++)
    assert_true(is_there(f, i)); /* no number is skipped */
  assert_false(is_there(f, ROOM + 1));
}

static void queued_reviews_are_written_at_the_end(void **state) {
  struct fixture *f = *state;
  start(f);
  for (int i = 0; i < ROOM; i++)
    dw_recorder_keep(f->recorder, false, &request, f->body, MEGABYTE);
  finish(f);
  for (unsigned i = 0; i < ROOM; i++)
    assert_true(is_there(f, i));
}

static void logs_a_failure_once_and_stops_recording(void **state) {
  struct fixture *f = *state;
  char path[160];
  snprintf(path, sizeof path, "%s/000000-validate-CREATE-NetworkAttachmentDefinition-net.json.part", f->folder);
  FILE *other = fopen(path, "w"); /* exists already */
  assert_non_null(other);
  fclose(other);
  start(f);
  dw_recorder_keep(f->recorder, false, &request, f->body, 10);
  wait_for_text(f->log.path, "\"level\":\"error\",\"msg\":\"can't record a review (File exists); recording stops\"}",
                1);
  dw_recorder_keep(f->recorder, false, &request, f->body, 10);
  finish(f);
  assert_false(is_there(f, 1));
  assert_int_equal(count_in_file(f->log.path, "\n"), 1);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(a_disk_that_hangs_delays_no_review),
      TEST(queued_reviews_are_written_at_the_end),
      TEST(logs_a_failure_once_and_stops_recording),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
