#include "map/markup.h"

#include "map/glyph.h"

static const char *escaped(uint32_t code) {
  switch (code) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  case DW_GLYPH_UNSAFE:
    return "\xEF\xBF\xBD";
  default:
    return NULL;
  }
}

void dw_markup_text(struct dw_buf *out, const char *text) {
  while (*text != '\0') {
    uint32_t code;
    size_t length = dw_glyph_next(text, &code);
    const char *instead = escaped(code);
    if (instead != NULL)
      dw_buf_puts(out, instead);
    else
      dw_buf_add(out, text, length);
    text += length;
  }
}
