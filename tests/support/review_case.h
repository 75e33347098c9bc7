/* A review for tests: a world from the text of state and policy, a request from the text of objects, and the answer,
 * read with json-c. Any error in their use fails the test. */
#ifndef TESTS_SUPPORT_REVIEW_CASE_H
#define TESTS_SUPPORT_REVIEW_CASE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "cluster/view.h"
#include "rules/review.h"

/* A world with the objects in STATE (YAML; all kinds are known; NULL: nothing is known) under POLICY (YAML; NULL: the
 * default). Release it with dw_world_unref(). */
struct dw_world *world_of(const char *state, const char *policy);
/* The same, with KNOWLEDGE for all kinds. */
struct dw_world *world_knowing(const char *state, const char *policy, enum dw_knowledge knowledge);

/* The body of an AdmissionReview about OBJECT (YAML; on DELETE it is oldObject), with OLD on UPDATE. The caller frees
 * it. */
char *review_body(enum dw_operation operation, const char *object, const char *old);

/* An answer. */
struct verdict {
  struct json_object *root;     /* owns the rest */
  struct json_object *response; /* .response */
  char *text;                   /* the original text */
  bool allowed;
};

/* What /validate (or, with MUTATE, /mutate) answers to BODY; fails the test if BODY is not an AdmissionReview. */
struct verdict review_text(const struct dw_world *world, bool mutate, const char *body);
struct verdict review(const struct dw_world *world, enum dw_operation operation, const char *object, const char *old);
struct verdict review_mutation(const struct dw_world *world, enum dw_operation operation, const char *object,
                               const char *old);
void verdict_free(struct verdict *verdict);
#define VERDICT_SCOPED __attribute__((cleanup(verdict_free))) struct verdict

/* Audit annotations; "" if there is none with this key. */
const char *verdict_denied(const struct verdict *verdict);
const char *verdict_warned(const struct verdict *verdict);
const char *verdict_excepted(const struct verdict *verdict);
const char *verdict_defaulted(const struct verdict *verdict);

size_t verdict_cause_count(const struct verdict *verdict);
/* Member KEY ("reason", "field", "message") of the cause INDEX; "" if there is none. */
const char *verdict_cause(const struct verdict *verdict, size_t index, const char *key);
/* The same for the first cause whose message ends with "[RULE]". */
const char *verdict_cause_of(const struct verdict *verdict, const char *rule, const char *key);
size_t verdict_warning_count(const struct verdict *verdict);
const char *verdict_warning(const struct verdict *verdict, size_t index);
/* The first warning that ends with "[RULE]"; "" if there is none. */
const char *verdict_warning_of(const struct verdict *verdict, const char *rule);
/* status.message, status.reason; "" if allowed. */
const char *verdict_message(const struct verdict *verdict);
const char *verdict_reason(const struct verdict *verdict);
int verdict_code(const struct verdict *verdict); /* 0 if allowed */

/* The decoded JSON Patch; NULL if there is none. The caller releases it. */
struct json_object *verdict_patch(const struct verdict *verdict);
/* OBJECT (YAML) with the patch applied, as JSON text, so that it can be reviewed again. The caller frees it. */
char *verdict_patched(const struct verdict *verdict, const char *object);

/* The YAML text of a NAD in openshift-cnv whose spec.config is CONFIG. The caller frees it. */
char *nad_text(const char *name, const char *config);

#endif
