#include "cli/watchdog.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"

enum { LAST_LINE_MS = 100 }; /* for the log to write why the process ends */

static struct {
  pthread_t thread;
  bool started, armed;
  struct timespec end;
  sem_t changed; /* by the other functions */
} watchdog;

static void end_process(void) {
  dw_log(DW_LOG_ERROR, "--shutdown-timeout is over: the process ends without finishing");
  dw_log_flush(LAST_LINE_MS);
  _exit(CLI_TIMED_OUT);
}

static void wait_for_change(void) {
  while (sem_wait(&watchdog.changed) != 0)
    continue;
}

static void *run(void *unused) {
  (void)unused;
  wait_for_change();
  if (!watchdog.armed)
    return NULL;
  while (sem_clockwait(&watchdog.changed, CLOCK_MONOTONIC, &watchdog.end) != 0)
    if (errno == ETIMEDOUT)
      end_process();
  return NULL;
}

int watchdog_start(struct dw_error *err) {
  sem_init(&watchdog.changed, 0, 0);
  if (pthread_create(&watchdog.thread, NULL, run, NULL) != 0)
    return dw_error_set(err, DW_ERR_OTHER, "can't start the thread that limits the shutdown");
  watchdog.started = true;
  return 0;
}

void watchdog_arm(unsigned milliseconds) {
  unsigned left = milliseconds < 2 * LAST_LINE_MS ? milliseconds / 2 : milliseconds - LAST_LINE_MS;
  watchdog.end = dw_deadline(dw_now_microseconds() + (int64_t)left * 1000);
  watchdog.armed = true;
  sem_post(&watchdog.changed);
}

void watchdog_stop(void) {
  if (!watchdog.started)
    return;
  sem_post(&watchdog.changed);
  pthread_join(watchdog.thread, NULL);
  sem_destroy(&watchdog.changed);
}
