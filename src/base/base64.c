#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int digit(char c) {
  const char *found = c == '\0' ? NULL : strchr(alphabet, c);
  return found == NULL ? -1 : (int)(found - alphabet);
}

char *dw_base64_decode(struct dw_arena *arena, const char *text, size_t *length) {
  unsigned char *out = dw_arena_alloc(arena, strlen(text) / 4 * 3 + 4);
  size_t written = 0;
  size_t digits = 0;
  size_t padding = 0;
  uint32_t group = 0;
  for (; *text != '\0'; text++) {
    if (*text == '\n' || *text == '\r')
      continue;
    if (*text == '=') {
      padding++;
      continue;
    }
    int value = digit(*text);
    if (value < 0 || padding > 0)
      return NULL;
    group = group << 6 | (uint32_t)value;
    if (++digits % 4 == 0) {
      out[written++] = (unsigned char)(group >> 16);
      out[written++] = (unsigned char)(group >> 8);
      out[written++] = (unsigned char)group;
    }
  }
  if ((digits + padding) % 4 != 0 || padding > 2)
    return NULL;
  if (digits % 4 == 2)
    out[written++] = (unsigned char)(group >> 4);
  if (digits % 4 == 3) {
    out[written++] = (unsigned char)(group >> 10);
    out[written++] = (unsigned char)(group >> 2);
  }
  out[written] = '\0';
  *length = written;
  return (char *)out;
}

const char *dw_base64_text(struct dw_arena *arena, const char *text) {
  size_t length = 0;
  const char *bytes = text == NULL ? NULL : dw_base64_decode(arena, text, &length);
  return bytes == NULL ? "" : bytes;
}

static void encode_group(const unsigned char *bytes, size_t count, char out[4]) {
  uint32_t group = (uint32_t)bytes[0] << 16;
  if (count > 1)
    group |= (uint32_t)bytes[1] << 8;
  if (count > 2)
    group |= bytes[2];
  out[0] = alphabet[group >> 18];
  out[1] = alphabet[group >> 12 & 63];
  out[2] = count > 1 ? alphabet[group >> 6 & 63] : '=';
  out[3] = count > 2 ? alphabet[group & 63] : '=';
}

void dw_base64_add(struct dw_buf *out, const void *bytes, size_t length) {
  const unsigned char *from = bytes;
  dw_buf_reserve(out, (length + 2) / 3 * 4);
  for (size_t at = 0; at < length; at += 3) {
    char text[4];
    encode_group(from + at, length - at < 3 ? length - at : 3, text);
    dw_buf_add(out, text, sizeof text);
  }
}

const char *dw_base64_encode(struct dw_arena *arena, const void *bytes, size_t length) {
  struct dw_buf out = DW_BUF_IN(arena);
  dw_base64_add(&out, bytes, length);
  return dw_buf_text(&out);
}
