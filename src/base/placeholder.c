/* Values that a tool should have filled in before the manifest was applied. */
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* A longer text between two marks was hardly meant as a name or an expression. */
enum { INSIDE_MAX = 256 };

static bool is_name_start(char c) {
  return c == '_' || (dw_is_alnum(c) && !dw_is_digit(c));
}

static bool is_name_part(char c) {
  return c == '_' || dw_is_alnum(c);
}

/* The length of what begins with OPEN and ends with CLOSE at TEXT; 0 where nothing does. NAMED: a name comes first. */
static size_t enclosed(const char *text, const char *open, const char *close, bool named) {
  size_t length = strlen(open);
  if (strncmp(text, open, length) != 0 || (named && !is_name_start(text[length])))
    return 0;
  const char *end = memmem(text + length, strnlen(text + length, INSIDE_MAX), close, strlen(close));
  if (end == NULL || end == text + length)
    return 0;
  if (named && memchr(text, '"', (size_t)(end - text)) != NULL)
    return 0;
  return (size_t)(end - text) + strlen(close);
}

/* envsubst and Flux fill in $NAME, too. Capitals only: a lone dollar sign may be meant. */
static size_t variable(const char *text) {
  static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  if (text[0] != '$' || text[1] == '\0' || strchr(capitals, text[1]) == NULL)
    return 0;
  size_t length = strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
  return length < 2 || is_name_part(text[1 + length]) ? 0 : length + 1;
}

/* _replaced_, _replace_me_, _placeholder_: what a kustomize replacement overwrites. */
static size_t replaced_word(const char *text) {
  size_t length = 0;
  bool meant = false;
  while (is_name_part(text[length]) || text[length] == '-') {
    meant |= strncasecmp(text + length, "replace", 7) == 0 || strncasecmp(text + length, "placeholder", 11) == 0;
    length++;
  }
  return text[0] == '_' && length > 2 && text[length - 1] == '_' && meant ? length : 0;
}

static size_t placeholder_at(const char *text, bool word_begins) {
  size_t length = 0;
  switch (text[0]) {
  case '$':
    length = enclosed(text, "${", "}", true);
    if (length == 0)
      length = enclosed(text, "$(", ")", true);
    return length != 0 ? length : variable(text);
  case '{':
    return enclosed(text, "{{", "}}", false);
  case '<':
    return enclosed(text, "<%", "%>", false);
  case '_':
    return word_begins ? replaced_word(text) : 0;
  default:
    return 0;
  }
}

const char *dw_text_placeholder(const char *text, size_t *length) {
  for (const char *at = text; *(at += strcspn(at, "${<_")) != '\0'; at++) {
    *length = placeholder_at(at, at == text || !is_name_part(at[-1]));
    if (*length > 0)
      return at;
  }
  *length = 0;
  return NULL;
}
