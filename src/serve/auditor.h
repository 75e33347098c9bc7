/* The standing audit: every object that is there, judged time and again; what is wrong is logged and counted. */
#ifndef SERVE_AUDITOR_H
#define SERVE_AUDITOR_H

#include "base/buf.h"
#include "base/error.h"
#include "serve/reload.h"

struct dw_events;

struct dw_auditor;

struct dw_auditor_options {
  struct dw_worlds *worlds;           /* must outlive it */
  const struct dw_api_config *config; /* to list VirtualMachineInstances with; NULL: the view has what there is */
  unsigned interval_ms;
  struct dw_events *events; /* that tell what is found; NULL: none. Must outlive it */
};

/* Audits as soon as the view is read, then once an interval. NULL if it can't be started. */
struct dw_auditor *dw_auditor_start(const struct dw_auditor_options *options, struct dw_error *err)
    __attribute__((nonnull(1)));
void dw_auditor_stop(struct dw_auditor *auditor); /* NULL is allowed */

/* Appends its metrics. */
void dw_auditor_metrics(struct dw_auditor *auditor, struct dw_buf *out) __attribute__((nonnull));

#endif
