#include "cluster/object.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/reduce_internal.h"

enum { LONGEST_UID = 64 };

static int (*const reducers[DW_KIND_COUNT])(struct dw_reduction *r, struct dw_error *err) = {
    [DW_KIND_NAD] = dw_reduce_nad,
    [DW_KIND_HYPERCONVERGED] = dw_reduce_user,
    [DW_KIND_KUBEVIRT] = dw_reduce_user,
    [DW_KIND_NODE] = dw_reduce_node,
    [DW_KIND_NODE_NETWORK_STATE] = dw_reduce_nns,
    [DW_KIND_NETWORK] = dw_reduce_network,
    [DW_KIND_NETWORK_OPERATOR] = dw_reduce_network_operator,
    [DW_KIND_ADDRESS_POOL] = dw_reduce_address_pool,
    [DW_KIND_SERVICE_CIDR] = dw_reduce_service_cidr,
    [DW_KIND_CONFIG_MAP] = dw_reduce_config_map,
    [DW_KIND_MIGRATION] = dw_reduce_migration,
    [DW_KIND_VMI] = dw_reduce_vmi,
    [DW_KIND_MIGRATION_POLICY] = dw_reduce_user,
};

static int required(const struct dw_spot *up, const char *key, const char **out, struct dw_error *err) {
  if (dw_spot_text(up, key, out, err) != 0)
    return -1;
  if (*out != NULL && (*out)[0] != '\0')
    return 0;
  struct dw_spot spot = dw_spot_member(up, key);
  return dw_spot_error(&spot, err, "is missing; every Kubernetes object needs it");
}

/* No rule reads the uid, but Events need it to identify their object. */
static const char *uid_of(enum dw_kind kind, const dw_json *metadata) {
  bool judged = dw_kind_is_judged(kind) || kind == DW_KIND_VMI;
  const char *uid = judged ? dw_json_get_string(metadata, "uid") : NULL;
  return uid == NULL || strlen(uid) > LONGEST_UID ? "" : uid;
}

static int read_kind(const struct dw_spot *root, enum dw_kind *out, struct dw_error *err) {
  const char *version = NULL;
  const char *kind = NULL;
  if (required(root, "apiVersion", &version, err) != 0 || required(root, "kind", &kind, err) != 0)
    return -1;
  *out = dw_kind_of_version(version, kind, false);
  return 0;
}

static int read_metadata(struct dw_reduction *r, const char *default_namespace, struct dw_error *err) {
  struct dw_spot metadata;
  const char *ns = NULL;
  if (dw_spot_object(&r->root, "metadata", &metadata, err) != 0 ||
      required(&metadata, "name", &r->object->name, err) != 0 || dw_spot_text(&metadata, "namespace", &ns, err) != 0)
    return -1;
  if (dw_kind_cluster_wide(r->object->kind))
    ns = "";
  else if (ns == NULL || ns[0] == '\0')
    ns = default_namespace;
  r->object->namespace_ = ns;
  r->object->uid = uid_of(r->object->kind, metadata.json);
  r->object->deleting = dw_spot_member(&metadata, "deletionTimestamp").json != NULL;
  return 0;
}

/* Of OpenShift's Networks only "cluster" has a meaning; of ConfigMaps only the two that contain networks are read. */
static bool is_read(const struct dw_object *object) {
  if (object->kind == DW_KIND_NETWORK || object->kind == DW_KIND_NETWORK_OPERATOR)
    return strcmp(object->name, "cluster") == 0;
  if (object->kind == DW_KIND_CONFIG_MAP)
    return dw_reduce_knows_config_map(object->namespace_, object->name);
  return true;
}

static int check_object(const dw_json *json, struct dw_error *err) {
  if (dw_json_type(json) == DW_JSON_OBJECT)
    return 0;
  return dw_error_set(err, DW_ERR_INVALID, "a Kubernetes object must be a JSON object, not %s",
                      dw_json_type_name(json));
}

static int reduce(struct dw_reduction *r, const char *default_namespace, const struct dw_object **out,
                  struct dw_error *err) {
  struct dw_object *object = r->object;
  const char *kind = dw_kind_title(object->kind);
  if (read_metadata(r, default_namespace, err) != 0)
    return dw_error_wrap(err, "%s", kind);
  if (!is_read(object)) {
    *out = NULL;
    return 0;
  }
  if (reducers[object->kind](r, err) != 0)
    return dw_error_wrap(err, "%s %s%s%s", kind, object->namespace_, object->namespace_[0] == '\0' ? "" : "/",
                         object->name);
  *out = dw_object_pack(object);
  return 0;
}

int dw_object_reduce(const dw_json *json, const char *default_namespace, const struct dw_object **out,
                     struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct dw_object object = {.kind = DW_KIND_OTHER};
  struct dw_reduction r = {.scratch = scratch, .object = &object, .root = {.json = json}};
  if (check_object(json, err) != 0 || read_kind(&r.root, &object.kind, err) != 0)
    return -1;
  if (object.kind != DW_KIND_OTHER)
    return reduce(&r, default_namespace, out, err);
  *out = NULL;
  return 0;
}

int dw_object_reduce_as(enum dw_kind kind, const dw_json *json, const char *default_namespace,
                        const struct dw_object **out, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct dw_object object = {.kind = kind};
  struct dw_reduction r = {.scratch = scratch, .object = &object, .root = {.json = json}};
  if (check_object(json, err) != 0)
    return -1;
  const char *own = dw_json_get_string(json, "kind");
  if (own != NULL && strcmp(own, dw_kind_name(kind)) != 0)
    return dw_error_set(err, DW_ERR_INVALID, "kind is %s, not %s", own, dw_kind_name(kind));
  if (own == NULL && dw_kind_is_user(kind)) /* their versions differ */
    return dw_error_set(err, DW_ERR_INVALID, "kind is missing");
  return reduce(&r, default_namespace, out, err);
}

int dw_object_compare(const struct dw_object *a, const struct dw_object *b) {
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  int order = strcmp(a->namespace_, b->namespace_);
  return order != 0 ? order : strcmp(a->name, b->name);
}

uint32_t dw_nic_port_count(const struct dw_nic *nic) {
  return nic->more == NULL ? 0 : nic->more->port_count;
}

const struct dw_nic *dw_nns_find(const struct dw_object *nns, const char *name) {
  size_t count = nns->nns.nic_count;
  const struct dw_nic *nic = dw_find_by_name(name, nns->nns.nics, count, sizeof nns->nns.nics[0]);
  for (size_t i = 0; nic == NULL && i < count; i++) {
    const struct dw_nic_more *more = nns->nns.nics[i].more;
    for (size_t k = 0; more != NULL && k < more->alt_name_count; k++)
      if (strcmp(more->alt_names[k], name) == 0)
        nic = &nns->nns.nics[i];
  }
  return nic;
}
