#include <stdatomic.h>
#include <stdlib.h>

#include "droveway/model/view.h"

struct counted {
  struct dw_world world; /* first: a pointer to it is one to this */
  atomic_size_t references;
};

struct dw_world *dw_world_new(struct dw_policy *policy, struct dw_view *view) {
  struct counted *counted = malloc(sizeof *counted);
  if (counted == NULL)
    abort();
  counted->world = (struct dw_world){policy, view};
  atomic_init(&counted->references, 1);
  return &counted->world;
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
  free(counted);
}
