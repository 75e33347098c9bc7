/* Clocks: one for intervals, deadlines and back-offs, one for dates. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* The monotonic clock: setting the wall clock does not change it. */
int64_t dw_now_microseconds(void);
int64_t dw_now_milliseconds(void);

/* How long this thread has had a processor. */
int64_t dw_thread_microseconds(void);

/* MICROSECONDS of the monotonic clock as pthread_cond_timedwait() and sem_clockwait() take a deadline. */
struct timespec dw_deadline(int64_t microseconds);

/* The wall clock, in milliseconds since 1970. */
int64_t dw_wall_milliseconds(void);

#endif
