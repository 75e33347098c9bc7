/* What there is to measure, in Prometheus's text format 0.0.4. */
#include <stdio.h>

#include "droveway/base/arena.h"
#include "droveway/server/auditor.h"
#include "droveway/server/certificates.h"
#include "droveway/server/limits.h"
#include "droveway/server/self_managed.h"
#include "droveway/sources/cluster.h"
#include "server/connections.h"
#include "server/server_internal.h"

enum { MOST_FEEDS = 16 };

static void head(struct dw_buf *out, const char *name, const char *type, const char *help) {
  dw_buf_printf(out, "# HELP droveway_%s %s\n# TYPE droveway_%s %s\n", name, help, name, type);
}

/* A label that tells the lists of one resource apart: "configmaps/kubeadm-config". */
static void resource_label(struct dw_buf *out, const struct dw_resource *resource) {
  dw_buf_printf(out, "{resource=\"%s%s%s%s%s\"}", resource->plural, *resource->group == '\0' ? "" : ".",
                resource->group, resource->name == NULL ? "" : "/", resource->name == NULL ? "" : resource->name);
}

struct feeds {
  struct dw_feed_status items[MOST_FEEDS];
  size_t count;
};

/* A line for each feed. */
static void per_feed(struct dw_buf *out, const struct feeds *feeds, const char *name,
                     double (*value)(const struct dw_feed_status *feed)) {
  for (size_t i = 0; i < feeds->count; i++) {
    dw_buf_printf(out, "droveway_%s", name);
    resource_label(out, feeds->items[i].resource);
    dw_buf_printf(out, " %.15g\n", value(&feeds->items[i]));
  }
}

/* Negative where the API server was never heard of. */
static double age(const struct dw_feed_status *feed) {
  return feed->age_ms < 0 ? -1 : (double)feed->age_ms / 1000;
}

static double objects(const struct dw_feed_status *feed) {
  return (double)feed->objects;
}

static double unreadable(const struct dw_feed_status *feed) {
  return (double)feed->unreadable;
}

static double lists(const struct dw_feed_status *feed) {
  return (double)feed->lists;
}

static double watches(const struct dw_feed_status *feed) {
  return (double)feed->watches;
}

static double watching(const struct dw_feed_status *feed) {
  return feed->state == DW_FEED_WATCHING;
}

static void add_feeds(struct dw_buf *out, struct dw_cluster *cluster) {
  struct feeds feeds;
  feeds.count = dw_cluster_status(cluster, feeds.items, MOST_FEEDS);
  if (feeds.count > MOST_FEEDS)
    feeds.count = MOST_FEEDS;
  head(out, "view_age_seconds", "gauge", "Time since the API server was last heard of, 0 while the watch stands.");
  per_feed(out, &feeds, "view_age_seconds", age);
  head(out, "view_objects", "gauge", "Objects in the view.");
  per_feed(out, &feeds, "view_objects", objects);
  head(out, "view_unreadable_objects", "gauge", "Objects left out because they could not be read.");
  per_feed(out, &feeds, "view_unreadable_objects", unreadable);
  head(out, "watch_up", "gauge", "Whether the watch stands.");
  per_feed(out, &feeds, "watch_up", watching);
  head(out, "lists_total", "counter", "Lists begun.");
  per_feed(out, &feeds, "lists_total", lists);
  head(out, "watches_total", "counter", "Watches begun.");
  per_feed(out, &feeds, "watches_total", watches);
}

static void add_limits(struct dw_buf *out, const struct dw_http_service *service) {
  head(out, "limit_hits_total", "counter", "Requests refused and connections closed for a limit.");
  for (enum dw_bound limit = 0; limit < DW_BOUND_COUNT; limit++)
    dw_buf_printf(out, "droveway_limit_hits_total{limit=\"%s\"} %llu\n", dw_bound_name(limit),
                  (unsigned long long)atomic_load(&service->hits->counts[limit]));
  if (service->connections == NULL)
    return;
  head(out, "threads", "gauge", "Threads that answer.");
  dw_buf_printf(out, "droveway_threads %u\n", service->threads);
  head(out, "connections", "gauge", "Connections that are open.");
  dw_buf_printf(out, "droveway_connections %u\n", dw_connections_count(service->connections));
  head(out, "request_memory_bytes", "gauge", "Bodies and parsed JSON of the requests in progress.");
  dw_buf_printf(out, "droveway_request_memory_bytes %zu\n", atomic_load(&service->budget->used));
}

void dw_metrics_respond(const struct dw_http_service *service, struct dw_http_answer *answer) {
  struct dw_buf *out = &answer->body;
  bool ready = service->worlds != NULL && dw_worlds_ready(service->worlds);
  struct dw_cluster *cluster = service->worlds == NULL ? NULL : dw_worlds_cluster(service->worlds);
  answer->status = 200;
  answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
  head(out, "build_info", "gauge", "Version of Droveway.");
  dw_buf_puts(out, "droveway_build_info{version=\"" DW_VERSION "\"} 1\n");
  head(out, "ready", "gauge", "Whether reviews are answered.");
  dw_buf_printf(out, "droveway_ready %d\n", ready && !atomic_load(&service->stopping));
  if (cluster != NULL)
    add_feeds(out, cluster);
  if (service->hits != NULL)
    add_limits(out, service);
  if (service->certificates != NULL)
    dw_certificates_metrics(service->certificates, out);
  if (service->managed != NULL)
    dw_self_managed_metrics(service->managed, out);
  if (service->auditor != NULL)
    dw_auditor_metrics(service->auditor, out);
}
