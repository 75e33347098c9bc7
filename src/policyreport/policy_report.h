/* PolicyReports (wgpolicyk8s.io/v1alpha2) of an audit: one per namespace, and a ClusterPolicyReport for objects without
 * one. */
#ifndef POLICYREPORT_POLICY_REPORT_H
#define POLICYREPORT_POLICY_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/rule.h"
#include "json/json_write.h"

#define DW_POLICY_GROUP "wgpolicyk8s.io/v1alpha2"
#define DW_POLICY_NAME "droveway" /* of every report */
#define DW_POLICY_LABEL "app.kubernetes.io/managed-by"

enum dw_policy_result {
  DW_POLICY_PASS,
  DW_POLICY_FAIL,
  DW_POLICY_WARN,
  DW_POLICY_ERROR, /* a rule that lacked facts could not be evaluated */
  DW_POLICY_SKIP,
  DW_POLICY_RESULTS
};

/* The audited object of a result. */
struct dw_policy_object {
  const char *kind, *ns, *name; /* ns: "" if it has none */
};

/* A finding, or that an object has none: then RULE is NULL. */
struct dw_policy_entry {
  struct dw_policy_object object;
  enum dw_policy_result result;
  const char *rule, *field, *message;
  const char *reason, *until; /* of the exception, if the finding is excepted; NULL */
  bool denies;
  bool left_out; /* of a report that would be too large */
};

/* The results of an audit, in its order. */
struct dw_policy_results {
  struct dw_arena *arena; /* its own: the results are in it, too */
  struct dw_policy_entry *entries;
  size_t count, capacity;
};

/* The caller frees them with dw_policy_results_free(). */
struct dw_policy_results *dw_policy_results_new(void) __attribute__((returns_nonnull, warn_unused_result));
void dw_policy_results_free(struct dw_policy_results *results); /* NULL is allowed */

/* Adds a FINDING of OBJECT, or that it has none if FINDING is NULL. A finding that is EXCEPTED has the result "skip",
 * and the reason of its exception. All texts are copied. */
void dw_policy_add(struct dw_policy_results *results, const struct dw_policy_object *object,
                   const struct dw_finding *finding, bool excepted) __attribute__((nonnull(1, 2)));

/* The results of one namespace. */
struct dw_policy_report {
  const char *ns; /* "": of objects without a namespace */
  struct dw_policy_entry **entries;
  size_t count;
};

/* Divides RESULTS into reports, which are in the arena of RESULTS and share its entries, ordered by namespace. COUNT
 * receives their number. */
struct dw_policy_report *dw_policy_reports(const struct dw_policy_results *results, size_t *count)
    __attribute__((nonnull, returns_nonnull));

/* Leaves out results so that the report takes about MOST bytes as compact JSON: first those that pass, then warnings,
 * and denials last. Returns how many are left out; the summary still counts them, and a result says so. */
size_t dw_policy_limit(const struct dw_policy_report *report, size_t most) __attribute__((nonnull));

/* Writes the report as a Kubernetes object. */
void dw_policy_write(struct dw_json_writer *w, const struct dw_policy_report *report) __attribute__((nonnull));

#endif
