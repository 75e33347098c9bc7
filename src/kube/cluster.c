#include "kube/cluster.h"
#include "base/clock.h"
#include "base/setting.h"

#include <stdlib.h>
#include <string.h>

#include "kube/cluster_internal.h"

enum {
  FIRST_WAIT_MS = 800, /* this and the next two are the values of client-go's reflector */
  MOST_WAIT_MS = 30000,
  CALM_MS = 120000,
  SHORT_WATCH_MS = 1000,
  RELIST_MS = 30000,
  ABSENT_WAIT_MS = 7000,
  BELIEVE_MS = 5000
};

static struct dw_cluster *make_cluster(const struct dw_cluster_options *options) {
  struct dw_cluster *cluster = calloc(1, sizeof *cluster);
  if (cluster == NULL)
    abort();
  cluster->options = *options;
  cluster->options.first_wait_ms = dw_or_default(options->first_wait_ms, FIRST_WAIT_MS);
  cluster->options.most_wait_ms = dw_or_default(options->most_wait_ms, MOST_WAIT_MS);
  cluster->options.absent_wait_ms = dw_or_default(options->absent_wait_ms, ABSENT_WAIT_MS);
  cluster->options.relist_ms = dw_or_default(options->relist_ms, RELIST_MS);
  cluster->options.short_watch_ms = dw_or_default(options->short_watch_ms, SHORT_WATCH_MS);
  cluster->options.most_pages = dw_or_default(options->most_pages, DW_MOST_PAGES);
  cluster->options.believe_ms = dw_or_default(options->believe_ms, BELIEVE_MS);
  cluster->options.page = dw_or_default(options->page, DW_PAGE);
  pthread_mutex_init(&cluster->lock, NULL);
  dw_condition_init(&cluster->wake);
  cluster->lookups = dw_lookups_new(options->config);
  return cluster;
}

static int make_feeds(struct dw_cluster *cluster, struct dw_error *err) {
  size_t count = 0;
  const struct dw_resource *resources = dw_resources(&count);
  cluster->feeds = calloc(count, sizeof *cluster->feeds);
  if (cluster->feeds == NULL)
    abort();
  for (size_t i = 0; i < count; i++) {
    if (!resources[i].watched)
      continue;
    struct dw_feed *feed = &cluster->feeds[cluster->feed_count++];
    feed->cluster = cluster;
    feed->status.resource = feed->lister.resource = &resources[i];
    feed->lister.page = cluster->options.page;
    feed->lister.most_pages = cluster->options.most_pages;
    feed->known = DW_OUTCOME_FAILED;
    feed->backoff.first_ms = cluster->options.first_wait_ms;
    feed->backoff.most_ms = cluster->options.most_wait_ms;
    feed->backoff.reset_ms = CALM_MS;
    feed->lister.client = dw_api_client_new(cluster->options.config, err);
    if (feed->lister.client == NULL)
      return -1;
  }
  return 0;
}

struct dw_cluster *dw_cluster_start(const struct dw_cluster_options *options, struct dw_error *err) {
  struct dw_cluster *cluster = make_cluster(options);
  int failed = make_feeds(cluster, err);
  for (size_t i = 0; failed == 0 && i < cluster->feed_count; i++) {
    struct dw_feed *feed = &cluster->feeds[i];
    feed->started = pthread_create(&feed->thread, NULL, dw_feed_run, feed) == 0;
    if (!feed->started)
      failed = dw_error_set(err, DW_ERR_OTHER, "can't start a thread");
  }
  if (failed == 0)
    return cluster;
  dw_cluster_stop(cluster);
  return NULL;
}

void dw_cluster_stop(struct dw_cluster *cluster) {
  if (cluster == NULL)
    return;
  atomic_store(&cluster->stopping, true);
  pthread_mutex_lock(&cluster->lock);
  pthread_cond_broadcast(&cluster->wake);
  pthread_mutex_unlock(&cluster->lock);
  for (size_t i = 0; i < cluster->feed_count; i++)
    if (cluster->feeds[i].started)
      dw_api_client_interrupt(cluster->feeds[i].lister.client);
  for (size_t i = 0; i < cluster->feed_count; i++) {
    struct dw_feed *feed = &cluster->feeds[i];
    if (feed->started)
      pthread_join(feed->thread, NULL);
    dw_api_client_free(feed->lister.client);
    dw_store_clear(&feed->store);
  }
  dw_lookups_free(cluster->lookups);
  pthread_cond_destroy(&cluster->wake);
  pthread_mutex_destroy(&cluster->lock);
  free(cluster->feeds);
  free(cluster);
}

bool dw_cluster_ready(struct dw_cluster *cluster) {
  pthread_mutex_lock(&cluster->lock);
  for (size_t i = 0; i < cluster->feed_count && !cluster->read; i++)
    if (cluster->feeds[i].known == DW_OUTCOME_FAILED)
      break;
    else if (i + 1 == cluster->feed_count)
      cluster->read = true;
  bool ready = cluster->read;
  pthread_mutex_unlock(&cluster->lock);
  return ready;
}

/* --- objects --- */

/* If the NodeNetworkState CRD is not installed, nothing is known about NICs. If the CRD of another kind is not
 * installed, it is known that there are no such objects. */
enum dw_knowledge dw_knowledge_of(enum dw_kind kind, enum dw_outcome outcome) {
  if (outcome == DW_OUTCOME_DONE)
    return DW_KNOWN;
  if (outcome == DW_OUTCOME_ABSENT)
    return kind == DW_KIND_NODE_NETWORK_STATE ? DW_UNKNOWN : DW_KNOWN;
  return outcome == DW_OUTCOME_FORBIDDEN ? DW_UNKNOWN : DW_UNAVAILABLE;
}

/* If a kind has several lists, the one that is known least decides. */
void dw_knowledge_add(enum dw_knowledge *knowledge, bool first, enum dw_knowledge one) {
  if (first || *knowledge == DW_KNOWN || (*knowledge == DW_UNKNOWN && one == DW_UNAVAILABLE))
    *knowledge = one;
}

static void add_store(struct dw_cluster_objects *out, const struct dw_store *store) {
  for (size_t i = 0; i < store->count; i++)
    out->objects[out->count++] = dw_object_ref(store->objects[i]);
}

void dw_cluster_objects(struct dw_cluster *cluster, struct dw_cluster_objects *out) {
  bool seen[DW_KIND_COUNT] = {false};
  memset(out, 0, sizeof *out);
  pthread_mutex_lock(&cluster->lock);
  out->generation = cluster->generation;
  size_t count = 1;
  for (size_t i = 0; i < cluster->feed_count; i++)
    count += cluster->feeds[i].store.count;
  out->objects = malloc(count * sizeof *out->objects);
  if (out->objects == NULL)
    abort();
  for (size_t i = 0; i < cluster->feed_count; i++) {
    const struct dw_feed *feed = &cluster->feeds[i];
    enum dw_kind kind = feed->status.resource->kind;
    add_store(out, &feed->store);
    dw_knowledge_add(&out->knowledge[kind], !seen[kind], dw_knowledge_of(kind, feed->known));
    seen[kind] = true;
  }
  pthread_mutex_unlock(&cluster->lock);
}

void dw_cluster_objects_free(struct dw_cluster_objects *objects) {
  for (size_t i = 0; i < objects->count; i++)
    dw_object_unref(objects->objects[i]);
  free(objects->objects);
  objects->objects = NULL;
  objects->count = 0;
}

size_t dw_cluster_status(struct dw_cluster *cluster, struct dw_feed_status *out, size_t max) {
  int64_t now = dw_now_milliseconds();
  pthread_mutex_lock(&cluster->lock);
  for (size_t i = 0; i < cluster->feed_count && i < max; i++) {
    const struct dw_feed *feed = &cluster->feeds[i];
    out[i] = feed->status;
    out[i].objects = feed->store.count;
    out[i].age_ms = feed->contact_ms == 0 ? -1 : feed->status.state == DW_FEED_WATCHING ? 0 : now - feed->contact_ms;
  }
  size_t count = cluster->feed_count;
  pthread_mutex_unlock(&cluster->lock);
  return count;
}

static bool is_current(const struct dw_feed *feed) {
  enum dw_kind kind = feed->status.resource->kind;
  bool matters = kind == DW_KIND_NAD || dw_kind_is_user(kind);
  bool watched = feed->status.state == DW_FEED_WATCHING && feed->open;
  return !matters || watched || feed->status.state == DW_FEED_ABSENT;
}

bool dw_cluster_current(struct dw_cluster *cluster) {
  bool current = true;
  pthread_mutex_lock(&cluster->lock);
  for (size_t i = 0; i < cluster->feed_count; i++)
    current = current && is_current(&cluster->feeds[i]);
  pthread_mutex_unlock(&cluster->lock);
  return current;
}

void dw_cluster_nudge(struct dw_cluster *cluster) {
  pthread_mutex_lock(&cluster->lock);
  cluster->nudges++;
  pthread_cond_broadcast(&cluster->wake);
  pthread_mutex_unlock(&cluster->lock);
}

/* Uses the version that the feed lists: the 404 for a version that is not served would look like an object that does
 * not exist. */
static void path_of_kind(struct dw_cluster *cluster, enum dw_kind kind, const char *ns, struct dw_buf *out) {
  pthread_mutex_lock(&cluster->lock);
  for (size_t i = 0; i < cluster->feed_count; i++) {
    const struct dw_feed *feed = &cluster->feeds[i];
    const struct dw_resource *resource = feed->status.resource;
    if (resource->kind != kind)
      continue;
    dw_buf_printf(out, "/apis/%s/%s/namespaces/", resource->group,
                  feed->served == NULL ? resource->versions[0] : feed->served);
    dw_api_escape(out, ns);
    dw_buf_printf(out, "/%s/", resource->plural);
    break;
  }
  pthread_mutex_unlock(&cluster->lock);
}

enum dw_lookup dw_cluster_lookup(struct dw_cluster *cluster, const struct dw_lookup_key *key, unsigned timeout_ms,
                                 const struct dw_object **out, struct dw_error *err) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  path_of_kind(cluster, key->kind, key->ns, &path);
  dw_api_escape(&path, key->name);
  enum dw_lookup found = dw_lookups_get(cluster->lookups, key->kind, dw_buf_text(&path), timeout_ms, out, err);
  if (found != DW_LOOKUP_FOUND || (strcmp((*out)->namespace_, key->ns) == 0 && strcmp((*out)->name, key->name) == 0))
    return found;
  dw_error_set(err, DW_ERR_INVALID, "the API server returned %s/%s instead", (*out)->namespace_, (*out)->name);
  dw_object_unref(*out);
  *out = NULL;
  return DW_LOOKUP_FAILED;
}

/* --- listing once, without watches --- */

struct handover {
  const struct dw_cluster_list *list;
  const struct dw_resource *resource;
  bool begun;     /* an object was passed to the caller */
  bool restarted; /* and then the list started again, which would pass it a second time */
};

static void restart(void *context) {
  struct handover *handover = context;
  handover->restarted = handover->begun;
}

static int receive(void *context, struct dw_arena *arena, const dw_json *object, struct dw_error *err) {
  struct handover *handover = context;
  if (handover->restarted)
    return dw_error_set(err, DW_ERR_OTHER, "the cluster changed too fast to list it; try again");
  if (object == NULL)
    return dw_error_set(err, DW_ERR_SYNTAX, "an object is too large or not valid JSON");
  handover->begun = true;
  return handover->list->receive(handover->list->context, arena, handover->resource, object, err);
}

static int list_one(struct dw_api_client *client, const struct dw_cluster_list *list,
                    const struct dw_resource *resource, enum dw_outcome *outcome, struct dw_error *err) {
  struct handover handover = {.list = list, .resource = resource};
  struct dw_lister lister = {.client = client,
                             .resource = resource,
                             .page = list->page == 0 ? DW_PAGE : list->page,
                             .most_pages = DW_MOST_PAGES,
                             .restart = restart,
                             .receive = receive,
                             .context = &handover};
  *outcome = dw_lister_run(&lister);
  if (*outcome != DW_OUTCOME_FAILED && *outcome != DW_OUTCOME_STOPPED && *outcome != DW_OUTCOME_EXPIRED)
    return 0;
  dw_error_set(err, DW_ERR_IO, "%s: %s", resource->plural, lister.err.text);
  return dw_error_wrap(err, "%s", dw_api_config_server(list->config));
}

int dw_cluster_list(const struct dw_cluster_list *list, enum dw_knowledge knowledge[DW_KIND_COUNT],
                    struct dw_error *err) {
  size_t count = 0;
  const struct dw_resource *resources = dw_resources(&count);
  bool seen[DW_KIND_COUNT] = {false};
  struct dw_api_client *client = list->client != NULL ? list->client : dw_api_client_new(list->config, err);
  int failed = client == NULL ? -1 : 0;
  for (size_t i = 0; i < count && failed == 0; i++) {
    enum dw_kind kind = resources[i].kind;
    enum dw_outcome outcome = DW_OUTCOME_DONE;
    if (list->only != DW_KIND_OTHER && list->only != kind)
      continue;
    failed = list_one(client, list, &resources[i], &outcome, err);
    dw_knowledge_add(&knowledge[kind], !seen[kind], dw_knowledge_of(kind, outcome));
    seen[kind] = true;
  }
  if (list->client == NULL)
    dw_api_client_free(client);
  return failed;
}
