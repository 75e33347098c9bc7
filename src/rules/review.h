/* AdmissionReview, admission.k8s.io/v1 and v1beta1: the request as it came, and the answer's text. */
#ifndef RULES_REVIEW_H
#define RULES_REVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "json/json.h"

/* --- default limits, in bytes --- */

/* An API server sends at most a few MiB: etcd's limit for one object, old and new. */
#define DW_DEFAULT_MAX_BODY ((size_t)8 << 20)
/* Memory for the parsed JSON of one request: with its body, the largest request needs less than 64 MiB. */
#define DW_DEFAULT_MAX_MEMORY ((size_t)32 << 20)

enum dw_operation { DW_OP_CREATE, DW_OP_UPDATE, DW_OP_DELETE, DW_OP_CONNECT };
const char *dw_operation_name(enum dw_operation operation) __attribute__((returns_nonnull));

struct dw_request {
  const char *api_version; /* "admission.k8s.io/v1" or "admission.k8s.io/v1beta1" */
  const char *uid;
  const char *group, *version, *kind; /* of the object as sent (request.kind) */
  const char *subresource;            /* "" if none */
  const char *ns, *name;              /* the request's, else from the object's metadata; "" if none (generateName) */
  const char *user;                   /* userInfo.username; "" */
  enum dw_operation operation;
  bool dry_run;
  const dw_json *object;     /* NULL on DELETE */
  const dw_json *old_object; /* NULL on CREATE */
};

/* Reads a body; OUT points into the arena. Returns -1 if it is not a well-formed AdmissionReview (HTTP 400; 413 for
 * DW_ERR_MEMORY): also for duplicate keys, a wrong type in any part of the envelope, and an `object` that is missing or
 * not an object although the operation needs one. */
int dw_request_read(struct dw_arena *arena, const char *body, size_t length, struct dw_request *out,
                    struct dw_error *err) __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* A cause of a denial (metav1.StatusCause). */
struct dw_cause {
  const char *reason; /* "FieldValueInvalid" ... */
  const char *field;
  const char *message; /* `Invalid value: "x": ... [rule-id]` */
};

/* The answer to a request. All text belongs to the arena of the request. */
struct dw_answer {
  bool allowed;
  int code;           /* if denied: 422, 503 ...; the HTTP status is still 200 */
  const char *reason; /* "Invalid", "ServiceUnavailable" */
  const char *message;
  struct dw_cause *causes; /* with code 422 */
  size_t cause_count;
  const char **warnings; /* ready to print, within the API server's limits */
  size_t warning_count;
  const char *patch; /* JSON Patch text; NULL for none */
  size_t patch_length;
  const char *denied, *warned, *excepted, *defaulted; /* audit annotations; NULL leaves the key out */
};

/* Writes the AdmissionReview that answers REQUEST, with a line break at the end. v1beta1 answers have the same fields.
 */
void dw_answer_write(const struct dw_request *request, const struct dw_answer *answer, struct dw_buf *out)
    __attribute__((nonnull));

#endif
