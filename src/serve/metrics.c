/* What there is to measure, in Prometheus's text format 0.0.4. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/metric.h"
#include "certs/self_managed.h"
#include "events/events.h"
#include "http/certificates.h"
#include "http/connections.h"
#include "http/http.h"
#include "kube/cluster.h"
#include "serve/auditor.h"
#include "serve/counters.h"
#include "serve/service.h"

enum { MOST_FEEDS = 16 };

/* A label that distinguishes the lists of one resource: "configmaps/kubeadm-config". */
static void resource_label(struct dw_buf *out, const struct dw_resource *resource) {
  dw_buf_printf(out, "{resource=\"%s%s%s%s%s\"}", resource->plural, *resource->group == '\0' ? "" : ".",
                resource->group, resource->name == NULL ? "" : "/", resource->name == NULL ? "" : resource->name);
}

struct feeds {
  struct dw_feed_status items[MOST_FEEDS];
  size_t count;
};

/* One line per feed. */
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

/* Not counting the first one. */
static double watch_restarts(const struct dw_feed_status *feed) {
  return feed->watches == 0 ? 0 : (double)feed->watches - 1;
}

static double watching(const struct dw_feed_status *feed) {
  return feed->state == DW_FEED_WATCHING;
}

static double failures(const struct dw_feed_status *feed) {
  return (double)feed->failures;
}

static double unwatched(const struct dw_feed_status *feed) {
  return feed->state == DW_FEED_UNWATCHED;
}

static void add_feeds(struct dw_buf *out, struct dw_cluster *cluster) {
  struct feeds feeds;
  feeds.count = dw_cluster_status(cluster, feeds.items, MOST_FEEDS);
  if (feeds.count > MOST_FEEDS)
    feeds.count = MOST_FEEDS;
  dw_metric_head(out, "view_age_seconds", "gauge",
                 "Time since the API server last sent something about this resource; 0 while it is being watched.");
  per_feed(out, &feeds, "view_age_seconds", age);
  dw_metric_head(out, "view_objects", "gauge", "Objects in the view.");
  per_feed(out, &feeds, "view_objects", objects);
  dw_metric_head(out, "view_unreadable_objects", "gauge", "Objects skipped because they could not be read.");
  per_feed(out, &feeds, "view_unreadable_objects", unreadable);
  dw_metric_head(out, "watch_up", "gauge", "Whether the resource is being watched.");
  per_feed(out, &feeds, "watch_up", watching);
  dw_metric_head(out, "watch_refused", "gauge", "Whether the resource may be listed but not watched.");
  per_feed(out, &feeds, "watch_refused", unwatched);
  dw_metric_head(out, "view_failures_total", "counter", "Lists and watches that failed or were rejected.");
  per_feed(out, &feeds, "view_failures_total", failures);
  dw_metric_head(out, "lists_total", "counter", "Lists started.");
  per_feed(out, &feeds, "lists_total", lists);
  dw_metric_head(out, "watch_restarts_total", "counter",
                 "Watches started after the first; the API server closes each after some minutes.");
  per_feed(out, &feeds, "watch_restarts_total", watch_restarts);
}

static void add_hits(struct dw_buf *out, const char *limit, uint64_t hits) {
  dw_buf_printf(out, "droveway_limit_hits_total{limit=\"%s\"} %" PRIu64 "\n", limit, hits);
}

static uint64_t hits_of(const struct dw_bound_hits *hits, enum dw_bound limit) {
  return atomic_load_explicit(&hits->counts[limit], memory_order_relaxed);
}

/* Of the service and, under separate names, of the listener for metrics. */
static void add_limits(struct dw_buf *out, const struct dw_bound_hits *hits, const struct dw_bound_hits *own) {
  dw_metric_head(out, "limit_hits_total", "counter", "Requests refused and connections closed because of a limit.");
  for (enum dw_bound limit = 0; limit < DW_BOUND_COUNT; limit++)
    add_hits(out, dw_bound_name(limit), hits_of(hits, limit));
  if (own == NULL)
    return;
  add_hits(out, "metrics_connections",
           hits_of(own, DW_BOUND_CONNECTIONS) + hits_of(own, DW_BOUND_CONNECTIONS_PER_ADDRESS) +
               hits_of(own, DW_BOUND_CONNECTION_RATE));
  add_hits(out, "metrics_request_time", hits_of(own, DW_BOUND_REQUEST_TIME));
}

static void add_load(struct dw_buf *out, const struct dw_http_load *load) {
  dw_metric_head(out, "requests_in_flight", "gauge", "Requests in progress.");
  dw_buf_printf(out, "droveway_requests_in_flight %u\n", atomic_load_explicit(&load->active, memory_order_relaxed));
  dw_metric_head(out, "threads", "gauge", "Request threads.");
  dw_buf_printf(out, "droveway_threads %u\n", load->threads);
  dw_metric_head(out, "connections", "gauge", "Open connections.");
  dw_buf_printf(out, "droveway_connections %u\n", dw_connections_count(load->connections));
  dw_metric_head(out, "request_memory_bytes", "gauge",
                 "Memory for the bodies and parsed JSON of requests in progress.");
  dw_buf_printf(out, "droveway_request_memory_bytes %zu\n", atomic_load(&load->budget.used));
}

static void add_requests(struct dw_buf *out, const struct dw_service *service, const struct dw_http_load *own) {
  if (service->counters != NULL)
    dw_counters_metrics(service->counters, out);
  if (service->load == NULL)
    return;
  add_limits(out, &service->load->hits, own == NULL ? NULL : &own->hits);
  if (service->load->connections != NULL)
    add_load(out, service->load);
}

static void add_sources(struct dw_buf *out, const struct dw_service *service) {
  struct dw_cluster *cluster = service->worlds == NULL ? NULL : dw_worlds_cluster(service->worlds);
  if (service->worlds != NULL)
    dw_worlds_metrics(service->worlds, out);
  if (cluster != NULL)
    add_feeds(out, cluster);
  if (service->certificates != NULL)
    dw_certificates_metrics(service->certificates, out);
  if (service->managed != NULL)
    dw_self_managed_metrics(service->managed, out);
  if (service->auditor != NULL)
    dw_auditor_metrics(service->auditor, out);
  if (service->events != NULL)
    dw_events_metrics(service->events, out);
}

static void add_log(struct dw_buf *out) {
  dw_metric_head(out, "log_lines_dropped_total", "counter",
                 "Log lines dropped because standard error blocked or was too slow.");
  dw_buf_printf(out, "droveway_log_lines_dropped_total %" PRIu64 "\n", dw_log_dropped());
}

/* --- of the process, as Prometheus's own client libraries name them; left out without /proc. Sources: proc(5),
 * getrusage(2), getrlimit(2) --- */

/* Of /proc/self/stat, behind the name of the program: the third field is the first. */
enum { FIRST_FIELD = 3, THREADS_FIELD = 20, START_FIELD = 22, VIRTUAL_FIELD = 23, RESIDENT_FIELD = 24, FIELDS = 25 };

static void add_metric(struct dw_buf *out, const char *name, const char *type, const char *help, double value) {
  dw_buf_printf(out, "# HELP process_%s %s\n# TYPE process_%s %s\nprocess_%s %.15g\n", name, help, name, type, name,
                value);
}

static void gauge(struct dw_buf *out, const char *name, const char *help, double value) {
  add_metric(out, name, "gauge", help, value);
}

/* False where it can't be read. */
static bool read_stat(unsigned long long fields[FIELDS]) {
  char text[1024];
  int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0)
    close(fd);
  if (length <= 0)
    return false;
  text[length] = '\0';
  char *at = strrchr(text, ')'); /* the name may hold anything */
  if (at == NULL || strlen(at) < 4)
    return false;
  at += 4; /* ") S", the state */
  for (int i = FIRST_FIELD + 1; i < FIELDS; i++)
    fields[i] = strtoull(at, &at, 10);
  return true;
}

/* The start is given in ticks since the machine's start. */
static double start_time(unsigned long long ticks) {
  struct timespec now = {0}, up = {0};
  clock_gettime(CLOCK_REALTIME, &now);
  clock_gettime(CLOCK_BOOTTIME, &up);
  double booted = (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9;
  double started = booted + (double)ticks / (double)sysconf(_SC_CLK_TCK);
  return (double)(long long)(started * 100 + 0.5) / 100; /* as exact as ticks are */
}

/* Negative where they can't be counted. */
static double open_descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  double count = -1; /* the one of the folder itself */
  if (folder == NULL)
    return -1;
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
    count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void add_usage(struct dw_buf *out) {
  struct rusage usage;
  struct rlimit limit;
  double open = open_descriptors();
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    add_metric(out, "cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.",
               seconds(usage.ru_utime) + seconds(usage.ru_stime));
  if (open >= 0)
    gauge(out, "open_fds", "Number of open file descriptors.", open);
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    gauge(out, "max_fds", "Maximum number of open file descriptors.", (double)limit.rlim_cur);
}

static void add_process(struct dw_buf *out) {
  unsigned long long fields[FIELDS] = {0};
  add_usage(out);
  if (!read_stat(fields))
    return;
  gauge(out, "resident_memory_bytes", "Resident memory size in bytes.",
        (double)fields[RESIDENT_FIELD] * (double)sysconf(_SC_PAGESIZE));
  gauge(out, "virtual_memory_bytes", "Virtual memory size in bytes.", (double)fields[VIRTUAL_FIELD]);
  gauge(out, "start_time_seconds", "Start time of the process since unix epoch in seconds.",
        start_time(fields[START_FIELD]));
  gauge(out, "threads", "Number of OS threads in the process.", (double)fields[THREADS_FIELD]);
}

/* --- */

void dw_metrics_respond(const struct dw_service *service, struct dw_http_answer *answer) {
  const struct dw_service *shown = service->shown;
  struct dw_buf *out = &answer->body;
  answer->status = 200;
  answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
  dw_metric_head(out, "build_info", "gauge", "Droveway's version.");
  dw_buf_puts(out, "droveway_build_info{version=\"" DW_VERSION "\"} 1\n");
  dw_metric_head(out, "ready", "gauge", "Whether this instance answers reviews.");
  dw_buf_printf(out, "droveway_ready %d\n", dw_not_ready(shown) == NULL);
  add_requests(out, shown, service->load);
  add_sources(out, shown);
  add_log(out);
  add_process(out);
}
