/* A network of OVN-Kubernetes as its own controller reads it from a NAD. It reads spec.config itself, without Multus in
 * between, and a NAD that it refuses makes no network: pods that name it stay in ContainerCreating. Sources:
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

/* What PLUGIN, an object, has as `topology`. */
enum dw_ovn_topology dw_ovn_topology(const dw_json *plugin);

/* What OVN-Kubernetes refuses, or ignores, whichever NAD it is in. */
struct dw_ovn_problem {
  struct dw_value value; /* neither `json` nor `text`: it is missing */
  const char *what;
  const char *fix;
  bool ignored; /* nothing fails, but the key does nothing */
};

struct dw_ovn {
  enum dw_ovn_topology topology;
  struct dw_value topology_value;
  struct dw_value nad_name; /* netAttachDefName, which must be NAMESPACE/NAME of the NAD itself */
  struct dw_value role;
  bool primary;             /* role is "primary": the pod network of a namespace */
  struct dw_value localnet; /* of topology localnet: the name that a bridge mapping must have; else `text` is NULL */
  struct dw_ovn_problem *problems;
  size_t problem_count;
  bool more_problems; /* there are more than are kept */
};

/* Fills config->ovn where the first plugin is OVN-Kubernetes'. CONFIG is read otherwise. */
void dw_ovn_read(struct dw_arena *arena, struct dw_cni_config *config) __attribute__((nonnull));

/* What two NADs of one network name have to agree on, a line per key, in canonical form; "" where OVN-Kubernetes makes
 * no secondary network of the NAD NS/NAME. */
const char *dw_ovn_signature(struct dw_arena *arena, const struct dw_cni_config *config, const char *ns,
                             const char *name) __attribute__((nonnull, returns_nonnull));

/* The keys in which two signatures differ, as "mtu, subnets"; NULL where they agree. SURE is false where it depends on
 * a default of the cluster that only OVN-Kubernetes knows. */
const char *dw_ovn_difference(struct dw_arena *arena, const char *a, const char *b, bool *sure)
    __attribute__((nonnull));

#endif
