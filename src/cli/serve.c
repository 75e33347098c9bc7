#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "cli/serve_options.h"
#include "droveway/base/buf.h"
#include "droveway/base/log.h"
#include "droveway/pki/certs.h"
#include "droveway/server/auditor.h"
#include "droveway/server/limits.h"
#include "droveway/server/listen.h"
#include "droveway/server/recorder.h"
#include "droveway/server/reload.h"
#include "droveway/server/server.h"

enum { MOST_FILES = 4096 };

/* Every thread started from here on leaves these signals to the main one. */
static void block_signals(sigset_t *signals) {
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigaction(SIGPIPE, &ignore, NULL);
  sigemptyset(signals);
  sigaddset(signals, SIGTERM);
  sigaddset(signals, SIGINT);
  sigaddset(signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, signals, NULL);
}

/* Each connection is a descriptor. */
static void raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= MOST_FILES)
    return;
  limit.rlim_cur = limit.rlim_max < MOST_FILES ? limit.rlim_max : MOST_FILES;
  (void)!setrlimit(RLIMIT_NOFILE, &limit);
}

static void log_listening(int fd, const struct serve_options *options, const struct dw_pki_pair *pair) {
  char name[128];
  DW_BUF_SCOPED struct dw_buf fields = DW_BUF_INIT;
  uint16_t port = dw_listen_name(fd, name, sizeof name);
  dw_buf_puts(&fields, "\"address\":");
  dw_log_quote(&fields, name, strlen(name));
  dw_buf_printf(&fields, ",\"port\":%u,\"threads\":%u,\"certificateUntil\":\"%s\"", port, options->threads,
                pair->until);
  dw_log_fields(DW_LOG_INFO, "listening", dw_buf_text(&fields));
  if (pair->expired || pair->early)
    dw_log(DW_LOG_ERROR, "the certificate %s: the API server will refuse it",
           pair->expired ? "has expired" : "is not valid yet");
}

/* Until SIGTERM or SIGINT. */
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

/* Whoever looks at /readyz goes elsewhere meanwhile. A second signal cuts it short. */
static void keep_answering(const sigset_t *signals, unsigned milliseconds) {
  struct timespec left = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000L};
  siginfo_t info;
  while (milliseconds > 0 && sigtimedwait(signals, &info, &left) == SIGHUP)
    continue;
}

/* A second is kept for finishing what is in flight. */
static void stop(const struct serve_options *options, const sigset_t *signals, struct dw_server *server) {
  unsigned total = options->shutdown_timeout_ms;
  unsigned room = total > 1000 ? total - 1000 : 0;
  unsigned delay = options->shutdown_delay_ms < room ? options->shutdown_delay_ms : room;
  dw_log(DW_LOG_INFO, "stopping: not ready, answering for %u ms more, then finishing what is in flight", delay);
  dw_server_drain(server);
  keep_answering(signals, delay);
  dw_server_limit_stop(server, total - delay);
  dw_server_stop(server);
  dw_log(DW_LOG_INFO, "stopped");
}

struct parts {
  struct dw_api_config *cluster; /* NULL: a state folder, or nothing */
  struct dw_worlds *worlds;
  struct dw_recorder *recorder;
  struct dw_auditor *auditor;
};

static int run(const struct serve_options *options, const struct dw_pki_pair *pair, const sigset_t *signals,
               const struct parts *parts) {
  struct dw_error err = DW_ERROR_INIT;
  int fd = dw_listen_open(options->listen, &err);
  if (fd < 0)
    return cli_fail(&err);
  struct dw_server *server = dw_server_start(&(struct dw_server_options){.listen_fd = fd,
                                                                         .certificate = pair->certificate,
                                                                         .key = pair->key,
                                                                         .threads = options->threads,
                                                                         .max_body = options->max_body,
                                                                         .max_memory = options->max_memory,
                                                                         .worlds = parts->worlds,
                                                                         .recorder = parts->recorder,
                                                                         .auditor = parts->auditor},
                                             &err);
  if (server == NULL)
    return cli_fail(&err);
  log_listening(fd, options, pair);
  wait_for_end(signals, parts->worlds);
  stop(options, signals, server);
  return CLI_OK;
}

static void log_source(const struct serve_options *options, const struct dw_api_config *cluster) {
  if (cluster != NULL)
    dw_log(DW_LOG_INFO, "the cluster is watched at %s", dw_api_config_server(cluster));
  else if (options->world.state != NULL)
    dw_log(DW_LOG_INFO, "the folder %s stands for the cluster", options->world.state);
  else
    dw_log(DW_LOG_WARN, "nothing is known of a cluster: rules that need facts say \"could not be checked\"");
}

/* What is made of the parts stays in OUT where one fails. */
static int make_parts(const struct serve_options *options, struct parts *out, struct dw_error *err) {
  if (options->world.kubeconfig != NULL || (options->world.state == NULL && dw_api_in_cluster())) {
    struct dw_api_options api = {options->world.kubeconfig, options->world.context};
    out->cluster = dw_api_config_load(&api, err);
    if (out->cluster == NULL)
      return -1;
  }
  log_source(options, out->cluster);
  out->worlds = dw_worlds_start(
      &(struct dw_worlds_options){.sources = cli_sources(&options->world), .cluster = out->cluster}, err);
  if (out->worlds == NULL)
    return -1;
  if (options->record != NULL && (out->recorder = dw_recorder_new(options->record, err)) == NULL)
    return -1;
  if (options->audit_interval_ms == 0)
    return 0;
  struct dw_auditor_options audit = {out->worlds, out->cluster, options->audit_interval_ms};
  out->auditor = dw_auditor_start(&audit, err);
  return out->auditor == NULL ? -1 : 0;
}

static void drop_parts(struct parts *parts) {
  dw_auditor_stop(parts->auditor);
  dw_recorder_free(parts->recorder);
  dw_worlds_stop(parts->worlds);
  dw_api_config_free(parts->cluster);
}

int cli_serve(int argc, char **argv) {
  struct serve_options options;
  struct dw_error err = DW_ERROR_INIT;
  struct dw_pki_pair pair = {.certificate = NULL};
  struct parts parts = {.cluster = NULL};
  sigset_t signals;
  int status = CLI_OK;
  if (!serve_options_read(argc, argv, &options, &status))
    return status;
  if (dw_pki_pair_load(options.certificate, options.key, &pair, &err) != 0)
    return cli_fail(&err);
  block_signals(&signals);
  raise_file_limit();
  status = make_parts(&options, &parts, &err) != 0 ? cli_fail(&err) : run(&options, &pair, &signals, &parts);
  drop_parts(&parts);
  dw_pki_pair_free(&pair);
  return status;
}
