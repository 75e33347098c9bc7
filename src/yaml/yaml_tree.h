/* The nodes of a document with the spans of their text, for changing parts of the text. Only programs that write need
 * them; positions of findings come from yaml_marks.h. */
#ifndef YAML_YAML_TREE_H
#define YAML_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "yaml/yaml.h"
#include "json/json_position.h"

enum dw_yaml_kind { DW_YAML_SCALAR, DW_YAML_LIST, DW_YAML_OBJECT, DW_YAML_ALIAS };

struct dw_yaml_node {
  enum dw_yaml_kind kind;
  char style;  /* of a scalar: its first character if that is one of "'|>, else a space; of a list or object: '[' or '{'
                  in flow style, '-' or ':' in block style */
  size_t node; /* offsets: where it begins, with its anchor and tag, */
  size_t start;     /* without them, */
  size_t end;       /* and behind its last character; an open block ends where the parser noticed it */
  const char *text; /* the value of a scalar, NUL-terminated; NULL for other kinds */
  size_t length;
  struct dw_yaml_node *children; /* elements, or keys and values in turn */
  size_t count;                  /* of children */
};

/* A document as a text of its own. */
struct dw_yaml_text {
  const char *text;
  size_t length;
  bool json; /* JSON, which was read as such */
};

/* Reads the only document of TEXT. NULL if it is not valid. The nodes are in ARENA and refer to TEXT. */
struct dw_yaml_node *dw_yaml_tree(struct dw_arena *arena, const struct dw_yaml_text *text) __attribute__((nonnull));

/* The part of SOURCE that DOC was read from, with its comments, and its OFFSET. False if it is not UTF-8. */
bool dw_yaml_part(const struct dw_yaml_doc *doc, struct dw_yaml_source *source, struct dw_yaml_text *out,
                  size_t *offset) __attribute__((nonnull));

/* The raw text of the bytes INNER, at least one, of the value of the scalar NODE. False if it can't be found. */
bool dw_yaml_raw(const struct dw_yaml_text *text, const struct dw_yaml_node *node, struct dw_span inner,
                 struct dw_span *out) __attribute__((nonnull, warn_unused_result));

#endif
