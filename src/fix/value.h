/* What an edit makes of a value: the text that it makes is compared with this. */
#ifndef FIX_VALUE_H
#define FIX_VALUE_H

#include "rules/rule.h"
#include "json/json.h"

/* VALUE with the JSON in the string that PATH leads into in place of the string. VALUE itself if there is none. */
const dw_json *dw_fix_opened(struct dw_arena *arena, const dw_json *value, const char *path)
    __attribute__((nonnull(1, 3)));

/* The value at PATH in VALUE; NULL if there is none. A key matches as the JSON readers of Go match it: exactly, or else
 * ignoring case. */
const dw_json *dw_fix_value_at(struct dw_arena *arena, const dw_json *value, const char *path)
    __attribute__((nonnull(1, 3)));

/* VALUE, opened at the paths of EDIT, with the edit. Shares what does not change. Returns NULL, and WHY receives the
 * reason, if there is nothing that EDIT could change, or if something is in its way. */
const dw_json *dw_fix_applied(struct dw_arena *arena, const dw_json *value, const struct dw_edit *edit,
                              const char **why) __attribute__((nonnull(1, 3, 4)));

#endif
