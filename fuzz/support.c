#include "support.h"

#include <string.h>

#include "cluster/object.h"
#include "yaml/yaml.h"

static const char cluster[] =
    "{apiVersion: v1, kind: Node, metadata: {name: w1, labels: {kubevirt.io/schedulable: 'true'}},"
    " spec: {podCIDRs: [10.128.0.0/23]}, status: {addresses: [{type: InternalIP, address: 192.168.1.11}]}}\n---\n"
    "{apiVersion: v1, kind: Node, metadata: {name: w2, labels: {kubevirt.io/schedulable: 'true'}},"
    " status: {addresses: [{type: InternalIP, address: 192.168.1.12}]}}\n---\n"
    "{apiVersion: v1, kind: Node, metadata: {name: w3, labels: {kubevirt.io/schedulable: 'true'}}}\n---\n"
    "{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: w1}, status: {currentState: "
    "{interfaces: ["
    "{name: eth0, type: ethernet, state: up, mtu: 1500, ipv4: {address: [{ip: 192.168.1.11, prefix-length: 24}]}},"
    "{name: eth1, type: ethernet, state: up, mtu: 9000}, {name: br1, type: linux-bridge, state: up, mtu: 1500,"
    " bridge: {port: [{name: eth2}]}}]}}}\n---\n"
    "{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: w2}, status: {currentState: "
    "{interfaces: ["
    "{name: eth0, type: ethernet, state: up, mtu: 1500}, {name: eth1, type: ethernet, state: down, mtu: "
    "1500}]}}}\n---\n"
    "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: {networkType: "
    "OVNKubernetes,"
    " clusterNetwork: [{cidr: 10.128.0.0/14, hostPrefix: 23}], serviceNetwork: [172.30.0.0/16]}}\n---\n"
    "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: mig, namespace: "
    "openshift-cnv},"
    " spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"mig\",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":"
    "{\"type\":\"whereabouts\",\"range\":\"10.200.5.0/24\"}}'}}\n---\n"
    "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: vms, namespace: tenants},"
    " spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"vms\",\"type\":\"bridge\",\"bridge\":\"br1\",\"ipam\":"
    "{\"type\":\"whereabouts\",\"range\":\"10.50.0.0/24\"}}'}}\n---\n"
    "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged,"
    " namespace: openshift-cnv}, spec: {liveMigrationConfig: {network: mig}}}\n";

enum { MOST_OBJECTS = 32 };

static struct dw_world *build_world(void) {
  struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  struct dw_error err = DW_ERROR_INIT;
  const struct dw_object *objects[MOST_OBJECTS];
  struct dw_view_source source = {.objects = objects};
  FUZZ_ASSERT(dw_yaml_parse(arena, cluster, sizeof cluster - 1, &doc, &err) == 0);
  for (; doc; doc = doc->next) {
    const struct dw_object *object = NULL;
    FUZZ_ASSERT(dw_object_reduce(doc->root, "default", &object, &err) == 0 && object);
    FUZZ_ASSERT(source.count < MOST_OBJECTS);
    objects[source.count++] = object;
  }
  for (int kind = 0; kind < DW_KIND_COUNT; kind++)
    source.knowledge[kind] = DW_KNOWN;
  struct dw_policy *policy = dw_policy_default();
  struct dw_world *world = dw_world_build(policy, &source);
  for (size_t i = 0; i < source.count; i++)
    dw_object_unref(objects[i]);
  dw_arena_free(arena);
  return world;
}

const struct dw_world *fuzz_world(void) {
  static struct dw_world *world; /* a target runs on a single thread */
  if (!world)
    world = build_world();
  return world;
}

struct json_object *fuzz_json(const char *text, size_t length) {
  struct json_tokener *tokener = json_tokener_new_ex(1024);
  json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
  struct json_object *value = json_tokener_parse_ex(tokener, text, (int)length);
  enum json_tokener_error error = json_tokener_get_error(tokener);
  size_t used = json_tokener_get_parse_end(tokener);
  if (error == json_tokener_continue) { /* a number at the end is only complete when another byte follows */
    value = json_tokener_parse_ex(tokener, "\n", 1);
    error = json_tokener_get_error(tokener);
    used = length;
  }
  json_tokener_free(tokener);
  while (used < length && memchr(" \t\r\n", text[used], 4))
    used++;
  if (error == json_tokener_success && used == length)
    return value;
  json_object_put(value);
  return NULL;
}

struct json_object *fuzz_get(struct json_object *from, const char *a, const char *b) {
  struct json_object *value = NULL;
  if (!from || !json_object_is_type(from, json_type_object) || !json_object_object_get_ex(from, a, &value))
    return NULL;
  return b ? fuzz_get(value, b, NULL) : value;
}
