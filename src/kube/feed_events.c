/* Reduces the objects of a list and of a watch, and keeps those of the watch in the feed's store. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kube/cluster_internal.h"

void dw_feed_changed(struct dw_feed *feed) {
  const struct dw_cluster_options *options = &feed->cluster->options;
  if (options->changed != NULL)
    options->changed(options->context);
}

void dw_feed_note_contact(struct dw_feed *feed) {
  pthread_mutex_lock(&feed->cluster->lock);
  feed->contact_ms = dw_now_milliseconds();
  pthread_mutex_unlock(&feed->cluster->lock);
}

/* --- one object --- */

static void log_unreadable(const struct dw_feed *feed, const dw_json *object, const struct dw_error *err) {
  const char *name = dw_json_string(dw_json_path(object, "metadata", "name", NULL));
  const char *ns = dw_json_string(dw_json_path(object, "metadata", "namespace", NULL));
  dw_log_with(DW_LOG_WARN, "skipped an object that can't be read",
              dw_log_string("resource", feed->status.resource->plural),
              dw_log_string("namespace", ns == NULL ? "" : ns), dw_log_string("name", name == NULL ? "" : name),
              dw_log_string("reason", err->text));
}

int dw_feed_reduce(struct dw_feed *feed, const dw_json *json, const struct dw_object **out) {
  struct dw_error err = DW_ERROR_INIT;
  *out = NULL;
  if (json == NULL)
    dw_error_set(&err, DW_ERR_SYNTAX, "is too large or not valid JSON");
  else if (dw_object_reduce_as(feed->status.resource->kind, json, "", out, &err) == 0)
    return 0;
  log_unreadable(feed, json, &err);
  return -1;
}

/* --- events --- */

static const char *metadata(const dw_json *json, const char *key) {
  const char *text = dw_json_string(dw_json_path(json, "metadata", key, NULL));
  return text == NULL ? "" : text;
}

/* In the store a cluster-wide object has no namespace, whatever the event says. Requires the cluster's lock. */
static bool remove_object(struct dw_feed *feed, const dw_json *json) {
  enum dw_kind kind = feed->status.resource->kind;
  const char *ns = dw_kind_cluster_wide(kind) ? "" : metadata(json, "namespace");
  return dw_store_remove(&feed->store, kind, ns, metadata(json, "name"));
}

static void report_event(struct dw_feed *feed, const dw_json *json, const struct dw_object *object, uint64_t generation,
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

/* Returns true if the rules read something different now: nodes and NodeNetworkStates are written every few minutes
 * without such a change. */
static bool put(struct dw_feed *feed, const dw_json *json) {
  const struct dw_object *object = NULL;
  int failed = dw_feed_reduce(feed, json, &object);
  pthread_mutex_lock(&feed->cluster->lock);
  bool changed = false;
  if (object != NULL)
    changed = dw_store_put(&feed->store, dw_object_ref(object));
  else /* what was known about the object is outdated */
    changed = remove_object(feed, json);
  feed->status.unreadable += failed != 0;
  uint64_t generation = ++feed->cluster->generation;
  pthread_mutex_unlock(&feed->cluster->lock);
  report_event(feed, json, object, generation, false);
  dw_object_unref(object);
  return changed;
}

static bool drop(struct dw_feed *feed, const dw_json *json) {
  pthread_mutex_lock(&feed->cluster->lock);
  bool changed = remove_object(feed, json);
  uint64_t generation = ++feed->cluster->generation;
  pthread_mutex_unlock(&feed->cluster->lock);
  report_event(feed, json, NULL, generation, true);
  return changed;
}

static int fail_watch(struct dw_feed *feed, enum dw_outcome outcome, const char *why) {
  feed->watch_outcome = outcome;
  snprintf(feed->lister.err.text, sizeof feed->lister.err.text, "%s", why);
  return -1;
}

/* Makes the watch fail and a list follow, because the watch has sent something unusable. */
static int relist(struct dw_feed *feed, const char *why) {
  *feed->lister.resource_version = '\0';
  return fail_watch(feed, DW_OUTCOME_FAILED, why);
}

static int on_error_event(struct dw_feed *feed, const dw_json *status) {
  int64_t code = 0;
  const char *message = dw_json_get_string(status, "message");
  dw_json_integer(dw_json_get(status, "code"), &code);
  return fail_watch(feed, code == 410 ? DW_OUTCOME_EXPIRED : DW_OUTCOME_FAILED,
                    message == NULL ? "the watch ended with an error" : message);
}

/* Sets CHANGED if the rules read something different afterwards. */
static int on_object(struct dw_feed *feed, struct dw_arena *arena, const char *type, const dw_json *object,
                     bool *changed) {
  const char *misfit = dw_resource_misfit(feed->status.resource, arena, object);
  if (misfit != NULL)
    return relist(feed, misfit);
  *changed |= strcmp(type, "DELETED") == 0 ? drop(feed, object) : put(feed, object);
  return 0;
}

static int on_event(struct dw_feed *feed, const char *text, size_t length, bool *changed) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *event = dw_json_select(arena, text, length, dw_event_paths, DW_JSON_PLAIN);
  const char *type = dw_json_get_string(event, "type");
  const dw_json *object = dw_json_get(event, "object");
  if (type == NULL || dw_json_type(object) != DW_JSON_OBJECT)
    return relist(feed, "the watch sent something that is not an event");
  if (strcmp(type, "ERROR") == 0)
    return on_error_event(feed, object);
  const char *version = dw_json_string(dw_json_path(object, "metadata", "resourceVersion", NULL));
  if (!dw_lister_is_version(version))
    return relist(feed, "an event has no usable resourceVersion");
  bool of_object = strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0 || strcmp(type, "DELETED") == 0;
  if (of_object && on_object(feed, arena, type, object, changed) != 0)
    return -1;
  feed->progress |=
      of_object && strcmp(version, feed->lister.resource_version) != 0; /* bookmarks don't count as progress */
  memcpy(feed->lister.resource_version, version, strlen(version) + 1);
  return 0;
}

static int add_to_line(struct dw_feed *feed, const char *data, size_t length) {
  if (length > DW_MOST_OBJECT_BYTES - feed->line.length)
    return relist(feed, "an event is too large");
  dw_buf_add(&feed->line, data, length);
  return 0;
}

static bool read_lines(struct dw_feed *feed, const char *data, size_t length, bool *changed) {
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
  dw_feed_note_contact(feed);
  bool more = read_lines(feed, data, length, &changed);
  if (changed)
    dw_feed_changed(feed);
  return more;
}
