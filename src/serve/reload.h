/* The world in force, made anew when the policy file, the state folder or the cluster change: the new one is built and
 * verified first and swapped in last; a broken one leaves the old in force. Thread-safe. */
#ifndef SERVE_RELOAD_H
#define SERVE_RELOAD_H

#include "base/buf.h"
#include "base/error.h"
#include "cluster/view.h"
#include "files/state.h"
#include "kube/cluster.h"

struct dw_worlds;

struct dw_worlds_options {
  struct dw_sources sources;           /* its strings must outlive the result */
  unsigned poll_milliseconds;          /* how often to look for changes of files; 0 for one second */
  const struct dw_api_config *cluster; /* the live cluster in place of a state folder; NULL: none. Must outlive it */
  struct dw_cluster_options tuning;    /* of the cluster, for tests: its times and page; the rest is set here */
};

/* Reads the first world and starts the thread that watches. NULL where it can't be read. End with dw_worlds_stop(). */
struct dw_worlds *dw_worlds_start(const struct dw_worlds_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* Ends the watching and drops the world; requests that still hold it keep it. NULL is allowed. */
void dw_worlds_stop(struct dw_worlds *worlds);

/* The world in force; the caller unrefs. */
struct dw_world *dw_worlds_get(struct dw_worlds *worlds) __attribute__((nonnull, returns_nonnull, warn_unused_result));

/* The cluster that feeds it; NULL where there is none. Lives until dw_worlds_stop(). */
struct dw_cluster *dw_worlds_cluster(struct dw_worlds *worlds) __attribute__((nonnull));

/* Has LISTEN called, on other threads, for each event of the cluster; NULL ends it: no call is in progress then. */
void dw_worlds_listen(struct dw_worlds *worlds, void (*listen)(void *context, const struct dw_cluster_event *event),
                      void *context) __attribute__((nonnull(1)));

/* Whether the world in force holds a first full reading of the cluster; true where there is none. */
bool dw_worlds_ready(struct dw_worlds *worlds) __attribute__((nonnull));

/* Whether the newest policy file was refused, so that an older one is in force. */
bool dw_worlds_policy_stale(struct dw_worlds *worlds) __attribute__((nonnull));

/* Appends its metrics. */
void dw_worlds_metrics(struct dw_worlds *worlds, struct dw_buf *out) __attribute__((nonnull));

/* Has the watcher read everything again now, changed or not (SIGHUP). Returns at once. */
void dw_worlds_reread(struct dw_worlds *worlds) __attribute__((nonnull));

#endif
