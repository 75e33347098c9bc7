#include "droveway/base/clock.h"

#include <time.h>

int64_t dw_now_microseconds(void) {
  struct timespec now = {0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t dw_now_milliseconds(void) {
  return dw_now_microseconds() / 1000;
}
