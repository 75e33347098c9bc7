/* Builds views, and overlays, which differ from another view in a few objects. */
#include "cluster/view.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/deployment.h"
#include "cluster/view_internal.h"

struct candidate {
  const struct dw_object *object;
  size_t place; /* in the source */
};

static int compare_candidates(const void *left, const void *right) {
  const struct candidate *a = left;
  const struct candidate *b = right;
  int order = dw_object_compare(a->object, b->object);
  return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static void add_objects(struct dw_view *view, const struct dw_view_source *source) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct candidate *all = dw_arena_array(scratch, source->count, sizeof *all);
  size_t count = 0;
  for (size_t i = 0; i < source->count; i++)
    if (source->objects[i]->kind < DW_KIND_COUNT)
      all[count++] = (struct candidate){source->objects[i], i};
  qsort(all, count, sizeof *all, compare_candidates);
  view->owned = dw_arena_array(view->arena, count, sizeof *view->owned);
  for (size_t i = 0; i < count; i++) {
    if (i + 1 < count && dw_object_compare(all[i].object, all[i + 1].object) == 0)
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
  add_objects(view, source);
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

/* --- overlays: an overlay differs from its base in a few NADs, HyperConverged and KubeVirt objects. Its own parts
 * (users, NADs, pools) contain what differs, and are built like those of other views; the NADs of the base that differ
 * are hidden. --- */

/* The objects of an overlay's own parts. */
struct parts {
  struct dw_arena *arena;
  const struct dw_object **objects;
  size_t count;
};

/* The last change of an object. */
struct latest {
  const struct dw_change *change;
  size_t place;
};

static int compare_changes(const void *left, const void *right) {
  const struct latest *a = left;
  const struct latest *b = right;
  int order = dw_object_compare(a->change->object, b->change->object);
  return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static struct latest *sort_changes(struct dw_arena *arena, const struct dw_change *changes, size_t *count) {
  struct latest *all = dw_arena_array(arena, *count, sizeof *all);
  for (size_t i = 0; i < *count; i++)
    all[i] = (struct latest){&changes[i], i};
  qsort(all, *count, sizeof *all, compare_changes);
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++)
    if (i + 1 == *count || dw_object_compare(all[i].change->object, all[i + 1].change->object) != 0)
      all[kept++] = all[i];
  *count = kept;
  return all;
}

static bool is_changed(const struct latest *changes, size_t count, const struct dw_object *object) {
  struct dw_change change = {.object = object};
  for (size_t low = 0, high = count; low < high;) {
    size_t middle = low + (high - low) / 2;
    struct latest key = {&change, changes[middle].place};
    int order = compare_changes(&key, &changes[middle]);
    if (order == 0)
      return true;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return false;
}

static void hide(struct dw_view *view, const char *ns, const char *name) {
  uint32_t index = dw_view_nad_index(view->over.base, ns, name);
  if (index != DW_NOWHERE)
    view->over.hidden[view->over.hidden_count++] = index;
}

/* Adds the users of the base that did not change. */
static void keep_users(struct dw_view *view, struct parts *parts, const struct latest *changes, size_t count) {
  static const enum dw_kind kinds[] = {DW_KIND_HYPERCONVERGED, DW_KIND_KUBEVIRT};
  for (size_t k = 0; k < 2; k++) {
    const struct dw_view_kind *kind = &view->over.base->kinds[kinds[k]];
    for (size_t i = 0; i < kind->count; i++)
      if (!is_changed(changes, count, kind->items[i]))
        parts->objects[parts->count++] = kind->items[i];
  }
}

/* Whether a NAD is a migration network depends on the users that name it, so NADs that users name or have named are
 * classified again together with the changed NADs. */
static void move_named(struct dw_view *view, struct parts *parts, const struct latest *changes, size_t count,
                       const struct dw_nad_name *network) {
  const struct dw_view *base = view->over.base;
  uint32_t index = dw_view_nad_index(base, network->ns, network->name);
  if (index == DW_NOWHERE || is_changed(changes, count, base->nads.objects[index]))
    return;
  parts->objects[parts->count++] = base->nads.objects[index];
  view->over.hidden[view->over.hidden_count++] = index;
}

static void add_changes(struct dw_view *view, struct parts *parts, const struct latest *changes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const struct dw_change *change = changes[i].change;
    if (change->object->kind == DW_KIND_NAD)
      hide(view, change->object->namespace_, change->object->name);
    if (!change->gone)
      parts->objects[parts->count++] = change->object;
  }
}

static void move_all_named(struct dw_view *view, struct parts *parts, const struct latest *changes, size_t count) {
  const struct dw_view_nads *before = &view->over.base->nads;
  for (size_t i = 0; i < before->user_count; i++)
    move_named(view, parts, changes, count, &before->users[i].network);
  for (size_t i = 0; i < count; i++) {
    const struct dw_object *object = changes[i].change->object;
    if (!dw_kind_is_user(object->kind) || changes[i].change->gone)
      continue;
    const char *const networks[] = {object->user.network, object->user.jsonpatch_network};
    for (size_t n = 0; n < 2; n++) {
      struct dw_nad_name name;
      if (networks[n] != NULL && dw_network_read(view->arena, object->namespace_, networks[n], &name))
        move_named(view, parts, changes, count, &name);
    }
  }
}

static void build_parts(struct dw_view *view, const struct dw_change *changes, size_t count) {
  const struct dw_view *base = view->over.base;
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  const struct latest *latest = sort_changes(scratch, changes, &count);
  size_t users = base->kinds[DW_KIND_HYPERCONVERGED].count + base->kinds[DW_KIND_KUBEVIRT].count;
  size_t most = 3 * (count + users);
  struct parts parts = {scratch, dw_arena_array(scratch, most, sizeof *parts.objects), 0};
  view->over.hidden = dw_arena_array(view->arena, most, sizeof *view->over.hidden);
  keep_users(view, &parts, latest, count);
  add_changes(view, &parts, latest, count);
  move_all_named(view, &parts, latest, count);
  view->over.hidden_count = dw_sort_distinct(view->over.hidden, view->over.hidden_count);
  struct dw_view_source source = {.objects = parts.objects, .count = parts.count};
  add_objects(view, &source);
}

/* The nodes are those of the base, unless a changed user moves KubeVirt's pods. */
static void place(struct dw_view *view) {
  struct dw_placing before;
  struct dw_placing now;
  const struct dw_view *base = view->over.base;
  const struct dw_placing *placing = dw_view_placing(view, &now);
  if (placing == NULL || dw_placing_same(placing, dw_view_placing(base, &before))) {
    view->nodes = base->nodes;
    view->nics = base->nics;
  } else {
    dw_view_nics_build(view, placing);
  }
}

struct dw_view *dw_view_overlay(const struct dw_policy *policy, const struct dw_view *base,
                                const struct dw_change *changes, size_t count) {
  struct dw_arena *arena = dw_arena_new(0);
  struct dw_view *view = dw_arena_alloc(arena, sizeof *view);
  view->arena = arena;
  view->policy = policy;
  view->over.base = base;
  memcpy(view->knowledge, base->knowledge, sizeof view->knowledge);
  build_parts(view, changes, count);
  dw_view_nads_build(view);
  dw_view_pools_build(view);
  dw_view_ovn_build(view);
  view->made = base->made;
  view->made_count = base->made_count;
  view->networks = base->networks;
  view->addresses = base->addresses;
  view->services = base->services;
  view->running_migrations = base->running_migrations;
  for (size_t kind = 0; kind < DW_KIND_COUNT; kind++)
    if (!dw_kind_is_user((enum dw_kind)kind))
      view->kinds[kind] = base->kinds[kind];
  place(view);
  dw_view_links_build(view);
  return view;
}

/* Whether NICs are required where virt-synchronization-controller will run, with HyperConverged: if it runs now, or if
 * the user switches the gate from off to on. That it is on is no request, because the CRD sets it by default, and older
 * versions do not have it. Pods that do not exist yet are counted in any case (dw_view_sync_controllers_of()). */
static bool requires_sync_nics(const struct dw_rollout *rollout, const struct dw_rollout *old,
                               const struct dw_placing *now) {
  bool switched = old != NULL && !old->decentralized && rollout->decentralized && !rollout->by_default;
  return switched || (now != NULL && now->rollout.decentralized);
}

const struct dw_view *dw_view_placed(const struct dw_view *view, struct dw_arena *arena, enum dw_kind kind,
                                     const struct dw_deployment *deployment, const struct dw_deployment *old) {
  struct dw_placing in_force;
  const struct dw_placing *now = dw_view_placing(view, &in_force);
  struct dw_placing placing = {kind, dw_deployment_placement(arena, deployment), deployment->rollout};
  if (kind == DW_KIND_HYPERCONVERGED)
    placing.rollout.decentralized = requires_sync_nics(&deployment->rollout, old == NULL ? NULL : &old->rollout, now);
  if (dw_view_count(view, DW_KIND_NODE) == 0 || dw_placing_same(&placing, now))
    return view;
  struct dw_view *placed = dw_arena_alloc(arena, sizeof *placed);
  *placed = *view;
  placed->arena = arena;
  dw_view_nics_build(placed, &placing);
  return placed;
}
