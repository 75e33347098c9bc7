/* Linting manifests before they are applied, and the findings of rules. */
#ifndef DROVEWAY_LINT_H
#define DROVEWAY_LINT_H

#include <droveway/state.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The findings of one call, in a fixed order: by object, and for one object in the order of the rule catalogue. */
typedef struct droveway_findings droveway_findings;
/* One of them. It belongs to its droveway_findings, as do its strings. */
typedef struct droveway_finding droveway_finding;

/* droveway_lint_paths: lints manifests as `droveway check` does: as if they were applied to the cluster of STATE in
 * turn, NetworkAttachmentDefinitions before the objects that name them. Objects inside other objects (ACM policies,
 * OpenShift templates) are found, too. Kinds without rules are ignored. STATE      what is known of the cluster PATHS
 * COUNT files and folders; "-" is standard input. In folders, .yaml, .yml and .json files are read; documents that are
 * not Kubernetes objects are skipped and counted NAMESPACE  of manifests that name none; NULL for the namespace where
 * KubeVirt runs ERROR      receives the reason of a failure; may be NULL Returns a handle that the caller frees with
 * droveway_findings_free(): empty where nothing was found. NULL where an input could not be read, with file, line and
 * column: DROVEWAY_ERROR_IO, DROVEWAY_ERROR_SYNTAX, DROVEWAY_ERROR_DUPLICATE, DROVEWAY_ERROR_DEPTH,
 * DROVEWAY_ERROR_INVALID; DROVEWAY_ERROR_ARGUMENT where STATE or PATHS is NULL. Each call builds an index of the whole
 * state and the manifests: lint what belongs together in one call. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_findings *droveway_lint_paths(const droveway_state *state, const char *const *paths, size_t count,
                                                    const char *namespace_, droveway_error *error);

/* droveway_lint: the same for manifests in memory.
 * NAME    what errors and findings call the input; NULL for "manifest"
 * TEXT    LENGTH bytes: a YAML stream or JSON, which need no NUL at their end and are not used after the call. No
 * bytes, or comments alone, give no findings STATE, NAMESPACE, ERROR and the result as for droveway_lint_paths().
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_findings *droveway_lint(const droveway_state *state, const char *name, const char *text,
                                              size_t length, const char *namespace_, droveway_error *error);

/* droveway_findings_free: frees FINDINGS, each finding in it and their strings. NULL is allowed. Not for the findings
 * of a verdict, which belong to it. Since 0.1.0. */
DROVEWAY_API void droveway_findings_free(droveway_findings *findings);

/* droveway_findings_count: how many findings droveway_findings_at() has. Thread-safe. Since 0.1.0. */
DROVEWAY_API size_t droveway_findings_count(const droveway_findings *findings);

/* droveway_findings_at: the finding at INDEX, from 0; NULL where there is none. It is valid as long as FINDINGS.
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API const droveway_finding *droveway_findings_at(const droveway_findings *findings, size_t index);

/* droveway_findings_denials, droveway_findings_warnings: how many there are of each. Their sum is larger than
 * droveway_findings_count() where one rule found more than 256 things in an object: the rest is only counted.
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API size_t droveway_findings_denials(const droveway_findings *findings);
DROVEWAY_API size_t droveway_findings_warnings(const droveway_findings *findings);

/* droveway_findings_objects: how many objects were judged, with and without findings. 0 means that the input held
 * nothing that has rules. Thread-safe. Since 0.1.0. */
DROVEWAY_API size_t droveway_findings_objects(const droveway_findings *findings);

/* droveway_findings_skipped: how many documents and files were skipped: in folders, what is not a Kubernetes object,
 * kustomize patches and Helm templates. Thread-safe. Since 0.1.0. */
DROVEWAY_API size_t droveway_findings_skipped(const droveway_findings *findings);

/* Whether the webhook would refuse the object for it. Since 0.1.0. */
typedef enum droveway_severity { DROVEWAY_WARNING = 1, DROVEWAY_DENIAL = 2 } droveway_severity;

/* droveway_finding_severity: how serious it is; 0 for NULL. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_severity droveway_finding_severity(const droveway_finding *finding);

/* droveway_finding_rule: the id of the rule, such as "gateway-in-pool". `droveway explain ID` describes it.
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_rule(const droveway_finding *finding);

/* droveway_finding_kind, _namespace and _name: the object: "NetworkAttachmentDefinition"; "" where it has none.
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_kind(const droveway_finding *finding);
DROVEWAY_API const char *droveway_finding_namespace(const droveway_finding *finding);
DROVEWAY_API const char *droveway_finding_name(const droveway_finding *finding);

/* droveway_finding_field: the path of the field, also inside the JSON of spec.config: "spec.config.ipam.range"; ""
 * where it is about the object as a whole. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_field(const droveway_finding *finding);

/* droveway_finding_message: what is wrong, without the value, the fix and the rule; one line without a full stop.
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_message(const droveway_finding *finding);

/* droveway_finding_fix: how to fix it; "" where the message says it all. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_fix(const droveway_finding *finding);

/* droveway_finding_text: all of it as one line: "FIELD: MESSAGE; FIX [RULE]". A denial is in the words of the API
 * server: "FIELD: Invalid value: "VALUE": MESSAGE; FIX [RULE]". Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_finding_text(const droveway_finding *finding);

/* droveway_finding_file: the file or the name of the input; "" for the findings of a verdict. Thread-safe. Since 0.1.0.
 */
DROVEWAY_API const char *droveway_finding_file(const droveway_finding *finding);

/* droveway_finding_line, droveway_finding_column: the place of the value in that file, counted from 1, columns in
 * characters; where the field is missing, the place of the nearest object around it; 0 where none is known.
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API int droveway_finding_line(const droveway_finding *finding);
DROVEWAY_API int droveway_finding_column(const droveway_finding *finding);

#ifdef __cplusplus
}
#endif

#endif
