/* A resource kept up to date by list and watch. Source: Kubernetes' documentation, "API Concepts": efficient detection
 * of changes, watch bookmarks, 410 Gone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "droveway/base/log.h"
#include "sources/cluster_internal.h"

enum {
  WATCH_IDLE_MS = 90000, /* bookmarks come about once a minute */
  WATCH_SECONDS = 240,   /* and up to as many more */
  SOONEST_MS = 250       /* between tries, however often the feed is nudged */
};

static const char *group_of(const struct dw_resource *resource) {
  return *resource->group == '\0' ? "core" : resource->group;
}

static void lock(struct dw_feed *feed) {
  pthread_mutex_lock(&feed->cluster->lock);
}

static void unlock(struct dw_feed *feed) {
  pthread_mutex_unlock(&feed->cluster->lock);
}

static void tell_changed(struct dw_feed *feed) {
  const struct dw_cluster_options *options = &feed->cluster->options;
  if (options->changed != NULL)
    options->changed(options->context);
}

/* --- state --- */

static void log_state(const struct dw_feed *feed, enum dw_feed_state state, size_t objects, const char *why) {
  static const struct {
    enum dw_log_level level;
    const char *text;
  } lines[] = {
      [DW_FEED_LISTING] = {DW_LOG_WARN, "can't be read yet"},
      [DW_FEED_WATCHING] = {DW_LOG_INFO, "read and watched"},
      [DW_FEED_BROKEN] = {DW_LOG_WARN, "can't be watched now; what was read stands"},
      [DW_FEED_ABSENT] = {DW_LOG_INFO, "not there: the CRD is not installed"},
      [DW_FEED_FORBIDDEN] = {DW_LOG_ERROR, "may not be read (RBAC): what hangs on it \"could not be checked\""},
  };
  const struct dw_resource *resource = feed->status.resource;
  char message[200];
  char name[512];
  snprintf(message, sizeof message, "%s: %s", resource->plural, lines[state].text);
  if (resource->name != NULL)
    snprintf(name, sizeof name, "%s/%s", resource->ns, resource->name);
  dw_log_with(lines[state].level, message, dw_log_string("group", group_of(resource)),
              dw_log_integer("objects", (int64_t)objects), dw_log_string("name", resource->name == NULL ? NULL : name),
              dw_log_string("reason", *why == '\0' ? NULL : why));
}

/* Says so once a change, not once a try. */
static void set_state(struct dw_feed *feed, enum dw_feed_state state, const char *why) {
  lock(feed);
  struct dw_feed_status *status = &feed->status;
  bool news = status->state != state || (state == DW_FEED_LISTING && *status->error == '\0' && *why != '\0');
  size_t objects = feed->store.count;
  status->state = state;
  if (state == DW_FEED_WATCHING || state == DW_FEED_ABSENT)
    feed->heard_ms = dw_cluster_now_ms();
  snprintf(status->error, sizeof status->error, "%s", why);
  unlock(feed);
  if (news)
    log_state(feed, state, objects, why);
}

static void heard(struct dw_feed *feed) {
  lock(feed);
  feed->heard_ms = dw_cluster_now_ms();
  unlock(feed);
}

static enum dw_outcome what_stands(struct dw_feed *feed) {
  lock(feed);
  enum dw_outcome stands = feed->stands;
  unlock(feed);
  return stands;
}

/* --- what can't be read --- */

static void log_unreadable(const struct dw_feed *feed, const dw_json *object, const struct dw_error *err) {
  const char *name = dw_json_string(dw_json_path(object, "metadata", "name", NULL));
  const char *ns = dw_json_string(dw_json_path(object, "metadata", "namespace", NULL));
  dw_log_with(DW_LOG_WARN, "an object can't be read and is left out",
              dw_log_string("resource", feed->status.resource->plural),
              dw_log_string("namespace", ns == NULL ? "" : ns), dw_log_string("name", name == NULL ? "" : name),
              dw_log_string("reason", err->text));
}

/* -1 where it can't be read; that is logged. OUT: NULL for an object of the kind that no rule reads. */
static int reduce(struct dw_feed *feed, const dw_json *json, const struct dw_object **out) {
  struct dw_error err = DW_ERROR_INIT;
  *out = NULL;
  if (json == NULL)
    dw_error_set(&err, DW_ERR_SYNTAX, "is too large or no JSON");
  else if (dw_object_reduce_as(feed->status.resource->kind, json, "", out, &err) == 0)
    return 0;
  log_unreadable(feed, json, &err);
  return -1;
}

/* --- list --- */

static void restart(void *context) {
  struct dw_feed *feed = context;
  dw_store_clear(&feed->fresh);
  feed->fresh_unreadable = 0;
}

static int take(void *context, struct dw_arena *arena, const dw_json *json, struct dw_error *err) {
  struct dw_feed *feed = context;
  (void)arena;
  (void)err;
  const struct dw_object *object = NULL;
  if (reduce(feed, json, &object) != 0)
    feed->fresh_unreadable++;
  else if (object != NULL)
    dw_store_append(&feed->fresh, object);
  return 0;
}

/* Puts what was read in place of what was there. */
static void replace_store(struct dw_feed *feed, enum dw_outcome outcome) {
  dw_store_sort(&feed->fresh);
  lock(feed);
  struct dw_store old = feed->store;
  feed->store = feed->fresh;
  feed->status.unreadable = feed->fresh_unreadable;
  feed->stands = outcome;
  feed->cluster->generation++;
  unlock(feed);
  feed->fresh = (struct dw_store){NULL, 0, 0};
  feed->fresh_unreadable = 0;
  dw_store_clear(&old);
}

/* Absent or forbidden is believed of an API server that has started, and of what was read before only after a while:
 * dropping what is known would let pass what it denies. */
static bool is_believed(struct dw_feed *feed) {
  int64_t now = dw_cluster_now_ms();
  if (!dw_lister_server_ready(&feed->lister))
    return false;
  if (feed->refused_ms == 0)
    feed->refused_ms = now;
  return what_stands(feed) != DW_OUTCOME_DONE || now - feed->refused_ms >= (int64_t)feed->cluster->options.believe_ms;
}

static enum dw_outcome list_believed(struct dw_feed *feed) {
  enum dw_outcome outcome = dw_lister_run(&feed->lister);
  if (outcome != DW_OUTCOME_ABSENT && outcome != DW_OUTCOME_FORBIDDEN) {
    feed->refused_ms = 0;
    return outcome;
  }
  if (outcome == DW_OUTCOME_ABSENT)
    snprintf(feed->lister.err.text, sizeof feed->lister.err.text, "it is not served");
  return is_believed(feed) ? outcome : DW_OUTCOME_FAILED;
}

static enum dw_outcome list(struct dw_feed *feed) {
  lock(feed);
  feed->status.lists++;
  unlock(feed);
  enum dw_outcome outcome = list_believed(feed);
  if (outcome != DW_OUTCOME_DONE)
    restart(feed);
  if (outcome == DW_OUTCOME_DONE || outcome == DW_OUTCOME_ABSENT || outcome == DW_OUTCOME_FORBIDDEN)
    replace_store(feed, outcome);
  if (outcome != DW_OUTCOME_DONE)
    *feed->lister.resource_version = '\0';
  return outcome;
}

/* --- watch --- */

static void on_opened(void *context) {
  set_state(context, DW_FEED_WATCHING, "");
}

static const char *metadata(const dw_json *json, const char *key) {
  const char *text = dw_json_string(dw_json_path(json, "metadata", key, NULL));
  return text == NULL ? "" : text;
}

/* The store's key: a cluster-wide object has no namespace, whatever the event says. */
static const char *namespace_of(const struct dw_feed *feed, const dw_json *json) {
  return dw_kind_cluster_wide(feed->status.resource->kind) ? "" : metadata(json, "namespace");
}

static void tell_event(struct dw_feed *feed, const dw_json *json, const struct dw_object *object, uint64_t generation,
                       bool deleted) {
  const struct dw_cluster_options *options = &feed->cluster->options;
  if (options->event != NULL)
    options->event(options->context, &(struct dw_cluster_event){.kind = feed->status.resource->kind,
                                                                .ns = metadata(json, "namespace"),
                                                                .name = metadata(json, "name"),
                                                                .uid = metadata(json, "uid"),
                                                                .object = object,
                                                                .deleted = deleted,
                                                                .generation = generation});
}

/* Whether it changes what the rules read: nodes and NodeNetworkStates are written every few minutes without a change.
 */
static bool put(struct dw_feed *feed, const dw_json *json) {
  const struct dw_object *object = NULL;
  int failed = reduce(feed, json, &object);
  lock(feed);
  bool changed = false;
  if (object != NULL)
    changed = dw_store_put(&feed->store, dw_object_ref(object));
  else /* what was read of it before is no longer true */
    changed = dw_store_remove(&feed->store, namespace_of(feed, json), metadata(json, "name"));
  feed->status.unreadable += failed != 0;
  uint64_t generation = ++feed->cluster->generation;
  unlock(feed);
  tell_event(feed, json, object, generation, false);
  dw_object_unref(object);
  return changed;
}

static bool drop(struct dw_feed *feed, const dw_json *json) {
  lock(feed);
  bool changed = dw_store_remove(&feed->store, namespace_of(feed, json), metadata(json, "name"));
  uint64_t generation = ++feed->cluster->generation;
  unlock(feed);
  tell_event(feed, json, NULL, generation, true);
  return changed;
}

static int fail_watch(struct dw_feed *feed, enum dw_outcome outcome, const char *why) {
  feed->watch_outcome = outcome;
  snprintf(feed->lister.err.text, sizeof feed->lister.err.text, "%s", why);
  return -1;
}

static int note_version(struct dw_feed *feed, const dw_json *object) {
  const char *version = dw_json_string(dw_json_path(object, "metadata", "resourceVersion", NULL));
  if (version == NULL || strlen(version) >= sizeof feed->lister.resource_version)
    return fail_watch(feed, DW_OUTCOME_EXPIRED, "an event came without a resourceVersion");
  memcpy(feed->lister.resource_version, version, strlen(version) + 1);
  return 0;
}

static int on_error_event(struct dw_feed *feed, const dw_json *status) {
  int64_t code = 0;
  const char *message = dw_json_get_string(status, "message");
  dw_json_integer(dw_json_get(status, "code"), &code);
  return fail_watch(feed, code == 410 ? DW_OUTCOME_EXPIRED : DW_OUTCOME_FAILED,
                    message == NULL ? "the watch ended with an error" : message);
}

/* CHANGED is set where what the rules read did. */
static int on_event(struct dw_feed *feed, const char *text, size_t length, bool *changed) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *event = dw_json_select(arena, text, length, dw_event_paths(), DW_JSON_PLAIN);
  const char *type = dw_json_get_string(event, "type");
  const dw_json *object = dw_json_get(event, "object");
  if (type == NULL || dw_json_type(object) != DW_JSON_OBJECT)
    return fail_watch(feed, DW_OUTCOME_EXPIRED, "what came over the watch is no event");
  if (strcmp(type, "ERROR") == 0)
    return on_error_event(feed, object);
  if (strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0)
    *changed |= put(feed, object);
  else if (strcmp(type, "DELETED") == 0)
    *changed |= drop(feed, object);
  return note_version(feed, object);
}

static int add_to_line(struct dw_feed *feed, const char *data, size_t length) {
  if (length > DW_MOST_OBJECT_BYTES - feed->line.length)
    return fail_watch(feed, DW_OUTCOME_EXPIRED, "an event is too large");
  dw_buf_add(&feed->line, data, length);
  return 0;
}

static bool take_lines(struct dw_feed *feed, const char *data, size_t length, bool *changed) {
  for (const char *end; (end = memchr(data, '\n', length)) != NULL;) {
    size_t part = (size_t)(end - data);
    if (add_to_line(feed, data, part) != 0)
      return false;
    data += part + 1;
    length -= part + 1;
    bool ok = feed->line.length == 0 || on_event(feed, dw_buf_text(&feed->line), feed->line.length, changed) == 0;
    dw_buf_truncate(&feed->line, 0);
    if (!ok)
      return false;
  }
  return add_to_line(feed, data, length) == 0;
}

bool dw_feed_watched(void *context, const char *data, size_t length) {
  struct dw_feed *feed = context;
  bool changed = false;
  heard(feed);
  bool more = take_lines(feed, data, length, &changed);
  if (changed)
    tell_changed(feed);
  return more;
}

/* Spread, so that the watches of many feeds and replicas do not end at the same moment. */
static unsigned watch_seconds(const struct dw_feed *feed) {
  unsigned least = feed->cluster->options.watch_seconds;
  struct dw_backoff spread = {.first_ms = 2 * WATCH_SECONDS, .most_ms = 2 * WATCH_SECONDS};
  return least > 0 ? least : dw_backoff_next(&spread, 0);
}

static enum dw_outcome watch(struct dw_feed *feed) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  dw_resource_path(feed->status.resource, feed->lister.version, &path);
  dw_buf_puts(&path, "watch=true&allowWatchBookmarks=true&resourceVersion=");
  dw_api_escape(&path, feed->lister.resource_version);
  dw_buf_printf(&path, "&timeoutSeconds=%u", watch_seconds(feed));
  lock(feed);
  feed->status.watches++;
  unlock(feed);
  dw_buf_truncate(&feed->line, 0);
  feed->watch_outcome = DW_OUTCOME_DONE;
  struct dw_api_request request = {.path = dw_buf_text(&path),
                                   .idle_ms = WATCH_IDLE_MS,
                                   .opened = on_opened,
                                   .receive = dw_feed_watched,
                                   .context = feed};
  dw_api_call(feed->lister.client, &request, &feed->lister.result);
  if (feed->watch_outcome != DW_OUTCOME_DONE)
    return feed->watch_outcome;
  enum dw_outcome outcome = dw_outcome_of(&feed->lister.result);
  if (outcome != DW_OUTCOME_DONE)
    dw_outcome_text(&feed->lister.result, feed->lister.err.text, sizeof feed->lister.err.text);
  return outcome;
}

/* --- the loop --- */

/* Until the time is over, the cluster stops, or (where NUDGEABLE) somebody has heard of the API server. */
static void rest(struct dw_feed *feed, unsigned milliseconds, bool nudgeable) {
  struct dw_cluster *cluster = feed->cluster;
  int64_t until = dw_cluster_now_ms() + milliseconds;
  int64_t soonest = dw_cluster_now_ms() + SOONEST_MS;
  lock(feed);
  unsigned nudges = cluster->nudges;
  while (!atomic_load(&cluster->stopping) && dw_cluster_now_ms() < until) {
    if (nudgeable && cluster->nudges != nudges && until > soonest)
      until = soonest;
    struct timespec deadline = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
    pthread_cond_timedwait(&cluster->wake, &cluster->lock, &deadline);
  }
  unlock(feed);
}

/* What a list or a watch came to, and how long to wait before the next. */
static void settle(struct dw_feed *feed, enum dw_outcome outcome, bool listing) {
  const struct dw_cluster_options *options = &feed->cluster->options;
  const char *why = feed->lister.err.text;
  switch (outcome) {
  case DW_OUTCOME_DONE:
    if (listing)
      set_state(feed, DW_FEED_WATCHING, "");
    dw_backoff_reset(&feed->backoff);
    return;
  case DW_OUTCOME_STOPPED:
    return;
  case DW_OUTCOME_EXPIRED:
    *feed->lister.resource_version = '\0';
    rest(feed, dw_backoff_next(&feed->backoff, 0), true);
    return;
  case DW_OUTCOME_ABSENT:
  case DW_OUTCOME_FORBIDDEN:
    *feed->lister.resource_version = '\0';
    if (!listing) /* the list tells whether it is so, and empties what was read */
      return;
    set_state(feed, outcome == DW_OUTCOME_ABSENT ? DW_FEED_ABSENT : DW_FEED_FORBIDDEN,
              outcome == DW_OUTCOME_ABSENT ? "" : why);
    tell_changed(feed);
    rest(feed, options->absent_wait_ms, false);
    return;
  case DW_OUTCOME_FAILED:
    set_state(feed, what_stands(feed) == DW_OUTCOME_FAILED ? DW_FEED_LISTING : DW_FEED_BROKEN, why);
    rest(feed, dw_backoff_next(&feed->backoff, feed->lister.result.retry_after_ms), true);
    return;
  }
}

void *dw_feed_run(void *context) {
  struct dw_feed *feed = context;
  feed->lister.restart = restart;
  feed->lister.take = take;
  feed->lister.context = feed;
  while (!atomic_load(&feed->cluster->stopping)) {
    bool listing = *feed->lister.resource_version == '\0';
    enum dw_outcome outcome = listing ? list(feed) : watch(feed);
    settle(feed, outcome, listing);
    if (listing && outcome == DW_OUTCOME_DONE)
      tell_changed(feed);
  }
  restart(feed);
  dw_buf_free(&feed->line);
  return NULL;
}
