/* What `droveway serve` is made of, in the order in which it is made. */
#ifndef CLI_SERVE_PARTS_H
#define CLI_SERVE_PARTS_H

#include "base/error.h"
#include "certs/certificate_watch.h"
#include "certs/self_managed.h"
#include "cli/serve_options.h"
#include "events/events.h"
#include "http/certificates.h"
#include "sandbox/sandbox.h"
#include "serve/auditor.h"
#include "serve/recorder.h"
#include "serve/reload.h"

struct serve_parts {
  struct dw_certificates *certificates;
  struct dw_certificate_files files;
  struct dw_certificate_watch *watch; /* of the files; NULL with self-managed certificates */
  char ns[64], name[64];              /* of the Service, with self-managed certificates, as the next four */
  char secret[72];
  char dns[136];
  const char *names[9];
  size_t name_count;
  char *client_ca; /* PEM text, with self-managed certificates; NULL: none */
  struct dw_self_managed *managed;
  struct dw_api_config *cluster; /* NULL: a state folder, or nothing */
  struct dw_sandbox_report sandbox;
  struct dw_worlds *worlds;
  struct dw_recorder *recorder;
  struct dw_auditor *auditor;
  struct dw_events *events;
};

/* Reads what must be right for anything to start, and enters the sandbox: no thread is started. -1 on error; what was
 * made stays in OUT. */
int serve_parts_read(const struct serve_options *options, struct serve_parts *out, struct dw_error *err);
/* Starts the threads that feed the server, and logs what was read: after the log has a thread, so that a log which
 * nobody reads does not stop the start. */
int serve_parts_start(const struct serve_options *options, struct serve_parts *parts, struct dw_error *err);
void serve_parts_drop(struct serve_parts *parts);

#endif
