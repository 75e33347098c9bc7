/* Linting manifests before they are applied, and the findings of rules. */
#ifndef DROVEWAY_LINT_H
#define DROVEWAY_LINT_H

#include <droveway/state.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The findings of one call, sorted by object, and for each object in the order of the rule catalogue. */
typedef struct droveway_findings droveway_findings;
/* One mistake, found by one rule. It belongs to its droveway_findings, and so do its strings. */
typedef struct droveway_finding droveway_finding;

/* droveway_lint_paths: lints manifests as `droveway check` does.
 *
 * The manifests are judged as if they were applied to the cluster one after the other, NetworkAttachmentDefinitions
 * before the objects that name them. Objects inside other objects (ACM policies, OpenShift templates) are included.
 * Kinds without rules are ignored. Each call builds an index of the whole state and all manifests, so pass manifests
 * that belong together in one call. Comments "# droveway: allow RULE REASON" in the manifests are exceptions, as those
 * of the policy are.
 *
 * STATE      what is known about the cluster
 * PATHS      COUNT files and folders; "-" is standard input. In folders, .yaml, .yml and .json files are read, and
 *            documents that are not Kubernetes objects are skipped and counted
 * NAMESPACE  the namespace of manifests that do not set one; NULL for the namespace where KubeVirt runs
 * ERROR      receives the reason for a failure; may be NULL
 *
 * Returns the findings, which the caller frees with droveway_findings_free(); they are empty if no rule found anything.
 * Returns NULL if an input can't be read, with file, line and column in ERROR: DROVEWAY_ERROR_IO,
 * DROVEWAY_ERROR_SYNTAX, DROVEWAY_ERROR_DUPLICATE, DROVEWAY_ERROR_DEPTH or DROVEWAY_ERROR_INVALID; also if STATE or
 * PATHS is NULL: DROVEWAY_ERROR_ARGUMENT. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_findings *droveway_lint_paths(const droveway_state *state, const char *const *paths, size_t count,
                                                    const char *namespace_, droveway_error *error);

/* droveway_lint: lints manifests in memory. STATE, NAMESPACE, ERROR and the result are those of droveway_lint_paths().
 *
 * NAME    the name of the input in errors and findings; NULL for "manifest"
 * TEXT    LENGTH bytes of YAML or JSON, without a NUL at the end; not used after the call. An empty text, or one with
 *         nothing but comments, has no findings
 *
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_findings *droveway_lint(const droveway_state *state, const char *name, const char *text,
                                              size_t length, const char *namespace_, droveway_error *error);

/* droveway_findings_free: frees FINDINGS with each finding and its strings. NULL is allowed. Do not pass the findings
 * of a verdict, which belong to the verdict. Since 0.1.0. */
DROVEWAY_API void droveway_findings_free(droveway_findings *findings);

/* droveway_findings_count: returns the number of findings that droveway_findings_at() can return. Thread-safe.
 * Since 0.1.0. */
DROVEWAY_API size_t droveway_findings_count(const droveway_findings *findings);

/* droveway_findings_at: returns the finding at INDEX, which starts at 0; NULL if there is none. It is valid until
 * FINDINGS is freed. Thread-safe. Since 0.1.0. */
DROVEWAY_API const droveway_finding *droveway_findings_at(const droveway_findings *findings, size_t index);

/* droveway_findings_denials, droveway_findings_warnings: return how many findings are denials or warnings. If a rule
 * has more than 256 findings in one object, the rest are only counted, so the sum may be larger than
 * droveway_findings_count(). Thread-safe. Since 0.1.0. */
DROVEWAY_API size_t droveway_findings_denials(const droveway_findings *findings);
DROVEWAY_API size_t droveway_findings_warnings(const droveway_findings *findings);

/* droveway_findings_excepted: returns the number of findings that droveway_findings_excepted_at() can return: they are
 * not among the others, because an exception of the policy, or a comment, covers them. Which exceptions have expired
 * depends on the date of the system clock (UTC) at the call. Thread-safe. Since 0.1.0. */
DROVEWAY_API size_t droveway_findings_excepted(const droveway_findings *findings);

/* droveway_findings_excepted_at: returns the excepted finding at INDEX, which starts at 0; NULL if there is none. Its
 * severity is the one that it would have without the exception. It is valid until FINDINGS is freed. Thread-safe.
 * Since 0.1.0. */
DROVEWAY_API const droveway_finding *droveway_findings_excepted_at(const droveway_findings *findings, size_t index);

/* droveway_findings_objects: returns how many objects were judged, with and without findings. 0 means that the input
 * contains no object of a kind with rules. Thread-safe. Since 0.1.0. */
DROVEWAY_API size_t droveway_findings_objects(const droveway_findings *findings);

/* droveway_findings_skipped: returns how many documents and files in folders were skipped because they are not
 * Kubernetes objects, or are kustomize patches or Helm templates. Thread-safe. Since 0.1.0. */
DROVEWAY_API size_t droveway_findings_skipped(const droveway_findings *findings);

/* What the webhook would do because of a finding: warn about the object or deny it. Since 0.1.0. */
typedef enum droveway_severity { DROVEWAY_WARNING = 1, DROVEWAY_DENIAL = 2 } droveway_severity;

/* droveway_finding_severity: returns the severity; 0 if FINDING is NULL. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_severity droveway_finding_severity(const droveway_finding *finding);

/* droveway_finding_rule: returns the id of the rule, such as "gateway-in-pool", which `droveway explain ID` describes.
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_rule(const droveway_finding *finding);

/* droveway_finding_kind, droveway_finding_namespace, droveway_finding_name: return the kind of the object, such as
 * "NetworkAttachmentDefinition", its namespace and its name; "" if it has none. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_kind(const droveway_finding *finding);
DROVEWAY_API const char *droveway_finding_namespace(const droveway_finding *finding);
DROVEWAY_API const char *droveway_finding_name(const droveway_finding *finding);

/* droveway_finding_field: returns the path of the field, which may continue inside the JSON of spec.config:
 * "spec.config.ipam.range"; "" if the finding is about the whole object. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_field(const droveway_finding *finding);

/* droveway_finding_message: returns what is wrong, without the value, the fix and the rule, as one line without a full
 * stop. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_message(const droveway_finding *finding);

/* droveway_finding_fix: returns how to fix it; "" if the message is enough. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_fix(const droveway_finding *finding);

/* droveway_finding_text: returns the whole finding as one line: "FIELD: MESSAGE; FIX [RULE]". A denial has the form
 * that the API server uses: "FIELD: Invalid value: "VALUE": MESSAGE; FIX [RULE]". Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_text(const droveway_finding *finding);

/* droveway_finding_reason, droveway_finding_until: return the reason of the exception that covers the finding, and the
 * last day on which it applies, such as "2027-03-31"; "" if the finding is not excepted, or the exception does not
 * expire. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_reason(const droveway_finding *finding);
DROVEWAY_API const char *droveway_finding_until(const droveway_finding *finding);

/* droveway_finding_file: returns the file, or the name of the input; "" for the findings of a verdict. Thread-safe.
 * Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_file(const droveway_finding *finding);

/* droveway_finding_line, droveway_finding_column: return the position of the value in that file, starting at 1; columns
 * count characters. If the field is missing, it is the position of the nearest object that contains it; 0 if it is not
 * known. Thread-safe. Since 0.1.0. */
DROVEWAY_API int droveway_finding_line(const droveway_finding *finding);
DROVEWAY_API int droveway_finding_column(const droveway_finding *finding);

#ifdef __cplusplus
}
#endif

#endif
