#include "server/rates.h"

#include <string.h>

static struct rate *set_of(struct rates *rates, const unsigned char address[16]) {
  uint32_t hash = 2166136261U;
  for (int i = 0; i < 16; i++)
    hash = (hash ^ address[i]) * 16777619U;
  return rates->sets[hash % RATES_SETS];
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
  oldest->tokens = 2.0 * rates->rate;
  return oldest;
}

bool dw_rates_take(struct rates *rates, const unsigned char address[16], int64_t now) {
  struct rate *rate = find(rates, address, now);
  double most = 2.0 * rates->rate;
  rate->tokens += (double)(now - rate->since) / 1e6 * rates->rate;
  if (rate->tokens > most)
    rate->tokens = most;
  rate->since = now;
  if (rate->tokens < 1)
    return false;
  rate->tokens -= 1;
  return true;
}
