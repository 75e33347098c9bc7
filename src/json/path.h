/* Field paths taken apart: "plugins[0].ipam", "annotations[a.b/c]". */
#ifndef JSON_PATH_H
#define JSON_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct path_token {
  const char *text;
  size_t length;
};

/* Takes the next token off *PATH; false at its end. */
bool dw_path_next(const char **path, struct path_token *token);
/* Whether the token can be an array's index. */
bool dw_path_index(struct path_token token, size_t *index);

/* Appends a member's name, in brackets where it would not read as one token. Very long names are cut. */
void dw_path_add_key(struct dw_buf *path, const char *key, size_t length);
void dw_path_add_index(struct dw_buf *path, size_t index);

#endif
