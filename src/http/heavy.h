/* A separate thread for large bodies, so that requests on other connections need not wait for them. */
#ifndef HTTP_HEAVY_H
#define HTTP_HEAVY_H

#include <stdbool.h>

#include "base/error.h"

struct heavy;

/* A piece of work. RUN is called in the thread; CANCELLED is true if dw_heavy_stop() was called before. */
struct heavy_job {
  void (*run)(void *context, bool cancelled);
  void *context;
  struct heavy_job *next;
};

struct heavy *dw_heavy_start(struct dw_error *err) __attribute__((warn_unused_result));
/* Queues JOB, which must live until it has run. Returns false, and does not run it, after dw_heavy_stop(). */
bool dw_heavy_add(struct heavy *heavy, struct heavy_job *job) __attribute__((nonnull, warn_unused_result));
/* Runs the queued jobs as cancelled and ends the thread. */
void dw_heavy_stop(struct heavy *heavy) __attribute__((nonnull));
void dw_heavy_free(struct heavy *heavy); /* after dw_heavy_stop(); NULL is allowed */

#endif
