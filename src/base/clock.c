#include "base/clock.h"

int64_t dw_clock_microseconds(clockid_t clock) {
  struct timespec now = {0};
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t dw_now_microseconds(void) {
  return dw_clock_microseconds(CLOCK_MONOTONIC);
}

int64_t dw_now_milliseconds(void) {
  return dw_now_microseconds() / 1000;
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

void dw_sleep_unless_stopping(unsigned milliseconds, pthread_mutex_t *lock, pthread_cond_t *wake,
                              const atomic_bool *stopping) {
  int64_t until = dw_now_microseconds() + (int64_t)milliseconds * 1000;
  struct timespec deadline = dw_deadline(until);
  pthread_mutex_lock(lock);
  while (!atomic_load(stopping) && dw_now_microseconds() < until)
    pthread_cond_timedwait(wake, lock, &deadline);
  pthread_mutex_unlock(lock);
}
