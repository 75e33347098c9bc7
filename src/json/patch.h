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

/* Adds {"op":OP,"path":POINTER,"value":JSON}; OP is "add" or "replace", POINTER a JSON Pointer (RFC 6901) whose tokens
 * are escaped already, JSON the value's text. */
void dw_patch_op(struct dw_patch *patch, const char *op, const char *pointer, const char *json)
    __attribute__((nonnull));

/* Appends "/TOKEN" to OUT with ~ and / escaped. */
void dw_pointer_add(struct dw_buf *out, const char *token) __attribute__((nonnull));

/* TOKEN[LENGTH] of a JSON Pointer with ~1 and ~0 unescaped. */
const char *dw_pointer_unescape(struct dw_arena *arena, const char *token, size_t length)
    __attribute__((nonnull, returns_nonnull));

/* The whole patch as JSON text; "[]" where it is empty. */
void dw_patch_write(const struct dw_patch *patch, struct dw_buf *out) __attribute__((nonnull));

/* What PATCH, a list of operations, makes of DOCUMENT, which stays as it is and shares with the result what does not
 * change. A path is taken as evanphx/json-patch takes it: "-" is the end of a list, -1 its last element. NULL where an
 * operation can't be applied (a place that is missing, a `test` that fails), or where there are more than 128 of them:
 * then nothing of the patch counts. */
const dw_json *dw_patch_apply(struct dw_arena *arena, const dw_json *document, const dw_json *patch)
    __attribute__((nonnull(1), warn_unused_result));

#endif
