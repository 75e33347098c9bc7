#include <stdatomic.h>
#include <stdlib.h>

#include "droveway/model/view.h"

struct counted {
  struct dw_world world; /* first: a pointer to it is one to this */
  struct dw_world *base; /* of an overlay; NULL */
  atomic_size_t references;
};

static struct dw_world *make(struct dw_policy *policy, struct dw_view *view, struct dw_world *base) {
  struct counted *counted = malloc(sizeof *counted);
  if (counted == NULL)
    abort();
  counted->world = (struct dw_world){policy, view, 0};
  counted->base = base;
  atomic_init(&counted->references, 1);
  return &counted->world;
}

struct dw_world *dw_world_new(struct dw_policy *policy, struct dw_view *view) {
  return make(policy, view, NULL);
}

struct dw_world *dw_world_overlay(struct dw_world *base, const struct dw_change *changes, size_t count) {
  struct dw_view *view = dw_view_overlay(base->view, changes, count);
  return make(dw_policy_ref(base->policy), view, dw_world_ref(base));
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
  dw_view_free(world->view);
  dw_policy_free(world->policy);
  dw_world_unref(counted->base);
  free(counted);
}
