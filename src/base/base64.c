#include "droveway/base/base64.h"

#include <stdint.h>
#include <string.h>

static int digit(char c) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
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
