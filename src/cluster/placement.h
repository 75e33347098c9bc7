/* The nodes on which a pod can run, according to nodeSelector, required node affinity and tolerations, as
 * kube-scheduler and the DaemonSet controller evaluate them. Sources: k8s.io/component-helpers
 * scheduling/corev1/nodeaffinity, k8s.io/api core/v1 toleration.go. */
#ifndef CLUSTER_PLACEMENT_H
#define CLUSTER_PLACEMENT_H

#include "cluster/object.h"
#include "json/json.h"

/* Whether pods with the NodePlacement PLACEMENT (NULL if not set) can run on NODE. */
bool dw_placement_fits(const dw_json *placement, const struct dw_object *node) __attribute__((nonnull(2)));
/* Whether NODE runs Linux, which is assumed if it has no label for its operating system. */
bool dw_node_is_linux(const struct dw_object *node) __attribute__((nonnull));

#endif
