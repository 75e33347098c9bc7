#include "serve/reload.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metric.h"
#include "files/manifests.h"
#include "serve/service.h"

enum {
  POLL_MILLISECONDS = 1000,
  /* Longer than a tick of the file system's clock, so that two changes at least this far apart have different times. */
  SETTLE_MILLISECONDS = 20,
  SETTLE_TRIES = 10,
  /* While a cluster changes all the time, building views uses at most this share (one part in five) of a core. Objects
   * that are admitted meanwhile count nevertheless (admissions.h). */
  REBUILD_SHARE = 5,
  REBUILD_PAUSE_MICROSECONDS = 20000
};

struct fingerprint {
  uint64_t policy, state;
};

/* Reloads since the start. */
struct reloads {
  atomic_uint_fast64_t used, refused;
};

struct dw_worlds {
  struct dw_sources sources;
  struct dw_cluster *cluster; /* NULL: a state folder, or nothing */
  unsigned poll_milliseconds;
  struct fingerprint seen;  /* of the files that were read last; only the thread uses this and the next two */
  struct dw_policy *policy; /* with a cluster: the current one */
  int64_t (*today)(void);
  int64_t not_before; /* when the next view of the cluster may be built, in monotonic microseconds */
  struct reloads policies, states;
  atomic_bool policy_stale;
  pthread_t watcher;
  pthread_mutex_t listening; /* protects the next two */
  void (*listen)(void *context, const struct dw_cluster_event *event);
  void *listen_context;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  struct dw_world *world; /* under lock, as the rest */
  char elsewhere[64];     /* where KubeVirt is instead of the configured namespace; "" if there is no such problem */
  bool placed;            /* once, the state was complete and there was no such problem */
  bool ready;
  bool reread;  /* requested */
  bool changed; /* the cluster has changed */
  bool stop;
};

static struct fingerprint check_sources(const struct dw_worlds *worlds) {
  const struct dw_sources *sources = &worlds->sources;
  return (struct fingerprint){
      .policy = sources->policy == NULL ? 0 : dw_fingerprint(sources->policy),
      .state = sources->state == NULL ? 0 : dw_fingerprint(sources->state),
  };
}

static bool same(struct fingerprint a, struct fingerprint b) {
  return a.policy == b.policy && a.state == b.state;
}

static bool is_fresh(const struct dw_worlds *worlds) {
  const char *const paths[] = {worlds->sources.policy, worlds->sources.state};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    if (paths[i] != NULL && dw_written_lately(paths[i], SETTLE_MILLISECONDS))
      return true;
  return false;
}

/* Waits until the files no longer change, so that none is read while it is being written. */
static struct fingerprint settle(const struct dw_worlds *worlds) {
  struct fingerprint last = check_sources(worlds);
  for (int i = 0; i < SETTLE_TRIES && is_fresh(worlds); i++) {
    nanosleep(&(struct timespec){.tv_nsec = SETTLE_MILLISECONDS * 1000000L}, NULL);
    struct fingerprint now = check_sources(worlds);
    if (same(now, last))
      break;
    last = now;
  }
  return last;
}

/* --- the date, which decides which exceptions of the policy apply --- */

/* Logs the exceptions that applied on the day AFTER and no longer do on the day TODAY. */
static void log_expired(const struct dw_policy *policy, int64_t after, int64_t today) {
  for (size_t i = 0; i < policy->exception_count; i++) {
    const struct dw_exception *one = &policy->exceptions[i];
    if (dw_exception_expired(one, today) && !dw_exception_expired(one, after))
      dw_log_with(DW_LOG_WARN, "an exception has expired; its rule applies again", dw_log_string("rule", one->rule),
                  dw_log_string("namespace", one->namespace_), dw_log_string("name", one->name),
                  dw_log_string("until", one->until), dw_log_string("reason", one->reason));
  }
}

/* Sets the date of WORLD, which follows OLD, or NULL. Each exception that has expired is logged once per policy. */
static void set_date(const struct dw_worlds *worlds, struct dw_world *world, const struct dw_world *old) {
  bool same_policy = old != NULL && old->policy->exceptions == world->policy->exceptions;
  world->today = worlds->today();
  log_expired(world->policy, same_policy ? old->today : INT64_MIN, world->today);
}

static void log_place(const struct dw_world *world, const char *elsewhere) {
  if (*elsewhere == '\0')
    dw_log(DW_LOG_INFO, "KubeVirt is in the configured namespace, or not installed");
  else
    dw_log_with(
        DW_LOG_ERROR,
        "KubeVirt is not in the configured namespace; set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings",
        dw_log_string("configured", world->policy->namespace_), dw_log_string("kubevirt", elsewhere));
}

/* Call it under the lock. Returns true if it has changed where KubeVirt is. */
static bool note_place(struct dw_worlds *worlds, const struct dw_world *world, bool ready) {
  const char *elsewhere = ready ? dw_world_kubevirt_elsewhere(world) : NULL;
  char before[sizeof worlds->elsewhere];
  memcpy(before, worlds->elsewhere, sizeof before);
  snprintf(worlds->elsewhere, sizeof worlds->elsewhere, "%s", elsewhere == NULL ? "" : elsewhere);
  worlds->placed = worlds->placed || (ready && elsewhere == NULL);
  return strcmp(before, worlds->elsewhere) != 0;
}

static void swap_in(struct dw_worlds *worlds, struct dw_world *world, bool ready) {
  set_date(worlds, world, worlds->world); /* only this thread replaces the world */
  pthread_mutex_lock(&worlds->lock);
  struct dw_world *old = worlds->world;
  worlds->world = world;
  worlds->ready = ready;
  bool moved = note_place(worlds, world, ready);
  pthread_mutex_unlock(&worlds->lock);
  if (moved) /* only this thread changes it */
    log_place(world, worlds->elsewhere);
  dw_world_unref(old);
}

static void log_broken(const struct dw_error *err, bool policy) {
  char text[sizeof err->file + sizeof err->text + 32];
  dw_log_with(DW_LOG_ERROR,
              policy ? "can't read the changed policy; the previous one stays in use"
                     : "can't read the changed state; the previous one stays in use",
              dw_log_string("error", dw_error_format(err, text, sizeof text)));
}

/* The policy stays the same even if its file can't be read any more, so that a broken file does not prolong an
 * exception. */
static void renew_date(struct dw_worlds *worlds) {
  int64_t today = worlds->today();
  if (worlds->world->today != today)
    swap_in(worlds, dw_world_on(worlds->world, today), worlds->ready);
}

/* --- the cluster --- */

static struct dw_world *world_of_cluster(struct dw_worlds *worlds) {
  struct dw_cluster_objects objects;
  dw_cluster_objects(worlds->cluster, &objects);
  struct dw_view_source source = {.objects = objects.objects, .count = objects.count};
  memcpy(source.knowledge, objects.knowledge, sizeof source.knowledge);
  struct dw_world *world = dw_world_build(dw_policy_ref(worlds->policy), &source);
  world->generation = objects.generation;
  dw_cluster_objects_free(&objects);
  return world;
}

/* The world before anything was read. */
static struct dw_world *empty_world(struct dw_worlds *worlds) {
  struct dw_view_source source = {.count = 0};
  for (size_t kind = 0; kind < DW_KIND_COUNT; kind++)
    source.knowledge[kind] = DW_UNAVAILABLE;
  return dw_world_build(dw_policy_ref(worlds->policy), &source);
}

/* Does nothing before the first complete reading, because rules would decide from a part of the objects. */
static void rebuild(struct dw_worlds *worlds) {
  if (!dw_cluster_ready(worlds->cluster))
    return;
  int64_t start = dw_now_microseconds();
  struct dw_world *world = world_of_cluster(worlds);
  int64_t end = dw_now_microseconds();
  int64_t pause = (end - start) * (REBUILD_SHARE - 1);
  worlds->not_before = end + (pause > REBUILD_PAUSE_MICROSECONDS ? pause : REBUILD_PAUSE_MICROSECONDS);
  bool first = !dw_worlds_ready(worlds);
  if (first)
    dw_log(DW_LOG_INFO, "ready: the cluster state is complete");
  swap_in(worlds, world, true);
  if (first)
    dw_memory_release();
}

static void notify(struct dw_worlds *worlds, bool *what) {
  pthread_mutex_lock(&worlds->lock);
  *what = true;
  pthread_cond_signal(&worlds->wake);
  pthread_mutex_unlock(&worlds->lock);
}

static void changed(void *context) {
  struct dw_worlds *worlds = context;
  notify(worlds, &worlds->changed);
}

static void on_event(void *context, const struct dw_cluster_event *event) {
  struct dw_worlds *worlds = context;
  pthread_mutex_lock(&worlds->listening);
  if (worlds->listen != NULL)
    worlds->listen(worlds->listen_context, event);
  pthread_mutex_unlock(&worlds->listening);
}

void dw_worlds_listen(struct dw_worlds *worlds, void (*listen)(void *context, const struct dw_cluster_event *event),
                      void *context) {
  pthread_mutex_lock(&worlds->listening);
  worlds->listen = listen;
  worlds->listen_context = context;
  pthread_mutex_unlock(&worlds->listening);
}

/* --- reloading files --- */

/* Returns -1 if the new policy can't be read: the old one stays in use. */
static int reload_policy(struct dw_worlds *worlds, struct dw_error *err) {
  struct dw_policy *policy = dw_policy_load(&worlds->sources, err);
  if (policy == NULL)
    return -1;
  dw_policy_free(worlds->policy);
  worlds->policy = policy;
  rebuild(worlds); /* does nothing before the cluster is read; the first world will contain the policy */
  return 0;
}

static int reload_files(struct dw_worlds *worlds, struct dw_error *err) {
  if (worlds->cluster != NULL)
    return reload_policy(worlds, err);
  struct dw_world *world = dw_world_load(&worlds->sources, err);
  if (world == NULL)
    return -1;
  swap_in(worlds, world, true);
  dw_memory_release();
  return 0;
}

/* Returns true if it is the policy that can't be read. */
static bool is_policy_broken(const struct dw_worlds *worlds) {
  struct dw_policy *policy = dw_policy_load(&worlds->sources, NULL);
  bool broken = policy == NULL;
  dw_policy_free(policy);
  return broken;
}

/* Counts the sources that have changed; if ALL, every source. */
static void count_used(struct dw_worlds *worlds, struct fingerprint before, bool all) {
  const struct dw_sources *sources = &worlds->sources;
  if (sources->policy != NULL && (all || before.policy != worlds->seen.policy))
    worlds->policies.used++;
  if (sources->state != NULL && worlds->cluster == NULL && (all || before.state != worlds->seen.state))
    worlds->states.used++;
  worlds->policy_stale = false;
}

static void report_broken(struct dw_worlds *worlds, const struct dw_error *err) {
  bool policy = is_policy_broken(worlds);
  (policy ? &worlds->policies : &worlds->states)->refused++;
  if (policy)
    worlds->policy_stale = true;
  log_broken(err, policy);
}

/* Reads the files again. ALL means that this was requested. Files that change meanwhile are read at the next poll. */
static void reload(struct dw_worlds *worlds, bool all) {
  struct dw_error err = DW_ERROR_INIT;
  struct fingerprint before = worlds->seen;
  worlds->seen = settle(worlds);
  if (reload_files(worlds, &err) == 0) {
    count_used(worlds, before, all);
    dw_log(DW_LOG_INFO, "reloaded policy and state");
  } else if (same(check_sources(worlds), worlds->seen)) {
    report_broken(worlds, &err);
  }
}

/* --- the watcher --- */

enum task { TASK_NONE, TASK_POLL, TASK_REREAD, TASK_REBUILD, TASK_STOP };

static void wait_until(struct dw_worlds *worlds, int64_t microseconds) {
  struct timespec deadline = dw_deadline(microseconds);
  (void)pthread_cond_timedwait(&worlds->wake, &worlds->lock, &deadline);
}

static enum task due_task(const struct dw_worlds *worlds, int64_t poll_at) {
  int64_t now = dw_now_microseconds();
  if (worlds->stop)
    return TASK_STOP;
  if (worlds->reread)
    return TASK_REREAD;
  if (worlds->changed && now >= worlds->not_before)
    return TASK_REBUILD;
  return now >= poll_at ? TASK_POLL : TASK_NONE;
}

static enum task next_task(struct dw_worlds *worlds, int64_t poll_at) {
  pthread_mutex_lock(&worlds->lock);
  enum task task;
  while ((task = due_task(worlds, poll_at)) == TASK_NONE)
    wait_until(worlds, worlds->changed && worlds->not_before < poll_at ? worlds->not_before : poll_at);
  if (task == TASK_REREAD)
    worlds->reread = false;
  if (task == TASK_REBUILD)
    worlds->changed = false;
  pthread_mutex_unlock(&worlds->lock);
  return task;
}

static void *watch(void *argument) {
  struct dw_worlds *worlds = argument;
  int64_t pause = (int64_t)worlds->poll_milliseconds * 1000;
  for (int64_t poll_at = dw_now_microseconds() + pause;;) {
    switch (next_task(worlds, poll_at)) {
    case TASK_STOP:
      return NULL;
    case TASK_REBUILD:
      rebuild(worlds);
      break;
    case TASK_REREAD:
      reload(worlds, true);
      break;
    case TASK_POLL:
      renew_date(worlds);
      if (!same(check_sources(worlds), worlds->seen))
        reload(worlds, false);
      poll_at = dw_now_microseconds() + pause;
      break;
    case TASK_NONE:
      break;
    }
  }
}

/* --- start and stop --- */

static void make_locks(struct dw_worlds *worlds) {
  pthread_mutex_init(&worlds->lock, NULL);
  pthread_mutex_init(&worlds->listening, NULL);
  dw_condition_init(&worlds->wake);
}

static void destroy(struct dw_worlds *worlds) {
  dw_cluster_stop(worlds->cluster);
  pthread_cond_destroy(&worlds->wake);
  pthread_mutex_destroy(&worlds->lock);
  pthread_mutex_destroy(&worlds->listening);
  dw_world_unref(worlds->world);
  dw_policy_free(worlds->policy);
  free(worlds);
}

static int start_cluster(struct dw_worlds *worlds, const struct dw_worlds_options *options, struct dw_error *err) {
  worlds->policy = dw_policy_load(&worlds->sources, err);
  if (worlds->policy == NULL)
    return -1;
  worlds->world = empty_world(worlds);
  set_date(worlds, worlds->world, NULL);
  struct dw_cluster_options cluster = options->tuning;
  cluster.config = options->cluster;
  cluster.changed = changed;
  cluster.event = on_event;
  cluster.context = worlds;
  worlds->cluster = dw_cluster_start(&cluster, err);
  return worlds->cluster == NULL ? -1 : 0;
}

static int start_files(struct dw_worlds *worlds, struct dw_error *err) {
  worlds->world = dw_world_load(&worlds->sources, err);
  worlds->ready = true;
  if (worlds->world == NULL)
    return -1;
  set_date(worlds, worlds->world, NULL);
  if (note_place(worlds, worlds->world, true))
    log_place(worlds->world, worlds->elsewhere);
  return 0;
}

static int start(struct dw_worlds *worlds, const struct dw_worlds_options *options, struct dw_error *err) {
  worlds->sources = options->sources;
  worlds->today = options->today == NULL ? dw_date_today : options->today;
  worlds->poll_milliseconds = options->poll_milliseconds == 0 ? POLL_MILLISECONDS : options->poll_milliseconds;
  worlds->seen = settle(worlds);
  if ((options->cluster != NULL ? start_cluster(worlds, options, err) : start_files(worlds, err)) != 0)
    return -1;
  if (pthread_create(&worlds->watcher, NULL, watch, worlds) != 0)
    return dw_error_set(err, DW_ERR_OTHER, "can't start a thread");
  return 0;
}

struct dw_worlds *dw_worlds_start(const struct dw_worlds_options *options, struct dw_error *err) {
  struct dw_worlds *worlds = calloc(1, sizeof *worlds);
  if (worlds == NULL) {
    dw_error_set(err, DW_ERR_MEMORY, "out of memory");
    return NULL;
  }
  make_locks(worlds);
  if (start(worlds, options, err) == 0)
    return worlds;
  destroy(worlds);
  return NULL;
}

void dw_worlds_stop(struct dw_worlds *worlds) {
  if (worlds == NULL)
    return;
  notify(worlds, &worlds->stop);
  pthread_join(worlds->watcher, NULL);
  destroy(worlds);
}

struct dw_world *dw_worlds_get(struct dw_worlds *worlds) {
  pthread_mutex_lock(&worlds->lock);
  struct dw_world *world = dw_world_ref(worlds->world);
  pthread_mutex_unlock(&worlds->lock);
  return world;
}

bool dw_worlds_ready(struct dw_worlds *worlds) {
  pthread_mutex_lock(&worlds->lock);
  bool ready = worlds->ready;
  pthread_mutex_unlock(&worlds->lock);
  return ready;
}

bool dw_worlds_misplaced(struct dw_worlds *worlds, struct dw_misplaced *out) {
  pthread_mutex_lock(&worlds->lock);
  snprintf(out->configured, sizeof out->configured, "%s", worlds->world->policy->namespace_);
  snprintf(out->actual, sizeof out->actual, "%s", worlds->elsewhere);
  out->later = worlds->placed;
  pthread_mutex_unlock(&worlds->lock);
  return *out->actual != '\0';
}

struct dw_cluster *dw_worlds_cluster(struct dw_worlds *worlds) {
  return worlds->cluster;
}

void dw_worlds_reread(struct dw_worlds *worlds) {
  notify(worlds, &worlds->reread);
}

bool dw_worlds_policy_stale(struct dw_worlds *worlds) {
  return worlds->policy_stale;
}

/* --- metrics --- */

static void add_reloads(struct dw_buf *out, const char *what, const struct reloads *reloads) {
  char name[32], help[64];
  snprintf(name, sizeof name, "%s_reloads_total", what);
  snprintf(help, sizeof help, "Reloads of the %s.", what);
  dw_metric_head(out, name, "counter", help);
  dw_buf_printf(out,
                "droveway_%s{result=\"used\"} %" PRIu64 "\n"
                "droveway_%s{result=\"refused\"} %" PRIu64 "\n",
                name, (uint64_t)reloads->used, name, (uint64_t)reloads->refused);
}

/* Midnight after the last day of the exception that expires next, in seconds since 1970; 0 if none does. */
static int64_t next_expiry(const struct dw_world *world) {
  int64_t next = INT64_MAX;
  for (size_t i = 0; i < world->policy->exception_count; i++) {
    const struct dw_exception *one = &world->policy->exceptions[i];
    if (!dw_exception_expired(one, world->today) && one->last_day < next)
      next = one->last_day;
  }
  return next == INT64_MAX ? 0 : (next + 1) * 24 * 60 * 60;
}

static void add_exceptions(struct dw_worlds *worlds, struct dw_buf *out) {
  struct dw_world *world = dw_worlds_get(worlds);
  size_t all = world->policy->exception_count;
  size_t expired = 0;
  for (size_t i = 0; i < all; i++)
    expired += dw_exception_expired(&world->policy->exceptions[i], world->today);
  dw_metric_head(out, "policy_exceptions", "gauge", "Exceptions in the policy.");
  dw_buf_printf(out,
                "droveway_policy_exceptions{state=\"active\"} %zu\n"
                "droveway_policy_exceptions{state=\"expired\"} %zu\n",
                all - expired, expired);
  dw_metric_head(out, "policy_exception_expiry_timestamp_seconds", "gauge",
                 "When the next exception in the policy expires; 0 if none does.");
  dw_buf_printf(out, "droveway_policy_exception_expiry_timestamp_seconds %" PRId64 "\n", next_expiry(world));
  dw_world_unref(world);
}

void dw_worlds_metrics(struct dw_worlds *worlds, struct dw_buf *out) {
  add_reloads(out, "policy", &worlds->policies);
  add_reloads(out, "state", &worlds->states);
  dw_metric_head(out, "policy_in_force_stale", "gauge", "Whether the newest policy file was rejected.");
  dw_buf_printf(out, "droveway_policy_in_force_stale %d\n", worlds->policy_stale);
  struct dw_misplaced misplaced = {.later = false};
  dw_metric_head(out, "kubevirt_namespace_wrong", "gauge",
                 "Whether KubeVirt is in another namespace than the configured one.");
  dw_buf_printf(out, "droveway_kubevirt_namespace_wrong %d\n", dw_worlds_misplaced(worlds, &misplaced));
  add_exceptions(worlds, out);
}
