#include "formats/quote.h"

#include <stdbool.h>
#include <string.h>

static bool is_continuation(char c) {
  return ((unsigned char)c & 0xC0) == 0x80;
}

const char *dw_quote_short(char out[QUOTE_SIZE], const char *text, size_t length) {
  const size_t most = QUOTE_SIZE - 6; /* two quotes, three dots, NUL */
  size_t count = length;
  if (length > most) {
    count = most;
    while (count > 0 && is_continuation(text[count]))
      count--;
  }
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
