/* One NIC used by several NADs: what the kernel does not allow on it together. */
#include <string.h>

#include "rules/families.h"
#include "rules/nic_internal.h"

/* Sources: drivers/net/macvlan.c, macvlan_common_newlink() (passthru: EINVAL if there is another macvlan; measured both
 * ways) and macvlan_port_create(); drivers/net/ipvlan/ipvlan_main.c, ipvlan_port_create() (EBUSY on a macvlan's NIC,
 * and the other way round). */
static const struct {
  enum dw_link_kind mine;
  enum dw_link_kind theirs;
  const char *words;
} conflicts[] = {
    {DW_LINK_MACVLAN, DW_LINK_PASSTHRU, "macvlan in passthru mode"},
    {DW_LINK_MACVLAN, DW_LINK_IPVLAN, "ipvlan"},
    {DW_LINK_PASSTHRU, DW_LINK_PASSTHRU, "macvlan in passthru mode"},
    {DW_LINK_PASSTHRU, DW_LINK_MACVLAN, "macvlan"},
    {DW_LINK_PASSTHRU, DW_LINK_IPVLAN, "ipvlan"},
    {DW_LINK_IPVLAN, DW_LINK_PASSTHRU, "macvlan in passthru mode"},
    {DW_LINK_IPVLAN, DW_LINK_MACVLAN, "macvlan"},
};

static const struct dw_object *other_nad(const struct dw_check *check, const struct dw_nad_link *mine,
                                         enum dw_link_kind kind) {
  struct dw_link_query query = {.name = mine->name,
                                .kind = kind,
                                .vlan = mine->vlan,
                                .ns = check->ns,
                                .nad = check->name,
                                .before = check->order};
  return dw_view_link(check->view, &query);
}

static void report(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                   const struct dw_object *other, const char *words) {
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = plugin->master.field,
                               .value = plugin->master.text,
                               .fix = "use a dedicated NIC",
                               .warn_at_most = true},
            "NAD %s/%s puts %s on this NIC: on a node that runs a pod of one, pods of the other fail",
            other->namespace_, other->name, words);
}

/* Two VLAN devices with the same id on one NIC: net/8021q/vlan.c, vlan_check_real_dev(): EEXIST, even if the first was
 * moved to another network namespace. */
static void vlan_shared(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                        const struct dw_nad_link *link) {
  struct dw_faulty existing =
      dw_nic_fault(check, dw_view_nic_proper(check->view, link->name), DW_NIC_VLAN_TAKEN, link->vlan);
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = plugin->vlan.field,
                           .value = dw_value_shown(check->arena, &plugin->vlan),
                           .json = plugin->vlan.json};
  if (existing.count > 0) {
    found.fix = "use macvlan with that interface as master, or another VLAN";
    dw_report(check, rule, &found,
              "%s already has an interface for this VLAN on %s, so the vlan plugin fails: file exists", link->name,
              existing.nodes);
  }
  found.warn_at_most = true;
  const struct dw_object *other = other_nad(check, link, DW_LINK_VLAN);
  if (other != NULL)
    report(check, rule, plugin, other, "the same VLAN");
  if (!check->class.migration || !dw_nad_pods_share_node(check))
    return;
  found.fix = "create the VLAN interface on the nodes, and use macvlan on it";
  dw_report(check, rule, &found,
            "a node can have this VLAN of %s only once, so virt-synchronization-controller fails on a node where "
            "virt-handler or another of its pods runs",
            link->name);
}

static void master_shared(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nic_next_master(check, plugin)) != NULL;) {
    struct dw_nad_link link;
    if (!dw_nad_link_of(plugin, &link))
      continue;
    if (link.kind == DW_LINK_VLAN)
      vlan_shared(check, rule, plugin, &link);
    for (size_t i = 0; i < sizeof conflicts / sizeof conflicts[0]; i++) {
      const struct dw_object *other =
          conflicts[i].mine == link.kind ? other_nad(check, &link, conflicts[i].theirs) : NULL;
      if (other != NULL)
        report(check, rule, plugin, other, conflicts[i].words);
    }
  }
}

static const struct dw_rule rules[] = {
    {"master-shared", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "a node already has an interface for the vlan plugin's VLAN; warns if another NAD uses the same NIC in a way that "
     "the kernel does not allow in combination: macvlan and ipvlan, passthru and any macvlan, the same VLAN twice",
     "use a dedicated NIC", master_shared},
};

const struct dw_family dw_family_sharing = {rules, sizeof rules / sizeof rules[0]};
