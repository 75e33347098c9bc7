/* Waits for conditions instead of a fixed time. */
#ifndef TESTS_SUPPORT_WAITING_H
#define TESTS_SUPPORT_WAITING_H

#include <time.h>

enum { PATIENCE_MS = 30000 };

static inline void pause_ms(long milliseconds) {
  nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000}, NULL);
}

/* Waits until CONDITION holds. Fails the test after a timeout. */
#define WAIT_FOR(condition)                                                                                            \
  do {                                                                                                                 \
    int waited = 0;                                                                                                    \
    while (!(condition)) {                                                                                             \
      if (waited++ > PATIENCE_MS / 5)                                                                                  \
        fail_msg("this did not become true: %s", #condition);                                                          \
      pause_ms(5);                                                                                                     \
    }                                                                                                                  \
  } while (0)

#endif
