/* The world in force, re-read when policy file or state folder change: the new one is built and verified first and
 * swapped in last; a broken one leaves the old in force. Thread-safe. */
#ifndef DROVEWAY_SERVER_RELOAD_H
#define DROVEWAY_SERVER_RELOAD_H

#include "droveway/base/error.h"
#include "droveway/model/view.h"
#include "droveway/sources/state.h"

struct dw_worlds;

struct dw_worlds_options {
  struct dw_sources sources;  /* its strings must outlive the result */
  unsigned poll_milliseconds; /* how often to look for changes; 0 for one second */
};

/* Reads the first world and starts the thread that watches. NULL where it can't be read. End with dw_worlds_stop(). */
struct dw_worlds *dw_worlds_start(const struct dw_worlds_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));

/* Ends the watching and drops the world; requests that still hold it keep it. NULL is allowed. */
void dw_worlds_stop(struct dw_worlds *worlds);

/* The world in force; the caller unrefs. */
struct dw_world *dw_worlds_get(struct dw_worlds *worlds) __attribute__((nonnull, returns_nonnull, warn_unused_result));

/* Has the watcher read everything again now, changed or not (SIGHUP). Returns at once. */
void dw_worlds_reread(struct dw_worlds *worlds) __attribute__((nonnull));

#endif
