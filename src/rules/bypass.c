/* Migrations that did not use the migration network, recognised by the target address in their status. */
#include <string.h>

#include "rules/families.h"

static bool holds(const struct dw_object *nad, const struct dw_addr *address) {
  for (size_t i = 0; i < nad->nad.pool_count; i++)
    if (dw_interval_contains(&nad->nad.pools[i].span, address))
      return true;
  return false;
}

/* Returns true if the migration went to another cluster, probably over that cluster's migration network: into one of
 * the ranges in the policy or, if the policy has none, anywhere in a migration between clusters. */
static bool left_cluster(const struct dw_check *check, const struct dw_addr *address) {
  const struct dw_policy *policy = check->policy;
  for (size_t i = 0; i < policy->remote_cluster_count; i++)
    for (size_t j = 0; j < policy->remote_clusters[i].range_count; j++)
      if (dw_interval_contains(&policy->remote_clusters[i].ranges[j], address))
        return true;
  return check->vmi->vmi.decentralized && policy->remote_cluster_count == 0;
}

static bool has_user(const struct dw_check *check, enum dw_kind kind) {
  for (size_t i = 0; i < dw_view_count(check->view, kind); i++)
    if (strcmp(dw_view_at(check->view, kind, i)->namespace_, check->policy->namespace_) == 0)
      return true;
  return false;
}

/* Returns true if no network is known only because HyperConverged and KubeVirt cannot be read. */
static bool may_have_network(const struct dw_check *check) {
  static const enum dw_kind users[] = {DW_KIND_HYPERCONVERGED, DW_KIND_KUBEVIRT};
  bool unknown = false;
  for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
    if (has_user(check, users[i]))
      return false;
    unknown |= dw_view_knows(check->view, users[i]) != DW_KNOWN;
  }
  return unknown;
}

/* The migration network's NAD, if its pools are known; otherwise NULL, and *WHY_NOT gets the reason. *WHY_NOT is
 * unchanged if there is nothing to report: without a network, migrations use the pod network on purpose, and
 * network-missing reports a NAD that does not exist. */
static const struct dw_object *network_of(const struct dw_check *check, const char **why_not) {
  const char *network = dw_view_network(check->view);
  struct dw_nad_name name;
  if (network == NULL || !dw_network_read(check->arena, check->policy->namespace_, network, &name)) {
    if (may_have_network(check))
      *why_not = "the migration network is unknown";
    return NULL;
  }
  const struct dw_object *nad = dw_view_find(check->view, DW_KIND_NAD, name.ns, name.name);
  if (nad != NULL && nad->nad.pool_count > 0)
    return nad;
  if (nad != NULL)
    *why_not = dw_arena_printf(check->arena, "the addresses of NAD %s/%s are unknown", name.ns, name.name);
  else if (dw_view_knows(check->view, DW_KIND_NAD) != DW_KNOWN)
    *why_not = "the NADs are unknown";
  return NULL;
}

static void migration_bypassed(struct dw_check *check, const struct dw_rule *rule) {
  static const char field[] = "status.migrationState.targetNodeAddress";
  const char *text = check->vmi->vmi.target_node_address;
  const char *why_not = NULL;
  struct dw_addr address;
  if (!check->vmi->vmi.completed || text == NULL || *text == '\0')
    return;
  const struct dw_object *nad = network_of(check, &why_not);
  if (nad != NULL && !dw_addr_parse(text, DW_ADDR_SLOPPY, &address))
    why_not = dw_arena_printf(check->arena, "\"%.64s\" is not an IP address", text);
  if (why_not != NULL)
    dw_report_unverified(check, rule, field, "%s", why_not);
  if (nad == NULL || why_not != NULL || holds(nad, &address) || left_cluster(check, &address))
    return;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = field,
                           .value = text,
                           .fix = "check that the target node's virt-handler pod has migration0, unless the VM "
                                  "migrated before the network was set"};
  dw_report(check, rule, &found,
            "the last migration did not use the migration network: its target, %s, is outside the pools of NAD %s/%s",
            text, nad->namespace_, nad->name);
}

static const struct dw_rule rules[] = {
    {"migration-bypassed", DW_SCOPE_VMI, DW_ACTION_WARN, DW_ACTION_NONE,
     "a VirtualMachineInstance whose last migration used another network: its target address is outside the migration "
     "network's pools (only `droveway audit` checks this)",
     "check that the target node's virt-handler pod has migration0, then migrate the VM again", migration_bypassed},
};

const struct dw_family dw_family_bypass = {rules, sizeof rules / sizeof *rules};
