/* How fast each address may connect: some at once, the next wait their turn, more are refused. A token bucket, which
 * may be in debt, for each address that was seen of late. Not thread-safe. */
#ifndef HTTP_RATES_H
#define HTTP_RATES_H

#include <stdint.h>

enum { RATES_SETS = 256, RATES_WAYS = 4 };

struct rate {
  unsigned char address[16];
  int64_t since; /* when it was full or last taken from, in microseconds; 0: unused */
  double tokens;
};

struct rates {
  unsigned rate; /* a second; half as many at once, and twice as many wait */
  struct rate sets[RATES_SETS][RATES_WAYS];
};

/* How long a new connection of ADDRESS (IPv6, or IPv4 inside it) has to wait from NOW on, in microseconds; -1: it is
 * refused. */
int64_t dw_rates_wait(struct rates *rates, const unsigned char address[16], int64_t now) __attribute__((nonnull));

#endif
