/* YAML read as Kubernetes reads it (sigs.k8s.io/yaml: YAML 1.1 into JSON). JSON is read by the same function. */
#ifndef YAML_YAML_H
#define YAML_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "json/json.h"

struct dw_yaml_marks; /* where each key and value stands */

struct dw_yaml_doc {
  const dw_json *root; /* never NULL; DW_JSON_NULL for an empty document */
  int line;            /* 1-based line of its first content in the file */
  struct dw_yaml_marks *marks;
  struct dw_yaml_doc *next;
};

/* Reads a stream of documents (empty ones are left out), or of JSON values one after the other, into the arena. FIRST
 * gets the first, or NULL where the stream is empty. -1 with line and column: syntax, a duplicate key, a key or value
 * that JSON lacks (NaN, a list as a key), nesting over DW_JSON_MAX_DEPTH, aliases that would blow the document up past
 * DW_YAML_MAX_NODES values, the arena's limit. */
#define DW_YAML_MAX_NODES 2000000
int dw_yaml_parse(struct dw_arena *arena, const char *text, size_t length, struct dw_yaml_doc **first,
                  struct dw_error *err) __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* Line and column of the value at PATH (as in field paths: "spec.config", "items[2].metadata.name"; "" is the root;
 * keys that hold dots or brackets: "annotations[a.b/c]"). Where it does not exist: of its nearest ancestor that does,
 * and false. OF_KEY asks for the place of the key instead of the value. Columns count
 * characters. Not by two threads at once for one document. */
bool dw_yaml_locate(const struct dw_yaml_doc *doc, const char *path, bool of_key, int *line, int *column)
    __attribute__((nonnull));

/* The text that documents were read from, for showing places in it. */
struct dw_yaml_source;
/* TEXT is not copied: it has to live as long as ARENA. Nothing is done with it before something is looked for. */
struct dw_yaml_source *dw_yaml_source_new(struct dw_arena *arena, const char *text, size_t length)
    __attribute__((nonnull, returns_nonnull));

/* What is looked for: a path as dw_yaml_locate() takes it, which may go on inside the JSON of a string
 * ("spec.config.plugins[0].ipam.range"). */
struct dw_yaml_spot {
  const char *path;
  bool of_key;      /* its key, not its value */
  int line, column; /* inside the text of a string at PATH, 1-based, columns in bytes; 0: the whole value */
};

/* A place in a file. */
struct dw_place {
  int line, column;   /* 1-based; the column counts characters */
  int width;          /* characters of it on this line, at least 1 */
  const char *source; /* the line without its end, of the same life as the text; "" where there is none */
};

/* Where SPOT stands in the text that DOC was read from, whatever the style of the YAML scalar that holds it; of what is
 * missing: the nearest ancestor that exists. Not by two threads at once for one source or document. */
struct dw_place dw_yaml_find(const struct dw_yaml_doc *doc, struct dw_yaml_source *source,
                             const struct dw_yaml_spot *spot) __attribute__((nonnull));

/* The version of libyaml that runs. */
const char *dw_yaml_library(void) __attribute__((returns_nonnull));

#endif
