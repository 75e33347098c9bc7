/* Lines and columns of a text, both ways, without reading it anew for each. */
#ifndef YAML_TEXT_LINES_H
#define YAML_TEXT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "yaml/yaml_marks.h"

/* Where each line begins. */
struct text_lines {
  size_t *starts;
  size_t count;
};

struct dw_yaml_source {
  struct dw_arena *arena;
  const char *text;
  size_t length;
  bool prepared;
  struct text_lines shown; /* as editors count: LF and CRLF end a line */
  struct text_lines yaml;  /* as libyaml counts: CR, NEL, LS and PS too */
  size_t *characters;      /* before each block of the text */
  const char **copies;     /* of the lines shown; NULL while not asked for */
};

/* Fills the tables, once. False where the text is no UTF-8 (libyaml reads UTF-16 too), so that nothing can be told. */
bool dw_lines_prepare(struct dw_yaml_source *source);

/* The byte where PLACE is, at most the text's length. */
size_t dw_lines_offset(const struct dw_yaml_source *source, const struct text_lines *lines, struct place place);
/* Line and column as they are shown. */
struct place dw_lines_place(const struct dw_yaml_source *source, size_t offset);
/* Where the shown line LINE ends, without its LF or CRLF. */
size_t dw_lines_end(const struct dw_yaml_source *source, int line);
/* The characters from START to END. */
size_t dw_lines_characters(const struct dw_yaml_source *source, size_t start, size_t end);
/* The shown line LINE as text. */
const char *dw_lines_copy(struct dw_yaml_source *source, int line);

/* Bytes of the line break of YAML that stands at AT, 0 where there is none: CR, LF, CRLF, NEL, LS or PS. */
size_t dw_yaml_break(const char *text, size_t length, size_t at);

#endif
