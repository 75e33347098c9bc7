#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "cluster/view_internal.h"

struct counted {
  struct dw_world world; /* first, so that a pointer to it is also one to this */
  struct dw_world *base; /* of an overlay; the owner of the view, if it is borrowed; otherwise NULL */
  bool borrowed;         /* the view belongs to BASE */
  atomic_size_t references;
};

static struct counted *new_world(const struct dw_world *world, struct dw_world *base, bool borrowed) {
  struct counted *counted = malloc(sizeof *counted);
  if (counted == NULL)
    abort();
  counted->world = *world;
  counted->base = base;
  counted->borrowed = borrowed;
  atomic_init(&counted->references, 1);
  return counted;
}

struct dw_world *dw_world_new(struct dw_policy *policy, struct dw_view *view, struct dw_world *base) {
  struct dw_world world = {policy, view, 0, base != NULL ? base->today : dw_date_today()};
  return &new_world(&world, base, false)->world;
}

/* Borrows from the owner of the view, so that a world that is renewed each day does not keep those of all days before.
 */
struct dw_world *dw_world_on(struct dw_world *world, int64_t today) {
  const struct counted *counted = (const struct counted *)world;
  struct dw_world *owner = counted->borrowed ? counted->base : world;
  struct dw_world renewed = {dw_policy_ref(world->policy), world->view, world->generation, today};
  return &new_world(&renewed, dw_world_ref(owner), true)->world;
}

/* --- KubeVirt's namespace --- */

/* An object is here if its author forgot the namespace, so it does not show where KubeVirt runs. */
static const char ignored[] = "default";

static bool has_both(const struct dw_object *const *objects, size_t count, const struct dw_object *user) {
  for (size_t i = 0; i < count; i++)
    if (dw_kind_is_user(objects[i]->kind) && objects[i]->kind != user->kind &&
        strcmp(objects[i]->namespace_, user->namespace_) == 0)
      return true;
  return false;
}

static bool is_usual(const char *ns) {
  static const char *const usual[] = {"openshift-cnv", "kubevirt-hyperconverged", "kubevirt"};
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    if (strcmp(usual[i], ns) == 0)
      return true;
  return false;
}

const char *dw_kubevirt_namespace(const struct dw_object *const *objects, size_t count) {
  enum { HYPERCONVERGED = 4, BOTH = 2, USUAL = 1 };
  const char *best = NULL;
  int most = -1;
  for (size_t i = 0; i < count; i++) {
    if (!dw_kind_is_user(objects[i]->kind) || strcmp(objects[i]->namespace_, ignored) == 0)
      continue;
    int score = (objects[i]->kind == DW_KIND_HYPERCONVERGED ? HYPERCONVERGED : 0) +
                (has_both(objects, count, objects[i]) ? BOTH : 0) + (is_usual(objects[i]->namespace_) ? USUAL : 0);
    if (score <= most)
      continue;
    most = score;
    best = objects[i]->namespace_;
  }
  return best;
}

static size_t list_users(const struct dw_view *view, const struct dw_object **out, size_t room) {
  static const enum dw_kind kinds[] = {DW_KIND_HYPERCONVERGED, DW_KIND_KUBEVIRT};
  size_t count = 0;
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (size_t i = 0; i < dw_view_count(view, kinds[k]) && count < room; i++)
      out[count++] = dw_view_at(view, kinds[k], i);
  return count;
}

const char *dw_world_kubevirt_elsewhere(const struct dw_world *world) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  size_t room = dw_view_count(world->view, DW_KIND_HYPERCONVERGED) + dw_view_count(world->view, DW_KIND_KUBEVIRT);
  const struct dw_object **users = dw_arena_array(scratch, room + 1, sizeof *users);
  size_t count = list_users(world->view, users, room);
  for (size_t i = 0; i < count; i++)
    if (strcmp(users[i]->namespace_, world->policy->namespace_) == 0)
      return NULL;
  return world->policy->namespace_known ? dw_kubevirt_namespace(users, count) : NULL;
}

struct dw_world *dw_world_build(struct dw_policy *policy, const struct dw_view_source *source) {
  const char *ns = policy->namespace_known ? NULL : dw_kubevirt_namespace(source->objects, source->count);
  if (ns != NULL)
    policy = dw_policy_in(policy, ns);
  return dw_world_new(policy, dw_view_build(policy, source), NULL);
}

/* Only the changes matter: if the base does not know the namespace, it contains no such object. */
static const char *namespace_of_changes(struct dw_arena *scratch, const struct dw_change *changes, size_t count) {
  const struct dw_object **objects = dw_arena_array(scratch, count, sizeof *objects);
  size_t kept = 0;
  for (size_t i = 0; i < count; i++)
    if (!changes[i].gone)
      objects[kept++] = changes[i].object;
  return dw_kubevirt_namespace(objects, kept);
}

struct dw_world *dw_world_overlay(struct dw_world *base, const struct dw_change *changes, size_t count) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  const char *ns = base->policy->namespace_known ? NULL : namespace_of_changes(scratch, changes, count);
  struct dw_policy *policy = dw_policy_ref(base->policy);
  if (ns != NULL)
    policy = dw_policy_in(policy, ns);
  return dw_world_new(policy, dw_view_overlay(policy, base->view, changes, count), dw_world_ref(base));
}

struct dw_world *dw_world_ref(struct dw_world *world) {
  struct counted *counted = (struct counted *)world;
  atomic_fetch_add_explicit(&counted->references, 1, memory_order_relaxed);
  return world;
}

void dw_world_unref(struct dw_world *world) {
  if (world == NULL)
    return;
  struct counted *counted = (struct counted *)world;
  if (atomic_fetch_sub_explicit(&counted->references, 1, memory_order_acq_rel) != 1)
    return;
  if (!counted->borrowed)
    dw_view_free(world->view);
  dw_policy_free(world->policy);
  dw_world_unref(counted->base);
  free(counted);
}
