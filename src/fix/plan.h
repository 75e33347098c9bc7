/* From a finding to the text of its file. */
#ifndef FIX_PLAN_H
#define FIX_PLAN_H

#include "files/manifests.h"
#include "fix/change.h"
#include "rules/rule.h"
#include "yaml/yaml_tree.h"

/* The document that a manifest is in. */
struct dw_fix_place {
  struct dw_yaml_text text; /* a part of the file */
  size_t offset;            /* of the part */
  const char *inside;       /* as for dw_fix_edit() */
};

/* Finds the place of MANIFEST. False if its file is not UTF-8. */
bool dw_fix_place_of(const struct dw_manifest *manifest, struct dw_fix_place *out) __attribute__((nonnull));

/* EDITS of MANIFEST with paths in its document, in ARENA. False, and WHY receives the reason, if one of them is about a
 * part that the document does not have: the object was made of another one. */
bool dw_fix_edits_in(struct dw_arena *arena, const struct dw_manifest *manifest, const struct dw_edits *edits,
                     struct dw_edits *out, const char **why) __attribute__((nonnull));

/* The change of the text of the file of MANIFEST that makes EDITS, in ARENA. False if they are not possible, and WHY
 * receives the reason. */
bool dw_fix_plan(struct dw_arena *arena, const struct dw_manifest *manifest, const struct dw_edits *edits,
                 struct dw_fix_change *out, const char **why) __attribute__((nonnull));

/* What EDITS change, for people: "mtu: 9000 instead of 1500, the key rnage is now range". In ARENA. */
const char *dw_fix_describe(struct dw_arena *arena, const struct dw_manifest *manifest, const struct dw_edits *edits)
    __attribute__((nonnull, returns_nonnull));

#endif
