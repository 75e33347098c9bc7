/* The node's NIC or bridge below the network, on every node that runs virt-handler. */
#include <string.h>

#include "rules/families.h"
#include "rules/nad_internal.h"

enum { NODES_SHOWN = 5, NICS_SHOWN = 8 };
/* A master to look up on the nodes; not where linkInContainer makes it the pod's own. */
static bool has_master(const struct dw_cni_plugin *plugin) {
  return dw_plugin_needs_master(plugin->type_name) && !plugin->in_container && plugin->master.text != NULL &&
         dw_is_interface_name(plugin->master.text);
}

/* The next plugin with such a master, as dw_nad_next(). */
static const struct dw_cni_plugin *next_master(const struct dw_check *check, const struct dw_cni_plugin *after) {
  const struct dw_cni_plugin *plugin = dw_nad_next(check, after);
  while (plugin != NULL && !has_master(plugin))
    plugin = dw_nad_next(check, plugin);
  return plugin;
}

/* Nodes with a fault: their number, and their names as a list. */
struct faulty {
  size_t count;
  const char *nodes;
};

static struct faulty find_fault(const struct dw_check *check, const char *nic, enum dw_nic_fault fault,
                                uint32_t limit) {
  const char *names[NODES_SHOWN];
  struct dw_nic_query query = {.name = nic, .fault = fault, .number = limit};
  struct faulty found = {dw_view_nic_fault(check->view, &query, names, NODES_SHOWN), ""};
  if (found.count > 0)
    found.nodes = dw_nad_list(check->arena, names, NODES_SHOWN, found.count);
  return found;
}

static void master_required(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (!dw_plugin_needs_master(plugin->type_name) || !dw_nad_is_blank(&plugin->master))
      continue;
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_REQUIRED,
                                 .field = plugin->master.field,
                                 .mend = "name the NIC that is set apart for migrations"},
              "without it %s takes the NIC of the default route", plugin->type_name);
  }
}

static void master_in_container(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    const struct dw_value *link = &plugin->link_in_container;
    if (!dw_plugin_needs_master(plugin->type_name) || !dw_value_given(link))
      continue;
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = link->field,
                             .value = dw_value_shown(check->arena, link),
                             .mend = "leave it out"};
    if (plugin->in_container)
      dw_report(check, rule, &found, "looks for the master inside the pod, where the node's NIC is not");
  }
}

static const char *suggest_nics(const struct dw_check *check, const char *name) {
  const char *names[NICS_SHOWN];
  size_t count = dw_view_common_nics(check->view, names, NICS_SHOWN);
  const char *nearest = dw_view_nearest_nic(check->view, name);
  const char *meant = nearest == NULL ? "" : dw_arena_printf(check->arena, "did you mean \"%s\"? ", nearest);
  if (count == 0)
    return dw_arena_printf(check->arena, "%sgive the NICs for migrations the same name on all nodes", meant);
  return dw_arena_printf(check->arena, "%sNICs that all nodes have: %s", meant,
                         dw_nad_list(check->arena, names, NICS_SHOWN, count));
}

static void master_missing(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = next_master(check, plugin)) != NULL;) {
    struct faulty missing = find_fault(check, plugin->master.text, DW_NIC_MISSING, 0);
    if (missing.count == 0)
      continue;
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_NOT_FOUND,
                                 .field = plugin->master.field,
                                 .value = plugin->master.text,
                                 .mend = suggest_nics(check, plugin->master.text)},
              "no such NIC on %zu of %zu nodes: %s", missing.count, dw_view_network_nodes(check->view), missing.nodes);
  }
}

/* The nodes are the same for every plugin: the first one speaks for all. */
static void master_unverified(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_cni_plugin *plugin = next_master(check, NULL);
  const char *why = plugin == NULL ? NULL : dw_nad_no_nics(check);
  if (why != NULL)
    dw_report_unverified(check, rule, plugin->master.field, "%s", why);
}

static void master_down(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = next_master(check, plugin)) != NULL;) {
    struct faulty down = find_fault(check, plugin->master.text, DW_NIC_DOWN, 0);
    if (down.count > 0)
      dw_report(check, rule,
                &(struct dw_found){.reason = DW_REASON_INVALID,
                                   .field = plugin->master.field,
                                   .value = plugin->master.text,
                                   .mend = "bring it up"},
                "%s is not up on %s", plugin->master.text, down.nodes);
  }
}

static void master_primary(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = next_master(check, plugin)) != NULL;) {
    struct faulty primary = find_fault(check, plugin->master.text, DW_NIC_PRIMARY, 0);
    if (primary.count > 0)
      dw_report(check, rule,
                &(struct dw_found){.reason = DW_REASON_INVALID,
                                   .field = plugin->master.field,
                                   .value = plugin->master.text,
                                   .mend = "use a NIC of its own"},
                "%s carries the node's own traffic on %s", plugin->master.text, primary.nodes);
  }
}

static bool mtu_is_sound(const struct dw_cni_plugin *plugin) {
  int64_t mtu;
  return !dw_value_given(&plugin->mtu) || (dw_json_integer(plugin->mtu.json, &mtu) && mtu >= 0);
}

static void high_mtu(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  const char *nic = plugin->master.text;
  struct dw_mtu_range known;
  if (!dw_view_nic_mtu(check->view, nic, &known) || plugin->mtu_number <= known.low)
    return;
  uint32_t limit = plugin->mtu_number > UINT32_MAX ? UINT32_MAX : (uint32_t)plugin->mtu_number;
  struct faulty below = find_fault(check, nic, DW_NIC_MTU_BELOW, limit);
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = plugin->mtu.field,
                               .value = dw_value_shown(check->arena, &plugin->mtu),
                               .mend = dw_arena_printf(check->arena, "use %u, or raise the MTU of %s there",
                                                       (unsigned)known.low, nic)},
            "is above the MTU of %s (lowest %u) on %s", nic, (unsigned)known.low,
            below.count > 0 ? below.nodes : known.low_node);
}

static void mtu_above_master(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (has_master(plugin) && plugin->mtu_number > 0)
      high_mtu(check, rule, plugin);
  }
}

/* Where the configuration sets no MTU, each pod takes its node's. */
static void mtu_inconsistent(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = next_master(check, plugin)) != NULL;) {
    struct dw_mtu_range known;
    if (!mtu_is_sound(plugin) || plugin->mtu_number > 0 || !dw_view_nic_mtu(check->view, plugin->master.text, &known) ||
        known.low == known.high)
      continue;
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = plugin->master.field,
                                 .value = plugin->master.text,
                                 .mend = dw_arena_printf(check->arena, "set \"mtu\": %u", (unsigned)known.low)},
              "MTU %u on %s, %u on %s", (unsigned)known.low, known.low_node, (unsigned)known.high, known.high_node);
  }
}

/* A bridge can be missing on one node and without a port on the next: one finding tells all of it. */
static const char *bridge_faults(const struct dw_check *check, const char *bridge) {
  static const struct {
    enum dw_nic_fault fault;
    const char *words;
  } faults[] = {{DW_NIC_MISSING, "does not exist on"},
                {DW_NIC_NO_BRIDGE, "is no Linux bridge on"},
                {DW_NIC_NO_PORT, "has no port on"}};
  const char *text = NULL;
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    struct faulty found = find_fault(check, bridge, faults[i].fault, 0);
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
                           .mend = "make a bridge of this name, with the migration NIC as its port, on every node"},
        "%s", faults);
  else if (unknown != NULL)
    dw_report_unverified(check, rule, bridge->field, "%s", unknown);
}

static void bridge_uplink(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    const struct dw_value *bridge = &plugin->bridge;
    if (!dw_plugin_is_bridge(plugin->type_name))
      continue;
    struct dw_found found = {.field = bridge->field,
                             .value = bridge->text,
                             .mend = "name a bridge that has the migration NIC as its port on every node"};
    if (dw_nad_is_blank(bridge)) {
      found.reason = DW_REASON_REQUIRED;
      dw_report(check, rule, &found, "without it the bridge is cni0, which has no uplink");
    } else if (bridge->text != NULL && strcmp(bridge->text, "cni0") == 0) {
      found.reason = DW_REASON_INVALID;
      dw_report(check, rule, &found, "is the default bridge, which has no uplink");
    } else if (bridge->text != NULL && dw_is_interface_name(bridge->text)) {
      named_bridge(check, rule, bridge);
    }
  }
}

static const struct dw_rule rules[] = {
    {"master-required", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "macvlan, ipvlan or vlan without a master: they would take the NIC of the default route",
     "name the NIC that is set apart for migrations", master_required},
    {"master-in-container", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "linkInContainer: the master is looked for inside the pod", "leave linkInContainer out", master_in_container},
    {"master-missing", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "the NIC is missing on a node that runs virt-handler", "name a NIC that all nodes have", master_missing},
    {"master-unverified", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_NONE,
     "there is no NodeNetworkState for some node that runs virt-handler, so its NICs are not known",
     "install kubernetes-nmstate, or check by hand that the nodes have the NIC", master_unverified},
    {"master-down", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_NONE, "the NIC is not up on some node",
     "bring it up, and check the cable and the switch", master_down},
    {"master-primary", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_NONE,
     "the NIC, or the bond or bridge above it, carries the node's own address or its default route",
     "use a NIC of its own, or a VLAN on it", master_primary},
    {"mtu-above-master", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "mtu is above the NIC's on some node, where the pod would fail", "lower mtu, or raise the NIC's",
     mtu_above_master},
    {"mtu-inconsistent", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_NONE,
     "the NIC's MTU differs between nodes, and the configuration sets none", "set mtu to the lowest of them",
     mtu_inconsistent},
    {"bridge-uplink", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "the default bridge cni0, or one that on some node is absent, no Linux bridge, or without a port",
     "name a bridge that has the migration NIC as its port on every node", bridge_uplink},
};

const struct dw_family dw_family_nic = {rules, sizeof rules / sizeof rules[0]};
