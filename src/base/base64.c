#include "droveway/base/base64.h"

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

char *dw_base64_encode(struct dw_arena *arena, const void *bytes, size_t length) {
  const unsigned char *from = bytes;
  char *out = dw_arena_alloc(arena, length / 3 * 4 + 5);
  char *to = out;
  for (; length >= 3; from += 3, length -= 3) {
    uint32_t group = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
    for (int shift = 18; shift >= 0; shift -= 6)
      *to++ = alphabet[group >> shift & 63];
  }
  if (length > 0) {
    uint32_t group = (uint32_t)from[0] << 16 | (length == 2 ? (uint32_t)from[1] << 8 : 0);
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    *to++ = length == 2 ? alphabet[group >> 6 & 63] : '=';
    *to++ = '=';
  }
  return out;
}
