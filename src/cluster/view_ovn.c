/* Finds NADs that define different OVN-Kubernetes networks with the same name. NADs that define the same network (one
 * network attached in thousands of namespaces) are one group, so a query only walks the different networks with one
 * name, of which there should be one. */
#include <stdlib.h>
#include <string.h>

#include "cluster/view_internal.h"

struct network_ref {
  const char *name, *signature;
  uint32_t nad;
};

static int compare_networks(const struct network_ref *a, const struct network_ref *b) {
  int order = strcmp(a->name, b->name);
  return order != 0 ? order : strcmp(a->signature, b->signature);
}

static int compare_refs(const void *left, const void *right) {
  const struct network_ref *a = left;
  const struct network_ref *b = right;
  int order = compare_networks(a, b);
  return order != 0 ? order : (a->nad > b->nad) - (a->nad < b->nad);
}

static struct network_ref *collect(const struct dw_view_nads *nads, struct dw_arena *scratch, size_t *count) {
  struct network_ref *refs = dw_arena_array(scratch, nads->count, sizeof *refs);
  *count = 0;
  for (size_t i = 0; i < nads->count; i++) {
    const struct dw_object *nad = nads->objects[i];
    if (nad->nad.ovn[0] != '\0')
      refs[(*count)++] = (struct network_ref){nad->nad.cni_name, nad->nad.ovn, (uint32_t)i};
  }
  qsort(refs, *count, sizeof *refs, compare_refs);
  return refs;
}

void dw_view_ovn_build(struct dw_view *view) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct dw_view_ovn *ovn = &view->ovn;
  size_t count;
  const struct network_ref *refs = collect(&view->nads, scratch, &count);
  size_t groups = 0;
  for (size_t i = 0; i < count; i++)
    groups += i == 0 || compare_networks(&refs[i - 1], &refs[i]) != 0;
  ovn->groups = dw_arena_array(view->arena, groups, sizeof *ovn->groups);
  uint32_t *nads = dw_arena_array(view->arena, count, sizeof *nads);
  for (size_t i = 0; i < count; i++) {
    nads[i] = refs[i].nad;
    if (i == 0 || compare_networks(&refs[i - 1], &refs[i]) != 0)
      ovn->groups[ovn->group_count++] = (struct dw_ovn_group){refs[i].name, refs[i].signature, &nads[i], 0};
    ovn->groups[ovn->group_count - 1].count++;
  }
}

static size_t first_named(const struct dw_view_ovn *ovn, const char *name) {
  size_t low = 0;
  size_t high = ovn->group_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(ovn->groups[middle].name, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The group's first NAD that the query considers. */
static uint32_t first_of(const struct dw_view *view, const struct dw_view *over, const struct dw_ovn_query *query,
                         const struct dw_ovn_group *group) {
  uint32_t self = dw_view_nad_index(view, query->ns, query->name);
  for (uint32_t i = 0; i < group->count; i++)
    if (dw_view_considers(view, over, group->nads[i], self, query->before))
      return group->nads[i];
  return DW_NOWHERE;
}

static const struct dw_object *find_conflict(const struct dw_view *view, const struct dw_view *over,
                                             const struct dw_ovn_query *query) {
  for (size_t i = first_named(&view->ovn, query->network); i < view->ovn.group_count; i++) {
    const struct dw_ovn_group *group = &view->ovn.groups[i];
    if (strcmp(group->name, query->network) != 0)
      break;
    uint32_t nad = strcmp(group->signature, query->signature) == 0 ? DW_NOWHERE : first_of(view, over, query, group);
    if (nad != DW_NOWHERE)
      return view->nads.objects[nad];
  }
  return NULL;
}

const struct dw_object *dw_view_ovn_conflict(const struct dw_view *view, const struct dw_ovn_query *query) {
  const struct dw_object *own = find_conflict(view, NULL, query);
  const struct dw_object *below = view->over.base == NULL ? NULL : find_conflict(view->over.base, view, query);
  return dw_view_first_of(own, below);
}
