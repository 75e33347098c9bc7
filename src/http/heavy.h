/* Large bodies are judged in a thread of their own, so that what comes on other connections need not wait for them. */
#ifndef HTTP_HEAVY_H
#define HTTP_HEAVY_H

#include <stdbool.h>

#include "base/error.h"

struct heavy;

/* A piece of work, and how to go on after it; both run in the thread. */
struct heavy_job {
  void (*run)(void *context, bool cancelled);
  void *context;
  struct heavy_job *next;
};

struct heavy *dw_heavy_start(struct dw_error *err) __attribute__((warn_unused_result));
/* False where it has been stopped: the job is not run. */
bool dw_heavy_add(struct heavy *heavy, struct heavy_job *job) __attribute__((nonnull, warn_unused_result));
/* Ends the thread; what has not begun is run as cancelled, what is added from now on is not. */
void dw_heavy_stop(struct heavy *heavy) __attribute__((nonnull));
void dw_heavy_free(struct heavy *heavy); /* after dw_heavy_stop(); NULL is allowed */

#endif
