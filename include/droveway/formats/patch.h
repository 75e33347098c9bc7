/* Making a JSON Patch (RFC 6902). It is never applied here. */
#ifndef DROVEWAY_FORMATS_PATCH_H
#define DROVEWAY_FORMATS_PATCH_H

#include <stddef.h>

#include "droveway/base/buf.h"

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

/* The whole patch as JSON text; "[]" where it is empty. */
void dw_patch_write(const struct dw_patch *patch, struct dw_buf *out) __attribute__((nonnull));

#endif
