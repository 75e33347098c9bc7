/* How fast each address may connect: a token bucket for each that was seen of late. Not thread-safe. */
#ifndef SERVER_RATES_H
#define SERVER_RATES_H

#include <stdbool.h>
#include <stdint.h>

enum { RATES_SETS = 256, RATES_WAYS = 4 };

struct rate {
  unsigned char address[16];
  int64_t since; /* when it was full or last taken from, in microseconds; 0: unused */
  double tokens;
};

struct rates {
  unsigned rate; /* a second; twice as many at once */
  struct rate sets[RATES_SETS][RATES_WAYS];
};

/* Whether ADDRESS (IPv6, or IPv4 inside it) may connect at NOW. */
bool dw_rates_take(struct rates *rates, const unsigned char address[16], int64_t now) __attribute__((nonnull));

#endif
