/* Making and applying a JSON Patch (RFC 6902). */
#ifndef JSON_PATCH_H
#define JSON_PATCH_H

#include <stddef.h>

#include "base/buf.h"
#include "json/json.h"

struct dw_patch {
  struct dw_buf ops; /* the operations so far, joined by commas */
  size_t count;
};
#define DW_PATCH_IN(arena)                                                                                             \
  { DW_BUF_IN(arena), 0 }

/* Adds {"op":OP,"path":POINTER,"value":JSON}. OP is "add" or "replace", POINTER a JSON Pointer (RFC 6901) with escaped
 * tokens, JSON the text of the value. */
void dw_patch_op(struct dw_patch *patch, const char *op, const char *pointer, const char *json)
    __attribute__((nonnull));

/* Appends "/TOKEN" to OUT with ~ and / escaped. */
void dw_pointer_add(struct dw_buf *out, const char *token) __attribute__((nonnull));

/* TOKEN[LENGTH] of a JSON Pointer with ~1 and ~0 unescaped. */
const char *dw_pointer_unescape(struct dw_arena *arena, const char *token, size_t length)
    __attribute__((nonnull, returns_nonnull));

/* Appends the whole patch as JSON text, "[]" if it is empty. */
void dw_patch_write(const struct dw_patch *patch, struct dw_buf *out) __attribute__((nonnull));

/* Applies PATCH, a list of operations, to DOCUMENT and returns the result. DOCUMENT is not modified; unchanged parts
 * are shared. Paths mean the same as in evanphx/json-patch: "-" is the end of a list, -1 its last element. NULL if an
 * operation can't be applied (a missing place, a failed `test`), or if there are more than 128 operations: then the
 * whole patch is invalid. */
const dw_json *dw_patch_apply(struct dw_arena *arena, const dw_json *document, const dw_json *patch)
    __attribute__((nonnull(1), warn_unused_result));

#endif
