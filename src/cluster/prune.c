/* The parts of objects that the rules read: a table of paths for each kind. */
#include <assert.h>
#include <string.h>

#include "cluster/object.h"
#include "yaml/yaml.h"
#include "json/json_select.h"

enum { EMBEDDED_LIMIT = 64 * 1024 * 1024 };

/* Paths are those of json_select.h. */
#define METADATA "metadata|name", "metadata|namespace", "metadata|deletionTimestamp", "metadata|labels"

#define RESOURCE_NAME "metadata|annotations|" DW_RESOURCE_ANNOTATION
#define TRANSFER "metadata|annotations|" DW_TRANSFER_ANNOTATION
static const char *const nad_paths[] = {METADATA, RESOURCE_NAME, TRANSFER, "spec|config", NULL};
static const char *const hyperconverged_paths[] = {METADATA,
                                                   "metadata|annotations|kubevirt.kubevirt.io/jsonpatch",
                                                   "spec|liveMigrationConfig",
                                                   "spec|evictionStrategy",
                                                   "spec|featureGates",
                                                   "spec|workloads|nodePlacement",
                                                   "spec|infra|nodePlacement",
                                                   "spec|deployment|nodePlacements",
                                                   "spec|virtualization|liveMigrationConfig",
                                                   "spec|virtualization|evictionStrategy",
                                                   NULL};
static const char *const kubevirt_paths[] = {METADATA,
                                             "spec|configuration|migrations",
                                             "spec|configuration|evictionStrategy",
                                             "spec|customizeComponents",
                                             "spec|configuration|developerConfiguration|featureGates",
                                             "spec|configuration|developerConfiguration|disabledFeatureGates",
                                             "spec|workloads|nodePlacement",
                                             "spec|infra|nodePlacement",
                                             "spec|infra|replicas",
                                             "status|observedKubeVirtVersion",
                                             NULL};
static const char *const node_paths[] = {METADATA,
                                         "spec|podCIDR",
                                         "spec|podCIDRs",
                                         "spec|taints",
                                         "status|addresses|[]|type",
                                         "status|addresses|[]|address",
                                         "status|allocatable",
                                         NULL};
#define NIC "status|currentState|interfaces|[]|"
#define MAPPINGS "status|currentState|ovn|bridge-mappings"
#define ROUTE "status|currentState|routes|running|[]|"
/* The paths of a NodeNetworkState, with PREFIX. */
#define NNS(prefix)                                                                                                    \
  prefix NIC "name", prefix NIC "type", prefix NIC "state", prefix NIC "mtu", prefix NIC "controller",                 \
      prefix NIC "master", prefix NIC "alt-names", prefix NIC "vlan|base-iface", prefix NIC "vlan|id",                 \
      prefix NIC "ethernet|speed", prefix NIC "bridge|options|vlan-default-pvid", prefix NIC "bridge|port|[]|name",    \
      prefix NIC "bridge|port|[]|vlan", prefix NIC "ipv4|address|[]|ip", prefix NIC "ipv6|address|[]|ip",              \
      prefix ROUTE "destination", prefix ROUTE "next-hop-interface", prefix ROUTE "table-id", prefix MAPPINGS
static const char *const nns_paths[] = {METADATA, NNS(""), NULL};
static const char *const network_paths[] = {METADATA,
                                            "spec|clusterNetwork",
                                            "spec|serviceNetwork",
                                            "spec|networkType",
                                            "status|clusterNetwork",
                                            "status|serviceNetwork",
                                            "status|networkType",
                                            NULL};
#define OVN "spec|defaultNetwork|ovnKubernetesConfig|"
static const char *const network_operator_paths[] = {
    METADATA,   OVN "v4InternalSubnet",   OVN "v6InternalSubnet",   OVN "ipv4",
    OVN "ipv6", OVN "gatewayConfig|ipv4", OVN "gatewayConfig|ipv6", OVN "hybridOverlayConfig|hybridClusterNetwork",
    NULL};
static const char *const address_pool_paths[] = {METADATA, "spec|addresses", NULL};
static const char *const service_cidr_paths[] = {METADATA, "spec|cidrs", NULL};
static const char *const config_map_paths[] = {METADATA, "data|ClusterConfiguration", "data|install-config", NULL};
static const char *const migration_paths[] = {METADATA, "spec|vmiName", "status|phase", NULL};
static const char *const migration_policy_paths[] = {METADATA, "spec", NULL};
static const char *const vmi_paths[] = {METADATA,
                                        "status|migrationState|targetNodeAddress",
                                        "status|migrationState|completed",
                                        "status|migrationState|failed",
                                        "status|migrationState|sourceState|syncAddress",
                                        "status|migrationState|targetState|syncAddress",
                                        NULL};
/* The paths in the YAML inside a ConfigMap. */
static const char *const embedded_paths[] = {"networking|podSubnet", "networking|serviceSubnet",
                                             "networking|machineNetwork", "networking|machineCIDR", NULL};

/* The paths of all kinds, with PREFIX. The whole spec is included, because it is small and most of it is read. */
#define ALL(prefix)                                                                                                    \
  prefix "apiVersion", prefix "kind", prefix "metadata|name", prefix "metadata|namespace", prefix "metadata|uid",      \
      prefix "metadata|resourceVersion", prefix "metadata|deletionTimestamp", prefix "metadata|labels",                \
      prefix "metadata|annotations|kubevirt.kubevirt.io/jsonpatch", prefix RESOURCE_NAME, prefix TRANSFER,             \
      prefix "spec", prefix "data", prefix "status|addresses|[]|type", prefix "status|addresses|[]|address",           \
      NNS(prefix), prefix "status|clusterNetwork", prefix "status|serviceNetwork", prefix "status|networkType",        \
      prefix "status|allocatable", prefix "status|observedKubeVirtVersion", prefix "status|phase",                     \
      prefix "status|migrationState|targetNodeAddress", prefix "status|migrationState|completed",                      \
      prefix "status|migrationState|failed", prefix "status|migrationState|sourceState|syncAddress",                   \
      prefix "status|migrationState|targetState|syncAddress"
const char *const dw_object_paths[] = {ALL(""), NULL};
const char *const dw_event_paths[] = {"type", ALL("object|"), "object|code", "object|message", NULL};
static_assert(sizeof dw_event_paths / sizeof *dw_event_paths <= DW_JSON_MOST_PATHS, "dw_event_paths is too long");

static const char *const *const paths_of[DW_KIND_COUNT] = {
    [DW_KIND_NAD] = nad_paths,
    [DW_KIND_HYPERCONVERGED] = hyperconverged_paths,
    [DW_KIND_KUBEVIRT] = kubevirt_paths,
    [DW_KIND_NODE] = node_paths,
    [DW_KIND_NODE_NETWORK_STATE] = nns_paths,
    [DW_KIND_NETWORK] = network_paths,
    [DW_KIND_NETWORK_OPERATOR] = network_operator_paths,
    [DW_KIND_ADDRESS_POOL] = address_pool_paths,
    [DW_KIND_SERVICE_CIDR] = service_cidr_paths,
    [DW_KIND_CONFIG_MAP] = config_map_paths,
    [DW_KIND_MIGRATION] = migration_paths,
    [DW_KIND_VMI] = vmi_paths,
    [DW_KIND_MIGRATION_POLICY] = migration_policy_paths,
};

/* The text of a YAML document without everything that is not about networks. If it can't be read, the result can't be
 * read either. */
static dw_json *keep_embedded(struct dw_arena *arena, const dw_json *text) {
  const char *yaml = dw_json_string(text);
  struct dw_yaml_doc *doc = NULL;
  if (yaml == NULL)
    return dw_json_share(text);
  DW_ARENA_SCOPED struct dw_arena *limited = dw_arena_new(EMBEDDED_LIMIT);
  bool readable = dw_yaml_parse(limited, yaml, strlen(yaml), &doc, NULL) == 0;
  const dw_json *kept = doc == NULL ? NULL : dw_json_keep(limited, doc->root, embedded_paths);
  const char *left = readable && doc == NULL ? "" : kept == NULL ? "{" : dw_json_text(limited, kept);
  return dw_json_new_string(arena, left, strlen(left));
}

static dw_json *keep_config_map(struct dw_arena *arena, const dw_json *pruned) {
  const dw_json *data = dw_json_get(pruned, "data");
  dw_json *kept = dw_json_new_object(arena);
  for (struct dw_json_member it = dw_json_first(pruned); it.value != NULL; it = dw_json_next(pruned, it))
    dw_json_set(arena, kept, it.key, dw_json_share(it.value));
  if (dw_json_type(data) != DW_JSON_OBJECT)
    return kept;
  dw_json *texts = dw_json_new_object(arena);
  for (struct dw_json_member it = dw_json_first(data); it.value != NULL; it = dw_json_next(data, it))
    dw_json_set(arena, texts, it.key, keep_embedded(arena, it.value));
  dw_json_set(arena, kept, "data", texts);
  return kept;
}

static void name_kind(struct dw_arena *arena, dw_json *object, enum dw_kind kind, const char *version) {
  const char *group = dw_kind_group(kind);
  const char *api = dw_arena_printf(arena, "%s%s%s", group, *group == '\0' ? "" : "/", version);
  dw_json_set(arena, object, "apiVersion", dw_json_new_string(arena, api, strlen(api)));
  dw_json_set(arena, object, "kind", dw_json_new_string(arena, dw_kind_name(kind), strlen(dw_kind_name(kind))));
}

dw_json *dw_object_prune(struct dw_arena *arena, enum dw_kind kind, const char *version, const dw_json *json) {
  const char *own = dw_json_get_string(json, "apiVersion");
  const char *slash = own == NULL ? NULL : strrchr(own, '/');
  dw_json *object = dw_json_new_object(arena);
  name_kind(arena, object, kind, own == NULL ? version : slash == NULL ? own : slash + 1);
  const dw_json *kept = dw_json_keep(arena, json, paths_of[kind]);
  if (kind == DW_KIND_CONFIG_MAP)
    kept = keep_config_map(arena, kept);
  for (struct dw_json_member it = dw_json_first(kept); it.value != NULL; it = dw_json_next(kept, it))
    dw_json_set(arena, object, it.key, dw_json_share(it.value));
  return object;
}
