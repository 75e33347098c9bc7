/* What was just admitted counts at once: between the answer and the watch event that tells of the object, later reviews
 * see it all the same. Only with a live cluster. Thread-safe. */
#ifndef SERVER_ADMISSIONS_H
#define SERVER_ADMISSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "droveway/model/review.h"
#include "droveway/model/view.h"
#include "droveway/sources/cluster.h"

struct dw_admissions;

/* NOW is the clock, in monotonic milliseconds. */
struct dw_admissions *dw_admissions_new(int64_t (*now)(void)) __attribute__((nonnull, returns_nonnull));
void dw_admissions_free(struct dw_admissions *admissions); /* NULL is allowed */

/* Whether a review of this request, once allowed, counts for those that follow. */
bool dw_admissions_counts(const struct dw_request *request) __attribute__((nonnull));

/* A decision under the lock: of two that exclude each other, the second sees the first. Everything between begin and
 * end must be quick. */
void dw_admissions_begin(struct dw_admissions *admissions) __attribute__((nonnull));
void dw_admissions_end(struct dw_admissions *admissions) __attribute__((nonnull));

/* Under the lock: BASE with FOUND (what was looked up directly) and with what was admitted and has not arrived in it,
 * the admitted going first. CURRENT: watches are in good order, so what does not arrive never will, and expires after
 * ten seconds. The caller unrefs the result. */
struct dw_world *dw_admissions_world(struct dw_admissions *admissions, struct dw_world *base,
                                     const struct dw_change *found, size_t count, bool current)
    __attribute__((nonnull(1, 2), returns_nonnull));

/* Under the lock: REQUEST, which dw_admissions_counts(), was allowed in WORLD. */
void dw_admissions_add(struct dw_admissions *admissions, const struct dw_world *world, const struct dw_request *request)
    __attribute__((nonnull));

/* What came over a watch: an entry that it shows to have arrived no longer counts, once the world holds it. CONTEXT is
 * the admissions. */
void dw_admissions_seen(void *context, const struct dw_cluster_event *event) __attribute__((nonnull));

/* How many there are. */
size_t dw_admissions_count(struct dw_admissions *admissions) __attribute__((nonnull));

#endif
