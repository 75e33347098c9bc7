/* The comments of a YAML text. */
#ifndef YAML_YAML_COMMENTS_H
#define YAML_YAML_COMMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "yaml/yaml.h"

struct dw_yaml_comment {
  struct dw_place place; /* of the '#'; its width is that of the comment */
  const char *text;      /* what follows the '#', without spaces around it; in the arena of the source */
  /* The line that the comment is about: its own, if a value is on it, else the next one with content. Blank lines and
   * other comments do not count, nor does "---" before the first content. 0 if there is no such line. */
  int target;
};

/* Finds the comments that begin with WORD ("# WORD..."), in the order of the text, and stores them in *OUT, which is in
 * the arena of SOURCE. Returns their number. A '#' inside a scalar begins no comment. If the text is not YAML, only the
 * comments before the mistake are found. Two threads must not call this for the same source at once. */
size_t dw_yaml_comments(struct dw_yaml_source *source, const char *word, struct dw_yaml_comment **out)
    __attribute__((nonnull));

#endif
