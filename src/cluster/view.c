#include "cluster/view.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/view_internal.h"

struct candidate {
  const struct dw_object *object;
  size_t place; /* in the source */
};

static int compare_objects(const struct dw_object *a, const struct dw_object *b) {
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  int order = strcmp(a->namespace_, b->namespace_);
  return order != 0 ? order : strcmp(a->name, b->name);
}

static int compare_candidates(const void *left, const void *right) {
  const struct candidate *a = left;
  const struct candidate *b = right;
  int order = compare_objects(a->object, b->object);
  return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

void dw_view_take(struct dw_view *view, const struct dw_view_source *source) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct candidate *all = dw_arena_array(scratch, source->count, sizeof *all);
  size_t count = 0;
  for (size_t i = 0; i < source->count; i++)
    if (source->objects[i]->kind < DW_KIND_COUNT)
      all[count++] = (struct candidate){source->objects[i], i};
  qsort(all, count, sizeof *all, compare_candidates);
  view->owned = dw_arena_array(view->arena, count, sizeof *view->owned);
  for (size_t i = 0; i < count; i++) {
    if (i + 1 < count && compare_objects(all[i].object, all[i + 1].object) == 0)
      continue;
    struct dw_view_kind *kind = &view->kinds[all[i].object->kind];
    if (kind->count++ == 0)
      kind->items = view->owned + view->owned_count;
    view->owned[view->owned_count++] = dw_object_ref(all[i].object);
  }
}

static size_t count_running(const struct dw_view *view) {
  size_t running = 0;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_MIGRATION); i++)
    running += !dw_view_at(view, DW_KIND_MIGRATION, i)->migration.finished;
  return running;
}

struct dw_view *dw_view_build(const struct dw_policy *policy, const struct dw_view_source *source) {
  struct dw_arena *arena = dw_arena_new(0);
  struct dw_view *view = dw_arena_alloc(arena, sizeof *view);
  view->arena = arena;
  view->policy = policy;
  memcpy(view->knowledge, source->knowledge, sizeof view->knowledge);
  view->made = source->made;
  view->made_count = source->made_count;
  dw_view_take(view, source);
  view->running_migrations = count_running(view);
  dw_view_nads_build(view);
  dw_view_pools_build(view);
  dw_view_ovn_build(view);
  dw_view_networks_build(view);
  struct dw_placing placing;
  dw_view_nics_build(view, dw_view_placing(view, &placing));
  dw_view_addresses_build(view);
  dw_view_services_build(view);
  dw_view_links_build(view);
  return view;
}

void dw_view_free(struct dw_view *view) {
  if (view == NULL)
    return;
  for (size_t i = 0; i < view->owned_count; i++)
    dw_object_unref(view->owned[i]);
  dw_arena_free(view->arena);
}

enum dw_knowledge dw_view_knows(const struct dw_view *view, enum dw_kind kind) {
  return kind < DW_KIND_COUNT ? view->knowledge[kind] : DW_UNKNOWN;
}

size_t dw_view_count(const struct dw_view *view, enum dw_kind kind) {
  return kind < DW_KIND_COUNT ? view->kinds[kind].count : 0;
}

const struct dw_object *dw_view_at(const struct dw_view *view, enum dw_kind kind, size_t index) {
  return index < dw_view_count(view, kind) ? view->kinds[kind].items[index] : NULL;
}

static int compare_places(const void *key, const void *element) {
  return compare_objects(key, *(const struct dw_object *const *)element);
}

static const struct dw_object *find_nad(const struct dw_view *view, const char *ns, const char *name) {
  uint32_t index = dw_view_nad_index(view, ns, name);
  if (index != DW_NOWHERE)
    return view->nads.objects[index];
  const struct dw_view *base = view->over.base;
  index = base == NULL ? DW_NOWHERE : dw_view_nad_index(base, ns, name);
  return index == DW_NOWHERE || dw_view_hides(view, index) ? NULL : base->nads.objects[index];
}

const struct dw_object *dw_view_find(const struct dw_view *view, enum dw_kind kind, const char *ns, const char *name) {
  if (kind == DW_KIND_NAD)
    return find_nad(view, ns, name);
  size_t count = dw_view_count(view, kind);
  if (count == 0)
    return NULL;
  struct dw_object key = {.kind = kind, .namespace_ = ns, .name = name};
  const struct dw_object *const *found =
      bsearch(&key, view->kinds[kind].items, count, sizeof *view->kinds[kind].items, compare_places);
  return found == NULL ? NULL : *found;
}

const struct dw_object *dw_view_first_in_namespace(const struct dw_view *view, enum dw_kind kind) {
  for (size_t i = 0; i < dw_view_count(view, kind); i++) {
    const struct dw_object *object = dw_view_at(view, kind, i);
    if (strcmp(object->namespace_, view->policy->namespace_) == 0)
      return object;
  }
  return NULL;
}

const struct dw_object *dw_view_user_in_force(const struct dw_view *view) {
  const struct dw_object *user = dw_view_first_in_namespace(view, DW_KIND_HYPERCONVERGED);
  return user != NULL ? user : dw_view_first_in_namespace(view, DW_KIND_KUBEVIRT);
}

const char *dw_view_network(const struct dw_view *view) {
  const struct dw_object *user = dw_view_user_in_force(view);
  if (user == NULL)
    return NULL;
  const char *patched = user->user.jsonpatch_network;
  if (patched == NULL)
    return user->user.network;
  return *patched == '\0' ? NULL : patched;
}

size_t dw_view_running_migrations(const struct dw_view *view) {
  return view->running_migrations;
}
