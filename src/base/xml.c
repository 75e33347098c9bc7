#include "base/xml.h"

#include <string.h>

#include "base/utf8.h"

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
  default: /* XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF (section 2.2) */
    return dw_utf8_is_hidden(code) ? DW_UTF8_REPLACEMENT : NULL;
  }
}

void dw_xml_add(struct dw_buf *out, const char *text, size_t length) {
  for (size_t i = 0, taken; i < length; i += taken) {
    uint32_t code;
    taken = dw_utf8_next(text + i, length - i, &code);
    const char *instead = escaped(code);
    if (instead != NULL)
      dw_buf_puts(out, instead);
    else
      dw_buf_add(out, text + i, taken);
  }
}

void dw_xml_puts(struct dw_buf *out, const char *text) {
  dw_xml_add(out, text, strlen(text));
}
