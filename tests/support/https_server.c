#include "support/https_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "http/http.h"
#include "http/listen.h"
#include "rules/engine.h"
#include "support/run_program.h"

char *path_in(const char *folder, const char *name) {
  char *path = NULL;
  assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
  return path;
}

void replace_file(const char *folder, const char *name, const char *text) {
  char *temp = path_in(folder, ".new"), *path = path_in(folder, name);
  folder_write(folder, ".new", text);
  assert_int_equal(rename(temp, path), 0);
  free(temp);
  free(path);
}

static void make_certificates(struct https_server *out) {
  static const char *const names[] = {"localhost", "127.0.0.1", "::1"};
  struct dw_pki_request request = {.dir = out->folder, .names = {names, 3}};
  struct dw_error err = DW_ERROR_INIT;
  struct dw_buf report = DW_BUF_INIT;
  char *cert = path_in(out->folder, "tls.crt"), *key = path_in(out->folder, "tls.key");
  if (dw_pki_make(&request, &report, &err) != 0 || dw_pki_pair_load(cert, key, &out->pair, &err) != 0)
    fail_msg("%s", err.text);
  dw_buf_free(&report);
  free(cert);
  free(key);
}

void https_server_prepare(struct https_server *out) {
  signal(SIGPIPE, SIG_IGN);
  *out = (struct https_server){.port = 0};
  folder_make(out->folder);
  out->ca = path_in(out->folder, "ca.crt");
  out->log = path_in(out->folder, "log");
  make_certificates(out);
  out->standard_error = log_to_file(out->log);
}

static size_t or_default(size_t value, size_t fallback) {
  return value == 0 ? fallback : value;
}

void https_server_start(struct https_server *server, const struct dw_sources *sources,
                        const struct dw_server_options *options) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_worlds_options worlds = {
      .poll_milliseconds = 20, .cluster = server->cluster, .tuning = {.first_wait_ms = 5, .most_wait_ms = 20}};
  struct dw_server_options used = {.threads = 2};
  char name[64];
  if (sources != NULL)
    worlds.sources = *sources;
  if (options != NULL)
    used = *options;
  worlds.sources.rules = dw_rule_ids(&worlds.sources.rule_count);
  server->worlds = dw_worlds_start(&worlds, &err);
  used.listen_fd = dw_listen_open("127.0.0.1:0", &err);
  if (server->worlds == NULL || used.listen_fd < 0)
    fail_msg("%s", err.text);
  server->port = dw_listen_name(used.listen_fd, name, sizeof name);
  struct dw_metrics_options metrics = {.listen_fd = dw_listen_open("127.0.0.1:0", &err),
                                       .plain = server->metrics_plain};
  if (metrics.listen_fd < 0)
    fail_msg("%s", err.text);
  server->metrics_port = dw_listen_name(metrics.listen_fd, name, sizeof name);
  used.metrics = &metrics;
  if (server->certificates == NULL) {
    server->certificates = dw_certificates_new();
    if (dw_certificates_set(server->certificates, server->pair.certificate, server->pair.key, NULL, &err) != 0)
      fail_msg("%s", err.text);
  }
  used.certificates = server->certificates;
  used.threads = (unsigned)or_default(used.threads, 2);
  used.worlds = server->worlds;
  server->server = dw_server_start(&used, &err);
  if (server->server == NULL)
    fail_msg("%s", err.text);
}

void https_server_stop(struct https_server *server) {
  https_client_free(server->metrics);
  server->metrics = NULL;
  dw_server_stop(server->server);
  server->server = NULL;
  dw_worlds_stop(server->worlds);
  server->worlds = NULL;
}

void https_server_end(struct https_server *server) {
  https_server_stop(server);
  dw_certificates_free(server->certificates);
  log_restore(server->standard_error);
  dw_pki_pair_free(&server->pair);
  free(server->ca);
  free(server->log);
  folder_remove(server->folder);
}

struct https_reply https_server_metrics(struct https_server *server) {
  if (server->metrics == NULL)
    server->metrics = https_client_new("localhost", server->metrics_port, server->ca);
  return https_send(server->metrics, &(struct https_request){.path = "/metrics"});
}

double https_server_metric(struct https_server *server, const char *name) {
  struct https_reply reply = https_server_metrics(server);
  double value = -1;
  if (reply.status != 200)
    fail_msg("%ld %s", reply.status, reply.error);
  for (const char *line = reply.body; *line != '\0';) {
    if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ' ')
      value = strtod(line + strlen(name), NULL);
    line += strcspn(line, "\n");
    line += *line == '\n';
  }
  https_reply_free(&reply);
  return value;
}

struct https_client *https_server_client(const struct https_server *server) {
  return https_client_new("localhost", server->port, server->ca);
}
