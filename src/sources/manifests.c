#include "droveway/sources/manifests.h"

#include <string.h>

#include "droveway/model/object.h"
#include "sources/files.h"
#include "sources/template.h"

struct reader {
  struct dw_arena *arena;
  const char *file;
  const struct dw_yaml_doc *doc;
  struct dw_yaml_source *source;
  struct dw_manifest *first;
  struct dw_manifest **tail; /* where the next one is hung in */
  bool project;              /* errors may be a template's */
  bool in_folder;            /* of a project: what is no object is passed over */
  size_t passed_over;
};

static bool has_text(const dw_json *json, const char *key) {
  const char *text = dw_json_get_string(json, key);
  return text && *text;
}

static bool is_list(const dw_json *json) {
  const char *kind = dw_json_get_string(json, "kind");
  size_t length = kind ? strlen(kind) : 0;
  return length >= 4 && strcmp(kind + length - 4, "List") == 0 &&
         dw_json_type(dw_json_get(json, "items")) == DW_JSON_ARRAY;
}

static int refuse(const struct reader *reader, const char *path, const char *what, struct dw_error *err) {
  int line = 0;
  int column = 0;
  dw_yaml_locate(reader->doc, path, false, &line, &column);
  dw_error_at(err, DW_ERR_INVALID, line, column, "%s", what);
  return dw_error_in_file(err, reader->file);
}

/* Whether apiVersion or kind alone is that of an object that has rules: passed over, it would pass unchecked. */
static bool names_ours(const dw_json *json) {
  static const enum dw_kind ours[] = {DW_KIND_NAD, DW_KIND_HYPERCONVERGED, DW_KIND_KUBEVIRT, DW_KIND_MIGRATION_POLICY};
  const char *version = dw_json_get_string(json, "apiVersion");
  const char *kind = dw_json_get_string(json, "kind");
  for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
    const char *group = dw_kind_group(ours[i]);
    size_t length = strlen(group);
    if (kind && strcmp(kind, dw_kind_name(ours[i])) == 0)
      return true;
    if (version && strncmp(version, group, length) == 0 && version[length] == '/')
      return true;
  }
  return false;
}

static bool is_object(const dw_json *json) {
  return has_text(json, "apiVersion") && has_text(json, "kind");
}

static int add_object(struct reader *reader, const dw_json *json, const char *path, struct dw_error *err) {
  if (dw_json_type(json) != DW_JSON_OBJECT)
    return refuse(reader, path, "is no Kubernetes object: it must be a mapping with apiVersion and kind", err);
  if (!is_object(json))
    return refuse(reader, path, "is no Kubernetes object: apiVersion or kind is missing", err);
  if (is_list(json)) {
    const dw_json *items = dw_json_get(json, "items");
    for (size_t i = 0; i < dw_json_size(items); i++) {
      const char *item = dw_arena_printf(reader->arena, "%s%sitems[%zu]", path, *path ? "." : "", i);
      if (add_object(reader, dw_json_at(items, i), item, err) != 0)
        return -1;
    }
    return 0;
  }
  struct dw_manifest *manifest = dw_arena_alloc(reader->arena, sizeof *manifest);
  *manifest = (struct dw_manifest){reader->file, reader->doc, reader->source, path, json, NULL};
  *reader->tail = manifest;
  reader->tail = &manifest->next;
  return 0;
}

static int read_text(struct reader *reader, const char *text, size_t length, struct dw_error *err) {
  struct dw_yaml_doc *doc = NULL;
  if (dw_yaml_parse(reader->arena, text, length, &doc, err) != 0) {
    if (reader->project)
      dw_template_hint(text, length, err);
    return dw_error_in_file(err, reader->file);
  }
  reader->source = dw_yaml_source_new(reader->arena, text, length);
  for (; doc; doc = doc->next) {
    reader->doc = doc;
    if (reader->in_folder && !is_object(doc->root) && !names_ours(doc->root))
      reader->passed_over++;
    else if (add_object(reader, doc->root, "", err) != 0)
      return -1;
  }
  return 0;
}

static int read_one(struct reader *reader, struct dw_error *err) {
  size_t length = 0;
  char *text = dw_read_file(reader->arena, reader->file, 0, &length, err);
  if (text && length == 0 && strcmp(reader->file, "-") == 0) /* what a command that failed leaves to the pipe */
    return dw_error_set(err, DW_ERR_IO, "standard input is empty: did the command before it fail?");
  return text ? read_text(reader, text, length, err) : -1;
}

static int read_path(struct reader *reader, const char *path, struct dw_error *err) {
  struct dw_file_list files = {NULL, 0, 0};
  if (dw_files_below(reader->arena, path, &files, err) != 0)
    return -1;
  for (size_t i = 0; i < files.count; i++) {
    reader->file = files.paths[i];
    reader->in_folder = reader->project && strcmp(reader->file, path) != 0;
    if (read_one(reader, err) != 0)
      return -1;
  }
  return 0;
}

static int read_all(struct reader *reader, const char *const *paths, size_t count, struct dw_manifests *out,
                    struct dw_error *err) {
  reader->tail = &reader->first;
  for (size_t i = 0; i < count; i++)
    if (read_path(reader, paths[i], err) != 0)
      return -1;
  *out = (struct dw_manifests){reader->first, reader->passed_over};
  return 0;
}

int dw_manifests_read(struct dw_arena *arena, const char *const *paths, size_t count, struct dw_manifest **first,
                      struct dw_error *err) {
  struct dw_manifests all = {NULL, 0};
  struct reader reader = {.arena = arena};
  if (read_all(&reader, paths, count, &all, err) != 0)
    return -1;
  *first = all.first;
  return 0;
}

int dw_manifests_parse(struct dw_arena *arena, const char *file, const char *text, struct dw_manifest **first,
                       struct dw_error *err) {
  struct reader reader = {.arena = arena, .file = file};
  reader.tail = &reader.first;
  if (read_text(&reader, text, strlen(text), err) != 0)
    return -1;
  *first = reader.first;
  return 0;
}

int dw_manifests_gather(struct dw_arena *arena, const char *const *paths, size_t count, struct dw_manifests *out,
                        struct dw_error *err) {
  struct reader reader = {.arena = arena, .project = true};
  return read_all(&reader, paths, count, out, err);
}

static const char *whole_path(struct dw_arena *arena, const struct dw_manifest *manifest, const char *field) {
  const char *dot = *manifest->path && *field && *field != '[' ? "." : "";
  return dw_arena_printf(arena, "%s%s%s", manifest->path, dot, field);
}

struct dw_place dw_manifest_find(const struct dw_manifest *manifest, const struct dw_manifest_spot *spot) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_yaml_spot found = {whole_path(arena, manifest, spot->field), spot->of_key, spot->line, spot->column};
  return dw_yaml_find(manifest->doc, manifest->source, &found);
}
