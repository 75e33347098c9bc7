/* Base64 (RFC 4648, section 4), which kubeconfigs, Secrets and AdmissionReview patches use. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

/* Decodes TEXT into the arena, with a NUL behind the bytes. Returns NULL if TEXT is not valid base64. Line breaks are
 * skipped.
 */
char *dw_base64_decode(struct dw_arena *arena, const char *text, size_t *length)
    __attribute__((nonnull, warn_unused_result));

/* The same for bytes that are a text: "" if TEXT is NULL or not valid base64. */
const char *dw_base64_text(struct dw_arena *arena, const char *text)
    __attribute__((nonnull(1), warn_unused_result, returns_nonnull));

/* Appends LENGTH bytes as base64 on one line, with padding. */
void dw_base64_add(struct dw_buf *out, const void *bytes, size_t length) __attribute__((nonnull));

/* The same, as a text in the arena. */
const char *dw_base64_encode(struct dw_arena *arena, const void *bytes, size_t length)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));

#endif
