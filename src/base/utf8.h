/* UTF-8 as defined by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { DW_UTF8_MAX = 4 }; /* bytes of a character */

/* The code that represents an invalid byte. */
#define DW_UTF8_BAD UINT32_MAX

/* U+FFFD, which replaces what can't be shown. */
#define DW_UTF8_REPLACEMENT "\xEF\xBF\xBD"

/* Decodes the first character of TEXT[LENGTH] (LENGTH > 0) into CODE and returns its length in bytes. An invalid byte
 * is one character with the code DW_UTF8_BAD. Nothing behind a NUL is read, so DW_UTF8_MAX can be passed as the LENGTH
 * of NUL-terminated text. */
size_t dw_utf8_next(const char *text, size_t length, uint32_t *code) __attribute__((nonnull));

/* Whether showing this character would move, hide or reverse other text: true for invalid bytes, control characters
 * (including tabs and line ends), invisible characters, those that change the writing direction, U+FFFE and U+FFFF. */
bool dw_utf8_is_hidden(uint32_t code);

/* Whether BYTE is a continuation byte. */
static inline bool dw_utf8_is_inside(char byte) {
  return ((unsigned char)byte & 0xC0) == 0x80;
}

/* The number of bytes of TEXT[LENGTH] before the first quote, backslash or byte that is not printable ASCII: they can
 * be copied as they are into any quoted text. */
size_t dw_utf8_plain(const char *text, size_t length) __attribute__((nonnull));

/* The length of TEXT[LENGTH] when it is truncated to at most MOST bytes without splitting a character. */
size_t dw_utf8_cut(const char *text, size_t length, size_t most) __attribute__((nonnull));

/* Encodes the character CODE, at most U+10FFFF, into OUT and returns its length in bytes. */
size_t dw_utf8_encode(uint32_t code, char out[DW_UTF8_MAX]) __attribute__((nonnull));
/* Appends it. */
void dw_utf8_put(struct dw_buf *out, uint32_t code) __attribute__((nonnull));

#endif
