#include "map/glyph.h"

#include <stdbool.h>

/* Bytes of a sequence by its first one, and the lowest code that needs so many (RFC 3629: no overlong form). */
static size_t sequence(unsigned char first, uint32_t *lowest) {
  if (first < 0x80)
    *lowest = 0;
  else if (first >= 0xC2 && first < 0xE0)
    *lowest = 0x80;
  else if (first >= 0xE0 && first < 0xF0)
    *lowest = 0x800;
  else if (first >= 0xF0 && first < 0xF5)
    *lowest = 0x10000;
  else
    return 0;
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static bool is_unsafe(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
         (code >= 0xD800 && code < 0xE000) || code == 0xFEFF || (code & 0xFFFE) == 0xFFFE || code > 0x10FFFF;
}

size_t dw_glyph_next(const char *text, uint32_t *code) {
  const unsigned char *bytes = (const unsigned char *)text;
  uint32_t lowest = 0;
  size_t length = sequence(bytes[0], &lowest);
  *code = DW_GLYPH_UNSAFE;
  if (length == 0)
    return 1;
  uint32_t value = length == 1 ? bytes[0] : bytes[0] & (0x7FU >> length);
  for (size_t i = 1; i < length; i++) {
    if ((bytes[i] & 0xC0) != 0x80) /* also at the NUL */
      return 1;
    value = value << 6 | (bytes[i] & 0x3FU);
  }
  if (value < lowest)
    return 1;
  if (!is_unsafe(value))
    *code = value;
  return length;
}
