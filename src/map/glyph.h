/* Characters of input, one at a time, safe to show. */
#ifndef MAP_GLYPH_H
#define MAP_GLYPH_H

#include <stddef.h>
#include <stdint.h>

#define DW_GLYPH_UNSAFE 0xFFFDU

/* The character at TEXT (not at its NUL) into CODE; returns how many bytes it takes. CODE is DW_GLYPH_UNSAFE for a byte
 * that is no UTF-8, for control characters (also line breaks and C1), those that change the writing direction, and
 * what XML can't hold. */
size_t dw_glyph_next(const char *text, uint32_t *code) __attribute__((nonnull));

#endif
