/* What a patch of KubeVirt's customizeComponents does to the pods that use the migration network. */
#ifndef RULES_CUSTOMIZE_H
#define RULES_CUSTOMIZE_H

#include "base/arena.h"
#include "json/json.h"

/* If a patch does several of these, the first one counts. */
enum dw_touch {
  DW_TOUCH_NOTHING,
  DW_TOUCH_UNREADABLE,   /* the patch is not valid JSON of its type */
  DW_TOUCH_NETWORKS,     /* the pods' k8s.v1.cni.cncf.io/networks */
  DW_TOUCH_ANNOTATIONS,  /* all annotations of the pods, or something around them */
  DW_TOUCH_HOST_NETWORK, /* hostNetwork */
  DW_TOUCH_PLACEMENT     /* on which nodes they run, and how many */
};

struct dw_customization {
  const char *workload; /* "virt-handler" or "virt-synchronization-controller"; NULL for other workloads */
  enum dw_touch touch;
  const char *key; /* the last key on the way to it */
};

/* PATCH is an element of spec.customizeComponents.patches. */
struct dw_customization dw_customization_read(struct dw_arena *arena, const dw_json *patch) __attribute__((nonnull(1)));

#endif
