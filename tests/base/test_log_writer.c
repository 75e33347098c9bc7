/* The thread that writes the log: pipes that nobody reads, closed pipes, full disks, and the end of the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "support/waiting.h"

enum { PATIENCE_STEPS = 6000 }; /* of 10 ms */

/* A pipe instead of standard error. */
struct pipe_log {
  int reader;
  int kept; /* standard error */
};

static struct pipe_log pipe_begin(int flags) {
  int ends[2];
  struct pipe_log log;
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
  log = (struct pipe_log){ends[0], dup(STDERR_FILENO)};
  assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
  close(ends[1]);
  return log;
}

/* Closes the pipe for writing, so that a reader reaches its end. */
static void pipe_end(struct pipe_log *log) {
  dup2(log->kept, STDERR_FILENO);
  close(log->kept);
}

static void start_writer(void) {
  struct dw_error err = DW_ERROR_INIT;
  if (dw_log_start_writer(&err) != 0)
    fail_msg("%s", err.text);
}

/* Reads everything up to the end of the pipe. */
static void *read_all(void *context) {
  struct dw_buf *out = calloc(1, sizeof *out);
  char part[4096];
  for (ssize_t got; (got = read(*(int *)context, part, sizeof part)) > 0;)
    dw_buf_add(out, part, (size_t)got);
  return out;
}

static char *finish_reading(pthread_t reader) {
  void *read = NULL;
  pthread_join(reader, &read);
  struct dw_buf *buf = read;
  char *text = dw_buf_steal(buf, NULL);
  free(buf);
  return text;
}

static void log_numbers(unsigned first, unsigned count) {
  static const char filler[] = "0123456789012345678901234567890123456789012345678901234567890123456789";
  for (unsigned i = first; i < first + count; i++)
    dw_log_with(DW_LOG_INFO, "line", dw_log_integer("number", i), dw_log_string("filler", filler));
}

/* The number of lines that the report in LINE states; 0 if it is not a report. */
static unsigned long dropped_by(const char *line) {
  static const char head[] = "\"level\":\"error\",\"msg\":\"log lines were dropped because standard error was blocked "
                             "or too slow\",\"count\":";
  const char *at = strstr(line, head);
  return at == NULL ? 0 : strtoul(at + strlen(head), NULL, 10);
}

/* Checks the lines of TEXT: ascending numbers, and reports in place of missing ones. Returns how many lines are
 * accounted for. */
static unsigned long check_numbers(char *text, unsigned long *dropped, unsigned *reports) {
  unsigned long next = 0;
  char *rest = text;
  *dropped = *reports = 0;
  for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0';) {
    unsigned long missing = dropped_by(line);
    const char *number = strstr(line, "\"number\":");
    if ((missing == 0) == (number == NULL) || line[strlen(line) - 1] != '}')
      fail_msg("\"%s\" is no whole line", line);
    if (number != NULL)
      assert_int_equal(strtoul(number + strlen("\"number\":"), NULL, 10), next);
    next += number != NULL ? 1 : missing;
    *dropped += missing;
    *reports += missing > 0;
  }
  return next;
}

static void logging_never_blocks_and_missing_lines_are_reported(void **state) {
  enum { LINES = 20000 }; /* 3.4 MB */
  (void)state;
  uint64_t before = dw_log_dropped();
  struct pipe_log log = pipe_begin(0);
  unsigned long dropped = 0;
  unsigned reports = 0;
  pthread_t reader;
  start_writer();
  log_numbers(0, LINES);
  assert_true(dw_log_dropped() > before);
  assert_false(dw_log_flush(20));
  assert_int_equal(pthread_create(&reader, NULL, read_all, &log.reader), 0);
  for (int i = 0; i < PATIENCE_STEPS && !dw_log_flush(10); i++)
    continue;
  log_numbers(LINES, 100);
  dw_log_stop_writer(10000);
  pipe_end(&log);
  char *text = finish_reading(reader);
  assert_int_equal(check_numbers(text, &dropped, &reports), LINES + 100);
  assert_int_equal(dropped, dw_log_dropped() - before);
  assert_true(reports > 0);
  free(text);
  close(log.reader);
}

static void no_line_is_lost_while_there_is_room(void **state) {
  (void)state;
  uint64_t before = dw_log_dropped();
  struct pipe_log log = pipe_begin(0);
  unsigned long dropped = 0;
  unsigned reports = 0;
  pthread_t reader;
  assert_int_equal(pthread_create(&reader, NULL, read_all, &log.reader), 0);
  log_numbers(0, 10);
  start_writer();
  log_numbers(10, 2000);
  dw_log_stop_writer(10000);
  log_numbers(2010, 10); /* directly again */
  start_writer();
  log_numbers(2020, 10); /* in a thread again */
  dw_log_stop_writer(10000);
  pipe_end(&log);
  char *text = finish_reading(reader);
  assert_int_equal(check_numbers(text, &dropped, &reports), 2030);
  assert_int_equal(dropped + reports, 0);
  assert_int_equal(dw_log_dropped(), before);
  free(text);
  close(log.reader);
}

/* Another process that shares the pipe can make it non-blocking for everyone. */
static void check_non_blocking(bool thread) {
  uint64_t before = dw_log_dropped();
  struct pipe_log log = pipe_begin(O_NONBLOCK);
  unsigned long dropped = 0;
  unsigned reports = 0;
  pthread_t reader;
  if (thread)
    start_writer();
  else
    assert_int_equal(pthread_create(&reader, NULL, read_all, &log.reader), 0);
  log_numbers(0, 2000);
  if (thread)
    assert_int_equal(pthread_create(&reader, NULL, read_all, &log.reader), 0);
  dw_log_stop_writer(10000);
  pipe_end(&log);
  char *text = finish_reading(reader);
  assert_int_equal(check_numbers(text, &dropped, &reports), 2000);
  assert_int_equal(dropped + reports, 0);
  assert_int_equal(dw_log_dropped(), before);
  free(text);
  close(log.reader);
}

static void no_line_is_lost_on_a_non_blocking_pipe(void **state) {
  (void)state;
  check_non_blocking(true);
  check_non_blocking(false);
}

/* Returns the content of the file; the caller frees it. */
static char *text_of(FILE *file) {
  long size = lseek(fileno(file), 0, SEEK_END);
  char *text = calloc((size_t)size + 1, 1);
  assert_int_equal(pread(fileno(file), text, (size_t)size, 0), size);
  return text;
}

static void wait_until_dropped(uint64_t count) {
  for (int i = 0; i < PATIENCE_STEPS && dw_log_dropped() < count; i++)
    pause_ms(10);
  assert_int_equal(dw_log_dropped(), count);
}

/* Standard error can't be written to at first; then it is a file. */
static void check_recovery(int broken) {
  uint64_t before = dw_log_dropped();
  FILE *file = tmpfile();
  int kept = dup(STDERR_FILENO);
  unsigned long dropped = 0;
  unsigned reports = 0;
  assert_non_null(file);
  dup2(broken, STDERR_FILENO);
  start_writer();
  log_numbers(1, 5);
  wait_until_dropped(before + 5);
  assert_true(dw_log_flush(10000));
  dup2(fileno(file), STDERR_FILENO);
  log_numbers(0, 1);
  dw_log_stop_writer(10000);
  dup2(kept, STDERR_FILENO);
  close(kept);
  char *text = text_of(file);
  assert_int_equal(check_numbers(text, &dropped, &reports), 6);
  assert_int_equal(dropped, 5);
  free(text);
  fclose(file);
}

static void lines_lost_to_a_closed_pipe_or_full_disk_are_reported(void **state) {
  (void)state;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  close(ends[0]);
  check_recovery(ends[1]);
  close(ends[1]);
  int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  assert_true(full >= 0);
  check_recovery(full);
  close(full);
  int wrong_way = open("/dev/null", O_RDONLY | O_CLOEXEC); /* as `2>&-` becomes in main.c */
  assert_true(wrong_way >= 0);
  check_recovery(wrong_way);
  close(wrong_way);
}

/* The disk becomes full in the middle of a line: the next line that can be written is complete. */
static void a_torn_line_does_not_affect_the_next(void **state) {
  enum { ROOM = 300 };
  (void)state;
  uint64_t before = dw_log_dropped();
  FILE *file = tmpfile();
  int kept = dup(STDERR_FILENO);
  struct rlimit limit, small;
  assert_non_null(file);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  small = (struct rlimit){ROOM, limit.rlim_max};
  dup2(fileno(file), STDERR_FILENO);
  start_writer();
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  log_numbers(0, 3);
  wait_until_dropped(before + 2);
  assert_true(dw_log_flush(10000));
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  log_numbers(3, 1);
  dw_log_stop_writer(10000);
  dup2(kept, STDERR_FILENO);
  close(kept);
  char *text = text_of(file), *rest = text;
  assert_non_null(strstr(strsep(&rest, "\n"), "\"number\":0,"));
  assert_int_equal(strlen(strsep(&rest, "\n")), ROOM - strlen(text) - 1);
  char *whole = strsep(&rest, "\n");
  assert_int_equal(whole[0], '{');
  assert_non_null(strstr(whole, "\"number\":3,"));
  assert_int_equal(dropped_by(strsep(&rest, "\n")), 2);
  free(text);
  fclose(file);
}

/* --- the end of a process --- */

/* Forks a child that logs into a pipe. Returns its status, and what it logged, which the caller frees. */
static int in_child(void (*run)(void), bool read_early, char **out) {
  struct pipe_log log = pipe_begin(0);
  int status = 0;
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    run();
    _exit(0);
  }
  pipe_end(&log);
  pthread_t reader;
  if (!read_early)
    assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(pthread_create(&reader, NULL, read_all, &log.reader), 0);
  if (read_early)
    assert_int_equal(waitpid(child, &status, 0), child);
  *out = finish_reading(reader);
  close(log.reader);
  return status;
}

static void log_and_abort(void) {
  start_writer();
  log_numbers(0, 50);
  abort();
}

static void a_fatal_signal_waits_for_the_last_line(void **state) {
  char *text = NULL;
  unsigned long dropped = 0;
  unsigned reports = 0;
  (void)state;
  int status = in_child(log_and_abort, true, &text);
  assert_true(WIFSIGNALED(status));
  assert_int_equal(WTERMSIG(status), SIGABRT);
  assert_int_equal(check_numbers(text, &dropped, &reports), 50);
  free(text);
}

static void fill_and_abort(void) {
  start_writer();
  log_numbers(0, 5000);
  abort();
}

static void a_fatal_signal_ends_the_process_even_if_nobody_reads(void **state) {
  char *text = NULL;
  (void)state;
  int status = in_child(fill_and_abort, false, &text);
  assert_true(WIFSIGNALED(status));
  assert_int_equal(WTERMSIG(status), SIGABRT);
  free(text);
}

static void fill_and_stop(void) {
  start_writer();
  log_numbers(0, 5000);
  dw_log_stop_writer(50);
  uint64_t before = dw_log_dropped();
  log_numbers(5000, 10);
  _exit(dw_log_dropped() == before + 10 ? 7 : 8);
}

static void stopping_does_not_wait_for_a_reader(void **state) {
  char *text = NULL;
  (void)state;
  int status = in_child(fill_and_stop, false, &text);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 7);
  assert_true(strlen(text) >= 48 << 10);
  free(text);
}

static int set_up(void **state) {
  (void)state;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  dw_log_configure(DW_LOG_INFO, DW_LOG_JSON);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(logging_never_blocks_and_missing_lines_are_reported),
      cmocka_unit_test(no_line_is_lost_while_there_is_room),
      cmocka_unit_test(no_line_is_lost_on_a_non_blocking_pipe),
      cmocka_unit_test(lines_lost_to_a_closed_pipe_or_full_disk_are_reported),
      cmocka_unit_test(a_torn_line_does_not_affect_the_next),
      cmocka_unit_test(a_fatal_signal_waits_for_the_last_line),
      cmocka_unit_test(a_fatal_signal_ends_the_process_even_if_nobody_reads),
      cmocka_unit_test(stopping_does_not_wait_for_a_reader),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
