/* The wire that a plugin attaches pods to, which determines whether two networks can disturb each other. */
#include <string.h>

#include "base/text.h"
#include "cni/cni_internal.h"

enum { VLAN_MAX = 4094 };

/* Returns the VLAN of a NIC named NAME.ID, 0 if it is not named so. LENGTH receives the length of NAME. */
static int vlan_of_name(const char *name, size_t *length) {
  const char *dot = strrchr(name, '.');
  if (dot == NULL || dot == name || dot[1] == '0')
    return 0;
  int vlan = 0;
  for (const char *c = dot + 1; *c != '\0'; c++) {
    if (!dw_is_digit(*c))
      return 0;
    vlan = 10 * vlan + (*c - '0');
    if (vlan > VLAN_MAX)
      return 0;
  }
  *length = (size_t)(dot - name);
  return vlan;
}

/* VLAN is the plugin's. If NAME is itself a VLAN of the node (VLAN in VLAN), the wire has the full name of the NIC. */
static struct dw_wire on_nic(struct dw_arena *arena, const char *name, int vlan) {
  size_t length = 0;
  int own = vlan == 0 ? vlan_of_name(name, &length) : 0;
  if (own == 0)
    return (struct dw_wire){DW_WIRE_NIC, name, vlan};
  return (struct dw_wire){DW_WIRE_NIC, dw_arena_strndup(arena, name, length), own};
}

/* A trunk without entries adds no VLAN: the frames stay in the plugin's own one (measured with bridge). */
static bool has_trunk(const struct dw_cni_plugin *plugin) {
  const dw_json *trunk = plugin->vlan_trunk.json;
  return dw_value_given(&plugin->vlan_trunk) && (dw_json_type(trunk) != DW_JSON_ARRAY || dw_json_size(trunk) > 0);
}

/* Returns the VLAN of `vlan`, or DW_VLAN_SEVERAL for a trunk. */
static int vlan_of(const struct dw_cni_plugin *plugin) {
  int64_t vlan = 0;
  if (has_trunk(plugin))
    return DW_VLAN_SEVERAL;
  if (dw_value_given(&plugin->vlan) && (!dw_json_integer(plugin->vlan.json, &vlan) || vlan < 0 || vlan > VLAN_MAX))
    return DW_VLAN_SEVERAL;
  return (int)vlan;
}

/* Only a localnet is connected to the physical network. Source: OVN-Kubernetes docs/features/multiple-networks. */
static struct dw_wire ovn_wire(const struct dw_cni_plugin *plugin) {
  const char *topology = dw_json_string(dw_json_get_fold(plugin->json, "topology", NULL));
  bool localnet = topology != NULL && strcmp(topology, "localnet") == 0;
  return localnet ? (struct dw_wire){DW_WIRE_HIDDEN, "", vlan_of(plugin)}
                  : (struct dw_wire){DW_WIRE_OVERLAY, "", DW_VLAN_SEVERAL};
}

static bool names_nic(const struct dw_value *value) {
  return value->text != NULL && value->text[0] != '\0';
}

/* "cni0", the bridge plugin's default, has no uplink. Source: plugins/main/bridge/bridge.go, defaultBrName. */
static struct dw_wire bridge_wire(const struct dw_cni_plugin *plugin) {
  if (!names_nic(&plugin->bridge) || strcmp(plugin->bridge.text, "cni0") == 0)
    return (struct dw_wire){DW_WIRE_NODE, "", 0};
  return (struct dw_wire){DW_WIRE_NIC, plugin->bridge.text, vlan_of(plugin)};
}

struct dw_wire dw_wire_of(struct dw_arena *arena, const struct dw_cni_plugin *plugin) {
  const struct dw_wire unknown = {DW_WIRE_UNKNOWN, "", DW_VLAN_SEVERAL};
  switch (dw_plugin_class(plugin->type_name)) {
  case DW_PLUGIN_LOCAL:
    return (struct dw_wire){DW_WIRE_NODE, "", 0};
  case DW_PLUGIN_CONNECTS:
    break;
  case DW_PLUGIN_META:
  case DW_PLUGIN_UNKNOWN:
    return unknown;
  }
  if (strcmp(plugin->type_name, "ovn-k8s-cni-overlay") == 0)
    return ovn_wire(plugin);
  if (dw_plugin_is_bridge(plugin->type_name))
    return bridge_wire(plugin);
  if (names_nic(&plugin->master) && !plugin->in_container)
    return on_nic(arena, plugin->master.text, vlan_of(plugin));
  if (names_nic(&plugin->bridge))
    return (struct dw_wire){DW_WIRE_NIC, plugin->bridge.text, vlan_of(plugin)};
  if (names_nic(&plugin->device))
    return on_nic(arena, plugin->device.text, 0);
  return (struct dw_wire){DW_WIRE_HIDDEN, "", DW_VLAN_SEVERAL};
}

const char *dw_wire_nic(struct dw_arena *arena, const struct dw_wire *wire) {
  if (wire->kind != DW_WIRE_NIC || wire->vlan == DW_VLAN_SEVERAL)
    return NULL;
  return wire->vlan == 0 ? wire->nic : dw_arena_printf(arena, "%s.%d", wire->nic, wire->vlan);
}

enum dw_wires dw_wires_compare(const struct dw_wire *a, const struct dw_wire *b) {
  if (a->kind == DW_WIRE_OVERLAY || b->kind == DW_WIRE_OVERLAY || a->kind == DW_WIRE_NODE || b->kind == DW_WIRE_NODE)
    return DW_WIRES_APART;
  if (a->kind == DW_WIRE_UNKNOWN || b->kind == DW_WIRE_UNKNOWN)
    return DW_WIRES_UNSURE;
  bool several = a->vlan == DW_VLAN_SEVERAL || b->vlan == DW_VLAN_SEVERAL;
  bool one_vlan = several || a->vlan == b->vlan;
  /* The port of the switch may tag frames that the node sends untagged. */
  if (a->kind == DW_WIRE_HIDDEN || b->kind == DW_WIRE_HIDDEN)
    return one_vlan ? DW_WIRES_SAME : DW_WIRES_UNSURE;
  if (strcmp(a->nic, b->nic) != 0)
    return DW_WIRES_UNSURE;
  return one_vlan ? DW_WIRES_SAME : DW_WIRES_APART;
}
