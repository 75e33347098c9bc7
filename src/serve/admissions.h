/* What was just admitted counts at once: between the answer and the watch event that shows the object, later reviews
 * see it all the same. Only with a live cluster. Thread-safe.
 *
 * A review is judged without any lock. It takes the states of the cluster that may be the real one together with a
 * version, is judged in each of them, and is added only if the version is still the same: otherwise another review was
 * admitted in the meantime, and it is judged again. So of two that exclude each other, the one that is added second has
 * seen the first. */
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

/* NOW is the clock, in monotonic milliseconds. */
struct dw_admissions *dw_admissions_new(int64_t (*now)(void)) __attribute__((nonnull, returns_nonnull));
void dw_admissions_free(struct dw_admissions *admissions); /* NULL is allowed */

/* Whether a review of this request, once allowed, counts for those that follow. */
bool dw_admissions_counts(const struct dw_request *request) __attribute__((nonnull));

/* The lock. Everything between begin and end must be quick. */
void dw_admissions_begin(struct dw_admissions *admissions) __attribute__((nonnull));
void dw_admissions_end(struct dw_admissions *admissions) __attribute__((nonnull));

/* --- the states that may be the real one --- */

struct dw_admissions_query {
  const struct dw_nad_name *networks; /* the NADs that the request names: dw_request_networks() */
  size_t network_count;
  const struct dw_change *found; /* what the API server shows, of objects that were looked up directly; outlives
                                    the states */
  size_t found_count;
  bool current; /* watches work, so an admitted object that does not arrive within ten seconds never will */
};

enum { DW_MOST_STATES = 3, DW_MOST_DOUBTFUL = 8 };

struct dw_states {
  /* The first has everything that was admitted. Of an object with two changes in flight the second state has the
   * earlier one: either may reach etcd. The last one leaves out what nothing has confirmed yet, where that could be
   * what the request is allowed for, and has what was found instead. */
  struct dw_world *worlds[DW_MOST_STATES];
  size_t count;
  uint64_t version;
  /* Objects whose unconfirmed changes the last state leaves out and that were not found yet: the newest of them. */
  const struct dw_object *doubtful[DW_MOST_DOUBTFUL];
  size_t doubtful_count;
  /* Private. */
  struct dw_world *base;
  uint64_t content;
  size_t found_count;
  struct dw_recipe {
    struct dw_change *changes;
    size_t count;
    size_t first_admitted, end_admitted; /* those in between hold a reference to their object */
  } recipes[DW_MOST_STATES];
};

/* Under the lock: takes the states for a request, its lists in ARENA. BASE is the newest world, taken under the lock,
 * too: an older one than the newest seen is not used, as what was admitted may have been dropped for the newer one.
 * Free with dw_states_free(). */
void dw_admissions_snapshot(struct dw_admissions *admissions, struct dw_arena *arena, struct dw_world *base,
                            const struct dw_admissions_query *query, struct dw_states *out) __attribute__((nonnull));
/* Makes the worlds; needs no lock. */
void dw_states_build(struct dw_states *states) __attribute__((nonnull));
void dw_states_free(struct dw_states *states) __attribute__((nonnull));

/* --- what is new --- */

/* What an allowed request leaves behind. */
struct dw_admission {
  struct dw_change change; /* OBJECT is NULL where it leaves nothing; the owner's reference else */
  bool creates;
};
/* Of a request that dw_admissions_counts(). Needs no lock. */
struct dw_admission dw_admission_of(const struct dw_request *request) __attribute__((nonnull));

/* Under the lock: adds what was allowed in STATES, unless another was added since they were taken: then false. A
 * CREATE of an object that exists leaves nothing: the API server will answer 409. */
bool dw_admissions_add(struct dw_admissions *admissions, const struct dw_states *states,
                       const struct dw_admission *admission, bool current) __attribute__((nonnull, warn_unused_result));

/* Under the lock: keeps the world with everything that was admitted for the reviews that follow. */
void dw_admissions_keep(struct dw_admissions *admissions, const struct dw_states *states) __attribute__((nonnull));

/* --- what is confirmed --- */

/* Whether a change of this object waits to be confirmed. Takes the lock. */
bool dw_admissions_unconfirmed(struct dw_admissions *admissions, enum dw_kind kind, const char *ns, const char *name)
    __attribute__((nonnull));

/* The API server shows NOW: it confirms the change that made it so, and those before that are over. Takes the lock. */
void dw_admissions_shown(struct dw_admissions *admissions, const struct dw_change *now) __attribute__((nonnull));

/* What came over a watch: an entry that it shows to have arrived no longer counts, once the world holds it. CONTEXT is
 * the admissions. */
void dw_admissions_seen(void *context, const struct dw_cluster_event *event) __attribute__((nonnull));

/* How many there are. */
size_t dw_admissions_count(struct dw_admissions *admissions) __attribute__((nonnull));

#endif
