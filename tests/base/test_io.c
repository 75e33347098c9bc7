#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

enum { LENGTH = 1 << 20 }; /* far more than a pipe holds */

struct reading {
  int fd;
  char bytes[LENGTH];
  size_t length;
};

static void *read_to_the_end(void *context) {
  struct reading *reading = context;
  for (;;) {
    ssize_t got = read(reading->fd, reading->bytes + reading->length, LENGTH - reading->length);
    if (got <= 0)
      return NULL;
    reading->length += (size_t)got;
  }
}

static void writes_everything_to_a_pipe_in_parts(void **state) {
  (void)state;
  static struct reading reading;
  static char sent[LENGTH];
  int ends[2];
  pthread_t thread;
  for (size_t i = 0; i < LENGTH; i++)
    sent[i] = (char)(i % 251);
  assert_int_equal(pipe(ends), 0);
  reading.fd = ends[0];
  assert_int_equal(pthread_create(&thread, NULL, read_to_the_end, &reading), 0);
  assert_int_equal(dw_write_all(ends[1], sent, LENGTH), 0);
  close(ends[1]);
  pthread_join(thread, NULL);
  close(ends[0]);
  assert_int_equal(reading.length, LENGTH);
  assert_memory_equal(reading.bytes, sent, LENGTH);
}

static void failed_writes_set_errno(void **state) {
  (void)state;
  int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  assert_true(full >= 0);
  errno = 0;
  assert_int_equal(dw_write_all(full, "x", 1), -1);
  assert_int_equal(errno, ENOSPC);
  assert_int_equal(dw_write_all(full, "x", 0), 0);
  close(full);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(writes_everything_to_a_pipe_in_parts),
      cmocka_unit_test(failed_writes_set_errno),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
