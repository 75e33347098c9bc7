/* Reads YAML as Kubernetes does (sigs.k8s.io/yaml converts YAML 1.1 to JSON). The same function reads JSON. */
#ifndef YAML_YAML_H
#define YAML_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "json/json.h"

struct dw_yaml_marks; /* the positions of keys and values */

struct dw_yaml_doc {
  const dw_json *root; /* never NULL; DW_JSON_NULL for an empty document */
  int line;            /* 1-based line of its first content in the file */
  struct dw_yaml_marks *marks;
  struct dw_yaml_doc *next;
};

/* Reads a stream of documents, or of consecutive JSON values, into the arena. Empty documents are skipped. FIRST
 * receives the first one, or NULL if the stream is empty. Returns -1 and sets ERR, with line and column, for: a syntax
 * error, a duplicate key, a key or value that JSON can't represent (NaN, a list as a key), nesting deeper than
 * DW_JSON_MAX_DEPTH, aliases that expand to more than DW_YAML_MAX_NODES values, or the arena's limit. */
#define DW_YAML_MAX_NODES 2000000
int dw_yaml_parse(struct dw_arena *arena, const char *text, size_t length, struct dw_yaml_doc **first,
                  struct dw_error *err) __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* Line and column of the value at PATH, a field path: "spec.config", "items[2].metadata.name"; "" is the root;
 * "annotations[a.b/c]" for keys with dots or brackets. If it does not exist: of its nearest existing ancestor, and
 * false is returned. OF_KEY selects the position of the key instead of the value. Columns count characters. Two threads
 * must not call this for the same document at once. */
bool dw_yaml_locate(const struct dw_yaml_doc *doc, const char *path, bool of_key, int *line, int *column)
    __attribute__((nonnull));

/* The text that documents were read from, to show places in it. */
struct dw_yaml_source;
/* TEXT is not copied, and must live as long as ARENA. It is not processed before the first search. */
struct dw_yaml_source *dw_yaml_source_new(struct dw_arena *arena, const char *text, size_t length)
    __attribute__((nonnull, returns_nonnull));

/* That text. */
const char *dw_yaml_source_text(const struct dw_yaml_source *source, size_t *length) __attribute__((nonnull));

/* The line and column of OFFSET in it; columns count characters. The text must be UTF-8. */
void dw_yaml_position(struct dw_yaml_source *source, size_t offset, int *line, int *column) __attribute__((nonnull));

/* What to find: a path as for dw_yaml_locate(), which may continue inside JSON in a string
 * ("spec.config.plugins[0].ipam.range"). */
struct dw_yaml_spot {
  const char *path;
  bool of_key;      /* the key instead of the value */
  int line, column; /* a position in the text of the string at PATH, 1-based, columns in bytes; 0 for the whole value */
};

/* A place in a file. */
struct dw_place {
  int line, column;   /* 1-based; the column counts characters */
  int width;          /* its number of characters on this line, at least 1 */
  const char *source; /* the line without its line end, valid as long as the text; "" if there is none */
};

/* Finds SPOT in the text that DOC was read from, for all styles of YAML scalars. If it does not exist: its nearest
 * existing ancestor. Two threads must not call this for the same source or document at once. */
struct dw_place dw_yaml_find(const struct dw_yaml_doc *doc, struct dw_yaml_source *source,
                             const struct dw_yaml_spot *spot) __attribute__((nonnull));

/* The version of libyaml that runs. */
const char *dw_yaml_library(void) __attribute__((returns_nonnull));

#endif
