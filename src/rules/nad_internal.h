/* What the families of NAD rules share. */
#ifndef RULES_NAD_INTERNAL_H
#define RULES_NAD_INTERNAL_H

#include "rules/rule.h"

/* The CNI configuration; NULL if it cannot be read or is being deleted. */
const struct dw_cni_config *dw_nad_config(const struct dw_check *check) __attribute__((nonnull));

/* Iterates over the plugins with a valid type: `p = NULL; (p = dw_nad_next(check, p)) != NULL`. There are none if the
 * configuration cannot be read. Only cni-type reports the other plugins. */
const struct dw_cni_plugin *dw_nad_next(const struct dw_check *check, const struct dw_cni_plugin *after)
    __attribute__((nonnull(1)));

/* The plugin that connects the pod: the first one that does, or may do so. NULL if there is none, or if a plugin before
 * it has no valid type. */
const struct dw_cni_plugin *dw_nad_connecting(const struct dw_check *check) __attribute__((nonnull));

/* Returns true for OVN-Kubernetes' plugin, which allocates addresses itself. */
bool dw_nad_is_ovn(const struct dw_cni_plugin *plugin) __attribute__((nonnull));

/* Returns true for CNI's tuning plugin and KubeVirt's copy of it. */
bool dw_nad_is_tuning(const struct dw_cni_plugin *plugin) __attribute__((nonnull));

/* The cniVersion that suits CONFIG: the oldest one that all of its plugins accept, but at least 0.3.1. */
const char *dw_nad_version_for(const struct dw_cni_config *config) __attribute__((nonnull, returns_nonnull));
/* The edit that sets it; none if the version is chosen from cniVersions, or the key is spelled differently. */
struct dw_edits dw_nad_set_version(const struct dw_check *check, const char *version) __attribute__((nonnull));

/* Absent, null or "". */
bool dw_nad_is_blank(const struct dw_value *value) __attribute__((nonnull));

/* Marks a finding about something that could not be read completely: in an UPDATE, it is an old mistake only if
 * spec.config is the same, byte for byte. */
void dw_nad_mark_unread(const struct dw_check *check, struct dw_found *found) __attribute__((nonnull));

/* Reports the values that KIND (Multus and libcni, or a plugin) rejects. */
void dw_nad_report_faults(struct dw_check *check, const struct dw_rule *rule, enum dw_fault_kind kind)
    __attribute__((nonnull));

/* Returns true if the policy turns the rule off: then other rules may report what it would find. */
bool dw_nad_rule_off(const struct dw_check *check, const char *id) __attribute__((nonnull));

/* Why the pool hands out addresses that no pod can use ("includes multicast addresses"), as range-class reports it;
 * NULL if it does not. */
const char *dw_nad_pool_class(struct dw_arena *arena, const struct dw_pool *pool) __attribute__((nonnull));

/* Returns true if the rules about a pool's place and size should judge it: it has addresses, and range-class does not
 * object. */
bool dw_nad_pool_sound(const struct dw_check *check, const struct dw_pool *pool) __attribute__((nonnull));

/* All such pools of all plugins, in the order of the configuration. */
struct dw_nad_pool {
  const struct dw_cni_plugin *plugin;
  const struct dw_pool *pool;
};
struct dw_nad_pools {
  struct dw_nad_pool *items;
  size_t count;
};
struct dw_nad_pools dw_nad_pools(const struct dw_check *check) __attribute__((nonnull));

/* How many addresses the pods of a migration network need: one for each virt-handler and each
 * virt-synchronization-controller, and one for the pod that an update of the latter starts first. */
uint64_t dw_nad_needed(const struct dw_check *check) __attribute__((nonnull));

/* The edits that exclude PREFIXES[COUNT] from the pool. None if the IPAM plugin ignores excludes there, or if the
 * rest of the pool would be too small. */
struct dw_edits dw_nad_exclude(const struct dw_check *check, const struct dw_nad_pool *item,
                               const struct dw_prefix *prefixes, size_t count) __attribute__((nonnull));

/* The routes that PLUGIN adds in the pod: those of its IPAM, or those of route-override. */
struct dw_nad_routes {
  struct dw_routes routes;
  bool covers_v4, covers_v6; /* those that count in the pod's main table cover every address of the family */
  bool may_not_count;        /* the IPAM plugin is unknown, or a later plugin removes routes again */
};
struct dw_nad_routes dw_nad_routes(const struct dw_check *check, const struct dw_cni_plugin *plugin)
    __attribute__((nonnull));
/* Returns true if traffic uses ROUTE: it is in the main table and its metric is not higher than that of the pod
 * network's default route. */
bool dw_nad_route_counts(const struct dw_route *route) __attribute__((nonnull));

/* Why no node is known to run virt-handler. Call it only if there is none. */
const char *dw_nad_no_nodes(const struct dw_check *check) __attribute__((nonnull, returns_nonnull));

/* Returns true if two pods of the migration network may run on the same node. */
bool dw_nad_pods_share_node(const struct dw_check *check) __attribute__((nonnull));

/* Why the NICs of some node that runs virt-handler are unknown; NULL if all are known. */
const char *dw_nad_no_nics(const struct dw_check *check) __attribute__((nonnull));

/* "10.0.0.1-10.0.0.9", or "10.0.0.1" alone. */
const char *dw_nad_span(struct dw_arena *arena, const struct dw_interval *span) __attribute__((nonnull));

#endif
