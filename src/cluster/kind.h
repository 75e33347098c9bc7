/* The kinds of cluster objects that Droveway reads. */
#ifndef CLUSTER_KIND_H
#define CLUSTER_KIND_H

#include <stdbool.h>

enum dw_kind {
  DW_KIND_NAD,
  DW_KIND_HYPERCONVERGED,
  DW_KIND_KUBEVIRT,
  DW_KIND_NODE,
  DW_KIND_NODE_NETWORK_STATE,
  DW_KIND_NETWORK,          /* config.openshift.io */
  DW_KIND_NETWORK_OPERATOR, /* operator.openshift.io: contains changed subnets of OVN-Kubernetes */
  DW_KIND_SERVICE_CIDR,
  DW_KIND_ADDRESS_POOL, /* metallb.io IPAddressPool */
  DW_KIND_CONFIG_MAP,   /* kube-system/kubeadm-config and kube-system/cluster-config-v1 only */
  DW_KIND_MIGRATION,    /* VirtualMachineInstanceMigration */
  DW_KIND_VMI,          /* VirtualMachineInstance: audit only */
  DW_KIND_MIGRATION_POLICY,
  DW_KIND_COUNT,
  DW_KIND_OTHER = DW_KIND_COUNT
};

/* The kind with this API group ("" for core) and name, whatever the version; OTHER if it is not read. */
enum dw_kind dw_kind_of(const char *group, const char *kind) __attribute__((nonnull));
/* The same for an object's apiVersion ("hco.kubevirt.io/v1"). FOLD ignores the letter case of the kind. Both texts may
 * be NULL. */
enum dw_kind dw_kind_of_version(const char *version, const char *kind, bool fold);
const char *dw_kind_name(enum dw_kind kind) __attribute__((returns_nonnull)); /* "NetworkAttachmentDefinition" */
/* The same, with the group if another kind has the same name: "Network.operator.openshift.io". */
const char *dw_kind_title(enum dw_kind kind) __attribute__((returns_nonnull));
const char *dw_kind_group(enum dw_kind kind) __attribute__((returns_nonnull)); /* "k8s.cni.cncf.io" */

/* Whether objects of this kind name a migration network: HyperConverged and KubeVirt. */
bool dw_kind_is_user(enum dw_kind kind);
/* Whether objects of this kind are reviewed, linted and audited. */
bool dw_kind_is_judged(enum dw_kind kind);
bool dw_kind_cluster_wide(enum dw_kind kind); /* its objects have no namespace */

#endif
