/* Counts answers since the start. Relaxed atomics, so that counting never makes a review wait. The values of every
 * label are fixed here or in the catalogue of rules; none comes from a request. */
#ifndef SERVE_COUNTERS_H
#define SERVE_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"
#include "rules/review.h"

enum { COUNTERS_RULES = 128, COUNTERS_BOUNDS = 14 };

enum verdict { VERDICT_ALLOWED, VERDICT_WARNED, VERDICT_PATCHED, VERDICT_DENIED, VERDICT_UNAVAILABLE, VERDICTS };
enum counted_kind {
  COUNTED_NAD,
  COUNTED_HYPERCONVERGED,
  COUNTED_KUBEVIRT,
  COUNTED_MIGRATION_POLICY,
  COUNTED_OTHER_KIND,
  COUNTED_KINDS
};
enum counted_operation { COUNTED_CREATE, COUNTED_UPDATE, COUNTED_DELETE, COUNTED_OTHER_OPERATION, COUNTED_OPERATIONS };
enum counted_status {
  COUNTED_400,
  COUNTED_403,
  COUNTED_404,
  COUNTED_405,
  COUNTED_413,
  COUNTED_415,
  COUNTED_431,
  COUNTED_503,
  COUNTED_OTHER_STATUS,
  COUNTED_STATUSES
};

/* What became of the findings of a rule. */
enum counted_outcome { COUNTED_DENIED, COUNTED_WARNED, COUNTED_EXCEPTED, COUNTED_OUTCOMES };

/* All zero at the start. The first index is the endpoint: 0 for /validate, 1 for /mutate. */
struct dw_counters {
  atomic_uint_fast64_t reviews[2][COUNTED_KINDS][COUNTED_OPERATIONS][VERDICTS];
  atomic_uint_fast64_t durations[2][COUNTERS_BOUNDS + 1]; /* by bucket; the last is above all bounds */
  atomic_uint_fast64_t microseconds[2];
  atomic_uint_fast64_t findings[COUNTERS_RULES][COUNTED_OUTCOMES]; /* in the order of the catalogue */
  atomic_uint_fast64_t refused[COUNTED_STATUSES];
};

/* The verdict that an answer is counted as. */
enum verdict dw_verdict(const struct dw_answer *answer) __attribute__((nonnull));

/* Counts an answered review and the time that it took. */
void dw_counters_review(struct dw_counters *counters, bool mutate, const struct dw_request *request,
                        const struct dw_answer *answer, int64_t microseconds) __attribute__((nonnull));
/* Counts a request that was refused with this HTTP status. */
void dw_counters_refused(struct dw_counters *counters, int status) __attribute__((nonnull));

/* Appends the counters in Prometheus's text format. */
void dw_counters_metrics(const struct dw_counters *counters, struct dw_buf *out) __attribute__((nonnull));

#endif
