#include "serve/counters.h"

#include <inttypes.h>
#include <string.h>

#include "base/metric.h"
#include "rules/engine.h"
#include "serve/service.h"

/* Upper bounds of the histogram's buckets. An ordinary review takes some 100 us; the API server waits 5 s. */
static const struct {
  int64_t microseconds;
  const char *label;
} bounds[COUNTERS_BOUNDS] = {{50, "5e-05"},    {100, "0.0001"},  {250, "0.00025"}, {500, "0.0005"},  {1000, "0.001"},
                             {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},  {25000, "0.025"}, {50000, "0.05"},
                             {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},  {1000000, "1"}};

static const char *const endpoints[] = {"validate", "mutate"};
static const char *const kinds[COUNTED_KINDS] = {"NetworkAttachmentDefinition", "HyperConverged", "KubeVirt",
                                                 "MigrationPolicy", "other"};
static const char *const operations[COUNTED_OPERATIONS] = {"CREATE", "UPDATE", "DELETE", "other"};
static const char *const verdicts[VERDICTS] = {"allowed", "warned", "patched", "denied", "unavailable"};
static const struct {
  int status;
  const char *label;
} statuses[COUNTED_STATUSES] = {{400, "400"}, {403, "403"}, {404, "404"}, {405, "405"}, {413, "413"},
                                {415, "415"}, {431, "431"}, {503, "503"}, {0, "other"}};

/* --- counting --- */

static void add(atomic_uint_fast64_t *counter, uint64_t amount) {
  atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

static uint64_t get(const atomic_uint_fast64_t *counter) {
  return atomic_load_explicit(counter, memory_order_relaxed);
}

enum verdict dw_verdict(const struct dw_answer *answer) {
  if (!answer->allowed)
    return answer->code == 503 ? VERDICT_UNAVAILABLE : VERDICT_DENIED;
  if (answer->patch != NULL)
    return VERDICT_PATCHED;
  return answer->warning_count > 0 ? VERDICT_WARNED : VERDICT_ALLOWED;
}

static enum counted_kind kind_of(const struct dw_request *request) {
  switch (dw_kind_of(request->group, request->kind)) {
  case DW_KIND_NAD:
    return COUNTED_NAD;
  case DW_KIND_HYPERCONVERGED:
    return COUNTED_HYPERCONVERGED;
  case DW_KIND_KUBEVIRT:
    return COUNTED_KUBEVIRT;
  case DW_KIND_MIGRATION_POLICY:
    return COUNTED_MIGRATION_POLICY;
  default:
    return COUNTED_OTHER_KIND;
  }
}

static enum counted_operation operation_of(const struct dw_request *request) {
  switch (request->operation) {
  case DW_OP_CREATE:
    return COUNTED_CREATE;
  case DW_OP_UPDATE:
    return COUNTED_UPDATE;
  case DW_OP_DELETE:
    return COUNTED_DELETE;
  case DW_OP_CONNECT:
    return COUNTED_OTHER_OPERATION;
  }
  return COUNTED_OTHER_OPERATION;
}

/* LIST is an audit annotation: "range-empty,cni-name". */
static void count_rules(struct dw_counters *counters, const char *list, enum counted_outcome outcome) {
  size_t count = 0;
  const char *const *ids = dw_rule_ids(&count);
  for (const char *at = list == NULL ? "" : list; *at != '\0';) {
    size_t length = strcspn(at, ",");
    for (size_t i = 0; i < count && i < COUNTERS_RULES; i++)
      if (strncmp(ids[i], at, length) == 0 && ids[i][length] == '\0') {
        add(&counters->findings[i][outcome], 1);
        break;
      }
    at += length + (at[length] == ',');
  }
}

void dw_counters_review(struct dw_counters *counters, bool mutate, const struct dw_request *request,
                        const struct dw_answer *answer, int64_t microseconds) {
  size_t bucket = 0;
  add(&counters->reviews[mutate][kind_of(request)][operation_of(request)][dw_verdict(answer)], 1);
  while (bucket < COUNTERS_BOUNDS && microseconds > bounds[bucket].microseconds)
    bucket++;
  add(&counters->durations[mutate][bucket], 1);
  add(&counters->microseconds[mutate], microseconds > 0 ? (uint64_t)microseconds : 0);
  count_rules(counters, answer->denied, COUNTED_DENIED);
  count_rules(counters, answer->warned, COUNTED_WARNED);
  count_rules(counters, answer->excepted, COUNTED_EXCEPTED);
}

void dw_counters_refused(struct dw_counters *counters, int status) {
  size_t i = 0;
  while (i < COUNTED_OTHER_STATUS && statuses[i].status != status)
    i++;
  add(&counters->refused[i], 1);
}

/* --- metrics --- */

/* Usual verdicts are shown with 0 before they occur, so that the first one is visible as an increase. Verdicts that an
 * endpoint never returns are not shown. */
static bool is_usual(size_t endpoint, size_t verdict) {
  if (endpoint == 0)
    return verdict != VERDICT_PATCHED;
  return verdict != VERDICT_DENIED && verdict != VERDICT_UNAVAILABLE;
}

static void write_verdicts(const struct dw_counters *counters, struct dw_buf *out, size_t endpoint, size_t kind,
                           size_t operation) {
  for (size_t verdict = 0; verdict < VERDICTS; verdict++) {
    uint64_t count = get(&counters->reviews[endpoint][kind][operation][verdict]);
    if (count > 0 || is_usual(endpoint, verdict))
      dw_buf_printf(out,
                    "droveway_reviews_total{endpoint=\"%s\",kind=\"%s\",operation=\"%s\",verdict=\"%s\"} %" PRIu64 "\n",
                    endpoints[endpoint], kinds[kind], operations[operation], verdicts[verdict], count);
  }
}

static void write_reviews(const struct dw_counters *counters, struct dw_buf *out) {
  dw_metric_head(out, "reviews_total", "counter", "Reviews answered.");
  for (size_t endpoint = 0; endpoint < 2; endpoint++)
    for (size_t kind = 0; kind < COUNTED_KINDS; kind++)
      for (size_t operation = 0; operation < COUNTED_OPERATIONS; operation++)
        write_verdicts(counters, out, endpoint, kind, operation);
}

/* The count is the sum of the buckets as they are read here, so that both agree while other threads count. */
static void write_duration(const struct dw_counters *counters, struct dw_buf *out, size_t endpoint) {
  const char *name = endpoints[endpoint];
  uint64_t count = 0;
  for (size_t i = 0; i <= COUNTERS_BOUNDS; i++) {
    count += get(&counters->durations[endpoint][i]);
    dw_buf_printf(out, "droveway_review_duration_seconds_bucket{endpoint=\"%s\",le=\"%s\"} %" PRIu64 "\n", name,
                  i < COUNTERS_BOUNDS ? bounds[i].label : "+Inf", count);
  }
  dw_buf_printf(out,
                "droveway_review_duration_seconds_sum{endpoint=\"%s\"} %.6f\n"
                "droveway_review_duration_seconds_count{endpoint=\"%s\"} %" PRIu64 "\n",
                name, (double)get(&counters->microseconds[endpoint]) / 1e6, name, count);
}

static void write_findings(const struct dw_counters *counters, struct dw_buf *out) {
  size_t count = 0;
  const char *const *ids = dw_rule_ids(&count);
  dw_metric_head(out, "findings_total", "counter", "Reviews in which a rule denied or warned.");
  for (size_t i = 0; i < count && i < COUNTERS_RULES; i++)
    dw_buf_printf(out,
                  "droveway_findings_total{rule=\"%s\",action=\"deny\"} %" PRIu64 "\n"
                  "droveway_findings_total{rule=\"%s\",action=\"warn\"} %" PRIu64 "\n",
                  ids[i], get(&counters->findings[i][COUNTED_DENIED]), ids[i],
                  get(&counters->findings[i][COUNTED_WARNED]));
  dw_metric_head(out, "exceptions_total", "counter",
                 "Reviews in which a rule neither denied nor warned because of an exception of the policy.");
  for (size_t i = 0; i < count && i < COUNTERS_RULES; i++)
    dw_buf_printf(out, "droveway_exceptions_total{rule=\"%s\"} %" PRIu64 "\n", ids[i],
                  get(&counters->findings[i][COUNTED_EXCEPTED]));
}

static void write_refused(const struct dw_counters *counters, struct dw_buf *out) {
  dw_metric_head(out, "refused_requests_total", "counter", "Requests answered with an HTTP error.");
  for (size_t i = 0; i < COUNTED_STATUSES; i++)
    dw_buf_printf(out, "droveway_refused_requests_total{code=\"%s\"} %" PRIu64 "\n", statuses[i].label,
                  get(&counters->refused[i]));
}

void dw_counters_metrics(const struct dw_counters *counters, struct dw_buf *out) {
  write_reviews(counters, out);
  dw_metric_head(out, "review_duration_seconds", "histogram", "Time from the last byte of a review to its answer.");
  for (size_t endpoint = 0; endpoint < 2; endpoint++)
    write_duration(counters, out, endpoint);
  write_findings(counters, out);
  write_refused(counters, out);
}
