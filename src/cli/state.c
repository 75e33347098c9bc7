#include "cli/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_live(const struct cli_world_options *options) {
  return options->state == NULL && (options->kubeconfig != NULL || options->in_cluster);
}

static bool is_wanted(enum cli_keep keep, enum dw_kind kind) {
  return keep == CLI_KEEP_ALL || (keep == CLI_KEEP_JUDGED && dw_kind_is_judged(kind));
}

static void *grown(void *items, size_t count, size_t size) {
  void *more = realloc(items, count * size);
  if (more == NULL)
    abort();
  return more;
}

static void add(struct cli_state *state, const struct dw_object *object, const dw_json *json) {
  if (state->count == state->capacity) {
    state->capacity = state->capacity == 0 ? 64 : 2 * state->capacity;
    state->objects = grown(state->objects, state->capacity, sizeof *state->objects);
    state->jsons = grown(state->jsons, state->capacity, sizeof *state->jsons);
  }
  state->objects[state->count] = object;
  state->jsons[state->count++] = json;
}

/* --- a live cluster --- */

struct reading {
  struct dw_arena *arena;
  enum cli_keep keep;
  struct cli_state *state;
};

/* One object that can't be read must not hide what is wrong with the others; `serve` leaves it out, too. */
static void leave_out(struct reading *reading, enum dw_kind kind, const dw_json *json, const struct dw_error *err) {
  const dw_json *metadata = dw_json_get(json, "metadata");
  const char *ns = dw_json_get_string(metadata, "namespace");
  const char *name = dw_json_get_string(metadata, "name");
  cli_complain("droveway: %s %s%s%s is left out: %s", dw_kind_name(kind), ns == NULL ? "" : ns, ns == NULL ? "" : "/",
               name == NULL ? "without a name" : name, err->text);
  reading->state->gaps.unreadable++;
}

/* The JSON that comes is gone when this returns, so it is kept as text read again. */
static const dw_json *kept(struct reading *reading, struct dw_arena *arena, const struct dw_resource *resource,
                           const dw_json *json) {
  if (!is_wanted(reading->keep, resource->kind))
    return NULL;
  const char *text = dw_json_text(arena, dw_object_prune(arena, resource->kind, resource->versions[0], json));
  return dw_json_parse(reading->arena, text, strlen(text), DW_JSON_PLAIN, NULL);
}

static int take(void *context, struct dw_arena *arena, const struct dw_resource *resource, const dw_json *json,
                struct dw_error *err) {
  struct reading *reading = context;
  struct dw_error reason = DW_ERROR_INIT;
  const struct dw_object *object = NULL;
  (void)err;
  if (dw_object_reduce_as(resource->kind, json, "", &object, &reason) != 0)
    leave_out(reading, resource->kind, json, &reason);
  else if (object != NULL)
    add(reading->state, object, kept(reading, arena, resource, json));
  return 0;
}

static int read_cluster(struct dw_arena *arena, const struct cli_state_query *query, struct cli_state *out,
                        struct dw_error *err) {
  struct dw_api_options api = {query->world->kubeconfig, query->world->context};
  struct dw_api_config *config = dw_api_config_load(&api, err);
  if (config == NULL)
    return -1;
  struct reading reading = {arena, query->keep, out};
  struct dw_cluster_list list = {.config = config, .take = take, .context = &reading, .only = DW_KIND_OTHER};
  int failed = dw_cluster_list(&list, out->gaps.knowledge, err);
  dw_api_config_free(config);
  return failed;
}

/* --- a folder --- */

static int add_manifest(const struct cli_state_query *query, const struct dw_manifest *manifest, struct cli_state *out,
                        struct dw_error *err) {
  const struct dw_object *object = NULL;
  if (dw_object_reduce(manifest->json, query->ns, &object, err) != 0) {
    struct dw_place place = dw_manifest_find(manifest, &(struct dw_manifest_spot){.field = ""});
    err->line = place.line;
    err->column = place.column;
    return dw_error_in_file(err, manifest->file);
  }
  if (object != NULL)
    add(out, object, is_wanted(query->keep, object->kind) ? manifest->json : NULL);
  return 0;
}

static int read_manifests(const struct cli_state_query *query, const struct dw_manifest *manifests,
                          struct cli_state *out, struct dw_error *err) {
  out->manifests = manifests;
  for (; manifests != NULL; manifests = manifests->next)
    if (add_manifest(query, manifests, out, err) != 0)
      return -1;
  struct dw_view_source source = {.objects = out->objects, .count = out->count};
  dw_state_knowledge(&source);
  memcpy(out->gaps.knowledge, source.knowledge, sizeof out->gaps.knowledge);
  return 0;
}

static int read_folder(struct dw_arena *arena, const struct cli_state_query *query, struct cli_state *out,
                       struct dw_error *err) {
  struct dw_manifest *manifests = NULL;
  if (dw_manifests_read(arena, &query->world->state, 1, &manifests, err) != 0)
    return -1;
  return read_manifests(query, manifests, out, err);
}

int cli_state_of(const struct cli_state_query *query, const struct dw_manifest *manifests, struct cli_state *out,
                 struct dw_error *err) {
  *out = (struct cli_state){.objects = NULL};
  int failed = read_manifests(query, manifests, out, err);
  if (failed != 0)
    cli_state_free(out);
  return failed;
}

int cli_state_read(struct dw_arena *arena, const struct cli_state_query *query, struct cli_state *out,
                   struct dw_error *err) {
  int failed = 0;
  *out = (struct cli_state){.objects = NULL};
  if (query->world->state != NULL)
    failed = read_folder(arena, query, out, err);
  else if (is_live(query->world))
    failed = read_cluster(arena, query, out, err);
  if (failed != 0)
    cli_state_free(out);
  return failed;
}

void cli_state_free(struct cli_state *state) {
  for (size_t i = 0; i < state->count; i++)
    dw_object_unref(state->objects[i]);
  free(state->objects);
  free(state->jsons);
  *state = (struct cli_state){.objects = NULL};
}

static struct dw_world *live_world(const struct cli_world_options *options, struct cli_gaps *gaps,
                                   struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_sources sources = cli_sources(options);
  struct cli_state_query query = {.world = options, .ns = "", .keep = CLI_KEEP_NONE};
  struct cli_state state;
  struct dw_policy *policy = dw_policy_load(&sources, err);
  if (policy == NULL)
    return NULL;
  if (cli_state_read(arena, &query, &state, err) != 0) {
    dw_policy_free(policy);
    return NULL;
  }
  *gaps = state.gaps;
  struct dw_view_source source = {.objects = state.objects, .count = state.count};
  memcpy(source.knowledge, state.gaps.knowledge, sizeof source.knowledge);
  struct dw_world *world = dw_world_build(policy, &source);
  cli_state_free(&state);
  return world;
}

struct dw_world *cli_world_with_gaps(const struct cli_world_options *options, struct cli_gaps *gaps,
                                     struct dw_error *err) {
  struct dw_sources sources = cli_sources(options);
  *gaps = (struct cli_gaps){.unreadable = 0};
  return is_live(options) ? live_world(options, gaps, err) : dw_world_load(&sources, err);
}

struct dw_world *cli_world(const struct cli_world_options *options, struct dw_error *err) {
  struct cli_gaps gaps;
  return cli_world_with_gaps(options, &gaps, err);
}

void cli_warn_unknown(const struct cli_world_options *options, const struct cli_gaps *gaps, const char *so) {
  for (int kind = 0; kind < DW_KIND_COUNT && is_live(options); kind++) {
    if (gaps->knowledge[kind] == DW_KNOWN)
      continue;
    const char *why = kind == DW_KIND_NODE_NETWORK_STATE ? "are not there (kubernetes-nmstate), or RBAC forbids them"
                                                         : "are forbidden by RBAC";
    cli_complain("droveway: %s objects %s: %s", dw_kind_title((enum dw_kind)kind), why, so);
  }
}
