/* Objects that make another operator create NADs. A reference to such a NAD is not an error: the NAD does not exist
 * yet. */
#ifndef CLUSTER_MAKER_H
#define CLUSTER_MAKER_H

#include "json/json.h"

/* A NAD that will be created. */
struct dw_made_nad {
  const char *ns;   /* NULL for any namespace */
  const char *name; /* NULL for any name */
  const char *why;  /* "ClusterUserDefinedNetwork migration creates this NAD" */
};

/* The row of the kind of JSON; NULL if objects of this kind create no NADs. */
struct dw_maker;
const struct dw_maker *dw_maker_of(const dw_json *json);

/* Writes the NADs that are created for JSON to OUT, at most MAX, and returns how many there are: for a
 * ClusterUserDefinedNetwork, UserDefinedNetwork, SriovNetwork and similar objects, and for each of the
 * additionalNetworks of Network.operator.openshift.io without a rawCNIConfig (for the others see dw_raw_nad()). 0 for
 * other objects. The texts live in ARENA and JSON. DEFAULT_NAMESPACE is used for an object without a namespace. */
size_t dw_made_nads(struct dw_arena *arena, const dw_json *json, const char *default_namespace, struct dw_made_nad *out,
                    size_t max) __attribute__((nonnull(1, 3)));

/* The list spec.additionalNetworks of a Network.operator.openshift.io; NULL for other objects. */
const dw_json *dw_additional_networks(const dw_json *json);
/* The NAD that OpenShift creates for NETWORK, an element of that list; NULL if NETWORK has no rawCNIConfig. */
const dw_json *dw_raw_nad(struct dw_arena *arena, const dw_json *network) __attribute__((nonnull(1)));

#endif
