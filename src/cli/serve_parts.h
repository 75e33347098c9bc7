/* The parts of `droveway serve`, in the order in which they are created. */
#ifndef CLI_SERVE_PARTS_H
#define CLI_SERVE_PARTS_H

#include "base/error.h"
#include "certs/certificate_watch.h"
#include "certs/self_managed.h"
#include "cli/serve_options.h"
#include "events/events.h"
#include "http/certificates.h"
#include "policyreport/policy_writer.h"
#include "sandbox/sandbox.h"
#include "serve/activation.h"
#include "serve/auditor.h"
#include "serve/recorder.h"
#include "serve/reload.h"

struct serve_parts {
  struct dw_certificates *certificates;
  struct dw_certificate_files files;
  struct dw_certificate_watch *watch; /* watches the files; NULL with self-managed certificates */
  char ns[64], name[64];              /* of the Service; this and the next four: only with self-managed certificates */
  char secret[72];
  char dns[136];
  const char *names[9];
  size_t name_count;
  char *client_ca; /* PEM, with self-managed certificates; NULL: none */
  struct dw_self_managed *managed;
  struct dw_api_config *cluster; /* NULL: a state folder, or no cluster */
  struct dw_sandbox_report sandbox;
  struct dw_worlds *worlds;
  struct dw_recorder *recorder;
  struct dw_auditor *auditor;
  struct dw_events *events;
  struct dw_policy_writer *reports;
  struct dw_activation *activation;
};

/* Reads the files and enters the sandbox; starts no thread. -1 on error; the parts created so far stay in OUT, to be
 * freed with serve_parts_free(). */
int serve_parts_read(const struct serve_options *options, struct serve_parts *out, struct dw_error *err);
/* Logs the configuration and starts the background threads. The log must have its own thread by then, so that a log
 * that nobody reads cannot block the start. */
int serve_parts_start(const struct serve_options *options, struct serve_parts *parts, struct dw_error *err);
void serve_parts_free(struct serve_parts *parts);

#endif
