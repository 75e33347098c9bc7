/* What the rules about the nodes' NICs share. */
#ifndef RULES_NIC_INTERNAL_H
#define RULES_NIC_INTERNAL_H

#include "rules/nad_internal.h"

enum { DW_NODES_SHOWN = 5 };

/* The nodes on which a NIC has a fault: their number, and their names as a list. */
struct dw_faulty {
  size_t count;
  const char *nodes; /* "worker-0, worker-1 and 3 more"; "" if there are none */
  const char *first; /* the first of them, or NULL */
};

/* NUMBER as in dw_nic_query. */
struct dw_faulty dw_nic_fault(const struct dw_check *check, const char *nic, enum dw_nic_fault fault, uint32_t number)
    __attribute__((nonnull));

/* Returns true if the plugin has a master on the nodes. With linkInContainer, the master is in the pod. */
bool dw_nic_has_master(const struct dw_cni_plugin *plugin) __attribute__((nonnull));

/* The next plugin that creates an interface on a master, as dw_nad_next(). */
const struct dw_cni_plugin *dw_nic_next_master(const struct dw_check *check, const struct dw_cni_plugin *after)
    __attribute__((nonnull(1)));

/* Returns true if the network is already in use: then a NIC that its plugin moves may be in virt-handler's pod, where
 * no NodeNetworkState shows it. */
bool dw_nic_may_be_in_pod(const struct dw_check *check) __attribute__((nonnull));

/* The next plugin that connects to a Linux bridge by its name. */
const struct dw_cni_plugin *dw_nic_next_bridge(const struct dw_check *check, const struct dw_cni_plugin *after)
    __attribute__((nonnull(1)));

#endif
