#include "cli/glyph.h"

#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

static size_t columns_of(uint32_t code) {
  if (code < 0x80)
    return 1;
  int columns = wcwidth((wchar_t)code);
  return columns < 0 ? 1 : (size_t)columns;
}

struct cli_glyph cli_glyph_read(const char *text, size_t length) {
  struct cli_glyph glyph = {.columns = 1};
  glyph.bytes = dw_utf8_next(text, length, &glyph.code);
  glyph.hidden = glyph.code != '\t' && dw_utf8_is_hidden(glyph.code);
  if (!glyph.hidden)
    glyph.columns = glyph.code == '\t' ? 8 : columns_of(glyph.code);
  return glyph;
}

void cli_glyph_put(struct dw_buf *out, const struct cli_glyph *glyph, const char *text) {
  if (glyph->hidden)
    dw_buf_puts(out, DW_UTF8_REPLACEMENT);
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
