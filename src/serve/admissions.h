/* Makes admitted objects count at once: later reviews see an object although its watch event has not arrived yet. Only
 * with a live cluster. Thread-safe.
 *
 * No lock is held while a review is judged. It gets the possible states of the cluster together with a version, is
 * judged in each of them, and is added only if the version is still the same: otherwise another review was admitted in
 * the meantime, and it is judged again. So of two reviews that exclude each other, the second one has seen the first.
 */
#ifndef SERVE_ADMISSIONS_H
#define SERVE_ADMISSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "cluster/view.h"
#include "kube/cluster.h"
#include "rules/review.h"

struct dw_admissions;

/* NOW is the clock: it returns monotonic milliseconds. */
struct dw_admissions *dw_admissions_new(int64_t (*now)(void)) __attribute__((nonnull, returns_nonnull));
void dw_admissions_free(struct dw_admissions *admissions); /* NULL is allowed */

/* Returns true if this request, when it is allowed, changes what later reviews are judged by. */
bool dw_admissions_counts(const struct dw_request *request) __attribute__((nonnull));

/* Hold the lock only for a short time. */
void dw_admissions_lock(struct dw_admissions *admissions) __attribute__((nonnull));
void dw_admissions_unlock(struct dw_admissions *admissions) __attribute__((nonnull));

/* --- the possible states of the cluster --- */

struct dw_admissions_query {
  const struct dw_nad_name *networks; /* the NADs that the request names: dw_request_networks() */
  size_t network_count;
  const struct dw_change *found; /* objects that were looked up in the API server; must outlive the states */
  size_t found_count;
  bool current; /* watches work, so an object that does not arrive within ten seconds was not stored */
};

enum { DW_MOST_STATES = 3, DW_MOST_UNCONFIRMED = 8 };

struct dw_states {
  /* The first state contains everything that was admitted. If an object has two unconfirmed changes, either may be
   * stored, so a second state contains the earlier one. The last state leaves out unconfirmed changes that could be the
   * reason to allow the request, and contains the objects that were found instead. */
  struct dw_world *worlds[DW_MOST_STATES];
  size_t count;
  uint64_t version;
  /* Objects whose unconfirmed changes the last state leaves out and that were not looked up yet; the newest ones. */
  const struct dw_object *unconfirmed[DW_MOST_UNCONFIRMED];
  size_t unconfirmed_count;
  /* Private. */
  struct dw_world *base;
  uint64_t content;
  size_t found_count;
  struct dw_recipe {
    struct dw_change *changes;
    size_t count;
    size_t first_admitted, end_admitted; /* the changes of this range have a reference to their object */
  } recipes[DW_MOST_STATES];
};

/* Prepares the states for a request, with lists in ARENA. Call it under the lock. BASE is the current world, which must
 * have been acquired under the lock, too. A world that is older than one that was passed before is ignored, because
 * entries that the newer one contains have been dropped. Free OUT with dw_states_free(). */
void dw_admissions_snapshot(struct dw_admissions *admissions, struct dw_arena *arena, struct dw_world *base,
                            const struct dw_admissions_query *query, struct dw_states *out) __attribute__((nonnull));
/* Makes the worlds of the states. Call it without the lock. */
void dw_states_build(struct dw_states *states) __attribute__((nonnull));
void dw_states_free(struct dw_states *states) __attribute__((nonnull));

/* --- adding --- */

/* The change that an allowed request makes. */
struct dw_admission {
  struct dw_change change; /* OBJECT is a reference that the owner releases; NULL: no change */
  bool creates;
};
/* Returns the change of a request for which dw_admissions_counts() is true. Call it without the lock. */
struct dw_admission dw_admission_of(const struct dw_request *request) __attribute__((nonnull));

/* Adds what was allowed in STATES. Call it under the lock. Returns false, and adds nothing, if another review was added
 * since the snapshot. A CREATE of an object that exists is not added: the API server will answer 409. */
bool dw_admissions_add(struct dw_admissions *admissions, const struct dw_states *states,
                       const struct dw_admission *admission, bool current) __attribute__((nonnull, warn_unused_result));

/* Keeps the first world of STATES for later reviews. Call it under the lock. */
void dw_admissions_keep(struct dw_admissions *admissions, const struct dw_states *states) __attribute__((nonnull));

/* --- confirmation; all of these acquire the lock --- */

/* Returns true if a change of this object is not confirmed yet. */
bool dw_admissions_unconfirmed(struct dw_admissions *admissions, enum dw_kind kind, const char *ns, const char *name)
    __attribute__((nonnull));

/* NOW is the object as the API server shows it: confirms the change that has this result, and drops earlier ones. */
void dw_admissions_shown(struct dw_admissions *admissions, const struct dw_change *now) __attribute__((nonnull));

/* Handles an event of a watch: an entry that it confirms is dropped when the world contains it. CONTEXT is the struct
 * dw_admissions. */
void dw_admissions_seen(void *context, const struct dw_cluster_event *event) __attribute__((nonnull));

/* Returns the number of entries. */
size_t dw_admissions_count(struct dw_admissions *admissions) __attribute__((nonnull));

#endif
