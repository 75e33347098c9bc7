/* The engine: which rules run on a request, what their findings mean for it, and the answer. */
#ifndef RULES_ENGINE_H
#define RULES_ENGINE_H

#include "rules/rule.h"

/* All rules, in the order of the catalogue (design, section 6). */
const struct dw_rule *const *dw_rules(size_t *count) __attribute__((nonnull, returns_nonnull));
const struct dw_rule *dw_rule_find(const char *id) __attribute__((nonnull));
/* The ids alone, for dw_policy_parse(). */
const char *const *dw_rule_ids(size_t *count) __attribute__((nonnull, returns_nonnull));

/* What became of a request. */
struct dw_judgement {
  struct dw_findings findings; /* in the order of the catalogue; ratcheting is applied */
  bool denied;                 /* some finding denies */
  bool unavailable;            /* a fact can't be had now */
  const char *unavailable_why;
  const char *note; /* a warning that belongs to no rule (an object kind without rules); NULL */
};

/* Judges a request. ORDER as in dw_check (SIZE_MAX for the webhook). The result lives in ARENA. */
struct dw_judgement dw_judge(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                             size_t order) __attribute__((nonnull));

/* The same for `check`, after the rules of manifests. A manifest that is not rendered, or has its kind in the wrong
 * case, is not judged further. */
struct dw_judgement dw_judge_manifest(struct dw_arena *arena, const struct dw_world *world,
                                      const struct dw_request *request, size_t order,
                                      const struct dw_manifest_facts *manifest) __attribute__((nonnull));

/* Whether JSON, an object of KIND, holds a placeholder that no tool has filled in, and `unrendered` is not off. */
bool dw_is_unrendered(struct dw_arena *arena, const struct dw_policy *policy, enum dw_kind kind, const dw_json *json)
    __attribute__((nonnull));

/* Runs every NAD rule on a NAD of the view as a migration network, for network-unfit: the denying findings.
 */
struct dw_findings dw_judge_nad(struct dw_check *check, const struct dw_object *nad) __attribute__((nonnull));

/* The NADs that a CREATE or UPDATE of a HyperConverged or KubeVirt of the policy's namespace names as migration
 * network: at most two, into NAMES; they live in ARENA. 0 for other requests and where the text is no NAD name. */
size_t dw_request_networks(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                           struct dw_nad_name names[2]) __attribute__((nonnull));

/* Whether an answer denies for a NAD that is missing or unfit: a fresh look at that NAD may change it. */
enum dw_doubt { DW_DOUBT_NONE, DW_DOUBT_MISSING, DW_DOUBT_UNFIT };
enum dw_doubt dw_answer_doubt(const struct dw_answer *answer) __attribute__((nonnull));
/* Makes it code 503: MESSAGE tells what can't be had now. */
void dw_answer_unavailable(struct dw_answer *answer, const char *message) __attribute__((nonnull));

/* The answer of /validate to a request that was judged. */
void dw_answer_judgement(struct dw_arena *arena, const struct dw_request *request, const struct dw_judgement *judgement,
                         struct dw_answer *answer) __attribute__((nonnull));
/* The answers of /validate and /mutate. */
void dw_validate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                 struct dw_answer *answer) __attribute__((nonnull));
void dw_mutate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
               struct dw_answer *answer) __attribute__((nonnull));

/* Reads a body for either of them. -1: no AdmissionReview, as dw_request_read(), or one whose object is not of the kind
 * that the request says. */
int dw_review_read(struct dw_arena *arena, const char *body, size_t length, struct dw_request *out,
                   struct dw_error *err) __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* From body to answer text, as `serve` on a state folder and `review` do alike, so that both give the same bytes.
 * MUTATE picks the endpoint. -1 as dw_review_read(). REQUEST (may be NULL) and ANSWER (may be NULL) get what was read
 * and decided; they live in ARENA. */
int dw_review(struct dw_arena *arena, const struct dw_world *world, bool mutate, const char *body, size_t length,
              struct dw_buf *out, struct dw_request *request, struct dw_answer *answer, struct dw_error *err)
    __attribute__((nonnull(1, 2, 4, 6), warn_unused_result));

#endif
