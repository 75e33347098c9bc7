#include "rules/families.h"

/* Migrations that went past the migration network, told from what they left behind. */

static bool holds(const struct dw_object *nad, const struct dw_addr *address) {
  struct dw_interval one = {*address, *address};
  for (size_t i = 0; i < nad->nad.pool_count; i++) {
    const struct dw_interval *span = &nad->nad.pools[i].span;
    if (span->first.v4 == one.first.v4 && dw_addr_compare(&span->first, address) <= 0 &&
        dw_addr_compare(address, &span->last) <= 0)
      return true;
  }
  return false;
}

static void migration_bypassed(struct dw_check *check, const struct dw_rule *rule) {
  static const char field[] = "status.migrationState.targetNodeAddress";
  const char *network = dw_view_network(check->view);
  const char *ns = check->policy->namespace_;
  const struct dw_object *nad = network == NULL ? NULL : dw_view_find(check->view, DW_KIND_NAD, ns, network);
  const char *text = check->vmi->vmi.target_node_address;
  struct dw_addr address;
  /* Without a network all goes over the pod network on purpose; a network that is missing is its user's finding. */
  if (!check->vmi->vmi.completed || text == NULL || nad == NULL)
    return;
  if (nad->nad.pool_count == 0) {
    dw_report_unverified(check, rule, field, "the pools of NAD %s/%s are not known", ns, network);
    return;
  }
  if (dw_addr_parse(text, DW_ADDR_SLOPPY, &address) && holds(nad, &address))
    return;
  struct dw_found found = {
      .reason = DW_REASON_INVALID,
      .field = field,
      .value = text,
      .mend = "unless it ran before the network was set, look for migration0 in the virt-handler pod of that node"};
  dw_report(check, rule, &found, "the last migration went past the migration network: outside the pools of NAD %s/%s",
            ns, network);
}

static const struct dw_rule rules[] = {
    {"migration-bypassed", DW_SCOPE_VMI, DW_ACTION_WARN, DW_ACTION_NONE,
     "audit only: a VirtualMachineInstance whose last migration went over another network: its target address lies "
     "outside "
     "the migration network's pools",
     "look for migration0 in the target node's virt-handler pod, then migrate again", migration_bypassed},
};

const struct dw_family dw_family_bypass = {rules, sizeof rules / sizeof *rules};
