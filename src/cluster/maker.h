/* Objects that make another operator create NADs: a network that names such a NAD is not missing, it does not exist
 * yet.
 */
#ifndef CLUSTER_MAKER_H
#define CLUSTER_MAKER_H

#include "json/json.h"

/* A NAD that will be there. */
struct dw_made_nad {
  const char *ns;   /* NULL: any namespace */
  const char *name; /* NULL: any name */
  const char *why;  /* "ClusterUserDefinedNetwork migration creates this NAD" */
};

/* The row of the kind of JSON; NULL if objects of this kind create no NADs. */
struct dw_maker;
const struct dw_maker *dw_maker_of(const dw_json *json);

/* The NADs that are created for JSON, at most MAX into OUT: a ClusterUserDefinedNetwork, UserDefinedNetwork,
 * SriovNetwork and its like, or the additionalNetworks of Network.operator.openshift.io that have no rawCNIConfig
 * (dw_raw_nad()). How many there are; 0 for another object. OUT lives in ARENA and JSON. DEFAULT_NAMESPACE stands
 * in for one without. */
size_t dw_made_nads(struct dw_arena *arena, const dw_json *json, const char *default_namespace, struct dw_made_nad *out,
                    size_t max) __attribute__((nonnull(1, 3)));

/* The list spec.additionalNetworks of a Network.operator.openshift.io; NULL for other objects. */
const dw_json *dw_additional_networks(const dw_json *json);
/* The NAD that OpenShift creates for NETWORK, an element of that list; NULL if NETWORK has no rawCNIConfig. */
const dw_json *dw_raw_nad(struct dw_arena *arena, const dw_json *network) __attribute__((nonnull(1)));

#endif
