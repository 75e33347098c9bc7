/* UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing above U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { DW_UTF8_MAX = 4 }; /* bytes of a character */

/* The code of a byte that is no UTF-8. */
#define DW_UTF8_BAD UINT32_MAX

/* U+FFFD, which is shown in place of what can't be. */
#define DW_UTF8_REPLACEMENT "\xEF\xBF\xBD"

/* The code of the first character of TEXT[LENGTH], LENGTH above 0, into CODE; returns how many bytes it takes. A byte
 * that is no UTF-8 counts alone, as DW_UTF8_BAD. Nothing behind a NUL is read: DW_UTF8_MAX does as the LENGTH of what
 * ends with one. */
size_t dw_utf8_next(const char *text, size_t length, uint32_t *code) __attribute__((nonnull));

/* Whether a character, or what stands for it, would move, hide or turn text that is shown: bytes that are no UTF-8,
 * controls (tabs and line ends, too), what is invisible or changes the direction of writing, U+FFFE and U+FFFF. */
bool dw_utf8_is_hidden(uint32_t code);

/* Whether BYTE goes on with a character that began before it. */
static inline bool dw_utf8_is_inside(char byte) {
  return ((unsigned char)byte & 0xC0) == 0x80;
}

/* How many bytes of TEXT[LENGTH] go by before one that is not printable ASCII, or a quote or a backslash: what can be
 * taken over in one piece into any quoted text. */
size_t dw_utf8_plain(const char *text, size_t length) __attribute__((nonnull));

/* How much of TEXT[LENGTH] stays where MOST bytes may: all of it, or up to the last whole character that fits. */
size_t dw_utf8_cut(const char *text, size_t length, size_t most) __attribute__((nonnull));

/* The character CODE, at most U+10FFFF, into OUT; returns how many bytes it takes. */
size_t dw_utf8_encode(uint32_t code, char out[DW_UTF8_MAX]) __attribute__((nonnull));
/* Appends it. */
void dw_utf8_put(struct dw_buf *out, uint32_t code) __attribute__((nonnull));

#endif
