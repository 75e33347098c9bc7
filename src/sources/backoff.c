#include <stdint.h>
#include <sys/random.h>

#include "droveway/sources/api.h"

static uint32_t random_number(void) {
  uint32_t number = 0;
  (void)!getrandom(&number, sizeof number, 0);
  return number;
}

unsigned dw_backoff_next(struct dw_backoff *backoff, unsigned asked_ms) {
  unsigned wait = backoff->first_ms;
  for (unsigned i = 0; i < backoff->tries && wait < backoff->most_ms; i++)
    wait *= 2;
  if (wait > backoff->most_ms)
    wait = backoff->most_ms;
  backoff->tries++;
  unsigned half = wait / 2;
  wait = wait - half + (half == 0 ? 0 : random_number() % (half + 1));
  return wait < asked_ms ? asked_ms : wait;
}

void dw_backoff_reset(struct dw_backoff *backoff) {
  backoff->tries = 0;
}
