#include "cli/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- a live cluster --- */

struct reading {
  struct dw_arena *arena;
  struct cli_state *state;
  const struct dw_manifest **tail;
};

static void keep_object(struct cli_state *state, const struct dw_object *object) {
  if (state->count == state->capacity) {
    state->capacity = state->capacity == 0 ? 64 : 2 * state->capacity;
    state->objects = realloc(state->objects, state->capacity * sizeof *state->objects);
    if (state->objects == NULL)
      abort();
  }
  state->objects[state->count++] = object;
}

/* The JSON that comes is gone when this returns, so it is kept as text read again. */
static void keep_manifest(struct reading *reading, struct dw_arena *arena, const struct dw_resource *resource,
                          const dw_json *json) {
  const char *text = dw_json_text(arena, dw_object_prune(arena, resource->kind, resource->versions[0], json));
  struct dw_manifest *manifest = dw_arena_alloc(reading->arena, sizeof *manifest);
  *manifest = (struct dw_manifest){.file = "", .path = ""};
  manifest->json = dw_json_parse(reading->arena, text, strlen(text), DW_JSON_PLAIN, NULL);
  *reading->tail = manifest;
  reading->tail = (const struct dw_manifest **)&manifest->next;
}

static int take(void *context, struct dw_arena *arena, const struct dw_resource *resource, const dw_json *json,
                struct dw_error *err) {
  struct reading *reading = context;
  const struct dw_object *object = NULL;
  if (dw_object_reduce_as(resource->kind, json, "", &object, err) != 0)
    return -1;
  if (object == NULL)
    return 0;
  keep_object(reading->state, object);
  keep_manifest(reading, arena, resource, json);
  return 0;
}

static int read_cluster(struct dw_arena *arena, const struct cli_world_options *options, struct cli_state *out,
                        struct dw_error *err) {
  struct dw_api_options api = {options->kubeconfig, options->context};
  struct dw_api_config *config = dw_api_config_load(&api, err);
  if (config == NULL)
    return -1;
  struct reading reading = {arena, out, &out->manifests};
  struct dw_cluster_list list = {.config = config, .take = take, .context = &reading, .only = DW_KIND_OTHER};
  int failed = dw_cluster_list(&list, out->knowledge, err);
  dw_api_config_free(config);
  return failed;
}

/* --- a folder --- */

static int read_folder(struct dw_arena *arena, const char *folder, const char *ns, struct cli_state *out,
                       struct dw_error *err) {
  struct dw_manifest *manifests = NULL;
  if (dw_manifests_read(arena, &folder, 1, &manifests, err) != 0 ||
      dw_state_objects(folder, ns, &out->objects, &out->count, err) != 0)
    return -1;
  struct dw_view_source source = {.objects = out->objects, .count = out->count};
  dw_state_knowledge(&source);
  memcpy(out->knowledge, source.knowledge, sizeof out->knowledge);
  out->manifests = manifests;
  return 0;
}

int cli_state_read(struct dw_arena *arena, const struct cli_world_options *options, const char *ns,
                   struct cli_state *out, struct dw_error *err) {
  int failed = 0;
  *out = (struct cli_state){.manifests = NULL};
  if (options->state != NULL)
    failed = read_folder(arena, options->state, ns, out, err);
  else if (options->kubeconfig != NULL || options->in_cluster)
    failed = read_cluster(arena, options, out, err);
  if (failed != 0)
    cli_state_free(out);
  return failed;
}

void cli_state_free(struct cli_state *state) {
  for (size_t i = 0; i < state->count; i++)
    dw_object_unref(state->objects[i]);
  free(state->objects);
  *state = (struct cli_state){.manifests = NULL};
}

struct dw_view *cli_state_view(const struct cli_state *state, const struct dw_policy *policy) {
  struct dw_view_source source = {.objects = state->objects, .count = state->count};
  memcpy(source.knowledge, state->knowledge, sizeof source.knowledge);
  return dw_view_build(policy, &source);
}

struct dw_world *cli_world(const struct cli_world_options *options, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_sources sources = cli_sources(options);
  struct cli_state state;
  struct dw_policy *policy = dw_policy_load(&sources, err);
  if (policy == NULL)
    return NULL;
  if (cli_state_read(arena, options, policy->namespace_, &state, err) != 0) {
    dw_policy_free(policy);
    return NULL;
  }
  struct dw_world *world = dw_world_new(policy, cli_state_view(&state, policy));
  cli_state_free(&state);
  return world;
}

int cli_default_cluster(const char *command, struct dw_arena *arena, struct cli_world_options *options) {
  const char *named = getenv("KUBECONFIG");
  const char *home = getenv("HOME");
  if (options->state != NULL || options->kubeconfig != NULL)
    return CLI_OK;
  if (dw_api_in_cluster()) {
    options->in_cluster = true;
    return CLI_OK;
  }
  if (named != NULL && strchr(named, ':') != NULL)
    return cli_usage(command, "$KUBECONFIG lists several files; name one with --kubeconfig");
  if (named != NULL && *named != '\0') {
    options->kubeconfig = named;
    return CLI_OK;
  }
  const char *usual = dw_arena_printf(arena, "%s/.kube/config", home == NULL ? "" : home);
  if (access(usual, R_OK) != 0)
    return cli_usage(command, "name a cluster with --kubeconfig FILE, or a folder with --state DIR");
  options->kubeconfig = usual;
  return CLI_OK;
}

void cli_warn_unknown(const struct dw_view *view) {
  for (int kind = 0; kind < DW_KIND_COUNT; kind++)
    if (dw_view_knows(view, (enum dw_kind)kind) == DW_UNKNOWN && kind != DW_KIND_NODE_NETWORK_STATE &&
        kind != DW_KIND_NODE)
      fprintf(stderr, "droveway: %s objects may not be read (RBAC): what hangs on them could not be checked\n",
              dw_kind_name((enum dw_kind)kind));
}
