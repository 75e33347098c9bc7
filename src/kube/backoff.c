#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "kube/api.h"

static uint32_t random_number(void) {
  uint32_t number = 0;
  (void)!getrandom(&number, sizeof number, 0);
  return number;
}

/* TIME plus a part of it: RANDOM of 2^32. */
static unsigned jitter(unsigned time, uint32_t random) {
  return time + (unsigned)((uint64_t)time * random >> 32);
}

unsigned dw_backoff_after(struct dw_backoff *backoff, unsigned asked_ms, int64_t now_ms, uint32_t random) {
  if (backoff->reset_ms > 0 && now_ms - backoff->last_ms > (int64_t)backoff->reset_ms)
    backoff->tries = 0;
  unsigned wait = backoff->first_ms;
  for (unsigned i = 0; i < backoff->tries && wait < backoff->most_ms; i++)
    wait *= 2;
  if (wait > backoff->most_ms)
    wait = backoff->most_ms;
  backoff->tries++;
  backoff->last_ms = now_ms;
  wait = jitter(wait, random);
  return wait < asked_ms ? asked_ms : wait;
}

unsigned dw_backoff_next(struct dw_backoff *backoff, unsigned asked_ms) {
  return dw_backoff_after(backoff, asked_ms, dw_now_milliseconds(), random_number());
}

void dw_backoff_reset(struct dw_backoff *backoff) {
  backoff->tries = 0;
}

unsigned dw_spread(unsigned time) {
  return jitter(time, random_number());
}
