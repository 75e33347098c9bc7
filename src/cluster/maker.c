#include "cluster/maker.h"

#include <string.h>

#include "base/text.h"

/* The namespace of the NADs that are created for an object. They have the object's name, except PLACE_ADDITIONAL. */
enum place {
  PLACE_OWN,       /* in its own namespace */
  PLACE_SELECTED,  /* in those that spec.namespaceSelector selects */
  PLACE_NAMED,     /* in spec.networkNamespace, else its own */
  PLACE_ADDITIONAL /* spec.additionalNetworks[] */
};

/* Sources: OVN-Kubernetes pkg/clustermanager/userdefinednetwork/template (a NAD has its network's name); SR-IOV network
 * operator api/v1/helper.go and NVIDIA network operator pkg/state (spec.networkNamespace, else "default" or the
 * object's own); OpenShift's cluster-network-operator pkg/network/additional_networks.go. */
static const struct dw_maker {
  const char *group, *kind;
  enum place place;
} makers[] = {
    {"k8s.ovn.org", "ClusterUserDefinedNetwork", PLACE_SELECTED},
    {"k8s.ovn.org", "UserDefinedNetwork", PLACE_OWN},
    {"sriovnetwork.openshift.io", "SriovNetwork", PLACE_NAMED},
    {"sriovnetwork.openshift.io", "SriovIBNetwork", PLACE_NAMED},
    {"sriovnetwork.openshift.io", "OVSNetwork", PLACE_NAMED},
    {"mellanox.com", "HostDeviceNetwork", PLACE_NAMED},
    {"mellanox.com", "IPoIBNetwork", PLACE_NAMED},
    {"mellanox.com", "MacvlanNetwork", PLACE_NAMED},
    {"operator.openshift.io", "Network", PLACE_ADDITIONAL},
};

const struct dw_maker *dw_maker_of(const dw_json *json) {
  const char *version = dw_json_get_string(json, "apiVersion");
  const char *kind = dw_json_get_string(json, "kind");
  for (size_t i = 0; version != NULL && kind != NULL && i < sizeof makers / sizeof *makers; i++) {
    size_t length = strlen(makers[i].group);
    if (strcmp(kind, makers[i].kind) == 0 && strncmp(version, makers[i].group, length) == 0 && version[length] == '/')
      return &makers[i];
  }
  return NULL;
}

/* Returns NULL, which means any name, for a placeholder that is not filled in yet. */
static const char *unless_placeholder(const char *text) {
  size_t length = 0;
  return text == NULL || *text == '\0' || dw_text_placeholder(text, &length) != NULL ? NULL : text;
}

/* The namespaces of a selector are known only if it selects one by name. */
static const char *selected_namespace(const dw_json *spec) {
  return unless_placeholder(
      dw_json_string(dw_json_path(spec, "namespaceSelector", "matchLabels", "kubernetes.io/metadata.name", NULL)));
}

static const char *namespace_of(const struct dw_maker *maker, const dw_json *json, const char *default_namespace) {
  const dw_json *spec = dw_json_get(json, "spec");
  const char *own = dw_json_get_string(dw_json_get(json, "metadata"), "namespace");
  const char *network = dw_json_get_string(spec, "networkNamespace");
  if (maker->place == PLACE_SELECTED)
    return selected_namespace(spec);
  if (maker->place == PLACE_NAMED && network != NULL && *network != '\0')
    return unless_placeholder(network);
  return own == NULL || *own == '\0' ? default_namespace : unless_placeholder(own);
}

const dw_json *dw_additional_networks(const dw_json *json) {
  const struct dw_maker *maker = dw_maker_of(json);
  if (maker == NULL || maker->place != PLACE_ADDITIONAL)
    return NULL;
  const dw_json *list = dw_json_path(json, "spec", "additionalNetworks", NULL);
  return dw_json_type(list) == DW_JSON_ARRAY ? list : NULL;
}

/* Without a namespace, OpenShift creates the NAD in "default". */
static const char *additional_namespace(const dw_json *network) {
  const char *ns = dw_json_get_string(network, "namespace");
  return ns == NULL || *ns == '\0' ? "default" : ns;
}

static dw_json *new_text(struct dw_arena *arena, const char *text) {
  return dw_json_new_string(arena, text, strlen(text));
}

const dw_json *dw_raw_nad(struct dw_arena *arena, const dw_json *network) {
  const char *name = dw_json_get_string(network, "name");
  const dw_json *config = dw_json_get(network, "rawCNIConfig");
  if (name == NULL || *name == '\0' || config == NULL)
    return NULL;
  dw_json *nad = dw_json_new_object(arena);
  dw_json *metadata = dw_json_new_object(arena);
  dw_json *spec = dw_json_new_object(arena);
  dw_json_set(arena, metadata, "name", new_text(arena, name));
  dw_json_set(arena, metadata, "namespace", new_text(arena, additional_namespace(network)));
  dw_json_set(arena, spec, "config", dw_json_share(config));
  dw_json_set(arena, nad, "apiVersion", new_text(arena, "k8s.cni.cncf.io/v1"));
  dw_json_set(arena, nad, "kind", new_text(arena, "NetworkAttachmentDefinition"));
  dw_json_set(arena, nad, "metadata", metadata);
  dw_json_set(arena, nad, "spec", spec);
  return nad;
}

static size_t additional_nads(const dw_json *json, struct dw_made_nad *out, size_t max) {
  const dw_json *networks = dw_additional_networks(json);
  size_t count = 0;
  for (size_t i = 0; i < dw_json_size(networks); i++) {
    const dw_json *network = dw_json_at(networks, i);
    if (dw_json_get(network, "rawCNIConfig") != NULL)
      continue;
    if (count < max)
      out[count] = (struct dw_made_nad){unless_placeholder(additional_namespace(network)),
                                        unless_placeholder(dw_json_get_string(network, "name")),
                                        "Network.operator.openshift.io creates this NAD"};
    count++;
  }
  return count;
}

size_t dw_made_nads(struct dw_arena *arena, const dw_json *json, const char *default_namespace, struct dw_made_nad *out,
                    size_t max) {
  const struct dw_maker *maker = dw_maker_of(json);
  if (maker == NULL)
    return 0;
  if (maker->place == PLACE_ADDITIONAL)
    return additional_nads(json, out, max);
  const char *name = dw_json_get_string(dw_json_get(json, "metadata"), "name");
  if (max > 0)
    out[0] = (struct dw_made_nad){
        namespace_of(maker, json, default_namespace), unless_placeholder(name),
        dw_arena_printf(arena, "%s %s creates this NAD", maker->kind, name == NULL ? "without a name" : name)};
  return 1;
}
