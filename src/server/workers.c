#include "server/workers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "droveway/base/log.h"

/* More threads cost memory, more connections a thread cost it time (docs/performance.md). */
enum { CONNECTIONS_EACH = 64 };

struct workers {
  struct MHD_Daemon *(*start)(void *context);
  void *context;
  size_t usual; /* these share all connections as long as they have room */
  size_t count, most;
  bool short_of_threads;
  struct worker all[];
};

static bool start_one(struct workers *workers) {
  struct worker *worker = &workers->all[workers->count];
  worker->daemon = workers->start(workers->context);
  workers->count += worker->daemon != NULL;
  return worker->daemon != NULL;
}

struct workers *dw_workers_start(unsigned threads, unsigned most_connections,
                                 struct MHD_Daemon *(*start)(void *context), void *context, struct dw_error *err) {
  size_t needed = ((size_t)most_connections + CONNECTIONS_EACH - 1) / CONNECTIONS_EACH;
  size_t most = needed > threads ? needed : threads;
  struct workers *workers = calloc(1, sizeof *workers + most * sizeof workers->all[0]);
  if (workers == NULL)
    abort();
  workers->start = start;
  workers->context = context;
  workers->usual = threads;
  workers->most = most;
  while (workers->count < threads && start_one(workers)) {
  }
  if (workers->count == threads)
    return workers;
  dw_workers_stop(workers);
  dw_workers_free(workers);
  dw_error_set(err, DW_ERR_OTHER, "can't start the threads that answer");
  return NULL;
}

static struct worker *least_loaded(struct worker *workers, size_t count) {
  struct worker *least = workers;
  for (size_t i = 1; i < count; i++)
    if (atomic_load(&workers[i].load) < atomic_load(&least->load))
      least = &workers[i];
  return least;
}

static bool is_full(const struct worker *worker) {
  return atomic_load(&worker->load) >= CONNECTIONS_EACH;
}

/* One more than there were; false where there may be no more, or none can be started. */
static bool grow(struct workers *workers) {
  if (workers->count == workers->most)
    return false;
  bool grown = start_one(workers);
  if (!grown && !workers->short_of_threads)
    dw_log(DW_LOG_WARN,
           "can't start another thread for connections; the %zu that run share them (raise the limit of threads)",
           workers->count);
  workers->short_of_threads = !grown;
  return grown;
}

struct worker *dw_workers_pick(struct workers *workers) {
  struct worker *worker = least_loaded(workers->all, workers->usual);
  if (is_full(worker))
    worker = least_loaded(workers->all, workers->count);
  if (is_full(worker) && grow(workers))
    worker = &workers->all[workers->count - 1];
  return worker;
}

void dw_workers_stop(struct workers *workers) {
  if (workers == NULL)
    return;
  for (size_t i = 0; i < workers->count; i++)
    MHD_stop_daemon(workers->all[i].daemon);
}

void dw_workers_free(struct workers *workers) {
  free(workers);
}
