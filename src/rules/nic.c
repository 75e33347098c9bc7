/* The NIC that the network uses, on every node that takes part in it. */
#include <string.h>

#include "base/text.h"
#include "rules/families.h"
#include "rules/nic_internal.h"

struct dw_faulty dw_nic_fault(const struct dw_check *check, const char *nic, enum dw_nic_fault fault, uint32_t number) {
  const char *names[DW_NODES_SHOWN];
  struct dw_nic_query query = {.name = nic, .fault = fault, .number = number};
  struct dw_faulty found = {dw_view_nic_fault(check->view, &query, names, DW_NODES_SHOWN), "", NULL};
  if (found.count > 0) {
    found.nodes = dw_text_list(check->arena, names, DW_NODES_SHOWN, found.count);
    found.first = names[0];
  }
  return found;
}

bool dw_nic_has_master(const struct dw_cni_plugin *plugin) {
  return dw_plugin_needs_master(plugin->type_name) && !plugin->in_container && plugin->master.text != NULL &&
         dw_is_interface_altname(plugin->master.text);
}

const struct dw_cni_plugin *dw_nic_next_master(const struct dw_check *check, const struct dw_cni_plugin *after) {
  const struct dw_cni_plugin *plugin = dw_nad_next(check, after);
  while (plugin != NULL && !dw_nic_has_master(plugin))
    plugin = dw_nad_next(check, plugin);
  return plugin;
}

static bool has_bridge(const struct dw_cni_plugin *plugin) {
  return dw_plugin_is_bridge(plugin->type_name) && plugin->bridge.text != NULL &&
         dw_is_interface_name(plugin->bridge.text);
}

const struct dw_cni_plugin *dw_nic_next_bridge(const struct dw_check *check, const struct dw_cni_plugin *after) {
  const struct dw_cni_plugin *plugin = dw_nad_next(check, after);
  while (plugin != NULL && !has_bridge(plugin))
    plugin = dw_nad_next(check, plugin);
  return plugin;
}

enum { NICS_SHOWN = 8, FIRST_VLAN = 1, LAST_VLAN = 4094 };

/* --- master-required, master-in-container --- */

/* What a plugin does without a master. Sources: containernetworking/plugins plugins/main/{macvlan,ipvlan,vlan},
 * loadConf: an ipvlan that is not the first plugin uses the interface in prevResult, and looks for it on the node. */
static const char *without_master(const struct dw_check *check, const struct dw_cni_plugin *plugin) {
  if (strcmp(plugin->type_name, "vlan") == 0)
    return "without it, the vlan plugin fails";
  if (strcmp(plugin->type_name, "ipvlan") == 0 && plugin != check->config->plugins)
    return "without it, ipvlan uses the interface of the previous plugin, which is not a NIC of the node";
  return dw_arena_printf(check->arena, "without it, %s uses the NIC of the default route", plugin->type_name);
}

static void master_required(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (!dw_plugin_needs_master(plugin->type_name) || !dw_nad_is_blank(&plugin->master))
      continue;
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_REQUIRED,
                                 .field = plugin->master.field,
                                 .fix = "use the NIC that is dedicated to migrations"},
              "%s", without_master(check, plugin));
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
                             .fix = "remove it",
                             .edits = dw_edit_remove(check->arena, link->field)};
    if (plugin->in_container)
      dw_report(check, rule, &found, "looks for the master inside the pod, but the NIC is on the node");
  }
}

/* --- master-missing, master-unverified --- */

/* What a plugin needs, by name, on the nodes. */
struct needed {
  const struct dw_value *name;
  bool is_ovs_bridge;
  bool is_device; /* host-device moves it into the pod, where no NodeNetworkState shows it */
};

/* Sources: ovs-cni pkg/plugin, "failed to find bridge"; plugins/main/host-device, getLink: LinkByName(device). */
static bool needs(const struct dw_cni_plugin *plugin, struct needed *out) {
  *out = (struct needed){.name = &plugin->master};
  if (dw_nic_has_master(plugin))
    return true;
  if (strcmp(plugin->type_name, "host-device") == 0)
    *out = (struct needed){.name = &plugin->device, .is_device = true};
  else if (strcmp(plugin->type_name, "ovs") == 0)
    *out = (struct needed){.name = &plugin->bridge, .is_ovs_bridge = true};
  else
    return false;
  return out->name->text != NULL && dw_is_interface_altname(out->name->text);
}

/* The next plugin that needs something, as dw_nad_next(). */
static const struct dw_cni_plugin *next_needing(const struct dw_check *check, const struct dw_cni_plugin *after,
                                                struct needed *out) {
  const struct dw_cni_plugin *plugin = dw_nad_next(check, after);
  while (plugin != NULL && !needs(plugin, out))
    plugin = dw_nad_next(check, plugin);
  return plugin;
}

bool dw_nic_may_be_in_pod(const struct dw_check *check) {
  return check->class.referenced && dw_view_find(check->view, DW_KIND_NAD, check->ns, check->name) != NULL;
}

static const char *suggest_nearest(const struct dw_check *check, const char *name) {
  const char *nearest = dw_view_nearest_nic(check->view, name);
  return nearest == NULL ? "" : dw_arena_printf(check->arena, "did you mean \"%s\"? ", nearest);
}

static const char *suggest_nics(const struct dw_check *check, const char *name) {
  const char *names[NICS_SHOWN];
  size_t count = dw_view_common_nics(check->view, names, NICS_SHOWN);
  const char *meant = suggest_nearest(check, name);
  if (count == 0)
    return dw_arena_printf(check->arena, "%sgive the NICs for migrations the same name on all nodes", meant);
  return dw_arena_printf(check->arena, "%sNICs present on all nodes: %s", meant,
                         dw_text_list(check->arena, names, NICS_SHOWN, count));
}

/* The VLAN id in a name such as "bond2.100"; 0 if there is none. */
static unsigned vlan_in(const char *name) {
  const char *dot = strrchr(name, '.');
  unsigned vlan = 0;
  if (dot == NULL || dot == name)
    return 0;
  for (const char *digit = dot + 1; *digit != '\0'; digit++) {
    if (*digit < '0' || *digit > '9' || vlan > LAST_VLAN)
      return 0;
    vlan = 10 * vlan + (unsigned)(*digit - '0');
  }
  return vlan >= FIRST_VLAN && vlan <= LAST_VLAN ? vlan : 0;
}

/* NODE's interface for this VLAN of this NIC; NULL if it has none. */
static const char *vlan_interface(const struct dw_check *check, const char *node, const char *base, unsigned vlan) {
  const struct dw_object *nns = dw_view_find(check->view, DW_KIND_NODE_NETWORK_STATE, "", node);
  for (size_t i = 0; nns != NULL && i < nns->nns.nic_count; i++) {
    const struct dw_nic *nic = &nns->nns.nics[i];
    if (nic->more != NULL && nic->more->vlan_id == vlan && nic->more->base != NULL &&
        strcmp(nic->more->base, base) == 0)
      return nic->name;
  }
  return NULL;
}

/* How to create an interface such as "bond2.100" if all nodes have bond2; else NULL. */
static const char *suggest_vlan(const struct dw_check *check, const char *name, const char *node) {
  unsigned vlan = vlan_in(name);
  if (vlan == 0)
    return NULL;
  const char *base = dw_arena_strndup(check->arena, name, (size_t)(strrchr(name, '.') - name));
  if (dw_view_nic_on(check->view, node, base) == NULL || dw_nic_fault(check, base, DW_NIC_MISSING, 0).count > 0)
    return NULL;
  const char *other = vlan_interface(check, node, base, vlan);
  if (other != NULL)
    return dw_arena_printf(check->arena, "VLAN %u of %s is named %s on %s: use one name on all nodes", vlan, base,
                           other, node);
  const char *meant = suggest_nearest(check, name);
  return dw_arena_printf(check->arena,
                         "%s%s this interface there (NodeNetworkConfigurationPolicy: type vlan, base-iface %s, id %u)",
                         meant, *meant == '\0' ? "make" : "Or make", base, vlan);
}

/* Uses the only NIC with a similar name that all nodes have. */
static struct dw_edits use_nearest(const struct dw_check *check, const struct dw_value *name) {
  const char *nearest = dw_view_nearest_nic(check->view, name->text);
  if (nearest == NULL || !dw_same_digits(name->text, nearest))
    return (struct dw_edits){NULL, 0};
  return dw_edit_set_text(check->arena, name->field, nearest);
}

static void missing_nic(struct dw_check *check, const struct dw_rule *rule, const struct needed *needed,
                        const struct dw_faulty *missing) {
  const char *name = needed->name->text;
  struct dw_found found = {.reason = DW_REASON_NOT_FOUND, .field = needed->name->field, .value = name};
  if (needed->is_ovs_bridge) {
    found.fix = "create an OVS bridge with this name on every node";
  } else {
    found.fix = suggest_vlan(check, name, missing->first);
    if (found.fix == NULL) {
      found.fix = suggest_nics(check, name);
      found.edits = use_nearest(check, needed->name);
    }
  }
  dw_report(check, rule, &found, "no such %s on %zu of %zu nodes: %s", needed->is_ovs_bridge ? "OVS bridge" : "NIC",
            missing->count, dw_view_summary(check->view).network_nodes, missing->nodes);
}

static void master_missing(struct dw_check *check, const struct dw_rule *rule) {
  struct needed needed;
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = next_needing(check, plugin, &needed)) != NULL;) {
    const char *name = needed.name->text;
    struct dw_faulty missing = dw_nic_fault(check, name, DW_NIC_MISSING, 0);
    struct dw_faulty other = {0, "", NULL};
    if (needed.is_ovs_bridge)
      other = dw_nic_fault(check, name, DW_NIC_NO_OVS_BRIDGE, 0);
    if (missing.count > 0 && needed.is_device && dw_nic_may_be_in_pod(check))
      dw_report_unverified(check, rule, needed.name->field,
                           "%s does not exist on %s, unless virt-handler already has it", name, missing.nodes);
    else if (missing.count > 0)
      missing_nic(check, rule, &needed, &missing);
    else if (other.count > 0)
      dw_report(check, rule,
                &(struct dw_found){.reason = DW_REASON_INVALID,
                                   .field = needed.name->field,
                                   .value = name,
                                   .fix = "create an OVS bridge with this name on every node"},
                "is not an OVS bridge on %s", other.nodes);
  }
}

/* The nodes are the same for every plugin, so unknown nodes are reported for the first one only. */
static void master_unverified(struct dw_check *check, const struct dw_rule *rule) {
  struct needed needed;
  const struct dw_cni_plugin *plugin = next_needing(check, NULL, &needed);
  const char *why = plugin == NULL ? NULL : dw_nad_no_nics(check);
  if (why != NULL)
    dw_report_unknown(check, rule, needed.name->field, "%s", why);
  for (; plugin != NULL; plugin = next_needing(check, plugin, &needed)) {
    struct dw_faulty unsure = dw_nic_fault(check, needed.name->text, DW_NIC_UNSURE, 0);
    if (unsure.count > 0)
      dw_report_unverified(check, rule, needed.name->field,
                           "%s may be an alternative name on %s: nmstate before 2.2.51 does not list those",
                           needed.name->text, unsure.nodes);
  }
}

/* --- master-is-port --- */

/* NICs on which the kernel does not allow an interface. Sources: drivers/net/macvlan.c, macvlan_port_create();
 * drivers/net/ipvlan/ipvlan_main.c, ipvlan_port_create(); net/8021q/vlan.c, vlan_check_real_dev(), which only rejects
 * lo and InfiniBand, because both are NETIF_F_VLAN_CHALLENGED. */
static const struct refusal {
  enum dw_nic_fault fault;
  bool vlan_too;
  const char *what;
} refusals[] = {{DW_NIC_IS_LOOPBACK, true, "is the loopback interface"},
                {DW_NIC_IS_INFINIBAND, true, "is not an Ethernet interface"},
                {DW_NIC_IS_PORT, false, "is a port"}};

/* The first reason why the kernel rejects an interface on this plugin's master, and on which NODES; NULL if it accepts
 * it. */
static const struct refusal *refusal_of(const struct dw_check *check, const struct dw_cni_plugin *plugin,
                                        struct dw_faulty *nodes) {
  bool vlan = strcmp(plugin->type_name, "vlan") == 0;
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    if (vlan && !refusals[i].vlan_too)
      continue;
    *nodes = dw_nic_fault(check, plugin->master.text, refusals[i].fault, 0);
    if (nodes->count > 0)
      return &refusals[i];
  }
  return NULL;
}

static const char *controller_word(const struct dw_nic *controller) {
  if (controller == NULL)
    return "";
  switch (controller->type) {
  case DW_NIC_BOND:
    return "bond ";
  case DW_NIC_LINUX_BRIDGE:
    return "bridge ";
  case DW_NIC_OVS_BRIDGE:
    return "OVS bridge ";
  default:
    return "";
  }
}

/* What to use instead of a NIC that cannot have interfaces on top of it. */
static const char *suggest_others(const struct dw_check *check) {
  const char *names[NICS_SHOWN];
  size_t count = dw_view_common_nics(check->view, names, NICS_SHOWN);
  return count == 0 ? "use another NIC"
                    : dw_arena_printf(check->arena, "use another NIC; all nodes have %s",
                                      dw_text_list(check->arena, names, NICS_SHOWN, count));
}

/* Sets the fix of FOUND, about a port of CONTROLLER: the controller, unless it is a port itself or carries the node's
 * traffic. */
static void use_controller(const struct dw_check *check, const char *controller, const struct dw_nic *nic,
                           struct dw_found *found) {
  found->fix = suggest_others(check);
  if (nic == NULL || dw_nic_fault(check, controller, DW_NIC_PRIMARY, 0).count > 0 ||
      dw_nic_fault(check, controller, DW_NIC_IS_PORT, 0).count > 0)
    return;
  if (nic->type == DW_NIC_OVS_BRIDGE) {
    found->fix = dw_arena_printf(check->arena, "use the ovs plugin with \"bridge\": \"%s\"", controller);
    return;
  }
  found->fix = dw_arena_printf(check->arena, "use \"master\": \"%s\"", controller);
  if (dw_nic_fault(check, controller, DW_NIC_MISSING, 0).count == 0)
    found->edits = dw_edit_set_text(check->arena, found->field, controller);
}

static void report_port(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                        const struct dw_faulty *ports) {
  const struct dw_nic *nic = dw_view_nic_on(check->view, ports->first, plugin->master.text);
  const struct dw_nic *above = dw_view_nic_on(check->view, ports->first, nic->controller);
  struct dw_found found = {.reason = DW_REASON_INVALID, .field = plugin->master.field, .value = plugin->master.text};
  use_controller(check, nic->controller, above, &found);
  dw_report(check, rule, &found, "is a port of %s%s on %s, so %s fails: device or resource busy",
            controller_word(above), nic->controller, ports->nodes, plugin->type_name);
}

static void master_is_port(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nic_next_master(check, plugin)) != NULL;) {
    struct dw_faulty nodes;
    const struct refusal *refusal = refusal_of(check, plugin, &nodes);
    if (refusal != NULL && refusal->fault == DW_NIC_IS_PORT)
      report_port(check, rule, plugin, &nodes);
    else if (refusal != NULL)
      dw_report(check, rule,
                &(struct dw_found){.reason = DW_REASON_INVALID,
                                   .field = plugin->master.field,
                                   .value = plugin->master.text,
                                   .fix = suggest_others(check)},
                "%s, where %s fails", refusal->what, plugin->type_name);
  }
}

/* --- master-down, master-primary --- */

static void master_down(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nic_next_master(check, plugin)) != NULL;) {
    struct dw_faulty down = dw_nic_fault(check, plugin->master.text, DW_NIC_DOWN, 0);
    if (down.count > 0)
      dw_report(check, rule,
                &(struct dw_found){.reason = DW_REASON_INVALID,
                                   .field = plugin->master.field,
                                   .value = plugin->master.text,
                                   .fix = "bring it up"},
                "%s is not up on %s", plugin->master.text, down.nodes);
  }
}

static void master_primary(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nic_next_master(check, plugin)) != NULL;) {
    struct dw_faulty primary = dw_nic_fault(check, plugin->master.text, DW_NIC_PRIMARY, 0);
    struct dw_faulty nodes;
    if (primary.count == 0 || (refusal_of(check, plugin, &nodes) != NULL && !dw_nad_rule_off(check, "master-is-port")))
      continue;
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = plugin->master.field,
                                 .value = plugin->master.text,
                                 .fix = "use a dedicated NIC"},
              "%s carries the node's own traffic on %s", plugin->master.text, primary.nodes);
  }
}

static const struct dw_rule rules[] = {
    {"master-required", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "macvlan or ipvlan without a master, which use the NIC of the default route; vlan without one, which fails",
     "use the NIC that is dedicated to migrations", master_required},
    {"master-in-container", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "linkInContainer, which looks for the master inside the pod", "remove linkInContainer", master_in_container},
    {"master-missing", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "a NIC (host-device: device; ovs: OVS bridge) that is missing on a node that runs virt-handler",
     "use one that all nodes have", master_missing},
    {"master-unverified", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_NONE,
     "a node that runs virt-handler has no NodeNetworkState, so its NICs are unknown",
     "install kubernetes-nmstate, or check manually that the nodes have the NIC", master_unverified},
    {"master-is-port", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "macvlan or ipvlan on a port of a bond, Linux bridge or OVS bridge, or on lo or InfiniBand: the kernel rejects it",
     "use the bond or bridge instead of its port, or another NIC", master_is_port},
    {"master-down", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_NONE, "a NIC that is not up on some node",
     "bring it up, and check the cable and the switch", master_down},
    {"master-primary", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_NONE,
     "a NIC that carries the node's own address or default route, directly or through a bond or bridge on top of it",
     "use a dedicated NIC, or a VLAN on this one", master_primary},
};

const struct dw_family dw_family_nic = {rules, sizeof rules / sizeof rules[0]};
