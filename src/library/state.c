#include <stdlib.h>
#include <string.h>

#include "files/manifests.h"
#include "files/state.h"
#include "library/library_internal.h"
#include "rules/engine.h"

/* --- policy --- */

static droveway_policy *policy_of(struct dw_policy *policy) {
  droveway_policy *made = dw_library_new(sizeof *made);
  made->policy = policy;
  return made;
}

droveway_policy *droveway_policy_default(void) {
  return policy_of(dw_policy_default());
}

droveway_policy *droveway_policy_read_file(const char *path, droveway_error *error) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_sources sources = {.policy = path};
  dw_library_begin(error);
  if (path == NULL)
    return dw_library_missing(error, "path");
  sources.rules = dw_rule_ids(&sources.rule_count);
  struct dw_policy *policy = dw_policy_load(&sources, &err);
  return policy == NULL ? dw_library_fail(error, &err) : policy_of(policy);
}

droveway_policy *droveway_policy_read(const char *name, const char *text, size_t length, droveway_error *error) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  size_t rule_count = 0;
  const char *const *rules = dw_rule_ids(&rule_count);
  dw_library_begin(error);
  if (text == NULL)
    return dw_library_missing(error, "text");
  struct dw_policy *policy = dw_policy_parse(dw_library_copy(arena, text, length), length,
                                             name == NULL ? "policy" : name, rules, rule_count, &err);
  return policy == NULL ? dw_library_fail(error, &err) : policy_of(policy);
}

void droveway_policy_free(droveway_policy *policy) {
  if (policy == NULL)
    return;
  dw_policy_free(policy->policy);
  free(policy);
}

/* --- state --- */

static droveway_state *state_new(const droveway_policy *policy) {
  droveway_state *state = dw_library_new(sizeof *state);
  state->arena = dw_arena_new(0);
  state->policy = policy == NULL ? dw_policy_default() : dw_policy_ref(policy->policy);
  return state;
}

static droveway_state *built(droveway_state *state) {
  struct dw_view_source source = {.objects = state->found.objects, .count = state->found.count};
  memcpy(source.knowledge, state->found.knowledge, sizeof source.knowledge);
  state->world = dw_world_build(dw_policy_ref(state->policy), &source);
  return state;
}

static droveway_state *failed(droveway_state *state, droveway_error *error, const struct dw_error *err) {
  droveway_state_free(state);
  return dw_library_fail(error, err);
}

droveway_state *droveway_state_unknown(const droveway_policy *policy) {
  return built(state_new(policy));
}

droveway_state *droveway_state_read_folder(const char *folder, const droveway_policy *policy, droveway_error *error) {
  struct dw_error err = DW_ERROR_INIT;
  dw_library_begin(error);
  if (folder == NULL)
    return dw_library_missing(error, "folder");
  droveway_state *state = state_new(policy);
  if (dw_lint_state_add_folder(state->arena, &state->found, folder, state->policy->namespace_, DW_KEEP_JUDGED, &err) !=
      0)
    return failed(state, error, &err);
  return built(state);
}

droveway_state *droveway_state_read(const char *name, const char *text, size_t length, const droveway_policy *policy,
                                    droveway_error *error) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_manifest *manifests = NULL;
  dw_library_begin(error);
  if (text == NULL)
    return dw_library_missing(error, "text");
  droveway_state *state = state_new(policy);
  const char *file = dw_arena_strdup(state->arena, name == NULL ? "state" : name);
  const char *copy = dw_library_copy(state->arena, text, length);
  if (dw_manifests_parse(state->arena, file, copy, length, &manifests, &err) != 0 ||
      dw_lint_state_add_manifests(&state->found, manifests, state->policy->namespace_, DW_KEEP_JUDGED, &err) != 0)
    return failed(state, error, &err);
  return built(state);
}

void droveway_state_free(droveway_state *state) {
  if (state == NULL)
    return;
  dw_world_unref(state->world);
  dw_policy_free(state->policy);
  dw_lint_state_free(&state->found);
  dw_arena_free(state->arena);
  free(state);
}

const char *droveway_state_namespace(const droveway_state *state) {
  return state == NULL ? "" : state->world->policy->namespace_;
}

size_t droveway_state_objects(const droveway_state *state) {
  return state == NULL ? 0 : state->found.count;
}
