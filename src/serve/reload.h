/* Holds the current world and rebuilds it when the policy file, the state folder, the cluster or the date changes. The
 * new world is built completely before it replaces the old one. If it can't be built, the old one stays in use.
 * Thread-safe. */
#ifndef SERVE_RELOAD_H
#define SERVE_RELOAD_H

#include "base/buf.h"
#include "base/error.h"
#include "cluster/view.h"
#include "files/state.h"
#include "kube/cluster.h"

struct dw_worlds;

struct dw_worlds_options {
  struct dw_sources sources;  /* its strings must outlive the result */
  unsigned poll_milliseconds; /* how often files are checked for changes; 0 means one second */
  const struct dw_api_config
      *cluster;                     /* the live cluster instead of a state folder, must outlive the result; or NULL */
  struct dw_cluster_options tuning; /* of the cluster, for tests: times and page size; the rest is set here */
  int64_t (*today)(void);           /* for tests: the date (base/date.h) instead of the system's; or NULL */
};

/* Reads the first world and starts the thread that watches for changes. Returns NULL if it can't be read. End with
 * dw_worlds_stop(). */
struct dw_worlds *dw_worlds_start(const struct dw_worlds_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* Ends the thread and releases the world; requests that have a reference keep it. NULL is allowed. */
void dw_worlds_stop(struct dw_worlds *worlds);

/* Returns a reference to the current world, which the caller releases with dw_world_unref(). */
struct dw_world *dw_worlds_get(struct dw_worlds *worlds) __attribute__((nonnull, returns_nonnull, warn_unused_result));

/* Returns the live cluster, which lives until dw_worlds_stop(); NULL if there is none. */
struct dw_cluster *dw_worlds_cluster(struct dw_worlds *worlds) __attribute__((nonnull));

/* Sets the function that is called, on other threads, for each event of the cluster. After setting it to NULL, no call
 * is in progress. */
void dw_worlds_listen(struct dw_worlds *worlds, void (*listen)(void *context, const struct dw_cluster_event *event),
                      void *context) __attribute__((nonnull(1)));

/* Returns true if the current world contains a complete reading of the cluster, or if there is no cluster. */
bool dw_worlds_ready(struct dw_worlds *worlds) __attribute__((nonnull));

/* Where KubeVirt should be, and where it is instead. */
struct dw_misplaced {
  char configured[64], actual[64];
  bool later; /* since the start, there was a complete state of the cluster without this problem */
};
/* Returns true, and fills OUT, if KubeVirt is not in the configured namespace, but in another one. Returns false before
 * KubeVirt is installed. */
bool dw_worlds_misplaced(struct dw_worlds *worlds, struct dw_misplaced *out) __attribute__((nonnull));

/* Returns true if the newest policy file was rejected, so that an older one is in use. */
bool dw_worlds_policy_stale(struct dw_worlds *worlds) __attribute__((nonnull));

/* Appends its metrics. */
void dw_worlds_metrics(struct dw_worlds *worlds, struct dw_buf *out) __attribute__((nonnull));

/* Makes the thread read all files again now, changed or not (SIGHUP). Returns at once. */
void dw_worlds_reread(struct dw_worlds *worlds) __attribute__((nonnull));

#endif
