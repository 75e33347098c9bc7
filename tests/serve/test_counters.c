#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/engine.h"
#include "serve/counters.h"

static int set_up(void **state) {
  *state = calloc(1, sizeof(struct dw_counters));
  return *state == NULL;
}

static int tear_down(void **state) {
  free(*state);
  return 0;
}

static const struct dw_request nad = {
    .group = "k8s.cni.cncf.io", .version = "v1", .kind = "NetworkAttachmentDefinition", .operation = DW_OP_CREATE};
static const struct dw_answer allowed = {.allowed = true};

/* The value of NAME, a whole name with its labels; -1 if it is not there. */
static double value_of(const struct dw_counters *counters, const char *name) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  dw_counters_metrics(counters, &out);
  dw_buf_printf(&line, "\n%s ", name);
  const char *at = strstr(dw_buf_text(&out), dw_buf_text(&line));
  return at == NULL ? -1 : strtod(at + line.length, NULL);
}

static void assert_value(const struct dw_counters *counters, const char *name, double expected) {
  double value = value_of(counters, name);
  if (value < expected || value > expected)
    fail_msg("%s is %g, not %g", name, value, expected);
}

/* --- classification --- */

static void classifies_answers_by_verdict(void **state) {
  (void)state;
  assert_int_equal(dw_verdict(&(struct dw_answer){.allowed = true}), VERDICT_ALLOWED);
  assert_int_equal(dw_verdict(&(struct dw_answer){.allowed = true, .warning_count = 1}), VERDICT_WARNED);
  assert_int_equal(dw_verdict(&(struct dw_answer){.allowed = true, .patch = "[]", .warning_count = 1}),
                   VERDICT_PATCHED);
  assert_int_equal(dw_verdict(&(struct dw_answer){.code = 422, .warning_count = 1}), VERDICT_DENIED);
  assert_int_equal(dw_verdict(&(struct dw_answer){.code = 503}), VERDICT_UNAVAILABLE);
}

static void counts_reviews_by_endpoint_kind_and_operation(void **state) {
  struct dw_request hyperconverged = {.group = "hco.kubevirt.io", .kind = "HyperConverged", .operation = DW_OP_UPDATE};
  struct dw_request kubevirt = {.group = "kubevirt.io", .kind = "KubeVirt", .operation = DW_OP_DELETE};
  dw_counters_review(*state, false, &nad, &allowed, 1);
  dw_counters_review(*state, false, &nad, &allowed, 1);
  dw_counters_review(*state, true, &hyperconverged, &(struct dw_answer){.allowed = true, .patch = "[]"}, 1);
  dw_counters_review(*state, false, &kubevirt, &(struct dw_answer){.code = 422}, 1);
#define REVIEWS "droveway_reviews_total{endpoint="
  assert_value(
      *state, REVIEWS "\"validate\",kind=\"NetworkAttachmentDefinition\",operation=\"CREATE\",verdict=\"allowed\"}", 2);
  assert_value(*state, REVIEWS "\"mutate\",kind=\"HyperConverged\",operation=\"UPDATE\",verdict=\"patched\"}", 1);
  assert_value(*state, REVIEWS "\"validate\",kind=\"KubeVirt\",operation=\"DELETE\",verdict=\"denied\"}", 1);
  assert_value(*state, REVIEWS "\"validate\",kind=\"KubeVirt\",operation=\"DELETE\",verdict=\"allowed\"}", 0);
}

static void shows_an_unusual_verdict_once_it_occurs(void **state) {
  static const char name[] =
      REVIEWS "\"mutate\",kind=\"NetworkAttachmentDefinition\",operation=\"CREATE\",verdict=\"denied\"}";
  assert_value(*state, name, -1);
  dw_counters_review(*state, true, &nad, &(struct dw_answer){.code = 422}, 1);
  assert_value(*state, name, 1);
}

static size_t lines_of(const struct dw_counters *counters) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  size_t lines = 0;
  dw_counters_metrics(counters, &out);
  for (const char *at = dw_buf_text(&out); (at = strchr(at, '\n')) != NULL; at++)
    lines++;
  return lines;
}

/* The name of a kind alone is not enough, and nothing in a request becomes a label. */
static void unknown_values_are_counted_as_other(void **state) {
  static const char *const kinds[][2] = {
      {"", "NetworkAttachmentDefinition"}, {"k8s.cni.cncf.io", "x\"} 1\nevil 2\n"}, {"", ""}, {"kubevirt.io", "Evil"}};
  size_t lines = lines_of(*state);
  for (size_t i = 0; i < 4; i++) {
    struct dw_request request = {.group = kinds[i][0], .kind = kinds[i][1], .operation = DW_OP_CONNECT};
    dw_counters_review(*state, false, &request,
                       &(struct dw_answer){.code = 422, .denied = "no-such-rule,\",x\n,cni-", .warned = ",,"}, 1);
  }
  assert_int_equal(lines_of(*state), lines);
  assert_value(*state, REVIEWS "\"validate\",kind=\"other\",operation=\"other\",verdict=\"denied\"}", 4);
  struct dw_request request = {.group = "x", .kind = "y", .operation = (enum dw_operation)77};
  dw_counters_review(*state, true, &request, &allowed, 1);
  assert_value(*state, REVIEWS "\"mutate\",kind=\"other\",operation=\"other\",verdict=\"allowed\"}", 1);
}

static void counts_findings_by_rule_and_action(void **state) {
  size_t count = 0;
  const char *const *ids = dw_rule_ids(&count);
  char name[160];
  assert_in_range(count, 1, COUNTERS_RULES);
  dw_counters_review(*state, false, &nad,
                     &(struct dw_answer){.code = 422, .denied = "cni-name,range-empty", .warned = "pool-tight"}, 1);
  dw_counters_review(*state, false, &nad, &(struct dw_answer){.code = 422, .denied = "range-empty"}, 1);
  assert_value(*state, "droveway_findings_total{rule=\"range-empty\",action=\"deny\"}", 2);
  assert_value(*state, "droveway_findings_total{rule=\"range-empty\",action=\"warn\"}", 0);
  assert_value(*state, "droveway_findings_total{rule=\"cni-name\",action=\"deny\"}", 1);
  assert_value(*state, "droveway_findings_total{rule=\"pool-tight\",action=\"warn\"}", 1);
  for (size_t i = 0; i < count; i++) { /* each rule has its own counters */
    snprintf(name, sizeof name, "droveway_findings_total{rule=\"%s\",action=\"deny\"}", ids[i]);
    double before = value_of(*state, name);
    dw_counters_review(*state, false, &nad, &(struct dw_answer){.code = 422, .denied = ids[i]}, 1);
    assert_value(*state, name, before + 1);
  }
}

static void counts_exceptions_by_rule(void **state) {
  size_t count = 0;
  const char *const *ids = dw_rule_ids(&count);
  char name[160];
  for (size_t i = 0; i < count; i++) { /* each rule is shown before its first exception */
    snprintf(name, sizeof name, "droveway_exceptions_total{rule=\"%s\"}", ids[i]);
    assert_value(*state, name, 0);
  }
  dw_counters_review(*state, false, &nad, &(struct dw_answer){.allowed = true, .excepted = "cni-name,range-empty"}, 1);
  dw_counters_review(*state, false, &nad,
                     &(struct dw_answer){.code = 422, .denied = "pool-tight", .excepted = "cni-name"}, 1);
  assert_value(*state, "droveway_exceptions_total{rule=\"cni-name\"}", 2);
  assert_value(*state, "droveway_exceptions_total{rule=\"range-empty\"}", 1);
  assert_value(*state, "droveway_exceptions_total{rule=\"pool-tight\"}", 0);
  assert_value(*state, "droveway_findings_total{rule=\"cni-name\",action=\"deny\"}", 0);
  assert_value(*state, "droveway_findings_total{rule=\"cni-name\",action=\"warn\"}", 0);
}

static void counts_refusals_by_status(void **state) {
  static const int statuses[] = {400, 403, 404, 405, 413, 415, 431, 503};
  char name[80];
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    snprintf(name, sizeof name, "droveway_refused_requests_total{code=\"%d\"}", statuses[i]);
    assert_value(*state, name, 0);
    dw_counters_refused(*state, statuses[i]);
    assert_value(*state, name, 1);
  }
  dw_counters_refused(*state, 418);
  dw_counters_refused(*state, 0);
  assert_value(*state, "droveway_refused_requests_total{code=\"other\"}", 2);
}

/* --- the histogram --- */

#define BUCKET(le) "droveway_review_duration_seconds_bucket{endpoint=\"validate\",le=\"" le "\"}"

static void counts_durations_on_both_sides_of_a_bound(void **state) {
  dw_counters_review(*state, false, &nad, &allowed, 50);
  assert_value(*state, BUCKET("5e-05"), 1);
  dw_counters_review(*state, false, &nad, &allowed, 51);
  assert_value(*state, BUCKET("5e-05"), 1);
  assert_value(*state, BUCKET("0.0001"), 2);
  dw_counters_review(*state, false, &nad, &allowed, 1000000);
  dw_counters_review(*state, false, &nad, &allowed, 1000001);
  dw_counters_review(*state, false, &nad, &allowed, INT64_C(86400000000));
  assert_value(*state, BUCKET("0.5"), 2);
  assert_value(*state, BUCKET("1"), 3);
  assert_value(*state, BUCKET("+Inf"), 5);
  assert_value(*state, "droveway_review_duration_seconds_count{endpoint=\"validate\"}", 5);
  assert_value(*state, "droveway_review_duration_seconds_sum{endpoint=\"validate\"}", 86402.000102);
  assert_value(*state, "droveway_review_duration_seconds_count{endpoint=\"mutate\"}", 0);
}

/* Each bucket contains times up to its label, and not a microsecond more. */
static void each_bucket_ends_at_its_label(void **state) {
  static const struct {
    int64_t microseconds;
    const char *label;
  } buckets[] = {{50, "5e-05"},    {100, "0.0001"},  {250, "0.00025"}, {500, "0.0005"},  {1000, "0.001"},
                 {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},  {25000, "0.025"}, {50000, "0.05"},
                 {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},  {1000000, "1"}};
  assert_int_equal(sizeof buckets / sizeof *buckets, COUNTERS_BOUNDS);
  for (size_t i = 0; i < COUNTERS_BOUNDS; i++) {
    char name[96];
    snprintf(name, sizeof name, "droveway_review_duration_seconds_bucket{endpoint=\"validate\",le=\"%s\"}",
             buckets[i].label);
    double shorter = 2 * (double)i;
    assert_value(*state, name, shorter);
    dw_counters_review(*state, false, &nad, &allowed, buckets[i].microseconds);
    assert_value(*state, name, shorter + 1);
    dw_counters_review(*state, false, &nad, &allowed, buckets[i].microseconds + 1);
    assert_value(*state, name, shorter + 1);
  }
}

static void a_clock_that_goes_back_counts_as_zero(void **state) {
  dw_counters_review(*state, false, &nad, &allowed, -5);
  assert_value(*state, BUCKET("5e-05"), 1);
  assert_value(*state, "droveway_review_duration_seconds_sum{endpoint=\"validate\"}", 0);
}

static void bounds_of_buckets_increase(void **state) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  double last_bound = 0, last_count = 0;
  size_t buckets = 0;
  for (int64_t us = 1; us < 3000000; us *= 2)
    dw_counters_review(*state, false, &nad, &allowed, us);
  dw_counters_metrics(*state, &out);
  for (const char *at = dw_buf_text(&out); (at = strstr(at, "endpoint=\"validate\",le=\"")) != NULL; buckets++) {
    at += strlen("endpoint=\"validate\",le=\"");
    double bound = strtod(at, NULL), count = strtod(strchr(at, ' '), NULL);
    assert_true(bound > last_bound && count >= last_count);
    last_bound = bound;
    last_count = count;
  }
  assert_int_equal(buckets, COUNTERS_BOUNDS + 1);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(classifies_answers_by_verdict),
      TEST(counts_reviews_by_endpoint_kind_and_operation),
      TEST(shows_an_unusual_verdict_once_it_occurs),
      TEST(unknown_values_are_counted_as_other),
      TEST(counts_findings_by_rule_and_action),
      TEST(counts_exceptions_by_rule),
      TEST(counts_refusals_by_status),
      TEST(counts_durations_on_both_sides_of_a_bound),
      TEST(each_bucket_ends_at_its_label),
      TEST(a_clock_that_goes_back_counts_as_zero),
      TEST(bounds_of_buckets_increase),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
