/* The engine: which rules run on a request, what their findings mean for it, and the answer. */
#ifndef RULES_ENGINE_H
#define RULES_ENGINE_H

#include "rules/rule.h"

/* All rules, in the order of the catalogue. */
const struct dw_rule *const *dw_rules(size_t *count) __attribute__((nonnull, returns_nonnull));
const struct dw_rule *dw_rule_find(const char *id) __attribute__((nonnull));
/* The ids alone, for dw_policy_parse(). */
const char *const *dw_rule_ids(size_t *count) __attribute__((nonnull, returns_nonnull));

/* The result of judging a request. */
struct dw_judgement {
  struct dw_findings findings; /* in the order of the catalogue, after the ratchet */
  struct dw_findings excepted; /* findings that do not count, because of an exception; their action is what they would
                                  have without it */
  bool denied;                 /* at least one finding denies */
  bool unavailable;            /* a fact is not available now */
  const char *unavailable_why;
  const char *note; /* a warning that belongs to no rule (an object kind without rules); NULL */
};

/* Judges a request. ORDER as in struct dw_check (SIZE_MAX in the webhook). The result is in ARENA. */
struct dw_judgement dw_judge(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                             size_t order) __attribute__((nonnull));

/* The same for `check`, which runs the manifest rules first. A manifest that is not rendered, or whose kind has the
 * wrong letter case, is not judged further. */
struct dw_judgement dw_judge_manifest(struct dw_arena *arena, const struct dw_world *world,
                                      const struct dw_request *request, size_t order,
                                      const struct dw_manifest_facts *manifest) __attribute__((nonnull));

/* Returns true if JSON, an object of KIND, contains a placeholder that no tool has filled in, and the policy does not
 * turn `unrendered` off. */
bool dw_is_unrendered(struct dw_arena *arena, const struct dw_policy *policy, enum dw_kind kind, const dw_json *json)
    __attribute__((nonnull));

/* Runs every NAD rule on a NAD of the view as if it were a migration network, for network-unfit. */
struct dw_nad_findings dw_judge_nad(struct dw_check *check, const struct dw_object *nad) __attribute__((nonnull));

/* Finds the NADs that a CREATE or UPDATE of a HyperConverged or KubeVirt in the policy's namespace names as migration
 * network. Writes at most two into NAMES, whose texts are in ARENA, and returns their number: 0 for other requests, or
 * if the text is not a valid NAD name. */
size_t dw_request_networks(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                           struct dw_nad_name names[2]) __attribute__((nonnull));

/* Why the server should look up the NAD again before it sends a denial: the NAD is missing or unfit in the view, which
 * may be outdated. */
enum dw_recheck { DW_RECHECK_NONE, DW_RECHECK_MISSING, DW_RECHECK_UNFIT };
enum dw_recheck dw_answer_recheck(const struct dw_answer *answer) __attribute__((nonnull));
/* Turns the answer into code 503; MESSAGE says what is not available now. */
void dw_answer_unavailable(struct dw_answer *answer, const char *message) __attribute__((nonnull));

/* Makes the answer of /validate from a judgement. */
void dw_answer_judgement(struct dw_arena *arena, const struct dw_request *request, const struct dw_judgement *judgement,
                         struct dw_answer *answer) __attribute__((nonnull));
/* The answers of /validate and /mutate. */
void dw_validate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                 struct dw_answer *answer) __attribute__((nonnull));
void dw_mutate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
               struct dw_answer *answer) __attribute__((nonnull));

/* Reads the body of a request to either endpoint. Returns -1 if it is not an AdmissionReview, as dw_request_read(), or
 * if its object does not have the kind and version that the request says. */
int dw_review_read(struct dw_arena *arena, const char *body, size_t length, struct dw_request *out,
                   struct dw_error *err) __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* Turns a body into the text of the answer. `serve` with a state folder and `review` both use it, so they give the same
 * bytes. MUTATE selects the endpoint. Returns -1 as dw_review_read() does. REQUEST and ANSWER, which may be NULL, get
 * what was read and decided; both are in ARENA. */
int dw_review(struct dw_arena *arena, const struct dw_world *world, bool mutate, const char *body, size_t length,
              struct dw_buf *out, struct dw_request *request, struct dw_answer *answer, struct dw_error *err)
    __attribute__((nonnull(1, 2, 4, 6), warn_unused_result));

#endif
