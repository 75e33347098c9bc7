#include "droveway/server/reload.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "droveway/base/log.h"
#include "droveway/sources/manifests.h"

enum {
  POLL_MILLISECONDS = 1000,
  /* Longer than a file system's clock tick: what is written after the second look has another time than what was
   * written before the first, so no change can hide behind an equal time. */
  SETTLE_MILLISECONDS = 20,
  SETTLE_LOOKS = 10
};

struct fingerprint {
  uint64_t policy, state;
};

struct dw_worlds {
  struct dw_sources sources;
  unsigned poll_milliseconds;
  struct fingerprint seen; /* the watcher's own */
  pthread_t watcher;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  struct dw_world *world; /* under lock, as the next two */
  bool reread;
  bool stop;
};

static struct fingerprint look(const struct dw_worlds *worlds) {
  const struct dw_sources *sources = &worlds->sources;
  return (struct fingerprint){
      .policy = sources->policy == NULL ? 0 : dw_fingerprint(sources->policy),
      .state = sources->state == NULL ? 0 : dw_fingerprint(sources->state),
  };
}

static bool same(struct fingerprint a, struct fingerprint b) {
  return a.policy == b.policy && a.state == b.state;
}

/* Waits until two looks agree, so that nothing is read while it is being written. */
static struct fingerprint settle(const struct dw_worlds *worlds) {
  struct fingerprint last = look(worlds);
  for (int i = 0; i < SETTLE_LOOKS; i++) {
    nanosleep(&(struct timespec){.tv_nsec = SETTLE_MILLISECONDS * 1000000L}, NULL);
    struct fingerprint now = look(worlds);
    if (same(now, last))
      break;
    last = now;
  }
  return last;
}

static void swap_in(struct dw_worlds *worlds, struct dw_world *world) {
  pthread_mutex_lock(&worlds->lock);
  struct dw_world *old = worlds->world;
  worlds->world = world;
  pthread_mutex_unlock(&worlds->lock);
  dw_world_unref(old);
}

static void log_broken(const struct dw_error *err) {
  char text[sizeof err->file + sizeof err->text + 32];
  DW_BUF_SCOPED struct dw_buf fields = DW_BUF_INIT;
  dw_error_format(err, text, sizeof text);
  dw_buf_puts(&fields, "\"error\":");
  dw_log_quote(&fields, text, sizeof text);
  dw_log_fields(DW_LOG_ERROR, "can't read the changed policy or state; the last good one stays in force",
                dw_buf_text(&fields));
}

/* What changes under the reading is read again at the next look. */
static void reload(struct dw_worlds *worlds) {
  struct dw_error err = DW_ERROR_INIT;
  worlds->seen = settle(worlds);
  struct dw_world *world = dw_world_load(&worlds->sources, &err);
  if (world != NULL) {
    swap_in(worlds, world);
    dw_log(DW_LOG_INFO, "policy and state are read again");
  } else if (same(look(worlds), worlds->seen)) {
    log_broken(&err);
  }
}

static void deadline_in(struct timespec *out, unsigned milliseconds) {
  clock_gettime(CLOCK_MONOTONIC, out);
  out->tv_sec += milliseconds / 1000;
  out->tv_nsec += (long)(milliseconds % 1000) * 1000000L;
  if (out->tv_nsec >= 1000000000L) {
    out->tv_sec++;
    out->tv_nsec -= 1000000000L;
  }
}

enum wish { WISH_LOOK, WISH_REREAD, WISH_STOP };

static enum wish next_wish(struct dw_worlds *worlds) {
  struct timespec deadline;
  deadline_in(&deadline, worlds->poll_milliseconds);
  pthread_mutex_lock(&worlds->lock);
  while (!worlds->stop && !worlds->reread)
    if (pthread_cond_timedwait(&worlds->wake, &worlds->lock, &deadline) == ETIMEDOUT)
      break;
  enum wish wish = worlds->stop ? WISH_STOP : worlds->reread ? WISH_REREAD : WISH_LOOK;
  worlds->reread = false;
  pthread_mutex_unlock(&worlds->lock);
  return wish;
}

static void *watch(void *argument) {
  struct dw_worlds *worlds = argument;
  for (;;) {
    enum wish wish = next_wish(worlds);
    if (wish == WISH_STOP)
      return NULL;
    if (wish == WISH_REREAD || !same(look(worlds), worlds->seen))
      reload(worlds);
  }
}

static int start_watcher(struct dw_worlds *worlds, struct dw_error *err) {
  pthread_condattr_t attributes;
  pthread_mutex_init(&worlds->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&worlds->wake, &attributes);
  pthread_condattr_destroy(&attributes);
  if (pthread_create(&worlds->watcher, NULL, watch, worlds) == 0)
    return 0;
  pthread_cond_destroy(&worlds->wake);
  pthread_mutex_destroy(&worlds->lock);
  return dw_error_set(err, DW_ERR_OTHER, "can't start a thread");
}

struct dw_worlds *dw_worlds_start(const struct dw_worlds_options *options, struct dw_error *err) {
  struct dw_worlds *worlds = calloc(1, sizeof *worlds);
  if (worlds == NULL) {
    dw_error_set(err, DW_ERR_MEMORY, "out of memory");
    return NULL;
  }
  worlds->sources = options->sources;
  worlds->poll_milliseconds = options->poll_milliseconds == 0 ? POLL_MILLISECONDS : options->poll_milliseconds;
  worlds->seen = settle(worlds);
  worlds->world = dw_world_load(&worlds->sources, err);
  if (worlds->world == NULL || start_watcher(worlds, err) != 0) {
    dw_world_unref(worlds->world);
    free(worlds);
    return NULL;
  }
  return worlds;
}

void dw_worlds_stop(struct dw_worlds *worlds) {
  if (worlds == NULL)
    return;
  pthread_mutex_lock(&worlds->lock);
  worlds->stop = true;
  pthread_cond_signal(&worlds->wake);
  pthread_mutex_unlock(&worlds->lock);
  pthread_join(worlds->watcher, NULL);
  pthread_cond_destroy(&worlds->wake);
  pthread_mutex_destroy(&worlds->lock);
  dw_world_unref(worlds->world);
  free(worlds);
}

struct dw_world *dw_worlds_get(struct dw_worlds *worlds) {
  pthread_mutex_lock(&worlds->lock);
  struct dw_world *world = dw_world_ref(worlds->world);
  pthread_mutex_unlock(&worlds->lock);
  return world;
}

void dw_worlds_reread(struct dw_worlds *worlds) {
  pthread_mutex_lock(&worlds->lock);
  worlds->reread = true;
  pthread_cond_signal(&worlds->wake);
  pthread_mutex_unlock(&worlds->lock);
}
