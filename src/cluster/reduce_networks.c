/* Reduces nodes, and the objects that describe cluster networks. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cluster/reduce_internal.h"
#include "yaml/yaml.h"

enum { EMBEDDED_LIMIT = 64 * 1024 * 1024 }; /* memory for reading the YAML inside a ConfigMap */

/* NAME is a literal; SOURCE lives as long as the scratch arena. */
static void add_network(struct dw_reduction *r, const struct dw_prefix *prefix, const char *name, const char *source) {
  struct dw_object *object = r->object;
  object->networks = dw_arena_more(r->scratch, object->networks, object->network_count, &r->network_capacity,
                                   sizeof *object->networks);
  object->networks[object->network_count++] = (struct dw_cluster_network){*prefix, name, source};
}

/* Name and source of the networks in one field. */
struct origin {
  const char *name;
  const char *source;
};

static int add_cidr(struct dw_reduction *r, const struct dw_spot *spot, const char *text, const struct origin *origin,
                    struct dw_error *err) {
  struct dw_prefix prefix;
  if (!dw_prefix_parse(text, DW_ADDR_SLOPPY, &prefix, NULL))
    return dw_spot_error(spot, err, "is \"%.80s\"; it must be a CIDR such as 10.128.0.0/14", text);
  add_network(r, &prefix, origin->name, origin->source);
  return 0;
}

/* Adds a list of CIDRs. */
static int add_cidr_list(struct dw_reduction *r, const struct dw_spot *list, const struct origin *origin,
                         struct dw_error *err) {
  for (size_t i = 0; i < dw_json_size(list->json); i++) {
    const char *text = NULL;
    struct dw_spot spot = dw_spot_element(list, i);
    if (dw_spot_text_at(list, i, &text, err) != 0 || add_cidr(r, &spot, text, origin, err) != 0)
      return -1;
  }
  return 0;
}

/* Adds a list of objects, each with a `cidr`. */
static int add_cidr_objects(struct dw_reduction *r, const struct dw_spot *list, const struct origin *origin,
                            struct dw_error *err) {
  for (size_t i = 0; i < dw_json_size(list->json); i++) {
    const char *text = NULL;
    struct dw_spot entry;
    if (dw_spot_object_at(list, i, &entry, err) != 0 || dw_spot_text(&entry, "cidr", &text, err) != 0)
      return -1;
    struct dw_spot spot = dw_spot_member(&entry, "cidr");
    if (text != NULL && add_cidr(r, &spot, text, origin, err) != 0)
      return -1;
  }
  return 0;
}

/* --- Node --- */

static int read_labels(struct dw_reduction *r, struct dw_error *err) {
  struct dw_spot metadata = dw_spot_member(&r->root, "metadata");
  struct dw_spot labels;
  if (dw_spot_object(&metadata, "labels", &labels, err) != 0)
    return -1;
  struct dw_object *object = r->object;
  object->node.labels = dw_arena_array(r->scratch, dw_json_size(labels.json), sizeof object->node.labels[0]);
  for (struct dw_json_member it = dw_json_first(labels.json); it.value != NULL; it = dw_json_next(labels.json, it)) {
    const char *value = NULL;
    if (dw_spot_text(&labels, it.key, &value, err) != 0)
      return -1;
    object->node.labels[object->node.label_count++] = (struct dw_label){it.key, value == NULL ? "" : value};
  }
  return 0;
}

/* podCIDR repeats the first element of podCIDRs. */
static int read_pod_cidrs(struct dw_reduction *r, const char *source, struct dw_error *err) {
  const struct origin origin = {"pod CIDR", source};
  struct dw_spot spec;
  struct dw_spot list;
  const char *single = NULL;
  if (dw_spot_object(&r->root, "spec", &spec, err) != 0 || dw_spot_list(&spec, "podCIDRs", &list, err) != 0 ||
      dw_spot_text(&spec, "podCIDR", &single, err) != 0)
    return -1;
  if (dw_json_size(list.json) > 0)
    return add_cidr_list(r, &list, &origin, err);
  struct dw_spot spot = dw_spot_member(&spec, "podCIDR");
  return single == NULL || single[0] == '\0' ? 0 : add_cidr(r, &spot, single, &origin, err);
}

static int read_node_address(struct dw_reduction *r, const struct dw_spot *entry, const char *source,
                             struct dw_error *err) {
  const char *type = NULL;
  const char *text = NULL;
  if (dw_spot_text(entry, "type", &type, err) != 0 || dw_spot_text(entry, "address", &text, err) != 0)
    return -1;
  if (type == NULL || text == NULL || strcmp(type, "InternalIP") != 0)
    return 0;
  struct dw_addr addr;
  if (!dw_addr_parse(text, DW_ADDR_SLOPPY, &addr)) {
    struct dw_spot spot = dw_spot_member(entry, "address");
    return dw_spot_error(&spot, err, "is \"%.80s\"; an InternalIP must be an IP address", text);
  }
  r->object->node.internal_ips[r->object->node.internal_ip_count++] = addr;
  struct dw_prefix prefix = {.base = addr, .bits = addr.v4 ? 32 : 128};
  add_network(r, &prefix, "node address", source);
  return 0;
}

/* Reads an integer quantity, in the form in which the API server writes it ("7", "1k"). */
static bool read_count(const dw_json *value, uint64_t *out) {
  int64_t integer = 0;
  if (dw_json_integer(value, &integer)) {
    *out = integer < 0 ? 0 : (uint64_t)integer;
    return true;
  }
  const char *text = dw_json_string(value);
  char *end = NULL;
  if (text == NULL || !isdigit((unsigned char)*text))
    return false;
  *out = strtoull(text, &end, 10);
  if (strcmp(end, "k") == 0 && *out <= UINT64_MAX / 1000)
    *out *= 1000;
  else if (*end != '\0')
    return false;
  return true;
}

/* Other effects do not keep pods off a node. The effects in the result are literals. */
static int read_taints(struct dw_reduction *r, struct dw_error *err) {
  static const char *const effects[] = {"NoSchedule", "NoExecute"};
  struct dw_object *object = r->object;
  struct dw_spot spec = dw_spot_member(&r->root, "spec");
  struct dw_spot list;
  if (dw_spot_list(&spec, "taints", &list, err) != 0)
    return -1;
  object->node.taints = dw_arena_array(r->scratch, dw_json_size(list.json), sizeof object->node.taints[0]);
  for (size_t i = 0; i < dw_json_size(list.json); i++) {
    struct dw_spot entry;
    const char *effect = NULL;
    struct dw_taint taint;
    if (dw_spot_object_at(&list, i, &entry, err) != 0 || dw_spot_text(&entry, "key", &taint.key, err) != 0 ||
        dw_spot_text(&entry, "value", &taint.value, err) != 0 || dw_spot_text(&entry, "effect", &effect, err) != 0)
      return -1;
    for (size_t k = 0; k < 2 && effect != NULL && taint.key != NULL; k++)
      if (strcmp(effect, effects[k]) == 0)
        object->node.taints[object->node.taint_count++] =
            (struct dw_taint){taint.key, taint.value == NULL ? "" : taint.value, effects[k]};
  }
  return 0;
}

/* The resources of device plugins have a slash in their names; cpu, memory and hugepages do not. Their amounts are
 * integers (k8s.io/kubernetes pkg/apis/core/validation, ValidateResourceQuantityValue). */
static void read_devices(struct dw_reduction *r, const struct dw_spot *status) {
  struct dw_object *object = r->object;
  const dw_json *all = dw_json_get(status->json, "allocatable");
  object->node.devices = dw_arena_array(r->scratch, dw_json_size(all), sizeof object->node.devices[0]);
  for (struct dw_json_member it = dw_json_first(all); it.value != NULL; it = dw_json_next(all, it)) {
    uint64_t count = 0;
    if (strchr(it.key, '/') != NULL && read_count(it.value, &count))
      object->node.devices[object->node.device_count++] = (struct dw_device){it.key, count};
  }
}

int dw_reduce_node(struct dw_reduction *r, struct dw_error *err) {
  const char *source = dw_arena_printf(r->scratch, "Node %s", r->object->name);
  struct dw_spot status;
  struct dw_spot addresses;
  if (read_labels(r, err) != 0 || read_pod_cidrs(r, source, err) != 0 || read_taints(r, err) != 0 ||
      dw_spot_object(&r->root, "status", &status, err) != 0 || dw_spot_list(&status, "addresses", &addresses, err) != 0)
    return -1;
  read_devices(r, &status);
  size_t count = dw_json_size(addresses.json);
  r->object->node.internal_ips = dw_arena_array(r->scratch, count, sizeof r->object->node.internal_ips[0]);
  for (size_t i = 0; i < count; i++) {
    struct dw_spot entry;
    if (dw_spot_object_at(&addresses, i, &entry, err) != 0 || read_node_address(r, &entry, source, err) != 0)
      return -1;
  }
  return 0;
}

/* --- Network.config.openshift.io/cluster --- */

/* Source: OpenShift documentation, "OVN-Kubernetes network plugin", internal subnets and their defaults. */
static const struct {
  const char *cidr;
  const char *name;
} ovn_defaults[] = {
    {"100.64.0.0/16", "OVN-Kubernetes join subnet"},        {"100.88.0.0/16", "OVN-Kubernetes transit subnet"},
    {"169.254.0.0/17", "OVN-Kubernetes masquerade subnet"}, {"fd98::/64", "OVN-Kubernetes join subnet"},
    {"fd97::/64", "OVN-Kubernetes transit subnet"},         {"fd69::/112", "OVN-Kubernetes masquerade subnet"},
};

static int add_ovn_defaults(struct dw_reduction *r, struct dw_error *err) {
  for (size_t i = 0; i < sizeof ovn_defaults / sizeof ovn_defaults[0]; i++) {
    struct origin origin = {ovn_defaults[i].name, DW_OVN_DEFAULT};
    if (add_cidr(r, &r->root, ovn_defaults[i].cidr, &origin, err) != 0)
      return -1;
  }
  return 0;
}

/* status shows the list in force; spec is used if status does not contain it yet. */
static int list_in_force(const struct dw_spot *status, const struct dw_spot *spec, const char *key, struct dw_spot *out,
                         struct dw_error *err) {
  struct dw_spot wanted;
  if (dw_spot_list(status, key, out, err) != 0 || dw_spot_list(spec, key, &wanted, err) != 0)
    return -1;
  if (dw_json_size(out->json) == 0)
    *out = wanted;
  return 0;
}

int dw_reduce_network(struct dw_reduction *r, struct dw_error *err) {
  const struct origin pods = {"pod network", "Network cluster"};
  const struct origin services = {"service network", "Network cluster"};
  struct dw_spot spec;
  struct dw_spot status;
  struct dw_spot list;
  if (dw_spot_object(&r->root, "spec", &spec, err) != 0 || dw_spot_object(&r->root, "status", &status, err) != 0)
    return -1;
  if (list_in_force(&status, &spec, "clusterNetwork", &list, err) != 0 || add_cidr_objects(r, &list, &pods, err) != 0)
    return -1;
  if (list_in_force(&status, &spec, "serviceNetwork", &list, err) != 0 || add_cidr_list(r, &list, &services, err) != 0)
    return -1;
  const char *wanted = NULL;
  const char *type = NULL;
  if (dw_spot_text(&spec, "networkType", &wanted, err) != 0 || dw_spot_text(&status, "networkType", &type, err) != 0)
    return -1;
  if (type == NULL || type[0] == '\0')
    type = wanted;
  return type != NULL && strcasecmp(type, "OVNKubernetes") == 0 ? add_ovn_defaults(r, err) : 0;
}

/* --- Network.operator.openshift.io/cluster --- */

/* Adds the subnet at KEY of OBJECT, if there is one; otherwise the default is in force. */
static int add_subnet(struct dw_reduction *r, const struct dw_spot *object, const char *key, const char *name,
                      struct dw_error *err) {
  const struct origin origin = {name, "Network.operator cluster"};
  const char *text = NULL;
  struct dw_spot spot = dw_spot_member(object, key);
  if (dw_spot_text(object, key, &text, err) != 0)
    return -1;
  return text == NULL || text[0] == '\0' ? 0 : add_cidr(r, &spot, text, &origin, err);
}

/* internalJoinSubnet has precedence over the older key. */
static int add_family(struct dw_reduction *r, const struct dw_spot *ovn, const char *family, const char *older,
                      struct dw_error *err) {
  struct dw_spot own;
  struct dw_spot gateway;
  struct dw_spot masquerade;
  const char *join = NULL;
  if (dw_spot_object(ovn, family, &own, err) != 0 || dw_spot_object(ovn, "gatewayConfig", &gateway, err) != 0 ||
      dw_spot_object(&gateway, family, &masquerade, err) != 0 ||
      dw_spot_text(&own, "internalJoinSubnet", &join, err) != 0)
    return -1;
  bool newer = join != NULL && join[0] != '\0';
  if (add_subnet(r, newer ? &own : ovn, newer ? "internalJoinSubnet" : older, "OVN-Kubernetes join subnet", err) != 0 ||
      add_subnet(r, &own, "internalTransitSwitchSubnet", "OVN-Kubernetes transit subnet", err) != 0)
    return -1;
  return add_subnet(r, &masquerade, "internalMasqueradeSubnet", "OVN-Kubernetes masquerade subnet", err);
}

/* Source: openshift/cluster-network-operator pkg/network/ovn_kubernetes.go, renderOVNKubernetes. */
int dw_reduce_network_operator(struct dw_reduction *r, struct dw_error *err) {
  const struct origin hybrid = {"pod network of hybrid nodes", "Network.operator cluster"};
  struct dw_spot spec;
  struct dw_spot network;
  struct dw_spot ovn;
  struct dw_spot overlay;
  struct dw_spot list;
  if (dw_spot_object(&r->root, "spec", &spec, err) != 0 ||
      dw_spot_object(&spec, "defaultNetwork", &network, err) != 0 ||
      dw_spot_object(&network, "ovnKubernetesConfig", &ovn, err) != 0 ||
      add_family(r, &ovn, "ipv4", "v4InternalSubnet", err) != 0 ||
      add_family(r, &ovn, "ipv6", "v6InternalSubnet", err) != 0 ||
      dw_spot_object(&ovn, "hybridOverlayConfig", &overlay, err) != 0 ||
      dw_spot_list(&overlay, "hybridClusterNetwork", &list, err) != 0)
    return -1;
  return add_cidr_objects(r, &list, &hybrid, err);
}

/* --- IPAddressPool of MetalLB --- */

/* Reads ADDRESS-ADDRESS or a CIDR, with spaces around the addresses. MetalLB rejects other text, which is ignored here.
 * Source: metallb internal/config/config.go, ParseCIDR. */
static bool read_address_range(struct dw_arena *scratch, const char *text, struct dw_interval *out) {
  struct dw_prefix prefix;
  const char *dash = strchr(text, '-');
  if (dash == NULL) {
    if (!dw_prefix_parse(text, DW_ADDR_STRICT, &prefix, NULL))
      return false;
    *out = dw_interval_of(&prefix);
    return true;
  }
  text += strspn(text, " ");
  const char *first = dw_arena_strndup(scratch, text, strcspn(text, " -"));
  const char *last = dash + 1 + strspn(dash + 1, " ");
  last = dw_arena_strndup(scratch, last, strcspn(last, " "));
  return dw_addr_parse(first, DW_ADDR_STRICT, &out->first) && dw_addr_parse(last, DW_ADDR_STRICT, &out->last) &&
         out->first.v4 == out->last.v4 && dw_addr_compare(&out->first, &out->last) <= 0;
}

int dw_reduce_address_pool(struct dw_reduction *r, struct dw_error *err) {
  struct dw_spot spec;
  struct dw_spot list;
  if (dw_spot_object(&r->root, "spec", &spec, err) != 0 || dw_spot_list(&spec, "addresses", &list, err) != 0)
    return -1;
  size_t count = dw_json_size(list.json);
  r->object->address_pool.ranges = dw_arena_array(r->scratch, count, sizeof r->object->address_pool.ranges[0]);
  for (size_t i = 0; i < count; i++) {
    struct dw_address_range range;
    if (dw_spot_text_at(&list, i, &range.text, err) != 0)
      return -1;
    if (read_address_range(r->scratch, range.text, &range.span))
      r->object->address_pool.ranges[r->object->address_pool.range_count++] = range;
  }
  return 0;
}

/* --- ServiceCIDR --- */

int dw_reduce_service_cidr(struct dw_reduction *r, struct dw_error *err) {
  const struct origin origin = {"service network", dw_arena_printf(r->scratch, "ServiceCIDR %s", r->object->name)};
  struct dw_spot spec;
  struct dw_spot list;
  if (dw_spot_object(&r->root, "spec", &spec, err) != 0 || dw_spot_list(&spec, "cidrs", &list, err) != 0)
    return -1;
  return add_cidr_list(r, &list, &origin, err);
}

/* --- ConfigMaps that contain YAML --- */

bool dw_reduce_knows_config_map(const char *ns, const char *name) {
  return strcmp(ns, "kube-system") == 0 &&
         (strcmp(name, "kubeadm-config") == 0 || strcmp(name, "cluster-config-v1") == 0);
}

/* Sets OUT to the place data[KEY], with the YAML document in that text as its value; without a value if it is absent.
 */
static int embedded(struct dw_reduction *r, const struct dw_spot *data, const char *key, struct dw_spot *out,
                    struct dw_error *err) {
  const char *text = NULL;
  if (dw_spot_text(data, key, &text, err) != 0)
    return -1;
  *out = dw_spot_member(data, key);
  out->json = NULL;
  if (text == NULL)
    return 0;
  struct dw_yaml_doc *doc = NULL;
  struct dw_error inner = DW_ERROR_INIT;
  if (dw_yaml_parse(r->scratch, text, strlen(text), &doc, &inner) != 0)
    return dw_spot_error(out, err, "is not readable YAML: line %d, column %d: %s", inner.line, inner.column,
                         inner.text);
  if (doc == NULL || dw_json_type(doc->root) == DW_JSON_NULL)
    return 0;
  out->json = doc->root;
  if (dw_json_type(doc->root) != DW_JSON_OBJECT)
    return dw_spot_error(out, err, "contains %s; it must be an object", dw_json_type_name(doc->root));
  return 0;
}

/* kubeadm: one CIDR, or one for each address family, separated by a comma. */
static int add_comma_list(struct dw_reduction *r, const struct dw_spot *networking, const char *key,
                          const struct origin *origin, struct dw_error *err) {
  const char *text = NULL;
  if (dw_spot_text(networking, key, &text, err) != 0)
    return -1;
  struct dw_spot spot = dw_spot_member(networking, key);
  while (text != NULL && *text != '\0') {
    text += strspn(text, " ");
    size_t length = strcspn(text, ",");
    size_t kept = length;
    while (kept > 0 && text[kept - 1] == ' ')
      kept--;
    if (kept > 0 && add_cidr(r, &spot, dw_arena_strndup(r->scratch, text, kept), origin, err) != 0)
      return -1;
    text += length + (text[length] == ',');
  }
  return 0;
}

static int read_kubeadm(struct dw_reduction *r, const struct dw_spot *data, struct dw_error *err) {
  const struct origin pods = {"pod network", "ConfigMap kubeadm-config"};
  const struct origin services = {"service network", pods.source};
  struct dw_spot document;
  struct dw_spot networking;
  if (embedded(r, data, "ClusterConfiguration", &document, err) != 0 ||
      dw_spot_object(&document, "networking", &networking, err) != 0)
    return -1;
  if (add_comma_list(r, &networking, "podSubnet", &pods, err) != 0)
    return -1;
  return add_comma_list(r, &networking, "serviceSubnet", &services, err);
}

/* machineCIDR is the older name of machineNetwork. */
static int read_install_config(struct dw_reduction *r, const struct dw_spot *data, struct dw_error *err) {
  const struct origin machines = {"machine network", "ConfigMap cluster-config-v1"};
  struct dw_spot document;
  struct dw_spot networking;
  struct dw_spot list;
  const char *old = NULL;
  if (embedded(r, data, "install-config", &document, err) != 0 ||
      dw_spot_object(&document, "networking", &networking, err) != 0 ||
      dw_spot_list(&networking, "machineNetwork", &list, err) != 0 || add_cidr_objects(r, &list, &machines, err) != 0 ||
      dw_spot_text(&networking, "machineCIDR", &old, err) != 0)
    return -1;
  struct dw_spot spot = dw_spot_member(&networking, "machineCIDR");
  return old == NULL || old[0] == '\0' ? 0 : add_cidr(r, &spot, old, &machines, err);
}

int dw_reduce_config_map(struct dw_reduction *r, struct dw_error *err) {
  struct dw_spot data;
  if (dw_spot_object(&r->root, "data", &data, err) != 0)
    return -1;
  /* A separate arena, because a document with aliases can become much larger than its text. */
  DW_ARENA_SCOPED struct dw_arena *limited = dw_arena_new(EMBEDDED_LIMIT);
  struct dw_reduction inner = *r;
  inner.scratch = limited;
  int result = strcmp(r->object->name, "kubeadm-config") == 0 ? read_kubeadm(&inner, &data, err)
                                                              : read_install_config(&inner, &data, err);
  if (result != 0 || r->object->network_count == 0)
    return result;
  /* The list must outlive that arena; names and sources are literals. */
  struct dw_cluster_network *kept = dw_arena_array(r->scratch, r->object->network_count, sizeof *kept);
  memcpy(kept, r->object->networks, r->object->network_count * sizeof *kept);
  r->object->networks = kept;
  return 0;
}
