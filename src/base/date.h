/* Dates without a time of day, as days since 1970-01-01 in UTC. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* The date of MICROSECONDS since 1970, which dw_clock_microseconds(CLOCK_REALTIME) returns for now. */
int64_t dw_date_of(int64_t microseconds);

/* Today. */
int64_t dw_date_today(void);

/* Parses the whole TEXT as a full-date of RFC 3339 (YYYY-MM-DD) that exists in the Gregorian calendar. */
bool dw_date_parse(const char *text, int64_t *out) __attribute__((nonnull, warn_unused_result));

#endif
