/* NodeNetworkConfigurationPolicies (nmstate.io): the interfaces that an administrator wants nodes to have, and the
 * NodeNetworkStates that result when kubernetes-nmstate has applied them. */
#ifndef CLUSTER_DESIRED_H
#define CLUSTER_DESIRED_H

#include <stdbool.h>
#include <stddef.h>

#include "cluster/object.h"
#include "json/json.h"

/* Whether JSON is a NodeNetworkConfigurationPolicy. */
bool dw_desired_is(const dw_json *json);

/* Returns NNS as it will be once POLICIES[COUNT] are applied, in this order: as a new object, or as NNS itself if none
 * of them selects its node. NODE is the Node with the labels that they select by; NULL if it is unknown, which only
 * policies without a nodeSelector select. A policy that can't be read changes nothing, and an interface that nmstate
 * can't create (hardware, a VLAN without its base, a bond or bridge without one of its ports) is not added. The caller
 * owns a reference. */
const struct dw_object *dw_desired_apply(const struct dw_object *nns, const struct dw_object *node,
                                         const dw_json *const *policies, size_t count)
    __attribute__((nonnull(1), returns_nonnull));

#endif
