/* Ends the process at a time, whatever its other threads are stuck in. */
#ifndef CLI_WATCHDOG_H
#define CLI_WATCHDOG_H

#include "base/error.h"

/* Starts its thread, so that none is needed when it counts. -1 on error. */
int watchdog_start(struct dw_error *err);
/* The process ends with CLI_TIMED_OUT in so many MILLISECONDS, unless watchdog_stop() comes first. */
void watchdog_arm(unsigned milliseconds);
/* Without a thread it does nothing. */
void watchdog_stop(void);

#endif
