#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/serve_parts.h"
#include "http/listen.h"
#include "serve/server.h"

enum { MOST_FILES = 4096, LARGE_BLOCK = 128 << 10, ARENAS = 4 };
/* How --shutdown-timeout is divided. */
enum {
  ENDING_MS = 2000, /* for stopping threads, Events and the log, after the requests in flight */
  FLIGHT_MS = 1000, /* for finishing requests in flight, after --shutdown-delay */
  EVENTS_MS = 1000, /* for Events about the last denials */
  LOG_MS = 1000     /* for the last lines of the log */
};

/* Threads started later inherit the mask, so only the main thread receives these signals. */
static void block_signals(sigset_t *signals) {
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigaction(SIGPIPE, &ignore, NULL);
  sigemptyset(signals);
  sigaddset(signals, SIGTERM);
  sigaddset(signals, SIGINT);
  sigaddset(signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, signals, NULL);
}

/* Each connection needs a file descriptor. */
static void raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= MOST_FILES)
    return;
  limit.rlim_cur = limit.rlim_max < MOST_FILES ? limit.rlim_max : MOST_FILES;
  (void)!setrlimit(RLIMIT_NOFILE, &limit);
}

/* With its dynamic threshold, glibc would keep large blocks in the heap after the first large body and return little of
 * it to the system. The number of arenas is limited because each thread's arena would keep its own peak. */
static void tune_memory(void) {
  mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
  mallopt(M_TRIM_THRESHOLD, LARGE_BLOCK);
  mallopt(M_ARENA_MAX, ARENAS);
}

static void log_listening(int fd, const struct serve_options *options, const struct serve_parts *parts) {
  char name[128], until[32] = "";
  uint16_t port = dw_listen_name(fd, name, sizeof name);
  time_t end = (time_t)dw_certificates_until(parts->certificates);
  struct tm utc;
  if (gmtime_r(&end, &utc) != NULL)
    strftime(until, sizeof until, "%Y-%m-%d %H:%M:%S UTC", &utc);
  dw_log_with(DW_LOG_INFO, "listening", dw_log_string("address", name), dw_log_integer("port", port),
              dw_log_integer("threads", options->threads), dw_log_string("certificateUntil", until));
  if (end <= time(NULL))
    dw_log(DW_LOG_ERROR, "the certificate has expired; the API server will reject it");
}

static void log_metrics(int fd, bool plain) {
  char name[128];
  uint16_t port = dw_listen_name(fd, name, sizeof name);
  dw_log_with(DW_LOG_INFO, "serving metrics", dw_log_string("address", name), dw_log_integer("port", port),
              dw_log_string("scheme", plain ? "http" : "https"));
}

/* Returns on SIGTERM or SIGINT. */
static void wait_for_end(const sigset_t *signals, struct dw_worlds *worlds) {
  for (;;) {
    int number = 0;
    if (sigwait(signals, &number) != 0)
      continue;
    if (number != SIGHUP)
      return;
    dw_worlds_reread(worlds);
  }
}

/* Gives load balancers that poll /readyz time to stop sending requests. A second SIGTERM or SIGINT ends the delay;
 * SIGHUP is ignored. */
static void keep_answering(const sigset_t *signals, unsigned milliseconds) {
  int64_t end = dw_now_milliseconds() + milliseconds;
  siginfo_t info;
  int received = SIGHUP;
  for (int64_t left = milliseconds; left > 0 && (received == SIGHUP || (received < 0 && errno == EINTR));
       left = end - dw_now_milliseconds())
    received = sigtimedwait(signals, &info, &(struct timespec){left / 1000, (long)(left % 1000) * 1000000L});
}

/* --- the watchdog: ends the process in time even if other threads are stuck --- */

enum { LAST_LINE_MS = 100 }; /* for logging why the process ends */

static struct {
  pthread_t thread;
  bool started, armed;
  struct timespec end;
  sem_t changed; /* posted by watchdog_arm() and watchdog_stop() */
} watchdog;

static void end_process(void) {
  dw_log(DW_LOG_ERROR, "--shutdown-timeout expired; exiting with unfinished work");
  dw_log_flush(LAST_LINE_MS);
  _exit(CLI_TIMED_OUT);
}

static void *watch(void *unused) {
  (void)unused;
  while (sem_wait(&watchdog.changed) != 0)
    continue;
  if (!watchdog.armed)
    return NULL;
  while (sem_clockwait(&watchdog.changed, CLOCK_MONOTONIC, &watchdog.end) != 0)
    if (errno == ETIMEDOUT)
      end_process();
  return NULL;
}

/* Starts the thread early, so that none has to be started during a shutdown. */
static int watchdog_start(struct dw_error *err) {
  sem_init(&watchdog.changed, 0, 0);
  if (pthread_create(&watchdog.thread, NULL, watch, NULL) != 0)
    return dw_error_set(err, DW_ERR_OTHER, "can't start the shutdown watchdog thread");
  watchdog.started = true;
  return 0;
}

/* The process ends with CLI_TIMED_OUT in MILLISECONDS unless watchdog_stop() is called first. */
static void watchdog_arm(unsigned milliseconds) {
  unsigned left = milliseconds < 2 * LAST_LINE_MS ? milliseconds / 2 : milliseconds - LAST_LINE_MS;
  watchdog.end = dw_deadline(dw_now_microseconds() + (int64_t)left * 1000);
  watchdog.armed = true;
  sem_post(&watchdog.changed);
}

static void watchdog_stop(void) {
  if (!watchdog.started)
    return;
  sem_post(&watchdog.changed);
  pthread_join(watchdog.thread, NULL);
  sem_destroy(&watchdog.changed);
}

/* --- the server --- */

static void stop(const struct serve_options *options, const sigset_t *signals, struct dw_server *server,
                 struct dw_events *events) {
  unsigned total = options->shutdown_timeout_ms;
  unsigned ending = total / 2 < ENDING_MS ? total / 2 : ENDING_MS;
  unsigned answering = total - ending;
  unsigned longest_delay = answering > FLIGHT_MS ? answering - FLIGHT_MS : 0;
  unsigned delay = options->shutdown_delay_ms < longest_delay ? options->shutdown_delay_ms : longest_delay;
  int64_t end = dw_now_milliseconds() + total;
  watchdog_arm(total);
  dw_log(DW_LOG_INFO, "stopping: not ready; still answering for %u ms, then finishing the requests in flight", delay);
  dw_server_drain(server);
  keep_answering(signals, delay);
  dw_server_limit_stop(server, answering - delay);
  dw_server_stop(server);
  int64_t left = end - dw_now_milliseconds() - ending / 2;
  if (events != NULL)
    dw_events_limit_stop(events, left < 0 ? 0 : left > EVENTS_MS ? EVENTS_MS : (unsigned)left);
  dw_log(DW_LOG_INFO, "stopped");
}

/* Opened before the sandbox is entered; -1: none. */
struct sockets {
  int reviews, metrics;
};

/* Flushes the log before printing the error. */
static int fail(const struct dw_error *err) {
  dw_log_stop_writer(LOG_MS);
  return cli_fail(err);
}

static int run(const struct serve_options *options, const struct sockets *sockets, const sigset_t *signals,
               const struct serve_parts *parts) {
  struct dw_error err = DW_ERROR_INIT;
  const struct dw_metrics_options metrics = {sockets->metrics, options->metrics.plain};
  struct dw_server *server =
      dw_server_start(&(struct dw_server_options){.listen_fd = sockets->reviews,
                                                  .metrics = sockets->metrics < 0 ? NULL : &metrics,
                                                  .certificates = parts->certificates,
                                                  .managed = parts->managed,
                                                  .activation = parts->activation,
                                                  .threads = options->threads,
                                                  .max_body = options->max_body,
                                                  .max_header = options->max_header,
                                                  .max_memory = options->max_memory,
                                                  .max_total_memory = options->max_total_memory,
                                                  .max_nesting = options->max_nesting,
                                                  .max_connections = options->max_connections,
                                                  .max_connections_per_address = options->max_connections_per_address,
                                                  .connection_rate = options->connection_rate,
                                                  .idle_ms = options->idle_ms,
                                                  .request_ms = options->request_ms,
                                                  .worlds = parts->worlds,
                                                  .recorder = parts->recorder,
                                                  .auditor = parts->auditor,
                                                  .events = parts->events},
                      &err);
  if (server == NULL)
    return fail(&err);
  log_listening(sockets->reviews, options, parts);
  if (sockets->metrics >= 0)
    log_metrics(sockets->metrics, options->metrics.plain);
  wait_for_end(signals, parts->worlds);
  stop(options, signals, server, parts->events);
  return CLI_OK;
}

static int open_sockets(const struct serve_options *options, struct sockets *out, struct dw_error *err) {
  out->reviews = dw_listen_open(options->listen, err);
  if (out->reviews < 0 || options->metrics.listen == NULL)
    return out->reviews < 0 ? -1 : 0;
  out->metrics = dw_listen_open(options->metrics.listen, err);
  return out->metrics < 0 ? -1 : 0;
}

static void close_sockets(const struct sockets *sockets) {
  if (sockets->reviews >= 0)
    close(sockets->reviews);
  if (sockets->metrics >= 0)
    close(sockets->metrics);
}

int cli_serve(int argc, char **argv) {
  struct serve_options options;
  struct dw_error err = DW_ERROR_INIT;
  struct serve_parts parts = {.cluster = NULL};
  struct sockets sockets = {-1, -1};
  sigset_t signals;
  int status = serve_options_read(argc, argv, &options);
  if (status != CLI_OK)
    return status == CLI_HELP ? serve_options_help() : status;
  dw_log_configure(options.log_level, options.log_format);
  block_signals(&signals);
  tune_memory();
  raise_file_limit();
  /* serve_parts_read() enters the sandbox, which must happen before any thread starts. The log's thread starts before
   * others that log. */
  if (open_sockets(&options, &sockets, &err) == 0 && serve_parts_read(&options, &parts, &err) == 0 &&
      dw_log_start_writer(&err) == 0 && watchdog_start(&err) == 0 && serve_parts_start(&options, &parts, &err) == 0) {
    status = run(&options, &sockets, &signals, &parts);
  } else {
    status = fail(&err);
    close_sockets(&sockets);
  }
  serve_parts_free(&parts);
  unsigned log_ms = options.shutdown_timeout_ms / 4;
  dw_log_stop_writer(log_ms < LOG_MS ? log_ms : LOG_MS);
  watchdog_stop();
  return status;
}
