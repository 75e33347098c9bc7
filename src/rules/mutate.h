/* Mutation: what is missing is filled in, and nothing else is touched. Source: design, section 7. */
#ifndef RULES_MUTATE_H
#define RULES_MUTATE_H

#include "cluster/migration.h"
#include "cluster/policy.h"
#include "cni/cni.h"
#include "json/patch.h"

/* The configuration text with `name`, `cniVersion` and macvlan's `mode` filled in where they are missing (absent, null
 * or ""), everything else byte for byte as it was; NULL where nothing is missing or the text can't be read without
 * doubt (unreadable, ambiguous keys). NAME is the NAD's ("" leaves `name` alone). FIELDS gets the names of what was
 * filled, joined by commas ("spec.config.name,..."). */
const char *dw_fill_config(struct dw_arena *arena, const struct dw_cni_config *config, const char *name,
                           const char **fields) __attribute__((nonnull));

/* Adds the operations that fill the policy's defaults into the live-migration block of OBJECT (HyperConverged or
 * KubeVirt), making missing parents. FIELDS as above; NULL where nothing is missing. */
void dw_fill_limits(struct dw_arena *arena, const struct dw_policy *policy, const dw_json *object,
                    const struct dw_migration_config *config, struct dw_patch *patch, const char **fields)
    __attribute__((nonnull));

#endif
