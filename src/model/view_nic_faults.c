/* Questions about NICs, answered from what view_nics.c built. */
#include <stdlib.h>
#include <string.h>

#include "droveway/base/text.h"
#include "model/view_internal.h"

static size_t copy_names(const char *const *names, size_t count, const char **out, size_t max) {
  for (size_t i = 0; i < count && i < max; i++)
    out[i] = names[i];
  return count;
}

size_t dw_view_handler_nodes(const struct dw_view *view) {
  return view->nics.measured_count + view->nics.unmeasured_count;
}

struct dw_handler_node dw_view_handler_node(const struct dw_view *view, size_t index) {
  const struct dw_view_nics *nics = &view->nics;
  bool measured = index < nics->measured_count;
  const char *name = measured ? nics->measured[index] : nics->unmeasured[index - nics->measured_count];
  return (struct dw_handler_node){
      dw_view_find(view, DW_KIND_NODE, "", name),
      measured ? dw_view_find(view, DW_KIND_NODE_NETWORK_STATE, "", name) : NULL,
  };
}

size_t dw_view_nodes_without_nics(const struct dw_view *view, const char **out, size_t max) {
  return copy_names(view->nics.unmeasured, view->nics.unmeasured_count, out, max);
}

size_t dw_view_common_nics(const struct dw_view *view, const char **out, size_t max) {
  return copy_names(view->nics.common, view->nics.common_count, out, max);
}

const char *dw_view_nearest_nic(const struct dw_view *view, const char *name) {
  const struct dw_view_nics *nics = &view->nics;
  const char *nearest = dw_nearest(name, nics->common, nics->common_count);
  unsigned edits = nearest == NULL ? 0 : dw_edit_distance(name, nearest, (unsigned)strlen(name));
  for (size_t i = 0; nearest != NULL && i < nics->common_count; i++)
    if (nics->common[i] != nearest && dw_edit_distance(name, nics->common[i], edits) <= edits)
      return NULL; /* eth9 may be meant for eth1 as well as for eth2 */
  return nearest;
}

static int by_name(const void *key, const void *name) {
  return strcmp(key, ((const struct dw_nic_name *)name)->name);
}

static const struct dw_nic_name *find(const struct dw_view *view, const char *name) {
  const struct dw_view_nics *nics = &view->nics;
  return nics->name_count == 0 ? NULL : bsearch(name, nics->names, nics->name_count, sizeof *nics->names, by_name);
}

/* The measured nodes that NIC has no entry for; both are in order of the nodes. */
static size_t missing(const struct dw_view_nics *nics, const struct dw_nic_name *nic, const char **out, size_t max) {
  if (nic == NULL)
    return copy_names(nics->measured, nics->measured_count, out, max);
  size_t entry = 0;
  size_t listed = 0;
  size_t count = nics->measured_count - nic->count;
  for (size_t i = 0; listed < count && listed < max; i++) {
    if (entry < nic->count && nic->entries[entry].node == i)
      entry++;
    else
      out[listed++] = nics->measured[i];
  }
  return count;
}

static size_t mtu_below(const struct dw_view_nics *nics, const struct dw_nic_name *nic, uint32_t limit,
                        const char **out, size_t max) {
  size_t count = 0;
  if (nic->low_mtu == 0 || nic->low_mtu >= limit)
    return 0;
  for (uint32_t i = 0; i < nic->count; i++) {
    const struct dw_nic_entry *entry = &nic->entries[i];
    if (entry->mtu == 0 || entry->mtu >= limit)
      continue;
    if (count < max)
      out[count] = nics->measured[entry->node];
    count++;
  }
  return count;
}

static size_t flagged(const struct dw_view_nics *nics, const struct dw_nic_name *nic, enum dw_nic_flag flag,
                      const char **out, size_t max) {
  size_t count = 0;
  if ((nic->any & flag) == 0)
    return 0;
  for (uint32_t i = 0; i < nic->count; i++) {
    if ((nic->entries[i].flags & flag) == 0)
      continue;
    if (count < max)
      out[count] = nics->measured[nic->entries[i].node];
    count++;
  }
  return count;
}

size_t dw_view_nic_fault(const struct dw_view *view, const struct dw_nic_query *query, const char **out, size_t max) {
  const struct dw_nic_name *nic = find(view, query->name);
  if (query->fault == DW_NIC_MISSING)
    return missing(&view->nics, nic, out, max);
  if (nic == NULL)
    return 0;
  switch (query->fault) {
  case DW_NIC_DOWN:
    return flagged(&view->nics, nic, DW_NIC_FLAG_DOWN, out, max);
  case DW_NIC_PRIMARY:
    return flagged(&view->nics, nic, DW_NIC_FLAG_PRIMARY, out, max);
  case DW_NIC_NO_BRIDGE:
    return flagged(&view->nics, nic, DW_NIC_FLAG_NO_BRIDGE, out, max);
  case DW_NIC_NO_PORT:
    return flagged(&view->nics, nic, DW_NIC_FLAG_NO_PORT, out, max);
  case DW_NIC_MTU_BELOW:
    return mtu_below(&view->nics, nic, query->limit, out, max);
  case DW_NIC_MISSING:
    break;
  }
  return 0;
}

bool dw_view_nic_mtu(const struct dw_view *view, const char *name, struct dw_mtu_range *out) {
  const struct dw_nic_name *nic = find(view, name);
  if (nic == NULL || nic->low_mtu == 0)
    return false;
  *out = (struct dw_mtu_range){nic->low_mtu, nic->high_mtu, view->nics.measured[nic->low_node],
                               view->nics.measured[nic->high_node]};
  return true;
}
