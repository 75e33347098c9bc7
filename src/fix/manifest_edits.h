/* The edits of a manifest, as changes of the text of its file. */
#ifndef FIX_MANIFEST_EDITS_H
#define FIX_MANIFEST_EDITS_H

#include "files/manifests.h"
#include "fix/change.h"
#include "rules/rule.h"
#include "yaml/yaml_tree.h"

/* The document that contains a manifest. */
struct dw_fix_place {
  struct dw_yaml_text text; /* a part of the file */
  size_t offset;            /* of the part */
  const char *inside;       /* as for dw_fix_edit() */
};

/* Finds the place of MANIFEST. False if its file is not UTF-8. */
bool dw_fix_place_of(const struct dw_manifest *manifest, struct dw_fix_place *out) __attribute__((nonnull));

/* Translates the paths of EDITS, which are those of the object, to paths in the document of MANIFEST. OUT is in ARENA.
 * False, and WHY receives the reason, if the object was derived from another one and the document lacks such a path. */
bool dw_fix_edits_in(struct dw_arena *arena, const struct dw_manifest *manifest, const struct dw_edits *edits,
                     struct dw_edits *out, const char **why) __attribute__((nonnull));

/* The change of the text of the file of MANIFEST that makes EDITS, in ARENA. False if they are not possible, and WHY
 * receives the reason. */
bool dw_fix_change_of(struct dw_arena *arena, const struct dw_manifest *manifest, const struct dw_edits *edits,
                      struct dw_fix_change *out, const char **why) __attribute__((nonnull));

/* What EDITS change, for people: "mtu: 9000 instead of 1500, rnage is now called range". In ARENA. */
const char *dw_fix_describe(struct dw_arena *arena, const struct dw_manifest *manifest, const struct dw_edits *edits)
    __attribute__((nonnull, returns_nonnull));

#endif
