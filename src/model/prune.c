/* What is left of an object when everything that no rule reads is gone: a table of paths a kind. */
#include <assert.h>
#include <string.h>

#include "droveway/formats/yaml.h"
#include "model/reduce_internal.h"

enum { MOST_PATHS = 32, EMBEDDED_LIMIT = 64 * 1024 * 1024 };

/* Segments are parted by '|', because keys hold dots and slashes; "[]" is every element of a list. What stands at the
 * end of a path is kept whole. */
#define METADATA "metadata|name", "metadata|namespace", "metadata|deletionTimestamp", "metadata|labels"

static const char *const nad_paths[] = {METADATA, "spec|config", NULL};
static const char *const hyperconverged_paths[] = {METADATA,
                                                   "metadata|annotations|kubevirt.kubevirt.io/jsonpatch",
                                                   "spec|liveMigrationConfig",
                                                   "spec|evictionStrategy",
                                                   "spec|featureGates",
                                                   "spec|virtualization|liveMigrationConfig",
                                                   "spec|virtualization|evictionStrategy",
                                                   NULL};
static const char *const kubevirt_paths[] = {METADATA,
                                             "spec|configuration|migrations",
                                             "spec|configuration|evictionStrategy",
                                             "spec|configuration|developerConfiguration|featureGates",
                                             "spec|configuration|developerConfiguration|disabledFeatureGates",
                                             NULL};
static const char *const node_paths[] = {
    METADATA, "spec|podCIDR", "spec|podCIDRs", "status|addresses|[]|type", "status|addresses|[]|address", NULL};
#define NIC "status|currentState|interfaces|[]|"
#define ROUTE "status|currentState|routes|running|[]|"
static const char *const nns_paths[] = {METADATA,
                                        NIC "name",
                                        NIC "type",
                                        NIC "state",
                                        NIC "mtu",
                                        NIC "controller",
                                        NIC "master",
                                        NIC "bridge|port|[]|name",
                                        NIC "ipv4|address|[]|ip",
                                        NIC "ipv6|address|[]|ip",
                                        ROUTE "destination",
                                        ROUTE "next-hop-interface",
                                        ROUTE "table-id",
                                        NULL};
static const char *const network_paths[] = {METADATA,
                                            "spec|clusterNetwork",
                                            "spec|serviceNetwork",
                                            "spec|networkType",
                                            "status|clusterNetwork",
                                            "status|serviceNetwork",
                                            "status|networkType",
                                            NULL};
static const char *const service_cidr_paths[] = {METADATA, "spec|cidrs", NULL};
static const char *const config_map_paths[] = {METADATA, "data|ClusterConfiguration", "data|install-config", NULL};
static const char *const migration_paths[] = {METADATA, "spec|vmiName", "status|phase", NULL};
static const char *const vmi_paths[] = {METADATA, "status|migrationState|targetNodeAddress",
                                        "status|migrationState|completed", NULL};
/* Of the YAML inside a ConfigMap. */
static const char *const embedded_paths[] = {"networking|podSubnet", "networking|serviceSubnet",
                                             "networking|machineNetwork", "networking|machineCIDR", NULL};

/* All of them, below PREFIX. A spec is small, and most of it is read. */
#define ALL(prefix)                                                                                                    \
  prefix "apiVersion", prefix "kind", prefix "metadata|name", prefix "metadata|namespace", prefix "metadata|uid",      \
      prefix "metadata|resourceVersion", prefix "metadata|deletionTimestamp", prefix "metadata|labels",                \
      prefix "metadata|annotations|kubevirt.kubevirt.io/jsonpatch", prefix "spec", prefix "data",                      \
      prefix "status|addresses|[]|type", prefix "status|addresses|[]|address", prefix NIC "name", prefix NIC "type",   \
      prefix NIC "state", prefix NIC "mtu", prefix NIC "controller", prefix NIC "master",                              \
      prefix NIC "bridge|port|[]|name", prefix NIC "ipv4|address|[]|ip", prefix NIC "ipv6|address|[]|ip",              \
      prefix ROUTE "destination", prefix ROUTE "next-hop-interface", prefix ROUTE "table-id",                          \
      prefix "status|clusterNetwork", prefix "status|serviceNetwork", prefix "status|networkType",                     \
      prefix "status|phase", prefix "status|migrationState|targetNodeAddress",                                         \
      prefix "status|migrationState|completed"
static const char *const object_paths[] = {ALL(""), NULL};
static const char *const event_paths[] = {"type", ALL("object|"), "object|code", "object|message", NULL};
static_assert(sizeof event_paths / sizeof *event_paths <= DW_JSON_MOST_PATHS, "event_paths is too long");

dw_json_paths dw_object_paths(void) {
  return object_paths;
}

dw_json_paths dw_event_paths(void) {
  return event_paths;
}

static const char *const *const paths_of[DW_KIND_COUNT] = {
    [DW_KIND_NAD] = nad_paths,
    [DW_KIND_HYPERCONVERGED] = hyperconverged_paths,
    [DW_KIND_KUBEVIRT] = kubevirt_paths,
    [DW_KIND_NODE] = node_paths,
    [DW_KIND_NODE_NETWORK_STATE] = nns_paths,
    [DW_KIND_NETWORK] = network_paths,
    [DW_KIND_SERVICE_CIDR] = service_cidr_paths,
    [DW_KIND_CONFIG_MAP] = config_map_paths,
    [DW_KIND_MIGRATION] = migration_paths,
    [DW_KIND_VMI] = vmi_paths,
};

/* The rest of PATH after the segment KEY; NULL where it does not begin with it. */
static const char *after(const char *path, const char *key) {
  size_t length = strlen(key);
  if (strncmp(path, key, length) != 0)
    return NULL;
  return path[length] == '|' ? path + length + 1 : path[length] == '\0' ? path + length : NULL;
}

/* The rests of PATHS that go on below KEY, into BELOW; a rest that is empty keeps all. */
static bool go_below(const char *const *paths, const char *key, const char **below) {
  size_t count = 0;
  for (; *paths != NULL; paths++) {
    const char *rest = after(*paths, key);
    if (rest != NULL)
      below[count++] = rest;
  }
  below[count] = NULL;
  return count > 0;
}

static dw_json *keep(struct dw_arena *arena, const dw_json *json, const char *const *paths);

static dw_json *keep_members(struct dw_arena *arena, const dw_json *object, const char *const *paths) {
  const char *below[MOST_PATHS];
  dw_json *kept = dw_json_new_object(arena);
  for (struct dw_json_member it = dw_json_first(object); it.value != NULL; it = dw_json_next(object, it))
    if (go_below(paths, it.key, below))
      dw_json_set(arena, kept, it.key, keep(arena, it.value, below));
  return kept;
}

static dw_json *keep_elements(struct dw_arena *arena, const dw_json *list, const char *const *paths) {
  const char *below[MOST_PATHS];
  dw_json *kept = dw_json_new_array(arena);
  if (go_below(paths, "[]", below))
    for (size_t i = 0; i < dw_json_size(list); i++)
      dw_json_append(arena, kept, keep(arena, dw_json_at(list, i), below));
  return kept;
}

/* As deep as the paths are. What is of another type than a path expects stays, for the reduction to refuse. */
static dw_json *keep(struct dw_arena *arena, const dw_json *json, const char *const *paths) {
  for (const char *const *path = paths; *path != NULL; path++)
    if (**path == '\0')
      return dw_json_share(json);
  if (dw_json_type(json) == DW_JSON_OBJECT)
    return keep_members(arena, json, paths);
  if (dw_json_type(json) == DW_JSON_ARRAY)
    return keep_elements(arena, json, paths);
  return dw_json_share(json);
}

/* The text of a YAML document less what is not about networks. What can't be read stays unreadable. */
static dw_json *keep_embedded(struct dw_arena *arena, const dw_json *text) {
  const char *yaml = dw_json_string(text);
  struct dw_yaml_doc *doc = NULL;
  if (yaml == NULL)
    return dw_json_share(text);
  DW_ARENA_SCOPED struct dw_arena *limited = dw_arena_new(EMBEDDED_LIMIT);
  const char *kept = "{";
  if (dw_yaml_parse(limited, yaml, strlen(yaml), &doc, NULL) == 0)
    kept = doc == NULL ? "" : dw_json_text(limited, keep(limited, doc->root, embedded_paths));
  return dw_json_new_string(arena, kept, strlen(kept));
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
  const dw_json *kept = keep_members(arena, json, paths_of[kind]);
  if (kind == DW_KIND_CONFIG_MAP)
    kept = keep_config_map(arena, kept);
  for (struct dw_json_member it = dw_json_first(kept); it.value != NULL; it = dw_json_next(kept, it))
    dw_json_set(arena, object, it.key, dw_json_share(it.value));
  return object;
}
