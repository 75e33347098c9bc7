/* Judging AdmissionReviews as the webhook does. */
#ifndef DROVEWAY_REVIEW_H
#define DROVEWAY_REVIEW_H

#include <droveway/lint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The answer to one review. */
typedef struct droveway_verdict droveway_verdict;

/* The endpoints of the webhook. Since 0.1.0. */
typedef enum droveway_endpoint {
  DROVEWAY_VALIDATE = 0, /* /validate: allows or denies */
  DROVEWAY_MUTATE = 1    /* /mutate: always allows, and may fill in defaults with a JSON Patch */
} droveway_endpoint;

/* droveway_judge: answers an AdmissionReview (admission.k8s.io/v1 or v1beta1), byte for byte as `droveway serve` does.
 *
 * STATE     what is known about the cluster
 * ENDPOINT  the endpoint to which the review is sent
 * BODY      LENGTH bytes of JSON, at most 8 MiB, without a NUL at the end; not used after the call
 * ERROR     receives the reason for a failure; may be NULL
 *
 * Returns the verdict, also if the review is denied. The caller frees it with droveway_verdict_free(). Returns NULL if
 * BODY is not a well-formed AdmissionReview, which the webhook answers with HTTP 400 or 413: DROVEWAY_ERROR_SYNTAX,
 * DROVEWAY_ERROR_DUPLICATE, DROVEWAY_ERROR_DEPTH, DROVEWAY_ERROR_INVALID or DROVEWAY_ERROR_TOO_LARGE; also if STATE or
 * BODY is NULL: DROVEWAY_ERROR_ARGUMENT. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_verdict *droveway_judge(const droveway_state *state, droveway_endpoint endpoint, const char *body,
                                              size_t length, droveway_error *error);

/* droveway_verdict_free: frees VERDICT, its findings and its strings. NULL is allowed. Since 0.1.0. */
DROVEWAY_API void droveway_verdict_free(droveway_verdict *verdict);

/* droveway_verdict_allowed: returns true if the change is allowed; false if VERDICT is NULL. Thread-safe.
 * Since 0.1.0. */
DROVEWAY_API bool droveway_verdict_allowed(const droveway_verdict *verdict);

/* droveway_verdict_code: returns the response.status.code of a denial, such as 422; 0 if the change is allowed.
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API int droveway_verdict_code(const droveway_verdict *verdict);

/* droveway_verdict_message: returns what kubectl prints after a denial; "" if the change is allowed. Thread-safe.
 * Since 0.1.0. */
DROVEWAY_API const char *droveway_verdict_message(const droveway_verdict *verdict);

/* droveway_verdict_answer: returns the AdmissionReview with the response, as JSON with a line break at the end. LENGTH,
 * which may be NULL, receives the number of bytes. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_verdict_answer(const droveway_verdict *verdict, size_t *length);

/* droveway_verdict_patch: returns the JSON Patch (RFC 6902) of DROVEWAY_MUTATE; NULL if it changes nothing. LENGTH,
 * which may be NULL, receives the number of bytes. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_verdict_patch(const droveway_verdict *verdict, size_t *length);

/* droveway_verdict_warnings, droveway_verdict_warning: return the number of warnings in the answer, and the one at
 * INDEX, which starts at 0; NULL if there is none. Warnings are complete lines within the length limits of the API
 * server. Thread-safe. Since 0.1.0. */
DROVEWAY_API size_t droveway_verdict_warnings(const droveway_verdict *verdict);
DROVEWAY_API const char *droveway_verdict_warning(const droveway_verdict *verdict, size_t index);

/* droveway_verdict_findings: returns the findings that led to the answer of DROVEWAY_VALIDATE, without the length
 * limits of the API server; they are empty for DROVEWAY_MUTATE and for kinds without rules. They belong to VERDICT: do
 * not free them. NULL if VERDICT is NULL. Thread-safe. Since 0.1.0. */
DROVEWAY_API const droveway_findings *droveway_verdict_findings(const droveway_verdict *verdict);

#ifdef __cplusplus
}
#endif

#endif
