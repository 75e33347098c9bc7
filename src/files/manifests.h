/* Kubernetes objects in files: YAML streams, JSON, `kind: List`; files, folders and standard input. */
#ifndef FILES_MANIFESTS_H
#define FILES_MANIFESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "files/files.h"
#include "files/template.h"
#include "yaml/yaml.h"

/* An object and its position. */
struct dw_manifest {
  const char *file;              /* as given or found; "-" for standard input */
  const struct dw_yaml_doc *doc; /* the document that contains it */
  struct dw_yaml_source *source; /* the file's text */
  const char *path;              /* its path inside the document: "" or "items[3]" */
  const dw_json *json;           /* the object */
  const char *wrapper;           /* apiVersion of the object that contains it; NULL if there is none */
  const char *config_key; /* if it is a NAD made from another object: the member at PATH that becomes spec.config */
  /* If DOC is the text of a string in another document: that string. NULL if DOC is part of a file. */
  const struct dw_manifest_string {
    const struct dw_yaml_doc *doc;
    struct dw_yaml_source *source;
    const char *path;
  } * inside;
  const char *template; /* a template (the member object-templates-raw at PATH) that can't be read before it is
                           rendered, and mentions an object of JSON's kind; NULL otherwise */
  struct dw_manifest *next;
};

/* Reads PATHS[COUNT]: files with any name, folders as dw_files_below() does, and "-", once, for standard input. Lists
 * are split into their items. Sets FIRST to the objects in order, which live in ARENA. Returns -1 if
 * something can't be read or is not a Kubernetes object (apiVersion or kind is missing): ERR has the first error with
 * file, line and column, and names the others. */
int dw_manifests_read(struct dw_arena *arena, const char *const *paths, size_t count, struct dw_manifest **first,
                      struct dw_error *err) __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* A file that is a template, and so was not read. */
struct dw_skipped_template {
  const char *file;
  enum dw_template_kind kind;
  const char *chart; /* the folder of the chart that it belongs to; NULL */
};

/* The manifests of a project. */
struct dw_manifests {
  struct dw_manifest *first;
  size_t skipped; /* documents in folders that are not Kubernetes objects */
  struct dw_skipped_template *templates;
  size_t template_count, template_capacity;
  const char **patches; /* files that kustomize uses as patches */
  size_t patch_count, patch_capacity;
  size_t excluded; /* files and whole folders that patterns left out */
  struct dw_unreadables unreadable;
};

/* A text that is read instead of what FILE contains. */
struct dw_draft {
  const char *file;
  const char *text; /* a NUL follows */
  size_t length;
};

/* What to gather. */
struct dw_manifest_choice {
  const char *const *paths;
  size_t count;
  const struct dw_ignore *exclude; /* see dw_files_chosen() */
  const struct dw_draft *drafts;   /* these and what is gathered must live equally long */
  size_t draft_count;
};

/* Like dw_manifests_read(), but for the folders of ordinary projects. A document in a folder that is not a Kubernetes
 * object (values.yaml, a workflow) is skipped and counted, unless its apiVersion or kind has rules. Templates in
 * folders are listed; a template that was named by its path is unreadable. Objects that have rules are also found
 * inside other objects and documents (policies, templates and lists of other systems) and in the text of an ACM
 * policy's object-templates-raw. Patches of kustomize are skipped. If something is unreadable, OUT gets the rest, and
 * -1 is returned with OUT->unreadable in ERR. */
int dw_manifests_gather(struct dw_arena *arena, const struct dw_manifest_choice *choice, struct dw_manifests *out,
                        struct dw_error *err) __attribute__((nonnull(1, 2, 3)));

/* Like dw_manifests_read() for TEXT[LENGTH], which a NUL must follow; FILE is its name in errors and positions. TEXT
 * and FILE must live as long as ARENA. */
int dw_manifests_parse(struct dw_arena *arena, const char *file, const char *text, size_t length,
                       struct dw_manifest **first, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3, 5), warn_unused_result));
/* The same, but reads TEXT as dw_manifests_gather() reads a file that is not in a folder. */
int dw_manifests_gather_text(struct dw_arena *arena, const char *file, const char *text, size_t length,
                             struct dw_manifests *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3, 5), warn_unused_result));

/* A part of a manifest: a field as findings name it, which may be inside the JSON of a string
 * ("spec.config.plugins[0].ipam.range"), and, optionally, a position inside the field's text. */
struct dw_manifest_spot {
  const char *field;
  bool of_key;      /* the position of its key, not of its value */
  int line, column; /* inside the text of FIELD, 1-based, columns in bytes; 0 for all of it */
};

/* The position of SPOT: the first character of the value or, if that is missing, of its nearest existing ancestor. */
struct dw_place dw_manifest_find(const struct dw_manifest *manifest, const struct dw_manifest_spot *spot)
    __attribute__((nonnull));

/* The path of FIELD, as findings name it, in the document of MANIFEST. In ARENA. */
const char *dw_manifest_path(struct dw_arena *arena, const struct dw_manifest *manifest, const char *field)
    __attribute__((nonnull, returns_nonnull));

/* Sets file, line and column of ERR, an error about the manifest, to the position of FIELD. Returns -1. */
int dw_manifest_error(const struct dw_manifest *manifest, const char *field, struct dw_error *err)
    __attribute__((nonnull(1, 2)));

/* Adds MANIFEST to LIST, with what dw_manifest_error() has set in ERR. */
void dw_manifest_unreadable(struct dw_arena *arena, struct dw_unreadables *list, const struct dw_manifest *manifest,
                            const struct dw_error *err) __attribute__((nonnull));

#endif
