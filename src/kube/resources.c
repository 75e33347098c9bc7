#include <string.h>

#include "kube/cluster_internal.h"

static const char *const v1[] = {"v1", NULL};
static const char *const v1beta1[] = {"v1beta1", NULL};
static const char *const v1_or_beta[] = {"v1", "v1beta1", NULL};
static const char *const v1alpha1[] = {"v1alpha1", NULL};
static const char *const nmstate[] = {"v1", "v1beta1", "v1alpha1", NULL};

static const struct dw_resource resources[] = {
    {"k8s.cni.cncf.io", v1, "network-attachment-definitions", NULL, NULL, DW_KIND_NAD, true},
    {"hco.kubevirt.io", v1_or_beta, "hyperconvergeds", NULL, NULL, DW_KIND_HYPERCONVERGED, true},
    {"kubevirt.io", v1, "kubevirts", NULL, NULL, DW_KIND_KUBEVIRT, true},
    {"", v1, "nodes", NULL, NULL, DW_KIND_NODE, true},
    {"nmstate.io", nmstate, "nodenetworkstates", NULL, NULL, DW_KIND_NODE_NETWORK_STATE, true},
    {"config.openshift.io", v1, "networks", NULL, NULL, DW_KIND_NETWORK, true},
    {"operator.openshift.io", v1, "networks", NULL, NULL, DW_KIND_NETWORK_OPERATOR, true},
    {"networking.k8s.io", v1_or_beta, "servicecidrs", NULL, NULL, DW_KIND_SERVICE_CIDR, true},
    {"metallb.io", v1beta1, "ipaddresspools", NULL, NULL, DW_KIND_ADDRESS_POOL, true},
    /* By name, so that RBAC does not need to allow other ConfigMaps. */
    {"", v1, "configmaps", "kube-system", "kubeadm-config", DW_KIND_CONFIG_MAP, true},
    {"", v1, "configmaps", "kube-system", "cluster-config-v1", DW_KIND_CONFIG_MAP, true},
    {"kubevirt.io", v1, "virtualmachineinstancemigrations", NULL, NULL, DW_KIND_MIGRATION, true},
    {"migrations.kubevirt.io", v1alpha1, "migrationpolicies", NULL, NULL, DW_KIND_MIGRATION_POLICY, true},
    {"kubevirt.io", v1, "virtualmachineinstances", NULL, NULL, DW_KIND_VMI, false},
};

const struct dw_resource *dw_resources(size_t *count) {
  *count = sizeof resources / sizeof *resources;
  return resources;
}

void dw_resource_path(const struct dw_resource *resource, const char *version, struct dw_buf *out) {
  if (*resource->group == '\0')
    dw_buf_printf(out, "/api/%s", version);
  else
    dw_buf_printf(out, "/apis/%s/%s", resource->group, version);
  if (resource->ns != NULL)
    dw_buf_printf(out, "/namespaces/%s", resource->ns);
  dw_buf_printf(out, "/%s?", resource->plural);
  if (resource->name != NULL)
    dw_buf_printf(out, "fieldSelector=metadata.name%%3D%s&", resource->name);
}

static bool differs(const char *text, const char *wanted) {
  return text != NULL && wanted != NULL && strcmp(text, wanted) != 0;
}

const char *dw_resource_misfit(const struct dw_resource *resource, struct dw_arena *arena, const dw_json *object) {
  const char *kind = dw_json_get_string(object, "kind");
  const char *ns = dw_json_string(dw_json_path(object, "metadata", "namespace", NULL));
  const char *name = dw_json_string(dw_json_path(object, "metadata", "name", NULL));
  if (differs(kind, dw_kind_name(resource->kind)))
    return dw_arena_printf(arena, "the API server sent kind %.64s instead of %s", kind, dw_kind_name(resource->kind));
  if (differs(ns, resource->ns) || differs(name, resource->name))
    return dw_arena_printf(arena, "the API server sent %.64s/%.256s instead of %s/%s", ns == NULL ? "" : ns,
                           name == NULL ? "" : name, resource->ns, resource->name);
  return NULL;
}
