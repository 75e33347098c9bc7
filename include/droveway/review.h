/* Judging an AdmissionReview as the webhook does. */
#ifndef DROVEWAY_REVIEW_H
#define DROVEWAY_REVIEW_H

#include <droveway/lint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The answer to one review. */
typedef struct droveway_verdict droveway_verdict;

/* Which of the webhook's endpoints answers. Since 0.1.0. */
typedef enum droveway_endpoint {
  DROVEWAY_VALIDATE = 0, /* /validate: allows or denies */
  DROVEWAY_MUTATE = 1    /* /mutate: always allows, and may fill in defaults with a JSON Patch */
} droveway_endpoint;

/* droveway_judge: answers an AdmissionReview (admission.k8s.io/v1 or v1beta1), byte for byte as `droveway serve` does.
 * STATE     what is known of the cluster
 * ENDPOINT  which endpoint is asked
 * BODY      LENGTH bytes of JSON, which need no NUL at their end and are not used after the call; at most 8 MiB
 * ERROR     receives the reason of a failure; may be NULL
 * Returns a handle that the caller frees with droveway_verdict_free(): also where the review is denied. NULL where BODY
 * is not a well-formed AdmissionReview, which the webhook answers with HTTP 400 or 413: DROVEWAY_ERROR_SYNTAX,
 * DROVEWAY_ERROR_DUPLICATE, DROVEWAY_ERROR_DEPTH, DROVEWAY_ERROR_INVALID, DROVEWAY_ERROR_TOO_LARGE;
 * DROVEWAY_ERROR_ARGUMENT where STATE or BODY is NULL. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_verdict *droveway_judge(const droveway_state *state, droveway_endpoint endpoint, const char *body,
                                              size_t length, droveway_error *error);

/* droveway_verdict_free: frees VERDICT, its findings and its strings. NULL is allowed. Since 0.1.0. */
DROVEWAY_API void droveway_verdict_free(droveway_verdict *verdict);

/* droveway_verdict_allowed: whether the change is allowed; false for NULL. Thread-safe. Since 0.1.0. */
DROVEWAY_API bool droveway_verdict_allowed(const droveway_verdict *verdict);

/* droveway_verdict_code: response.status.code of a denial, such as 422; 0 where it is allowed. Thread-safe.
 * Since 0.1.0. */
DROVEWAY_API int droveway_verdict_code(const droveway_verdict *verdict);

/* droveway_verdict_message: what kubectl prints after a denial; "" where it is allowed. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_verdict_message(const droveway_verdict *verdict);

/* droveway_verdict_answer: the AdmissionReview that answers, as JSON ended by a line break. LENGTH, which may be NULL,
 * receives the number of bytes. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_verdict_answer(const droveway_verdict *verdict, size_t *length);

/* droveway_verdict_patch: the JSON Patch (RFC 6902) of DROVEWAY_MUTATE; NULL where nothing is to be changed. LENGTH,
 * which may be NULL, receives the number of bytes. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_verdict_patch(const droveway_verdict *verdict, size_t *length);

/* droveway_verdict_warnings, droveway_verdict_warning: how many warnings the answer has, and the one at INDEX, from 0;
 * NULL where there is none. They are ready to print and kept within the limits of the API server. Thread-safe.
 * Since 0.1.0. */
DROVEWAY_API size_t droveway_verdict_warnings(const droveway_verdict *verdict);
DROVEWAY_API const char *droveway_verdict_warning(const droveway_verdict *verdict, size_t index);

/* droveway_verdict_findings: the findings of the rules behind the answer of DROVEWAY_VALIDATE, whole; empty for
 * DROVEWAY_MUTATE, and where the kind has no rules. They belong to VERDICT: do not free them. NULL for NULL.
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API const droveway_findings *droveway_verdict_findings(const droveway_verdict *verdict);

#ifdef __cplusplus
}
#endif

#endif
