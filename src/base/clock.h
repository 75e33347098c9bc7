/* Clocks, and waiting until a time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

/* The time of CLOCK: CLOCK_REALTIME, in microseconds since 1970, for dates; CLOCK_THREAD_CPUTIME_ID for the CPU time
 * that the calling thread has used. */
int64_t dw_clock_microseconds(clockid_t clock);

/* The monotonic clock, for intervals, deadlines and back-offs: it is not affected when the wall clock is set. */
int64_t dw_now_microseconds(void);
int64_t dw_now_milliseconds(void);

/* Initializes CONDITION so that pthread_cond_timedwait() measures its deadline on the monotonic clock, as dw_deadline()
 * returns it. The caller owns CONDITION and destroys it with pthread_cond_destroy(). It can't fail on Linux. */
void dw_condition_init(pthread_cond_t *condition) __attribute__((nonnull));

/* Converts MICROSECONDS of the monotonic clock to the deadline that sem_clockwait() and pthread_cond_timedwait()
 * expect, the latter for a condition variable that dw_condition_init() has initialized. */
struct timespec dw_deadline(int64_t microseconds);

/* Sleeps for MILLISECONDS, or until *STOPPING is true. Whoever sets that must hold LOCK and signal WAKE, a condition
 * variable that dw_condition_init() has initialized. The caller does not hold LOCK. */
void dw_sleep_unless_stopping(unsigned milliseconds, pthread_mutex_t *lock, pthread_cond_t *wake,
                              const atomic_bool *stopping) __attribute__((nonnull));

#endif
