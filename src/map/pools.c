/* The pools of all NADs. One network copied into many namespaces is one line of the map. */
#include <stdlib.h>
#include <string.h>

#include "map/map_internal.h"

/* What makes two pools one line. */
static int compare_likeness(const struct dw_map_pool *a, const struct dw_map_pool *b) {
  int order = dw_map_span_compare(&a->subnet, &b->subnet);
  if (order == 0)
    order = (int)b->migration - (int)a->migration;
  if (order == 0)
    order = dw_interval_set_compare(&a->pool->usable, &b->pool->usable);
  return order != 0 ? order : strcmp(a->nad->nad.network_name, b->nad->nad.network_name);
}

static int compare_pools(const void *left, const void *right) {
  const struct dw_map_pool *a = left;
  const struct dw_map_pool *b = right;
  int order = compare_likeness(a, b);
  if (order == 0)
    order = strcmp(a->nad->namespace_, b->nad->namespace_);
  if (order == 0)
    order = strcmp(a->nad->name, b->nad->name);
  return order != 0 ? order : (a->pool > b->pool) - (a->pool < b->pool);
}

static size_t collect(const struct dw_map_builder *b, struct dw_map_pool *out) {
  size_t count = 0;
  for (size_t i = 0; i < dw_view_count(b->view, DW_KIND_NAD); i++) {
    const struct dw_object *nad = dw_view_at(b->view, DW_KIND_NAD, i);
    const struct dw_nad_traits traits = dw_nad_traits(nad);
    struct dw_classification class = dw_view_classify(b->view, b->scratch, &traits);
    for (size_t k = 0; k < nad->nad.pool_count; k++) {
      struct dw_map_pool pool = {.nad = nad, .pool = &nad->nad.pools[k], .migration = class.migration};
      if (!dw_prefix_parse(pool.pool->text, DW_ADDR_STRICT, &pool.prefix, NULL))
        continue;
      pool.subnet = dw_interval_of(&pool.prefix);
      out[count++] = pool;
    }
  }
  return count;
}

struct dw_map_pool *dw_map_pools(struct dw_map_builder *b, size_t *count) {
  size_t all = 0;
  for (size_t i = 0; i < dw_view_count(b->view, DW_KIND_NAD); i++)
    all += dw_view_at(b->view, DW_KIND_NAD, i)->nad.pool_count;
  struct dw_map_pool *pools = dw_arena_array(b->scratch, all, sizeof *pools);
  all = collect(b, pools);
  qsort(pools, all, sizeof *pools, compare_pools);
  size_t kept = 0;
  for (size_t i = 0; i < all; i++) {
    if (kept > 0 && !pools[i].migration && compare_likeness(&pools[kept - 1], &pools[i]) == 0)
      pools[kept - 1].copies++;
    else
      pools[kept++] = pools[i];
  }
  *count = kept;
  return pools;
}
