/* Converts between offsets and lines and columns of a text, without reading the text again for each. */
#ifndef YAML_TEXT_LINES_H
#define YAML_TEXT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "yaml/yaml_marks.h"

/* The offsets of the beginnings of lines. */
struct text_lines {
  size_t *starts;
  size_t count;
};

struct dw_yaml_source {
  struct dw_arena *arena;
  const char *text;
  size_t length;
  bool prepared;
  struct text_lines shown; /* lines as editors count them: ended by LF or CRLF */
  struct text_lines yaml;  /* lines as libyaml counts them: also ended by CR, NEL, LS and PS */
  size_t *characters;      /* the number of characters before each block of the text */
  const char **copies;     /* of the shown lines; NULL until requested */
};

/* Fills the tables, once. False if the text is not UTF-8 (libyaml also reads UTF-16), so that no positions are known.
 */
bool dw_lines_prepare(struct dw_yaml_source *source);

/* The offset of PLACE, at most the length of the text. */
size_t dw_lines_offset(const struct dw_yaml_source *source, const struct text_lines *lines, struct place place);
/* The line and column to show for OFFSET. */
struct place dw_lines_place(const struct dw_yaml_source *source, size_t offset);
/* The offset of the end of the shown line LINE, before its LF or CRLF. */
size_t dw_lines_end(const struct dw_yaml_source *source, int line);
/* The number of characters from START to END. */
size_t dw_lines_characters(const struct dw_yaml_source *source, size_t start, size_t end);
/* The shown line LINE as text. */
const char *dw_lines_copy(struct dw_yaml_source *source, int line);

/* A node begins with its anchor and tag, if it has them: where its value begins if the node is at AT. */
size_t dw_yaml_skip_properties(const struct dw_yaml_source *source, size_t at);

/* The length of the YAML line break at AT, 0 if there is none: CR, LF, CRLF, NEL, LS or PS. */
size_t dw_yaml_break(const char *text, size_t length, size_t at);

#endif
