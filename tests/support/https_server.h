/* The HTTPS server in the test's process, on a free port of the loopback interface. */
#ifndef SUPPORT_HTTPS_SERVER_H
#define SUPPORT_HTTPS_SERVER_H

#include <stdint.h>

#include "certs/certs.h"
#include "serve/reload.h"
#include "serve/server.h"
#include "support/https_client.h"
#include "support/log_file.h"
#include "support/waiting.h"

struct https_server {
  char folder[64]; /* a temporary folder with the certificates */
  char *ca;        /* the file of its CA */
  char *log;       /* the log file while it runs */
  struct dw_pki_pair pair;
  const struct dw_api_config *cluster; /* a live cluster, set between prepare and start; NULL if none */
  struct dw_certificates *certificates;
  struct dw_worlds *worlds;
  struct dw_server *server;
  uint16_t port;
  uint16_t metrics_port;
  bool metrics_plain;           /* use plain HTTP; set between prepare and start */
  struct https_client *metrics; /* the client for it; created when first needed */
  int standard_error;           /* saved while the log is redirected */
};

/* Creates the folder and the certificates, and redirects the log to a file. */
void https_server_prepare(struct https_server *out);
/* Reads policy and state, checking for changes every 20 ms, and starts the server. Sets socket, certificate and key in
 * OPTIONS; a 0 there means the default of serve, and two threads. */
void https_server_start(struct https_server *server, const struct dw_sources *sources,
                        const struct dw_server_options *options);
/* Stops only the server. */
void https_server_stop(struct https_server *server);
/* Stops the server if it runs, and removes everything. */
void https_server_end(struct https_server *server);

/* Gets /metrics from its separate port, over a persistent connection. */
struct https_reply https_server_metrics(struct https_server *server);
/* The value of a metric by its name and labels; -1 if there is none. */
double https_server_metric(struct https_server *server, const char *name);

struct https_client *https_server_client(const struct https_server *server);

/* FOLDER/NAME; the caller frees it. */
char *path_in(const char *folder, const char *name);
/* Writes TEXT to FOLDER/NAME atomically, as editors do: to a temporary file, which is then renamed. */
void replace_file(const char *folder, const char *name, const char *text);

#endif
