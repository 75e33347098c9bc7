#include "base/clock.h"

static int64_t microseconds_of(clockid_t clock) {
  struct timespec now = {0};
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t dw_now_microseconds(void) {
  return microseconds_of(CLOCK_MONOTONIC);
}

int64_t dw_now_milliseconds(void) {
  return dw_now_microseconds() / 1000;
}

int64_t dw_thread_microseconds(void) {
  return microseconds_of(CLOCK_THREAD_CPUTIME_ID);
}

void dw_condition_init(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
}

struct timespec dw_deadline(int64_t microseconds) {
  return (struct timespec){.tv_sec = microseconds / 1000000, .tv_nsec = microseconds % 1000000 * 1000};
}

int64_t dw_wall_milliseconds(void) {
  return microseconds_of(CLOCK_REALTIME) / 1000;
}
