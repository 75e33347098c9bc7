#include "cli/state.h"

#include <stdio.h>
#include <string.h>

static bool is_live(const struct cli_world_options *options) {
  return options->state == NULL && (options->kubeconfig != NULL || options->in_cluster);
}

/* --- a live cluster --- */

struct reading {
  struct dw_arena *arena;
  enum dw_keep keep;
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
  if (!dw_state_keeps(reading->keep, resource->kind))
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
    dw_state_add(&reading->state->found, object, kept(reading, arena, resource, json));
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
  int failed = dw_cluster_list(&list, out->found.knowledge, err);
  dw_api_config_free(config);
  return failed;
}

/* --- */

int cli_state_read(struct dw_arena *arena, const struct cli_state_query *query, struct cli_state *out,
                   struct dw_error *err) {
  int failed = 0;
  *out = (struct cli_state){.gaps = {.unreadable = 0}};
  if (query->world->state != NULL)
    failed = dw_state_add_folder(arena, &out->found, query->world->state, query->ns, query->keep, err);
  else if (is_live(query->world))
    failed = read_cluster(arena, query, out, err);
  memcpy(out->gaps.knowledge, out->found.knowledge, sizeof out->gaps.knowledge);
  if (failed != 0)
    cli_state_free(out);
  return failed;
}

void cli_state_free(struct cli_state *state) {
  dw_state_free(&state->found);
}

static struct dw_world *live_world(const struct cli_world_options *options, struct cli_gaps *gaps,
                                   struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_sources sources = cli_sources(options);
  struct cli_state_query query = {.world = options, .ns = "", .keep = DW_KEEP_NONE};
  struct cli_state state;
  struct dw_policy *policy = dw_policy_load(&sources, err);
  if (policy == NULL)
    return NULL;
  if (cli_state_read(arena, &query, &state, err) != 0) {
    dw_policy_free(policy);
    return NULL;
  }
  *gaps = state.gaps;
  struct dw_view_source source = {.objects = state.found.objects, .count = state.found.count};
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
