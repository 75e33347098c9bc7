/* Mutation: fills in missing values and changes nothing else. */
#ifndef RULES_MUTATE_H
#define RULES_MUTATE_H

#include "cluster/migration.h"
#include "cluster/policy.h"
#include "cni/cni.h"
#include "json/patch.h"

/* Returns the configuration text with `name`, `cniVersion` and macvlan's `mode` filled in if they are missing (absent,
 * null or ""), and everything else byte for byte as before; NULL if nothing is missing, or if the text is unreadable or
 * has ambiguous keys. NAME is the NAD's; with "", `name` is not filled in. FIELDS gets the names of the filled fields,
 * joined by commas ("spec.config.name,..."). */
const char *dw_fill_config(struct dw_arena *arena, const struct dw_cni_config *config, const char *name,
                           const char **fields) __attribute__((nonnull));

/* Adds to PATCH the operations that fill the policy's defaults into the live-migration block of OBJECT (HyperConverged
 * or KubeVirt), and create missing parents. FIELDS as above; NULL if nothing is missing. */
void dw_fill_limits(struct dw_arena *arena, const struct dw_policy *policy, const dw_json *object,
                    const struct dw_migration_config *config, struct dw_patch *patch, const char **fields)
    __attribute__((nonnull));

#endif
