/* NodeNetworkState: which OVS bridge is the way out of the node for which of OVN-Kubernetes' localnets. Source:
 * nmstate.io, rust/src/lib/ovn.rs (OvnConfiguration): read from ovn-bridge-mappings in Open vSwitch's database, however
 * they came there, and left out where there is none. */
#include <stdlib.h>
#include <string.h>

#include "cluster/reduce_internal.h"

static int by_localnet(const void *a, const void *b) {
  return strcmp(((const struct dw_bridge_mapping *)a)->localnet, ((const struct dw_bridge_mapping *)b)->localnet);
}

int dw_reduce_mappings(struct dw_reduction *r, const struct dw_spot *state, struct dw_error *err) {
  struct dw_spot ovn;
  struct dw_spot list;
  if (dw_spot_object(state, "ovn", &ovn, err) != 0 || dw_spot_list(&ovn, "bridge-mappings", &list, err) != 0)
    return -1;
  size_t count = dw_json_size(list.json);
  struct dw_bridge_mapping *mappings = dw_arena_array(r->scratch, count, sizeof *mappings);
  r->object->nns.mappings = mappings;
  for (size_t i = 0; i < count; i++) {
    struct dw_spot entry;
    struct dw_bridge_mapping mapping = {NULL, NULL};
    const char *presence = NULL;
    if (dw_spot_object_at(&list, i, &entry, err) != 0 ||
        dw_spot_text(&entry, "localnet", &mapping.localnet, err) != 0 ||
        dw_spot_text(&entry, "bridge", &mapping.bridge, err) != 0 || dw_spot_text(&entry, "state", &presence, err) != 0)
      return -1;
    if (mapping.localnet == NULL || (presence != NULL && strcmp(presence, "absent") == 0))
      continue;
    if (mapping.bridge == NULL)
      mapping.bridge = "";
    mappings[r->object->nns.mapping_count++] = mapping;
  }
  qsort(mappings, r->object->nns.mapping_count, sizeof *mappings, by_localnet);
  return 0;
}
