/* Where the API lets a pod run: nodeSelector, required node affinity and tolerations, as kube-scheduler and the
 * DaemonSet controller read them (k8s.io/component-helpers scheduling/corev1/nodeaffinity, k8s.io/api core/v1
 * toleration.go). */
#ifndef CLUSTER_PLACEMENT_H
#define CLUSTER_PLACEMENT_H

#include "cluster/object.h"
#include "json/json.h"

/* Whether pods with the NodePlacement PLACEMENT (NULL: none is set) fit on NODE. */
bool dw_placement_fits(const dw_json *placement, const struct dw_object *node) __attribute__((nonnull(2)));
/* Whether it may run Linux. */
bool dw_node_is_linux(const struct dw_object *node) __attribute__((nonnull));

#endif
