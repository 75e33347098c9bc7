#include "cluster/kind.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct kind {
  const char *name;
  const char *group;
  bool cluster_wide;
} kinds[DW_KIND_COUNT] = {
    [DW_KIND_NAD] = {"NetworkAttachmentDefinition", "k8s.cni.cncf.io", false},
    [DW_KIND_HYPERCONVERGED] = {"HyperConverged", "hco.kubevirt.io", false},
    [DW_KIND_KUBEVIRT] = {"KubeVirt", "kubevirt.io", false},
    [DW_KIND_NODE] = {"Node", "", true},
    [DW_KIND_NODE_NETWORK_STATE] = {"NodeNetworkState", "nmstate.io", true},
    [DW_KIND_NETWORK] = {"Network", "config.openshift.io", true},
    [DW_KIND_NETWORK_OPERATOR] = {"Network", "operator.openshift.io", true},
    [DW_KIND_ADDRESS_POOL] = {"IPAddressPool", "metallb.io", false},
    [DW_KIND_SERVICE_CIDR] = {"ServiceCIDR", "networking.k8s.io", true},
    [DW_KIND_CONFIG_MAP] = {"ConfigMap", "", false},
    [DW_KIND_MIGRATION] = {"VirtualMachineInstanceMigration", "kubevirt.io", false},
    [DW_KIND_VMI] = {"VirtualMachineInstance", "kubevirt.io", false},
    [DW_KIND_MIGRATION_POLICY] = {"MigrationPolicy", "migrations.kubevirt.io", true},
};

enum dw_kind dw_kind_of(const char *group, const char *kind) {
  for (int i = 0; i < DW_KIND_COUNT; i++)
    if (strcmp(kinds[i].name, kind) == 0 && strcmp(kinds[i].group, group) == 0)
      return (enum dw_kind)i;
  return DW_KIND_OTHER;
}

enum dw_kind dw_kind_of_version(const char *version, const char *kind, bool fold) {
  const char *slash = version == NULL ? NULL : strchr(version, '/');
  size_t length = slash == NULL ? 0 : (size_t)(slash - version);
  for (int i = 0; i < DW_KIND_COUNT && version != NULL && kind != NULL; i++)
    if (strlen(kinds[i].group) == length && strncmp(kinds[i].group, version, length) == 0 &&
        (fold ? strcasecmp(kinds[i].name, kind) : strcmp(kinds[i].name, kind)) == 0)
      return (enum dw_kind)i;
  return DW_KIND_OTHER;
}

const char *dw_kind_name(enum dw_kind kind) {
  return kind < DW_KIND_COUNT ? kinds[kind].name : "object";
}

const char *dw_kind_title(enum dw_kind kind) {
  return kind == DW_KIND_NETWORK_OPERATOR ? "Network.operator.openshift.io" : dw_kind_name(kind);
}

const char *dw_kind_group(enum dw_kind kind) {
  return kind < DW_KIND_COUNT ? kinds[kind].group : "";
}

bool dw_kind_cluster_wide(enum dw_kind kind) {
  return kind < DW_KIND_COUNT && kinds[kind].cluster_wide;
}

bool dw_kind_is_user(enum dw_kind kind) {
  return kind == DW_KIND_HYPERCONVERGED || kind == DW_KIND_KUBEVIRT;
}

bool dw_kind_is_judged(enum dw_kind kind) {
  return kind == DW_KIND_NAD || kind == DW_KIND_HYPERCONVERGED || kind == DW_KIND_KUBEVIRT ||
         kind == DW_KIND_MIGRATION_POLICY;
}
