/* A network of OVN-Kubernetes, as its controller reads it from a NAD. The controller reads spec.config itself, without
 * Multus. If it rejects a NAD, no network exists, and pods that use the NAD stay in ContainerCreating. Sources:
 * ovn-kubernetes go-controller pkg/config/cni.go (ParseNetConf), pkg/util/multi_network.go (ValidateNetConf,
 * newNetInfo, canReconcile), pkg/cni/types/types.go (NetConf), all at 8871cd9. */
#ifndef CNI_OVN_H
#define CNI_OVN_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/cni.h"

enum dw_ovn_topology {
  DW_OVN_NO_TOPOLOGY, /* absent: OVN-Kubernetes treats the NAD as the cluster's default network */
  DW_OVN_LAYER2,
  DW_OVN_LAYER3,
  DW_OVN_LOCALNET,
  DW_OVN_OTHER_TOPOLOGY
};

/* Returns the `topology` of PLUGIN, an object. */
enum dw_ovn_topology dw_ovn_topology(const dw_json *plugin);

/* A value that OVN-Kubernetes rejects or ignores in any NAD. */
struct dw_ovn_problem {
  struct dw_value value; /* missing if it has neither `json` nor `text` */
  const char *what;
  const char *fix;
  struct dw_edits edits; /* FIX, if it can be done mechanically */
  bool ignored;          /* nothing fails, but the key has no effect */
};

struct dw_ovn {
  enum dw_ovn_topology topology;
  struct dw_value topology_value;
  struct dw_value nad_name; /* netAttachDefName, which must be NAMESPACE/NAME of the NAD itself */
  struct dw_value role;
  bool primary;             /* role is "primary": the pod network of a namespace */
  struct dw_value localnet; /* with topology localnet: the name that a bridge mapping must have; else `text` is NULL */
  struct dw_ovn_problem *problems;
  size_t problem_count;
  bool more_problems; /* the limit was reached, and there are more */
};

/* Sets config->ovn if the first plugin is OVN-Kubernetes'. Everything else in CONFIG has been read. */
void dw_ovn_read(struct dw_arena *arena, struct dw_cni_config *config) __attribute__((nonnull));

/* Returns what must be equal in all NADs with the same network name: one line per key, in canonical form. "" if
 * OVN-Kubernetes does not make a secondary network of the NAD NS/NAME. */
const char *dw_ovn_signature(struct dw_arena *arena, const struct dw_cni_config *config, const char *ns,
                             const char *name) __attribute__((nonnull, returns_nonnull));

/* Returns the keys in which two signatures differ, such as "mtu, subnets"; NULL if they are equal. SURE receives false
 * if the difference depends on a default of the cluster that only OVN-Kubernetes knows. */
const char *dw_ovn_difference(struct dw_arena *arena, const char *a, const char *b, bool *sure)
    __attribute__((nonnull));

#endif
