#include "cli/glyph.h"

#include <string.h>
#include <wchar.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* The bytes of the UTF-8 sequence that begins TEXT[LENGTH], and its code; 0 where there is none. */
static size_t decode(const char *text, size_t length, uint32_t *code) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const unsigned char *c = (const unsigned char *)text;
  size_t size = c[0] < 0x80 ? 1 : (c[0] & 0xE0) == 0xC0 ? 2 : (c[0] & 0xF0) == 0xE0 ? 3 : (c[0] & 0xF8) == 0xF0 ? 4 : 0;
  if (size == 0 || size > length)
    return 0;
  uint32_t value = size == 1 ? c[0] : c[0] & (0x7FU >> size);
  for (size_t i = 1; i < size; i++) {
    if ((c[i] & 0xC0) != 0x80)
      return 0;
    value = value << 6 | (c[i] & 0x3FU);
  }
  if (value < least[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
    return 0;
  *code = value;
  return size;
}

/* Controls, and what is invisible or turns the direction of writing. */
static bool is_hidden(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
}

static size_t columns_of(uint32_t code) {
  if (code < 0x80)
    return 1;
  int columns = wcwidth((wchar_t)code);
  return columns < 0 ? 1 : (size_t)columns;
}

struct cli_glyph cli_glyph_read(const char *text, size_t length) {
  struct cli_glyph glyph = {.code = 0xFFFD, .bytes = 1, .columns = 1, .hidden = true};
  size_t bytes = decode(text, length, &glyph.code);
  if (bytes == 0)
    return glyph;
  glyph.bytes = bytes;
  glyph.hidden = glyph.code != '\t' && is_hidden(glyph.code);
  glyph.columns = glyph.code == '\t' ? 8 : glyph.hidden ? 1 : columns_of(glyph.code);
  return glyph;
}

void cli_glyph_put(struct dw_buf *out, const struct cli_glyph *glyph, const char *text) {
  if (glyph->hidden)
    dw_buf_puts(out, REPLACEMENT);
  else
    dw_buf_add(out, text, glyph->bytes);
}

void cli_put_clean(struct dw_buf *out, const char *text) {
  size_t length = strlen(text);
  for (size_t i = 0; i < length;) {
    struct cli_glyph glyph = cli_glyph_read(text + i, length - i);
    cli_glyph_put(out, &glyph, text + i);
    i += glyph.bytes;
  }
}

struct cli_glyphs cli_glyphs_begin(void) {
  struct cli_glyphs glyphs = {.utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0)};
  if (glyphs.utf8 != (locale_t)0)
    glyphs.before = uselocale(glyphs.utf8);
  return glyphs;
}

void cli_glyphs_end(struct cli_glyphs *glyphs) {
  if (glyphs->utf8 == (locale_t)0)
    return;
  uselocale(glyphs->before);
  freelocale(glyphs->utf8);
}
