#include "base/utf8.h"

/* The length of a character that begins with this byte; 0 if no character does. */
static size_t size_of(unsigned char lead) {
  if (lead < 0x80)
    return 1;
  if (lead < 0xC2 || lead > 0xF4)
    return 0;
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

size_t dw_utf8_next(const char *text, size_t length, uint32_t *code) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  unsigned char lead = (unsigned char)text[0];
  size_t size = size_of(lead);
  *code = DW_UTF8_BAD;
  if (size == 0 || size > length)
    return 1;
  uint32_t value = size == 1 ? lead : lead & (0x7FU >> size);
  for (size_t i = 1; i < size; i++) {
    if (!dw_utf8_is_inside(text[i])) /* also at a NUL */
      return 1;
    value = value << 6 | ((unsigned char)text[i] & 0x3FU);
  }
  if (value < least[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
    return 1;
  *code = value;
  return size;
}

bool dw_utf8_is_hidden(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF || code == 0xFFFE ||
         code == 0xFFFF || code == DW_UTF8_BAD;
}

size_t dw_utf8_plain(const char *text, size_t length) {
  size_t count = 0;
  while (count < length && text[count] >= 0x20 && text[count] < 0x7F && text[count] != '"' && text[count] != '\\')
    count++;
  return count;
}

size_t dw_utf8_cut(const char *text, size_t length, size_t most) {
  if (length <= most)
    return length;
  while (most > 0 && dw_utf8_is_inside(text[most]))
    most--;
  return most;
}

size_t dw_utf8_encode(uint32_t code, char out[DW_UTF8_MAX]) {
  static const uint32_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
  size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = size; i-- > 1; code >>= 6)
    out[i] = (char)(0x80 | (code & 0x3F));
  out[0] = (char)(leads[size] | code);
  return size;
}

void dw_utf8_put(struct dw_buf *out, uint32_t code) {
  char bytes[DW_UTF8_MAX];
  dw_buf_add(out, bytes, dw_utf8_encode(code, bytes));
}
