#include "lint/subjects.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/desired.h"
#include "lint/applied.h"
#include "lint/made.h"
#include "rules/engine.h"

enum dw_kind dw_kind_of_json(const dw_json *json) {
  return dw_kind_of_version(dw_json_get_string(json, "apiVersion"), dw_json_get_string(json, "kind"), false);
}

const char *dw_namespace_of_json(const dw_json *json, const char *fallback) {
  const char *ns = dw_json_get_string(dw_json_get(json, "metadata"), "namespace");
  return ns && *ns ? ns : fallback;
}

/* Returns false if the label that marks a migration network is not a string, such as `true` without quotes. The API
 * server rejects it, so whether the NAD is meant to be a migration network is not known. */
static bool label_is_readable(const dw_json *metadata) {
  const dw_json *labels = dw_json_get(metadata, "labels");
  enum dw_json_type type = dw_json_type(dw_json_get(labels, "droveway.io/migration-network"));
  return (dw_json_type(labels) <= DW_JSON_NULL || dw_json_type(labels) == DW_JSON_OBJECT) &&
         (type <= DW_JSON_NULL || type == DW_JSON_STRING);
}

/* Returns the object with a name. The API server appends five characters to generateName. */
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

/* Returns the kind in any letter case. No two kinds with rules differ in letter case only. */
static enum dw_kind kind_meant(const dw_json *json) {
  enum dw_kind kind =
      dw_kind_of_version(dw_json_get_string(json, "apiVersion"), dw_json_get_string(json, "kind"), true);
  return dw_kind_is_judged(kind) ? kind : dw_kind_of_json(json);
}

static bool is_left_out(struct dw_arena *arena, const struct dw_policy *policy, const struct dw_subject *subject) {
  return dw_kind_is_judged(subject->kind) &&
         (subject->manifest->template != NULL || dw_kind_of_json(subject->json) != subject->kind ||
          dw_is_unrendered(arena, policy, subject->kind, subject->json));
}

static int fill_subject(const struct dw_subjects *subjects, const struct dw_policy *policy,
                        const struct dw_manifest *manifest, struct dw_subject *out, struct dw_error *err) {
  struct dw_arena *arena = subjects->arena;
  const char *ns = subjects->ns;
  const dw_json *json = named(arena, manifest->json, subjects->count + 1);
  const dw_json *metadata = dw_json_get(json, "metadata");
  *out = (struct dw_subject){.manifest = manifest, .json = json, .kind = kind_meant(json)};
  out->ns = dw_kind_cluster_wide(out->kind) ? "" : dw_namespace_of_json(manifest->json, ns);
  out->name = dw_json_get_string(metadata, "name");
  if (!out->name)
    out->name = "";
  out->left_out = is_left_out(arena, policy, out);
  int status = !out->left_out ? dw_object_reduce(json, ns, &out->object, err) : 0;
  if (status != 0 && !dw_kind_is_judged(out->kind) && dw_is_unrendered(arena, policy, out->kind, json))
    return 0;
  if (status != 0 && !label_is_readable(metadata))
    return dw_manifest_error(manifest, "metadata.labels[droveway.io/migration-network]", err);
  if (status == 0 || (dw_kind_is_judged(out->kind) && *out->name))
    return 0; /* the rules report what is wrong with it, with its position */
  return dw_manifest_error(manifest, "", err);
}

/* The state's objects, sorted by kind, namespace and name. */
struct old_object {
  struct dw_identity id;
  const dw_json *json;
};
struct old_objects {
  struct old_object *items;
  size_t count;
};

int dw_by_identity(const void *a, const void *b) {
  const struct dw_identity *left = a;
  const struct dw_identity *right = b;
  if (left->kind != right->kind)
    return left->kind < right->kind ? -1 : 1;
  int order = strcmp(left->ns, right->ns);
  return order ? order : strcmp(left->name, right->name);
}

static struct old_objects index_old(struct dw_arena *arena, const struct dw_lint_state *state) {
  struct old_objects old = {dw_arena_array(arena, state->count + 1, sizeof *old.items), 0};
  for (size_t i = 0; i < state->count; i++) {
    const struct dw_object *object = state->objects[i];
    if (state->jsons[i])
      old.items[old.count++] = (struct old_object){{object->kind, object->namespace_, object->name}, state->jsons[i]};
  }
  qsort(old.items, old.count, sizeof *old.items, dw_by_identity);
  return old;
}

static const dw_json *find_old(const struct old_objects *old, const struct dw_subject *subject) {
  struct old_object key = {{subject->kind, subject->ns, subject->name}, NULL};
  const struct old_object *found = bsearch(&key, old->items, old->count, sizeof *old->items, dw_by_identity);
  return found ? found->json : NULL;
}

/* NADs come before the objects that name them; otherwise they stay in the order of the manifests. */
static int by_application(const void *a, const void *b) {
  const struct dw_subject *left = a;
  const struct dw_subject *right = b;
  int users_last = (left->kind != DW_KIND_NAD) - (right->kind != DW_KIND_NAD);
  if (users_last)
    return users_last;
  return left->order < right->order ? -1 : left->order > right->order;
}

static void read_subjects(struct dw_subjects *out, struct dw_manifest *manifests, const struct dw_policy *policy,
                          const char *ns) {
  size_t all = 0;
  out->ns = ns != NULL ? ns : policy->namespace_;
  dw_lint_made_unfold(out->arena, manifests);
  for (const struct dw_manifest *m = manifests; m; m = m->next)
    all++;
  out->items = dw_arena_array(out->arena, all + 1, sizeof *out->items);
  for (const struct dw_manifest *m = manifests; m; m = m->next) {
    struct dw_subject subject;
    struct dw_error err = DW_ERROR_INIT;
    if (fill_subject(out, policy, m, &subject, &err) != 0) {
      dw_manifest_unreadable(out->arena, &out->read.unreadable, m, &err);
      continue;
    }
    subject.order = out->count + 1;
    if (subject.kind != DW_KIND_OTHER)
      out->items[out->count++] = subject;
  }
  qsort(out->items, out->count, sizeof *out->items, by_application);
  for (size_t i = 0; i < out->count; i++)
    out->items[i].order = i + 1;
}

/* --- NICs that NodeNetworkConfigurationPolicies among the manifests will create --- */

struct named_node {
  const char *name; /* first, for dw_by_name() */
  const struct dw_object *node;
};

static const dw_json **collect_desired(struct dw_arena *arena, const struct dw_manifest *manifests, size_t *count) {
  size_t all = 0;
  for (const struct dw_manifest *m = manifests; m; m = m->next)
    all++;
  const dw_json **policies = dw_arena_array(arena, all + 1, sizeof(const dw_json *));
  *count = 0;
  for (const struct dw_manifest *m = manifests; m; m = m->next)
    if (m->template == NULL && dw_desired_is(m->json))
      policies[(*count)++] = m->json;
  return policies;
}

/* The Nodes among OBJECTS[COUNT]; of two with one name, either. */
static struct named_node *sort_nodes(struct dw_arena *arena, const struct dw_object *const *objects, size_t count,
                                     size_t *node_count) {
  struct named_node *nodes = dw_arena_array(arena, count + 1, sizeof *nodes);
  *node_count = 0;
  for (size_t i = 0; i < count; i++)
    if (objects[i]->kind == DW_KIND_NODE)
      nodes[(*node_count)++] = (struct named_node){objects[i]->name, objects[i]};
  qsort(nodes, *node_count, sizeof *nodes, dw_by_name);
  return nodes;
}

/* Replaces the NodeNetworkStates among OBJECTS[COUNT] by those that result when the policies among the manifests are
 * applied. The new objects are added to MADE, and the caller owns them. Returns their number. */
static size_t apply_desired(const struct dw_subjects *subjects, const struct dw_object **objects, size_t count,
                            const struct dw_object **made) {
  size_t policy_count;
  size_t node_count;
  size_t made_count = 0;
  const dw_json **policies = collect_desired(subjects->arena, subjects->read.first, &policy_count);
  if (policy_count == 0)
    return 0;
  const struct named_node *nodes = sort_nodes(subjects->arena, objects, count, &node_count);
  for (size_t i = 0; i < count; i++) {
    if (objects[i]->kind != DW_KIND_NODE_NETWORK_STATE)
      continue;
    const struct named_node *found = dw_find_by_name(objects[i]->name, nodes, node_count, sizeof *nodes);
    objects[i] = dw_desired_apply(objects[i], found == NULL ? NULL : found->node, policies, policy_count);
    made[made_count++] = objects[i];
  }
  return made_count;
}

static void build_world(struct dw_subjects *out, struct dw_policy *policy, const struct dw_lint_state *state) {
  size_t room = state->count + out->count + 1;
  const struct dw_object **objects = dw_arena_array(out->arena, room, sizeof(const struct dw_object *));
  const struct dw_object **made = dw_arena_array(out->arena, room, sizeof(const struct dw_object *));
  struct dw_view_source source = {.objects = objects, .count = state->count};
  if (state->count)
    memcpy(objects, state->objects, state->count * sizeof *objects);
  memcpy(source.knowledge, state->knowledge, sizeof source.knowledge);
  for (size_t i = 0; i < out->count; i++)
    if (out->items[i].object)
      objects[source.count++] = out->items[i].object;
  size_t made_count = apply_desired(out, objects, source.count, made);
  dw_lint_made_add(out, state, policy, &source);
  out->world = dw_world_build(policy, &source);
  for (size_t i = 0; i < made_count; i++)
    dw_object_unref(made[i]);
  for (size_t i = 0; i < out->count; i++)
    if (out->items[i].kind == DW_KIND_NAD)
      dw_view_set_order(out->world->view, out->items[i].ns, out->items[i].name, out->items[i].order);
}

/* Applies a HyperConverged or KubeVirt over the existing one. If the result can't be read, the subject keeps its
 * object, and the rules report why. */
static void apply_over(struct dw_arena *arena, struct dw_subject *subject) {
  bool user = subject->kind == DW_KIND_HYPERCONVERGED || subject->kind == DW_KIND_KUBEVIRT;
  const struct dw_object *applied = NULL;
  if (!user || subject->old == NULL || subject->object == NULL)
    return;
  subject->json = dw_as_applied(arena, subject->json, subject->old);
  if (dw_object_reduce(subject->json, subject->ns, &applied, NULL) != 0)
    return;
  dw_object_unref(subject->object);
  subject->object = applied;
}

/* Returns POLICY, or a copy for the namespace where KubeVirt runs in the state or else in the manifests. It uses the
 * JSON of the manifests because they are reduced only after the namespace is known. Takes over the reference to POLICY.
 */
static struct dw_policy *choose_namespace(struct dw_subjects *out, struct dw_policy *policy,
                                          const struct dw_lint_state *state, const struct dw_manifest *manifests,
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
    named[count] =
        (struct dw_object){.kind = dw_kind_of_json(m->json), .namespace_ = dw_namespace_of_json(m->json, given)};
    if (named[count].namespace_ != NULL && dw_is_dns_label(named[count].namespace_)) {
      users[count] = &named[count];
      count++;
    }
  }
  if (ns == NULL)
    ns = dw_kubevirt_namespace(users, count);
  return ns == NULL ? policy : dw_policy_in(policy, ns);
}

static void attach_comments(struct dw_subjects *out) {
  struct dw_subject_list *all = dw_arena_alloc(out->arena, sizeof *all);
  *all = (struct dw_subject_list){out->items, out->count};
  out->comments = dw_lint_comments(out->arena, out->read.first);
  for (size_t i = 0; i < out->count; i++) {
    struct dw_subject *subject = &out->items[i];
    subject->all = all;
    subject->comments = dw_lint_comments_of(out->comments, subject->manifest);
    if (subject->comments != NULL)
      subject->comments->incomplete |= subject->left_out;
  }
}

int dw_subjects_build(struct dw_subjects *out, struct dw_policy *policy, const struct dw_lint_state *state,
                      const char *ns, struct dw_error *err) {
  policy = choose_namespace(out, policy, state, out->read.first, ns);
  read_subjects(out, out->read.first, policy, ns);
  struct old_objects old = index_old(out->arena, state);
  for (size_t i = 0; i < out->count; i++) {
    out->items[i].old = find_old(&old, &out->items[i]);
    apply_over(out->arena, &out->items[i]);
  }
  build_world(out, policy, state);
  attach_comments(out);
  return dw_unreadable_error(&out->read.unreadable, err);
}

void dw_subjects_free(struct dw_subjects *subjects) {
  for (size_t i = 0; i < subjects->count; i++)
    dw_object_unref(subjects->items[i].object);
  dw_world_unref(subjects->world);
  dw_arena_free(subjects->arena);
  *subjects = (struct dw_subjects){0};
}
