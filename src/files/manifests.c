#include "files/manifests.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "base/utf8.h"
#include "cluster/maker.h"
#include "cluster/object.h"
#include "files/files.h"
#include "files/kustomize.h"

struct reader {
  struct dw_arena *arena;
  const char *file;
  const struct dw_yaml_doc *doc;
  struct dw_yaml_source *source;
  struct dw_manifest *first;
  struct dw_manifest **tail; /* where to append the next one */
  bool project;              /* reading the folders of a project: see dw_manifests_gather() */
  bool in_folder;            /* the file is in a folder of the project, so documents that are not objects are skipped */
  struct dw_kustomize kustomize;
  struct dw_manifests *found; /* of a project */
  const char *wrapper;        /* apiVersion of the object around the current one */
  const char *carrier;        /* and its name */
  const struct dw_manifest_string *inside;
};

static bool has_text(const dw_json *json, const char *key) {
  const char *text = dw_json_get_string(json, key);
  return text && *text;
}

static bool is_object(const dw_json *json) {
  return has_text(json, "apiVersion") && has_text(json, "kind");
}

static bool is_list(const dw_json *json) {
  const char *kind = dw_json_get_string(json, "kind");
  bool list = kind != NULL && dw_has_suffix(kind, "List");
  return list && dw_json_type(dw_json_get(json, "items")) == DW_JSON_ARRAY;
}

static int reject(const struct reader *reader, const char *path, const char *what, struct dw_error *err) {
  int line = 0;
  int column = 0;
  dw_yaml_locate(reader->doc, path, false, &line, &column);
  dw_error_at(err, DW_ERR_INVALID, line, column, "%s", what);
  return dw_error_in_file(err, reader->file);
}

static struct dw_manifest *append(struct reader *reader, const dw_json *json, const char *path) {
  struct dw_manifest *manifest = dw_arena_alloc(reader->arena, sizeof *manifest);
  *manifest = (struct dw_manifest){.file = reader->file,
                                   .doc = reader->doc,
                                   .source = reader->source,
                                   .path = path,
                                   .json = json,
                                   .wrapper = reader->wrapper,
                                   .inside = reader->inside};
  *reader->tail = manifest;
  reader->tail = &manifest->next;
  return manifest;
}

/* --- objects inside others --- */

static enum dw_kind kind_meant(const dw_json *json) {
  return dw_kind_of_version(dw_json_get_string(json, "apiVersion"), dw_json_get_string(json, "kind"), true);
}

static bool has_name(const dw_json *json) {
  const dw_json *metadata = dw_json_get(json, "metadata");
  return has_text(metadata, "name") || has_text(metadata, "generateName");
}

/* Members that contain parts of objects: patches, expectations of tests (Chainsaw), reports of operators. */
static bool contains_parts(const char *key) {
  static const char *const keys[] = {"patches", "patchesStrategicMerge", "patch", "assert", "error",
                                     "status",  "managedFields"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (strcmp(keys[i], key) == 0)
      return true;
  return false;
}

/* In an ACM ConfigurationPolicy, "mustnothave" deletes the object, and "musthave" merges it into an existing one. A NAD
 * without spec, for example with a label only, is then only a part of a NAD. */
static bool is_policy_for_part(const dw_json *json) {
  const char *type = dw_json_get_string(json, "complianceType");
  const dw_json *object = dw_json_get(json, "objectDefinition");
  if (type == NULL)
    return false;
  return strcasecmp(type, "mustnothave") == 0 ||
         (strcasecmp(type, "musthave") == 0 && dw_json_get(object, "spec") == NULL &&
          kind_meant(object) == DW_KIND_NAD);
}

static const char *member_path(struct dw_arena *arena, const char *path, const char *key) {
  bool plain = *key != '\0' && strpbrk(key, ".[]") == NULL;
  return plain ? dw_arena_printf(arena, "%s%s%s", path, *path ? "." : "", key)
               : dw_arena_printf(arena, "%s[%s]", path, key);
}

static void collect_inside(struct reader *reader, const dw_json *json, const char *path);

static void collect(struct reader *reader, const dw_json *json, const char *path) {
  bool has_rules = dw_kind_is_judged(kind_meant(json)) || dw_maker_of(json) != NULL;
  if (has_rules && has_name(json))
    (void)append(reader, json, path);
  else if (dw_json_type(json) >= DW_JSON_ARRAY && !is_policy_for_part(json))
    collect_inside(reader, json, path);
}

static const enum dw_kind ours[] = {DW_KIND_NAD, DW_KIND_HYPERCONVERGED, DW_KIND_KUBEVIRT, DW_KIND_MIGRATION_POLICY};
enum { OUR_KINDS = sizeof ours / sizeof ours[0] };

static const char raw_templates[] = "object-templates-raw";

/* Whether TEXT contains "kind: NAME". */
static bool mentions(const char *text, const char *name) {
  static const char key[] = "kind:";
  for (const char *at = text; (at = strstr(at, key)) != NULL; at++) {
    const char *value = at + sizeof key - 1;
    value += strspn(value, " \t\"'");
    size_t length = strlen(name);
    if (strncmp(value, name, length) == 0 && !dw_is_alnum(value[length]))
      return true;
  }
  return false;
}

/* The first kind with rules that TEXT mentions; DW_KIND_OTHER if it mentions none. */
static enum dw_kind kind_in(const char *text) {
  for (size_t i = 0; i < OUR_KINDS; i++)
    if (mentions(text, dw_kind_name(ours[i])))
      return ours[i];
  return DW_KIND_OTHER;
}

/* The content of a template, or of text that is not YAML, is unknown, except that it mentions KIND. */
static void add_template(struct reader *reader, const char *text, enum dw_kind kind, const char *path) {
  struct dw_arena *arena = reader->arena;
  const char *name = reader->carrier == NULL ? raw_templates : reader->carrier;
  const char *version =
      dw_arena_printf(arena, "%s/%s", dw_kind_group(kind), kind == DW_KIND_MIGRATION_POLICY ? "v1alpha1" : "v1");
  dw_json *json = dw_json_new_object(arena);
  dw_json *metadata = dw_json_new_object(arena);
  dw_json_set(arena, metadata, "name", dw_json_new_string(arena, name, strlen(name)));
  dw_json_set(arena, json, "apiVersion", dw_json_new_string(arena, version, strlen(version)));
  dw_json_set(arena, json, "kind", dw_json_new_string(arena, dw_kind_name(kind), strlen(dw_kind_name(kind))));
  dw_json_set(arena, json, "metadata", metadata);
  append(reader, json, path)->template = text;
}

/* Reads the member object-templates-raw of the object at PATH: a list of object-templates as text, which may contain Go
 * templates and then is not YAML (open-cluster-management.io/config-policy-controller, ConfigurationPolicySpec). The
 * controller rejects other text that is not YAML. */
static void collect_from_text(struct reader *reader, const char *text, const char *path) {
  struct dw_yaml_doc *doc = NULL;
  enum dw_kind kind = kind_in(text);
  if (reader->inside != NULL)
    return;
  bool rendered = strstr(text, "{{") == NULL;
  if (!rendered || dw_yaml_parse(reader->arena, text, strlen(text), &doc, NULL) != 0) {
    if (kind != DW_KIND_OTHER)
      add_template(reader, text, kind, path);
    return;
  }
  struct dw_manifest_string *inside = dw_arena_alloc(reader->arena, sizeof *inside);
  *inside = (struct dw_manifest_string){reader->doc, reader->source, member_path(reader->arena, path, raw_templates)};
  reader->inside = inside;
  reader->source = dw_yaml_source_new(reader->arena, text, strlen(text));
  for (; doc != NULL; doc = doc->next) {
    reader->doc = doc;
    collect(reader, doc->root, "");
  }
  reader->doc = inside->doc;
  reader->source = inside->source;
  reader->inside = NULL;
}

/* Adds all objects inside JSON that have rules or create NADs. Policies, templates and lists of other systems contain
 * them in members with many names. The YAML reader limits the depth. */
static void collect_inside(struct reader *reader, const dw_json *json, const char *path) {
  const char *around = reader->wrapper;
  const char *carrier = reader->carrier;
  if (is_object(json)) {
    reader->wrapper = dw_json_get_string(json, "apiVersion");
    reader->carrier = dw_json_get_string(dw_json_get(json, "metadata"), "name");
  }
  for (size_t i = 0; dw_json_type(json) == DW_JSON_ARRAY && i < dw_json_size(json); i++)
    collect(reader, dw_json_at(json, i), dw_arena_printf(reader->arena, "%s[%zu]", path, i));
  for (struct dw_json_member it = dw_json_first(json); it.value; it = dw_json_next(json, it))
    if (dw_json_type(it.value) >= DW_JSON_ARRAY && !contains_parts(it.key))
      collect(reader, it.value, member_path(reader->arena, path, it.key));
    else if (dw_json_string(it.value) != NULL && strcmp(it.key, raw_templates) == 0)
      collect_from_text(reader, dw_json_string(it.value), path);
  reader->wrapper = around;
  reader->carrier = carrier;
}

/* Whether apiVersion or kind alone is that of an object with rules. If it were skipped, the object would not be
 * checked. */
static bool names_ours(const dw_json *json) {
  const char *version = dw_json_get_string(json, "apiVersion");
  const char *kind = dw_json_get_string(json, "kind");
  for (size_t i = 0; i < OUR_KINDS; i++) {
    const char *group = dw_kind_group(ours[i]);
    size_t length = strlen(group);
    if (kind && strcmp(kind, dw_kind_name(ours[i])) == 0)
      return true;
    if (version && strncmp(version, group, length) == 0 && version[length] == '/')
      return true;
  }
  return false;
}

static int add_object(struct reader *reader, const dw_json *json, const char *path, struct dw_error *err) {
  if (dw_json_type(json) != DW_JSON_OBJECT)
    return reject(reader, path, "is not a Kubernetes object: expected a mapping with apiVersion and kind", err);
  if (!is_object(json))
    return reject(reader, path, "is not a Kubernetes object: apiVersion or kind is missing", err);
  if (is_list(json)) {
    const dw_json *items = dw_json_get(json, "items");
    for (size_t i = 0; i < dw_json_size(items); i++) {
      const char *item = dw_arena_printf(reader->arena, "%s%sitems[%zu]", path, *path ? "." : "", i);
      if (add_object(reader, dw_json_at(items, i), item, err) != 0)
        return -1;
    }
    return 0;
  }
  (void)append(reader, json, path);
  if (reader->project && !dw_kind_is_judged(kind_meant(json)))
    collect_inside(reader, json, path);
  return 0;
}

/* --- documents that are not objects --- */

/* A patch is an object with a directive of kustomize's strategic merge, or a list of operations (RFC 6902). */
static bool is_patch(const dw_json *json) {
  size_t operations = 0;
  if (dw_json_type(json) != DW_JSON_ARRAY)
    return dw_json_get(json, "$patch") != NULL;
  for (size_t i = 0; i < dw_json_size(json); i++)
    operations += has_text(dw_json_at(json, i), "op") && dw_json_get_string(dw_json_at(json, i), "path") != NULL;
  return operations > 0 && operations == dw_json_size(json);
}

static void skip_patch(struct reader *reader) {
  struct dw_manifests *found = reader->found;
  found->patches =
      dw_arena_more(reader->arena, found->patches, found->patch_count, &found->patch_capacity, sizeof *found->patches);
  if (found->patch_count == 0 || found->patches[found->patch_count - 1] != reader->file)
    found->patches[found->patch_count++] = reader->file;
}

/* Returns true if add_object() should not read the document. */
static bool skip_document(struct reader *reader, const dw_json *json) {
  struct dw_manifest **before = reader->tail;
  if (!reader->project)
    return false;
  if (is_patch(json)) {
    skip_patch(reader);
    return true;
  }
  if (is_object(json) || names_ours(json))
    return false;
  if (dw_json_type(json) >= DW_JSON_ARRAY)
    collect_inside(reader, json, "");
  bool found = reader->tail != before;
  reader->found->skipped += !found && reader->in_folder;
  return found || reader->in_folder;
}

/* --- Helm templates, which are not YAML before Helm has rendered them --- */

static bool has_braces(const char *line, size_t length) {
  const char *brace = memchr(line, '{', length);
  while (brace && brace + 1 < line + length) {
    bool variable = brace > line && brace[-1] == '$'; /* ${{ }} belongs to a workflow */
    if (brace[1] == '{' && !variable)
      return true;
    brace = memchr(brace + 1, '{', length - (size_t)(brace + 1 - line));
  }
  return false;
}

static bool begins_with_braces(const char *line, size_t length) {
  while (length > 0 && (*line == ' ' || *line == '\t' || *line == '-')) {
    line++;
    length--;
  }
  return length >= 2 && memcmp(line, "{{", 2) == 0;
}

/* Braces inside a quoted text (of an alert or a dashboard) do not explain an error on another line. */
static bool is_template(const char *text, size_t length, int error_line) {
  int number = 1;
  for (size_t start = 0; start < length; number++) {
    const char *end = memchr(text + start, '\n', length - start);
    size_t size = end ? (size_t)(end - text) - start : length - start;
    if (begins_with_braces(text + start, size) || (number == error_line && has_braces(text + start, size)))
      return true;
    start += size + 1;
  }
  return false;
}

/* If TEXT[LENGTH], which could not be parsed because of ERR (NULL is allowed), looks like a Helm template, adds to ERR
 * how to render it. */
static void add_template_hint(const char *text, size_t length, struct dw_error *err) {
  static const char hint[] =
      "; this looks like a Helm template; render it first: helm template CHART | droveway check -f -";
  if (!err || err->code == DW_ERR_MEMORY || err->code == DW_ERR_IO || !is_template(text, length, err->line))
    return;
  size_t used = strlen(err->text);
  if (used + sizeof hint <= sizeof err->text)
    memcpy(err->text + used, hint, sizeof hint);
}

/* Whether FILE is in a folder `templates` next to a Chart.yaml. */
static bool is_chart_template(struct dw_arena *arena, const char *file) {
  static const char folder[] = "templates/";
  for (const char *at = file; (at = strstr(at, folder)) != NULL; at++) {
    bool whole = at == file || at[-1] == '/';
    int length = (int)(at - file);
    if (whole && access(dw_arena_printf(arena, "%.*sChart.yaml", length, file), F_OK) == 0)
      return true;
  }
  return false;
}

/* --- reading --- */

static int read_text(struct reader *reader, const char *text, size_t length, struct dw_error *err) {
  struct dw_yaml_doc *doc = NULL;
  if (dw_yaml_parse(reader->arena, text, length, &doc, err) != 0) {
    if (reader->in_folder && is_chart_template(reader->arena, reader->file)) {
      reader->found->templates++;
      return 0;
    }
    if (reader->project)
      add_template_hint(text, length, err);
    return dw_error_in_file(err, reader->file);
  }
  reader->source = dw_yaml_source_new(reader->arena, text, length);
  for (; doc; doc = doc->next) {
    reader->doc = doc;
    if (!skip_document(reader, doc->root) && add_object(reader, doc->root, "", err) != 0)
      return -1;
  }
  return 0;
}

static int read_one(struct reader *reader, struct dw_error *err) {
  size_t length = 0;
  char *text = dw_read_file(reader->arena, reader->file, 0, &length, err);
  if (text && length == 0 && strcmp(reader->file, "-") == 0) /* as a failed command leaves it in a pipe */
    return dw_error_set(err, DW_ERR_IO, "standard input is empty; did the previous command fail?");
  return text ? read_text(reader, text, length, err) : -1;
}

static int read_path(struct reader *reader, const char *path, struct dw_error *err) {
  struct dw_file_list files = {NULL, 0, 0};
  if (dw_files_below(reader->arena, path, &files, err) != 0)
    return -1;
  for (size_t i = 0; i < files.count; i++) {
    reader->file = files.paths[i];
    reader->in_folder = reader->project && strcmp(reader->file, path) != 0;
    if (reader->project && dw_kustomize_is_patch(&reader->kustomize, reader->file))
      skip_patch(reader);
    else if (read_one(reader, err) != 0)
      return -1;
  }
  return 0;
}

static int read_all(struct reader *reader, const char *const *paths, size_t count, struct dw_error *err) {
  reader->tail = &reader->first;
  for (size_t i = 0; i < count; i++)
    if (read_path(reader, paths[i], err) != 0)
      return -1;
  return 0;
}

int dw_manifests_read(struct dw_arena *arena, const char *const *paths, size_t count, struct dw_manifest **first,
                      struct dw_error *err) {
  struct reader reader = {.arena = arena};
  if (read_all(&reader, paths, count, err) != 0)
    return -1;
  *first = reader.first;
  return 0;
}

int dw_manifests_parse(struct dw_arena *arena, const char *file, const char *text, size_t length,
                       struct dw_manifest **first, struct dw_error *err) {
  struct reader reader = {.arena = arena, .file = file};
  reader.tail = &reader.first;
  if (read_text(&reader, text, length, err) != 0)
    return -1;
  *first = reader.first;
  return 0;
}

int dw_manifests_gather_text(struct dw_arena *arena, const char *file, const char *text, size_t length,
                             struct dw_manifests *out, struct dw_error *err) {
  *out = (struct dw_manifests){.first = NULL};
  struct reader reader = {.arena = arena, .file = file, .project = true, .found = out};
  reader.tail = &reader.first;
  int status = read_text(&reader, text, length, err);
  out->first = reader.first;
  return status;
}

int dw_manifests_gather(struct dw_arena *arena, const char *const *paths, size_t count, struct dw_manifests *out,
                        struct dw_error *err) {
  struct dw_manifests found = {.first = NULL};
  struct reader reader = {.arena = arena, .project = true, .kustomize = {.arena = arena}, .found = &found};
  if (read_all(&reader, paths, count, err) != 0)
    return -1;
  *out = found;
  out->first = reader.first;
  return 0;
}

/* Findings call the configuration spec.config even if it is elsewhere in the document. */
static const char *config_path(struct dw_arena *arena, const struct dw_manifest *manifest, const char *field) {
  static const char config[] = "spec.config";
  size_t length = sizeof config - 1;
  bool inside = strncmp(field, config, length) == 0 && (field[length] == '\0' || strchr(".[", field[length]) != NULL);
  return dw_arena_printf(arena, "%s.%s%s", manifest->path, manifest->config_key, inside ? field + length : "");
}

static const char *whole_path(struct dw_arena *arena, const struct dw_manifest *manifest, const char *field) {
  if (manifest->config_key != NULL)
    return config_path(arena, manifest, field);
  const char *dot = *manifest->path && *field && *field != '[' ? "." : "";
  return dw_arena_printf(arena, "%s%s%s", manifest->path, dot, field);
}

/* The number of bytes before PLACE in its line, whose column counts characters. */
static int bytes_before(const struct dw_place *place) {
  const char *at = place->source;
  for (int left = place->column - 1; left > 0 && *at != '\0'; left--) {
    at++;
    while (dw_utf8_is_inside(*at))
      at++;
  }
  return (int)(at - place->source);
}

struct dw_place dw_manifest_find(const struct dw_manifest *manifest, const struct dw_manifest_spot *spot) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_yaml_spot found = {whole_path(arena, manifest, spot->field), spot->of_key, spot->line, spot->column};
  const struct dw_place place = dw_yaml_find(manifest->doc, manifest->source, &found);
  const struct dw_manifest_string *inside = manifest->inside;
  if (inside == NULL)
    return place;
  const struct dw_yaml_spot outer = {inside->path, false, place.line, bytes_before(&place) + 1};
  return dw_yaml_find(inside->doc, inside->source, &outer);
}

int dw_manifest_error(const struct dw_manifest *manifest, const char *field, struct dw_error *err) {
  if (err == NULL)
    return -1;
  struct dw_place place = dw_manifest_find(manifest, &(struct dw_manifest_spot){.field = field});
  err->line = place.line;
  err->column = place.column;
  return dw_error_in_file(err, manifest->file);
}
