/* What the files of this layer share. */
#ifndef PLAN_PLAN_INTERNAL_H
#define PLAN_PLAN_INTERNAL_H

#include "plan/plan.h"

/* --- plan.c --- */

/* "1 node", "2,000 nodes". */
const char *dw_plan_count(struct dw_arena *arena, uint64_t count, const char *noun) __attribute__((nonnull));

/* TEXT as a scalar of YAML, in quotes if it could be read as something other than a string. */
const char *dw_plan_scalar(struct dw_arena *arena, const char *text) __attribute__((nonnull));

/* --- link_words.c --- */

void dw_plan_describe_link(const struct dw_plan *plan, struct dw_plan_link *link) __attribute__((nonnull));

/* --- node_policy.c --- */

/* Sets the policy that creates what LINK needs on all nodes that take part in the network. Returns false if no label
 * selects them. */
bool dw_plan_add_policy(const struct dw_plan *plan, struct dw_plan_link *link) __attribute__((nonnull));

/* --- trial.c --- */

enum dw_plan_part { DW_PLAN_OF_LINK, DW_PLAN_OF_RANGE };
/* What the rules find in a NAD with LINK and RANGE, in the fields of PART: denials and warnings that the user does not
 * accept. */
struct dw_plan_fault *dw_plan_try(const struct dw_plan *plan, const struct dw_plan_link *link,
                                  const struct dw_plan_range *range, enum dw_plan_part part, size_t *count)
    __attribute__((nonnull));

/* --- write.c --- */

/* The CNI configuration, with line breaks. */
const char *dw_plan_config(const struct dw_plan *plan, const struct dw_plan_link *link,
                           const struct dw_plan_range *range) __attribute__((nonnull, returns_nonnull));

/* The label that marks a NAD as a migration network. */
#define DW_PLAN_LABEL "droveway.io/migration-network"

#endif
