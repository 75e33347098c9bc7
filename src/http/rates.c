#include "http/rates.h"

#include <string.h>

#include "base/hash.h"

static double at_once(const struct rates *rates) {
  return rates->rate < 2 ? 1 : rates->rate / 2.0;
}

static struct rate *set_of(struct rates *rates, const unsigned char address[16]) {
  return rates->sets[dw_hash_bytes(DW_HASH_INIT, address, 16) % RATES_SETS];
}

/* Its own, or the one that was used longest ago: an address that was away so long has its bucket full again. */
static struct rate *find(struct rates *rates, const unsigned char address[16], int64_t now) {
  struct rate *set = set_of(rates, address);
  struct rate *oldest = &set[0];
  for (int i = 0; i < RATES_WAYS; i++) {
    if (set[i].since != 0 && memcmp(set[i].address, address, 16) == 0)
      return &set[i];
    if (set[i].since < oldest->since)
      oldest = &set[i];
  }
  memcpy(oldest->address, address, 16);
  oldest->since = now;
  oldest->tokens = at_once(rates);
  return oldest;
}

int64_t dw_rates_wait(struct rates *rates, const unsigned char address[16], int64_t now) {
  struct rate *rate = find(rates, address, now);
  rate->tokens += (double)(now - rate->since) / 1e6 * rates->rate;
  if (rate->tokens > at_once(rates))
    rate->tokens = at_once(rates);
  rate->since = now;
  if (rate->tokens - 1 < -2.0 * rates->rate)
    return -1;
  rate->tokens -= 1;
  return rate->tokens >= 0 ? 0 : (int64_t)(-rate->tokens / rates->rate * 1e6);
}
