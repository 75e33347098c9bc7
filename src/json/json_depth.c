#include "json/json.h"

/* To the end of the string that begins at AT. */
static size_t skip_string(const char *text, size_t length, size_t at) {
  for (at++; at < length && text[at] != '"'; at++)
    if (text[at] == '\\')
      at++;
  return at;
}

unsigned dw_json_depth(const char *text, size_t length) {
  unsigned depth = 0;
  unsigned deepest = 0;
  for (size_t at = 0; at < length; at++) {
    if (text[at] == '"')
      at = skip_string(text, length, at);
    else if (text[at] == '{' || text[at] == '[')
      deepest = ++depth > deepest ? depth : deepest;
    else if ((text[at] == '}' || text[at] == ']') && depth > 0)
      depth--;
  }
  return deepest;
}
