#include "files/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "files/files.h"
#include "files/manifests.h"
#include "json/json_select.h"

struct objects {
  const struct dw_object **items;
  size_t count, capacity;
};

static void push_object(struct objects *objects, const struct dw_object *object) {
  objects->items = dw_more(objects->items, objects->count, &objects->capacity, sizeof *objects->items);
  objects->items[objects->count++] = object;
}

/* --- large lists --- */

struct list_reading {
  const char *default_namespace;
  struct objects *objects;
};

static bool has_text(const dw_json *json, const char *key) {
  const char *text = dw_json_get_string(json, key);
  return text != NULL && *text != '\0';
}

static bool is_list(const dw_json *json) {
  const char *kind = dw_json_get_string(json, "kind");
  return kind != NULL && dw_has_suffix(kind, "List");
}

static int add_item(void *context, const dw_json *json) {
  struct list_reading *reading = context;
  const struct dw_object *object = NULL;
  if (!has_text(json, "apiVersion") || is_list(json) ||
      dw_object_reduce(json, reading->default_namespace, &object, NULL) != 0)
    return -1;
  if (object != NULL)
    push_object(reading->objects, object);
  return 0;
}

static void drop_after(struct objects *objects, size_t count) {
  while (objects->count > count)
    dw_object_unref(objects->items[--objects->count]);
}

/* The output of `kubectl get -o json` for a large cluster is hundreds of megabytes, of which the rules read little.
 * Here it is read without creating values for the rest. Returns false, and adds nothing, if FILE contains something
 * else or an error; it is then read in the ordinary way, which reports errors. */
static bool read_list(const char *file, struct list_reading *reading) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_json_stream stream = {"items", dw_object_paths, DW_JSON_UNIQUE_KEYS, add_item, reading};
  size_t before = reading->objects->count;
  size_t length = 0;
  const char *text = dw_has_suffix(file, ".json") ? dw_read_file(arena, file, 0, &length, NULL) : NULL;
  const dw_json *root = text == NULL ? NULL : dw_json_read_stream(arena, text, length, &stream);
  if (root != NULL && has_text(root, "apiVersion") && is_list(root))
    return true;
  drop_after(reading->objects, before);
  return false;
}

/* --- other files --- */

static void reduce_file(const char *file, const char *default_namespace, struct objects *objects, struct dw_arena *kept,
                        struct dw_unreadables *unreadable) {
  if (read_list(file, &(struct list_reading){default_namespace, objects}))
    return;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifest *manifest = NULL;
  struct dw_error err = DW_ERROR_INIT;
  if (dw_manifests_read(arena, &file, 1, &manifest, &err) != 0)
    dw_unreadable_add(kept, unreadable, file, &err, (struct dw_unreadable_text){NULL, 0});
  for (; manifest; manifest = manifest->next) {
    const struct dw_object *object = NULL;
    if (dw_object_reduce(manifest->json, default_namespace, &object, &err) != 0) {
      dw_manifest_error(manifest, "", &err);
      dw_unreadable_add(kept, unreadable, file, &err, (struct dw_unreadable_text){NULL, 0});
    } else if (object) {
      push_object(objects, object);
    }
  }
}

int dw_state_objects(const char *folder, const char *default_namespace, const struct dw_object ***objects,
                     size_t *count, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_file_list files = {.paths = NULL};
  (void)dw_files_below(arena, folder, &files, NULL);
  struct objects all = {*objects, *count, *count};
  struct dw_unreadables unreadable = {.items = NULL};
  for (size_t i = 0; i < files.count; i++)
    reduce_file(files.paths[i], default_namespace, &all, arena, &unreadable);
  dw_unreadable_join(arena, &unreadable, &files.unreadable);
  *objects = all.items;
  *count = all.count;
  return dw_unreadable_error(&unreadable, err);
}

static struct dw_policy *load_policy(const struct dw_sources *sources, struct dw_error *err) {
  if (!sources->policy)
    return dw_policy_default();
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t length = 0;
  char *text = dw_read_file(arena, sources->policy, 0, &length, err);
  if (!text)
    return NULL;
  return dw_policy_parse(text, length, sources->policy, sources->rules, sources->rule_count, err);
}

struct dw_policy *dw_policy_load(const struct dw_sources *sources, struct dw_error *err) {
  struct dw_policy *policy = load_policy(sources, err);
  const char *ns = sources->kubevirt_namespace;
  if (!policy || !ns)
    return policy;
  if (!policy->namespace_known || strcmp(policy->namespace_, ns) == 0)
    return dw_policy_in(policy, ns);
  dw_error_at(err, DW_ERR_INVALID, policy->namespace_line, 0,
              "namespace: \"%s\" differs from --kubevirt-namespace \"%s\"; remove it from the policy, and set "
              "KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings",
              policy->namespace_, ns);
  dw_error_in_file(err, sources->policy);
  dw_policy_free(policy);
  return NULL;
}

/* A state folder describes the whole cluster. But every cluster has nodes, so a folder without nodes does not describe
 * them, and not every cluster has NodeNetworkStates. */
void dw_state_knowledge(struct dw_view_source *source) {
  for (int kind = 0; kind < DW_KIND_COUNT; kind++)
    source->knowledge[kind] = DW_KNOWN;
  source->knowledge[DW_KIND_NODE] = DW_UNKNOWN;
  source->knowledge[DW_KIND_NODE_NETWORK_STATE] = DW_UNKNOWN;
  for (size_t i = 0; i < source->count; i++)
    if (source->objects[i]->kind == DW_KIND_NODE || source->objects[i]->kind == DW_KIND_NODE_NETWORK_STATE)
      source->knowledge[source->objects[i]->kind] = DW_KNOWN;
}

struct dw_world *dw_world_load(const struct dw_sources *sources, struct dw_error *err) {
  struct dw_policy *policy = dw_policy_load(sources, err);
  if (!policy)
    return NULL;
  const struct dw_object **objects = NULL;
  size_t count = 0;
  struct dw_world *world = NULL;
  if (!sources->state || dw_state_objects(sources->state, policy->namespace_, &objects, &count, err) == 0) {
    struct dw_view_source source = {.objects = objects, .count = count};
    if (sources->state)
      dw_state_knowledge(&source);
    world = dw_world_build(policy, &source);
  } else {
    dw_policy_free(policy);
  }
  for (size_t i = 0; i < count; i++)
    dw_object_unref(objects[i]);
  free(objects);
  return world;
}
