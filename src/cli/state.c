#include "cli/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_live(const struct cli_world_options *options) {
  return options->state == NULL && (options->kubeconfig != NULL || options->in_cluster);
}

/* --- a live cluster --- */

struct reading {
  struct dw_arena *arena;
  enum dw_keep keep;
  struct cli_state *state;
};

/* An unreadable object is skipped, as `serve` does, so that it does not hide problems with the others. */
static void skip_object(struct reading *reading, enum dw_kind kind, const dw_json *json, const struct dw_error *err) {
  const dw_json *metadata = dw_json_get(json, "metadata");
  const char *ns = dw_json_get_string(metadata, "namespace");
  const char *name = dw_json_get_string(metadata, "name");
  cli_print_error("droveway: skipping %s %s%s%s: %s", dw_kind_name(kind), ns == NULL ? "" : ns, ns == NULL ? "" : "/",
                  name == NULL ? "(no name)" : name, err->text);
  reading->state->gaps.unreadable++;
}

/* JSON of the list does not outlive the callback, so it is copied by parsing its text again. */
static const dw_json *kept(struct reading *reading, struct dw_arena *arena, const struct dw_resource *resource,
                           const dw_json *json) {
  if (!dw_keeps_json(reading->keep, resource->kind))
    return NULL;
  const char *text = dw_json_text(arena, dw_object_prune(arena, resource->kind, resource->versions[0], json));
  return dw_json_parse(reading->arena, text, strlen(text), DW_JSON_PLAIN, NULL);
}

static int add_object(void *context, struct dw_arena *arena, const struct dw_resource *resource, const dw_json *json,
                      struct dw_error *err) {
  struct reading *reading = context;
  struct dw_error reason = DW_ERROR_INIT;
  const struct dw_object *object = NULL;
  (void)err;
  if (dw_object_reduce_as(resource->kind, json, "", &object, &reason) != 0)
    skip_object(reading, resource->kind, json, &reason);
  else if (object != NULL)
    dw_lint_state_add(&reading->state->found, object, kept(reading, arena, resource, json));
  return 0;
}

static int read_cluster(struct dw_arena *arena, const struct cli_state_query *query, struct cli_state *out,
                        struct dw_error *err) {
  struct dw_api_options api = {query->world->kubeconfig, query->world->context};
  struct dw_api_config *config = dw_api_config_load(&api, err);
  if (config == NULL)
    return -1;
  struct reading reading = {arena, query->keep, out};
  struct dw_cluster_list list = {.config = config, .receive = add_object, .context = &reading, .only = DW_KIND_OTHER};
  int failed = dw_cluster_list(&list, out->found.knowledge, err);
  dw_api_config_free(config);
  return failed;
}

/* --- folder or cluster --- */

int cli_state_read(struct dw_arena *arena, const struct cli_state_query *query, struct cli_state *out,
                   struct dw_error *err) {
  int failed = 0;
  *out = (struct cli_state){.gaps = {.unreadable = 0}};
  if (query->world->state != NULL)
    failed = dw_lint_state_add_folder(arena, &out->found, query->world->state, query->ns, query->keep, err);
  else if (is_live(query->world))
    failed = read_cluster(arena, query, out, err);
  memcpy(out->gaps.knowledge, out->found.knowledge, sizeof out->gaps.knowledge);
  if (failed != 0)
    dw_lint_state_free(&out->found);
  return failed;
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
  dw_lint_state_free(&state.found);
  return world;
}

struct dw_world *cli_world(const struct cli_world_options *options, struct cli_gaps *gaps, struct dw_error *err) {
  struct dw_sources sources = cli_sources(options);
  *gaps = (struct cli_gaps){.unreadable = 0};
  return is_live(options) ? live_world(options, gaps, err) : dw_world_load(&sources, err);
}

void cli_warn_unknown(const struct cli_world_options *options, const struct cli_gaps *gaps, const char *consequence) {
  for (int kind = 0; kind < DW_KIND_COUNT && is_live(options); kind++) {
    if (gaps->knowledge[kind] == DW_KNOWN)
      continue;
    const char *why = kind == DW_KIND_NODE_NETWORK_STATE
                          ? "are not available (kubernetes-nmstate is not installed, or RBAC denies access)"
                          : "are not available (RBAC denies access)";
    cli_print_error("droveway: %s objects %s; %s", dw_kind_title((enum dw_kind)kind), why, consequence);
  }
}

/* --- the default cluster --- */

static int check_options(const char *command, const struct cli_world_options *options) {
  if (options->state != NULL && options->kubeconfig != NULL)
    return cli_usage(command, "--state and --kubeconfig cannot be used together");
  if (options->state != NULL && options->context != NULL)
    return cli_usage(command, "--context cannot be used with --state");
  return CLI_OK;
}

/* The only existing file of $KUBECONFIG's list (kubectl would merge several). NULL if there is none, or if there are
 * several, in which case MANY is set. */
static const char *only_file(struct dw_arena *arena, const char *list, bool *many) {
  const char *only = NULL;
  const char *first = NULL;
  size_t named = 0;
  *many = false;
  for (char *rest = dw_arena_strdup(arena, list), *file; (file = strsep(&rest, ":")) != NULL;) {
    if (*file == '\0')
      continue;
    first = named++ == 0 ? file : first;
    if (access(file, F_OK) != 0)
      continue;
    *many |= only != NULL;
    only = file;
  }
  return *many ? NULL : only != NULL ? only : first;
}

int cli_default_cluster(const char *command, struct dw_arena *arena, struct cli_world_options *options) {
  const char *named = getenv("KUBECONFIG");
  const char *home = getenv("HOME");
  bool many = false;
  if (check_options(command, options) != CLI_OK)
    return CLI_FAILED;
  if (options->state != NULL || options->kubeconfig != NULL)
    return CLI_OK;
  if (options->context == NULL && dw_api_in_cluster()) {
    options->in_cluster = true;
    return CLI_OK;
  }
  options->kubeconfig = named == NULL ? NULL : only_file(arena, named, &many);
  if (many)
    return cli_usage(command, "KUBECONFIG lists several existing files; choose one with --kubeconfig");
  if (options->kubeconfig != NULL)
    return CLI_OK;
  const char *usual = dw_arena_printf(arena, "%s/.kube/config", home == NULL ? "" : home);
  if (home == NULL || access(usual, F_OK) != 0)
    return cli_usage(command, "no kubeconfig found ($KUBECONFIG, ~/.kube/config); use --kubeconfig FILE%s",
                     options->no_state ? "" : " or --state DIR");
  options->kubeconfig = usual;
  return CLI_OK;
}
