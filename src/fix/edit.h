/* Edits the text of one document: only the bytes that must change, change. */
#ifndef FIX_EDIT_H
#define FIX_EDIT_H

#include "fix/change.h"
#include "rules/rule.h"
#include "yaml/yaml_tree.h"
#include "json/json.h"

/* Applies EDITS, whose fields are paths in the document DOC, one after the other. If INSIDE is not NULL, it is the path
 * of a string of DOC with YAML text, and the fields are paths in that text. After each edit the new text is read again:
 * it must have exactly the value that the edit makes of the old one. On success DOC has the new text, which is in
 * ARENA, with a NUL behind it. Otherwise DOC is as before, false is returned, and WHY receives the reason. */
bool dw_fix_edit(struct dw_arena *arena, struct dw_yaml_text *doc, const char *inside, const struct dw_edits *edits,
                 const char **why) __attribute__((nonnull(1, 2, 4, 5)));

#endif
