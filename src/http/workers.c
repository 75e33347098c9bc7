#include "http/workers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "http/http.h"

/* Each thread costs memory, and each further connection of a thread costs time (docs/performance.md). */
enum { CONNECTIONS_EACH = 64 };

static size_t wanted(unsigned threads, unsigned most_connections) {
  size_t needed = ((size_t)most_connections + CONNECTIONS_EACH - 1) / CONNECTIONS_EACH;
  if (needed > DW_MAX_THREADS)
    needed = DW_MAX_THREADS;
  return needed > threads ? needed : threads;
}

struct workers *dw_workers_start(unsigned threads, unsigned most_connections,
                                 struct MHD_Daemon *(*start)(void *context), void *context, struct dw_error *err) {
  size_t count = wanted(threads, most_connections);
  struct workers *workers = calloc(1, sizeof *workers + count * sizeof workers->all[0]);
  if (workers == NULL)
    abort();
  workers->usual = threads;
  while (workers->count < count && (workers->all[workers->count].daemon = start(context)) != NULL)
    workers->count++;
  if (workers->count == count)
    return workers;
  dw_error_set(err, DW_ERR_OTHER, "can't start %zu request threads; %zu started", count, workers->count);
  dw_workers_stop(workers);
  free(workers);
  return NULL;
}

static struct worker *least_loaded(struct worker *workers, size_t count) {
  struct worker *least = workers;
  for (size_t i = 1; i < count; i++)
    if (atomic_load(&workers[i].load) < atomic_load(&least->load))
      least = &workers[i];
  return least;
}

/* The further workers are filled one after the other: one thread with several requests at once needs less time for each
 * than several threads with one request each. */
struct worker *dw_workers_pick(struct workers *workers) {
  struct worker *worker = least_loaded(workers->all, workers->usual);
  for (size_t i = workers->usual; atomic_load(&worker->load) >= CONNECTIONS_EACH; i++) {
    if (i == workers->count)
      return least_loaded(workers->all, workers->count);
    worker = &workers->all[i];
  }
  return worker;
}

void dw_workers_stop(struct workers *workers) {
  if (workers == NULL)
    return;
  for (size_t i = 0; i < workers->count; i++)
    MHD_stop_daemon(workers->all[i].daemon);
}
