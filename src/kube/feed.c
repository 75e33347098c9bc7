/* Keeps a resource up to date by list and watch. Source: Kubernetes documentation, "API Concepts": efficient detection
 * of changes, watch bookmarks, 410 Gone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kube/cluster_internal.h"

enum {
  WATCH_IDLE_MS = 90000, /* bookmarks arrive about once a minute */
  WATCH_SECONDS = 240,   /* at least */
  SOONEST_MS = 250       /* between retries, however often the feed is nudged */
};

/* --- state --- */

static void log_state(const struct dw_feed *feed, enum dw_feed_state state, size_t objects, const char *why) {
  static const struct {
    enum dw_log_level level;
    const char *text;
  } lines[] = {
      [DW_FEED_LISTING] = {DW_LOG_WARN, "can't be listed yet"},
      [DW_FEED_LISTED] = {DW_LOG_DEBUG, "read"},
      [DW_FEED_WATCHING] = {DW_LOG_INFO, "listed and watched"},
      [DW_FEED_BROKEN] = {DW_LOG_WARN, "can't be watched now; using the last known state"},
      [DW_FEED_UNWATCHED] = {DW_LOG_WARN, "RBAC forbids watching it; listed every 30 to 60 s instead"},
      [DW_FEED_ABSENT] = {DW_LOG_INFO, "not available: the CRD is not installed"},
      [DW_FEED_FORBIDDEN] = {DW_LOG_ERROR,
                             "RBAC forbids reading it; rules that need it report \"could not be checked\""},
  };
  const struct dw_resource *resource = feed->status.resource;
  const char *group = *resource->group == '\0' ? "core" : resource->group;
  char message[200];
  char name[512];
  snprintf(message, sizeof message, "%s: %s", resource->plural, lines[state].text);
  if (resource->name != NULL)
    snprintf(name, sizeof name, "%s/%s", resource->ns, resource->name);
  dw_log_with(lines[state].level, message, dw_log_string("group", group), dw_log_integer("objects", (int64_t)objects),
              dw_log_string("name", resource->name == NULL ? NULL : name),
              dw_log_string("reason", *why == '\0' ? NULL : why));
}

/* Logs changes of the state, not each retry. */
static void set_state(struct dw_feed *feed, enum dw_feed_state state, const char *why) {
  pthread_mutex_lock(&feed->cluster->lock);
  struct dw_feed_status *status = &feed->status;
  bool news = status->state != state || (state == DW_FEED_LISTING && *status->error == '\0' && *why != '\0');
  size_t objects = feed->store.count;
  status->state = state;
  if (state == DW_FEED_WATCHING || state == DW_FEED_ABSENT)
    feed->contact_ms = dw_now_milliseconds();
  snprintf(status->error, sizeof status->error, "%s", why);
  pthread_mutex_unlock(&feed->cluster->lock);
  if (news)
    log_state(feed, state, objects, why);
}

static enum dw_outcome last_known(struct dw_feed *feed) {
  pthread_mutex_lock(&feed->cluster->lock);
  enum dw_outcome known = feed->known;
  pthread_mutex_unlock(&feed->cluster->lock);
  return known;
}

/* --- list --- */

static void restart(void *context) {
  struct dw_feed *feed = context;
  dw_store_clear(&feed->fresh);
  feed->fresh_unreadable = 0;
}

static int receive(void *context, struct dw_arena *arena, const dw_json *json, struct dw_error *err) {
  struct dw_feed *feed = context;
  (void)arena;
  (void)err;
  const struct dw_object *object = NULL;
  if (dw_feed_reduce(feed, json, &object) != 0)
    feed->fresh_unreadable++;
  else if (object != NULL)
    dw_store_append(&feed->fresh, object);
  return 0;
}

/* Reported because an object that was admitted long before the list began, and is not in it, does not exist. */
static void report_list(const struct dw_feed *feed, int64_t began_ms, uint64_t generation) {
  const struct dw_cluster_options *options = &feed->cluster->options;
  if (options->event != NULL)
    options->event(options->context, &(struct dw_cluster_event){.kind = feed->status.resource->kind,
                                                                .ns = "",
                                                                .name = "",
                                                                .uid = "",
                                                                .listed_ms = began_ms,
                                                                .generation = generation});
}

/* Replaces the known objects with the list. */
static void replace_store(struct dw_feed *feed, enum dw_outcome outcome, int64_t began_ms) {
  dw_store_sort(&feed->fresh);
  pthread_mutex_lock(&feed->cluster->lock);
  struct dw_store old = feed->store;
  feed->store = feed->fresh;
  feed->status.unreadable = feed->fresh_unreadable;
  feed->known = outcome;
  if (outcome == DW_OUTCOME_DONE)
    feed->served = feed->lister.version;
  uint64_t generation = ++feed->cluster->generation;
  pthread_mutex_unlock(&feed->cluster->lock);
  if (outcome != DW_OUTCOME_FORBIDDEN)
    report_list(feed, began_ms, generation);
  feed->fresh = (struct dw_store){NULL, 0, 0};
  feed->fresh_unreadable = 0;
  dw_store_clear(&old);
}

/* "Absent" and "forbidden" are believed only if the API server is ready and, for a resource that was read before, only
 * if they last. Dropping known objects too early would allow what they make the rules deny. */
static bool is_believed(struct dw_feed *feed) {
  int64_t now = dw_now_milliseconds();
  if (!dw_lister_server_ready(&feed->lister))
    return false;
  if (feed->refused_ms == 0)
    feed->refused_ms = now;
  return last_known(feed) != DW_OUTCOME_DONE || now - feed->refused_ms >= (int64_t)feed->cluster->options.believe_ms;
}

static enum dw_outcome list_believed(struct dw_feed *feed) {
  enum dw_outcome outcome = dw_lister_run(&feed->lister);
  if (outcome != DW_OUTCOME_ABSENT && outcome != DW_OUTCOME_FORBIDDEN) {
    feed->refused_ms = 0;
    return outcome;
  }
  if (outcome == DW_OUTCOME_ABSENT)
    snprintf(feed->lister.err.text, sizeof feed->lister.err.text, "the API server does not serve it");
  return is_believed(feed) ? outcome : DW_OUTCOME_FAILED;
}

static enum dw_outcome list(struct dw_feed *feed) {
  pthread_mutex_lock(&feed->cluster->lock);
  feed->status.lists++;
  pthread_mutex_unlock(&feed->cluster->lock);
  int64_t began_ms = dw_now_milliseconds();
  enum dw_outcome outcome = list_believed(feed);
  if (outcome != DW_OUTCOME_DONE)
    restart(feed);
  if (outcome == DW_OUTCOME_DONE || outcome == DW_OUTCOME_ABSENT || outcome == DW_OUTCOME_FORBIDDEN)
    replace_store(feed, outcome, began_ms);
  if (outcome != DW_OUTCOME_DONE)
    *feed->lister.resource_version = '\0';
  return outcome;
}

/* --- watch --- */

static void set_open(struct dw_feed *feed, bool open) {
  pthread_mutex_lock(&feed->cluster->lock);
  feed->open = open;
  pthread_mutex_unlock(&feed->cluster->lock);
}

/* Whether the last list or watch failed. A watch that follows must last before the feed counts as working again, so
 * that watches which end again and again are not reported each time. */
static bool has_failed(const struct dw_feed *feed) {
  return feed->status.state == DW_FEED_BROKEN || feed->status.state == DW_FEED_UNWATCHED;
}

static void on_opened(void *context) {
  struct dw_feed *feed = context;
  set_open(feed, true);
  if (!has_failed(feed))
    set_state(feed, DW_FEED_WATCHING, "");
}

static void on_lasted(void *context) {
  set_state(context, DW_FEED_WATCHING, "");
}

static void watch_path(const struct dw_feed *feed, struct dw_buf *path) {
  unsigned seconds = feed->cluster->options.watch_seconds;
  dw_resource_path(feed->status.resource, feed->lister.version, path);
  dw_buf_puts(path, "watch=true&allowWatchBookmarks=true&resourceVersion=");
  dw_api_escape(path, feed->lister.resource_version);
  dw_buf_printf(path, "&timeoutSeconds=%u", seconds > 0 ? seconds : dw_spread(WATCH_SECONDS));
}

static enum dw_outcome fail(struct dw_feed *feed, const char *why) {
  snprintf(feed->lister.err.text, sizeof feed->lister.err.text, "%s", why);
  return DW_OUTCOME_FAILED;
}

/* Judges a watch that the API server ended in an orderly way. client-go treats one that ends within a second without an
 * event as an error. Here this includes one with events, because a proxy may cut off every watch. Its events still
 * arrive in time, because progress keeps the waits short. */
static enum dw_outcome judge_end(struct dw_feed *feed, int64_t lasted_ms) {
  if (feed->line.length > 0)
    return fail(feed, "the watch ended in the middle of an event");
  if (lasted_ms >= (int64_t)feed->cluster->options.short_watch_ms) {
    set_state(feed, DW_FEED_WATCHING, "");
    return DW_OUTCOME_DONE;
  }
  if (feed->progress)
    dw_backoff_reset(&feed->backoff);
  return fail(feed, "the API server closes every watch immediately");
}

/* Judges a watch that was cut off. If it lasted a while, as behind a proxy that closes quiet connections, the next one
 * follows after the first wait: the API server has not failed, and changes must not arrive late. */
static enum dw_outcome judge_cut(struct dw_feed *feed, enum dw_outcome outcome, int64_t lasted_ms) {
  const struct dw_api_result *result = &feed->lister.result;
  if (dw_api_is_success(result->status) && lasted_ms >= (int64_t)feed->cluster->options.short_watch_ms)
    dw_backoff_reset(&feed->backoff);
  dw_outcome_text(result, feed->lister.err.text, sizeof feed->lister.err.text);
  return outcome;
}

static enum dw_outcome watch(struct dw_feed *feed) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  watch_path(feed, &path);
  pthread_mutex_lock(&feed->cluster->lock);
  feed->status.watches++;
  pthread_mutex_unlock(&feed->cluster->lock);
  dw_buf_truncate(&feed->line, 0);
  feed->watch_outcome = DW_OUTCOME_DONE;
  feed->progress = false;
  struct dw_api_request request = {.path = dw_buf_text(&path),
                                   .idle_ms = WATCH_IDLE_MS,
                                   .opened = on_opened,
                                   .lasted = on_lasted,
                                   .lasting_ms = feed->cluster->options.short_watch_ms,
                                   .receive = dw_feed_watched,
                                   .context = feed};
  int64_t began_ms = dw_now_milliseconds();
  dw_api_call(feed->lister.client, &request, &feed->lister.result);
  set_open(feed, false);
  if (feed->watch_outcome != DW_OUTCOME_DONE)
    return feed->watch_outcome;
  enum dw_outcome outcome = dw_outcome_of(&feed->lister.result);
  int64_t lasted_ms = dw_now_milliseconds() - began_ms;
  return outcome == DW_OUTCOME_DONE ? judge_end(feed, lasted_ms) : judge_cut(feed, outcome, lasted_ms);
}

/* --- the loop --- */

/* Waits until the time is over, the cluster stops, or, if NUDGEABLE, the API server has been in contact since the last
 * request was sent. It then answers again, perhaps with errors while it starts, so the back-off begins with short waits
 * again. */
static void pause_for(struct dw_feed *feed, unsigned milliseconds, bool nudgeable) {
  struct dw_cluster *cluster = feed->cluster;
  int64_t until = dw_now_milliseconds() + milliseconds;
  int64_t soonest = dw_now_milliseconds() + SOONEST_MS;
  pthread_mutex_lock(&feed->cluster->lock);
  while (!atomic_load(&cluster->stopping) && dw_now_milliseconds() < until) {
    if (nudgeable && cluster->nudges != feed->nudges && until > soonest) {
      dw_backoff_reset(&feed->backoff);
      until = soonest;
    }
    struct timespec deadline = dw_deadline(until * 1000);
    pthread_cond_timedwait(&cluster->wake, &cluster->lock, &deadline);
  }
  pthread_mutex_unlock(&feed->cluster->lock);
}

static void count_failure(struct dw_feed *feed) {
  pthread_mutex_lock(&feed->cluster->lock);
  feed->status.failures++;
  pthread_mutex_unlock(&feed->cluster->lock);
}

/* If the API server has answered, a nudge is not a reason to ask it again sooner. */
static void back_off(struct dw_feed *feed, enum dw_feed_state state) {
  const struct dw_api_result *result = &feed->lister.result;
  count_failure(feed);
  set_state(feed, state, feed->lister.err.text);
  pause_for(feed, dw_backoff_next(&feed->backoff, result->retry_after_ms), result->status == 0);
}

static void settle_list(struct dw_feed *feed, enum dw_outcome outcome) {
  const struct dw_cluster_options *options = &feed->cluster->options;
  switch (outcome) {
  case DW_OUTCOME_DONE:
    dw_feed_note_contact(feed);
    if (!has_failed(feed))
      set_state(feed, DW_FEED_LISTED, "");
    dw_feed_changed(feed);
    return;
  case DW_OUTCOME_ABSENT:
    set_state(feed, DW_FEED_ABSENT, "");
    dw_feed_changed(feed);
    pause_for(feed, dw_spread(options->absent_wait_ms), false);
    return;
  case DW_OUTCOME_FORBIDDEN:
    count_failure(feed);
    set_state(feed, DW_FEED_FORBIDDEN, feed->lister.err.text);
    dw_feed_changed(feed);
    pause_for(feed, dw_spread(options->absent_wait_ms), false);
    return;
  case DW_OUTCOME_EXPIRED:
  case DW_OUTCOME_FAILED:
    back_off(feed, last_known(feed) == DW_OUTCOME_FAILED ? DW_FEED_LISTING : DW_FEED_BROKEN);
    return;
  case DW_OUTCOME_STOPPED:
    return;
  }
}

/* RIGHT_AFTER: the watch followed a list that worked. */
static void settle_watch(struct dw_feed *feed, enum dw_outcome outcome, bool right_after) {
  switch (outcome) {
  case DW_OUTCOME_EXPIRED:
    *feed->lister.resource_version = '\0';
    back_off(feed, DW_FEED_BROKEN);
    return;
  case DW_OUTCOME_FAILED:
    back_off(feed, DW_FEED_BROKEN);
    return;
  case DW_OUTCOME_ABSENT:
  case DW_OUTCOME_FORBIDDEN:
    *feed->lister.resource_version = '\0';
    if (!right_after) /* the list shows whether the resource is gone */
      return;
    count_failure(feed);
    set_state(feed, DW_FEED_UNWATCHED, feed->lister.err.text);
    pause_for(feed, dw_spread(feed->cluster->options.relist_ms), false);
    return;
  case DW_OUTCOME_DONE:
  case DW_OUTCOME_STOPPED:
    return;
  }
}

/* A nudge during a request must not be lost, because the wait after the request's failure may be long. */
static void note_nudges(struct dw_feed *feed) {
  pthread_mutex_lock(&feed->cluster->lock);
  feed->nudges = feed->cluster->nudges;
  pthread_mutex_unlock(&feed->cluster->lock);
}

void *dw_feed_run(void *context) {
  struct dw_feed *feed = context;
  bool listed = false;
  feed->lister.restart = restart;
  feed->lister.receive = receive;
  feed->lister.context = feed;
  while (!atomic_load(&feed->cluster->stopping)) {
    note_nudges(feed);
    bool listing = *feed->lister.resource_version == '\0';
    enum dw_outcome outcome = listing ? list(feed) : watch(feed);
    if (listing)
      settle_list(feed, outcome);
    else
      settle_watch(feed, outcome, listed);
    listed = listing && outcome == DW_OUTCOME_DONE;
  }
  restart(feed);
  dw_buf_free(&feed->line);
  return NULL;
}
