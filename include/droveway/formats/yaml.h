/* YAML read as Kubernetes reads it (sigs.k8s.io/yaml: YAML 1.1 into JSON). JSON is read by the same function. */
#ifndef DROVEWAY_FORMATS_YAML_H
#define DROVEWAY_FORMATS_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "droveway/base/arena.h"
#include "droveway/base/error.h"
#include "droveway/formats/json.h"

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
 * and false. OF_KEY asks for the place of the key instead of the value. Columns in YAML, here and in errors, count
 * characters (as libyaml does), in JSON bytes. */
bool dw_yaml_locate(const struct dw_yaml_doc *doc, const char *path, bool of_key, int *line, int *column)
    __attribute__((nonnull));

#endif
