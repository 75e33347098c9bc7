#include "cli/subjects.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/applied.h"
#include "cli/made.h"
#include "cli/state.h"
#include "rules/engine.h"

enum dw_kind cli_kind_of(const dw_json *json) {
  return dw_kind_of_version(dw_json_get_string(json, "apiVersion"), dw_json_get_string(json, "kind"), false);
}

const char *cli_namespace_of(const dw_json *json, const char *fallback) {
  const char *ns = dw_json_get_string(dw_json_get(json, "metadata"), "namespace");
  return ns && *ns ? ns : fallback;
}

static int place_error(const struct dw_manifest *manifest, const char *field, struct dw_error *err) {
  struct dw_place place = dw_manifest_find(manifest, &(struct dw_manifest_spot){.field = field});
  err->line = place.line;
  err->column = place.column;
  return dw_error_in_file(err, manifest->file);
}

/* A label that is no string (`true` without quotes) would make another network of the NAD, if the API server took it.
 */
static bool label_is_readable(const dw_json *metadata) {
  const dw_json *labels = dw_json_get(metadata, "labels");
  enum dw_json_type type = dw_json_type(dw_json_get(labels, "droveway.io/migration-network"));
  return (dw_json_type(labels) <= DW_JSON_NULL || dw_json_type(labels) == DW_JSON_OBJECT) &&
         (type <= DW_JSON_NULL || type == DW_JSON_STRING);
}

/* The manifest's object with a name as the API server makes it of generateName: five characters behind it. */
static const dw_json *named(struct dw_arena *arena, const dw_json *json, size_t number) {
  const dw_json *metadata = dw_json_get(json, "metadata");
  const char *prefix = dw_json_get_string(metadata, "generateName");
  const char *name = dw_json_get_string(metadata, "name");
  if (!prefix || !*prefix || (name && *name))
    return json;
  const char *made = dw_arena_printf(arena, "%s%05zu", prefix, number);
  const dw_json *value = dw_json_new_string(arena, made, strlen(made));
  return dw_json_with(arena, json, "metadata", dw_json_with(arena, metadata, "name", value));
}

/* In any letter case: a kind that has rules is the only one with such a name in its group. */
static enum dw_kind kind_meant(const dw_json *json) {
  enum dw_kind kind =
      dw_kind_of_version(dw_json_get_string(json, "apiVersion"), dw_json_get_string(json, "kind"), true);
  return dw_kind_is_judged(kind) ? kind : cli_kind_of(json);
}

static int fill_subject(const struct cli_subjects *subjects, const struct dw_policy *policy,
                        const struct dw_manifest *manifest, struct cli_subject *out, struct dw_error *err) {
  struct dw_arena *arena = subjects->arena;
  const char *ns = subjects->ns;
  const dw_json *json = named(arena, manifest->json, subjects->count + 1);
  const dw_json *metadata = dw_json_get(json, "metadata");
  *out = (struct cli_subject){.manifest = manifest, .json = json, .kind = kind_meant(json)};
  out->ns = dw_kind_cluster_wide(out->kind) ? "" : cli_namespace_of(manifest->json, ns);
  out->name = dw_json_get_string(metadata, "name");
  if (!out->name)
    out->name = "";
  out->left_out = cli_made_leaves_out(arena, policy, out);
  int status = !out->left_out ? dw_object_reduce(json, ns, &out->object, err) : 0;
  if (status != 0 && !dw_kind_is_judged(out->kind) && dw_is_unrendered(arena, policy, out->kind, json))
    return 0;
  if (status != 0 && !label_is_readable(metadata))
    return place_error(manifest, "metadata.labels[droveway.io/migration-network]", err);
  if (status == 0 || (dw_kind_is_judged(out->kind) && *out->name))
    return 0; /* the rules tell what is wrong with it, at its place */
  return place_error(manifest, "", err);
}

/* The state folder's objects by kind, namespace and name. */
struct old_object {
  struct cli_identity id;
  const dw_json *json;
};
struct old_objects {
  struct old_object *items;
  size_t count;
};

int cli_by_identity(const void *a, const void *b) {
  const struct cli_identity *left = a;
  const struct cli_identity *right = b;
  if (left->kind != right->kind)
    return left->kind < right->kind ? -1 : 1;
  int order = strcmp(left->ns, right->ns);
  return order ? order : strcmp(left->name, right->name);
}

static struct old_objects index_old(struct dw_arena *arena, const struct cli_state *state) {
  struct old_objects old = {dw_arena_array(arena, state->count + 1, sizeof *old.items), 0};
  for (size_t i = 0; i < state->count; i++) {
    const struct dw_object *object = state->objects[i];
    if (state->jsons[i])
      old.items[old.count++] = (struct old_object){{object->kind, object->namespace_, object->name}, state->jsons[i]};
  }
  qsort(old.items, old.count, sizeof *old.items, cli_by_identity);
  return old;
}

static const dw_json *find_old(const struct old_objects *old, const struct cli_subject *subject) {
  struct old_object key = {{subject->kind, subject->ns, subject->name}, NULL};
  const struct old_object *found = bsearch(&key, old->items, old->count, sizeof *old->items, cli_by_identity);
  return found ? found->json : NULL;
}

/* NADs before those who name them, each in the order of the manifests. */
static int by_application(const void *a, const void *b) {
  const struct cli_subject *left = a;
  const struct cli_subject *right = b;
  int users_last = (left->kind != DW_KIND_NAD) - (right->kind != DW_KIND_NAD);
  if (users_last)
    return users_last;
  return left->order < right->order ? -1 : left->order > right->order;
}

static int read_subjects(struct cli_subjects *out, struct dw_manifest *manifests, const struct dw_policy *policy,
                         const char *ns, struct dw_error *err) {
  size_t all = 0;
  out->ns = ns != NULL ? ns : policy->namespace_;
  cli_made_unfold(out->arena, manifests);
  for (const struct dw_manifest *m = manifests; m; m = m->next)
    all++;
  out->items = dw_arena_array(out->arena, all + 1, sizeof *out->items);
  for (const struct dw_manifest *m = manifests; m; m = m->next) {
    struct cli_subject subject;
    if (fill_subject(out, policy, m, &subject, err) != 0)
      return -1;
    subject.order = out->count + 1;
    if (subject.kind != DW_KIND_OTHER)
      out->items[out->count++] = subject;
  }
  qsort(out->items, out->count, sizeof *out->items, by_application);
  for (size_t i = 0; i < out->count; i++)
    out->items[i].order = i + 1;
  return 0;
}

static void build_world(struct cli_subjects *out, struct dw_policy *policy, const struct cli_state *state) {
  const struct dw_object **objects =
      dw_arena_array(out->arena, state->count + out->count + 1, sizeof(const struct dw_object *));
  struct dw_view_source source = {.objects = objects, .count = state->count};
  if (state->count)
    memcpy(objects, state->objects, state->count * sizeof *objects);
  memcpy(source.knowledge, state->gaps.knowledge, sizeof source.knowledge);
  for (size_t i = 0; i < out->count; i++)
    if (out->items[i].object)
      objects[source.count++] = out->items[i].object;
  cli_made_add(out, state, policy, &source);
  out->world = dw_world_build(policy, &source);
  for (size_t i = 0; i < out->count; i++)
    if (out->items[i].kind == DW_KIND_NAD)
      dw_view_set_order(out->world->view, out->items[i].ns, out->items[i].name, out->items[i].order);
}

/* An object that can't be read stays so: the rules say why. */
static void apply_over(struct dw_arena *arena, struct cli_subject *subject) {
  bool user = subject->kind == DW_KIND_HYPERCONVERGED || subject->kind == DW_KIND_KUBEVIRT;
  const struct dw_object *applied = NULL;
  if (!user || subject->old == NULL || subject->object == NULL)
    return;
  subject->json = cli_as_applied(arena, subject->json, subject->old);
  if (dw_object_reduce(subject->json, subject->ns, &applied, NULL) != 0)
    return;
  dw_object_unref(subject->object);
  subject->object = applied;
}

/* Takes POLICY over. */
static void set_beside(struct cli_subjects *out, struct dw_policy *policy, const struct cli_state *state) {
  struct old_objects old = index_old(out->arena, state);
  for (size_t i = 0; i < out->count; i++) {
    out->items[i].old = find_old(&old, &out->items[i]);
    apply_over(out->arena, &out->items[i]);
  }
  build_world(out, policy, state);
}

/* The namespace where KubeVirt runs, as the cluster and then the manifests tell it. Manifests are not reduced yet:
 * where those go that name no namespace hangs on this. Takes POLICY over. */
static struct dw_policy *settle_namespace(struct cli_subjects *out, struct dw_policy *policy,
                                          const struct cli_state *state, const struct dw_manifest *manifests,
                                          const char *given) {
  if (policy->namespace_known)
    return policy;
  const char *ns = dw_kubevirt_namespace(state->objects, state->count);
  size_t count = 0;
  for (const struct dw_manifest *m = manifests; m != NULL; m = m->next)
    count++;
  struct dw_object *named = dw_arena_array(out->arena, count, sizeof *named);
  const struct dw_object **users = dw_arena_array(out->arena, count, sizeof *users);
  count = 0;
  for (const struct dw_manifest *m = manifests; m != NULL; m = m->next) {
    named[count] = (struct dw_object){.kind = cli_kind_of(m->json), .namespace_ = cli_namespace_of(m->json, given)};
    if (named[count].namespace_ != NULL && dw_is_dns_label(named[count].namespace_)) {
      users[count] = &named[count];
      count++;
    }
  }
  if (ns == NULL)
    ns = dw_kubevirt_namespace(users, count);
  return ns == NULL ? policy : dw_policy_in(policy, ns);
}

static int load_with_policy(struct cli_subjects *out, struct dw_policy *policy,
                            const struct cli_manifest_arguments *arguments, struct dw_manifest *manifests,
                            struct dw_error *err) {
  struct cli_state_query query = {&arguments->world, policy->namespace_, CLI_KEEP_JUDGED};
  struct cli_state state = {.objects = NULL};
  int status = cli_state_read(out->arena, &query, &state, err);
  policy = settle_namespace(out, policy, &state, manifests, arguments->ns);
  if (status == 0)
    status = read_subjects(out, manifests, policy, arguments->ns, err);
  if (status == 0)
    set_beside(out, policy, &state);
  else
    dw_policy_free(policy);
  cli_state_free(&state);
  return status;
}

int cli_subjects_load(const struct cli_manifest_arguments *arguments, struct cli_subjects *out, struct dw_error *err) {
  struct dw_sources sources = cli_sources(&arguments->world);
  struct dw_policy *policy = dw_policy_load(&sources, err);
  if (!policy)
    return -1;
  *out = (struct cli_subjects){.arena = dw_arena_new(0)};
  int status = dw_manifests_gather(out->arena, arguments->paths, arguments->path_count, &out->read, err);
  if (status != 0)
    dw_policy_free(policy);
  else
    status = load_with_policy(out, policy, arguments, out->read.first, err);
  if (status != 0)
    cli_subjects_free(out);
  return status;
}

static struct dw_policy *policy_of(const char *text, struct dw_error *err) {
  struct dw_sources sources = cli_sources(&(struct cli_world_options){.policy = NULL});
  return text ? dw_policy_parse(text, strlen(text), "policy.yaml", sources.rules, sources.rule_count, err)
              : dw_policy_default();
}

static int read_state_text(const struct cli_texts *texts, struct dw_arena *arena, const char *ns,
                           struct cli_state *state, struct dw_error *err) {
  struct cli_state_query query = {.ns = ns, .keep = CLI_KEEP_JUDGED};
  struct dw_manifest *manifests = NULL;
  if (!texts->state)
    return 0;
  if (dw_manifests_parse(arena, "state.yaml", texts->state, &manifests, err) != 0)
    return -1;
  return cli_state_of(&query, manifests, state, err);
}

/* POLICY may be another afterwards. */
static int read_texts(const struct cli_texts *texts, struct dw_policy **policy, struct cli_subjects *out,
                      struct cli_state *state, struct dw_error *err) {
  struct dw_manifest *manifests = NULL;
  if (read_state_text(texts, out->arena, (*policy)->namespace_, state, err) != 0 ||
      dw_manifests_parse(out->arena, texts->name, texts->manifests, &manifests, err) != 0)
    return -1;
  out->read.first = manifests;
  *policy = settle_namespace(out, *policy, state, manifests, NULL);
  return read_subjects(out, manifests, *policy, NULL, err);
}

int cli_subjects_of_texts(const struct cli_texts *texts, struct cli_subjects *out, struct dw_error *err) {
  struct dw_policy *policy = policy_of(texts->policy, err);
  if (!policy)
    return -1;
  *out = (struct cli_subjects){.arena = dw_arena_new(0)};
  struct cli_state state = {.objects = NULL};
  int status = read_texts(texts, &policy, out, &state, err);
  if (status == 0) {
    set_beside(out, policy, &state);
  } else {
    dw_policy_free(policy);
    cli_subjects_free(out);
  }
  cli_state_free(&state);
  return status;
}

void cli_subjects_free(struct cli_subjects *subjects) {
  for (size_t i = 0; i < subjects->count; i++)
    dw_object_unref(subjects->items[i].object);
  dw_world_unref(subjects->world);
  dw_arena_free(subjects->arena);
  *subjects = (struct cli_subjects){0};
}
