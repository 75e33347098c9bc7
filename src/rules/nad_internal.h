/* What the families of NAD rules share. */
#ifndef RULES_NAD_INTERNAL_H
#define RULES_NAD_INTERNAL_H

#include "rules/rule.h"

/* The CNI configuration; NULL if it cannot be read or is being deleted. */
const struct dw_cni_config *dw_nad_config(const struct dw_check *check) __attribute__((nonnull));

/* The plugins whose type can be told, one after the other: `p = NULL; (p = dw_nad_next(check, p)) != NULL`. None where
 * the configuration can't be read; of the other plugins cni-type speaks, and nobody else. */
const struct dw_cni_plugin *dw_nad_next(const struct dw_check *check, const struct dw_cni_plugin *after)
    __attribute__((nonnull(1)));

/* The plugin that connects the pod: the first one that does, or may do. NULL where there is none, or where a plugin
 * before it can't be told. */
const struct dw_cni_plugin *dw_nad_connecting(const struct dw_check *check) __attribute__((nonnull));

/* OVN-Kubernetes allocates by itself: whatever stands in `ipam` there is told by ipam-syntax. */
bool dw_nad_is_ovn(const struct dw_cni_plugin *plugin) __attribute__((nonnull));

/* Returns true for CNI's tuning plugin and KubeVirt's copy of it. */
bool dw_nad_is_tuning(const struct dw_cni_plugin *plugin) __attribute__((nonnull));

/* Absent, null or "". */
bool dw_nad_is_blank(const struct dw_value *value) __attribute__((nonnull));

/* Marks what is found as something that could not be read as a whole: an UPDATE may leave it so only with the same
 * spec.config. */
void dw_nad_mark_unread(const struct dw_check *check, struct dw_found *found) __attribute__((nonnull));

/* Makes findings of what is refused by KIND: Multus and libcni, or a plugin. */
void dw_nad_report_faults(struct dw_check *check, const struct dw_rule *rule, enum dw_fault_kind kind)
    __attribute__((nonnull));

/* Whether the policy switched the rule off: what it finds is then left to other rules. */
bool dw_nad_rule_off(const struct dw_check *check, const char *id) __attribute__((nonnull));

/* Why range-class finds that the pool hands out addresses that serve no pod ("takes in multicast addresses"); NULL
 * where it does not. */
const char *dw_nad_pool_class(struct dw_arena *arena, const struct dw_pool *pool) __attribute__((nonnull));

/* Whether the rules about a pool's place and size judge it: it has addresses, and range-class let it pass. */
bool dw_nad_pool_sound(const struct dw_check *check, const struct dw_pool *pool) __attribute__((nonnull));

/* All such pools, of all plugins, in the order of the configuration. */
struct dw_nad_pool {
  const struct dw_cni_plugin *plugin;
  const struct dw_pool *pool;
};
struct dw_nad_pools {
  struct dw_nad_pool *items;
  size_t count;
};
struct dw_nad_pools dw_nad_pools(const struct dw_check *check) __attribute__((nonnull));

/* The routes that PLUGIN sets in the pod: those of its IPAM, or those that route-override adds. */
struct dw_nad_routes {
  struct dw_routes routes;
  bool covers_v4, covers_v6; /* those that count in the pod's main table lead every address of the family here */
  bool may_not_count;        /* the IPAM plugin is not known, or a plugin behind it takes routes away again */
};
struct dw_nad_routes dw_nad_routes(const struct dw_check *check, const struct dw_cni_plugin *plugin)
    __attribute__((nonnull));
/* Whether the pod's main table leads traffic by ROUTE: not where another table or a higher metric than that of the pod
 * network's own default route keeps it aside. */
bool dw_nad_route_counts(const struct dw_route *route) __attribute__((nonnull));

/* Why no node is known to run virt-handler, where there is none. */
const char *dw_nad_no_nodes(const struct dw_check *check) __attribute__((nonnull, returns_nonnull));

/* Whether two pods of the migration network may run on one node. */
bool dw_nad_pods_meet(const struct dw_check *check) __attribute__((nonnull));

/* Why the NICs of some node that runs virt-handler are not known; NULL where all are. */
const char *dw_nad_no_nics(const struct dw_check *check) __attribute__((nonnull));

/* "worker-0, worker-1 and 3 more": NAMES holds the first of TOTAL names, at most MAX. */
const char *dw_nad_list(struct dw_arena *arena, const char *const *names, size_t max, size_t total)
    __attribute__((nonnull));

/* "10.0.0.1-10.0.0.9", or "10.0.0.1" alone. */
const char *dw_nad_span(struct dw_arena *arena, const struct dw_interval *span) __attribute__((nonnull));

#endif
