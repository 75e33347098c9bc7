#include "http/heavy.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"

struct heavy {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct heavy_job *first, *last; /* under lock, as the next */
  bool stop;
};

static struct heavy_job *next_job(struct heavy *heavy, bool *stop) {
  pthread_mutex_lock(&heavy->lock);
  while (heavy->first == NULL && !heavy->stop)
    pthread_cond_wait(&heavy->changed, &heavy->lock);
  struct heavy_job *job = heavy->first;
  if (job != NULL)
    heavy->first = job->next;
  *stop = heavy->stop;
  pthread_mutex_unlock(&heavy->lock);
  return job;
}

static void *run(void *context) {
  bool stop = false;
  for (struct heavy_job *job; (job = next_job(context, &stop)) != NULL;)
    job->run(job->context, stop);
  return NULL;
}

struct heavy *dw_heavy_start(struct dw_error *err) {
  struct heavy *heavy = calloc(1, sizeof *heavy);
  if (heavy == NULL)
    abort();
  pthread_mutex_init(&heavy->lock, NULL);
  dw_condition_init(&heavy->changed);
  if (pthread_create(&heavy->thread, NULL, run, heavy) == 0)
    return heavy;
  dw_error_set(err, DW_ERR_OTHER, "can't start the thread for large reviews");
  free(heavy);
  return NULL;
}

static void append(struct heavy *heavy, struct heavy_job *job) {
  job->next = NULL;
  if (heavy->first == NULL)
    heavy->first = job;
  else
    heavy->last->next = job;
  heavy->last = job;
  pthread_cond_signal(&heavy->changed);
}

bool dw_heavy_add(struct heavy *heavy, struct heavy_job *job) {
  pthread_mutex_lock(&heavy->lock);
  bool accepted = !heavy->stop;
  if (accepted)
    append(heavy, job);
  pthread_mutex_unlock(&heavy->lock);
  return accepted;
}

void dw_heavy_stop(struct heavy *heavy) {
  pthread_mutex_lock(&heavy->lock);
  heavy->stop = true;
  pthread_cond_signal(&heavy->changed);
  pthread_mutex_unlock(&heavy->lock);
  pthread_join(heavy->thread, NULL);
}

void dw_heavy_free(struct heavy *heavy) {
  if (heavy == NULL)
    return;
  pthread_cond_destroy(&heavy->changed);
  pthread_mutex_destroy(&heavy->lock);
  free(heavy);
}
