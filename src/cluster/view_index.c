/* Finds objects in a view. */
#include <stdlib.h>
#include <string.h>

#include "cluster/view_internal.h"

enum dw_knowledge dw_view_knows(const struct dw_view *view, enum dw_kind kind) {
  return kind < DW_KIND_COUNT ? view->knowledge[kind] : DW_UNKNOWN;
}

size_t dw_view_count(const struct dw_view *view, enum dw_kind kind) {
  return kind < DW_KIND_COUNT ? view->kinds[kind].count : 0;
}

const struct dw_object *dw_view_at(const struct dw_view *view, enum dw_kind kind, size_t index) {
  return index < dw_view_count(view, kind) ? view->kinds[kind].items[index] : NULL;
}

struct dw_view_summary dw_view_summary(const struct dw_view *view) {
  return (struct dw_view_summary){
      .handler_nodes = view->nodes.handler_count,
      .network_nodes = view->nics.measured_count + view->nics.unmeasured_count,
      .linux_nodes = view->nodes.linux_count,
      .running_migrations = view->running_migrations,
      .cluster_networks_known = view->networks.beyond_nodes,
      .localnets_reported = view->nics.localnets.count > 0,
  };
}

/* --- NADs --- */

size_t dw_view_nad_bound(const struct dw_view_nads *nads, const char *ns, const char *name) {
  const struct dw_object key = {.kind = DW_KIND_NAD, .namespace_ = ns, .name = name};
  size_t low = 0;
  size_t high = nads->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (dw_object_compare(nads->objects[middle], &key) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

uint32_t dw_view_nad_index(const struct dw_view *view, const char *ns, const char *name) {
  size_t place = dw_view_nad_bound(&view->nads, ns, name);
  const struct dw_object *nad = place < view->nads.count ? view->nads.objects[place] : NULL;
  bool found = nad != NULL && strcmp(nad->namespace_, ns) == 0 && strcmp(nad->name, name) == 0;
  return found ? (uint32_t)place : DW_NOWHERE;
}

bool dw_view_hides(const struct dw_view *view, uint32_t base_nad) {
  const struct dw_view_overlay *over = &view->over;
  size_t low = 0;
  size_t high = over->hidden_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (over->hidden[middle] < base_nad)
      low = middle + 1;
    else
      high = middle;
  }
  return low < over->hidden_count && over->hidden[low] == base_nad;
}

bool dw_view_considers(const struct dw_view *view, const struct dw_view *over, uint32_t nad, uint32_t self,
                       size_t before) {
  bool applied = before == SIZE_MAX || view->nads.order[nad] < before;
  return nad != self && applied && (over == NULL || !dw_view_hides(over, nad));
}

const struct dw_object *dw_view_first_of(const struct dw_object *own, const struct dw_object *below) {
  if (own == NULL || below == NULL)
    return own == NULL ? below : own;
  return dw_object_compare(own, below) < 0 ? own : below;
}

static int compare_numbers(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left;
  uint32_t b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

size_t dw_sort_distinct(uint32_t *numbers, size_t count) {
  qsort(numbers, count, sizeof *numbers, compare_numbers);
  size_t kept = 0;
  for (size_t i = 0; i < count; i++)
    if (kept == 0 || numbers[kept - 1] != numbers[i])
      numbers[kept++] = numbers[i];
  return kept;
}

static const struct dw_object *find_nad(const struct dw_view *view, const char *ns, const char *name) {
  uint32_t index = dw_view_nad_index(view, ns, name);
  if (index != DW_NOWHERE)
    return view->nads.objects[index];
  const struct dw_view *base = view->over.base;
  index = base == NULL ? DW_NOWHERE : dw_view_nad_index(base, ns, name);
  return index == DW_NOWHERE || dw_view_hides(view, index) ? NULL : base->nads.objects[index];
}

/* --- objects of any kind --- */

static int compare_places(const void *key, const void *element) {
  return dw_object_compare(key, *(const struct dw_object *const *)element);
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

/* --- the users that name the migration network --- */

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
