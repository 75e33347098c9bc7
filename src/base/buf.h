/* A growing byte buffer, on the heap or in an arena. There is always a NUL behind its bytes, so they can be used as
 * text. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct dw_buf {
  char *data; /* NULL until something is added */
  size_t length;
  size_t capacity;
  struct dw_arena *arena; /* where the bytes are; NULL for the heap */
  bool secret;            /* on the heap: the bytes are wiped before they are freed, also when the buffer grows */
};
#define DW_BUF_INIT                                                                                                    \
  { NULL, 0, 0, NULL, false }
/* In ARENA. Such a buffer need not be freed. Its text lives as long as the arena if nothing more is added. */
#define DW_BUF_IN(arena)                                                                                               \
  { NULL, 0, 0, arena, false }
/* For keys and tokens. */
#define DW_BUF_SECRET                                                                                                  \
  { NULL, 0, 0, NULL, true }

/* Frees the bytes and makes the buffer empty again. */
void dw_buf_free(struct dw_buf *buf);
#define DW_BUF_SCOPED __attribute__((cleanup(dw_buf_free)))

/* Append to the buffer. The process aborts when there is no memory. */
void dw_buf_add(struct dw_buf *buf, const void *bytes, size_t length) __attribute__((nonnull(1)));
void dw_buf_puts(struct dw_buf *buf, const char *text) __attribute__((nonnull));
void dw_buf_putc(struct dw_buf *buf, char byte) __attribute__((nonnull));
void dw_buf_decimal(struct dw_buf *buf, int64_t number) __attribute__((nonnull)); /* as "%lld" prints it */
void dw_buf_printf(struct dw_buf *buf, const char *format, ...) __attribute__((nonnull, format(printf, 2, 3)));
void dw_buf_vprintf(struct dw_buf *buf, const char *format, va_list args)
    __attribute__((nonnull, format(printf, 2, 0)));

/* Makes room for MORE bytes at once, when that many are about to be added. */
void dw_buf_reserve(struct dw_buf *buf, size_t more) __attribute__((nonnull));

/* Drops everything behind the first LENGTH bytes. */
void dw_buf_truncate(struct dw_buf *buf, size_t length) __attribute__((nonnull));

/* The text, "" while the buffer is empty. It is valid until the buffer changes. */
const char *dw_buf_text(const struct dw_buf *buf) __attribute__((nonnull, returns_nonnull));

/* Only for a buffer on the heap: hands the bytes over to the caller, who frees them with free(), and empties the
 * buffer. Never NULL. */
char *dw_buf_steal(struct dw_buf *buf, size_t *length) __attribute__((nonnull(1), warn_unused_result, returns_nonnull));

#endif
