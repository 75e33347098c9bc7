#include "rules/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "rules/nad_internal.h"
#include "rules/rules_internal.h"
#include "json/json_write.h"

static void add_field(struct dw_buf *fields, const char *field) {
  dw_buf_printf(fields, "%s%s", fields->length == 0 ? "" : ",", field);
}

/* --- the configuration text of a NAD --- */

static const char config_field[] = "spec.config";
static const char default_mode[] = "bridge";

/* Each plugin costs a pass over the text; no real chain of plugins is nearly this long. */
enum { PLUGINS_MAX = 32, ROOT_ADDITIONS = 3, EDITS_MAX = 2 * PLUGINS_MAX + ROOT_ADDITIONS + 1 };

struct edit {
  struct dw_span span; /* what is replaced; empty for an insertion */
  const char *text;
};

struct filling {
  struct dw_arena *arena;
  const struct dw_cni_config *config;
  struct edit edits[EDITS_MAX];
  size_t count;
  struct dw_buf fields;
};

/* A member that an object should have. */
struct addition {
  const char *key;
  const struct dw_value *value;
  const char *text;
};

/* If the key exists in another letter case, adding it would make it ambiguous. */
static bool may_add(const struct filling *f, const char *key) {
  return dw_json_get(f->config->json, key) != NULL || dw_json_get_fold(f->config->json, key, NULL) == NULL;
}

/* Replaces null or "" by the text of the addition. */
static void replace(struct filling *f, const char *path, const struct addition *addition) {
  struct dw_json_place place;
  const char *member = *path == '\0' ? addition->key : dw_arena_join(f->arena, path, ".", addition->key);
  if (!dw_json_locate(f->config->text, f->config->length, member, &place))
    return;
  f->edits[f->count++] =
      (struct edit){{place.value.offset, place.value.length}, dw_json_quote(f->arena, addition->text)};
  add_field(&f->fields, addition->value->field);
}

static size_t white_space_at(const struct filling *f, size_t offset) {
  size_t end = offset;
  while (end < f->config->length && dw_is_blank(f->config->text[end]))
    end++;
  return end - offset;
}

/* Adds the missing members to the object at PATH. They go directly after its brace, each preceded by the white space
 * that follows the brace, so that the layout of the text is kept. */
static void fill_object(struct filling *f, const char *path, const struct addition *additions, size_t count) {
  struct dw_json_place object;
  if (!dw_json_locate(f->config->text, f->config->length, path, &object))
    return;
  struct dw_buf added = DW_BUF_IN(f->arena);
  size_t offset = object.value.offset + 1;
  size_t blanks = white_space_at(f, offset);
  for (size_t i = 0; i < count; i++) {
    if (additions[i].value->json != NULL) {
      replace(f, path, &additions[i]);
      continue;
    }
    dw_buf_puts(&added, added.length == 0 ? "" : ",");
    dw_buf_add(&added, f->config->text + offset, blanks);
    dw_buf_printf(&added, "\"%s\":%s%s", additions[i].key, blanks == 0 ? "" : " ",
                  dw_json_quote(f->arena, additions[i].text));
    add_field(&f->fields, additions[i].value->field);
  }
  if (added.length == 0)
    return;
  dw_buf_puts(&added, object.empty ? "" : ",");
  f->edits[f->count++] = (struct edit){{offset, 0}, dw_buf_text(&added)};
}

static bool lacks_mode(const struct dw_cni_plugin *plugin) {
  return plugin->is_object && strcmp(plugin->type_name, "macvlan") == 0 && dw_nad_is_blank(&plugin->mode);
}

static void fill_root(struct filling *f, const char *name) {
  const struct dw_cni_config *config = f->config;
  struct addition additions[ROOT_ADDITIONS];
  size_t count = 0;
  if (*name != '\0' && dw_nad_is_blank(&config->name) && may_add(f, "name"))
    additions[count++] = (struct addition){"name", &config->name, name};
  if (dw_nad_is_blank(&config->version) && (!config->is_list || may_add(f, "cniVersion")))
    additions[count++] = (struct addition){"cniVersion", &config->version, dw_nad_version_for(config)};
  if (!config->is_list && config->plugin_count > 0 && lacks_mode(&config->plugins[0]))
    additions[count++] = (struct addition){"mode", &config->plugins[0].mode, default_mode};
  if (count > 0)
    fill_object(f, "", additions, count);
}

static void fill_plugins(struct filling *f) {
  const struct dw_cni_config *config = f->config;
  if (!config->is_list || config->plugin_count > PLUGINS_MAX)
    return;
  for (size_t i = 0; i < config->plugin_count; i++) {
    const struct dw_cni_plugin *plugin = &config->plugins[i];
    struct addition addition = {"mode", &plugin->mode, default_mode};
    if (lacks_mode(plugin))
      fill_object(f, plugin->field + strlen(config_field) + 1, &addition, 1);
  }
}

static int by_offset(const void *a, const void *b) {
  const struct edit *x = a;
  const struct edit *y = b;
  return (x->span.offset > y->span.offset) - (x->span.offset < y->span.offset);
}

static const char *edited(struct filling *f) {
  struct dw_buf out = DW_BUF_IN(f->arena);
  size_t at = 0;
  qsort(f->edits, f->count, sizeof *f->edits, by_offset);
  for (size_t i = 0; i < f->count; i++) {
    const struct edit *edit = &f->edits[i];
    dw_buf_add(&out, f->config->text + at, edit->span.offset - at);
    dw_buf_puts(&out, edit->text);
    at = edit->span.offset + edit->span.length;
  }
  dw_buf_add(&out, f->config->text + at, f->config->length - at);
  return dw_buf_text(&out);
}

const char *dw_fill_config(struct dw_arena *arena, const struct dw_cni_config *config, const char *name,
                           const char **fields) {
  if (config->state != DW_CONFIG_OK || config->duplicate_count > 0)
    return NULL;
  struct filling f = {.arena = arena, .config = config, .fields = DW_BUF_IN(arena)};
  fill_root(&f, name);
  fill_plugins(&f);
  const char *text = f.count == 0 ? NULL : edited(&f);
  if (text != NULL)
    *fields = dw_buf_text(&f.fields);
  return text;
}

/* --- the live-migration block --- */

/* The limits for which the policy has a default and the object no value. */
struct gaps {
  enum dw_limit items[DW_LIMIT_COUNT];
  size_t count;
};

static struct gaps gaps_of(const struct dw_policy *policy, const struct dw_migration_config *config) {
  struct gaps gaps = {.count = 0};
  for (enum dw_limit i = 0; i < DW_LIMIT_COUNT; i++) {
    if (policy->defaults[i].set && !dw_value_given(&config->limits[i]))
      gaps.items[gaps.count++] = i;
  }
  return gaps;
}

/* Adds one operation for each missing limit of an existing block. */
static void fill_members(const struct dw_policy *policy, const struct gaps *gaps,
                         const struct dw_migration_config *config, const char *block, struct dw_patch *patch) {
  for (size_t i = 0; i < gaps->count; i++) {
    enum dw_limit limit = gaps->items[i];
    struct dw_buf pointer = DW_BUF_IN(patch->ops.arena);
    struct dw_buf value = DW_BUF_IN(patch->ops.arena);
    struct dw_json_writer w = DW_JSON_WRITER(&value);
    dw_buf_puts(&pointer, block);
    dw_pointer_add(&pointer, dw_limit_names[limit]);
    dw_json_put_int(&w, policy->defaults[limit].value);
    bool absent = dw_json_type(config->limits[limit].json) == DW_JSON_ABSENT;
    dw_patch_op(patch, absent ? "add" : "replace", dw_buf_text(&pointer), dw_buf_text(&value));
  }
}

/* Writes the block with all missing limits, inside the parents that REST names ("liveMigrationConfig"; "" for none). */
static void write_block(struct dw_json_writer *w, const struct dw_policy *policy, const struct gaps *gaps,
                        struct dw_arena *arena, const char *rest) {
  size_t opened = 0;
  while (*rest != '\0') {
    size_t length = strcspn(rest, ".");
    dw_json_begin_object(w);
    dw_json_key(w, dw_arena_strndup(arena, rest, length));
    opened++;
    rest += length + (rest[length] == '.');
  }
  dw_json_begin_object(w);
  for (size_t i = 0; i < gaps->count; i++)
    dw_json_member_int(w, dw_limit_names[gaps->items[i]], policy->defaults[gaps->items[i]].value);
  dw_json_end_object(w);
  while (opened-- > 0)
    dw_json_end_object(w);
}

static const char *fields_of(struct dw_arena *arena, const struct gaps *gaps,
                             const struct dw_migration_config *config) {
  struct dw_buf fields = DW_BUF_IN(arena);
  for (size_t i = 0; i < gaps->count; i++)
    add_field(&fields, config->limits[gaps->items[i]].field);
  return dw_buf_text(&fields);
}

void dw_fill_limits(struct dw_arena *arena, const struct dw_policy *policy, const dw_json *object,
                    const struct dw_migration_config *config, struct dw_patch *patch, const char **fields) {
  *fields = NULL;
  struct gaps gaps = gaps_of(policy, config);
  if (gaps.count == 0 || config->wrong_type_field != NULL)
    return;
  *fields = fields_of(arena, &gaps, config);
  struct dw_buf pointer = DW_BUF_IN(arena);
  const char *rest = config->block_field;
  while (*rest != '\0') {
    size_t length = strcspn(rest, ".");
    const char *key = dw_arena_strndup(arena, rest, length);
    const dw_json *member = dw_json_get(object, key);
    rest += length + (rest[length] == '.');
    dw_pointer_add(&pointer, key);
    if (dw_json_type(member) == DW_JSON_OBJECT) {
      object = member;
      continue;
    }
    struct dw_buf value = DW_BUF_IN(arena);
    struct dw_json_writer w = DW_JSON_WRITER(&value);
    write_block(&w, policy, &gaps, arena, rest);
    bool absent = dw_json_type(member) == DW_JSON_ABSENT;
    dw_patch_op(patch, absent ? "add" : "replace", dw_buf_text(&pointer), dw_buf_text(&value));
    return;
  }
  fill_members(policy, &gaps, config, dw_buf_text(&pointer), patch);
}

/* --- the answer of /mutate --- */

static void mutate_nad(struct dw_check *check, const dw_json *object, struct dw_patch *patch, const char **fields) {
  if (!check->policy->mutate_nads)
    return;
  dw_check_load(check, object, NULL);
  if (!check->class.migration)
    return;
  const char *text = dw_fill_config(check->arena, check->config, check->name, fields);
  if (text == NULL)
    return;
  dw_patch_op(patch, "replace", "/spec/config", dw_json_quote(check->arena, text));
}

static void mutate_limits(struct dw_check *check, const dw_json *object, struct dw_patch *patch, const char **fields) {
  dw_check_load(check, object, NULL);
  /* KubeVirt's own defaults are better than these: with 800 s per GiB, a failing migration of 64 GiB runs for 14 hours.
   * A limit that a MigrationPolicy omits is the cluster's. And HyperConverged's operator would revert changes to the
   * KubeVirt that it manages. */
  if (check->kind == DW_KIND_MIGRATION_POLICY ||
      (check->kind == DW_KIND_KUBEVIRT && (!check->policy->mutate_kubevirts || check->migration->hco_managed)))
    return;
  dw_fill_limits(check->arena, check->policy, object, check->migration, patch, fields);
}

/* A subresource (status) does not write the spec, so there is nothing to fill in. */
static bool is_for_mutation(const struct dw_request *request) {
  bool writes = request->operation == DW_OP_CREATE || request->operation == DW_OP_UPDATE;
  return writes && *request->subresource == '\0' && !dw_request_deleting(request);
}

static void answer_patch(struct dw_arena *arena, const struct dw_patch *patch, struct dw_answer *answer) {
  struct dw_buf text = DW_BUF_IN(arena);
  dw_patch_write(patch, &text);
  answer->patch = dw_buf_text(&text);
  answer->patch_length = text.length;
}

static void answer_note(struct dw_arena *arena, const char *note, struct dw_answer *answer) {
  answer->warnings = dw_arena_array(arena, 1, sizeof *answer->warnings);
  answer->warnings[0] = note;
  answer->warning_count = 1;
}

void dw_mutate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
               struct dw_answer *answer) {
  *answer = (struct dw_answer){.allowed = true};
  const char *note = dw_request_note(arena, request);
  if (note != NULL) {
    answer_note(arena, note, answer);
    return;
  }
  if (!is_for_mutation(request))
    return;
  struct dw_check check = dw_check_new(arena, world, request, SIZE_MAX);
  struct dw_patch patch = DW_PATCH_IN(arena);
  const char *fields = NULL;
  if (check.kind == DW_KIND_NAD)
    mutate_nad(&check, request->object, &patch, &fields);
  else
    mutate_limits(&check, request->object, &patch, &fields);
  if (patch.count == 0)
    return;
  answer_patch(arena, &patch, answer);
  answer->defaulted = fields;
}
