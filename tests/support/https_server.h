/* The HTTPS server inside the test's own process, on a free loopback port. */
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
  char folder[64]; /* of the test's own; holds the certificates */
  char *ca;        /* its CA's file */
  char *log;       /* the file that the log goes to while it runs */
  struct dw_pki_pair pair;
  const struct dw_api_config *cluster; /* a live one: set between prepare and start; NULL: none */
  struct dw_certificates *certificates;
  struct dw_worlds *worlds;
  struct dw_server *server;
  uint16_t port;
  uint16_t metrics_port;
  bool metrics_plain;           /* HTTP: set between prepare and start */
  struct https_client *metrics; /* that asks there; made when it is first needed */
  int standard_error;           /* kept while the log goes elsewhere */
};

/* Makes folder and certificates, and sends the log to a file. */
void https_server_prepare(struct https_server *out);
/* Reads policy and state, looking for changes every 20 ms, and starts the server. Of OPTIONS socket, certificate and
 * key are set here; 0 elsewhere stands for serve's defaults, two threads. */
void https_server_start(struct https_server *server, const struct dw_sources *sources,
                        const struct dw_server_options *options);
/* The server alone. */
void https_server_stop(struct https_server *server);
/* Everything; the server too where it runs. */
void https_server_end(struct https_server *server);

/* What /metrics says: on the listener of its own, over a connection that is kept. */
struct https_reply https_server_metrics(struct https_server *server);
/* The value of a metric by its name and labels; -1 where it is not there. */
double https_server_metric(struct https_server *server, const char *name);

struct https_client *https_server_client(const struct https_server *server);

/* FOLDER/NAME; the caller frees it. */
char *path_in(const char *folder, const char *name);
/* Writes TEXT to FOLDER/NAME in one step, as editors do: under another name, then renamed. */
void replace_file(const char *folder, const char *name, const char *text);

#endif
