/* Waits for conditions instead of a fixed time. */
#ifndef TESTS_SUPPORT_WAITING_H
#define TESTS_SUPPORT_WAITING_H

enum { PATIENCE_MS = 30000 };

void pause_ms(long milliseconds);

/* Waits until CONDITION holds. Fails the test after a timeout. */
#define WAIT_FOR(condition)                                                                                            \
  do {                                                                                                                 \
    int waited = 0;                                                                                                    \
    while (!(condition)) {                                                                                             \
      if (waited++ > PATIENCE_MS / 5)                                                                                  \
        fail_msg("it did not come about: %s", #condition);                                                             \
      pause_ms(5);                                                                                                     \
    }                                                                                                                  \
  } while (0)

#endif
