#include "json/quote.h"

#include <string.h>

#include "base/utf8.h"

const char *dw_quote_short(char out[QUOTE_SIZE], const char *text, size_t length) {
  const size_t most = QUOTE_SIZE - 6; /* two quotes, three dots, NUL */
  size_t count = dw_utf8_cut(text, length, most);
  size_t at = 0;
  out[at++] = '"';
  for (size_t i = 0; i < count; i++) {
    unsigned char c = (unsigned char)text[i];
    out[at++] = c < 0x20 || c == 0x7F || c == '"' ? '?' : text[i];
  }
  if (count < length) {
    memcpy(out + at, "...", 3);
    at += 3;
  }
  out[at++] = '"';
  out[at] = '\0';
  return out;
}
