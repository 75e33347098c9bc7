#include "cluster/network.h"

#include <string.h>

#include "base/text.h"

enum { NAME_MAX_BYTES = 253 }; /* no object has a longer name */

static bool is_attachable_char(char c) {
  return dw_is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
}

bool dw_is_attachable(const char *text) {
  size_t length = strlen(text);
  if (length == 0 || length > NAME_MAX_BYTES || text[0] == '-' || text[length - 1] == '-')
    return false;
  for (size_t i = 0; i < length; i++)
    if (!is_attachable_char(text[i]))
      return false;
  return true;
}

bool dw_is_blank_text(const char *text) {
  while (dw_is_space(*text))
    text++;
  return *text == '\0';
}

static const char *trimmed(struct dw_arena *arena, const char *text, size_t length) {
  while (length > 0 && dw_is_space(text[length - 1]))
    length--;
  for (; length > 0 && dw_is_space(*text); text++)
    length--;
  return dw_arena_strndup(arena, text, length);
}

bool dw_network_read(struct dw_arena *arena, const char *ns, const char *text, struct dw_nad_name *out) {
  const char *slash = strchr(text, '/');
  const char *before = slash == NULL ? "" : trimmed(arena, text, (size_t)(slash - text));
  const char *name = slash == NULL ? text : slash + 1;
  *out = (struct dw_nad_name){*before == '\0' ? ns : before, trimmed(arena, name, strlen(name))};
  return (*before == '\0' || dw_is_attachable(before)) && dw_is_attachable(out->name);
}
