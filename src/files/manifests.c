#include "files/manifests.h"

#include <string.h>
#include <strings.h>

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
  struct dw_manifest **tail;               /* where to append the next one */
  struct dw_unreadable_text text;          /* of the file */
  const struct dw_manifest_choice *choice; /* NULL: nothing is read from files */
  bool project;                            /* reading the folders of a project: see dw_manifests_gather() */
  bool in_folder; /* the file is in a folder of the project, so documents that are not objects are skipped */
  struct dw_kustomize kustomize;
  struct dw_manifests *found; /* if this is not a project, only what is unreadable */
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

static void add_unreadable(struct reader *reader, const struct dw_error *err) {
  dw_unreadable_add(reader->arena, &reader->found->unreadable, reader->file, err, reader->text);
}

static void reject(struct reader *reader, const char *path, const char *what) {
  struct dw_error err = DW_ERROR_INIT;
  int line = 0;
  int column = 0;
  dw_yaml_locate(reader->doc, path, false, &line, &column);
  dw_error_at(&err, DW_ERR_INVALID, line, column, "%s", what);
  add_unreadable(reader, &err);
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

static void add_object(struct reader *reader, const dw_json *json, const char *path) {
  if (dw_json_type(json) != DW_JSON_OBJECT) {
    reject(reader, path, "is not a Kubernetes object: expected a mapping with apiVersion and kind");
    return;
  }
  if (!is_object(json)) {
    reject(reader, path, "is not a Kubernetes object: apiVersion or kind is missing");
    return;
  }
  if (is_list(json)) {
    const dw_json *items = dw_json_get(json, "items");
    for (size_t i = 0; i < dw_json_size(items); i++)
      add_object(reader, dw_json_at(items, i),
                 dw_arena_printf(reader->arena, "%s%sitems[%zu]", path, *path ? "." : "", i));
    return;
  }
  (void)append(reader, json, path);
  if (reader->project && !dw_kind_is_judged(kind_meant(json)))
    collect_inside(reader, json, path);
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

/* --- files --- */

/* In folders, templates are skipped. A file that was named is meant to be checked, so a template is an error there. */
static bool skip_template(struct reader *reader, enum dw_template_kind kind, const char *chart) {
  struct dw_manifests *found = reader->found;
  if (kind == DW_TEMPLATE_NONE || !reader->in_folder)
    return false;
  found->templates = dw_arena_more(reader->arena, found->templates, found->template_count, &found->template_capacity,
                                   sizeof *found->templates);
  found->templates[found->template_count++] = (struct dw_skipped_template){reader->file, kind, chart};
  return true;
}

/* The text is not YAML, as ERR says: it is a template, or it is unreadable. A chart's file with braces is a template
 * wherever the error is. */
static void read_broken(struct reader *reader, struct dw_error *err) {
  const struct dw_unreadable_text *text = &reader->text;
  const char *chart = reader->project ? dw_template_chart(reader->arena, reader->file) : NULL;
  bool of_chart = chart != NULL && memmem(text->text, text->length, "{{", 2) != NULL;
  enum dw_template_kind kind = !reader->project ? DW_TEMPLATE_NONE
                               : of_chart       ? DW_TEMPLATE_HELM
                                                : dw_template_of(text->text, text->length, err);
  if (skip_template(reader, kind, of_chart ? chart : NULL))
    return;
  if (reader->project)
    dw_template_hint(text->text, text->length, err);
  add_unreadable(reader, err);
}

static void read_text(struct reader *reader, const char *text, size_t length) {
  struct dw_yaml_doc *doc = NULL;
  struct dw_error err = DW_ERROR_INIT;
  reader->text = (struct dw_unreadable_text){text, length};
  if (dw_yaml_parse(reader->arena, text, length, &doc, &err) != 0) {
    read_broken(reader, &err);
    return;
  }
  if (reader->in_folder && dw_template_is_ytt(text, length) && skip_template(reader, DW_TEMPLATE_YTT, NULL))
    return;
  reader->source = dw_yaml_source_new(reader->arena, text, length);
  for (; doc; doc = doc->next) {
    reader->doc = doc;
    if (!skip_document(reader, doc->root))
      add_object(reader, doc->root, "");
  }
}

/* The text of the file, or of its draft. NULL if it can't be read. */
static const char *text_of_file(const struct reader *reader, size_t *length, struct dw_error *err) {
  const struct dw_manifest_choice *choice = reader->choice;
  for (size_t i = 0; i < choice->draft_count; i++)
    if (strcmp(choice->drafts[i].file, reader->file) == 0) {
      *length = choice->drafts[i].length;
      return choice->drafts[i].text;
    }
  return dw_read_file(reader->arena, reader->file, 0, length, err);
}

static void read_one(struct reader *reader) {
  struct dw_error err = DW_ERROR_INIT;
  size_t length = 0;
  reader->text = (struct dw_unreadable_text){NULL, 0};
  const char *text = text_of_file(reader, &length, &err);
  if (text && length == 0 && strcmp(reader->file, "-") == 0) { /* as a failed command leaves it in a pipe */
    dw_error_set(&err, DW_ERR_IO, "standard input is empty; did the previous command fail?");
    text = NULL;
  }
  if (text)
    read_text(reader, text, length);
  else
    add_unreadable(reader, &err);
}

/* The files of a path, and after them what could not be read of the folders. */
static void read_path(struct reader *reader, const char *path, const struct dw_ignore *exclude) {
  static const struct dw_ignore nothing = {.rules = NULL};
  struct dw_file_list files = {.paths = NULL};
  if (reader->project)
    (void)dw_files_chosen(reader->arena, path, exclude == NULL ? &nothing : exclude, &files, NULL);
  else
    (void)dw_files_below(reader->arena, path, &files, NULL);
  reader->found->excluded += files.excluded;
  for (size_t i = 0; i < files.count; i++) {
    reader->file = files.paths[i];
    reader->in_folder = reader->project && strcmp(reader->file, path) != 0;
    if (reader->project && dw_kustomize_is_patch(&reader->kustomize, reader->file))
      skip_patch(reader);
    else
      read_one(reader);
  }
  dw_unreadable_join(reader->arena, &reader->found->unreadable, &files.unreadable);
}

static void read_all(struct reader *reader, const struct dw_manifest_choice *choice) {
  reader->tail = &reader->found->first;
  reader->choice = choice;
  for (size_t i = 0; i < choice->count; i++)
    read_path(reader, choice->paths[i], choice->exclude);
}

int dw_manifests_read(struct dw_arena *arena, const char *const *paths, size_t count, struct dw_manifest **first,
                      struct dw_error *err) {
  struct dw_manifests found = {.first = NULL};
  struct reader reader = {.arena = arena, .found = &found};
  read_all(&reader, &(struct dw_manifest_choice){.paths = paths, .count = count});
  if (dw_unreadable_error(&found.unreadable, err) != 0)
    return -1;
  *first = found.first;
  return 0;
}

int dw_manifests_parse(struct dw_arena *arena, const char *file, const char *text, size_t length,
                       struct dw_manifest **first, struct dw_error *err) {
  struct dw_manifests found = {.first = NULL};
  struct reader reader = {.arena = arena, .file = file, .found = &found, .tail = &found.first};
  read_text(&reader, text, length);
  if (dw_unreadable_error(&found.unreadable, err) != 0)
    return -1;
  *first = found.first;
  return 0;
}

int dw_manifests_gather_text(struct dw_arena *arena, const char *file, const char *text, size_t length,
                             struct dw_manifests *out, struct dw_error *err) {
  *out = (struct dw_manifests){.first = NULL};
  struct reader reader = {.arena = arena, .file = file, .project = true, .found = out, .tail = &out->first};
  read_text(&reader, text, length);
  return dw_unreadable_error(&out->unreadable, err);
}

int dw_manifests_gather(struct dw_arena *arena, const struct dw_manifest_choice *choice, struct dw_manifests *out,
                        struct dw_error *err) {
  *out = (struct dw_manifests){.first = NULL};
  struct reader reader = {.arena = arena, .project = true, .kustomize = {.arena = arena}, .found = out};
  read_all(&reader, choice);
  return dw_unreadable_error(&out->unreadable, err);
}

/* Findings call the configuration spec.config even if it is elsewhere in the document. */
static const char *config_path(struct dw_arena *arena, const struct dw_manifest *manifest, const char *field) {
  static const char config[] = "spec.config";
  size_t length = sizeof config - 1;
  bool inside = strncmp(field, config, length) == 0 && (field[length] == '\0' || strchr(".[", field[length]) != NULL);
  return dw_arena_printf(arena, "%s.%s%s", manifest->path, manifest->config_key, inside ? field + length : "");
}

const char *dw_manifest_path(struct dw_arena *arena, const struct dw_manifest *manifest, const char *field) {
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
  const struct dw_yaml_spot found = {dw_manifest_path(arena, manifest, spot->field), spot->of_key, spot->line,
                                     spot->column};
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

void dw_manifest_unreadable(struct dw_arena *arena, struct dw_unreadables *list, const struct dw_manifest *manifest,
                            const struct dw_error *err) {
  dw_unreadable_add(arena, list, manifest->file, err, (struct dw_unreadable_text){NULL, 0});
}
