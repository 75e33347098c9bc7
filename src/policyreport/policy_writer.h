/* Keeps the PolicyReports in the cluster equal to the last audit: a separate thread writes those that differ and
 * removes those that are no longer needed. The replicas write the same reports, so none of them leads. */
#ifndef POLICYREPORT_POLICY_WRITER_H
#define POLICYREPORT_POLICY_WRITER_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "kube/api.h"
#include "policyreport/policy_report.h"

struct dw_policy_writer;

struct dw_policy_writer_options {
  const struct dw_api_config *config; /* must outlive the writer */
  /* 0 means the default that is given here. */
  unsigned call_ms;    /* for one request: 10 s */
  unsigned retry_ms;   /* until the first retry after a failure; then twice as long each time, to a minute: 1 s */
  unsigned page;       /* reports in one answer to a list: 8 */
  size_t report_bytes; /* of the results of one report: 1 MiB, because etcd accepts 1.5 MiB */
};

/* Starts the thread. Returns NULL on error. */
struct dw_policy_writer *dw_policy_writer_start(const struct dw_policy_writer_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* Hands over the results of a whole audit, which belong to the writer from now on. They replace earlier ones that are
 * not written yet. Returns at once; any thread may call it. */
void dw_policy_writer_submit(struct dw_policy_writer *writer, struct dw_policy_results *results)
    __attribute__((nonnull));

/* Ends the request in progress, if any, and frees the writer. NULL is allowed. */
void dw_policy_writer_stop(struct dw_policy_writer *writer);

/* Appends its metrics. */
void dw_policy_writer_metrics(struct dw_policy_writer *writer, struct dw_buf *out) __attribute__((nonnull));

#endif
