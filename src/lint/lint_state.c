#include "lint/lint_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "files/state.h"

bool dw_keeps_json(enum dw_keep keep, enum dw_kind kind) {
  return keep == DW_KEEP_ALL || (keep == DW_KEEP_JUDGED && dw_kind_is_judged(kind));
}

void dw_lint_state_add(struct dw_lint_state *state, const struct dw_object *object, const dw_json *json) {
  size_t capacity = state->capacity;
  state->objects = dw_more(state->objects, state->count, &capacity, sizeof *state->objects);
  state->jsons = dw_more(state->jsons, state->count, &state->capacity, sizeof *state->jsons);
  state->objects[state->count] = object;
  state->jsons[state->count++] = json;
}

static int add_manifest(struct dw_lint_state *out, const struct dw_manifest *manifest, const char *ns,
                        enum dw_keep keep, struct dw_error *err) {
  const struct dw_object *object = NULL;
  if (dw_object_reduce(manifest->json, ns, &object, err) != 0)
    return dw_manifest_error(manifest, "", err);
  if (object != NULL)
    dw_lint_state_add(out, object, dw_keeps_json(keep, object->kind) ? manifest->json : NULL);
  return 0;
}

int dw_lint_state_add_manifests(struct dw_lint_state *out, const struct dw_manifest *manifests, const char *ns,
                                enum dw_keep keep, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_unreadables unreadable = {.items = NULL};
  out->manifests = manifests;
  for (; manifests != NULL; manifests = manifests->next) {
    struct dw_error reason = DW_ERROR_INIT;
    if (add_manifest(out, manifests, ns, keep, &reason) != 0)
      dw_manifest_unreadable(arena, &unreadable, manifests, &reason);
  }
  struct dw_view_source source = {.objects = out->objects, .count = out->count};
  dw_state_knowledge(&source);
  memcpy(out->knowledge, source.knowledge, sizeof out->knowledge);
  return dw_unreadable_error(&unreadable, err);
}

int dw_lint_state_add_folder(struct dw_arena *arena, struct dw_lint_state *out, const char *folder, const char *ns,
                             enum dw_keep keep, struct dw_error *err) {
  struct dw_manifest *manifests = NULL;
  return dw_manifests_read(arena, &folder, 1, &manifests, err) == 0
             ? dw_lint_state_add_manifests(out, manifests, ns, keep, err)
             : -1;
}

void dw_lint_state_free(struct dw_lint_state *state) {
  for (size_t i = 0; i < state->count; i++)
    dw_object_unref(state->objects[i]);
  free(state->objects);
  free(state->jsons);
  *state = (struct dw_lint_state){.objects = NULL};
}
