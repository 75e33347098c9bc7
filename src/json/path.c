#include "json/path.h"

#include <string.h>

#include "base/utf8.h"

#define LONGEST_NAME 320 /* holds any label key; one absurd key must not be copied into many paths */

static bool ends_bracket(char after) {
  return after == '\0' || after == '.' || after == '[';
}

static bool next_bracketed(const char **path, struct path_token *token) {
  const char *start = *path + 1;
  const char *end = strchr(start, ']');
  while (end && !ends_bracket(end[1]))
    end = strchr(end + 1, ']');
  if (!end)
    end = start + strlen(start);
  *token = (struct path_token){start, (size_t)(end - start)};
  *path = *end ? end + 1 : end;
  return true;
}

bool dw_path_next(const char **path, struct path_token *token) {
  if (!**path)
    return false;
  if (**path == '[')
    return next_bracketed(path, token);
  if (**path == '.')
    ++*path;
  size_t length = strcspn(*path, ".[");
  *token = (struct path_token){*path, length};
  *path += length;
  return true;
}

bool dw_path_index(struct path_token token, size_t *index) {
  if (token.length == 0 || token.length > 9)
    return false;
  size_t value = 0;
  for (size_t i = 0; i < token.length; i++) {
    if (token.text[i] < '0' || token.text[i] > '9')
      return false;
    value = value * 10 + (size_t)(token.text[i] - '0');
  }
  *index = value;
  return true;
}

void dw_path_add_key(struct dw_buf *path, const char *key, size_t length) {
  bool plain = length > 0;
  for (size_t i = 0; plain && i < length; i++)
    plain = !strchr(".[]", key[i]);
  size_t shown = dw_utf8_cut(key, length, LONGEST_NAME);
  if (!plain)
    dw_buf_putc(path, '[');
  else if (path->length > 0)
    dw_buf_putc(path, '.');
  dw_buf_add(path, key, shown);
  if (shown < length)
    dw_buf_puts(path, "...");
  if (!plain)
    dw_buf_putc(path, ']');
}

void dw_path_add_index(struct dw_buf *path, size_t index) {
  dw_buf_printf(path, "[%zu]", index);
}
