/* A map of a world, for tests. */
#ifndef TESTS_SUPPORT_MAP_CASE_H
#define TESTS_SUPPORT_MAP_CASE_H

#include "map/map.h"

struct map_case {
  struct dw_arena *arena;
  const struct dw_map *map;
};

/* The map of the objects in STATE (YAML; NULL: nothing is known) under POLICY (YAML; NULL: the default). Free it with
 * map_case_free(). */
struct map_case map_of(const char *state, const char *policy, const struct dw_map_options *options);
/* The map of COUNT objects. WRITE writes the JSON of one object, as kubectl prints it, to a buffer. */
struct map_case map_of_many(size_t count, void (*write)(size_t index, struct dw_buf *out));
void map_case_free(struct map_case *map);
#define MAP_SCOPED __attribute__((cleanup(map_case_free))) struct map_case
#define MAP(state) map_of((state), NULL, &(struct dw_map_options){0})
#define SUGGEST4(state, bits)                                                                                          \
  map_of((state), NULL, &(struct dw_map_options){.suggest_bits = (bits), .suggest_v4 = true})
#define SUGGEST6(state, bits) map_of((state), NULL, &(struct dw_map_options){.suggest_bits = (bits)})
/* Suggestions of the smallest size that fits. */
#define SUGGEST_FITTING(state, v4)                                                                                     \
  map_of((state), NULL, &(struct dw_map_options){.suggest_v4 = (v4), .suggest_fitting = true})

/* The entry with this text. Fails the test if there is none. */
const struct dw_map_entry *map_entry(const struct map_case *map, const char *text);
/* The area with this title; NULL if there is none. */
const struct dw_map_area *map_area(const struct map_case *map, const char *title);
/* Its rows as "10.0.0.0/9 -, 10.128.0.0/14 cluster network, ...": "-" is a gap. The text is in the map's arena. */
const char *map_rows(const struct map_case *map, const char *title);
/* The number of free blocks of /BITS in the area. */
uint64_t map_fits(const struct map_case *map, const char *title, unsigned bits);
/* The suggestions, separated by spaces. */
const char *map_suggestions(const struct map_case *map);

/* Objects, YAML. */
#define MAP_POD_NETWORK(cidr)                                                                                          \
  "---\n{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: {clusterNetwork: "      \
  "[{cidr: \"" cidr "\"}]}}\n"
#define MAP_NAD_WITH(ns, name, members)                                                                                \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: \"" ns               \
  "\", name: \"" name "\"}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":" \
  "\"eth1\",\"ipam\":{\"type\":\"whereabouts\"," members "}}'}}\n"
#define MAP_NAD(ns, name, range) MAP_NAD_WITH(ns, name, "\"range\":\"" range "\"")
#define MAP_MIGRATION(name, range) MAP_NAD("openshift-cnv", "migration-" name, range)
#define MAP_NODE(name, address)                                                                                        \
  "---\n{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {kubevirt.io/schedulable: \"true\"}}, "        \
  "status: {addresses: [{type: InternalIP, address: \"" address "\"}]}}\n"
#define MAP_NNS(name, interfaces)                                                                                      \
  "---\n{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: " name                               \
  "}, status: {currentState: {interfaces: [" interfaces "]}}}\n"
#define MAP_HCO(network, more)                                                                                         \
  "---\n{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "        \
  "namespace: openshift-cnv}, spec: {liveMigrationConfig: {network: " network "}" more "}}\n"

#endif
