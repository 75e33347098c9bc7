/* The clock that intervals, deadlines and back-offs are measured with. */
#ifndef DROVEWAY_BASE_CLOCK_H
#define DROVEWAY_BASE_CLOCK_H

#include <stdint.h>

/* The monotonic clock: setting the wall clock does not change it. */
int64_t dw_now_microseconds(void);
int64_t dw_now_milliseconds(void);

#endif
