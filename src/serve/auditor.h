/* Audits all existing objects regularly, and logs and counts the findings. */
#ifndef SERVE_AUDITOR_H
#define SERVE_AUDITOR_H

#include "base/buf.h"
#include "base/error.h"
#include "serve/reload.h"

struct dw_events;
struct dw_policy_writer;

struct dw_auditor;

struct dw_auditor_options {
  struct dw_worlds *worlds;           /* must outlive the auditor */
  const struct dw_api_config *config; /* for listing VirtualMachineInstances; NULL: they are in the view, if anywhere */
  unsigned interval_ms;
  struct dw_events *events;         /* where findings are reported, must outlive the auditor; NULL: nowhere */
  struct dw_policy_writer *reports; /* what writes them as PolicyReports, must outlive the auditor; NULL: nothing */
};

/* Starts a thread that audits when the view is complete, and then once per interval. Returns NULL on error. */
struct dw_auditor *dw_auditor_start(const struct dw_auditor_options *options, struct dw_error *err)
    __attribute__((nonnull(1)));
void dw_auditor_stop(struct dw_auditor *auditor); /* NULL is allowed */

/* Appends its metrics. */
void dw_auditor_metrics(struct dw_auditor *auditor, struct dw_buf *out) __attribute__((nonnull));

#endif
