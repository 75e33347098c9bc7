/* All metrics, in Prometheus's text format 0.0.4. */
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
#include "serve/activation.h"
#include "serve/auditor.h"
#include "serve/counters.h"
#include "serve/service.h"

/* The label includes the name of a single object that is watched: "configmaps/kubeadm-config". */
static void resource_label(struct dw_buf *out, const struct dw_resource *resource) {
  dw_buf_printf(out, "{resource=\"%s%s%s%s%s\"}", resource->plural, *resource->group == '\0' ? "" : ".",
                resource->group, resource->name == NULL ? "" : "/", resource->name == NULL ? "" : resource->name);
}

enum feed_metric {
  VIEW_AGE,
  VIEW_OBJECTS,
  VIEW_UNREADABLE,
  WATCH_UP,
  WATCH_REFUSED,
  VIEW_FAILURES,
  LISTS,
  WATCH_RESTARTS,
  FEED_METRICS
};

static const struct {
  const char *name, *type, *help;
} feed_metrics[FEED_METRICS] = {
    [VIEW_AGE] = {"view_age_seconds", "gauge",
                  "Time since the API server last sent something about this resource; 0 while it is being watched."},
    [VIEW_OBJECTS] = {"view_objects", "gauge", "Objects in the view."},
    [VIEW_UNREADABLE] = {"view_unreadable_objects", "gauge", "Objects skipped because they could not be read."},
    [WATCH_UP] = {"watch_up", "gauge", "Whether the resource is being watched."},
    [WATCH_REFUSED] = {"watch_refused", "gauge", "Whether the resource may be listed but not watched."},
    [VIEW_FAILURES] = {"view_failures_total", "counter", "Lists and watches that failed or were rejected."},
    [LISTS] = {"lists_total", "counter", "Lists started."},
    [WATCH_RESTARTS] = {"watch_restarts_total", "counter",
                        "Watches started after the first; the API server closes each after some minutes."}};

static double feed_value(const struct dw_feed_status *feed, enum feed_metric metric) {
  switch (metric) {
  case VIEW_AGE:
    return feed->age_ms < 0 ? -1 : (double)feed->age_ms / 1000; /* -1: the API server has not sent anything yet */
  case VIEW_OBJECTS:
    return (double)feed->objects;
  case VIEW_UNREADABLE:
    return (double)feed->unreadable;
  case WATCH_UP:
    return feed->state == DW_FEED_WATCHING;
  case WATCH_REFUSED:
    return feed->state == DW_FEED_UNWATCHED;
  case VIEW_FAILURES:
    return (double)feed->failures;
  case LISTS:
    return (double)feed->lists;
  case WATCH_RESTARTS:
    return feed->watches == 0 ? 0 : (double)feed->watches - 1;
  case FEED_METRICS:
    break;
  }
  return 0;
}

static void add_feeds(struct dw_buf *out, struct dw_cluster *cluster) {
  struct dw_feed_status feeds[DW_MOST_FEEDS];
  size_t count = dw_cluster_status(cluster, feeds, DW_MOST_FEEDS);
  for (enum feed_metric metric = 0; metric < FEED_METRICS; metric++) {
    dw_metric_head(out, feed_metrics[metric].name, feed_metrics[metric].type, feed_metrics[metric].help);
    for (size_t i = 0; i < count && i < DW_MOST_FEEDS; i++) {
      dw_buf_printf(out, "droveway_%s", feed_metrics[metric].name);
      resource_label(out, feeds[i].resource);
      dw_buf_printf(out, " %.15g\n", feed_value(&feeds[i], metric));
    }
  }
}

static void add_hits(struct dw_buf *out, const char *limit, uint64_t hits) {
  dw_buf_printf(out, "droveway_limit_hits_total{limit=\"%s\"} %" PRIu64 "\n", limit, hits);
}

/* HITS are those of the webhook; OWN, under separate names, those of the listener for metrics. */
static void add_limits(struct dw_buf *out, const struct dw_bound_hits *hits, const struct dw_bound_hits *own) {
  dw_metric_head(out, "limit_hits_total", "counter", "Requests refused and connections closed because of a limit.");
  for (enum dw_bound limit = 0; limit < DW_BOUND_COUNT; limit++)
    add_hits(out, dw_bound_name(limit), dw_bound_hits(hits, limit));
  if (own == NULL)
    return;
  add_hits(out, "metrics_connections",
           dw_bound_hits(own, DW_BOUND_CONNECTIONS) + dw_bound_hits(own, DW_BOUND_CONNECTIONS_PER_ADDRESS) +
               dw_bound_hits(own, DW_BOUND_CONNECTION_RATE));
  add_hits(out, "metrics_request_time", dw_bound_hits(own, DW_BOUND_REQUEST_TIME));
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
  if (service->activation != NULL)
    dw_activation_metrics(service->activation, out);
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

/* --- of the process, with the names of Prometheus's client libraries; left out without /proc. Sources: proc(5),
 * getrusage(2), getrlimit(2) --- */

/* Fields of /proc/self/stat. The first two are the process id and the name of the program. */
enum { FIRST_FIELD = 3, THREADS_FIELD = 20, START_FIELD = 22, VIRTUAL_FIELD = 23, RESIDENT_FIELD = 24, FIELDS = 25 };

static void add_process_metric(struct dw_buf *out, const char *name, const char *type, const char *help, double value) {
  dw_buf_printf(out, "# HELP process_%s %s\n# TYPE process_%s %s\nprocess_%s %.15g\n", name, help, name, type, name,
                value);
}

/* Returns false if it can't be read. */
static bool read_stat(unsigned long long fields[FIELDS]) {
  char text[1024];
  int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0)
    close(fd);
  if (length <= 0)
    return false;
  text[length] = '\0';
  char *at = strrchr(text, ')'); /* the name may contain anything */
  if (at == NULL || strlen(at) < 4)
    return false;
  at += 4; /* ") S", the state */
  for (int i = FIRST_FIELD + 1; i < FIELDS; i++)
    fields[i] = strtoull(at, &at, 10);
  return true;
}

/* TICKS is the start of the process, counted from the start of the machine. */
static double start_time(unsigned long long ticks) {
  struct timespec now = {0}, up = {0};
  clock_gettime(CLOCK_REALTIME, &now);
  clock_gettime(CLOCK_BOOTTIME, &up);
  double booted = (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9;
  double started = booted + (double)ticks / (double)sysconf(_SC_CLK_TCK);
  return (double)(long long)(started * 100 + 0.5) / 100; /* rounded to a tick, a hundredth of a second */
}

/* Returns a negative number if they can't be counted. */
static double open_descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  double count = -1; /* without the descriptor of the folder */
  if (folder == NULL)
    return -1;
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
    count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

static void add_usage(struct dw_buf *out) {
  struct rusage usage;
  struct rlimit limit;
  double open = open_descriptors();
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    add_process_metric(out, "cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.",
                       (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
  if (open >= 0)
    add_process_metric(out, "open_fds", "gauge", "Number of open file descriptors.", open);
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    add_process_metric(out, "max_fds", "gauge", "Maximum number of open file descriptors.", (double)limit.rlim_cur);
}

static void add_process(struct dw_buf *out) {
  unsigned long long fields[FIELDS] = {0};
  add_usage(out);
  if (!read_stat(fields))
    return;
  add_process_metric(out, "resident_memory_bytes", "gauge", "Resident memory size in bytes.",
                     (double)fields[RESIDENT_FIELD] * (double)sysconf(_SC_PAGESIZE));
  add_process_metric(out, "virtual_memory_bytes", "gauge", "Virtual memory size in bytes.",
                     (double)fields[VIRTUAL_FIELD]);
  add_process_metric(out, "start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.",
                     start_time(fields[START_FIELD]));
  add_process_metric(out, "threads", "gauge", "Number of OS threads in the process.", (double)fields[THREADS_FIELD]);
}

/* --- the answer --- */

void dw_metrics_respond(const struct dw_service *service, struct dw_http_answer *answer) {
  const struct dw_service *shown = service->shown;
  struct dw_buf *out = &answer->body;
  answer->status = 200;
  answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
  dw_metric_head(out, "build_info", "gauge", "Droveway's version.");
  dw_buf_puts(out, "droveway_build_info{version=\"" DW_VERSION "\"} 1\n");
  dw_metric_head(out, "ready", "gauge", "Whether this instance answers reviews.");
  dw_buf_printf(out, "droveway_ready %d\n", dw_service_ready(shown, NULL));
  add_requests(out, shown, service->load);
  add_sources(out, shown);
  add_log(out);
  add_process(out);
}
