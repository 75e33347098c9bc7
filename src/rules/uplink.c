/* The Linux bridge that the network uses, and its uplink: the port that connects it to other nodes. */
#include <string.h>

#include "base/buf.h"
#include "rules/families.h"
#include "rules/nic_internal.h"

/* --- bridge-uplink --- */

/* A bridge can be missing on one node and without a port on another: one finding reports everything. */
static const char *bridge_faults(const struct dw_check *check, const char *bridge) {
  static const struct {
    enum dw_nic_fault fault;
    const char *words;
  } faults[] = {{DW_NIC_MISSING, "does not exist on"},
                {DW_NIC_NO_BRIDGE, "is not a Linux bridge on"},
                {DW_NIC_NO_PORT, "has no port on"}};
  const char *text = NULL;
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    struct dw_faulty found = dw_nic_fault(check, bridge, faults[i].fault, 0);
    if (found.count > 0)
      text = dw_arena_printf(check->arena, "%s%s%s %s", text == NULL ? "" : text, text == NULL ? "" : ", ",
                             faults[i].words, found.nodes);
  }
  return text;
}

static void named_bridge(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *bridge) {
  const char *faults = bridge_faults(check, bridge->text);
  const char *unknown = dw_nad_no_nics(check);
  if (faults != NULL)
    dw_report(
        check, rule,
        &(struct dw_found){.reason = DW_REASON_INVALID,
                           .field = bridge->field,
                           .value = bridge->text,
                           .fix = "create a bridge with this name on every node, with the migration NIC as its port"},
        "%s", faults);
  else if (unknown != NULL)
    dw_report_unknown(check, rule, bridge->field, "%s", unknown);
}

/* Measured: without the key, the plugin creates cni0; with "" it fails, because a bridge needs a name. */
static void bridge_of(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *bridge) {
  struct dw_found found = {.field = bridge->field,
                           .value = bridge->text,
                           .fix = "use a bridge that has the migration NIC as its port on every node"};
  if (!dw_value_given(bridge)) {
    found.reason = DW_REASON_REQUIRED;
    dw_report(check, rule, &found, "without it, the bridge is cni0, which has no uplink");
  } else if (dw_nad_is_blank(bridge)) {
    found.reason = DW_REASON_REQUIRED;
    dw_report(check, rule, &found, "the bridge plugin fails with an empty name");
  } else if (bridge->text != NULL && strcmp(bridge->text, "cni0") == 0) {
    found.reason = DW_REASON_INVALID;
    dw_report(check, rule, &found, "is the default bridge, which has no uplink");
  } else if (bridge->text != NULL && dw_is_interface_name(bridge->text)) {
    named_bridge(check, rule, bridge);
  }
}

/* An interface on a bridge reaches only what is connected to the bridge's ports: without a port, nothing. */
static void bridge_as_master(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *master) {
  struct dw_faulty without_port = dw_nic_fault(check, master->text, DW_NIC_NO_PORT, 0);
  if (without_port.count > 0)
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = master->field,
                                 .value = master->text,
                                 .fix = "make the migration NIC its port on every node, or use that NIC directly"},
              "is a bridge without a port on %s", without_port.nodes);
}

static void bridge_uplink(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (dw_plugin_is_bridge(plugin->type_name))
      bridge_of(check, rule, &plugin->bridge);
    else if (dw_nic_has_master(plugin))
      bridge_as_master(check, rule, &plugin->master);
  }
}

/* --- bridge-vlan --- */

/* The plugin's VLAN; 0 if it has none. */
static uint32_t vlan_of(const struct dw_cni_plugin *plugin) {
  int64_t vlan = 0;
  return dw_json_integer(plugin->vlan.json, &vlan) && vlan > 0 && vlan < 4095 ? (uint32_t)vlan : 0;
}

/* "eth5 carries 100, 200-299": the bridge's ports on one node. */
static const char *carried_vlans(const struct dw_check *check, const char *node, const char *bridge) {
  enum { SHOWN = 4 };
  const struct dw_nic *nic = dw_view_nic_on(check->view, node, bridge);
  struct dw_buf out = DW_BUF_IN(check->arena);
  for (uint32_t i = 0; i < dw_nic_port_count(nic) && i < SHOWN; i++) {
    const struct dw_bridge_port *port = &nic->more->ports[i];
    dw_buf_printf(&out, "%s%s carries", i == 0 ? "" : ", ", port->name);
    for (uint16_t k = 0; k < port->vlan_count && k < SHOWN; k++) {
      const struct dw_vlan_range *range = &port->vlans[k];
      dw_buf_printf(&out, "%s %u", k == 0 ? "" : ",", (unsigned)range->first);
      if (range->last != range->first)
        dw_buf_printf(&out, "-%u", (unsigned)range->last);
    }
    if (port->vlan_count > SHOWN)
      dw_buf_printf(&out, " and more");
  }
  return dw_buf_text(&out);
}

static void closed_vlan(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  const char *bridge = plugin->bridge.text;
  uint32_t vlan = vlan_of(plugin);
  struct dw_faulty closed = {0, "", NULL};
  if (vlan > 0)
    closed = dw_nic_fault(check, bridge, DW_NIC_VLAN_CLOSED, vlan);
  if (closed.count == 0)
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = plugin->vlan.field,
                               .value = dw_value_shown(check->arena, &plugin->vlan),
                               .json = plugin->vlan.json,
                               .fix = "add it to the port's trunk-tags, or use a VLAN that the port carries"},
            "no port of %s carries this VLAN on %s (%s on %s), so no traffic leaves the node", bridge, closed.nodes,
            carried_vlans(check, closed.first, bridge), closed.first);
}

static void shared_vlan(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  struct dw_link_query query = {.name = plugin->bridge.text,
                                .kind = DW_LINK_BRIDGE,
                                .vlan = (uint16_t)vlan_of(plugin),
                                .ns = check->ns,
                                .nad = check->name,
                                .before = check->order};
  const struct dw_object *other = dw_view_link(check->view, &query);
  if (other == NULL)
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = plugin->bridge.field,
                               .value = plugin->bridge.text,
                               .fix = "use a VLAN that is dedicated to migrations",
                               .warn_at_most = true},
            "NAD %s/%s is on the same bridge and VLAN, so its pods and VMs share that network with migrations",
            other->namespace_, other->name);
}

static void bridge_vlan(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nic_next_bridge(check, plugin)) != NULL;) {
    closed_vlan(check, rule, plugin);
    shared_vlan(check, rule, plugin);
  }
}

static const struct dw_rule rules[] = {
    {"bridge-uplink", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "the default bridge cni0, or a bridge that on some node is missing, is not a Linux bridge or has no port",
     "use a bridge that has the migration NIC as its port on every node", bridge_uplink},
    {"bridge-vlan", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "a VLAN that no port of the bridge carries on some node; warns if another NAD uses the same bridge and VLAN",
     "add the VLAN to the port's trunk-tags, and dedicate it to migrations", bridge_vlan},
};

const struct dw_family dw_family_uplink = {rules, sizeof rules / sizeof rules[0]};
