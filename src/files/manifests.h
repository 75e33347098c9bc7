/* Kubernetes objects in files: YAML streams, JSON, `kind: List`; files, folders and standard input. */
#ifndef FILES_MANIFESTS_H
#define FILES_MANIFESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "files/files.h"
#include "yaml/yaml.h"

/* One object, where it stands. */
struct dw_manifest {
  const char *file;              /* as given or found; "-" for standard input */
  const struct dw_yaml_doc *doc; /* the document that holds it */
  struct dw_yaml_source *source; /* the file's text */
  const char *path;              /* its path inside the document: "" or "items[3]" */
  const dw_json *json;           /* the object */
  const char *wrapper;           /* apiVersion of the object that carries it; NULL where it stands by itself */
  const char *config_key;        /* of a NAD that was made of another object: the member at PATH that is spec.config */
  /* Where DOC is the text of a string in a document: that string. NULL where it is a file's. */
  const struct dw_manifest_string {
    const struct dw_yaml_doc *doc;
    struct dw_yaml_source *source;
    const char *path;
  } * inside;
  const char *template; /* a text that can't be read before it is rendered, which has an object of JSON's kind in it: it
                           is the member object-templates-raw at PATH */
  struct dw_manifest *next;
};

/* Reads PATHS[COUNT]: files whatever their name, folders with all .yaml, .yml and .json below them (in order of name;
 * names that begin with a dot are passed over), "-" once for standard input. Lists are taken apart. -1 with file, line
 * and column where something can't be read or is not a Kubernetes object (no apiVersion or kind). FIRST gets the
 * objects in order. */
int dw_manifests_read(struct dw_arena *arena, const char *const *paths, size_t count, struct dw_manifest **first,
                      struct dw_error *err) __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* What the folders of a project hold. */
struct dw_manifests {
  struct dw_manifest *first;
  size_t skipped;       /* documents in folders that are no Kubernetes objects */
  size_t templates;     /* files of Helm charts that are no YAML before they are rendered */
  const char **patches; /* files that kustomize takes for patches */
  size_t patch_count, patch_capacity;
};

/* As dw_manifests_read(), for the folders of ordinary projects: a document in a folder that is not a Kubernetes object
 * (values.yaml, a workflow, a patch) is passed over and counted, unless its apiVersion or kind is one that has rules.
 * What can't be read is an error there too, except the templates of a Helm chart, which are counted; an error in
 * another template says how to render it. Objects that have rules are also found inside other objects and documents
 * (policies, templates and lists of other systems) and in the text of an ACM policy's object-templates-raw; patches of
 * kustomize are skipped. */
int dw_manifests_gather(struct dw_arena *arena, const char *const *paths, size_t count, struct dw_manifests *out,
                        struct dw_error *err) __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* As dw_manifests_read() for the LENGTH bytes of TEXT; FILE is what errors and places call it. A NUL follows the bytes,
 * and both must live as long as ARENA. */
int dw_manifests_parse(struct dw_arena *arena, const char *file, const char *text, size_t length,
                       struct dw_manifest **first, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3, 5), warn_unused_result));
/* The same, as dw_manifests_gather() reads a file that was named. */
int dw_manifests_gather_text(struct dw_arena *arena, const char *file, const char *text, size_t length,
                             struct dw_manifests *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3, 5), warn_unused_result));

/* What is to be shown of a manifest: a field as findings name it, also inside the JSON of a string
 * ("spec.config.plugins[0].ipam.range"), and where the finding tells one, a place inside the field's text. */
struct dw_manifest_spot {
  const char *field;
  bool of_key;      /* its key, not its value */
  int line, column; /* inside the text of FIELD, 1-based, columns in bytes; 0: the whole of it */
};

/* Where SPOT stands: the value's first character, or where it is missing, of its nearest ancestor that exists. */
struct dw_place dw_manifest_find(const struct dw_manifest *manifest, const struct dw_manifest_spot *spot)
    __attribute__((nonnull));

/* Gives ERR, which says what is wrong with the manifest, the place of FIELD; returns -1. */
int dw_manifest_error(const struct dw_manifest *manifest, const char *field, struct dw_error *err)
    __attribute__((nonnull(1, 2)));

#endif
